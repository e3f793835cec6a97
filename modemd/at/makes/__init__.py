"""The makes of modems: each file here is one of them, and gives its record as MAKE (at/make.py).

A new make is one new file: nothing lists the files, and no other file names a make. What belongs to no make stands in
at/standard.py. The files are loaded when first asked for, which a query on the command line never does."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module

from modemd.at.make import Make, UsbVendor, UssdQuirk
from modemd.at.standard import STANDARD


@cache
def by_name() -> Mapping[str, Make]:
    """Name of the file -> make, in the order of the names. Raises TypeError for a file without a MAKE."""
    found: dict[str, Make] = {}
    # pkgutil would do the same with inspect, ast and dis: a megabyte for good.
    files = (os.path.splitext(file) for folder in __path__ for file in os.listdir(folder))  # noqa: PTH208, PTH122
    for name in sorted({name for name, ending in files if ending in (".py", ".pyc") and name != "__init__"}):
        make = getattr(import_module(f"{__name__}.{name}"), "MAKE", None)
        if not isinstance(make, Make):
            raise TypeError(f"{__name__}.{name} has no MAKE, the record of a make of modem")
        found[name] = make
    return found


@cache
def all_makes() -> tuple[Make, ...]:
    """Every make, and behind them what belongs to none."""
    return (*by_name().values(), STANDARD)


@lru_cache(maxsize=32)
def find_makes(manufacturer: str | None, model: str | None = None) -> tuple[Make, ...]:
    """The makes that what AT+CGMI and AT+CGMM gave speaks of, in the order of their words: "Telit Cinterion" is Telit
    first, and a chip's maker in the model's name comes behind the manufacturer."""
    name = f"{manufacturer or ''} {model or ''}".strip()
    found = [
        (hit.start(), make)
        for make in by_name().values()
        if make.match is not None and (hit := re.search(make.match, name, re.IGNORECASE)) is not None
    ]
    return tuple(make for _, make in sorted(found, key=lambda hit: hit[0]))


def find_make(manufacturer: str | None, model: str | None = None) -> Make | None:
    """The first of find_makes(); None = nothing known."""
    return next(iter(find_makes(manufacturer, model)), None)


@lru_cache(maxsize=32)
def find_quirk(manufacturer: str | None, model: str | None = None) -> UssdQuirk | None:
    """How this modem does USSD; None = nothing known."""
    make = find_make(manufacturer, model)
    name = f"{manufacturer or ''} {model or ''}"
    rows = make.ussd if make is not None else ()
    return next((row for row in rows if re.search(row.match, name, re.IGNORECASE)), None)


def make_of_vendor(vendor: str | None) -> Make | None:
    """The make with this USB vendor id (four hex digits, lower case); None = not known, or of no make."""
    return next((make for make in by_name().values() if any(usb.id == vendor for usb in make.usb)), None)


def usb_vendor(vendor: str) -> UsbVendor | None:
    """What is sold under a USB vendor id; None = nobody knows."""
    return _usb().get(vendor)


@cache
def _usb() -> Mapping[str, UsbVendor]:
    return {usb.id: usb for make in all_makes() for usb in make.usb}
