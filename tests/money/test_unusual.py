"""A day that the habit does not explain, and sums that leave by themselves."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from modemd.money.unusual import subscription, unusual_spend
from tests.money.test_forecast import START, life


def test_a_day_that_the_habit_does_not_explain() -> None:
    """About ten a day for 40 days, then 80 at once."""
    chance = random.Random(1)
    readings = life(40, lambda _at: chance.uniform(0, 5), balance=900)
    at, balance = readings[-1]
    assert unusual_spend(readings, at) is None
    readings[-1] = (at, balance - 80)
    found = unusual_spend(readings, at)
    assert found is not None
    assert 80 <= found.amount <= 100
    assert 10 < found.limit < 60
    assert unusual_spend(readings, at + timedelta(days=2)) is None  # it is old by then
    assert unusual_spend(readings[-60:], at) is None  # two weeks say little


def test_what_has_been_before_is_usual() -> None:
    """A fee of each month is no surprise, though it is thirty times a day's use."""
    readings = life(100, lambda at: 100.0 if at.day == 7 and at.hour == 6 else 0.8, balance=1000)
    looked = [index for index, (at, _) in enumerate(readings, 1) if at.day == 7]
    assert [index for index in looked if unusual_spend(readings[:index], readings[index - 1][0])] == []


@pytest.mark.parametrize("use", ["steady", "weekend", "tails"])
def test_an_ordinary_life_raises_nothing(use: str) -> None:
    """Half a year of it, looked at every third day."""
    chance = random.Random(7)
    costs: dict[str, Callable[[datetime], float]] = {
        "steady": lambda _at: chance.gauss(5, 1),
        "weekend": lambda at: chance.uniform(0, 4) * (5 if at.weekday() >= 5 else 1),
        "tails": lambda _at: chance.lognormvariate(0, 0.8),
    }
    readings = life(200, lambda at: round(max(0.0, costs[use](at)), 2), balance=60, pay=300)
    looked = range(160, len(readings), 12)
    alerts = sum(unusual_spend(readings[:index], readings[index - 1][0]) is not None for index in looked)
    assert alerts == 0


def test_a_sum_that_leaves_by_itself() -> None:
    """Five each night, also on days on which nothing is used; ten use days between."""
    readings = life(30, lambda at: 5.0 if at.hour == 6 else (3.7 if at.hour == 18 and at.day % 3 == 0 else 0.0))
    found = subscription(readings, readings[-1][0])
    assert found is not None
    assert (found.amount, found.hour) == (Decimal("5.00"), 3)


def test_use_is_no_subscription() -> None:
    chance = random.Random(2)
    readings = life(60, lambda _at: round(chance.expovariate(0.4), 2), balance=5000)
    assert subscription(readings, readings[-1][0]) is None
    assert subscription([], START) is None
