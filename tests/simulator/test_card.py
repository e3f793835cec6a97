"""PIN, PUK and their tries; a SIM that comes and goes while the modem runs. Asserted on the wire."""

from __future__ import annotations

import re

import pytest

from modemd.at.own_number import own_number
from modemd.errors import ScenarioError
from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.profiles import FAMILIES

LOCKED = 'sim = "pin"\npin = "4321"\n'


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text), now=0.0)


def heard(modem: SimulatedModem, line: str, *, now: float = 0.0) -> bytes:
    modem.receive(line.encode("latin-1") + b"\r", now)
    return b"".join(modem.due(now))


@pytest.mark.parametrize(
    ("profile", "command", "full", "one_wrong", "blocked"),
    [
        (
            "huawei",
            "AT^CPIN?",
            b"^CPIN: SIM PIN,3,10,3,10,3",
            b"^CPIN: SIM PIN,2,10,2,10,3",
            b"^CPIN: SIM PUK,10,10,0,",
        ),
        ("quectel", "AT+QPINC?", b'+QPINC: "SC",3,10', b'+QPINC: "SC",2,10', b'+QPINC: "SC",0,10'),
        ("simcom", "AT+SPIC", b"+SPIC: 3,10,3,10", b"+SPIC: 2,10,3,10", b"+SPIC: 0,10,3,10"),
        ("telit", "AT#PCT", b"#PCT: 3", b"#PCT: 2", b"#PCT: 10"),
        ("zte", "AT+ZPINPUK=?", b"+ZPINPUK: 3,10,3,10", b"+ZPINPUK: 2,10,3,10", b"+ZPINPUK: 0,10,3,10"),
        ("sierra", "AT+CPINC?", b"+CPINC: 3,3,10,10", b"+CPINC: 2,3,10,10", b"+CPINC: 0,3,10,10"),
        ("cinterion", "AT^SPIC", b"^SPIC: 3", b"^SPIC: 2", b"^SPIC: 10"),
    ],
)
def test_each_makers_counter_tells_the_tries_that_are_left(
    profile: str, command: str, full: bytes, one_wrong: bytes, blocked: bytes
) -> None:
    """Three tries, one less behind a wrong PIN, none behind the third, and then those of the PUK."""
    modem = machine(f'profile = "{profile}"\n' + LOCKED)
    assert full in heard(modem, command)
    heard(modem, 'AT+CPIN="0000"')
    assert one_wrong in heard(modem, command)
    heard(modem, 'AT+CPIN="0000"')
    heard(modem, 'AT+CPIN="0000"')
    assert blocked in heard(modem, command)


def test_the_puk_opens_a_blocked_sim_and_sets_the_pin() -> None:
    """A wrong PUK costs one of its tries; the right one with a new PIN opens, and that PIN is asked for from now on."""
    modem = machine('profile = "huawei"\nsim = "puk"\npin = "4321"\npuk = "87654321"\npuk_tries = 3\n')
    heard(modem, "AT+CMEE=1")
    assert b"+CPIN: SIM PUK" in heard(modem, "AT+CPIN?")
    assert heard(modem, 'AT+CPIN="11111111","1111"') == b"\r\n+CME ERROR: 16\r\n"
    assert b"^CPIN: SIM PUK,2,2,0," in heard(modem, "AT^CPIN?")
    assert heard(modem, 'AT+CPIN="87654321","12"') == b"\r\n+CME ERROR: 50\r\n"
    assert heard(modem, 'AT+CPIN="87654321","1111"') == b"\r\nOK\r\n"
    assert b"READY" in heard(modem, "AT+CPIN?")
    modem.unplug(for_s=1.0)
    modem.due(5.0)
    heard(modem, "ATE0", now=5.0)
    assert b"SIM PIN" in heard(modem, "AT+CPIN?", now=5.0)
    assert heard(modem, "AT+CPIN=1111", now=5.0) == b"\r\nOK\r\n"


def test_a_sim_without_tries_is_dead() -> None:
    """The last wrong PUK ends it: SIM failure for every later one."""
    modem = machine('sim = "puk"\npuk_tries = 1\n')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, 'AT+CPIN="1","1111"') == b"\r\n+CME ERROR: 13\r\n"
    assert heard(modem, 'AT+CPIN="12345678","1111"') == b"\r\n+CME ERROR: 13\r\n"


def test_tries_outlive_a_power_cut() -> None:
    """They are the card's: a wrong PIN before a power cut still counts behind it."""
    modem = machine('profile = "quectel"\npin_tries = 2\n' + LOCKED)
    heard(modem, "AT+CPIN=0000")
    modem.unplug(for_s=1.0)
    modem.due(5.0)
    assert b'"SC",1,10' in heard(modem, "AT+QPINC?", now=5.0)


