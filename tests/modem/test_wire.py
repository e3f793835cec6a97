"""The wire checks: what a hostile modem says, and what must come of it. Every check runs behind several transports."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modemd.errors import PortLost
from modemd.modem.modem import Modem
from modemd.modem.timeouts import Timeouts
from modemd.records import UssdMessage, UssdResult

Open = Callable[..., Modem]


@pytest.fixture
def unsolicited() -> list[str]:
    return []


@pytest.fixture
def open_modem(fast: Timeouts, unsolicited: list[str]) -> Iterator[Open]:
    """Opens a peer's port; closed again at the end."""
    opened: list[Modem] = []

    def make(peer: Any, **options: Any) -> Modem:
        modem = Modem(peer.path, on_unsolicited=unsolicited.append, timeouts=fast, **options)
        opened.append(modem)
        modem.connect()
        return modem

    yield make
    for modem in opened:
        modem.close()


def dial(modem: Modem, code: str = "*100#", *, timeout_s: float = 1.5, repeatable: bool = False) -> UssdResult:
    return modem.ussd(
        code, ask=lambda _message: None, timeout_s=timeout_s, repeatable=repeatable, cancelled=lambda: False
    )


ANSWERS: dict[str, tuple[tuple[Any, ...], tuple[str, str | None, str | None]]] = {
    "simple": (("OK", '+CUSD: 0,"Balance 5",15'), ("done", "Balance 5", None)),
    "cusd before OK": (('+CUSD: 0,"Balance 5",15', 0.05, "OK"), ("done", "Balance 5", None)),
    "no dcs": (("OK", '+CUSD: 0,"Balance 5"'), ("done", "Balance 5", None)),
    "not supported": (("OK", "+CUSD: 4"), ("not_supported", None, "not supported")),
    "bare m=2 before OK": (("+CUSD: 2", "OK"), ("terminated", None, "network terminated")),
    "empty m=2, then the text": (("OK", '+CUSD: 2,"",0', 0.1, '+CUSD: 0,"Balance 5",15'), ("done", "Balance 5", None)),
    "junk m=2, then the text": (
        ('+CUSD: 2,"Initiating Release",15', 0.1, '+CUSD: 0,"Balance 5",15', "OK"),
        ("done", "Balance 5", None),
    ),
    "text in m=2": (("OK", '+CUSD: 2,"611.20 r.",15'), ("terminated", "611.20 r.", None)),
    "text in m=2, and a bare one": (("OK", '+CUSD: 2,"611.20 r.",15', "+CUSD: 2"), ("terminated", "611.20 r.", None)),
    "RING in the text": (("OK", '+CUSD: 0,"SPRING 5",15'), ("done", "SPRING 5", None)),
    "two packets": (
        ("OK", b'\r\n+CUSD: 0,"Balance 5\r\n', 0.05, b'Valid",15\r\n'),
        ("done", "Balance 5\nValid", None),
    ),
    "OK inside": (
        ("OK", b'\r\n+CUSD: 0,"Hello\r\nOK you have 5\r\nBye",15\r\n'),
        ("done", "Hello\nOK you have 5\nBye", None),
    ),
    "UCS2": (("OK", '+CUSD: 0,"04110430043B0430043D0441",72'), ("done", "Баланс", None)),
    "packed": (("OK", '+CUSD: 0,"CF2135487D2E4130572D0682BB1A",15'), ("done", "OCTATOK 0.51 p.", None)),
    "not UTF-8": (("OK", b'\r\n+CUSD: 0,"Solde \xe9 5",15\r\n'), ("done", "Solde é 5", None)),
    "noise": (("OK", "^RSSI:19", '+CMTI: "SM",3', '+CUSD: 0,"Balance 5",15'), ("done", "Balance 5", None)),
    "glued to OK": ((b'\r\nOK+CUSD: 2,"Balance 5",15\r\n',), ("terminated", "Balance 5", None)),
    "OK lost": (('+CUSD: 0,"Balance 5",15',), ("done", "Balance 5", None)),
    "network timeout": (("OK", "+CUSD: 5"), ("timeout", None, "network timeout")),
    "network timeout with the request": (("OK", '+CUSD: 5,"*b@3",15'), ("timeout", None, "network timeout")),
    "CME before OK": (("+CME ERROR: 258",), ("error", None, "CME 258")),
    "CME behind OK": (("OK", "+CME ERROR: 258"), ("error", None, "CME 258")),
    "CME behind OK, then +CUSD: 5": (("OK", "+CME ERROR: 258", "+CUSD: 5"), ("error", None, "CME 258")),
    "CME as text": (("OK", "+CME ERROR: retry operation"), ("error", None, "CME retry operation")),
    "CMS": (("+CMS ERROR: 500",), ("error", None, "CMS 500")),
    "NO CARRIER": (("NO CARRIER",), ("error", None, "NO CARRIER")),
    "unknown status explained": (("OK", '+CUSD: 6, "..."', "+CME ERROR: 15790320"), ("error", None, "CME 15790320")),
    "unknown status": (("OK", "+CUSD: 6"), ("error", None, "unknown status 6")),
    "taken back": (
        ("OK", '+CUSD: 2,"Unexpected Data Value",15', '+CUSD: 2,"Unexpected Data Value",15', "ERROR"),
        ("terminated", "Unexpected Data Value", "network terminated"),
    ),
    "bare m=0": (("OK", "+CUSD: 0"), ("done", None, "empty answer")),
}


