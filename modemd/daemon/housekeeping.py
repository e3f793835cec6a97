"""The store is tidied in small steps between other work of the main loop (store/retention.py says what goes)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from modemd.errors import StoreError
from modemd.log import get_logger
from modemd.store import Store

FIRST_S = 120.0  # after the start, when modems open and queries are due
EVERY_S = 3600.0
TELL_S = 86400.0  # between two lines in the log
PAUSE_S = 1.0  # between two turns while there is much to do
TURN_S = 0.01  # a turn begins no further step behind this


class Housekeeping:
    """Belongs to the main loop's thread. `due`: when to look again (monotonic)."""

    def __init__(
        self, store: Store, *, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._log = get_logger()
        self._clock = clock
        self._monotonic = monotonic
        self.due = monotonic() + FIRST_S
        self._deleted: Counter[str] = Counter()  # and not told yet
        self._told, self._told_at = False, monotonic()
        self._long = False  # there was more to do than a turn does, since it was told last

    def look(self) -> None:
        """Does a turn where one is due. A store that takes nothing now is tidied later: nothing else waits for it."""
        began = self._monotonic()
        if began < self.due:
            return
        self.due = began + EVERY_S
        try:
            more = self._store.tidy(self._clock())
            while more and self._monotonic() - began < TURN_S:
                more = self._store.tidy(self._clock())
        except StoreError as error:
            self._log.warning("the history could not be tidied", reason=error.message)
            return
        finally:
            self._deleted.update(self._store.take_deleted())
        if more:
            self.due = self._monotonic() + PAUSE_S
        done = not more and not self._told
        self._long = self._long or more
        if self._deleted and (done or began >= self._told_at + (EVERY_S if self._long else TELL_S)):
            self._tell(began)
            self._long = more

    def _tell(self, now: float) -> None:
        """Once a day at most; once an hour while a long past is tidied, which takes many turns."""
        self._log.info("what is older than keep allows was deleted from the history", **self._deleted)
        self._deleted.clear()
        self._told, self._told_at = True, now
