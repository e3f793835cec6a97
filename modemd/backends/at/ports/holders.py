"""Who has a serial port: /proc, lock files, and what ModemManager would take. No device is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from modemd.backends.at.ports.sysroot import device_path, entries, is_made_up, is_there, opened_path, read, sysroot
from modemd.backends.at.ports.usb import SerialPort, device_at, serial_ports
from modemd.backends.at.ports.witness import Witness

MODEM_MANAGER = "ModemManager"
# Programs that carry data over the port they hold: another AT port of the same modem is free for us.
DIALLERS = frozenset({"pppd", "wvdial", "chat", "comgt"})

WITNESS = Witness()
_LOCK_FOLDERS = ("var/lock", "run/lock")  # one is a link to the other on most machines
_IGNORED_BY_MODEM_MANAGER = frozenset(
    {"ID_MM_DEVICE_IGNORE", "ID_MM_PORT_IGNORE", "ID_MM_TTY_BLACKLIST", "ID_MM_DEVICE_BLACKLIST"}
)


class Holder(NamedTuple):
    """A process that has a device open, or says so by a lock file (`lock`: its path)."""

    pid: int
    program: str
    lock: str | None = None


def holders(
    path: str, *, proc: Path | None = None, exclude: int | None = None, root: Path | None = None
) -> list[Holder]:
    """Who has `path` open or locked, as far as this user or the witness (witness.py) may see; `exclude` leaves one
    process out. `proc`: another folder in the place of /proc, and no lock files."""
    return holders_of([path], proc=proc, exclude=exclude, root=root)[path]


def holders_of(
    paths: Sequence[str], *, proc: Path | None = None, exclude: int | None = None, root: Path | None = None
) -> dict[str, list[Holder]]:
    """As `holders` for several ports, with one walk through /proc."""
    base = sysroot(root)
    folder = proc or base / "proc"
    found: dict[str, list[Holder]] = {path: [] for path in paths}
    names: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for path in paths:
        names |= {path: path, device_path(path, base): path}
        if number := _device_number(path if proc else opened_path(path, base)):
            numbers[number] = path
    by_name_alone = is_made_up(base) and proc is None
    for process in entries(folder):
        if process.name.isdecimal() and int(process.name) != exclude:
            for path in _opened(process, names, {} if by_name_alone else numbers):
                found[path].append(Holder(int(process.name), _program(process)))
    if proc is None:
        testimony = None if _sees_all(base) else WITNESS.told()
        for seen in testimony or ():
            port = numbers.get(seen.number) or names.get(seen.path)
            if port and seen.pid != exclude and all(seen.pid != holder.pid for holder in found[port]):
                found[port].append(Holder(seen.pid, _printable(seen.program)))
        for path, holding in found.items():
            locking = _by_lock_file(device_path(path, base), base, all_seen=testimony is not None)
            if locking is not None and locking.pid not in (exclude, *(holder.pid for holder in holding)):
                holding.append(locking)
    return found


def modem_manager_may_have(path: str, *, root: Path | None = None) -> bool:
    """True if nobody can tell whether ModemManager has the port at `path`, which it takes by its own rules."""
    base = sysroot(root)
    if _sees_all(base) or WITNESS.told() is not None:
        return False
    device = device_path(path, base)
    port = next((port for port in serial_ports(root=base) if port.path == device), None)
    return port is not None and modem_manager_takes(port, root=base)


def runs(program: str, *, root: Path | None = None) -> bool:
    """True if a process of that name is seen in /proc, or a service of that name by systemd (which a service that may
    not look into /proc can still see)."""
    base = sysroot(root)
    if any(read(process / "comm") == program for process in entries(base / "proc") if process.name.isdecimal()):
        return True
    groups = base / "sys/fs/cgroup"
    return any(
        bool(read(groups / tree / "system.slice" / f"{program}.service" / "cgroup.procs")) for tree in ("", "systemd")
    )


def modem_manager_takes(port: SerialPort, *, root: Path | None = None) -> bool:
    """True if ModemManager runs and udev does not tell it to leave this port or its device alone (as far as
    /run/udev/data can be read)."""
    if not runs(MODEM_MANAGER, root=root):
        return False
    base = sysroot(root)
    numbers = (port.number, read(Path(port.device.folder) / "dev"))
    return not any(_ignored(base / "run/udev/data" / f"c{number}") for number in numbers if number)


def udev_rule(vendor: str, product: str) -> str:
    """The line that makes ModemManager leave a device alone."""
    device = f'ATTR{{idVendor}}=="{vendor}", ATTR{{idProduct}}=="{product}"'
    return f'SUBSYSTEM=="usb", {device}, ENV{{ID_MM_DEVICE_IGNORE}}="1"'


def leave_alone(path: str, *, root: Path | None = None) -> str:
    """What to do so that ModemManager leaves the port at `path` alone: one line for people."""
    base = sysroot(root)
    device = device_at(device_path(path, base), root=base)
    if device is None or not device.vendor:
        return "stop it with: sudo systemctl disable --now ModemManager"
    return (
        f"write {udev_rule(device.vendor, device.product)} into /etc/udev/rules.d/60-modemd.rules, then run: "
        "sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=usb && "
        "sudo systemctl restart ModemManager (where it makes your data connection, take only the serial ports from it: "
        "docs/modems.md)"
    )


def said(holding: Iterable[Holder]) -> str:
    """ "pppd (pid 812), minicom (pid 900, by its lock file /var/lock/LCK..ttyUSB2)"; "a program (pid 812)" where its
    name is hidden from us."""
    words = []
    for holder in holding:
        name = "a program" if holder.program == "?" else holder.program
        words.append(f"{name} (pid {holder.pid}{f', by its lock file {holder.lock}' if holder.lock else ''})")
    return ", ".join(words)


# --- helpers


def _device_number(path: str) -> int:
    try:
        return Path(path).stat().st_rdev
    except (OSError, ValueError):
        return 0


def _opened(process: Path, names: dict[str, str], numbers: dict[int, str]) -> list[str]:
    """The ports of `names` and `numbers` that a process has open."""
    found: dict[str, None] = {}
    for link in entries(process / "fd"):
        try:
            target = os.readlink(link)  # noqa: PTH115
            if not target.startswith("/dev/"):
                continue
            path = names.get(target)
            if path is None and numbers:
                path = numbers.get(link.stat().st_rdev)
        except OSError:  # closed meanwhile, or not ours to see
            continue
        if path is not None:
            found[path] = None
    return list(found)


def _program(process: Path) -> str:
    """Its name; a program may give itself any, so nothing that does not print is kept."""
    return _printable(read(process / "comm") or "?")


def _printable(name: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in name)


def _sees_all(base: Path) -> bool:
    """Whether this process sees every other one's open files: root does, and a made-up machine hides nothing."""
    return is_made_up(base) or os.geteuid() == 0


