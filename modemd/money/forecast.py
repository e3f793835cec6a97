"""History -> days left. Simple and robust on purpose: one strange reading must not move the answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

MIN_READINGS = 3
MIN_SPAN = timedelta(days=2)
WINDOW = timedelta(days=30)
"""Older burning says little about the present tariff; a monthly fee still falls inside."""
HORIZON_DAYS = 3650.0
"""Beyond ten years the figure means "hardly used"; it is cut there so that it stays printable."""


def days_left(readings: Sequence[tuple[datetime, Decimal]], now: datetime) -> float | None:
    """Days until the balance reaches zero at the present burn rate, counted from `now`.

    Takes (time, balance) pairs in any order; times are aware. The last 30 days count. A rise is a top-up and is left
    out, so only money that went away is counted. Two rates are taken: the median of the daily burn (steady use; one
    large purchase does not frighten), and, where most days cost nothing, the mean (a weekly or monthly fee). None
    means: fewer than 3 readings or less than 2 days of history, or nothing was spent. 0.0 means at or below zero.
    """
    recent = sorted((r for r in readings if now - WINDOW <= r[0] <= now), key=lambda r: r[0])
    if len(recent) < MIN_READINGS or recent[-1][0] - recent[0][0] < MIN_SPAN:
        return None
    last_time, last_balance = recent[-1]
    if last_balance <= 0:
        return 0.0
    from statistics import median  # late: a young history has no forecast

    daily = _daily_burn(recent)
    rate = median(daily) or sum(daily) / len(daily)
    if rate <= 0:
        return None
    left = float(last_balance) / rate - (now - last_time) / timedelta(days=1)
    return round(min(max(left, 0.0), HORIZON_DAYS), 1)


def _daily_burn(recent: Sequence[tuple[datetime, Decimal]]) -> list[float]:
    """Money gone in each 24 h back from the last reading; a fall is spread over the time between its two readings."""
    end = recent[-1][0]
    day = timedelta(days=1)
    whole_days = max(1, int((end - recent[0][0]) / day))
    burn = [0.0] * whole_days
    for (start, before), (stop, after) in pairwise(recent):
        spent = float(before - after)
        length = stop - start
        if spent <= 0:
            continue
        first, last = max(0, int((end - stop) / day)), min(whole_days - 1, int((end - start) / day))
        for index in range(first, last + 1):  # the days that it touches
            low, high = end - (index + 1) * day, end - index * day
            if length <= timedelta(0):
                burn[index] += spent if low < stop <= high else 0.0
                continue
            shared = min(stop, high) - max(start, low)
            if shared > timedelta(0):
                burn[index] += spent * (shared / length)
    return burn
