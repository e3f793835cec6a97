"""Helpers of the tests of the AT language: octets in, lines out, as an engine would drive them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from modemd.at.lines import LineReader

Cut = Callable[[bytes], list[bytes]]
Read = Callable[[Iterable[bytes]], list[str]]


@pytest.fixture(scope="session")
def read() -> Read:
    """Feeds pieces to a fresh reader, drains it after each, and plays a silence at the end."""

    def run(pieces: Iterable[bytes]) -> list[str]:
        reader = LineReader()
        lines: list[str] = []
        for piece in pieces:
            reader.receive_data(piece)
            while (line := reader.next_line()) is not None:
                lines.append(line)
        for _ in range(20):
            if not reader.holding:
                break
            if (line := reader.idle()) is not None:
                lines.append(line)
            while (line := reader.next_line()) is not None:
                lines.append(line)
        assert not reader.holding, "silence must end everything that is held"
        return lines

    return run


def _at_random(data: bytes) -> list[bytes]:
    chance = random.Random(len(data))
    pieces, start = [], 0
    while start < len(data):
        end = start + chance.randint(1, 9)
        pieces.append(data[start:end])
        start = end
    return pieces


CUTS: dict[str, Cut] = {
    "whole": lambda data: [data],
    "octets": lambda data: [data[at : at + 1] for at in range(len(data))],
    "random": _at_random,
}


@pytest.fixture
def cuts() -> dict[str, Cut]:
    """Three ways in which one stream may arrive."""
    return CUTS


@pytest.fixture(params=CUTS)
def cut(request: pytest.FixtureRequest) -> Cut:
    """Each of them, where a test is for one."""
    return CUTS[request.param]


@pytest.fixture(scope="session")
def captures() -> Path:
    return Path(__file__).parent.parent / "captures"
