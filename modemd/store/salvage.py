"""What can still be read of a damaged file, carried over into a fresh one.

Every page is read for itself (pages.py), and a row goes into the table whose shape it has: which page belongs to which
table is told by what the page holds, so that neither the schema nor the inner pages of the trees are needed. The tables
with the fewest pages go first (refused PINs, saved RATs, alerts), the readings last and the newest of them first,
because time and room may not suffice for all of them.
"""

from __future__ import annotations

import os
import sqlite3
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from modemd.store.cells import children, rowids, rows
from modemd.store.leaves import LARGEST, Gaps, Leaf, misplaced
from modemd.store.pages import Image, Page
from modemd.store.rows import Column
from modemd.store.schema import migrate
from modemd.store.shapes import Shape, shapes_of_all_times

# The service manager gives up a start after 60 s (TimeoutStartSec): what is not carried over by then stays in the old
# file.
LONGEST_S = 30.0
ROOM_SHARE = 0.75  # of the free space, at most: the daemon has to go on writing
LEAST_ROOM_BYTES = 1 << 20  # without this much not even the small tables are sure to fit
MOST_DOUBTFUL = 4096  # rows with a damaged number: kept in memory until the others are in
SAMPLE_ROWS = 12  # as many rows of a page say which table it belongs to


class NoRoomError(Exception):
    """The disk has no room for what must not be lost; nothing was changed."""


@dataclass(slots=True)
class Salvaged:
    """How many rows went into the fresh file, and why there are not more: "" or "time" or "room"."""

    rows: int = 0
    stopped_by: str = ""


@dataclass(slots=True)
class _Found:
    """The leaves of one table. `shapes`: those that its rows have, by their number of columns."""

    shapes: dict[int, Shape]
    leaves: list[Leaf] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """A row whose number is not to be believed; `gap`: see leaves.Gaps."""

    shape: Shape
    rowid: int
    values: list[Column]
    gap: tuple[int, int | None]


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
    keys, tables = _survey(image, clock, began + LONGEST_S / 2)
    small_first = sorted(tables, key=lambda it: len(it.leaves))
    for found in small_first:
        last = found is small_first[-1]
        try:
            for count in _carry_over_table(image, connection, found, keys):
                done.rows += count
                if last and clock() > began + LONGEST_S:
                    done.stopped_by = "time"
                    return done
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            done.stopped_by = "room"
            return done
    return done


def _survey(image: Image, clock: Callable[[], float], until: float) -> tuple[Sequence[int], list[_Found]]:
    """Which pages hold rows of which table, as far as there is time (see Image.pages for the order); before that, what
    the inner pages say of the others, for misplaced()."""
    shapes: dict[int, list[Shape]] = {}
    found: dict[tuple[str, bool], _Found] = {}
    for shape in shapes_of_all_times():
        shapes.setdefault(len(shape.columns), []).append(shape)
        found.setdefault((shape.table, shape.has_rowid), _Found({})).shapes[len(shape.columns)] = shape
    keys = array("q", bytes(8 * (image.last_number + 1)))
    for page in image.pages():
        if page.newest:
            for number, key in children(page).items():
                if number < len(keys) and 0 < key <= LARGEST:
                    keys[number] = key
        for shape in _shapes_of(page, image, shapes):
            # What may be taken back (a saved RAT that was put back) counts only as the newest image of its page has it.
            if page.newest or shape.has_rowid:
                # Rows with a number hardly change: a copy that is surely whole is better than a newer one.
                trusted = page.proved or not shape.has_rowid
                numbers = rowids(page) if shape.has_rowid else {}
                leaf = Leaf.of(page.number, page.age, numbers, trusted=trusted)
                found[shape.table, shape.has_rowid].leaves.append(leaf)
        if clock() > until:
            break
    return keys, [it for it in found.values() if it.leaves]


def _shapes_of(page: Page, image: Image, shapes: dict[int, list[Shape]]) -> Iterator[Shape]:
    """The shapes that rows of this page have: one, unless damage put two kinds of rows on it."""
    votes: Counter[Shape] = Counter()
    for _, rowid, values in islice(rows(page, image), SAMPLE_ROWS):
        alike = shapes.get(len(values), ())
        votes.update(shape for shape in alike if shape.fits(rowid, values))
        if votes and len(alike) == 1:  # no other table has so many columns
            break
    if votes:
        yield max(votes, key=lambda shape: (votes[shape], shape.constrained))


# Whose numbers are those of readings: they say nothing under another one.
_NUMBERED_BY_OTHERS = frozenset({"days", "unjudged"})


def _carry_over_table(
    image: Image, connection: sqlite3.Connection, found: _Found, keys: Sequence[int]
) -> Iterator[int]:
    """How many rows went over, leaf by leaf: the rows whose numbers are to be believed, then the others, so that what
    is where it belongs stands."""
    numbered = any(shape.rowid_column for shape in found.shapes.values())
    gaps, top = _believed(image, found, keys) if numbered else ({}, 0)
    doubtful: list[_Doubtful] = []
    for leaf in sorted(found.leaves, key=lambda it: (it.trusted, it.age, it.high, it.number), reverse=True):
        whole: dict[Shape, list[tuple[int | None, list[Column]]]] = {}
        page = image.page(leaf.number, leaf.age)
        latest = image.is_latest(leaf.number, leaf.age)
        broken = gaps.get(leaf, {}) if latest or not numbered else _broken_by_itself(image, leaf)
        for cell, rowid, values in () if page is None else rows(page, image):
            shape = found.shapes.get(len(values))
            if shape is None or not shape.fits(rowid, values):
                continue
            gap = broken.get(cell)
            if gap is None and rowid is not None and rowid > top and numbered and not latest:
                gap = (rowid - 1, rowid + 1)  # a copy with another number, or all that there is of a newer row
            elif gap is not None and not latest:
                continue
            if gap is None or rowid is None:
                whole.setdefault(shape, []).append((rowid, values))
            elif len(doubtful) < MOST_DOUBTFUL:
                doubtful.append(_Doubtful(shape, rowid, values, gap))
        yield sum(_insert(connection, shape, some) for shape, some in whole.items())
    for one in doubtful:
        yield _insert_doubtful(connection, one)


