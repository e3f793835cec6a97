"""Each row of the history is judged once, and none is left out: whatever fails, and wherever the daemon is killed."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from modemd.alerts import rules
from modemd.errors import StoreError
from modemd.records import Keep, Reading
from modemd.store import Store
from tests.daemon.life import KEY, NOW, Life
from tests.full_disk import Disk

FULL, CORRUPT = 13, 11  # primary result codes (https://www.sqlite.org/rescode.html)

KILLED = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from modemd.store import Store
from tests.daemon.life import Life

life = Life(Path(sys.argv[1]))
life.apply()

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

judge = life.store.judge

def judged_and_killed(m):
    judge(m)
    die()

life.store.judge = {"before": die, "behind": judged_and_killed}.get(sys.argv[2], judge)
life.store.add(life.row("5"))
die()
"""


def failing(code: int) -> Callable[..., Any]:
    """In place of Store.raise_alerts, as SQLite fails behind part of the work."""

    def fail(store: Store, *_: Any) -> None:
        store.note_code_tried(KEY, "*100#")
        cause = sqlite3.OperationalError("it fails")
        cause.sqlite_errorcode = code
        raise StoreError("it fails") from cause

    return fail


@pytest.mark.parametrize(("moment", "kept"), [("before", False), ("behind", False), ("stored", True)])
def test_killed_between_a_row_and_what_it_means(life: Life, moment: str, kept: bool) -> None:
    """SIGKILL within the transaction, before and behind the judgement, and right behind its end: both or neither."""
    life.end()
    done = subprocess.run([sys.executable, "-c", KILLED, str(life.folder), moment], timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    life.begin()
    assert (len(life.store.history()), life.events) == ((1, ["critical"]) if kept else (0, []))
    life.apply()
    life.alarm.catch_up()
    assert life.events == (["critical"] if kept else [])


def test_rows_on_a_full_disk(disk: Disk, life: Life) -> None:
    """Both are stored and judged when there is room, in their order, once; meanwhile nothing is said of silence."""
    life.begin_again()
    life.apply()
    disk.fill()
    for balance in ("40", "5"):
        with pytest.raises(StoreError):
            life.asked(balance, dialled=False)
    life.go(days=2)
    assert life.silence() is not None
    disk.clear()
    assert life.silence() is not None
    assert (life.events, life.store.history()) == ([], [])
    assert life.store.write_kept() == 2
    assert life.store.write_kept() == 0
    life.begin_again()
    life.apply()
    assert life.events == ["low", "critical"]


def test_room_for_a_row_and_none_for_its_alert(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither is on the disk, both come with the next row."""
    life.apply()
    with monkeypatch.context() as without:
        without.setattr(Store, "raise_alerts", failing(FULL))
        with pytest.raises(StoreError):
            life.asked("40", dialled=False)
    assert life.store.history() == []
    assert not life.store.code_tried(KEY, "*100#")
    assert life.store.behind
    life.asked("5", dialled=False)
    assert life.events == ["low", "critical"]
    assert not life.store.behind


def test_an_end_without_room_for_alerts(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are stored, noted as not judged, and judged by the next daemon in their order."""
    life.apply()
    with monkeypatch.context() as without:
        without.setattr(Store, "raise_alerts", failing(FULL))
        for balance in ("40", "5", "7"):
            with pytest.raises(StoreError):
                life.asked(balance, dialled=False)
        assert life.store.write_kept(unjudged=True) == 3
    for _ in range(2):
        life.begin_again()
        life.apply()
        assert life.events == ["low", "critical"]


@pytest.mark.parametrize("restarted", [False, True])
def test_damage_where_the_alerts_are(life: Life, monkeypatch: pytest.MonkeyPatch, restarted: bool) -> None:
    """No reading is lost for it; what they mean is said when it can be, before what comes behind them."""
    life.apply()
    with monkeypatch.context() as damaged:
        damaged.setattr(Store, "raise_alerts", failing(CORRUPT))
        for balance in ("40", "5"):
            life.asked(balance, dialled=False)
        assert life.alarm.behind
        with pytest.raises(StoreError):
            life.alarm.catch_up()
        if restarted:
            life.begin_again()
    assert [str(m.reading.balance) for m in life.store.history()] == ["40", "5"]
    if restarted:
        life.apply()
    life.asked("400")
    life.alarm.catch_up()
    assert not life.alarm.behind
    assert life.events == ["low", "critical", "recovered"]


def test_a_row_that_cannot_be_judged_by_a_fault_of_ours(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stored, said in the log, and stops nothing."""
    life.apply()
    with monkeypatch.context() as broken:
        broken.setattr(rules, "evaluate", lambda *_args, **_fields: 1 / 0)
        life.asked("40")
    life.asked("5")
    assert (len(life.store.history()), life.events, life.alarm.behind) == (2, ["critical"], False)


def test_more_unasked_texts_than_a_day_keeps(disk: Disk, life: Life) -> None:
    """They are judged all the same, once, and not kept to be tried again; on a full disk they wait like any row."""
    life.begin_again()
    life.store.keep = Keep(unasked_per_day=1)
    life.apply()
    life.asked("400")

    def unasked(balance: str) -> Any:
        life.go(seconds=1)
        return life.store.add(life.row(balance, origin="network", text=f"Balance {balance}"))

    assert [unasked("390") is not None for _ in range(6)] == [True] * 5 + [False]
    assert unasked("40") is None
    assert (life.events, life.store.behind, life.store.write_kept()) == (["low"], False, 0)
    disk.fill()
    with pytest.raises(StoreError):
        unasked("5")
    disk.clear()
    assert life.store.write_kept() == 0
    assert (life.events, life.store.behind, len(life.store.history())) == (["low", "critical"], False, 6)


def test_late_rows(life: Life) -> None:
    """One that is older than what is known raises nothing, one that is newer does, once; a start changes nothing."""
    life.apply()
    life.asked("400")
    life.store.add(life.row("5", origin="late", taken_at=NOW - timedelta(minutes=1)))
    assert life.events == []
    life.go(minutes=1)
    life.store.add(life.row("40", origin="late"))
    life.begin_again()
    life.apply()
    assert life.events == ["low"]


def test_rows_of_a_version_before(life: Life) -> None:
    """The last reading is judged at the start, also where a failure came behind it."""
    life.store.add(life.row("5"))
    life.store.add(life.row(None))
    for _ in range(2):
        life.begin_again()
        life.apply()
        assert life.events == ["critical"]


def test_a_text_that_cannot_be_read_is_told_once(life: Life) -> None:
    """However often the daemon starts, also between a good reading and it."""
    life.apply()
    life.asked("400")
    life.store.add(life.row(None, reading=Reading(kind="other"), text="Hello", error=None))
    for _ in range(3):
        life.begin_again()
        life.apply()
    assert life.events == ["unreadable"]
    life.config = replace(life.config)
    life.apply()
    assert life.events == ["unreadable"]
