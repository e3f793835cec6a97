"""The choice of RATs: what settings mean, and the exact commands that change them and put them back."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at import coverage, rats
from modemd.at.rat_rows import ANY, GSM, LTE, NR, UMTS, RatRow
from modemd.at.rats import RatState


def row_for(make: str, read: str | None = None) -> RatRow:
    return next(row for row in rats.rows_for(make, "") if read is None or row.read == read)


def state(make: str, line: str, read: str | None = None) -> RatState:
    found = rats.setting_read(row_for(make, read), [line])
    assert found is not None, line
    return found


HUAWEI = '^SYSCFGEX:"030201",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'

# make, read command, its answer, what it allows, > allow UMTS, > allow GSM (None: cannot), > put back
FAMILIES = [
    (
        *("huawei", "AT^SYSCFGEX?", HUAWEI, {GSM, UMTS, LTE}),
        'AT^SYSCFGEX="02",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
        'AT^SYSCFGEX="01",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
        'AT^SYSCFGEX="030201",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
    ),
    (
        *("huawei", "AT^SYSCFGEX?", '^SYSCFGEX: "03",80000,0,3,4', {LTE}),
        'AT^SYSCFGEX="02",80000,2,4,4,,',
        'AT^SYSCFGEX="01",80000,2,4,4,,',
        'AT^SYSCFGEX="03",80000,0,3,4',
    ),
    (
        *("huawei", "AT^SYSCFG?", "^SYSCFG:2,3,3FFFFFFF,1,2", ANY),
        *("AT^SYSCFG=14,3,40000000,2,4", "AT^SYSCFG=13,3,40000000,2,4", "AT^SYSCFG=2,3,3FFFFFFF,1,2"),
    ),
    (
        *("Quectel", 'AT+QCFG="nwscanmode"', '+QCFG: "nwscanmode",3', {LTE}),
        *('AT+QCFG="nwscanmode",2,1', 'AT+QCFG="nwscanmode",1,1', 'AT+QCFG="nwscanmode",3,1'),
    ),
    (
        *("Quectel", 'AT+QNWPREFCFG="mode_pref"', '+QNWPREFCFG: "mode_pref",LTE:NR5G', {LTE, NR}),
        *('AT+QNWPREFCFG="mode_pref",WCDMA', None, 'AT+QNWPREFCFG="mode_pref",LTE:NR5G'),
    ),
    (*("SIMCOM INCORPORATED", "AT+CNMP?", "+CNMP: 54", {UMTS, LTE}), "AT+CNMP=14", "AT+CNMP=13", "AT+CNMP=54"),
    (*("ZTE CORPORATION", "AT+ZSNT?", "+ZSNT: 6,0,2", {LTE}), "AT+ZSNT=2,0,0", "AT+ZSNT=1,0,0", "AT+ZSNT=6,0,2"),
    (
        *("Sierra Wireless", "AT!SELRAT?", "!SELRAT: 07, GSM/UMTS/LTE", {GSM, UMTS, LTE}),
        *("AT!SELRAT=01", "AT!SELRAT=02", "AT!SELRAT=07"),
    ),
    (*("Telit", "AT+WS46?", "+WS46: 28", {LTE}), "AT+WS46=22", "AT+WS46=12", "AT+WS46=28"),
    (*("Nobody", "AT+WS46?", "+WS46: 25", ANY), "AT+WS46=22", "AT+WS46=12", "AT+WS46=25"),
    (
        *("Fibocom", "AT+GTACT?", "+GTACT: 10,3,2,1,5,8,101,103", ANY),
        *("AT+GTACT=1", "AT+GTACT=0", "AT+GTACT=10,3,2,1,5,8,101,103"),
    ),
    (*("MediaTek", "AT+ERAT?", "+ERAT: 7,0,6,2", ANY), "AT+ERAT=1,0", "AT+ERAT=0,0", "AT+ERAT=6,2"),
    (*("Cinterion", "AT^SXRAT?", "^SXRAT: 6,3,2", {GSM, UMTS, LTE}), "AT^SXRAT=2", "AT^SXRAT=0", "AT^SXRAT=6,3,2"),
    (*("Cinterion", "AT+COPS?", '+COPS: 0,0,"X",7', ANY), "AT+COPS=0,,,2", "AT+COPS=0,,,0", "AT+COPS=0"),
    (*("Option N.V.", "AT_OPSYS?", "_OPSYS: 5,2", ANY), "AT_OPSYS=1,2", "AT_OPSYS=0,2", "AT_OPSYS=5,2"),
    (*("Icera", "AT%IPSYS?", "%IPSYS: 3,2", {GSM, UMTS}), "AT%IPSYS=1,2", "AT%IPSYS=0,2", "AT%IPSYS=3,2"),
]


@pytest.mark.parametrize(("make", "read", "line", "allows", "umts", "gsm", "back"), FAMILIES)
def test_families(
    make: str, read: str, line: str, allows: AbstractSet[str], umts: str, gsm: str | None, back: str
) -> None:
    """Each make's setting is understood, and the first command of each kind is exactly the documented one."""
    found = state(make, line, read)
    assert found.allows == allows
    assert rats.enter_commands(found, UMTS)[0] == umts
    assert (rats.enter_commands(found, GSM)[0] if GSM in found.row.only else None) == gsm
    assert rats.restore_commands(found.row, found.value)[0] == back


