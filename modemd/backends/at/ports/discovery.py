"""Which port a modem answers AT commands on. sysfs and /proc only: nothing is opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from modemd.backends.at.ports.holders import Holder, holders, holders_of
from modemd.backends.at.ports.kinds import no_port_kind, why_not
from modemd.backends.at.ports.sysroot import device_path, is_there, opened_path, sysroot
from modemd.backends.at.ports.usb import SerialPort, devices, plugged, serial_ports
from modemd.backends.at.ports.wwan import wwan_ports
from modemd.errors import PortAbsent

__all__ = ["Holder", "SerialPort", "at_ports", "candidates", "holders", "resolve", "usb_ports"]

_NAME_IT = 'name its AT port: port = "/dev/serial/by-id/..."'


def resolve(setting: str, *, sysfs: Path | None = None, root: Path | None = None) -> str:
    """The device behind the configured `port`: a path (links followed to what is there now), "auto",
    "usb:VID:PID[:INTERFACE]" or "imei:DIGITS". Raises PortAbsent with what to write instead."""
    return candidates(setting, sysfs=sysfs, root=root)[0]


def candidates(setting: str, *, sysfs: Path | None = None, root: Path | None = None) -> list[str]:
    """As `resolve`, with every port that it may be, best first: the AT ports of the device, those that nobody holds
    before the others. For "imei:" they may be of several devices, and who opens one must look at its IMEI.

    A device of a make that modemd does not know is given only where "usb:" names it. `sysfs`: another folder in the
    place of /sys/class/tty. Below a made-up root (see `sysroot`) the paths are those to open, inside it."""
    base = sysroot(root)
    kind, _, value = setting.partition(":")
    if not names_a_path(setting):
        ports = usb_ports(sysfs, root=base)
        if kind == "usb":
            chosen = _by_usb_id(value, ports, base)
        else:
            chosen = _by_imei(value, ports, base) if kind == "imei" else _automatic(ports, base)
        return [opened_path(port.path, base) for port in chosen]
    path = device_path(setting, base)
    if not is_there(Path(opened_path(path, base))):
        _point_out_the_move(setting, path, base)
    return [opened_path(path, base)]


def names_a_path(setting: str) -> bool:
    """True where the configured `port` is a device and no rule by which to find one."""
    kind, _, value = setting.partition(":")
    return setting != "auto" and not (kind in ("usb", "imei") and value)


def usb_ports(sysfs: Path | None = None, *, root: Path | None = None) -> list[SerialPort]:
    """Every tty that belongs to a USB device, in the order of device and interface; behind them the serial ports of
    modems on PCIe."""
    return serial_ports(root=root, sysfs=sysfs) + (wwan_ports(root=root) if sysfs is None else [])


def at_ports(ports: Iterable[SerialPort], *, root: Path | None = None) -> list[SerialPort]:
    """The ports of one device that take AT commands, in the order in which to try them: what nobody holds first, then
    by rank. A port for dialling counts only where the device has no other."""
    ports = list(ports)
    chosen = [port for port in ports if port.kind == "at"] or [port for port in ports if port.kind == "ppp"]
    return _free_first(sorted(chosen, key=lambda port: port.rank), root)


# --- helpers


def _point_out_the_move(setting: str, path: str, base: Path) -> None:
    """Raises PortAbsent where a numbered port is gone and a modem stands under another number."""
    if not re.fullmatch(r"/dev/tty(?:USB|ACM)[0-9]+", path):
        return
    groups = _by_device(serial_ports(root=base))
    moved = next((found[0] for group in groups if (found := at_ports(group, root=base))), None)
    if moved is not None and moved.path != path:
        raise PortAbsent(
            f"no such device: {setting}; the numbers of these ports move, and {moved.device.ids} has its AT port at "
            f'{moved.path} now: write usb = "{moved.device.ids}", or a path below /dev/serial/by-id'
        )


def _automatic(ports: Sequence[SerialPort], base: Path) -> list[SerialPort]:
    modems = [found for group in _by_device(ports) if (found := at_ports(group, root=base))]
    if len(modems) == 1:
        return modems[0]
    if not modems:
        raise PortAbsent(_nothing_known(base))
    shown = ", ".join(
        f"{found[0].device.ids if found[0].vendor else found[0].device.name} at {found[0].path}" for found in modems
    )
    raise PortAbsent(f'{len(modems)} modems are plugged in ({shown}): say which with usb = "VID:PID" or imei = "..."')


def _by_usb_id(value: str, ports: Sequence[SerialPort], base: Path) -> list[SerialPort]:
    vendor, product, *rest = value.lower().split(":")
    ids = f"{vendor}:{product}"
    groups = [group for group in _by_device(ports) if group[0].device.ids == ids]
    if not groups:
        raise PortAbsent(_no_such_device(ids, ports, base))
    if len(groups) > 1:
        shown = ", ".join(group[0].path for group in groups)
        raise PortAbsent(
            f"{len(groups)} devices {ids} are plugged in (first ports: {shown}): say which with imei, or name the AT "
            'port by its place: port = "/dev/serial/by-path/..."'
        )
    mine = groups[0]
    if rest:
        chosen = [port for port in mine if port.interface == int(rest[0])]
        if not chosen:
            offered = ", ".join(str(port.interface) for port in mine)
            raise PortAbsent(f"{ids} has no serial port on interface {rest[0]}, it has: {offered}")
        return chosen
    # The user named it, so ports that nothing is known of may be tried: one at each opening.
    return at_ports(mine, root=base) or _free_first(sorted(mine, key=_promise), base)


def _by_imei(imei: str, ports: Sequence[SerialPort], base: Path) -> list[SerialPort]:
    groups = _by_device(ports)
    for group in groups:
        if imei[:14] in (group[0].serial or ""):
            return at_ports(group, root=base) or _free_first(sorted(group, key=_promise), base)
    # Who says another IMEI is another modem, and may be busy with somebody else's work.
    silent = [found for group in groups if group[0].device.imei is None and (found := at_ports(group, root=base))]
    if silent:
        return _free_first([found[0] for found in silent] + [port for found in silent for port in found[1:]], base)
    raise PortAbsent(
        f"the modem with that IMEI is not plugged in, or modemd does not know its make: {_NAME_IT} instead"
    )


def _by_device(ports: Iterable[SerialPort]) -> list[list[SerialPort]]:
    groups: dict[str, list[SerialPort]] = {}
    for port in ports:
        groups.setdefault(port.device.folder, []).append(port)
    return list(groups.values())


def _free_first(ports: Sequence[SerialPort], root: Path | None) -> list[SerialPort]:
    if len(ports) < 2:
        return list(ports)
    holding = holders_of([port.path for port in ports], root=root)
    return sorted(ports, key=lambda port: bool(holding[port.path]))


def _promise(port: SerialPort) -> tuple[bool, bool, int]:
    """Among ports of an unknown make: those that are known to be something else last, an interrupt endpoint is a good
    sign (ring and carrier are signalled through it), and interface 2 is AT more often than any other."""
    preferred = (2, 3, 1)
    place = preferred.index(port.interface) if port.interface in preferred else len(preferred) + port.interface
    return port.kind in ("nmea", "diag"), not port.interrupts, place


def _nothing_known(base: Path) -> str:
    for device, ports in plugged(root=base):
        kind = no_port_kind(device)
        if kind is not None and not ports:
            return f"{device.ids} is plugged in, but {why_not(kind, device)}"
    return f"no modem that modemd knows is plugged in; plug it in, or {_NAME_IT}"


def _no_such_device(ids: str, ports: Sequence[SerialPort], base: Path) -> str:
    nothing = f"no USB device {ids} with a serial port is plugged in"
    for device in devices(root=base):
        if device.ids == ids:
            kind = no_port_kind(device)
            return f"{nothing}: it is there, but {why_not(kind, device)}" if kind is not None else nothing
    kin = next((port for port in ports if port.vendor == ids[:4] and port.kind in ("at", "ppp")), None)
    if kin is not None:
        return f'{nothing}; {kin.device.ids} at {kin.path} is: if that is the one, write usb = "{kin.device.ids}"'
    return nothing
