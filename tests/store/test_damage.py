"""What a damaged database costs: the damaged rows, and nothing else."""

from __future__ import annotations

import logging
import os
import sqlite3
import struct
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modemd.errors import StoreError
from modemd.records import Alert, Measurement, RecoveryStepRecord
from modemd.store import Store, salvage
from modemd.store.cells import TABLE_LEAF, rowids
from modemd.store.folder import MADE, MAKING
from modemd.store.pages import Image, checksum
from modemd.store.schema import MIGRATIONS, migrate

Row = Callable[..., Measurement]
NAME = "modemd.sqlite"
PAGE = 1024
NEWEST = 280  # numbers of two octets, on twenty leaves


def change(folder: Path, sql: str, *values: object) -> None:
    """As damage would, behind the store's back."""
    with sqlite3.connect(folder / NAME) as db:
        db.execute(sql, values)
    db.close()


def patch(folder: Path, offset: int, octets: bytes) -> None:
    with (folder / NAME).open("r+b") as file:
        file.seek(offset)
        file.write(octets)


def filled(folder: Path, clock: Any, row: Row, count: int = 3) -> None:
    store = Store(folder, clock=clock)
    with store.together():
        for number in range(1, count + 1):
            store.add(row(f"{number}.00", text="x" * 200))
    store.note_pin_refused("8970101", "digest")
    store.save_rat("imei:35", "2,2,0")
    store.close()


def balances(store: Store) -> list[str]:
    return [str(m.reading.balance) for m in store.history()]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("taken_at", "2026-03-0x"),
        ("taken_at", "2026-02-30T00:00:00.000000Z"),
        ("taken_at", b"2026"),
        ("balance", "3.0\x11"),
        ("balance", "NaN"),
        ("balance", "1E9"),
        ("kind", "bqlance"),
        ("origin", b"schedule"),
        ("text", b"\xff\xfe"),
        ("raw", "text"),
        ("data_left_mb", "much"),
    ],
)
def test_one_bad_row(
    folder: Path, clock: Any, row: Row, caplog: pytest.LogCaptureFixture, column: str, value: object
) -> None:
    """It is left out, the row before it is the last reading, and the log says so once."""
    filled(folder, clock, row)
    change(folder, f"UPDATE readings SET {column} = ? WHERE id = 3", value)
    store = Store(folder, clock=clock)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert balances(store) == ["1.00", "2.00"]
            assert [str(m.reading.balance) for m in store.rows_after(0, limit=5)] == ["1.00", "2.00"]
            for found in (store.last_reading("home"), store.last_row("home")):
                assert found is not None
                assert str(found.reading.balance) == "2.00"
    assert [record.getMessage().count("id 3") for record in caplog.records] == [1]
    store.close()


def test_a_letter_that_is_no_letter(folder: Path, clock: Any, row: Row) -> None:
    """A text with a damaged octet is a text with a damaged letter."""
    filled(folder, clock, row)
    change(folder, "UPDATE readings SET text = CAST(x'41ff42' AS TEXT) WHERE id = 2")
    store = Store(folder, clock=clock)
    assert [m.text for m in store.history()][1] == "A\N{REPLACEMENT CHARACTER}B"
    store.close()


def test_bad_rows_of_other_tables(folder: Path, clock: Any, alert: Callable[..., Alert]) -> None:
    """Each says less, and nothing fails."""
    store = Store(folder, clock=clock)
    store.first_seen("home", clock.now - timedelta(days=9))
    store.note_attempt("home", "iccid:1", at=clock.now, origin="schedule")
    store.note_fallback("iccid:1", clock.now)
    store.save_alert_state("iccid:1", {"level": "low"})
    store.save_recovery_step("imei:1", "home", RecoveryStepRecord(step="reopen", last_at=clock.now))
    store.put_alert(alert("a1"), ["command"])
    store.put_alert(alert("a2"), ["command"])
    store.close()
    for sql in (
        "UPDATE first_seen SET at = 'x'",
        "UPDATE attempts SET at = 'x'",
        "UPDATE fallbacks SET at = 'x'",
        "UPDATE sims SET state = '{'",
        "UPDATE rungs SET rung = 'rxopen'",
        "UPDATE alerts SET raised_at = 'x' WHERE id = 'a1'",
    ):
        change(folder, sql)
    store = Store(folder, clock=clock)
    assert store.first_seen("home", clock.now) == clock.now
    assert store.last_attempt("home", "iccid:1") is None
    assert store.last_fallback("iccid:1") is None
    assert store.alert_state("iccid:1") == {}
    assert store.recovery_steps("imei:1") == []
    assert [row.alert.id for row in store.alerts()] == ["a2"]
    assert store.standing("home", "iccid:1", now=clock.now).last_attempt is None
    store.close()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE alerts SET raised_at = 'x' WHERE id = 'a1'",
        "UPDATE alerts SET event = 'lxw' WHERE id = 'a1'",
        "UPDATE deliveries SET alert_id = 'lost' WHERE alert_id = 'a1'",
        "UPDATE deliveries SET next_at = '2026-03-01T1x' WHERE alert_id = 'a1'",
        "UPDATE deliveries SET next_at = x'00' WHERE alert_id = 'a1'",
    ],
)
def test_damage_does_not_stop_the_outbox(folder: Path, clock: Any, alert: Callable[..., Alert], sql: str) -> None:
    """The other alert goes out, and nothing is due without being given out: the outbox would turn without a pause."""
    store = Store(folder, clock=clock)
    for name in ("a1", "a2"):
        store.put_alert(alert(name), ["command"])
    store.close()
    change(folder, sql)
    store = Store(folder, clock=clock)
    due = store.outbox_due(clock.now)
    assert "a2" in {delivery.alert.id for delivery in due}
    for delivery in due:
        store.delivered(delivery.id, clock.now)
    next_at = store.next_delivery()
    assert next_at is None or next_at > clock.now
    store.close()


