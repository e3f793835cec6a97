"""What one line of a modem is: echo, final result code, information text, URC or prompt (V.250 5.7, 27.007 4).

Nothing in a line says which of them it is, and a URC may come between a command and its answer, so information text is
accepted only where it fits the command; everything else is a URC.
"""

from __future__ import annotations

import re
from collections.abc import Set
from enum import Enum, auto
from functools import cache

from modemd.at import registration
from modemd.at.vocabulary import is_urc, known_names
from modemd.frozen import dataclass


class LineKind(Enum):
    ECHO = auto()
    FINAL = auto()
    INFORMATION = auto()
    URC = auto()
    PROMPT = auto()


class DataLine(str):
    """A line that is text of an SMS or cell broadcast, or the rest of an overlong line: never AT, whatever it looks
    like.

    `header` is the name of the line that announced it ("+CMT"), "" for the rest of an overlong line."""

    header: str

    def __new__(cls, text: str, header: str = "") -> DataLine:
        line = super().__new__(cls, text)
        line.header = header
        return line


class TornLine(str):
    """A line that stopped in the middle: what ends a line never came."""


@dataclass(frozen=True, slots=True)
class FinalResult:
    """A final result code (V.250 5.7.1, 27.007 9.2, 27.005 3.2.5).

    `kind`: "OK" | "ERROR" | "CME" | "CMS" | "CONNECT" | "NO CARRIER" | "BUSY" | "NO ANSWER" | "NO DIALTONE" |
    "COMMAND NOT SUPPORT" | "TOO MANY PARAMETERS". `code` or `text` say more for CME and CMS."""

    ok: bool
    kind: str
    code: int | None = None
    text: str | None = None

    @property
    def error(self) -> str:
        """The short form that the JSON carries: "ERROR", "CME 258", "CME SIM busy", "NO CARRIER"."""
        if self.kind in ("CME", "CMS"):
            more = self.code if self.code is not None else self.text
            return f"{self.kind} {more}" if more is not None else self.kind
        return self.kind


def final_result(line: str) -> FinalResult | None:
    """The final result code that the whole line is, or None."""
    if isinstance(line, DataLine):
        return None
    text = line.strip(" \0\r\n")
    if text == "OK":
        return _OK
    if text in _FAILURES:
        return FinalResult(False, _FAILURES[text])
    if text[:1] == "+" and (found := _CME.fullmatch(text)) is not None:
        rest = found[2].strip().strip('"')
        code = int(rest) if rest.isascii() and rest.isdigit() and len(rest) <= 18 else None
        return FinalResult(False, found[1], code, None if code is not None or not rest else rest)
    if text[:7] == "CONNECT" and _CONNECT.fullmatch(text) is not None:
        return FinalResult(True, "CONNECT", None, text[8:] or None)
    return None


def classify(line: str, command: str | None) -> LineKind:
    """What `line` is while `command` ("AT+CSQ", as sent, without line end) waits for its final result code; None =
    none waits.

    - CONNECT and the end of a call (NO CARRIER, BUSY, ...) are final only for a command that may end so (dialling,
      +CUSD); else they are the URCs that some modems make of them.
    - +CUSD is information only for AT+CUSD? and AT+CUSD=?; +CREG and its kin, +CPIN, +CFUN only for a read or test
      command, and `+CREG: 1,5C9,39E5` not even then, as the answer of a read command has <n> in front.
    - Lines without a prefix are information only for commands that answer so, and IMSI, IMEI and ICCID only if they
      look it."""
    text = line.strip(" \0\r\n")
    if isinstance(line, DataLine):
        reads = {*known_names().read, *known_names().list}
        fits = command is not None and line.header in reads and _names(command) & reads
        return LineKind.INFORMATION if fits else LineKind.URC
    if text == ">":
        return LineKind.PROMPT
    if (final := final_result(text)) is not None:
        return LineKind.FINAL if _may_end(final, command) else LineKind.URC
    if _is_echo(text, command):
        listed = command is not None and text not in (command, command[1:]) and "+CLAC" in _names(command)
        return LineKind.INFORMATION if listed else LineKind.ECHO
    if command is None:
        return LineKind.URC
    return LineKind.INFORMATION if _fits(text, command) else LineKind.URC


def imei_of(line: str) -> str | None:
    """The 14 to 16 digits of an IMEI that a line of AT+CGSN's answer is, by whatever label, blanks and dashes."""
    found = _IMEI.fullmatch(line.strip(" \0\r\n"))
    return None if found is None else re.sub(r"\D", "", found[1])


def body_follows(line: bytes) -> tuple[str, bool] | None:
    """(name, PDU mode) if text that is no AT follows this line (27.005 3.4.1, 3.4.2, 3.5.1), else None."""
    if not line.startswith(_body_starts()):
        return None
    head, colon, rest = line.partition(b":")
    if not colon or head.rstrip() not in _body_starts():
        return None
    name, rest = head.rstrip().decode(), rest.strip()
    fields = rest.split(b",")
    if rest.startswith(b"(") or not rest:  # AT+CMGL=?
        return None
    match name:
        case "+CMT":
            return name, len(fields) <= 2 and fields[-1].strip().isdigit()
        case "+CDS":
            return (name, True) if len(fields) == 1 else None  # in text mode the report is the line itself
        case "+CBM":
            return name, len(fields) == 1
    status, *others = fields[1:] if name in known_names().list and len(fields) > 1 else fields
    if name in known_names().list and len(fields) == 1:
        return name, False
    # "+CMGR: ,,92", "+CMGL: 1,,,92": a modem that leaves <stat> out
    no_status = bool(others) and not any(one.strip() for one in (status, *others[:-1])) and others[-1].strip().isdigit()
    return name, no_status or status.strip().isdigit()


