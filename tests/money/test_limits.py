"""Limits that are proposed to who has none in mind."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modemd.money.currencies import known_currencies
from modemd.money.limits import proposed
from modemd.money.wordlists import keyed


@pytest.mark.parametrize(
    ("balance", "currency", "wanted"),
    [
        ("312.40", "RUB", ("100", "20")),  # a small top-up
        ("200", "RUB", ("100", "20")),
        ("150", "RUB", ("50", "10")),  # little money: half of it, or the alert would be there at once
        ("7.20", "EUR", ("2", "0.40")),
        ("30", "RUB", ("20", "4")),  # and never less than the second alert would be
        ("0", "RUB", ("100", "20")),
        ("-12.50", "EUR", ("5", "1")),
        (None, "EUR", ("5", "1")),
        ("35000", "KHR", ("5000", "1000")),  # no price level: a quarter, rounded down
        ("0.01", None, ("0.01", "0")),
        ("0", None, None),
        (None, "KHR", None),
        (None, None, None),
    ],
)
def test_what_is_proposed(balance: str | None, currency: str | None, wanted: tuple[str, str] | None) -> None:
    found = proposed(None if balance is None else Decimal(balance), currency)
    assert (None if found is None else tuple(map(str, found))) == wanted


def test_the_table() -> None:
    """Each currency once, in order, with an amount that people pay."""
    rows = keyed("small_topup")
    listed = [currency for currency, _ in rows]
    assert listed == sorted(set(listed))
    assert set(listed) <= known_currencies()
    assert all(len(values) == 1 and Decimal(values[0]) >= 1 for _, values in rows)
