"""The reader with packs, its promises on hostile input, and the parts of it that have contracts of their own."""

from __future__ import annotations

import re
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.money import wordlists
from modemd.money.amounts import number
from modemd.money.dates import dates
from modemd.money.fold import clean, fold
from modemd.money.operators import Packs, load_pack
from modemd.money.reading import read

PACK = """
id = "xx-one"
name = "One"
country = "RU"
currency = "RUB"
errors = ["линия занята"]
sms_follows = ["ждите письма"]
[[pattern]]
name = "wallet"
regex = '''(?x)кошелёк=(?P<balance>[0-9.]{1,9})(?:[ ](?P<currency>usd))?
    (?:;до[ ](?P<expires>[0-9.]{8,10}))?(?:;сеть[ ](?P<data>[0-9.]{1,6}[ ]гб))?'''
[[pattern]]
name = "red"
sign = "minus"
currency = "RUB"
regex = 'красное=(?P<balance>[0-9.]{1,9})'
"""
MTS = Packs(()).get("ru-mts")
WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")
WORDS = [
    "Баланс", "баланс:", "Balance", "Ваш", "р.", "руб.", "rub", "USD", "$", "€", "12.34", "5", "1 234,56", "-", "−",
    "минус", "менее", "бонус", "Лимит:", ",", ";", ".", "\n", "*100#", "12.12.2024", "до", "GB", "100 MB", "осталось",
    "(", ")", "=", ":", "списано", "пополнен", "на", "1.", "2.", "\u00a0", "\u202e", "\x00", "٣٫٥", "رصيدك", "saldo",
    "долг", "0.00", "1e5", "²", "½",
]  # fmt: skip


def test_pack_pattern_gives_number_currency_date_and_data() -> None:
    """The groups of a pattern fill the reading, with confidence "operator" and the pattern's name as proof."""
    got = read("Кошелёк=12.50 USD;до 12.12.2024;сеть 1.5 ГБ", pack=load_pack(PACK))
    assert (got.balance, got.currency, got.expires, got.data_left_mb) == (Decimal("12.50"), "USD", "2024-12-12", 1536.0)
    assert (got.kind, got.pattern, got.confidence) == ("balance", "wallet", "operator")


@pytest.mark.parametrize(
    ("text", "balance", "currency", "pattern"),
    [
        ("Кошелёк=12.50", "12.50", None, "wallet"),
        ("Кошелёк=12.50 USD", "12.50", "USD", "wallet"),
        ("Кошелёк=0.00", "0.00", None, "wallet"),
        ("Кошелёк=12.50. Красное=5.20", "12.50", None, "wallet"),
        ("Красное=5.20", "-5.20", "RUB", "red"),
        ("Красное=0.00", "0.00", "RUB", "red"),
        ("Кошелёк=12.50. Кошелёк=12.50", "12.50", None, "wallet"),
        ("Кошелёк=12.50. Баланс: 12.50 руб", "12.50", None, "wallet"),
        ("Кошелёк=12.50, списано 3 руб", "12.50", None, "wallet"),
    ],
)
def test_what_a_pattern_gives(text: str, balance: str, currency: str | None, pattern: str) -> None:
    """Sign, currency where the text or the pattern names one, and the name of the pattern that proves it."""
    got = read(text, pack=load_pack(PACK))
    assert (str(got.balance), got.currency, got.pattern, got.confidence) == (balance, currency, pattern, "operator")


def test_data_without_money() -> None:
    """What is left of the data is read without a pack as well, says so, and is no balance."""
    got = read("Data left: 500 MB")
    assert (got.kind, got.balance, got.data_left_mb) == ("other", None, 500.0)
    assert (got.pattern, got.confidence) == ("data left", "generic")


def test_pattern_with_minus_gives_a_debt() -> None:
    """A pattern whose words say debt negates what it finds."""
    assert read("Красное=5.20", pack=load_pack(PACK)).balance == Decimal("-5.20")


@pytest.mark.parametrize(
    "text",
    [
        "Кошелёк=12.50.70",
        "Кошелёк=12.501",
        "Бонусный кошелёк=12.50",
        "Если кошелёк=12.50",
        "Кошелёк=1.00, потом кошелёк=2.00",
    ],
)
def test_pattern_does_not_take_a_doubtful_number(text: str) -> None:
    """Half a number, an unclear separator, another purse, a condition or two answers are not a balance."""
    assert read(text, pack=load_pack(PACK)).balance is None


