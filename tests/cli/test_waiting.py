"""The line that says what a command waits for: on a terminal alone, and gone at the end."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from modemd.cli.waiting import WaitingLine, waiting

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def state(name: str, **status: Any) -> dict[str, Any]:
    return {"type": "state", "status": {"modem": "home", "state": name, **status}}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def line(clock: Clock) -> Callable[..., WaitingLine]:
    return lambda code=None: WaitingLine(code, stream=io.StringIO(), monotonic=clock, now=lambda: NOW)


def test_what_is_waited_for(line: Any, clock: Clock) -> None:
    """A code: the quarantine with what is left of it, somebody else's turn, its own."""
    waits = line("*100#")
    assert waits.text() == "waiting, 0 s"
    waits(state("quarantine", quarantine_until="2026-01-02T03:04:25Z"))
    assert waits.text() == "home: the last request's answer may still come, so nothing is sent for a while, 20 s left"
    clock.seconds += 20
    waits(state("busy", asking="ussd", operator="ru-mts"))
    assert waits.text() == "home: waiting for its turn behind another request, 20 s"
    waits({"event": "begun"})
    clock.seconds += 12
    waits(None)
    assert waits.text() == "home: dialling *100# on ru-mts, waiting for the answer, 12 s"


def test_a_balance_is_one_question_whoever_asks(line: Any, clock: Clock) -> None:
    """The one that runs is joined; a dialogue that somebody typed is another's turn."""
    waits = line()
    waits(state("busy", asking="ussd"))
    assert "turn" in waits.text()
    waits(state("busy", asking="balance", operator="ru-mts"))
    clock.seconds += 7
    waits(state("busy", asking="balance", operator="ru-mts"))
    assert waits.text() == "home: asking ru-mts for the balance, waiting for the answer, 7 s"
    waits(state("quarantine"))
    assert waits.text().endswith("for a while")


def test_a_balance_says_how_far_it_is(line: Any, clock: Clock) -> None:
    """The code on the wire, the network it went to, and the message that it waits for."""
    waits = line()
    waits(state("busy", asking="balance", operator="ru-mts", step={"code": "*100#", "by_sms": False, "rat": None}))
    clock.seconds += 12
    assert waits.text() == "home: dialling *100# on ru-mts, waiting for the answer, 12 s"
    waits(state("busy", asking="balance", operator="ru-mts", step={"code": "*100#", "by_sms": False, "rat": "UMTS"}))
    assert waits.text() == "home: went to 3G, dialling *100# on ru-mts, waiting for the answer, 12 s"
    waits(state("busy", asking="balance", operator="ru-mts", step={"code": "*100#", "by_sms": True, "rat": None}))
    assert waits.text() == "home: dialling *100# on ru-mts, waiting for the SMS, 12 s"
    waits(state("busy", asking="balance", step={"code": 5, "by_sms": "x", "rat": ["GSM"]}))
    assert waits.text() == "home: dialling 5, waiting for the answer, 12 s"


def test_nothing_reaches_the_terminal_that_it_would_act_on(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that fits, whatever modem and operator are called; a daemon's nonsense is no traceback."""
    monkeypatch.setenv("COLUMNS", "60")
    waits = line("*100#\x1b[2J")
    waits(state("busy", asking="ussd", modem="x" * 90, operator="\x1b[31m\r\n" + "y" * 90))
    waits({"event": "begun"})
    waits({"type": "state", "status": 5})
    waits.erase()
    written = waits._stream.getvalue().split("\r\x1b[K")
    assert all(piece.isprintable() and len(piece) < 60 for piece in written)
    assert written[-1] == ""


def test_no_line_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not into a file or a pipe, and not on a terminal that cannot erase it."""
    with waiting() as line:
        assert line is None
    terminal = Tty()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "dumb")
    with waiting() as line:
        assert line is None
    monkeypatch.setenv("TERM", "xterm")
    with waiting() as line:
        assert line is not None
    assert terminal.getvalue() == "\r\x1b[K"


def test_a_command_that_waits(daemon: Any, reading: Any, spawn_terminal: Any) -> None:
    """`balance` on a terminal: the line comes when the answer does not, and is erased in front of it."""
    daemon.rows("watch", [state("busy", asking="balance", operator="ru-mts")])
    asked = threading.Event()
    daemon.held["balance"] = asked
    daemon.result("balance", reading())
    terminal = spawn_terminal("balance")
    terminal.expect("home: asking ru-mts for the balance")
    asked.set()
    terminal.expect("123.40 RUB")
    assert "waiting" not in terminal.output.rpartition("\r\x1b[K")[2]


def test_nothing_more_is_asked_without_a_terminal(daemon: Any, modemd: Any, reading: Any) -> None:
    daemon.result("balance", reading())
    result = modemd("balance")
    assert (result.exit_code, result.stderr) == (0, "")
    assert [request["cmd"] for request in daemon.received] == ["balance"]
