"""Rows of a recording as a capture: bounds, times, dialogues, and what its header expects."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.simulator.capture import Capture, Pause, Received, Sent, Step
from modemd.simulator.record import dialogues, expected, only_the_dialogue, to_steps

REQUEST = Sent('AT+CUSD=1,"*100#",15')
OK = Received(b"\r\nOK\r\n")


def reply(m: int, text: str = "Balance 5") -> Received:
    return Received(f'\r\n+CUSD: {m},"{text}",15\r\n'.encode())


def row(at_s: float, data: str, *, sent: bool = False) -> dict[str, Any]:
    return {"at_s": at_s, "sent": sent, "data": data}


def test_bounds_and_times() -> None:
    """A read of the port is a step; short gaps are the port's pace, long ones are cut; ESC alone says nothing."""
    rows = [
        row(0.0, "\x1b", sent=True),
        row(0.0, "AT\r", sent=True),
        row(0.02, "\r\nO"),
        row(0.03, "K\r\n"),
        row(0.1, "AT+CSQ\r", sent=True),
        row(1.6, "\r\n+CSQ: 1,99\r\n\r\nOK\r\n"),
        row(4000.0, "\r\n^RSSI:19\r\n"),
    ]
    assert to_steps(rows) == (
        Sent("AT"),
        Received(b"\r\nO", framed=False),
        Received(b"K\r\n", framed=False),
        Sent("AT+CSQ"),
        Pause(1.5),
        Received(b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n", framed=False),
        Pause(180.0),
        Received(b"\r\n^RSSI:19\r\n"),
    )


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ((Sent("AT"), OK), 0),
        ((REQUEST, OK, reply(0)), 1),
        ((REQUEST, OK, reply(1), REQUEST, OK, reply(0)), 1),
        ((REQUEST, Received(b"\r\nERROR\r\n"), REQUEST, OK, reply(0)), 1),
        ((REQUEST, OK, reply(0), REQUEST, OK, reply(2)), 2),
    ],
)
def test_dialogues_are_counted(steps: tuple[Step, ...], count: int) -> None:
    """An answer to a menu and another encoding belong to the dialogue before."""
    assert dialogues(steps) == count


def test_what_follows_the_dialogue_goes() -> None:
    """Commands behind the last request are nobody's question; what stands in front says who the modem is."""
    steps = (Sent("AT"), OK, REQUEST, OK, reply(1), REQUEST, OK, reply(0), Pause(5.0), Sent("AT+CSQ"), OK)
    assert only_the_dialogue(steps) == steps[:8]


@pytest.mark.parametrize(
    ("steps", "result", "text", "error"),
    [
        ((Sent("AT"), OK), "none", None, None),
        ((REQUEST, OK), "timeout", None, "no answer"),
        ((REQUEST, Received(b"\r\n+CME ERROR: 258\r\n")), "error", None, "CME 258"),
        ((REQUEST, OK, Received(b"\r\n+CUSD: 4\r\n")), "error", None, "not supported"),
        ((REQUEST, OK, reply(0)), "reply", "Balance 5", None),
        ((REQUEST, OK, reply(1, "1 Balance")), "menu", "1 Balance", None),
        ((Sent("AT+CCID"), Received(b"\r\nERROR\r\n"), REQUEST, OK), "timeout", None, "no answer"),
    ],
)
def test_the_header_says_what_came(steps: tuple[Step, ...], result: str, text: str | None, error: str | None) -> None:
    """So that the file is a test by itself."""
    capture = expected(Capture(id="x", steps=steps))
    assert (capture.expect_result, capture.expect_text, capture.expect_error) == (result, text, error)


def test_the_decoder_that_read_it_decides() -> None:
    """What modemd showed is what the header expects, even where the octets alone speak for another decoder."""
    hexadecimal = "42616C616E63652035"
    capture = Capture(id="x", steps=(REQUEST, OK, reply(0, hexadecimal)))
    assert expected(capture, decoder="8bit").expect_text == "Balance 5"
    assert expected(capture, decoder="plain").expect_text == hexadecimal
