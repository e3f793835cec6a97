"""Days left: a range around the truth, fees on their dates, top-ups taken out, and nothing without enough history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import lives
from modemd.money.forecast import Forecast, forecast

START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
Readings = list[tuple[datetime, Decimal]]
Cost = Callable[[datetime], float]


def life(days: float, cost: Cost, *, balance: float = 1000.0, pay: float = 0.0, hours: int = 6) -> Readings:
    """A reading each `hours`; `cost` is what the hours before a moment took; below 20 `pay` comes in."""
    found = list[tuple[datetime, Decimal]]()
    for slot in range(int(days * 24 / hours) + 1):
        at = START + timedelta(hours=hours * slot)
        balance -= cost(at) if slot else 0.0
        balance += pay if balance < 20 else 0
        found.append((at, Decimal(f"{balance:.2f}")))
    return found


def said(readings: Sequence[tuple[datetime, Decimal]]) -> Forecast:
    found = forecast(readings, readings[-1][0])
    assert found is not None
    return found


def test_steady_use() -> None:
    """Ten a day and fifty left are five days, give or take the hours between two readings."""
    found = said(life(20, lambda _at: 2.5, balance=250))
    assert found.low <= 5 <= found.high
    assert found.likely == pytest.approx(5, abs=0.3)
    assert found.high - found.low < 1.5
    assert found.habit.per_day == Decimal("10.00")
    assert found.taken_at == START + timedelta(days=20)


@pytest.mark.parametrize("minutes", [0, 7, 108, 233, 359])
def test_a_daily_fee_is_found_with_its_hour(minutes: int) -> None:
    """Seven, three hours behind the first reading of a day: the balance goes at that hour, whenever that is."""
    shift = timedelta(minutes=minutes)
    found = said([(at + shift, balance) for at, balance in life(30, lambda at: 7.0 * (at.hour == 6), balance=280)])
    (fee,) = found.habit.fees
    assert (fee.amount, fee.every) == (Decimal("7.00"), "day")
    assert abs(fee.next_at - (START + shift + timedelta(days=30, hours=3))) <= timedelta(minutes=1)
    assert found.low < 9.125 < found.high  # the tenth fee, nine days and three hours on
    assert found.high - found.low < 0.5


def test_a_fee_of_working_days() -> None:
    """The weekend costs nothing, and the forecast knows which days those are."""
    found = said(life(28, lambda at: 10.0 if at.hour == 12 and at.weekday() < 5 else 0.0, balance=270))
    assert [fee.every for fee in found.habit.fees] == ["workday"]
    assert found.low < 8.4 < found.high  # Monday to Friday, and Monday and Tuesday again
    assert found.high - found.low < 1.5


@pytest.mark.parametrize("use", [0.0, 0.5])
def test_a_monthly_fee_is_found_with_its_date(use: float) -> None:
    """On the 20th: the next one is known to the hours, and takes the rest."""
    fee: Cost = lambda at: 300.0 if at.day == 20 and at.hour == 6 else use  # noqa: E731
    found = said(life(80, fee, balance=1400))
    (known,) = [fee for fee in found.habit.fees if fee.every != "day"]
    assert (known.every, known.next_at.month, known.next_at.day) == ("month", 4, 20)
    assert abs(known.amount - 300) <= 1
    ends = START + timedelta(days=80)
    left = float(life(80, fee, balance=1400)[-1][1])
    at, balance = ends, left
    while balance > 0:
        at += timedelta(hours=6)
        balance -= fee(at)
    assert found.low <= (at - ends) / timedelta(days=1) <= found.high
    assert found.high - found.low < 12


def test_a_fee_on_the_first_is_found_across_months_of_every_length() -> None:
    """Read at midnight, at which it leaves; the balance is paid up at the same moment now and then."""
    found = said(life(200, lambda at: 90.0 if at.day == 1 and at.hour == 0 else 0.4, balance=100, pay=200))
    fees = [fee for fee in found.habit.fees if fee.every == "month"]
    assert [(fee.amount, f"{fee.next_at:%m-%d}") for fee in fees] == [(Decimal("90.00"), "07-31")]


def test_a_period_of_30_days_is_no_month() -> None:
    found = said(life(125, lambda at: 300.0 if (at - START).total_seconds() % (30 * 86400) == 0 else 0.0, balance=4000))
    assert [fee.every for fee in found.habit.fees] == ["30d"]


def test_money_that_comes_in_is_no_negative_spending() -> None:
    """Also where it hides what left between the same two readings: 500 paid, 492.50 more."""
    plain = said(life(60, lambda at: 7.5 if at.hour == 12 else 2.5, balance=2000))
    paid = said(life(60, lambda at: 7.5 if at.hour == 12 else 2.5, balance=90, pay=500))
    assert abs(paid.habit.per_day - plain.habit.per_day) <= Decimal("0.40")
    assert paid.habit.top_ups == 2
    assert paid.habit.topped_up == 1000


def test_the_habit_of_now_counts() -> None:
    """Ten a day for two months, forty since twelve days."""
    change = START + timedelta(days=60)
    readings = life(72, lambda at: (2.5 if at < change else 10.0) * (1 + 0.3 * (at.day % 3)), balance=2000)
    found = said(readings)
    assert found.habit.changed_at is not None
    assert abs(found.habit.changed_at - change) < timedelta(days=3)
    assert found.likely == pytest.approx(float(readings[-1][1]) / 52, rel=0.15)


def test_days_of_the_week_differ() -> None:
    found = said(life(42, lambda at: 20.0 if at.weekday() >= 5 else 1.0 + at.day % 2, balance=2500))
    assert found.habit.weekly


@pytest.mark.parametrize(
    "odd", ["doubled", "lost", "late", "ten times", "a tenth", "ahead of the clock", "out of order"]
)
def test_an_odd_reading_changes_little(odd: str) -> None:
    """Ten a day: what the modem, the network or somebody's script got wrong once is not money."""
    readings = life(40, lambda _at: 2.5, balance=600)
    at, balance = readings[80]
    if odd == "doubled":
        readings[80:81] = [(at, balance)] * 3 + [(at + timedelta(minutes=1), balance)]
    elif odd == "lost":
        del readings[70:95]
    elif odd == "late":
        readings[80] = (at, readings[77][1])
    elif odd == "ten times":
        readings[80] = (at, balance * 10)
    elif odd == "a tenth":
        readings[80] = (at, balance / 10)
    elif odd == "ahead of the clock":
        readings.append((readings[-1][0] + timedelta(days=4000), Decimal(0)))
    else:
        readings = readings[80:] + readings[:80]
    found = forecast(readings, START + timedelta(days=40))
    assert found is not None
    assert found.likely == pytest.approx(20, rel=0.1)
    assert found.low <= 20 <= found.high


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(0, "5")],
        [(3, "9"), (0, "5")],
        [(1, "9"), (0.5, "7"), (0, "5")],
        [(5, "9"), (3, "9"), (0, "9")],
        [(500, "9"), (400, "8"), (0, "5")],
    ],
)
def test_too_little_history_is_no_forecast(points: list[tuple[float, str]]) -> None:
    """Fewer than 3 readings, less than 2 days, nothing spent, or only old readings: unknown."""
    now = START
    assert forecast([(now - timedelta(days=ago), Decimal(value)) for ago, value in points], now) is None


@pytest.mark.parametrize("balance", ["0", "0.00", "-5.20"])
def test_an_empty_account_has_no_days(balance: str) -> None:
    """Whatever the history, of one reading, too."""
    found = forecast([(START, Decimal(balance))], START)
    assert found is not None
    assert (found.low, found.likely, found.high) == (0, 0, 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 60), st.integers(-1000, 100000)), max_size=30))
def test_any_history_gives_a_sane_answer(points: list[tuple[float, int]]) -> None:
    """Unordered, doubled and wild readings give None or a range from 0 on, and the same one again."""
    readings = [(START - timedelta(days=ago), Decimal(value)) for ago, value in points]
    found = forecast(readings, START)
    assert found is None or 0 <= found.low <= found.likely <= found.high <= 3651
    assert forecast(readings, START) == found


def test_the_true_day_lies_in_the_range() -> None:
    """In 4 of 5 generated lives whose end is known; `python -m bench --only forecast` looks at many more."""
    cases = [case for kind in lives.KINDS for case in lives.cases(kind, 8, seed=5)]
    inside = 0
    for case in cases:
        found = forecast(case.readings, case.now)
        inside += found is not None and found.low <= case.left <= found.high
    assert inside >= 0.8 * len(cases)
