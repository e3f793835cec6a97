"""The nights in which local time jumps: what is counted is UTC, so no zone changes what is due, old or next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modemd.daemon.schedule import next_query
from modemd.records import Measurement
from modemd.store import Store

# Local time goes from 3 to 2 o'clock, from 2 to 3, and by half an hour only.
NIGHTS = {
    "Europe/Berlin autumn": ("CET-1CEST,M3.5.0,M10.5.0/3", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    "Europe/Berlin spring": ("CET-1CEST,M3.5.0,M10.5.0/3", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    "Lord Howe": ("LHST-10:30LHDT-11,M10.1.0,M4.1.0", datetime(2026, 4, 4, 15, tzinfo=UTC)),
}


@pytest.fixture(params=list(NIGHTS.values()), ids=list(NIGHTS))
def change(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """The moment of the jump, in a process that lives in that zone."""
    zone, moment = request.param
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    yield moment
    monkeypatch.undo()
    time.tzset()


def test_a_night_with_a_jump(store: Store, clock: Any, row: Callable[..., Measurement], change: datetime) -> None:
    """Readings every half hour keep their order, each is as old as it is, and the next one comes an interval later."""
    before, after = ((change + timedelta(hours=by)).astimezone().utcoffset() for by in (-1, 1))
    assert before != after  # the zone does jump there
    times = [change + timedelta(minutes=30 * half) for half in range(-4, 5)]
    for number, moment in enumerate(times):
        clock.now = moment
        store.note_attempt("home", "iccid:8970101", at=moment, origin="schedule")
        store.add(row(f"{100 - number}.00", taken_at=moment))
    clock.now = times[-1] + timedelta(minutes=10)
    standing = store.standing("home", "iccid:8970101", now=clock.now)
    assert [found.taken_at for found in store.rows_after(0, limit=99)] == times
    assert standing.reading is not None
    assert clock.now - standing.reading.taken_at == timedelta(minutes=10)
    assert standing.last_attempt == times[-1]
    due = next_query(
        every_s=1800, last_attempt=standing.last_attempt, registered_at=times[0], now=clock.now, attempts_today=0
    )
    assert due == times[-1] + timedelta(minutes=30)
