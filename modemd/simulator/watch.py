"""How many programs hold a terminal open, and who writes to a file, told by the kernel (inotify(7)) without polling.

The master of a pseudo-terminal whose other side we keep open ourselves learns nothing about others that come and go.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from pathlib import Path

_IN_CLOSE = 0x08 | 0x10  # IN_CLOSE_WRITE | IN_CLOSE_NOWRITE
_IN_CLOSE_WRITE = 0x08
_IN_OPEN = 0x20
_EVENT = struct.Struct("iIII")


class OpenWatch:
    """Counts opens and closes of a path from now on. Where the kernel offers no inotify, `holders` stays 0."""

    def __init__(self, path: str) -> None:
        self.holders = 0
        self._descriptor = -1
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "inotify_init1"):
            return
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self._descriptor >= 0 and libc.inotify_add_watch(self._descriptor, path.encode(), _IN_OPEN | _IN_CLOSE) < 0:
            self.close()

    @property
    def descriptors(self) -> list[int]:
        """What to select() on."""
        return [self._descriptor] if self._descriptor >= 0 else []

    def changed(self, ready: set[int]) -> bool:
        """Takes in what the kernel told, if its descriptor is among the ready ones; True if anything did."""
        if self._descriptor < 0 or self._descriptor not in ready:
            return False
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._descriptor, 65536)
        place = 0
        while place < len(data):
            _, mask, _, length = _EVENT.unpack_from(data, place)
            place += _EVENT.size + length
            self.holders += 1 if mask & _IN_OPEN else -1 if mask & _IN_CLOSE else 0
        self.holders = max(0, self.holders)
        return bool(data)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


class FileWatch:
    """Files that somebody has written to and closed. Where the kernel offers no inotify, nothing is seen."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._paths: dict[int, Path] = {}
        self._descriptor = -1
        if hasattr(self._libc, "inotify_init1"):
            self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)

    @property
    def descriptors(self) -> list[int]:
        """What to select() on."""
        return [self._descriptor] if self._descriptor >= 0 else []

    def add(self, path: Path) -> None:
        """Watches one file from now on; a file that is removed is forgotten."""
        if self._descriptor >= 0:
            number = self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), _IN_CLOSE_WRITE)
            if number >= 0:
                self._paths[number] = path

    def changed(self) -> list[Path]:
        """The files that were written to since the last call, in order."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            data = os.read(self._descriptor, 65536)
        found, place = [], 0
        while place < len(data):
            number, mask, _, length = _EVENT.unpack_from(data, place)
            place += _EVENT.size + length
            if mask & _IN_CLOSE_WRITE and number in self._paths:
                found.append(self._paths[number])
        return found

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1
