"""The device nodes that stand for a configured port, and whether they changed."""

from __future__ import annotations

import os

from modemd.backends.at.ports.discovery import candidates
from modemd.errors import PortAbsent

Nodes = tuple[tuple[str, int, int], ...]


def nodes(setting: str) -> Nodes:
    """What now stands for the configured port: path, inode and time of each device node; empty where there is nothing.
    A device that came back is another node, also under its old name."""
    try:
        paths = candidates(setting)
    except PortAbsent:
        return ()
    found = []
    for path in paths:
        try:
            status = os.stat(path)  # noqa: PTH116
        except OSError:
            continue
        found.append((path, status.st_ino, status.st_ctime_ns))
    return tuple(sorted(found))
