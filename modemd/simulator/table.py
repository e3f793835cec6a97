"""One table of a scenario file, read key by key while every fault is noted instead of raised."""

from __future__ import annotations

import contextlib
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TypeGuard, TypeVar

from modemd.errors import Problem

T = TypeVar("T", bound=str)

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


class Table:
    """Hands out typed values and remembers which keys were asked for; `close()` notes the others as unknown.

    A value of the wrong kind is noted in `problems` and the default is given back, so that reading goes on."""

    def __init__(self, data: Mapping[str, object], *, file: str, where: str, problems: list[Problem]) -> None:
        self._data = data
        self._file = file
        self._where = where
        self._problems = problems
        self._asked: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str) -> str | None:
        value = self._take(key)
        if value is None or isinstance(value, str):
            return value
        self.wrong(key, 'write a text in quotes: "..."')
        return None

    def octets(self, key: str) -> bytes | None:
        """A text whose letters are octets: U+0000 to U+00FF."""
        value = self.text(key)
        return None if value is None else self._octets(key, value)

    def octet_lines(self, key: str) -> tuple[bytes, ...]:
        """One text or a list of them."""
        value = self._take(key)
        many = [value] if isinstance(value, str) else value
        if many is None:
            return ()
        if not isinstance(many, list) or not all(isinstance(line, str) for line in many):
            self.wrong(key, "write a text, or a list of texts")
            return ()
        return tuple(octets for line in many if (octets := self._octets(key, line)) is not None)

    def integers(self, key: str, *, low: int, high: int) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self._take(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(_is_whole(item) and low <= item <= high for item in value):
            return tuple(value)
        self.wrong(key, f"write a list of whole numbers from {low} to {high}: [3, 1, 2]")
        return ()

    def moment(self, key: str) -> datetime | None:
        """A time with its zone: a TOML date and time, or the same as a text."""
        value = self._take(key)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = datetime.fromisoformat(value)
        if value is None or (isinstance(value, datetime) and value.utcoffset() is not None):
            return value
        self.wrong(key, "write a time with its zone: 2026-11-20T10:30:00+03:00")
        return None

    def flag(self, key: str, default: bool) -> bool:
        value = self._take(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, "write true or false")
        return default

    def integer(self, key: str, *, low: int, high: int) -> int | None:
        value = self._take(key)
        if value is None or (_is_whole(value) and low <= value <= high):
            return value
        self.wrong(key, f"write a whole number from {low} to {high}")
        return None

    def duration(self, key: str) -> float | None:
        """Seconds, of "500ms", "1.5s", "2m", "1h" or a bare number."""
        value = self._take(key)
        if value is None:
            return None
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
            return float(value)
        if isinstance(value, str) and (found := _DURATION.fullmatch(value.strip())):
            return float(found[1]) * _UNIT_S[found[2]]
        self.wrong(key, 'write a duration: "500ms", "1.5s" or "2m"')
        return None

    def decimal(self, key: str) -> Decimal | None:
        value = self._take(key)
        return None if value is None else self._decimal(key, value)

    def decimals(self, key: str) -> tuple[Decimal, ...]:
        value = self._take(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.wrong(key, 'write a list of amounts: ["180.50", "41.70"]')
            return ()
        return tuple(amount for item in value if (amount := self._decimal(key, item)) is not None)

    def choice(self, key: str, options: Sequence[T]) -> T | None:
        value = self._take(key)
        if value is None:
            return None
        for option in options:
            if value == option:
                return option
        self.wrong(key, f"write one of {', '.join(options)}{_nearest(value, options)}")
        return None

    def choices(self, key: str, options: Sequence[T]) -> tuple[T, ...] | None:
        """One option or a list of them."""
        value = self._take(key)
        if value is None:
            return None
        named = [value] if isinstance(value, str) else value
        if not isinstance(named, list) or not named or not all(item in options for item in named):
            self.wrong(key, f"write one or several of {', '.join(options)}")
            return None
        return tuple(option for item in named for option in options if option == item)

    def sizes(self, key: str) -> tuple[int, ...]:
        """Octets per write: a number (0 = no splitting) or a list of numbers."""
        value = self._take(key)
        sizes = value if isinstance(value, list) else [value]
        if value is None or value == 0:
            return ()
        if sizes and all(isinstance(size, int) and not isinstance(size, bool) and size > 0 for size in sizes):
            return tuple(sizes)
        self.wrong(key, "write how many octets go out at once: 1, 64, or a list like [3, 10, 1]")
        return ()

    def strings(self, key: str) -> dict[str, str]:
        """A table of texts (numbers are taken as written)."""
        out: dict[str, str] = {}
        table = self.table(key)
        for name in table.keys() if table else ():
            value = table._take(name)
            if isinstance(value, str | int) and not isinstance(value, bool):
                out[name] = str(value)
            else:
                table.wrong(name, "write a text in quotes")
        return out

    def keys(self) -> list[str]:
        return list(self._data)

    def table(self, key: str) -> Table:
        """The table under this key; an empty one where there is none."""
        value = self._take(key)
        if value is None:
            return self._inner(key, {})
        if not isinstance(value, Mapping):
            self.wrong(key, f"write a table: [{key}]")
            return self._inner(key, {})
        return self._inner(key, value)

    def tables(self, key: str, *, shorthand: str | None = None) -> list[Table]:
        """The tables under this key: a list of them or a single one. With `shorthand` a bare text stands for a table
        with that one key."""
        value = self._take(key)
        if value is None:
            return []
        out = []
        for place, item in enumerate(value if isinstance(value, list) else [value], 1):
            if shorthand is not None and isinstance(item, str):
                item = {shorthand: item}
            if isinstance(item, Mapping):
                out.append(self._inner(f"{key}[{place}]" if isinstance(value, list) else key, item))
            else:
                self.wrong(
                    key, f"write tables: [[{key}]]" if shorthand is None else "write texts or tables: {text = ...}"
                )
        return out

    def text_if(self, key: str, value: str) -> bool:
        """Whether this key holds exactly this text."""
        self._asked.append(key)
        return self._data.get(key) == value

    def rest(self, *without: str) -> Table:
        """The same table as if these keys were not in it; the rest is then its to close."""
        data = {key: value for key, value in self._data.items() if key not in without}
        return Table(data, file=self._file, where=self._where, problems=self._problems)

    def wrong(self, key: str, cure: str) -> None:
        """Notes a fault of this key; the caller goes on with its default."""
        value = self._data.get(key)
        shown = "" if value is None else repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
        self._problems.append(Problem(self._file, f"{self._where}{key}", shown, cure))

    def close(self) -> None:
        for key in self._data:
            if key not in self._asked:
                known = ", ".join(sorted(set(self._asked)))
                near = _nearest(key, self._asked)
                self.wrong(key, f"unknown key{near}" if near else f"unknown key; known here: {known}")

    def _take(self, key: str) -> object:
        self._asked.append(key)
        return self._data.get(key)

    def _inner(self, key: str, data: Mapping[str, object]) -> Table:
        return Table(data, file=self._file, where=f"{self._where}{key}.", problems=self._problems)

    def _octets(self, key: str, value: str) -> bytes | None:
        try:
            return value.encode("latin-1")
        except UnicodeEncodeError as fault:
            letter = value[fault.start]
            self.wrong(key, f"{letter!r} is no octet; write octets as \\u0000 to \\u00FF, or use text with encoding")
            return None

    def _decimal(self, key: str, value: object) -> Decimal | None:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            try:
                amount = Decimal(str(value))
            except InvalidOperation:
                amount = Decimal("NaN")
            if amount.is_finite():
                return amount
        self.wrong(key, 'write an amount with a point: "180.50"')
        return None


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _nearest(value: object, options: Sequence[str]) -> str:
    near = difflib.get_close_matches(value, options, n=1) if isinstance(value, str) else []
    return f"; did you mean {near[0]!r}?" if near else ""
