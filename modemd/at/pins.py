"""How many more wrong PINs a SIM stands: read before a PIN is sent, since the last wrong one locks the SIM."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counter:
    """One way to ask. `answer` finds the tries that are left for the PIN in one line of information text."""

    command: str
    answer: re.Pattern[str]


def _counter(command: str, answer: str) -> Counter:
    return Counter(command, re.compile(answer))


# 27.007 8.65: +CPINR: <code>,<retries>[,<default_retries>]
STANDARD = _counter('AT+CPINR="SIM PIN"', r'\+CPINR:\s*"?SIM PIN"?\s*,\s*(\d+)')

# First match on "manufacturer model" wins; the makers' AT command manuals, and the plugins of ModemManager.
_ROWS: tuple[tuple[re.Pattern[str], Counter], ...] = tuple(
    (re.compile(match, re.IGNORECASE), _counter(command, answer))
    for match, command, answer in (
        # ^CPIN: <code>,[<times>],<puk>,<pin>,<puk2>,<pin2>
        (r"huawei", "AT^CPIN?", r"\^CPIN:\s*[^,]*,\s*\d*\s*,\s*\d+\s*,\s*(\d+)"),
        (r"quectel", "AT+QPINC?", r'\+QPINC:\s*"?SC"?\s*,\s*(\d+)'),
        # The first number is the PIN's, whatever order the others have from model to model.
        (r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d", "AT+SPIC", r"\+SPIC:\s*(\d+)"),
        # Of the password that +CPIN? asks for, which is the PIN where this is read.
        (r"telit", "AT#PCT", r"#PCT:\s*(\d+)"),
        (r"sierra", "AT+CPINC?", r"\+CPINC:\s*(\d+)"),
        (r"u-?blox", "AT+UPINCNT", r"\+UPINCNT:\s*(\d+)"),
        (r"cinterion|gemalto|thales|siemens", "AT^SPIC", r"\^SPIC:\s*(\d+)"),
        (r"ericsson|\bmbm\b", "AT*EPIN?", r"\*EPIN:\s*(\d+)"),
        (r"\bzte\b", "AT+ZPINPUK=?", r"\+ZPINPUK:\s*(\d+)"),
    )
)


def counters(manufacturer: str | None, model: str | None) -> tuple[Counter, ...]:
    """The ways to ask this modem, its maker's first."""
    name = f"{manufacturer or ''} {model or ''}"
    own = next((counter for match, counter in _ROWS if match.search(name)), None)
    return (STANDARD,) if own is None else (own, STANDARD)


def tries_left(counter: Counter, lines: Iterable[str]) -> int | None:
    """What one answer says; None = nothing."""
    for line in lines:
        if found := counter.answer.match(line.strip()):
            return int(found[1]) if len(found[1]) <= 2 else None
    return None
