"""For all tests: the fake modem, a clock that stands, and hypothesis without surprises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings

# An installed modemd registers this plugin by itself; a work tree that is only on the path does not.
from modemd.simulator.pytest_plugin import fake_modem as fake_modem

# The same examples in every run, and no time limit for one: a busy machine must not turn a test red.
settings.register_profile(
    "modemd", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("modemd")


class Clock:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = datetime(2024, 5, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()
