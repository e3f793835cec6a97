"""Readings and failures, and when the operator was asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from modemd.records import Measurement, Origin
from modemd.store.database import Database
from modemd.store.rows import Column, measurement_columns, measurement_of, time_or_none, time_text

# An attempt further ahead than this was written by a wrong clock; less may be this clock that is behind after a reboot.
CLOCK_DOUBT = timedelta(days=1)

_READ = "(balance IS NOT NULL OR data_left_mb IS NOT NULL)"
ASKED = ("query", "schedule")
_ASKED = f"origin IN {ASKED}"


class History(Database):
    def add(self, m: Measurement) -> int:
        """Keep a reading or a failure; its row number. Whatever the wire said is stored, decodable or not."""
        columns = measurement_columns(m)
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        with self._transaction() as db:
            done = db.execute(f"INSERT INTO readings ({names}) VALUES ({marks})", columns)  # noqa: S608
            return int(done.lastrowid or 0)

    def history(
        self,
        *,
        modem: str | None = None,
        sim_key: str | None = None,
        since: datetime | None = None,
        limit: int | None = None,
    ) -> list[Measurement]:
        """Rows in the order in which they came; with `limit` the newest so many. `modem` is the name the row was taken
        under. A time says less: the clock may have been wrong."""
        tests, values = ["1"], list[Column]()
        if modem is not None:
            tests.append("modem = ?")
            values.append(modem)
        if sim_key is not None:
            tests.append("sim_key = ?")
            values.append(sim_key)
        if since is not None:
            tests.append("taken_at >= ?")
            values.append(time_text(since))
        values.append(-1 if limit is None else max(limit, 0))
        where = " AND ".join(tests)
        rows = self._rows(
            f"SELECT * FROM readings WHERE {where} ORDER BY id DESC LIMIT ?",  # noqa: S608
            values,
        )
        return self._kept(reversed(rows), measurement_of)

    def rows_after(
        self, seq: int, *, modem: str | None = None, since: datetime | None = None, limit: int
    ) -> list[Measurement]:
        """At most `limit` rows with a higher number, in the order in which they were stored. `since`: taken then or
        later."""
        tests, values = ["id > ?"], list[Column]([seq])
        if modem is not None:
            tests.append("modem = ?")
            values.append(modem)
        if since is not None:
            tests.append("taken_at >= ?")
            values.append(time_text(since))
        where = " AND ".join(tests)
        while rows := self._rows(
            f"SELECT * FROM readings WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608
            (*values, limit),
        ):
            if kept := self._kept(rows, measurement_of):
                return kept
            values[0] = rows[-1]["id"]  # damaged, all of them: what stands behind them is not lost
        return []

    def last_seq(self) -> int:
        """The number of the row stored last; 0 while there is none."""
        row = self._row("SELECT max(id) AS last FROM readings")
        return 0 if row is None else int(row["last"] or 0)

    def last_reading(self, modem: str, sim_key: str | None = None) -> Measurement | None:
        """The newest row with a balance or data on it.

        With `sim_key` the SIM's own, whatever modem it was in; else that of the SIM last seen in this modem, so that
        after a swap the old SIM's money is not shown as the new one's. What was asked for counts in the order it was
        stored (a wrong clock cannot pin an old number); a late or unasked row only where it is newer than that.
        """
        where, values = self._whose(modem, sim_key)
        newest = f"SELECT id FROM readings WHERE {where} AND {_READ} AND"  # noqa: S608
        found = self._newest_readable(
            lambda sound: (
                f"SELECT * FROM readings WHERE id IN (({newest} {_ASKED} AND {sound} ORDER BY id DESC LIMIT 1), "  # noqa: S608
                f"({newest} NOT {_ASKED} AND {sound} ORDER BY id DESC LIMIT 1)) ORDER BY id"
            ),
            (*values, *values),
        )
        # A second one was stored behind the first. What was asked for then counts, an unasked one only if it is newer.
        if len(found) == 2:
            first, second = found
            # What was taken ahead of the clock counts as now, which is not after anything that came behind it.
            wrong = first.taken_at > self._clock()
            return second if wrong or second.origin in ASKED or second.taken_at > first.taken_at else first
        return found[0] if found else None

    def last_row(self, modem: str, sim_key: str | None = None) -> Measurement | None:
        """The row stored last, reading or failure: the SIM's with `sim_key`, else the modem's."""
        column, value = ("modem", modem) if sim_key is None else ("sim_key", sim_key)
        found = self._newest_readable(
            lambda sound: f"SELECT * FROM readings WHERE {column} = ? AND {sound} ORDER BY id DESC LIMIT 1",  # noqa: S608
            (value,),
        )
        return found[0] if found else None

    def current_sim_key(self, modem: str) -> str:
        """The key of the SIM last seen in this modem, "modem:NAME" while none has been."""
        row = self._row(
            "SELECT sim_key FROM readings WHERE modem = ? AND sim_key NOT LIKE 'modem:%' ORDER BY id DESC LIMIT 1",
            (modem,),
        )
        return f"modem:{modem}" if row is None else str(row["sim_key"])

    def note_attempt(self, modem: str, sim_key: str, *, at: datetime, origin: Origin) -> None:
        """Written before the request is on the wire: a daemon killed while asking does not ask again at once."""
        with self._transaction() as db:
            # What a wrong clock wrote ahead of time is brought back, or it would count against the budget for years.
            db.execute(
                "UPDATE attempts SET at = ? WHERE sim_key = ? AND at > ?", (time_text(at), sim_key, time_text(at))
            )
            db.execute(
                "INSERT INTO attempts (modem, sim_key, at, origin) VALUES (?, ?, ?, ?)",
                (modem, sim_key, time_text(at), origin),
            )

    def last_attempt(self, modem: str, sim_key: str | None) -> datetime | None:
        """When the operator was last asked for this SIM, or for a SIM of this modem that could not be named.

        It may lie in the future when the clock was wrong: the schedule decides what that means.
        """
        if sim_key is None or sim_key == f"modem:{modem}":
            row = self._row("SELECT at FROM attempts WHERE modem = ? ORDER BY id DESC LIMIT 1", (modem,))
        else:
            row = self._row(
                "SELECT at FROM attempts WHERE sim_key IN (?, ?) ORDER BY id DESC LIMIT 1", (sim_key, f"modem:{modem}")
            )
        return None if row is None else time_or_none(row["at"])

    def _newest_readable(self, query: Callable[[str], str], values: Sequence[Column]) -> list[Measurement]:
        """What `query` gives without the rows that cannot be read: the ones before them take their places.

        `query` makes the SQL with the condition that leaves those out which are known by now.
        """
        while True:
            sound = f"id NOT IN ({', '.join(map(str, self._unreadable))})" if self._unreadable else "1"
            rows = self._rows(query(sound), values)
            found = self._kept(rows, measurement_of)
            if len(found) == len(rows):
                return found
            kept = {m.seq for m in found}
            self._unreadable.update(row["id"] for row in rows if row["id"] not in kept)

    def _whose(self, modem: str, sim_key: str | None) -> tuple[str, tuple[str, ...]]:
        if sim_key is not None:
            return "sim_key = ?", (sim_key,)
        return "modem = ? AND sim_key = ?", (modem, self.current_sim_key(modem))
