"""A daemon of one's own for a while: in a private folder, as a process, and its orderly end.

Everything waits for an event with a deadline, such as the daemon's READY=1 (sd_notify). Nothing sleeps.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from modemd.daemon.control import MAX_SOCKET_PATH_BYTES, Client
from modemd.errors import ModemdError

START_TIMEOUT_S = 10.0  # a Pi Zero needs 3 s to load the daemon
STOP_TIMEOUT_S = 6.0  # the daemon ends within 5 s
LOOK_AGAIN_S = 0.25  # without news from the daemon its status is looked at again this often

# The head of its configuration: nothing of it is in the way of the machine's own daemon.
OWN_PLACES = """\
[daemon]
socket = "{folder}/modemd.sock"
state = "{folder}/state"
"""


class PrivateDaemonError(ModemdError):
    """A part of it did not do what it must; the daemon's log says more."""


class PrivateDaemon:
    """A folder (0700), and in it a daemon once `start_daemon` was called. A context manager: at its end every process
    is gone, and the folder too unless it is to be kept."""

    def __init__(self, purpose: str, *, keep: bool = False, environ: tuple[str, ...] = ()) -> None:
        """`purpose`: a part of the folder's name; `environ`: variables of ours (MODEMD_...) that the daemon gets."""
        self.folder = Path()  # there between __enter__ and __exit__
        self._purpose, self._keep, self._handed_on = purpose, keep, environ
        self._children: list[subprocess.Popen[Any]] = []
        self._news: socket.socket | None = None

    def __enter__(self) -> PrivateDaemon:
        self.folder = _folder(self._purpose)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        # An impatient second Ctrl-C must not leave processes behind; each wait below has its deadline.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._tear_down()
        finally:
            signal.signal(signal.SIGINT, before)

    def start_daemon(self, config: str) -> None:
        """Starts a daemon on this configuration, which begins with OWN_PLACES, and returns when it says READY=1. Raises
        PrivateDaemonError."""
        (self.folder / "modemd.toml").write_text(config, encoding="utf-8")
        self._news = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._news.bind(str(self.folder / "notify"))
        with (self.folder / "daemon.log").open("wb") as log:
            daemon = subprocess.Popen(
                [*program(), "run", "--config", str(self.folder / "modemd.toml")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment() | {"NOTIFY_SOCKET": str(self.folder / "notify")},
                start_new_session=True,
            )
        self._children.append(daemon)
        deadline = time.monotonic() + START_TIMEOUT_S
        while b"READY=1" not in self._notification(LOOK_AGAIN_S).splitlines():
            if daemon.poll() is not None:
                raise PrivateDaemonError(f"the daemon ended with exit code {daemon.returncode}")
            if time.monotonic() > deadline:
                raise PrivateDaemonError(f"the daemon was not ready within {START_TIMEOUT_S:.0f} s")

    def client(self) -> Client:
        return Client.connect(str(self.folder / "modemd.sock"))

    def states(self, timeout_s: float) -> Iterator[dict[str, Any]]:
        """The status of its one modem, again at each change, until nobody asks any more or the time is over."""
        deadline = time.monotonic() + timeout_s
        with self.client() as client:
            while True:
                (modem,) = client.request("status")["modems"]
                yield modem
                if time.monotonic() >= deadline:
                    return
                self._notification(LOOK_AGAIN_S)

    def log(self, lines: int = 40) -> list[str]:
        """The end of the daemon's log."""
        try:
            text = (self.folder / "daemon.log").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return []
        return text.splitlines()[-lines:]

    def environment(self) -> dict[str, str]:
        """This process's, without what would lead the daemon or the commands to another installation."""
        ours = ("MODEMD_", "NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY")
        mine = {n: v for n, v in os.environ.items() if not n.startswith(ours) or n in self._handed_on}
        mine.pop("WATCHDOG_USEC", None)
        return mine | {"MODEMD_SOCKET": str(self.folder / "modemd.sock")}

    # --- helpers

    def _notification(self, timeout_s: float) -> bytes:
        """The daemon's next message to its supervisor; empty if none came in time."""
        assert self._news is not None  # noqa: S101 (for the type checker)
        self._news.settimeout(timeout_s)
        try:
            return self._news.recv(4096)
        except TimeoutError:
            return b""

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
        if not self._keep:
            shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and a closed terminal end this as Ctrl-C does: with every process gone, and the folder too."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def program() -> list[str]:
    return [sys.executable, "-m", "modemd"]


def _folder(purpose: str) -> Path:
    """A new folder for this user alone, with a path short enough for sockets."""
    prefix = f"modemd-{purpose}-"
    folder = tempfile.mkdtemp(prefix=prefix)
    if len(os.fsencode(f"{folder}/modemd.sock")) > MAX_SOCKET_PATH_BYTES:
        Path(folder).rmdir()
        folder = tempfile.mkdtemp(prefix=prefix, dir="/tmp")
    return Path(folder)
