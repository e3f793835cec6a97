"""`modemd forecast`: the range and what it rests on, and histories on stdin without a daemon."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modemd.cli import plot

OUTLOOK = {
    "modem": "home",
    "balance": "312.40",
    "currency": "RUB",
    "taken_at": "2026-11-20T06:00:00Z",
    "days_left": {"low": 9.2, "likely": 12.4, "high": 15.5},
    "readings": 340,
    "days": 85.2,
    "spend_per_day": "25.10",
    "fees": [
        {"amount": "5.00", "every": "day", "next_at": "2026-11-21T03:00:00Z"},
        {"amount": "300.00", "every": "30d", "next_at": "2026-12-01T03:00:00Z"},
    ],
    "top_ups": 3,
    "topped_up": "900.00",
    "changed_at": "2026-11-02T06:00:00Z",
    "weekly": True,
    "error": None,
}


def test_the_range_and_what_it_rests_on(daemon: Any, modemd: Any) -> None:
    daemon.result("forecast", OUTLOOK)
    result = modemd("forecast")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "home  312.40 RUB  lasts about 12 days, 9 to 16",
        "  340 readings of 85 days, 25.10 RUB a day, since 2026-11-02, otherwise before, days of the week differ",
        "  fee 5.00 RUB every day, next 2026-11-21 03:00",
        "  fee 300.00 RUB every 30 days, next 2026-12-01 03:00",
        "  topped up 3 times, 900.00 RUB in all",
    ]
    assert json.loads(modemd("forecast", "home", "--json").stdout) == OUTLOOK
    assert daemon.received[-1] == {"id": 1, "cmd": "forecast", "modem": "home"}


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "ru_RU.UTF-8",
            [
                "home  312.40 RUB  хватит примерно на 12 дней, от 9 до 16",
                "  340 показаний за 85 дней, 25.10 RUB в день, с 2026-11-02, раньше иначе, дни недели различаются",
                "  плата 5.00 RUB каждый день, следующая 2026-11-21 03:00",
                "  плата 300.00 RUB каждые 3 дня, следующая 2026-12-01 03:00",
                "  пополнен 3 раза, всего 900.00 RUB",
            ],
        ),
        (
            "zh_CN.UTF-8",
            [
                "home  312.40 RUB  大约可用 12 天(9 至 16)",
                "  85 天内的 340 次读数, 每天 25.10 RUB, 自 2026-11-02 起,之前不同, 一周各天不同",
                "  每天扣费 5.00 RUB,下次 2026-11-21 03:00",
                "  每 3 天扣费 300.00 RUB,下次 2026-12-01 03:00",
                "  充值 3 次, 共 900.00 RUB",
            ],
        ),
    ],
)
def test_in_the_language_of_the_person(
    daemon: Any, modemd: Any, monkeypatch: pytest.MonkeyPatch, language: str, lines: list[str]
) -> None:
    monkeypatch.setenv("LANG", language)
    fees = [OUTLOOK["fees"][0], {**OUTLOOK["fees"][1], "every": "3d"}]  # type: ignore[index]
    daemon.result("forecast", {**OUTLOOK, "fees": fees})
    assert modemd("forecast").stdout.splitlines() == lines
    daemon.result("forecast", {**OUTLOOK, "days_left": None})
    assert "cannot" not in modemd("forecast").stdout


def test_too_little_is_said(daemon: Any, modemd: Any) -> None:
    """Too little history is an answer, no reading at all a failure."""
    daemon.result("forecast", {**OUTLOOK, "days_left": None})
    result = modemd("forecast")
    assert result.exit_code == 0
    assert "cannot say yet" in result.stdout
    daemon.result("forecast", {**OUTLOOK, "days_left": None, "error": "no reading yet"})
    result = modemd("forecast")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1


def history(days: int, **more: Any) -> str:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [[f"{start + timedelta(hours=6 * n):%Y-%m-%dT%H:%M:%SZ}", f"{400 - 2.5 * n:.2f}"] for n in range(days * 4)]
    return json.dumps({"id": "a", "now": "2026-12-31T00:00:00Z", "readings": rows, **more})


def test_jsonl_is_a_line_for_a_line(modemd: Any) -> None:
    """Without a daemon; the id comes back as it was, empty lines do not count."""
    lines = [history(20), history(1, id=7), history(20, id=None, now="2026-11-20T18:00:00Z"), ""]
    lines.append('{"id": "zero", "now": "2026-11-02T00:00:00Z", "readings": [["2026-11-01T06:00:00Z", "-5.20"]]}')
    result = modemd("forecast", "--jsonl", input="\n".join(lines) + "\n\n")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["a", 7, None, "zero"]
    assert [list(row) for row in rows] == [["id", "days_left"]] * 4
    days = rows[0]["days_left"]
    assert days["low"] <= 20.25 <= days["high"]
    assert rows[1]["days_left"] is None
    assert rows[2]["days_left"] == days
    assert rows[3]["days_left"] == {"low": 0, "likely": 0, "high": 0}


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("nonsense", "not JSON"),
        ("[]", "not an object like"),
        ('{"id": 1}', "not an object like"),
        ('{"readings": []}', "`now` is missing"),
        ('{"readings": [["2026-11-01T06:00:00Z"]]}', "reading 1 is not a pair"),
        ('{"readings": [["2026-11-01T06:00:00Z", "5"], ["yesterday", "5"]]}', "reading 2: 'yesterday' is not a time"),
        ('{"readings": [["2026-11-01T06:00:00", "5"]]}', "is not a time in UTC"),
        ('{"readings": [["9999-12-31T23:59:59Z", "5"]]}', "is not a time in UTC"),
        ('{"readings": [["2026-11-01T06:00:00Z", "5,20"]]}', "'5,20' is not an amount"),
        ('{"readings": [["2026-11-01T06:00:00Z", "NaN"]]}', "is not an amount"),
        ('{"readings": [["2026-11-01T06:00:00Z", true]]}', "is not an amount"),
        ('{"readings": [["2026-11-01T06:00:00Z", "1e999999"]]}', "is not an amount"),
        ('{"now": 5, "readings": []}', "now: '5' is not a time"),
    ],
)
def test_jsonl_goes_on_after_a_bad_line(modemd: Any, bad: str, said: str) -> None:
    """It is named with its number and what is wrong; the others get their answers; the exit code is 1."""
    result = modemd("forecast", "--jsonl", input=f"{history(20)}\n{bad}\n{history(20, id='b')}\n")
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a", "b"]
    assert result.stderr.startswith("line 2: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_jsonl_takes_no_modem(modemd: Any) -> None:
    result = modemd("forecast", "home", "--jsonl", input="")
    assert result.exit_code == 2
    assert "leave MODEM out" in result.stderr


def test_the_picture_opens_like_a_fan(reading: Any) -> None:
    """Behind the last reading, as wide as its lines allow, down to zero."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [reading(balance=str(200 - 10 * n), taken_at=f"{start + timedelta(days=n):%FT%TZ}") for n in range(16)]
    plain = plot.draw(rows, "home")
    lines = plot.draw(rows, "home", (), {"days_left": {"low": 3.0, "likely": 5.0, "high": 7.5}})
    assert not any("░" in line for line in plain)
    assert sum(line.count("░") for line in lines) >= 20
    assert any("▒" in line for line in lines[1:-1])
    assert "lasts about 5 days, 3 to 8" in lines[-1]
    assert max(map(len, lines)) <= 100
    assert plot.draw(rows, "home", (), {"days_left": None}) == plain
