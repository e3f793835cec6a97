"""Lines for udev(7): how a modem is known to it, and what becomes of one that is modemd's. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from modemd.backends.at.ports.discovery import candidates, names_a_path, usb_ports
from modemd.backends.at.ports.sysroot import device_path, sysroot
from modemd.backends.at.ports.usb import SerialPort, plugged
from modemd.errors import PortAbsent
from modemd.frozen import dataclass
from modemd.records import ModemSettings

FILE = "/etc/udev/rules.d/70-modemd.rules"
# Without these words udev takes what is there already for unchanged ("change" is what `udevadm trigger` sends).
RELOAD = "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=usb --subsystem-match=tty"
FOLDER = "/dev/modemd"
_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")  # a value of a rule is a pattern, and what a device says may be anything


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPort:
    """The AT port of a configured modem. `vendor`, `product` and `interface` of a USB device; of one that is none,
    `kernel` is the name that the kernel gives the port ("ttyAMA0", "wwan0at0"). `serial` or `place` ("1-1.2") where
    an equal device is plugged in beside it."""

    name: str
    vendor: str = ""
    product: str = ""
    interface: int = 0
    serial: str | None = None
    place: str | None = None
    kernel: str | None = None
    called: str = ""  # maker and product, for people
    imei: str | None = None


def own_ports(modems: Iterable[ModemSettings], *, root: Path | None = None) -> tuple[list[OwnPort], list[str]]:
    """The AT port of each of these modems that is plugged in, and the names of those that are not: as sysfs shows
    them, whoever holds them now."""
    base = sysroot(root)
    ports = usb_ports(root=base)
    folders = [(device.vendor, device.product, device.serial, device.folder) for device, _ in plugged(root=base)]
    found: list[OwnPort] = []
    missing: list[str] = []
    for modem in modems:
        try:
            path = device_path(candidates(modem.port, root=base)[0], base)
        except PortAbsent:
            missing.append(modem.name)
            continue
        port = next((port for port in ports if port.path == path), None)
        if port is None or not port.vendor:
            found.append(OwnPort(name=modem.name, kernel=path.rpartition("/")[2]))
            continue
        if not names_a_path(modem.port):  # the first of its AT ports, also where that is held just now
            at = [other for other in ports if other.device.folder == port.device.folder and other.kind == "at"]
            port = min(at, key=lambda other: other.rank, default=port)
        found.append(_own(modem.name, port, [one for one in folders if one[:2] == (port.vendor, port.product)]))
    return found, missing


def rules(ports: Sequence[OwnPort]) -> str:
    """The file FILE for these ports: ModemManager leaves the modem's serial ports alone (and keeps what it has beside
    them, QMI or MBIM), the USB device does not fall asleep, and its AT port has a name of its own below FOLDER."""
    lines = [
        f"# {FILE}: made by modemd from its configuration, and made again with it.",
        f"# Read by: {RELOAD}",
        "# What ModemManager has already it lets go after: sudo systemctl restart ModemManager",
        'ACTION=="remove", GOTO="modemd_end"',
    ]
    for port in ports:
        lines += ["", f"# {port.name}{f': {_printable(port.called)}' if port.called else ''}"]
        if port.kernel is not None:
            known = f'SUBSYSTEM=="tty|wwan|mhi*", KERNEL=="{port.kernel}"'
            lines += [f'{known}, ENV{{ID_MM_PORT_IGNORE}}="1"', f"{known}, {_links(port)}"]
            continue
        known = f'SUBSYSTEM=="tty", {_device(port, parents=True)}'
        lines += [
            stays_awake(port),
            f'{known}, ENV{{ID_MM_PORT_IGNORE}}="1"',
            f'{known}, ENV{{ID_USB_INTERFACE_NUM}}=="{port.interface:02x}", {_links(port)}',
        ]
    return "\n".join([*lines, "", 'LABEL="modemd_end"', ""])


def stays_awake(port: OwnPort) -> str:
    """The line that keeps the kernel from putting a USB device to sleep, now and when it is plugged in again."""
    return (
        f'ACTION=="add|change", SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", {_device(port)}, '
        'TEST=="power/control", ATTR{power/control}="on"'
    )


# --- helpers


def _own(name: str, port: SerialPort, kin: Sequence[tuple[str, str, str | None, str]]) -> OwnPort:
    """`kin`: (vendor, product, serial, folder) of every device of this kind."""
    serial: str | None = None
    place: str | None = None
    if len(kin) > 1:
        plain = port.serial is not None and _PLAIN.fullmatch(port.serial) is not None
        if plain and [one[2] for one in kin].count(port.serial) == 1:
            serial = port.serial
        else:
            place = Path(port.device.folder).name
    return OwnPort(
        name=name,
        vendor=port.vendor,
        product=port.product,
        interface=port.interface,
        serial=serial,
        place=place,
        called=f"{port.device.name or 'a modem'} ({port.device.ids})",
        imei=port.device.imei,
    )


def _device(port: OwnPort, *, parents: bool = False) -> str:
    """How the USB device is known, at itself or (`parents`) at what hangs on it: one parent has to match all."""
    kind, kernel = ("ATTRS", "KERNELS") if parents else ("ATTR", "KERNEL")
    words = [f'{kind}{{idVendor}}=="{port.vendor}"', f'{kind}{{idProduct}}=="{port.product}"']
    if port.serial is not None:
        words.append(f'{kind}{{serial}}=="{port.serial}"')
    if port.place is not None:
        words.append(f'{kernel}=="{port.place}"')
    return ", ".join(words)


def _links(port: OwnPort) -> str:
    folder = FOLDER.removeprefix("/dev/")
    return ", ".join(f'SYMLINK+="{folder}/{name}"' for name in (port.name, port.imei) if name)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)[:100]
