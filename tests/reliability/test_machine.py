"""Faults of the machine: a full or worn-out disk, a wrong clock."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

UNLIMITED = resource.RLIM_INFINITY
MODEM = """
[modem]
profile = "huawei"
imsi = "250011234567890"

[[ussd]]
code = "*100#"
replies = ["Balance 42.50"]
"""


def home(fake: Any, every: str = "off") -> str:
    return f'name = "home"\nport = "{fake.path}"\nevery = "{every}"'


def test_disk_full(stage: Any) -> None:
    """Not an octet more may be written: who asks gets an answer or a clear line, nothing hangs, and nothing is dialled
    that could not be counted."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    largest = max(entry.stat().st_size for entry in (stage.folder / "state").iterdir())
    with stage.fault("fills up"):
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (largest, UNLIMITED))
        for _ in range(4):
            result = daemon.ask()
            if result["balance"] is None:
                break
        assert result["error"] == "store"
        assert daemon.ask("balance", cached=True)["balance"] == "42.50"
    dialled = len(fake.queries)
    assert daemon.ask()["error"] == "store"
    assert len(fake.queries) == dialled
    with stage.fault("room again"):
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
        assert daemon.ask()["balance"] == "42.50"


EMPTY = MODEM.replace("42.50", "5.00")
TAKE = '#!/bin/sh\nprintf \'%s %s\\n\' "$MODEMD_EVENT" "$MODEMD_BALANCE" >> {told}\n'


def warned(stage: Any) -> tuple[str, Path]:
    """A channel whose program writes what it gets into a file beside the state folder, not into it."""
    told, program = stage.folder / "told", stage.folder / "take"
    program.write_text(TAKE.format(told=told), encoding="utf-8")
    program.chmod(0o755)
    return f'[[channel]]\ntype = "command"\nrun = ["{program}"]\n', told


def is_warned_once(daemon: Any, told: Path) -> None:
    """The alert is listed and sent, once, and the reading is in the history."""
    daemon.wait(lambda found: found["error"] is None and [one["event"] for one in found["alerts"]] == ["critical"])
    deadline = time.monotonic() + 20
    while not (told.exists() and told.read_text()):
        assert time.monotonic() < deadline, daemon.log
        daemon.hear(0.1)
    daemon.idle(0.5)
    assert told.read_text() == "critical 5.00\n"
    assert daemon.cli("alerts", "list").stdout.count("balance is critical") == 1
    assert [row["balance"] for row in daemon.rows() if row["error"] is None] == ["5.00"]
    assert "Traceback" not in daemon.log


@pytest.fixture
def small_disk(stage: Any) -> Iterator[Path]:
    """A file system of 1 MiB at the state folder, where this machine lets us mount one."""
    state = stage.folder / "state"
    state.mkdir(mode=0o700)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(state)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"no file system of its own can be mounted here: {done.stderr.strip()}")
    yield state
    subprocess.run(["umount", "-l", str(state)], check=True)


@pytest.mark.parametrize("left_kib", [4, 8, 12, 20])
def test_disk_full_between_reading_and_alert(stage: Any, small_disk: Path, left_kib: int) -> None:
    """Wherever the room ends, at the attempt, the reading or its alert: what was read is kept, and judged and told as
    soon as there is room, although nothing more is ever asked."""
    fake = stage.modem(EMPTY)
    channel, told = warned(stage)
    daemon = stage.daemon(home(fake), rest=channel)
    daemon.wait("ready")
    room = os.statvfs(small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (room.f_bavail * room.f_frsize - left_kib * 1024))
    with stage.fault("fills up"):
        first = daemon.ask()
        assert first["balance"] == ("5.00" if fake.queries else None)
        daemon.wait(lambda found: told.exists() or "nothing can be stored" in str(found["error"]))
        if not told.exists():
            assert "nothing can be stored" in daemon.cli("doctor").stdout
    with stage.fault("room again"):
        filler.unlink()
        if not fake.queries:  # nothing was dialled that could not be counted
            daemon.wait(lambda found: found["error"] is None)
            daemon.ask()
        is_warned_once(daemon, told)
    assert len(fake.queries) == 1