def _broken_by_itself(image: Image, leaf: Leaf) -> Gaps:
    """Of an older image, which need not fit among the newest of the others."""
    return {} if leaf.ascends else misplaced([leaf], lambda it: _rowids(image, it)).get(leaf, {})


def _believed(image: Image, found: _Found, keys: Sequence[int]) -> tuple[dict[Leaf, Gaps], int]:
    """What misplaced() says of the newest images, and the highest number that is to be believed."""
    newest = [leaf for leaf in found.leaves if image.is_latest(leaf.number, leaf.age)]
    gaps = misplaced(newest, lambda leaf: _rowids(image, leaf), keys)
    top = 0
    for leaf in newest:
        broken = gaps.get(leaf)
        high = leaf.high
        if broken is not None:
            high = max((number for cell, number in _rowids(image, leaf).items() if cell not in broken), default=0)
        top = max(top, high)
    return gaps, top


def _rowids(image: Image, leaf: Leaf) -> dict[int, int]:
    page = image.page(leaf.number, leaf.age)
    return {} if page is None else rowids(page)


def _insert(connection: sqlite3.Connection, shape: Shape, found: Iterable[tuple[int | None, Sequence[Column]]]) -> int:
    names, keep = shape.stored
    numbered = shape.rowid_column is not None
    listed = ", ".join(f'"{name}"' for name in (*names, *([shape.rowid_column] if numbered else [])))
    whole = [(*(values[i] for i in keep), *([rowid] if numbered else [])) for rowid, values in found]
    marks = ", ".join("?" for _ in range(len(names) + numbered))
    before = connection.total_changes
    connection.execute("BEGIN")
    try:
        connection.executemany(
            f'INSERT OR IGNORE INTO "{shape.target}" ({listed}) VALUES ({marks})',  # noqa: S608 (names of our schema)
            whole,
        )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return connection.total_changes - before


def _insert_doubtful(connection: sqlite3.Connection, row: _Doubtful) -> int:
    """A row with a damaged number, under one that its neighbours leave for it; unless another image of it is there."""
    shape = row.shape
    if shape.table in _NUMBERED_BY_OTHERS:
        return 0
    names, keep = shape.stored
    same = " AND ".join(f'"{name}" IS ?' for name in names)
    known = f'SELECT 1 FROM "{shape.target}" WHERE {same}'  # noqa: S608 (names of our schema)
    values = [row.values[i] for i in keep]
    if 0 < row.rowid <= LARGEST:
        here = connection.execute(f'{known} AND "{shape.rowid_column}" = ?', (*values, row.rowid))
        if here.fetchone():
            return 0
    if connection.execute(f"{known} LIMIT 1", values).fetchone():
        return 0
    number = _free_number(connection, row)
    return 0 if number is None else _insert(connection, shape, [(number, row.values)])


def _free_number(connection: sqlite3.Connection, row: _Doubtful) -> int | None:
    """The first that is free between its neighbours; else its own; else the nearest. Never one behind the newest row,
    if it does not belong there: it would count as the last word."""
    table, own = f'"{row.shape.target}"', f'"{row.shape.rowid_column}"'
    lower, upper = row.gap
    wanted = min(max(row.rowid, 1), LARGEST)
    taken = f"SELECT {own} FROM {table}"  # noqa: S608 (names of our schema)
    first = (
        f"SELECT min(n) FROM (SELECT ? AS n UNION ALL SELECT {own} + 1 FROM {table} WHERE {own} > ? AND {own} < ?)"  # noqa: S608
        f" WHERE n < ? AND n NOT IN ({taken})"
    )
    end = LARGEST if upper is None else upper
    (number,) = connection.execute(first, (lower + 1, lower, end, end)).fetchone()
    if number is not None:
        return int(number)
    (last,) = connection.execute(f"SELECT max({own}) FROM {table}").fetchone()  # noqa: S608
    (above,) = connection.execute(first, (wanted, wanted - 1, last, last)).fetchone()
    below_it = f"SELECT max({own} - 1) FROM {table} WHERE {own} <= ? AND {own} > 1 AND {own} - 1 NOT IN ({taken})"  # noqa: S608
    (below,) = connection.execute(below_it, (wanted,)).fetchone()
    return min((n for n in (above, below) if n is not None), key=lambda n: abs(n - wanted), default=None)


def _drop_orphans(connection: sqlite3.Connection) -> None:
    """A delivery whose alert is lost can never be made: it would be due for ever."""
    for table, rowid, *_ in connection.execute("PRAGMA foreign_key_check").fetchall():
        connection.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (rowid,))  # noqa: S608 (a name of our schema)
