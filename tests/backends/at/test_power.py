"""What the steps of the recovery ladder do to a modem: the octets on its ports, the files of its USB device."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at import resets
from modemd.backends.at import power
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.nodes import nodes
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.errors import ModemError, PortAbsent, PortLost, StoreError
from modemd.records import Device

QUICK = PowerTimes(
    radio_off_s=0.02,
    radio_s=0.3,
    stop_s=0.2,
    reset_s=0.2,
    drain_s=0.1,
    gone_s=0.3,
    back_s=2.0,
    look_s=0.01,
    usb_off_s=0.02,
)


class Owner:
    """An owner thread's pause, and what it is told, in the order in which it happens."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.stopping = threading.Event()

    def pause(self, seconds: float) -> bool:
        return not self.stopping.wait(seconds)

    def before(self) -> None:
        self.told.append("before")

    def after(self) -> None:
        self.told.append("after")


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def modem(peer: Any, fast: Timeouts) -> Iterator[Modem]:
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    peer.commands.clear()
    yield modem
    modem.close()


def radio(peer: Any, owner: Owner, *, refuses: tuple[str, ...] = ()) -> list[str]:
    """Teaches the peer +CFUN; the list grows by each setting that it takes."""
    states = ["1"]

    def fun(command: str) -> tuple[str, ...]:
        owner.told.append(command)
        if command in refuses:
            return ("+CME ERROR: 4",)
        states.append(command[-1])
        return ("OK",)

    peer.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]},0", "OK")
    peer.answers["AT+CFUN=*"] = fun
    return states


def cycle(modem: Modem, owner: Owner) -> bool:
    return power.cycle_radio(modem, before=owner.before, after=owner.after, pause=owner.pause, times=QUICK)


# --- the radio


def test_the_radio_is_owed_before_it_is_off(peer: Any, modem: Modem, owner: Owner) -> None:
    """Written down, off, on, confirmed, struck out: in this order."""
    radio(peer, owner)
    assert cycle(modem, owner)
    assert owner.told == ["before", "AT+CFUN=4", "AT+CFUN=1", "after"]
    assert peer.commands == ["AT+CFUN?", "AT+CFUN=4", "AT+CFUN=1", "AT+CFUN?"]


def test_a_modem_without_4_gets_0(peer: Any, modem: Modem, owner: Owner) -> None:
    """Where flight mode is refused, minimum functionality is next."""
    states = radio(peer, owner, refuses=("AT+CFUN=4",))
    assert cycle(modem, owner)
    assert states == ["1", "0", "1"]


def test_a_modem_that_refuses_both_owes_nothing(peer: Any, modem: Modem, owner: Owner) -> None:
    """Nothing was switched off, which is said, and nothing stays written down."""
    radio(peer, owner, refuses=("AT+CFUN=4", "AT+CFUN=0"))
    assert not cycle(modem, owner)
    assert owner.told[-1] == "after"


@pytest.mark.parametrize("found", [("+CFUN: 4", "OK"), ("+CFUN: 0", "OK"), ("ERROR",), ("OK",)])
def test_a_radio_that_is_not_on_is_left_alone(peer: Any, modem: Modem, owner: Owner, found: Any) -> None:
    """Somebody else's flight mode is not ended, an answer that says nothing is no leave."""
    peer.answers["AT+CFUN?"] = found
    assert not cycle(modem, owner)
    assert (owner.told, peer.commands) == ([], ["AT+CFUN?"])


def test_nothing_is_switched_off_that_cannot_be_written_down(peer: Any, modem: Modem, owner: Owner) -> None:
    """A full disk: the radio stays on."""

    def full() -> None:
        raise StoreError("the disk is full: free some space")

    radio(peer, owner)
    with pytest.raises(StoreError):
        power.cycle_radio(modem, before=full, after=owner.after, pause=owner.pause, times=QUICK)
    assert owner.told == []


def test_no_final_result_code_may_mean_off(peer: Any, modem: Modem, owner: Owner) -> None:
    """AT+CFUN=4 without an answer: the radio is switched on again all the same."""
    states = radio(peer, owner)

    def swallow(_command: str) -> tuple[()]:
        states.append("4")
        return ()

    peer.answers["AT+CFUN=4"] = swallow
    assert cycle(modem, owner)
    assert states == ["1", "4", "1"]
    assert owner.told[-1] == "after"


def test_a_radio_that_does_not_come_on_stays_owed(peer: Any, modem: Modem, owner: Owner) -> None:
    """OK is no proof: as long as the modem says 4, it is written down that it must be switched on."""
    peer.answers["AT+CFUN?"] = [("+CFUN: 1", "OK"), ("+CFUN: 4", "OK")]
    peer.answers["AT+CFUN=*"] = ("OK",)
    assert cycle(modem, owner)
    assert owner.told == ["before"]


