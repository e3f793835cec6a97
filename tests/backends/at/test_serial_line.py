"""A modem on a UART: its rate, how another program left it, and starts of its own."""

from __future__ import annotations

import termios
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from modemd.backends.at.finding import RATES
from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.errors import ModemSilent, NotAtPort
from modemd.records import Device

ANSWER = '+CUSD: 0,"Balance 5",15'
SPEEDS = {termios.B9600: 9600, termios.B115200: 115_200, termios.B921600: 921_600, termios.B57600: 57_600}


@pytest.fixture
def uart(peer: Any) -> Any:
    """Answers at `peer.rate` alone, and can have any of V.250's manners: E, Q, V."""
    peer.rate, peer.manner = 115_200, {"E": "0", "Q": "0", "V": "1"}
    peer.answers |= {"AT+CGMI": ("Acme", "OK"), "AT+CREG?": ("+CREG: 0,1", "OK")}

    def command(raw: bytes) -> None:
        line = raw.strip(b"\r\n\x1b").decode("latin-1")
        if not line or SPEEDS.get(termios.tcgetattr(peer.master)[4]) != peer.rate:
            return
        manner = peer.manner
        if manner["E"] == "1":
            peer._utter(line.encode() + b"\r")
        body = line[2:]
        while body[:1] in manner and body[1:2] in "01":
            manner[body[0]], body = body[1], body[2:]
        with peer._changed:
            peer.commands.append(line)
            peer._changed.notify_all()
        for item in ("OK",) if not body or line.startswith(("ATE", "ATV", "ATQ")) else peer._answer(line):
            if isinstance(item, str) and item in ("OK", "ERROR"):
                if manner["Q"] == "1":
                    continue
                item = item if manner["V"] == "1" else {"OK": b"0\r", "ERROR": b"4\r"}[item]
            peer._utter(item)

    peer._command = command
    return peer


@pytest.fixture
def quick(fast: Timeouts) -> Timeouts:
    return replace(fast, rate_s=0.05, start_s=0.1, calm_s=0.0)


@pytest.mark.parametrize("rate", [115_200, 9600, 57_600, 921_600])
def test_the_rate_is_found(uart: Any, quick: Timeouts, rate: int) -> None:
    """The likely ones first; the modem is never told another one."""
    uart.rate = rate
    modem = Modem(uart.path, timeouts=quick, rates=RATES)
    modem.connect()
    assert modem.rate == rate
    assert modem.command("AT+CGMI") == ["Acme"]
    modem.close()
    assert not [line for line in uart.commands if "IPR" in line or "&W" in line]


def test_no_rate_is_right(uart: Any, quick: Timeouts) -> None:
    """Said with what was tried and what to look at: power, PWRKEY, wires."""
    uart.rate = 0
    with pytest.raises(ModemSilent, match=r"115200, 9600.*PWRKEY.*TX"):
        Modem(uart.path, timeouts=quick, rates=RATES).connect()


@pytest.mark.parametrize("echo", ["0", "1"])
@pytest.mark.parametrize(("numeric", "quiet"), [("1", "0"), ("0", "0"), ("1", "1"), ("0", "1")])
def test_manners_of_another_program(uart: Any, quick: Timeouts, echo: str, numeric: str, quiet: str) -> None:
    """Result codes as numbers, none at all, echo: understood, and put back as found."""
    uart.manner |= {"E": echo, "V": numeric, "Q": quiet}
    found = dict(uart.manner)
    modem = Modem(uart.path, timeouts=quick)
    modem.connect()
    assert modem.command("AT+CGMI") == ["Acme"]
    assert uart.manner == {"E": "0", "V": "1", "Q": "0"}
    modem.close()
    assert uart.heard("ATE0")
    assert uart.manner == found


def start(uart: Any, *says: Any) -> None:
    """Power is back: the settings of a start, and another character set."""
    uart.manner["E"] = "1"
    uart.answers |= {"AT+CSCS?": ('+CSCS: "UCS2"', "OK"), "AT+CMEE?": ("+CMEE: 0", "OK")}
    uart.say(*says)


