"""Menus: answered in their session, behind a prompt too, ended by the network, by nobody, or by who went away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.modem.worker import BalanceQuery, UssdQuery
from modemd.records import Device, UssdMessage, UssdResult

MENU = '+CUSD: 1,"1 Balance",15'
ANSWER = '+CUSD: 0,"Balance 5",15'
PROMPT = b"\r\n> "


def run(modem: Modem, ask: Callable[[UssdMessage], str | None], timeout_s: float = 2) -> UssdResult:
    return modem.ussd(UssdRequest(code="*100#", ask=ask, timeout_s=timeout_s))


def behind_prompts(peer: Any, menu: tuple[Any, ...], says: tuple[Any, ...]) -> None:
    """Makes a peer ask behind a prompt, in which it swallows every command until Ctrl-Z (`says` follows) or ESC."""
    normal = dict(peer.answers)

    def ask(_command: str) -> tuple[Any, ...]:
        escapes = peer.octets.count(b"\x1b")

        def swallow(_line: str) -> tuple[Any, ...]:
            if peer.octets.count(b"\x1b") == escapes:
                return ()
            peer.answers = dict(normal)
            return ("OK",)

        def take(_line: str) -> tuple[Any, ...]:
            peer.answers = dict(normal)
            return says

        peer.answers = {"1\x1a": take, "*": swallow}
        return menu

    normal["AT+CUSD=1*"] = ask
    peer.answers = dict(normal)


PROMPTED = {
    "OK first": (("OK", MENU, PROMPT), ("OK", ANSWER)),
    "OK behind the answer": ((MENU, PROMPT), ("OK", ANSWER)),
    "two OKs": (("OK", MENU, PROMPT), ("OK", ANSWER, "OK")),
    "answer before OK": ((MENU, PROMPT), (ANSWER, "OK")),
    "prompt in the menu's packet": (("OK", b'\r\n+CUSD: 1,"1 Balance",15\r\n> '), ("OK", ANSWER)),
    "late prompt": (("OK", MENU, 0.05, PROMPT), (b"\r\n> 1\r\n", "OK", ANSWER)),
    "no dcs": (("OK", '+CUSD: 1,"1 Balance"', PROMPT), ("OK", ANSWER)),
}


@pytest.mark.parametrize("chunk", [0, 1], ids=["whole", "bytes"])
def test_a_menu_that_ends_with_a_prompt(make_peer: Any, fast: Timeouts, together: Any, chunk: int) -> None:
    """Cinterion: the answer goes out bare, ended with Ctrl-Z; no other Ctrl-Z ever does, and the port is clean then."""

    def check(menu: tuple[Any, ...], says: tuple[Any, ...]) -> None:
        peer = make_peer(chunk=chunk)
        modem = Modem(peer.path, timeouts=fast)
        modem.connect()
        try:
            modem.device = Device(manufacturer="Cinterion", model="EHS6")
            behind_prompts(peer, menu, says)
            result = run(modem, lambda _message: "1")
            assert (result.status, result.text, result.turns) == ("done", "Balance 5", ("1 Balance", "Balance 5"))
            assert peer.octets.count(b"\x1a") == 1
            assert peer.octets.endswith(b'AT+CUSD=1,"*100#",15\r1\x1a')
            assert modem.command("AT+CGMM") == ["M1"]
        finally:
            modem.close()

    together({name: partial(check, *script) for name, script in PROMPTED.items()})


def test_a_prompt_that_nobody_answers_is_left_with_esc(make_peer: Any, fast: Timeouts, together: Any) -> None:
    """No answer, or one that may not go out: ESC, then AT+CUSD=2, no Ctrl-Z, and the next command has its answer."""

    def check(answer: str | None, maker: str) -> None:
        peer = make_peer()
        modem = Modem(peer.path, timeouts=fast)
        modem.connect()
        try:
            modem.device = Device(manufacturer=maker, model="X1")
            behind_prompts(peer, ("OK", MENU, PROMPT), ())

            def ask(_message: UssdMessage) -> str | None:
                modem.wait(0.2)  # a person reads
                return answer

            result = run(modem, ask)
            assert (result.status, result.text, result.error) == ("action_required", "1 Balance", None)
            assert b"\x1a" not in peer.octets
            assert b"\x1b" in peer.octets.partition(b"AT+CUSD=1")[2]
            assert "AT+CUSD=2" in peer.commands[peer.commands.index('AT+CUSD=1,"*100#",15') :]
            assert modem.command("AT+CGMM") == ["M1"]
        finally:
            modem.close()

    answers = {"none": None, "bad": 'x"\r\n'}
    together({f"{n} {maker}": partial(check, a, maker) for n, a in answers.items() for maker in ("Cinterion", "Acme")})


def test_a_prompt_of_an_unknown_make_is_answered(peer: Any, fast: Timeouts) -> None:
    """A "> " that shows while a person reads the menu belongs to it, whoever made the modem."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    behind_prompts(peer, ("OK", MENU, PROMPT), ("OK", ANSWER))

    def ask(_message: UssdMessage) -> str | None:
        modem.wait(0.2)
        return "1"

    assert run(modem, ask).text == "Balance 5"
    modem.close()


