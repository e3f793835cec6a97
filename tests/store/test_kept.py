"""What the store cannot take is kept in memory, in order and within bounds, and written when there is room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modemd.errors import StoreError
from modemd.records import Measurement
from modemd.store import Store
from modemd.store.kept import MOST_ROWS
from tests.full_disk import Disk

Row = Callable[..., Measurement]


@pytest.fixture
def full(disk: Disk, folder: Path, clock: Any) -> Any:
    store = Store(folder, clock=clock)
    yield store
    store.close()


def balances(store: Store) -> list[str]:
    return [str(m.reading.balance) for m in store.history()]


def test_rows_keep_their_order(full: Store, disk: Disk, row: Row) -> None:
    """What comes when there is room again goes behind what waits."""
    full.add(row("1"))
    disk.fill()
    for balance in ("2", "3"):
        with pytest.raises(StoreError):
            full.add(row(balance))
    assert full.fault is not None
    disk.clear()
    full.add(row("4"))
    assert balances(full) == ["1", "2", "3", "4"]
    assert full.write_kept() == 0
    assert full.fault is None


def test_bounded_and_the_newest_readings_stay(full: Store, disk: Disk, row: Row) -> None:
    """Failures go first, then the oldest readings."""
    disk.fill()
    for number in range(MOST_ROWS):
        with pytest.raises(StoreError):
            full.add(row(str(number)) if number % 2 else row(error="no answer"))
    for number in range(1000, 1000 + MOST_ROWS):
        with pytest.raises(StoreError):
            full.add(row(str(number), text="Balance"))
    disk.clear()
    assert full.write_kept() == MOST_ROWS
    assert balances(full) == [str(number) for number in range(1000, 1000 + MOST_ROWS)]


def test_what_no_room_mends_does_not_block(full: Store, row: Row) -> None:
    """A row that the schema does not take is refused and forgotten."""
    with pytest.raises(StoreError):
        full.add(row("1", modem=None))
    assert not full.behind
    full.add(row("2"))
    assert balances(full) == ["2"]


def test_a_refused_pin_is_never_forgotten(full: Store, disk: Disk, folder: Path, clock: Any) -> None:
    """Not while it cannot be written, and not by the next daemon once it could."""
    full.note_pin_attempt("iccid", "digest")
    disk.fill()
    full.note_pin_refused("iccid", "digest")
    assert full.pin_refused("iccid", "digest")
    with pytest.raises(StoreError):
        full.write_kept()
    disk.clear()
    full.write_kept()
    full.close()
    again = Store(folder, clock=clock)
    assert again.pin_refused("iccid", "digest")
    again.close()


def test_nobody_who_looks_is_turned_away(full: Store, disk: Disk, clock: Any) -> None:
    """A modem that is met on a full disk has a beginning, the same at each look, and the store has it later."""
    disk.fill()
    begin = clock.now
    assert full.standing("home", None, now=clock.now).first_seen == begin
    clock.move(hours=1)
    assert full.standing("home", None, now=clock.now).first_seen == begin
    disk.clear()
    assert full.first_seen("home", clock.now) == begin


def test_the_fault_ends_with_the_next_write(full: Store, disk: Disk) -> None:
    """Also where nothing waits: the main loop tries."""
    disk.fill()
    with pytest.raises(StoreError):
        full.note_code_tried("iccid:1", "*100#")
    assert full.behind
    with pytest.raises(StoreError):
        full.write_kept()
    disk.clear()
    assert full.write_kept() == 0
    assert not full.behind


def test_an_unasked_row_is_newer_than_one_from_the_future(full: Store, row: Row, clock: Any) -> None:
    """A balance that the operator wrote counts, although a wrong clock stood on the one before."""
    full.add(row("100", taken_at=clock.now + timedelta(days=1)))
    full.add(row("7", origin="sms"))
    found = full.last_reading("home")
    assert found is not None
    assert str(found.reading.balance) == "7"
