"""Is a regular expression of a pack safe on a hostile text? `re` has no time limit, so the shape decides at load."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from math import prod
from typing import Any

UNBOUNDED = 100
"""A repeat that may run further than this counts as unbounded."""


def unsafe(source: str) -> str | None:
    """Why the expression is refused, as the cure for a person; None when it is safe. Raises re.error for no expression.

    Refused: a repeat inside a repeat that can share characters, neighbouring unbounded repeats that can, more than one
    unbounded repeat that matches letters, long bounded ones in great number, and back-references: on 4,096 characters
    these can take minutes."""
    parser = importlib.import_module("re._parser")
    return _check(list(parser.parse(source, re.IGNORECASE)))


MAX_WAYS = 4096 * 64
"""In how many ways the repeats that match letters may share a text among them, at most."""


def _check(tree: list[Any]) -> str | None:
    if any(str(op) in {"GROUPREF", "GROUPREF_EXISTS"} for op, _ in _walk(tree)):
        return "write it without references to groups"
    for op, value in _walk(tree):
        if _is_repeat(op) and value[1] > 1 and _trades(list(value[2]), rounds=value[1]):
            return "a repeat stands inside a repeat; write it without, or bound it with {0,20}"
    wide = [v for o, v in _walk(tree) if _is_repeat(o) and any(_can_match(v[2], c) for c in "aя")]
    if sum(value[1] > UNBOUNDED for value in wide) > 1:
        return "more than one unbounded repeat matches letters; bound them with {0,40}"
    if prod(min(int(value[1]) - int(value[0]) + 1, 4096) for value in wide) > MAX_WAYS:
        return "too many long repeats match letters; make them shorter or fewer"
    return _neighbours(tree)


def _trades(body: list[Any], *, rounds: int) -> bool:
    """Whether the body of a repeat has a part of variable length whose characters the next part (or the next round)
    could take as well: then a text can be shared out in exponentially many ways. A few short rounds are harmless."""
    branches = [body]
    flat = list(_flat(body))
    if len(flat) == 1 and str(flat[0][0]) == "BRANCH":
        branches = [list(branch) for branch in flat[0][1][1]]
        if any(_share(list(a)[:1], list(b)[:1]) for i, a in enumerate(branches) for b in branches[i + 1 :]):
            return True
    for branch in branches:
        parts = [part for part in _flat(branch) if str(part[0]) not in {"AT", "ASSERT", "ASSERT_NOT"}]
        for index, (op, value) in enumerate(parts):
            if str(op) == "BRANCH" and rounds > 1:
                return True
            if not _is_repeat(op) or (
                value[0] == value[1] and not any(_varies(o, v) for o, v in _walk(list(value[2])))
            ):
                continue
            if rounds <= 4 and value[1] <= 20:
                continue
            for next_op, next_value in [*parts[index + 1 :], *parts[: index + 1]]:
                if _share(list(value[2]), [(next_op, next_value)]):
                    return True
                if not _is_repeat(next_op) or next_value[0] > 0:
                    break
    return False


def _share(one: list[Any], other: list[Any]) -> bool:
    """Whether both may begin with the same character, as far as the samples tell."""
    return any(_can_match(one, c) and _can_match(_body(other), c) for c in _SAMPLES + _literals(one) + _literals(other))


def _body(part: list[Any]) -> list[Any]:
    return list(part[0][1][2]) if len(part) == 1 and _is_repeat(part[0][0]) else part


def _literals(tree: list[Any]) -> str:
    return "".join(chr(value) for op, value in _walk(tree) if str(op) == "LITERAL")


def _neighbours(tree: list[Any]) -> str | None:
    flat = list(_flat(tree))
    for index, (op, value) in enumerate(flat):
        if not (_is_repeat(op) and value[1] > UNBOUNDED):
            continue
        for next_op, next_value in flat[index + 1 :]:
            if not _is_repeat(next_op):
                break
            if next_value[1] > UNBOUNDED and any(
                _can_match(value[2], c) and _can_match(next_value[2], c) for c in _SAMPLES
            ):
                return "two unbounded repeats stand side by side and match the same characters; join them or bound one"
            if next_value[0] > 0:
                break
    for op, value in _walk(tree):
        if str(op) == "BRANCH":
            for branch in value[1]:
                found = _neighbours(list(branch))
                if found:
                    return found
    return None


_SAMPLES = "aZя0 \n.,:;-+*#()$р\u0641"


def _is_repeat(op: Any) -> bool:
    return str(op) in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


def _varies(op: Any, value: Any) -> bool:
    return _is_repeat(op) and value[0] != value[1]


def _walk(tree: list[Any]) -> Iterator[tuple[Any, Any]]:
    for op, value in tree:
        yield op, value
        for part in _parts(op, value):
            yield from _walk(part)


def _parts(op: Any, value: Any) -> list[list[Any]]:
    name = str(op)
    if _is_repeat(op):
        return [list(value[2])]
    if name == "SUBPATTERN":
        return [list(value[3])]
    if name == "BRANCH":
        return [list(branch) for branch in value[1]]
    if name in {"ASSERT", "ASSERT_NOT"}:
        return [list(value[1])]
    return [list(value)] if name == "ATOMIC_GROUP" else []


def _flat(tree: list[Any]) -> Iterator[tuple[Any, Any]]:
    """The sequence with groups opened, so that "(\\s+)(\\s+)" shows its neighbours."""
    for op, value in tree:
        if str(op) == "SUBPATTERN":
            yield from _flat(list(value[3]))
        elif str(op) not in {"AT", "ASSERT", "ASSERT_NOT"}:
            yield op, value


def _can_match(body: Any, char: str) -> bool:
    """Whether one round of a repeated body may begin with the character; True when in doubt."""
    items = list(body)
    if not items:
        return True
    op, value = items[0]
    if _is_repeat(op) and value[0] > 0:
        return _can_match(value[2], char)
    name = str(op)
    if name == "SUBPATTERN":
        return _can_match(value[3], char)
    if name == "LITERAL":
        return chr(value).lower() == char.lower()
    if name == "NOT_LITERAL":
        return chr(value).lower() != char.lower()
    if name == "ANY":
        return char != "\n"
    if name != "IN":
        return True
    negated = str(value[0][0]) == "NEGATE"
    return any(_in(item, char) for item in value if str(item[0]) != "NEGATE") != negated


def _in(item: tuple[Any, Any], char: str) -> bool:
    op, value = str(item[0]), item[1]
    if op == "LITERAL":
        return chr(value).lower() == char.lower()
    if op == "RANGE":
        return any(value[0] <= ord(c) <= value[1] for c in (char, char.lower(), char.upper()))
    name = str(value).removeprefix("CATEGORY_")
    classes = {"DIGIT": r"\d", "SPACE": r"\s", "WORD": r"\w"}
    return (re.match(classes[name.removeprefix("NOT_")], char) is not None) != name.startswith("NOT_")
