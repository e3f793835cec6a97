"""The tables beside this file: what is found in small texts, on both sides of each rule. One test takes a whole table
and names every line that is read otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from modemd.money.amounts import MAX_NUMBERS, Amount, amounts
from modemd.money.fold import clean, fold

TABLES = Path(__file__).parent / "tables"


def lines(name: str) -> list[list[Any]]:
    text = (TABLES / name).read_text(encoding="utf-8")
    found = [json.loads(line) for line in text.splitlines() if line and not line.startswith("#")]
    assert found
    return found


def written(amount: Amount, text: str) -> str:
    """As in the table: `~5 EUR <5 EUR>`."""
    value = "?" if amount.value is None else str(amount.value)
    unit = "" if amount.sign is None else f" {amount.currency or amount.sign}"
    return f"{'' if amount.exact else '~'}{value}{unit} <{text[amount.start : amount.end]}>"


def test_amounts_of_the_table() -> None:
    """Value, currency, extent and certainty of each number; nothing that is no quantity is among them."""
    faults = []
    for text, country, expected in lines("amounts.txt"):
        cleaned = clean(text)
        found = "; ".join(written(a, cleaned) for a in amounts(cleaned, fold(cleaned), country=country))
        if found != expected:
            faults.append(f"{text!r} ({country}) gives {found}, not {expected}")
    assert not faults, "\n".join(faults)


def test_a_number_covers_its_digits_alone() -> None:
    """`digits` leaves out sign, currency and blanks, and reaches to the end of the coins."""
    for text, digits in (("a -$ 1.50 x", "1.50"), ("1 234,50 EUR", "1 234,50"), ("91 р 05 к", "91 р 05")):
        found = amounts(text, fold(text))[0]
        assert text[slice(*found.digits)] == digits


def test_the_currency_of_the_sim_counts_before_the_country() -> None:
    """A pack's currency says what a shared sign means, also where the country has another one."""
    (found,) = amounts("$ 5", "$ 5", country="DE", home="CAD")
    assert found.currency == "CAD"


def test_a_text_of_numbers_alone_has_no_amounts() -> None:
    """Up to the limit each is found; beyond it the text is no reply."""
    for count, found in ((MAX_NUMBERS, MAX_NUMBERS), (MAX_NUMBERS + 1, 0)):
        text = "5 " * count
        assert len(amounts(text, text)) == found
    assert MAX_NUMBERS == 150