def test_known_texts_of_the_pack_decide_the_kind() -> None:
    """An error or announcement that the pack knows has no balance, whatever stands in it."""
    assert read("Баланс 5 р. Линия занята", pack=load_pack(PACK)).kind == "error"
    assert read("Баланс 5 р. Ждите письма", pack=load_pack(PACK)).kind == "sms_follows"


def test_generic_reading_says_so() -> None:
    """Without a pack the proof names the rule and the confidence is generic; nothing read has confidence none."""
    assert read("Balance: 5.20 USD").confidence == "generic"
    assert read("Balance: 5.20 USD").pattern == "balance word"
    assert read("hello").confidence == "none"


@pytest.mark.parametrize(
    ("token", "currency", "value"),
    [
        ("1 020,06", "RUB", "1020.06"), ("0.0000", "EUR", "0.0000"), ("33.7", "RUB", "33.7"),
        ("15.002", "VND", "15002"),
        ("1.250", "TND", "1.250"), ("1,234", "USD", "1234"), ("1.234", "EUR", None), ("633,100", "RUB", None),
        ("1'234.50", "CHF", "1234.50"), ("12,34,567.50", "INR", "1234567.50"), ("1.234.567", "IDR", "1234567"),
        ("1.2.3", "EUR", None), ("1,23,4", "INR", None), ("007", "EUR", None), ("0.250", "EUR", "0.250"),
        ("107٫93", "LYD", "107.93"),
    ],
)  # fmt: skip
def test_number_habits(token: str, currency: str, value: str | None) -> None:
    """Thousands and decimals are told apart by shape and currency; what allows two readings has no value."""
    got = number(token, currency)
    assert (None if got is None else str(got)) == value


@pytest.mark.parametrize(
    ("text", "country", "day"),
    [
        ("08/10/2022", "US", date(2022, 8, 10)), ("08/10/2022", "KE", date(2022, 10, 8)),
        ("your 04/03/16", None, None),
        ("30. 1. 2024", "CZ", date(2024, 1, 30)), ("Aug 28 2021", "CA", date(2021, 8, 28)),
        ("28 августа 2021", "RU", date(2021, 8, 28)),
        ("15022008 (ddmmyyyy)", "CA", date(2008, 2, 15)),
        ("01/02/2567", "TH", date(2024, 2, 1)), ("01/02/2567", "RU", None),
        ("1403/05/10", "IR", date(2024, 7, 31)), ("1399/12/30", "IR", date(2021, 3, 20)), ("1400/12/30", "IR", None),
        ("9378/10/12", "IR", None), ("31.02.2024", "RU", None),
        ("15-08-24", "CU", date(2024, 8, 15)), ("15-08-24", "HU", None),
    ],
)  # fmt: skip
def test_date_shapes(text: str, country: str | None, day: date | None) -> None:
    """Every shape of a date is read by the country's habit; an ambiguous or impossible one is none."""
    assert [found.day for found in dates(fold(text), country=country)] == [day]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    """Whatever the modem hands over, a Reading comes back."""
    assert read(text).kind in {"balance", "menu", "sms_follows", "error", "other"}


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from(["RU", "US", "VN", "IR", None]), st.booleans())
def test_no_number_is_invented(words: list[str], country: str | None, spaced: bool) -> None:
    """In any heap of money words a balance's digits stand in the text in their order, and kind and balance agree."""
    text = (" " if spaced else "").join(words)
    pack = MTS if country == "RU" else None
    got = read(text, pack=pack, country=country)
    assert (got.kind == "balance") == (got.balance is not None)
    if got.balance is not None:
        digits = re.sub(r"\D", "", str(got.balance))
        assert re.search(r"\D{0,9}".join(digits), clean(text)) is not None


