"""Real dialogues, played to the real engine over a pseudo-terminal: a capture in its folder is a test by itself."""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.records import UssdMessage, UssdResult
from modemd.simulator.capture import Capture, Pause, Received, Sent, parse_capture

FOLDER = Path(__file__).parents[2] / "captures"
CAPTURES = sorted(FOLDER.glob("*.capture"))
REQUEST = re.compile(r'(?i)at\+cusd=1,\s*"?(.*?)"?\s*(?:,\s*\d+)?$')
SLOWEST_S = 0.05  # pauses of the field are cut to this


def rounds(capture: Capture) -> list[tuple[str, list[Any]]]:
    """What is said behind each request: (the string that was sent, what came)."""
    before: list[Any] = []
    parts: list[tuple[str, list[Any]]] = []
    for step in capture.steps:
        said = parts[-1][1] if parts else before
        if isinstance(step, Received):
            said.append(step.data)
        elif isinstance(step, Pause):
            said.append(min(SLOWEST_S, step.seconds))
        elif isinstance(step, Sent) and (found := REQUEST.fullmatch(step.command)):
            parts.append((found[1], []))
    return parts or [("", before)]


def in_random_pieces(seed: str) -> Callable[[bytes], list[bytes]]:
    chance = random.Random(seed)

    def cut(data: bytes) -> list[bytes]:
        pieces = []
        while data:
            size = chance.choice((1, 2, 3, 7, 20, 64))
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    return cut


def play(peer: Any, capture: Capture, fast: Timeouts) -> UssdResult:
    """Our own request and answers, the capture's lines."""
    parts = rounds(capture)
    charset = next(
        (
            found[1]
            for step in capture.steps
            if isinstance(step, Received | Sent)
            and (
                found := re.search(r'\+CSCS[:=]\s*"(\w+)"', step.command if isinstance(step, Sent) else str(step.data))
            )
        ),
        "GSM",
    )
    peer.answers["AT+CSCS?"] = (f'+CSCS: "{charset}"', "OK")
    peer.answers["AT+CSCS=*"] = ("OK",)
    said = deque(tuple(items) for _, items in parts)
    peer.answers["AT+CUSD=1*"] = lambda _command: said.popleft() if said else ("ERROR",)
    replies = deque(["1"] * (len(parts) - 1))
    modem = Modem(peer.path, timeouts=replace(fast, release_s=0.2, silence_s=0.02))
    modem.connect()

    def ask(_message: UssdMessage) -> str | None:
        return replies.popleft() if replies else None

    try:
        return modem.ussd(UssdRequest(code="*100#", ask=ask, timeout_s=0.4))
    finally:
        modem.close()


def load(path: Path) -> Capture:
    return parse_capture(path.read_text(encoding="utf-8"), file=path.name)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_ends_as_its_header_says(path: Path, make_peer: Any, together: Any, fast: Timeouts) -> None:
    """Text, menu, error phrase or silence of a dialogue that was seen on a wire, in whatever pieces it comes."""
    capture = load(path)
    if capture.expect_result in (None, "none") or (capture.expect_error or "").startswith("no USSD"):
        pytest.skip("no dialogue in it")
    if not any(part for _, said in rounds(capture) for part in said):
        pytest.skip("nothing came")

    def check(chunk: Any) -> None:
        result = play(make_peer(chunk=chunk), capture, fast)
        text = " ".join((result.text or "").split())
        expected = " ".join((capture.expect_text or "").split())
        match capture.expect_result:
            case "reply" | "menu":
                assert result.error is None, result
                assert (result.status == "action_required") == (capture.expect_result == "menu")
                if capture.expect_prefix:
                    assert text.startswith(expected)
                elif capture.expect_text is not None:
                    assert text == expected
            case "timeout":
                assert (result.status, result.error) == ("timeout", "no answer")
            case "error":
                assert result.error == capture.expect_error

    together(
        {
            "whole": partial(check, 0),
            "byte by byte": partial(check, 1),
            "random": partial(check, in_random_pieces(path.stem)),
        }
    )
