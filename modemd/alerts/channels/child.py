"""A child program that has a limited time: what `command` runs, and what speaks to servers (alerts/deliver.py).

A child can be killed whatever it waits for, a name server included, and takes its memory with it: TLS alone costs the
daemon 8 MiB for ever. It runs in a session of its own; at the end of its time it is killed with its children.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from modemd.errors import DeliveryError
from modemd.frozen import dataclass

if TYPE_CHECKING:
    import subprocess

# Between asking a program to end (SIGTERM) and making it (SIGKILL); short, because shutdown waits for it.
GRACE_S = 0.25
# How soon the end of a program is noticed that closed its outputs early or left them to a child.
TICK_S = 0.05
# Of what a program says; the rest is read and dropped, so that it never blocks.
OUTPUT_LIMIT = 1 << 16
LINE_LIMIT = 200


class TookTooLong(DeliveryError):
    """A program did not end in its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended: exit code (negative: the signal), and the beginning of what it said."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def how(self) -> str:
        """ "ended with exit 3: what it said on standard error", for a person."""
        how = f"was ended by signal {-self.code}" if self.code < 0 else f"ended with exit {self.code}"
        said = first_line(self.stderr)
        return f"{how}: {said}" if said else how


class Child:
    """Runs one program at a time; cancel() comes from another thread. `name`: what people are told it is called."""

    def __init__(self, name: str, *, time_limit_s: float, grace_s: float = GRACE_S) -> None:
        self._name = name
        self._time_limit_s = time_limit_s
        self._grace_s = grace_s
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Kill a running program with its children, and start none any more."""
        self._cancelled.set()

    def run(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, bytes] | None = None,
        stdin: bytes = b"",
        files: Sequence[int] = (),
        time_limit_s: float | None = None,
    ) -> Ended:
        """Started as it is listed, never through a shell. `env` None: this process's own. `files`: open ones that it
        gets under their numbers. `time_limit_s`: for this once. Raises OSError where it cannot be started,
        DeliveryError where it was cancelled or took too long."""
        if self._cancelled.is_set():
            raise DeliveryError(f"{self._name} was not started: modemd is stopping")
        import subprocess  # late: weeks may pass without an alert

        child = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd="/",
            start_new_session=True,
            pass_fds=files,
        )
        with child:
            stdout, stderr = self._wait(child, memoryview(stdin), time_limit_s or self._time_limit_s)
        return Ended(code=child.returncode, stdout=stdout, stderr=stderr)

    # --- helpers

    def _wait(self, child: subprocess.Popen[bytes], unwritten: memoryview, time_limit_s: float) -> tuple[bytes, bytes]:
        """Until the program itself has ended: a child that it left in the background may hold its outputs."""
        deadline = time.monotonic() + time_limit_s
        outputs = {pipe.fileno(): bytearray() for pipe in (child.stdout, child.stderr) if pipe is not None}
        with selectors.DefaultSelector() as selector:
            for descriptor in outputs:
                os.set_blocking(descriptor, False)
                selector.register(descriptor, selectors.EVENT_READ)
            if child.stdin is not None:
                os.set_blocking(child.stdin.fileno(), False)
                selector.register(child.stdin, selectors.EVENT_WRITE)
            while child.poll() is None:
                if self._cancelled.is_set():
                    _kill(child, self._grace_s)
                    raise DeliveryError(f"{self._name} was ended: modemd is stopping")
                if time.monotonic() >= deadline:
                    _kill(child, self._grace_s)
                    raise TookTooLong(f"{self._name} did not end within {time_limit_s:g} s and was killed")
                if not selector.get_map():
                    self._cancelled.wait(TICK_S)
                    continue
                for key, _ in selector.select(TICK_S):
                    if key.fileobj is child.stdin and child.stdin is not None:
                        unwritten = _write(key.fd, unwritten)
                        if not unwritten:
                            selector.unregister(child.stdin)
                            child.stdin.close()
                    elif not _read(key.fd, outputs[key.fd]):
                        selector.unregister(key.fd)
            for descriptor, said in outputs.items():
                _read(descriptor, said)
        first, second = outputs.values()
        return bytes(first), bytes(second)


def first_line(said: bytes) -> str:
    """The first line as people may see it: printable, and not too long."""
    text = said.decode("utf-8", "replace").strip()
    line = "".join(char if char.isprintable() else " " for char in text.partition("\n")[0]).strip()
    return line if len(line) <= LINE_LIMIT else line[: LINE_LIMIT - 1] + "…"


# --- helpers


def _read(descriptor: int, said: bytearray) -> bool:
    """Take what is there (a pipe holds 64 KiB), keep its beginning; False at the end of the pipe."""
    try:
        data = os.read(descriptor, 1 << 16)
    except BlockingIOError:
        return True
    said += data[: max(0, OUTPUT_LIMIT - len(said))]
    return bool(data)


def _write(descriptor: int, data: memoryview) -> memoryview:
    """What is left; nothing where the program does not want more."""
    try:
        return data[os.write(descriptor, data) :]
    except BlockingIOError:
        return data
    except BrokenPipeError:
        return data[:0]


def _kill(child: subprocess.Popen[bytes], grace_s: float) -> None:
    """End the whole process group. The leader is not reaped before the last signal, so the number cannot be reused."""
    _signal_group(child.pid, signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    while time.monotonic() < deadline and os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(TICK_S)
    _signal_group(child.pid, signal.SIGKILL)
    child.wait()


def _signal_group(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
