"""History -> how many days are left, as a range, and what it rests on. Pure; the same history gives the same answer.

Money that came in is taken out (ledger.py), sums that leave by the calendar are found (fees.py), the rest is a habit
from day to day (habit.py), and from all three the balance is played forward (paths.py).
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from decimal import Decimal

from modemd.frozen import dataclass
from modemd.money.fees import MONTH, Daily, Fee
from modemd.money.habit import regimes, week_of
from modemd.money.ledger import Ledger, time_of
from modemd.money.paths import ends
from modemd.money.study import Readings, Study, study_of
from modemd.records import DaysLeft

MIN_READINGS = 3
MIN_SPAN = 2.0  # days
LOOK_BACK = timedelta(days=366)
"""Older readings say nothing more: a fee of a month has been seen a dozen times."""
LOW, HIGH = 0.045, 0.95
"""Shares of the paths that end before; lives of people are wilder than paths, so that 4 of 5 lie between."""
HOUR = 1 / 24


@dataclass(frozen=True, slots=True)
class KnownFee:
    """`every`: "day", "workday" (Monday to Friday), "month" (the same day of it), or days like "30d". `next_at` is the
    middle of when it may leave, as far as the readings tell."""

    amount: Decimal
    every: str
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Habit:
    """What the readings show of a SIM: `per_day` is spent on average now, fees among it. `changed_at`: since when,
    where it was otherwise before. `weekly`: the days of the week differ. `top_ups`: how often money came in."""

    readings: int
    days: float
    per_day: Decimal
    fees: tuple[KnownFee, ...]
    top_ups: int
    topped_up: Decimal
    changed_at: datetime | None
    weekly: bool


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days from `taken_at`, the last reading, until nothing is left: between `low` and `high` in 4 cases of 5."""

    low: float
    likely: float
    high: float
    taken_at: datetime
    habit: Habit

    @property
    def days(self) -> DaysLeft:
        """As alerts carry it."""
        return DaysLeft(low=self.low, likely=self.likely, high=self.high)


def forecast(readings: Readings, now: datetime, *, study: Study | None = None) -> Forecast | None:
    """What a SIM's readings (time, balance) say, in any order, doubled and with gaps as they are; times are aware,
    those ahead of `now` do not count. A balance at or below zero has 0 days. None: fewer than 3 readings or less than
    2 days of them, or nothing was spent. `study`: study_of() of the same, where it was made already."""
    recent = [one for one in readings if one[0] >= now - LOOK_BACK]
    if study is None or len(recent) < len(readings):
        study = study_of(recent, now)
    if study is None:
        return None
    ledger, daily, fees, days = study
    spent = any(one.amount > 0 for one in ledger.spends)
    enough = ledger.readings >= MIN_READINGS and ledger.end - ledger.start >= MIN_SPAN and days and spent
    if ledger.balance > 0 and not enough:
        return None
    habits = regimes(days) if days else []
    whole = sum(one.mean * one.weight for one in habits)
    whole += sum(some[0].amount / (some[0].period or 365.25 / 12) for some in fees)
    likeliest = max(habits, key=lambda one: one.weight, default=None)
    as_ever = sum(one.weight for one in habits if len(one.days) == len(days))
    changed = likeliest is not None and as_ever < 0.3 and len(likeliest.days) < len(days)
    money = _money(readings)
    habit = Habit(
        ledger.readings,
        round(ledger.end - ledger.start, 1),
        money(whole),
        tuple(_daily_fees(daily, ledger, money) + [_known(some[0], money) for some in fees]),
        len(ledger.top_ups),
        money(sum(one.amount for one in ledger.top_ups)),
        time_of(ledger.end - likeliest.length) if changed and likeliest is not None else None,
        week_of(days) is not None,
    )
    taken_at = max(at for at, _ in readings if at <= now)
    if ledger.balance <= 0:
        return Forecast(0.0, 0.0, 0.0, taken_at, habit)
    found = ends(ledger.balance, ledger.end, habits, fees, days)
    low, likely, high = (found[min(len(found) - 1, int(share * len(found)))] for share in (LOW, 0.5, HIGH))
    return Forecast(
        math.floor(max(0.0, low - HOUR) * 100) / 100,
        round(likely, 2),
        math.ceil((high + HOUR) * 100) / 100,
        taken_at,
        habit,
    )


def _daily_fees(daily: Daily | None, ledger: Ledger, money: _Money) -> list[KnownFee]:
    if daily is None:
        return []
    hour = (daily.first + daily.last) / 2
    due = math.floor(ledger.end - hour) + 1 + hour
    while daily.workdays and time_of(due).weekday() >= 5:
        due += 1
    return [KnownFee(money(daily.amount), "workday" if daily.workdays else "day", time_of(due))]


def _known(fee: Fee, money: _Money) -> KnownFee:
    every = "month" if fee.period == MONTH else f"{fee.period:.0f}d"
    return KnownFee(money(fee.amount), every, time_of((fee.first + fee.last) / 2))


class _Money:
    """A sum with the decimals of the readings."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals

    def __call__(self, amount: float) -> Decimal:
        return Decimal(f"{amount:.{self._decimals}f}")


def _money(readings: Readings) -> _Money:
    exponents = [value.as_tuple().exponent for _, value in readings[-8:]]
    return _Money(max((-one for one in exponents if isinstance(one, int) and one < 0), default=0))
