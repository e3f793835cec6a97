"""Which port is taken, on made-up machines: makers' facts, several modems, devices that are no serial modem, races."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.backends.at.ports import sysroot, usb
from modemd.backends.at.ports.discovery import candidates, resolve, usb_ports
from modemd.backends.at.ports.portmap import kind_of
from modemd.errors import PortAbsent

# What a device looks like: ids, interfaces, and the ports that take AT commands in the order in which they are tried.
MODEMS = {
    "quectel-ec25": (
        "2c7c:0125",
        [
            "0 ff/ff/ff option ttyUSB0",
            "1 ff/00/00 option ttyUSB1",
            "2 ff/00/00 option ttyUSB2 int",
            "3 ff/00/00 option ttyUSB3 int",
            "4 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0",
        ],
        ["ttyUSB2", "ttyUSB3"],
    ),
    "huawei-e3372-stick": (
        "12d1:1506",
        [
            "0 ff/02/12 option ttyUSB0",
            "1 ff/02/01 option ttyUSB1",
            "2 ff/02/16 huawei_cdc_ncm net=wwan0 wdm=cdc-wdm0",
            "3 08/06/50 usb-storage",
        ],
        ["ttyUSB0"],
    ),
    "huawei-e3131": (
        "12d1:1001",
        ["0 ff/01/01 option ttyUSB0", "1 ff/01/03 option ttyUSB1", "2 ff/01/02 option ttyUSB2"],
        ["ttyUSB2"],
    ),
    "huawei-e1550-silent-protocols": (
        "12d1:1001",
        ["0 ff/ff/ff option ttyUSB0", "1 ff/ff/ff option ttyUSB1", "2 ff/ff/ff option ttyUSB2"],
        ["ttyUSB2", "ttyUSB1"],
    ),
    "huawei-modem-port-alone": ("12d1:1003", ["0 ff/01/01 option ttyUSB0"], ["ttyUSB0"]),
    "brovi-e3372-325": (
        "3566:2001",
        [
            "0 e0/01/03 rndis_host net=usb0",
            "1 0a/00/00 rndis_host",
            "2 ff/03/13 option ttyUSB0",
            "3 ff/03/12 option ttyUSB1",
            "4 ff/03/01 option ttyUSB2",
        ],
        ["ttyUSB1"],
    ),
    "simcom-sim7600": (
        "1e0e:9001",
        [f"{n} ff/ff/ff option ttyUSB{n}" for n in range(5)] + ["5 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0"],
        ["ttyUSB2", "ttyUSB3"],
    ),
    "simcom-with-network-card": (
        "1e0e:9011",
        ["0 e0/01/03 rndis_host net=usb0", "1 0a/00/00 rndis_host"]
        + [f"{n} ff/00/00 option ttyUSB{n - 2}" for n in range(2, 6)],
        ["ttyUSB2", "ttyUSB3"],
    ),
    "zte-mf180": (
        "19d2:2003",
        [f"{n} ff/ff/ff option ttyUSB{n}" for n in range(4)],
        ["ttyUSB1", "ttyUSB3"],
    ),
    "zte-mf110": ("19d2:0016", [f"{n} ff/ff/ff option ttyUSB{n}" for n in range(4)], ["ttyUSB1", "ttyUSB2"]),
    "sierra-mc7455": (
        "1199:9071",
        [
            "0 ff/ff/ff qcserial ttyUSB0",
            "2 ff/00/00 qcserial ttyUSB1",
            "3 ff/00/00 qcserial ttyUSB2",
            "8 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0",
        ],
        ["ttyUSB2"],
    ),
    "telit-le910c1-eux": (
        "1bc7:1031",
        ["0 ff/ff/ff option ttyUSB0", "1 ff/ff/ff option ttyUSB1", "2 ff/ff/ff option ttyUSB2"],
        ["ttyUSB1", "ttyUSB2"],
    ),
    "telit-le910c1": (
        "1bc7:1201",
        [
            "0 ff/ff/30 option ttyUSB0",
            "3 ff/00/00 option ttyUSB1",
            "4 ff/fe/ff option ttyUSB2",
            "5 ff/00/00 option ttyUSB3",
        ],
        ["ttyUSB2", "ttyUSB3"],
    ),
    "u-blox-lara": (
        "1546:110a",
        ["0 02/02/01 cdc_acm ttyACM0", "2 02/02/01 cdc_acm ttyACM1", "6 02/02/01 cdc_acm ttyACM3"],
        ["ttyACM0", "ttyACM1"],
    ),
    "u-blox-toby-l4": (
        "1546:1010",
        ["2 02/02/01 cdc_acm ttyACM0", "4 02/02/01 cdc_acm ttyACM1", "6 02/02/01 cdc_acm ttyACM2"],
        ["ttyACM2"],
    ),
    "fibocom-nl668": ("2cb7:01a0", [f"{n} ff/00/00 option ttyUSB{n - 2}" for n in (2, 3, 4)], ["ttyUSB0", "ttyUSB1"]),
    "fibocom-fm150": ("2cb7:0104", [f"{n} ff/00/00 option ttyUSB{n}" for n in range(4)], ["ttyUSB1", "ttyUSB2"]),
    "cinterion-pls8": (
        "1e2d:0061",
        ["0 02/02/01 cdc_acm ttyACM0", "2 02/02/01 cdc_acm ttyACM1", "4 02/02/01 cdc_acm ttyACM2"],
        ["ttyACM0", "ttyACM1"],
    ),
}


def names(machine: Any, setting: str) -> list[str]:
    """The candidates without the folder that plays the machine's /dev."""
    found = candidates(setting)
    assert all(path.startswith(f"{machine.root}/dev/") for path in found)
    return [path.removeprefix(f"{machine.root}/dev/") for path in found]


