"""RAT commands of each family, radio power, CS fall-back, and how USSD is refused. Asserted on the wire."""

from __future__ import annotations

import pytest

from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.profiles import FAMILIES

REPLY = '[[ussd]]\ncode = "*100#"\nreplies = ["Balance 5"]\n'
ASK = 'AT+CUSD=1,"*100#",15'


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text + REPLY), now=0.0)


def heard(modem: SimulatedModem, line: str, *, now: float = 0.0, until: float | None = None) -> bytes:
    modem.receive(line.encode("latin-1") + b"\r", now)
    return b"".join(modem.due(now if until is None else until))


# profile, read command, its first answer, part of the test form's answer, set command -> RAT and what is read then
COMMANDS = [
    (
        "huawei",
        "AT^SYSCFGEX?",
        b'^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF\r\n',
        b'("00","01","02","03","99")',
        [
            ('AT^SYSCFGEX="02",40000000,2,4,40000000,,', "UMTS", b'"02",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF\r\n'),
            ('AT^SYSCFGEX="0103",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF,,', "GSM", b'"0103",3FFFFFFF,1,2,'),
            ('AT^SYSCFGEX="030201",3FFFFFFF,1,1,7fffffffffffffff', "LTE", b'"030201",3FFFFFFF,1,1,7FFFFFFFFFFFFFFF'),
            ('AT^SYSCFGEX="99",3FFFFFFF,0,2,40000000', "LTE", b'"030201",3FFFFFFF,0,2,'),
        ],
        ["AT^SYSCFGEX", 'AT^SYSCFGEX="04",3FFFFFFF,1,2,7F', 'AT^SYSCFGEX="0202",3FFFFFFF,1,2,7F', 'AT^SYSCFGEX="02"'],
    ),
    (
        "huawei-old",
        "AT^SYSCFG?",
        b"^SYSCFG:2,0,3FFFFFFF,1,2\r\n",
        b"^SYSCFG:(2,13,14,16)",
        [
            ("AT^SYSCFG=14,3,40000000,2,4", "UMTS", b"^SYSCFG:14,0,3FFFFFFF,1,2\r\n"),
            ("AT^SYSCFG=13,1,3FFFFFFF,1,1", "GSM", b"^SYSCFG:13,1,3FFFFFFF,1,1\r\n"),
            ("AT^SYSCFG=16,3,3FFFFFFF,1,2", "GSM", b"^SYSCFG:13,1,3FFFFFFF,1,2\r\n"),
        ],
        ["AT^SYSCFG=15,0,3FFFFFFF,1,2", "AT^SYSCFG=2"],
    ),
    (
        "quectel",
        'AT+QCFG="nwscanmode"',
        b'+QCFG: "nwscanmode",0\r\n',
        b'+QCFG: "nwscanmode",(0,1,2,3,5)',
        [
            ('AT+QCFG="nwscanmode",2,1', "UMTS", b'"nwscanmode",2\r\n'),
            ('AT+QCFG="nwscanmode",1', "GSM", b'"nwscanmode",1\r\n'),
            ('AT+QCFG="nwscanmode",3,0', "GSM", b'"nwscanmode",3\r\n'),  # at the next start
        ],
        ['AT+QCFG="nwscanmode",9', 'AT+QCFG="nothing"', "AT+QCFG?"],
    ),
    (
        "quectel-5g",
        'AT+QNWPREFCFG="mode_pref"',
        b'+QNWPREFCFG: "mode_pref",AUTO\r\n',
        b"NR5G",
        [
            ('AT+QNWPREFCFG="mode_pref",WCDMA', "UMTS", b'"mode_pref",WCDMA\r\n'),
            ('AT+QNWPREFCFG="mode_pref",LTE:WCDMA', "LTE", b'"mode_pref",LTE:WCDMA\r\n'),
        ],
        ['AT+QNWPREFCFG="mode_pref",GSM'],
    ),
    (
        "simcom",
        "AT+CNMP?",
        b"+CNMP: 2\r\n",
        b"+CNMP: (2,13,14,",
        [("AT+CNMP=14", "UMTS", b"+CNMP: 14\r\n"), ("AT+CNMP=38", "LTE", b"+CNMP: 38\r\n")],
        ["AT+CNMP=99", "AT+CNMP", "AT+CNMP=x"],
    ),
    (
        "zte",
        "AT+ZSNT?",
        b"+ZSNT: 0,0,0\r\n",
        b"+ZSNT: (0,1,2,6)",
        [("AT+ZSNT=1,0,0", "GSM", b"+ZSNT: 1,0,0\r\n"), ("AT+ZSNT=6,0,0", "LTE", b"+ZSNT: 6,0,0\r\n")],
        ["AT+ZSNT=1", "AT+ZSNT=3,0,0", "AT+ZSNT=1,7,0"],
    ),
    (
        "sierra",
        "AT!SELRAT?",
        b"!SELRAT: 00, Automatic\r\n",
        b"01, UMTS 3G Only",
        [("AT!SELRAT=1", "UMTS", b"!SELRAT: 01, UMTS 3G Only\r\n"), ("AT!SELRAT=06", "LTE", b"06, LTE Only\r\n")],
        ["AT!SELRAT=3", "AT!SELRAT="],
    ),
    (
        "telit",
        "AT+WS46?",
        b"+WS46: 25\r\n",
        b"+WS46: (12,22,25,28,29,30,31)",
        [("AT+WS46=22", "UMTS", b"+WS46: 22\r\n"), ("AT+WS46=31", "LTE", b"+WS46: 31\r\n")],
        ["AT+WS46=24"],
    ),
    (
        "fibocom",
        "AT+GTACT?",
        b"+GTACT: 10,3,2,1,8,101,103,107,120\r\n",
        b"+GTACT: (0,1,2,4,10)",
        [
            ("AT+GTACT=1", "UMTS", b"+GTACT: 1,3,2,1,8,101,103,107,120\r\n"),
            ("AT+GTACT=4,,,8", "LTE", b"+GTACT: 4,3,2,8,8,101"),
        ],
        ["AT+GTACT=7"],
    ),
    (
        "cinterion",
        "AT^SXRAT?",
        b"^SXRAT: 6,3\r\n",
        b"^SXRAT: (0-6),(0,2,3)",
        [("AT^SXRAT=2", "UMTS", b"^SXRAT: 2,3\r\n"), ("AT^SXRAT=1,2", "UMTS", b"^SXRAT: 1,2\r\n")],
        ["AT^SXRAT=8"],
    ),
    (
        "mediatek",
        "AT+ERAT?",
        b"+ERAT: 7,1,6,0\r\n",
        b"+ERAT: (0-3,6),(0-2)",
        [("AT+ERAT=1,0", "UMTS", b"+ERAT: 7,1,1,0\r\n"), ("AT+ERAT=0", "GSM", b"+ERAT: 7,1,0,0\r\n")],
        ["AT+ERAT=5"],
    ),
]


