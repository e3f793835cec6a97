"""Who has a port, on made-up machines and on this one: /proc, lock files, ModemManager and what udev told it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at import port as port_file
from modemd.backends.at.ports.discovery import usb_ports
from modemd.backends.at.ports.holders import Holder, holders, holders_of, leave_alone, modem_manager_takes, runs, said
from modemd.errors import PortBlocked

EC25 = ("2c7c:0125", ["2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3"])


def test_open_files_name_the_process(machine: Any) -> None:
    """Every process with the port open, by any of its names; other ports of the modem are not mixed up."""
    machine.plug("1-1", *EC25, by_id="Quectel")
    machine.process(812, "pppd", "/dev/null", "/dev/ttyUSB3")
    machine.process(900, "minicom", "/dev/ttyUSB2", "/dev/ttyUSB2")
    machine.process(901, "socat", "/dev/ttyUSB2")
    assert holders("/dev/ttyUSB2") == [Holder(900, "minicom"), Holder(901, "socat")]
    assert holders("/dev/serial/by-id/usb-Quectel-if02-port0", exclude=901) == [Holder(900, "minicom")]
    assert holders(f"{machine.root}/dev/ttyUSB3") == [Holder(812, "pppd")]
    found = holders_of(["/dev/ttyUSB2", "/dev/ttyUSB3", "/dev/ttyUSB9"])
    assert {path: [holder.pid for holder in who] for path, who in found.items()} == {
        "/dev/ttyUSB2": [900, 901],
        "/dev/ttyUSB3": [812],
        "/dev/ttyUSB9": [],
    }


def test_a_real_process_on_a_real_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """On this machine: a child that has a pseudo-terminal open is found by its pid and no longer once it has ended."""
    monkeypatch.delenv("MODEMD_SYSROOT", raising=False)
    master, slave = pty.openpty()
    path = os.ttyname(slave)
    try:
        script = (
            "import os, sys; os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); print('open', flush=True); sys.stdin.read()"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", script, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        with child:
            assert child.stdout is not None
            assert child.stdout.readline() == "open\n"
            assert child.pid in [holder.pid for holder in holders(path, exclude=os.getpid())]
            assert child.stdin is not None
            child.stdin.close()
        assert holders(path, exclude=os.getpid()) == []
        assert holders("/dev/ttyNOWHERE") == []
    finally:
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize(
    ("content", "holds"),
    [
        (b"       900\n", True),
        (b"900 minicom root\n", True),
        ((900).to_bytes(4, "little"), True),
        (b"       901\n", False),
        (b"", False),
        (b"nonsense", False),
        (b"99999999999999\n", False),
    ],
)
def test_lock_files(machine: Any, content: bytes, holds: bool) -> None:
    """A uucp lock counts while the process lives that it names, in text or in octets."""
    machine.plug("1-1", *EC25)
    machine.process(900, "minicom")
    machine.file("var/lock/LCK..ttyUSB2", content)
    expected = [Holder(900, "minicom", "/var/lock/LCK..ttyUSB2")] if holds else []
    assert holders("/dev/ttyUSB2") == expected
    assert holders("/dev/ttyUSB3") == []


def test_an_old_lock_with_a_number_used_again(machine: Any) -> None:
    """A process whose files can be seen, and which has not the port, is no holder whatever a lock file says."""
    machine.plug("1-1", *EC25)
    machine.process(900, "bash", "/dev/null")
    machine.file("run/lock/LCK..ttyUSB2", "900")
    assert holders("/dev/ttyUSB2") == []


def test_names_that_would_paint_a_terminal(machine: Any) -> None:
    """A program's name is whatever it calls itself: control characters do not get through."""
    machine.plug("1-1", *EC25)
    machine.process(900, "evil\x1b[31m\n!", "/dev/ttyUSB2")
    assert holders("/dev/ttyUSB2")[0].program == "evil?[31m?!"


