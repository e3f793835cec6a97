"""The scripted modem, and GsmModems on it that are closed at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from modemd.backends.at.timeouts import Timeouts
from modemd.compat import GsmModem
from tests.scripted_modem import everywhere as everywhere
from tests.scripted_modem import fast as fast
from tests.scripted_modem import make_peer as make_peer
from tests.scripted_modem import peer as peer
from tests.scripted_modem import together as together


@pytest.fixture
def paced() -> Timeouts:
    """For the fake modem: short where silence decides, patient where an answer is waited for."""
    return Timeouts(silence_s=0.03, drain_s=0.3, line_gap_s=0.08, settle_s=0.08, release_s=0.3, sim_step_s=0.02)


@pytest.fixture
def script(fast: Timeouts) -> Iterator[Callable[..., GsmModem]]:
    """script(path, ...): a GsmModem that is connected; all are closed behind the test."""
    opened: list[GsmModem] = []

    def connected(path: str, *arguments: Any, pin: str | None = None, **more: Any) -> GsmModem:
        modem = GsmModem(path, *arguments, timeouts=more.pop("timeouts", fast), **more)
        modem.quarantine_s = 0.0
        opened.append(modem)
        modem.connect(pin)
        return modem

    yield connected
    for modem in opened:
        modem.close()