@pytest.mark.parametrize(
    ("profile", "read", "first", "test", "sets", "wrong"), COMMANDS, ids=[row[0] for row in COMMANDS]
)
def test_each_makers_rat_command(
    profile: str, read: str, first: bytes, test: bytes, sets: list[tuple[str, str, bytes]], wrong: list[str]
) -> None:
    """Read, test and set forms; the RAT follows; a restart and a power cut change nothing; wrong values are refused."""
    modem = machine(f'profile = "{profile}"\nrats = ["NR", "LTE", "UMTS", "GSM"]\n')
    assert first in heard(modem, read)
    name = read.removesuffix("?").partition("=")[0]
    assert test in heard(modem, f"{name}=?")
    for command, rat, shown in sets:
        assert heard(modem, command).endswith(b"\r\nOK\r\n")
        assert (modem.rat, shown in heard(modem, read)) == (rat, True), command
    for command in wrong:
        before = heard(modem, read)
        assert b"ERROR" in heard(modem, command), command
        assert heard(modem, read) == before
    kept = heard(modem, read)
    heard(modem, "AT+CFUN=1,1", until=5.0)
    assert heard(modem, read, now=5.0) == kept
    modem.unplug(for_s=1.0)
    modem.due(20.0)
    assert heard(modem, read, now=20.0) == kept
    if profile == "quectel":
        assert modem.rat == "LTE"  # what was to take effect at the next start has


