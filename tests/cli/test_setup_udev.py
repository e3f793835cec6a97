"""The udev rules that `modemd setup` writes: of our own modems, never over somebody else's file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.ports.udev import FILE, RELOAD
from modemd.cli.setup_dialog import Unasked
from modemd.cli.setup_udev import keep_rules

EC25 = ["0 ff/ff/ff option ttyUSB0", "2 ff/00/00 option ttyUSB2 int", "3 ff/00/00 option ttyUSB3 int"]
HOME = '[[modem]]\nname = "home"\nusb = "2c7c:0125"\n'
CAR = '[[modem]]\nname = "car"\nusb = "12d1:1506"\n'


@pytest.fixture
def config(machine: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    machine.plug("1-1.2", "2c7c:0125", EC25, name=("Quectel", "EC25"))
    (machine.root / "etc/udev").mkdir(parents=True)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    path = tmp_path / "modemd.toml"
    path.write_text(HOME, "utf-8")
    return path


def rules_of(machine: Any) -> str:
    path = machine.root / FILE.removeprefix("/")
    return path.read_text("utf-8") if path.exists() else ""


def test_a_modem_that_is_plugged_in(machine: Any, config: Path) -> None:
    """Written once; where nothing changes there is nothing to do."""
    assert keep_rules(Unasked({}), config) == [RELOAD]
    assert 'ATTRS{idVendor}=="2c7c", ATTRS{idProduct}=="0125", ENV{ID_MM_PORT_IGNORE}="1"' in rules_of(machine)
    assert keep_rules(Unasked({}), config) == []


def test_one_that_is_not_there_keeps_its_rules(machine: Any, config: Path) -> None:
    """They were made when it was plugged in; of one that was never seen none can be made."""
    path = machine.root / FILE.removeprefix("/")
    config.write_text(HOME + CAR, "utf-8")
    keep_rules(Unasked({}), config)
    before = rules_of(machine)
    assert "# car" not in before
    block = '# car: a modem (12d1:1506)\nSUBSYSTEM=="tty", ENV{ID_MM_PORT_IGNORE}="1"'
    path.write_text(before.replace('\n\nLABEL="', f'\n\n{block}\n\n# van\nSUBSYSTEM=="x"\n\nLABEL="'), "utf-8")
    assert keep_rules(Unasked({}), config) == [RELOAD]
    assert rules_of(machine) == before.replace('\n\nLABEL="', f'\n\n{block}\n\nLABEL="')


@pytest.mark.parametrize(
    ("uid", "options", "there"),
    [(1000, {}, ""), (0, {"no_udev": True}, ""), (0, {}, "# mine\n")],
)
def test_what_is_left_alone(
    machine: Any, config: Path, monkeypatch: pytest.MonkeyPatch, uid: int, options: dict[str, Any], there: str
) -> None:
    """Not root, not wanted, or somebody else's file."""
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    path = machine.root / FILE.removeprefix("/")
    path.parent.mkdir()
    if there:
        path.write_text(there, "utf-8")
    assert keep_rules(Unasked(options), config) == []
    assert rules_of(machine) == there


def test_nothing_is_plugged_in(machine: Any, config: Path) -> None:
    """A place that does not exist, and a pseudo-terminal, are no modem of this machine."""
    config.write_text(
        '[[modem]]\nname = "a"\nport = "/dev/ttyUSB7"\n[[modem]]\nname = "b"\nport = "/dev/pts/0"\n', "utf-8"
    )
    assert keep_rules(Unasked({}), config) == []
    assert rules_of(machine) == ""