@pytest.mark.parametrize("name", MODEMS)
def test_every_port_that_takes_commands_in_its_order(machine: Any, name: str) -> None:
    """Each maker's AT ports, the best first, by "auto" as by USB id; ports for dialling, GPS and diagnosis never."""
    ids, interfaces, expected = MODEMS[name]
    machine.plug("1-1", ids, interfaces)
    assert names(machine, "auto") == expected
    assert names(machine, f"usb:{ids}") == expected


def test_behind_a_chain_of_hubs(machine: Any) -> None:
    """A modem three hubs deep is found, and the hubs are no candidates."""
    for place in ("1-1", "1-1.4", "1-1.4.10"):
        machine.plug(place, "0424:2514", ["0 09/00/00 hub"])
    machine.plug("1-1.4.10.2", *MODEMS["quectel-ec25"][:2])
    assert names(machine, "auto") == ["ttyUSB2", "ttyUSB3"]


def test_the_free_port_comes_first(machine: Any) -> None:
    """A port that a dialler or anybody else has open stands behind the modem's free one, and stays a candidate."""
    machine.plug("1-1", *MODEMS["quectel-ec25"][:2])
    machine.process(812, "pppd", "/dev/ttyUSB2")
    assert names(machine, "auto") == ["ttyUSB3", "ttyUSB2"]
    machine.process(813, "minicom", "/dev/ttyUSB3")
    assert names(machine, "auto") == ["ttyUSB2", "ttyUSB3"]


def test_a_lock_file_counts_like_an_open_port(machine: Any) -> None:
    """A program whose open files cannot be seen is known by its lock file; one that has ended does not count."""
    machine.plug("1-1", *MODEMS["quectel-ec25"][:2])
    machine.file("var/lock/LCK..ttyUSB2", "       900\n")
    assert names(machine, "auto") == ["ttyUSB2", "ttyUSB3"]
    machine.process(900, "minicom")
    assert names(machine, "auto") == ["ttyUSB3", "ttyUSB2"]