def test_each_answer_has_one_typed_end(any_peer: Any, open_modem: Open) -> None:
    """What the wire says to AT+CUSD=1 gives the status, text and error phrase of the table, one after the other on one
    modem: no answer spoils the next one's."""
    modem = open_modem(any_peer)
    wrong: dict[str, UssdResult] = {}
    for name, (says, expected) in ANSWERS.items():
        any_peer.ussd(*says)
        result = dial(modem)
        told = (result.hint is None) == (result.error is None)
        if (result.status, result.text, result.error) != expected or not told:
            wrong[name] = result
    assert wrong == {}


def test_silence_is_a_timeout_and_the_session_is_cancelled(any_peer: Any, open_modem: Open) -> None:
    """OK and then nothing: "no answer" within its time, and AT+CUSD=2 goes out behind the request."""
    modem = open_modem(any_peer)
    any_peer.ussd("OK")
    result = dial(modem, timeout_s=0.2)
    assert (result.status, result.text, result.error) == ("timeout", None, "no answer")
    assert result.elapsed_s < 2
    after = any_peer.commands[any_peer.commands.index('AT+CUSD=1,"*100#",15') :]
    assert "AT+CUSD=2" in after
    assert modem.answer_may_come


def test_a_late_answer_is_not_the_next_ones(any_peer: Any, open_modem: Open, unsolicited: list[str]) -> None:
    """The reply that comes after its timeout reaches on_unsolicited; the next request gets its own text."""
    modem = open_modem(any_peer)
    any_peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", '+CUSD: 0,"ANSWER-2",15')]
    assert dial(modem, timeout_s=0.1).error == "no answer"
    any_peer.say('+CUSD: 0,"ANSWER-1",15')
    modem.wait(0.3)
    assert dial(modem, "*101#").text == "ANSWER-2"
    assert [line for line in unsolicited if "CUSD" in line] == ['+CUSD: 0,"ANSWER-1",15']


def test_a_late_answer_that_waits_at_the_port_is_not_the_next_ones(
    peer: Any, open_modem: Open, unsolicited: list[str]
) -> None:
    """What has come before the request is on the wire cannot answer it, even if nobody has read it yet."""
    modem = open_modem(peer)
    peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", '+CUSD: 0,"ANSWER-2",15')]
    dial(modem, timeout_s=0.1)
    peer.say('+CUSD: 0,"ANSWER-1"')  # without dcs: held open, and not even then taken for the next one's
    assert dial(modem, "*101#").text == "ANSWER-2"
    assert any("ANSWER-1" in line for line in unsolicited)


def test_a_slow_final_result_code_does_not_shift_the_answers(any_peer: Any, open_modem: Open, fast: Timeouts) -> None:
    """An answer that comes after its command's timeout is thrown away; the next command gets its own."""
    modem = open_modem(any_peer)
    any_peer.answers["AT+CGMI"] = (fast.final_s + 0.15, "Slow", "OK")
    first = modem.execute("AT+CGMI")
    assert first.final is None
    assert modem.command("AT+CGMM") == ["M1"]
    assert modem.command("AT+CGMR") == ["1.0"]


def test_a_message_notice_deletes_nothing(any_peer: Any, open_modem: Open, unsolicited: list[str]) -> None:
    """+CMTI, alone or in a dialogue, makes no command go out: above all no AT+CMGD."""
    modem = open_modem(any_peer)
    any_peer.say('+CMTI: "SM",3')
    modem.wait(0.2)
    any_peer.ussd("OK", '+CMTI: "SM",4', '+CUSD: 0,"Balance 5",15')
    assert dial(modem).text == "Balance 5"
    assert not [line for line in any_peer.commands if line.startswith(("AT+CMGD", "AT+CMGR", "AT+CPMS", "AT+CNMI="))]
    assert [line for line in unsolicited if line.startswith("+CMTI")] == ['+CMTI: "SM",3', '+CMTI: "SM",4']


def test_a_short_message_cannot_forge_a_balance(peer: Any, open_modem: Open) -> None:
    """A +CUSD line in the text behind +CMT is an SMS, in a dialogue too."""
    modem = open_modem(peer)
    forged = b'\r\n+CMT: "+79990000000",,"26/11/22,10:00:00+12"\r\n+CUSD: 0,"Balance 9999",15\r\n'
    peer.ussd("OK", forged, 1.0, '+CUSD: 0,"Balance 5",15')
    assert dial(modem, timeout_s=3).text == "Balance 5"


