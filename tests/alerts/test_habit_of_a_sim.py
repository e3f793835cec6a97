"""What the rules are told of a history: how long the money lasts, a day out of the ordinary, a sum that leaves."""

from __future__ import annotations

import random
from decimal import Decimal

from modemd.alerts.habits import habit_of
from tests.money.test_forecast import life


def test_what_a_history_says() -> None:
    """About ten a day for 40 days, then 80 more at once; another SIM loses five each night."""
    chance = random.Random(1)
    readings = life(40, lambda _at: chance.uniform(0, 5), balance=900)
    at, balance = readings[-1]
    usual = habit_of(readings, at)
    assert usual.days_left is not None
    assert usual.days_left.low < float(balance) / 10 < usual.days_left.high
    assert (usual.unusual, usual.fee) == (None, None)
    readings[-1] = (at, balance - 80)
    unusual = habit_of(readings, at).unusual
    assert unusual is not None
    assert unusual[0] > 80 > unusual[1]
    fee = life(30, lambda at: 5.0 if at.hour == 6 else 0.0)
    assert habit_of(fee, fee[-1][0]).fee == Decimal("5.00")
