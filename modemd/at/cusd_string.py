"""Where a +CUSD string ends (27.007 7.15).

The string is in quotes, but operators put quotes and line ends into it and modems leave out the closing quote or the
dcs, so the end is found by evidence:

1. A line that ends in `",15` (blanks, `;` or one stray letter allowed) ends it.
2. A line that ends in a quote without a dcs ends it provisionally. The next line decides: a final result code, URC,
   echo or new +CUSD confirms it; other text may belong to the answer, and a later real end takes it in. Silence
   confirms.
3. An exact `OK`, an error, a URC or an echo while no quote closed yet is ambiguous: the modem lost the quote, or the
   answer has such a line. If the real end follows before a silence, a final result code or RING was part of the
   answer, and a URC in vendor form (`^RSSI:19`) was noise in between and is taken out. If not, the string ended in
   front of it.
4. A new +CUSD always ends it.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from modemd.at.classify import final_result
from modemd.at.vocabulary import is_urc


class Verdict(Enum):
    OPEN = auto()  # more lines may follow
    ENDED = auto()  # split() gives the parts


class OpenString:
    """One +CUSD line whose quote was opened. Lives from that line to its end."""

    def __init__(self, first: bytes) -> None:
        self._parts: list[tuple[bytes, bytes]] = []  # (line ends in front, line)
        self._size = 0
        self._cut: int | None = None  # number of parts that belong to the string if no real end comes
        self._glued = b""
        self.closed = False  # a quote closed it, the dcs is missing
        self.verdict = self.add(first, b"")

    def __len__(self) -> int:
        return self._size

    def add(self, line: bytes, gap: bytes) -> Verdict:
        """One more physical line, with the line ends in front of it."""
        if self._parts and _is_other(line):
            if self.closed:
                self._glued = line
                return Verdict.ENDED
            if self._cut is None:
                self._cut = len(self._parts)
            self._append(line, gap)
            return Verdict.OPEN
        if (glued := _GLUED.search(line)) is not None:
            self._append(line[: glued.start(1)], gap)
            self._glued = line[glued.start(1) :]
            self._cut = None
            return Verdict.ENDED
        self._append(line, gap)
        head = _HEAD.match(line) if len(self._parts) == 1 else None
        opening = head.end() if head is not None else 0
        if _END.search(line, opening) is not None:
            self._cut = None
            return Verdict.ENDED
        if _QUOTE_ENDS.search(line, opening) is not None:
            self._cut = len(self._parts)
            self.closed = True
        return Verdict.OPEN

    def split(self) -> tuple[bytes, list[bytes]]:
        """The string's line, and the lines that stood in or behind it but are none of it."""
        cut = len(self._parts) if self._cut is None else self._cut
        text = bytearray()
        others: list[bytes] = []
        for number, (gap, line) in enumerate(self._parts[:cut]):
            if number and _is_noise(line):
                others.append(line)
            else:
                text += gap + line
        others += [line for _, line in self._parts[cut:]]
        if self._glued:
            others.append(self._glued)
        return bytes(text), others

    def _append(self, line: bytes, gap: bytes) -> None:
        self._parts.append((gap, line))
        self._size += len(gap) + len(line)


_HEAD = re.compile(rb'\+CUSD\s*:\s*-?\d+\s*,\s*"')
_END = re.compile(rb'"\s*,\s*\d{1,3}[A-Za-z]?\s*;?[\s\0]*$')
_QUOTE_ENDS = re.compile(rb'"\s*,?[\s\0]*$')
# An echo, a URC or a final result code directly behind the dcs.
_GLUED = re.compile(rb'"\s*,\s*\d{1,3}\s*((?:[Aa][Tt][+^&$%*#!][A-Za-z]|[+^][A-Z]{3,}\s*:|(?:OK|ERROR)\s*$).*)$')
_ECHO = re.compile(r"AT(?:[+^&$%*#!_][A-Z]|[EVZIDH]\d?$|$)", re.IGNORECASE)
_VENDOR_FORM = re.compile(r"[+^][A-Z][A-Z0-9]{2,}\s*:")


def _is_other(line: bytes) -> bool:
    """Whether a whole line may be something else than a line of the answer."""
    text = line.decode("latin-1").strip().strip("\0")
    return bool(final_result(text) or is_urc(text) or _VENDOR_FORM.match(text) or _ECHO.match(text) or text == ">")


def _is_noise(line: bytes) -> bool:
    """Whether a line inside of an answer can only be a URC that came in between."""
    text = line.decode("latin-1").strip()
    return _VENDOR_FORM.match(text) is not None and final_result(text) is None
