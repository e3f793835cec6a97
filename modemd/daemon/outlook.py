"""How long the money of each SIM lasts: made once for each reading, beside the main loop.

A forecast reads months of the store and reckons for some hundredths of a second, on a Pi Zero for some tenths. That
is too long for the loop that serves everybody, so one thread does it, which ends when nothing is left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from modemd.alerts.raising import readings_until
from modemd.alerts.state import Spending
from modemd.errors import StoreError
from modemd.log import get_logger
from modemd.records import Measurement
from modemd.store import Store

if TYPE_CHECKING:
    from modemd.money.forecast import Forecast

    Done = Callable[[Forecast | None], None]

Key = tuple[str, str | None, datetime, Decimal | None]


class Outlook:
    """Belongs to the main loop's thread; keeps the last forecast of each SIM."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        call_soon: Callable[[Callable[[], None]], None],
        foreseen: Callable[[Measurement], Spending | None],
    ) -> None:
        """`foreseen`: what was found out about this row before it was stored, None = nothing (any more)."""
        self._store = store
        self._foreseen = foreseen
        self._clock = clock
        self._call_soon = call_soon
        self._log = get_logger()
        self._known: dict[str, tuple[Key, Forecast | None]] = {}
        self._waiting: dict[Key, tuple[Measurement, list[Done]]] = {}
        self._thread: threading.Thread | None = None

    def ask(self, m: Measurement, done: Done) -> None:
        """Calls `done` in the main loop with the forecast from this reading, which has money: at once where it is
        known, with None where nothing can be said."""
        key: Key = (m.sim_key, m.reading.currency, m.taken_at, m.reading.balance)
        if (found := self._foreseen(m)) is not None:
            self._known[m.sim_key] = key, found.outlook
        known = self._known.get(m.sim_key)
        if known is not None and known[0] == key:
            done(known[1])
            return
        self._waiting.setdefault(key, (m, []))[1].append(done)
        self._next()

    def _next(self) -> None:
        if self._thread is not None or not self._waiting:
            return
        key, (m, _) = next(iter(self._waiting.items()))
        thread = threading.Thread(target=self._make, args=(key, m), name="forecast", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # the machine gives no thread just now: who waits gets the balance without days
            self._log.warning("no forecast", modem=m.modem, why=str(error))
            for done in self._waiting.pop(key)[1]:
                self._call_soon(partial(done, None))
            return
        self._thread = thread

    def _make(self, key: Key, m: Measurement) -> None:
        """In the thread."""
        found = None
        try:
            from modemd.money.forecast import forecast  # not before a balance was read

            now = self._clock()
            found = forecast(readings_until(self._store, m, now), now)
        except StoreError as error:
            self._log.warning("no forecast", modem=m.modem, why=str(error))
        except Exception:  # noqa: BLE001 (a fault of ours must not cost the balance that waits for it)
            self._log.exception("no forecast", modem=m.modem)
        self._call_soon(lambda: self._made(key, found))

    def _made(self, key: Key, found: Forecast | None) -> None:
        self._thread = None
        self._known[key[0]] = key, found
        _, waiting = self._waiting.pop(key)
        for done in waiting:
            done(found)
        self._next()
