"""The forecast on generated lives whose end is known: how often it lies in the range, how wide that is, how far the
likely day is off next to balance / mean spend; what a year costs in time; how often an ordinary life cries wolf."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import ModuleType

from bench import lives, sessions
from bench.lives import Case
from bench.table import Row, median, seconds
from modemd.money.forecast import forecast
from modemd.money.unusual import unusual_spend

SEED = 77  # not one of those that the forecaster was made with
CASES = 100  # of each kind
INSIDE, WIDTH, ERROR, YEAR_S = 0.80, 1.0, 0.5, 0.050
STEADY = ("pay per use", "mixed", "weekly rhythm")


def rows(runs: int) -> list[Row]:
    found = [*_scores("lives", lives, goals=True), *_scores("held back", sessions, goals=False)]
    return [*found, _year(runs), _alerts()]


def _scores(name: str, style: ModuleType, *, goals: bool) -> list[Row]:
    errors, baseline, widths, found = list[float](), list[float](), list[float](), list[Row]()
    for kind in style.KINDS:
        cases: list[Case] = style.cases(kind, CASES, SEED)
        inside, off, other, wide = 0, list[float](), list[float](), list[float]()
        for case in cases:
            said = forecast(case.readings, case.now)
            if said is None:
                continue
            inside += said.low <= case.left <= said.high
            off.append(abs(said.likely - case.left))
            other.append(abs(by_mean_spend(case.readings) - case.left))
            wide.append((said.high - said.low) / case.left)
        share = inside / len(cases)
        found.append(
            Row(
                f"{name}: {kind}",
                f"{share:.0%} inside, {median(off):.2f} d off",
                f"{median(other):.2f} d off",
                f"{median(off) / median(other):.2f} x",
                f">= {INSIDE:.0%} inside" if goals else "",
                share >= INSIDE if goals else None,
                f"range / time left: {_spread(wide)}; none said in {len(cases) - len(off)} of {len(cases)}",
            )
        )
        errors, baseline, widths = errors + off, baseline + other, widths + wide
    ratio, width = median(errors) / median(baseline), median(widths)
    found.append(
        Row(
            f"{name}: all",
            f"range {width:.2f} x the time left, {median(errors):.2f} d off",
            f"{median(baseline):.2f} d off",
            f"{ratio:.2f} x",
            f"< {WIDTH:.0f} x, <= {ERROR} x" if goals else "",
            width < WIDTH and ratio <= ERROR if goals else None,
            f"range / time left: {_spread(widths)}; compared with balance / mean spend of the whole history, top-ups "
            "taken out" + ("" if goals else "; another generator, on which nothing was tuned"),
        )
    )
    return found


def by_mean_spend(readings: Sequence[tuple[datetime, Decimal]]) -> float:
    """Days left as a child would reckon it: balance / mean spend of the whole history, rises left out."""
    gone = sum(max(0.0, float(a[1] - b[1])) for a, b in pairwise(readings))
    span = (readings[-1][0] - readings[0][0]) / timedelta(days=1)
    return float(readings[-1][1]) * span / gone if gone > 0 else 3650.0


def _spread(values: Sequence[float]) -> str:
    order = sorted(values)
    at = [order[int(share * (len(order) - 1))] for share in (0.1, 0.5, 0.9)]
    return "tenth {:.2f}, median {:.2f}, nine tenths {:.2f}".format(*at)


def _year(runs: int) -> Row:
    """1,460 readings each, of lives with and without fees."""
    took = list[float]()
    for fee in (0.0, 9.0):
        readings = a_year(fee)
        for _ in range(max(5, runs)):
            began = time.process_time()
            forecast(readings, readings[-1][0])
            took.append(time.process_time() - began)
    return Row(
        "forecast of a year", f"{seconds(median(took))} (to {seconds(max(took))})", "", "", f"<= {seconds(YEAR_S)}",
        median(took) <= YEAR_S, "1,460 readings, six hours apart; CPU time, no numpy",
    )  # fmt: skip


def a_year(fee: float) -> list[tuple[datetime, Decimal]]:
    """Six-hourly readings of use by day, top-ups, a daily fee and one of each month."""
    chance = random.Random(3)
    start, balance = datetime(2025, 3, 1, tzinfo=UTC), 900.0
    found = list[tuple[datetime, Decimal]]()
    for slot in range(1460):
        at = start + timedelta(hours=6 * slot)
        balance -= round(chance.expovariate(1 / 4), 2) if at.hour else fee
        balance -= 250 if fee and at.day == 7 and at.hour == 0 else 0
        balance += 800 if balance < 100 else 0
        found.append((at, Decimal(f"{balance:.2f}")))
    return found


def _alerts() -> Row:
    """`spend` for lives that go on as ever, looked at once a day; an alert of two days running counts once."""
    alerts, years = 0, 0.0
    for kind in STEADY:
        for case in [one for one in lives.cases(kind, 24, SEED) if len(one.readings) > 400][:5]:
            last = case.readings[0][0] - timedelta(days=9)
            first = case.readings[0][0]
            index = 0
            for index, (at, _) in enumerate(case.readings, start=1):
                if at - first < timedelta(days=1):
                    continue
                first = at
                if unusual_spend(case.readings[:index], at) is not None:
                    alerts += at - last > timedelta(days=2)
                    last = at
            years += (case.readings[index - 1][0] - case.readings[0][0]) / timedelta(days=365)
    rate = alerts / years
    return Row("false `spend` alerts", f"{rate:.2f} a year", "", "", "< 1 a year", rate < 1,
               f"{years:.1f} years of {', '.join(STEADY)}, looked at daily")  # fmt: skip
