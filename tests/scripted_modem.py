"""A hand-scripted modem on a real pseudo-terminal, and the transports its octets take."""

from __future__ import annotations

import array
import errno
import fcntl
import functools
import os
import pty
import re
import select
import threading
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.timeouts import Timeouts

FAST = Timeouts(
    final_s=0.4,
    probe_s=0.2,
    probes=3,
    rate_s=0.05,
    write_s=0.3,
    silence_s=0.03,
    drain_s=0.2,
    line_gap_s=0.08,
    settle_s=0.08,
    release_s=0.3,
    grace_s=0.12,
    cancel_s=0.3,
    restore_s=0.2,
    identity_s=0.2,
    identities_s=0.3,
    sim_s=0.5,
    sim_step_s=0.02,
    pin_s=0.5,
    network_s=0.5,
    sms_body_s=0.1,
)

Say = str | bytes | float  # a line (framed), octets as they are, or a pause in seconds

DEFAULTS: dict[str, tuple[Say, ...]] = {
    "AT": ("OK",),
    "ATE0": ("OK",),
    "ATE1": ("OK",),
    "AT+CMEE?": ("+CMEE: 0", "OK"),
    "AT+CMEE=1": ("OK",),
    "AT+CMEE=0": ("OK",),
    "AT+CSCS?": ('+CSCS: "GSM"', "OK"),
    "AT+CNMI?": ("+CNMI: 2,1,0,0,0", "OK"),
    "AT+CMGF?": ("+CMGF: 0", "OK"),
    "AT+CPIN?": ("+CPIN: READY", "OK"),
    "AT+CGMI": ("Acme", "OK"),
    "AT+CGMM": ("M1", "OK"),
    "AT+CGMR": ("1.0", "OK"),
    "AT+CGSN": ("860000000000017", "OK"),
    "AT+CIMI": ("250010000000012", "OK"),
    "AT+CCID": ("+CCID: 89701010000000000017", "OK"),
    "AT+CREG?": ("+CREG: 0,1", "OK"),
    "AT+COPS?": ('+COPS: 0,0,"Test",7', "OK"),
    "AT+CSQ": ("+CSQ: 20,99", "OK"),
    "AT+CUSD=2": ("OK",),
}


class Peer:
    """The modem's side. `answers` maps a command line (or a prefix that ends in "*") to what it says, or to a list of
    such answers, one a request, of which the last repeats. `chunk` octets go out at a time (0 = all at once, or a
    function that cuts octets into pieces), `gap_s` apart; `noise` stands before every line and behind every answer."""

    def __init__(self, chunk: int | Callable[[bytes], list[bytes]] = 0, gap_s: float = 0.0, noise: bytes = b"") -> None:
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = os.ttyname(slave)
        self._slave: int | None = slave  # held, so that the master sees no hang-up before the first opener
        self.chunk, self.gap_s, self.noise = chunk, gap_s, noise
        self.answers: dict[str, object] = dict(DEFAULTS)
        self.commands: list[str] = []
        self.octets = b""
        self.echo = False
        self.deaf = False
        self.deafened = threading.Event()  # it has looked at `deaf`, and reads no more
        self._changed = threading.Condition()
        self._out_lock = threading.Lock()
        self._stop_r, self._stop_w = os.pipe()
        self._timers: list[threading.Thread] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    # --- what a test does

    def ussd(self, *says: Say) -> None:
        self.answers["AT+CUSD=1*"] = says

    def say(self, *says: Say) -> None:
        """Unasked, now, in order."""
        for item in says:
            self._utter(item)

    def later(self, delay_s: float, *says: Say) -> None:
        def run() -> None:
            if not self._stopped.wait(delay_s):
                self.say(*says)

        thread = threading.Thread(target=run, daemon=True)
        self._timers.append(thread)
        thread.start()

    def heard(self, command: str, *, within_s: float = 5.0, times: int = 1) -> bool:
        """Whether a command line that starts so came `times` times, waiting for it."""
        with self._changed:
            return self._changed.wait_for(
                lambda: sum(line.startswith(command) for line in self.commands) >= times, within_s
            )

    @property
    def requests(self) -> list[str]:
        return [line for line in self.commands if line.startswith("AT+CUSD=1")]

    def unplug(self) -> None:
        """The device goes away under whoever has it open."""
        with self._out_lock:
            for name in ("_slave", "master"):
                fd = getattr(self, name)
                if fd is not None and fd >= 0:
                    os.close(fd)
                setattr(self, name, None if name == "_slave" else -1)

    def close(self) -> None:
        if self._stop_w < 0:
            return
        self._stopped.set()
        os.write(self._stop_w, b"x")
        self._thread.join(5)
        for thread in self._timers:
            thread.join(5)
        self.unplug()
        for fd in (self._stop_r, self._stop_w):
            os.close(fd)
        self._stop_w = -1

    # --- the modem's thread

    def _run(self) -> None:
        buffer = b""
        while True:
            master = self.master
            if master < 0:
                return
            try:
                deaf = self.deaf
                if deaf:
                    self.deafened.set()
                ready, _, _ = select.select([self._stop_r, *([] if deaf else [master])], [], [], 0.05)
                if self._stop_r in ready:
                    return
                if master not in ready:
                    continue
                data = os.read(master, 4096)
            except (OSError, ValueError) as error:
                if isinstance(error, OSError) and error.errno == errno.EIO and self.master >= 0:
                    continue
                return
            self.octets += data
            buffer += data
            while (end := re.search(rb"[\r\n\x1a]", buffer)) is not None:
                line, buffer = buffer[: end.end()], buffer[end.end() :]
                self._command(line)

    def _command(self, raw: bytes) -> None:
        command = raw.rstrip(b"\r\n").lstrip(b"\x1b").decode("latin-1")
        if not command:
            return
        if self.echo:
            self._utter(command.encode("latin-1") + b"\r")
        if command in ("ATE0", "ATE1"):
            self.echo = command == "ATE1"
        with self._changed:
            self.commands.append(command)
            self._changed.notify_all()
        for item in self._answer(command):
            self._utter(item)
        if self.noise:
            self._utter(self.noise)

    def _answer(self, command: str) -> tuple[Say, ...]:
        key = command if command in self.answers else None
        if key is None:
            prefixes = [name for name in self.answers if name.endswith("*") and command.startswith(name[:-1])]
            key = max(prefixes, key=len, default=None)
        if key is None:
            return ("ERROR",)
        answer = self.answers[key]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = answer(command)
        return answer  # type: ignore[return-value]

    def _utter(self, item: Say) -> None:
        if isinstance(item, float):
            self._stopped.wait(item)
            return
        if isinstance(item, str):
            item = self.noise + f"\r\n{item}\r\n".encode("latin-1")
        for piece in self._pieces(item):
            with self._out_lock:
                if self.master < 0:
                    return
                os.write(self.master, piece)
            if self.gap_s:
                self._stopped.wait(self.gap_s)

    def _pieces(self, data: bytes) -> list[bytes]:
        if callable(self.chunk):
            return self.chunk(data)
        step = self.chunk or max(1, len(data))
        return [data[start : start + step] for start in range(0, len(data), step)]


