"""Everything on this machine that is a modem, or looks like one: for `modemd ports`. Nothing is opened."""

from __future__ import annotations

import getpass
import grp
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from modemd.backends.at.ports.discovery import at_ports
from modemd.backends.at.ports.holders import (
    DIALLERS,
    MODEM_MANAGER,
    Holder,
    holders_of,
    leave_alone,
    modem_manager_takes,
    said,
)
from modemd.backends.at.ports.kinds import Kind, no_port_kind, why_not
from modemd.backends.at.ports.sysroot import device_path, entries, is_there, opened_path, sysroot
from modemd.backends.at.ports.usb import BoardPort, SerialPort, UsbDevice, board_ports, plugged
from modemd.backends.at.ports.wwan import NO_LOCK, is_unlockable, wwan_ports
from modemd.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModem:
    """A modem of the running daemon: the port that it has, or had last, and what it knows of the device."""

    name: str
    port: str | None = None
    imei: str | None = None
    state: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PortCandidate:
    """One port, or one device without a port (`path` None). `take`: modemd uses this port where the configuration
    leaves the choice to it. `why`: why it does not; beside `take`, what will get in the way."""

    kind: Kind
    path: str | None = None
    stable_path: str | None = None  # a link that survives replugging and other ttyUSB numbers
    vendor: str | None = None
    product: str | None = None
    name: str | None = None  # as the device says it: may hold anything
    serial: str | None = None
    interface: int | None = None
    driver: str | None = None
    imei: str | None = None
    holder: Holder | None = None
    modem: str | None = None  # the daemon's name for it
    state: str | None = None
    take: bool = False
    why: str | None = None
    remedy: str | None = None  # what to do about `why`, where that is a line of its own


def survey(*, known: Sequence[KnownModem] = (), daemon: bool = False, root: Path | None = None) -> list[PortCandidate]:
    """Ports of USB devices by device, devices without ports, ports of the board, and the daemon's modems that are none
    of these. `known`: what the daemon says of its modems; `daemon`: it runs, so that its rights on a port count and not
    this user's."""
    base = sysroot(root)
    there = plugged(root=base)
    cards: dict[str, tuple[UsbDevice, list[SerialPort]]] = {}
    for port in wwan_ports(root=base):
        cards.setdefault(port.device.folder, (port.device, []))[1].append(port)
    there += cards.values()
    boards = board_ports(root=base)
    wdms = [f"/dev/{wdm}" for device, _ in there for interface in device.interfaces for wdm in interface.wdms]
    every = [*(port.path for _, ports in there for port in ports), *wdms, *(board.path for board in boards)]
    twins = _twins(device for device, _ in there)
    seen = _Seen(base, holders_of(every, root=base), _stable_paths(base), twins, daemon)
    found: list[PortCandidate] = []
    for device, mine in there:
        rows = [_port(port, mine, seen) for port in mine] + _without_port(device, bool(mine), seen)
        found += _with_daemon(rows, known, base)
    for board in boards:
        found += _with_daemon([_board(board, seen)], known, base)
    shown = {candidate.modem for candidate in found}
    paths = {candidate.path for candidate in found}
    return found + [_elsewhere(modem, paths, base) for modem in known if modem.name and modem.name not in shown]


# --- helpers


@dataclass(frozen=True, slots=True)
class _Seen:
    """What was read of the machine once for all ports."""

    base: Path
    holding: dict[str, list[Holder]]
    stable: dict[str, dict[str, str]]  # path -> {"by-id": link, "by-path": link}
    twins: frozenset[str]  # folders of devices that another one equals
    daemon: bool

    def holder(self, path: str) -> Holder | None:
        return next(iter(self.holding.get(path, ())), None)


def _port(port: SerialPort, siblings: Sequence[SerialPort], seen: _Seen) -> PortCandidate:
    order = at_ports(siblings, root=seen.base)
    holding = seen.holding.get(port.path, [])
    candidate = PortCandidate(
        kind=port.kind,
        path=port.path,
        stable_path=_stable(port, seen),
        vendor=port.vendor or None,
        product=port.product or None,
        name=port.device.name,
        serial=port.serial,
        interface=port.interface,
        driver=port.driver,
        imei=port.device.imei,
        holder=seen.holder(port.path),
    )
    if port not in order:
        if port.kind == "unknown":
            return replace(candidate, why=f'{why_not("unknown")}: port = "{candidate.stable_path or candidate.path}"')
        return replace(candidate, why=why_not(port.kind))
    if holding:
        return replace(candidate, why=_held(holding), remedy=_cure(port, holding, seen.base))
    if port is not order[0]:
        return replace(candidate, why=f"a spare port: modemd takes it when {order[0].path} is held or does not answer")
    if not port.vendor and is_unlockable(port.path):
        return replace(candidate, take=True, why=NO_LOCK)
    forbidden = None if seen.daemon else _forbidden(opened_path(port.path, seen.base))
    if forbidden:
        return replace(candidate, why=forbidden)
    if modem_manager_takes(port, root=seen.base):
        why = "ModemManager runs and will open it as well"
        return replace(candidate, take=True, why=why, remedy=leave_alone(port.path, root=seen.base))
    return replace(candidate, take=True)


def _held(holding: Sequence[Holder]) -> str:
    if any(holder.program in DIALLERS for holder in holding):
        return f"held by {said(holding)}, which carries data over it"
    return f"held by {said(holding)}"


def _cure(port: SerialPort, holding: Sequence[Holder], base: Path) -> str | None:
    if any(holder.program == MODEM_MANAGER for holder in holding):
        return leave_alone(port.path, root=base)
    lock = next((holder for holder in holding if holder.lock), None)
    if lock is not None:
        return f"if {lock.program} (pid {lock.pid}) does not use {port.path}: sudo rm {lock.lock}"
    return None


