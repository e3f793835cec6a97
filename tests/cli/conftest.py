"""A small control server that says what a test wants it to say, and the command line run against it."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import Result

from modemd.cli import setup, setup_machine
from modemd.cli.main import cli
from modemd.cli.setup_probe import Probed, first_query
from modemd.money.operators import Packs
from tests.runner import Runner

Answer = dict[str, Any]
DEADLINE_S = 20.0


class FakeDaemon:
    """Speaks the control protocol on a socket in a folder of the test. `answers[cmd]` is the list of messages that
    answer a request of that command (`id` is filled in); after an event it waits for the client's line. `held[cmd]`:
    what has to be set before they go out. A `watch` beside another request is noted where a test answers it."""

    def __init__(self, folder: Path) -> None:
        self.path = str(folder / "modemd.sock")
        self.answers: dict[str, list[Answer]] = {}
        self.held: dict[str, threading.Event] = {}
        self.received: list[Answer] = []
        self.hello: Answer = {"hello": "modemd", "protocol": 1, "version": "0.1.0"}
        self.on_request: Callable[[Answer], None] = lambda _request: None
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(self.path)
        self._socket.listen()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def result(self, cmd: str, result: Answer) -> None:
        self.answers[cmd] = [{"ok": True, "result": result}]

    def rows(self, cmd: str, rows: list[Answer]) -> None:
        self.answers[cmd] = [{"row": row} for row in rows] + [{"ok": True, "result": {"rows": len(rows)}}]

    def error(self, cmd: str, code: str, message: str) -> None:
        self.answers[cmd] = [{"ok": False, "error": {"code": code, "message": message}}]

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
            with connection, connection.makefile("rb") as lines:
                try:
                    self._talk(connection, lines)
                except (BrokenPipeError, ConnectionResetError):
                    continue

    def _talk(self, connection: socket.socket, lines: IO[bytes]) -> None:
        self._send(connection, self.hello)
        for line in lines:
            request = json.loads(line)
            if request.get("cmd") == "watch" and "watch" not in self.answers:
                continue
            self.received.append(request)
            self.on_request(request)
            if "cmd" not in request:
                self._send(connection, {"id": request["id"], "ok": True, "result": {}})  # a cancel is confirmed
                continue
            if request["cmd"] in self.held:
                threading.Thread(target=self._answer_later, args=(connection, request), daemon=True).start()
                continue
            for message in self.answers.get(request["cmd"], ()):
                self._send(connection, {"id": request["id"], **message})
                if "event" in message:
                    answer = json.loads(lines.readline())
                    while answer.get("cmd") == "watch":
                        answer = json.loads(lines.readline())
                    self.received.append(answer)

    def _answer_later(self, connection: socket.socket, request: Answer) -> None:
        self.held[request["cmd"]].wait(DEADLINE_S)
        for message in self.answers[request["cmd"]]:
            self._send(connection, {"id": request["id"], **message})

    @staticmethod
    def _send(connection: socket.socket, message: Answer) -> None:
        connection.sendall(json.dumps(message).encode() + b"\n")


class Terminal:
    """The command in a process with a terminal of its own as stdin and stdout."""

    def __init__(self, *arguments: str, path: str, env: dict[str, str]) -> None:
        self._master, slave = pty.openpty()
        program = [sys.executable, "-c", "from modemd.cli.start import main; main()", "--socket", path, *arguments]
        self.process = subprocess.Popen(
            program,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env=env,
        )
        os.close(slave)
        self.output = ""

    def expect(self, text: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while text not in self.output:
            ready = select.select([self._master], [], [], deadline - time.monotonic())[0]
            assert ready, f"{text!r} did not come: {self.output!r}"
            self.output += os.read(self._master, 4096).decode()

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(DEADLINE_S)
        os.close(self._master)


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """A shell that runs the tests in the background lets them ignore SIGINT, and children would inherit that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[FakeDaemon]:
    """A FakeDaemon on `daemon.path`."""
    running = FakeDaemon(tmp_path)
    yield running
    running.close()


