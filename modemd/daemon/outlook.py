"""How long the money of each SIM lasts: made once for each reading, beside the main loop.

A forecast reads a year of the store and reckons for some hundredths of a second, on a Pi Zero for some tenths. That is
too long for the loop that serves everybody, so one thread does it, which ends when nothing is left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from modemd.clock import in_order
from modemd.errors import StoreError
from modemd.log import get_logger
from modemd.records import Measurement
from modemd.store import Store

if TYPE_CHECKING:
    from modemd.money.forecast import Forecast

    Done = Callable[[Forecast | None], None]

MONTH = timedelta(days=31)
MONTHS = 12  # read one by one, so that nobody waits long for the store
Key = tuple[str, str | None, datetime, int | None]


class Outlook:
    """Belongs to the main loop's thread; keeps the last forecast of each SIM."""

    def __init__(
        self, store: Store, *, clock: Callable[[], datetime], call_soon: Callable[[Callable[[], None]], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._call_soon = call_soon
        self._log = get_logger()
        self._known: dict[str, tuple[Key, Forecast | None]] = {}
        self._waiting: dict[Key, tuple[Measurement, list[Done]]] = {}
        self._thread: threading.Thread | None = None

    def ask(self, m: Measurement, done: Done) -> None:
        """Calls `done` in the main loop with the forecast from this reading, which has money: at once where it is
        known, with None where nothing can be said."""
        key: Key = (m.sim_key, m.reading.currency, m.taken_at, m.seq)
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
        self._thread = threading.Thread(target=self._make, args=(key, m), name="forecast", daemon=True)
        self._thread.start()

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


def readings_until(store: Store, m: Measurement, now: datetime) -> list[tuple[datetime, Decimal]]:
    """A year of the readings of m's SIM in its currency up to `m`, which may not be stored: the last month as it is,
    the time before with one in six hours. Raises StoreError."""
    rows = list[tuple[datetime, Decimal]]()
    for back in range(MONTHS, 0, -1):
        until = None if back == 1 else now - MONTH * (back - 1)
        rows += store.balances(
            m.sim_key, currency=m.reading.currency, since=now - MONTH * back, until=until, coarse=back > 1
        )
    if m.reading.balance is not None:
        rows.append((m.taken_at, m.reading.balance))
    times = in_order([at for at, _ in rows], now)
    last = min(m.taken_at, now)
    return [(at, balance) for at, (_, balance) in zip(times, rows, strict=True) if at <= last]