@pytest.mark.parametrize(
    ("offset", "octets"),
    [
        (60, struct.pack(">I", 99)),  # the version of the schema: "written by a newer modemd", at every start
        (60, struct.pack(">I", 1)),  # an older one: a migration that meets its own tables
        (16, b"\x20"),  # the page size
        (18, b"\x03"),  # "may only be read"
        (56, struct.pack(">I", 3)),  # texts in UTF-16
        (44, struct.pack(">I", 9)),  # the format of the schema
        (0, b"SQLITE"),
    ],
)
def test_a_damaged_header(folder: Path, clock: Any, row: Row, offset: int, octets: bytes) -> None:
    """Everything behind it is whole, so everything is carried over, and the next start finds nothing amiss."""
    filled(folder, clock, row)
    patch(folder, offset, octets)
    store = Store(folder, clock=clock)
    assert store.notice is not None
    assert balances(store) == ["1.00", "2.00", "3.00"]
    assert store.pin_refused("8970101", "digest")
    assert store.saved_rat("imei:35") == "2,2,0"
    store.close()
    again = Store(folder, clock=clock)
    assert again.notice is None
    again.close()


def test_a_damaged_schema_text(folder: Path, clock: Any, row: Row) -> None:
    """SQLite quotes it in its complaint, in octets that are no UTF-8."""
    filled(folder, clock, row)
    data = (folder / NAME).read_bytes()
    patch(folder, data.index(b"CREATE TABLE readings"), b"CREATE \xff\xfe\xff\xc0\xc1")
    patch(folder, data.index(b"CREATE INDEX seats_of_modem") + 13, b"\xff")
    store = Store(folder, clock=clock)
    assert store.notice is not None
    assert balances(store) == ["1.00", "2.00", "3.00"]
    store.close()


def test_before_and_behind_a_bad_page(folder: Path, clock: Any, row: Row) -> None:
    """One page of readings is gone: the rows on both sides are there, the newest too."""
    filled(folder, clock, row, count=300)
    data = (folder / NAME).read_bytes()
    at = data.index(b"150.00") // PAGE * PAGE
    patch(folder, at, bytes(PAGE))
    store = Store(folder, clock=clock)
    kept = balances(store)
    assert kept[0] == "1.00"
    assert kept[-1] == "300.00"
    assert "150.00" not in kept
    assert 270 <= len(kept) < 300
    store.close()


def test_rows_of_two_versions_on_one_page(folder: Path, clock: Any, row: Row) -> None:
    """A column that came later is not stored with the rows that were there before."""
    store = Store(folder, clock=clock)
    for number in range(1, 4):
        store.add(row(f"{number}.00"))
    store.close()
    with sqlite3.connect(folder / NAME) as db:
        db.row_factory = sqlite3.Row
        before = [dict(found) for found in db.execute("SELECT * FROM readings")]
    db.close()
    (folder / NAME).unlink()
    db = sqlite3.connect(folder / NAME, isolation_level=None)
    db.execute(f"PRAGMA page_size = {PAGE}")
    migrate(db, MIGRATIONS[:4])
    columns = [found[1] for found in db.execute("PRAGMA table_info(readings)")]
    assert "about" not in columns
    for values in before:
        marks = ", ".join("?" for _ in columns)
        db.execute(f"INSERT INTO readings ({', '.join(columns)}) VALUES ({marks})", [values[name] for name in columns])
    migrate(db)
    db.close()
    store = Store(folder, clock=clock)
    store.add(row("4.00"))
    store.close()
    patch(folder, 0, b"SQLITE")
    store = Store(folder, clock=clock)
    assert balances(store) == ["1.00", "2.00", "3.00", "4.00"]
    store.close()