def test_what_is_not_known_is_never_taken_by_itself(machine: Any) -> None:
    """A USB serial adapter, an Arduino and a satellite receiver of a modem maker: not by "auto", by name at once."""
    machine.plug("1-1", "1a86:7523", ["0 ff/01/02 ch341 ttyUSB0"])
    machine.plug("1-2", "2341:0043", ["0 02/02/01 cdc_acm ttyACM0"])
    machine.plug("1-3", "1546:01a8", ["0 02/02/01 cdc_acm ttyACM1"])
    with pytest.raises(PortAbsent, match=r'no modem that modemd knows.*port = "/dev'):
        resolve("auto")
    assert names(machine, "usb:1a86:7523") == ["ttyUSB0"]
    assert names(machine, "usb:1546:01a8") == ["ttyACM1"]


def test_an_unknown_modem_that_is_named_is_tried_port_by_port(machine: Any) -> None:
    """Of a make without facts each port is a candidate, those with an interrupt endpoint first."""
    interfaces = ["0 ff/ff/ff option ttyUSB0", "1 ff/00/00 option ttyUSB1 int", "2 ff/00/00 option ttyUSB2"]
    machine.plug("1-1", "4321:8765", [*interfaces, "3 ff/00/00 option ttyUSB3 int"])
    assert names(machine, "usb:4321:8765") == ["ttyUSB3", "ttyUSB1", "ttyUSB2", "ttyUSB0"]
    assert names(machine, "usb:4321:8765:0") == ["ttyUSB0"]


def test_two_modems_must_be_told_apart(machine: Any) -> None:
    """ "auto" with two modems, and a USB id that two sticks have, name the ports and the ways out."""
    machine.plug("1-1", "12d1:1506", ["0 ff/02/12 option ttyUSB0", "1 ff/02/01 option ttyUSB1"])
    machine.plug("1-2", "12d1:1506", ["0 ff/02/12 option ttyUSB2", "1 ff/02/01 option ttyUSB3"])
    with pytest.raises(PortAbsent, match=r"2 modems .*ttyUSB0.*ttyUSB2.*imei"):
        resolve("auto")
    with pytest.raises(PortAbsent, match=r"2 devices 12d1:1506.*by-path"):
        resolve("usb:12d1:1506")


def test_by_imei(machine: Any) -> None:
    """The device whose serial is the IMEI; else those that do not say, never one that says another IMEI."""
    one, two, elsewhere = "356938035643809", "490154203237518", "861111111111111"
    machine.plug("1-1", "2c7c:0125", ["2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3"], serial=one)
    machine.plug("1-2", "1e0e:9001", ["2 ff/00/00 option ttyUSB6", "3 ff/00/00 option ttyUSB7"], serial="0123456789AB")
    machine.plug("1-3", "12d1:1506", ["0 ff/02/12 option ttyUSB8"], serial=f"HUAWEI_{two}")
    assert names(machine, f"imei:{one}") == ["ttyUSB2", "ttyUSB3"]
    assert names(machine, f"imei:{one[:14]}01") == ["ttyUSB2", "ttyUSB3"], "an IMEISV ends in its software version"
    assert names(machine, f"imei:{two}") == ["ttyUSB8"]
    assert names(machine, f"imei:{elsewhere}") == ["ttyUSB6", "ttyUSB7"]
    machine.plug("1-4", "1bc7:1201", ["4 ff/ff/ff option ttyUSB9", "5 ff/ff/ff option ttyUSB10"])
    assert names(machine, f"imei:{elsewhere}") == ["ttyUSB6", "ttyUSB9", "ttyUSB7", "ttyUSB10"]
    for place in ("1-2", "1-4"):
        machine.unplug(place)
    with pytest.raises(PortAbsent, match="that IMEI is not plugged in"):
        resolve(f"imei:{elsewhere}")