def test_ublox_changes_its_rat_with_the_radio_off_alone() -> None:
    """+URAT is refused while the modem is registered, and works behind AT+COPS=2."""
    modem = machine('profile = "ublox"\n')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, "AT+URAT=2") == b"\r\n+CME ERROR: 3\r\n"
    heard(modem, "AT+COPS=2")
    assert heard(modem, "AT+URAT=2,0") == b"\r\nOK\r\n"
    heard(modem, "AT+COPS=0")
    assert (modem.rat, modem.registration) == ("UMTS", "home")


def test_a_setting_that_another_program_left_and_firmware_that_writes_nothing() -> None:
    """[settings] may begin with another RAT; rat_switch = "ignored" says OK and keeps it; "refused" says no."""
    modem = machine('profile = "huawei"\nrat_switch = "ignored"\n[settings]\nSYSCFGEX = \'"03",3FFFFFFF,1,1,7F\'\n')
    assert heard(modem, 'AT^SYSCFGEX="02",3FFFFFFF,2,4,7F,,') == b"\r\nOK\r\n"
    assert b'^SYSCFGEX:"03",3FFFFFFF,1,1,7F\r\n' in heard(modem, "AT^SYSCFGEX?")
    assert b"ERROR" in heard(machine('profile = "simcom"\nrat_switch = "refused"\n'), "AT+CNMP=14")


def test_a_rat_that_the_network_has_not_is_searched_for_without_end() -> None:
    """Locked to UMTS where there is none: searching, no operator, no signal, until the setting changes."""
    modem = machine('profile = "simcom"\nrats = ["LTE", "GSM"]\nrat_switch_time = "2s"\n')
    heard(modem, "AT+CREG=1")
    heard(modem, "AT+CNMP=14")
    assert b"+CREG: 1,2" in heard(modem, "AT+CREG?", now=500.0)
    assert heard(modem, "AT+COPS?", now=500.0) == b"\r\n+COPS: 0\r\n\r\nOK\r\n"
    assert b"+CSQ: 99,99" in heard(modem, "AT+CSQ", now=500.0)
    heard(modem, "AT+CNMP=2", now=500.0)
    assert b"+CREG: 1\r\n" in b"".join(modem.due(503.0))


@pytest.mark.parametrize("mode", ["0", "4"])
def test_radio_off_and_on(mode: str) -> None:
    """AT+CFUN=0 and 4 leave the network at once; 1 brings it back in register_time."""
    modem = machine('register_time = "3s"\n')
    heard(modem, "AT+CREG=1;+CMEE=1")
    assert b"+CREG: 0\r\n" in heard(modem, f"AT+CFUN={mode}")
    assert b"+CREG: 1,0" in heard(modem, "AT+CREG?")
    assert heard(modem, ASK) == b"\r\n+CME ERROR: 30\r\n"
    assert b"+CREG: 2\r\n" in heard(modem, "AT+CFUN=1", now=10.0)
    assert modem.due(12.9) == []
    assert b"".join(modem.due(13.0)) == b"\r\n+CREG: 1\r\n"
    assert b'"Balance 5"' in heard(modem, ASK, now=13.0)


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("plain", "AT+CFUN=1,1"),
        ("huawei", "AT^RESET"),
        ("simcom", "AT+CRESET"),
        ("sierra", "AT!RESET"),
        ("telit", "AT#REBOOT"),
        ("fibocom", "AT+CFUN=15"),
        ("ublox", "AT+CFUN=16"),
    ],
)
def test_resets_take_the_device_off_the_bus(profile: str, command: str) -> None:
    """OK, then the device is away for restart_time, comes back with fresh settings and searches."""
    modem = machine(f'profile = "{profile}"\nrestart_time = "8s"\nregister_time = "4s"\n')
    heard(modem, "AT+CREG=1")
    assert heard(modem, command) == b"\r\nOK\r\n"
    modem.due(1.0)
    assert not modem.plugged
    modem.due(8.1)
    assert (modem.plugged, modem.settings["CREG"], modem.registration) == (True, "0", "searching")
    modem.due(12.2)
    assert modem.registration == "home"