@cache
def _body_starts() -> tuple[bytes, ...]:
    return tuple(name.encode() for name in ("+CMT", "+CDS", "+CBM", *known_names().list, *known_names().read))


# --- final result codes

_OK = FinalResult(True, "OK")
_FAILURES = {
    "ERROR": "ERROR",
    "NO CARRIER": "NO CARRIER",
    "BUSY": "BUSY",
    "NO ANSWER": "NO ANSWER",
    "NO DIALTONE": "NO DIALTONE",
    "NO DIAL TONE": "NO DIALTONE",
    "COMMAND NOT SUPPORT": "COMMAND NOT SUPPORT",
    "COMMAND NOT SUPPORTED": "COMMAND NOT SUPPORT",
    "TOO MANY PARAMETERS": "TOO MANY PARAMETERS",
}
_CME = re.compile(r"\+(CME|CMS) ERROR\s*:?(.*)")
_CONNECT = re.compile(r"CONNECT(?: [0-9A-Z/ ]+)?")
_CALL_ENDS = ("NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "CONNECT")


def _may_end(final: FinalResult, command: str | None) -> bool:
    if final.kind not in _CALL_ENDS:
        return True
    if command is None:
        return final.kind != "CONNECT"
    if final.kind == "CONNECT":
        return _DIALS.match(command) is not None
    return _DIALS.match(command) is not None or "+CUSD" in _names(command)


# --- commands

_DIALS = re.compile(r"AT(?:[DAO]|\+CGDATA|\+CHUP|H)", re.IGNORECASE)
_NAME = re.compile(r"([+^*#$%&!_]?[A-Z][A-Z0-9]*)")
_ECHO = re.compile(r"AT[+^&$%*#!_][A-Z]|AT$|ATE[01]$|ATZ$|ATI\d?$", re.IGNORECASE)
# V.250 5.2.1 has no quoting problem here: a name stands behind "AT" or ";", and quoted strings are removed first.
_QUOTED = re.compile(r'"[^"]*"')


def _is_echo(text: str, command: str | None) -> bool:
    """The command as sent, the same less its first character, or one that was sent before it."""
    if command is not None and text in (command, command[1:]) and text:
        return True
    return _ECHO.match(text) is not None


def _parts(command: str) -> list[tuple[str, str]]:
    """ "AT+CSQ;+CREG?" -> [("+CSQ", ""), ("+CREG", "?")]: name and what stands behind it."""
    line = _QUOTED.sub('""', command.strip())
    if line[:2].upper() != "AT":
        return []
    parts = []
    for part in line[2:].split(";"):
        found = _NAME.match(part.strip().upper())
        if found is not None:
            parts.append((found[1], part.strip()[found.end() :]))
    return parts


def _names(command: str) -> set[str]:
    return {name for name, _ in _parts(command)}


# --- information text

_PREFIX = re.compile(r"([+^*#$%&!_][A-Za-z][A-Za-z0-9_]*)\s*:\s*(.*)", re.DOTALL)
# Names under which modems answer one question.
_SAME = (
    frozenset({"+CGSN", "+GSN", "^IMEI", "+EGMR"}),
    frozenset({"+CGMI", "+GMI"}),
    frozenset({"+CGMM", "+GMM"}),
    frozenset({"+CGMR", "+GMR"}),
)
_BARE_ICCID = re.compile(r'(?:ICCID:\s*)?"?\d{18,20}[0-9A-F]{0,2}"?', re.IGNORECASE)
# What a bare line of these commands looks like; quotes are allowed.
_DIGITS_OF = {
    "+CIMI": re.compile(r'"?\d{14,16}"?'),
    "+CGSN": re.compile(r'"?[0-9A-F]{14,18}"?', re.IGNORECASE),
}
_IMEI = re.compile(
    r"""(?:[+^]?[A-Z]*GSN\s*[:=]\s*)?(?:IMEI(?:\s*/?\s*SV)?|S/?N|ESN)?\s*[:=]?\s*"?(\d(?:[ \t.\-]{0,2}\d){13,15})"?"""
    r"""(?:\s*[,/].*)?""",
    re.IGNORECASE,
)


def _fits(text: str, command: str) -> bool:
    return any(_fits_part(text, name, rest) for name, rest in _parts(command))


def _fits_part(text: str, name: str, rest: str) -> bool:
    if name in ("+CLAC", "&V"):
        return True
    found = _PREFIX.match(text)
    if found is not None:
        return _prefixed_fits(found[1].upper(), found[2], name, rest)
    same = _same(name)
    if (digits := next((_DIGITS_OF[known] for known in _DIGITS_OF if known in same), None)) is None:
        digits = _BARE_ICCID if name in known_names().iccid else None
    if digits is not None:
        return digits.fullmatch(text) is not None or ("+CGSN" in same and imei_of(text) is not None)
    return name not in known_names().prefixed and not is_urc(text) and text[:1] not in ("+", "^")


def _prefixed_fits(prefix: str, value: str, name: str, rest: str) -> bool:
    if name == "I":
        return prefix == "+GCAP"
    if prefix not in _same(name):
        return False
    asks = rest.strip() in ("?", "=?")
    if prefix == "+CUSD":
        return asks and '"' not in value and (value.startswith("(") or "," not in value)
    if prefix in registration.NAMES:
        return asks and (value.lstrip().startswith("(") or registration.answer(value) is not None)
    return asks or prefix not in known_names().read_urcs


def _same(name: str) -> Set[str]:
    """The names under which modems answer what this command asks."""
    known = known_names()
    groups = (*_SAME, known.iccid, known.read, known.list)
    return next((frozenset(group) for group in groups if name in group), frozenset({name}))
