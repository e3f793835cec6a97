"""Who has serial ports open, told by a process that may look. A daemon that is not root sees the open files of its own
user alone, and a program of another one that takes no lock would share the port with it and eat the answers.

systemd/modemd-holders@.service runs main() for each connection to its socket, with the right to look into /proc and
no other. It reads nothing of whoever asks. One JSON line for each: [pid, device number, path as the program has it,
program]; the last line is null, so that a witness that failed is not taken for one that saw nobody.
"""

from __future__ import annotations

import json
import os
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

SOCKET = "/run/modemd-holders.sock"
# A Pi Zero starts Python in a second or two. Who has not answered by then does not hold up the modem any longer.
ANSWER_S = 8.0
SHARED_S = 2.0
MOST_OCTETS = 65_536
_SERIAL = frozenset({"tty", "wwan", "usbmisc"})  # the kernel's classes; MHI drivers have one of their own


class OpenFile(NamedTuple):
    """One open file of another process. `number`: st_rdev."""

    pid: int
    number: int
    path: str
    program: str


class Witness:
    """What the witness said SHARED_S ago at the latest: at a start all modems ask at once. For any thread."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._told: list[OpenFile] | None = None

    def told(self) -> list[OpenFile] | None:
        """As told()."""
        with self._lock:
            now = time.monotonic()
            if now >= self._at + SHARED_S:
                self._at = now
                self._told = told(self._path)
            return self._told


def told(path: str = SOCKET, *, timeout_s: float = ANSWER_S) -> list[OpenFile] | None:
    """What the witness sees now; None where there is none, or it does not answer in time."""
    end = time.monotonic() + timeout_s
    said = b""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as witness:
            witness.settimeout(timeout_s)
            witness.connect(path)
            while piece := witness.recv(4096):
                said += piece
                left_s = end - time.monotonic()
                if left_s <= 0 or len(said) > MOST_OCTETS:
                    return None
                witness.settimeout(left_s)
        *lines, last = [json.loads(line) for line in said.splitlines()] or [False]
        if last is not None:
            return None
        return [OpenFile(int(pid), int(number), str(name), str(program)) for pid, number, name, program in lines]
    except (OSError, ValueError, TypeError):
        return None


def main(proc: Path = Path("/proc"), classes: Path = Path("/sys/dev/char")) -> None:
    """Writes what is to be told() on stdout, and ends."""
    own = os.getpid()
    with suppress(OSError):  # who asked is gone
        for process in proc.iterdir():
            if process.name.isdecimal() and int(process.name) != own:
                for number, path in sorted(set(_serial_ports(process, classes))):
                    sys.stdout.write(f"{json.dumps([int(process.name), number, path, _program(process)])}\n")
        sys.stdout.write("null\n")
        sys.stdout.flush()


# --- helpers


def _serial_ports(process: Path, classes: Path) -> Iterator[tuple[int, str]]:
    try:
        links = list((process / "fd").iterdir())
    except OSError:  # it has ended
        return
    for link in links:
        with suppress(OSError):
            path = os.readlink(link)  # noqa: PTH115
            if not path.startswith("/"):  # a pipe, a socket
                continue
            status = link.stat()
            if stat.S_ISCHR(status.st_mode) and _is_serial(status.st_rdev, path, classes):
                yield status.st_rdev, path


def _is_serial(number: int, path: str, classes: Path) -> bool:
    """A port with a device behind it: no console, no pseudo-terminal."""
    device = classes / f"{os.major(number)}:{os.minor(number)}"
    kind = os.path.basename(os.path.realpath(device / "subsystem"))  # noqa: PTH119
    return (kind in _SERIAL and os.path.lexists(device / "device")) or path.startswith("/dev/mhi_")


def _program(process: Path) -> str:
    try:
        return (process / "comm").read_text("utf-8", "replace").strip() or "?"
    except OSError:
        return "?"


if __name__ == "__main__":
    main()
