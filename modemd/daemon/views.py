"""The JSON objects of the interface, put together from fleet, store and alarm: one place each, whoever asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from modemd.daemon import render
from modemd.daemon.alarm import Alarm
from modemd.daemon.fleet import Fleet
from modemd.records import Measurement, ModemSnapshot
from modemd.store import Store


class Views:
    """Belongs to the main loop's thread; keeps nothing."""

    def __init__(self, fleet: Fleet, store: Store, alarm: Alarm, *, clock: Callable[[], datetime]) -> None:
        self._fleet = fleet
        self._store = store
        self._alarm = alarm
        self._clock = clock

    def status(self, snapshot: ModemSnapshot) -> render.Json:
        """One modem of `status --json`. Its modem is one of the configuration. Raises StoreError."""
        standing = self._alarm.standing(snapshot)
        fault = self._store.fault
        if fault is not None:
            snapshot = replace(snapshot, error=f"{snapshot.error}; {fault}" if snapshot.error else fault)
        return render.status(
            snapshot,
            reading=standing.shown,
            level=self._alarm.level(standing),
            next_query_at=self._fleet.next_query_at.get(snapshot.modem),
            alerts=self._store.open_alerts(snapshot.modem),
            own_number=standing.own_number,
            fallback=self._store.last_fallback(snapshot.sim_key or f"modem:{snapshot.modem}"),
            now=self._clock(),
        )

    def history_row(self, row: Measurement) -> render.Json:
        """One line of `history --json`. `level` is what the number meant then; a forecast of the past helps nobody."""
        level = self._alarm.level_of(row, at=row.taken_at)
        return render.measurement(row, level=level, days_left=None, now=self._clock())
