"""What a service manager hears of a program: the event that a test waits for instead of looking again and again."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path


@contextlib.contextmanager
def heard_at(address: Path) -> Iterator[Callable[[str, float], None]]:
    """Yields hear(text, within_s), which waits for a message with that text at `address`, to be the program's
    NOTIFY_SOCKET. It raises TimeoutError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(address))

        def hear(text: str, within_s: float) -> None:
            deadline = time.monotonic() + within_s
            while True:
                manager.settimeout(max(0.001, deadline - time.monotonic()))
                if text in manager.recv(65536).decode():
                    return

        yield hear
