"""`modemd ports` on made-up machines: what is there, who holds it, what modemd would take, and what the daemon adds."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from modemd.cli.ports import KEYS

EC25 = [
    "0 ff/ff/ff option ttyUSB0",
    "1 ff/00/00 option ttyUSB1",
    "2 ff/00/00 option ttyUSB2 int",
    "3 ff/00/00 option ttyUSB3 int",
    "4 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0",
]


def rows(result: Result) -> list[dict[str, Any]]:
    """The objects of --json, each with exactly the keys of the interface."""
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert all(tuple(row) == KEYS for row in found)
    return found


def test_a_modem_with_every_kind_of_port(machine: Any, modemd: Callable[..., Result]) -> None:
    """One object a port: what it is, its stable name, one that is taken, a spare one, and why not the others."""
    machine.plug("1-1.2", "2c7c:0125", EC25, name=("Quectel", "EC25"), serial="490154203237518", by_id="Quectel_EC25")
    found = rows(modemd("ports", "--json"))
    assert [(row["path"], row["kind"], row["interface"], row["take"]) for row in found] == [
        ("/dev/ttyUSB0", "diag", 0, False),
        ("/dev/ttyUSB1", "nmea", 1, False),
        ("/dev/ttyUSB2", "at", 2, True),
        ("/dev/ttyUSB3", "at", 3, False),
        ("/dev/cdc-wdm0", "qmi", 4, False),
    ]
    assert found[2] == {
        "path": "/dev/ttyUSB2",
        "stable_path": "/dev/serial/by-id/usb-Quectel_EC25-if02-port0",
        "vendor": "2c7c",
        "product": "0125",
        "name": "Quectel EC25",
        "serial": "490154203237518",
        "interface": 2,
        "kind": "at",
        "driver": "option",
        "imei": "490154203237518",
        "holder": None,
        "modem": None,
        "take": True,
        "why": None,
    }
    assert "spare" in found[3]["why"]
    assert "/dev/ttyUSB2" in found[3]["why"]
    assert all(row["why"] for row in found if not row["take"])


def test_a_held_port_and_the_spare_one(machine: Any, modemd: Callable[..., Result]) -> None:
    """The first AT port carries PPP: its holder is named, and the second one is taken."""
    machine.plug("1-1", "2c7c:0125", EC25)
    machine.process(812, "pppd", "/dev/ttyUSB2")
    by_path = {row["path"]: row for row in rows(modemd("ports", "--json"))}
    first, second = by_path["/dev/ttyUSB2"], by_path["/dev/ttyUSB3"]
    assert (first["take"], first["holder"]) == (False, {"pid": 812, "program": "pppd"})
    assert "pppd (pid 812)" in first["why"]
    assert second["take"]
    table = modemd("ports").stdout
    assert "pppd (812)" in table
    assert 'write port = "/dev/serial/by-path/platform-soc-usb-0:1:1.3-port0"' in table


def test_modem_manager_and_its_rule(machine: Any, modemd: Callable[..., Result]) -> None:
    """Running, it is a warning beside a free port and the reason at one it holds; people see the udev line once."""
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB2"])
    machine.process(77, "ModemManager")
    (row,) = rows(modemd("ports", "--json"))
    assert row["take"]
    assert "ModemManager runs" in row["why"]
    machine.process(77_000, "ModemManager", "/dev/ttyUSB2")
    (row,) = rows(modemd("ports", "--json"))
    assert (row["take"], row["holder"]) == (False, {"pid": 77_000, "program": "ModemManager"})
    rule = 'ATTR{idVendor}=="1e0e", ATTR{idProduct}=="9001", ENV{ID_MM_DEVICE_IGNORE}="1"'
    assert modemd("ports").stdout.count(rule) == 1


@pytest.mark.parametrize(
    ("ids", "interfaces", "kind", "said"),
    [
        ("12d1:1f01", ["0 08/06/50 usb-storage"], "storage", "usb-modeswitch"),
        ("12d1:14dc", ["0 02/06/00 cdc_ether net=eth1", "1 0a/00/00 cdc_ether"], "hilink", "web page"),
        ("19d2:1405", ["0 02/06/00 cdc_ether net=usb0", "2 08/06/50 usb-storage"], "hilink", "web page"),
        ("3566:2001", ["0 e0/01/03 rndis_host net=usb0"], "hilink", "web page"),
        ("1199:9079", ["12 02/0e/00 cdc_mbim net=wwan0 wdm=cdc-wdm0"], "mbim", "MBIM"),
        ("1199:9071", ["8 ff/ff/ff qmi_wwan net=wwan0 wdm=cdc-wdm0"], "qmi", "QMI"),
        ("2c7c:0900", ["2 ff/00/40 -"], "unknown", "no driver"),
    ],
)
def test_modems_that_cannot_be_used(
    machine: Any, modemd: Callable[..., Result], ids: str, interfaces: list[str], kind: str, said: str
) -> None:
    """Recognised and named, never taken, with what to do in the JSON and below the table."""
    machine.plug("1-1", ids, interfaces, name=("Maker", "Stick"))
    (row,) = rows(modemd("ports", "--json"))
    wdm = "/dev/cdc-wdm0" if "wdm" in interfaces[0] else None
    assert (row["kind"], row["take"], row["path"]) == (kind, False, wdm)
    assert f"{row['vendor']}:{row['product']}" == ids
    assert said in row["why"]
    table = modemd("ports")
    assert said in table.stdout
    assert table.exit_code == 0


def test_two_equal_sticks(machine: Any, modemd: Callable[..., Result]) -> None:
    """Both are shown by the place where they are plugged in, since they share one name in by-id."""
    for place, first in (("1-1", 0), ("1-2", 2)):
        interfaces = [f"0 ff/02/12 option ttyUSB{first}", f"1 ff/02/01 option ttyUSB{first + 1}"]
        machine.plug(place, "12d1:1506", interfaces, by_id="HUAWEI_Mobile")
    found = {row["path"]: row for row in rows(modemd("ports", "--json"))}
    assert found["/dev/ttyUSB0"]["stable_path"] == "/dev/serial/by-path/platform-soc-usb-0:1:1.0-port0"
    assert found["/dev/ttyUSB2"]["stable_path"] == "/dev/serial/by-path/platform-soc-usb-0:2:1.0-port0"
    assert [path for path, row in found.items() if row["take"]] == ["/dev/ttyUSB0", "/dev/ttyUSB2"]
    assert found["/dev/ttyUSB1"]["kind"] == "ppp"


def test_ports_of_the_board(machine: Any, modemd: Callable[..., Result]) -> None:
    """A HAT's port is shown with the Pi's stable name and never taken; one without hardware is left out."""
    machine.board("ttyAMA0")
    machine.link("dev/serial0", "ttyAMA0")
    machine.board("ttyS1", kind="0")
    (row,) = rows(modemd("ports", "--json"))
    assert (row["path"], row["stable_path"], row["kind"]) == ("/dev/ttyAMA0", "/dev/serial0", "board")
    assert (row["take"], row["vendor"], row["driver"]) == (False, None, "uart-pl011")
    assert "name it by its path" in row["why"]
    machine.file("sys/class/tty/console/active", "tty1 ttyAMA0\n")
    (row,) = rows(modemd("ports", "--json"))
    assert "console" in row["why"]


def test_an_adapter_that_may_have_a_modem_behind_it(machine: Any, modemd: Callable[..., Result]) -> None:
    """An unknown USB serial port is shown, not taken, with the line that names it."""
    machine.plug("1-1", "1a86:7523", ["0 ff/01/02 ch341 ttyUSB0"], by_id="1a86_USB_Serial")
    (row,) = rows(modemd("ports", "--json"))
    assert (row["kind"], row["take"]) == ("unknown", False)
    assert 'port = "/dev/serial/by-id/usb-1a86_USB_Serial-if00-port0"' in row["why"]


def test_nothing_there(machine: Any, modemd: Callable[..., Result]) -> None:
    """No output for scripts, one line for people, exit 0."""
    assert rows(modemd("ports", "--json")) == []
    result = modemd("ports")
    assert (result.exit_code, result.stdout) == (0, "")
    assert len(result.stderr.splitlines()) == 1


HOSTILE = "Evil\x1b]0;owned\x07\x1b[2J\u202egnp.exe\u0000\r\n{}"


def test_a_device_with_a_hostile_name(machine: Any, modemd: Callable[..., Result]) -> None:
    """What a USB descriptor says reaches a terminal without control characters, as text and as JSON."""
    machine.plug("1-1", "2c7c:0125", ["2 ff/00/00 option ttyUSB2"], name=(HOSTILE, "x" * 5000), serial=HOSTILE)
    machine.process(812, "\x1b[31mroot", "/dev/ttyUSB2")
    for arguments in (("ports",), ("ports", "--json")):
        out = modemd(*arguments).stdout
        assert all(char.isprintable() or char == "\n" for char in out)
    (row,) = rows(modemd("ports", "--json"))
    assert "\x1b]0;owned" in row["serial"], "whole for scripts, as escapes"
    assert max(map(len, modemd("ports").stdout.splitlines())) < 700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs a file that another group owns")
def test_without_the_right_group(machine: Any, modemd: Callable[..., Result], monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not open the port is told the group and the command, and nobody is sent into root's group."""
    machine.plug("1-1", "2c7c:0125", ["2 ff/00/00 option ttyUSB2"])
    node = machine.root / "dev/ttyUSB2"
    monkeypatch.setattr(os, "access", lambda path, _mode: not str(path).startswith(str(machine.root)))
    os.chown(node, 0, 20)
    (row,) = rows(modemd("ports", "--json"))
    assert not row["take"]
    assert row["why"].endswith(f"sudo usermod -aG dialout {getpass.getuser()}, then log in again")
    os.chown(node, 0, 0)
    (row,) = rows(modemd("ports", "--json"))
    assert "usermod" not in row["why"]


