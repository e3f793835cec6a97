"""What is spent from day to day beside the fees of a week and longer: since when, how unevenly, on which days. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from modemd.money.ledger import Ledger, Spend

SEEN = 0.6  # of a day, below which it says nothing
SPANS = (3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 30, 36, 43, 50, 60, 75, 90, 120, 150, 180, 240)
"""Days since which the habit may be another one."""
CHANGE_ODDS = 0.2
"""Of a change somewhere against none, before the days are looked at."""
LEAST_COSTS = 3  # days with one, to tell a habit by
FEW = 14  # days, of which even ones may be chance
WILD = 2.0  # times what nine of ten days with a cost stay below
SURE = 6.0  # log odds by which days without any cost are another habit and no chance
WEEK_CHANCE = 2.2  # F from which on the days of the week differ


class Day(NamedTuple):
    """24 h, counted back from the last reading: `back` 0 is the newest. `spent` is what left, made up for what was not
    seen of the day; `parts` (start, end, amount) within it, from 0 to 1."""

    back: int
    spent: float
    parts: list[tuple[float, float, float]]


class Regime(NamedTuple):
    """The last `length` days as one habit. `mean` and `spread` (its standard error over the mean) of a day."""

    length: int
    days: list[Day]
    mean: float
    spread: float
    weight: float


def days_of_life(ledger: Ledger, spends: Sequence[Spend]) -> list[Day]:
    """The days that were seen well enough, newest first."""
    end = ledger.end
    number = max(1, int(end - ledger.start + 0.1))
    spent, seen = [0.0] * number, [0.0] * number
    parts: list[list[tuple[float, float, float]]] = [[] for _ in range(number)]
    starved = _starved(spends)
    for index, (start, stop, amount, _, guessed) in enumerate(spends):
        if index in starved or stop <= start or (guessed and not amount):
            continue
        newest, oldest = int(end - stop), int(end - start - 1e-9)
        share = 1.0 / (stop - start)
        for back in range(newest, min(oldest, number - 1) + 1):
            low, high = max(start, end - back - 1), min(stop, end - back)
            length = high - low
            if length <= 0:
                continue
            seen[back] += length
            if amount > 0:
                part = amount * length * share
                spent[back] += part
                zero = end - back - 1
                parts[back].append((low - zero, high - zero, part))
    return [Day(back, spent[back] / min(1.0, seen[back]), parts[back]) for back in range(number) if seen[back] >= SEEN]


def _starved(spends: Sequence[Spend]) -> set[int]:
    """Stretches of a day and more in which nothing left because there was nothing left to pay with."""
    positive = sorted(one.amount for one in spends if one.amount > 0)
    if not positive:
        return set()
    poor = positive[len(positive) // 2]
    found, run = set[int](), list[int]()
    for index, one in enumerate(spends):
        if one.amount == 0 and one.before < poor:
            run.append(index)
            continue
        if run and spends[run[-1]].end - spends[run[0]].start >= 0.9:
            found.update(run)
        run.clear()
    return found


def regimes(days: Sequence[Day]) -> list[Regime]:
    """The habits that may hold today, with their weights: all days as one, or the days since a change. Their weight
    comes from how much better two means explain the days than one, for sums whose spread grows with them."""
    number = len(days)
    sums, squares, costs = [0.0], [0.0], [0]
    rhythm = week_of(days)
    over = _over_the_mean(rhythm, days)
    most = _most(days)
    for day in days:
        spent = min(day.spent, most) - over[day.back % 7]
        sums.append(sums[-1] + spent)
        squares.append(squares[-1] + spent * spent)
        costs.append(costs[-1] + (day.spent > 0))
    found = [(number, 0.0)]
    whole = sums[number] / number
    spans = [span for span in SPANS if span + 5 <= days[-1].back + 1]
    if rhythm is not None:
        spans = sorted({7 * round(span / 7) for span in spans} - {0})
    for span in spans:
        recent = next((i for i, day in enumerate(days) if day.back >= span), number)
        older = number - recent
        if recent < 3 or older < 5:
            continue
        gain = _gain(sums, squares, recent, whole)
        if costs[recent] >= LEAST_COSTS or gain > SURE:
            found.append((recent, gain + math.log(CHANGE_ODDS / len(spans))))
    best = max(score for _, score in found)
    weights = [math.exp(score - best) for _, score in found]
    total = sum(weights)
    result = []
    for (recent, _), weight in zip(found, weights, strict=True):
        if weight < 0.02 * total:
            continue
        mean, variance = _moments([day.spent - over[day.back % 7] for day in days[:recent]])
        spread = math.sqrt(variance / recent) / mean if mean > 0 else 0.0
        if recent < FEW:
            spread = math.hypot(spread, 0.5 / recent)
        length = int(days[recent - 1].back) + 1
        result.append(Regime(length, list(days[:recent]), mean, min(1.0, spread), weight / total))
    kept = sum(regime.weight for regime in result)
    return [regime._replace(weight=regime.weight / kept) for regime in result]


def _moments(spent: Sequence[float]) -> tuple[float, float]:
    mean = max(0.0, sum(spent) / len(spent))
    return mean, sum((one - mean) ** 2 for one in spent) / max(1, len(spent) - 1)


def _most(days: Sequence[Day]) -> float:
    """What a day may weigh where habits are told apart: one large purchase is none."""
    costs = sorted(day.spent for day in days if day.spent > 0)
    return WILD * costs[int(0.9 * len(costs))] if costs else 0.0


def _over_the_mean(groups: list[list[Day]] | None, days: Sequence[Day]) -> list[float]:
    """By how much a day of each place in the week is over the mean of all."""
    if groups is None:
        return [0.0] * 7
    mean = sum(day.spent for day in days) / len(days)
    return [sum(day.spent for day in group) / len(group) - mean for group in groups]


def _gain(sums: list[float], squares: list[float], recent: int, whole: float) -> float:
    """Half of the deviance between one mean and two."""
    number = len(sums) - 1
    older = number - recent
    new, old = sums[recent] / recent, (sums[number] - sums[recent]) / older
    within = squares[recent] - recent * new * new + (squares[number] - squares[recent]) - older * old * old
    if whole <= 0:
        return 0.0
    noise = max(within / max(1, number - 2), (0.05 * whole) ** 2)
    floor = 0.02 * whole
    new_, old_, whole_ = max(new, floor), max(old, floor), max(whole, floor)
    new_noise = max(0.0, squares[recent] / recent - new * new)
    old_noise = max(0.0, (squares[number] - squares[recent]) / older - old * old)
    relative = (recent * new_noise / new_**2 + older * old_noise / old_**2) / (number - 2)
    gamma = (number * math.log(whole_) - recent * math.log(new_) - older * math.log(old_)) / max(relative, 0.0025)
    apart = recent * (new - whole) ** 2 + older * (old - whole) ** 2
    normal = number / 2 * math.log1p(apart / (noise * number))
    least = min(gamma, normal)
    return least if new > old else (2 * least + gamma) / 3


def week_of(days: Sequence[Day]) -> list[list[Day]] | None:
    """The days by their place in the week (`back` modulo 7), where that makes a difference; else None."""
    if len(days) < 14:
        return None
    groups: list[list[Day]] = [[] for _ in range(7)]
    for day in days:
        groups[day.back % 7].append(day)
    if min(map(len, groups)) < 2:
        return None
    mean = sum(day.spent for day in days) / len(days)
    means = [sum(day.spent for day in group) / len(group) for group in groups]
    between = sum(len(group) * (one - mean) ** 2 for group, one in zip(groups, means, strict=True)) / 6
    within = sum((day.spent - one) ** 2 for group, one in zip(groups, means, strict=True) for day in group)
    within /= max(1, len(days) - 7)
    if between <= 0:
        return None
    return groups if within <= 0 or between / within >= WEEK_CHANCE + 20 / len(days) else None