@settings(max_examples=100, deadline=None)
@given(st.decimals(min_value=0, max_value=99999, places=2), st.booleans())
def test_an_ordinary_amount_survives(amount: Decimal, negative: bool) -> None:
    """Any amount of kopecks in the most common form comes back to the last digit, with its sign."""
    text = f"Баланс:{'-' if negative else ''}{amount}р"
    assert read(text, country="RU").balance == (-amount if negative else amount)


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1 ",
        "1,",
        "1.1",
        "Баланс ",
        "Баланс: 1р ",
        "(",
        "-",
        "$1",
        "1. a ",
        "1\n2\n",
        "*1",
        "*",
        "12.12.",
        "100 MB ",
        "a",
        "руб.",
        "\n",
        ". A",
        "+7",
        "http://",
    ],
)
def test_hostile_text_ends_in_time(piece: str) -> None:
    """100 KB of one repeated piece is read in bounded time (a generous bound, not a benchmark)."""
    start = time.perf_counter()
    read((piece * 100_000)[:100_000], country="RU", pack=Packs().get("ru-mts"))
    assert time.perf_counter() - start < 5.0


def test_nul_and_direction_marks_do_not_change_the_number() -> None:
    """The tail behind a NUL is cut, and invisible marks inside the text are not digits or ends."""
    assert read("Balance: \u202d12.50\u202c USD\x00 Balance 99.00 USD").balance == Decimal("12.50")


