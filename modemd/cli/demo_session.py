"""What `modemd demo` plays on: a private folder, a fake modem and the real daemon as processes, and their orderly end.

Everything waits for an event with a deadline: the simulator's line with its port, the daemon's READY=1 (sd_notify), the
alert program's pipe. Nothing sleeps.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from modemd.daemon.control import MAX_SOCKET_PATH_BYTES, Client
from modemd.errors import ModemdError

START_TIMEOUT_S = 10.0  # a Pi Zero needs 3 s to load the daemon
READY_TIMEOUT_S = 15.0  # opening and identifying the modem
ALERT_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 6.0  # the daemon ends within 5 s
LOOK_AGAIN_S = 0.25  # without news from the daemon its status is looked at again this often

CONFIG = """\
[daemon]
socket = "{folder}/modemd.sock"
state = "{folder}/state"

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

# The whole contract of the command channel is its environment: the program hands it on through a named pipe.
ON_ALERT = """\
#!/bin/sh
{ env | grep '^MODEMD_' | sort; echo; } > "$(dirname "$0")/received"
"""


class DemoError(ModemdError):
    """A part of the demonstration did not do what it must; the daemon's log follows."""


class DemoSession:
    """A folder (0700), and in it a fake modem and a daemon once `start` was called. A context manager: at its end every
    process is gone, and the folder too unless it is to be kept."""

    def __init__(self, scenario: str, *, low: str, critical: str, keep: bool) -> None:
        self.folder = Path()  # there between __enter__ and __exit__
        self._keep = keep
        self._scenario = scenario
        self._limits = {"low": low, "critical": critical}
        self._children: list[subprocess.Popen[Any]] = []
        self._news: socket.socket | None = None
        self._received = -1
        self._unread = b""

    def __enter__(self) -> DemoSession:
        self.folder = _folder()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        # An impatient second Ctrl-C must not leave processes behind; each wait below has its deadline.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._tear_down()
        finally:
            signal.signal(signal.SIGINT, before)

    def start(self) -> None:
        """Starts the modem and the daemon, and returns when the daemon says READY=1. Raises DemoError."""
        config = CONFIG.format(folder=self.folder, **self._limits)
        (self.folder / "modemd.toml").write_text(config, encoding="utf-8")
        program = self.folder / "on-alert"
        program.write_text(ON_ALERT, encoding="utf-8")
        program.chmod(0o700)
        os.mkfifo(self.folder / "received", 0o600)
        # Opened for writing too, so that the pipe never ends between two alerts.
        self._received = os.open(self.folder / "received", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        self._news = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._news.bind(str(self.folder / "notify"))
        self._start_modem()
        self._start_daemon()

    def client(self) -> Client:
        return Client.connect(str(self.folder / "modemd.sock"))

    def command(self, arguments: Sequence[str]) -> None:
        """Runs `modemd ARGUMENTS` on this process's own stdout, out of reach of the terminal's Ctrl-C: one of the two
        says that it came. Raises DemoError if it fails."""
        sys.stdout.flush()
        program = [*_program(), *arguments]
        code = subprocess.run(program, env=self._environment(), check=False, process_group=0).returncode
        if code in (-signal.SIGINT, 130):
            raise KeyboardInterrupt
        if code != 0:
            raise DemoError(f"`modemd {' '.join(arguments)}` ended with exit code {code}")

    def wait_until_ready(self, *, signal_known: bool = False) -> None:
        """Returns when the daemon calls its modem ready, and has read its signal if that is asked for, which it does
        after a query. Raises DemoError if that takes too long."""
        deadline = time.monotonic() + READY_TIMEOUT_S
        modem: dict[str, Any] = {}
        with self.client() as client:
            while time.monotonic() < deadline:
                (modem,) = client.request("status")["modems"]
                if modem["state"] == "ready" and (modem["signal_dbm"] is not None or not signal_known):
                    return
                self._notification(LOOK_AGAIN_S)
        raise DemoError(f"the modem is still {modem.get('state')}: {modem.get('error') or 'no reason given'}")

    def next_alert(self) -> dict[str, str]:
        """The environment that the alert program got, MODEMD_* alone. Raises DemoError if no alert comes."""
        deadline = time.monotonic() + ALERT_TIMEOUT_S
        while b"\n\n" not in self._unread:
            left_s = deadline - time.monotonic()
            if left_s <= 0 or not select.select([self._received], [], [], left_s)[0]:
                raise DemoError(f"no alert arrived within {ALERT_TIMEOUT_S:.0f} s")
            self._unread += os.read(self._received, 65536)
        message, _, self._unread = self._unread.partition(b"\n\n")
        pairs = (line.partition("=") for line in message.decode("utf-8", "replace").splitlines())
        return {name: value for name, _, value in pairs}

    def log(self, lines: int = 40) -> list[str]:
        """The end of the daemon's log."""
        try:
            text = (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return text.splitlines()[-lines:]

    def _start_modem(self) -> None:
        with (self.folder / "simulator.log").open("wb") as log:
            modem = subprocess.Popen(
                [*_program(), "simulate", self._scenario, "--link", str(self.folder / "modem")],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                env=self._environment(),
                start_new_session=True,
            )
        self._children.append(modem)
        assert modem.stdout is not None  # noqa: S101 (for the type checker)
        said = select.select([modem.stdout], [], [], START_TIMEOUT_S)[0] and modem.stdout.readline()
        if not said:
            raise DemoError("the simulator did not start: modemd simulate shows why")

    def _start_daemon(self) -> None:
        with (self.folder / "daemon.log").open("wb") as log:
            daemon = subprocess.Popen(
                [*_program(), "run", "--config", str(self.folder / "modemd.toml")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment() | {"NOTIFY_SOCKET": str(self.folder / "notify")},
                start_new_session=True,
            )
        self._children.append(daemon)
        deadline = time.monotonic() + START_TIMEOUT_S
        while b"READY=1" not in self._notification(LOOK_AGAIN_S).splitlines():
            if daemon.poll() is not None:
                raise DemoError(f"the daemon ended with exit code {daemon.returncode}")
            if time.monotonic() > deadline:
                raise DemoError(f"the daemon was not ready within {START_TIMEOUT_S:.0f} s")

    def _notification(self, timeout_s: float) -> bytes:
        """The daemon's next message to its supervisor; empty if none came in time."""
        assert self._news is not None  # noqa: S101 (for the type checker)
        self._news.settimeout(timeout_s)
        try:
            return self._news.recv(4096)
        except TimeoutError:
            return b""

    def _environment(self) -> dict[str, str]:
        """This process's, without what would lead the daemon or the commands to another installation."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("MODEMD_", "NOTIFY_SOCKET"))}
        mine.pop("WATCHDOG_USEC", None)
        return mine | {"MODEMD_SOCKET": str(self.folder / "modemd.sock")}

    def _tear_down(self) -> None:
        for child in reversed(self._children):
            if child.poll() is None:
                child.terminate()
        for child in reversed(self._children):
            try:
                child.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
            if child.stdout is not None:
                child.stdout.close()
        if self._news is not None:
            self._news.close()
        if self._received >= 0:
            os.close(self._received)
        self._received = -1
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def _program() -> list[str]:
    return [sys.executable, "-m", "modemd"]


def _folder() -> Path:
    """A new folder for this user alone, with a path short enough for sockets."""
    folder = tempfile.mkdtemp(prefix="modemd-demo-")
    if len(os.fsencode(f"{folder}/modemd.sock")) > MAX_SOCKET_PATH_BYTES:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix="modemd-demo-", dir="/tmp")
    return Path(folder)
