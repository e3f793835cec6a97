"""Which codes are dialled, in which order, and when another one follows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.backends.scripted import Fails, Says, Silent
from tests.owner_thread import PACK


@pytest.mark.parametrize(
    ("first", "second", "dialled", "balance", "error"),
    [
        ("Balance 1.00", "Balance 2.00", ["*100#"], "1.00", None),
        ("Hello", "Balance 2.00", ["*100#", "#100#"], "2.00", None),
        ("Hello", "Good day", ["*100#", "#100#"], None, "unreadable"),
        (Fails("ERROR"), "Balance 2.00", ["*100#", "#100#"], "2.00", None),
        (Fails("network timeout"), "Balance 2.00", ["*100#", "#100#"], "2.00", None),
        (Says(None), "Balance 2.00", ["*100#", "#100#"], "2.00", None),
        (Fails("not supported"), "Balance 2.00", ["*100#"], None, "not supported"),
        (Silent(), "Balance 2.00", ["*100#"], None, "no answer"),
        (Says("Balance 12", cut=True), "Hello", ["*100#", "#100#"], None, "unreadable"),
        (Says("Balance 12.50 r. Tariff Sm", cut=True), "Hello", ["*100#"], "12.50", None),
    ],
    ids=str,
)
def test_the_next_code(
    house: Any, script: Any, first: Any, second: Any, dialled: list[str], balance: str | None, error: str | None
) -> None:
    """A pack's next code follows an answer without a number and a refusal, never an answer that may still come."""
    script.ussd |= {"*100#": first, "#100#": second}
    row = house.open().balance()
    assert script.dialled == dialled
    assert row.reading.balance == (None if balance is None else Decimal(balance))
    assert row.error == error
    said = first.text if isinstance(first, Says) else first
    assert error != "unreadable" or row.text == said


def test_a_configured_code_stands_alone(house: Any, script: Any) -> None:
    script.ussd["*"] = "Hello"
    house.open(code="*105#").balance()
    assert script.dialled == ["*105#"]


def test_a_code_that_was_named_stands_alone(house: Any, script: Any) -> None:
    script.ussd["*"] = "Hello"
    house.open(code="*105#").balance(code="*106#")
    assert script.dialled == ["*106#"]


def test_the_menu_of_a_pack(make_house: Any, script: Any) -> None:
    """A menu is answered as the pack says; one that shows the balance already is taken as it is."""
    house = make_house(PACK.replace('code = "*100#"', 'code = "*100#"\nmenu = ["1", "2"]'))
    script.ussd |= {"*100#": Says("1 Money", m=1), "1": Says("Balance 5.00, 2 more", m=1)}
    assert house.open().balance().reading.balance == Decimal("5.00")
    assert script.dialled == ["*100#", "1"]
    assert script.sent[-1] == "cancel"


@pytest.mark.parametrize("confidence", ["low", "unverified"])
def test_the_schedule_dials_what_is_proved(make_house: Any, script: Any, confidence: str) -> None:
    """A code of low confidence is dialled by a person alone; once he has, the schedule may, too."""
    house = make_house(PACK.replace('confidence = "high"', f'confidence = "{confidence}"'))
    script.ussd["*100#"] = "Balance 5.00"
    house.open()
    assert house.worker.snapshot.code is None
    assert house.balance(origin="schedule").error == "no code"
    assert script.dialled == []
    assert house.balance().reading.balance == Decimal("5.00")
    assert house.worker.snapshot.code == "*100#"
    assert house.balance(origin="schedule").reading.balance == Decimal("5.00")


def test_without_a_pack_nothing_is_dialled(house: Any, script: Any) -> None:
    """An operator that no pack knows: said, with what a person can do."""
    script.sim = type(script.sim)(iccid="1", imsi="999990000000012")
    row = house.open().balance()
    assert (row.error, script.dialled) == ("no code", [])
    assert row.hint
    script.ussd["*105#"] = "Balance is 5.00 RUB"
    assert house.balance(code="*105#").text == "Balance is 5.00 RUB"


def test_the_time_of_a_query_ends(house: Any, script: Any) -> None:
    """170 s in all, whatever the codes and their answers."""
    script.ussd |= {"*100#": Says("Hello", after_s=160), "#100#": Says("Balance 1.00", after_s=100)}
    began = house.clock.monotonic()
    row = house.open(reply_timeout_s=165.0).balance()
    assert house.clock.monotonic() - began <= 171
    assert row.error in ("unreadable", "no answer")
    assert script.dialled == ["*100#", "#100#"]


DAMAGED = "Balance \x132,50"


@pytest.mark.parametrize(
    ("answers", "dialled", "balance", "error"),
    [
        ([DAMAGED, "Balance 32.50"], ["*100#"] * 2, "32.50", None),
        ([DAMAGED, Fails("network timeout")], ["*100#", "*100#", "#100#"], "7.00", None),
        ([DAMAGED, DAMAGED], ["*100#", "*100#", "#100#"], "7.00", None),
    ],
    ids=["mended", "refused", "damaged again"],
)
def test_a_damaged_answer_is_asked_for_once_more(
    house: Any, script: Any, answers: list[Any], dialled: list[str], balance: str, error: str | None
) -> None:
    """A pack's free code alone is asked twice, and a number that the wire damaged is never read."""
    script.ussd |= {"*100#": answers, "#100#": "Balance 7.00"}
    row = house.open().balance()
    assert script.dialled == dialled
    assert (row.reading.balance, row.error) == (Decimal(balance), error)


def test_a_damaged_answer_to_a_code_that_may_cost(house: Any, script: Any) -> None:
    """What is not known to be free goes out once."""
    script.ussd["*"] = [DAMAGED, "Balance 32.50"]
    row = house.open(code="*105#").balance()
    assert script.dialled == ["*105#"]
    assert (row.reading.balance, row.error, row.text) == (None, "unreadable", DAMAGED)


@pytest.mark.parametrize(("damaged", "dialled"), [(True, ["*100#", "*100#"]), (False, ["*100#", "#100#"])])
def test_what_cannot_be_read_on_a_damaged_wire_is_asked_for_once_more(
    house: Any, script: Any, damaged: bool, dialled: list[str]
) -> None:
    """A flipped bit that makes a letter of a digit shows nothing; that the wire damages is known from before."""
    script.damaged = damaged
    script.ussd |= {"*100#": ["Balance q12.40", "Balance 312.40"], "#100#": "Balance 312.40"}
    row = house.open().balance()
    assert (script.dialled, row.reading.balance) == (dialled, Decimal("312.40"))
