"""Whose link to the world goes through a modem, on made-up machines: network cards, bridges, pppd, routes."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.backends.at.ports.uplink import Uplink, carries_uplink, uplink

HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
EC25 = ("2c7c:0125", ["2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3", "4 ff/ff/ff qmi_wwan net=wwan0"])


def routes(machine: Any, *rows: tuple[str, str, str, str]) -> None:
    """Rows of (interface, destination, flags, mask) as /proc/net/route has them."""
    lines = [f"{name}\t{to}\t0100A8C0\t{flags}\t0\t0\t700\t{mask}\t0\t0\t0\n" for name, to, flags, mask in rows]
    machine.file("proc/net/route", HEAD + "".join(lines))


def default(name: str) -> tuple[str, str, str, str]:
    return name, "00000000", "0003", "00000000"


def local(name: str) -> tuple[str, str, str, str]:
    return name, "0000A8C0", "0001", "00FFFFFF"


def test_no_network_card_no_uplink(machine: Any) -> None:
    """A modem with serial ports alone, a port of the board, and a port that is not there carry nothing."""
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB2"])
    machine.board("ttyAMA0")
    routes(machine, default("eth0"))
    for path in ("/dev/ttyUSB2", "/dev/ttyAMA0", "/dev/ttyUSB9", "/dev/pts/3", "/dev/cdc-wdm0"):
        assert uplink(path) is None
        assert carries_uplink(path) is None


@pytest.mark.parametrize("path", ["/dev/ttyUSB2", "/dev/serial/by-id/usb-EC25-if02-port0", "ROOT/dev/ttyUSB3"])
def test_the_modems_network_card_has_the_default_route(machine: Any, path: str) -> None:
    """Any port of the modem, by any of its names, tells of the card of the same device."""
    machine.plug("1-1", *EC25, by_id="EC25")
    path = path.replace("ROOT", str(machine.root))
    assert carries_uplink(path) is None, "a card that is not used"
    routes(machine, default("wwan0"), local("eth0"))
    assert uplink(path) == Uplink(interface="wwan0", default_route=True, addressed=True)
    assert carries_uplink(path) == "wwan0"


def test_another_way_out_leaves_the_modem_free(machine: Any) -> None:
    """The default route of another card, or of another modem, is not this one's."""
    machine.plug("1-1", *EC25)
    machine.plug("1-2", "12d1:1506", ["0 ff/02/12 option ttyUSB5", "1 ff/02/16 huawei_cdc_ncm net=wwan1"])
    routes(machine, default("eth0"), default("wwan1"))
    assert carries_uplink("/dev/ttyUSB2") is None
    assert carries_uplink("/dev/ttyUSB5") == "wwan1"


def test_up_with_an_address_is_enough(machine: Any) -> None:
    """Behind a VPN the default route is another's: a card that is up with an address counts, one that is down not."""
    device = machine.plug("1-1", *EC25)
    routes(machine, default("wg0"), local("wwan0"))
    assert uplink("/dev/ttyUSB2") == Uplink(interface="wwan0", addressed=True)
    assert carries_uplink("/dev/ttyUSB2") == "wwan0"
    (device / "1-1:1.4/net/wwan0/flags").write_text("0x1002\n")
    assert carries_uplink("/dev/ttyUSB2") is None


def test_ipv6_alone(machine: Any) -> None:
    """A default route and a global address of IPv6 count; a link-local address and reject routes do not."""
    machine.plug("1-1", *EC25)
    zero = "0" * 32
    machine.file("proc/net/ipv6_route", f"{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n")
    machine.file("proc/net/if_inet6", "fe800000000000000000000000000001 03 40 20 80    wwan0\n")
    assert carries_uplink("/dev/ttyUSB2") is None
    machine.file("proc/net/if_inet6", "20010db8000000000000000000000001 03 40 00 80    wwan0\n")
    assert uplink("/dev/ttyUSB2") == Uplink(interface="wwan0", addressed=True)
    machine.file("proc/net/ipv6_route", f"{zero} 00 {zero} 00 {zero} 00000400 00000001 00000000 00000003    wwan0\n")
    assert uplink("/dev/ttyUSB2") == Uplink(interface="wwan0", default_route=True, addressed=True)


def test_what_stands_upon_the_card(machine: Any) -> None:
    """A multiplexed channel and a bridge upon it: the default route is theirs and goes through the modem."""
    machine.plug("1-1", *EC25)
    for name, below in (("qmimux0", "wwan0"), ("br0", "qmimux0")):
        machine.file(f"sys/class/net/{name}/flags", "0x1003")
        machine.link(f"sys/class/net/{name}/lower_{below}", f"../{below}")
    routes(machine, default("br0"))
    assert uplink("/dev/ttyUSB2") == Uplink(interface="br0", default_route=True, addressed=True)


@pytest.mark.parametrize("witness", ["open file", "lock file", "command line", "nothing"])
def test_a_pppd_on_one_of_its_ports(machine: Any, witness: str) -> None:
    """ppp0 is the modem's whichever way its pppd is seen to have a port of it; unseen, it is taken to be."""
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3"])
    machine.file("sys/class/net/ppp0/flags", "0x10d1")
    routes(machine, default("ppp0"))
    command = "/usr/sbin/pppd call gprs"
    if witness == "command line":
        command = "/usr/sbin/pppd /dev/ttyUSB3 460800 nodetach"
    machine.process(812, "pppd", *(["/dev/ttyUSB3"] if witness == "open file" else []), command=command)
    if witness != "nothing":
        machine.file("run/ppp0.pid", "812\nprovider\n")
    if witness == "lock file":
        machine.file("var/lock/LCK..ttyUSB3", "       812\n")
    assert uplink("/dev/ttyUSB2") == Uplink(interface="ppp0", default_route=True, addressed=True)


def test_a_pppd_of_another_modem_or_of_dsl(machine: Any) -> None:
    """A pppd that names another modem's port is not ours, and one over Ethernet is nobody's."""
    machine.plug("1-1", "1e0e:9001", ["2 ff/00/00 option ttyUSB2"])
    machine.plug("1-2", "1e0e:9001", ["3 ff/00/00 option ttyUSB7"])
    machine.file("sys/class/net/ppp0/flags", "0x10d1")
    machine.process(812, "pppd", command="pppd ttyUSB7 115200")
    machine.file("run/ppp0.pid", "812\n")
    routes(machine, default("ppp0"))
    assert carries_uplink("/dev/ttyUSB2") is None
    assert carries_uplink("/dev/ttyUSB7") == "ppp0"
    machine.process(813, "pppd", command="pppd call dsl")
    machine.file("run/ppp0.pid", "813\n")
    machine.file("proc/net/pppoe", "Id       Address              Device\n0000     00:11:22:33:44:55  eth1\n")
    assert carries_uplink("/dev/ttyUSB2") is None


@pytest.mark.parametrize(
    "table", ["", "nonsense", HEAD + "wwan0\tzz\n", HEAD + "wwan0\t0\t0\tzz\t0\t0\t0\t0\n", "\x00\xff"]
)
def test_damaged_tables(machine: Any, table: str) -> None:
    """A routing table that cannot be read says nothing, and breaks nothing."""
    machine.plug("1-1", *EC25)
    for name in ("route", "ipv6_route", "if_inet6", "pppoe"):
        machine.file(f"proc/net/{name}", table)
    assert carries_uplink("/dev/ttyUSB2") is None
