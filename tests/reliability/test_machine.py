"""Faults of the machine: a full or worn-out disk, a wrong clock."""

from __future__ import annotations

import os
import resource
import sqlite3
import stat
from datetime import UTC, datetime, timedelta
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
        log[32 + 24 + 4096 + 100] ^= 0xFF  # in the second frame: SQLite drops all that follow
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
            at = data.index(b"CREATE INDEX attempts_of_sim") + 13
            data[at : at + 4] = b"\xff\xfe\xc0\xff"
        elif what == "version":
            data[60] = 0x40
        elif what == "page":
            data[(page - 1) * 4096 : page * 4096] = bytes(4096)
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
            assert found["age_s"] in (0, None)
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
