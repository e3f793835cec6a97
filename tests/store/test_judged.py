"""A row and what is concluded from it are on the disk together, or neither is."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemd.alerts import raising, rules
from modemd.errors import StoreError
from modemd.records import Measurement, ModemSettings
from modemd.store import Store

Row = Callable[..., Measurement]
POLICY = rules.policy_of(ModemSettings(name="home", port="auto"))


def judge_of(store: Store) -> Callable[[Measurement], None]:
    return lambda m: (raising.measured(store, m, policy=POLICY, channels={}), None)[1]


def test_together(store: Store, row: Row) -> None:
    """Who looks from another connection sees the reading with its alert, in one transaction of the log."""
    store.judge = judge_of(store)
    store.add(row("5.00"))
    assert [(found.alert.event, found.open) for found in store.alerts()] == [("critical", True)]


def test_neither(store: Store, row: Row) -> None:
    """Where the alert cannot be written, the reading is not there either: it is stored and judged again as a whole."""

    def full(_m: Measurement) -> None:
        judge_of(store)(_m)
        raise StoreError("the disk is full")

    store.judge = full
    with pytest.raises(StoreError):
        store.add(row("5.00"))
    assert store.history() == []
    assert store.alerts() == []
    assert store.last_reading("home") is None
    store.judge = judge_of(store)
    store.add(row("5.00"))
    assert [found.alert.event for found in store.alerts()] == ["critical"]


def test_silence_does_not_undo_a_reading(store: Store, row: Row, clock: Any) -> None:
    """A reading that comes while silence is judged: what silence saw is old, so it writes nothing and looks again."""
    store.judge = judge_of(store)
    store.add(row("500.00"))
    clock.move(days=2)
    standing = store.standing("home", "iccid:8970101", now=clock.now)
    store.add(row("5.00", taken_at=clock.now))
    state = store.alert_state("iccid:8970101")
    alerts, again_at = raising.silent(store, standing, operator=None, now=clock.now, policy=POLICY, channels={})
    assert (alerts, again_at) == ([], clock.now)
    assert store.alert_state("iccid:8970101") == state


def test_readings_of_many_threads(store: Store, row: Row, folder: Path) -> None:
    """Eight owners at once: each SIM's alert is raised once, and its summary knows its last row."""
    store.judge = judge_of(store)

    def own(number: int) -> None:
        for balance in ("500.00", "5.00", "4.00"):
            store.add(row(balance, modem=f"m{number}", sim_key=f"iccid:{number}"))

    threads = [threading.Thread(target=own, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(found.alert.modem for found in store.alerts()) == [f"m{number}" for number in range(8)]
    with sqlite3.connect(folder / "modemd.sqlite") as db:
        rows = "SELECT sim_key, last_asked FROM sims WHERE last_asked IS NOT NULL ORDER BY sim_key"
        assert (
            db.execute(rows).fetchall()
            == db.execute("SELECT sim_key, max(id) FROM readings GROUP BY sim_key ORDER BY sim_key").fetchall()
        )
    db.close()
