"""Lives of prepaid SIMs with a known end, hour by hour: what a forecast is measured on.

A life is spent by rules drawn at random: how much, when, with which fees, in which currency, and how its owner pays.
Somebody reads its balance, with gaps, doubles, stale and wrong answers. From the moment of the forecast on nobody pays
any more, and the life goes on until the next cost cannot be paid: that is the truth. Nothing here is taken from the
forecaster, and nothing there from here.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

KINDS = ("pay per use", "daily fee", "monthly fee", "mixed", "changed habit", "rare use", "weekly rhythm")
WEEKS = (
    (1, 1, 1, 1, 1, 4, 4),
    (1, 1, 1, 1, 1, 0, 0),
    (5, 5, 5, 5, 5, 1, 1),
    (1, 1, 1, 1, 6, 6, 1),
    (0, 0, 0, 0, 1, 2, 2),
    (0, 5, 0, 0, 5, 0, 1),
)
LONGEST = 3 * 365 * 24  # hours behind the forecast, after which a life counts as endless


@dataclass(frozen=True, slots=True)
class Case:
    """`left`: days from the last reading to the end."""

    kind: str
    readings: list[tuple[datetime, Decimal]]
    now: datetime
    left: float


@dataclass(slots=True)
class Life:
    """The rules of one. `use` gives what an hour costs beside fees."""

    kind: str
    unit: float  # the smallest amount of money
    use: Callable[[random.Random, datetime, int], float] = lambda _random, _at, _hour: 0.0
    fees: list[Fee] = field(default_factory=list)
    daily: float = 1.0  # about what a day costs
    pays_at: float = 2.0  # days left at which the owner pays
    pays_for: float = 20.0  # days that a payment is for
    waits: bool = True  # a fee that cannot be paid waits for money; else the balance goes below zero


@dataclass(slots=True)
class Fee:
    amount: float
    due: Callable[[datetime], bool]
    partial: bool = False
    waiting: bool = False


def cases(kind: str, number: int, seed: int = 1) -> list[Case]:
    """So many cases of a kind, the same ones for a seed."""
    found = list[Case]()
    chance = random.Random(f"{kind} {seed}")
    while len(found) < number:
        case = _case(kind, chance)
        if case is not None:
            found.append(case)
    return found


# --- the rules


def _life(kind: str, chance: random.Random, hours: int) -> Life:
    scale = math.exp(chance.uniform(math.log(0.3), math.log(100_000)))
    unit = chance.choice([u for u in (0.01, 0.01, 0.1, 1.0, 10.0, 100.0) if u <= scale / 20] or [0.01])
    life = Life(kind, unit)
    life.pays_at = chance.choice([0.3, 1, 2, 3, 7])
    life.pays_for = math.exp(chance.uniform(math.log(5), math.log(120)))
    life.waits = chance.random() < 0.6
    everyday = _everyday(chance, scale)
    if kind == "pay per use":
        life.use, life.daily = everyday, scale
    elif kind == "daily fee":
        life.fees = [Fee(_round(scale, unit), _daily(chance), partial=chance.random() < 0.1)]
        life.daily = scale
        if chance.random() < 0.3:
            life.use = _rare(chance, scale, chance.uniform(4, 20))
    elif kind == "monthly fee":
        fee = scale * chance.uniform(10, 60)
        life.fees = [Fee(_round(fee, unit), _monthly(chance), partial=chance.random() < 0.1)]
        life.daily = fee / 30
        life.pays_for = chance.uniform(35, 240)
        if chance.random() < 0.5:
            small = chance.uniform(0.05, 0.5) * fee / 30
            life.use = _everyday(chance, small)
            life.daily += small
    elif kind == "mixed":
        life.use, life.daily = everyday, scale
        if chance.random() < 0.5:
            fee = scale * chance.uniform(0.3, 3)
            life.fees.append(Fee(_round(fee, unit), _daily(chance)))
            life.daily += fee
        if not life.fees or chance.random() < 0.4:
            fee = scale * chance.uniform(5, 60)
            life.fees.append(Fee(_round(fee, unit), _monthly(chance)))
            life.daily += fee / 30
            life.pays_for = chance.uniform(15, 120)
    elif kind == "changed habit":
        factor = math.exp(chance.uniform(math.log(2), math.log(6)))
        if chance.random() < 0.5:
            factor = 1 / factor
        at = hours - 24 * chance.uniform(6, 45)
        after = _everyday(chance, scale * factor) if chance.random() < 0.3 else None

        def changed(random_: random.Random, when: datetime, hour: int) -> float:
            if hour < at:
                return everyday(random_, when, hour)
            return after(random_, when, hour) if after else factor * everyday(random_, when, hour)

        life.use, life.daily = changed, scale * factor
    elif kind == "rare use":
        gap = chance.uniform(3, 15)
        life.use, life.daily = _rare(chance, scale * gap, gap), scale
        life.pays_for = chance.uniform(30, 200)
    elif kind == "weekly rhythm":
        weights = chance.choice(WEEKS)
        mean = sum(weights) / 7

        def weekly(random_: random.Random, when: datetime, hour: int) -> float:
            return weights[when.weekday()] / mean * everyday(random_, when, hour)

        life.use, life.daily = weekly, scale
    return life


def _everyday(chance: random.Random, scale: float) -> Callable[[random.Random, datetime, int], float]:
    """Costs spread over the waking hours, days without any among them, and single large sums."""
    hours = chance.uniform(1, 10)  # with a cost, of a day
    tail = chance.choice([0.0, 0.3, 0.6, 1.0])
    idle = chance.choice([0.0, 0.0, 0.1, 0.3, 0.5])
    wakes = chance.randint(5, 10)
    wild = chance.choice([0.2, 0.4, 0.8])  # of the day as a whole
    base = scale / hours / math.exp(tail * tail / 2) / (1 - idle) / math.exp(wild * wild / 2)
    days: dict[int, float] = {}

    def use(random_: random.Random, when: datetime, _hour: int) -> float:
        day = when.toordinal()
        if day not in days:
            days.clear()
            days[day] = 0.0 if random_.random() < idle else math.exp(random_.gauss(0, wild))
        if not wakes <= when.hour < wakes + 14 or random_.random() > hours / 14:
            return 0.0
        return days[day] * base * math.exp(random_.gauss(0, tail) if tail else 0.0)

    return use


def _rare(chance: random.Random, amount: float, gap: float) -> Callable[[random.Random, datetime, int], float]:
    shape = chance.choice([0.1, 0.4, 0.8])

    def use(random_: random.Random, _when: datetime, _hour: int) -> float:
        if random_.random() > 1 / (24 * gap):
            return 0.0
        return amount * math.exp(random_.gauss(0, shape) - shape * shape / 2)

    return use


def _daily(chance: random.Random) -> Callable[[datetime], bool]:
    hour = chance.randint(0, 23)
    last = chance.choice([6, 6, 6, 4])  # the last day of the week that costs
    return lambda when: when.hour == hour and when.weekday() <= last


def _monthly(chance: random.Random) -> Callable[[datetime], bool]:
    hour = chance.randint(0, 23)
    if chance.random() < 0.5:
        day = chance.randint(1, 28)
        return lambda when: when.hour == hour and when.day == day
    period, phase = chance.choice([28, 30, 30, 31]), chance.randint(0, 30)
    return lambda when: when.hour == hour and when.toordinal() % period == phase % period


def _round(amount: float, unit: float) -> float:
    """A price that somebody wrote down: two digits."""
    power = 10.0 ** math.floor(math.log10(max(amount, unit)) - 1)
    return max(unit, round(amount / power) * power)


# --- the life


def _case(kind: str, chance: random.Random) -> Case | None:
    days = chance.choice([14, 21, 30, 45, 60, 90, 120, 180, 270, 365])
    if kind in ("monthly fee", "mixed") and days < 60:
        days = chance.choice([60, 75, 90])
    if kind == "changed habit":
        days = max(days, 60)
    if kind == "rare use":
        days = max(days, 45)
    hours = days * 24 + chance.randint(0, 23)
    life = _life(kind, chance, hours)
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 365), hours=chance.randint(0, 23))
    balance = _paid(life, chance) * chance.uniform(0.2, 1.2)
    past = list[float]()  # the balance at the end of each hour
    wants_to_pay: int | None = None
    for hour in range(hours):
        balance, _ = _hour(life, chance, balance, start, hour)
        if wants_to_pay is None and balance <= life.pays_at * life.daily:
            wants_to_pay = hour + chance.randint(0, 30)
        if wants_to_pay is not None and hour >= wants_to_pay:
            balance += _paid(life, chance)
            wants_to_pay = None
        past.append(balance)
    readings = _read(life, chance, past, start)
    if len(readings) < 8 or readings[-1][1] <= 0 or any(fee.waiting for fee in life.fees):
        return None  # the end has come already
    now_hour = hours
    left = _rest(life, chance, balance, start, now_hour)
    if left is None:
        return None
    now = start + timedelta(hours=now_hour + chance.uniform(0.0, 1.0))
    end = start + timedelta(hours=left)
    return Case(kind, readings, max(now, readings[-1][0]), (end - readings[-1][0]) / timedelta(days=1))


def _rest(life: Life, chance: random.Random, balance: float, start: datetime, hour: int) -> float | None:
    """The hour in which the next cost cannot be paid, counted from the start; None: there is no end in sight."""
    first = hour
    while hour < first + LONGEST:
        balance, ended = _hour(life, chance, balance, start, hour)
        if ended or balance <= 0:
            return hour + chance.uniform(0.05, 0.95)
        hour += 1
    return None


def _hour(life: Life, chance: random.Random, balance: float, start: datetime, hour: int) -> tuple[float, bool]:
    """The balance after one hour, and whether a cost could not be paid."""
    when = start + timedelta(hours=hour)
    short = False
    for fee in life.fees:
        if not (fee.waiting or fee.due(when)):
            continue
        fee.waiting = False
        if balance >= fee.amount or not life.waits:
            balance -= fee.amount
        elif fee.partial:
            balance, short = 0.0, True
        else:
            fee.waiting, short = True, True
    cost = round(life.use(chance, when, hour) / life.unit) * life.unit
    if cost > 0:
        short = short or cost >= balance
        balance = max(min(balance, 0.0), balance - cost)
    return balance, short or balance <= 0


def _paid(life: Life, chance: random.Random) -> float:
    return _round(life.pays_for * life.daily * chance.choice([0.5, 1, 1, 1, 2]), life.unit)


def _read(life: Life, chance: random.Random, past: list[float], start: datetime) -> list[tuple[datetime, Decimal]]:
    """What somebody sees of it."""
    every = chance.choice([6, 6, 6, 6, 3, 12, 1])
    phase, jitter = chance.uniform(0, every), chance.choice([0.02, 0.1, 0.5])
    lost = chance.choice([0.0, 0.0, 0.05, 0.2])
    doubled, stale, wrong = (
        chance.choice([0, 0, 0.03]),
        chance.choice([0, 0, 0, 0.01]),
        chance.choice([0] * 9 + [0.002]),
    )
    outages = [
        (at := chance.uniform(0, len(past)), at + chance.uniform(12, 120)) for _ in range(chance.choice([0, 0, 1, 3]))
    ]
    decimals = 2 if life.unit < 1 else 0
    seen = list[tuple[datetime, Decimal]]()
    at = phase
    while at < len(past):
        moment = min(max(at + chance.uniform(0, jitter), 0.0), len(past) - 0.01)
        at += every
        if chance.random() < lost or any(a <= moment <= b for a, b in outages):
            continue
        value = past[max(0, int(moment) - 1)]  # of the last full hour
        if chance.random() < stale and seen:
            value = float(seen[-1][1])
        if chance.random() < wrong:
            value *= chance.choice([10, 0.1])
        row = (start + timedelta(hours=moment), Decimal(f"{value:.{decimals}f}"))
        seen.append(row)
        while chance.random() < doubled:
            seen.append((row[0] + timedelta(minutes=chance.choice([0, 1, 10])), row[1]))
    return sorted(seen, key=lambda row: row[0])