def _by_lock_file(device: str, base: Path, *, all_seen: bool) -> Holder | None:
    """The owner of /var/lock/LCK..ttyUSB2, if it still lives: ten digits of a pid, in old programs four octets."""
    name = f"LCK..{device.removeprefix('/dev/').replace('/', '_')}"
    for folder in _LOCK_FOLDERS:
        lock = base / folder / name
        pid = _pid_in(lock)
        if pid is None or not _lives(pid, base):
            continue
        if all_seen or _shows_files(base / "proc" / str(pid)):
            continue  # its files can be seen, and the port was not among them: an old lock, and a number used again
        return Holder(pid, _program(base / "proc" / str(pid)), f"/{folder}/{name}")
    return None


def _pid_in(lock: Path) -> int | None:
    try:
        with lock.open("rb") as file:
            content = file.read(64)
    except OSError:
        return None
    number = re.match(rb"\s*([0-9]{1,10})\b", content)
    if number:
        return int(number[1]) or None
    return int.from_bytes(content, "little") or None if len(content) == 4 else None


def _lives(pid: int, base: Path) -> bool:
    if is_there(base / "proc" / str(pid)):
        return True
    if is_made_up(base):
        return False
    try:
        os.kill(pid, 0)  # signal 0 is not sent: it asks whether there is such a process
    except PermissionError:
        return True  # there is, and /proc hides it from us
    except (OSError, OverflowError):
        return False
    return True


def _shows_files(process: Path) -> bool:
    try:
        return any((process / "fd").iterdir())
    except OSError:
        return False


def _ignored(record: Path) -> bool:
    for line in (read(record) or "").splitlines():
        key, _, value = line.removeprefix("E:").partition("=")
        if line.startswith("E:") and key in _IGNORED_BY_MODEM_MANAGER and value.strip() in ("1", "true"):
            return True
    return False
