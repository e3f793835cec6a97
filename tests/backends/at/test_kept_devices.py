"""What is kept of a look at the machine is never older than the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemd.backends.at.ports import kept
from modemd.backends.at.ports.usb import devices, serial_ports


def plug(root: Path, place: str, ids: str, tty: str) -> None:
    device = root / "sys/devices/usb1" / place
    interface = device / f"{place}:1.2"
    (interface / tty / "tty" / tty).mkdir(parents=True)
    vendor, product = ids.split(":")
    for path, text in ((device / "idVendor", vendor), (device / "idProduct", product)):
        path.write_text(f"{text}\n", encoding="ascii")
    (interface / "bInterfaceNumber").write_text("02\n", encoding="ascii")
    (interface / tty / "tty" / tty / "device").symlink_to(interface / tty)
    for folder, name, target in (
        ("sys/class/tty", tty, interface / tty / "tty" / tty),
        ("sys/bus/usb/devices", place, device),
    ):
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / name).symlink_to(target)


def unplug(root: Path, place: str, tty: str) -> None:
    (root / "sys/class/tty" / tty).unlink()
    (root / "sys/bus/usb/devices" / place).unlink()


def test_plugged_in_and_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look shows what is there, also a device that came under the name of another one."""
    monkeypatch.setattr(kept, "is_made_up", lambda _root: False)
    (tmp_path / "sys/bus/usb/devices").mkdir(parents=True)
    assert (serial_ports(root=tmp_path), devices(root=tmp_path)) == ([], [])
    plug(tmp_path, "1-1", "2c7c:0125", "ttyUSB0")
    assert [(port.path, port.device.ids) for port in serial_ports(root=tmp_path)] == [("/dev/ttyUSB0", "2c7c:0125")]
    assert [device.ids for device in devices(root=tmp_path)] == ["2c7c:0125"]
    plug(tmp_path, "1-2", "12d1:1506", "ttyUSB1")
    assert [port.device.ids for port in serial_ports(root=tmp_path)] == ["2c7c:0125", "12d1:1506"]
    unplug(tmp_path, "1-1", "ttyUSB0")
    unplug(tmp_path, "1-2", "ttyUSB1")
    assert (serial_ports(root=tmp_path), devices(root=tmp_path)) == ([], [])
    plug(tmp_path, "1-3", "1e0e:9001", "ttyUSB0")
    assert [port.device.ids for port in serial_ports(root=tmp_path)] == ["1e0e:9001"]


def test_the_machine_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the kernel lists the same devices, none of their facts is read again."""
    monkeypatch.setattr(kept, "is_made_up", lambda _root: False)
    plug(tmp_path, "1-1", "2c7c:0125", "ttyUSB0")
    first = serial_ports(root=tmp_path)
    (tmp_path / "sys/devices/usb1/1-1/idVendor").unlink()
    assert serial_ports(root=tmp_path) == first
