"""The made-up machine: what a program finds in its folders, and what writing to them does."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from modemd.backends.at.ports import discovery
from modemd.errors import ScenarioError
from modemd.simulator import loading
from modemd.simulator.machine import Machine
from modemd.simulator.scenario import ScenarioUsbDevice

QUECTEL = '[modem]\nprofile = "quectel"\nports = ["diag", "nmea", "at", "at2"]\nnet = true\n'
HUAWEI = '[modem]\nprofile = "huawei"\nports = ["ppp", "diag", "at"]\nusb_serial = "0123456789ABCDEF"\n'


class Client(Protocol):
    """The client of conftest.py, as far as it is used here."""

    def ask(self, command: str) -> bytes: ...


@pytest.fixture
def machine(fake_machine: Machine) -> Machine:
    return fake_machine


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip()


def test_sysfs_describes_the_device_and_each_interface(machine: Machine) -> None:
    """Ids, names, class triple and driver stand where a kernel puts them; the class folder leads there."""
    modem = machine.plug(QUECTEL)
    folder = machine.folder(modem)
    facts = {name: text(folder / name) for name in ("idVendor", "idProduct", "manufacturer", "authorized")}
    assert facts == {"idVendor": "2c7c", "idProduct": "0125", "manufacturer": "Quectel", "authorized": "1"}
    entry = (machine.root / "sys/class/tty/ttyUSB2").resolve()
    interface = entry.parents[2]
    assert (text(interface / "bInterfaceNumber"), interface.parent) == ("02", folder)
    triple = [text(interface / f"bInterface{part}") for part in ("Class", "SubClass", "Protocol")]
    assert triple == ["ff", "00", "00"]
    assert (interface / "driver").resolve().name == "option"
    assert (machine.root / "sys/class/net/wwan0").resolve().parents[1].name == "1-1:1.4"
    assert (machine.root / "sys/bus/usb/devices/1-1").resolve() == folder
    by_id = machine.root / "dev/serial/by-id/usb-Quectel_EC25-E-if02-port0"
    assert by_id.resolve() == (machine.root / "dev/ttyUSB2").resolve()
    assert modem.path == str(machine.root / "dev/ttyUSB2")


def test_ports_answer_where_the_machine_shows_them(machine: Machine, client_at: Callable[[str], Client]) -> None:
    """Two modems have names one behind the other, and each AT port answers for its own modem."""
    first = machine.plug(QUECTEL)
    second = machine.plug(HUAWEI)
    assert [Path(second.paths[role]).name for role in ("ppp", "diag", "at")] == ["ttyUSB4", "ttyUSB5", "ttyUSB6"]
    assert b"Quectel" in client_at(first.path).ask("AT+CGMI")
    assert b"huawei" in client_at(second.path).ask("AT+CGMI")


def test_the_daemons_discovery_finds_the_at_port(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """By MODEMD_SYSROOT `auto` and usb ids lead to the port of the modem that is plugged in."""
    modem = machine.plug(HUAWEI)
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    for setting in ("auto", "usb:12d1:1506"):
        assert os.path.realpath(discovery.resolve(setting)) == os.path.realpath(modem.path)


@pytest.mark.parametrize(("numbers", "names"), [("same", [2, 2, 2]), ("next", [2, 6, 10])])
def test_a_device_comes_back_under_the_same_or_other_names(machine: Machine, numbers: str, names: list[int]) -> None:
    """Unplugged, every trace of it is gone; back, its ports have the numbers that the test wants, and a new devnum."""
    modem = machine.plug(QUECTEL, numbers="next" if numbers == "next" else "same")
    folder = machine.folder(modem)
    seen, devices = [], set()
    for _ in range(3):
        seen.append(int(Path(modem.path).name.removeprefix("ttyUSB")))
        devices.add(text(folder / "devnum"))
        modem.unplug()
        assert not folder.exists()
        assert list((machine.root / "sys/class/tty").iterdir()) == []
        assert [entry.name for entry in (machine.root / "dev").iterdir()] == ["serial"]
        modem.replug()
        assert Path(modem.path).exists()
    assert seen == names
    assert len(devices) == 3


def test_writing_to_authorized_takes_the_device_off_the_bus_and_back(
    machine: Machine, client_at: Callable[[str], Client]
) -> None:
    """0: interfaces, ports and settings are gone, the device's folder stays; 1: it is back and answers."""
    modem = machine.plug(QUECTEL)
    client_at(modem.path).ask("AT+CMGF=1")
    switch = machine.folder(modem) / "authorized"
    switch.write_text("0\n", encoding="ascii")
    assert modem.wait_for(lambda fake: not fake.plugged)
    assert modem.wait_for(lambda fake: not os.path.lexists(fake.path))
    assert switch.exists()
    assert not list(machine.folder(modem).glob("1-1:*"))
    switch.write_text("1\n", encoding="ascii")
    assert modem.wait_for(lambda fake: fake.plugged and Path(fake.path).exists())
    assert modem.settings["CMGF"] == "0"
    assert b"OK" in client_at(modem.path).ask("AT")


