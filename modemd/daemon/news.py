"""What of each row of the history is worth a line in the log: what somebody asked for, and what is new. Else a line a
day says that all is as it was; the history has every row."""

from __future__ import annotations

import time
from collections.abc import Callable

from modemd.daemon import render
from modemd.log import get_logger
from modemd.records import Measurement

SAME_AGAIN_S = 86400.0


class News:
    """Belongs to the main loop's thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._log = get_logger()
        self._told: dict[str, tuple[tuple[str | None, ...], float]] = {}  # of each modem: what, and when
        self._untold: dict[str, int] = {}  # rows since then

    def measured(self, m: Measurement) -> None:
        error, _ = render.trouble(m)
        balance = render.amount(m.reading.balance)
        what, now = (m.about, balance, m.reading.currency, error, m.sim_key), self._monotonic()
        key = f"{m.modem} {m.about}"
        before, at = self._told.get(key, ((), 0.0))
        if m.origin == "schedule" and before == what and now - at < SAME_AGAIN_S:
            self._untold[key] = self._untold.get(key, 0) + 1
            return
        self._told[key] = what, now
        self._log.info(
            "measured",
            modem=m.modem,
            origin=m.origin,
            code=m.code,
            balance=balance,
            currency=m.reading.currency,
            error=error,
            same_before=self._untold.pop(key, None),
        )
