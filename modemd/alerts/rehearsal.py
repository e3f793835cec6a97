"""A balance of a pretended SIM that falls and recovers, judged by the rules that judge real ones. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from modemd.alerts import rules
from modemd.frozen import dataclass
from modemd.records import Measurement, Reading, Sim

STEP = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What happens next: an event, and whether it is one that is said again."""

    event: rules.RaisedEvent
    again: bool = False


def acts(policy: rules.Policy, *, modem: str, currency: str | None, now: datetime) -> Iterator[Act]:
    """low, critical, the critical said again, recovered: as far as these limits have them. The last one is of `now`."""
    state: rules.State = {}
    fall = _fall(policy)
    for number, balance in enumerate(fall):
        at = now - (len(fall) - 1 - number) * STEP
        row = _row(modem, balance, currency, at)
        state, events = rules.evaluate(state, row, policy, now=at)
        for event in events:
            if event.event in ("low", "critical", "recovered"):
                yield Act(event=event)
            if event.event == "critical":
                yield Act(event=rules.said_again(state, "critical", policy, now=at + STEP / 2, number=1), again=True)


def _fall(policy: rules.Policy) -> list[Decimal]:
    """Balances well above `low`, between the limits, at `critical`, and well above again."""
    step = max(abs(policy.low), Decimal(1))
    between = (policy.low + policy.critical) / 2 if policy.critical < policy.low else policy.low
    return [_cents(one) for one in (policy.low + step, between, policy.critical, policy.low + 2 * step)]


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"))


def _row(modem: str, balance: Decimal, currency: str | None, at: datetime) -> Measurement:
    return Measurement(
        modem=modem,
        sim=Sim(),
        sim_key=f"rehearsal:{modem}",
        operator=None,
        country=None,
        reading=Reading(kind="balance", balance=balance, currency=currency),
        taken_at=at,
        channel="ussd",
        origin="query",
    )
