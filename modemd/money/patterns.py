"""Is a regular expression of a pack safe on a hostile text? `re` has no time limit, so the shape decides at load.

How many steps the expression can take on the worst text is bounded from its syntax tree: every repeat and alternative
may end in so many ways, the ways of neighbours multiply, and whatever follows is tried once for each. A repeat that
what follows cannot continue ("\\d+" before "р") ends in one way only.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import lru_cache
from math import inf
from typing import Any

from modemd.frozen import dataclass
from modemd.money.fold import MAX_TEXT, fold_pattern

MAX_STEPS = 2.0 * MAX_TEXT * MAX_TEXT
"""Steps on a text of the longest kind; about 0.4 s on a desktop computer, some seconds on the smallest Pi. A text whose
every beginning is compared with its every end stays below."""


def unsafe(source: str) -> str | None:
    """Why the expression is refused, as the cure for a person; None when it is safe. Raises re.error for no expression.

    Refused: what could take more than MAX_STEPS (a repeat inside a repeat that can share characters, neighbouring long
    repeats that can, many long ones), and references to groups, whose cost cannot be bounded."""
    parser = importlib.import_module("re._parser")
    tree = parser.parse(fold_pattern(source), re.IGNORECASE)
    items = list(_flat(tree))
    if any(name in {"GROUPREF", "GROUPREF_EXISTS"} for name, _ in _walk(items)):
        return "write it without references to groups"
    dotall = bool(tree.state.flags & re.DOTALL) or any(
        name == "SUBPATTERN" and value[1] & re.DOTALL for name, value in _walk(list(tree))
    )
    shapes = _Shapes(_samples(items), dotall=dotall)
    steps = _steps(shapes, items)
    if steps == inf:
        return "a repeat stands inside a repeat and both can match the same; write it without, or bound it with {0,3}"
    if steps > MAX_STEPS:
        return "long repeats can share the same characters; bound them with {0,20}, or leave some out"
    return None


@dataclass(frozen=True, slots=True)
class _Cost:
    """In how many ways a part may end (`ways`), and how many steps it takes to try them all (`steps`)."""

    ways: float
    steps: float


@dataclass(frozen=True, slots=True)
class _Shapes:
    """What a character of the expression matches, told by samples; `longest` is how far an unbounded repeat runs."""

    samples: frozenset[str]
    dotall: bool
    longest: int = MAX_TEXT

    def short(self) -> _Shapes:
        return _Shapes(self.samples, self.dotall, 1)


Item = tuple[str, Any]
_UNBOUNDED = 100
"""A repeat that may run further than this counts as unbounded."""
_MANY = 1e30


def _steps(shapes: _Shapes, items: list[Item]) -> float:
    """Steps on a whole text: a trial from each place, or fewer where the unbounded repeats cannot run over the places
    where a trial begins."""
    decided = _until_certain(items)
    whole = _sequence(shapes, decided, frozenset(), ends=True).steps
    if decided and _is_start(decided[0]):
        return MAX_TEXT + whole
    first, nothing = _first(shapes, decided)
    if nothing:
        return MAX_TEXT * whole
    runs = [_first(shapes, list(_flat(value[2])))[0] for name, value in _walk(decided) if _is_run(name, value)]
    places = MAX_TEXT / _period(shapes, decided)
    if runs and not any(run & first for run in runs):
        # A run ends where the next trial could begin: only trials that begin in the other parts reach the same run.
        short = _sequence(shapes.short(), decided, frozenset(), ends=True).steps
        return places * short + min(places, _beginnings(shapes, decided, first)) * whole
    return MAX_TEXT + places * whole


def _period(shapes: _Shapes, items: list[Item]) -> int:
    """How far apart two trials must begin that both get past the characters that the expression begins with."""
    lead = []
    for name, value in items[:40]:
        if not _is_char(name):
            break
        lead.append(_first_of(shapes, name, value)[0])
    return next(
        (d for d in range(1, len(lead)) if all(a & b for a, b in zip(lead[d:], lead, strict=False))), len(lead) or 1
    )


def _is_start(item: Item) -> bool:
    return item[0] == "AT" and str(item[1]) in {"AT_BEGINNING", "AT_BEGINNING_STRING"}


def _until_certain(items: list[Item]) -> list[Item]:
    """The sequence without what cannot fail any more at its end, so that nothing is tried again because of it."""
    items = list(items)
    while items:
        name, value = items[-1]
        if not _is_repeat(name):
            break
        items.pop()
        if value[0] > 0:  # the rounds that must be there
            items.append((name, (value[0], value[0], value[2])))
            break
    return items


def _sequence(shapes: _Shapes, items: list[Item], follow: frozenset[str], *, ends: bool) -> _Cost:
    """`follow`: what may come behind the sequence; `ends`: nothing has to."""
    ways = 1.0
    steps = 0.0
    for index, item in enumerate(items):
        next_chars, nothing = _first(shapes, items[index + 1 :])
        if nothing:
            next_chars |= follow
        looks = _looks_ahead(items[index + 1 :])  # tried at each end of the item, whatever comes behind
        cost = _item(shapes, item, next_chars, ends=looks or (nothing and ends))
        steps += ways * cost.steps
        ways *= min(cost.ways, _tied(shapes, item, items[index + 1 :]))
        if steps > _MANY or ways > _MANY:
            return _Cost(inf, inf)
    return _Cost(ways, steps)


def _looks_ahead(behind: list[Item]) -> bool:
    """Whether the next thing is an assertion that takes more than a few steps."""
    for name, value in behind:
        if name in {"ASSERT", "ASSERT_NOT"} and any(_is_repeat(inner) for inner, _ in _walk(value[1])):
            return True
        if name not in {"AT", "ASSERT", "ASSERT_NOT"}:
            return False
    return False


def _item(shapes: _Shapes, item: Item, follow: frozenset[str], *, ends: bool) -> _Cost:
    name, value = item
    if _is_repeat(name):
        return _repeat(shapes, name, value, follow, ends=ends)
    if name == "BRANCH":
        branches = [list(_flat(branch)) for branch in value[1]]
        costs = [_sequence(shapes, branch, follow, ends=ends) for branch in branches]
        ways = max(
            sum(cost.ways for other, cost in zip(branches, costs, strict=True) if _compatible(shapes, branch, other))
            for branch in branches
        )
        return _Cost(ways, len(branches) + sum(cost.steps for cost in costs))
    if name in {"ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"}:
        inner = list(_flat(value[1] if name != "ATOMIC_GROUP" else value))
        return _Cost(1, 1 + _sequence(shapes, inner, frozenset(), ends=True).steps)
    return _Cost(1, 1)


def _tied(shapes: _Shapes, item: Item, behind: list[Item]) -> float:
    """In how many ways at most a repeat of one character ends before what follows: "\\.S" can stand only at
    the end of a run of digits and full stops."""
    if not _is_repeat(item[0]) or len(list(item[1][2])) != 1:
        return inf
    own, _ = _first(shapes, list(_flat(item[1][2])))
    for count, (name, value) in enumerate(behind, 1):
        if not _is_char(name):
            break
        if not _first_of(shapes, name, value)[0] & own:
            return count
    return inf


def _repeat(shapes: _Shapes, name: str, value: Any, follow: frozenset[str], *, ends: bool) -> _Cost:
    least, most, body = int(value[0]), int(value[1]), list(_flat(value[2]))
    again, empty = _first(shapes, body)
    if most > _UNBOUNDED:
        most = min(most, shapes.longest)
    most = max(least, min(most, MAX_TEXT // max(1, _least(body))))
    between = _sequence(shapes, body, again | follow if empty else again, ends=empty)
    last = _sequence(shapes, body, follow, ends=ends)
    if between.ways > 1 and most > 1:
        try:
            ways = between.ways ** (most - 1) * last.ways
        except OverflowError:
            return _Cost(inf, inf)
        if ways > _MANY:
            return _Cost(inf, inf)
        return _Cost(ways * (most - least + 1), ways * (most + 1) * (last.steps + between.steps + 1))
    ways = (most - least + 1) * max(1.0, last.ways)
    if name == "POSSESSIVE_REPEAT":
        ways = 1
    elif not ends and not empty and not again & follow:
        ways = max(1.0, last.ways)
    if len(body) == 1 and _is_char(body[0][0]):
        quick = 1 if name == "MIN_REPEAT" else 4  # characters a step: a greedy repeat counts them in one go
        return _Cost(ways, 1 + most / quick + ways)
    return _Cost(ways, 1 + most * (max(last.steps, between.steps) + 1))


def _first(shapes: _Shapes, items: list[Item]) -> tuple[frozenset[str], bool]:
    """With which characters a match of the sequence may begin, and whether it may be empty."""
    found: frozenset[str] = frozenset()
    for name, value in items:
        chars, empty = _first_of(shapes, name, value)
        found |= chars
        if not empty:
            return found, False
    return found, True


def _first_of(shapes: _Shapes, name: str, value: Any) -> tuple[frozenset[str], bool]:
    if _is_repeat(name):
        chars, empty = _first(shapes, list(_flat(value[2])))
        return chars, empty or value[0] == 0
    if name == "BRANCH":
        parts = [_first(shapes, list(_flat(branch))) for branch in value[1]]
        return frozenset().union(*(chars for chars, _ in parts)), any(empty for _, empty in parts)
    if name == "ATOMIC_GROUP":
        return _first(shapes, list(_flat(value)))
    if name in {"AT", "ASSERT", "ASSERT_NOT"}:
        return frozenset(), True
    if name == "IN":
        value = tuple((str(op), v) for op, v in value)
    return _class(shapes.samples, name, value, dotall=shapes.dotall), False


def _compatible(shapes: _Shapes, one: list[Item], other: list[Item]) -> bool:
    """Whether two alternatives may match at one place: no character of their beginnings tells them apart."""
    for (name, value), (other_name, other_value) in zip(one, other, strict=False):
        if not (_is_char(name) and _is_char(other_name)):
            left, right = _first_of(shapes, name, value), _first_of(shapes, other_name, other_value)
            return left[1] or right[1] or bool(left[0] & right[0])
        if not _first_of(shapes, name, value)[0] & _first_of(shapes, other_name, other_value)[0]:
            return False
    return True


def _least(items: list[Item]) -> int:
    """The length of the shortest match."""
    total = 0
    for name, value in items:
        if _is_repeat(name):
            total += int(value[0]) * _least(list(_flat(value[2])))
        elif name == "BRANCH":
            total += min(_least(list(_flat(branch))) for branch in value[1])
        elif name == "ATOMIC_GROUP":
            total += _least(list(_flat(value)))
        elif _is_char(name):
            total += 1
    return min(total, MAX_TEXT)


def _beginnings(shapes: _Shapes, items: list[Item], first: frozenset[str]) -> int:
    """At how many places of a match another trial may begin, besides those in its unbounded repeats."""
    total = 0
    for name, value in items:
        if _is_repeat(name):
            inner = _beginnings(shapes, list(_flat(value[2])), first)
            total += inner if _is_run(name, value) else int(value[1]) * inner
        elif name == "BRANCH":
            total += max(_beginnings(shapes, list(_flat(branch)), first) for branch in value[1])
        elif name in {"ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"}:
            inside = value if name == "ATOMIC_GROUP" else value[1]
            total += _beginnings(shapes, list(_flat(inside)), first)
        elif _is_char(name):
            total += bool(_first_of(shapes, name, value)[0] & first)
    return min(total, MAX_TEXT)


def _is_repeat(name: str) -> bool:
    return name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def _is_run(name: str, value: Any) -> bool:
    return _is_repeat(name) and value[1] > _UNBOUNDED


def _is_char(name: str) -> bool:
    return name in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}


def _flat(tree: Any) -> Iterator[Item]:
    """The sequence with groups opened, so that "(\\s+)(\\s+)" shows its neighbours."""
    for op, value in tree:
        if str(op) == "SUBPATTERN":
            yield from _flat(value[3])
        else:
            yield str(op), value


def _walk(items: Any) -> Iterator[Item]:
    for op, value in items:
        name = str(op)
        yield name, value
        if _is_repeat(name):
            yield from _walk(value[2])
        elif name == "SUBPATTERN":
            yield from _walk(value[3])
        elif name == "BRANCH":
            for branch in value[1]:
                yield from _walk(branch)
        elif name in {"ASSERT", "ASSERT_NOT"}:
            yield from _walk(value[1])
        elif name == "ATOMIC_GROUP":
            yield from _walk(value)


def _samples(items: list[Item]) -> frozenset[str]:
    """Characters of every kind and those that the expression names, with the ends of its ranges: two classes that share
    a character share one of these."""
    found = set("aZzя0 \n\t.,:;-+*#()$_'\"/%=р\u0641\u4e00")
    for name, value in _walk(items):
        parts = [(str(op), v) for op, v in value] if name == "IN" else [(name, value)]
        for part, v in parts:
            codes = [v] if part in {"LITERAL", "NOT_LITERAL"} else [*v] if part == "RANGE" else []
            found |= {chr(near) for code in codes for near in (code - 1, code, code + 1) if 0 <= near <= 0x10FFFF}
    return frozenset(found)


@lru_cache(maxsize=256)
def _class(samples: frozenset[str], name: str, value: Any, *, dotall: bool) -> frozenset[str]:
    """The samples that one character of the expression matches; an expression asks for the same ones many times."""
    if name == "ANY":
        return samples if dotall else samples - {"\n"}
    if name != "IN":
        return frozenset(c for c in samples if _in(name.removeprefix("NOT_"), value, c) != (name == "NOT_LITERAL"))
    negated = value[0][0] == "NEGATE"
    parts = [(op, v) for op, v in value if op != "NEGATE"]
    return frozenset(c for c in samples if any(_in(op, v, c) for op, v in parts) != negated)


@lru_cache(maxsize=1024)
def _forms(char: str) -> frozenset[int]:
    return frozenset(ord(c) for c in (char, char.lower()[:1], char.upper()[:1]))


def _in(kind: str, value: Any, char: str) -> bool:
    forms = _forms(char)
    if kind == "LITERAL":
        return value in forms
    if kind == "RANGE":
        return any(value[0] <= code <= value[1] for code in forms)
    name = str(value).removeprefix("CATEGORY_").removeprefix("UNI_")
    classes = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    return (re.match(classes[name.removeprefix("NOT_")], char) is not None) != name.startswith("NOT_")