@pytest.mark.parametrize(
    ("make", "read", "line", "expected"),
    [
        (
            "huawei",
            "AT^SYSCFGEX?",
            '^SYSCFGEX: ("00","01","02","03","99"),((2000000400380,"GSM900")),(0-3)',
            {UMTS, GSM},
        ),
        ("huawei", "AT^SYSCFGEX?", '^SYSCFGEX: ("00","03","0302","02"),((1,"x"))', {UMTS}),
        ("huawei", "AT^SYSCFGEX?", "^SYSCFGEX: (00,01,02,03)", {UMTS, GSM}),
        ("huawei", "AT^SYSCFG?", '^SYSCFG:(2,13,14,16),(0-3),((400000,"WCDMA2100")),(0-2),(0-4)', {UMTS, GSM}),
        ("Quectel", 'AT+QCFG="nwscanmode"', '+QCFG: "nwscanmode",(0,1,3),(0,1)', {GSM}),
        ("Quectel", 'AT+QCFG="nwscanmode"', '+QCFG: "nwscanmode",(0-3),(0,1)', {UMTS, GSM}),
        ("Quectel", 'AT+QCFG="nwscanmode"', '+QCFG: "servicedomain",(0-2),(0,1)', None),
        ("Quectel", 'AT+QNWPREFCFG="mode_pref"', '+QNWPREFCFG: "mode_pref",(AUTO,LTE,NR5G)', set()),
        ("SIMCOM", "AT+CNMP?", "+CNMP: ((2-Automatic),(13-GSM Only),(14-WCDMA Only),(38-LTE Only))", {UMTS, GSM}),
        ("SIMCOM", "AT+CNMP?", "+CNMP: (2,13,38,51)", {GSM}),
        ("ZTE", "AT+ZSNT?", "+ZSNT: (0,2,6),(0-1),(0-2)", {UMTS}),
        ("Telit", "AT+WS46?", "+WS46: (12,22,25,28,29,30,31)", {UMTS, GSM}),
        ("Telit", "AT+WS46?", "+WS46: (22,28,31)", {UMTS}),
        ("Fibocom", "AT+GTACT?", "+GTACT: (1,2,4,10),(2,3,6),(2,3,6),(1,3,8)", {UMTS}),
        ("Cinterion", "AT^SXRAT?", "^SXRAT: (0-6),(0,2,3),(0,2,3)", {UMTS, GSM}),
        ("Nobody", "AT+WS46?", "", None),
    ],
)
def test_offers(make: str, read: str, line: str, expected: AbstractSet[str] | None) -> None:
    """The test command's list says which RATs a modem can be limited to, however it is written."""
    found = rats.offers_read(row_for(make, read), [line])
    assert (found if found is None else set(found)) == expected


def test_offers_of_sierra_stand_in_lines() -> None:
    """!SELRAT=? answers with one mode a line, under a heading."""
    lines = ["!SELRAT: Index, RAT", "00, Automatic", "01, UMTS 3G Only", "06, LTE Only"]
    assert rats.offers_read(row_for("Sierra Wireless"), lines) == frozenset({UMTS})


