"""SIGTERM, SIGINT and SIGHUP of the daemon, from its first moment to its last.

The standard library alone: these handlers stand before the daemon's other modules are imported, which takes seconds on
a small machine, and in which SIGHUP would end it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

EXIT_FAILED = 1
SHUTDOWN_S = 4.5  # SIGTERM ends the daemon within 5 s, whatever hangs
ENDING = (signal.SIGTERM, signal.SIGINT)
HEARD = (*ENDING, signal.SIGHUP)


class Signals:
    """Takes the signals of this process. Made and closed by the main thread.

    A thread of its own reads them and holds the deadline of a shutdown, because it alone never calls into disk or
    modem. What comes before `attach` is kept until then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[int] = []
        self._act: Callable[[int], None] | None = None
        self._ended = threading.Event()
        self._receive, send = os.pipe2(os.O_CLOEXEC)
        os.set_blocking(send, False)
        signal.set_wakeup_fd(send, warn_on_full_buffer=False)
        for number in HEARD:
            signal.signal(number, _noted)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)  # what cli/__init__.py held back comes now
        threading.Thread(target=self._run, name="signals", daemon=True).start()

    def attach(self, act: Callable[[int], None]) -> None:
        """From now on `act` gets the number of each signal, in the thread of the signals; at once those that came."""
        with self._lock:
            self._act = act
            for number in self._early:
                act(number)
            self._early.clear()

    def close(self) -> None:
        """The end has come in time: what is still sent changes neither that nor the exit code."""
        for number in HEARD:
            signal.signal(number, signal.SIG_IGN)
        self._ended.set()

    def _run(self) -> None:
        stopping = False
        while not stopping:
            for number in os.read(self._receive, 64):
                stopping = stopping or number in ENDING
                with self._lock:
                    if self._act is None:
                        self._early.append(number)
                    else:
                        self._act(number)
        if not self._ended.wait(SHUTDOWN_S):
            # close() of a serial port can block in the kernel for ever; the service manager wants its process back.
            sys.stderr.write("modemd: something hangs, ending without it\n")
            os._exit(EXIT_FAILED)


def _noted(_number: int, _frame: object) -> None:
    """The signal thread reads the number from the wake-up pipe; a handler must be set for it to be written there."""
