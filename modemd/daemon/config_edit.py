"""Small changes of a configuration's text that leave everything else in it as it is: the owner's keys, comments, order,
blanks and line ends. Pure.

A change is made in the text and then proved: read as TOML, the new text must say what the old one says, and the change.
Where it does not (a table written inline, a dotted key) nothing is given, and the person is told what to write by hand.
"""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from modemd.errors import ConfigError, Problem
from modemd.files import parse_toml
from modemd.frozen import dataclass

Value = str | bool | int | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """`key` = `value` in a table: [daemon], which may be missing, or the [[modem]] or [[channel]] of that number.
    `instead_of`: keys that must not stand beside it; the line of the first one becomes this key's."""

    table: str
    index: int | None = None
    key: str
    value: Value
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Add:
    """One more [[modem]], [[channel]] or [[heartbeat]] at the end. `comments`: key -> the line above it, "" = above the
    table."""

    table: str
    values: Mapping[str, Value]
    comments: Mapping[str, str]


Edit = Put | Add


def edited(text: str, edits: Sequence[Edit], *, file: str) -> str:
    """The text with these changes, in their order. Raises ConfigError where the text is no TOML, or a change cannot be
    made in it without touching more: the problem names the line to write by hand."""
    for edit in edits:
        try:
            before = parse_toml(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigError([Problem(file, "", "", f"not TOML: {error}")]) from error
        wanted = _as_wanted(before, edit)
        if wanted == before:
            continue
        changed = _added(text, edit) if isinstance(edit, Add) else _put(text, edit)
        try:
            proved = changed is not None and parse_toml(changed) == wanted
        except tomllib.TOMLDecodeError:
            proved = False
        if changed is None or not proved:
            raise ConfigError([_by_hand(file, edit)])
        text = changed
    return text


def literal(value: Value) -> str:
    """The value as TOML writes it."""
    # JSON's texts are TOML's, but for this one character, which TOML wants as an escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


# --- what a text says


def _as_wanted(document: Mapping[str, Any], edit: Edit) -> dict[str, Any]:
    """What the changed text must say. Raises nothing: what cannot be (a table that is a text) stays as it is, and then
    the text of the change differs from it."""
    wanted = copy.deepcopy(dict(document))
    if isinstance(edit, Add):
        tables = wanted.setdefault(edit.table, [])
        if isinstance(tables, list):
            tables.append(dict(edit.values))
        return wanted
    table = wanted.setdefault(edit.table, {}) if edit.index is None else wanted[edit.table][edit.index]
    if isinstance(table, dict):
        for key in edit.instead_of:
            table.pop(key, None)
        table[edit.key] = edit.value
    return wanted


def _by_hand(file: str, edit: Edit) -> Problem:
    if isinstance(edit, Add):
        lines = "; ".join(f"{key} = {literal(value)}" for key, value in edit.values.items())
        return Problem(
            file, edit.table, "", f"this file's form leaves no place for it: add [[{edit.table}]] with {lines}"
        )
    place = edit.table if edit.index is None else f"{edit.table}[{edit.index}]"
    line = f"{edit.key} = {literal(edit.value)}"
    return Problem(file, f"{place}.{edit.key}", "", f"it cannot be changed without touching more: write {line} by hand")


# --- where it stands


@dataclass(frozen=True, slots=True)
class _Statement:
    """A table's head, or a key with its value, which may take several lines; `begin`, `end` in the text, the line end
    outside. `value`: where the value begins and ends."""

    begin: int
    end: int
    head: str | None = None  # "modem" of [[modem]]; "" for a head of any other form
    key: str | None = None
    value: tuple[int, int] = (0, 0)


_HEAD = re.compile(r"[ \t]*\[\[?[ \t]*([A-Za-z0-9_-]+)[ \t]*\]\]?[ \t]*(?:#.*)?")
_KEY = re.compile(r"""[ \t]*(?:"([^"\\\n]*)"|'([^'\n]*)'|([A-Za-z0-9_-]+))[ \t]*=[ \t]*""")
_HEAD_AS_COMMENT = re.compile(r"[ \t]*#[ \t]*\[\[?[A-Za-z]")
_STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*"{3,5}|"(?:[^"\\\n]|\\.)*"'''
    r"""|'''(?:[^']|'(?!''))*'{3,5}|'[^'\n]*'""",
    re.DOTALL,
)


def _statements(text: str) -> list[_Statement]:
    """All of them, in order. The text is TOML; what is written in a rare form (a dotted key) has no `key`."""
    found: list[_Statement] = []
    place = 0
    while place < len(text):
        end = _line_end(text, place)
        line = text[place:end]
        if not line.strip() or line.lstrip().startswith("#"):
            pass
        elif line.lstrip().startswith("["):
            match = _HEAD.fullmatch(line.rstrip("\r"))
            found.append(_Statement(place, end, head=match[1] if match else ""))
        else:
            match = _KEY.match(text, place)
            begin = match.end() if match else text.index("=", place) + 1
            behind, end = _value_end(text, begin)
            key = next((name for name in match.groups() if name is not None), None) if match else None
            found.append(_Statement(place, end, key=key, value=(begin, behind)))
        place = end + 1
    return found


def _line_end(text: str, place: int) -> int:
    end = text.find("\n", place)
    return len(text) if end < 0 else end


def _value_end(text: str, place: int) -> tuple[int, int]:
    """Where the value that begins here ends, and the end of its last line."""
    depth, behind = 0, place
    while place < len(text):
        char = text[place]
        string = _STRING.match(text, place)
        if string:
            place = behind = string.end()
            continue
        if char == "#":
            place = _line_end(text, place)
            continue
        if char == "\n" and depth == 0:
            return behind, place
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(char, 0)
        place += 1
        if not char.isspace():
            behind = place
    return behind, len(text)


# --- the changes


def _put(text: str, edit: Put) -> str | None:
    body = _body(text, edit)
    if body is None:
        if edit.index is not None:
            return None
        return _with_table(text, f"[{edit.table}]", [f"{edit.key} = {literal(edit.value)}"])
    head, statements, end = body
    own = next((one for one in statements if one.key == edit.key), None)
    others = [one for one in statements if one.key in edit.instead_of]
    cuts = []
    if own is not None:
        cuts.append((*own.value, literal(edit.value)))
    elif others:
        first = others.pop(0)
        cuts.append((first.begin, first.value[1], f"{edit.key} = {literal(edit.value)}"))
    else:
        place = _place_for(text, edit.key, (head.end, end), statements)
        cuts.append((place, place, f"{_newline(text)}{edit.key} = {literal(edit.value)}"))
    cuts += [(one.begin, min(one.end + 1, len(text)), "") for one in others]
    for begin, behind, new in sorted(cuts, reverse=True):
        text = text[:begin] + new + text[behind:]
    return text


def _body(text: str, edit: Put) -> tuple[_Statement, list[_Statement], int] | None:
    """The table's head, its keys, and where its lines end (at the next head, also one that is commented out)."""
    statements = _statements(text)
    heads = [number for number, one in enumerate(statements) if one.head == edit.table]
    chosen = heads[edit.index or 0 :][:1]
    if not chosen:
        return None
    number = chosen[0]
    following = next(
        (other for other in range(number + 1, len(statements)) if statements[other].head is not None), None
    )
    mine = statements[number + 1 : following]
    end = len(text) if following is None else statements[following].begin
    return statements[number], mine, end


def _place_for(text: str, key: str, lines: tuple[int, int], mine: Sequence[_Statement]) -> int:
    """Where a new line goes: behind the one that shows this key commented out, else behind the table's last key."""
    place, end = lines
    while place < end:
        behind = _line_end(text, place + 1)
        line = text[place + 1 : behind]
        inside = any(one.begin < place + 1 <= one.end for one in mine)  # a line of a text of several lines
        if _HEAD_AS_COMMENT.match(line) and not inside:
            break
        if re.match(rf"[ \t]*#[ \t]*{re.escape(key)}[ \t]*=", line) and not inside:
            return _without_cr(text, min(behind, len(text)))
        place = behind
    return _without_cr(text, mine[-1].end if mine else lines[0])


def _without_cr(text: str, place: int) -> int:
    return place - 1 if text[place - 1 : place] == "\r" else place


def _added(text: str, edit: Add) -> str:
    lines = []
    for key, value in edit.values.items():
        if edit.comments.get(key):
            lines += _commented(edit.comments[key])
        lines.append(f"{key} = {literal(value)}")
    above = _commented(edit.comments.get("", ""))
    return _with_table(text, f"[[{edit.table}]]", lines, above=above)


def _with_table(text: str, head: str, lines: Sequence[str], *, above: Sequence[str] = ()) -> str:
    newline = _newline(text)
    separate = "" if not text else newline if text.endswith("\n") else newline * 2
    return text + separate + newline.join([*above, head, *lines, ""])


def _commented(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]


def _newline(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
