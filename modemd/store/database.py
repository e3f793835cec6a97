"""One connection, one lock, and SQLite's errors said as StoreError with the cure."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from modemd.errors import StoreError
from modemd.store import folder as state_folder
from modemd.store.rows import Column
from modemd.store.schema import NewerSchemaError, migrate, version_of

# Only a person with the sqlite3 shell can hold the file beside us: long enough for a query of theirs to end.
BUSY_TIMEOUT_S = 5.0
# The journal is cut back to this after a checkpoint, so that one big transaction does not stay on the card for ever.
JOURNAL_LIMIT_BYTES = 1 << 20

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
_READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 8, 10, 11, 13, 14, 26
_BUSY, _LOCKED = 5, 6


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """The open file under its lock. `notice` is None, or one line that somebody has to be told about the file."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.folder = folder
        self.notice: str | None = None
        self._clock = clock
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._claim: int | None = state_folder.claim(folder)
        try:
            with _errors(folder):
                self._connection = self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give up the file and the lock; twice is once. What was written stays written whatever happens here."""
        with self._lock:
            connection, self._connection = self._connection, None
            claim, self._claim = self._claim, None
        if connection is not None:
            connection.close()
        if claim is not None:
            os.close(claim)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, on the disk when it ends. Nested, it joins the one around it."""
        with self._lock, _errors(self.folder):
            connection = self._opened()
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def _rows(self, sql: str, values: Sequence[Column] | Mapping[str, Column] = ()) -> list[sqlite3.Row]:
        with self._lock, _errors(self.folder):
            return self._opened().execute(sql, values).fetchall()

    def _row(self, sql: str, values: Sequence[Column] | Mapping[str, Column] = ()) -> sqlite3.Row | None:
        rows = self._rows(sql, values)
        return rows[0] if rows else None

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError("the store is closed: modemd is shutting down")
        return self._connection

    def _open(self) -> sqlite3.Connection:
        path = self.folder / state_folder.DATABASE
        try:
            connection = _connect(path)
        except sqlite3.DatabaseError as error:
            if _code(error) not in (_CORRUPT, _NOTADB):
                raise
        else:
            return connection
        # An unattended Pi with a damaged card still has to warn: start afresh beside the damaged file, and say so.
        damaged = state_folder.set_aside(self.folder, self._clock())
        connection = _connect(path)
        connection.execute("BEGIN IMMEDIATE")
        kept = state_folder.salvage(damaged, connection)
        connection.execute("COMMIT")
        self.notice = (
            f"{path} was damaged: it was moved to {damaged.name}, {kept} rows could be carried over; "
            "check the SD card, and keep or delete that file"
        )
        return connection


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        _quick_check(connection)
        version_of(connection)  # before the pragmas: a newer file is left exactly as it is
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}")
        migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _quick_check(connection: sqlite3.Connection) -> None:
    """Damage in the middle of the file is found now, not on the night when a row is needed: 0.1 s for 10 MB."""
    verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = _CORRUPT
        raise error


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors that Python's module raised by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextmanager
def _errors(folder: Path) -> Iterator[None]:
    path = folder / state_folder.DATABASE
    try:
        yield
    except NewerSchemaError as error:
        raise StoreError(
            f"{path} was written by a newer modemd ({error}): install that version again, or move the file away"
        ) from error
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}: {_CURES.get(_code(error), 'restart modemd')}") from error


_CURES = {
    _READONLY: "give the file to modemd's user (chown), or mount the file system writable",
    _CANTOPEN: "give the folder to modemd's user (chown), or set another `state` folder",
    _IOERR: "the disk or SD card fails: check it",
    _FULL: "free some space on this file system",
    _BUSY: "close the program that holds it (sqlite3?)",
    _LOCKED: "close the program that holds it (sqlite3?)",
    _CORRUPT: "the file is damaged: restart modemd, it will move it aside and carry over what it can",
    _NOTADB: "the file is damaged: restart modemd, it will move it aside and carry over what it can",
}