@pytest.mark.parametrize("line", ["RDY", "+CFUN: 1", "^SYSSTART", "APP RDY", "*ATREADY: 1", "+AT: READY", None])
def test_a_start_while_idle(uart: Any, quick: Timeouts, line: str | None) -> None:
    """Set up again at once; one that says nothing is found out by its echo at the next command."""
    modem = Modem(uart.path, timeouts=quick)
    told: list[str] = []
    modem.on_restart = lambda: told.append("restart")
    uart.answers["AT+CMEE?"] = ("+CMEE: 1", "OK")
    modem.connect()
    start(uart, *([line] if line is not None else []))
    if line is None:
        modem.registration()
    modem.wait(0.3, until=lambda: bool(told))
    assert told == ["restart"]
    assert uart.commands.count("ATE0") == 2
    assert uart.commands.count("AT+CMEE=1") == 1
    assert modem.te_charset == "UCS2"
    modem.close()
    assert uart.commands[-2:] == ["AT+CMEE=0", "ATE1"]


class Forgetful:
    """A modem with the error format of 27.007 9.1: it shows what was set, and starts with `start`."""

    def __init__(self, peer: Any, *, start: str = "0", shows: bool = True) -> None:
        self.peer, self.start_value, self.shows = peer, start, shows
        self.errors = start
        peer.answers |= {"AT+CMEE?": lambda _: (f"+CMEE: {self.errors if shows else start}", "OK")}
        for value in "012":
            peer.answers[f"AT+CMEE={value}"] = partial(self._set, value)

    def _set(self, value: str, _command: str) -> tuple[str, ...]:
        self.errors = value
        return ("OK",)

    def start(self) -> None:
        self.errors = self.start_value

    def error(self, number: int, name: str) -> str:
        return {"0": "ERROR", "1": f"+CME ERROR: {number}", "2": f"+CME ERROR: {name}"}[self.errors]


@pytest.mark.parametrize("start_value", ["0", "2"])
@pytest.mark.parametrize("shows", [True, False])
def test_a_silent_start_shows_in_its_errors(peer: Any, quick: Timeouts, start_value: str, shows: bool) -> None:
    """No word, echo off by itself, the same character set: the error format alone is gone, and a failing read command
    shows it. It is set again, and as found behind us. A modem that does not show what was set is left alone."""
    forgetful = Forgetful(peer, start=start_value, shows=shows)
    modem = Modem(peer.path, timeouts=quick)
    told: list[str] = []
    modem.on_restart = lambda: told.append("restart")
    modem.connect()
    assert modem.registration().registered
    forgetful.start()
    peer.answers["AT+CREG?"] = lambda _: (forgetful.error(30, "no network service"),)
    modem.registration()
    modem.registration()
    assert told == (["restart"] if shows else [])
    if shows:
        assert forgetful.errors == "1"
        assert modem.execute("AT+CREG?").final.error == "CME 30"  # type: ignore[union-attr]
    before = len(peer.commands)
    modem.registration()
    assert [line for line in peer.commands[before:] if "CMEE" in line] == []
    modem.close()
    assert forgetful.errors == start_value


def test_a_modem_that_never_heeds_the_error_format(peer: Any, quick: Timeouts) -> None:
    """Looked at once, not at each of its errors."""
    peer.answers["AT+CREG?"] = ("+CME ERROR: no network service",)
    modem = Modem(peer.path, timeouts=replace(quick, calm_s=0.0))
    modem.connect()
    for _ in range(4):
        modem.registration()
    assert peer.commands.count("AT+CSCS?") == 2
    modem.close()


def test_a_silent_start_before_a_request(peer: Any, quick: Timeouts) -> None:
    """A request that is refused without a number, where its way of writing has worked: looked at, set up again, and
    dialled, as nothing was sent."""
    forgetful = Forgetful(peer)
    modem = Modem(peer.path, timeouts=quick)
    peer.ussd("OK", ANSWER)
    modem.connect()
    assert modem.ussd(UssdRequest(code="*100#", timeout_s=2.0)).text == "Balance 5"
    forgetful.start()
    peer.answers["AT+CUSD=1*"] = lambda _: ("OK", ANSWER) if forgetful.errors == "1" else ("ERROR",)
    assert modem.ussd(UssdRequest(code="*105#", timeout_s=2.0)).text == "Balance 5"
    assert forgetful.errors == "1"
    modem.close()
    assert forgetful.errors == "0"


