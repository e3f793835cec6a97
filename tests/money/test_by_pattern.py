"""What the patterns of a pack give, and what they do not: one table, a made-up operator."""

from __future__ import annotations

from decimal import Decimal

import pytest

from modemd.money.operators import load_pack
from modemd.money.pack import Pack
from modemd.money.reading import read
from modemd.records import Reading

PACK = """
id = "xx-one"
name = "One"
country = "UA"
currency = "UAH"
errors = ["Лінія зайнята", "Немає зв'язку"]
sms_follows = ["Чекайте листа", "Лист уже в дорозі"]
[[pattern]]
name = "purse"
regex = '''(?x)purse=(?P<minus>-|minus[ ])?(?P<balance>[0-9., ]{1,14})(?:(?P<currency>usd|uah|r))?
    (?:;t=(?P<expires>[0-9./]{8,10}))?(?:;net[ ](?P<data>[0-9.]{1,6}[ ]gb))?'''
[[pattern]]
name = "owed"
sign = "minus"
regex = 'owed=(?P<balance>[0-9.-]{1,9})'
[[pattern]]
name = "beneath"
sign = "minus"
regex = 'beneath=(?P<balance>[0-9.-]{1,9})'
[[pattern]]
name = "euro"
currency = "EUR"
regex = 'euro purse (?P<balance>[0-9.]{1,9})'
[[pattern]]
name = "of yours"
regex = 'on (?:your )?balance (?P<balance>[0-9.]{1,9})'
[[pattern]]
name = "account"
regex = 'рахунок (?P<balance>[0-9.]{1,9})'
[[pattern]]
name = "receipt"
regex = 'sent, credit=(?P<balance>[0-9.]{1,9})'
[[pattern]]
name = "two sentences"
regex = 'once[.] (?:不)?bonus (?P<balance>[0-9.]{1,9})'
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(PACK)


def by_pattern(reading: Reading) -> str | None:
    if reading.confidence != "operator":
        return None
    until = "" if reading.expires is None else f" until {reading.expires}"
    data = "" if reading.data_left_mb is None else f" {reading.data_left_mb} MB"
    return f"{reading.balance} {reading.currency} ({reading.pattern}){until}{data}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the groups of the pattern, and what the text says besides
        ("Purse=12.50", "12.50 None (purse)"),
        ("Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=12.50 USD", "12.50 USD (purse)"),
        ("Purse=-12.50", "-12.50 None (purse)"),
        ("Purse=-0.00", "0.00 None (purse)"),
        ("Purse=minus 12.50", "-12.50 None (purse)"),
        ("Purse=minus 0.50", "-0.50 None (purse)"),
        ("Purse=minus 0.00", "0.00 None (purse)"),
        ("Purse=12.50 грн", "12.50 UAH (purse)"),
        ("Purse=12.50 UAH;t=12.11.2026", "12.50 UAH (purse) until 2026-11-12"),
        ("Purse=12.50;t=03/04/2026", "12.50 None (purse) until 2026-04-03"),
        ("Purse=12.50 UAH. Valid until 12.11.2026", "12.50 UAH (purse) until 2026-11-12"),
        ("Purse=12.50 UAH;t=12.11.2026;net 1.5 GB", "12.50 UAH (purse) until 2026-11-12 1536.0 MB"),
        ("Purse=12.50 UAH;net 0.5 GB. Data left: 3 GB", "12.50 UAH (purse) 512.0 MB"),
        ("Purse=12.50 UAH. Data left: 3 GB", "12.50 UAH (purse) 3072.0 MB"),
        ("Owed=5.20", "-5.20 None (owed)"),
        ("Owed=0.50", "-0.50 None (owed)"),
        ("Beneath=0.50", "-0.50 None (beneath)"),
        ("Purse=0.50 (minus)", None),
        ("Purse=0 (minus)", None),
        ("Purse=0.50, minus", None),
        ("Owed=-5.20", None),
        ("Owed=0.00", "0.00 None (owed)"),
        ("Euro purse 5.20", "5.20 EUR (euro)"),
        ("Euro purse 5.20 USD", "5.20 EUR (euro)"),
        ("On your balance 5.20 грн", "5.20 UAH (of yours)"),
        # the whole number, and nothing but the number
        ("Purse=1 234,50 UAH", "1234.50 UAH (purse)"),
        ("Purse=12.50, UAH", "12.50 UAH (purse)"),
        ("Purse= 12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=12.50.70", None),
        ("Purse=12.501", None),
        ("Purse=12.50 UAH/day", None),
        # another purse, a bound or an event around it; a movement onto or off the account
        ("Bonus purse=12.50 UAH", None),
        ("If purse=12.50 UAH", None),
        ("Charged purse=12.50 UAH", None),
        ("Purse=12.50 UAH bonus", None),
        ("Purse=12.50 UAH was charged", None),
        ("Purse=12.50 UAH x charged", None),
        ("Unknownword purse=12.50 UAH", None),
        ("Purse=12.50 UAH waiting", None),
        ("Purse=12.50 UAH today", "12.50 UAH (purse)"),
        ("Purse=12.50 UAH Tariff Xyz", "12.50 UAH (purse)"),
        ("Bonus\nPurse=12.50 UAH", None),
        ("Hello\nPurse=12.50 UAH", "12.50 UAH (purse)"),
        ("Рахунок 12.50 грн", "12.50 UAH (account)"),
        ("На рахунок 12.50 грн", None),
        # one number, or none
        ("Purse=12.50 UAH. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=12.50 UAH. Purse=13.50 UAH", None),
        ("Unknownword purse=13.50 UAH. Purse=12.50 UAH", None),
        ("Unknownword purse=12.50 UAH. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Bonus purse=13.50 UAH. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=12.50 UAH. Purse=12.50", "12.50 UAH (purse)"),
        ("Purse=13.50 UAH bonus. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=13.50 UAH your new bonus. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=13.50 UAH is your new bonus. Purse=12.50 UAH", None),
        ("Purse=13.50 UAH waiting. Purse=12.50 UAH", None),
        ("Euro purse 13.50 EUR your new bonus. Euro purse 12.50", "12.50 EUR (euro)"),
        ("Euro purse 13.50 EUR is your new bonus. Euro purse 12.50", None),
        ("Purse=13.50 UAH mobile money. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=13.50 UAH mobile. Purse=12.50 UAH", None),
        ("Sum 5 UAH. Purse=12.50 UAH", None),
        ("Bonus 5 UAH. Purse=12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=0.00 UAH. Balance: 5 UAH", None),
        ("Main purse=0.00 UAH. Balance: 5 UAH", "0.00 UAH (purse)"),
        ("Purse=12.50 UAH. Balance: 13.50 UAH", None),
        ("Purse=12.50 UAH. Balance: 12.50 UAH", "12.50 UAH (purse)"),
        ("Purse=-12.50 UAH. Balance: 12.50 UAH", "-12.50 UAH (purse)"),
        ("Purse=12.50 UAH. Balance: 13", "12.50 UAH (purse)"),
        ("Purse=12.50 UAH. You have 13.50 UAH", "12.50 UAH (purse)"),
        ("Main purse=12.50 UAH. Balance: 13.50 UAH", "12.50 UAH (purse)"),
        ("Main purse=12.50 UAH. Balance: 13.50 UAH. Bonus: 12.50 UAH", "12.50 UAH (purse)"),
        # whoever writes of somebody else's money
        ("Card *1234 purse=12.50 UAH", None),
        ("You pay for this subscriber. Purse=12.50 UAH", None),
        # a pattern may reach over the end of a sentence, and what it spells out itself is no hazard
        ("Once. Bonus 12.50 UAH", "12.50 UAH (two sentences)"),
        ("Once. 不bonus 12.50 UAH", "12.50 UAH (two sentences)"),
        ("Bonus 12.50 UAH", None),
        # in a receipt or a quiz only what the pattern itself expects there
        ("Quiz! Purse=12.50 UAH", None),
        ("Quiz! Sent, credit=12.50 UAH", "12.50 UAH (receipt)"),
    ],
)  # fmt: skip
def test_what_a_pattern_gives(pack: Pack, text: str, expected: str | None) -> None:
    """Number, currency, date and data, with the name of the pattern; nothing where anything around it is in doubt."""
    reading = read(text, pack=pack)
    assert by_pattern(reading) == expected
    assert (reading.kind == "balance") == (reading.balance is not None)


def test_what_the_pack_says_of_a_text(pack: Pack) -> None:
    """Its errors and announcements come first, and no number is read beside them without its pattern."""
    for text, kind in (
        ("Лінія зайнята", "error"),
        ("Лінія зайнята. Balance: 5 UAH", "error"),
        ("Чекайте листа", "sms_follows"),
        ("Чекайте листа. Balance: 5 UAH", "sms_follows"),
        ("Лінія зайнята. Чекайте листа", "sms_follows"),
        ("Немає зв'язку", "error"),
        ("Лист уже в дорозі", "sms_follows"),
        ("Щось інше", "other"),
    ):
        reading = read(text, pack=pack)
        assert (reading.kind, reading.balance) == (kind, None), text


def test_the_country_decides_what_a_sign_means(pack: Pack) -> None:
    """A pack's country and currency before the country that is given; a country that nobody knows counts as none."""
    for text, country, currency in (
        ("Balance: 5 kr", "SE", "SEK"),
        ("Balance: 5 kr", "se", "SEK"),
        ("Balance: 5 kr", "XX", None),
        ("Balance: 5 kr", "", None),
        ("Balance: 5 kr", None, None),
    ):
        assert read(text, country=country).currency == currency
    assert read("Balance: 5 UAH. Valid until 03/04/2026", pack=pack, country="US").expires == "2026-04-03"
    canadian = load_pack(PACK.replace('"UAH"', '"CAD"').replace('"UA"', '"CA"'))
    assert read("Balance: $5", pack=canadian).currency == "CAD"
    assert read("Balance: $5", pack=canadian).balance == Decimal(5)
    old = load_pack(PACK.replace('"UAH"', '"BYN"').replace('"UA"', '"BY"'))
    for text, currency in (("Purse=3394r", "BYR"), ("Purse=339r", "BYN"), ("Purse=3394.5r", "BYN")):
        assert read(text, pack=old).currency == currency
