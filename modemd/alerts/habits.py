"""What a SIM's balances say of its habits at one reading, as the rules need it. Pure: the one place where rules and
forecast meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from modemd.alerts.state import Spending

DAY = timedelta(days=1)

Balances = Sequence[tuple[datetime, Decimal]]


def habit_of(balances: Balances, at: datetime) -> Spending:
    """`balances` in the order of arrival, the last one read `at`."""
    from modemd.money.forecast import forecast  # late: what has no history needs none of it
    from modemd.money.study import study_of
    from modemd.money.unusual import subscription, unusual_spend

    study = study_of(balances, at)
    outlook, fee = forecast(balances, at, study=study), subscription(balances, at, study=study)
    return Spending(
        outlook=outlook,
        days_left=None if outlook is None else outlook.days,
        spent=spent_within(balances, at),
        unusual=unusual_spend(balances, at, study=study),
        fee=None if fee is None else fee.amount,
    )


def spent_within(balances: Balances, end: datetime, span: timedelta = DAY) -> Decimal | None:
    """What left in this time up to `end`, top-ups left out; a fall is spread over the time between its two readings.
    None where there are not two readings."""
    known = sorted((row for row in balances if row[0] <= end), key=lambda row: row[0])
    if len(known) < 2:
        return None
    total = Decimal(0)
    for (start, before), (stop, after) in pairwise(known):
        if after >= before or stop <= end - span:
            continue
        shared, length = stop - max(start, end - span), stop - start
        share = Decimal(1) if length <= timedelta(0) else Decimal(shared / length)
        total += (before - after) * share
    return total.quantize(Decimal("0.01"))