@pytest.mark.parametrize(
    ("profile", "gone", "back"),
    [
        ("huawei", b"^SIMST: 255", b"^SIMST: 1"),
        ("quectel", b"+CPIN: NOT READY", b"+QSIMSTAT: 1,1"),
        ("simcom", b"+SIMCARD: NOT AVAILABLE", b"+CPIN: READY"),
        ("telit", b"#QSS: 0", b"#QSS: 1"),
        ("fibocom", b"+SIM: Removed", b"+SIM: Inserted"),
        ("zte", b"+ZUSIMR:0", b"+ZUSIMR:2"),
        ("plain", b"+CREG: 2", b"+CREG: 1"),
    ],
)
def test_a_sim_that_is_taken_out_and_put_in(profile: str, gone: bytes, back: bytes) -> None:
    """The maker's lines come, commands that need the SIM are refused, registration is lost and found."""
    modem = machine(
        f'profile = "{profile}"\nregister_time = "2s"\n'
        '[[event]]\nat = "1s"\ndo = "sim"\nsim = "none"\n[[event]]\nat = "10s"\ndo = "sim"\nsim = "ready"\n'
    )
    heard(modem, "AT+CREG=1;+CMEE=1")
    said = b"".join(modem.due(1.0))
    assert gone in said
    assert b"+CREG: 2" in said
    assert heard(modem, "AT+CIMI", now=2.0) == b"\r\n+CME ERROR: 10\r\n"
    assert heard(modem, 'AT+CUSD=1,"*100#",15', now=2.0) == b"\r\n+CME ERROR: 10\r\n"
    assert back in b"".join(modem.due(12.0))
    assert b"250011234567890" in heard(modem, "AT+CIMI", now=12.0)


def test_another_sim_has_its_own_numbers_and_messages() -> None:
    """With iccid or imsi the event puts in another card: its numbers show, and the old one's messages are gone."""
    modem = machine(
        'spn = "MTS"\n[[sms]]\ntext = "old"\n'
        '[[event]]\nat = "1s"\ndo = "sim"\nsim = "ready"\niccid = "89701020000000000017"\nimsi = "250021111111111"\n'
    )
    modem.due(1.0)
    assert b"250021111111111" in heard(modem, "AT+CIMI", now=1.0)
    assert b"+CCID: 89701020000000000017" in heard(modem, "AT+CCID", now=1.0)
    assert b"+CRSM: 106,130" in heard(modem, "AT+CRSM=176,28486,0,0,17", now=1.0)
    assert b"+CMS ERROR: 321" in heard(modem, "AT+CMGR=1", now=1.0)


@pytest.mark.parametrize("charset", ["IRA", "UCS2"])
@pytest.mark.parametrize("profile", sorted(FAMILIES))
@pytest.mark.parametrize("number", [None, "", "+79161234567", "89161234567"])
def test_each_make_shows_the_number_of_the_sim(number: str | None, profile: str, charset: str) -> None:
    """Read as modemd reads it; most SIMs hold none, or an empty record."""
    modem = machine(f'profile = "{profile}"\n' + ("" if number is None else f'number = "{number}"\n'))
    heard(modem, f'AT+CSCS="{charset}"')
    *lines, final = [text for text in heard(modem, "AT+CNUM").decode().split("\r\n") if text]
    assert (own_number(lines), final) == (number or None, "OK")


def test_a_sim_may_be_busy_or_fail_while_the_modem_runs() -> None:
    """CME 14 for its time, then it is ready again; CME 13 for good."""
    modem = machine(
        'busy = "2s"\n[[event]]\nat = "1s"\ndo = "sim"\nsim = "busy"\n'
        '[[event]]\nat = "10s"\ndo = "sim"\nsim = "failure"\n'
    )
    heard(modem, "AT+CMEE=1")
    assert heard(modem, "AT+CIMI", now=1.5) == b"\r\n+CME ERROR: 14\r\n"
    assert b"25001" in heard(modem, "AT+CIMI", now=3.5)
    assert heard(modem, "AT+CPIN?", now=11.0) == b"\r\n+CME ERROR: 13\r\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[modem]\nprofile = "siera"\n', "modem.profile"),
        ("[modem]\npuk_tries = 11\n", "modem.puk_tries"),
        ('[modem]\nports = ["diag"]\n', "modem.ports"),
        ('[modem]\nports = ["at", "at"]\n', "modem.ports"),
        ('[modem]\nprofile = "simcom"\n[settings]\nCNMP = 99\n', "settings"),
        ('[modem]\nprofile = "huawei"\n[settings]\nSYSCFGEX = "02"\n', "settings"),
        ('[modem]\nurc_port = "diag"\n', "modem.urc_port"),
        ('[modem]\nno_ussd = "cusd5"\n', "modem.no_ussd"),
        ('[modem]\ncsfb = "soon"\n', "modem.csfb"),
        ('[[event]]\nat = "1s"\ndo = "sim"\n', "event[1].sim"),
        ('[[event]]\nat = "1s"\ndo = "mad"\nmad_until = "ever"\n', "event[1].mad_until"),
        ('[[event]]\nat = "1s"\ndo = "brownout"\ntimes = 0\n', "event[1].times"),
    ],
)
def test_wrong_keys_are_named_with_a_cure(text: str, place: str) -> None:
    """Each wrong value of the keys of device, SIM and events is an error that names it."""
    with pytest.raises(ScenarioError, match=re.escape(f"scenario: {place}")):
        loading.parse(text)
