"""What the recovery ladder remembers across restarts."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

from modemd.records import RecoveryStepRecord
from modemd.store import Store
from modemd.store.schema import MIGRATIONS, migrate


def test_a_rung_survives_a_restart(folder: Path, clock: Any) -> None:
    """Every field of a record comes back from the disk, and the later record of a step replaces the earlier."""
    first = RecoveryStepRecord(
        step="reset", tried=1, last_at=clock.now, next_at=clock.now + timedelta(hours=1), hold_s=3600.0
    )
    second = RecoveryStepRecord(
        step="reset", tried=2, helped=1, last_helped=True, last_at=clock.now, next_at=None, hold_s=7200.0
    )
    store = Store(folder, clock=clock)
    store.save_recovery_step("imei:86", "home", first)
    store.close()
    store = Store(folder, clock=clock)
    assert store.recovery_steps("imei:86") == [first]
    store.save_recovery_step("imei:86", "home", second)
    assert store.recovery_steps("imei:86") == [second]
    assert store.recovery_steps("imei:99") == []
    store.close()


def test_the_device_last_tried_is_known_by_the_modems_name(store: Store, clock: Any) -> None:
    """A modem that is silent from the start is taken for the one on which a step was tried last under its name."""
    assert store.recovery_subject("home") is None
    store.save_recovery_step("imei:1", "home", RecoveryStepRecord(step="usb", tried=1, last_at=clock.now))
    store.save_recovery_step("imei:2", "home", RecoveryStepRecord(step="cfun", tried=1, last_at=clock.move(minutes=1)))
    store.save_recovery_step("imei:3", "away", RecoveryStepRecord(step="cfun", tried=1, last_at=clock.move(minutes=1)))
    assert store.recovery_subject("home") == "imei:2"


def test_what_is_owed_stays_until_it_is_paid(folder: Path, clock: Any) -> None:
    """A radio that was switched off is owed after a restart, too, by modem and by act."""
    store = Store(folder, clock=clock)
    store.note_pending_undo("home", "radio", "8600")
    store.close()
    store = Store(folder, clock=clock)
    assert store.pending_undo("home", "radio") == "8600"
    assert store.pending_undo("home", "authorized") is None
    assert store.pending_undo("away", "radio") is None
    store.done("home", "radio")
    assert store.pending_undo("home", "radio") is None
    store.close()


def test_a_file_without_the_ladder_is_brought_up_to_date() -> None:
    """A database of the release before gets the two tables; what is in it stays."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    before = next(number for number, step in enumerate(MIGRATIONS) if "TABLE rungs" in step[0])
    migrate(connection, MIGRATIONS[:before])
    connection.execute("INSERT INTO codes_tried VALUES ('iccid:1', '*100#')")
    migrate(connection)
    assert connection.execute("SELECT code FROM codes_tried").fetchall() == [("*100#",)]
    assert connection.execute("SELECT count(*) FROM rungs").fetchone() == (0,)
    assert connection.execute("SELECT count(*) FROM owed").fetchone() == (0,)
    connection.close()