def test_what_the_daemon_knows(machine: Any, daemon: Any, modemd: Callable[..., Result]) -> None:
    """Its modem's name, IMEI and state stand at the port it has; that the daemon itself holds it is no obstacle."""
    machine.plug("1-1", "2c7c:0125", EC25)
    machine.plug("1-2", "1e0e:9001", ["2 ff/00/00 option ttyUSB6"])
    machine.process(500, "modemd", "/dev/ttyUSB2")
    machine.process(900, "minicom", "/dev/ttyUSB6")
    blocked = "/dev/ttyUSB6 is in use by minicom (pid 900): stop it or give modemd another port"
    daemon.result(
        "ports",
        {
            "modems": [
                {"modem": "home", "state": "ready", "error": None, "port": "/dev/ttyUSB2", "imei": "490154203237518"},
                {"modem": "car", "state": "blocked", "error": blocked, "port": "/dev/ttyUSB6", "imei": None},
                {"modem": "away", "state": "absent", "error": "no such device", "port": "/dev/ttyUSB3", "imei": None},
                {"modem": "new", "state": "starting", "error": None, "port": None, "imei": None},
            ]
        },
    )
    told = rows(modemd("ports", "--json"))
    found = {row["path"]: row for row in told if row["path"]}
    home, car, away = (found[f"/dev/ttyUSB{number}"] for number in (2, 6, 3))
    assert (home["modem"], home["imei"], home["take"], home["why"]) == ("home", "490154203237518", True, None)
    assert (car["modem"], car["take"]) == ("car", False)
    assert "minicom (pid 900)" in car["why"]
    assert (away["take"], away["imei"]) == (False, "490154203237518"), "the spare port of a modem that is in use"
    assert away["modem"] is None, "what is absent may have had the number of another modem"
    assert [(row["modem"], row["path"], row["why"]) for row in told[-2:]] == [
        ("away", None, "no such device"),
        ("new", None, "the daemon says: starting"),
    ]
    lines = modemd("ports").stdout.splitlines()
    assert any("home" in line and "ready" in line and line.endswith("yes") for line in lines)
    assert any("car" in line and "blocked" in line for line in lines)


