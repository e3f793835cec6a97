"""Lives of prepaid SIMs in another style: a queue of events, for a second look at a forecast.

bench/lives.py is what the forecaster was made with; these are held back. Data sessions, calls and messages come as
Poisson processes with prices of a tariff; fees are anchored on the day of activation or on the first use of a day;
people go on holiday and change slowly.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bench.lives import Case

KINDS = ("sessions", "calls", "subscription", "fee on days of use", "package and sessions", "new phone", "sensor",
         "office", "slow drift", "holiday")  # fmt: skip
LONGEST = 1100.0  # days

Event = tuple[float, int, str]
Cost = Callable[[float], float]


def cases(kind: str, number: int, seed: int = 1) -> list[Case]:
    found = list[Case]()
    chance = random.Random(f"sessions {kind} {seed}")
    while len(found) < number:
        case = _Sim(kind, chance).case()
        if case is not None:
            found.append(case)
    return found


class _Sim:
    """One SIM: times in days since its history began."""

    def __init__(self, kind: str, chance: random.Random) -> None:
        self.kind, self.chance = kind, chance
        self.days = float(chance.choice([20, 28, 40, 62, 95, 130, 200, 365]))
        if kind in ("subscription", "package and sessions", "slow drift"):
            self.days = max(self.days, 65.0)
        if kind == "new phone":
            self.days = max(self.days, 40.0)
        self.start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.uniform(0, 300))
        self.worth = 10 ** chance.uniform(-0.5, 4.5)  # what a usual day costs
        self.cent = 1.0 if self.worth > 500 else 0.01
        self.change_at = self.days - chance.uniform(7, 30)
        self.change = chance.choice([0.25, 0.4, 2.5, 4.0])
        self.queue: list[Event] = []
        self.number = 0
        self.used_on = -1
        self.per_day = chance.choice([1.0, 2.0, 4.0, 8.0])
        self.spread = chance.choice([0.3, 0.7, 1.1])
        self.trip = sorted(chance.uniform(0, self.days) for _ in range(2))
        self.trip[1] = min(self.trip[1], self.trip[0] + 14)
        self.fee = 0.0
        self.period = 1.0
        self._begin()

    def _begin(self) -> None:
        chance = self.chance
        if self.kind == "sensor":
            self.per_day = chance.choice([0.1, 0.2, 0.35])
        if self.kind != "subscription":
            self._next_use(0.0)
        if self.kind == "subscription":
            self.fee, self.period = self._price(self.worth * 30), chance.choice([28.0, 30.0, 30.0, 7.0])
            self._push(chance.uniform(0, self.period), "fee")
        elif self.kind == "package and sessions":
            self.fee, self.period = (
                self._price(self.worth * chance.uniform(8, 40)),
                chance.choice([30.0, 30.0, 28.0, 14.0]),
            )
            self._push(chance.uniform(0, self.period), "fee")
        elif self.kind == "fee on days of use":
            self.fee = self._price(self.worth * chance.uniform(0.5, 2))

    def case(self) -> Case | None:
        chance = self.chance
        share = self._per_day()
        payment = self._price(share * chance.uniform(10, 80))
        if self.kind in ("subscription", "package and sessions"):
            payment = self._price(share * chance.uniform(30, 150))
        balance = payment * chance.uniform(0.3, 1.0)
        steps = [(0.0, balance)]
        for at, cost in self._costs():
            if at >= self.days:
                break
            balance = max(0.0, balance - cost)
            if (balance < share * 1.5 and chance.random() < 0.5) or balance <= 0:
                steps.append((at, balance))
                balance += payment
                at += chance.uniform(0.01, 0.2)
            steps.append((at, balance))
        if balance <= 0:
            return None
        readings = self._readings(steps)
        if len(readings) < 8:
            return None
        left, gone = float(readings[-1][1]), balance
        del left
        for at, cost in self._costs():
            gone -= cost
            if gone <= 0:
                now = max(readings[-1][0], self.start + timedelta(days=self.days))
                end = self.start + timedelta(days=at)
                return Case(self.kind, readings, now, (end - readings[-1][0]) / timedelta(days=1))
        return None

    def _costs(self) -> Iterator[tuple[float, float]]:
        """What is next, without an end but LONGEST: (time, cost). An event that was taken is gone."""
        while self.queue and self.queue[0][0] < self.days + LONGEST:
            if self.queue[0][0] >= self.days and not getattr(self, "late", False):
                self.late = True  # the one that the history stops at is looked at again
                yield self.queue[0][0], 0.0
                continue
            at, _, what = heapq.heappop(self.queue)
            if what == "fee":
                self._push(at + self.period, "fee")
                yield at, self.fee
                continue
            self._next_use(at)
            cost = self._use(at)
            if self.kind == "fee on days of use" and self.used_on != int(at):
                self.used_on = int(at)
                cost += self.fee
            yield at, cost

    def _next_use(self, at: float) -> None:
        rate = self.per_day
        if self.kind == "new phone" and at > self.change_at:
            rate *= self.change
        wait = self.chance.expovariate(rate)
        at += wait
        if self.kind == "holiday" and self.trip[0] < at < self.trip[1]:
            at = self.trip[1] + self.chance.expovariate(rate)
        hour = (self.start + timedelta(days=at)).hour
        if hour < 6 and self.kind != "sensor":
            at += self.chance.uniform(0.2, 0.4)
        moment = self.start + timedelta(days=at)
        if self.kind == "office" and moment.weekday() >= 5 and self.chance.random() < 0.9:
            at += 7 - moment.weekday() + self.chance.uniform(-0.2, 0.3)
        self._push(at, "use")

    def _use(self, at: float) -> float:
        mean = self.worth / self.per_day
        if self.kind == "calls":
            minutes = math.ceil(self.chance.expovariate(1 / 3))
            return max(self.cent, round(mean / 4 / self.cent) * self.cent) * minutes
        if self.kind == "sensor":
            return max(self.cent, round(self.worth / 0.2 / self.cent) * self.cent)
        if self.kind == "slow drift":
            mean *= math.exp(0.6 * math.sin(at / 55))
        size = self.chance.lognormvariate(-(self.spread**2) / 2, self.spread)
        return round(mean * size / self.cent) * self.cent

    def _per_day(self) -> float:
        use = 0.0 if self.kind == "subscription" else self.worth
        if self.kind == "sensor":
            use = self.worth / 0.2 * self.per_day
        return use + self.fee / self.period * (0.8 if self.kind == "fee on days of use" else 1)

    def _price(self, amount: float) -> float:
        power = 10.0 ** math.floor(math.log10(amount))
        return max(self.cent, round(amount / power * 2) / 2 * power)

    def _push(self, at: float, what: str) -> None:
        self.number += 1
        heapq.heappush(self.queue, (at, self.number, what))

    def _readings(self, steps: list[tuple[float, float]]) -> list[tuple[datetime, Decimal]]:
        chance = self.chance
        seen = list[tuple[datetime, Decimal]]()
        at, index = chance.uniform(0, 0.25), 0
        shown = "{:.0f}" if self.cent == 1.0 else "{:.2f}"
        silent = chance.uniform(0, self.days)
        while at < self.days:
            while index + 1 < len(steps) and steps[index + 1][0] <= at:
                index += 1
            if chance.random() > 0.07 and not silent < at < silent + chance.choice([0, 2]):
                seen.append((self.start + timedelta(days=at), Decimal(shown.format(steps[index][1]))))
                if chance.random() < 0.02:
                    seen.append(seen[-1])
            at += 0.25 + chance.uniform(-0.01, 0.01)
        return seen