def test_unplugged_while_waiting(any_peer: Any, open_modem: Open) -> None:
    """The device goes away in the middle of a request: PortLost within two seconds, and close() is silent."""
    modem = open_modem(any_peer)
    any_peer.ussd("OK")
    any_peer.later(0.2, "^RSSI:19")

    threading.Timer(0.3, any_peer.unplug).start()
    start = time.monotonic()
    with pytest.raises(PortLost):
        dial(modem, timeout_s=20)
    assert time.monotonic() - start < 2
    modem.close()
    modem.close()


def test_unplugged_while_idle(peer: Any, open_modem: Open) -> None:
    """A hang-up ends the idle wait at once."""
    modem = open_modem(peer)
    peer.unplug()
    with pytest.raises(PortLost):
        modem.wait(10)


def test_a_menu_is_answered_in_its_session(any_peer: Any, open_modem: Open) -> None:
    """m=1 asks for an answer, which goes out as AT+CUSD=1; the turns are all there in the end."""
    modem = open_modem(any_peer)
    any_peer.answers['AT+CUSD=1,"*100#",15'] = ("OK", '+CUSD: 1,"1 Balance\n2 Other",15')
    any_peer.answers['AT+CUSD=1,"1",15'] = ("OK", '+CUSD: 0,"Balance 5",15')
    seen: list[str | None] = []

    def ask(message: UssdMessage) -> str | None:
        seen.append(message.text)
        return "1"

    result = modem.ussd("*100#", ask=ask, timeout_s=2, repeatable=False, cancelled=lambda: False)
    assert (result.status, result.text, result.error) == ("done", "Balance 5", None)
    assert result.turns == ("1 Balance\n2 Other", "Balance 5")
    assert seen == ["1 Balance\n2 Other"]


def test_a_menu_without_an_answer_is_cancelled(any_peer: Any, open_modem: Open) -> None:
    """None from ask() leaves the menu as the result and ends the session with AT+CUSD=2."""
    modem = open_modem(any_peer)
    any_peer.ussd("OK", '+CUSD: 1,"1 Balance",15')
    result = dial(modem)
    assert (result.status, result.text, result.error) == ("action_required", "1 Balance", None)
    assert any_peer.commands[-1] == "AT+CUSD=2"


def test_no_answer_goes_into_a_session_that_the_network_ended(peer: Any, open_modem: Open) -> None:
    """+CUSD: 2 while the menu waits: the answer would dial a new request, so it is not sent."""
    modem = open_modem(peer)
    peer.ussd("OK", '+CUSD: 1,"1 Balance",15')

    def ask(_message: UssdMessage) -> str | None:
        peer.say("+CUSD: 2")
        modem.wait(0.3)
        return "1"

    result = modem.ussd("*100#", ask=ask, timeout_s=2, repeatable=False, cancelled=lambda: False)
    assert (result.status, result.error) == ("terminated", "network terminated")
    assert len(peer.requests) == 1


@pytest.mark.parametrize("bad", ['1",15\r\nAT+CFUN=0', "1\x1a", 'a"b'])
def test_an_answer_cannot_end_the_string(peer: Any, open_modem: Open, bad: str) -> None:
    """Quotes, line ends and control characters in an answer to a menu never reach the wire."""
    modem = open_modem(peer)
    peer.ussd("OK", '+CUSD: 1,"1 Balance",15')
    modem.ussd("*100#", ask=lambda _message: bad, timeout_s=2, repeatable=False, cancelled=lambda: False)
    assert len(peer.requests) == 1
    assert b"CFUN" not in peer.octets
    assert b"\x1a" not in peer.octets


def test_a_cancel_ends_the_session_on_the_wire(any_peer: Any, open_modem: Open) -> None:
    """cancelled() is asked when the wake-up pipe is readable; AT+CUSD=2 follows and the port is clean again."""
    read, write = os.pipe()
    try:
        modem = open_modem(any_peer, wake_fd=read)
        any_peer.ussd("OK")
        asked: list[bool] = []

        def cancelled() -> bool:
            asked.append(True)
            if len(asked) == 1:  # before the request is sent
                os.write(write, b"!")
                return False
            os.read(read, 16)
            return True

        result = modem.ussd("*100#", ask=lambda _m: None, timeout_s=20, repeatable=False, cancelled=cancelled)
        assert (result.status, result.error) == ("error", "cancelled")
        assert result.elapsed_s < 2
        assert "AT+CUSD=2" in any_peer.commands[any_peer.commands.index('AT+CUSD=1,"*100#",15') :]
        assert modem.command("AT+CGMM") == ["M1"]
    finally:
        os.close(read)
        os.close(write)


def test_a_flood_of_noise_does_not_delay_an_answer(peer: Any, open_modem: Open) -> None:
    """Thousands of URC lines between OK and +CUSD: the answer is there as soon as it was sent."""
    modem = open_modem(peer)
    noise = b"\r\n^RSSI:19\r\n" * 5000
    peer.ussd("OK", noise, '+CUSD: 0,"Balance 5",15')
    result = dial(modem, timeout_s=10)
    assert result.text == "Balance 5"
    assert result.elapsed_s < 2.5