def test_a_reset_of_another_make_is_unknown() -> None:
    """AT^RESET means nothing to a Quectel."""
    modem = machine('profile = "quectel"\n')
    assert b"ERROR" in heard(modem, "AT^RESET", until=5.0)
    assert modem.unplugs == 0


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("cusd4", [(0.0, b"OK"), (0.0, b"+CUSD: 4")]),
        ("cme30", [(0.0, b"+CME ERROR: 30")]),
        ("silence", [(0.0, b"OK")]),
        ("lost-registration", [(0.0, b"+CREG: 2"), (0.0, b"OK"), (30.0, b"+CUSD: 4")]),
    ],
)
def test_how_ussd_is_refused_on_lte(how: str, expected: list[tuple[float, bytes]]) -> None:
    """`no_ussd` on a RAT that `ussd_on` leaves out; on UMTS the answer comes, also where registration was lost."""
    modem = machine(f'profile = "telit"\nussd_on = ["UMTS"]\nno_ussd = "{how}"\n')
    heard(modem, "AT+CMEE=1;+CREG=1")
    modem.receive(ASK.encode() + b"\r", 0.0)
    seen = [(0.0, piece) for piece in modem.due(0.0)]
    while (at := modem.next_at) is not None:
        seen += [(at, piece) for piece in modem.due(at)]
    assert [(at, piece.strip()) for at, piece in seen] == expected
    heard(modem, "AT+WS46=22", now=40.0)
    assert b'"Balance 5"' in heard(modem, ASK, now=40.0)


@pytest.mark.parametrize(
    ("profile", "command", "back"),
    [
        ("quectel", 'AT+QCFG="servicedomain",1', 'AT+QCFG="servicedomain",2'),
        ("huawei", 'AT^SYSCFGEX="00",3FFFFFFF,1,1,7F', 'AT^SYSCFGEX="00",3FFFFFFF,1,2,7F'),
        ("huawei-old", "AT^SYSCFG=2,0,3FFFFFFF,1,1", "AT^SYSCFG=2,0,3FFFFFFF,1,2"),
        ("simcom", "AT+CEMODE=0", "AT+CEMODE=2"),
        ("telit", "AT+CEMODE=3", "AT+CEMODE=1"),
    ],
)
def test_a_modem_set_to_data_alone_has_no_ussd(profile: str, command: str, back: str) -> None:
    """Packet-only service domain: CME 30; +CREG says not registered, +CGREG says it is; with CS back it works."""
    modem = machine(f'profile = "{profile}"\n')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, command) == b"\r\nOK\r\n"
    assert heard(modem, ASK) == b"\r\n+CME ERROR: 30\r\n"
    assert b"+CREG: 0,0" in heard(modem, "AT+CREG?")
    assert b"+CGREG: 0,1" in heard(modem, "AT+CGREG?")
    heard(modem, back)
    assert b'"Balance 5"' in heard(modem, ASK)


def test_cs_fall_back_moves_to_umts_for_the_query_and_back() -> None:
    """With csfb the query takes its time on UMTS, announced, and the modem returns to LTE by itself."""
    modem = machine('profile = "huawei"\nussd_on = ["UMTS", "GSM"]\ncsfb = "3s"\n')
    heard(modem, "AT+CREG=2")
    said = heard(modem, ASK)
    assert b'+CREG: 1,"1A2B","00C3D4E5",2\r\n' in said
    assert b"OK" in said
    assert b'"Balance 5"' in b"".join(modem.due(3.0))
    assert b'",2' in heard(modem, "AT+COPS?", now=3.0)
    assert b'",7\r\n' in b"".join(modem.due(6.1))
    assert b'",7' in heard(modem, "AT+COPS?", now=6.1)


@pytest.mark.parametrize(
    ("profile", "quiet", "command", "line"),
    [
        ("huawei", "AT^CURC=0", 'AT^SYSCFGEX="02",40000000,2,4,40000000,,', b"\r\n^MODE: 5,4\r\n"),
        ("simcom", "AT+CNSMOD=0", "AT+CNMP=13", b"\r\n+CNSMOD: 1\r\n"),
    ],
)
def test_makers_tell_the_rat_by_themselves(profile: str, quiet: str, command: str, line: bytes) -> None:
    """^MODE and +CNSMOD come when the modem is on another RAT, unless they were switched off."""
    text = f'profile = "{profile}"\nrat_switch_time = "2s"\n[settings]\nCNSMOD = 1\n'
    for silence in (False, True):
        modem = machine(text)
        if silence:
            heard(modem, quiet)
        assert heard(modem, command) == b"\r\nOK\r\n"
        assert b"".join(modem.due(2.0)) == (b"" if silence else line)


