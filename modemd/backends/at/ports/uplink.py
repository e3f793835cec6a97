"""Does a modem carry the machine's way out? Then it is somebody's only link: no reset and no change of radio without
leave. Only sysfs, /proc and /run are read: nothing is opened."""

from __future__ import annotations

import os
import re
from pathlib import Path

from modemd.backends.at.ports.holders import holders_of
from modemd.backends.at.ports.sysroot import device_path, entries, read, sysroot
from modemd.backends.at.ports.usb import UsbDevice, device_at, serial_ports
from modemd.frozen import dataclass

_IFF_UP = 0x1  # /sys/class/net/X/flags
_RTF_UP = 0x1  # /proc/net/route and ipv6_route
_RTF_REJECT = 0x200
_MOST_OCTETS = 1 << 20  # of a routing table
_LAYERS = 4  # wwan0 -> qmimux0 -> bridge is three


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """A network interface that goes through a modem, and what the machine uses it for. `default_route`: at least one,
    IPv4 or IPv6. `addressed`: it is up, and has an address or a route."""

    interface: str
    default_route: bool = False
    addressed: bool = False


def carries_uplink(path: str, *, root: Path | None = None) -> str | None:
    """The network interface that goes through the modem whose port is `path`, if the machine's way out depends on it:
    one that has a default route, or is up with an address. Else None, also where nothing is known of the port."""
    found = uplink(path, root=root)
    return found.interface if found is not None and (found.default_route or found.addressed) else None


def uplink(path: str, *, root: Path | None = None) -> Uplink | None:
    """The most telling network interface of the modem whose port is `path`: a network card of the same USB device, what
    is stacked upon it (a bridge, a multiplexed channel), or the ppp interface of a pppd that has one of its ports."""
    base = sysroot(root)
    device = device_at(device_path(path, base), root=base)
    if device is None:
        return None
    names = [*_cards(device, base), *_ppp(device, base)]
    if not names:
        return None
    routed, default = _routes(base)
    addressed = routed | _ipv6_addresses(base)
    found = [
        Uplink(
            interface=name,
            default_route=name in default,
            addressed=name in addressed and _is_up(name, base),
        )
        for name in dict.fromkeys(names)
    ]
    return max(found, key=lambda link: (link.default_route, link.addressed))


# --- helpers


def _cards(device: UsbDevice, base: Path) -> list[str]:
    """Network cards of the device, and what stands upon them."""
    cards = [name for interface in device.interfaces for name in interface.nets]
    folder = base / "sys/class/net"
    for _ in range(_LAYERS):
        above = [
            entry.name
            for entry in entries(folder)
            if entry.name not in cards and any(os.path.lexists(entry / f"lower_{name}") for name in cards)
        ]
        if not above:
            break
        cards += above
    return cards


def _ppp(device: UsbDevice, base: Path) -> list[str]:
    """ppp interfaces whose pppd has a port of the device. A pppd that this user cannot see into is taken to have one
    of them where it names no other port: better to leave a link alone than to cut it."""
    links = [entry.name for entry in entries(base / "sys/class/net") if re.fullmatch(r"ppp[0-9]+", entry.name)]
    if not links:
        return []
    ports = serial_ports(root=base)
    paths = [port.path for port in ports]
    mine = {port.path for port in ports if port.device.folder == device.folder}
    holding = holders_of(paths, root=base)
    owners = {holder.pid: path for path in paths for holder in holding[path]}
    other_kind = _has_pppoe(base)
    found = []
    for name in links:
        pid = _pppd_of(name, base)
        path = owners.get(pid) if pid is not None else None
        if path is None and pid is not None:
            path = _named_port(pid, base)
        if path is None and len(links) == 1:
            path = next((port for pid, port in owners.items() if read(base / f"proc/{pid}/comm") == "pppd"), None)
        if path in mine or (path is None and not other_kind):
            found.append(name)
    return found


def _pppd_of(name: str, base: Path) -> int | None:
    """The pid of the pppd behind an interface, from the file that it writes."""
    for folder in ("run", "var/run"):
        first = (read(base / folder / f"{name}.pid") or "").split("\n")[0].strip()
        if re.fullmatch(r"[0-9]{1,10}", first):
            return int(first)
    return None


def _named_port(pid: int, base: Path) -> str | None:
    """The serial port that stands in a pppd's command line."""
    words = (read(base / f"proc/{pid}/cmdline") or "").split("\0")
    for word in words:
        if re.fullmatch(r"(?:/dev/)?tty[A-Za-z]+[0-9]+", word):
            return f"/dev/{word.removeprefix('/dev/')}"
        if word.startswith("/dev/serial/"):
            return device_path(word, base)
    return None


def _has_pppoe(base: Path) -> bool:
    """True if a ppp interface goes over Ethernet (DSL), so that it need not be a modem's."""
    return len((read(base / "proc/net/pppoe") or "").splitlines()) > 1


def _routes(base: Path) -> tuple[set[str], set[str]]:
    """Interfaces that have any route, and those that have a default route."""
    routed: set[str] = set()
    default: set[str] = set()
    for line in (read(base / "proc/net/route", _MOST_OCTETS) or "").splitlines()[1:]:
        fields = line.split()
        if len(fields) < 8 or not _usable(fields[3]):
            continue
        routed.add(fields[0])
        if fields[1] == fields[7] == "00000000":
            default.add(fields[0])
    for line in (read(base / "proc/net/ipv6_route", _MOST_OCTETS) or "").splitlines():
        fields = line.split()
        if len(fields) == 10 and fields[1] == "00" and not fields[0].strip("0") and _usable(fields[8]):
            default.add(fields[9])
    default.discard("lo")
    return routed | default, default


def _usable(flags: str) -> bool:
    try:
        value = int(flags, 16)
    except ValueError:
        return False
    return bool(value & _RTF_UP) and not value & _RTF_REJECT


def _ipv6_addresses(base: Path) -> set[str]:
    """Interfaces with an IPv6 address that is more than a link-local one (scope 20)."""
    rows = (line.split() for line in (read(base / "proc/net/if_inet6", _MOST_OCTETS) or "").splitlines())
    return {row[5] for row in rows if len(row) == 6 and row[3] == "00"}


def _is_up(name: str, base: Path) -> bool:
    flags = read(base / "sys/class/net" / name / "flags")
    try:
        return flags is None or bool(int(flags, 16) & _IFF_UP)
    except ValueError:
        return True
