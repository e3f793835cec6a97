"""A client that speaks octets and nothing else, so that these tests see what is on the wire."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from modemd.simulator.pty import FakeModem
from modemd.simulator.pytest_plugin import fake_machine as fake_machine
from modemd.simulator.start import Source, open_modem

DEADLINE_S = 5.0


class Client:
    """Holds one port open. `reads` lists what each read() of the kernel gave."""

    def __init__(self, path: str) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.reads: list[bytes] = []
        self.received = b""

    def write(self, data: bytes) -> None:
        os.write(self.descriptor, data)

    def read_until(self, wanted: bytes, timeout: float = DEADLINE_S) -> bytes:
        """Everything up to the end of `wanted`; fails the test when it does not come. The rest stays for later."""
        deadline = time.monotonic() + timeout
        while wanted not in self.received:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.descriptor], [], [], left)[0]:
                pytest.fail(f"{wanted!r} did not come within {timeout} s, only {self.received!r}")
            self.reads.append(os.read(self.descriptor, 4096))
            self.received += self.reads[-1]
        end = self.received.index(wanted) + len(wanted)
        found, self.received = self.received[:end], self.received[end:]
        return found

    def ask(self, command: str) -> bytes:
        """A command line and what came up to its final result code."""
        self.write(command.encode("latin-1") + b"\r")
        answer = b""
        while True:
            answer += self.read_until(b"\r\n")
            if answer.endswith((b"\r\nOK\r\n", b"ERROR\r\n")) or b"ERROR:" in answer:
                return answer

    def close(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


@pytest.fixture
def client() -> Iterator[Callable[[FakeModem], Client]]:
    """client(modem): somebody who opens the port; closed behind the test."""
    with ExitStack() as stack:

        def opened(modem: FakeModem) -> Client:
            made = Client(modem.path)
            stack.callback(made.close)
            return made

        yield opened


@pytest.fixture
def client_at() -> Iterator[Callable[[str], Client]]:
    """client_at(path): somebody who opens that port; closed behind the test."""
    with ExitStack() as stack:

        def opened(path: str) -> Client:
            made = Client(path)
            stack.callback(made.close)
            return made

        yield opened


@pytest.fixture
def dialogue(client: Callable[[FakeModem], Client]) -> Iterator[Callable[[Source], tuple[FakeModem, Client]]]:
    """dialogue(scenario): a running modem and a client that has switched its echo off."""
    with ExitStack() as stack:

        def started(source: Source) -> tuple[FakeModem, Client]:
            modem = stack.enter_context(open_modem(source))
            made = client(modem)
            made.ask("ATE0")
            return modem, made

        yield started