@pytest.mark.parametrize("more_kib", [0, 6, 12])
def test_file_may_not_grow(stage: Any, more_kib: int) -> None:
    """The same by a limit on the size of a file, which is another error of the kernel (EFBIG; a quota or a failing card
    come the same way)."""
    fake = stage.modem(EMPTY)
    channel, told = warned(stage)
    daemon = stage.daemon(home(fake), rest=channel)
    daemon.wait("ready")
    size = (stage.folder / "state" / "modemd.sqlite-wal").stat().st_size
    with stage.fault():
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (size + more_kib * 1024, UNLIMITED))
        daemon.ask()
        daemon.wait(lambda found: told.exists() or "nothing can be stored" in str(found["error"]))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, (UNLIMITED, UNLIMITED))
        daemon.wait(lambda found: found["error"] is None)
        if not fake.queries:
            daemon.ask()
        is_warned_once(daemon, told)
    assert len(fake.queries) == 1


def test_state_folder_that_may_not_be_written(stage: Any) -> None:
    """Ends with 1 and one line with the cure; nothing is dialled by a daemon that cannot count."""
    fake = stage.modem(MODEM)
    (stage.folder / "state").write_text("a file\n")
    with stage.fault():
        daemon = stage.daemon(home(fake))
        assert daemon.process.wait(20) == 1
        assert len(daemon.log.splitlines()) == 1
    assert fake.commands == []


def test_database_damaged(stage: Any) -> None:
    """Moved aside, never thrown away; the daemon goes on with what can be read."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.stop()
    path = stage.folder / "state" / "modemd.sqlite"
    data = bytearray(path.read_bytes())
    data[100:4000] = os.urandom(3900)
    path.write_bytes(data)
    with stage.fault("rubbish"):
        again = stage.daemon()
        again.wait("ready")
        assert again.ask()["balance"] == "42.50"
        assert len(list((stage.folder / "state").glob("*.corrupt-*"))) >= 1
    assert all(stat.S_IMODE(entry.stat().st_mode) == 0o600 for entry in (stage.folder / "state").iterdir())
    again.stop()
    with stage.fault("cut short"):
        path.write_bytes(path.read_bytes()[:5000])
        for name in ("modemd.sqlite-wal", "modemd.sqlite-shm"):
            (stage.folder / "state" / name).unlink(missing_ok=True)
        last = stage.daemon()
        last.wait("ready")
        assert last.ask()["balance"] == "42.50"


DAMAGES = {
    "schema": "a text of the schema",
    "version": "the version of the schema",
    "page": "a page in the middle",
    "log": "the log of a killed daemon",
    "row": "a time in one row",
}


@pytest.mark.parametrize("what", DAMAGES)
def test_database_damaged_in_places(stage: Any, what: str) -> None:
    """Whatever SQLite makes of it, the daemon starts, and knows what stands on the pages that are whole."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    for _ in range(3):
        assert daemon.ask()["balance"] == "42.50"
    state = stage.folder / "state"
    path = state / "modemd.sqlite"
    daemon.kill() if what == "log" else daemon.stop()
    if what == "log":
        log = bytearray((state / "modemd.sqlite-wal").read_bytes())
        log[32 + 24 + 1024 + 100] ^= 0xFF  # in the second frame: SQLite drops all that follow
        (state / "modemd.sqlite-wal").write_bytes(log)
    else:
        with sqlite3.connect(path) as base:
            base.execute("INSERT INTO pins VALUES ('8970101', 'digest', 1, 0, '2026-03-01T00:00:00.000000Z')")
            base.execute("INSERT INTO saved_rats VALUES ('imei:1', '2,2,0', '2026-03-01T00:00:00.000000Z')")
            if what == "row":
                base.execute("UPDATE readings SET taken_at = '2026-03-0x' WHERE id = 3")
            if what == "page":
                page = base.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'attempts'").fetchone()[0]
        base.close()
        data = bytearray(path.read_bytes())
        if what == "schema":
            at = data.index(b"CREATE INDEX seats_of_modem") + 13
            data[at : at + 4] = b"\xff\xfe\xc0\xff"
        elif what == "version":
            data[60] = 0x40
        elif what == "page":
            data[(page - 1) * 1024 : page * 1024] = bytes(1024)
        path.write_bytes(data)
    with stage.fault(DAMAGES[what]):
        again = stage.daemon()
        again.wait("ready")
        assert again.ask("balance", cached=True)["balance"] == "42.50"
        rows = again.rows()
    assert [row["balance"] for row in rows] == ["42.50"] * (2 if what == "row" else 3)
    assert bool(list(state.glob("*.corrupt-*"))) == (what != "row")
    again.stop()
    if what != "log":
        with sqlite3.connect(path) as base:
            assert base.execute("SELECT refused FROM pins WHERE digest = 'digest'").fetchall() == [(1,)]
            assert base.execute("SELECT value FROM saved_rats").fetchall() == [("2,2,0",)]
        base.close()


