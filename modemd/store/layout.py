"""How the file lies on the card: small pages, free ones given back, and a check at the start that takes no longer when
the history has grown.

A page is what one changed row costs, in the journal and again in the file: small ones make that a quarter. Pages of
auto_vacuum = INCREMENTAL are given back by retention.py in small steps. Both are fixed when a file is made; only VACUUM
changes them later, and it writes the whole file a second time. So that is done for small files with room beside them.
A larger one stays as it is: it uses its free pages for new rows, so it stops growing, but does not become smaller.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

PAGE_BYTES = 1024
# What a commit waits for: FULL = it is on the card when a reading or an alert is said to be stored.
SYNCHRONOUS = "FULL"
FRAME_HEADER_BYTES = 24  # of a page in the WAL (https://www.sqlite.org/fileformat2.html#walformat)
INCREMENTAL = 2
# Of pages in memory, which grows as the file does up to here; what is missing comes from the kernel's own cache.
CACHE_KIB = 512
# The journal starts anew at this size, and is cut back to it after a larger transaction.
JOURNAL_LIMIT_BYTES = 1 << 20
LARGEST_REMADE_BYTES = 32 << 20  # a second on a Pi Zero
ROOM = 3  # VACUUM in a journal of its own: the copy, and the pages that it replaces
# Checked as a whole up to here, 0.1 s; the tables beside the history always.
LARGEST_CHECKED_BYTES = 16 << 20
NEWEST_CHECKED = 1000  # rows of a larger history: what is read at each turn
# Beside the database once a running daemon has met damage in it: the next start checks the whole file.
SUSPECT = "modemd.suspect"


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """The pragmas of an open file, and its layout where it can be had. Raises sqlite3.Error."""
    connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
    if not path.exists() or path.stat().st_size == 0:
        _choose(connection)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
    connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_LIMIT_BYTES}")
    frame = _pragma(connection, "page_size") + FRAME_HEADER_BYTES
    connection.execute(f"PRAGMA wal_autocheckpoint = {JOURNAL_LIMIT_BYTES // frame}")


def remake(connection: sqlite3.Connection, path: Path) -> bool:
    """Give a file of before the layout of today; False where it has it, is too large, or there is no room."""
    size = path.stat().st_size
    if _pragma(connection, "auto_vacuum") == INCREMENTAL or size > LARGEST_REMADE_BYTES:
        return False
    disk = os.statvfs(path.parent)
    if disk.f_bavail * disk.f_frsize < ROOM * size + JOURNAL_LIMIT_BYTES:
        return False
    try:
        connection.execute("PRAGMA journal_mode = DELETE")  # pages do not change their size in a WAL
        _choose(connection)
        connection.execute("VACUUM")
    except sqlite3.Error:
        return False  # a full disk: the file is as it was
    finally:
        prepare(connection, path)
    return True


def check(connection: sqlite3.Connection, path: Path) -> str:
    """ "ok", or what is wrong: damage is found now, not on the night when a row is needed."""
    suspect = path.with_name(SUSPECT)
    small = path.stat().st_size <= LARGEST_CHECKED_BYTES
    if small or suspect.exists() or sqlite3.sqlite_version_info < (3, 33):
        verdict = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
        suspect.unlink(missing_ok=True)
        return verdict
    names = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'readings'").fetchall()
    for (name,) in (tuple(row) for row in names):
        verdict = connection.execute(f'PRAGMA integrity_check("{name}")').fetchone()[0]
        if verdict != "ok":
            return str(verdict)
    connection.execute("SELECT * FROM readings ORDER BY id DESC LIMIT ?", (NEWEST_CHECKED,)).fetchall()
    return "ok"


def note_damage(folder: Path) -> None:
    """For the next start: see SUSPECT."""
    with contextlib.suppress(OSError):
        (folder / SUSPECT).touch(mode=0o600)


def _choose(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    connection.execute(f"PRAGMA auto_vacuum = {INCREMENTAL}")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"PRAGMA {name}").fetchone()[0])
