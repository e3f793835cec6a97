"""How a modem is told to start anew. Pure.

Its make is known by what AT+CGMI and AT+CGMM gave, or, for a modem that no longer says anything, by its USB vendor
id."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modemd.at.makes import find_make, make_of_vendor
from modemd.at.standard import RESET

RADIO_ON = "AT+CFUN=1"
RADIO_OFF = ("AT+CFUN=4", "AT+CFUN=0")  # 4 leaves the SIM powered; what has no 4 has 0
FULL = 1
OFF = frozenset({0, 4})


def reset_commands(manufacturer: str | None, model: str | None = None) -> tuple[str, ...]:
    """What makes this modem start anew, best first: its maker's own command, then the standard's."""
    make = find_make(manufacturer, model)
    own = make.reset if make is not None else None
    return tuple(dict.fromkeys((own or RESET, RESET)))


def blind_reset(vendor: str | None) -> str | None:
    """The command for a silent device of this USB vendor (four hex digits, lower case); None = no maker of modems that
    is known here: nothing is written blindly to what may be something else."""
    make = make_of_vendor(vendor)
    return make.reset if make is not None else None


def functionality(lines: Sequence[str]) -> int | None:
    """<fun> of an answer to AT+CFUN? (27.007 8.2): 1 full, 4 radio off, 0 minimum. None where it says nothing."""
    for line in lines:
        if found := re.match(r"\+CFUN:\s*(\d{1,3})\b", line):
            return int(found[1])
    return None
