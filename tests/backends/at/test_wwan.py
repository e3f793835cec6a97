"""Modems on PCIe: their ports are found, named and used, with a lock that is flock's alone."""

from __future__ import annotations

import errno
import fcntl
import os
import termios
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at import port
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports import discovery
from modemd.backends.at.ports.survey import survey
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.at.uart import has_rate
from modemd.doctor.checks import examine
from modemd.doctor.facts import Facts, ModemFacts
from modemd.errors import PortAbsent, PortBlocked

CARD = "sys/devices/pci0000:00/0000:00:1c.0/0000:01:00.0"


def card(root: Path, *ports: tuple[str, str]) -> None:
    """A card with ports of the framework: (name, type)."""
    place = root / CARD
    modem = place / "mhi0/wwan/wwan0"
    modem.mkdir(parents=True)
    for name, text in (("vendor", "0x17cb\n"), ("device", "0x0306\n"), ("class", "0x0d4000\n")):
        (place / name).write_text(text)
    listed = root / "sys/class/wwan"
    listed.mkdir(parents=True)
    (listed / "wwan0").symlink_to(modem)
    for name, kind in ports:
        (modem / name).mkdir()
        (modem / name / "type").write_text(f"{kind}\n")
        (listed / name).symlink_to(modem / name)
    (root / "dev").mkdir(exist_ok=True)


def test_ports_of_the_framework(tmp_path: Path) -> None:
    """AT ports are taken by themselves, the first one first; other types are none of ours."""
    card(tmp_path, ("wwan0at0", "AT"), ("wwan0at1", "AT"), ("wwan0mbim0", "MBIM"), ("wwan0qcdm0", "QCDM"))
    assert discovery.candidates("auto", root=tmp_path) == [str(tmp_path / f"dev/wwan0at{n}") for n in (0, 1)]
    rows = {row.path: (row.kind, row.take, row.name) for row in survey(root=tmp_path)}
    assert rows == {
        "/dev/wwan0at0": ("at", True, "PCIe modem 17cb:0306"),
        "/dev/wwan0at1": ("at", False, "PCIe modem 17cb:0306"),
        "/dev/wwan0qcdm0": ("diag", False, "PCIe modem 17cb:0306"),
    }
    assert "flock" in (survey(root=tmp_path)[0].why or "")


@pytest.mark.parametrize("name", ["mhi_DUN", "mhi_AT", "mhi_0306_00.01.00_pipe_32", "mhi0_DUN"])
def test_ports_of_makers_drivers(tmp_path: Path, name: str) -> None:
    """Channels by their names."""
    (tmp_path / "dev").mkdir()
    for one in (name, "mhi_QMI0", "mhi_MBIM", "mhi_BHI", "mhi_DIAG", "mhi_0306_00.01.00_pipe_14"):
        (tmp_path / "dev" / one).touch()
    if not name.startswith("mhi_"):
        with pytest.raises(PortAbsent):
            discovery.candidates("auto", root=tmp_path)
        return
    assert discovery.candidates("auto", root=tmp_path) == [str(tmp_path / "dev" / name)]


@pytest.fixture
def wwan(peer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fake modem that plays /dev/wwan0at0, whose kernel knows no TIOCEXCL."""
    card(tmp_path, ("wwan0at0", "AT"))
    (tmp_path / "dev/wwan0at0").symlink_to(peer.path)
    monkeypatch.setenv("MODEMD_SYSROOT", str(tmp_path))
    peer.port = str(tmp_path / "dev/wwan0at0")
    real = fcntl.ioctl

    def ioctl(fd: int, request: int, *rest: Any) -> Any:
        if request in (termios.TIOCEXCL, termios.TIOCNXCL, port.TIOCGEXCL):
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        return real(fd, request, *rest)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    return peer


def no_terminal(*_: Any) -> Any:
    raise termios.error(errno.ENOTTY, os.strerror(errno.ENOTTY))


@pytest.mark.parametrize("terminal", [True, False])
def test_it_is_used(
    wwan: Any, fast: Timeouts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool
) -> None:
    """With the settings of a terminal or without any; flock keeps a second one away."""
    if not terminal:
        for name in ("tcgetattr", "tcsetattr", "tcflush"):
            monkeypatch.setattr(termios, name, no_terminal)
    modem = Modem(wwan.port, timeouts=fast)
    modem.connect()
    try:
        assert modem.command("AT+CGMM") == ["M1"]
        assert "flock alone" in capsys.readouterr().out
        with pytest.raises(PortBlocked):
            Modem(wwan.port, timeouts=fast).connect()
        assert modem.command("AT+CGMM") == ["M1"]
    finally:
        modem.close()
    fd = os.open(wwan.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(fd)
    assert not has_rate(wwan.port)


def test_the_doctor_says_it() -> None:
    facts = Facts(
        now=datetime(2026, 11, 27, tzinfo=UTC),
        modems=(ModemFacts(name="home", state="ready", paths=("/dev/wwan0at0",)),),
    )
    found = [finding for finding in examine(facts) if "flock" in finding.text]
    assert [(finding.check, finding.severity) for finding in found] == [("port", "note")]
    assert "no other program" in found[0].cure
