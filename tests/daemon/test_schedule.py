"""When a scheduled query is due, across restarts and clocks that jump."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.daemon.fleet import Fleet
from modemd.daemon.schedule import MOST_LATE_S, Pace, jitter_s, next_query, pace_s
from modemd.records import LocalHours, ModemSettings
from modemd.store import Store
from tests.daemon.conftest import FakeOwner

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def due(
    last_h: float | None,
    *,
    registered_h: float | None = -10.0,
    every_h: float | None = 6,
    today: int = 0,
    floor_h: float = 0.0,
    wanted_h: float | None = None,
) -> object:
    """The due time in hours from NOW; arguments in hours from NOW."""
    found = next_query(
        every_s=None if every_h is None else every_h * 3600,
        last_attempt=None if last_h is None else NOW + last_h * HOUR,
        registered_at=None if registered_h is None else NOW + registered_h * HOUR,
        now=NOW,
        attempts_today=today,
        floor_s=floor_h * 3600,
        wanted_at=None if wanted_h is None else NOW + wanted_h * HOUR,
    )
    return None if found is None else (found - NOW) / HOUR


def test_due_every_after_the_last_attempt() -> None:
    """The last attempt counts, whenever the daemon was started or the modem registered."""
    assert due(-2) == 4
    assert due(-7) == -1
    assert due(-2, registered_h=0) == 4


def test_without_an_attempt_60_s_after_registration() -> None:
    """A new SIM is asked one minute after it is in the network."""
    assert due(None, registered_h=0) == 60 / 3600


def test_not_by_itself() -> None:
    """every = "off" and a modem without network are never due."""
    assert due(-7, every_h=None) is None
    assert due(-7, registered_h=None) is None


def test_overdue_waits_for_registration() -> None:
    """What became due while the modem was away is due when it is back."""
    assert due(-100, registered_h=-0.5) == -0.5


def test_an_attempt_in_the_future_counts_as_now() -> None:
    """A clock that was set back neither blocks the schedule for years nor dials at once."""
    assert due(24 * 365) == 6


def test_the_floor_of_the_operator_counts_where_it_is_longer() -> None:
    """The pack's `floor` between two questions and `every`: the longer of the two."""
    assert due(-2, every_h=1, floor_h=12) == 10
    assert due(-2, every_h=6, floor_h=1) == 4


def test_what_the_operator_wrote_makes_a_question_due_now() -> None:
    """A top-up since the last attempt: due when it was told, not before the floor is over, never where every is off."""
    assert due(-2, wanted_h=-1) == -1
    assert due(-2, wanted_h=-1, floor_h=3) == 1
    assert due(-2, wanted_h=-3) == 4
    assert due(-2, wanted_h=-1, every_h=None) is None
    assert due(-2, wanted_h=-1, registered_h=None) is None
    assert due(-2, wanted_h=-1, today=24) == 1


def test_never_a_25th_in_a_day() -> None:
    """Whatever else says so."""
    assert due(-7, today=23) == -1
    assert due(-7, today=24) == 1


def test_a_query_that_dialled_nothing_is_not_repeated_at_once() -> None:
    """Roaming leaves no attempt in the store; it is tried again an interval later, or after the next registration."""
    pace = Pace(submitted=NOW)
    assert pace.last_attempt(None, registered_at=NOW - HOUR, now=NOW + HOUR) == NOW
    assert pace.last_attempt(None, registered_at=NOW + HOUR / 2, now=NOW + HOUR) is None


def test_the_reason_must_be_newer_than_the_last_attempt() -> None:
    """What was known when the last question was asked is no reason for the next one; without a floor none is waited."""
    assert due(-2, wanted_h=-2) == 4
    last = NOW - HOUR
    wanted = last + timedelta(seconds=0.5)
    assert next_query(every_s=3600, last_attempt=last, registered_at=last, now=NOW, wanted_at=wanted) == wanted


def test_of_two_attempts_the_later_one_counts() -> None:
    """The store's and the one that left nothing there; one of this very moment counts already."""
    pace = Pace(submitted=NOW)
    assert pace.last_attempt(NOW - HOUR, registered_at=NOW - HOUR, now=NOW + HOUR) == NOW
    assert pace.last_attempt(NOW + HOUR, registered_at=NOW - HOUR, now=NOW + HOUR) == NOW + HOUR
    assert pace.last_attempt(None, registered_at=None, now=NOW) == NOW
    assert pace.last_attempt(None, registered_at=NOW, now=NOW) == NOW
    assert pace.last_attempt(None, registered_at=None, now=NOW - HOUR) is None


