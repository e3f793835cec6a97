"""The log says what was deleted, once an hour at most."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, cast

import pytest

from modemd.daemon.housekeeping import EVERY_S, FIRST_S, PAUSE_S, Housekeeping
from modemd.errors import StoreError
from modemd.store import Store


class House:
    """A store with so many steps to be done, each of which deletes two failures and takes a second, and its log."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.steps, self.full, self.deleted = 0.0, 0, False, 0
        self.told: list[tuple[str, float, Any]] = []
        self.keeping = Housekeeping(cast("Store", self), clock=lambda: datetime.now(UTC), monotonic=lambda: self.now)
        monkeypatch.setattr(self.keeping, "_log", self)

    def tidy(self, _now: datetime) -> bool:
        if self.full:
            raise StoreError("the disk is full: free some space")
        self.now += 1.0
        self.deleted += 2 if self.steps else 0
        self.steps = max(0, self.steps - 1)
        return self.steps > 0

    def take_deleted(self) -> dict[str, int]:
        deleted, self.deleted = self.deleted, 0
        return {"failures": deleted} if deleted else {}

    def info(self, _line: str, **values: Any) -> None:
        self.told.append(("info", self.now, values["failures"]))

    def warning(self, _line: str, **values: Any) -> None:
        self.told.append(("warning", self.now, values["reason"]))

    def lives(self, seconds: float) -> list[tuple[str, float, Any]]:
        """What is told in this time."""
        end, before = self.now + seconds, len(self.told)
        while self.keeping.due <= end:
            self.now = max(self.now, self.keeping.due)
            self.keeping.look()
        self.now = max(self.now, end)
        return self.told[before:]


@pytest.fixture
def house(monkeypatch: pytest.MonkeyPatch) -> House:
    return House(monkeypatch)


def test_a_line_when_it_is_done(house: House) -> None:
    house.steps = 3
    assert house.lives(3 * EVERY_S) == [("info", FIRST_S + 3 + 2 * PAUSE_S, 6)]


def test_a_long_past_is_told_by_the_hour(house: House) -> None:
    house.steps = 5000
    told = house.lives(5 * EVERY_S)
    assert sum(number for _, _, number in told) == 2 * 5000
    assert len(told) >= 2
    assert all(later >= earlier + EVERY_S for (_, earlier, _), (_, later, _) in pairwise(told))


def test_a_little_each_hour_is_told_by_the_day(house: House) -> None:
    """As a history of years gets older: nothing happens, and the log says so little."""
    told: list[tuple[str, float, int]] = []
    for _ in range(3 * 24):
        house.steps = 1
        told += house.lives(EVERY_S)
    assert 3 <= len(told) <= 4


def test_nothing_deleted_nothing_told(house: House) -> None:
    assert house.lives(3 * EVERY_S) == []


def test_a_full_disk_in_the_middle(house: House) -> None:
    """What went before it is told when it is over."""
    house.steps = 3
    assert house.lives(FIRST_S + PAUSE_S) == []
    house.full = True
    assert [kind for kind, *_ in house.lives(EVERY_S)] == ["warning"]
    house.full = False
    told = house.lives(3 * EVERY_S)
    assert sum(number for _, _, number in told) == 6
    assert all(later >= earlier + EVERY_S for (_, earlier, _), (_, later, _) in pairwise(told))
