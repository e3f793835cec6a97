"""The wire checks: what a hostile modem says, and what must come of it. Every check runs behind several transports."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.errors import PortLost
from modemd.records import UssdMessage, UssdResult

Open = Callable[..., Modem]


@pytest.fixture
def open_modem(fast: Timeouts) -> Iterator[Open]:
    """Opens a peer's port; closed again at the end. `heard` gets what belongs to no request."""
    opened: list[Modem] = []

    def make(peer: Any, *, heard: list[str] | None = None, **options: Any) -> Modem:
        on_unsolicited = heard.append if heard is not None else None
        modem = Modem(peer.path, **{"on_unsolicited": on_unsolicited, "timeouts": fast, **options})
        opened.append(modem)
        modem.connect()
        return modem

    yield make
    for modem in opened:
        modem.close()


def dial(modem: Modem, code: str = "*100#", *, timeout_s: float = 1.5, repeatable: bool = False) -> UssdResult:
    return modem.ussd(
        UssdRequest(
            code=code, ask=lambda _message: None, timeout_s=timeout_s, repeatable=repeatable, cancelled=lambda: False
        )
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
    "m=3": (("OK", "+CUSD: 3"), ("error", None, "other client answered")),
    "BUSY": (("BUSY",), ("error", None, "BUSY")),
    "CME without a code": (("+CME ERROR",), ("error", None, "CME")),
    "CMS as text": (("OK", "+CMS ERROR: network timeout"), ("error", None, "CMS network timeout")),
    "late ERROR": (("OK", "ERROR"), ("error", None, "ERROR")),
    "late ERROR, then the answer": (("OK", "ERROR", '+CUSD: 0,"Balance 5",15'), ("done", "Balance 5", None)),
    "NO CARRIER behind OK": (("OK", "NO CARRIER"), ("error", None, "NO CARRIER")),
    "a number of four digits": (("OK", '+CUSD: 0,"1234",15'), ("done", "1234", None)),
    "quotes in the text": (("OK", '+CUSD: 0,"Say "hi", pay 5",15'), ("done", 'Say "hi", pay 5', None)),
    "a prompt behind the answer": (("OK", '+CUSD: 0,"Balance 5",15', b"\r\n> "), ("done", "Balance 5", None)),
}


SHARES = 6  # peers a transport: most of the time is waiting


def test_each_answer_has_one_typed_end(make_peer: Any, transports: Any, open_modem: Open, together: Any) -> None:
    """What the wire says to AT+CUSD=1 gives the status, text and error phrase of the table behind every transport,
    several on one modem: no answer spoils the next one's."""
    wrong: dict[tuple[str, str], UssdResult] = {}

    def check(transport: str, share: int) -> None:
        peer = make_peer(**transports[transport])
        modem = open_modem(peer)
        for name, (says, expected) in list(ANSWERS.items())[share::SHARES]:
            peer.ussd(*says)
            result = dial(modem)
            told = (result.hint is None) == (result.error is None)
            if (result.status, result.text, result.error) != expected or not told:
                wrong[transport, name] = result

    shares = [(transport, share) for transport in transports for share in range(SHARES)]
    together({f"{transport} {share}": partial(check, transport, share) for transport, share in shares})
    assert wrong == {}


def test_silence_is_a_timeout_and_the_session_is_cancelled(everywhere: Any, open_modem: Open) -> None:
    """OK and then nothing: "no answer" within its time, and AT+CUSD=2 goes out behind the request."""

    def check(peer: Any) -> None:
        modem = open_modem(peer)
        peer.ussd("OK")
        result = dial(modem, timeout_s=0.2)
        assert (result.status, result.text, result.error) == ("timeout", None, "no answer")
        assert result.elapsed_s < 2
        after = peer.commands[peer.commands.index('AT+CUSD=1,"*100#",15') :]
        assert "AT+CUSD=2" in after
        assert modem.answers_due

    everywhere(check)