def _without_port(device: UsbDevice, has_ports: bool, seen: _Seen) -> list[PortCandidate]:
    """A row for each cdc-wdm channel of the device, or one for a device that has nothing to open at all."""
    common = PortCandidate(
        kind="unknown",
        vendor=device.vendor or None,
        product=device.product or None,
        name=device.name,
        serial=device.serial,
        imei=device.imei,
    )
    rows = []
    for interface in device.interfaces:
        kind: Kind = {"cdc_mbim": "mbim", "qmi_wwan": "qmi"}.get(interface.driver or "", "unknown")  # type: ignore[assignment]
        for wdm in interface.wdms:
            path = f"/dev/{wdm}"
            why = f"modemd speaks AT, and this is the modem's {kind.upper()} channel" if has_ports else why_not(kind)
            if kind == "unknown":
                why = "modemd does not use cdc-wdm channels"
            rows.append(
                replace(
                    common,
                    kind=kind,
                    path=path,
                    interface=interface.number,
                    driver=interface.driver,
                    holder=seen.holder(path),
                    why=why,
                )
            )
    if rows or has_ports:
        return rows
    found = no_port_kind(device)
    if found is None:
        return []
    driver = next((interface.driver for interface in device.interfaces if interface.driver), None)
    return [replace(common, kind=found, driver=driver, why=why_not(found, device))]


def _board(board: BoardPort, seen: _Seen) -> PortCandidate:
    why = why_not("board")
    if board.console:
        why = "the kernel's console is on this serial port of the board: take it off first (on a Pi: sudo raspi-config)"
    elif seen.holding.get(board.path):
        why = f"{why}; {_held(seen.holding[board.path])}"
    links = seen.stable.get(board.path, {})
    stable = links.get("serial")
    return PortCandidate(
        kind="board", path=board.path, stable_path=stable, driver=board.driver, holder=seen.holder(board.path), why=why
    )


def _with_daemon(found: list[PortCandidate], known: Sequence[KnownModem], base: Path) -> list[PortCandidate]:
    """Adds to the ports of one device what the daemon knows of it: the port that the daemon has is its own, whoever
    sees it held, and the others are spare."""
    for modem in known:
        if modem.port is None or modem.state == "absent":
            continue
        path = device_path(modem.port, base)
        if not any(candidate.path == path for candidate in found):
            continue
        broken = modem.state in ("blocked", "failed")
        result = []
        for candidate in found:
            imei = modem.imei or candidate.imei
            if candidate.path == path:
                own = replace(candidate, modem=modem.name, state=modem.state, imei=imei, take=not broken)
                why = (candidate.why or modem.error or f"the daemon says: {modem.state}") if broken else None
                result.append(replace(own, why=why, remedy=candidate.remedy if broken else None))
            elif candidate.take and not broken:
                why = f"a spare port: the daemon has this modem at {path}"
                result.append(replace(candidate, imei=imei, take=False, why=why, remedy=None))
            else:
                result.append(replace(candidate, imei=imei))
        return result
    return found


def _elsewhere(modem: KnownModem, paths: Collection[str | None], base: Path) -> PortCandidate:
    """A configured modem that is at no port of this machine: behind a pseudo-terminal, at an address, or not there."""
    path = device_path(modem.port, base) if modem.port is not None else ""
    there = bool(path) and is_there(Path(opened_path(path, base)))
    kind: Kind = "unknown"
    if there and path.startswith("/dev/pts/"):
        kind = "pty"
    elif not there and modem.state == "absent":
        kind = "missing"
    used = modem.state not in (None, "starting", "absent", "blocked", "failed")
    return PortCandidate(
        kind=kind,
        path=None if path in paths else modem.port,  # what it had last may be another's now
        imei=modem.imei,
        modem=modem.name,
        state=modem.state,
        take=used,
        why=None if used else modem.error or f"the daemon says: {modem.state}",
    )


def _forbidden(path: str) -> str | None:
    """Why this user may not open the device, if that is so."""
    try:
        if os.access(path, os.R_OK | os.W_OK):
            return None
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
        user = getpass.getuser()
    except (OSError, KeyError):  # not there (yet), or ids without names
        return None
    if group == "root":
        return f"{user} may not open it, which belongs to root's group: give it to dialout with a udev rule"
    return f"{user} may not open it: sudo usermod -aG {group} {user}, then log in again"


def _stable_paths(base: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for kind in ("by-id", "by-path"):
        for link in entries(base / "dev/serial" / kind):
            name = f"/dev/serial/{kind}/{link.name}"
            found.setdefault(device_path(name, base), {}).setdefault(kind, name)
    for name in ("/dev/serial0", "/dev/serial1"):  # the Pi's names for the ports on its header
        if os.path.lexists(opened_path(name, base)):
            found.setdefault(device_path(name, base), {}).setdefault("serial", name)
    return found


def _stable(port: SerialPort, seen: _Seen) -> str | None:
    """By its name where that is unique, else by the place where it is plugged in: equal sticks share one by-id link."""
    links = seen.stable.get(port.path, {})
    if port.device.folder in seen.twins:
        return links.get("by-path")
    return links.get("by-id") or links.get("by-path")


def _twins(plugged: Iterable[UsbDevice]) -> frozenset[str]:
    same: dict[tuple[str, str, str | None], list[str]] = {}
    for device in plugged:
        same.setdefault((device.vendor, device.product, device.serial), []).append(device.folder)
    return frozenset(folder for folders in same.values() if len(folders) > 1 for folder in folders)