def test_a_prompt_out_of_nowhere_is_left(peer: Any, fast: Timeouts) -> None:
    """A modem that shows a prompt in place of an answer swallows commands: ESC brings it back."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    behind_prompts(peer, (), ())
    take = peer.answers["AT+CUSD=1*"]
    peer.answers["AT+CGMI"] = lambda line: (*take(line), PROMPT)
    assert modem.execute("AT+CGMI").final is None
    assert modem.command("AT+CGMM") == ["M1"]
    assert b"\x1a" not in peer.octets
    modem.close()


def test_a_menu_without_end_is_given_up(peer: Any, fast: Timeouts) -> None:
    """Twenty menus are answered at most; then AT+CUSD=2, and what was said so far is the result."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    peer.ussd("OK", MENU)
    result = run(modem, lambda _message: "1")
    assert (result.status, result.error, len(result.turns)) == ("action_required", None, 20)
    assert len(peer.requests) == 20
    assert peer.commands[-1] == "AT+CUSD=2"
    modem.close()


def test_silence_behind_an_answer(peer: Any, fast: Timeouts) -> None:
    """The second turn brings nothing: "no answer" with the first menu kept, session cancelled, an answer due."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    peer.answers["AT+CUSD=1*"] = [("OK", MENU), ("OK",)]
    result = run(modem, lambda _message: "1", timeout_s=0.15)
    assert (result.status, result.error, result.turns) == ("timeout", "no answer", ("1 Balance",))
    assert peer.commands[-1] == "AT+CUSD=2"
    assert modem.answers_due
    modem.close()


@pytest.fixture
def shown() -> threading.Event:
    return threading.Event()


def interactive(shown: threading.Event) -> UssdQuery:
    return UssdQuery(code="*100#", timeout_s=1, interactive=True, on_menu=lambda _text: shown.set())


def test_who_goes_away_from_a_menu_cancels_it(peer: Any, start: Any, shown: threading.Event) -> None:
    """Worker.cancel while a menu is open: AT+CUSD=2 at once, the result "cancelled", and the next request works."""
    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = [("OK", MENU), ("OK", ANSWER)]
    future = worker.submit(interactive(shown))
    assert shown.wait(5)
    worker.cancel(future)
    assert future.result(2).error == "cancelled"
    behind = peer.commands[peer.commands.index(peer.requests[0]) + 1 :]
    assert behind[0] == "AT+CUSD=2"  # before operator and signal are looked at
    assert worker.submit(UssdQuery(code="*101#", timeout_s=1)).result(5).text == "Balance 5"


@pytest.mark.parametrize(
    ("says", "ending"),
    [
        ("+CUSD: 2", ("action_required", "1 Balance", None)),
        ("+CUSD: 5", ("action_required", "1 Balance", None)),
        ('+CUSD: 2,"Session over",15', ("terminated", "Session over", None)),
        ('+CUSD: 0,"Balance 5",15', ("done", "Balance 5", None)),
    ],
)
def test_the_network_ends_a_menu_while_a_person_reads(
    peer: Any, start: Any, shown: threading.Event, says: str, ending: tuple[str, str | None, str | None]
) -> None:
    """The dialogue ends with what the network said, at once and not when the person's time is over; an answer that
    comes too late for it goes nowhere."""
    worker = start(peer.path)
    peer.ussd("OK", MENU)
    future = worker.submit(interactive(shown))
    assert shown.wait(5)
    peer.say(says)
    result = future.result(0.9)
    worker.answer(future, "1")
    assert (result.status, result.text, result.error) == ending
    assert len(peer.requests) == 1


def test_a_second_menu_of_the_network_replaces_the_first(peer: Any, start: Any, shown: threading.Event) -> None:
    """An m=1 that comes unasked in an open session is no end: the answer still goes out."""
    worker = start(peer.path)
    peer.answers["AT+CUSD=1*"] = [("OK", MENU), ("OK", ANSWER)]
    future = worker.submit(interactive(shown))
    assert shown.wait(5)
    peer.say('+CUSD: 1,"1 Balance again",15')
    worker.answer(future, "1")
    assert future.result(5).text == "Balance 5"


def test_unplugged_while_a_person_reads(peer: Any, start: Any, shown: threading.Event) -> None:
    """The modem goes away under an open menu: who reads it is told within a second."""
    worker = start(peer.path)
    peer.ussd("OK", MENU)
    future = worker.submit(interactive(shown))
    assert shown.wait(5)
    peer.unplug()
    assert future.result(1.5).error == "unplugged"


def test_the_pack_answers_a_balance_menu_and_a_shown_balance_is_taken(peer: Any, start: Any) -> None:
    """A menu that shows the balance already is read and cancelled, whatever it asks."""
    worker = start(peer.path)
    peer.ussd("OK", '+CUSD: 1,"Balance 7.00\n1 More",15')
    row = worker.submit(BalanceQuery()).result(5)
    assert (str(row.reading.balance), row.error) == ("7.00", None)
    assert peer.heard("AT+CUSD=2", times=2)
    assert len(peer.requests) == 1