def test_unbinding_and_binding_does_the_same(machine: Machine) -> None:
    """The device's name, written to unbind and bind of the driver "usb"."""
    modem = machine.plug(QUECTEL)
    drivers = machine.root / "sys/bus/usb/drivers/usb"
    (drivers / "unbind").write_text("1-1", encoding="ascii")
    assert modem.wait_for(lambda fake: not fake.plugged)
    (drivers / "bind").write_text("1-1", encoding="ascii")
    assert modem.wait_for(lambda fake: fake.plugged and Path(fake.path).exists())


def test_a_restart_gives_the_device_new_folders(machine: Machine, client_at: Callable[[str], Client]) -> None:
    """AT+CFUN=1,1: off the bus and back by itself, and `authorized` of the new folder works as well."""
    modem = machine.plug(QUECTEL.replace("[modem]", '[modem]\nrestart_time = "100ms"'))
    client_at(modem.path).ask("AT+CFUN=1,1")
    assert modem.wait_for(lambda fake: fake.restarts == 1 and fake.plugged and Path(fake.path).exists())
    (machine.folder(modem) / "authorized").write_text("0", encoding="ascii")
    assert modem.wait_for(lambda fake: not fake.plugged)


def test_devices_that_are_no_serial_modem(machine: Machine) -> None:
    """Storage mode, HiLink, RNDIS, MBIM and QMI: their interfaces, cards and channels, and no tty."""
    machine.plug("[[usb]]\nkind = 'storage'\n[[usb]]\nkind = 'hilink'\nids = '12d1:1442'\n")
    names = [machine.plug_device(ScenarioUsbDevice(kind=kind)) for kind in ("mbim", "qmi", "rndis")]
    bus = machine.root / "sys/bus/usb/devices"
    shown = {entry.name: text(entry / "bInterfaceClass") for entry in bus.iterdir() if ":" in entry.name}
    assert shown["1-2:1.0"] == "08"
    assert (text(bus / "1-3" / "idProduct"), shown["1-3:1.0"]) == ("1442", "02")
    assert (bus / "1-4:1.0/driver").resolve().name == "cdc_mbim"
    cards = {entry.name for entry in (machine.root / "sys/class/net").iterdir()}
    assert cards == {"eth0", "wwan0", "wwan1", "usb0"}
    assert {entry.name for entry in (machine.root / "sys/class/usbmisc").iterdir()} == {"cdc-wdm0", "cdc-wdm1"}
    assert [entry.name for entry in (machine.root / "sys/class/tty").iterdir()] == ["ttyUSB0"]
    for name in names:
        machine.unplug_device(name)
    assert {entry.name for entry in (machine.root / "sys/class/net").iterdir()} == {"eth0"}


def test_who_holds_a_port_and_where_the_default_route_goes(machine: Machine) -> None:
    """/proc shows a program with a port open, and the routing table."""
    machine.plug(QUECTEL)
    machine.hold("/dev/ttyUSB3", 812, "pppd")
    machine.route("wwan0")
    assert (machine.root / "proc/812/fd/3").readlink() == Path("/dev/ttyUSB3")
    assert text(machine.root / "proc/812/comm") == "pppd"
    assert "wwan0\t00000000\t" in text(machine.root / "proc/net/route")


