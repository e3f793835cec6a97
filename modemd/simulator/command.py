"""A command line of the TE, taken apart (V.250 5.2 and 5.3, 27.007 4). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["run", "read", "test", "set"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line. `name` is upper case with its prefix ("+CUSD", "^USSDMODE", "E", "&F"); `tail` is what
    stands behind "=" or behind a basic command's letter; `text` is the command as it was written."""

    name: str
    form: Form
    tail: bytes
    text: str

    @property
    def arguments(self) -> tuple[bytes, ...]:
        """The parameters, quotes taken off; an empty one is b""."""
        return tuple(_unquoted(item.strip()) for item in _split(self.tail, b",")) if self.tail else ()

    def argument(self, place: int, default: str = "") -> str:
        found = self.arguments
        return found[place].decode("latin-1") if place < len(found) and found[place] else default


class RefusedByModemError(Exception):
    """A command's error: "ERROR", "CME 11", "CMS 500", "CME SIM busy", or a whole line."""

    def __init__(self, error: str = "ERROR") -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Held:
    """A handler's word that the final result code comes later, through finish()."""


def parse_line(line: bytes) -> list[Command] | None:
    """The commands of a line without its CR; [] for a bare "AT", None where the line is no command line at all."""
    start = re.search(rb"[Aa][Tt]", line)
    if start is None:
        return None
    commands: list[Command] = []
    body = line[start.end() :]
    while body := body.lstrip(b" ;"):
        if body[:1].isalnum() or body[:1] in (b"&", b"\\"):
            command, body = _basic(body)
        else:
            first = next(iter(_split(body, b";")))
            command, body = _extended(first), body[len(first) :]
        commands.append(command)
    return commands


def _basic(body: bytes) -> tuple[Command, bytes]:
    """A letter and its number (V.250 5.3.1); D takes the rest of the line, S its register."""
    if body[:1] in b"Dd":
        return Command("D", "run", body[1:], body.decode("latin-1")), b""
    found = re.match(rb"([&\\]?[A-Za-z]|[0-9])([0-9]*)(=[0-9]*|\?)?", body)
    if found is None:  # "&" and nothing behind it
        return Command(body.decode("latin-1"), "run", b"", body.decode("latin-1")), b""
    name = found[1].decode().upper()
    command = Command(name, "read" if found[3] == b"?" else "run", found[2], found[0].decode())
    return command, body[found.end() :]


def _extended(text: bytes) -> Command:
    found = re.match(rb"([^=?]*)(=\?|\?|=)?(.*)", text, re.DOTALL)
    name, mark, tail = (found[1], found[2], found[3]) if found else (text, None, b"")
    forms: dict[bytes | None, Form] = {None: "run", b"?": "read", b"=?": "test", b"=": "set"}
    return Command(name.strip().decode("latin-1").upper(), forms[mark], tail.strip(), text.decode("latin-1"))


def _split(text: bytes, mark: bytes) -> list[bytes]:
    """Split at the mark, but not between quotes."""
    parts, quoted, start = [], False, 0
    for place in range(len(text)):
        octet = text[place : place + 1]
        if octet == b'"':
            quoted = not quoted
        elif octet == mark and not quoted:
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _unquoted(item: bytes) -> bytes:
    return item[1:-1] if len(item) >= 2 and item[:1] == item[-1:] == b'"' else item.strip(b'"')
