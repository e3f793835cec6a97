"""Which port a modem answers AT commands on, and who holds a port. Reads sysfs and /proc only: nothing is opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from modemd.errors import PortAbsent

SYSFS_TTY = Path("/sys/class/tty")
PROC = Path("/proc")

# Vendor id -> numbers of the USB interfaces that speak AT, best first. Facts of the udev rules that ship with
# ModemManager and of the makers' manuals; Huawei tells by the interface's protocol instead.
AT_INTERFACES: dict[str, tuple[int, ...]] = {
    "2c7c": (2, 3),  # Quectel
    "1e0e": (2, 3),  # SIMCom
    "05c6": (2, 3),  # Qualcomm's own id, used by SIMCom, Quectel and others
    "12d1": (2, 1, 0),  # Huawei
    "3566": (2, 1, 0),  # Brovi
    "19d2": (1, 2, 3),  # ZTE
    "1199": (3, 2),  # Sierra Wireless
    "1bc7": (1, 2, 4),  # Telit
    "1546": (0, 2, 6),  # u-blox
    "2cb7": (2, 6, 1),  # Fibocom
    "1e2d": (2, 0, 1),  # Cinterion
    "0bdb": (1, 3),  # Ericsson
    "1bbb": (2, 1),  # Alcatel
    "0af0": (0, 2),  # Option
}
# ff/01|02/xx on Huawei: 02 and 12 are PCUI, the control port; 01, 10 is the PPP port (77-mm-huawei-net-port-types).
HUAWEI_CONTROL_PROTOCOLS = frozenset({0x02, 0x12, 0x14})


class Holder(NamedTuple):
    """A process that has a device open."""

    pid: int
    program: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """One tty of a USB device, as sysfs describes it."""

    path: str
    vendor: str
    product: str
    interface: int
    protocol: int | None = None
    name: str | None = None  # maker and product, as the device says it
    serial: str | None = None
    device: str = ""  # folder of the USB device in sysfs: the same for all ports of one modem

    @property
    def speaks_at(self) -> bool:
        """True for a port that is known to be an AT port of its vendor's modems."""
        if self.vendor == "12d1" and self.protocol in HUAWEI_CONTROL_PROTOCOLS:
            return True
        return self.interface in AT_INTERFACES.get(self.vendor, ())


def resolve(setting: str, *, sysfs: Path = SYSFS_TTY) -> str:
    """The device behind the configured `port`: a path (links followed to what is there now), "auto",
    "usb:VID:PID[:INTERFACE]" or "imei:DIGITS". Raises PortAbsent with what to write instead."""
    return candidates(setting, sysfs=sysfs)[0]


def candidates(setting: str, *, sysfs: Path = SYSFS_TTY) -> list[str]:
    """As `resolve`, with every port that it may be, best first; for "imei:" who opens one must look at its IMEI."""
    kind, _, value = setting.partition(":")
    if kind == "usb" and value:
        return _by_usb_id(value, usb_ports(sysfs))
    if kind == "imei" and value:
        return _by_imei(value, usb_ports(sysfs))
    if setting == "auto":
        return _automatic(usb_ports(sysfs))
    return [str(Path(setting).resolve())]


def usb_ports(sysfs: Path = SYSFS_TTY) -> list[SerialPort]:
    """Every tty that belongs to a USB device, in the order of device and interface."""
    found = [port for entry in _entries(sysfs) if (port := _describe(entry)) is not None]
    return sorted(found, key=lambda port: (port.device, port.interface, port.path))


def holders(path: str, *, proc: Path = PROC, exclude: int | None = None) -> list[Holder]:
    """Who has `path` open, as far as this user may see; `exclude` leaves one process out."""
    try:
        wanted = Path(path).stat().st_rdev
    except OSError:
        return []
    if not wanted:
        return []
    return [
        Holder(int(folder.name), _program(folder))
        for folder in _entries(proc)
        if folder.name.isdigit() and int(folder.name) != exclude and _has_open(folder, path, wanted)
    ]


# --- helpers


