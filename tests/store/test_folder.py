"""The state folder and the file in it: private, owned once, upgraded, and moved aside when damaged."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from modemd.errors import StateInUse, StoreError
from modemd.records import Alert, Measurement
from modemd.store import Store
from modemd.store.schema import MIGRATIONS, migrate

Row = Callable[..., Measurement]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_private_whatever_the_umask(folder: Path, row: Row) -> None:
    """Folder 0700, database and its journal 0600, also where the umask would give everything to everybody."""
    before = os.umask(0)
    try:
        store = Store(folder)
        store.add(row("1"))
        assert mode(folder) == 0o700
        names = ["modemd.lock", "modemd.sqlite", "modemd.sqlite-shm", "modemd.sqlite-wal"]
        assert sorted(path.name for path in folder.iterdir()) == names
        assert {mode(path) for path in folder.iterdir()} == {0o600}
        store.close()
    finally:
        os.umask(before)


def test_an_open_empty_folder_is_closed_to_others(folder: Path) -> None:
    """A folder that somebody made with mkdir gets its 0700."""
    folder.mkdir(mode=0o755)
    Store(folder).close()
    assert mode(folder) == 0o700


def test_a_folder_of_other_things_is_left_alone(folder: Path) -> None:
    """state = "/home/pi" by mistake must not close a home to everybody else."""
    folder.mkdir(mode=0o755)
    (folder / "letter.txt").write_text("hello")
    with pytest.raises(StoreError, match="a `state` folder of its own"):
        Store(folder)
    assert mode(folder) == 0o755
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_writes_are_durable(folder: Path) -> None:
    """The file is in WAL mode, so that a reader with the sqlite3 shell never blocks the daemon."""
    Store(folder).close()
    with sqlite3.connect(folder / "modemd.sqlite") as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()


def test_one_owner(folder: Path, store: Store) -> None:
    """A second store on the same folder is refused by name of the process that holds it, with the cure."""
    with pytest.raises(StateInUse, match=rf"pid {os.getpid()}\).*systemctl stop modemd"):
        Store(folder)


def test_owner_killed(folder: Path) -> None:
    """kill -9 leaves no lock behind, and what was written before it is there."""
    code = (
        "import os, signal, sys; from pathlib import Path; from modemd.store import Store\n"
        "s = Store(Path(sys.argv[1])); s.note_code_tried('iccid:1', '*100#'); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert done.returncode == -9
    store = Store(folder)
    assert store.code_tried("iccid:1", "*100#")
    store.close()


def test_close_is_idempotent_and_final(folder: Path, row: Row) -> None:
    """After close() the folder is free, a second close() does nothing, and any use is a clear error."""
    store = Store(folder)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.add(row("1"))
    Store(folder).close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(tmp_path: Path) -> None:
    """A parent that may not be written names the cure."""
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="chown"):
            Store(tmp_path / "state")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_where_the_folder_should_be(folder: Path) -> None:
    """state names a file: said so, and the file stays."""
    folder.write_text("x")
    with pytest.raises(StoreError, match="not a folder"):
        Store(folder)
    assert folder.read_text() == "x"


def test_the_lock_is_not_a_way_out(folder: Path, tmp_path: Path) -> None:
    """A symbolic link in the place of the lock is not followed: no file elsewhere is overwritten."""
    target = tmp_path / "target"
    target.write_text("precious")
    folder.mkdir(mode=0o700)
    (folder / "modemd.lock").symlink_to(target)
    with pytest.raises(StoreError):
        Store(folder)
    assert target.read_text() == "precious"


def test_older_file_is_upgraded(tmp_path: Path) -> None:
    """A file of migration 1 with rows in it is brought to a later schema, rows and all, and once only."""
    db = sqlite3.connect(tmp_path / "old.sqlite", isolation_level=None)
    migrate(db, MIGRATIONS[:1])
    db.execute("INSERT INTO codes_tried VALUES ('iccid:1', '*100#')")
    later = (*MIGRATIONS[:1], ("ALTER TABLE codes_tried ADD COLUMN at TEXT", "CREATE TABLE extra (x)"))
    for _ in range(2):
        migrate(db, later)
        assert db.execute("SELECT * FROM codes_tried").fetchall() == [("iccid:1", "*100#", None)]
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
    db.close()


def test_failed_migration_changes_nothing(tmp_path: Path) -> None:
    """A migration that fails half-way leaves the file at the version before it, whole."""
    db = sqlite3.connect(tmp_path / "old.sqlite", isolation_level=None)
    migrate(db, MIGRATIONS[:1])
    with pytest.raises(sqlite3.OperationalError):
        migrate(db, (*MIGRATIONS[:1], ("CREATE TABLE extra (x)", "CREATE TABLE readings (x)")))
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert not db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'extra'").fetchall()
    db.close()


def test_an_empty_file_is_a_new_one(folder: Path, row: Row) -> None:
    """A power cut between making the file and its schema: version 0 is brought up."""
    folder.mkdir(mode=0o700)
    (folder / "modemd.sqlite").touch()
    store = Store(folder)
    store.add(row("1"))
    assert store.notice is None
    store.close()


def test_newer_file_is_refused_untouched(folder: Path) -> None:
    """A file of a newer modemd is refused with the cure, byte for byte as it was, and the lock is free again."""
    folder.mkdir(mode=0o700)
    with sqlite3.connect(folder / "modemd.sqlite") as db:
        db.execute("CREATE TABLE future (x)")
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = (folder / "modemd.sqlite").read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="newer modemd") as caught:
            Store(folder)
        assert not isinstance(caught.value, StateInUse)
    assert (folder / "modemd.sqlite").read_bytes() == before


def test_garbage_is_moved_aside(folder: Path, row: Row) -> None:
    """A file that is no database is kept under another name, said so, and a fresh one is used."""
    folder.mkdir(mode=0o700)
    (folder / "modemd.sqlite").write_bytes(b"not a database at all" * 100)
    store = Store(folder)
    store.add(row("1"))
    kept = list(folder.glob("modemd.sqlite.corrupt-*"))
    assert len(kept) == 1
    assert kept[0].read_bytes().startswith(b"not a database")
    assert store.notice is not None
    assert kept[0].name in store.notice
    assert "\n" not in store.notice
    assert mode(folder / "modemd.sqlite") == 0o600
    store.close()
    again = Store(folder)
    assert again.notice is None
    again.close()


def test_what_protects_the_sim_survives_damage(folder: Path, row: Row, alert: Callable[..., Alert]) -> None:
    """From a file damaged in one table the others are carried over: the refused PIN, the waiting alert."""
    store = Store(folder)
    store.note_pin_refused("8970101", "digest")
    store.put_alert(alert("a1"), ["command"])
    for _ in range(400):
        store.add(row("48.20", text="x" * 500))
    store.close()
    path = folder / "modemd.sqlite"
    with sqlite3.connect(path) as db:
        page = db.execute("PRAGMA page_size").fetchone()[0]
        last = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    data = bytearray(path.read_bytes())
    data[(last - 3) * page : (last - 2) * page] = b"\xff" * page
    path.write_bytes(data)
    store = Store(folder)
    assert store.notice is not None
    assert store.pin_refused("8970101", "digest")
    assert [waiting.alert.id for waiting in store.outbox_due(alert("x").raised_at)] == ["a1"]
    assert list(folder.glob("modemd.sqlite.corrupt-*"))
    store.close()


def test_full_disk(folder: Path, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk is a StoreError with the cure; nothing half-written is left. What did not fit is written when there
    is room, with what came behind it, in the order in which it came."""
    connect, opened = sqlite3.connect, list[sqlite3.Connection]()

    def small(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.execute("PRAGMA max_page_count = 50")
        opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    store = Store(folder)
    store.add(row("1"))
    with pytest.raises(StoreError, match=r"full.*free some space"):
        store.add(row("2", raw=b"x" * 400_000))
    with pytest.raises(StoreError, match="full"):
        store.add(row("3"))
    assert [str(m.reading.balance) for m in store.history()] == ["1"]
    assert store.fault is not None
    assert "2 rows" in store.fault
    for connection in opened:
        with suppress(sqlite3.ProgrammingError):  # one that was closed again
            connection.execute("PRAGMA max_page_count = 5000")
    assert store.write_kept() == 2
    assert [str(m.reading.balance) for m in store.history()] == ["1", "2", "3"]
    assert store.fault is None
    assert not store.behind
    store.close()
