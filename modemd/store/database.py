"""One connection, one lock, and SQLite's errors said as StoreError with the cure."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from modemd.errors import StoreError
from modemd.store import folder as state_folder
from modemd.store import layout, summaries
from modemd.store.pages import Image
from modemd.store.rows import DAMAGED, Column
from modemd.store.schema import NewerSchemaError, has_nothing_new, is_ours, migrate, version_of

# Only a person with the sqlite3 shell can hold the file beside us: long enough for a query of theirs to end.
BUSY_TIMEOUT_S = 5.0

# Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
_READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = 8, 10, 11, 13, 14, 26
_OK, _ERROR, _BUSY, _LOCKED, _TOOBIG, _MISMATCH = 0, 1, 5, 6, 18, 20  # 0: raised by Python's module itself
_IOERR_READ = _IOERR | 1 << 8  # a sector that the card no longer gives

# A damaged octet costs a letter, not the row and all rows behind it.
_text = partial(str, encoding="utf-8", errors="replace")


TOLD_ROWS = 20  # damaged rows that the log names, each once
log = logging.getLogger("modemd.store")
Made = TypeVar("Made")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """The open file under its lock. `notice` is None, or one line that somebody has to be told about the file."""

    def __init__(self, folder: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        self.folder = folder
        self.notice: str | None = None
        self._clock = clock
        self._told: set[str] = set()
        self._unreadable: set[int] = set()  # numbers of readings that damage has made unreadable, as they are met
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

    @contextlib.contextmanager
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

    @contextlib.contextmanager
    def apart(self) -> Iterator[None]:
        """Within a transaction: what is written inside is undone by itself where it fails, and the rest goes on."""
        with self._transaction() as db:
            db.execute("SAVEPOINT apart")
            try:
                yield
            except BaseException:
                if db.in_transaction:  # a full disk may have ended all of it
                    db.execute("ROLLBACK TO apart")
                raise
            finally:
                if db.in_transaction:
                    db.execute("RELEASE apart")

    def _rows(self, sql: str, values: Sequence[Column] | Mapping[str, Column] = ()) -> list[sqlite3.Row]:
        with self._lock, _errors(self.folder):
            return self._opened().execute(sql, values).fetchall()

    def _row(self, sql: str, values: Sequence[Column] | Mapping[str, Column] = ()) -> sqlite3.Row | None:
        rows = self._rows(sql, values)
        return rows[0] if rows else None

    def _kept(self, rows: Iterable[sqlite3.Row], convert: Callable[[sqlite3.Row], Made]) -> list[Made]:
        """The rows that can be read. Damage that SQLite cannot notice costs its row alone; the log says so once."""
        kept: list[Made] = []
        for row in rows:
            try:
                kept.append(convert(row))
            except DAMAGED as error:
                self._skipped(row, error)
        return kept

    def _skipped(self, row: sqlite3.Row, error: Exception) -> None:
        where = f"{row.keys()[0]} {row[0]!r}"
        if where in self._told or len(self._told) >= TOLD_ROWS:
            return
        self._told.add(where)
        log.warning("a damaged row of the database is left out (%s): %s; check the SD card", where, error)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreError("the store is closed: modemd is shutting down")
        return self._connection

    def _open(self) -> sqlite3.Connection:
        path = self.folder / state_folder.DATABASE
        if state_folder.finish_replacing(self.folder, self._clock()):
            return _replaced(path)
        try:
            _play_back(path)
            with Image(path) as image:
                # An empty file is a new one; but not with a log beside it, which SQLite would delete.
                damaged = image.log_is_damaged or not (image.header_is_sound or image.is_empty)
                has_log = image.has_log
            if not damaged:
                if has_log:
                    _check_untouched(path)
                return _connect(path)
        except UnicodeDecodeError:  # SQLite quotes what it complains about
            pass
        except sqlite3.Error as error:
            if not _is_damage(error):
                raise
        # An unattended Pi with a damaged card still has to warn: go on with what can be read, and say so.
        self.notice = state_folder.replace_damaged(self.folder, self._clock())
        return _replaced(path)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.row_factory = sqlite3.Row
        connection.text_factory = _text
        connection.execute("PRAGMA cell_size_check = ON")
        _check(connection, path)
        _check_version(connection)  # before the pragmas: a newer file is left exactly as it is
        layout.prepare(connection, path)
        migrate(connection)
        _check_layout(connection)
        layout.remake(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _replaced(path: Path) -> sqlite3.Connection:
    """A fresh file with the rows that could be carried over: what is kept about them beside them is made anew."""
    connection = _connect(path)
    connection.execute("BEGIN IMMEDIATE")
    summaries.rebuild(connection)
    connection.execute("COMMIT")
    return connection


def _play_back(path: Path) -> None:
    """Before the octets of a file are judged that a power cut left half made anew (layout.py): the journal beside it
    holds the pages as they were, the first one too."""
    journal = path.with_name(f"{path.name}-journal")
    if not journal.exists():
        return
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
        connection.execute("PRAGMA schema_version").fetchone()


def _check_untouched(path: Path) -> None:
    """Before a log that a killed daemon left is written into the file, which a connection does when it is closed: the
    pages that it replaces may be the only whole ones."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
    try:
        connection.text_factory = _text
        _check(connection, path)
    finally:
        connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Damage in the middle of the file is found now, not on the night when a row is needed: 4 ms for 1 MB.

    The indexes too: one that leads to the wrong rows would show an old balance as the last.
    """
    verdict = layout.check(connection, path)
    if verdict != "ok":
        raise _damage(verdict)


def _check_layout(connection: sqlite3.Connection) -> None:
    if not is_ours(connection):
        raise _damage("a table or an index is not as modemd made it")


def _check_version(connection: sqlite3.Connection) -> None:
    try:
        version_of(connection)
    except NewerSchemaError:
        # A newer modemd has more tables or columns than this one; where nothing is new, the number itself is damaged.
        if has_nothing_new(connection):
            raise _damage("the version of its schema is not one that it can have") from None
        raise


def may_pass(error: StoreError) -> bool:
    """True where nothing is wrong but that this could not be written now: no room, a card that takes nothing. False for
    damage, values that the schema does not take, and a store that is closed."""
    cause = error.__cause__
    return isinstance(cause, sqlite3.Error) and _code(cause) in (_READONLY, _IOERR, _FULL, _CANTOPEN, _BUSY, _LOCKED)


def _damage(verdict: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(verdict)
    error.sqlite_errorcode = _CORRUPT
    return error


def _is_damage(error: sqlite3.Error) -> bool:
    """Of a file that was to be opened. A plain SQL error says that the schema is not what its version promises."""
    full_code = getattr(error, "sqlite_errorcode", 0)
    return _code(error) in (_OK, _ERROR, _CORRUPT, _TOOBIG, _MISMATCH, _NOTADB) or full_code == _IOERR_READ


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for errors that Python's module raised by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


@contextlib.contextmanager
def _errors(folder: Path) -> Iterator[None]:
    path = folder / state_folder.DATABASE
    try:
        yield
    except NewerSchemaError as error:
        raise StoreError(
            f"{path} was written by a newer modemd ({error}): install that version again, or move the file away"
        ) from error
    except sqlite3.Error as error:
        if _code(error) in (_CORRUPT, _NOTADB):
            layout.note_damage(folder)
        raise StoreError(f"{path}: {error}: {_CURES.get(_code(error), 'restart modemd')}") from error


_CURES = {
    _READONLY: "give the file to modemd's user (chown), or mount the file system writable",
    _CANTOPEN: "give the folder to modemd's user (chown), or set another `state` folder",
    _IOERR: "the disk or SD card fails, or a quota is used up: check it",
    _FULL: "free some space on this file system",
    _BUSY: "close the program that holds it (sqlite3?)",
    _LOCKED: "close the program that holds it (sqlite3?)",
    _CORRUPT: "the file is damaged: restart modemd, it will move it aside and carry over what it can",
    _NOTADB: "the file is damaged: restart modemd, it will move it aside and carry over what it can",
}
