"""Whose short message may say what is left on the SIM."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.money.operators import load_pack
from modemd.money.pack import Pack
from modemd.money.senders import is_elsewhere, is_operator, may_answer


def pack(extra: str = "", name: str = "T2", ident: str = "ru-t2") -> Pack:
    return load_pack(
        f"""
id = "{ident}"
name = "{name}"
names = ["Теле2", "Tele2"]
country = "RU"
currency = "RUB"
{extra}
[[query]]
kind = "sms"
number = "150"
text = ""
confidence = "low"
source = "test"
"""
    )


@pytest.mark.parametrize("sender", ["T2", "t2", "t2.ru", "T2.RU", "www.t2.ru", "Tele2", "TELE-2", "Tele 2", "150"])
def test_the_operator_by_its_name_or_number(sender: str) -> None:
    """The id, the names and the number that answers queries; case, blanks, punctuation and the domain do not count."""
    assert is_operator(sender, pack())


@pytest.mark.parametrize(
    "sender", ["T2 Bank", "MTS", "900", "0890", "+79261234567", "89261234567", "1500", "", "  ", "t2pay", "T"]
)
def test_others_are_not_the_operator(sender: str) -> None:
    """A name that only begins like it, another short number, people."""
    assert not is_operator(sender, pack())


def test_senders_that_the_pack_names() -> None:
    """`sms_senders` holds names and numbers, also a full telephone number; without a pack nobody is the operator."""
    named = pack('sms_senders = ["Balance", "0890", "+79043490000"]')
    for sender in ("BALANCE", "0890", "+79043490000", "79043490000"):
        assert is_operator(sender, named)
        assert not is_operator(sender, pack())
        assert not is_operator(sender, None)


def test_a_name_that_is_too_long_for_a_sender() -> None:
    """A sender has eleven letters: a longer name is cut there (23.040 9.1.2.5); a shorter beginning is another name."""
    long = pack(name="Plus7Telecom", ident="ru-plus7telecom")
    assert is_operator("Plus7Teleco", long)
    assert not is_operator("Plus7", long)


@pytest.mark.parametrize(
    ("sender", "may"),
    [("Balance", True), ("5050", True), ("123456", True), ("1234567", False), ("+79261234567", False), ("", False)],
)
def test_who_may_answer_a_question(sender: str, may: bool) -> None:
    """While an answer is awaited: letters, or a short number; never a full telephone number that nobody names."""
    assert may_answer(sender, None) is may
    assert may_answer("+79261234567", None, number="79261234567")


@pytest.mark.parametrize(
    "text",
    [
        "VISA1234 12:30 Покупка 500р Баланс: 1000р",
        "MIR-4321: списание 300р. Баланс: 1200.50р",
        "Карта *1234. Баланс 15000 RUB",
        "Счёт карты *9912 пополнен. Доступно 500 р",
        "Card ending 1234: balance 12.00 GBP",
        "A/c XX4321 credited with Rs 500. Balance Rs 1500",
        "Your verification code is 4711. Balance 5",
        "Код подтверждения 4711, никому не сообщайте. Баланс 5р",
        "OTP 123456. Avail balance 55.00",
        "ECMC5678 зачисление 100р Баланс: 7р",
    ],
)
def test_cards_and_codes_never_count(text: str) -> None:
    """A masked number and a one-time password: not even of the operator itself."""
    assert is_elsewhere(text, sender_known=True)
    assert is_elsewhere(text, sender_known=False)


@pytest.mark.parametrize(
    "text",
    [
        "Ваш баланс: 57.30 руб. Пополните с банковской карты: pay.example",
        "Balance $56.78. Add money by dialing *233 or redeem a refill card.",
    ],
)
def test_cards_in_advertisements(text: str) -> None:
    """Of the operator a word about cards is an advertisement, of anybody else it is a reason for doubt."""
    assert not is_elsewhere(text, sender_known=True)
    assert is_elsewhere(text, sender_known=False)


@pytest.mark.parametrize(
    "text",
    [
        "Баланс 33,7 руб.  ** *111#>Хит дня>Влюбленным",
        "Balans: 253,83 rub. Radar: *566*5# 2r/sut",
        "Ваш баланс: 991.37 руб. Подробнее *1234#",
        "Sama, Solde 82,59DA, Mix 50 valide au 20/06/2026",
    ],
)
def test_operators_texts_are_not_taken_for_a_banks(text: str) -> None:
    """Stars of USSD codes and menus mask nothing."""
    assert not is_elsewhere(text, sender_known=False)


@settings(max_examples=60)
@given(st.text(max_size=60), st.text(max_size=300))
def test_anything_is_judged(sender: str, text: str) -> None:
    """No sender and no text raises, and who is the operator may answer."""
    assert may_answer(sender, pack()) or not is_operator(sender, pack())
    assert is_elsewhere(text, sender_known=False) or not is_elsewhere(text, sender_known=True)