@pytest.fixture
def modemd(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Callable[..., Result]:
    """modemd("balance", "--json", input=...) in this process, against the test's FakeDaemon where it has one."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TZ", "UTC")
    for name in ("MODEMD_SOCKET", "MODEMD_DEBUG", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    if "daemon" in request.fixturenames:
        monkeypatch.setenv("MODEMD_SOCKET", request.getfixturevalue("daemon").path)
    else:
        monkeypatch.setenv("MODEMD_SOCKET", str(Path("/nonexistent/modemd.sock")))

    def run(*args: str, input: str | bytes | None = None) -> Result:  # noqa: A002 (click's own name)
        return Runner().invoke(cli, args, input=input, prog_name="modemd")

    return run


@pytest.fixture
def spawn_terminal(daemon: FakeDaemon) -> Iterator[Callable[..., Terminal]]:
    """spawn_terminal("ussd", "*100#", NO_COLOR="1"): the command line on a terminal of its own, against FakeDaemon."""
    opened: list[Terminal] = []

    def run(*arguments: str, **env: str) -> Terminal:
        plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        opened.append(Terminal(*arguments, path=daemon.path, env={**plain, "TERM": "xterm", **env}))
        return opened[-1]

    yield run
    for terminal in opened:
        terminal.close()


@pytest.fixture
def spawn() -> Callable[..., subprocess.CompletedProcess[str]]:
    """spawn("balance", env={...}): the command line in a process of its own; ends within DEADLINE_S."""

    def run(*args: str, env: dict[str, str] | None = None, stdin: str = "") -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from modemd.cli.start import main; main()", *args]
        return subprocess.run(
            program, env={**os.environ, **(env or {})}, input=stdin, capture_output=True, text=True, timeout=DEADLINE_S
        )

    return run


@pytest.fixture
def reading() -> Callable[..., Answer]:
    """reading(balance="5.00", ...): one row of the daemon as `balance` and `history` get it, with "hint" beside."""

    def make(**changes: Any) -> Answer:
        row: Answer = {
            "modem": "home",
            "sim": {"iccid": "89701012345678901234", "imsi": "250011234567890"},
            "operator": "ru-mts",
            "country": "RU",
            "kind": "balance",
            "balance": "123.40",
            "currency": "RUB",
            "data_left_mb": None,
            "expires": None,
            "level": "ok",
            "days_left": None,
            "taken_at": "2026-01-02T03:04:05Z",
            "age_s": 3,
            "channel": "ussd",
            "code": "*100#",
            "text": "Баланс:123,40р",
            "confidence": "operator",
            "pattern": "balance",
            "origin": "query",
            "error": None,
            "hint": None,
        }
        return {**row, **changes}

    return make


# --- modemd setup

Said = str | type[BaseException]
MTS_READY = Probed(
    state="ready", operator="ru-mts", pack=Packs().get("ru-mts"), balance=Decimal("312.40"), currency="RUB"
)
EC25 = ["0 ff/ff/ff option ttyUSB0", "2 ff/00/00 option ttyUSB2 int", "3 ff/00/00 option ttyUSB3 int"]


class SetUpHere:
    """A made-up machine with one modem, of which `probed` is learned, and a configuration beside it."""

    def __init__(self, folder: Path, machine: Any) -> None:
        self.path = folder / "etc" / "modemd.toml"
        self.machine = machine
        self.probed = MTS_READY
        self.asked: list[dict[str, Any]] = []
        self.path.parent.mkdir()

    def plug(self) -> None:
        self.machine.plug("1-1.2", "2c7c:0125", EC25, name=("Quectel", "EC25"), by_id="Quectel_EC25")

    def probe(self, table: dict[str, Any], consent: Any) -> Probed:
        self.asked.append(dict(table))
        if self.probed.pack is not None and self.probed.balance is not None:
            query = first_query(self.probed.pack)
            assert query is not None
            if not consent(self.probed.pack, query[0]):
                return Probed(state="ready", pack=self.probed.pack)
        return self.probed

    def read(self) -> dict[str, Any]:
        return tomllib.loads(self.path.read_text("utf-8"))

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.parent.iterdir())


@pytest.fixture
def here(tmp_path: Path, machine: Any, monkeypatch: pytest.MonkeyPatch) -> SetUpHere:
    made = SetUpHere(tmp_path, machine)
    monkeypatch.setattr(setup_machine, "by_own_daemon", made.probe)
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "XDG_RUNTIME_DIR", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    return made


@pytest.fixture
def person(here: SetUpHere, modemd: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """person("answer", ..., options=[...]): modemd setup, asked on a terminal; an exception stands for its key."""

    def run(*answers: Said, options: tuple[str, ...] = ()) -> Result:
        left: Iterator[Said] = iter(answers)

        def answer(_prompt: str = "") -> str:
            found = next(left, EOFError)
            if isinstance(found, str):
                return found
            raise found

        monkeypatch.setattr(setup, "_terminal", lambda: True)
        monkeypatch.setattr("builtins.input", answer)
        monkeypatch.setattr("getpass.getpass", answer)
        done = modemd("setup", "--config", str(here.path), *options)
        assert next(left, None) is None, done.output
        return done

    return run
