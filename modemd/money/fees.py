"""Sums that leave a balance by the calendar: found as steps that come again after the same time. Pure.

A fee is looked for where money left at its hour every time it was due, as far as the readings saw it, and where that
could hardly be chance among the sums of this SIM.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from modemd.money.ledger import EPOCH, Ledger, Spend, days_of, time_of

PERIODS = (7.0, 10.0, 14.0, 15.0, 28.0, 30.0, 31.0)
RECENT = 45.0  # days in which a daily fee has to show
HOURS = 48  # half an hour each
PAID = 0.8  # of the days at least that a daily fee is due
MONTH = 0.0  # the same day of each month, or its last
ANCHORS = 8  # of the largest sums of the last two periods; a fee is among them
CHANCE = 0.03  # how often so many sums would fall on the dates by themselves, over all that was tried
WORTH = 0.03  # of all that was spent; a smaller sum changes nothing
MINUTE = 1 / 1440
SLACK = 0.06  # days by which the hour of a fee may differ
MOST = 3
MOST_LOOKED = 6
LOOKED = 120  # days
SAME = 0.01  # of a sum, within which two are the same


class Fee(NamedTuple):
    """`period` in days, MONTH for a calendar month. Due next between `first` and `last` (days since EPOCH), which is
    how well the readings tell its hour. `hits`: the spends that it was seen in. `surprise`: the logarithm of how likely
    chance alone would do that. `weight`: how sure the period is, next to others that fit as well."""

    amount: float
    period: float
    first: float
    last: float
    hits: tuple[int, ...]
    surprise: float
    weight: float = 1.0


class Daily(NamedTuple):
    """The same sum that leaves at one hour of the day, a part of a day between `first` and `last` (UTC; `last` may be
    over 1). `workdays`: from Monday to Friday alone. `hits`: the spends that hold it."""

    amount: float
    first: float
    last: float
    workdays: bool
    hits: tuple[int, ...]


def daily_fee(ledger: Ledger) -> Daily | None:
    """A fee of every day, or of every day but Saturday and Sunday; None where none shows in the last weeks."""
    spends = ledger.spends
    recent = [i for i, one in enumerate(spends) if one.start > ledger.end - RECENT and one.end - one.start < 0.9]
    counts: dict[str, int] = {}
    for index in recent:
        if spends[index].amount > 0:
            key = f"{spends[index].amount:.4g}"
            counts[key] = counts.get(key, 0) + 1
    if not counts:
        return None
    sums = sorted(counts, key=lambda key: -counts[key])[:2]
    return next((fee for key in sums if counts[key] >= 4 and (fee := _daily(spends, recent, float(key)))), None)


def _daily(spends: Sequence[Spend], recent: Sequence[int], amount: float) -> Daily | None:
    hits = [index for index in recent if abs(spends[index].amount - amount) <= SAME * amount]
    hour = _hour([spends[index] for index in hits])
    days: list[list[int]] = [[0, 0] for _ in range(7)]  # seen, paid
    paid = list[int]()
    first, last = -1.0, 2.0
    for index in recent:
        one = spends[index]
        at = math.floor(one.end - hour) + hour  # the last such moment before its end
        if at < one.start:
            continue
        weekday = days[(math.floor(at) + 3) % 7]  # the first of January 1970 was a Thursday
        if one.amount < amount * (1 - SAME) and (one.before < amount or one.guessed):
            continue
        weekday[0] += 1
        if one.amount >= amount * (1 - SAME):
            weekday[1] += 1
            paid.append(index)
            if abs(one.amount - amount) <= SAME * amount:
                first, last = max(first, one.start - at + hour), min(last, one.end - at + hour)
    if last - first < 0.005:
        first, last = hour - 0.5 / HOURS, hour + 0.5 / HOURS
    work = _share(days[:5])
    weekend = _share(days[5:])
    elsewhere = len(set(hits) - set(paid))  # the same sum at other hours is a price, and no fee
    if len(paid) < 4 or elsewhere > 0.3 * len(paid) or work < PAID or PAID > weekend > 1 - PAID:
        return None
    return Daily(amount, first % 1.0, first % 1.0 + last - first, weekend < PAID, tuple(paid))


def _hour(hits: Sequence[Spend]) -> float:
    """The part of the day that most of them hold; of several the one in the middle."""
    votes = [0] * HOURS
    narrow: dict[int, float] = {}
    for one in hits:
        places = range(math.ceil(one.start * HOURS - 0.5), math.floor(one.end * HOURS - 0.5) + 1)
        for place in places:
            votes[place % HOURS] += 1
        if not places:
            middle = (one.start + one.end) / 2 % 1.0
            place = int(middle * HOURS)
            votes[place] += 1
            narrow[place] = middle
    most = max(votes)
    best = [place for place in range(HOURS) if votes[place] == most]
    place = best[len(best) // 2]
    return narrow.get(place, (place + 0.5) / HOURS)


def _share(days: Sequence[Sequence[int]]) -> float:
    return sum(paid for _, paid in days) / max(1, sum(seen for seen, _ in days))


def long_fees(ledger: Ledger, daily: Daily | None) -> list[list[Fee]]:
    """Fees of a week and longer; of each the periods that fit it, likeliest first."""
    spends = ledger.spends
    if daily is not None:
        spends = list(spends)
        hour = (daily.first + daily.last) / 2
        for index, one in enumerate(spends):
            due = math.floor(one.end - hour) - math.floor(one.start - hour)
            if due > 0 and one.amount > 0:
                spends[index] = one._replace(amount=max(0.0, one.amount - due * daily.amount))
    found = list[list[Fee]]()
    while len(found) < MOST:
        alternatives = _best(spends, ledger.end)
        if not alternatives:
            break
        found.append(alternatives)
        spends = without(spends, alternatives[0])
    return found


def without(spends: list[Spend], fee: Fee) -> list[Spend]:
    """The same spends less the fee where it was seen."""
    rest = list(spends)
    for index in fee.hits:
        one = rest[index]
        rest[index] = one._replace(amount=max(0.0, one.amount - fee.amount))
    return rest


def due_after(fee: Fee, end: float, days: float) -> list[float]:
    """When the fee is due at the earliest, each time within so many days behind `end`."""
    dates = list[float]()
    while (at := _later(fee.first, fee.period, len(dates))) < end + days:
        dates.append(at)
    return dates


def _later(at: float, period: float, steps: int) -> float:
    """The date so many periods behind `at`; before it where negative."""
    if period != MONTH:
        return at + steps * period
    moment = time_of(at)
    own = moment.year * 12 + moment.month - 1
    month, day = own + steps, moment.day
    if day > 27:  # the last stays the last: local midnight of the first is the evening before in UTC
        length = int(_month_start(month + 1) - _month_start(month))
        day = length if day == int(_month_start(own + 1) - _month_start(own)) else min(day, length)
    return _month_start(month) + day - 1 + (at - math.floor(at + MINUTE / 2))


def _month_start(month: int) -> float:
    year, number = divmod(month, 12)
    return days_of(EPOCH.replace(year=year, month=number + 1))


def _best(spends: list[Spend], end: float) -> list[Fee]:
    if len(spends) < 8:
        return []
    amounts = sorted(one.amount for one in spends)
    total = sum(amounts)
    starts = [one.start for one in spends]
    candidates = list[Fee]()
    anchors = dict[int, None]()
    for reach in (16.0, 63.0):
        first = bisect_left(starts, end - reach)
        recent = [index for index in range(first, len(spends)) if spends[index].amount > 0]
        recent.sort(key=lambda index: -spends[index].amount)
        anchors.update(dict.fromkeys(recent[:ANCHORS]))
    for index in anchors:
        if spends[index].end - spends[index].start > 1.5:
            continue
        for period in (MONTH, *PERIODS):
            fee = _fee(spends, starts, amounts, index, period, end)
            if fee is not None and fee.amount * len(fee.hits) >= WORTH * total:
                candidates.append(fee)
    limit = math.log(CHANCE / max(1, len(anchors)))
    candidates = [fee for fee in candidates if fee.surprise < limit]
    candidates.sort(key=lambda fee: (round(fee.surprise, 6), -fee.amount, fee.period != MONTH))
    likely = (fee for fee in candidates[:MOST_LOOKED] if _at_its_hour(spends, starts, fee) < limit)
    best = next(likely, None)
    if best is None:
        return []
    anchor = best.hits[-1]
    rivals = [
        fee
        for fee in candidates
        if fee.hits[-1] == anchor and fee.period != best.period and fee.surprise < best.surprise / 2
        and len(fee.hits) >= len(best.hits) - 1
        and abs(fee.amount - best.amount) <= 0.3 * best.amount
    ]  # fmt: skip
    return [best, *{fee.period: fee._replace(weight=0.6) for fee in rivals}.values()]


def _fee(
    spends: Sequence[Spend], starts: list[float], amounts: list[float], anchor: int, period: float, end: float
) -> Fee | None:
    """The fee that the spend `anchor` would be, if one of this period explains the others on its dates."""
    base = spends[anchor]
    least = base.amount
    seen = [(anchor, 0)]
    missed, newest = 0, 0
    for way in (-1, 1):  # the dates before, back to the first reading, and those behind it
        step = way
        while True:
            low, high = _later(base.start, period, step), _later(base.end, period, step)
            if low < starts[0] - SLACK or high >= end:
                break
            hit = _covering(spends, starts, low, high)
            if hit is not None:
                one = spends[hit]
                if one.amount >= 0.7 * least:
                    seen.append((hit, step))
                    least = min(least, one.amount)
                    newest = max(newest, step)
                elif one.before >= least and one.before - one.amount > 0.05 * least and not _hidden(spends, hit):
                    # it could have been paid
                    missed += 1
                    if missed > 1:
                        return None
            step += way
    last_seen = max(spends[hit].end for hit, _ in seen)
    if len(seen) < 2 or missed * 5 > len(seen) or last_seen < end - 2.2 * (period or 31.0):
        return None
    others = len(amounts) - bisect_left(amounts, least) - len(seen)
    share = (max(0, others) + 0.5) / max(1, len(amounts) - len(seen))
    if (len(seen) - 1 - 2 * missed) * math.log(min(1.0, 2 * share)) > -3.0:
        return None
    same = sum(abs(spends[hit].amount - base.amount) <= 0.02 * base.amount for hit, _ in seen[1:])
    surprise = (len(seen) - 1 - 2 * missed) * math.log(min(1.0, 2 * share))
    sameness = 0.7 * same * (others < len(seen))
    low = max(_later(spends[hit].start, period, -step) for hit, step in seen)
    high = min(_later(spends[hit].end, period, -step) for hit, step in seen)
    if high - low < 0.01:
        low, high = base.start, base.end
    ahead = newest + 1
    while _later(high, period, ahead) <= end:
        ahead += 1
    first, last = _later(low, period, ahead), _later(high, period, ahead)
    usual = sorted(spends[hit].amount for hit, _ in seen)
    middle = usual[len(usual) // 2]
    amount = least if middle - least > 0.02 * least else middle
    hits = tuple(sorted({hit for hit, _ in seen}))
    return Fee(amount, period, max(first, end), max(last, end), hits, surprise - sameness)


def _hidden(spends: Sequence[Spend], index: int) -> bool:
    """Whether money came in here or beside, so that a fee may not show."""
    return any(one.guessed for one in spends[max(0, index - 1) : index + 2])


def _at_its_hour(spends: Sequence[Spend], starts: list[float], fee: Fee) -> float:
    """How surprising the fee is next to what leaves at its hour on other days, as a logarithm."""
    base = spends[fee.hits[-1]]
    days = reached = 0
    for back in range(-int(spends[-1].end - base.end), min(int(base.start - starts[0]), LOOKED) + 1):
        hit = _covering(spends, starts, base.start - back, base.end - back)
        if hit is not None and hit not in fee.hits:
            days += 1
            reached += spends[hit].amount >= fee.amount
    share = (reached + 0.5) / (days + 1)
    return max(fee.surprise, (len(fee.hits) - 1) * math.log(share) - 0.5 * len(fee.hits))


def _covering(spends: Sequence[Spend], starts: list[float], low: float, high: float) -> int | None:
    """The largest of the spends that share time with this stretch; None where none saw it whole."""
    first = max(0, bisect_right(starts, low - SLACK) - 1)
    last = bisect_left(starts, high + SLACK)
    chosen = [index for index in range(first, last) if spends[index].end > low - SLACK]
    if not chosen:
        return None
    best = max(chosen, key=lambda index: spends[index].amount)
    if spends[best].amount <= 0 and sum(spends[i].end - spends[i].start for i in chosen) < high - low:
        return None  # partly unseen: it may have left there
    return best
