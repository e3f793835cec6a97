"""What a quiet day leaves in the log and in `systemctl status`."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog

from modemd.daemon import service
from modemd.daemon.fleet import Seen
from modemd.daemon.news import News
from modemd.daemon.status_line import StatusLine
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
