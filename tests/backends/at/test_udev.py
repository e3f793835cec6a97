"""The rules for udev that a configuration makes, on made-up machines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.ports.udev import OwnPort, own_ports, rules
from modemd.records import ModemSettings

SYSTEMD = Path(__file__).parent.parent.parent.parent / "systemd"
EC25 = ["2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3", "1 ff/00/00 option ttyUSB1"]
HUAWEI = ["0 ff/01/01 option ttyUSB5", "2 ff/01/02 option ttyUSB6"]
# "Operators" of udev(7); a rule is keys, each with an operator and a value in quotes, separated by commas.
KEY = re.compile(r'(?:[A-Z_]+)(?:\{[\w/]+\})?(?:==|!=|\+=|:=|-=|=)"[^"\n]*"')


def modem(name: str, port: str = "auto") -> ModemSettings:
    return ModemSettings(name=name, port=port)


def made(*modems: ModemSettings) -> list[str]:
    ports, missing = own_ports(modems)
    assert missing == []
    return [line for line in rules(ports).splitlines() if line and not line.startswith("#")]


def matches(line: str) -> dict[str, str]:
    """What a rule looks for and what it does, by key."""
    found = KEY.findall(line)
    assert ", ".join(found) == line, line
    return dict(re.fullmatch(r'(.*?)(?:==|!=|\+=|:=|-=|=)"(.*)"', key).groups() for key in found)  # type: ignore[union-attr, misc]


def test_one_modem(machine: Any) -> None:
    """ModemManager leaves all its serial ports alone, it stays awake, and the first AT port has a name, held or not."""
    machine.plug("1-1", "2c7c:0125", EC25, name=("Quectel", "EC25"))
    machine.process(77, "ModemManager", "/dev/ttyUSB2")
    first, awake, ignored, named, last = made(modem("home"))
    assert (first, last) == ('ACTION=="remove", GOTO="modemd_end"', 'LABEL="modemd_end"')
    device = {"ATTR{idVendor}": "2c7c", "ATTR{idProduct}": "0125"}
    parents = {"SUBSYSTEM": "tty", "ATTRS{idVendor}": "2c7c", "ATTRS{idProduct}": "0125"}
    assert matches(awake) == device | {
        "ACTION": "add|change",
        "SUBSYSTEM": "usb",
        "ENV{DEVTYPE}": "usb_device",
        "TEST": "power/control",
        "ATTR{power/control}": "on",
    }
    assert matches(ignored) == parents | {"ENV{ID_MM_PORT_IGNORE}": "1"}
    assert matches(named) == parents | {"ENV{ID_USB_INTERFACE_NUM}": "02", "SYMLINK": "modemd/home"}


@pytest.mark.parametrize(
    ("serials", "key", "values"),
    [
        (["AAA", "BBB"], "ATTRS{serial}", ["AAA", "BBB"]),
        (["AAA", "AAA"], "KERNELS", ["1-1", "1-2.1"]),
        ([None, None], "KERNELS", ["1-1", "1-2.1"]),
        (['A*"', "B"], None, ["1-1", "B"]),
    ],
)
def test_equal_sticks(machine: Any, serials: Sequence[str | None], key: str | None, values: list[str]) -> None:
    """They are told apart by a serial number of their own that is fit for a rule, else by where they are plugged in."""
    machine.plug("1-2", "05e3:0610", ["0 09/00/00 hub"])
    machine.plug("1-1", "2c7c:0125", EC25, serial=serials[0])
    machine.plug("1-2.1", "2c7c:0125", ["2 ff/00/00 option ttyUSB7"], serial=serials[1])
    machine.plug("1-3", "12d1:1506", HUAWEI, serial="AAA")
    lines = [
        matches(line)
        for line in made(modem("a", "/dev/ttyUSB2"), modem("b", "/dev/ttyUSB7"), modem("c", "usb:12d1:1506"))
    ]
    named = [line for line in lines if "SYMLINK" in line]
    assert [line["SYMLINK"] for line in named] == ["modemd/a", "modemd/b", "modemd/c"]
    assert [line.get("ATTRS{serial}", line.get("KERNELS")) for line in named] == [*values, None]
    if key is not None:
        assert all(key in line for line in named[:2])


def test_what_is_no_usb_device(machine: Any) -> None:
    machine.board("ttyAMA0")
    _, ignored, named, _ = made(modem("hat", "/dev/ttyAMA0"))
    assert matches(ignored)["ENV{ID_MM_PORT_IGNORE}"] == "1"
    assert (matches(named)["KERNEL"], matches(named)["SYMLINK"]) == ("ttyAMA0", "modemd/hat")


def test_what_is_not_plugged_in(machine: Any) -> None:
    """It is named to whoever asked, and the others have their rules."""
    machine.plug("1-1", "2c7c:0125", EC25)
    ports, missing = own_ports([modem("home"), modem("away", "usb:12d1:1506")])
    assert [port.name for port in ports] == ["home"]
    assert missing == ["away"]


def test_what_a_device_calls_itself_ends_no_line() -> None:
    text = rules(
        [OwnPort(name="a", vendor="2c7c", product="0125", called='x\nSUBSYSTEM=="tty", RUN+="/bin/sh"', imei="8")]
    )
    assert not re.search(r"^SUBSYSTEM.*RUN", text, re.MULTILINE)
    assert 'SYMLINK+="modemd/a", SYMLINK+="modemd/8"' in text


@pytest.mark.parametrize("name", ["60-modemd.rules", "61-modemd-usb-reset.rules", "70-modemd.rules"])
def test_the_examples(name: str) -> None:
    """Each is off; each is a rule once its # is gone; what udev's 60-serial.rules finds out is used behind it alone;
    what is set of a device is set by `udevadm trigger` as well, which sends "change"."""
    lines = (SYSTEMD / name).read_text("utf-8").splitlines()
    examples = [line[1:] for line in lines if re.match(r"#[A-Z]", line)]
    assert examples
    assert all(line.startswith("#") or not line for line in lines)
    for example in examples:
        keys = matches(example)
        assert name > "60-serial.rules" or "ENV{ID_USB_INTERFACE_NUM}" not in keys
        assert keys.get("ACTION", "add|change") == "add|change"
