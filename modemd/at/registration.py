"""+CREG and its kin (27.007 7.2, 10.1.20, 10.1.22, 10.1.47): the answer to a read command, and the URC that looks like
it. An answer has <n> in front of <stat>. Pure."""

from __future__ import annotations

import re

from modemd.frozen import dataclass

NAMES = frozenset({"+CREG", "+CGREG", "+CEREG", "+C5GREG"})
MOST = 13  # the last <stat> there is


@dataclass(frozen=True, slots=True)
class Report:
    """<stat>, and <AcT> where it was told. `n`: which URCs are switched on; None in a URC."""

    stat: int
    act: int | None = None
    n: int | None = None


def answer(value: str) -> Report | None:
    """What stands behind the colon, read as <n>,<stat>[,<lac>,<ci>[,<AcT>[,...]]]; None where it cannot be that.

    <stat> is a number up to 13, some modems put zeros in front ("002,001"); <lac> has four hex digits or stands in
    quotes. Any of the fields behind may be missing: "1,5,"00A1"" and "1,0,1" are answers."""
    found = _ANSWER.fullmatch(value.strip())
    if found is None or int(found[2]) > MOST:
        return None
    return Report(int(found[2]), _act(_fields(found[3])[2:3]), int(found[1]))


def unsolicited(value: str) -> Report | None:
    """The same read as <stat>[,<lac>,<ci>[,<AcT>[,...]]]."""
    fields = _fields(value)
    if not fields or not re.fullmatch(r"\d{1,3}", fields[0]) or int(fields[0]) > MOST:
        return None
    return Report(int(fields[0]), _act(fields[3:4]))


# --- helpers

_ANSWER = re.compile(r"(0{0,2}[0-5])\s*,\s*(0?\d{1,2})\s*(?:,(.*))?", re.DOTALL)


def _fields(text: str | None) -> list[str]:
    return [field.strip().strip('"').strip() for field in (text or "").split(",")] if text else []


def _act(field: list[str]) -> int | None:
    return int(field[0]) if field and re.fullmatch(r"0{0,2}\d{1,2}", field[0]) else None