@pytest.mark.parametrize(
    ("make", "line"),
    [
        ("huawei", '^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF;+CMGD=1'),
        ("huawei", '^SYSCFGEX:"00",3FFFFFFF'),
        ("huawei", "^SYSCFGEX:"),
        ("Telit", "+WS46: (12,22)"),
        ("SIMCOM", "+CNMP: auto"),
        ("Quectel", '+QCFG: "nwscanmode"'),
        ("Cinterion", "^SXRAT: 6,3,2\r^SMSO"),
        ("ZTE", "+ZSNT: 0,0"),
    ],
)
def test_no_setting(make: str, line: str) -> None:
    """What is no setting of the known form is not taken for one, so it is never sent back."""
    assert rats.setting_read(row_for(make), [line]) is None


def test_manual_choice_of_network_is_left_alone() -> None:
    """+COPS with <AcT> is used only where the network is chosen automatically: a manual choice would be lost."""
    assert rats.setting_read(row_for("Cinterion", "AT+COPS?"), ['+COPS: 1,2,"25001",7']) is None


def test_noise_between() -> None:
    """Chatter in front of the answer is passed over."""
    found = rats.setting_read(row_for("huawei"), ["^RSSI:19", '^HCSQ:"LTE",43', HUAWEI])
    assert found is not None
    assert found.value == '"030201",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (state("Telit", "+WS46: 25"), (UMTS, GSM)),
        (replace(state("Telit", "+WS46: 25"), offers=frozenset({GSM})), (GSM,)),
        (state("Telit", "+WS46: 22"), (GSM,)),
        (state("u-blox", "+URAT: 4"), ()),
        (state("Quectel", '+QNWPREFCFG: "mode_pref",AUTO', 'AT+QNWPREFCFG="mode_pref"'), (UMTS,)),
        (state("huawei", '^SYSCFGEX:"00",3FFFFFFF,1,1,7FFFFFFFFFFFFFFF'), ()),
        # +CEMODE concerns LTE alone (27.007 10.1.28): on UMTS and GSM the modem has its circuit-switched domain
        (replace(state("SIMCOM", "+CNMP: 2"), packet_only=True), (UMTS, GSM)),
        (replace(state("Quectel", '+QCFG: "nwscanmode",0'), packet_only=True), ()),
    ],
)
def test_steps(found: RatState, expected: tuple[str, ...]) -> None:
    """3G, then 2G, less what the modem does not offer or the settings rule out."""
    assert rats.steps(found) == expected


def test_modem_without_umts() -> None:
    """EC200A has no UMTS, and is asked for GSM alone even if it does not list its modes."""
    row = rats.rows_for("Quectel", "EC200A")[0]
    found = rats.setting_read(row, ['+QCFG: "nwscanmode",0'])
    assert found is not None
    assert rats.steps(found) == (GSM,)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ('"00",3FFFFFFF,1,2,7FFF', "00,3fffffff,1,2,7FFF,,", True),
        ('"030201",3FFFFFFF,1,2,7FFF', '"00",3FFFFFFF,1,2,7FFF', False),
        ("00", "0", True),
        ("07", "7", True),
        ("10,3,2,1,5", "10", False),
        ("6,3,2", "6, 3, 2", True),
        ("2", "", False),
    ],
)
def test_same_setting(first: str, second: str, same: bool) -> None:
    """Two ways to write one setting are the same, two settings are not."""
    assert rats.same_setting(first, second) is same


def test_same_meaning() -> None:
    """Firmware may show "00" as an order of all RATs; bands and domain must be the same all the same."""
    row = row_for("huawei")
    assert rats.same_meaning(row, '"00",3FFFFFFF,1,2,7FFF', '"030201",3FFFFFFF,1,2,7FFF')
    assert not rats.same_meaning(row, '"00",3FFFFFFF,1,2,7FFF', '"02",3FFFFFFF,1,2,7FFF')
    assert not rats.same_meaning(row, '"00",3FFFFFFF,1,2,7FFF', '"030201",400000,1,2,7FFF')


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (state("SIMCOM", "+CNMP: 38"), ["locked to LTE", "AT+CNMP=2"]),
        (state("huawei", '^SYSCFGEX:"03",3FFFFFFF,1,2,7FFF'), ["locked to LTE", "SYSCFGEX"]),
        (state("huawei", '^SYSCFGEX:"00",3FFFFFFF,1,1,7FFF'), ["data only", "SYSCFGEX"]),
        (replace(state("Quectel", '+QCFG: "nwscanmode",0'), packet_only=True), ["data only", "servicedomain"]),
        (state("u-blox", "+URAT: 3"), ["locked to LTE"]),
    ],
)
def test_explain(found: RatState, words: list[str]) -> None:
    """A lock to LTE and a data-only domain are named, with the command that ends them."""
    line = rats.explain(found)
    assert line is not None
    assert "\n" not in line
    assert all(word in line for word in words), line