@pytest.mark.parametrize("where", ["proc", "systemd", "systemd of old"])
def test_modem_manager_is_seen(machine: Any, where: str) -> None:
    """By its process, or by systemd's group where /proc is closed; not running: nothing to fear."""
    machine.plug("1-1", *EC25)
    port = usb_ports()[0]
    assert not modem_manager_takes(port)
    if where == "proc":
        machine.process(77, "ModemManager")
    else:
        tree = "" if where == "systemd" else "systemd/"
        machine.file(f"sys/fs/cgroup/{tree}system.slice/ModemManager.service/cgroup.procs", "77\n")
    assert runs("ModemManager")
    assert modem_manager_takes(port)


@pytest.mark.parametrize(
    ("on", "properties", "takes"),
    [
        ("tty", {"ID_MM_PORT_IGNORE": "1"}, False),
        ("tty", {"ID_MM_CANDIDATE": "1", "ID_VENDOR_ID": "2c7c"}, True),
        ("usb", {"ID_MM_DEVICE_IGNORE": "1"}, False),
        ("usb", {"ID_MM_DEVICE_IGNORE": "0"}, True),
    ],
)
def test_what_udev_told_modem_manager(machine: Any, on: str, properties: dict[str, str], takes: bool) -> None:
    """The mark on the port or on its USB device keeps ModemManager away."""
    device = machine.plug("1-1", *EC25)
    machine.process(77, "ModemManager")
    port = usb_ports()[0]
    number = (device / "dev").read_text().strip() if on == "usb" else port.number
    machine.udev(number, **properties)
    assert modem_manager_takes(port) is takes


def test_the_cure_is_a_rule_for_this_modem(machine: Any) -> None:
    """The line for udev has the modem's ids, and what to run after it; without a USB device the service is named."""
    machine.plug("1-1", *EC25)
    cure = leave_alone("/dev/ttyUSB2")
    assert 'ATTR{idVendor}=="2c7c", ATTR{idProduct}=="0125", ENV{ID_MM_DEVICE_IGNORE}="1"' in cure
    assert "udevadm control --reload" in cure
    assert "\n" not in cure
    assert "systemctl disable --now ModemManager" in leave_alone("/dev/ttyAMA0")


def test_opening_a_port_that_somebody_has(machine: Any) -> None:
    """The error names program, pid and the cure: ModemManager's rule, the lock file, or the program itself."""
    machine.plug("1-1", *EC25)
    master, slave = pty.openpty()
    try:
        node = machine.root / "dev/ttyUSB2"
        node.unlink()
        node.symlink_to(os.ttyname(slave))
        machine.process(77, "ModemManager", "/dev/ttyUSB2")
        with pytest.raises(PortBlocked, match=r'ModemManager \(pid 77\).*ENV\{ID_MM_DEVICE_IGNORE\}="1"'):
            port_file.open_port(str(node))
        machine.process(78, "minicom")
        (machine.root / "proc/77/fd/3").unlink()
        machine.file("var/lock/LCK..ttyUSB2", "78")
        with pytest.raises(PortBlocked, match=r"minicom \(pid 78.*sudo rm /var/lock/LCK\.\.ttyUSB2"):
            port_file.open_port(str(node))
        Path(machine.root / "var/lock/LCK..ttyUSB2").unlink()
        opened = port_file.open_port(str(node))
        with pytest.raises(PortBlocked, match=rf"pid {os.getpid()}\b"):
            port_file.open_port(str(node))
        port_file.close_port(opened)
    finally:
        os.close(master)
        os.close(slave)


def test_the_sentence_of_holders() -> None:
    """Programs with their pids, and the lock file where it is the witness."""
    text = said([Holder(1, "pppd"), Holder(2, "minicom", "/var/lock/LCK..ttyUSB2")])
    assert text == "pppd (pid 1), minicom (pid 2, by its lock file /var/lock/LCK..ttyUSB2)"
