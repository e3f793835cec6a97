"""Programs that start warm: one process of each test worker has modemd loaded and forks for whatever a test starts, so
that loading, two thirds of what a short life of the daemon costs, is paid once.

What is forked is a process as any other: a pid of its own, its environment, working directory, descriptors and signals
as `subprocess.Popen` would have set them, the program's own `main`, the interpreter's ordinary end. Not as in a fresh
process: nothing is loaded and hardly an expression compiled in it, no PYTHON... variable is heeded, and stdin is
nobody's. What starting means is the subject of tests/daemon/test_process.py, test_start.py,
tests/reliability/test_hostile.py and of the command line's tests, which start fresh ones."""

from __future__ import annotations

import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MESSAGE = 1 << 18  # octets; an environment and a command line


class WarmProcess:
    """What `subprocess.Popen` is to a fresh process, as far as tests use it."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery = nursery
        self._lock = threading.Lock()
        self._ended = os.pidfd_open(pid)  # readable behind the end; the pid is kept until `poll` has seen it
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        with self._lock:
            if self.returncode is None and select.select([self._ended], [], [], 0)[0]:
                self.returncode = self._nursery.request(reap=self.pid)
                os.close(self._ended)
            return self.returncode

    def wait(self, timeout: float) -> int:
        """Raises subprocess.TimeoutExpired. To be called by one thread."""
        if self.returncode is None and not select.select([self._ended], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout)
        code = self.poll()
        assert code is not None
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """The process that forks; it starts with the first program that is asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ours: socket.socket | None = None

    def start(
        self,
        program: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        stderr: Path,
        stdout: Path | None = None,
        fresh: bool = False,
        limits: Callable[[], None] | None = None,
    ) -> WarmProcess | subprocess.Popen[bytes]:
        """`program` as Python's command line has it behind the interpreter: -m or -c, and its arguments. In a fresh
        process where that is asked for, under `limits`, and where a PYTHONPATH of the test's own has to be heeded."""
        if fresh or limits or env.get("PYTHONPATH") not in (None, os.environ.get("PYTHONPATH")):
            assert stdout is None
            with stderr.open("wb") as log:
                return subprocess.Popen([sys.executable, *program], env=env, stderr=log, cwd=cwd, preexec_fn=limits)
        for file in filter(None, (stdout, stderr)):
            file.touch()  # they are there as soon as the process is
        streams = {"1": str(stdout), "2": str(stderr)} if stdout else {"2": str(stderr)}
        return WarmProcess(self, self.request(program=program, env=dict(env), cwd=str(cwd), streams=streams))

    def run(
        self, program: Sequence[str], *, env: Mapping[str, str], cwd: Path, folder: Path, timeout_s: float
    ) -> subprocess.CompletedProcess[str]:
        """The program to its end, with what it wrote; that goes by way of files in `folder`."""
        out, err = (folder / f"{name}-{time.monotonic_ns()}" for name in ("out", "err"))
        process = self.start(program, env=env, cwd=cwd, stdout=out, stderr=err)
        try:
            code = process.wait(timeout_s)
        finally:
            process.kill()
        said = [file.read_text(encoding="utf-8") for file in (out, err)]
        out.unlink()
        err.unlink()
        return subprocess.CompletedProcess(list(program), code, *said)

    def request(self, **message: Any) -> int:
        with self._lock:
            if self._ours is None:
                self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    command = [sys.executable, "-m", "tests.warm", str(theirs.fileno())]
                    self._process = subprocess.Popen(
                        command, cwd=ROOT, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL
                    )
            self._ours.send(json.dumps(message).encode())
            return int(self._ours.recv(MESSAGE))

    def close(self) -> None:
        if self._ours is not None and self._process is not None:
            self._ours.close()
            self._process.wait(20)


def serve(connection: socket.socket) -> dict[str, Any] | None:
    """Forks and reaps until the tests are over, then None. In a forked process: what it has to be."""
    while message := connection.recv(MESSAGE):
        request: dict[str, Any] = json.loads(message)
        if "reap" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["reap"], 0)[1])
        elif not (answer := os.fork()):
            connection.close()
            return request
        connection.send(str(answer).encode())
    return None


def become(request: dict[str, Any]) -> None:
    """This process is the program from here on."""
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    for number, path in request["streams"].items():
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(opened, int(number))
        os.close(opened)
    kind, what, *arguments = request["program"]
    sys.argv = [kind, *arguments]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})


if __name__ == "__main__":
    from modemd.cli.main import COMMANDS
    from modemd.money.reading import read
    from modemd.store import layout

    for name in COMMANDS.values():
        importlib.import_module(f"modemd.cli.{name}")
    importlib.import_module("modemd.daemon.run")
    layout.SYNCHRONOUS = "OFF"  # see tests/conftest.py
    for text in ("Balance 12.50 EUR, valid until 31.12.2030", "1 Balance\n2 Offers"):
        read(text, country="DE")  # compiles what a life compiles at its first answer, half of its work
    gc.collect()
    gc.freeze()  # else a forked process would copy what it looks through for garbage
    own = serve(socket.socket(fileno=int(sys.argv[1])))
    if own is not None:
        become(own)
