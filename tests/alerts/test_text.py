"""The line that people read."""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.alerts.rules import Known, RaisedEvent
from modemd.alerts.text import LANGUAGES, age, line, quoted, title
from modemd.records import AlertEvent, DaysLeft

T0 = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)
KNOWN = Known(balance=Decimal("48.20"), currency="RUB", taken_at=T0)


def event(name: str, **facts: object) -> RaisedEvent:
    base: dict[str, object] = {"event": name, "level": "low", "at": T0 + timedelta(hours=13)}
    return RaisedEvent(**(base | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reminder", [0, 2])
def test_every_event_has_its_line(language: str, reminder: int) -> None:
    """Whole, in one line, in each language, and no two the same."""
    facts: dict[str, object] = {
        "balance": Decimal("41.30"),
        "currency": "RUB",
        "taken_at": T0,
        "limit": Decimal(50),
        "known": KNOWN,
        "since": T0,
        "amount": Decimal("9.90"),
        "data_mb": 1400.0,
        "data_limit_mb": 500.0,
        "date": "2024-05-09",
        "reason": "iccid:8970101234567890999",
        "days_left": DaysLeft(low=1, likely=2.6, high=4),
    }
    said = {
        line(event(name, reminder=reminder, **facts), modem="home", operator=None, language=language)
        for name in get_args(AlertEvent)
    }
    assert len(said) == len(get_args(AlertEvent))
    for text in said:
        assert text.startswith("home")
        assert not any(part in text for part in ("?", "{", "None", "\n", "89701"))


TEACH = "; teach it: modemd operators teach --last home"


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (
            event("low", balance=Decimal("48.20"), currency="RUB", taken_at=T0, limit=Decimal(50)),
            "home: balance is low: 48.20 RUB (limit 50), ru-mts, 2024-05-01 12:30 UTC",
        ),
        (
            event("critical", balance=Decimal("-1E+2"), limit=Decimal("10.5")),
            "home: balance is critical: -100 (limit 10.5), ru-mts",
        ),
        (
            event("recovered", balance=Decimal(300), currency="RUB", taken_at=T0),
            "home: balance is fine again: 300 RUB, ru-mts, 2024-05-01 12:30 UTC",
        ),
        (event("recovered", taken_at=T0), "home: readings come in again, ru-mts, 2024-05-01 12:30 UTC"),
        (
            event("stale", since=T0, known=KNOWN, balance=Decimal("48.20"), taken_at=T0, reason="no device"),
            "home: no balance could be read for 13 h, ru-mts: no device; last known 48.20 RUB at 2024-05-01 12:30 UTC",
        ),
        (event("stale", since=T0), "home: no balance could be read for 13 h, ru-mts; never read so far"),
        (
            event("unreadable", reason="Dear\r\nsir"),
            f"home: the operator answered, but no balance could be read, ru-mts: “Dear sir”; never read so far{TEACH}",
        ),
        (event("test"), "home: test alert from modemd: this channel works"),
    ],
)
def test_english(happened: RaisedEvent, expected: str) -> None:
    """Each event's finished line, with everything that is known and nothing that is not."""
    assert line(happened, modem="home", operator="ru-mts") == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["low", "critical", "recovered", "stale", "unreadable", "test"])
def test_every_language_says_the_facts(language: str, name: str) -> None:
    """One line in each language, with modem, amount and limit unchanged by translation."""
    text = line(
        event(name, balance=Decimal("48.20"), currency="RUB", limit=Decimal(50), known=KNOWN, since=T0, reason="why"),
        modem="home",
        operator="ru-mts",
        language=language,
    )
    assert "\n" not in text
    assert "{" not in text
    assert "home" in text
    if name != "test":
        assert "48.20 RUB" in text
        assert "ru-mts" in text
    if name in ("low", "critical"):
        assert "50" in text
    if name in ("stale", "unreadable"):
        assert "why" in text


def test_languages_differ_and_default() -> None:
    """Three languages, three texts; one that is not known is English."""
    texts = {line(event("test"), modem="m", operator=None, language=language) for language in ("en", "ru", "zh")}
    assert len(texts) == 3
    assert line(event("test"), modem="m", operator=None, language="xx") in texts


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call +7 (916) 123-45-67 now", "Call …4567 now"),
        ("tel 06.12.34.56.78.", "tel …5678."),
        ("IMSI 250011234567890", "IMSI …7890"),
        ("till 01.06.2024 or 2024-06-01", "till 01.06.2024 or 2024-06-01"),
        ("Balance 1234.56", "Balance 1234.56"),
        ("٠١٢٣٤٥٦٧٨٩", "…٦٧٨٩"),
        ("a\x1b[31mb\u202ec\x00d\u2028e", "a [31mb c d e"),
        ("", ""),
    ],
)
def test_foreign_text_is_harmless(text: str, expected: str) -> None:
    """Numbers of people and SIMs are cut, dates and amounts stay, control and direction characters are gone."""
    assert quoted(text) == expected


