"""The state folder: private, owned by one process, and a damaged database in it moved aside, never thrown away."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import stat
from datetime import datetime
from pathlib import Path

from modemd.errors import StateInUse, StoreError

DATABASE = "modemd.sqlite"
LOCK = "modemd.lock"
# SQLite's own companions of the database; they belong to it wherever it is moved.
# The file itself is moved last: a log without its database is ignored, one beside another database would be applied.
COMPANIONS = ("-wal", "-shm", "-journal", "")
# What replaces a damaged database: while rows are carried over, and when all are there and on the disk.
MAKING, MADE = "modemd.sqlite.making", "modemd.sqlite.made"


def claim(folder: Path) -> int:
    """Make the folder (0700) and lock it for the life of the returned descriptor.

    Raises StateInUse naming the process that holds it, StoreError when the folder cannot be made or written. flock is
    released by the kernel whatever way the process ends, so a stale lock file means nothing.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(folder)
        lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(_cure(folder, error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip()
        os.close(lock)
        who = f"modemd (pid {holder})" if holder.isdigit() else "modemd"
        raise StateInUse(
            f"another {who} uses {folder}: stop it (systemctl stop modemd) or set another `state` folder"
        ) from error
    except OSError as error:
        os.close(lock)
        raise StoreError(_cure(folder, error)) from error
    try:
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
        _private_file(folder / DATABASE)
    except OSError as error:
        os.close(lock)
        raise StoreError(_cure(folder, error)) from error
    return lock


def set_aside(folder: Path, now: datetime) -> Path:
    """Rename the database and its companions to modemd.sqlite.corrupt-<UTC time>; the new path. Raises StoreError."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    target = folder / f"{DATABASE}.corrupt-{stamp}"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{DATABASE}.corrupt-{stamp}-{number}"
    try:
        for suffix in COMPANIONS:
            old = folder / (DATABASE + suffix)
            if old.exists():
                old.rename(folder / (target.name + suffix))
        _private_file(folder / DATABASE)
    except OSError as error:
        raise StoreError(_cure(folder, error)) from error
    return target


def replace_damaged(folder: Path, now: datetime) -> str:
    """Put a fresh database with what can be read of the damaged one in its place; the line that says so.

    Killed at any moment, the next start begins anew or goes on (finish_replacing): nothing is moved aside before what
    was in it has been carried over and is on the disk. Raises StoreError when there is no room or no right to write.
    """
    from modemd.store.salvage import NoRoomError, salvage

    making, made = folder / MAKING, folder / MADE
    try:
        for suffix in COMPANIONS:
            (folder / (MAKING + suffix)).unlink(missing_ok=True)
        _private_file(making)
        done = salvage(folder / DATABASE, making)
        making.rename(made)
    except (NoRoomError, sqlite3.OperationalError) as error:
        making.unlink(missing_ok=True)
        if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise StoreError(
            f"{folder / DATABASE} is damaged, and there is no room for what can be carried over ({error}): "
            "free some space on this file system, and restart modemd"
        ) from error
    except OSError as error:
        raise StoreError(_cure(folder, error)) from error
    aside = finish_replacing(folder, now)
    left = {"": "", "time": " (the newest: it took too long)", "room": " (the newest: the disk has no room for more)"}
    return (
        f"{folder / DATABASE} was damaged: it was moved to {aside}, {done.rows} rows could be carried over"
        f"{left[done.stopped_by]}; check the SD card, and keep or delete that file"
    )


def finish_replacing(folder: Path, now: datetime) -> str:
    """The second half of it, also for a start that was killed between the two; the damaged file's new name.

    Does nothing ("") when there is nothing to finish. Raises StoreError.
    """
    made = folder / MADE
    if not made.exists():
        return ""
    aside = set_aside(folder, now)
    try:
        made.rename(folder / DATABASE)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise StoreError(_cure(folder, error)) from error
    return aside.name


def _make_private(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077 == 0:
        return
    names = {entry.name for entry in folder.iterdir()}
    if names and DATABASE not in names and LOCK not in names:
        # Closing /tmp or somebody's home to everybody else would be worse than not starting.
        raise StoreError(f"{folder} holds other files and is open to others: give modemd a `state` folder of its own")
    folder.chmod(0o700)


def _private_file(path: Path) -> None:
    """Made before SQLite makes it: the umask has no say, and the WAL takes over the mode of its database."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if stat.S_IMODE(os.fstat(descriptor).st_mode) != 0o600:
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def _cure(folder: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    if isinstance(error, PermissionError):
        return f"{folder}: {reason}: give it to modemd's user (chown) or set another `state` folder"
    if isinstance(error, NotADirectoryError | FileExistsError):
        return f"{folder} is not a folder: remove it or set another `state` folder"
    return f"{folder}: {reason}: free space or mend the file system, or set another `state` folder"