def renumber(folder: Path, row_id: int, other: int) -> None:
    """As flipped bits do: the row stays where it is and says that it is another one."""
    data = bytearray((folder / NAME).read_bytes())
    text = data.index(f"{row_id}.00".encode())
    page = data[text // PAGE * PAGE :][:PAGE]
    cells = struct.unpack_from(f">{int.from_bytes(page[3:5], 'big')}H", page, 8)
    number = bytes((row_id >> 7 | 0x80, row_id & 0x7F))
    at = next(at for cell in cells for at in range(cell + 1, cell + 4) if page[at : at + 2] == number)
    patch(folder, text // PAGE * PAGE + at, bytes((other >> 7 | 0x80, other & 0x7F)))


def leaves(folder: Path) -> list[range]:
    """The rows of each leaf of the readings, in their order."""
    with Image(folder / NAME) as image:
        found = [sorted(rowids(page).values()) for page in image.pages() if page.data[0] == TABLE_LEAF]
    return sorted((range(ids[0], ids[-1] + 1) for ids in found if ids and ids[0] > 127), key=lambda ids: ids[0])


@pytest.mark.parametrize("letters", [60, 700], ids=["many rows on a page", "one row on a page"])
@pytest.mark.parametrize("case", ["back", "first", "last", "behind all", "next", "same page", "twice"])
def test_a_row_that_says_that_it_is_another_one(folder: Path, clock: Any, row: Row, letters: int, case: str) -> None:
    """Both are kept, the one that is where it belongs under its number; none comes behind the newest."""
    store = Store(folder, clock=clock)
    with store.together():
        for number in range(1, NEWEST + 1):
            store.add(row(f"{number}.00", text="x" * letters))
    store.close()
    pages = leaves(folder)
    alone = len(pages[12]) == 1
    page, before, behind = pages[12], pages[6], pages[18]
    middle = page[len(page) // 2]
    renumber(folder, *{
        "back": (middle, before[0]),
        "first": (page[0], before[-1]),
        "last": (page[-1], behind[-1]),
        "behind all": (page[-1], 9000),
        "next": (page[-1], page[-1] + 2),
        "same page": (middle, page[-1] if not alone else page[0] - 1),
        "twice": (pages[-1][-1], before[0]),
    }[case])  # fmt: skip
    if case == "twice":
        renumber(folder, middle, before[0])
    store = Store(folder, clock=clock)
    assert store.notice is not None
    kept = balances(store)
    assert sorted(kept, key=float) == [f"{number}.00" for number in range(1, NEWEST + 1)]
    assert kept[-1] == f"{NEWEST}.00"
    if not alone and case != "same page":
        assert kept == sorted(kept, key=float)
    store.close()


@pytest.mark.parametrize("letters", [60, 700], ids=["many rows on a page", "one row on a page"])
def test_pages_that_have_changed_places(folder: Path, clock: Any, row: Row, letters: int) -> None:
    """Every row keeps its number, and the newest is the newest."""
    store = Store(folder, clock=clock)
    with store.together():
        for number in range(1, NEWEST + 1):
            store.add(row(f"{number}.00", text="x" * letters))
    store.close()
    data = (folder / NAME).read_bytes()
    one, other = (data.index(f"{number}.00".encode()) // PAGE * PAGE for number in (150, NEWEST))
    patch(folder, one, data[other : other + PAGE])
    patch(folder, other, data[one : one + PAGE])
    store = Store(folder, clock=clock)
    assert store.notice is not None
    assert balances(store) == [f"{number}.00" for number in range(1, NEWEST + 1)]
    store.close()


def test_a_rat_that_was_put_back_stays_forgotten(folder: Path, clock: Any, row: Row) -> None:
    """The log of a killed daemon holds older images of a page: what was taken back is not carried over from them."""
    store = Store(folder, clock=clock)
    store.save_rat("imei:1", "2,2,0")
    store.save_rat("imei:2", "2,2,0")
    store.forget_rat("imei:1")
    store.add(row("1"))
    copies = {suffix: (folder / (NAME + suffix)).read_bytes() for suffix in ("", "-wal")}
    store.close()
    (folder / NAME).write_bytes(b"SQLITE" + copies[""][6:])
    (folder / (NAME + "-wal")).write_bytes(copies["-wal"])
    store = Store(folder, clock=clock)
    assert store.notice is not None
    assert store.rats_to_put_back() == {"imei:2": "2,2,0"}
    store.close()


def test_no_room(folder: Path, clock: Any, row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is moved or thrown away while what protects the SIM cannot be carried over; with room it is."""
    filled(folder, clock, row)
    patch(folder, 0, b"SQLITE")
    before = (folder / NAME).read_bytes()
    real = os.statvfs
    with monkeypatch.context() as patched:
        patched.setattr(os, "statvfs", lambda path: os.statvfs_result((*real(path)[:3], 0, 0, *real(path)[5:10])))
        with pytest.raises(StoreError, match=r"no room.*free some space") as caught:
            Store(folder, clock=clock)
    assert "\n" not in caught.value.message
    assert (folder / NAME).read_bytes() == before
    store = Store(folder, clock=clock)
    assert store.pin_refused("8970101", "digest")
    store.close()


def test_little_room_and_little_time(folder: Path, clock: Any, row: Row, tmp_path: Path) -> None:
    """The small tables first, then the newest readings, as far as room or time suffices."""
    filled(folder, clock, row, count=8000)
    for name, options, reason in (
        ("room", {"free_bytes": salvage.LEAST_ROOM_BYTES}, "room"),
        ("time", {"clock": iter([0.0] * 4500 + [99.0] * 9999).__next__}, "time"),
    ):
        target = tmp_path / name
        done = salvage.salvage(folder / NAME, target, **options)
        assert done.stopped_by == reason
        with sqlite3.connect(target) as db:
            assert db.execute("SELECT refused FROM pins").fetchall() == [(1,)]
            assert db.execute("SELECT value FROM saved_rats").fetchall() == [("2,2,0",)]
            first, last, count = db.execute("SELECT min(id), max(id), count(*) FROM readings").fetchone()
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()
        assert last == 8000
        assert 0 < count == last - first + 1 < 8000


@pytest.mark.parametrize("name", [MAKING, MADE])
def test_killed_while_it_carries_over(folder: Path, clock: Any, row: Row, name: str) -> None:
    """The next start begins anew, or puts the finished file in its place: never a database without what was carried."""
    filled(folder, clock, row)
    patch(folder, 0, b"SQLITE")
    if name == MADE:
        salvage.salvage(folder / NAME, folder / MADE)
    else:
        (folder / MAKING).write_bytes(b"half")
    store = Store(folder, clock=clock)
    assert balances(store) == ["1.00", "2.00", "3.00"]
    assert store.pin_refused("8970101", "digest")
    assert sorted(path.name.partition("-")[0] for path in folder.glob("*.corrupt*")) == ["modemd.sqlite.corrupt"]
    assert not (folder / MAKING).exists()
    assert not (folder / MADE).exists()
    store.close()


def test_a_sector_that_the_card_does_not_give(
    folder: Path, clock: Any, row: Row, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its rows are lost, the others are read."""
    filled(folder, clock, row, count=300)
    bad = (folder / NAME).read_bytes().index(b"150.00") // PAGE * PAGE
    read = os.pread

    def failing(descriptor: int, length: int, offset: int) -> bytes:
        if offset <= bad < offset + length:
            raise OSError(5, "Input/output error")
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", failing)
    assert 270 <= salvage.salvage(folder / NAME, tmp_path / "new").rows - 5 < 300


def test_a_power_cut_is_no_damage(folder: Path, clock: Any, row: Row) -> None:
    """A log whose last transaction is not whole is what a power cut leaves: nothing is moved aside."""
    store = Store(folder, clock=clock)
    store.add(row("1"))
    size = (folder / (NAME + "-wal")).stat().st_size
    store.add(row("2"))
    copies = {suffix: (folder / (NAME + suffix)).read_bytes() for suffix in ("", "-wal")}
    store.close()
    for length in (len(copies["-wal"]) - 100, size + 1000, size, 20, 0):
        (folder / NAME).write_bytes(copies[""])
        (folder / (NAME + "-wal")).write_bytes(copies["-wal"][:length])
        store = Store(folder, clock=clock)
        assert store.notice is None
        assert balances(store) == (["1"] if length >= size else [])
        store.close()


def test_the_checksum_is_sqlites(folder: Path, clock: Any, row: Row) -> None:
    """Of a log that SQLite wrote every frame is whole."""
    store = Store(folder, clock=clock)
    store.add(row("1"))
    header = (folder / (NAME + "-wal")).read_bytes()[:32]
    assert struct.unpack(">II", header[24:]) == checksum(header[:24], (0, 0), "<" if header[3] == 0x82 else ">")
    with Image(folder / NAME) as image:
        assert image.has_log
        assert not image.log_is_damaged
        assert all(page.newest or page.age < 99 for page in image.pages())
    store.close()
