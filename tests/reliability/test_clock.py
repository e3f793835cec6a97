"""Clocks that are a guess: set back or put right while the daemon runs, not set at its start, stopped for days. The
daemon's process asks a wall clock that the test sets; monotonic time it has from the kernel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

MODEM = """
[modem]
profile = "huawei"
imsi = "250011234567890"

[[ussd]]
code = "*100#"
replies = ["Balance 42.50"]
"""
TAKE = "#!/bin/sh\nprintf '%s\\n' \"$MODEMD_EVENT\" >> {told}\n"


def home(fake: Any, every: str) -> str:
    return f'name = "home"\nport = "{fake.path}"\nevery = "{every}"\nlow = "10"\ncritical = "1"'


# The wall clock of a Python process, ahead of the true one by as many seconds as a file says.
WALL = """
import datetime, os, time

true_time = time.time

def moved():
    with open(os.environ["WALL_FILE"]) as offset:
        return true_time() + float(offset.read())

class Moved(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(moved(), tz)

datetime.datetime, time.time = Moved, moved
"""


@pytest.fixture
def wall(stage: Any) -> Callable[[datetime], dict[str, str]]:
    """wall(when): what the daemon's clock says now; the environment that the daemon needs for it."""
    offset, folder = stage.folder / "wall", stage.folder / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WALL, encoding="ascii")

    def set_to(when: datetime) -> dict[str, str]:
        new = offset.with_suffix(".new")
        new.write_text(str((when - datetime.now(UTC)).total_seconds()), encoding="ascii")
        new.replace(offset)
        return {
            "PYTHONPATH": str(folder),
            "WALL_FILE": str(offset),
            "WATCHDOG_USEC": "2000000",  # looks at its clock each second
        }

    return set_to


def now() -> datetime:
    return datetime.now(UTC)


def warned(stage: Any) -> tuple[str, Path]:
    told, program = stage.folder / "told", stage.folder / "take"
    program.write_text(TAKE.format(told=told), encoding="utf-8")
    program.chmod(0o755)
    return f'[[channel]]\ntype = "command"\nrun = ["{program}"]\n', told


Y2038 = datetime(2038, 1, 19, 3, 14, 1, tzinfo=UTC)  # seven seconds before 32 bits of seconds are over
UNSET = datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


@pytest.mark.parametrize("ahead", [now() + timedelta(days=1), Y2038], ids=["a day", "2038"])
def test_set_back_while_it_runs(stage: Any, wall: Callable[[datetime], dict[str, str]], ahead: datetime) -> None:
    """A clock that was ahead is put right: the next query comes an interval later and not a day, the reading from the
    future gets old, and what came first stands first."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake, "6s"), environ=wall(ahead))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.wait(lambda found: found["next_query_at"] is not None)
    with stage.fault():
        wall(now())
        assert fake.wait_for(lambda it: len(it.queries) == 2, 20)
        daemon.wait(lambda found: found["state"] == "ready" and len(daemon.rows()) == 2)
    rows = daemon.rows()
    times = [datetime.fromisoformat(row["taken_at"]) for row in rows]
    assert [row["origin"] for row in rows] == ["query", "schedule"]
    assert times[0] > now() + timedelta(hours=12) > times[1]
    assert daemon.ask("balance", cached=True)["taken_at"] == rows[1]["taken_at"]


def test_a_reading_from_the_future_gets_old(stage: Any, wall: Callable[[datetime], dict[str, str]]) -> None:
    """`check` does not say OK for a day because a wrong clock stood on the reading."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake, "6s"), environ=wall(now() + timedelta(days=1)))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    fake.stop()
    with stage.fault():
        wall(now())
        found = daemon.wait(lambda it: it["level"] == "stale")
        done = daemon.cli("check")
    assert 12 <= found["age_s"] < 60
    assert done.returncode == 3


@pytest.mark.parametrize("start", [None, UNSET], ids=["off", "1970"])
def test_one_query_has_its_chance(
    stage: Any, wall: Callable[[datetime], dict[str, str]], start: datetime | None
) -> None:
    """Off for three days, or started in 1970 and put right then: the modem is asked before its silence is judged, so
    nobody is told of a silence that was none; that the daemon was away is said."""
    fake = stage.modem(MODEM)
    channel, told = warned(stage)
    later = now() + timedelta(days=3)
    daemon = stage.daemon(home(fake, "6h"), rest=channel, environ=wall(now()))
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    daemon.stop()
    with stage.fault():
        again = stage.daemon(environ=wall(start or later))
        again.wait("ready")
        if start is not None:
            again.wait_log("the clock was not set")
            assert again.status()["level"] == "ok"
            assert len(fake.queries) == 1
            wall(later)
        assert fake.wait_for(lambda it: len(it.queries) == 2, 20)
        again.wait(lambda found: found["level"] == "ok" and found["age_s"] < 60 and found["state"] == "ready")
    again.idle(0.5)
    assert [row["event"] for row in again.rows("alerts")] == ["started"]
    assert not told.exists() or told.read_text(encoding="utf-8") == "started\n"
