"""Fixtures of the daemon's tests: configuration files, owner threads that need no modem, and a desk behind a socket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import textwrap
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.alerts.channels import bind
from modemd.backends.at.tap import Tap
from modemd.daemon.alarm import Alarm
from modemd.daemon.commands import Handlers
from modemd.daemon.config import Config, DaemonSettings
from modemd.daemon.connection import Peer
from modemd.daemon.control import Client
from modemd.daemon.fleet import Fleet
from modemd.daemon.server import Server
from modemd.daemon.views import Views
from modemd.daemon.watch import Watch
from modemd.modem.requests import BalanceQuery
from modemd.modem.requests import Request as Query
from modemd.records import ChannelSettings, Measurement, ModemSettings, ModemSnapshot, Reading, Sim
from modemd.store import Store
from tests.daemon.life import Life
from tests.daemon.watching import Watcher
from tests.warm import Nursery

DEADLINE_S = 10.0


class FakeOwner:
    """Stands in for an owner thread: records what it is asked, ends queries when the test says so."""

    def __init__(self, settings: ModemSettings) -> None:
        self.settings = settings
        self.snapshot = ModemSnapshot(
            modem=settings.name,
            state="ready",
            sim=Sim(iccid="8970101234567890123", imsi="250011234567890"),
            sim_key="iccid:8970101234567890123",
            operator="ru-mts",
            country="RU",
            currency="RUB",
            code="*100#",
            registered_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        self.alive_until = float("inf")
        self.tap = Tap()
        self.alive = True
        self.stopped = False
        self.asked: list[tuple[Query, Future[Any]]] = []
        self.cancelled: list[Future[Any]] = []
        self.answers: list[str] = []
        self.news = threading.Semaphore(0)

    def start(self) -> None:
        """Nothing to start."""

    def submit(self, request: Query) -> Future[Any]:
        for query, waiting in self.asked:
            if isinstance(request, BalanceQuery) and isinstance(query, BalanceQuery) and not waiting.done():
                self.news.release()
                return waiting
        future: Future[Any] = Future()
        self.asked.append((request, future))
        self.news.release()
        return future

    def cancel(self, future: Future[Any]) -> None:
        self.cancelled.append(future)
        self.news.release()

    def answer(self, future: Future[Any], text: str) -> None:
        self.answers.append(text)
        self.news.release()

    def stop(self) -> None:
        self.stopped = True

    def is_alive(self) -> bool:
        return self.alive

    def wait(self) -> Future[Any]:
        """Until something more has reached this owner; the future of the last query."""
        assert self.news.acquire(timeout=DEADLINE_S)
        return self.asked[-1][1]


class Office:
    """A desk behind a real socket, with fake owners and a real store; its loop runs in a thread."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.peer: Peer | None = None
        self.owners: dict[str, FakeOwner] = {}
        self.store = Store(folder / "state")
        self.path = str(folder / "s")
        self.server = Server(self.path, lambda request: self.desk(request), credentials=self._credentials)
        self.alarm = Alarm(self.store, wake_outbox=lambda: None, clock=lambda: self.now)
        self.fleet = Fleet(self.store, make_owner=self._owner, call_soon=self.server.call_soon, clock=lambda: self.now)
        views = Views(self.fleet, self.store, self.alarm, clock=lambda: self.now)
        self.watch = Watch(self.fleet, self.store, views, clock=lambda: self.now)
        self.desk = Handlers(
            self.fleet,
            self.store,
            self.alarm,
            clock=lambda: self.now,
            call_soon=self.server.call_soon,
            monotonic=lambda: time.monotonic(),
            more={"watch": self.watch, "doctor": lambda request: request.finish({})},
            on_change=lambda: self.server.call_soon(self.watch.refresh),
        )
        self._stop = False
        self._thread: threading.Thread | None = None

    def configure(self, *modems: ModemSettings, channels: tuple[ChannelSettings, ...] = ()) -> None:
        config = Config(daemon=DaemonSettings(), modems=modems, channels=channels)
        self.alarm.apply(config, bind(channels))
        self.fleet.apply(modems)
        if self._thread is None:
            self.server.open()
            self._thread = threading.Thread(target=self._run)
            self._thread.start()

    def close(self) -> None:
        if self._thread is not None:
            self.server.call_soon(lambda: setattr(self, "_stop", True))
            self._thread.join(DEADLINE_S)
        self.server.close()
        self.store.close()

    def reading(self, balance: str | None, *, modem: str = "home", **fields: Any) -> Measurement:
        """A measurement as the owner thread makes it, taken now."""
        reading = Reading(
            kind="other" if balance is None else "balance",
            balance=None if balance is None else Decimal(balance),
            currency="RUB",
            pattern="balance",
            confidence="operator",
        )
        known: dict[str, Any] = {
            "modem": modem,
            "sim": Sim(iccid="8970101234567890123", imsi="250011234567890"),
            "sim_key": "iccid:8970101234567890123",
            "operator": "ru-mts",
            "country": "RU",
            "reading": reading,
            "taken_at": self.now,
            "channel": "ussd",
            "origin": "query",
            "code": "*100#",
            "text": f"Баланс:{balance}р",
        }
        return Measurement(**{**known, **fields})

    def _owner(self, settings: ModemSettings) -> FakeOwner:
        owner = self.owners[settings.name] = FakeOwner(settings)
        return owner

    def _credentials(self, connection: Any) -> Peer:
        from modemd.daemon.connection import peer_of

        return self.peer or peer_of(connection)

    def _run(self) -> None:
        while not self._stop:
            self.server.run_once(0.05 if self.desk.look() else None)