def test_configured_modems_that_are_no_serial_port(
    machine: Any, daemon: Any, modemd: Callable[..., Result], tmp_path: Path
) -> None:
    """Each is shown with what its port is: a link to a pseudo-terminal, a path without anything, a file, an address."""
    ours, theirs = os.openpty()
    (tmp_path / "modem").symlink_to(os.ttyname(theirs))
    (tmp_path / "file").touch()
    told = [
        ("fake", "ready", None, str(tmp_path / "modem"), ("pty", True)),
        ("gone", "absent", "there is no such device: plug it in", "/dev/ttyUSB9", ("missing", False)),
        ("odd", "absent", "it is a plain file: correct `port`", str(tmp_path / "file"), ("unknown", False)),
        ("any", "absent", "no modem is plugged in", None, ("missing", False)),
        ("web", "ready", None, "http://192.168.8.1", ("unknown", True)),
    ]
    keys = ("modem", "state", "error", "port")
    daemon.result("ports", {"modems": [dict(zip(keys, modem, strict=False)) for modem in told]})
    found = rows(modemd("ports", "--json"))
    assert [(row["modem"], row["path"], row["why"], (row["kind"], row["take"])) for row in found] == [
        (name, port, error, shown) for name, _, error, port, shown in told
    ]
    result = modemd("ports")
    os.close(ours)
    os.close(theirs)
    assert result.stderr == ""
    assert "gone" in result.stdout
    assert "/dev/ttyUSB9: there is no such device: plug it in" in result.stdout
    assert "any: no modem is plugged in" in result.stdout


