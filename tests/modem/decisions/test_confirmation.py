"""A reading that would raise an alert over a wire that damages what it carries: said only after a second answer."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from modemd.backends.base import SmsAnnounced
from tests.backends.scripted import Fails, Silent

POOR = "Balance 12.50"  # below the `low` of 50
TIMEOUT = Fails("network timeout")


@pytest.mark.parametrize(
    ("damaged", "answers", "dialled", "balance", "error"),
    [
        (True, [POOR, POOR], ["*100#"] * 2, "12.50", None),
        (True, [POOR, "Balance 312.50", POOR, "Balance 9.00"], ["*100#"] * 2 + ["#100#"] * 2, None, "unreadable"),
        (True, [POOR, TIMEOUT], ["*100#"] * 2 + ["#100#"] * 2, None, "unreadable"),
        (True, [POOR, Silent()], ["*100#"] * 2, None, "unreadable"),
        (True, [POOR, "Balance \x132.50", POOR], ["*100#"] * 3, "12.50", None),
        (True, ["Balance 312.50"], ["*100#"], "312.50", None),
        (False, [POOR], ["*100#"], "12.50", None),
    ],
    ids=["the same", "two that differ", "no second", "silence", "damaged, then the same", "rich", "a clean wire"],
)
def test_what_would_raise_an_alert(
    house: Any,
    script: Any,
    damaged: bool,
    answers: list[Any],
    dialled: list[str],
    balance: str | None,
    error: str | None,
) -> None:
    script.damaged = damaged
    script.ussd |= {"*100#": answers, "#100#": "No number here"}
    row = house.open().balance()
    assert (row.error, row.reading.balance) == (error, None if balance is None else Decimal(balance))
    assert script.dialled == dialled
    if error is not None:
        assert "wire" in row.hint


EMPTY = "Balance 2.50"  # below the `critical` of 10


@pytest.mark.parametrize(
    ("answers", "dialled", "balance"),
    [
        ([EMPTY, EMPTY], 2, "2.50"),
        ([EMPTY, "Balance 612.50"], 2, "612.50"),
        ([EMPTY, TIMEOUT], 2, "2.50"),
        ([EMPTY, "Hello"], 2, "2.50"),
        (["Balance 212.50"], 1, "212.50"),
    ],
    ids=["the same", "it has not fallen", "no second", "no number", "not below the limit"],
)
def test_a_sudden_fall_on_a_clean_wire(house: Any, script: Any, answers: list[Any], dialled: int, balance: str) -> None:
    """Asked once more where that is free; and believed where nothing says otherwise."""
    script.ussd |= {"*100#": ["Balance 615.00", *answers]}
    house.open().balance()
    house.advance(6 * 3600)
    row = house.balance()
    assert row.reading.balance == Decimal(balance)
    assert script.dialled == ["*100#"] * (1 + dialled)


def test_a_sudden_fall_by_a_code_that_may_cost(house: Any, script: Any) -> None:
    script.ussd["*"] = ["Balance 615.00", EMPTY]
    house.open(code="*105#").balance()
    house.advance(6 * 3600)
    assert house.balance().reading.balance == Decimal("2.50")
    assert script.dialled == ["*105#"] * 2


def test_two_answers_that_differ_are_both_shown(house: Any, script: Any) -> None:
    script.damaged = True
    script.ussd |= {"*100#": [POOR, "Balance 312.50"], "#100#": Fails("ERROR")}
    row = house.open().balance()
    assert "Balance 12.50" in row.hint
    assert "Balance 312.50" in row.hint


def test_a_code_that_may_cost_is_not_asked_twice(house: Any, script: Any) -> None:
    """Its number is unknown until the next query raises the same: two answers in turn count."""
    script.damaged = True
    script.ussd["*"] = [POOR, "Balance 12.10", "Balance 11.90"]
    row = house.open(code="*105#").balance()
    assert (row.reading.balance, row.error, row.text) == (None, "unreadable", POOR)
    assert script.dialled == ["*105#"]
    assert house.balance().reading.balance == Decimal("12.10")
    assert house.balance().reading.balance == Decimal("11.90")
    assert script.dialled == ["*105#"] * 3


def test_what_contradicts_a_doubtful_answer_ends_the_doubt(house: Any, script: Any) -> None:
    script.damaged = True
    script.ussd["*"] = [POOR, "Balance 312.50", POOR]
    house.open(code="*105#")
    assert [house.balance().reading.balance for _ in range(3)] == [None, Decimal("312.50"), None]


def test_what_was_said_already_is_not_confirmed(house: Any, script: Any) -> None:
    """The alert is out: the same level raises none."""
    script.damaged = True
    script.ussd["*100#"] = POOR
    house.open()
    key = "iccid:89701010000000000017"
    house.store.save_alert_state(key, {"raised": "low"})
    house.balance()
    assert script.dialled == ["*100#"]


# --- answers that come another way


@pytest.fixture
def texts_come(script: Any, clock: Any) -> Any:
    """texts_come(a, b): one 9 s from now, the next one 12 s behind it: the first is waited for until 2 s behind it."""

    def plan(*texts: str) -> None:
        def put(index: int, text: str) -> None:
            place = script.shelf.put(index, "Balance", text, sent_at=clock.now())
            script.backend.tell(SmsAnnounced(place))

        for nth, text in enumerate(texts):
            clock.plan(9 + 12 * nth, partial(put, nth + 1, text))

    return plan


@pytest.mark.parametrize(
    ("answers", "balance", "dialled"),
    [((POOR, POOR), "12.50", 2), ((POOR, "Balance 312.50"), None, 2), ((POOR,), None, 2), (("Balance 90",), "90", 1)],
    ids=["the same", "two that differ", "no second", "rich"],
)
def test_an_announced_message(
    make_house: Any,
    script: Any,
    sms_pack: str,
    texts_come: Any,
    answers: tuple[str, ...],
    balance: str | None,
    dialled: int,
) -> None:
    script.damaged = True
    script.ussd["*"] = "Thank you, the answer will come by SMS"
    house = make_house(sms_pack).open()
    texts_come(*answers)
    row = house.balance()
    assert (row.channel, row.reading.balance) == ("sms", None if balance is None else Decimal(balance))
    assert script.dialled == ["*100#"] * dialled
    assert row.text in answers
    if balance is None:
        assert (row.error, "wire" in row.hint) == ("unreadable", True)
        assert all(text in row.hint for text in answers)


def test_a_message_that_was_asked_for_by_one(make_house: Any, script: Any, sms_pack: str, texts_come: Any) -> None:
    """Proved to be free, so it is sent once more."""
    script.damaged = True
    script.ussd["*"] = Fails("network timeout")
    house = make_house(sms_pack).open(sms_query="auto")
    texts_come(POOR, POOR)
    row = house.balance()
    assert (row.channel, row.reading.balance, row.error) == ("sms", Decimal("12.50"), None)
    assert [line for line in script.sent if line.startswith("sms ")] == ["sms to 111: 11"] * 2


def test_a_message_that_a_code_brought_which_may_cost(
    make_house: Any, script: Any, sms_pack: str, texts_come: Any
) -> None:
    script.damaged = True
    script.ussd["*"] = "Thank you, the answer will come by SMS"
    house = make_house(sms_pack).open(code="*105#")
    for balance in (None, Decimal("12.50")):
        texts_come(POOR)
        assert house.balance().reading.balance == balance
    assert script.dialled == ["*105#"] * 2


def test_a_late_answer(house: Any, script: Any) -> None:
    """It is kept as a text, and a reason to ask soon."""
    script.damaged = True
    script.ussd["*"] = [Silent(late=POOR, late_s=60), "Balance 90.00"]
    house.open().balance()
    house.advance(20)
    late = house.rows[-1]
    assert (late.origin, late.text, late.reading.balance) == ("late", POOR, None)
    assert "wire" in late.hint
    assert house.worker.snapshot.wanted_at is not None


def test_what_the_operator_sends_by_itself(make_house: Any, script: Any, clock: Any, sms_pack: str) -> None:
    script.damaged = True
    house = make_house(sms_pack).open()
    script.happens(SmsAnnounced(script.shelf.put(1, "Balance", POOR, sent_at=clock.now())), 5)
    house.advance(10)
    row = house.rows[-1]
    assert (row.origin, row.text, row.reading.balance) == ("sms", POOR, None)
    assert "wire" in row.hint
    assert house.worker.snapshot.wanted_at is not None
