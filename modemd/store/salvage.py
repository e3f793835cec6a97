"""What can still be read of a damaged file, carried over into a fresh one.

Every page is read for itself (pages.py), and a row goes into the table whose shape it has: which page belongs to which
table is told by what the page holds, so that neither the schema nor the inner pages of the trees are needed. The tables
with the fewest pages go first (refused PINs, saved RATs, alerts), the readings last and the newest of them first,
because time and room may not suffice for all of them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from modemd.store.pages import Image, Page, last_rowid, rows
from modemd.store.rows import Column, amount_of, time_of
from modemd.store.schema import MIGRATIONS, migrate

# The service manager gives up a start after 60 s (TimeoutStartSec): what is not carried over by then stays in the old
# file.
LONGEST_S = 30.0
ROOM_SHARE = 0.75  # of the free space, at most: the daemon has to go on writing
LEAST_ROOM_BYTES = 1 << 20  # without this much not even the small tables are sure to fit
SAMPLE_ROWS = 12  # as many rows of a page say which table it belongs to


Check = Callable[[Column], bool]


class NoRoomError(Exception):
    """The disk has no room for what must not be lost; nothing was changed."""


@dataclass(slots=True)
class Salvaged:
    """How many rows went into the fresh file, and why there are not more: "" or "time" or "room"."""

    rows: int = 0
    stopped_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shape:
    """How a row of a table looks that was stored with so many columns, in the order in which they are stored."""

    table: str
    rowid_column: str | None  # INTEGER PRIMARY KEY: the rowid itself, stored as NULL
    columns: tuple[str, ...]
    checks: tuple[Check, ...]
    constrained: int  # how many columns take less than any text: of two shapes that fit, the stricter one is right
    has_rowid: bool

    def fits(self, rowid: int | None, values: Sequence[Column]) -> bool:
        return (rowid is not None) == self.has_rowid and all(
            check(value) for check, value in zip(self.checks, values, strict=True)
        )


@dataclass(slots=True)
class _Found:
    shape: _Shape
    # Trusted, age, highest rowid, page number: the greatest goes first, and what it says of a row stands.
    places: list[tuple[bool, int, int, int]] = field(default_factory=list)


def salvage(
    damaged: Path, target: Path, *, clock: Callable[[], float] = time.monotonic, free_bytes: int | None = None
) -> Salvaged:
    """Make `target`, a database of the present schema with the rows of `damaged` (and of its log), and sync it.

    Never raises for rows that are lost. Raises NoRoomError while there is not room for the small tables, sqlite3.Error
    or OSError when the target cannot be written.
    """
    if free_bytes is None:
        space = os.statvfs(target.parent)
        free_bytes = space.f_bavail * space.f_frsize
    if free_bytes < LEAST_ROOM_BYTES:
        raise NoRoomError(f"{free_bytes // 1024} KiB are free")
    connection = sqlite3.connect(target, isolation_level=None)
    try:
        # Until it is renamed to its place nobody relies on this file: no journal on the disk, one sync at the end.
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("PRAGMA synchronous = OFF")
        migrate(connection)
        page_size = connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {int(free_bytes * ROOM_SHARE) // page_size}")
        with Image(damaged) as image:
            done = _carry_over(image, connection, clock)
        _drop_orphans(connection)
    finally:
        connection.close()
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return done


def _carry_over(image: Image, connection: sqlite3.Connection, clock: Callable[[], float]) -> Salvaged:
    done = Salvaged()
    began = clock()
    small_first = sorted(_survey(image, clock, began + LONGEST_S / 2), key=lambda it: len(it.places))
    for found in small_first:
        for _, age, _, number in sorted(found.places, reverse=True):
            if found is small_first[-1] and clock() > began + LONGEST_S:
                done.stopped_by = "time"
                return done
            page = image.page(number, age)
            try:
                done.rows += 0 if page is None else _insert(connection, found.shape, rows(page, image))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                    raise
                done.stopped_by = "room"
                return done
    return done


def _survey(image: Image, clock: Callable[[], float], until: float) -> Iterable[_Found]:
    """Which pages hold rows of which table, as far as there is time: see Image.pages for the order."""
    shapes: dict[int, list[_Shape]] = {}
    for shape in _shapes():
        shapes.setdefault(len(shape.columns), []).append(shape)
    found: dict[_Shape, _Found] = {}
    for page in image.pages():
        for shape in _shapes_of(page, image, shapes):
            # What may be taken back (a saved RAT that was put back) counts only as the newest image of its page has it.
            if page.newest or shape.has_rowid:
                last = last_rowid(page) if shape.has_rowid else 0
                # Rows with a number hardly change: a copy that is surely whole is better than a newer one.
                trusted = page.proved or not shape.has_rowid
                found.setdefault(shape, _Found(shape)).places.append((trusted, page.age, last, page.number))
        if clock() > until:
            break
    return found.values()


def _shapes_of(page: Page, image: Image, shapes: dict[int, list[_Shape]]) -> Iterator[_Shape]:
    """The shapes that rows of this page have: one, unless damage put two kinds of rows on it."""
    votes: Counter[_Shape] = Counter()
    for rowid, values in islice(rows(page, image), SAMPLE_ROWS):
        alike = shapes.get(len(values), ())
        votes.update(shape for shape in alike if shape.fits(rowid, values))
        if votes and len(alike) == 1:  # no other table has so many columns
            break
    if votes:
        yield max(votes, key=lambda shape: (votes[shape], shape.constrained))


# Where the rows of an older file's table belong today.
_RENAMED = {"alert_states": "sims"}


def _insert(connection: sqlite3.Connection, shape: _Shape, found: Iterable[tuple[int | None, list[Column]]]) -> int:
    names = list(shape.columns)
    if shape.rowid_column is not None:
        names.append(shape.rowid_column)
    count = len(shape.columns)
    whole = [
        (*values, rowid) if shape.rowid_column is not None else tuple(values)
        for rowid, values in found
        if len(values) == count and shape.fits(rowid, values)
    ]
    if shape.rowid_column is not None:
        position = shape.columns.index(shape.rowid_column)
        names.pop(position)
        whole = [row[:position] + row[position + 1 :] for row in whole]
    table = _RENAMED.get(shape.table, shape.table)
    listed = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join("?" for _ in names)
    before = connection.total_changes
    connection.execute("BEGIN")
    try:
        connection.executemany(
            f'INSERT OR IGNORE INTO "{table}" ({listed}) VALUES ({marks})',  # noqa: S608 (names of our schema)
            whole,
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return connection.total_changes - before


def _drop_orphans(connection: sqlite3.Connection) -> None:
    """A delivery whose alert is lost can never be made: it would be due for ever."""
    for table, rowid, *_ in connection.execute("PRAGMA foreign_key_check").fetchall():
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))  # noqa: S608 (a name of our schema)


# --- shapes ----------------------------------------------------------------------------------------------------------


def _shapes() -> list[_Shape]:
    """Of every table at every step of the schema's history: an older file, or row, has fewer columns."""
    shapes: dict[_Shape, None] = {}
    for steps in range(1, len(MIGRATIONS) + 1):
        memory = sqlite3.connect(":memory:", isolation_level=None)
        try:
            migrate(memory, MIGRATIONS[:steps])
            names = memory.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").fetchall()
            for name, sql in names:
                columns = memory.execute(f'PRAGMA table_info("{name}")').fetchall()
                shapes[_shape(name, columns, has_rowid="WITHOUT ROWID" not in sql.upper())] = None
        finally:
            memory.close()
    return list(shapes)