def test_a_late_answer_is_not_the_next_ones(everywhere: Any, open_modem: Open) -> None:
    """The reply that comes after its timeout reaches on_unsolicited; the next request gets its own text."""

    def check(peer: Any) -> None:
        heard: list[str] = []
        modem = open_modem(peer, heard=heard)
        peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", '+CUSD: 0,"ANSWER-2",15')]
        assert dial(modem, timeout_s=0.1).error == "no answer"
        peer.say('+CUSD: 0,"ANSWER-1",15')
        modem.wait(0.3)
        assert dial(modem, "*101#").text == "ANSWER-2"
        assert [line for line in heard if "CUSD" in line] == ['+CUSD: 0,"ANSWER-1",15']

    everywhere(check)


def test_a_late_answer_that_waits_at_the_port_is_not_the_next_ones(peer: Any, open_modem: Open) -> None:
    """What has come before the request is on the wire cannot answer it, even if nobody has read it yet."""
    unsolicited: list[str] = []
    modem = open_modem(peer, heard=unsolicited)
    peer.answers["AT+CUSD=1*"] = [("OK",), ("OK", '+CUSD: 0,"ANSWER-2",15')]
    dial(modem, timeout_s=0.1)
    peer.say('+CUSD: 0,"ANSWER-1"')  # without dcs: held open, and not even then taken for the next one's
    assert dial(modem, "*101#").text == "ANSWER-2"
    assert any("ANSWER-1" in line for line in unsolicited)


def test_a_slow_final_result_code_does_not_shift_the_answers(everywhere: Any, open_modem: Open, fast: Timeouts) -> None:
    """An answer that comes after its command's timeout is thrown away; the next command gets its own."""

    def check(peer: Any) -> None:
        modem = open_modem(peer)
        peer.answers["AT+CGMI"] = (fast.final_s + 0.3, "Slow", "OK")
        assert modem.execute("AT+CGMI").final is None
        assert modem.command("AT+CGMM") == ["M1"]
        assert modem.command("AT+CGMR") == ["1.0"]

    everywhere(check)


def test_a_message_notice_deletes_nothing(everywhere: Any, open_modem: Open) -> None:
    """+CMTI, alone or in a dialogue, makes no command go out: above all no AT+CMGD."""

    def check(peer: Any) -> None:
        heard: list[str] = []
        modem = open_modem(peer, heard=heard)
        peer.say('+CMTI: "SM",3')
        modem.wait(0.2)
        peer.ussd("OK", '+CMTI: "SM",4', '+CUSD: 0,"Balance 5",15')
        assert dial(modem).text == "Balance 5"
        assert not [line for line in peer.commands if line.startswith(("AT+CMGD", "AT+CMGR", "AT+CPMS", "AT+CNMI="))]
        assert [line for line in heard if line.startswith("+CMTI")] == ['+CMTI: "SM",3', '+CMTI: "SM",4']

    everywhere(check)


FORGED = '+CUSD: 0,"Balance 9999",15'
HEADER = '"+79990000000",,"26/11/22,10:00:00+12"'
BODIES: dict[str, tuple[Any, ...]] = {
    "+CMT": (f"\r\n+CMT: {HEADER}\r\n{FORGED}\r\n".encode(), 0.6),
    "+CMT, several lines": (f"\r\n+CMT: {HEADER}\r\nHello\r\n{FORGED}\r\nOK\r\n{FORGED}\r\n".encode(), 0.6),
    "+CMT with result codes": (f"\r\n+CMT: {HEADER}\r\nOK\r\nERROR\r\n{FORGED}\r\n".encode(), 0.6),
    "+CBM": (f"\r\n+CBM: 1,50,1,1,1\r\n{FORGED}\r\n".encode(), 0.6),
    "PDU": (b"\r\n+CMT: ,24\r\n07919761989901F0040B919799999999F900006211220100002105C2B09BCD06\r\n", 0.2),
}


