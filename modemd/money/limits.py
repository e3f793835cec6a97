"""Limits for alerts that somebody may take who has none in mind. Pure; nothing but proposals comes of it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from modemd.money.wordlists import keyed

CRITICAL_SHARE = 5  # of the first alert is left at the second


def proposed(balance: Decimal | None, currency: str | None) -> tuple[Decimal, Decimal] | None:
    """(low, critical) for a SIM with this balance; None where neither currency nor balance say anything.

    `low` is a small top-up of this currency: who is told then has a week or two. A SIM that holds less than twice as
    much lives on little, and half of its balance is proposed, so that the first alert is not raised at once; but never
    so little that it is there already when it is told. Without a price level a quarter of the balance."""
    level = _small_topups().get(currency or "")
    if level is None:
        if balance is None or balance <= 0:
            return None
        low = _round_down(balance / 4)
    elif balance is None or balance <= 0 or balance >= 2 * level:
        low = level
    else:
        low = max(_round_down(balance / 2), level / CRITICAL_SHARE)
    return _plain(low), _plain(low / CRITICAL_SHARE)


@cache
def _small_topups() -> dict[str, Decimal]:
    return {currency: Decimal(values[0]) for currency, values in keyed("small_topup")}


def _round_down(amount: Decimal) -> Decimal:
    """To 1, 2 or 5 and noughts, not below a hundredth."""
    unit = Decimal(10) ** amount.adjusted()
    share = amount / unit
    return max(unit * max(step for step in (1, 2, 5) if step <= share), Decimal("0.01"))


def _plain(amount: Decimal) -> Decimal:
    """Without exponent and needless noughts, in hundredths."""
    cents = amount.quantize(Decimal("0.01"))
    return cents.quantize(Decimal(1)) if cents == cents.to_integral_value() else cents
