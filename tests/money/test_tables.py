"""The tables beside this file: what is found in small texts, on both sides of each rule. One test takes a whole table
and names every line that is read otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.money.amounts import MAX_NUMBERS, Amount, amounts
from modemd.money.currencies import joined_sign_regex, signs
from modemd.money.damage import is_damaged, is_torn
from modemd.money.fold import clean, fold
from modemd.money.lost_letters import mended
from modemd.money.reading import read
from modemd.records import Reading
from tests.faults import told

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


def test_amounts_of_the_table(request: pytest.FixtureRequest) -> None:
    """Value, currency, extent and certainty of each number; nothing that is no quantity is among them."""

    def faults() -> Iterator[str]:
        for text, country, expected in lines("amounts.txt"):
            cleaned = clean(text)
            found = "; ".join(written(a, cleaned) for a in amounts(cleaned, fold(cleaned), country=country))
            if found != expected:
                yield f"{text!r} ({country}) gives {found}, not {expected}"

    assert told(faults(), request) == ""


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


def test_each_sign_is_found_behind_and_before_a_number() -> None:
    """Whatever the table of currencies knows, in the country that has it; what is written behind a sum without a blank
    needs none before the next word. One letter stands before a number only as a capital, and not every one."""
    for sign, possible in signs().items():
        (behind,) = amounts(f"5 {sign}", f"5 {sign}", home=possible[0])
        assert behind.sign == sign
        assert not [a for a in amounts(f"5 {sign}_", f"5 {sign}_", home=possible[0]) if not a.exact]
        if len(sign) > 1:
            (before,) = amounts(f"{sign} 5", f"{sign} 5", home=possible[0])
            assert before.sign == sign
    for sign in joined_sign_regex().split("|"):
        (behind,) = amounts(f"5{sign}x", f"5{sign}x")
        assert behind.sign == sign


def as_written(reading: Reading) -> str:
    """As in the table: `5.20 EUR (balance word)`."""
    parts = [
        reading.kind if reading.balance is None else str(reading.balance),
        reading.currency,
        reading.pattern and f"({reading.pattern})",
        reading.expires and f"until {reading.expires}",
        None if reading.data_left_mb is None else f"{reading.data_left_mb} MB",
    ]
    return " ".join(part for part in parts if part)


@pytest.mark.parametrize("table", ["readings.txt", "receipts.txt"])
def test_readings_of_the_table(request: pytest.FixtureRequest, table: str) -> None:
    """What is read, by which proof; each number comes with kind "balance", and only then."""

    def faults() -> Iterator[str]:
        for text, country, expected in lines(table):
            reading = read(text, country=country)
            assert (reading.kind == "balance") == (reading.balance is not None)
            assert reading.confidence == ("generic" if reading.pattern else "none")
            if (found := as_written(reading)) != expected:
                yield f"{text!r} ({country}) gives {found}, not {expected}"

    assert told(faults(), request) == ""


def test_damage_of_the_table(request: pytest.FixtureRequest) -> None:
    """A character that nobody writes in or at a number shows damage, whichever number that is; others do not."""
    faults = (ascii(text) for text, damaged in lines("damage.txt") if is_damaged(text) is not damaged)
    assert told(faults, request) == ""


def test_torn_numbers_of_the_table(request: pytest.FixtureRequest) -> None:
    """What stands in front of a number, its sign, its digits, what stands behind: is there more of it?"""

    def faults() -> Iterator[str]:
        for front, sign, digits, behind, torn in lines("torn.txt"):
            text, first, start = f"{front}{sign}{digits}{behind}", len(front), len(front) + len(sign)
            if is_torn(fold(text), first, (start, start + len(digits))) is not torn:
                yield ascii(text)

    assert told(faults(), request) == ""


def test_lost_letters_of_the_table(request: pytest.FixtureRequest) -> None:
    """A word is put back where one only fits; the text stays as long as it was."""
    faults = (f"{text!r} gives {mended(text)!r}" for text, whole in lines("lost_letters.txt") if mended(text) != whole)
    assert told(faults, request) == ""
