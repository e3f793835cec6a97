"""How a balance may go on: days drawn from the SIM's own, fees on their dates, until nothing is left. Pure; the same
history gives the same answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from modemd.money.fees import Fee, due_after
from modemd.money.habit import Day, Regime, week_of

PATHS = 160
WEEKS = 52
"""Made-up weeks that the paths of a habit are put together from."""
SPELL = 8
"""Weeks that a path goes at once while the end is far."""
DRIFT = 0.10  # by which a habit that varies goes up or down by itself
UNSURE = 1.15  # times the standard error of a mean day: few days do not show how uneven they can be
MORE = 0.7
"""Times its square: where costs are few, the next one comes sooner than the few say (the gap that goes on counts)."""
HORIZON = 3650.0


class Chance:
    """Numbers in [0, 1) that look drawn (a linear congruential generator): a forecast is the same each time."""

    def __init__(self) -> None:
        self._state = 12345

    def __call__(self) -> float:
        self._state = (self._state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self._state / 4294967296.0

    def below(self, number: int) -> int:
        return int(self() * number)


def ends(
    balance: float, end: float, regimes: Sequence[Regime], fees: Sequence[Sequence[Fee]], every: Sequence[Day]
) -> list[float]:
    """When the balance reaches zero, in days behind `end`, on each path, sorted; HORIZON where it does not."""
    chance = Chance()
    shares = [regime.weight for regime in regimes]
    found = list[float]()
    order = _dealt(range(PATHS), PATHS, chance)
    weeks = [_weeks(regime, every, chance) for regime in regimes]
    spells = [_spells([total for total, *_ in some], chance) for some in weeks]
    dates: dict[tuple[int, int], list[float]] = {}
    rate = sum(regime.mean * regime.weight for regime in regimes)
    rate += sum(alternatives[0].amount / (alternatives[0].period or 30.4) for alternatives in fees)
    reach = min(HORIZON, 4 * balance / rate + 62 if rate > 0 else HORIZON)
    for number in range(PATHS):
        which = _pick(shares, (number + 0.5) / PATHS)
        regime = regimes[which]
        drift = DRIFT * min(1.0, regime.spread * math.sqrt(len(regime.days)))
        unsure = math.hypot(UNSURE * regime.spread, drift)
        factor = math.exp(MORE * regime.spread**2 + unsure * _normal((order[number] + 0.5) / PATHS))
        due = list[tuple[float, float]]()
        for place, alternatives in enumerate(fees):
            fee_no = _pick([fee.weight for fee in alternatives], chance())
            key = (place, fee_no)
            fee = alternatives[fee_no]
            if key not in dates:
                dates[key] = [at - end for at in due_after(fee, end, reach)]
            late = _between(fee.last - fee.first, chance)
            due += [(at + late, fee.amount) for at in dates[key]]
        if len(fees) > 1:
            due.sort()
        found.append(_end(balance, factor, (weeks[which], spells[which]), due, chance))
    found.sort()
    return found


def _pick(weights: Sequence[float], at: float) -> int:
    total = sum(weights) * at
    for index, weight in enumerate(weights):
        total -= weight
        if total < 0:
            return index
    return len(weights) - 1


Week = tuple[float, list[Day], list[float]]


def _weeks(regime: Regime, every: Sequence[Day], chance: Chance) -> list[Week]:
    """Weeks as of this habit: their sum, their days, and by what these are multiplied."""
    groups = week_of(regime.days)
    scale = 1.0
    if groups is None and len(every) > len(regime.days):
        groups = week_of(every)
        mean = sum(day.spent for day in every) / len(every)
        scale = regime.mean / mean if mean > 0 else 1.0
    pools = [regime.days] if groups is None else [groups[(-1 - ahead) % 7] for ahead in range(7)]
    decks = [_dealt(pool, WEEKS * 7 // len(pools), chance) for pool in pools]
    factors = [scale if groups is not None else 1.0] * 7
    made = list[Week]()
    for _ in range(WEEKS):
        days = [decks[ahead % len(decks)].pop() for ahead in range(7)]
        made.append((sum(day.spent * factor for day, factor in zip(days, factors, strict=True)), days, factors))
    return made


def _spells(totals: Sequence[float], chance: Chance) -> list[float]:
    deck = _dealt(totals, WEEKS * SPELL, chance)
    return [sum(deck[at : at + SPELL]) for at in range(0, len(deck), SPELL)]


def _dealt(pool: Sequence[Any], number: int, chance: Chance) -> list[Any]:
    """So many out of the pool, each as often as the others, shuffled."""
    deck = list[Any]()
    while len(deck) < number:
        part = list(pool)
        for index in range(len(part) - 1, 0, -1):
            other = chance.below(index + 1)
            part[index], part[other] = part[other], part[index]
        deck += part
    return deck[:number]


def _end(
    balance: float,
    factor: float,
    stock: tuple[Sequence[Week], Sequence[float]],
    due: Sequence[tuple[float, float]],
    chance: Chance,
) -> float:
    """The day at which the balance is gone: in large steps while it is far, the last week day by day."""
    weeks, spells = stock
    left, day_no, next_fee = balance, 0, 0
    number = len(due)

    def fees_until(day: float) -> tuple[int, float]:
        stop, fees = next_fee, 0.0
        while stop < number and due[stop][0] < day:
            fees += due[stop][1]
            stop += 1
        return stop, fees

    far = True
    while day_no < HORIZON:
        if far:
            stop, fees = fees_until(day_no + 7 * SPELL)
            gone = spells[chance.below(WEEKS)] * factor + fees
            if left > gone:
                left, next_fee, day_no = left - gone, stop, day_no + 7 * SPELL
                continue
            far = False
        total, days, factors = weeks[chance.below(WEEKS)]
        stop, fees = fees_until(day_no + 7)
        if left > total * factor + fees:
            left, next_fee, day_no = left - total * factor - fees, stop, day_no + 7
            continue
        for day, scale in zip(days, factors, strict=True):
            spent = day.spent * scale * factor
            stop, fees = fees_until(day_no + 1)
            if left <= spent + fees and spent + fees > 0:
                return day_no + _within(
                    left, day, scale * factor, [(at - day_no, sum_) for at, sum_ in due[next_fee:stop]], chance
                )
            left -= spent + fees
            next_fee = stop
            day_no += 1
    return HORIZON


def _within(left: float, day: Day, factor: float, due: list[tuple[float, float]], chance: Chance) -> float:
    """The moment of the day at which it is gone."""
    seen = sum(part for _, _, part in day.parts)
    factor *= day.spent / seen if seen > 0 else 1.0
    steps = [(start, end, part * factor) for start, end, part in day.parts]
    steps += [(at, at, amount) for at, amount in due]
    steps.sort(key=lambda step: step[1])
    end = 1.0
    for start, end, amount in steps:
        left -= amount
        if left <= 1e-9:
            return max(0.0, start + _between(end - start, chance))
    return min(1.0, max(0.0, end))


def _between(length: float, chance: Chance) -> float:
    """A place in a stretch of this length, or a quarter of it beside: its ends are as likely as its middle, and a range
    of four cases in five must not cut them off."""
    return length * (1.5 * chance() - 0.25)


def _normal(share: float) -> float:
    """The standard normal's quantile, to 0.0005 (Abramowitz and Stegun 26.2.23)."""
    tail = min(share, 1 - share)
    t = math.sqrt(-2 * math.log(tail))
    value = t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t**3)
    return -value if share < 0.5 else value
