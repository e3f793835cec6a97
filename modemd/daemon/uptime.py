"""When the daemon was last alive, noted now and then, and whether it was missed before this start."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from modemd.alerts.rules_modem import EVERY_S
from modemd.alerts.state import Policy, time_in
from modemd.clock import is_set
from modemd.store import Store

KEY = "daemon"  # what its state is kept under, beside those of SIMs
LEAST_S = 900.0  # between two notes: each is a write
# A clock that is set so much behind a start, or sooner, still says how long the daemon was away.
SETTLING_S = 3600.0


class Uptime:
    """Belongs to the main loop's thread. `missed(alive_at, began)` is told of each new guess how long the daemon was
    away, within the transaction of the note; True = that was worth a message, and is the last one."""

    def __init__(
        self,
        store: Store,
        missed: Callable[[datetime, datetime], bool],
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._missed = missed
        self._clock = clock
        self._monotonic = monotonic
        self._began = monotonic()
        self._note_at = self._began
        self._before: datetime | None = None  # the last sign of life of the life before
        self._read = False

    def look(self, policies: Collection[Policy]) -> None:
        """Notes that the daemon lives, where it is time. A clock that is not set notes and counts nothing. Raises
        StoreError."""
        now, monotonic = self._clock(), self._monotonic()
        if monotonic < self._note_at:
            return
        if not self._read:
            self._before, self._read = self._last_sign(now), True
        lived_s = monotonic - self._began
        if not is_set(now):
            if lived_s >= SETTLING_S:  # nobody will know when this life was
                self._store.save_alert_state(KEY, {})
                self._note_at = float("inf")
            return
        with self._store.together():
            began = now - timedelta(seconds=lived_s)
            if self._before is not None and lived_s < SETTLING_S and self._missed(self._before, began):
                self._before = None
            self.note()
        every_s = min((policy.every_s or EVERY_S for policy in policies), default=EVERY_S)
        self._note_at = monotonic + max(LEAST_S, every_s / 2)

    def _last_sign(self, now: datetime) -> datetime | None:
        """Of the life before. One that was killed had its last note up to half of `every` before its end: what it asked
        since is a later sign, and the gap that is told is too long by the rest at most."""
        noted = time_in(self._store.alert_state(KEY), "alive_at")
        asked = self._store.last_attempt_of_any(until=now) if noted is not None else None
        return max(asked, noted) if asked is not None and noted is not None else noted

    def clock_jumped(self) -> None:
        """What was noted is of another clock."""
        self._note_at = self._monotonic()

    def note(self) -> None:
        """Raises StoreError."""
        now = self._clock()
        if is_set(now):
            self._store.save_alert_state(KEY, {"alive_at": now.isoformat()})
