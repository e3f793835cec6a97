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
COMPANIONS = ("", "-wal", "-shm")


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


def salvage(damaged: Path, connection: sqlite3.Connection) -> int:
    """Copy the rows of a damaged file that can still be read into the fresh one; their number.

    Each table as far as it can be read: what protects the SIM (PIN refusals, attempts) and alerts that are still to be
    delivered are worth more than a clean start. Never raises for a row or table that is lost.
    """
    copied = 0
    try:
        source = sqlite3.connect(f"{damaged.as_uri()}?mode=ro", uri=True)
    except sqlite3.Error:
        return 0
    try:
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").fetchall()
        for (table,) in (tuple(row) for row in tables):
            copied += _salvage_table(source, connection, table)
    finally:
        source.close()
    return copied


def _salvage_table(source: sqlite3.Connection, connection: sqlite3.Connection, table: str) -> int:
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" for _ in columns)
    copied = 0
    try:
        for row in source.execute(f'SELECT {names} FROM "{table}"'):  # noqa: S608 (names of our own schema)
            try:
                done = connection.execute(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})', row)  # noqa: S608
            except sqlite3.IntegrityError:
                continue
            copied += done.rowcount
    except (sqlite3.Error, UnicodeDecodeError):
        return copied
    return copied


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
