"""The SIM's own number, as AT+CNUM lists it (27.007 7.1): where somebody pays to, so a doubtful one is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

# +CNUM: [<alpha>],<number>,<type>[,<speed>,<service>[,<itc>]]; service 4 is voice. A name has no quotes.
_LINE = re.compile(
    r'\+CNUM:\s*(?:"[^"]*"|[^",]*),\s*"?([^",]*)"?\s*,\s*([0-9]{1,3})\s*(?:,\s*[0-9]*\s*,\s*([0-9]*)\s*(?:,.*)?)?'
)
_UCS2 = re.compile(r"(?:00(?:2B|3[0-9]))+", re.IGNORECASE)
_INTERNATIONAL = 145  # the octet of 24.008 10.5.4.7: the "+" may be missing in front of the digits
_VOICE = "4"
# E.164 6.2: 15 digits at most. A shorter one than any subscriber's is a service's, which careless SIMs hold.
_NUMBER = re.compile(r"\+?[0-9]{7,15}")


def own_number(lines: Iterable[str]) -> str | None:
    """The number in an answer to AT+CNUM, with its "+" where the SIM says that it is international. None where there is
    none, as on most SIMs, none that can be a number, or several that differ."""
    found = set[str]()
    for line in lines:
        fields = _LINE.fullmatch(line.strip())
        if fields is None or (fields[3] or _VOICE) != _VOICE:
            continue
        number = fields[1]
        if _UCS2.fullmatch(number) and len(number) > len("+") + 15:  # in the TE character set, as some makes have it
            number = bytes.fromhex(number).decode("utf-16-be")
        if not number:
            continue
        if int(fields[2]) == _INTERNATIONAL:
            number = "+" + number.removeprefix("+")
        found.add(number if is_number(number) else "")
    return next(iter(found)) or None if len(found) == 1 else None


def is_number(text: str) -> bool:
    """Whether it can be a subscriber's: digits of E.164's length, not all the same, and no country's begins with 0."""
    digits = text.removeprefix("+")
    return _NUMBER.fullmatch(text) is not None and len(set(digits)) > 1 and not text.startswith("+0")
