"""What every question about a SIM's money begins with: its ledger, the fees in it, and the days that are left of it
without them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from modemd.money.fees import Daily, Fee, daily_fee, long_fees, without
from modemd.money.habit import Day, days_of_life
from modemd.money.ledger import Ledger, ledger_of

Readings = Sequence[tuple[datetime, Decimal]]


class Study(NamedTuple):
    """`fees` are those of a week and longer, of each the periods that fit it; `days` are without them, newest first."""

    ledger: Ledger
    daily: Daily | None
    fees: list[list[Fee]]
    days: list[Day]


def study_of(readings: Readings, now: datetime) -> Study | None:
    """None without a reading up to `now`. Times are aware."""
    ledger = ledger_of(readings, now)
    if ledger is None:
        return None
    daily = daily_fee(ledger)
    fees = long_fees(ledger, daily)
    spends = ledger.spends
    for alternatives in fees:
        spends = without(spends, alternatives[0])
    return Study(ledger, daily, fees, days_of_life(ledger, spends))
