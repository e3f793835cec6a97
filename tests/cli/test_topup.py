"""`modemd topup`: how to pay, from the pack, with nothing dialled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modemd.alerts.advice import WaysToPay, advice, in_common, ways_of
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
    ("language", "operator", "line"),
    [
        ("C", "ru-mts", "  number:           +79161234567 (as the SIM says; dial *111*0887# to be sure)"),
        ("C", "pl-play", "  number:  +79161234567 (as the SIM says)"),
        (
            "ru_RU.UTF-8",
            "ru-mts",
            "  номер:            +79161234567 (как записано на SIM-карте; проверить: *111*0887#)",
        ),
    ],
)
def test_the_number_that_the_sim_knows(
    daemon: Any, modemd: Any, monkeypatch: pytest.MonkeyPatch, language: str, operator: str, line: str
) -> None:
    """Whole, for whoever pays; of the advice, which is an alert's line, its end."""
    monkeypatch.setenv("LANG", language)
    daemon.result("status", {"modems": [MTS | {"operator": operator, "own_number": "+79161234567"}]})
    assert modemd("topup").stdout.splitlines()[1] == line
    answer = json.loads(modemd("topup", "--json").stdout)
    assert answer["own_number"] == "+79161234567"
    assert "4567" in answer["advice"]
    assert "1234567" not in answer["advice"]


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


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("operator", ["ru-mts", "pl-play"])
def test_the_line_of_several_sims(operator: str, language: str) -> None:
    """What they have in common: their numbers are of no use there."""
    ways = ways_of(Packs().get(operator))
    lines = [advice(ways, language=language, own_number=f"+7916123456{n}") for n in range(3)]
    assert len(set(lines)) == 3
    assert in_common(lines, language) == advice(ways, language=language)
    assert in_common([*lines, advice(ways, language=language)], language) == advice(ways, language=language)
    assert in_common([*lines, None], language) is None
    helped = [advice(WaysToPay(hotline=("0890",)), language=language, own_number=f"+7916123456{n}") for n in range(2)]
    assert in_common(helped, language) == advice(WaysToPay(hotline=("0890",)), language=language)