def test_unplugged_with_the_radio_off(peer: Any, modem: Modem, owner: Owner) -> None:
    """The device goes away between off and on: PortLost, and it is still owed."""
    radio(peer, owner)

    def pause(_seconds: float) -> bool:
        peer.unplug()
        return True

    with pytest.raises(PortLost):
        power.cycle_radio(modem, before=owner.before, after=owner.after, pause=pause, times=QUICK)
    assert owner.told == ["before", "AT+CFUN=4"]


# --- the reset


@pytest.mark.parametrize(
    ("maker", "model", "vendor", "command"),
    [
        ("huawei", "E3372", "12d1", "AT^RESET"),
        ("Brovi", "E3372-325", "3566", "AT^RESET"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "1e0e", "AT+CRESET"),
        ("Telit", "LE910C1-EU", "1bc7", "AT#REBOOT"),
        ("Sierra Wireless, Incorporated", "MC7455", "1199", "AT!RESET"),
        ("u-blox", "TOBY-L280", "1546", "AT+CFUN=16"),
        ("Fibocom Wireless Inc.", "L850-GL", "2cb7", "AT+CFUN=15"),
        ("Quectel", "EC25", "2c7c", "AT+CFUN=1,1"),
        ("ZTE CORPORATION", "MF823", "19d2", "AT+CFUN=1,1"),
        ("Acme", "M1", None, "AT+CFUN=1,1"),
    ],
)
def test_each_make_has_its_reset(
    peer: Any, modem: Modem, maker: str, model: str, vendor: str | None, command: str
) -> None:
    """The maker's own command goes out first; where it is refused, the standard's; blindly only to a known vendor."""
    modem.device = Device(manufacturer=maker, model=model)
    peer.answers["AT+CFUN=1,1"] = ("OK",)
    assert power.reset(modem, QUICK)
    assert peer.commands == list(dict.fromkeys([command, "AT+CFUN=1,1"]))
    assert resets.blind_reset(vendor) == (command if vendor is not None else None)


def test_a_reset_needs_no_answer(peer: Any, modem: Modem) -> None:
    """A modem that goes silent, or goes away, has taken it; one that refuses everything has not."""
    assert not power.reset(modem, QUICK)
    peer.answers["AT+CFUN=1,1"] = lambda _command: (peer.unplug(), ())[1]
    assert power.reset(modem, QUICK)


@given(
    lines=st.lists(st.text(max_size=30) | st.from_regex(r"\+CFUN: ?[0-9]{0,4}(,[0-9])?", fullmatch=True), max_size=4)
)
def test_functionality_of_anything(lines: list[str]) -> None:
    """Any text gives a small number or nothing."""
    found = resets.functionality(lines)
    assert found is None or 0 <= found <= 999


# --- on a made-up machine


@dataclass
class Machine:
    """A folder that looks like sysfs with one Quectel-like device of several ports."""

    root: Path
    device: Path

    @property
    def authorized(self) -> Path:
        return self.device / "authorized"

    def port(self, number: int, interface: int, target: str) -> str:
        folder = self.device / f"1-1:1.{interface}"
        (folder / f"ttyUSB{number}").mkdir(parents=True)
        (folder / "bInterfaceNumber").write_text(f"{interface:02x}\n", encoding="ascii")
        for part, value in (("Class", "ff"), ("SubClass", "00"), ("Protocol", "00")):
            (folder / f"bInterface{part}").write_text(f"{value}\n", encoding="ascii")
        entry = self.root / f"sys/class/tty/ttyUSB{number}"
        entry.mkdir(parents=True)
        (entry / "device").symlink_to(folder / f"ttyUSB{number}")
        path = self.root / f"dev/ttyUSB{number}"
        path.parent.mkdir(exist_ok=True)
        path.symlink_to(target)
        return str(path)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    root = tmp_path / "root"
    device = root / "sys/devices/usb1/1-1"
    device.mkdir(parents=True)
    for name, value in (("idVendor", "2c7c"), ("idProduct", "0125"), ("authorized", "1"), ("bDeviceClass", "ef")):
        (device / name).write_text(f"{value}\n", encoding="ascii")
    monkeypatch.setenv("MODEMD_SYSROOT", str(root))
    return Machine(root, device)


def test_a_blind_reset_reaches_every_at_port(machine: Machine, make_peer: Callable[..., Any], owner: Owner) -> None:
    """The port that hangs, then the other AT port of the same device, never the one for diagnosis."""
    diag, first, second = make_peer(), make_peer(), make_peer()
    machine.port(0, 0, diag.path)
    path = machine.port(2, 2, first.path)
    other = machine.port(3, 3, second.path)
    assert power.ports_of(path) == [path, other]
    command = power.blind_command(path, None, None)
    assert command == "AT+CFUN=1,1"
    for port in power.ports_of(path):
        power.reset_blindly(port, command, pause=owner.pause, times=QUICK)
    assert first.heard("AT+CFUN=1,1")
    assert second.heard("AT+CFUN=1,1")
    assert diag.octets == b""