def test_nothing_to_explain() -> None:
    """A modem that may choose itself has no fault to explain."""
    assert rats.explain(state("SIMCOM", "+CNMP: 2")) is None


def test_packet_only() -> None:
    """The domain is read from the make's own answer."""
    domain = row_for("Quectel").domain
    assert domain is not None
    assert rats.is_packet_only(domain, ['+QCFG: "servicedomain",1'])
    assert not rats.is_packet_only(domain, ['+QCFG: "servicedomain",2'])
    assert not rats.is_packet_only(domain, [])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: f"{family[0]} {family[1]}")
def test_what_is_saved_is_found_again(family: tuple[str, str, str, AbstractSet[str], str, str | None, str]) -> None:
    """The text on the disk alone is enough to put the setting back."""
    found = state(family[0], family[2], family[1])
    again = rats.row_of(found.saved)
    assert again is not None
    assert rats.restore_commands(*again)[0] == family[6]


@pytest.mark.parametrize("text", ["", "AT+CNMP?", "AT+CMGD? 1,4", "AT+CNMP? 2\rAT+CMGD=1,4", "AT+CNMP? 2;+CMGD=1,4"])
def test_damaged_save_is_refused(text: str) -> None:
    """What is no saved setting is never sent to a modem."""
    assert rats.row_of(text) is None


@pytest.mark.parametrize("row", rats.all_rows(), ids=lambda row: row.why)
def test_rows_are_whole(row: RatRow) -> None:
    """A row that changes something has a mode for each of its RATs, and a way back."""
    assert bool(row.enter) == bool(row.restore) == bool(row.only) == (row.unsupported is None)
    for rat, mode in row.only.items():
        assert not row.shows or rats.mode_rats(row, mode) == frozenset({rat})


@given(st.sampled_from(rats.all_rows()), st.lists(st.text(max_size=40), max_size=4))
def test_any_answer(row: RatRow, lines: list[str]) -> None:
    """Whatever a modem answers, nothing is raised, and nothing that could end a command line is taken."""
    for prefix in ("", row.read[2:].split("?", 1)[0].split("=", 1)[0] + ": "):
        found = rats.setting_read(row, [prefix + line for line in lines])
        rats.offers_read(row, [prefix + line for line in lines])
        if found is not None:
            assert re.fullmatch(r'[\w",: -]+', found.value, re.ASCII)


@given(
    st.lists(st.sampled_from(["01", "02", "03", "08"]), min_size=1, max_size=4, unique=True),
    st.integers(0, 2**62),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(0, 2**63 - 1),
)
def test_a_setting_comes_back_as_it_was(order: list[str], band: int, roam: int, domain: int, lte: int) -> None:
    """Every field of a Huawei setting is in the command that puts it back, and bands are in each that changes the
    RAT."""
    value = f'"{"".join(order)}",{band:X},{roam},{domain},{lte:X}'
    found = state("huawei", f"^SYSCFGEX:{value}")
    assert rats.restore_commands(found.row, found.value)[:2] == (
        f"AT^SYSCFGEX={value}",
        f"AT^SYSCFGEX={value},,",
    )
    assert rats.same_setting(found.value, f"{value},,")
    assert rats.enter_commands(found, GSM)[0] == f'AT^SYSCFGEX="01",{band:X},2,4,{lte:X},,'


@pytest.mark.parametrize(
    ("imsi", "expected"),
    [
        ("262011234567890", {UMTS}),
        ("222501234567890", {GSM}),
        ("405857123456789", {UMTS, GSM}),
        ("250011234567890", set()),
        (None, set()),
        ("", set()),
    ],
)
def test_networks_that_are_gone(imsi: str | None, expected: AbstractSet[str]) -> None:
    """What the operator's network does not have is known by the SIM's PLMN."""
    assert coverage.lacking(imsi) == expected
