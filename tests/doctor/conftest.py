"""A made-up machine as a folder, a daemon that says what a test wants, programs that answer as told, and the real
daemon as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modemd import __version__
from modemd.doctor.checks import examine
from modemd.doctor.findings import Finding
from modemd.doctor.looking import look
from tests.warm import Nursery, WarmProcess

DEADLINE_S = 20.0
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)

Json = dict[str, Any]


class Machine:
    """The kernel's folders of a machine, file by file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("sys/class/tty", "sys/bus/usb/devices", "proc", "dev", "run/udev/data"):
            (root / folder).mkdir(parents=True)
        self.write("run/systemd/timesync/synchronized", "")

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")

    def usb(
        self,
        bus: str = "1-1",
        ids: str = "2c7c:0125",
        *,
        name: str = "Quectel EC25",
        ttys: Mapping[int, str] | None = None,
        classes: Mapping[int, tuple[str, str]] | None = None,
        hub: str | None = None,
        **files: str,
    ) -> str:
        """A device; its folder below the root. `ttys`: interface -> tty. `classes`: interface ->
        (class/subclass/protocol in hex, driver). `files`: more of its attributes, "power__control" is power/control."""
        folder = f"sys/devices/platform/usb1/{f'{hub}/' if hub else ''}{bus}"
        vendor, product = ids.split(":")
        facts = {"idVendor": vendor, "idProduct": product, "product": name, "power/control": "on"}
        facts |= {key.replace("__", "/"): text for key, text in files.items()}
        for key, text in facts.items():
            self.write(f"{folder}/{key}", text)
        link = self.root / "sys/bus/usb/devices" / bus
        link.symlink_to(self.root / folder)
        ttys = (
            {0: "ttyUSB0", 1: "ttyUSB1", 2: "ttyUSB2", 3: "ttyUSB3"} if ttys is None and classes is None else ttys or {}
        )
        known = dict.fromkeys(ttys, ("ff/00/00", "option")) | dict(classes or {})
        for number, (triple, driver) in known.items():
            place = f"{folder}/{bus}:1.{number}"
            self.write(f"{place}/bInterfaceNumber", f"{number:02x}")
            for key, text in zip(("Class", "SubClass", "Protocol"), triple.split("/"), strict=True):
                self.write(f"{place}/bInterface{key}", text)
            (self.root / place / "driver").symlink_to(self.root / "sys/bus/usb/drivers" / driver)
            if number in ttys:
                self._tty(place, ttys[number])
        return folder

    def process(self, pid: int, name: str, *opened: str) -> None:
        """A process of that name that has these devices open."""
        self.write(f"proc/{pid}/comm", name)
        descriptors = self.root / f"proc/{pid}/fd"
        descriptors.mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(opened, start=3):
            (descriptors / str(number)).symlink_to(path)

    def _tty(self, place: str, name: str) -> None:
        number = 188_000 + int(name.removeprefix("ttyUSB"))
        self.write(f"{place}/{name}/tty/{name}/dev", f"188:{number}")
        self.write(f"dev/{name}", "")
        (self.root / "dev" / name).chmod(0o660)
        folder = self.root / f"{place}/{name}/tty/{name}"
        (folder / "device").symlink_to(self.root / place / name)
        (self.root / "sys/class/tty" / name).symlink_to(folder)


class Programs:
    """Answers of other programs by their name; one that is not named does not exist."""

    def __init__(self) -> None:
        self.says: dict[str, str | Exception] = {}

    def __call__(self, command: Sequence[str]) -> str | None:
        answer = self.says.get(command[0])
        if isinstance(answer, Exception):
            raise answer
        return answer