def _shape(table: str, columns: list[tuple[int, str, str, int, object, int]], *, has_rowid: bool) -> _Shape:
    """`columns` as PRAGMA table_info gives them: number, name, type, NOT NULL, default, place in the primary key."""
    rowid_column = next((name for _, name, kind, _, _, key in columns if has_rowid and key and kind == "INTEGER"), None)
    if not has_rowid:  # stored with the primary key in front
        columns = sorted(columns, key=lambda it: (it[5] == 0, it[5], it[0]))
    checks, constrained = list[Check](), 0
    for _, name, kind, not_null, _, key in columns:
        if name == rowid_column:
            checks.append(_is_null)
            continue
        check = _MEANING.get(name) or (_is_time if name == "at" or name.endswith("_at") else None)
        constrained += check is not None or kind != "TEXT"
        check = check or _TYPES[kind]
        checks.append(check if not_null or key else _optional(check))
    return _Shape(
        table=table,
        rowid_column=rowid_column,
        columns=tuple(name for _, name, *_ in columns),
        checks=tuple(checks),
        constrained=constrained,
        has_rowid=has_rowid,
    )


def _is_null(value: Column) -> bool:
    return value is None


def _is_time(value: Column) -> bool:
    return isinstance(value, str) and _can(time_of, value)


def _is_amount(value: Column) -> bool:
    return isinstance(value, str) and _can(amount_of, value)


def _is_json(value: Column) -> bool:
    return isinstance(value, str) and _can(json.loads, value)


def _is_text(value: Column) -> bool:
    return isinstance(value, str)


def _is_integer(value: Column) -> bool:
    return isinstance(value, int)


def _is_number(value: Column) -> bool:
    return isinstance(value, int | float)


def _is_blob(value: Column) -> bool:
    return isinstance(value, bytes)


_OPTIONAL: dict[Check, Check] = {}


def _optional(check: Check) -> Check:
    """The same one for the same check: shapes are compared."""
    return _OPTIONAL.setdefault(check, lambda value: value is None or check(value))


def _can(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, ArithmeticError):
        return False
    return True


_TYPES = {"TEXT": _is_text, "INTEGER": _is_integer, "REAL": _is_number, "BLOB": _is_blob}
_MEANING = {"balance": _is_amount, "state": _is_json}
