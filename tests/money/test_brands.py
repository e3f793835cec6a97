"""A brand counts as the operator's only in the countries of its packs: elsewhere it may be a wallet, a bank, a shop."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modemd.money.operators import load_pack
from modemd.money.reading import read

OWN = 'id = "gb-zorbo"\nname = "Zorbo"\ncountry = "GB"\ncurrency = "GBP"\nspn = ["Zerbo"]\nsms_senders = ["ZORBI"]\n'


@pytest.mark.parametrize(
    ("text", "country", "balance"),
    [
        ("Safaricom balance: 5.00 Ksh", "KE", "5.00"),  # the name of a pack of the country
        ("MegaFon balance: 5.00 RUB", "RU", "5.00"),
        ("Lonestar balance: 5.00 USD", "LR", "5.00"),  # a name of no pack, by hand
        ("Globul balance: 5.00 BGN", "BG", "5.00"),
        ("Your Tinkoff balance is 5.00 RUB", "RU", "5.00"),
        ("Tigo: your balance is 5.00 GTQ", "GT", "5.00"),
    ],
)
def test_a_brand_counts_in_its_own_country(text: str, country: str, balance: str) -> None:
    """The name of an operator that sells in the country stands beside the balance without changing it."""
    assert read(text, country=country).balance == Decimal(balance)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Safaricom balance: 5.00 EUR", "DE"),
        ("MegaFon balance: 5.00 EUR", "FR"),
        ("Lonestar balance: 5.00 USD", "US"),  # a steak house there
        ("Jazz balance: 5.00 USD", "US"),
        ("Your Tinkoff balance is 5.00 KZT", "KZ"),
        ("Tigo: your balance is 5.00 EUR", "PL"),
        ("Stanje racuna je 5,00 EUR. bonbon", "DE"),
        ("Your balance is 5.00 EUR (MegaFon)", "DE"),
    ],
)
def test_a_brand_of_another_country_proves_nothing(text: str, country: str) -> None:
    """The same words with the name of an operator of elsewhere: a purse may be called so here."""
    assert read(text, country=country).balance is None


def test_without_a_country_the_money_tells_where_a_brand_may_be_at_home() -> None:
    """Unknown country: the currency of the sum must be that of a country of the brand; a bare number is nobody's."""
    assert read("Safaricom balance: 5.00 Ksh").balance == Decimal("5.00")
    assert read("Lonestar balance: LD$5.00").balance == Decimal("5.00")
    assert read("Safaricom balance: 5.00 EUR").balance is None
    assert read("Safaricom balance: 5.00").balance is None
    assert read("Simpa balance: 35,40 kn").currency == "HRK"  # a currency that no country has any more


@pytest.mark.parametrize("name", ["Zorbo", "Zerbo", "Zorbi"])
def test_the_names_of_a_users_own_pack_count(name: str) -> None:
    """Name, provider name and sender of the SIM's pack are the operator's; for other SIMs they are not."""
    text = f"{name} balance: £5.00"
    assert read(text, pack=load_pack(OWN)).balance == Decimal("5.00")
    assert read(text, country="GB").balance is None
