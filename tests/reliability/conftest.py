"""The stage of the faults: the real daemon as a process, fake modems, and the table of docs/RELIABILITY.md as data.

A test plays the rows of the table that name it: `with stage.fault():` asserts the limit of the row, and that a person
saw every phrase that the row has in backticks."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from modemd.daemon.control import Client
from modemd.errors import ModemdError
from modemd.simulator.machine import Machine
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source, open_modem
from tests.busy import Stopwatch
from tests.warm import Nursery

TABLE = Path(__file__).resolve().parents[2] / "docs" / "RELIABILITY.md"
GENEROUS_S = 30.0  # until something that is no subject of the test: a daemon that starts, a modem that is found
FIFTH = 0.2
PASSED = pytest.StashKey[bool]()
MACHINE_S = 2.0  # added to a limit that was divided: starting a program or a thread takes no fifth

# The daemon as it is, with every patience of its modem rooms cut to a fifth.
HASTY = """
import dataclasses, functools, sys
from modemd.daemon import run
from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.modem.timeouts import Paces

def shorter(limits):
    changes = {}
    for field in dataclasses.fields(limits):
        value = getattr(limits, field.name)
        if dataclasses.is_dataclass(value):
            changes[field.name] = shorter(value)
        elif isinstance(value, float):
            changes[field.name] = max(value * FACTOR, min(value, 0.3))
    return dataclasses.replace(limits, **changes)

