"""What the store cannot take now (full disk, read-only file system, a failing card) is kept in memory and written when
it can be: rows of the history in the order in which they came, and what became of a PIN."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from modemd.clock import Counted
from modemd.errors import StoreError
from modemd.explanations import situation
from modemd.records import Measurement, Origin
from modemd.store.alerts import AlertBook
from modemd.store.database import utc_now
from modemd.store.recovery import RecoverySteps
from modemd.store.rows import Standing
from modemd.store.standing import Standings
from modemd.store.unasked import UNASKED, has_number

# A SIM is asked 24 times a day at most: days for one modem, hours for a dozen. When it is full the oldest unasked text
# without a number goes first, then the oldest failure, then the oldest reading: the newest number is what matters.
MOST_ROWS = 128
MOST_COUNTED = 100  # the schedule's attempts of a day and SIM: 24, and the other codes of the last query


class KeptStore(Standings, AlertBook, RecoverySteps):
    """`trouble`: the last write's failure, None after one that succeeded."""

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.trouble: str | None = None
        self._counted, self._monotonic = Counted(monotonic), monotonic
        self._asked: dict[str, deque[float]] = {}  # SIM -> when the schedule asked, in monotonic seconds
        self._rows_kept: deque[Measurement] = deque()
        self._pins_kept: dict[tuple[str, str], bool] = {}  # subject and digest -> refused
        self._seen_first: dict[str, datetime] = {}
        super().__init__(folder, clock=clock)

    # --- what waits

    @property
    def behind(self) -> bool:
        """Something waits in memory, or the last write failed."""
        return self.trouble is not None or bool(self._rows_kept) or bool(self._pins_kept)

    @property
    def fault(self) -> str | None:
        """The line for people while the store is behind; None = it is not."""
        if not self.behind:
            return None
        return situation("store behind", rows=len(self._rows_kept), why=self.trouble or "it is being written again")

    @property
    def has_waiting_rows(self) -> bool:
        """Rows of the history wait in memory."""
        return bool(self._rows_kept)

    def write_kept(self, *, unjudged: bool = False) -> int:
        """Writes what waits; where nothing does, tries whether a write succeeds. How many rows of the history were
        written. Raises StoreError; what could be written till then is. `unjudged`: a row needs less room than a row
        with its alert, and one that is noted as not judged is better than one that is lost."""
        with self._lock:
            judge = self.judge
            if unjudged:
                self.judge = self.note_unjudged
            try:
                done = self._write_rows()
            finally:
                self.judge = judge
            for subject, digest in list(self._pins_kept):
                self._write_pin(subject, digest)
            if self.trouble is not None:
                self._probe()
            return done

    # --- what is kept

    def add(self, m: Measurement) -> int | None:
        """As History.add. Raises StoreError where it cannot be written: then it is kept, and so is what comes behind
        it, since the order of the rows is the order in which they came."""
        self.foresee(m)
        with self._lock:
            try:
                self._write_rows()
                return super().add(m)
            except StoreError as error:
                if _is_no_fault_of_the_values(error):
                    self._keep(m)
                raise

    def note_pin_refused(self, subject: str, pin_digest: str) -> None:
        """As Facts.note_pin_refused. Known at once, and kept where it cannot be written: it is never sent again."""
        self._note_outcome(subject, pin_digest, refused=True)

    def note_pin_accepted(self, subject: str, pin_digest: str) -> None:
        """As Facts.note_pin_accepted; kept where it cannot be written."""
        self._note_outcome(subject, pin_digest, refused=False)

    def pin_refused(self, subject: str, pin_digest: str) -> bool:
        kept = self._pins_kept.get((subject, pin_digest))
        return super().pin_refused(subject, pin_digest) if kept is None else kept

    def first_seen(self, modem: str, now: datetime) -> datetime:
        """As Facts.first_seen. Where it cannot be written it is remembered until it can: nobody who only looks is
        turned away for it."""
        with self._lock:
            since = self._seen_first.get(modem, now)
            try:
                found = super().first_seen(modem, since)
            except StoreError:
                self._seen_first[modem] = since
                return since
            self._seen_first.pop(modem, None)
            return self.counted(found, now)

    # --- times

    def note_attempt(self, modem: str, sim_key: str, *, at: datetime, origin: Origin) -> None:
        """As History.note_attempt; the schedule's are counted on a clock that cannot jump as well."""
        super().note_attempt(modem, sim_key, at=at, origin=origin)
        if origin == "schedule":
            self._asked.setdefault(sim_key, deque(maxlen=MOST_COUNTED)).append(self._monotonic())

    def counted(self, noted: datetime, now: datetime | None = None) -> datetime:
        """How a noted time counts now: see clock.Counted."""
        return self._counted(noted, self._clock() if now is None else now)

    def standing(self, modem: str, sim_key: str | None, *, now: datetime) -> Standing:
        """As Standings.standing, with every time as it counts now."""
        found = super().standing(modem, sim_key, now=now)

        def counted(noted: datetime | None) -> datetime | None:
            return None if noted is None else self._counted(noted, now)

        def row(m: Measurement | None) -> Measurement | None:
            at = None if m is None else self._counted(m.taken_at, now)
            return m if m is None or at is None or at == m.taken_at else replace(m, taken_at=at)

        reading = row(found.reading)
        return replace(
            found,
            reading=reading,
            shown=reading if found.shown is found.reading else row(found.shown),
            first_seen=self._counted(found.first_seen, now),
            sim_seen=counted(found.sim_seen),
            last_attempt=counted(found.last_attempt),
            # A clock that jumps ahead must not make a new day: the operator counts, too.
            attempts_today=max(found.attempts_today, self._asked_today(found.sim_key)),
        )

    # --- helpers

    def _asked_today(self, sim_key: str) -> int:
        since = self._monotonic() - 86400.0
        return sum(at > since for at in self._asked.get(sim_key, ()))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with super()._transaction() as db:
                before = db.total_changes
                yield db
                written = db.total_changes > before
        except StoreError as error:
            if _is_no_fault_of_the_values(error):
                self.trouble = error.message
            raise
        if written:  # else the disk was not asked
            self.trouble = None

    def _keep(self, m: Measurement) -> None:
        if len(self._rows_kept) >= MOST_ROWS:
            adverts = (one for one in self._rows_kept if one.origin in UNASKED and not has_number(one))
            failures = (one for one in self._rows_kept if one.text is None)
            self._rows_kept.remove(next(chain(adverts, failures), self._rows_kept[0]))
        self._rows_kept.append(m)

    def _write_rows(self) -> int:
        done = 0
        while self._rows_kept:
            number = super().add(self._rows_kept[0])
            self._rows_kept.popleft()  # also where the day's share is used up: that is no lack of room
            done += number is not None
        return done

    def _note_outcome(self, subject: str, digest: str, *, refused: bool) -> None:
        with self._lock:
            self._pins_kept[(subject, digest)] = refused
            try:
                self._write_pin(subject, digest)
            except StoreError:
                return  # `trouble` says so, and the main loop comes back to it

    def _write_pin(self, subject: str, digest: str) -> None:
        note = super().note_pin_refused if self._pins_kept[(subject, digest)] else super().note_pin_accepted
        note(subject, digest)
        del self._pins_kept[(subject, digest)]

    def _probe(self) -> None:
        """One page, written as it is."""
        with self._transaction() as db:
            version = int(db.execute("PRAGMA user_version").fetchone()[0])
            db.execute(f"PRAGMA user_version = {version}")
        self.trouble = None


def _is_no_fault_of_the_values(error: StoreError) -> bool:
    """False for what no room mends: values that the schema does not take, a store that is closed."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and not isinstance(cause, _FOR_GOOD)


_FOR_GOOD = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
