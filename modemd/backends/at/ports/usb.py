"""USB devices and serial ports as sysfs describes them. Only files of the kernel are read: no device is opened.

Every read may fail, because a device may go away between two of them; what is missing then is None, or the device is
left out. Names and serial numbers come from the device and may hold anything."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import field
from pathlib import Path

from modemd.at.make import PortKind, Triple
from modemd.backends.at.ports.kept import Kept
from modemd.backends.at.ports.portmap import kind_of
from modemd.backends.at.ports.sysroot import entries, is_made_up, is_there, read, sysroot
from modemd.frozen import dataclass

STORAGE = 0x08  # bInterfaceClass
HUB = 0x09
# Network cards by class, of whatever maker: CDC ECM, NCM (02/06, 02/0d) and RNDIS in its three spellings.
NETWORK_CARDS = frozenset({(0x02, 0x06), (0x02, 0x0D), (0xE0, 0x01), (0xEF, 0x04), (0x02, 0x02, 0xFF)})
MBIM = (0x02, 0x0E)
_BUS = "sys/bus/usb/devices"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbInterface:
    """One interface. `nets` and `wdms` are names of its network cards and of its cdc-wdm channels."""

    number: int
    triple: Triple = (0, 0, 0)
    driver: str | None = None
    nets: tuple[str, ...] = ()
    wdms: tuple[str, ...] = ()
    interrupts: bool = False  # has an interrupt endpoint, as a port that signals ring and carrier does

    @property
    def is_network_card(self) -> bool:
        return self.triple[:2] in NETWORK_CARDS or self.triple in NETWORK_CARDS


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """One device that is plugged in, hubs left out. `folder` is its folder in sysfs, links followed."""

    folder: str
    vendor: str = ""
    product: str = ""
    name: str | None = None  # maker and product, as the device says it
    serial: str | None = None
    interfaces: tuple[UsbInterface, ...] = ()

    @property
    def ids(self) -> str:
        return f"{self.vendor}:{self.product}"

    @property
    def imei(self) -> str | None:
        """The IMEI, where the device uses it as its serial number (15 digits whose last one checks, 23.003 6.2.1)."""
        found = re.search(r"(?<![0-9])[0-9]{15}(?![0-9])", self.serial or "")
        return found[0] if found and _luhn(found[0]) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialPort:
    """One tty of a USB device. `path` is what the machine calls it; `rank` orders the AT ports of one device."""

    path: str
    interface: int
    kind: PortKind = "unknown"
    rank: int = 0
    driver: str | None = None
    number: str | None = None  # MAJOR:MINOR of the device
    interrupts: bool = False
    device: UsbDevice = field(default_factory=lambda: UsbDevice(folder=""))

    @property
    def vendor(self) -> str:
        return self.device.vendor

    @property
    def product(self) -> str:
        return self.device.product

    @property
    def serial(self) -> str | None:
        return self.device.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPort:
    """A serial port of the board itself, such as the one on a Pi's header. `console`: the kernel talks on it."""

    path: str
    driver: str | None = None
    console: bool = False


def serial_ports(*, root: Path | None = None, sysfs: Path | None = None) -> list[SerialPort]:
    """Every tty that belongs to a USB device, in the order of device and interface. `sysfs`: another folder in the
    place of /sys/class/tty."""
    return list(_SERIAL_PORTS.of(sysroot(root))) if sysfs is None else _read_serial_ports(sysfs)


def devices(*, root: Path | None = None) -> list[UsbDevice]:
    """Every USB device that is plugged in, hubs left out, in the order of their places."""
    base = sysroot(root)
    if is_made_up(base) and not is_there(base / _BUS):  # it may have the devices alone
        return _of_folders({path.parent for path in (base / "sys/devices").rglob("idVendor")})
    return list(_DEVICES.of(base))


def plugged(*, root: Path | None = None) -> list[tuple[UsbDevice, list[SerialPort]]]:
    """Every device that is plugged in with its ports, in their order; also one that shows in its ports alone."""
    ports = serial_ports(root=root)
    found = {device.folder: device for device in devices(root=root)} | {p.device.folder: p.device for p in ports}
    return [(device, [port for port in ports if port.device.folder == folder]) for folder, device in found.items()]


def board_ports(*, root: Path | None = None) -> list[BoardPort]:
    """Serial ports of the board that have hardware behind them."""
    base = sysroot(root)
    consoles = (read(_tty_class(base) / "console/active") or "").split()
    found = []
    for entry in entries(_tty_class(base)):
        if not re.fullmatch(r"tty(?:AMA|S|SC|mxc|O|THS|HS|PS|STM|MSM|SAC)[0-9]+", entry.name):
            continue
        device = Path(os.path.realpath(entry / "device"))
        if not is_there(entry / "device") or _interface_folder(device) is not None:
            continue
        if read(entry / "type") == "0":  # PORT_UNKNOWN: the kernel keeps a number, there is no hardware
            continue
        found.append(BoardPort(path=f"/dev/{entry.name}", driver=_driver(device), console=entry.name in consoles))
    return found


