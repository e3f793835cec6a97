"""What a quiet day leaves in the log and in `systemctl status`, and what the watchdog hears."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from modemd.alerts.channels import Bound
from modemd.alerts.outbox import STUCK_S, Outbox
from modemd.daemon import service
from modemd.daemon.fleet import Seen
from modemd.daemon.news import News
from modemd.daemon.status_line import StatusLine
from modemd.daemon.wellbeing import Wellbeing
from modemd.records import Alert
from tests.daemon.life import NOW, SNAPSHOT, Life


@pytest.fixture
def life(tmp_path: Path) -> Any:
    life = Life(tmp_path / "state")
    yield life
    life.end()


def test_a_line_a_day_where_nothing_is_new(life: Life) -> None:
    """Four queries a day for ten days, the same balance: ten lines, with how many they stand for."""
    news = News(lambda: life.seconds)
    with structlog.testing.capture_logs() as logged:
        for _ in range(40):
            news.measured(life.row("312.40"))
            life.go(hours=6)
    assert len(logged) == 10
    assert [line["same_before"] for line in logged] == [None, *[3] * 9]


def test_what_is_new_is_told_at_once(life: Life) -> None:
    """Another balance, a fault, its end, another SIM; and whatever a person asked for."""
    news = News(lambda: life.seconds)
    rows = [
        *(
            life.row("312.40"),
            life.row("312.40"),
            life.row("312.30"),
            life.row(None),
            life.row(None),
            life.row("312.30"),
        ),
        *(life.row("312.30", origin="query"), life.row("312.30", sim_key="iccid:2"), life.row("5", modem="van")),
    ]
    with structlog.testing.capture_logs() as logged:
        for row in rows:
            news.measured(row)
    told = [line["balance"] or line["error"] for line in logged]
    assert told == ["312.40", "312.30", "no answer", "312.30", "312.30", "312.30", "5"]


def test_the_status_grows_old(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """Balance, level, age and time of each modem; the age in steps, so that nothing is told each minute."""
    said: list[str] = []
    monkeypatch.setattr(service, "notify", lambda line: said.append(line))
    life.apply()
    life.asked("312.40")
    line = StatusLine(life.alarm.level, lambda: life.now)
    line.tell([Seen(SNAPSHOT, life.alarm.standing(SNAPSHOT))])
    for _ in range(3 * 60):
        life.go(minutes=1)
        line.tell()
    assert said[0] == f"STATUS=home: ready, 312.40 (ok, just now, {NOW:%Y-%m-%d %H:%M}Z)"
    assert [words.split(", ")[2] for words in said] == [
        "just now", *(f"{minutes} min ago" for minutes in range(10, 60, 10)), "1 h ago", "2 h ago", "3 h ago"
    ]  # fmt: skip
    life.now = NOW + timedelta(days=3)
    line.tell()
    assert "3 days ago" in said[-1]


class Hanging:
    """A channel that neither sends nor ends."""

    def __init__(self) -> None:
        self.begun, self.end = threading.Event(), threading.Event()

    def send(self, alert: Alert) -> None:
        self.begun.set()
        self.end.wait(20)

    def cancel(self) -> None:
        self.end.set()


def test_alerts_that_hang_starve_the_watchdog(life: Life) -> None:
    """A thread that delivers nothing any more is no healthy daemon, whatever the modems do."""
    channel = Hanging()
    seconds = [0.0]
    bound = {"phone": Bound(name="phone", channel=channel, events=frozenset({"test", "low"}))}
    outbox = Outbox(life.store, bound, clock=lambda: life.now, monotonic=lambda: seconds[0])
    assert not outbox.stuck
    outbox.start()
    assert not outbox.stuck
    life.alarm.apply(life.config, bound)
    life.alarm.test("home", ["phone"])
    outbox.wake()
    assert channel.begun.wait(20)
    assert not outbox.stuck
    seconds[0] = STUCK_S + 1
    assert outbox.stuck
    fleet: Any = SimpleNamespace(stuck=lambda: ["home"])
    assert Wellbeing(fleet, life.alarm, outbox).stuck() == "owner thread stuck: home, alerts"
    assert outbox.stop(10)
    assert not outbox.stuck