def test_reports_that_another_program_had_switched_on(peer: Any, quick: Timeouts) -> None:
    """+CREG's n of another program, gone: a start."""
    forgetful = Forgetful(peer)
    peer.answers["AT+CREG?"] = [("+CREG: 2,1", "OK"), ("+CREG: 0,1", "OK")]
    modem = Modem(peer.path, timeouts=quick)
    modem.connect()
    modem.registration()
    forgetful.start()
    modem.registration()
    modem.registration()
    assert forgetful.errors == "1"
    modem.close()


@pytest.mark.parametrize("said_ok", [False, True])
@pytest.mark.parametrize("free", [False, True])
def test_a_start_within_a_request(uart: Any, quick: Timeouts, said_ok: bool, free: bool) -> None:
    """A typed end, soon; a free code that never reached the network is asked again, in the character set of now."""
    modem = Modem(uart.path, timeouts=replace(quick, final_s=3.0))
    uart.answers["AT+CMEE?"] = ("+CMEE: 1", "OK")
    modem.connect()
    answers = [("OK",) if said_ok else (), ("OK", '+CUSD: 0,"0035",72')]
    uart.answers["AT+CUSD=1*"] = answers

    def restart() -> None:
        if uart.heard("AT+CUSD=1"):
            start(uart, "RDY")

    threading.Thread(target=restart).start()
    result = modem.ussd(UssdRequest(code="*100#", timeout_s=5.0, repeatable=free))
    if free and not said_ok:
        assert result.text == "5"
        assert len(uart.requests) == 2
    else:
        assert (result.status, result.error) == ("error", "restarted")
        assert len(uart.requests) == 1
    assert result.elapsed_s < 3
    modem.registration()
    assert modem.te_charset == "UCS2"
    modem.close()


def test_the_word_alone_is_no_start(uart: Any, quick: Timeouts) -> None:
    """A line of that kind from a modem that has all that was set changes nothing."""
    modem = Modem(uart.path, timeouts=quick)
    uart.answers["AT+CMEE?"] = ("+CMEE: 1", "OK")
    modem.connect()
    uart.ussd("OK", "RDY", 0.05, '+CUSD: 0,"Balance: 5",15')
    result = modem.ussd(UssdRequest(code="*100#", timeout_s=5.0))
    assert result.text == "Balance: 5"
    modem.registration()
    modem.close()
    assert uart.commands.count("ATE0") == 1


@pytest.mark.parametrize(
    ("says", "error", "line"),
    [
        (b"\r\npi login: ", NotAtPort, "serial console"),
        (b"$GPGGA,,,,*66\r\n", NotAtPort, "NMEA"),
        (bytes.fromhex("7eff7d23c0217d217d207e"), NotAtPort, "PPP"),
        (bytes.fromhex("7e13000aff7e"), NotAtPort, "diagnostic"),
        (b"\xff\xfc\x80", ModemSilent, "no answer"),
    ],
)
def test_who_speaks_instead(
    make_peer: Callable[..., Any], quick: Timeouts, says: bytes, error: type[Exception], line: str
) -> None:
    """Told apart, with a cure that fits."""
    peer = make_peer()
    peer.answers = {"*": (says,)}
    with pytest.raises(error, match=line):
        Modem(peer.path, timeouts=quick, rates=RATES[:2]).connect()


def test_a_port_that_only_echoes(peer: Any, quick: Timeouts) -> None:
    """Crossed or joined wires."""
    peer.answers, peer.echo = {"*": ()}, True
    with pytest.raises(ModemSilent, match="RX and TX"):
        Modem(peer.path, timeouts=quick, rates=RATES).connect()
    assert len(peer.commands) < 12


