"""What is deleted of a long past, what never is, and that it goes in small steps."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from modemd.records import Alert, Keep, Measurement, Reading
from modemd.store import Store
from modemd.store import layout as file_layout
from modemd.store.schema import MIGRATIONS, migrate

Row = Callable[..., Measurement]


def lived(store: Store, row: Row, clock: Any, days: int) -> None:
    """Each day two readings, a failure and an advertisement, until the clock's now."""
    end = clock.now
    with store.together():
        for day in range(days, 0, -1):
            clock.now = end - timedelta(days=day)
            store.add(row(f"{day}.00"))
            store.add(row(f"{day}.50"))
            store.add(row(error="no answer"))
            store.add(row(origin="network", text="Advert"))
    clock.now = end


def tidied(store: Store, clock: Any) -> int:
    """The steps that it took."""
    steps = 1
    while store.tidy(clock.now):
        steps += 1
        assert steps < 10_000
    return steps


def test_defaults() -> None:
    """Two years of readings, 90 days of failures and unasked texts."""
    assert Keep() == Keep(readings_days=730, failures_days=90, unasked_per_day=200)


def test_old_readings_are_thinned_and_old_failures_go(store: Store, row: Row, clock: Any) -> None:
    """Behind `readings_days` the last reading of each day, behind `failures_days` no failure and no unasked text."""
    store.keep = Keep(readings_days=40, failures_days=10)
    lived(store, row, clock, 60)
    tidied(store, clock)
    for age, kept in ((50, 1), (42, 1), (30, 2), (12, 2), (5, 4)):
        day = clock.now - timedelta(days=age)
        found = [m for m in store.history() if m.taken_at == day]
        assert len(found) == kept, age
        assert str(next(m for m in reversed(found) if m.reading.balance).reading.balance) == f"{age}.50"
    assert not store.tidy(clock.now)
    assert store.take_deleted() == {"failures": 2 * 50, "readings": 20}
    assert store.take_deleted() == {}


def test_the_last_rows_of_a_sim_stay(store: Store, row: Row, clock: Any) -> None:
    """A SIM that was taken out years ago keeps its last reading and its last row: judged again, it raises nothing."""
    store.keep = Keep(readings_days=40, failures_days=10)
    store.add(row("7.00", sim_key="iccid:old", modem="van"))
    store.add(row(error="no answer", sim_key="iccid:old", modem="van"))
    clock.move(days=60)
    lived(store, row, clock, 59)
    tidied(store, clock)
    assert str(store.last_reading("van", "iccid:old").reading.balance) == "7.00"  # type: ignore[union-attr]
    assert store.last_row("van").error == "no answer"  # type: ignore[union-attr]
    assert store.current_sim_key("van") == "iccid:old"


def test_a_wrong_clock_deletes_nothing(store: Store, row: Row, clock: Any) -> None:
    """A day is old only when so many days have been lived since: a jump to 2038 makes nothing old."""
    store.keep = Keep(readings_days=40, failures_days=10)
    lived(store, row, clock, 8)
    before = store.history()
    clock.move(days=5000)
    store.add(row("1.00", taken_at=clock.now))
    tidied(store, clock)
    assert store.history()[:-1] == before


def test_forever(store: Store, row: Row, clock: Any) -> None:
    """None keeps everything."""
    store.keep = Keep(readings_days=None, failures_days=None)
    lived(store, row, clock, 60)
    before = store.history()
    tidied(store, clock)
    assert store.history() == before


def test_alerts_that_are_over_go(store: Store, row: Row, alert: Callable[..., Alert], clock: Any) -> None:
    """With their receipts; one that is open, or still to be delivered, stays."""
    store.keep = Keep(readings_days=40, failures_days=10)
    for number, event in enumerate(("recovered", "low", "recovered", "recovered")):
        store.put_alert(alert(f"a{number}", event), ["phone"])
    for delivery in store.outbox_due(clock.now):
        if delivery.alert.id != "a2":
            store.delivered(delivery.id, clock.now)
    clock.move(days=60)
    lived(store, row, clock, 59)
    tidied(store, clock)
    assert [found.alert.id for found in store.alerts()] == ["a3", "a2", "a1"]


