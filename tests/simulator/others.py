"""How to run programs that this project did not write."""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

DEADLINE_S = 60.0  # they need seconds on a quiet machine


def need(*programs: str, package: str) -> None:
    """Skips where one is missing, or fails where CI promised it."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    missing = [name for name in programs if shutil.which(name, path=path) is None]
    if missing:
        message = f"{', '.join(missing)} is not installed; apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


def said_until(process: subprocess.Popen[bytes], expected: str, deadline_s: float = DEADLINE_S) -> str:
    """Its output up to the expected text, or all of it."""
    assert process.stdout is not None
    said, deadline = b"", time.monotonic() + deadline_s
    while expected.encode() not in said:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([process.stdout], [], [], left)[0]:
            break
        data = os.read(process.stdout.fileno(), 4096)
        if not data:
            break
        said += data
    return said.decode("utf-8", "replace")


@contextmanager
def running(*arguments: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose output can be read while it runs; ended behind the block."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


class Bridge:
    """A Unix socket that leads to a port: each connection opens the port anew."""

    def __init__(self, path: Path, port: str) -> None:
        self._port = port
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._ours, self._stop = socket.socketpair()
        self._pairs: dict[int, int] = {}  # descriptor -> where its octets go
        self._sockets: dict[int, socket.socket] = {}
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._stop.close()
        self._thread.join()
        for descriptor in list(self._sockets):
            self._end(descriptor)
        self._listener.close()
        self._ours.close()

    def _run(self) -> None:
        while True:
            listener, stop = self._listener.fileno(), self._ours.fileno()
            ready = select.select([listener, stop, *self._pairs], [], [])[0]
            if stop in ready:
                return
            if listener in ready:
                connection = self._listener.accept()[0]
                port = os.open(self._port, os.O_RDWR | os.O_NOCTTY)
                self._sockets[connection.fileno()] = connection
                self._pairs |= {connection.fileno(): port, port: connection.fileno()}
            for descriptor in ready:
                if descriptor in self._pairs:
                    self._pass_on(descriptor)

    def _pass_on(self, descriptor: int) -> None:
        other = self._pairs[descriptor]
        data = b""
        with suppress(OSError):
            data = os.read(descriptor, 4096)
            os.write(other, data)
        if not data:
            self._end(descriptor if descriptor in self._sockets else other)

    def _end(self, descriptor: int) -> None:
        port = self._pairs.pop(descriptor)
        del self._pairs[port]
        os.close(port)
        self._sockets.pop(descriptor).close()


_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={folder}/bus</listen><servicedir>{folder}</servicedir>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
"""
_SERVICE = """[D-BUS Service]
Name=org.freedesktop.ModemManager1
Exec=/usr/sbin/ModemManager --test-session --test-enable --test-no-udev --test-no-qrtr --test-no-suspend-resume
"""


class PrivateModemManager:
    """ModemManager on a bus of its own, with the ports that it is given and no others. The bus starts it with the
    first call, and that call waits until it is there."""

    def __init__(self, stack: ExitStack) -> None:
        self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))  # short: a socket's path may have 107
        (self.folder / "bus.conf").write_text(_BUS.format(folder=self.folder), encoding="utf-8")
        (self.folder / "mm.service").write_text(_SERVICE, encoding="utf-8")
        address = f"unix:path={self.folder}/bus"
        names = ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS")  # mmcli asks the system's bus
        self.env = {**os.environ, **dict.fromkeys(names, address), "LC_ALL": "C.UTF-8"}
        bus = stack.enter_context(
            running("dbus-daemon", f"--config-file={self.folder}/bus.conf", "--nofork", "--print-address", env=self.env)
        )
        said_until(bus, "\n")

    def add(self, port: Path, plugin: str) -> None:
        self._call("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.ModemManager1",
                   "/org/freedesktop/ModemManager1", "org.freedesktop.ModemManager1.Test.SetProfile",
                   "string:fake", f"string:{plugin}", f"array:string:{port}")  # fmt: skip
        with running("stdbuf", "-oL", "mmcli", "-M", env=self.env) as watch:
            assert "/Modem/0" in said_until(watch, "/Modem/0"), "it found no modem"

    def ask(self, *arguments: str) -> str:
        """What mmcli says of the modem."""
        return self._call("mmcli", "-m", "0", *arguments)

    def wait_for_state(self, state: str) -> None:
        with running("stdbuf", "-oL", "mmcli", "-m", "0", "-w", env=self.env) as watch:
            assert f"'{state}'" in said_until(watch, f"'{state}'"), self.ask()

    def _call(self, *arguments: str) -> str:
        done = subprocess.run(arguments, capture_output=True, text=True, env=self.env, timeout=DEADLINE_S, check=False)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout
