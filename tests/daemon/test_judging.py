"""No silence is judged before a query had its chance, and what could not be done is done when it can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.daemon.alarm import CHANCE_S
from modemd.daemon.upkeep import FIRST_PAUSE_S, LONGEST_PAUSE_S, Upkeep
from modemd.errors import StoreError
from modemd.store import Store
from tests.daemon.life import NOW, Life


def test_one_query_has_its_chance(life: Life) -> None:
    """After three days without the daemon: `stale` only once the query has failed, and nothing where it did not."""
    life.apply()
    life.asked("400")
    life.end()
    life.go(days=3)
    life.begin()
    life.apply()
    assert life.silence() == life.now + timedelta(seconds=CHANCE_S)
    assert life.events == []
    life.go(minutes=1)
    life.asked("390")
    life.silence()
    assert life.events == []
    life.go(hours=12)
    life.silence()
    assert life.events == ["stale"]


def test_a_failed_query_had_its_chance(life: Life) -> None:
    life.apply()
    life.asked("400")
    life.alarm.clock_jumped()
    life.now += timedelta(days=3)
    life.alarm.clock_jumped()
    life.silence()
    life.go(minutes=1)
    life.asked(None, dialled=False)  # refused without a network
    life.silence()
    assert life.events == []
    life.asked(None)
    life.silence()
    assert life.events == ["stale"]


def test_the_chance_is_bounded(life: Life) -> None:
    """A modem that cannot be asked is stale all the same."""
    life.apply()
    life.asked("400")
    life.now += timedelta(days=3)
    life.alarm.clock_jumped()
    again = life.silence()
    assert again is not None
    assert again - life.now <= timedelta(seconds=CHANCE_S)
    life.go(seconds=CHANCE_S)
    life.silence()
    assert life.events == ["stale"]


def test_a_clock_that_is_not_set_judges_no_age(life: Life) -> None:
    """In 1970 nothing is stale, and a number keeps its meaning; what was taken then counts from when it was set."""
    life.apply()
    life.now = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)
    life.asked("40")
    assert (life.silence(), life.level()) == (None, "low")
    life.now = NOW
    life.alarm.clock_jumped()
    assert life.level() == "low"
    life.go(hours=11)
    life.silence()
    assert (life.level(), life.events) == ("low", ["low"])
    life.go(hours=2)
    life.silence()
    assert (life.level(), life.events) == ("stale", ["low", "stale"])


def test_a_reading_from_the_future_gets_stale(life: Life) -> None:
    """It counts as now from when the clock was found to be behind it, in the level as in the alert."""
    life.apply()
    life.asked("400")
    life.now -= timedelta(days=1)
    life.alarm.clock_jumped()
    life.silence()
    assert life.level() == "ok"
    life.go(hours=11, minutes=59)
    assert (life.silence() is not None, life.level()) == (True, "ok")
    life.go(minutes=1)
    life.silence()
    assert (life.level(), life.events) == ("stale", ["stale"])
    life.go(hours=13)  # the clock is where the reading was taken
    assert life.level() == "stale"


class NoFleet:
    def __init__(self) -> None:
        self.told = 0

    def store_is_back(self) -> None:
        self.told += 1


def test_pauses_grow_and_nothing_waits_for_nothing(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """No wake-up while the store is well; tries with growing pauses while it is not, and an end."""
    life.apply()
    fleet = NoFleet()
    upkeep = Upkeep(life.store, life.alarm, fleet, monotonic=lambda: life.seconds)  # type: ignore[arg-type]
    assert (upkeep.look(life.seconds), upkeep.due) == (False, None)
    life.store.trouble = "disk full"

    def full(_: Store) -> int:
        raise StoreError("disk full")

    write_kept = Store.write_kept
    monkeypatch.setattr(Store, "write_kept", full)
    assert upkeep.look(life.seconds)
    pauses = []
    for _ in range(8):
        assert upkeep.due is not None
        pauses.append(upkeep.due - life.seconds)
        assert not upkeep.look(upkeep.due - 0.1)
        life.seconds = upkeep.due
        assert not upkeep.look(life.seconds)
    assert pauses[:2] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S]
    assert max(pauses) == LONGEST_PAUSE_S
    monkeypatch.setattr(Store, "write_kept", write_kept)
    assert upkeep.due is not None
    life.seconds = upkeep.due
    assert upkeep.look(life.seconds)
    assert upkeep.due is None
    assert fleet.told == 1


def test_new_limits_are_judged_when_they_can_be(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reload on a full disk: the last reading is judged by the new limits once there is room."""
    life.apply()
    life.asked("400")
    raise_alerts = Store.raise_alerts

    def full(*_: Any) -> None:
        raise StoreError("disk full")

    monkeypatch.setattr(Store, "raise_alerts", full)
    modem = replace(life.config.modems[0], low=Decimal(500))
    life.config = replace(life.config, modems=(modem,))
    with pytest.raises(StoreError):
        life.apply()
    monkeypatch.setattr(Store, "raise_alerts", raise_alerts)
    life.alarm.catch_up()
    assert life.events == ["low"]