def test_a_short_message_cannot_forge_a_balance(make_peer: Any, open_modem: Open, together: Any) -> None:
    """A +CUSD line in the text of a message that comes in the middle of a dialogue is an SMS, with and without the
    real answer behind it."""

    def check(name: str, *, answered: bool) -> None:
        peer = make_peer()
        modem = open_modem(peer)
        peer.ussd("OK", *BODIES[name], *(['+CUSD: 0,"Balance 5",15'] if answered else []))
        result = dial(modem, timeout_s=3 if answered else 1.0)
        assert (result.text, result.error) == (("Balance 5", None) if answered else (None, "no answer"))

    together({f"{name} {end}": partial(check, name, answered=end) for name in BODIES for end in (True, False)})


def test_a_listed_message_cannot_forge_a_balance(everywhere: Any, open_modem: Open) -> None:
    """The texts of AT+CMGL in text mode are that command's answer, whatever they hold; nothing of them is taken for
    the answer of the USSD request behind it."""

    def check(peer: Any) -> None:
        heard: list[str] = []
        modem = open_modem(peer, heard=heard)
        listed = f'\r\n+CMGL: 1,"REC READ",{HEADER}\r\n{FORGED}\r\n+CMGL: 2,"REC READ",{HEADER}\r\n{FORGED}\r\n'
        peer.answers['AT+CMGL="ALL"'] = (listed.encode(), b"\r\nOK\r\n")
        assert modem.command('AT+CMGL="ALL"').count(FORGED) == 2
        peer.ussd("OK", '+CUSD: 0,"Balance 5",15')
        assert dial(modem).text == "Balance 5"
        assert not any("9999" in line for line in heard)

    everywhere(check)


def test_unplugged_while_waiting(everywhere: Any, open_modem: Open) -> None:
    """The device goes away in the middle of a request: PortLost within two seconds, and close() is silent."""

    def check(peer: Any) -> None:
        modem = open_modem(peer)
        peer.ussd("OK")
        timer = threading.Timer(0.25, peer.unplug)
        timer.start()
        start = time.monotonic()
        with pytest.raises(PortLost):
            dial(modem, timeout_s=20)
        assert time.monotonic() - start < 2
        timer.join()
        modem.close()
        modem.close()

    everywhere(check)


def test_unplugged_while_idle(peer: Any, open_modem: Open) -> None:
    """A hang-up ends the idle wait at once."""
    modem = open_modem(peer)
    peer.unplug()
    with pytest.raises(PortLost):
        modem.wait(10)


def test_a_menu_is_answered_in_its_session(everywhere: Any, open_modem: Open) -> None:
    """m=1 asks for an answer, which goes out as AT+CUSD=1; the turns are all there in the end."""

    def check(peer: Any) -> None:
        modem = open_modem(peer)
        peer.answers['AT+CUSD=1,"*100#",15'] = ("OK", '+CUSD: 1,"1 Balance\n2 Other",15')
        peer.answers['AT+CUSD=1,"1",15'] = ("OK", '+CUSD: 0,"Balance 5",15')
        seen: list[str | None] = []

        def ask(message: UssdMessage) -> str | None:
            seen.append(message.text)
            return "1"

        result = modem.ussd(UssdRequest(code="*100#", ask=ask, timeout_s=2))
        assert (result.status, result.text, result.error) == ("done", "Balance 5", None)
        assert result.turns == ("1 Balance\n2 Other", "Balance 5")
        assert seen == ["1 Balance\n2 Other"]

    everywhere(check)


def test_a_menu_without_an_answer_is_cancelled(everywhere: Any, open_modem: Open) -> None:
    """None from ask() leaves the menu as the result and ends the session with AT+CUSD=2."""

    def check(peer: Any) -> None:
        modem = open_modem(peer)
        peer.ussd("OK", '+CUSD: 1,"1 Balance",15')
        result = dial(modem)
        assert (result.status, result.text, result.error) == ("action_required", "1 Balance", None)
        assert peer.commands[-1] == "AT+CUSD=2"

    everywhere(check)


