"""Where the kernel's own file systems are: below `/`, or below a folder that plays the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

VARIABLE = "MODEMD_SYSROOT"

_REAL = Path("/")
_MOST_LINKS = 8  # by-id -> ttyUSB2 is one; a circle of links must end
_LONGEST_FACT = 4096  # one attribute of sysfs is at most a page


def sysroot(root: Path | None = None) -> Path:
    """The folder below which /sys, /proc, /dev, /run and /var/lock are looked up: `root`, else the folder that the
    environment variable MODEMD_SYSROOT names (read at each call), else "/".

    The variable is for tests, which make up a machine as a folder, and for containers that have the host's file
    systems mounted elsewhere."""
    return root if root is not None else _folder(os.environ.get(VARIABLE))


@lru_cache(maxsize=8)
def _folder(name: str | None) -> Path:
    return Path(name) if name else _REAL


def is_made_up(root: Path) -> bool:
    return root is not _REAL and root != _REAL


def opened_path(path: str, root: Path) -> str:
    """What to open for the device that its machine calls `path` ("/dev/ttyUSB2"): below a made-up root the link there
    of that name. Pseudo-terminals belong to the kernel and keep their name."""
    if not is_made_up(root) or not path.startswith("/dev/") or path.startswith("/dev/pts/"):
        return path
    return str(root / path.lstrip("/"))


def device_path(path: str, root: Path) -> str:
    """What its machine calls the device behind `path`, all links followed: "/dev/serial/by-id/..." -> "/dev/ttyUSB2".

    Below a made-up root the links end at the last name inside its /dev: what that one points to (a pseudo-terminal)
    plays the device and is not its name. A path that does not exist comes back as it is."""
    if "\0" in path:  # nothing can have that name, and the system calls below would raise
        return path
    if not is_made_up(root):
        return os.path.realpath(path)
    folder = str(root / "dev")
    here = opened_path(path, root)
    if not here.startswith(f"{folder}/"):
        return os.path.realpath(path)
    for _ in range(_MOST_LINKS):
        try:
            target = opened_path(os.path.normpath(Path(here).parent / os.readlink(here)), root)  # noqa: PTH115
        except OSError:  # no link, or nothing there
            break
        if not target.startswith(f"{folder}/") or not os.path.lexists(target):
            break
        here = target
    return f"/dev/{here[len(folder) + 1 :]}"


def read(path: Path, limit: int = _LONGEST_FACT) -> str | None:
    """The text of a file's first `limit` octets without the blanks around it; None where there is none, or none any
    more: a device may vanish between two reads."""
    try:
        with path.open("rb") as file:
            return file.read(limit).decode("utf-8", "replace").strip() or None
    except (OSError, ValueError):
        return None


def is_there(path: Path) -> bool:
    """True if there is something behind the path; False as well where it may not be looked at."""
    return os.path.exists(path)  # noqa: PTH110 (Path.exists raises where a folder may not be entered)


def entries(folder: Path) -> Iterator[Path]:
    """What is in a folder, in the order of the names; nothing where there is none or it may not be read."""
    try:
        yield from sorted(folder.iterdir())
    except OSError:
        return