class Running:
    """The real daemon as a process, with this test as its service manager."""

    def __init__(
        self,
        config: Path,
        nursery: Nursery,
        environ: Mapping[str, str],
        *,
        folder: Path,
        fresh: bool,
        script: str | None,
    ) -> None:
        self._folder = folder
        self._nursery = nursery
        self.told: list[str] = []
        self.log_path = folder / f"log-{time.monotonic_ns()}"
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(folder / f"notify-{time.monotonic_ns()}")
        self._manager.bind(address)
        own = {"NOTIFY_SOCKET": address, "MODEMD_SOCKET": str(folder / "s")}
        self.environ = {**os.environ, **own, **environ}
        self.environ.pop("JOURNAL_STREAM", None)
        program = ["-m", "modemd", "run", "--config", str(config)] if script is None else ["-c", script]
        self.process = nursery.start(program, env=self.environ, cwd=folder, stderr=self.log_path, fresh=fresh)

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    def wait_told(self, wanted: str) -> str:
        """Until the daemon has told its service manager something that contains this."""
        deadline = time.monotonic() + DEADLINE_S
        while not any(wanted in message for message in self.told):
            self._manager.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                self.told.append(self._manager.recv(65536).decode())
            except TimeoutError:
                raise AssertionError(f"not told {wanted!r}, but {self.told}\n{self.log}") from None
        return next(message for message in self.told if wanted in message)

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = ["-m", "modemd", *arguments]
        return self._nursery.run(program, env=self.environ, cwd=self._folder, folder=self._folder, timeout_s=30)

    def client(self) -> Client:
        return Client.connect(self.environ["MODEMD_SOCKET"])

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code, and how long the end took in seconds."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(DEADLINE_S)
        self._manager.close()
        return code, time.monotonic() - started


@pytest.fixture
def run_daemon(tmp_path: Path, nursery: Nursery) -> Iterator[Callable[..., Running]]:
    """Starts the real daemon on a configuration file, or by a script; ended behind the test whatever happens. `fresh`:
    in a process in which nothing is loaded; the command line has one that is warm."""
    started: list[Running] = []

    def run(config: Path, *, script: str | None = None, fresh: bool = True, **environ: str) -> Running:
        running = Running(config, nursery, environ, folder=tmp_path, fresh=fresh, script=script)
        started.append(running)
        return running

    yield run
    for running in started:
        running.stop(signal.SIGKILL)


@pytest.fixture
def write_config(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a configuration file and gives its path."""

    def write(text: str) -> Path:
        path = tmp_path / "modemd.toml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def watch(office: Office) -> Iterator[Callable[..., Watcher]]:
    """watch(modem=..., since=...): a Watcher; closed behind the test."""
    opened: list[Watcher] = []

    def begin(**fields: Any) -> Watcher:
        opened.append(Watcher(office, **fields))
        return opened[-1]

    yield begin
    for watcher in opened:
        watcher.client.close()


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    one = Life(tmp_path / "state")
    yield one
    one.end()
