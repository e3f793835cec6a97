"""The fake modem as a program of its own: `modemd simulate`."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from modemd.simulator.start import open_modem


def run_foreground(
    path: str | Path,
    link: str | Path | None = None,
    *,
    machine: str | Path | None = None,
    on: Sequence[str | Path] = (),
    on_ready: Callable[[str], None] | None = None,
) -> None:
    """Plays a file until SIGINT, SIGTERM or SIGHUP; the main thread's to call. `on_ready` gets the path of the port.

    `machine`: the modem is plugged into a made-up machine, which this folder becomes until the end; `link` and `on` do
    not count then. `on`: ttys that are there already, one a port. Raises ScenarioError: the file is wrong, or
    link or folder cannot be made."""
    ended = threading.Event()
    before = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        if machine is not None:
            from modemd.simulator.machine import Machine

            with Machine(machine) as made:
                port = made.plug(path).path
                if on_ready is not None:
                    on_ready(port)
                ended.wait()
            return
        with open_modem(path, link=link, on=on) as modem:
            if on_ready is not None:
                on_ready(modem.path)
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
