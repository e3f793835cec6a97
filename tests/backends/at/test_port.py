"""Opening and closing: who may have the port, what is said when nobody can, what is put back."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import re
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.ports import discovery
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import ModemSilent, PortAbsent, PortBlocked, PortLost, SimError


def test_closing_what_was_never_open_is_silent(fast: Timeouts) -> None:
    """close() before connect() does nothing; a command says that the port is not open."""
    modem = Modem("/dev/ttyNOWHERE", timeouts=fast)
    modem.close()
    with pytest.raises(PortLost):
        modem.command("AT")


def test_a_missing_port_names_the_cure(tmp_path: Path, fast: Timeouts) -> None:
    """No such device, a plain file, a folder: PortAbsent that says which it is."""
    for name, said in (("nothing", "no such device"), ("file", "a plain file"), ("folder", "a folder")):
        path = tmp_path / name
        if name == "file":
            path.touch()
        if name == "folder":
            path.mkdir()
        with pytest.raises(PortAbsent, match=said) as raised:
            Modem(str(path), timeouts=fast).connect()
        assert "\n" not in raised.value.message


def test_a_character_device_that_is_no_terminal(fast: Timeouts) -> None:
    """/dev/null opens, but is no serial port."""
    with pytest.raises(PortAbsent, match="not a serial port"):
        Modem("/dev/null", timeouts=fast).connect()


@pytest.mark.parametrize(
    ("code", "environ", "said"),
    [
        (errno.EPERM, {"INVOCATION_ID": "1"}, "service's sandbox, .*systemctl restart modemd.*DeviceAllow=char-136 rw"),
        (errno.EPERM, {}, "whatever its rights are: .*--device"),
        (errno.EACCES, {"INVOCATION_ID": "1"}, "may not open .*usermod -aG"),
    ],
)
def test_who_keeps_us_away(
    peer: Any, fast: Timeouts, monkeypatch: pytest.MonkeyPatch, code: int, environ: dict[str, str], said: str
) -> None:
    """A device cgroup says EPERM, the rights of the file EACCES: no group helps against the first."""

    def refused(*_: Any) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.delenv("INVOCATION_ID", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("serial.serialposix.os.open", refused)
    with pytest.raises(PortBlocked, match=said) as raised:
        Modem(peer.path, timeouts=fast).connect()
    assert ("usermod" in raised.value.message) == (code == errno.EACCES)


def test_the_second_opener_is_refused_and_told_who_has_it(peer: Any, fast: Timeouts) -> None:
    """One port, one owner; the message names the process that holds it."""
    first = Modem(peer.path, timeouts=fast)
    first.connect()
    try:
        with pytest.raises(PortBlocked, match=rf"pid {os.getpid()}\b"):
            Modem(peer.path, timeouts=fast).connect()
        assert first.command("AT+CGMM") == ["M1"]
    finally:
        first.close()


def test_another_program_with_a_lock_is_named(peer: Any, fast: Timeouts) -> None:
    """flock by another process blocks us, and its name and number are in the message."""
    script = (
        "import fcntl, os, sys; fd = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY); "
        "fcntl.flock(fd, fcntl.LOCK_EX); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, peer.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(PortBlocked, match=rf"python\S* \(pid {other.pid}\)"):
            Modem(peer.path, timeouts=fast).connect()


def test_the_exclusive_mark_goes_with_us(peer: Any, fast: Timeouts, exclusive_flag: Callable[[str], bool]) -> None:
    """TIOCEXCL is set while the port is ours and cleared at close, and HUPCL is clear."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    assert exclusive_flag(peer.path)
    modem.close()
    assert not exclusive_flag(peer.path)
    fd = os.open(peer.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        assert not termios.tcgetattr(fd)[2] & termios.HUPCL
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(fd)


@pytest.mark.parametrize("code", [errno.EPIPE, errno.EPROTO, errno.ETIMEDOUT, errno.EINVAL, errno.EIO])
def test_control_lines_are_a_wish(peer: Any, fast: Timeouts, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """A modem that refuses to have its DTR or RTS set reads and writes all the same (EPIPE: the stall of a USB device
    that knows no SET_CONTROL_LINE_STATE)."""
    plain = fcntl.ioctl

    def ioctl(fd: int, request: int, *rest: Any) -> Any:
        if request in (termios.TIOCMBIS, termios.TIOCMBIC, termios.TIOCMSET):
            raise OSError(code, os.strerror(code))
        return plain(fd, request, *rest)

    monkeypatch.setattr(fcntl, "ioctl", ioctl)
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        assert modem.command("AT+CGMM") == ["M1"]
    finally:
        modem.close()


def test_a_port_that_is_gone_before_it_is_set_up(peer: Any, fast: Timeouts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pulled between open() and tcsetattr(): absent, no bug."""

    def tcsetattr(*_: Any) -> None:
        raise termios.error(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(termios, "tcsetattr", tcsetattr)
    with pytest.raises(PortAbsent):
        Modem(peer.path, timeouts=fast).connect()


def test_settings_are_put_back(peer: Any, fast: Timeouts) -> None:
    """Echo and CMEE are at close what they were at connect; nothing else was changed."""
    peer.echo = True
    peer.answers["AT+CMEE?"] = ("+CMEE: 2", "OK")
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    modem.identify()
    modem.network()
    modem.close()
    changes = [line for line in peer.commands if re.match(r"AT(E|\+\w+=)", line)]
    assert changes == ["ATE0", "AT+CMEE=1", "AT+CMEE=2", "ATE1"]
    assert b"\x1a" not in peer.octets


def test_what_is_right_already_is_left_alone(peer: Any, fast: Timeouts) -> None:
    """No echo and numeric errors: nothing to set, nothing to put back."""
    peer.answers["AT+CMEE?"] = ("+CMEE: 1", "OK")
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    modem.close()
    assert not [line for line in peer.commands if line.startswith(("AT+CMEE=", "ATE1"))]


def test_text_mode_with_direct_delivery_is_suspended(peer: Any, fast: Timeouts) -> None:
    """Another program left +CNMI=2,2 with CMGF=1: PDU mode while we are here, text mode again when we go."""
    peer.answers |= {"AT+CNMI?": ("+CNMI: 2,2,0,0,0", "OK"), "AT+CMGF?": ("+CMGF: 1", "OK"), "AT+CMGF=*": ("OK",)}
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    modem.close()
    assert [line for line in peer.commands if line.startswith("AT+CMGF=")] == ["AT+CMGF=0", "AT+CMGF=1"]


def test_a_stuck_prompt_is_left_with_esc(peer: Any, fast: Timeouts) -> None:
    """The first octet on the wire is ESC, and the first AT may get lost."""
    peer.answers["AT"] = [(), ("OK",)]
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    modem.close()
    assert peer.octets.startswith(b"\x1bAT\r")


def test_a_port_without_a_modem_is_silent_within_its_time(peer: Any, fast: Timeouts) -> None:
    """Nobody answers AT: ModemSilent after the probes, and the port is free again."""
    peer.answers = {"*": ()}
    start = time.monotonic()
    with pytest.raises(ModemSilent):
        Modem(peer.path, timeouts=fast).connect()
    assert time.monotonic() - start < 3
    again = os.open(peer.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    fcntl.flock(again, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(again)


def test_a_peer_that_reads_nothing_does_not_block_for_ever(fast: Timeouts) -> None:
    """Octets that nobody takes: ModemSilent within the limit, even for a command that fills every buffer."""
    master, slave = pty.openpty()
    try:
        modem = Modem(os.ttyname(slave), timeouts=fast)
        start = time.monotonic()
        with pytest.raises(ModemSilent):
            modem.connect()
        assert time.monotonic() - start < 4
    finally:
        os.close(master)
        os.close(slave)


def test_an_oversized_write_ends(peer: Any, fast: Timeouts) -> None:
    """A write that the line does not take gives up after `write_s`."""
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    peer.deaf = True
    assert peer.deafened.wait(2)
    start = time.monotonic()
    with pytest.raises(ModemSilent):
        modem.command("AT+X=" + "1" * 1_000_000)
    assert time.monotonic() - start < 3
    modem.close()


def test_identity_among_noise(peer: Any, fast: Timeouts) -> None:
    """URCs between command and answer end up in no property."""
    for name in ("AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI", "AT+CCID", "AT+CSQ", "AT+COPS?", "AT+CREG?"):
        peer.answers[name] = ("^RSSI:19", '^HCSQ:"LTE",43,39,57,20', *peer.answers[name])
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    device, sim = modem.identify()
    assert (device.manufacturer, device.model, device.firmware, device.imei) == ("Acme", "M1", "1.0", "860000000000017")
    assert (sim.iccid, sim.imsi) == ("89701010000000000017", "250010000000012")
    network = modem.network()
    assert (network.registered, network.operator, network.rat, network.signal_dbm) == (True, "Test", "LTE", -73)
    modem.close()


def test_a_busy_sim_is_waited_for_and_not_for_ever(peer: Any, fast: Timeouts) -> None:
    """CME 14 is asked again; one that stays busy ends as "busy"."""
    peer.answers["AT+CPIN?"] = [("+CME ERROR: 14",), ("+CME ERROR: SIM busy",), ("+CPIN: READY", "OK")]
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    assert modem.sim_state() == "ready"
    peer.answers["AT+CPIN?"] = ("+CME ERROR: 14",)
    start = time.monotonic()
    with pytest.raises(SimError) as raised:
        modem.identify()
    assert raised.value.code == "busy"
    assert time.monotonic() - start < 3
    modem.close()


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"AT+CCID": ("89701010000000000017F", "OK")}, "89701010000000000017"),
        ({"AT+CCID": ("ERROR",), "AT+ICCID": ('+ICCID: "8970101000000000001"', "OK")}, "8970101000000000001"),
        (
            {"AT+CCID": ("ERROR",), "AT+CRSM=176,12258,0,0,10": ('+CRSM: 144,0,"980701010000000000F1"', "OK")},
            "8970101000000000001",
        ),
        ({"AT+CCID": ("ERROR",)}, None),
    ],
)
def test_the_iccid_by_whichever_command(peer: Any, fast: Timeouts, answers: Any, expected: str | None) -> None:
    """Prefix, quotes, filler and swapped nibbles are taken off; no command that works gives None."""
    peer.answers |= answers
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    assert modem.identify()[1].iccid == expected
    modem.close()


def plug(root: Path, name: str, usb: str, interface: int, ids: tuple[str, str], serial: str = "") -> None:
    """A tty as sysfs shows it."""
    device = root / "devices" / usb
    place = device / f"{usb}:1.{interface}" / name
    place.mkdir(parents=True)
    (device / "idVendor").write_text(ids[0] + "\n")
    (device / "idProduct").write_text(ids[1] + "\n")
    (device / "serial").write_text(serial + "\n")
    (place.parent / "bInterfaceNumber").write_text(f"{interface:02x}\n")
    entry = root / "tty" / name
    entry.mkdir(parents=True)
    (entry / "device").symlink_to(place)


def test_the_port_of_a_known_modem_is_found(tmp_path: Path) -> None:
    """Automatic and usb ids give the AT interface; two modems must be told apart; nothing is opened."""
    for number in range(4):
        plug(tmp_path, f"ttyUSB{number}", "1-1", number, ("2c7c", "0125"), "860000000000017")
    tty = tmp_path / "tty"
    assert discovery.resolve("auto", sysfs=tty) == "/dev/ttyUSB2"
    assert discovery.resolve("usb:2c7c:0125", sysfs=tty) == "/dev/ttyUSB2"
    assert discovery.resolve("usb:2c7c:0125:3", sysfs=tty) == "/dev/ttyUSB3"
    assert discovery.resolve("imei:860000000000017", sysfs=tty) == "/dev/ttyUSB2"
    plug(tmp_path, "ttyUSB4", "1-2", 2, ("1e0e", "9001"))
    with pytest.raises(PortAbsent, match="2 modems"):
        discovery.resolve("auto", sysfs=tty)
    for setting, said in (
        ("usb:2c7c:0125:9", "it has: 0, 1, 2, 3"),
        ("usb:dead:beef", "no USB device dead:beef"),
    ):
        with pytest.raises(PortAbsent, match=said):
            discovery.resolve(setting, sysfs=tty)


def test_an_unknown_usb_serial_adapter_is_not_guessed(tmp_path: Path) -> None:
    """A tty of a maker that modemd does not know is never taken by itself."""
    plug(tmp_path, "ttyUSB0", "1-1", 0, ("1a86", "7523"))
    with pytest.raises(PortAbsent, match="port ="):
        discovery.resolve("auto", sysfs=tmp_path / "tty")


def test_a_link_is_followed_to_what_is_there_now(tmp_path: Path, peer: Any) -> None:
    """/dev/serial/by-id and other links give the device behind them."""
    link = tmp_path / "modem"
    link.symlink_to(peer.path)
    assert discovery.resolve(str(link)) == peer.path