def _automatic(ports: list[SerialPort]) -> list[str]:
    best = _one_per_device([port for port in ports if port.speaks_at])
    if len(best) == 1:
        return [best[0].path]
    if not best:
        raise PortAbsent(
            'no modem that modemd knows is plugged in; plug it in, or name its AT port: port = "/dev/serial/by-id/..."'
        )
    shown = ", ".join(f"{port.vendor}:{port.product} at {port.path}" for port in best)
    raise PortAbsent(f'{len(best)} modems are plugged in ({shown}): say which with usb = "VID:PID" or imei = "..."')


def _by_usb_id(value: str, ports: list[SerialPort]) -> list[str]:
    vendor, product, *rest = value.lower().split(":")
    mine = [port for port in ports if (port.vendor, port.product) == (vendor, product)]
    if not mine:
        raise PortAbsent(f"no USB device {vendor}:{product} with a serial port is plugged in")
    if rest:
        chosen = [port.path for port in mine if port.interface == int(rest[0])]
        if not chosen:
            offered = ", ".join(str(port.interface) for port in mine)
            raise PortAbsent(f"{vendor}:{product} has no serial port on interface {rest[0]}, it has: {offered}")
        return chosen
    best = _one_per_device([port for port in mine if port.speaks_at])
    if best:
        return [port.path for port in best]
    if len(mine) == 1:
        return [mine[0].path]
    offered = ", ".join(f"{port.interface} ({port.path})" for port in mine)
    raise PortAbsent(
        f'modemd does not know which port of {vendor}:{product} speaks AT: write usb = "{vendor}:{product}:INTERFACE" '
        f"with one of {offered}"
    )


def _by_imei(imei: str, ports: list[SerialPort]) -> list[str]:
    named = [port for port in ports if port.serial is not None and imei in port.serial]
    best = _one_per_device([port for port in named if port.speaks_at]) or named[:1]
    if best:
        return [best[0].path]
    known = _one_per_device([port for port in ports if port.speaks_at])
    if known:
        return [port.path for port in known]
    raise PortAbsent(
        "the modem with that IMEI is not plugged in, or modemd does not know its make: name its AT port instead: "
        'port = "/dev/serial/by-id/..."'
    )


def _one_per_device(ports: list[SerialPort]) -> list[SerialPort]:
    best: dict[str, SerialPort] = {}
    for port in ports:
        if port.device not in best or _rank(port) < _rank(best[port.device]):
            best[port.device] = port
    return list(best.values())


def _rank(port: SerialPort) -> tuple[bool, int]:
    preferred = AT_INTERFACES.get(port.vendor, ())
    by_protocol = port.vendor == "12d1" and port.protocol in HUAWEI_CONTROL_PROTOCOLS
    return not by_protocol, preferred.index(port.interface) if port.interface in preferred else len(preferred)


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(folder.iterdir())
    except OSError:  # no sysfs, no /proc: nothing to see
        return


def _describe(entry: Path) -> SerialPort | None:
    here = (entry / "device").resolve()
    interface = next((place for place in (here, *here.parents[:3]) if (place / "bInterfaceNumber").is_file()), None)
    if interface is None:
        return None
    device = next((place for place in interface.parents[:2] if (place / "idVendor").is_file()), None)
    number = _read(interface / "bInterfaceNumber")
    if device is None or number is None or not re.fullmatch(r"[0-9a-fA-F]{1,2}", number):
        return None
    protocol = _read(interface / "bInterfaceProtocol")
    made = " ".join(word for word in (_read(device / "manufacturer"), _read(device / "product")) if word)
    return SerialPort(
        path=f"/dev/{entry.name}",
        vendor=(_read(device / "idVendor") or "").lower(),
        product=(_read(device / "idProduct") or "").lower(),
        interface=int(number, 16),
        protocol=int(protocol, 16) if protocol and re.fullmatch(r"[0-9a-fA-F]{1,2}", protocol) else None,
        name=made or None,
        serial=_read(device / "serial"),
        device=str(device),
    )


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip() or None
    except OSError:
        return None


def _has_open(folder: Path, path: str, wanted: int) -> bool:
    for link in _entries(folder / "fd"):
        try:
            target = str(link.readlink())
            if target.startswith("/dev/") and (target == path or link.stat().st_rdev == wanted):
                return True
        except OSError:  # closed meanwhile, or not ours to see
            continue
    return False


def _program(folder: Path) -> str:
    return _read(folder / "comm") or "?"