def test_attempts_of_before_yesterday_go(store: Store, folder: Path, clock: Any) -> None:
    """But for each SIM's last ones: `every` counts from them, and a clock may have jumped."""
    for _ in range(60):
        store.note_attempt("home", "iccid:1", at=clock.now, origin="schedule")
    last = clock.now
    clock.move(days=3)
    tidied(store, clock)
    assert store.last_attempt("home", "iccid:1") == last
    with sqlite3.connect(folder / "modemd.sqlite") as other:
        assert other.execute("SELECT count(*) FROM attempts").fetchall() == [(48,)]
    other.close()


@pytest.mark.parametrize("restarted", [False, True])
def test_a_clock_that_jumps_makes_no_new_day(store: Store, folder: Path, clock: Any, restarted: bool) -> None:
    """Years ahead for a while, tidied there, and put right again: the day's budget is as used up as it was. While it is
    ahead monotonic time counts."""
    for _ in range(24):
        store.note_attempt("home", "iccid:1", at=clock.now, origin="schedule")
    clock.move(days=4000)
    tidied(store, clock)
    assert store.standing("home", "iccid:1", now=clock.now).attempts_today == 24
    if restarted:
        store.close()
        store = Store(folder, clock=clock)
    clock.move(days=-4000)
    assert store.standing("home", "iccid:1", now=clock.now).attempts_today == 24
    store.close()


def test_small_steps_that_give_room_back(store: Store, row: Row, folder: Path, clock: Any) -> None:
    """No step deletes more than 200 rows, and what was deleted is given back to the file system."""
    store.keep = Keep(readings_days=40, failures_days=10)
    end = clock.now
    with store.together():
        for day in range(60, 0, -1):
            clock.now = end - timedelta(days=day)
            for _ in range(1500 if day == 59 else 1):
                store.add(row("1.00", text="x" * 300))
    clock.now = end
    left = [_count(folder)]
    largest = _pages(folder)
    while store.tidy(clock.now):
        left.append(_count(folder))
    assert max(before - after for before, after in pairwise(left)) == 200
    assert _pages(folder) < largest / 2


def _pages(folder: Path) -> int:
    return _number(folder, "PRAGMA page_count")


def _count(folder: Path) -> int:
    return _number(folder, "SELECT count(*) FROM readings")


def _number(folder: Path, query: str) -> int:
    with sqlite3.connect(folder / "modemd.sqlite") as other:
        (number,) = other.execute(query).fetchone()
    other.close()
    return int(number)


def test_a_days_share_of_unasked_texts(store: Store, row: Row, clock: Any) -> None:
    """So many texts, so many octets of them, five times as many with a number; the next day has its own share."""
    store.keep = Keep(unasked_per_day=4)
    added = [store.add(row(origin="network", text="Advert")) for _ in range(6)]
    assert [number is not None for number in added] == [True] * 4 + [False] * 2
    assert store.add(row("5.00", origin="sms")) is not None
    assert store.add(row("5.00", origin="schedule")) is not None
    assert store.add(row(origin="network", text="Advert", modem="van")) is not None
    assert store.add(row(origin="network", text="x" * 5000, modem="bus")) is None
    clock.move(days=1)
    assert store.add(row(origin="network", text="Advert")) is not None


@pytest.mark.parametrize("room", [True, False])
def test_an_old_file(folder: Path, row: Row, clock: Any, monkeypatch: pytest.MonkeyPatch, room: bool) -> None:
    """Of a version before: its rows, alert states and attempts are all there, and the summaries know them. Where there
    is room beside it the file is made anew with small pages; else it stays as it is, and works."""
    folder.mkdir(mode=0o700)
    if not room:
        monkeypatch.setattr(os, "statvfs", lambda _path: _NoRoom())
    old = sqlite3.connect(folder / "modemd.sqlite", isolation_level=None)
    migrate(old, MIGRATIONS[:3])
    for number, error in ((1, None), (2, "no answer")):
        old.execute(
            "INSERT INTO readings (id, modem, sim_key, kind, balance, confidence, taken_at, channel, origin, raw,"
            " error) VALUES"
            " (?, 'home', 'iccid:1', 'balance', ?, 'none', '2024-05-01T12:00:00.000000Z', 'ussd', 'query', x'', ?)",
            (number, None if error else "12.30", error),
        )
    old.execute("INSERT INTO alert_states VALUES ('iccid:1', '{\"raised\": \"low\"}')")
    old.execute("INSERT INTO attempts VALUES (7, 'home', 'iccid:1', '2024-05-01T12:00:00.000000Z', 'query')")
    old.close()
    store = Store(folder, clock=clock)
    assert str(store.last_reading("home").reading.balance) == "12.30"  # type: ignore[union-attr]
    assert store.last_row("home", "iccid:1").error == "no answer"  # type: ignore[union-attr]
    assert store.alert_state("iccid:1") == {"raised": "low"}
    assert store.last_attempt("home", "iccid:1").day == 1  # type: ignore[union-attr]
    assert store.add(row("3.00")) == 3
    store.close()
    with sqlite3.connect(folder / "modemd.sqlite") as now:
        size, vacuum = (now.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "auto_vacuum"))
        assert now.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    now.close()
    assert (size, vacuum) == ((1024, 2) if room else (4096, 0))


