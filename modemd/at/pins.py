"""How many more wrong PINs a SIM stands: read before a PIN is sent, since the last wrong one locks the SIM."""

from __future__ import annotations

import re
from collections.abc import Iterable

from modemd.at.make import PinCounter
from modemd.at.makes import find_make
from modemd.at.standard import STANDARD


def counters(manufacturer: str | None, model: str | None) -> tuple[PinCounter, ...]:
    """The ways to ask this modem, its maker's first."""
    make = find_make(manufacturer, model)
    own = make.sim.pin if make is not None else None
    return tuple(counter for counter in (own, STANDARD.sim.pin) if counter is not None)


def tries_left(counter: PinCounter, lines: Iterable[str]) -> int | None:
    """What one answer says; None = nothing."""
    for line in lines:
        if found := re.match(counter.answer, line.strip()):
            return int(found[1]) if len(found[1]) <= 2 else None
    return None