def test_nothing_is_written_to_who_knows_what(machine: Machine, peer: Any) -> None:
    """An Arduino on a configured path gets no reset command; a modem that once named itself does."""
    (machine.device / "idVendor").write_text("2341\n", encoding="ascii")
    path = machine.port(0, 0, peer.path)
    assert power.blind_command(path, None, None) is None
    assert power.blind_command(peer.path, None, None) is None
    assert power.blind_command(path, "huawei", "E3372") == "AT^RESET"


def test_a_device_is_taken_off_the_bus_and_put_back(machine: Machine, peer: Any, owner: Owner) -> None:
    """0, a moment, 1, of the device that the port belongs to; written down before and struck out after."""
    path = machine.port(2, 2, peer.path)
    folder = power.usb_folder(path)
    assert folder == machine.device
    assert power.no_reauthorising(folder) is None

    def pause(_seconds: float) -> bool:
        owner.told.append(machine.authorized.read_text(encoding="ascii").strip())
        return False  # the daemon is to end: it is put back all the same

    power.reauthorise(folder, before=owner.before, after=owner.after, pause=pause, times=QUICK)
    assert owner.told == ["before", "0", "after"]
    assert machine.authorized.read_text(encoding="ascii") == "1"


def test_a_device_left_off_the_bus_is_put_back(machine: Machine) -> None:
    """After a kill in between; and where the device is gone there is nothing left to do."""
    machine.authorized.write_text("0\n", encoding="ascii")
    assert power.authorise(machine.device)
    assert machine.authorized.read_text(encoding="ascii") == "1"
    machine.authorized.unlink()
    assert power.authorise(machine.device)


def test_without_permission_the_rule_is_named(
    machine: Machine, peer: Any, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not writable, or no USB device at all: a line with the cure, which exists in the package's folder."""
    assert "not a USB device" in (power.no_reauthorising(None) or "")
    monkeypatch.setattr(os, "access", lambda *_args: False)
    line = power.no_reauthorising(machine.device) or ""
    assert str(machine.authorized) in line
    assert power.RULE in line
    rule = Path(__file__).parents[3] / power.RULE
    lines = rule.read_text(encoding="utf-8").splitlines()
    assert all(line.startswith("#") for line in lines)  # off by default
    machine.authorized.unlink()
    machine.authorized.mkdir()
    with pytest.raises(ModemError, match="authorized"):
        power.reauthorise(machine.device, before=owner.before, after=owner.after, pause=owner.pause, times=QUICK)


def test_the_way_out_of_the_made_up_machine(machine: Machine, peer: Any) -> None:
    """The question that the ladder asks before any reset: a default route over the device's own network card."""
    path = machine.port(2, 2, peer.path)
    assert carries_uplink(path) is None
    card = machine.device / "1-1:1.4"
    (card / "net/wwan0").mkdir(parents=True)
    (card / "bInterfaceNumber").write_text("04\n", encoding="ascii")
    (machine.root / "proc/net").mkdir(parents=True)
    (machine.root / "proc/net/route").write_text(
        "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
        "wwan0\t00000000\t0100000A\t0003\t0\t0\t700\t00000000\t0\t0\t0\n",
        encoding="ascii",
    )
    assert carries_uplink(path) == "wwan0"


# --- coming back


def test_a_device_that_comes_back_is_another_node(tmp_path: Path, make_peer: Callable[..., Any], owner: Owner) -> None:
    """Gone and there again under the same name is seen; one that never goes is not waited for long."""
    link = tmp_path / "modem"
    first, second = make_peer(), make_peer()
    assert nodes(str(link)) == ()
    link.symlink_to(first.path)
    was = nodes(str(link))
    assert len(was) == 1
    assert power.comes_back(str(link), was, pause=owner.pause, times=QUICK) == "stayed"  # a UART: after gone_s
    link.unlink()
    assert nodes(str(link)) == ()
    thread = threading.Timer(0.05, lambda: link.symlink_to(second.path))
    thread.start()
    assert power.comes_back(str(link), was, pause=owner.pause, times=QUICK) == "back"
    thread.join()
    assert nodes(str(link)) not in ((), was)
    link.unlink()
    owner.stopping.set()
    assert power.comes_back(str(link), was, pause=owner.pause, times=QUICK) == "away"


def test_a_blind_reset_into_nothing(tmp_path: Path, owner: Owner) -> None:
    """The port is gone by then: PortAbsent, as at any opening."""
    with pytest.raises(PortAbsent):
        power.reset_blindly(str(tmp_path / "gone"), "AT^RESET", pause=owner.pause, times=QUICK)
