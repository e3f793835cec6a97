"""What is deleted, and when: without it a history grows for ever.

Behind `keep.failures_days`: failures, and texts that nobody asked for and brought no number. Behind
`keep.readings_days`: all readings of a day but each SIM's last one; alerts that are over, with their receipts. Attempts
of the day before yesterday. What the summaries point at (a SIM's last rows) stays whatever its age.

A wrong clock must not delete anything: a day is old only when the calendar says so and so many days with rows have
come behind it.

It goes in steps that take a few milliseconds, a transaction each, so that a query waits for none. A step's deletions
need no fdatasync: after a power cut they are done again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

from modemd.store import layout
from modemd.store.database import utc_now
from modemd.store.history import History
from modemd.store.rows import time_text
from modemd.store.summaries import NUMBER, OPEN_ALERT, day_of

STEP_ROWS = 200  # 4 ms of a 2 GHz core, 30 ms of a Pi Zero
STEP_PAGES = 64  # given back at one go: 128 KiB
ATTEMPTS_KEPT = timedelta(days=2)  # the daily budget looks one day back
LAST_ATTEMPTS = 48  # kept however old they seem: a day's budget, and as many that people made

# Bits of `thinned` of a day: either may be due first, or for the first time when the configuration is another one.
_FAILURES, _READINGS = 1, 2

# No NULL among them: NOT IN would hold for no row then.
_POINTED_AT = """
    SELECT last_row FROM sims WHERE last_row IS NOT NULL
    UNION SELECT last_asked FROM sims WHERE last_asked IS NOT NULL
    UNION SELECT last_unasked FROM sims WHERE last_unasked IS NOT NULL
    UNION SELECT last FROM (
        SELECT (SELECT max(id) FROM readings WHERE readings.modem = seats.modem) AS last FROM seats
    ) WHERE last IS NOT NULL
"""
# Of the balance, and of the data left where that was asked for besides.
_LAST_OF_DAY = f"SELECT max(id) FROM readings WHERE id >= :first AND id < :end AND {NUMBER} GROUP BY sim_key, about"  # noqa: S608


class Retention(History):
    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(folder, clock=clock)
        self._deleted: Counter[str] = Counter()

    def tidy(self, now: datetime) -> bool:
        """One step; True while there is more to do. Raises StoreError."""
        gone: Counter[str] = Counter()
        with self._without_sync() as db:
            more = self._thin(db, _FAILURES, now, gone)
            more = more or self._thin(db, _READINGS, now, gone)
            more = more or self._delete_alerts(db, now, gone)
            if not more:
                self._delete_attempts(db, now)
        self._deleted.update(gone)
        return more or self._give_back()

    def take_deleted(self) -> dict[str, int]:
        """What tidy() has deleted since this was asked last: rows by "failures" (unasked texts among them), "readings",
        "alerts"; empty where nothing was."""
        deleted, self._deleted = self._deleted, Counter()
        return {name: number for name, number in deleted.items() if number}

    def _thin(self, db: Connection, level: int, now: datetime, gone: Counter[str]) -> bool:
        """Part of the oldest day that is due; True when there was one."""
        days = self.keep.failures_days if level == _FAILURES else self.keep.readings_days
        if days is None:
            return False
        day = db.execute(
            "SELECT first_row, (SELECT min(first_row) FROM days AS next WHERE next.first_row > days.first_row) AS end"
            " FROM days WHERE thinned & ? = 0 AND day < ? AND first_row <="
            " (SELECT first_row FROM days ORDER BY first_row DESC LIMIT 1 OFFSET ?) ORDER BY first_row LIMIT 1",
            (level, day_of(now - timedelta(days=days)), days),
        ).fetchone()
        if day is None:
            return False
        first, end = day["first_row"], day["end"]
        condition = f"NOT {NUMBER}" if level == _FAILURES else f"{NUMBER} AND id NOT IN ({_LAST_OF_DAY})"
        done = db.execute(
            "DELETE FROM readings WHERE id IN (SELECT id FROM readings WHERE id >= :first AND id < :end"  # noqa: S608
            f" AND {condition} AND id NOT IN ({_POINTED_AT}) LIMIT :limit)",
            {"first": first, "end": end, "limit": STEP_ROWS},
        )
        gone["failures" if level == _FAILURES else "readings"] += done.rowcount
        if done.rowcount < STEP_ROWS:
            db.execute("UPDATE days SET thinned = thinned | ? WHERE first_row = ?", (level, first))
        return True

    def _delete_attempts(self, db: Connection, now: datetime) -> None:
        """All but each SIM's last ones in each modem: `every` counts from the last, however long ago it was, and a
        clock that is years ahead for an hour must not take the count of a day."""
        db.execute(
            "DELETE FROM attempts WHERE at < ? AND (SELECT count(*) FROM attempts AS later"
            " WHERE later.modem = attempts.modem AND later.id > attempts.id AND later.sim_key = attempts.sim_key) >= ?",
            (time_text(now - ATTEMPTS_KEPT), LAST_ATTEMPTS),
        )

    def _delete_alerts(self, db: Connection, now: datetime, gone: Counter[str]) -> bool:
        days = self.keep.readings_days
        lived = db.execute("SELECT count(DISTINCT day) AS days FROM days").fetchone()["days"]
        if days is None or lived < days:
            return False
        old = db.execute(
            "SELECT id FROM alerts WHERE number < (SELECT max(number) FROM alerts) AND raised_at < ?"  # noqa: S608
            f" AND NOT ({OPEN_ALERT}) AND NOT EXISTS"
            " (SELECT 1 FROM deliveries WHERE alert_id = alerts.id AND delivery_state = 'pending') LIMIT ?",
            (time_text(now - timedelta(days=days)), STEP_ROWS),
        ).fetchall()
        db.executemany("DELETE FROM deliveries WHERE alert_id = ?", [tuple(row) for row in old])
        db.executemany("DELETE FROM alerts WHERE id = ?", [tuple(row) for row in old])
        gone["alerts"] += len(old)
        return len(old) == STEP_ROWS

    def _give_back(self) -> bool:
        """Free pages to the file system, where the file can do that (layout.py)."""
        row = self._row("PRAGMA auto_vacuum")
        free = self._row("PRAGMA freelist_count")
        if row is None or free is None or row[0] != 2 or free[0] < STEP_PAGES:  # some are left for the next rows
            return False
        with self._without_sync() as db:
            db.execute(f"PRAGMA incremental_vacuum({STEP_PAGES})").fetchall()
        return True

    @contextmanager
    def _without_sync(self) -> Iterator[Connection]:
        """A transaction that the next one takes to the disk with it."""
        with self._lock:
            self._row("PRAGMA synchronous = NORMAL")
            try:
                with self._transaction() as db:
                    yield db
            finally:
                if self._connection is not None:
                    self._rows(f"PRAGMA synchronous = {layout.SYNCHRONOUS}")