def test_a_scenario_may_say_who_is_on_the_bus(machine: Machine) -> None:
    """Ids and serial number of the modem, and all names of another device, are the file's where it has them."""
    modem = machine.plug(
        "[modem]\nprofile = 'huawei'\nusb = '12d1:140c'\nusb_serial = '356938035643809'\n"
        "[[usb]]\nkind = 'qmi'\nids = '1199:9071'\nmanufacturer = 'Sierra'\nproduct = 'MC7455'\nserial = 'LF1'\n"
    )
    folder = machine.folder(modem)
    assert [text(folder / name) for name in ("idVendor", "idProduct", "serial")] == ["12d1", "140c", "356938035643809"]
    other = machine.root / "sys/bus/usb/devices/1-2"
    shown = [text(other / name) for name in ("idVendor", "idProduct", "manufacturer", "product", "serial")]
    assert shown == ["1199", "9071", "Sierra", "MC7455", "LF1"]


def test_link_and_machine_exclude_each_other(tmp_path: Path) -> None:
    """`modemd simulate` refuses both at once, with exit 2."""
    arguments = ["simulate", "menu", "--link", str(tmp_path / "a"), "--machine", str(tmp_path / "b")]
    done = subprocess.run([sys.executable, "-m", "modemd", *arguments], capture_output=True, text=True, timeout=20)
    assert (done.returncode, "--link or --machine" in done.stderr) == (2, True)


def test_acm_modems_have_other_names(machine: Machine) -> None:
    """A u-blox shows /dev/ttyACM0, right below its interface."""
    modem = machine.plug('[modem]\nprofile = "ublox"\n')
    assert Path(modem.path).name == "ttyACM0"
    assert (machine.root / "sys/class/tty/ttyACM0/device").resolve().name == "1-1:1.0"


def test_the_folder_must_be_empty_and_is_left_empty(tmp_path: Path) -> None:
    """Somebody's folder is refused; what a killed machine left is taken over; at the end nothing is left."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    with pytest.raises(ScenarioError, match="not empty"):
        Machine(tmp_path / "mine")
    (tmp_path / "left").mkdir()
    (tmp_path / "left" / ".fake-machine").touch()
    (tmp_path / "left" / "sys").mkdir()
    with Machine(tmp_path / "left") as machine:
        machine.plug("menu")
    assert list((tmp_path / "left").iterdir()) == []


def test_simulate_makes_a_machine_and_says_how_to_use_it(tmp_path: Path) -> None:
    """`modemd simulate NAME --machine DIR` prints the port, names the variable, and clears the folder at SIGTERM."""
    root = tmp_path / "machine"
    with subprocess.Popen(
        [sys.executable, "-m", "modemd", "simulate", "menu", "--machine", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            assert running.stdout is not None
            assert running.stderr is not None
            assert running.stdout.readline() == f"{root}/dev/ttyUSB0\n"
            said = running.stderr.readline()
            assert f"MODEMD_SYSROOT={root} " in said
            assert 'port = "auto" or "/dev/ttyUSB0"' in said
            descriptor = os.open(root / "dev/ttyUSB0", os.O_RDWR | os.O_NOCTTY)
            os.write(descriptor, b"AT\r")
            assert select.select([descriptor], [], [], 5.0)[0]
            os.close(descriptor)
        finally:
            running.send_signal(signal.SIGTERM)
        assert running.wait(5.0) == 0
    assert list(root.iterdir()) == []


@pytest.mark.parametrize(
    ("scenario", "place"),
    [
        ('[modem]\nusb = "12d1"\n', "modem.usb"),
        ("[[usb]]\nids = '12d1:1f01'\n", "usb[1].kind"),
        ("[[usb]]\nkind = 'modem'\n", "usb[1].kind"),
        ("[[usb]]\nkind = 'qmi'\nids = 'x'\n", "usb[1].ids"),
    ],
)
def test_wrong_keys_are_named_with_a_cure(scenario: str, place: str) -> None:
    """Each wrong value of the keys of the bus is an error that names it."""
    with pytest.raises(ScenarioError) as caught:
        loading.parse(scenario)
    assert f"scenario: {place}" in str(caught.value)
