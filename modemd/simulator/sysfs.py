"""Folders of a made-up machine as sysfs has them for USB devices (Documentation/ABI, sysfs-bus-usb), and what udev
makes of them in /dev."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from modemd.simulator.usbids import Interface

Tty = tuple[str, int, int, str]  # name, number, major, and the pseudo-terminal that plays it


@dataclass(frozen=True, slots=True)
class SysfsDevice:
    """One USB device at its place on the bus ("1-2")."""

    name: str
    ids: str
    manufacturer: str
    product: str
    serial: str | None = None


class Tree:
    """Makes and removes folders and links. Used by the threads of several modems; each call is one step."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._bus = root / "sys/devices/platform/soc/usb1"
        self._bus.mkdir(parents=True)
        self._lock = threading.Lock()
        self._devices = 1  # numbers given so far; a device that comes back gets a new one
        self._cards: dict[str, str] = {}  # network card -> folder of its interface
        self._made: dict[str, list[Path]] = {}  # device -> links outside of its folder
        self._taken: dict[str, set[int]] = {}  # numbers of ttys in use

    def folder(self, device: SysfsDevice) -> Path:
        return self._bus / device.name

    def numbers(self, prefix: str, count: int, *, after: int) -> int:
        """The first of `count` free numbers in a row, behind `after`."""
        with self._lock:
            taken = self._taken.setdefault(prefix, set())
            first = after + 1
            while taken & set(range(first, first + count)):
                first += 1
            return first

    def add_device(self, device: SysfsDevice) -> bool:
        """The device's own folder; False where it is there already."""
        folder = self.folder(device)
        with self._lock:
            if folder.exists():
                return False
            self._devices += 1
            vendor, _, product = device.ids.partition(":")
            facts = {
                "idVendor": vendor,
                "idProduct": product,
                "manufacturer": device.manufacturer,
                "product": device.product,
                "serial": device.serial,
                "authorized": "1",
                "bConfigurationValue": "1",
                "bDeviceClass": "00",
                "busnum": "1",
                "devnum": str(self._devices),
                "devpath": device.name.partition("-")[2],
                "dev": f"189:{self._devices - 1}",
                "speed": "480",
                "power/control": "on",
                "power/runtime_status": "active",
            }
            _write(folder, facts)
            _link(self._root / "sys/bus/usb/devices" / device.name, folder)
            return True

    def add_interfaces(self, device: SysfsDevice, interfaces: Sequence[Interface], ttys: Mapping[int, Tty]) -> None:
        """Its interfaces, with the ttys, network cards and channels on them; the nodes of /dev come last."""
        with self._lock:
            made = self._made.setdefault(device.name, [])
            for interface in interfaces:
                folder = self.folder(device) / f"{device.name}:1.{interface.number}"
                cls, subclass, protocol = interface.triple
                _write(
                    folder,
                    {
                        "bInterfaceNumber": f"{interface.number:02x}",
                        "bInterfaceClass": f"{cls:02x}",
                        "bInterfaceSubClass": f"{subclass:02x}",
                        "bInterfaceProtocol": f"{protocol:02x}",
                        "bAlternateSetting": " 0",
                    },
                )
                driver = self._root / "sys/bus/usb/drivers" / interface.driver
                driver.mkdir(parents=True, exist_ok=True)
                _link(folder / "driver", driver)
                made.append(_link(self._root / "sys/bus/usb/devices" / folder.name, folder))
                if interface.net is not None:
                    made.append(self._network_card(folder, interface))
                if interface.wdm:
                    made.append(self._class_entry("usbmisc", self._free("usbmisc", "cdc-wdm"), folder, "180:176"))
            for number, tty in ttys.items():
                made += self._tty(device, number, tty)

    def remove_interfaces(self, device: SysfsDevice) -> None:
        """Nodes and links first, as a reader finds them last."""
        with self._lock:
            for path in reversed(self._made.pop(device.name, [])):
                found = re.fullmatch(r"(tty[A-Z]+)([0-9]+)", path.name)
                if found is not None and path.parent.name == "dev":
                    self._taken[found[1]].discard(int(found[2]))
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
            for folder in self.folder(device).glob(f"{device.name}:*"):
                shutil.rmtree(folder, ignore_errors=True)

    def remove(self, device: SysfsDevice) -> None:
        """The device with all that it has."""
        self.remove_interfaces(device)
        with self._lock:
            with contextlib.suppress(FileNotFoundError):
                (self._root / "sys/bus/usb/devices" / device.name).unlink()
            shutil.rmtree(self.folder(device), ignore_errors=True)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _tty(self, device: SysfsDevice, number: int, tty: Tty) -> list[Path]:
        """A serial port: driver usb-serial puts a folder between interface and tty, cdc_acm does not."""
        prefix, index, major, terminal = tty
        name = f"{prefix}{index}"
        self._taken.setdefault(prefix, set()).add(index)
        interface = self.folder(device) / f"{device.name}:1.{number}"
        parent = interface / name if prefix == "ttyUSB" else interface
        made = [self._class_entry("tty", name, parent, f"{major}:{index}")]
        node = self._root / "dev" / name
        serial = f"_{device.serial}" if device.serial else ""
        words = re.sub(r"[^A-Za-z0-9#+.:=@_-]", "_", f"{device.manufacturer}_{device.product}{serial}")
        stable = self._root / "dev/serial"
        by_path = f"platform-soc-usb-0:{device.name.partition('-')[2]}:1.{number}-port0"
        made.append(_link(stable / "by-path" / by_path, node))
        by_id = stable / "by-id" / f"usb-{words}-if{number:02x}-port0"
        if not os.path.lexists(by_id):  # two devices of one kind without serial numbers: udev keeps one of them
            made.append(_link(by_id, node))
        node.symlink_to(terminal)
        return [*made, node]

    def _network_card(self, folder: Path, interface: Interface) -> Path:
        """A card is called as its driver likes, with the next free number."""
        name = self._free("net", re.sub(r"[0-9]+$", "", interface.net or "wwan"))
        entry = self._class_entry("net", name, folder, None)
        _write(folder / "net" / name, {"operstate": "unknown", "carrier": "1", "type": "1"})
        return entry

    def _class_entry(self, kind: str, name: str, parent: Path, number: str | None) -> Path:
        """sys/class/KIND/NAME -> PARENT/KIND/NAME, with its link back to the device."""
        folder = parent / kind / name
        _write(folder, {} if number is None else {"dev": number})
        _link(folder / "device", parent)
        return _link(self._root / "sys/class" / kind / name, folder)

    def _free(self, kind: str, prefix: str) -> str:
        used = self._root / "sys/class" / kind
        return next(name for turn in range(100) if not os.path.lexists(used / (name := f"{prefix}{turn}")))


def _write(folder: Path, facts: Mapping[str, str | None]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in facts.items():
        if value is not None:
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"{value}\n", encoding="utf-8")


def _link(link: Path, target: Path) -> Path:
    """A relative link, as sysfs and udev make them."""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(target, link.parent))
    return link
