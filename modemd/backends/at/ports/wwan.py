"""Serial ports of modems that are no USB devices: those of the kernel's WWAN framework (/dev/wwan0at0) and of makers'
drivers for MHI, Qualcomm's way over PCIe (/dev/mhi_DUN). sysfs and names in /dev only: nothing is opened."""

from __future__ import annotations

import os
import re
from pathlib import Path

from modemd.at.make import PortKind
from modemd.backends.at.ports.kept import Kept
from modemd.backends.at.ports.sysroot import entries, is_there, read, sysroot
from modemd.backends.at.ports.usb import SerialPort, UsbDevice

WWAN = "sys/class/wwan"
MHI = "sys/bus/mhi/devices"

# The port types of the framework (drivers/net/wwan/wwan_core.c), which are the middle of the name as well.
_TYPES: dict[str, PortKind] = {"at": "at", "qcdm": "diag"}
# Channels by the names of makers' drivers. pipe_32 is DUN, the channel with AT commands; pipe_4 diagnosis.
_CHANNELS: tuple[tuple[str, PortKind], ...] = (
    (r"(?:\w*_)?(?:DUN2?|AT\d*)|[\w.]+_pipe_32", "at"),
    (r"(?:\w*_)?DIAG|[\w.]+_pipe_4", "diag"),
)
_NAME = re.compile(r"/dev/(?:wwan\d+(at)\d+|mhi_([\w.]+))$")


def wwan_ports(*, root: Path | None = None) -> list[SerialPort]:
    """Every serial port of a modem that is no USB device, with what it hangs on."""
    return list(_PORTS.of(sysroot(root)))


def may_lack_termios(path: str) -> bool:
    """Whether a device of this name is a modem's port even if it knows nothing of terminals."""
    found = _NAME.match(path)
    return found is not None and (found[1] is not None or _channel(found[2]) is not None)


# What such a port cannot do (no TIOCEXCL): `modemd ports`, `modemd doctor` and the log say it alike.
NO_LOCK = (
    "the kernel does not lock this port, so only programs that ask for a lock (flock) are kept away from it: let no "
    "other program use it"
)


def is_unlockable(path: str) -> bool:
    """Whether the port of this name, as its machine calls it, is of a kind that takes no TIOCEXCL."""
    return path.startswith(("/dev/wwan", "/dev/mhi_"))


# --- helpers


def _read(base: Path) -> list[SerialPort]:
    found = [port for entry in entries(base / WWAN) if (port := _of_framework(entry)) is not None]
    return found + [port for entry in entries(base / "dev") if (port := _of_driver(entry, base)) is not None]


def _of_framework(entry: Path) -> SerialPort | None:
    found = re.fullmatch(r"wwan\d+([a-z]+)(\d+)", entry.name)
    if found is None:  # wwan0 is the modem
        return None
    kind = _TYPES.get((read(entry / "type") or found[1]).lower())
    if kind is None:
        return None
    place = Path(os.path.realpath(entry))
    # USB modems of the cdc-wdm drivers have such ports as well: they are shown with their own device.
    if any(is_there(parent / "bInterfaceNumber") for parent in place.parents[:6]):
        return None
    card = _card(place)
    return SerialPort(
        path=f"/dev/{entry.name}",
        interface=int(found[2]),
        kind=kind,
        rank=int(found[2]),
        driver=_driver(place) or "wwan",
        number=read(entry / "dev"),
        device=card or UsbDevice(folder=str(place.parent), name="WWAN modem"),
    )


def _of_driver(entry: Path, base: Path) -> SerialPort | None:
    if not entry.name.startswith("mhi_"):
        return None
    kind = _channel(entry.name.removeprefix("mhi_"))
    if kind is None:
        return None
    card = next((found for found in (_card(Path(os.path.realpath(one))) for one in entries(base / MHI)) if found), None)
    return SerialPort(
        path=f"/dev/{entry.name}",
        interface=0,
        kind=kind,
        driver="mhi",
        device=card or UsbDevice(folder=str(base / "dev/mhi"), name="PCIe modem"),
    )


def _channel(name: str) -> PortKind | None:
    return next((kind for pattern, kind in _CHANNELS if re.fullmatch(pattern, name)), None)


def _card(place: Path) -> UsbDevice | None:
    """The PCI device that a port hangs on. Its ids are PCI's, another space than USB's, so they stand in the name."""
    for here in place.parents:
        vendor, device = read(here / "vendor"), read(here / "device")
        if vendor is not None and device is not None and is_there(here / "class"):
            ids = f"{vendor.removeprefix('0x')}:{device.removeprefix('0x')}"
            return UsbDevice(folder=str(here), name=f"PCIe modem {ids}")
    return None


def _driver(place: Path) -> str | None:
    for here in place.parents[:4]:
        try:
            return os.readlink(here / "driver").rpartition("/")[2] or None  # noqa: PTH115
        except OSError:
            continue
    return None


_PORTS = Kept(_read)