@pytest.mark.parametrize("answer", ["forbidden", "old daemon", "nonsense"])
def test_a_daemon_that_says_nothing_useful(
    machine: Any, daemon: Any, modemd: Callable[..., Result], answer: str
) -> None:
    """One that lets us not in, does not know the question, or answers strangely: the same list without its part."""
    machine.plug("1-1", "2c7c:0125", EC25)
    if answer == "nonsense":
        daemon.result("ports", {"modems": [3, None, {"modem": 5, "port": ["x"]}, {"port": "/dev/ttyUSB2\x00"}]})
    else:
        code = "forbidden" if answer == "forbidden" else "bad request"
        daemon.error("ports", code, "no")
    found = {row["path"]: row for row in rows(modemd("ports", "--json"))}
    assert found["/dev/ttyUSB2"]["take"]
    assert found["/dev/ttyUSB2"]["modem"] is None


WATCHED = """
import sys
def watch(event, arguments):
    if event == "open" and "/dev/" in str(arguments[0]):
        print("opened", arguments[0])
sys.addaudithook(watch)
from modemd.cli.main import main
main(["ports"])
"""


def test_nothing_is_opened(machine: Any) -> None:
    """Looking leaves every device alone: no file below /dev is opened, and no serial library is loaded."""
    machine.plug("1-1", "2c7c:0125", EC25)
    machine.board("ttyAMA0")
    environment = {**os.environ, "MODEMD_SOCKET": "/nonexistent/modemd.sock"}
    command = [sys.executable, "-X", "importtime", "-c", WATCHED]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=20)
    assert "/dev/ttyUSB2" in result.stdout
    assert "opened" not in result.stdout
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert loaded.isdisjoint({"serial", "gsmmodem", "structlog", "sqlite3"})
