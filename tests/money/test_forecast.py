"""Days left: burn without top-ups, and nothing without enough history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.money.forecast import days_left

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
Days = Callable[[Sequence[tuple[float, str]]], float | None]


@pytest.fixture
def days() -> Days:
    """Takes (days before now, balance) pairs."""

    def call(points: Sequence[tuple[float, str]]) -> float | None:
        return days_left([(NOW - timedelta(days=ago), Decimal(balance)) for ago, balance in points], NOW)

    return call


def test_steady_use(days: Days) -> None:
    """Ten a day and fifty left are five days."""
    assert days([(5, "100"), (4, "90"), (3, "80"), (2, "70"), (1, "60"), (0, "50")]) == pytest.approx(5.0)


def test_top_up_is_no_negative_burn(days: Days) -> None:
    """A payment in the middle changes the balance, not the rate."""
    assert days([(5, "40"), (4, "30"), (3, "20"), (2.9, "520"), (2, "510"), (1, "500"), (0, "490")]) == pytest.approx(
        49.0, rel=0.1
    )


def test_one_large_purchase_does_not_frighten(days: Days) -> None:
    """The median day counts where money goes every day."""
    assert days([(6, "500"), (5, "490"), (4, "480"), (3, "180"), (2, "170"), (1, "160"), (0, "150")]) == pytest.approx(
        15.0
    )


def test_weekly_fee_counts_though_most_days_are_free(days: Days) -> None:
    """A fee that falls on few days still empties the account."""
    assert days([(14, "200"), (8, "200"), (7, "130"), (1, "130"), (0, "60")]) == pytest.approx(6.0, rel=0.2)


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0, "5")],
        [(3, "9"), (0, "5")],
        [(1, "9"), (0.5, "7"), (0, "5")],
        [(5, "9"), (3, "9"), (0, "9")],
        [(50, "9"), (40, "8"), (0, "5")],
    ],
)
def test_too_little_history_is_no_forecast(days: Days, points: list[tuple[float, str]]) -> None:
    """Fewer than 3 readings, less than 2 days, nothing spent, or only old readings: unknown."""
    assert days(points) is None


def test_empty_account_has_no_days(days: Days) -> None:
    """At or below zero nothing is left, and time passed since the last reading is taken off."""
    assert days([(3, "20"), (2, "10"), (0, "-1")]) == 0.0
    assert days([(4, "60"), (3, "50"), (2, "40"), (1, "30")]) == pytest.approx(2.0)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 60), st.integers(-1000, 100000)), max_size=30))
def test_any_history_gives_a_sane_answer(points: list[tuple[float, int]]) -> None:
    """Unordered, doubled and wild readings give None or a number from 0 on."""
    got = days_left([(NOW - timedelta(days=ago), Decimal(value)) for ago, value in points], NOW)
    assert got is None or 0 <= got <= 3650