# What the makes say when nobody asked: one line of each kind that is known of each.
CHATTER = (Path(__file__).parent / "chatter.txt").read_text(encoding="ascii").splitlines()
NOISE = "".join(f"\r\n{line}\r\n" for line in CHATTER).encode()

TRANSPORTS: dict[str, dict[str, Any]] = {
    "whole": {},
    "bytes": {"chunk": 1},
    "packets": {"chunk": 64},
    "delayed": {"chunk": 24, "gap_s": 0.004},
    "noisy": {"noise": NOISE},
}


@pytest.fixture
def make_peer() -> Iterator[Callable[..., Peer]]:
    """Peers that are closed at the end, however the test ends."""
    peers: list[Peer] = []

    def make(**options: Any) -> Peer:
        peers.append(Peer(**options))
        return peers[-1]

    yield make
    for peer in peers:
        peer.close()


@pytest.fixture
def peer(make_peer: Callable[..., Peer]) -> Peer:
    return make_peer()


@pytest.fixture
def other(make_peer: Callable[..., Peer]) -> Peer:
    """A second port, or a second modem."""
    return make_peer()


@pytest.fixture
def transports() -> dict[str, dict[str, Any]]:
    return TRANSPORTS


@pytest.fixture
def together() -> Callable[[dict[str, Callable[[], None]]], None]:
    """Runs named checks side by side, each in a thread of its own, and tells of all that failed."""

    def run(checks: dict[str, Callable[[], None]]) -> None:
        failed: list[Exception] = []

        def guarded(name: str, check: Callable[[], None]) -> None:
            try:
                check()
            except Exception as error:  # noqa: BLE001  # told below, with all the others
                error.add_note(f"in {name!r}")
                failed.append(error)

        threads = [threading.Thread(target=guarded, args=item, daemon=True) for item in checks.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads), "a check hangs"
        if failed:
            raise ExceptionGroup("checks failed", failed)

    return run


@pytest.fixture
def everywhere(make_peer: Callable[..., Peer], together: Any) -> Callable[[Callable[[Peer], None]], None]:
    """Runs a check behind each transport at once: octets come whole, one by one, in packets, with gaps, and between
    the chatter of every make."""

    def run(check: Callable[[Peer], None]) -> None:
        peers = {name: make_peer(**options) for name, options in TRANSPORTS.items()}
        together({name: functools.partial(check, peer) for name, peer in peers.items()})

    return run


@pytest.fixture
def fast() -> Timeouts:
    return FAST


@pytest.fixture
def exclusive_flag() -> Callable[[str], bool]:
    """Whether TIOCEXCL is set on a terminal now."""

    def read(path: str) -> bool:
        fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            flag = array.array("i", [0])
            fcntl.ioctl(fd, 0x80045440, flag)
            return bool(flag[0])
        finally:
            os.close(fd)

    return read
