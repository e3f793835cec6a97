"""How the rows of each table look, by which salvage.py knows them on a page that does not say whose it is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from modemd.store.rows import Column, amount_of, number_or_none, time_of
from modemd.store.schema import MIGRATIONS, migrate

# Where the rows of an older file's table belong today.
_RENAMED = {"alert_states": "sims"}

Check = Callable[[Column], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a row of a table looks that was stored with so many columns, in the order in which they are stored."""

    table: str
    rowid_column: str | None  # INTEGER PRIMARY KEY: the rowid itself, stored as NULL
    columns: tuple[str, ...]
    checks: tuple[Check, ...]
    constrained: int  # how many columns take less than any text: of two shapes that fit, the stricter one is right
    has_rowid: bool

    @property
    def target(self) -> str:
        """The table of today that takes it."""
        return _RENAMED.get(self.table, self.table)

    def fits(self, rowid: int | None, values: Sequence[Column]) -> bool:
        return (rowid is not None) == self.has_rowid and all(
            check(value) for check, value in zip(self.checks, values, strict=True)
        )

    @property
    def stored(self) -> tuple[list[str], list[int]]:
        """The columns that are written beside the rowid, and where they stand in a row."""
        keep = [i for i, name in enumerate(self.columns) if name != self.rowid_column]
        return [self.columns[i] for i in keep], keep


@cache
def shapes_of_all_times() -> tuple[Shape, ...]:
    """Of every table at every step of the schema's history: an older file, or row, has fewer columns."""
    shapes: dict[Shape, None] = {}
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
    return tuple(shapes)


def _shape(table: str, columns: list[tuple[int, str, str, int, object, int]], *, has_rowid: bool) -> Shape:
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
    return Shape(
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


def _is_own_number(value: Column) -> bool:
    return number_or_none(value) is not None


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
_MEANING = {"balance": _is_amount, "state": _is_json, "own_number": _is_own_number}