@pytest.mark.parametrize(
    ("ids", "interfaces", "said"),
    [
        ("12d1:1f01", ["0 08/06/50 usb-storage"], "storage mode.*usb-modeswitch"),
        ("19d2:2000", ["0 08/06/50 usb-storage"], "storage mode"),
        ("12d1:14dc", ["0 02/06/00 cdc_ether net=eth1", "1 0a/00/00 cdc_ether", "2 08/06/50 usb-storage"], "HiLink"),
        ("12d1:1442", ["0 02/06/00 - ", "1 0a/00/00 -"], "HiLink"),
        ("12d1:ffff", ["0 e0/01/03 rndis_host net=usb0"], "HiLink"),
        ("19d2:1405", ["0 02/06/00 cdc_ether net=usb0", "1 0a/00/00 cdc_ether", "2 08/06/50 usb-storage"], "HiLink"),
        ("3566:2001", ["0 02/0d/00 cdc_ncm net=eth1", "1 0a/00/01 cdc_ncm"], "HiLink"),
        ("1199:9079", ["12 02/0e/00 cdc_mbim net=wwan0 wdm=cdc-wdm0", "13 0a/00/02 cdc_mbim"], "MBIM mode"),
        ("1199:9071", ["8 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0"], "QMI mode"),
        ("2c7c:0900", ["0 ff/ff/30 -", "2 ff/00/40 -"], "modprobe option; echo 2c7c 0900"),
    ],
)
def test_a_modem_without_a_serial_port_is_named_with_the_cure(
    machine: Any, ids: str, interfaces: list[str], said: str
) -> None:
    """Storage mode, HiLink, MBIM, QMI, no driver: "auto" and the USB id say what it is and what to do, in one line."""
    machine.plug("1-1", ids, interfaces)
    for setting in ("auto", f"usb:{ids}"):
        with pytest.raises(PortAbsent, match=said) as raised:
            resolve(setting)
        assert ids in raised.value.message
        assert "\n" not in raised.value.message


def test_what_is_no_modem_is_not_called_one(machine: Any) -> None:
    """Disk, keyboard and network card of other makers leave the plain message."""
    machine.plug("1-1", "0781:5567", ["0 08/06/50 usb-storage"])
    machine.plug("1-2", "046d:c31c", ["0 03/01/01 usbhid"])
    machine.plug("1-3", "0bda:8153", ["0 02/06/00 cdc_ether net=eth1", "1 0a/00/00 cdc_ether"])
    with pytest.raises(PortAbsent, match=r"^no modem that modemd knows"):
        resolve("auto")


def test_a_stick_that_changed_its_id_is_pointed_out(machine: Any) -> None:
    """The id of storage mode in the configuration: the message names the id that the stick has now."""
    machine.plug("1-1", "12d1:1506", ["0 ff/02/12 option ttyUSB0"])
    with pytest.raises(PortAbsent, match=r'no USB device 12d1:1f01.*usb = "12d1:1506"'):
        resolve("usb:12d1:1f01")


def test_an_interface_that_is_not_there(machine: Any) -> None:
    """An interface in the configuration without a tty: the message lists those that have one."""
    machine.plug("1-1", *MODEMS["quectel-ec25"][:2])
    assert names(machine, "usb:2c7c:0125:3") == ["ttyUSB3"]
    with pytest.raises(PortAbsent, match="it has: 0, 1, 2, 3"):
        resolve("usb:2c7c:0125:9")


def test_a_path_below_the_made_up_root(machine: Any, tmp_path: Path) -> None:
    """A path is the machine's own: by-id links are followed inside it, and its ports may be pseudo-terminals."""
    machine.plug("1-1", *MODEMS["quectel-ec25"][:2], by_id="Quectel_EC25")
    node = machine.root / "dev/ttyUSB2"
    node.unlink()
    node.symlink_to("/dev/pts/99")
    for setting in ("/dev/ttyUSB2", "/dev/serial/by-id/usb-Quectel_EC25-if02-port0", str(node)):
        assert candidates(setting) == [str(node)]
    assert candidates("auto")[0] == str(node)
    assert candidates("/dev/pts/7") == ["/dev/pts/7"], "a pseudo-terminal is the kernel's"
    assert candidates("/dev/ttyAMA0") == [str(machine.root / "dev/ttyAMA0")]
    assert candidates("/dev/\0") == [str(machine.root / "dev/\0")]
    with pytest.raises(PortAbsent, match=r"no such device: /dev/ttyUSB9; .*2c7c:0125 has .*/dev/ttyUSB2 now"):
        candidates("/dev/ttyUSB9")
    circle = machine.root / "dev/circle"
    circle.symlink_to("circle")
    assert len(candidates("/dev/circle")) == 1


