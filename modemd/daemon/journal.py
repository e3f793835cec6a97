"""Entries of systemd's journal (its native protocol, systemd.io/JOURNAL_NATIVE_PROTOCOL): the line for people, and each
of its values as a field, so that `journalctl MODEMD_MODEM=home` finds what one modem did."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from typing import Any, TextIO

JOURNAL = "/run/systemd/journal/socket"
IDENTIFIER = "modemd"
_NAME = re.compile(r"[A-Z0-9_]{1,57}")  # of a field: 64 characters at most, with MODEMD_ in front


def is_journal(stream: TextIO, named: str) -> bool:
    """Whether this stream goes to the journal: JOURNAL_STREAM (`named`, "DEVICE:INODE") may be inherited by a process
    whose stderr was sent elsewhere (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return named == f"{status.st_dev}:{status.st_ino}"


def entry(message: str, priority: int, values: Mapping[str, Any]) -> bytes:
    """One entry. `values` become fields of the same name in capitals, behind MODEMD_."""
    fields = {"MESSAGE": message, "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": IDENTIFIER}
    for key, value in values.items():
        if _NAME.fullmatch(key.upper()):
            fields[f"MODEMD_{key.upper()}"] = str(value)
    return b"".join(_field(name.encode(), text.encode("utf-8", "replace")) for name, text in fields.items())


class Output:
    """Where lines go. A log that cannot be written (its reader is gone, the disk is full) ends nothing."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def msg(self, line: str) -> None:
        try:
            self._stream.write(f"{line}\n")
            self._stream.flush()
        except (OSError, ValueError):
            return

    debug = info = warning = warn = error = critical = exception = fatal = log = msg


class Journal:
    """Where entries go. What the journal does not take goes to `stream` as a line; nothing here ends or holds up
    anything. For any thread."""

    def __init__(self, stream: TextIO, path: str = JOURNAL) -> None:
        self._lines = Output(stream)
        self._path = path

    def msg(self, entry: bytes, line: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as journal:
                journal.setblocking(False)
                journal.sendto(entry, self._path)
        except OSError:
            self._lines.msg(line)

    debug = info = warning = warn = error = critical = exception = fatal = log = msg


# --- helpers


def _field(name: bytes, value: bytes) -> bytes:
    if b"\n" not in value:
        return name + b"=" + value + b"\n"
    return name + b"\n" + len(value).to_bytes(8, "little") + value + b"\n"
