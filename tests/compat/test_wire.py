"""What python-gsmmodem-new loses or takes for something else on the wire, and its class on our engine does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import serial

from modemd.backends.at.timeouts import Timeouts
from modemd.compat import (
    CmeError,
    CmsError,
    CommandError,
    GsmModem,
    InvalidStateException,
    TimeoutException,
)

Script = Callable[..., GsmModem]

TEXTS: dict[str, tuple[tuple[Any, ...], str]] = {
    "simple": (("OK", '+CUSD: 0,"Balance 5",15'), "Balance 5"),
    "cusd before OK": (('+CUSD: 0,"Balance 5",15', 0.05, "OK"), "Balance 5"),
    "no dcs": (("OK", '+CUSD: 0,"Balance 5"'), "Balance 5"),
    "empty m=2, then the text": (("OK", '+CUSD: 2,"",0', 0.1, '+CUSD: 0,"Balance 5",15'), "Balance 5"),
    "RING in the text": (("OK", '+CUSD: 0,"SPRING 5",15'), "SPRING 5"),
    "two packets": (("OK", b'\r\n+CUSD: 0,"Balance 5\r\n', 0.05, b'Valid",15\r\n'), "Balance 5\nValid"),
    "OK inside": (("OK", b'\r\n+CUSD: 0,"Hello\r\nOK you have 5",15\r\n'), "Hello\nOK you have 5"),
    "UCS2": (("OK", '+CUSD: 0,"04110430043B0430043D0441",72'), "Баланс"),
    "packed": (("OK", '+CUSD: 0,"CF2135487D2E4130572D0682BB1A",15'), "OCTATOK 0.51 p."),
    "not UTF-8": (("OK", b'\r\n+CUSD: 0,"Solde \xe9 5",15\r\n'), "Solde é 5"),
    "noise": (("OK", "^RSSI:19", '+CMTI: "SM",3', '+CUSD: 0,"Balance 5",15'), "Balance 5"),
}

ERRORS: dict[str, tuple[tuple[Any, ...], type[Exception]]] = {
    "not supported": (("OK", "+CUSD: 4"), CommandError),
    "bare m=2 before OK": (("+CUSD: 2", "OK"), CommandError),
    "network timeout": (("OK", "+CUSD: 5"), TimeoutException),
    "CME": (("+CME ERROR: 30",), CmeError),
    "CME as text": (("+CME ERROR: SIM not inserted",), CommandError),
    "ERROR": (("ERROR",), CommandError),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_comes_out_however_it_is_cut(peer: Any, script: Script, name: str) -> None:
    """sendUssd gives the decoded text; a message that is announced meanwhile is not touched."""
    says, text = TEXTS[name]
    peer.ussd(*says)
    modem = script(peer.path)
    ussd = modem.sendUssd("*100#", 1.5)
    assert (ussd.message, ussd.sessionActive) == (text, False)
    assert modem.write("AT+CGMM") == ["M1", "OK"]
    assert not any(line.startswith(("AT+CMGR", "AT+CMGD")) for line in peer.commands)


@pytest.mark.parametrize("name", ERRORS)
def test_no_text_is_an_error_of_the_package_at_once(peer: Any, script: Script, name: str) -> None:
    """Never a wait for the whole time-out, and the next request has its own answer."""
    says, error = ERRORS[name]
    peer.ussd(*says)
    modem = script(peer.path)
    start = time.monotonic()
    with pytest.raises(error):
        modem.sendUssd("*100#", 10)
    assert time.monotonic() - start < 5
    peer.ussd("OK", '+CUSD: 0,"Balance 5",15')
    assert modem.sendUssd("*100#", 5).message == "Balance 5"


def test_a_request_without_answer_is_cancelled(peer: Any, script: Script) -> None:
    """TimeoutException, and AT+CUSD=2 behind the request."""
    peer.ussd("OK")
    modem = script(peer.path)
    with pytest.raises(TimeoutException):
        modem.sendUssd("*100#", 0.2)
    asked = peer.commands.index(peer.requests[0])
    assert "AT+CUSD=2" in peer.commands[asked:]


def test_a_late_answer_after_silence_is_nobody_elses(peer: Any, script: Script) -> None:
    """A modem that answers nothing at all for a while still owes the answer to the request that it took."""
    modem = script(peer.path)
    modem.quarantine_s = 30.0
    modem.close()
    modem.connect()
    known = {command: peer.answers[command] for command in ("AT", "AT+CUSD=2")}
    peer.answers |= {"AT+CUSD=1*": (), "AT": (), "AT+CUSD=2": ()}
    with pytest.raises(Exception, match=r"\w"):
        modem.sendUssd("*100#", responseTimeout=0.4)
    peer.answers |= {**known, "AT+CUSD=1*": ("OK", '+CUSD: 0,"Answer to the second",15')}
    requests = len(peer.requests)
    peer.later(0.2, '+CUSD: 0,"Answer to the first",15')
    assert modem.sendUssd("*101#", responseTimeout=5).message == "Answer to the second"
    assert len(peer.requests) == requests + 1


def test_a_late_answer_is_nobody_elses(peer: Any, script: Script) -> None:
    """The next request waits until the late answer came, and gets its own."""
    peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", 0.8, '+CUSD: 0,"Second 2",15')]
    modem = script(peer.path)
    modem.quarantine_s = 30.0
    modem.close()
    modem.connect()
    with pytest.raises(TimeoutException):
        modem.sendUssd("*100#", 0.2)
    peer.later(0.3, '+CUSD: 0,"First 1",15')
    start = time.monotonic()
    assert modem.sendUssd("*101#", 5).message == "Second 2"
    assert time.monotonic() - start < 20


def test_an_answer_behind_its_time_is_not_the_next_ones(peer: Any, script: Script) -> None:
    """What comes half a second late is thrown away, not taken for the answer to AT+CGMM."""
    peer.answers["AT+CGMI"] = (0.5, "Acme", "OK")
    modem = script(peer.path)
    with pytest.raises(TimeoutException):
        modem.write("AT+CGMI", timeout=0.2)
    peer.answers["AT+CGMI"] = ("Acme", "OK")
    assert modem.model == "M1"
    assert modem.manufacturer == "Acme"


def test_properties_among_noise(peer: Any, script: Script) -> None:
    """URCs between command and answer end up in no property."""
    peer.answers["AT+CNUM"] = ('+CNUM: "Own","+79161234567",145', "OK")
    peer.answers["AT+CSCA?"] = ('+CSCA: "+79168999100",145', "OK")
    names = ("GMI", "GMM", "GMR", "GSN", "IMI", "SQ", "OPS?", "REG?", "NUM", "SCA?")
    for name in (f"AT+C{name}" for name in names):
        peer.answers[name] = ("^RSSI:19", '^HCSQ:"LTE",43,39,57,20', *peer.answers[name])
    modem = script(peer.path)
    assert (modem.manufacturer, modem.model, modem.revision) == ("Acme", "M1", "1.0")
    assert (modem.imei, modem.imsi) == ("860000000000017", "250010000000012")
    assert (modem.signalStrength, modem.networkName) == (20, "Test")
    assert (modem.ownNumber, modem.smsc) == ("+79161234567", "+79168999100")
    assert modem.waitForNetworkCoverage(5) == 20


def test_the_operators_name_in_letters(peer: Any, script: Script) -> None:
    """A modem that shows numbers shows the name for one question, and numbers again."""
    peer.answers["AT+COPS?"] = [('+COPS: 0,2,"25001",7', "OK"), ('+COPS: 0,0,"MTS RUS",7', "OK")]
    peer.answers |= {"AT+COPS=3,0": ("OK",), "AT+COPS=3,2": ("OK",)}
    modem = script(peer.path)
    assert modem.networkName == "MTS RUS"
    assert peer.commands[-1] == "AT+COPS=3,2"


def test_the_commands_that_a_modem_has(peer: Any, script: Script) -> None:
    """+CLAC in one line, in many, or not at all: then the few that the package knows are tried."""
    modem = script(peer.path)
    peer.answers["AT+CLAC"] = ("+CLAC: +CSCS,+CNUM,+VTS", "OK")
    assert modem.supportedCommands == ["+CSCS", "+CNUM", "+VTS"]
    peer.answers["AT+CLAC"] = ("AT+CSCS", "AT+CNUM", "OK")
    assert modem.supportedCommands == ["+CSCS", "+CNUM"]
    del peer.answers["AT+CLAC"]
    assert modem.supportedCommands is None
    peer.answers["AT+CSCS=?"] = ('+CSCS: ("GSM","UCS2")', "OK")
    assert modem.supportedCommands == ["+CSCS"]
    assert modem.smsSupportedEncoding == ["GSM", "UCS2"]
    assert modem.smsEncoding == "GSM"


def test_losing_the_port_is_no_empty_list(peer: Any, script: Script) -> None:
    """The package's bare `except:` would make None of it."""
    modem = script(peer.path)
    peer.unplug()
    with pytest.raises(serial.SerialException):
        _ = modem.supportedCommands
    with pytest.raises(serial.SerialException):
        _ = modem.gsmBusy


