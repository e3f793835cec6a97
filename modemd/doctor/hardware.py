"""USB devices that are modems, their ports and their power, as sysfs and /proc show them. Nothing is opened."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from modemd.backends.at.ports import holders as held
from modemd.backends.at.ports.kinds import Kind, no_port_kind, why_not
from modemd.backends.at.ports.sysroot import entries, opened_path, read, sysroot
from modemd.backends.at.ports.usb import SerialPort, UsbDevice, plugged
from modemd.doctor.facts import Access, DeviceFacts, Port

SELF_POWERED = 0x40  # bmAttributes of a configuration (USB 2.0 9.6.3)


def modems(*, named: Collection[str], daemon: int | None, root: Path | None = None) -> tuple[DeviceFacts, ...]:
    """Every device that has an AT port, is a modem without one, or has a port whose path is in `named`. `daemon`: the
    pid that rightly holds ports."""
    base = sysroot(root)
    there = plugged(root=base)
    holding = held.holders_of([port.path for _, ports in there for port in ports], root=base, exclude=daemon)
    manager = held.runs(held.MODEM_MANAGER, root=base)
    found = []
    for device, mine in there:
        kind = None if mine else no_port_kind(device)
        wanted = any(port.kind in ("at", "ppp") or port.path in named for port in mine)
        if wanted or kind is not None:
            shown = tuple(_port(port, holding[port.path], manager, base) for port in mine)
            why = None if kind is None else why_not(kind, device)
            found.append(_device(device, shown, kind=kind, why=why))
    return tuple(found)


def access(path: str, groups: Mapping[int, str], *, root: Path | None = None) -> Access | None:
    """Who may open a port; None where it is not there. `groups`: their names by number."""
    opened = opened_path(path, sysroot(root))
    try:
        status = Path(opened).stat()
    except (OSError, ValueError):
        return None
    group = groups.get(status.st_gid, str(status.st_gid))
    return Access(path=path, uid=status.st_uid, gid=status.st_gid, group=group, mode=status.st_mode & 0o777)


def low_voltage_alarm(*, root: Path | None = None) -> bool:
    """True while the kernel's monitor of the board's 5 V line (hwmon "rpi_volt") raises its alarm."""
    return any(
        read(entry / "name") == "rpi_volt" and read(entry / "in0_lcrit_alarm") == "1"
        for entry in entries(sysroot(root) / "sys/class/hwmon")
    )


# --- helpers


def _device(device: UsbDevice, ports: tuple[Port, ...], *, kind: Kind | None, why: str | None) -> DeviceFacts:
    folder = Path(device.folder)
    return DeviceFacts(
        bus=folder.name,
        ids=device.ids,
        name=device.name,
        kind=kind,
        why=why,
        ports=ports,
        control=read(folder / "power/control"),
        autosuspend_ms=_number(folder / "power/autosuspend_delay_ms"),
        current_ma=_current_ma(folder),
        hub_ma=_hub_ma(folder.parent),
    )


def _port(port: SerialPort, holding: list[held.Holder], manager: bool, base: Path) -> Port:
    takes = manager and port.kind in ("at", "ppp") and held.modem_manager_takes(port, root=base)
    theirs = any(holder.program == held.MODEM_MANAGER for holder in holding)
    return Port(
        path=port.path,
        kind=port.kind,
        holders=tuple(held.said([holder]) for holder in holding),
        programs=tuple(holder.program for holder in holding),
        modem_manager=takes,
        leave_alone=held.leave_alone(port.path, root=base) if takes or theirs else "",
    )


def _hub_ma(hub: Path) -> int | None:
    """What a bus-powered hub and everything on it may draw together; None for a hub with a supply of its own."""
    if re.fullmatch(r"usb[0-9]+", hub.name) or not (hub / "idVendor").is_file():
        return None
    attributes = read(hub / "bmAttributes") or ""
    if not re.fullmatch(r"[0-9a-fA-F]{2}", attributes) or int(attributes, 16) & SELF_POWERED:
        return None
    users = [hub, *(entry for entry in entries(hub) if (entry / "idVendor").is_file())]
    return sum(_current_ma(user) or 0 for user in users)


def _current_ma(folder: Path) -> int | None:
    found = re.fullmatch(r"([0-9]{1,5})mA", read(folder / "bMaxPower") or "")
    return int(found[1]) if found else None


def _number(path: Path) -> int | None:
    text = read(path) or ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else None
