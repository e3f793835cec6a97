"""What the daemon adds to a reading: the currency of the SIM, where the text counts no other units."""

from __future__ import annotations

import pytest

from modemd.modem.interpretation import read_safely
from modemd.money.operators import Packs
from modemd.records import Reading


def read(text: str) -> Reading:
    return read_safely(text, pack=Packs().get("ru-beeline"), country=None, report=pytest.fail)


@pytest.mark.parametrize("unit", ["у.е.", " у.е.", "u.e.", " y.e. do 12.12.2026", " U", " edinits"])
def test_conventional_units_have_no_currency(unit: str) -> None:
    """Nobody but the operator knows what one is worth, so the SIM's own currency would be made up."""
    found = read(f"Vash balans 73,15{unit}")
    assert (str(found.balance), found.currency) in [("73.15", None), ("None", None)]


@pytest.mark.parametrize("rest", ["", " r.", " rub. U vas 5 SMS", ". Uslugi: *111#"])
def test_a_number_without_a_currency_has_that_of_the_sim(rest: str) -> None:
    """Also where the next word begins with the letter of a unit."""
    found = read(f"Vash balans 73,15{rest}")
    assert (str(found.balance), found.currency) == ("73.15", "RUB")
