"""The machine around the modem: state folder, users, clock, supply voltage, the kernel's log."""

from __future__ import annotations

import grp
import os
import pwd
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from modemd.backends.at.ports.sysroot import sysroot
from modemd.doctor.facts import Folder, User
from modemd.doctor.programs import Run, Unseen

ACCOUNT = "modemd"  # the daemon's user, as systemd/modemd.sysusers makes it
LOG_LINES = 20_000
LOG_HOURS = 24


class Log(NamedTuple):
    """What the kernel logged of late: unplugs by place on the bus ("1-1.2"), and warnings of low voltage."""

    disconnects: dict[str, int]
    low_voltage: int


def folder(path: str) -> Folder:
    """The state folder, or where it is not there the nearest one above it. Raises OSError where nothing can be seen."""
    here = Path(path)
    missing = False
    while True:
        try:
            status = here.stat()
            break
        except FileNotFoundError:
            missing = True
            if here == here.parent:
                raise
            here = here.parent
    room = os.statvfs(here)
    return Folder(
        path=path,
        missing=missing,
        free_bytes=room.f_bavail * room.f_frsize,
        read_only=bool(room.f_flag & os.ST_RDONLY),
        mode=status.st_mode & 0o777,
    )


def caller() -> User:
    """Whoever runs the doctor."""
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return User(role="you", name=name, uid=uid, gids=tuple(sorted({os.getegid(), *os.getgroups()})))


def account(name: str = ACCOUNT) -> User | None:
    """The user that the service runs as, by the user database; None where there is none of that name."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return User(role="daemon", name=name, uid=entry.pw_uid, gids=tuple(os.getgrouplist(name, entry.pw_gid)))


def groups() -> dict[int, str]:
    """The names of all groups by number."""
    return {entry.gr_gid: entry.gr_name for entry in grp.getgrall()}


def synchronized(run: Run, *, root: Path | None = None) -> bool | None:
    """True if the clock was set from the network: systemd-timesyncd leaves a file, and timedatectl knows the kernel's
    word about other programs. None where neither can tell."""
    if (sysroot(root) / "run/systemd/timesync/synchronized").exists():
        return True
    said = run(["timedatectl", "show", "-p", "NTPSynchronized", "--value"])
    return {"yes": True, "no": False}.get((said or "").strip())


def throttled(run: Run) -> int | None:
    """The bits of a Pi's firmware: 0 low voltage, 1 frequency capped, 2 throttled, 3 temperature limit; 16 to 19 the
    same since boot. None where there is no vcgencmd. Raises Unseen."""
    said = run(["vcgencmd", "get_throttled"])
    if said is None:
        return None
    found = re.fullmatch(r"throttled=0x([0-9a-fA-F]{1,8})", said.strip())
    if found is None:
        raise Unseen("vcgencmd says something else than bits")
    return int(found[1], 16)


def kernel_log(run: Run) -> Log | None:
    """What the kernel logged in the last day; since boot where only dmesg can be asked. None where there is no program
    that shows it. Raises Unseen where none of them may."""
    commands = (
        ["journalctl", "-k", "-q", "--no-pager", "-o", "cat", f"--since=-{LOG_HOURS}h", "-n", str(LOG_LINES)],
        ["dmesg"],
    )
    failure: Unseen | None = None
    for command in commands:
        try:
            said = run(command)
        except Unseen as error:
            failure = error
            continue
        if said and said.strip():
            return _log(said)
    if failure is not None:
        raise failure
    return None


def _log(text: str) -> Log:
    gone = Counter(re.findall(r"\busb ([0-9]+-[0-9.]+): USB disconnect", text))
    return Log(disconnects=dict(gone), low_voltage=len(re.findall(r"(?i)under-?voltage detected", text)))
