"""Readings of a balance -> what left it between them, and what came in. Pure.

Readings come as they are: in any order, doubled, lost for days, sometimes stale or wrong. Money that came in hides what
left in the same time, so such a stretch says nothing of spending.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
DAY = timedelta(days=1)

STALE_LOOK = 8  # readings back that a late one may repeat
SPIKE = 0.1  # of an excursion may be gone when it is over; else it was real


class Spend(NamedTuple):
    """What left between two readings that follow each other: times in days since EPOCH, `amount` from 0 on. `before`
    is the balance at its start. `guessed`: money came in as well, and this is what a round payment leaves over; with
    an amount of 0 nothing is known."""

    start: float
    end: float
    amount: float
    before: float
    guessed: bool = False


class TopUp(NamedTuple):
    """Money that came in by `at` (days since EPOCH): `amount` at the least, for something may have left meanwhile."""

    at: float
    amount: float


class Ledger(NamedTuple):
    """`spends` and `top_ups` oldest first; `end`, `balance`: the last reading; `start`: the first one."""

    start: float
    end: float
    balance: float
    readings: int
    spends: list[Spend]
    top_ups: list[TopUp]


def days_of(when: datetime) -> float:
    """Days since EPOCH of an aware time."""
    return (when - EPOCH) / DAY


def time_of(days: float) -> datetime:
    """The aware time (UTC) of days since EPOCH, to the minute."""
    return EPOCH + timedelta(minutes=round(days * 1440))


def ledger_of(readings: Sequence[tuple[datetime, Decimal]], now: datetime) -> Ledger | None:
    """None without a reading up to `now`. Times are aware."""
    limit = days_of(now) + 1e-9
    kept = _without_odd(_in_order([(days_of(at), float(value)) for at, value in readings], limit))
    if not kept:
        return None
    spends, top_ups = list[Spend](), list[TopUp]()
    start, before = kept[0]
    rises = list[Spend]()
    least = 1e-9 * max(abs(value) for _, value in kept)  # of arithmetic, not of money
    for end, after in kept[1:]:
        gone = before - after
        if gone < -least:
            rises.append(Spend(start, end, gone, before))
        else:
            spends.append(Spend(start, end, gone if gone > least else 0.0, before))
        start, before = end, after
    largest = max((one.amount for one in spends), default=0.0)
    paid = [-one.amount for one in rises]
    for rise in rises:
        amount = _paid(-rise.amount, paid, largest)
        top_ups.append(TopUp(rise.end, amount))
        spends.append(rise._replace(amount=amount + rise.amount, guessed=True))
    spends.sort()
    return Ledger(kept[0][0], kept[-1][0], kept[-1][1], len(kept), spends, top_ups)


def _paid(rise: float, rises: Sequence[float], largest: float) -> float:
    """What was paid where the balance rose by so much: people pay round sums, and the same ones again. What a rise is
    short of one left in the same time, if so much ever leaves at once."""
    if _round_up(rise) - rise < 1e-6 * rise:
        return rise
    likely = [
        other for other in rises if other > rise and other - rise <= largest and _round_up(other) - other < 1e-6 * other
    ]
    paid = min(likely, default=_round_up(rise))
    return paid if paid - rise <= largest else rise


def _round_up(amount: float) -> float:
    """The next sum of two digits and zeros."""
    unit = 10.0 ** (math.floor(math.log10(amount)) - 1)
    return math.ceil(amount / unit - 1e-6) * unit


def _in_order(rows: list[tuple[float, float]], limit: float) -> list[tuple[float, float]]:
    """By time, one a moment (the last that came), none ahead of the clock."""
    rows = [row for row in rows if row[0] <= limit]
    rows.sort(key=lambda row: row[0])
    return [row for row, after in pairwise(rows) if after[0] > row[0]] + rows[-1:]


def _without_odd(rows: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without readings that their neighbours refute: a fall that was not there at the next one, an old balance that
    came late, ten times as much for once. Money that came in and went at once (a payment for a fee) looks much the same
    and stays."""
    kept = rows[:1]
    for index in range(1, len(rows) - 1):
        before, value, after = kept[-1][1], rows[index][1], rows[index + 1][1]
        if value < before:
            odd = value < after <= before and before - after <= SPIKE * (before - value)
        elif value > before and after <= before:
            odd = value in [old for _, old in rows[max(0, index - STALE_LOOK) : index]] or _slipped(value, before)
        else:
            odd = False
        if not odd:
            kept.append(rows[index])
    return kept + rows[max(1, len(rows) - 1) :]


def _slipped(value: float, before: float) -> bool:
    """A point that was read in another place."""
    return before > 0 and any(0.9 * factor <= value / before <= 1.02 * factor for factor in (10, 100, 1000))
