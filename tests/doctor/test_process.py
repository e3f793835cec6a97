"""The real daemon as a process on a simulated modem, healthy and sick, and the real `modemd doctor`."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from modemd.store import Store

Factory = Callable[..., Any]
Running = Any

QUECTEL = """
[modem]
profile = "quectel"
imsi = "250011234567890"
[[ussd]]
code = "*100#"
replies = ["Баланс:88,20р"]
"""

LTE_SILENT = """
[modem]
profile = "quectel"
imsi = "250011234567890"
rat = "LTE"
ussd_on = ["UMTS", "GSM"]
no_ussd = "silence"
[[ussd]]
code = "*100#"
replies = ["Balance 15.00 RUB"]
"""


def config(port: object, extra: str = "") -> str:
    return f"""
[daemon]
socket = "s"
state = "state"
[[modem]]
name = "home"
port = "{port}"
quarantine = "1s"
{extra}
[[channel]]
type = "command"
run = ["/bin/true"]
[[heartbeat]]
url = "http://127.0.0.1:9/nobody-is-there"
"""


def faults(findings: list[dict[str, str]]) -> list[dict[str, str]]:
    return [finding for finding in findings if finding["severity"] == "fault"]


def only_fault(found: tuple[int, dict[str, Any]]) -> dict[str, str]:
    code, answer = found
    assert (code, answer["healthy"]) == (1, False)
    (fault,) = faults(answer["findings"])
    assert list(fault) == ["check", "severity", "subject", "text", "cure"]
    return fault


def test_a_healthy_machine(fake_modem: Factory, running: Running) -> None:
    """A modem that was just asked, a channel, a set clock: healthy, exit 0; the doctor itself sends nothing."""
    modem = fake_modem(QUECTEL)
    running.start(config(modem.path), told="STATUS=home: ready")
    done = running.cli("balance", "-q")
    assert done.stdout == "88.20\n", done.stderr
    code, answer = running.doctor()
    assert (code, answer["healthy"]) == (0, True), answer
    assert [finding for finding in answer["findings"] if finding["severity"] in ("fault", "warning")] == []
    assert sum(command.startswith("AT+CUSD=1") for command in modem.commands) == 1
    done = running.cli("doctor")
    assert (done.returncode, done.stdout.splitlines()[-1], done.stderr) == (0, "healthy", "")


def test_a_pin_without_a_file(fake_modem: Factory, running: Running) -> None:
    """The SIM asks for its PIN, and the configuration names no file."""
    modem = fake_modem("pin")
    running.start(config(modem.path), told="STATUS=home: sim")
    fault = only_fault(running.doctor())
    assert (fault["check"], fault["subject"]) == ("sim", "home")
    assert "PIN" in fault["text"]
    assert "pin_file" in fault["cure"]


def test_a_held_port(fake_modem: Factory, running: Running) -> None:
    """Another program has the port open and locked: the daemon is kept out, and the doctor names program and pid."""
    modem = fake_modem(QUECTEL)
    running.machine.usb(ttys={2: "ttyUSB2"})
    device = running.machine.root / "dev/ttyUSB2"
    device.unlink()
    device.symlink_to(modem.path)
    running.machine.process(4711, "minicom", "/dev/ttyUSB2")
    descriptor = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        running.start(config("/dev/ttyUSB2"), told="STATUS=home: blocked")
        code, answer = running.doctor()
    finally:
        os.close(descriptor)
    found = faults(answer["findings"])
    assert code == 1
    assert {fault["check"] for fault in found} == {"port"}
    assert any("minicom (pid 4711)" in fault["text"] for fault in found)


def test_silence_on_lte(fake_modem: Factory, running: Running) -> None:
    """USSD gets no answer on LTE: the doctor says that radio_fallback = "auto" would help."""
    modem = fake_modem(LTE_SILENT)
    running.start(config(modem.path, 'reply_timeout = "1s"'), told="STATUS=home: ready")
    assert running.cli("balance").returncode == 1
    fault = only_fault(running.doctor())
    assert (fault["check"], fault["subject"]) == ("radio", "home")
    assert "LTE" in fault["text"]
    assert 'radio_fallback = "auto"' in fault["cure"]


def test_only_a_stick_in_storage_mode(running: Running) -> None:
    """No modem, but a stick that still shows its CD: named with usb-modeswitch as the cure."""
    running.machine.usb("1-1", "12d1:1f01", name="HUAWEI Mobile", classes={0: ("08/06/50", "usb-storage")})
    running.start(config("auto"), told="STATUS=home: absent")
    code, answer = running.doctor()
    found = {fault["check"]: fault for fault in faults(answer["findings"])}
    assert (code, set(found)) == (1, {"usb", "port"})
    assert "storage" in found["usb"]["text"]
    assert "usb-modeswitch" in found["usb"]["cure"]


def test_the_daemon_is_down(running: Running, fake_modem: Factory) -> None:
    """Nobody answers at the socket: exit 1 and how to start it; the named configuration is looked at all the same."""
    modem = fake_modem(QUECTEL)
    file = running.folder / "modemd.toml"
    file.write_text(config(modem.path), encoding="utf-8")
    fault = only_fault(running.doctor("--config", str(file)))
    assert (fault["check"], "systemctl start" in fault["cure"]) == ("daemon", True)
    done = running.cli("doctor", "--config", str(file))
    assert (done.returncode, done.stdout.splitlines()[-1].startswith("1 fault, ")) == (1, True)


def test_stale(fake_modem: Factory, running: Running, tmp_path: Path) -> None:
    """A modem that was first seen days ago and never read is stale, whatever its state."""
    with_past = Store(tmp_path / "state")
    with_past.first_seen("home", datetime.now(UTC) - timedelta(days=9))
    with_past.close()
    modem = fake_modem(QUECTEL)
    running.start(config(modem.path), told="STATUS=home: ready")
    fault = only_fault(running.doctor())
    assert (fault["check"], fault["subject"]) == ("stale", "home")
    assert "modemd balance" in fault["cure"]


def test_two_sick_modems(fake_modem: Factory, running: Running) -> None:
    """Each finding names its modem, and a healthy one beside them stays healthy."""
    well, pin = fake_modem(QUECTEL), fake_modem("pin")
    text = config(well.path) + f'[[modem]]\nname = "garden"\nport = "{pin.path}"\n'
    text += '[[modem]]\nname = "barn"\nport = "/dev/ttyUSB9"\n'
    running.start(text, told="garden: sim")
    _, answer = running.doctor()
    assert {fault["subject"] for fault in faults(answer["findings"])} == {"garden", "barn"}