def test_the_contract_of_write(peer: Any, script: Script) -> None:
    """The package's errors by number, its time-out with what came, and the prompt of an SMS."""
    peer.answers |= {
        "AT+A": ("+CME ERROR: 30",),
        "AT+B": ("+CMS ERROR: 500",),
        "AT+C": ("ERROR",),
        "AT+D": ("+D: 1",),
        "AT+E": ("+CME ERROR: SIM busy",),
        "AT+CMGS=12": (b"\r\n> ",),
    }
    modem = script(peer.path)
    for line, error in (("AT+A", CmeError), ("AT+B", CmsError), ("AT+C", CommandError), ("AT+E", CommandError)):
        with pytest.raises(error):
            modem.write(line)
    assert modem.write("AT+C", parseError=False) == ["ERROR"]
    assert modem.write("AT+CMGS=12", expectedResponseTermSeq="> ") == ["> "]
    assert modem.write("\x1b", waitForResponse=False, writeTerm="") is None
    with pytest.raises(TimeoutException) as raised:
        modem.write("AT+D", timeout=0.2)
    assert raised.value.data == ["+D: 1"]
    assert modem.write("AT+CGMM") == ["M1", "OK"]


def test_a_busy_sim_is_asked_again_and_not_for_ever(peer: Any, script: Script) -> None:
    """CME 14 is waited for within the time-out."""
    modem = script(peer.path)
    peer.answers["AT+CIMI"] = [("+CME ERROR: 14",), ("+CME ERROR: 515",), ("250010000000012", "OK")]
    assert modem.imsi == "250010000000012"
    peer.answers["AT+CIMI"] = ("+CME ERROR: 14",)
    start = time.monotonic()
    with pytest.raises(CmeError) as raised:
        modem.write("AT+CIMI", timeout=0.3)
    assert raised.value.code == 14
    assert time.monotonic() - start < 3


