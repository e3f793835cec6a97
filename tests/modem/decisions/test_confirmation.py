"""A reading that would raise an alert over a wire that damages what it carries: said only after a second answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.backends.scripted import Fails, Silent

POOR = "Balance 12.50"  # below the `low` of 50
TIMEOUT = Fails("network timeout")


@pytest.mark.parametrize(
    ("damaged", "answers", "dialled", "balance", "error"),
    [
        (True, [POOR, POOR], ["*100#"] * 2, "12.50", None),
        (True, [POOR, "Balance 312.50", POOR, "Balance 9.00"], ["*100#"] * 2 + ["#100#"] * 2, None, "unreadable"),
        (True, [POOR, TIMEOUT], ["*100#"] * 2 + ["#100#"] * 2, None, "unreadable"),
        (True, [POOR, Silent()], ["*100#"] * 2, None, "unreadable"),
        (True, [POOR, "Balance \x132.50", POOR], ["*100#"] * 3, "12.50", None),
        (True, ["Balance 312.50"], ["*100#"], "312.50", None),
        (False, [POOR], ["*100#"], "12.50", None),
    ],
    ids=["the same", "two that differ", "no second", "silence", "damaged, then the same", "rich", "a clean wire"],
)
def test_what_would_raise_an_alert(
    house: Any,
    script: Any,
    damaged: bool,
    answers: list[Any],
    dialled: list[str],
    balance: str | None,
    error: str | None,
) -> None:
    script.damaged = damaged
    script.ussd |= {"*100#": answers, "#100#": "No number here"}
    row = house.open().balance()
    assert (row.error, row.reading.balance) == (error, None if balance is None else Decimal(balance))
    assert script.dialled == dialled
    if error is not None:
        assert "wire" in row.hint


def test_a_code_that_may_cost_is_not_asked_twice(house: Any, script: Any) -> None:
    script.damaged = True
    script.ussd["*"] = POOR
    row = house.open(code="*105#").balance()
    assert script.dialled == ["*105#"]
    assert row.reading.balance == Decimal("12.50")


def test_what_was_said_already_is_not_confirmed(house: Any, script: Any) -> None:
    """The alert is out: the same level raises none."""
    script.damaged = True
    script.ussd["*100#"] = POOR
    house.open()
    key = "iccid:89701010000000000017"
    house.store.save_alert_state(key, {"raised": "low"})
    house.balance()
    assert script.dialled == ["*100#"]