def test_database_damaged_and_no_room(stage: Any) -> None:
    """The file and what it knows stay where they are: a fresh one would send a refused PIN again."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.stop()
    path = stage.folder / "state" / "modemd.sqlite"
    damaged = b"SQLITE" + path.read_bytes()[6:]
    path.write_bytes(damaged)
    (stage.folder / "sitecustomize.py").write_text(FULL)
    with stage.fault():
        again = stage.daemon(environ={"PYTHONPATH": str(stage.folder)})
        assert again.process.wait(20) == 1
        assert len(again.log.splitlines()) == 1
    assert path.read_bytes() == damaged
    assert not list((stage.folder / "state").glob("*.corrupt-*"))


# A file system that says that nothing is left.
FULL = """
import os
real = os.statvfs
os.statvfs = lambda path: os.statvfs_result((*real(path)[:3], 0, 0, *real(path)[5:10]))
"""


@pytest.mark.parametrize("days", [-400, 400])
def test_clock_set(stage: Any, days: int) -> None:
    """The last attempt lies a year ahead (the clock was set back) or behind: the next question is neither put off nor
    asked in a loop."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake, "6h"))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.stop()
    moved = datetime.now(UTC) - timedelta(days=days)
    with sqlite3.connect(stage.folder / "state" / "modemd.sqlite") as base:
        for table, column in (("attempts", "at"), ("readings", "taken_at")):
            (value,) = base.execute(f"SELECT {column} FROM {table}").fetchone()
            base.execute(f"UPDATE {table} SET {column} = ?", (_like(value, moved),))
    base.close()
    with stage.fault():
        again = stage.daemon()
        found = again.wait("ready")
        due = datetime.fromisoformat(again.wait(lambda it: it["next_query_at"] is not None)["next_query_at"])
        if days < 0:
            assert timedelta() < due - datetime.now(UTC) <= timedelta(hours=6, minutes=1)
            assert (found["age_s"] or 0) < 60  # since its start
        else:
            assert fake.wait_for(lambda it: len(it.queries) == 2, 20)
            again.wait(lambda it: it["age_s"] is not None and it["age_s"] < 60)
    assert len(fake.queries) == (1 if days < 0 else 2)


def _like(value: object, moment: datetime) -> object:
    """The same moment in the shape in which the column has it."""
    if isinstance(value, int):
        factor = 1000 if value > 10**11 else 1
        return int(moment.timestamp() * factor)
    if isinstance(value, float):
        return moment.timestamp()
    text = moment.isoformat(timespec="microseconds" if "." in str(value) else "seconds")
    return text.replace("+00:00", "Z") if str(value).endswith("Z") else text