def test_a_menu_is_answered_turn_by_turn(peer: Any, script: Script) -> None:
    """The session stays open between the calls, other commands fit in between, and a reply to what is over is refused
    instead of being dialled."""
    peer.answers["AT+CUSD=1*"] = [
        ("OK", '+CUSD: 1,"1 Balance 2 Tariff",15'),
        ("OK", '+CUSD: 1,"1 Today 2 Month",15'),
        ("OK", '+CUSD: 0,"Balance 5",15'),
    ]
    modem = script(peer.path)
    menu = modem.sendUssd("*111#", 5)
    assert (menu.message, menu.sessionActive) == ("1 Balance 2 Tariff", True)
    assert modem.signalStrength == 20
    second = menu.reply("1")
    assert (second.message, second.sessionActive) == ("1 Today 2 Month", True)
    last = modem.sendUssd("2")
    assert (last.message, last.sessionActive) == ("Balance 5", False)
    assert second.sessionActive is False
    with pytest.raises(InvalidStateException):
        second.reply("1")
    assert [line.split(",")[1] for line in peer.requests] == ['"*111#"', '"1"', '"2"']


@pytest.mark.parametrize("by", ["cancel", "write"])
def test_a_menu_is_cancelled(peer: Any, script: Script, by: str) -> None:
    """By Ussd.cancel() as by the command itself: AT+CUSD=2 once, and the session is over."""
    peer.ussd("OK", '+CUSD: 1,"1 Balance 2 Tariff",15')
    modem = script(peer.path)
    menu = modem.sendUssd("*111#", 5)
    before = peer.commands.count("AT+CUSD=2")
    if by == "cancel":
        menu.cancel()
        menu.cancel()
    else:
        assert modem.write("AT+CUSD=2") == ["OK"]
    assert menu.sessionActive is False
    assert peer.commands.count("AT+CUSD=2") == before + 1


def test_a_menu_that_the_network_ends(peer: Any, script: Script) -> None:
    """Its Ussd says so, and a reply is not dialled."""
    peer.ussd("OK", '+CUSD: 1,"1 Balance 2 Tariff",15')
    modem = script(peer.path)
    menu = modem.sendUssd("*111#", 5)
    peer.say("+CUSD: 2")
    deadline = time.monotonic() + 5
    while menu.sessionActive and time.monotonic() < deadline:
        modem.write("AT")
    with pytest.raises(InvalidStateException):
        menu.reply("1")
    assert len(peer.requests) == 1


def test_a_menu_and_the_unplugged_modem(peer: Any, script: Script) -> None:
    """A reply to a modem that is gone is an error of the port."""
    peer.ussd("OK", '+CUSD: 1,"1 Balance 2 Tariff",15')
    modem = script(peer.path)
    menu = modem.sendUssd("*111#", 5)
    peer.unplug()
    modem.rxThread.join(5)
    with pytest.raises(serial.SerialException):
        menu.reply("1")


def test_the_character_set_that_the_script_chose(peer: Any, script: Script) -> None:
    """AT+CSCS by the script's own write() counts for USSD, and is put back at close."""
    peer.answers |= {'AT+CSCS="UCS2"': ("OK",), 'AT+CSCS="GSM"': ("OK",)}
    peer.ussd("OK", '+CUSD: 0,"04110430043B0430043D0441",72')
    modem = script(peer.path)
    modem.write('AT+CSCS="UCS2"')
    assert modem.sendUssd("*100#", 5).message == "Баланс"
    modem.close()
    assert 'AT+CSCS="GSM"' in peer.commands


def test_a_modem_that_reads_nothing_ends_the_write(peer: Any, script: Script, fast: Timeouts) -> None:
    """TimeoutException after `write_s`, not a hang."""
    modem = script(peer.path)
    peer.deaf = True
    assert peer.deafened.wait(2)
    start = time.monotonic()
    with pytest.raises(TimeoutException):
        modem.write("AT+X=" + "1" * 1_000_000)
    assert time.monotonic() - start < fast.write_s + 5
