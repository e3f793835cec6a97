"""Faults of the port and of USB, on a made-up machine."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from typing import Any

import pytest

from modemd.simulator.scenario import ScenarioUsbDevice

MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
ports = ["diag", "nmea", "at", "ppp"]

[[ussd]]
code = "*100#"
replies = [{ text = "Balance 88.20", after = "30s" }, { text = "Balance 42.50" }]
"""
ONE = MODEM.replace('{ text = "Balance 88.20", after = "30s" }, ', "")
BROWNOUT = (
    MODEM
    + """
[[event]]
after_queries = 1
after = "200ms"
do = "brownout"
times = 3
every = "1.5s"
for = "500ms"
"""
)
HOME = 'name = "home"\nport = "auto"\nevery = "off"\nquarantine = "1s"'


def test_unplugged_in_a_query(stage: Any) -> None:
    """All who wait hear it within 2 s, and the next question finds the modem under its new number; nothing leaks."""
    modem = stage.machine.plug(MODEM, numbers="next")
    daemon = stage.daemon(HOME)
    daemon.wait("ready")
    before = daemon.load
    first = daemon.begin()
    assert modem.wait_for(lambda it: len(it.queries) == 1)
    second = daemon.begin("ussd", code="*111#")
    daemon.ask("status")  # the second request is in line
    was = modem.path
    with stage.fault("in a query"):
        modem.unplug()
        assert first.result(30)["error"] == "unplugged"
        assert second.result(30)["error"] in ("unplugged", "absent")
        daemon.wait("absent")
    with stage.fault("another number"):
        modem.replug()
        daemon.wait("ready")
        assert modem.path != was
        assert daemon.ask()["balance"] == "42.50"
    assert modem.queries == ["*100#", "*100#"]
    daemon.settles(before)


def test_unplugged_while_idle(stage: Any) -> None:
    """Seen without asking the modem anything."""
    modem = stage.machine.plug(ONE)
    daemon = stage.daemon(HOME)
    daemon.wait("ready")
    with stage.fault():
        modem.unplug()
        daemon.wait("absent")
    modem.replug()
    assert daemon.wait("ready")["error"] is None


def test_falls_off_the_bus_again_and_again(stage: Any) -> None:
    """Three times behind one query: found again each time, and what is left open afterwards is what was before."""
    modem = stage.machine.plug(BROWNOUT)
    daemon = stage.daemon(HOME)
    daemon.wait("ready")
    before = daemon.load
    with stage.fault():
        assert daemon.ask()["error"] == "unplugged"
        assert modem.wait_for(lambda it: it.restarts == 3 and it.plugged, 20)
        daemon.wait("ready")
        assert daemon.ask()["balance"] == "42.50"
    assert modem.queries == ["*100#", "*100#"]
    daemon.settles(before)


@pytest.mark.parametrize("lock", ["flock", "open"])
def test_the_port_is_in_use(stage: Any, lock: str) -> None:
    """Another program holds it, with a lock or without one: named, left alone, and used as soon as it is free."""
    modem = stage.machine.plug(ONE)
    path = modem.path
    program = "import fcntl, os, sys; f = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); "
    program += "fcntl.flock(f, fcntl.LOCK_EX); " if lock == "flock" else ""
    program += "print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    if lock == "open":  # what /proc shows of a program on the made-up machine
        stage.machine.hold("/dev/" + path.rpartition("/")[2], holder.pid, "python")
    try:
        daemon = stage.daemon(f'name = "home"\nport = "/dev/{path.rpartition("/")[2]}"\nevery = "off"')
        with stage.fault("in use"):
            found = daemon.wait("blocked")
            assert str(holder.pid) in found["error"]
            result = daemon.ask()
            assert (result["balance"], result["error"]) == (None, "blocked")
        assert modem.commands == []
    finally:
        holder.communicate("")
    if lock == "open":
        folder = stage.machine.root / "proc" / str(holder.pid)
        (folder / "fd" / "3").unlink()
    with stage.fault("free again"):
        assert daemon.ask()["balance"] == "42.50"
        daemon.wait("ready")


def test_no_modem_at_the_port(stage: Any) -> None:
    """One daemon with every kind of wrong device: each `status` line names the cure, and the right modem answers."""
    modem = stage.modem(ONE)
    stage.machine.plug_device(ScenarioUsbDevice(kind="storage", ids="12d1:1f01"))
    stage.machine.plug_device(ScenarioUsbDevice(kind="hilink", ids="12d1:14dc"))
    stage.machine.plug_device(ScenarioUsbDevice(kind="mbim", ids="2cb7:0007"))
    (stage.folder / "plain").write_text("no modem\n")
    ports = {
        "cdrom": 'usb = "12d1:1f01"',
        "card": 'usb = "12d1:14dc"',
        "mbim": 'usb = "2cb7:0007"',
        "none": 'port = "/dev/ttyUSB77"',
        "file": f'port = "{stage.folder}/plain"',
        "folder": f'port = "{stage.folder}"',
        "null": 'port = "/dev/null"',
    }
    tables = [f'name = "{name}"\n{port}\nevery = "off"' for name, port in ports.items()]
    daemon = stage.daemon(*tables, f'name = "home"\nport = "{os.path.realpath(modem.path)}"\nevery = "off"')
    for name, fault in [
        ("cdrom", "CD"),
        ("card", "network card"),
        ("mbim", "without a tty"),
        ("none", "does not exist"),
        ("file", "no serial port"),
    ]:
        with stage.fault(fault):
            daemon.wait("absent", modem=name)
            assert daemon.ask(modem=name)["error"] == "absent"
    for name in ("folder", "null"):
        daemon.wait("absent", modem=name)
    assert daemon.ask(modem="home")["balance"] == "42.50"


def test_held_lock_is_not_inherited(stage: Any) -> None:
    """A port that the daemon owns is locked against others, and free for them as soon as the daemon is gone."""
    modem = stage.modem(ONE)
    daemon = stage.daemon(f'name = "home"\nport = "{modem.path}"\nevery = "off"')
    daemon.wait("ready")
    other = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    try:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with stage.fault():
            daemon.kill()
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(other)