paces = dataclasses.replace(shorter(Paces()), sms_s=4.0)
limits = AtLimits(timeouts=shorter(Timeouts()), power=shorter(PowerTimes()))
run.make_backend = functools.partial(AtBackend, limits=limits)
run.Worker = functools.partial(run.Worker, paces=paces)
sys.exit(run.main(sys.argv[1]))
""".replace("FACTOR", str(FIFTH))

CONFIG = """
[daemon]
socket = "s"
state = "{state}"
dial = []
{modems}
{rest}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `fifth`: its test runs with every patience of the daemon at a fifth."""

    group: str
    fault: str
    does: str
    within_s: float
    fifth: bool
    sees: tuple[str, ...]
    test: str

    @property
    def limit_s(self) -> float:
        return self.within_s * FIFTH + MACHINE_S if self.fifth else self.within_s


def read_table() -> list[Row]:
    """The rows of docs/RELIABILITY.md, in its order."""
    rows, group = [], ""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line.removeprefix("## ")
        if not line.startswith("| ") or line.startswith("| fault "):
            continue
        fault, does, within, sees, test = (cell.strip() for cell in line.strip("|").split("|"))
        fifth = within.endswith("⅕")
        seconds = float(within.removesuffix("⅕").strip().removesuffix("s"))
        rows.append(Row(group, fault, does, seconds, fifth, tuple(sees.split("`")[1::2]), test.strip("`")))
    return rows


class Daemon:
    """One life of the daemon's process. What a person may see of it is noted in `seen`."""

    def __init__(
        self,
        config: Path,
        seen: list[str],
        nursery: Nursery,
        *,
        hasty: bool,
        environ: Mapping[str, str],
        fresh: bool,
        limits: Any = None,
    ) -> None:
        self.folder = config.parent
        self.seen = seen
        self._nursery = nursery
        self._told: list[str] = []
        self._manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(self.folder / f"n{time.monotonic_ns()}")
        self._manager.bind(address)
        self._log_path = self.folder / f"log-{time.monotonic_ns()}"
        self.environ = {**os.environ, "NOTIFY_SOCKET": address, "MODEMD_SOCKET": str(self.folder / "s"), **environ}
        self.environ.pop("JOURNAL_STREAM", None)
        program = ["-c", HASTY, str(config)] if hasty else ["-m", "modemd", "run", "--config", str(config)]
        self.process = nursery.start(
            program, env=self.environ, cwd=self.folder, stderr=self._log_path, fresh=fresh, limits=limits
        )

    @property
    def log(self) -> str:
        return self._log_path.read_text(encoding="utf-8")

    # --- asking

    def client(self) -> Client:
        return Client.connect(self.environ["MODEMD_SOCKET"], timeout_s=GENEROUS_S)

    def ask(self, cmd: str = "balance", **fields: Any) -> dict[str, Any]:
        """One request and its result, which never is an error of the protocol."""
        with self.client() as client:
            result = client.request(cmd, patience_s=GENEROUS_S * 2, **fields)
        self.seen.append(json.dumps(result, ensure_ascii=False))
        return result

    def rows(self, cmd: str = "history", **fields: Any) -> list[dict[str, Any]]:
        with self.client() as client:
            return list(client.rows(cmd, **fields))

    def begin(self, cmd: str = "balance", **fields: Any) -> Future[dict[str, Any]]:
        """The same in a thread; what went wrong with the connection is the future's exception."""
        future: Future[dict[str, Any]] = Future()

        def run() -> None:
            try:
                future.set_result(self.ask(cmd, **fields))
            except ModemdError as error:
                self.seen.append(error.message)
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def begin_menu(self, **fields: Any) -> Future[dict[str, Any]]:
        """A dialogue whose menus this client never answers; the future has the message that ends it."""
        future: Future[dict[str, Any]] = Future()

        def run() -> None:
            try:
                with self.client() as client:
                    client._send({"id": 1, "cmd": "ussd", "interactive": True, **fields})
                    message: dict[str, Any] = {}
                    while "ok" not in message:
                        message = client._receive(time.monotonic() + GENEROUS_S)
                self.seen.append(json.dumps(message))
                future.set_result(message)
            except ModemdError as error:
                future.set_exception(error)

        threading.Thread(target=run, daemon=True).start()
        return future

    def cli(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        program = ["-m", "modemd", *arguments]
        environ = {name: value for name, value in self.environ.items() if name != "PYTHONPATH"}
        done = self._nursery.run(program, env=environ, cwd=self.folder, folder=self.folder, timeout_s=GENEROUS_S * 2)
        self.seen += [done.stdout, done.stderr]
        return done

    # --- waiting

    def status(self, modem: str = "home") -> dict[str, Any]:
        with self.client() as client:
            modems = client.request("status")["modems"]
        found = next(one for one in modems if one["modem"] == modem)
        self.seen.append(f"{found['state']} {found['error']}")
        return dict(found)

    def wait(
        self, wanted: str | Callable[[dict[str, Any]], bool], *, modem: str = "home", within_s: float = GENEROUS_S
    ) -> dict[str, Any]:
        """Until `status` shows this state, or what the function asks for. The daemon tells its service manager of every
        change, so there is a look for each."""
        holds = wanted if callable(wanted) else lambda found: found["state"] == wanted
        deadline = time.monotonic() + within_s
        self.wait_told("READY=1")
        while True:
            found = self.status(modem)
            if holds(found):
                return found
            left = deadline - time.monotonic()
            assert left > 0, f"never {wanted}: {found}\n{self.log}"
            self.hear(min(left, 0.25))

    def wait_told(self, wanted: str, within_s: float = GENEROUS_S) -> None:
        """Until the daemon has told its service manager this."""
        deadline = time.monotonic() + within_s
        while not any(wanted in message for message in self._told):
            assert self.process.poll() is None, f"ended with {self.process.returncode}\n{self.log}"
            left = deadline - time.monotonic()
            assert left > 0, f"not told {wanted}, but {self._told}\n{self.log}"
            self.hear(min(left, 0.25))

    def wait_log(self, wanted: str, *, since: int = 0, within_s: float = GENEROUS_S) -> None:
        """Until the log says this, behind so many characters; looked at whenever the daemon moves."""
        deadline = time.monotonic() + within_s
        while wanted not in self.log[since:]:
            left = deadline - time.monotonic()
            assert left > 0, f"the log never says {wanted!r}\n{self.log}"
            self.hear(min(left, 0.1))

    def hear(self, timeout_s: float) -> None:
        """Until the daemon tells its service manager something, or the time is over."""
        self._manager.settimeout(timeout_s)
        with contextlib.suppress(TimeoutError):
            self._told.append(self._manager.recv(65536).decode())

    def idle(self, seconds: float) -> None:
        """Lets the daemon go on for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.hear(left)

    # --- the process

    @property
    def load(self) -> tuple[int, int]:
        """How many threads and descriptors the process has, once the connections of this test are gone."""
        self.idle(0.1)
        own = Path("/proc", str(self.process.pid))
        return len(list((own / "task").iterdir())), len(list((own / "fd").iterdir()))

    def settles(self, before: tuple[int, int]) -> None:
        """Until it has no more of them than before."""
        deadline = time.monotonic() + GENEROUS_S
        while any(now > was for now, was in zip(self.load, before, strict=True)):
            assert time.monotonic() < deadline, f"threads and descriptors: {before} before, {self.load} now"

    def stop(self, number: int = signal.SIGTERM) -> float:
        """Ends the process; the seconds that it took. SIGTERM must end it with 0."""
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(GENEROUS_S)
        took_s = time.monotonic() - started
        self._manager.close()
        if number == signal.SIGTERM:
            assert code == 0, self.log
        return took_s

    def kill(self) -> None:
        """kill -9: nothing is put back, nothing is said."""
        self.stop(signal.SIGKILL)


class Stage:
    """Everything that one test needs; all of it ends with the test."""

    def __init__(self, rows: list[Row], folder: Path, nursery: Nursery) -> None:
        self._nursery = nursery
        self.seen: list[str] = []
        self.folder = folder
        self._rows = rows
        self._played: list[str] = []
        self._ends = contextlib.ExitStack()
        self._daemons: list[Daemon] = []
        self._machine: Machine | None = None

    # --- players

    def modem(self, source: Source) -> FakeModem:
        """A fake modem at a link of its own."""
        fake = open_modem(source)
        self._ends.callback(fake.stop)
        return fake

    @property
    def machine(self) -> Machine:
        """A made-up machine; from its first use on the daemons live there."""
        if self._machine is None:
            self._machine = self._ends.enter_context(Machine(self.folder / "machine"))
        return self._machine

    @staticmethod
    def settings(modem: FakeModem) -> dict[str, str]:
        """What has to be again what it was. <n> of +CUSD is a part of each request (27.007 7.15)."""
        return {name: value for name, value in modem.settings.items() if name != "CUSD"}

    def config(self, *modems: str, state: str = "state", rest: str = "") -> Path:
        """The daemon's file; each of `modems` is the text of one [[modem]] table."""
        path = self.folder / "modemd.toml"
        tables = "\n".join(f"[[modem]]\n{text}" for text in modems)
        path.write_text(CONFIG.format(state=state, modems=tables, rest=rest), encoding="utf-8")
        return path

    def daemon(
        self,
        *modems: str,
        state: str = "state",
        rest: str = "",
        environ: Mapping[str, str] | None = None,
        limits: Callable[[], None] | None = None,
        fresh: bool = False,
    ) -> Daemon:
        """Starts the daemon, hasty where the rows of the test say so. Without `modems` on the file that is there.
        `fresh`: in a process in which nothing is loaded before."""
        path = self.config(*modems, state=state, rest=rest) if modems else self.folder / "modemd.toml"
        machine = self._machine.environment if self._machine is not None else {}
        daemon = Daemon(
            path,
            self.seen,
            self._nursery,
            hasty=any(row.fifth for row in self._rows),
            environ={**machine, **(environ or {})},
            fresh=fresh,
            limits=limits,
        )
        self._daemons.append(daemon)
        self._ends.callback(lambda: daemon.stop(signal.SIGKILL))
        return daemon

    # --- the table

    @contextlib.contextmanager
    def fault(self, name: str = "") -> Iterator[Row]:
        """What the row of that name promises is done inside, within its limit; then a person has seen its phrases."""
        row = next((row for row in self._rows if name in row.fault and row.fault not in self._played), None)
        assert row is not None, f"docs/RELIABILITY.md has no row {name!r} for this test"
        self._played.append(row.fault)
        since, logged = len(self.seen), {daemon: len(daemon.log) for daemon in self._daemons}
        watch = Stopwatch(lambda: [daemon.process.pid for daemon in self._daemons])
        yield row
        took_s = watch.took_s()
        assert took_s <= row.limit_s, f"{row.fault}: {took_s:.1f} s\n{self._logs()}"
        said = "\n".join([*self.seen[since:], *(daemon.log[logged.get(daemon, 0) :] for daemon in self._daemons)])
        missing = [phrase for phrase in row.sees if phrase not in said]
        assert not missing, f"{row.fault}: nobody was told {missing}, but\n{said}"

    def end(self) -> None:
        self._ends.close()

    @property
    def unplayed(self) -> list[str]:
        return [row.fault for row in self._rows if row.fault not in self._played]

    def _logs(self) -> str:
        return "\n".join(daemon.log for daemon in self._daemons)


@pytest.fixture
def table() -> list[Row]:
    return read_table()


@pytest.fixture
def stage(request: pytest.FixtureRequest, tmp_path: Path, nursery: Nursery) -> Iterator[Stage]:
    """The rows of the table that name this test are to be played by it."""
    name = f"{request.path.name}::{request.node.name}"
    set_up = Stage([row for row in read_table() if row.test == name], tmp_path, nursery)
    try:
        yield set_up
    finally:
        set_up.end()
    if request.node.stash.get(PASSED, False):
        assert not set_up.unplayed, f"rows of the table that were not played: {set_up.unplayed}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Lets the stage know whether the test got to its end."""
    report = yield
    if call.when == "call":
        item.stash[PASSED] = report.passed  # type: ignore[attr-defined]
    return report
