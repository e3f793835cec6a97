"""A modem on ttys that are there already: `--on`, `open_modem(..., on=...)`."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from modemd.errors import ScenarioError
from modemd.simulator.start import open_modem

DEADLINE_S = 20.0
TWO_PORTS = '[modem]\nports = ["diag", "at"]\n'


class Line:
    """The other end of a tty that hangs up and comes back: a pseudo-terminal behind a link."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self.descriptor = -1
        self.connect()

    def connect(self) -> None:
        self.descriptor, other = os.openpty()
        tty.setraw(other)
        fresh = self.link.with_suffix(".new")
        fresh.symlink_to(os.ttyname(other))
        fresh.replace(self.link)
        self._other = other  # until the modem has it open

    def ask(self, command: str) -> bytes:
        os.write(self.descriptor, command.encode() + b"\r")
        return self.read_until(b"OK\r\n")

    def read_until(self, wanted: bytes) -> bytes:
        seen = b""
        while wanted not in seen:
            assert select.select([self.descriptor], [], [], DEADLINE_S)[0], seen
            seen += os.read(self.descriptor, 4096)
        return seen

    def hang_up(self) -> None:
        os.close(self._other)
        os.close(self.descriptor)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    made = Line(tmp_path / "ttyGS0")
    yield made
    made.hang_up()


def test_it_answers_on_the_tty_and_leaves_it_there(line: Line) -> None:
    """The port is the tty that was named; behind the end it is still there."""
    with open_modem("[modem]\n", on=[line.link]) as modem:
        assert modem.path == str(line.link)
        assert b"OK" in line.ask("ATE0")
        assert modem.commands == ["ATE0"]
    assert line.link.exists()


def test_a_hang_up_is_a_plug_that_was_pulled(line: Line) -> None:
    """A tty that hangs up took the modem's power away: it is back on the same name, with fresh settings."""
    with open_modem("[modem]\n", on=[line.link]) as modem:
        line.ask("AT+CMGF=1")
        assert modem.settings["CMGF"] == "1"
        old = (line.descriptor, line._other)
        line.connect()
        for descriptor in old:
            os.close(descriptor)
        assert modem.wait_for(lambda fake: fake.restarts == 1 and fake.plugged, DEADLINE_S)
        assert b"OK" in line.ask("AT")
        assert modem.settings["CMGF"] == "0"


def test_a_tty_that_is_gone_for_a_while_is_looked_for(line: Line) -> None:
    """Where the tty's name went with its plug, the modem is off the bus until it is there again."""
    with open_modem("[modem]\n", on=[line.link]) as modem:
        line.link.unlink()
        line.hang_up()
        assert modem.wait_for(lambda fake: fake.restarts >= 2, DEADLINE_S)
        line.connect()
        assert modem.wait_for(lambda fake: fake.plugged and fake.opened, DEADLINE_S)
        assert b"OK" in line.ask("AT")


def test_each_port_wants_a_tty(line: Line, tmp_path: Path) -> None:
    """Too few are refused with the ports' order; so are a path that is not there and a file."""
    with pytest.raises(ScenarioError, match=r"2 ports \(diag, at\), and 1 were named"):
        open_modem(TWO_PORTS, on=[line.link])
    with pytest.raises(ScenarioError, match="cannot be opened"):
        open_modem("[modem]\n", on=[tmp_path / "none"])
    (tmp_path / "file").touch()
    with pytest.raises(ScenarioError, match="is no tty"):
        open_modem("[modem]\n", on=[tmp_path / "file"])


def test_the_command(line: Line) -> None:
    """`modemd simulate NAME --on DEVICE` says the tty and answers there; with --link it is wrong usage."""
    command = [sys.executable, "-m", "modemd", "simulate", "mts-falling", "--on", str(line.link)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"{line.link}\n"
            assert b"OK" in line.ask("AT")
        finally:
            process.terminate()
            process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 0
    done = subprocess.run([*command, "--link", "x"], capture_output=True, text=True, check=False)
    assert (done.returncode, "--on" in done.stderr) == (2, True)