def test_a_modem_locked_to_lte_cannot_fall_back() -> None:
    """CS fall-back needs another RAT that is allowed and that the network has."""
    modem = machine('profile = "simcom"\nussd_on = ["UMTS"]\ncsfb = "3s"\n')
    heard(modem, "AT+CNMP=38")
    assert b"+CUSD: 4" in heard(modem, ASK)


@pytest.mark.parametrize(("until", "cure"), [("cfun", "AT+CFUN=4"), ("reset", "AT+CFUN=1,1"), ("usb", None)])
def test_ussd_that_is_dead_until_something_is_done(until: str, cure: str | None) -> None:
    """`mad`: AT answers and USSD is silent, until a radio cycle, a restart or a power cut; less does not help."""
    modem = machine(f'[[event]]\nat = "1s"\ndo = "mad"\nmad_until = "{until}"\n')
    assert modem.due(1.0) == []
    now = 10.0
    for attempt in ("AT", "AT+CFUN=4", "AT+CFUN=1,1", None):
        if attempt is None:
            modem.unplug(for_s=1.0)
        else:
            heard(modem, attempt, now=now)
            heard(modem, "AT+CFUN=1", now=now)
        modem.due(now + 10)
        heard(modem, "ATE0", now=now + 10)
        said = heard(modem, ASK, now=now + 15)
        if attempt == cure:
            assert b"Balance" in said
            return
        assert said == b"\r\nOK\r\n"
        now += 20


def test_telit_keeps_its_ok_until_the_network_answers() -> None:
    """With #SELINT=0 nothing comes before the answer; in silence the modem gives up by itself."""
    text = 'profile = "telit"\n[settings]\nSELINT = 0\n'
    scenario = loading.parse(
        "[modem]\necho = false\n"
        + text
        + REPLY.replace('"Balance 5"', '{ text = "5", after = "4s" }, { silent = true }')
    )
    modem = SimulatedModem(scenario)
    assert heard(modem, ASK) == b""
    assert modem.due(3.9) == []
    assert b"".join(modem.due(4.0)) == b'\r\n+CUSD: 0,"5",15\r\n\r\nOK\r\n'
    assert heard(modem, ASK, now=10.0, until=60.0) == b""
    assert b"".join(modem.due(80.0)) == b"\r\nERROR\r\n"


def test_cinterion_prompts_for_the_answer_to_a_menu() -> None:
    """A menu ends with "> ": the answer goes with Ctrl-Z, ESC gives the session up with OK."""
    menu = '[[ussd]]\ncode = "*1#"\nreplies = [{ text = "1 Balance", menu = { 1 = "Balance 5" } }]\n'
    modem = machine('profile = "cinterion"\n' + menu)
    assert heard(modem, 'AT+CUSD=1,"*1#",15').endswith(b'+CUSD: 1,"1 Balance",15\r\n\r\n> ')
    modem.receive(b"1\x1a", 0.0)
    assert b'+CUSD: 0,"Balance 5",15' in b"".join(modem.due(0.0))
    heard(modem, 'AT+CUSD=1,"*1#",15')
    modem.receive(b"\x1b", 0.0)
    assert b"".join(modem.due(0.0)) == b"\r\nOK\r\n"
    assert not modem.network.session_open


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_every_family_says_who_it_is_and_answers_a_code(profile: str) -> None:
    """Names, the maker's command for the ICCID and one query work in each family, from power-on."""
    modem = machine(f'profile = "{profile}"\n')
    family = FAMILIES[modem.scenario.profile]
    for command, expected in [("CGMI", family.manufacturer), ("CGMM", family.model), ("CGMR", family.firmware)]:
        assert expected.encode() in heard(modem, f"AT+{command}")
    assert b"8970101234567890123" in heard(modem, f"AT{family.iccid_command}")
    assert b'"Balance 5"' in heard(modem, ASK)
    assert b"ERROR" in heard(modem, "AT+NOSUCH") or family.unknown_command.encode() in heard(modem, "AT+NOSUCH")