@pytest.mark.parametrize(
    ("charset", "request_", "answer", "text"),
    [
        ("HEX", "2A31303023", b'"42616C616E636520352E3230",15', "Balance 5.20"),
        ("HEX", "2A31303023", b'"42616C616E636520352E3230"', "Balance 5.20"),
        ("8859-1", "*100#", b'"Cr\xe9dit 5.20",15', "Crédit 5.20"),
        ("PCCP437", "*100#", b'"Balance 5.20",15', "Balance 5.20"),
        ("PCCP437", "*100#", b'"Cr\x82dit 5.20",15', "Crédit 5.20"),
        ("PCCP866", "*100#", b'"\x81\xa0\xab\xa0\xad\xe1 5.20",15', "Баланс 5.20"),
        (
            "UCS2",
            "002A0031003000300023",
            '"{}",15'.format("Crédit 5.20".encode("utf-16-be").hex()).encode(),
            "Crédit 5.20",
        ),
    ],
)
def test_a_character_set_of_another_program(
    peer: Any, quick: Timeouts, charset: str, request_: str, answer: bytes, text: str
) -> None:
    """The code is written and the answer is read as it says, and it is as before behind us."""
    peer.answers |= {"AT+CSCS?": (f'+CSCS: "{charset}"', "OK"), "AT+CSCS=*": ("OK",)}
    peer.answers["AT+CUSD=1*"] = ("OK", b"\r\n+CUSD: 0," + answer + b"\r\n")
    modem = Modem(peer.path, timeouts=quick)
    modem.connect()
    result = modem.ussd(UssdRequest(code="*100#", timeout_s=2.0))
    modem.close()
    assert request_ in peer.requests[0]
    changes = [line for line in peer.commands if line.startswith("AT+CSCS=")]
    assert not changes or changes[-1] == f'AT+CSCS="{charset}"'
    assert result.text == text


def test_presentation_is_put_back_behind_a_start(uart: Any, quick: Timeouts) -> None:
    """A modem that started anew has it off again, and the next request switches it on again."""
    uart.answers |= {"AT+CUSD?": ("+CUSD: 0", "OK"), "AT+CUSD=0": ("OK",)}
    uart.answers["AT+CUSD=1*"] = ("OK", '+CUSD: 0,"Balance 5",15')
    modem = Modem(uart.path, timeouts=quick)
    modem.connect()
    modem.ussd(UssdRequest(code="*100#", timeout_s=2.0))
    start(uart, "RDY")
    modem.wait(0.3, until=lambda: modem.te_charset == "UCS2")
    modem.ussd(UssdRequest(code="*100#", timeout_s=2.0))
    modem.close()
    assert uart.commands.count("AT+CUSD=0") == 1


def test_presentation_of_a_make_that_is_asked_how_it_reads_requests(peer: Any, quick: Timeouts) -> None:
    """Where that is known already the presentation is read instead, however soon the request comes."""
    peer.answers |= {"AT+CUSD?": ("+CUSD: 0", "OK"), "AT+CUSD=0": ("OK",)}
    peer.ussd("OK", ANSWER)
    modem = Modem(peer.path, timeouts=quick, learned=SimpleNamespace(request="plain", decoder=None))
    modem.connect()
    modem.device = Device(manufacturer="huawei", model="E3372")
    assert modem.ussd(UssdRequest(code="*100#", timeout_s=2.0)).text == "Balance 5"
    modem.close()
    assert "AT^USSDMODE?" not in peer.commands
    assert "AT+CUSD=0" in peer.commands


def test_a_character_set_is_all_there_is_to_put_back(peer: Any, quick: Timeouts) -> None:
    """Where echo, errors and presentation were as we want them, close() puts back the character set, and the port is
    free behind it."""
    peer.answers |= {"AT+CMEE?": ("+CMEE: 1", "OK"), "AT+CSCS=*": ("OK",)}
    modem = Modem(peer.path, timeouts=quick)
    modem.connect()
    assert modem.set_charset("UCS2")
    modem.close()
    assert peer.commands[-1] == 'AT+CSCS="GSM"'
    modem.connect()
    modem.close()


def test_a_lonely_digit_is_no_manner(peer: Any, quick: Timeouts) -> None:
    """Noise in front of the OK: the modem spoke in words before, and does so afterwards."""
    answers = iter([(b"\r\n0\r\n", "OK")])
    peer.answers["AT"] = lambda _command: next(answers, ("OK",))
    modem = Modem(peer.path, timeouts=quick)
    modem.connect()
    modem.close()
    assert not [line for line in peer.commands if "V0" in line]
