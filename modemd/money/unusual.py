"""What an owner would want to know of a SIM's spending: a day that its habit does not explain, and a sum that leaves by
itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from modemd.money.ledger import Ledger, days_of
from modemd.money.study import Readings, Study, study_of

LEAST_DAYS = 28
"""Four weeks, in which most fees of a month have been seen: before that nobody knows what is usual."""
OVER_LARGEST = 1.1  # times the largest day: what has been before is not unusual
OVER_MOST = 1.5  # times the second largest, for the largest may have been such a day itself
OVER_USUAL = 4.0  # times what nine days of ten stay below
QUIET_DAYS = 3  # on which the sum left and nothing else


class Unusual(NamedTuple):
    """`amount` left in the last 24 h, known fees apart; up to `limit` would have been usual."""

    amount: Decimal
    limit: Decimal


class Subscription(NamedTuple):
    """`amount` leaves at about `hour` (UTC, 0 to 23)."""

    amount: Decimal
    hour: int


def unusual_spend(readings: Readings, now: datetime, *, study: Study | None = None) -> Unusual | None:
    """More in the 24 h before the last reading than this SIM's habit explains. None: usual, or too little is known.
    `study`: study_of() of the same, where it was made already."""
    study = study or study_of(readings, now)
    if study is None or days_of(now) - study.ledger.end > 1:
        return None
    days = study.days
    before = sorted(day.spent for day in days if day.back >= 1)
    if len(before) < LEAST_DAYS or days[0].back:
        return None
    amount = sum(part for *_, part in days[0].parts)
    few = 1 + LEAST_DAYS / len(before)  # the fewer days are known, the less their largest says
    most = before[-2] if before[-2] > 0 else before[-1]
    limit = max(OVER_LARGEST * before[-1], OVER_MOST * few * most, OVER_USUAL * before[int(0.9 * len(before))])
    if limit <= 0 or amount <= limit:
        return None
    return Unusual(_sum(amount, readings), _sum(limit, readings))


def subscription(readings: Readings, now: datetime, *, study: Study | None = None) -> Subscription | None:
    """The same sum at the same hour, day after day or month after month, also when nothing is used: a paid service, or
    a tariff's fee. None where there is none, or where it is always mixed with use. `study` as in unusual_spend()."""
    study = study or study_of(readings, now)
    if study is None:
        return None
    ledger, daily = study.ledger, study.daily
    if daily is not None and _alone(ledger, daily.hits, daily.amount) >= QUIET_DAYS:
        return Subscription(_sum(daily.amount, readings), _hour(daily.first, daily.last))
    for fee, *_ in study.fees:
        if _alone(ledger, fee.hits, fee.amount) >= QUIET_DAYS:
            return Subscription(_sum(fee.amount, readings), _hour(fee.first, fee.last))
    return None


def _alone(ledger: Ledger, hits: Sequence[int], amount: float) -> int:
    """How often the sum left and nothing else within 12 h around."""
    spends = ledger.spends
    found = 0
    for hit in hits:
        one = spends[hit]
        first = last = hit
        while first > 0 and spends[first - 1].end > one.start - 0.5:
            first -= 1
        while last + 1 < len(spends) and spends[last + 1].start < one.end + 0.5:
            last += 1
        gone = sum(other.amount for other in spends[first : last + 1])
        found += abs(gone - amount) <= 0.01 * amount
    return found


def _hour(first: float, last: float) -> int:
    return int(((first + last) / 2 + 1e-6) % 1.0 * 24)


def _sum(amount: float, readings: Readings) -> Decimal:
    exponent = min((value.as_tuple().exponent for _, value in readings[-8:]), key=lambda one: int(one), default=0)
    return Decimal(f"{amount:.{max(0, -int(exponent))}f}")