def test_long_text_is_cut() -> None:
    """At most the limit, and the cut shows."""
    assert quoted("x" * 10_000) == "x" * 159 + "…"


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=400), limit=st.integers(8, 200))
def test_quoted_is_one_printable_line(text: str, limit: int) -> None:
    """For any text: no control, format or surrogate character, no seven digits in a row, within the limit."""
    shown = quoted(text, limit)
    assert len(shown) <= limit
    assert not any(unicodedata.category(char)[0] == "C" or char in "\u2028\u2029" for char in shown)
    run = 0
    for char in shown:
        run = run + 1 if char.isdecimal() else 0
        assert run < 7


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (timedelta(0), "0 min"),
        (timedelta(seconds=-5), "0 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=400), "400 days"),
    ],
)
def test_age(span: timedelta, expected: str) -> None:
    """Rough, and never negative."""
    assert age(span) == expected


def test_times_are_local_and_name_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Moscow")
    time.tzset()
    try:
        at = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
        found = RaisedEvent(event="low", level="low", at=at, balance=Decimal("41.30"), currency="RUB", taken_at=at)
        assert line(found, modem="home", operator=None).endswith("41.30 RUB (limit ?), 2026-11-27 15:00 MSK")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_days_are_counted_as_each_language_does() -> None:
    at = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    said = {}
    for days in (1, 3, 5):
        left = DaysLeft(low=0.5, likely=days, high=9)
        found = RaisedEvent(event="days_left", level="ok", at=at, balance=Decimal(9), currency=None, days_left=left)
        said[days] = [line(found, modem="m", operator=None, language=language) for language in ("ru", "zh")]
    assert said == {
        1: ["m: денег хватит ещё примерно на 1 день: 9", "m:余额大约还能用 1 天:9"],
        3: ["m: денег хватит ещё примерно на 3 дня: 9", "m:余额大约还能用 3 天:9"],
        5: ["m: денег хватит ещё примерно на 5 дней: 9", "m:余额大约还能用 5 天:9"],
    }


@pytest.mark.parametrize(
    ("likely", "hours", "expected"),
    [
        (2.6, 0, ["lasts about 3 days, ", "хватит примерно на 3 дня, ", "大约可用 3 天,"]),
        (2.6, 24, ["lasts about 2 days, ", "хватит примерно на 2 дня, ", "大约可用 2 天,"]),
        (1.0, 0, ["lasts about 1 day, ", "хватит примерно на 1 день, ", "大约可用 1 天,"]),
        (2.6, 50, ["lasts less than a day, ", "хватит меньше чем на день, ", "不足一天,"]),
        (9999.0, 0, ["", "", ""]),
        (None, 0, ["", "", ""]),
    ],
)
@pytest.mark.parametrize("name", ["low", "critical"])
def test_a_limit_says_how_long_the_money_lasts(
    name: str, likely: float | None, hours: int, expected: list[str]
) -> None:
    """From the moment when it is said; nothing where that is not known, or years away."""
    left = None if likely is None else DaysLeft(low=0, likely=likely, high=9)
    found = event(name, at=T0 + timedelta(hours=hours), balance=Decimal(9), limit=Decimal(10), taken_at=T0)
    for language, days in zip(LANGUAGES, expected, strict=True):
        said = line(replace(found, days_left=left), modem="m", operator="x", language=language)
        assert re.search("[:：] ?9 ?.[^)]* 10[)）][,，] ?(.*)x[,，]", said).group(1) == days, said  # type: ignore[union-attr]
        again = line(replace(found, days_left=left, reminder=1), modem="m", operator="x", language=language)
        assert days in again


def test_less_than_a_day_is_no_number_of_days() -> None:
    found = event("days_left", balance=Decimal(9), days_left=DaysLeft(low=0.1, likely=0.4, high=1), taken_at=T0, at=T0)
    said = [line(found, modem="m", operator=None, language=language) for language in LANGUAGES]
    assert said == [
        "m: the money lasts less than a day: 9, 2024-05-01 12:30 UTC",
        "m: денег хватит меньше чем на день: 9, 2024-05-01 12:30 UTC",
        "m:余额可用不足一天:9,2024-05-01 12:30 UTC",
    ]


def test_titles_are_short_and_in_the_language() -> None:
    at = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
    found = RaisedEvent(event="critical", level="critical", at=at, balance=Decimal("6.90"), currency="RUB")
    assert [title(found, modem="home", language=language) for language in ("en", "ru")] == [
        "home: critical balance, 6.90 RUB",
        "home: деньги кончаются, 6.90 RUB",
    ]
