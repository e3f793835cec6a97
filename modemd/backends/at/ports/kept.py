"""What was read of the machine's devices, kept for as long as the kernel lists the same ones.

Many modems that are not there look for themselves again and again, in threads of their own. One of them reads the
devices, the others take what it has read: a look at two folders tells whether it still holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from modemd.backends.at.ports.sysroot import is_made_up

# Every serial port, every USB device and each of its interfaces has an entry here while it exists.
_LISTS = ("sys/class/tty", "sys/bus/usb/devices", "sys/class/wwan", "sys/bus/mhi/devices")

T = TypeVar("T")
Mark = tuple[frozenset[tuple[str, int]], ...]


class Kept(Generic[T]):
    """The result of one way to read a machine; of the machine that was asked for last. Any thread may use it: where two
    read at the same time, both results hold."""

    def __init__(self, read: Callable[[Path], T]) -> None:
        self._read = read
        self._last: tuple[Path, Mark, T] | None = None

    def of(self, base: Path) -> T:
        """What `read` gives for the machine below `base`. Not to be changed by who gets it."""
        if is_made_up(base):
            return self._read(base)
        mark = mark_of(base)
        last = self._last
        if last is not None and last[0] == base and last[1] == mark:
            return last[2]
        found = self._read(base)
        # Marked before it was read: what came meanwhile is seen by the next look.
        self._last = (base, mark, found)
        return found


def mark_of(base: Path) -> Mark:
    """Equal as long as nothing was plugged in or out. A device that comes back under its old name has entries with
    other inode numbers, since sysfs (kernfs) gives them out in turn."""
    return tuple(_mark(f"{base}/{folder}") for folder in _LISTS)


def _mark(folder: str) -> frozenset[tuple[str, int]]:
    try:
        with os.scandir(folder) as found:
            return frozenset((entry.name, entry.inode()) for entry in found)
    except OSError:
        return frozenset()