def test_power_cut_while_a_file_is_made_anew(folder: Path, row: Row, clock: Any, tmp_path: Path) -> None:
    """The journal has the pages as they were: also the first one, of which the disk has half."""
    store = Store(folder, clock=clock)
    with store.together():
        for number in range(200):
            store.add(row(f"{number}.00", text="x" * 200))
    store.close()
    path = folder / "modemd.sqlite"
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = DELETE")
    db.execute("PRAGMA cache_size = 5")
    db.execute("BEGIN IMMEDIATE")
    db.execute("PRAGMA user_version = 7")
    db.execute("UPDATE readings SET text = 'y'")  # more than the cache takes: pages are written
    cut = tmp_path / "cut"
    shutil.copytree(folder, cut)
    db.execute("ROLLBACK")
    db.close()
    assert (cut / "modemd.sqlite-journal").stat().st_size > 512
    with (cut / "modemd.sqlite").open("r+b") as file:
        file.write(b"\xa5" * 512)
    store = Store(cut, clock=clock)
    assert store.notice is None
    assert len(store.history()) == 200
    assert {m.text for m in store.history()} == {"x" * 200}
    store.close()


class _NoRoom:
    f_bavail, f_frsize = 0, 4096


def test_a_large_file_met_damage(store: Store, row: Row, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large file is not read as a whole at each start, but at the one behind damage that was met."""
    monkeypatch.setattr(file_layout, "LARGEST_CHECKED_BYTES", 0)
    with store.together():
        for _ in range(3000):
            store.add(row("1.00", text="x" * 700))
    store.close()
    path = folder / "modemd.sqlite"
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3 // 1024 * 1024)
        file.write(b"\xff" * 1024)
    reopened = Store(folder)
    assert reopened.notice is None
    file_layout.note_damage(folder)
    reopened.close()
    checked = Store(folder)
    assert checked.notice is not None
    assert "damaged" in checked.notice
    checked.close()
    again = Store(folder)
    assert again.notice is None
    again.close()


def test_failures_go_also_where_readings_are_thinned_first(store: Store, row: Row, clock: Any) -> None:
    """Whichever of the two is kept longer: neither stays for ever."""
    store.keep = Keep(readings_days=10, failures_days=20)
    lived(store, row, clock, 15)
    tidied(store, clock)
    clock.now += timedelta(days=25)
    lived(store, row, clock, 25)
    tidied(store, clock)
    assert min(m.taken_at for m in store.history() if m.error is not None) == clock.now - timedelta(days=20)


def test_what_was_left_of_the_data_is_kept_as_long_as_readings(store: Store, row: Row, clock: Any) -> None:
    """It was asked for besides the balance, and is no failure; one that brought no number is."""
    store.keep = Keep(readings_days=40, failures_days=10)
    end = clock.now
    for day in range(60, 0, -1):
        clock.now = end - timedelta(days=day)
        data = Reading(kind="other", data_left_mb=float(day))
        store.add(row(about="data", reading=data))
        store.add(row(about="data", reading=data))
        store.add(row("5.00"))
        store.add(row(about="data", error="no data"))
    clock.now = end
    tidied(store, clock)
    for age, kept, failed in ((50, 1, 0), (30, 2, 0), (5, 2, 1)):
        found = [m for m in store.history() if m.taken_at == clock.now - timedelta(days=age) and m.about == "data"]
        assert [m.reading.data_left_mb for m in found if m.error is None] == [float(age)] * kept
        assert sum(m.error is not None for m in found) == failed
