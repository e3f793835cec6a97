"""Texts of operators that say without a number that money has come, or is running out."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.money.notices import notice

TOP_UP = [
    "Внесена сумма 450 руб.",  # T2, 2026
    "Abonent 380671234567 popovnyv Vash rahunok na 50 grn.",  # Kyivstar
    "Ваш счет пополнен на 100р.",
    "Платеж 300 руб. зачислен на счет",
    "Поступил платеж 500р",
    "Рахунок поповнено на 100 грн",
    "Your account has been recharged with 10 EUR",
    "Recharge of Rs.149 successful for 9876543210",
    "Thank you for your top-up of 20 EUR",
    "Your payment of 10 GBP was received",
    "Ihr Guthaben wurde aufgeladen: 15 EUR",
    "Votre compte a été crédité de 10 EUR",
    "Recarga exitosa de $50",
    "Ricarica effettuata di 10 euro",
    "Konto zostało doładowane kwotą 25 zł",
    "50 TL yüklendi",
]
LOW = [
    "OCTATOK MEHEE 10p",  # Tele2: Latin letters that look Cyrillic
    "На Вашем счете осталось менее 20 руб. Пополните счет",
    "Недостаточно средств на счете",
    "Баланс близок к нулю",
    "На рахунку менше 5 грн",
    "Your balance is low. Please top up.",
    "Your credit is below 1.00 EUR",
    "Ihr Guthaben ist fast aufgebraucht",
    "Votre solde est insuffisant",
    "Tu saldo es insuficiente",
    "Bakiyeniz yetersiz",
]
SUBSCRIPTION = [
    "Услуга «Гудок» подключена. Стоимость 3 руб/день",
    "Вам подключена подписка Музыка, 99 руб. в месяц",
    "Подписка оформлена: 15 р. в сутки",
    "Your subscription to GAMES has been activated. $2.99/week",
    "You have subscribed to Funbox for 1.50 EUR per week",
    "Ihr Abo Klingelton wurde aktiviert: 4,99 EUR/Woche",
    "成功订购彩铃业务,每月5元",
]
NEITHER = [
    "Услуга Гудок не подключена: 3 руб",
    "Подключите услугу Гудок за 3 руб в день",
    "Услуга Интернет подключена бесплатно, 0 руб",
    "Your service will be activated for $2",
    "Списано 700 руб. по тарифу. Пополнить баланс: pay.example",
    "Ваш баланс: 57.30 руб.",
    "денег на счете достаточно",
    "Top up now and get 50% bonus!",
    "Если баланс ниже 10 руб, пополните его",
    "Сумма не зачислена",
    "Счет будет пополнен на 100 р",
    "Ваш счет не пополнен",
    "Вам зачислено 50 бонусных баллов",
    "Your account will be recharged with 10",
    "Мама просит позвонить",
    "",
]


@pytest.mark.parametrize("text", TOP_UP)
def test_money_has_come(text: str) -> None:
    """A confirmation of a payment."""
    assert notice(text) == "top_up"


@pytest.mark.parametrize("text", LOW)
def test_money_runs_out(text: str) -> None:
    """A warning of the operator's."""
    assert notice(text) == "low"


@pytest.mark.parametrize("text", SUBSCRIPTION)
def test_a_paid_service_is_on(text: str) -> None:
    """With its price, and done."""
    assert notice(text) == "subscription"


@pytest.mark.parametrize("text", NEITHER)
def test_nothing_has_happened(text: str) -> None:
    """Invitations, conditions, bonuses, plans and what people write."""
    assert notice(text) is None


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_text_is_judged(text: str) -> None:
    """Never raises."""
    assert notice(text) in ("top_up", "low", "subscription", None)


@pytest.mark.parametrize("word", ["баланс ", "recharge ", "счет на ", "the balance is "])
def test_long_texts_take_no_time(word: str) -> None:
    """Bounded: a text that was written to cost time is judged at once."""
    began = time.perf_counter()
    notice(word * 800)
    assert time.perf_counter() - began < 1.0