def test_the_real_root_follows_links_to_the_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without MODEMD_SYSROOT a path is what it leads to now."""
    monkeypatch.delenv("MODEMD_SYSROOT", raising=False)
    link = tmp_path / "modem"
    link.symlink_to("/dev/null")
    assert candidates(str(link)) == ["/dev/null"]
    assert sysroot.sysroot() == Path("/")


def test_numbers_move_and_the_modem_is_found_again(machine: Any) -> None:
    """After a replug under other ttyUSB numbers the same setting gives the new ones."""
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB2"])
    assert names(machine, "usb:1e0e:9001") == ["ttyUSB2"]
    machine.unplug("1-1")
    with pytest.raises(PortAbsent, match="no USB device 1e0e:9001"):
        resolve("usb:1e0e:9001")
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB10"])
    assert names(machine, "auto") == ["ttyUSB10"]


@pytest.mark.parametrize("step", range(0, 60, 3))
def test_a_device_that_vanishes_between_two_reads(machine: Any, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Whatever read finds the device gone: a list of ports or PortAbsent, never another exception."""
    device = machine.plug("1-1", *MODEMS["quectel-ec25"][:2], serial="860000000000017")
    machine.process(812, "pppd", "/dev/ttyUSB2")
    left = step
    real = sysroot.read

    def read(path: Path, limit: int = 4096) -> str | None:
        nonlocal left
        left -= 1
        if left == 0:
            shutil.rmtree(device)
        return real(path, limit)

    monkeypatch.setattr(usb, "read", read)
    for setting in ("auto", "usb:2c7c:0125", "imei:860000000000017"):
        try:
            assert all(path.startswith(str(machine.root)) for path in candidates(setting))
        except PortAbsent as error:
            assert "\n" not in error.message  # noqa: PT017 (either outcome is right)


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"zz", b"999", b"12345678", b"\x00" * 5000])
def test_damaged_facts_of_a_device(machine: Any, damage: bytes) -> None:
    """An attribute that is empty or nonsense makes the device unknown, or the port disappear; nothing breaks."""
    device = machine.plug("1-1", *MODEMS["quectel-ec25"][:2])
    for file in device.rglob("*"):
        if file.is_file() and file.name.startswith(("id", "bInterface")):
            file.write_bytes(damage)
            with pytest.raises(PortAbsent):
                resolve("usb:1111:2222")
    with pytest.raises(PortAbsent):
        resolve("auto")


def test_no_sysfs_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container without /sys: no port, the usual message."""
    monkeypatch.setenv("MODEMD_SYSROOT", str(tmp_path / "nothing"))
    assert usb_ports() == []
    with pytest.raises(PortAbsent, match="no modem"):
        resolve("auto")


def test_a_folder_that_may_not_be_read(machine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """/proc entries that are closed to this user hide their holder and nothing else."""
    machine.plug("1-1", *MODEMS["quectel-ec25"][:2])
    machine.process(812, "pppd", "/dev/ttyUSB2")
    real: Callable[[Path], Any] = Path.iterdir

    def iterdir(path: Path) -> Any:
        if path.name == "fd":
            raise PermissionError(13, os.strerror(13))
        return real(path)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert names(machine, "auto") == ["ttyUSB2", "ttyUSB3"]


@settings(max_examples=60)
@given(
    st.sampled_from(["12d1", "3566", "2c7c", "19d2", "ffff", ""]),
    st.text(alphabet="0123456789abcdef", max_size=4),
    st.integers(0, 255),
    st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255)),
)
def test_any_interface_has_a_kind(vendor: str, product: str, number: int, triple: tuple[int, int, int]) -> None:
    """The table answers for every combination, with one of its words."""
    assert kind_of(vendor, product, number, triple)[0] in ("at", "ppp", "nmea", "diag", "unknown")