def test_no_answer_goes_into_a_session_that_the_network_ended(peer: Any, open_modem: Open) -> None:
    """+CUSD: 2 while the menu waits: the answer would dial a new request, so it is not sent."""
    modem = open_modem(peer)
    peer.ussd("OK", '+CUSD: 1,"1 Balance",15')

    def ask(_message: UssdMessage) -> str | None:
        peer.say("+CUSD: 2")
        modem.wait(0.3)
        return "1"

    result = modem.ussd(UssdRequest(code="*100#", ask=ask, timeout_s=2))
    assert (result.status, result.error) == ("terminated", "network terminated")
    assert len(peer.requests) == 1


@pytest.mark.parametrize("bad", ['1",15\r\nAT+CFUN=0', "1\x1a", 'a"b'])
def test_an_answer_cannot_end_the_string(peer: Any, open_modem: Open, bad: str) -> None:
    """Quotes, line ends and control characters in an answer to a menu never reach the wire."""
    modem = open_modem(peer)
    peer.ussd("OK", '+CUSD: 1,"1 Balance",15')
    modem.ussd(UssdRequest(code="*100#", ask=lambda _message: bad, timeout_s=2))
    assert len(peer.requests) == 1
    assert b"CFUN" not in peer.octets
    assert b"\x1a" not in peer.octets


def test_a_cancel_ends_the_session_on_the_wire(everywhere: Any, open_modem: Open) -> None:
    """cancelled() is asked when the wake-up pipe is readable; AT+CUSD=2 follows and the port is clean again."""

    def check(peer: Any) -> None:
        read, write = os.pipe()
        try:
            modem = open_modem(peer, wake_fd=read)
            peer.ussd("OK")
            asked: list[bool] = []

            def cancelled() -> bool:
                asked.append(True)
                if len(asked) == 1:  # before the request is sent
                    os.write(write, b"!")
                    return False
                os.read(read, 16)
                return True

            result = modem.ussd(UssdRequest(code="*100#", timeout_s=20, cancelled=cancelled))
            assert (result.status, result.error) == ("error", "cancelled")
            assert result.elapsed_s < 2
            assert "AT+CUSD=2" in peer.commands[peer.commands.index('AT+CUSD=1,"*100#",15') :]
            assert modem.command("AT+CGMM") == ["M1"]
        finally:
            modem.close()
            os.close(read)
            os.close(write)

    everywhere(check)


def test_a_flood_of_noise_does_not_delay_an_answer(peer: Any, open_modem: Open) -> None:
    """Thousands of URC lines between OK and +CUSD: the answer is there as soon as it was sent."""
    modem = open_modem(peer)
    noise = b"\r\n^RSSI:19\r\n" * 5000
    peer.ussd("OK", noise, '+CUSD: 0,"Balance 5",15')
    result = dial(modem, timeout_s=10)
    assert result.text == "Balance 5"
    assert result.elapsed_s < 2.5


@pytest.mark.parametrize(
    "line", ["^RSS\xc9:19", '+CUSD: 0,"Balance:\x1312,40",15', None], ids=["a line", "a text", "none"]
)
def test_a_wire_that_shows_damage(peer: Any, fast: Timeouts, line: str | None) -> None:
    """It is remembered as long as the port is open; what lay there before the modem was found does not count."""
    peer.answers["AT"] = (b"\xf8\x00\xf8", "OK")
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        assert not modem.damaged
        peer.ussd("OK", *([line] if line else []), '+CUSD: 0,"Balance 5",15')
        modem.ussd(UssdRequest(code="*100#", timeout_s=1))
        assert modem.damaged is (line is not None)
    finally:
        modem.close()