def device_at(path: str, *, root: Path | None = None) -> UsbDevice | None:
    """The USB device that the tty or cdc-wdm at `path` (its machine's name) belongs to."""
    base = sysroot(root)
    name = path.rpartition("/")[2]
    for entry in (_tty_class(base) / name, base / "sys/class/usbmisc" / name):
        interface = _interface_folder(_device_link(entry))
        if interface is not None and (device := _device_folder(interface)) is not None:
            return _device(device)
    return None


# --- helpers


def _read_serial_ports(folder: Path) -> list[SerialPort]:
    known: dict[Path, UsbDevice] = {}
    found = [port for entry in entries(folder) if (port := _serial_port(entry, known)) is not None]
    return sorted(found, key=lambda port: (_in_order(port.device.folder), port.interface, _in_order(port.path)))


def _read_devices(base: Path) -> list[UsbDevice]:
    return _of_folders({Path(os.path.realpath(entry)) for entry in entries(base / _BUS) if ":" not in entry.name})


def _of_folders(folders: Iterable[Path]) -> list[UsbDevice]:
    found = [_device(folder) for folder in folders if is_there(folder / "idVendor")]
    return sorted((device for device in found if not _is_hub(device)), key=lambda device: _in_order(device.folder))


def _tty_class(base: Path) -> Path:
    return base / "sys/class/tty"


def _device_link(entry: Path) -> Path:
    """Where a class entry's device lies; the entry itself stands below its device as well."""
    link = entry / "device"
    return Path(os.path.realpath(link if is_there(link) else entry))


def _interface_folder(place: Path) -> Path | None:
    return next((here for here in (place, *place.parents[:4]) if is_there(here / "bInterfaceNumber")), None)


def _device_folder(interface: Path) -> Path | None:
    return next((here for here in interface.parents[:2] if is_there(here / "idVendor")), None)


def _serial_port(entry: Path, known: dict[Path, UsbDevice]) -> SerialPort | None:
    folder = _interface_folder(_device_link(entry))
    if folder is None or (place := _device_folder(folder)) is None:
        return None
    if place not in known:
        known[place] = _device(place)
    interface = _interface(folder)
    if interface is None:
        return None
    device = known[place]
    kind, rank = kind_of(device.vendor, device.product, interface.number, interface.triple)
    return SerialPort(
        path=f"/dev/{entry.name}",
        interface=interface.number,
        kind=kind,
        rank=rank,
        driver=interface.driver,
        number=read(entry / "dev"),
        interrupts=interface.interrupts,
        device=device,
    )


def _device(folder: Path) -> UsbDevice:
    maker, product = read(folder / "manufacturer") or "", read(folder / "product") or ""
    made = product if product.startswith(maker) else f"{maker} {product}".strip()
    found = (_interface(place) for place in entries(folder) if ":" in place.name)
    return UsbDevice(
        folder=str(folder),
        vendor=_id(folder / "idVendor"),
        product=_id(folder / "idProduct"),
        name=made or None,
        serial=read(folder / "serial"),
        interfaces=tuple(interface for interface in found if interface is not None),
    )


def _interface(folder: Path) -> UsbInterface | None:
    number = _hex(folder / "bInterfaceNumber")
    if number is None:
        return None
    triple = (_hex(folder / f"bInterface{part}") or 0 for part in ("Class", "SubClass", "Protocol"))
    cls, subclass, protocol = triple
    return UsbInterface(
        number=number,
        triple=(cls, subclass, protocol),
        driver=_driver(folder),
        nets=tuple(entry.name for entry in entries(folder / "net")),
        wdms=tuple(
            entry.name for kind in ("usbmisc", "usb") for entry in entries(folder / kind) if "wdm" in entry.name
        ),
        interrupts=any(read(entry / "type") == "Interrupt" for entry in entries(folder) if entry.name[:3] == "ep_"),
    )


def _is_hub(device: UsbDevice) -> bool:
    return bool(device.interfaces) and all(interface.triple[0] == HUB for interface in device.interfaces)


def _driver(folder: Path) -> str | None:
    try:
        return os.readlink(folder / "driver").rpartition("/")[2] or None  # noqa: PTH115
    except OSError:
        return None


def _id(path: Path) -> str:
    text = (read(path) or "").lower()
    return text if re.fullmatch(r"[0-9a-f]{4}", text) else ""


def _hex(path: Path) -> int | None:
    text = read(path) or ""
    return int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,2}", text) else None


def _in_order(text: str) -> list[tuple[int, str]]:
    """A key by which ttyUSB10 stands behind ttyUSB9, and 1-1.10 behind 1-1.2."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"([0-9]+)", text)]


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value // 10 + value % 10
    return total % 10 == 0


_SERIAL_PORTS = Kept(lambda base: _read_serial_ports(_tty_class(base)))
_DEVICES = Kept(_read_devices)
