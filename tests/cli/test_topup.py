"""`modemd topup`: how to pay, from the pack, with nothing dialled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modemd.alerts.advice import WaysToPay, advice, ways_of
from modemd.money.operators import Packs

MTS = {"modem": "home", "operator": "ru-mts", "balance": "41.30", "currency": "RUB", "level": "low"}


def test_for_people(daemon: Any, modemd: Any) -> None:
    """Page, app, numbers, and the loan by name; no QR code where nobody looks at a terminal."""
    daemon.result("status", {"modems": [MTS]})
    done = modemd("topup")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [
        "home, MTS: 41.30 RUB (low)",
        "  number:           dial *111*0887# to see it",
        "  page:             https://www.mts.ru",
        "  app:              Мой МТС",
        "  short number:     0890",
        "  hotline:          8-800-250-08-90",
        "  promised payment: *111*123# (a loan; modemd never dials it)",
        "  Use the operator's own page, app and numbers only.",
    ]
    assert [request["cmd"] for request in daemon.received] == ["status"]


def test_json(daemon: Any, modemd: Any) -> None:
    daemon.result("status", {"modems": [MTS, MTS | {"modem": "car", "operator": None}]})
    answer = json.loads(modemd("topup", "home", "--json").stdout)
    assert (answer["modem"], answer["page"]) == ("home", "https://www.mts.ru")
    assert answer["hotline"] == ["0890", "8-800-250-08-90"]
    assert "0890" in answer["advice"]
    done = modemd("topup", "car", "--json")
    assert (done.exit_code, json.loads(done.stdout)["page"]) == (1, None)
    assert "operator is not known" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"), [([], "say which modem; configured: home, car"), (["bike"], "no modem is called bike")]
)
def test_which_modem(daemon: Any, modemd: Any, arguments: list[str], words: str) -> None:
    daemon.result("status", {"modems": [MTS, MTS | {"modem": "car"}]})
    done = modemd("topup", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr


def test_the_line_of_an_alert() -> None:
    """In each language; of a number its end alone; None where the pack knows nothing."""
    ways = ways_of(Packs().get("ru-mts"))
    assert advice(ways) == (
        "Pay at https://www.mts.ru or in the app Мой МТС; help: 0890; use the operator's own page, app and numbers only"
    )
    assert advice(ways, language="ru", own_number="+79161234567") == (
        "Оплатить: https://www.mts.ru или в приложении Мой МТС; номер на …4567; помощь: 0890; "
        "только на сайте, в приложении и по номерам самого оператора"
    )
    assert (advice(ways, language="zh") or "").startswith("充值:https://www.mts.ru 或 使用应用")
    assert (advice(ways_of(Packs().get("pl-play"))) or "").startswith("With a voucher: *100*CODE#;")
    assert advice(WaysToPay(promised_payment="*111#")) is None
