"""Readings and failures, and when the operator was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from modemd.records import Keep, Measurement, Origin
from modemd.store import summaries
from modemd.store.database import Database, utc_now
from modemd.store.rows import Column, amount_of, measurement_columns, measurement_of, time_of, time_or_none, time_text
from modemd.store.summaries import ASKED
from modemd.store.unasked import UNASKED, has_room

# An attempt further ahead than this was written by a wrong clock; less may be this clock that is behind after a reboot.
CLOCK_DOUBT = timedelta(days=1)
LATE = timedelta(days=7)  # behind which no row of a time is looked for
PAGE = 16  # rows that are read at once: a few ms on a Pi Zero
LAST_SEQ = (1 << 63) - 1

NAMED = "sim_key NOT LIKE 'modem:%'"
_TEN_MINUTES = "substr(taken_at, 1, length('2026-01-01T12:3'))"
_SIX_HOURS = "substr(taken_at, 1, length('2026-01-01T')) || (substr(taken_at, length('2026-01-01T1'), 2) / 6)"
_OF_SIM = "modem IN (SELECT modem FROM seats WHERE sim_key = :sim_key) AND sim_key = :sim_key"
# What is asked of `attempts`: the last one where the SIM has no name; the last one of a SIM, also where it had none in
# this modem; and how many there were.
ASKED_NAMELESS = "modem = :modem ORDER BY id DESC LIMIT 1"
ASKED_NAMED = (
    "modem IN (SELECT modem FROM seats WHERE sim_key = :sim_key UNION SELECT :modem)"
    " AND sim_key IN (:sim_key, :nameless) ORDER BY id DESC LIMIT 1"
)
ASKED_BETWEEN = f"{_OF_SIM} AND origin = :origin AND at BETWEEN :since AND :until"


class History(Database):
    keep = Keep()  # what the daemon's configuration says of it

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        super().__init__(folder, clock=clock)
        # Called once with each new row, within its transaction: what is concluded from a row is on the disk with it, by
        # one write, or neither is. What it raises undoes the row.
        self.judge: Callable[[Measurement], None] = _no_judge
        # Called with each new row before it: what takes long to conclude, and must not hold the store meanwhile.
        self.foresee: Callable[[Measurement], None] = _no_judge
        self._last_attempt_id: int | None = None
        self.has_unjudged = False
        self.look_for_unjudged()

    def add(self, m: Measurement) -> int | None:
        """Keep a reading or a failure; its row number. Whatever the wire said is stored, decodable or not.

        None: judged and not kept, because this modem has had its day's share of texts that nobody asked for.
        """
        columns = measurement_columns(m)
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        with self._transaction() as db:
            now = self._clock()
            if m.origin in UNASKED and not has_room(db, m, self.keep, summaries.first_row_of_today(db, now)):
                self.judge(m)
                return None
            number = int(db.execute(f"INSERT INTO readings ({names}) VALUES ({marks})", columns).lastrowid or 0)  # noqa: S608
            summaries.enter(db, m, number, now)
            self.judge(replace(m, seq=number))
            return number

    def note_unjudged(self, m: Measurement) -> None:
        """A stored row whose meaning could not be written, to be judged later: see unjudged()."""
        if m.seq is not None:
            with self._transaction() as db:
                db.execute("INSERT OR REPLACE INTO unjudged (id, sim_key) VALUES (?, ?)", (m.seq, m.sim_key))
                self.has_unjudged = True

    def look_for_unjudged(self) -> None:
        """Sets `has_unjudged` to what the file says."""
        with self._lock:
            self.has_unjudged = self._row("SELECT 1 FROM unjudged LIMIT 1") is not None

    def unjudged(self, *, limit: int) -> list[Measurement]:
        """Rows that were noted so, oldest first. Asked where `has_unjudged` says that there may be some."""
        while rows := self._rows("SELECT id FROM unjudged ORDER BY id LIMIT ?", (limit,)):
            last = rows[-1]["id"]
            whole = self._rows("SELECT * FROM readings WHERE id IN (SELECT id FROM unjudged WHERE id <= ?)", (last,))
            if kept := self._kept(whole, measurement_of):
                return sorted(kept, key=lambda m: m.seq or 0)
            with self._transaction() as db:  # damage has made them unreadable
                db.execute("DELETE FROM unjudged WHERE id <= ?", (last,))
        return []

    def judged(self, m: Measurement) -> None:
        """One of unjudged() was judged; in the transaction of what it meant."""
        with self._transaction() as db:
            db.execute("DELETE FROM unjudged WHERE id = ?", (m.seq,))

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
        tests = ["id >= :first"]
        if sim_key is not None:
            tests.append("sim_key = :sim_key AND modem = :modem" if modem is not None else _OF_SIM)
        elif modem is not None:
            tests.append("modem = :modem")
        if since is not None:
            tests.append("taken_at >= :since")
        values: dict[str, Column] = {
            "first": 0 if since is None else self.first_row_since(since),
            "modem": modem,
            "sim_key": sim_key,
            "since": None if since is None else time_text(since),
            "limit": -1 if limit is None else max(limit, 0),
        }
        where = " AND ".join(tests)
        rows = self._rows(f"SELECT * FROM readings WHERE {where} ORDER BY id DESC LIMIT :limit", values)  # noqa: S608
        return self._kept(reversed(rows), measurement_of)

    def balances(
        self,
        sim_key: str,
        *,
        currency: str | None,
        since: datetime,
        until: datetime | None = None,
        coarse: bool = False,
    ) -> list[tuple[datetime, Decimal]]:
        """What the forecast needs of a SIM's readings in this currency, in the order of arrival: the last of each ten
        minutes (`coarse`: of each six hours), so that a script which asks without a pause does not fill the memory.
        `until`: taken before, and not arrived a week and more behind it."""
        if until is not None and self._began_behind(sim_key, until):
            return []
        slot = _SIX_HOURS if coarse else _TEN_MINUTES
        first, last = self.first_row_since(since), LAST_SEQ
        if until is not None and until + LATE < self._clock():
            behind = self.first_row_since(until + LATE)
            last = behind if behind > first else last  # all of them arrived at once: the clock was wrong
        rows = self._rows(
            f"SELECT max(id) AS id, taken_at, balance FROM readings WHERE id BETWEEN :first AND :last AND {_OF_SIM}"  # noqa: S608
            " AND balance IS NOT NULL AND currency IS :currency AND taken_at >= :since"
            f"{'' if until is None else ' AND taken_at < :until'} GROUP BY {slot} ORDER BY id",
            {
                "first": first,
                "last": last,
                "sim_key": sim_key,
                "currency": currency,
                "since": time_text(since),
                **({} if until is None else {"until": time_text(until)}),
            },
        )
        return self._kept(rows, lambda row: (time_of(row["taken_at"]), amount_of(row["balance"]) or Decimal(0)))

    def _began_behind(self, sim_key: str, until: datetime) -> bool:
        """This SIM's first row is of a later time: a young history is not searched for each month before it."""
        sql = f"SELECT taken_at FROM readings WHERE {_OF_SIM} ORDER BY id LIMIT 1"  # noqa: S608
        row = self._row(sql, {"sim_key": sim_key})
        return row is not None and str(row["taken_at"]) > time_text(until)

    def first_row_since(self, since: datetime) -> int:
        """No row with a smaller number arrived since then; a few behind it may be older."""
        row = self._row(
            "SELECT coalesce(min(CASE WHEN day BETWEEN ? AND ? THEN first_row END), max(first_row)) AS first FROM days",
            (summaries.day_of(since.astimezone(UTC)), summaries.day_of(self._clock())),
        )
        return 0 if row is None else int(row["first"] or 0)

    def rows_after(
        self, seq: int, *, modem: str | None = None, since: datetime | None = None, until: int = LAST_SEQ, limit: int
    ) -> list[Measurement]:
        """At most `limit` rows with a higher number, up to `until`, in the order in which they were stored. `since`:
        taken then or later."""
        tests = ["id > :seq", "id <= :until"]
        if modem is not None:
            tests.append("modem = :modem")
        if since is not None:
            tests.append("taken_at >= :since")
        values: dict[str, Column] = {
            "seq": seq if since is None or seq else self.first_row_since(since) - 1,  # found once, not for each page
            "until": until,
            "modem": modem,
            "since": None if since is None else time_text(since),
            "limit": limit,
        }
        while rows := self._rows(
            f"SELECT * FROM readings WHERE {' AND '.join(tests)} ORDER BY id LIMIT :limit",  # noqa: S608
            values,
        ):
            if kept := self._kept(rows, measurement_of):
                return kept
            values["seq"] = rows[-1]["id"]  # damaged, all of them: what stands behind them is not lost
        return []

    def pages(self, *, modem: str | None = None, since: datetime | None = None) -> Iterator[list[Measurement]]:
        """What the history holds now, oldest first, PAGE rows at a time, each page read when it is asked for."""
        until, after = self.last_seq(), 0
        while page := self.rows_after(after, modem=modem, since=since, until=until, limit=PAGE):
            yield page
            after = page[-1].seq or until

    def last_seq(self) -> int:
        """The number of the row stored last; 0 while there is none."""
        row = self._row("SELECT max(id) AS last FROM readings")
        return 0 if row is None else int(row["last"] or 0)

    def last_reading(self, modem: str, sim_key: str | None = None) -> Measurement | None:
        """The newest row with a balance or data on it, among those of the balance.

        With `sim_key` the SIM's own, whatever modem it was in; else that of the SIM last seen in this modem, so that
        after a swap the old SIM's money is not shown as the new one's. What was asked for counts in the order it was
        stored (a wrong clock cannot pin an old number); a late or unasked row only where it is newer than that.
        """
        key = self.current_sim_key(modem) if sim_key is None else sim_key
        rows = self._rows(
            "SELECT readings.* FROM sims JOIN readings ON id IN (last_asked, last_unasked)"
            " WHERE sims.sim_key = ? ORDER BY id",
            (key,),
        )
        found = self._kept(rows, measurement_of)
        if len(found) < len(rows):  # damage has made it unreadable: the one before it, which no summary knows
            newest = f"SELECT id FROM readings WHERE {_OF_SIM} AND {summaries.HAS_NUMBER} AND origin"  # noqa: S608
            found = self._newest_readable(
                lambda sound: (
                    f"SELECT * FROM readings WHERE id IN (({newest} IN {ASKED} AND {sound} ORDER BY id DESC LIMIT 1), "  # noqa: S608
                    f"({newest} NOT IN {ASKED} AND {sound} ORDER BY id DESC LIMIT 1)) ORDER BY id"
                ),
                {"sim_key": key},
            )
        # A second one was stored behind the first. What was asked for then counts, an unasked one only if it is newer.
        if len(found) == 2:
            first, second = found
            # What was taken ahead of the clock counts as now, which is not after anything that came behind it.
            wrong = first.taken_at > self._clock()
            return second if wrong or second.origin in ASKED or second.taken_at > first.taken_at else first
        return found[0] if found else None

    def last_row(self, modem: str, sim_key: str | None = None) -> Measurement | None:
        """The row of a balance stored last, reading or failure: the SIM's with `sim_key`, else the modem's."""
        kept = "id = (SELECT last_row FROM sims WHERE sim_key = :sim_key)"
        for where in ("modem = :modem",) if sim_key is None else (kept, _OF_SIM):  # the latter behind damage alone
            found = self._newest_readable(
                lambda sound, where=where: (  # type: ignore[misc]
                    f"SELECT * FROM readings WHERE {where} AND {summaries.OF_BALANCE} AND {sound}"  # noqa: S608
                    " ORDER BY id DESC LIMIT 1"
                ),
                {"modem": modem, "sim_key": sim_key},
            )
            if found:
                return found[0]
        return None

    def data_queries(self, sim_key: str, *, since: datetime, most: int) -> list[tuple[datetime | None, str | None]]:
        """When the SIM's operator was asked for the data left since then, and with which error, the last one first;
        `most` at most."""
        rows = self._rows(
            f"SELECT taken_at, error FROM readings WHERE id >= :first AND {_OF_SIM} AND about = 'data'"  # noqa: S608
            " ORDER BY id DESC LIMIT :most",
            {"first": self.first_row_since(since), "sim_key": sim_key, "most": most},
        )
        return [(time_or_none(row["taken_at"]), row["error"]) for row in rows]

    def current_sim_key(self, modem: str) -> str:
        """The key of the SIM last seen in this modem, "modem:NAME" while none has been."""
        row = self._row(
            f"SELECT sim_key FROM seats WHERE modem = ? AND since_row > 0 AND {NAMED}"  # noqa: S608
            " ORDER BY since_row DESC LIMIT 1",
            (modem,),
        )
        return f"modem:{modem}" if row is None else str(row["sim_key"])

    def note_attempt(self, modem: str, sim_key: str, *, at: datetime, origin: Origin) -> None:
        """Written before the request is on the wire: a daemon killed while asking does not ask again at once."""
        values: dict[str, Column] = {"modem": modem, "sim_key": sim_key, "at": time_text(at), "origin": origin}
        with self._transaction() as db:
            if self._last_attempt_id is None:
                self._last_attempt_id = db.execute("SELECT coalesce(max(id), 0) FROM attempts").fetchone()[0]
            self._last_attempt_id += 1
            seat = "INSERT OR IGNORE INTO seats (sim_key, modem, since_row) VALUES (:sim_key, :modem, 0)"
            db.execute(seat, values)
            # What a wrong clock wrote ahead of time is brought back, or it would count against the budget for years.
            db.execute(f"UPDATE attempts SET at = :at WHERE {_OF_SIM} AND at > :at", values)  # noqa: S608
            db.execute(
                "INSERT INTO attempts (modem, id, sim_key, at, origin) VALUES (:modem, :id, :sim_key, :at, :origin)",
                {**values, "id": self._last_attempt_id},
            )

    def last_attempt(self, modem: str, sim_key: str | None) -> datetime | None:
        """When the operator was last asked for this SIM, or for a SIM of this modem that could not be named.

        It may lie in the future when the clock was wrong: the schedule decides what that means.
        """
        nameless = f"modem:{modem}"
        where = ASKED_NAMELESS if sim_key in (None, nameless) else ASKED_NAMED
        values: dict[str, Column] = {"modem": modem, "sim_key": sim_key, "nameless": nameless}
        row = self._row(f"SELECT at FROM attempts WHERE {where}", values)  # noqa: S608
        return None if row is None else time_or_none(row["at"])

    def last_attempt_of_any(self, *, until: datetime) -> datetime | None:
        """When an operator was last asked, before `until`: a sign of life of whoever asked."""
        row = self._row("SELECT max(at) AS at FROM attempts WHERE at <= ?", (time_text(until),))
        return None if row is None else time_or_none(row["at"])

    def _newest_readable(self, query: Callable[[str], str], values: Mapping[str, Column]) -> list[Measurement]:
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


def _no_judge(_m: Measurement) -> None:
    """Rows are kept without one, too: by tests, and by whoever only reads."""