class FakeDaemon:
    """Speaks the control protocol, and answers `doctor` and `status` with what the test wants."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "daemon.sock")
        self.hello: Json = {"hello": "modemd", "protocol": 1, "version": __version__}
        self.answers: dict[str, Json] = {}
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(self.path)
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(DEADLINE_S)
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as lines:
                self._say(lines, self.hello)
                for line in lines:
                    request = json.loads(line)
                    error = {"code": "bad request", "message": "no such command"}
                    answer = self.answers.get(request["cmd"])
                    said = {"ok": False, "error": error} if answer is None else {"ok": True, "result": answer}
                    if answer is not None and request["cmd"] == "doctor":  # its modems are rows
                        for row in answer["modems"]:
                            self._say(lines, {"id": request["id"], "row": row})
                    self._say(lines, {"id": request["id"], **said})

    @staticmethod
    def _say(lines: Any, message: Json) -> None:
        lines.write(json.dumps(message).encode() + b"\n")
        lines.flush()


class Ward:
    """A patient: machine, daemon, programs, configuration and state folder, all well until a test makes them sick."""

    def __init__(self, folder: Path, daemon: FakeDaemon) -> None:
        self.machine = Machine(folder / "root")
        self.daemon = daemon
        self.programs = Programs()
        self.now = NOW
        self.state = folder / "state"
        self.state.mkdir(mode=0o700)
        self.config = folder / "modemd.toml"
        self.configure()
        self.home: Json = {
            "modem": "home",
            "port": "/dev/ttyUSB2",
            "path": "/dev/ttyUSB2",
            "state": "ready",
            "error": None,
            "device": {"manufacturer": "Quectel", "model": "EC25", "firmware": "EC25R1", "imei": "860000000000000"},
            "operator": "ru-mts",
            "code": "*100#",
            "network": {"registered": True, "roaming": False, "denied": False, "rat": "UMTS", "signal_dbm": -71},
            "radio": None,
            "recovery": None,
            "sms": [{"storage": "SM", "used": 3, "places": 20}],
            "settings": {"every_s": 21600.0, "roaming": False, "radio_fallback": "off", "recovery": "reopen"},
            "level": "ok",
            "last": {"taken_at": "2026-06-01T11:00:00Z", "age_s": 3600, "code": "*100#", "error": None, "hint": None},
            "failures": 0,
        }
        self.channel: Json = {"channel": "command:tell", "waiting": 0, "given_up": 0, "error": None}
        self.process: Json = {
            "version": __version__,
            "pid": 700,
            "uid": os.geteuid(),
            "user": "modemd",
            "gids": [os.getegid()],
            "config": str(self.config),
            "state": str(self.state),
            "heartbeats": 1,
        }

    def configure(self, extra: str = "", *, port: str = "/dev/ttyUSB2") -> None:
        channel = '[[heartbeat]]\nurl = "https://hc.example/x"\n[[channel]]\ntype = "command"\nrun = ["/bin/true"]\n'
        text = f'[daemon]\nstate = "{self.state}"\n[[modem]]\nname = "home"\nport = "{port}"\n{extra}\n{channel}'
        self.config.write_text(text, encoding="utf-8")

    def answer(self) -> Json:
        return {"daemon": self.process, "modems": [self.home], "channels": [self.channel]}

    def examine(self, *, config: str | None = None) -> list[Finding]:
        """What the doctor says."""
        self.daemon.answers.setdefault("doctor", self.answer())
        facts = look(
            socket=self.daemon.path,
            config=config,
            root=self.machine.root,
            run_program=self.programs,
            now=self.now,
        )
        return examine(facts)

    def trouble(self, *, config: str | None = None) -> list[Finding]:
        """What the doctor says is not well."""
        return [finding for finding in self.examine(config=config) if finding.severity != "ok"]


class Running:
    """The real daemon as a process on a configuration of the test, and the real command line."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self._nursery = nursery
        self.environ = {**os.environ, "MODEMD_SOCKET": str(folder / "s"), "COLUMNS": "100", "TZ": "UTC"}
        # What the test's machine is like must not matter: neither its programs nor its USB devices.
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.program("timedatectl", "echo yes")
        self.program("journalctl", "echo nothing to tell")
        self.environ["PATH"] = str(self.programs)
        self.machine = Machine(folder / "root")
        self.environ["MODEMD_SYSROOT"] = str(self.machine.root)
        self._process: WarmProcess | subprocess.Popen[bytes] | None = None

    def program(self, name: str, text: str) -> None:
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        file.chmod(0o755)

    def start(self, config: str, *, told: str) -> None:
        """The daemon, until it has told its service manager this."""
        file = self.folder / "modemd.toml"
        file.write_text(textwrap.dedent(config), encoding="utf-8")
        address = str(self.folder / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(address)
            self._process = self._nursery.start(
                ["-m", "modemd", "run", "--config", str(file)],
                env={**self.environ, "NOTIFY_SOCKET": address},
                cwd=self.folder,
                stderr=self.folder / "log",
            )
            heard: list[str] = []
            deadline = time.monotonic() + DEADLINE_S
            while not any(told in message for message in heard):
                manager.settimeout(max(0.001, deadline - time.monotonic()))
                try:
                    heard.append(manager.recv(65536).decode())
                except TimeoutError:
                    raise AssertionError(
                        f"not told {told!r}, but {heard}\n{(self.folder / 'log').read_text()}"
                    ) from None

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = ["-m", "modemd", *arguments]
        return self._nursery.run(program, env=self.environ, cwd=self.folder, folder=self.folder, timeout_s=60)

    def doctor(self, *arguments: str) -> tuple[int, Json]:
        """Exit code and object of `modemd doctor --json`."""
        done = self.cli("doctor", "--json", *arguments)
        return done.returncode, json.loads(done.stdout)

    def close(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(DEADLINE_S)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """A healthy patient with a Quectel modem."""
    daemon = FakeDaemon(tmp_path)
    yield Ward(tmp_path, daemon)
    daemon.close()


@pytest.fixture
def running(tmp_path: Path, nursery: Nursery) -> Iterator[Running]:
    """The real daemon, not started yet."""
    process = Running(tmp_path, nursery)
    yield process
    process.close()


@pytest.fixture
def plain_machine(tmp_path: Path) -> Callable[[], Machine]:
    """A machine without any device."""
    return lambda: Machine(tmp_path / "plain")