@settings(max_examples=60, deadline=None)
@given(
    every_h=st.integers(min_value=1, max_value=12),
    steps=st.lists(st.tuples(st.integers(min_value=1, max_value=90), st.booleans()), min_size=1, max_size=120),
)
def test_restarts_never_dial_more_often(every_h: int, steps: list[tuple[int, bool]]) -> None:
    """However often the daemon is restarted, two scheduled queries are at least `every` apart."""
    now, registered, attempts, pace = NOW, NOW, list[datetime](), Pace()
    for minutes, restart in steps:
        now += timedelta(minutes=minutes)
        if restart:
            registered, pace = now, Pace()
        stored = attempts[-1] if attempts else None
        today = sum(1 for at in attempts if at > now - timedelta(days=1))
        last = pace.last_attempt(stored, registered_at=registered, now=now)
        at = next_query(
            every_s=every_h * 3600.0, last_attempt=last, registered_at=registered, now=now, attempts_today=today
        )
        if at is not None and at <= now:
            pace.submitted = now
            attempts.append(now)
    gaps = [after - before for before, after in itertools.pairwise(attempts)]
    assert all(gap >= every_h * HOUR for gap in gaps)


def test_the_pace_quickens_in_the_last_two_days() -> None:
    """Down to a quarter, not below an hour and not below the pack's floor; a shorter interval stays as it is."""
    assert [pace_s(6 * 3600, days) / 3600 for days in (None, 30, 2, 1, 0.5, 0)] == [6, 6, 6, 3, 1.5, 1.5]
    assert [pace_s(every, 0.1) for every in (1800, 3600, 7200)] == [1800, 3600, 3600]
    assert _next(-1, every_h=6, days_left=0.0) == 0.5
    assert _next(-1, every_h=6, days_left=0.0, floor_s=4 * 3600.0) == 3


@pytest.mark.parametrize(("free", "hours"), [(True, 1.5), (False, 6.0)])
def test_only_a_free_code_is_asked_more_often(tmp_path: Path, free: bool, hours: float) -> None:
    """One that the owner named, and no pack knows, may cost: four times as much when the money is short."""
    store = Store(tmp_path / "state", clock=lambda: NOW)
    fleet = Fleet(store, make_owner=FakeOwner, call_soon=lambda call: call(), clock=lambda: NOW)
    fleet.apply([ModemSettings(name="home", port="auto")])
    owner = fleet.owner("home")
    assert isinstance(owner, FakeOwner)
    owner.snapshot = replace(owner.snapshot, free=free)
    key = str(owner.snapshot.sim_key)
    store.note_attempt("home", key, at=NOW, origin="schedule")
    store.save_alert_state(key, {"gone_at": NOW.isoformat()})
    fleet.dial_what_is_due()
    assert fleet.next_query_at["home"] == NOW + hours * HOUR
    store.close()


def test_a_fleet_does_not_dial_together_for_ever() -> None:
    """A delay of its own for each modem: small, spread out, and the same after each restart."""
    late = [jitter_s(f"sim{number}", 6 * 3600) for number in range(100)]
    assert late == [jitter_s(f"sim{number}", 6 * 3600) for number in range(100)]
    assert all(0 <= seconds <= MOST_LATE_S for seconds in late)
    assert len({int(seconds) // 30 for seconds in late}) == 10
    assert 2.9 < max(jitter_s(f"sim{number}", 60) for number in range(100)) <= 3
    assert _next(-1, every_h=6, late_s=90.0) == 5 + 90 / 3600


def test_busy_hours_are_waited_out(monkeypatch: Any) -> None:
    """In local time, over midnight too; several that adjoin are one, and those that leave no time count for nothing."""
    monkeypatch.setenv("TZ", "Europe/Moscow")
    time.tzset()
    try:
        noon = LocalHours(start=14 * 60, end=16 * 60 + 30)  # NOW is 15:00 there
        night = LocalHours(start=22 * 60, end=6 * 60)
        assert _next(-7, busy=[noon]) == 1.5
        assert _next(-7, busy=[noon, LocalHours(start=16 * 60 + 30, end=18 * 60)]) == 3
        assert _next(-7, busy=[night]) == -1
        assert _next(0, every_h=8, busy=[night]) == 15
        assert _next(-7, busy=[LocalHours(start=0, end=12 * 60), LocalHours(start=12 * 60, end=0)]) == -1
    finally:
        monkeypatch.undo()
        time.tzset()


def _next(last_h: float, *, every_h: float = 6, **more: Any) -> float | None:
    found = next_query(
        every_s=every_h * 3600, last_attempt=NOW + last_h * HOUR, registered_at=NOW - 10 * HOUR, now=NOW, **more
    )
    return None if found is None else (found - NOW) / HOUR
