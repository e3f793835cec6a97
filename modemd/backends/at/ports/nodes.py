"""The device nodes that stand for a configured port, and whether they changed."""

from __future__ import annotations

import os
import threading
import time

from modemd.backends.at.ports.discovery import candidates, names_a_path
from modemd.backends.at.ports.kept import Mark, mark_of
from modemd.backends.at.ports.sysroot import device_path, is_made_up, opened_path, sysroot
from modemd.errors import PortAbsent

Nodes = tuple[tuple[str, int, int], ...]

LOOK_S = 1.0  # one look at the machine in so long serves all who wait for a device


def nodes(setting: str) -> Nodes:
    """What now stands for the configured port: path, inode and time of each device node; empty where there is nothing.
    A device that came back is another node, also under its old name.

    Devices that are found by a rule are as they were LOOK_S ago at the earliest."""
    found = []
    for path in _paths(setting):
        try:
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):
            continue
        found.append((path, status.st_ino, status.st_ctime_ns))
    return tuple(sorted(found))


def surroundings() -> Mark:
    """The machine's devices, as they were LOOK_S ago at the earliest: equal while nothing is plugged in or out."""
    base = sysroot()
    return mark_of(base) if is_made_up(base) else _LOOK.mark()


def _paths(setting: str) -> list[str]:
    base = sysroot()
    if not is_made_up(base):
        return [setting] if names_a_path(setting) else _LOOK.paths(setting)
    if names_a_path(setting):  # nobody is told anything here, so nothing has to be found out
        return [opened_path(device_path(setting, base), base)]
    return _found(setting)


def _found(setting: str) -> list[str]:
    try:
        return candidates(setting)
    except PortAbsent:
        return []


class _Look:
    """What each rule found at the last look. For any thread: two that look at the same time find the same."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._mark: Mark = ()
        self._paths: dict[str, list[str]] = {}

    def mark(self) -> Mark:
        """Of the last look, which is LOOK_S old at most."""
        with self._lock:
            now = time.monotonic()
            if now >= self._at + LOOK_S:
                self._at = now
                mark = mark_of(sysroot())
                if mark != self._mark:
                    self._paths, self._mark = {}, mark
            return self._mark

    def paths(self, setting: str) -> list[str]:
        self.mark()
        known = self._paths  # of one mark, whatever another thread finds meanwhile
        if setting not in known:
            known[setting] = _found(setting)
        return known[setting]


_LOOK = _Look()