@pytest.mark.parametrize("filler", ["x ", "a. ", "a.\n"])
def test_a_text_that_is_too_long_gives_no_half_number(filler: str) -> None:
    """Wherever the limit of 4,096 characters falls in the number, it is read whole or not at all."""
    seen = set()
    for length in range(4066, 4100):
        pad = filler * (length // len(filler)) + " " * (length % len(filler))
        seen.add(read(pad + "Balance: 12345.67 EUR").balance)
    assert seen <= {None, Decimal("12345.67")}
    assert None in seen


@pytest.mark.parametrize(
    ("harmless", "doubtful"),
    [
        ("Your balance is 5.20 EUR today", "Your balance is 5.20 EUR frozen"),
        ("Your balance is 5.20 EUR (incl. tax)", "Your balance is 5.20 EUR (virtual)"),
        ("Vodafone: your balance is 5.20 EUR", "Paypoint: your balance is 5.20 EUR"),
        ("Hello!\nBalance: 5.20 EUR", "Loyalty points\nBalance: 5.20 EUR"),
        ("Balance: 5.20 EUR.", "Balance: 5.20 EUR?"),
        ("Balance: 5.20 EUR", "Example: Balance: 5.20 EUR"),
        ("رصيدك الحالي 5.20 ريال", "رصيدك المجهول 5.20 ريال"),
        ("您的余额为5.20元", "您的余额不到5.20元"),
        ("Ваш баланс: 5 руб. 20 коп.", "Ваш баланс: 5 руб. 20 щщ"),
        ("Guthaben: 5,20 EUR", "Guthabenrahmen: 5,20 EUR"),
        ("Balance: 5 EUR.", "Balance: 5,"),
        ("Balance: 5.20 EUR", "Balance: 5.20 / 6.20 EUR"),
        ("Il saldo alle 10:15 è 5.20 EUR", "Saldosi on alle 5.20 EUR"),
        ("PosteMobile: your balance is 5.20 EUR", "Postepay: your balance is 5.20 EUR"),
        ("Balance 5.20 EUR dial *100# for more", "Balance 5.20 EUR dial *100# to claim it"),
        ("Balance is 5.20 EUR. Transaction ID: 77", "Sent 5 EUR. Balance is 5.20 EUR. Transaction ID: 77"),
        ("Free Msg: Balance: 5.20 EUR", "Free Balance: 5.20 EUR"),
    ],
)
def test_one_unknown_word_makes_it_unknown(harmless: str, doubtful: str) -> None:
    """Everything in the clause of the sum must be known: the first text is read, its twin with one thing that
    nobody can account for is not; with a pattern of the operator's own it is the same."""
    pack = load_pack(
        PACK
        + "\n[[pattern]]\nname = 'any'\nregex = '(?:balance|баланс|guthaben):?(?: is)? (?P<balance>[0-9.,]{1,9})'\n"
    )
    assert read(harmless).balance is not None
    assert read(doubtful).balance is None
    assert read(doubtful, pack=pack).balance is None


def test_operators_of_the_packs_are_known_by_their_names() -> None:
    """Every word of an operator's name may stand before "balance" in its country: it is no other purse."""
    names = {
        (word.title(), entry.country)
        for entry in Packs(()).entries()
        if entry.country != "ZZ"  # sold everywhere: a bare number has no currency there
        for name in (entry.name, *entry.names, *entry.spn)
        if "," not in name
        for word in WORD.findall(re.sub(r"\(.*", "", name))
    }
    assert len(names) > 150
    unknown = [
        name for name, country in sorted(names) if read(f"Your {name} balance is 5.20", country=country).balance is None
    ]
    assert set(unknown) == {"Free"}  # what is free is a present more often than the operator


@pytest.mark.parametrize(
    ("text", "kind", "balance"),
    [
        # money that the operator says one has
        ("You have 5 USD", "balance", "5"),
        ("You have USD 5.00", "balance", "5.00"),
        ("You have Rs. 100 in your account", "balance", "100"),
        # a number without money, or of something else
        ("You have 100", "other", None),
        ("You have 3 new messages", "other", None),
        ("You have reached the limit of 5 requests", "other", None),
        ("Sorry, you have 3 attempts left", "other", None),
        # an error beside it: the number may be what was asked, what is missing, or a rest of something else
        ("You have 12.50 USD. Service temporarily unavailable", "error", None),
        ("Service temporarily unavailable. You have 12.50 USD", "error", None),
        ("Your request failed. You have 12.50 USD", "error", None),
        ("Invalid request. You have 5 USD", "error", None),
        ("An error occurred. You have 5 attempts", "error", None),
        ("You have dialled *100#. Service error 12", "error", None),
        ("You have entered an invalid code 100", "error", None),
        ("You have insufficient balance", "error", None),
        ("You have no money. Error 5", "error", None),
    ],
)
def test_you_have_beside_other_words(text: str, kind: str, balance: str | None) -> None:
    """ "You have" makes an amount of money the balance, but nothing else, and not beside an error."""
    reading = read(text)
    assert (reading.kind, None if reading.balance is None else str(reading.balance)) == (kind, balance)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("79161234567", id="phone number"),
        pytest.param("+79161234567", id="phone number with +"),
        pytest.param("9161234567", id="phone number without its country"),
        pytest.param("0049151234567", id="phone number with 00"),
        pytest.param("250011234567890", id="IMSI"),
        pytest.param("89701010012345678901", id="ICCID"),
        pytest.param("352099001761481", id="IMEI"),
        pytest.param("12345678", id="order number"),
        pytest.param("123456", id="code of a bank"),
        pytest.param("1234", id="PIN"),
        pytest.param("100", id="short"),
        pytest.param("100.50", id="decimals"),
    ],
)
def test_a_bare_number_is_no_balance(number: str) -> None:
    """A number without money and without a word for balance says nothing of money, however long or short."""
    for frame in ("{}", "Your number is {}", "Order {}", "{} OK", "Ваш номер {}", "Tel {}."):
        for country in (None, "RU", "US", "VN"):
            reading = read(frame.format(number), country=country)
            assert (reading.balance, reading.currency) == (None, None), (frame, country)


@pytest.mark.parametrize("number", ["79161234567", "250011234567890", "89701010012345678901", "5512345678"])
@pytest.mark.parametrize("frame", ["Balance {}", "Balance: {}", "Saldo {}", "Баланс {}", "Баланс номера {}: ждите SMS"])
def test_a_long_number_behind_the_word_for_balance_is_none(frame: str, number: str) -> None:
    """Ten digits and more without money are somebody's number, whatever word stands in front."""
    assert read(frame.format(number)).balance is None


def test_a_second_reply_puts_no_word_list_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words of a subject become one expression once in a life: that takes ten times as long as a reply."""
    texts = [
        "Credit: £20. Price: £15. Order now?",
        "Top up! Your balance is 5.20 EUR",
        "5.20 EUR, 20 minutes, 30 SMS, 2 GB",
        "Your balance is 5.20 EUR. Data: 300 MB",
        "You have received 5.00 EUR from A. Balance 5.20",
    ]
    first = [read(text, country="DE") for text in texts]
    monkeypatch.setattr(wordlists, "words", lambda *phrases: pytest.fail(f"again {phrases[0][:40]}"))
    assert [read(text, country="DE") for text in texts] == first
