"""What the store could not take, and what could not be judged for it, is done when there is room again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from modemd.clock import is_set
from modemd.daemon.alarm import Alarm
from modemd.daemon.fleet import Fleet
from modemd.errors import StoreError
from modemd.explanations import situation
from modemd.log import get_logger
from modemd.store import Store

FIRST_PAUSE_S = 5.0  # until the first new try, doubled up to the longest
LONGEST_PAUSE_S = 60.0


class Upkeep:
    """Belongs to the main loop's thread. `due`: when to look again (monotonic); None, and no wake-ups, while nothing
    waits."""

    def __init__(
        self, store: Store, alarm: Alarm, fleet: Fleet, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self.due: float | None = None
        self._store, self._alarm, self._fleet = store, alarm, fleet
        self._log = get_logger()
        self._monotonic = monotonic
        self._pause_s = FIRST_PAUSE_S
        self._rows = 0
        self._clock_set = True

    def look(self, now: float) -> bool:
        """Notices that something waits, or tries to do it where it is time; True when that changes what people are
        told."""
        if not (self._store.behind or self._alarm.behind):
            return self._over() if self.due is not None else False
        if self.due is None:
            self._pause_s, self._rows = FIRST_PAUSE_S, 0
            self.due = now + self._pause_s
            self._log.error(self._store.fault or "an alert could not be judged")
            return True
        if now < self.due:
            return False
        try:
            self._rows += self._store.write_kept()
            self._alarm.catch_up()
        except StoreError:  # told when it began
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
            self.due = self._monotonic() + self._pause_s
            return False
        return self._over()

    def look_at_clock(self, now: datetime) -> None:
        """At the start and after a jump: says once that the clock was not set, and when it was."""
        was, self._clock_set = self._clock_set, is_set(now)
        if was and not self._clock_set:
            self._log.warning(situation("clock not set", now=f"{now:%Y-%m-%d}"))
        elif self._clock_set and not was:
            self._log.info("the clock was set", now=f"{now:%Y-%m-%dT%H:%M:%SZ}")

    # --- helpers

    def _over(self) -> bool:
        self.due = None
        self._fleet.store_is_back()
        self._log.info("the store is written again", rows=self._rows)
        return True
