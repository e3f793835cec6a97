"""How a modem is told to start anew, by make: facts as data. Pure.

A row is found by what AT+CGMI and AT+CGMM gave, or, for a modem that no longer says anything, by its USB vendor id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

STANDARD = "AT+CFUN=1,1"  # 27.007 8.2: full functionality, reset before
RADIO_ON = "AT+CFUN=1"
RADIO_OFF = ("AT+CFUN=4", "AT+CFUN=0")  # 4 leaves the SIM powered; what has no 4 has 0
FULL = 1
OFF = frozenset({0, 4})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """One make. `match` is tried on "manufacturer model" without regard to case, `vendors` are USB vendor ids."""

    match: str
    vendors: tuple[str, ...]
    command: str = STANDARD


# First match wins. A command that the modem refuses is followed by STANDARD.
RESETS: tuple[Reset, ...] = (
    Reset(match=r"huawei|brovi", vendors=("12d1", "3566"), command="AT^RESET"),
    Reset(match=r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d", vendors=("1e0e",), command="AT+CRESET"),
    Reset(match=r"telit", vendors=("1bc7",), command="AT#REBOOT"),
    Reset(match=r"sierra|wavecom", vendors=("1199",), command="AT!RESET"),
    Reset(match=r"u-?blox", vendors=("1546",), command="AT+CFUN=16"),
    Reset(match=r"fibocom", vendors=("2cb7",), command="AT+CFUN=15"),
    Reset(match=r"quectel", vendors=("2c7c",)),
    Reset(match=r"\bzte\b", vendors=("19d2",)),
    Reset(match=r"cinterion|gemalto|thales|siemens", vendors=("1e2d",)),
)


def reset_commands(manufacturer: str | None, model: str | None = None) -> tuple[str, ...]:
    """What makes this modem start anew, best first: its maker's own command, then the standard's."""
    name = f"{manufacturer or ''} {model or ''}"
    row = next((row for row in RESETS if re.search(row.match, name, re.IGNORECASE)), None)
    return tuple(dict.fromkeys((row.command if row is not None else STANDARD, STANDARD)))


def blind_reset(vendor: str | None) -> str | None:
    """The command for a silent device of this USB vendor (four hex digits, lower case); None = no maker of modems that
    is known here: nothing is written blindly to what may be something else."""
    return next((row.command for row in RESETS if vendor in row.vendors), None)


def functionality(lines: Sequence[str]) -> int | None:
    """<fun> of an answer to AT+CFUN? (27.007 8.2): 1 full, 4 radio off, 0 minimum. None where it says nothing."""
    for line in lines:
        if found := re.match(r"\+CFUN:\s*(\d{1,3})\b", line):
            return int(found[1])
    return None
