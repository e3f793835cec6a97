"""What `modemd demo` plays on: a fake modem and the real daemon as processes, and a program that is told of alerts.

Everything waits for an event with a deadline: the simulator's line with its port, the daemon's READY=1, the alert
program's pipe. Nothing sleeps.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from modemd.cli.private_daemon import OWN_PLACES, START_TIMEOUT_S, PrivateDaemon, PrivateDaemonError, program

READY_TIMEOUT_S = 15.0  # opening and identifying the modem
ALERT_TIMEOUT_S = 10.0

CONFIG = (
    OWN_PLACES
    + """
[[modem]]
name = "home"
port = "{folder}/modem"
low = "{low}"
critical = "{critical}"

[[channel]]
type = "command"
run = ["{folder}/on-alert"]
events = ["low", "critical", "recovered", "stale", "unreadable"]
"""
)

# The whole contract of the command channel is its environment: the program hands it on through a named pipe.
ON_ALERT = """\
#!/bin/sh
{ env | grep '^MODEMD_' | sort; echo; } > "$(dirname "$0")/received"
"""


class DemoSession(PrivateDaemon):
    """A fake modem and a daemon in a private folder, once `start` was called."""

    def __init__(self, scenario: str, *, low: str, critical: str, keep: bool) -> None:
        super().__init__("demo", keep=keep)
        self._scenario = scenario
        self._limits = {"low": low, "critical": critical}
        self._received = -1
        self._unread = b""

    def __enter__(self) -> DemoSession:
        super().__enter__()
        return self

    def start(self) -> None:
        """Starts the modem and the daemon, and returns when the daemon says READY=1. Raises PrivateDaemonError."""
        on_alert = self.folder / "on-alert"
        on_alert.write_text(ON_ALERT, encoding="utf-8")
        on_alert.chmod(0o700)
        os.mkfifo(self.folder / "received", 0o600)
        # Opened for writing too, so that the pipe never ends between two alerts.
        self._received = os.open(self.folder / "received", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._start_modem()
        self.start_daemon(CONFIG.format(folder=self.folder, **self._limits))

    def command(self, arguments: Sequence[str]) -> None:
        """Runs `modemd ARGUMENTS` on this process's own stdout, out of reach of the terminal's Ctrl-C: one of the two
        says that it came. Raises PrivateDaemonError if it fails."""
        sys.stdout.flush()
        code = subprocess.run([*program(), *arguments], env=self.environment(), check=False, process_group=0).returncode
        if code in (-signal.SIGINT, 130):
            raise KeyboardInterrupt
        if code != 0:
            raise PrivateDaemonError(f"`modemd {' '.join(arguments)}` ended with exit code {code}")

    def wait_until_ready(self, *, signal_known: bool = False) -> None:
        """Returns when the daemon calls its modem ready, and has read its signal if that is asked for, which it does
        after a query. Raises PrivateDaemonError if that takes too long."""
        modem: dict[str, Any] = {}
        for modem in self.states(READY_TIMEOUT_S):
            if modem["state"] == "ready" and (modem["signal_dbm"] is not None or not signal_known):
                return
        raise PrivateDaemonError(f"the modem is still {modem.get('state')}: {modem.get('error') or 'no reason given'}")

    def next_alert(self) -> dict[str, str]:
        """The environment that the alert program got, MODEMD_* alone. Raises PrivateDaemonError if no alert comes."""
        deadline = time.monotonic() + ALERT_TIMEOUT_S
        while b"\n\n" not in self._unread:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self._received], [], [], left_s)[0]:
                raise PrivateDaemonError(f"no alert arrived within {ALERT_TIMEOUT_S:.0f} s")
            self._unread += os.read(self._received, 65536)
        message, _, self._unread = self._unread.partition(b"\n\n")
        pairs = (line.partition("=") for line in message.decode("utf-8", "replace").splitlines())
        return {name: value for name, _, value in pairs}

    # --- helpers

    def _start_modem(self) -> None:
        with (self.folder / "simulator.log").open("wb") as log:
            modem = subprocess.Popen(
                [*program(), "simulate", self._scenario, "--link", str(self.folder / "modem")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self.environment(),
                start_new_session=True,
            )
        self._children.append(modem)
        assert modem.stdout is not None  # noqa: S101 (for the type checker)
        said = select.select([modem.stdout], [], [], START_TIMEOUT_S)[0] and modem.stdout.readline()
        if not said:
            raise PrivateDaemonError("the simulator did not start: modemd simulate shows why")

    def _tear_down(self) -> None:
        super()._tear_down()
        if self._received >= 0:
            os.close(self._received)
        self._received = -1
