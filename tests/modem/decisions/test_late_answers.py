"""What comes when nobody has asked: late answers, and what the network says by itself. Quarantine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from modemd.backends.base import UssdReceived
from modemd.modem.requests import BalanceQuery, UssdQuery
from modemd.records import UssdMessage
from tests.backends.scripted import Says, Silent


def test_silence_then_quarantine_then_the_late_answer(house: Any, script: Any) -> None:
    """The late text is a row of its own with the operator's number; the next question gets its own answer."""
    script.ussd["*"] = [Silent(late="Balance 1.00", late_s=60), "Balance 2.00"]
    row = house.open().balance()
    assert (row.error, row.reading.balance, house.state) == ("no answer", None, "quarantine")
    house.advance(20)
    late = house.rows[-1]
    assert (late.origin, late.reading.balance, late.code) == ("late", Decimal("1.00"), "*100#")
    assert house.balance().reading.balance == Decimal("2.00")
    assert [kept.origin for kept in house.store.history()] == ["query", "late", "query"]


def test_who_asks_in_quarantine_waits_for_its_end(house: Any, script: Any) -> None:
    script.ussd["*"] = [Silent(), "Balance 2.00"]
    house.open(quarantine_s=30.0).balance()
    asked = house.clock.monotonic()
    future = house.begin(BalanceQuery())
    house.advance(29)
    assert len(script.dialled) == 1
    house.advance(5)
    assert future.result(1).reading.balance == Decimal("2.00")
    assert house.clock.monotonic() - asked >= 30


def test_the_late_answer_to_a_typed_code_has_no_number(house: Any, script: Any) -> None:
    """It may be the price of something: kept as a text."""
    script.ussd["*"] = Silent(late="Balance 1.00")
    assert house.open().ussd("*111*5#").error == "no answer"
    house.advance(20)
    row = house.rows[-1]
    assert (row.origin, row.text, row.reading.balance) == ("late", "Balance 1.00", None)


def test_two_that_are_owed_an_answer_get_none(house: Any, script: Any) -> None:
    """Two requests with different codes were given up: which of them a text answers, nobody knows."""
    script.ussd |= {"*100#": Silent(), "*111#": Silent(late="Balance 1.00")}
    house.open(quarantine_s=1.0).balance()
    house.ussd("*111#")
    house.advance(20)
    row = house.rows[-1]
    assert (row.origin, row.code, row.reading.balance) == ("late", None, None)


def test_too_late_is_of_the_network(house: Any, script: Any) -> None:
    """Ten minutes after the request a text is nobody's answer."""
    script.ussd["*"] = Silent(late="Balance 1.00", late_s=11 * 60)
    house.open().balance()
    house.advance(11 * 60)
    row = house.rows[-1]
    assert (row.origin, row.reading.balance) == ("network", None)


def test_a_late_answer_is_of_its_own_sim(house: Any, script: Any) -> None:
    """The SIM was changed in between: the text is not booked to the new one as a balance."""
    script.ussd["*"] = Silent(late="Balance 1.00", late_s=200)
    house.open().balance()
    script.sim = type(script.sim)(iccid="89701010000000000099", imsi="250010000000099")
    house.begin(UssdQuery(code="*222#"))
    house.advance(170)
    found = [row for row in house.rows if row.text == "Balance 1.00"]
    assert [(row.reading.balance, row.sim_key) for row in found] == [(None, "iccid:89701010000000000099")]


def test_what_the_network_says_is_no_balance(house: Any, script: Any) -> None:
    house.open()
    script.happens(UssdReceived(UssdMessage(m=0, text="Balance 9999", raw=b"x")))
    house.advance(1)
    row = house.rows[-1]
    assert (row.origin, row.reading.kind, row.reading.balance, row.text) == ("network", "other", None, "Balance 9999")


def test_a_flood_is_not_kept(house: Any, script: Any) -> None:
    """20 texts a minute, whatever a modem says."""
    house.open()
    for number in range(50):
        script.happens(UssdReceived(UssdMessage(m=0, text=f"Hello {number}")))
    house.advance(1)
    assert len(house.rows) == 20
    house.advance(61)
    script.happens(UssdReceived(UssdMessage(m=0, text="again")))
    house.advance(1)
    assert house.rows[-1].text == "again"


def test_a_typed_code_goes_out_once(house: Any, script: Any) -> None:
    script.ussd |= {"*111*5#": Silent(), "*111*7#": Says("Wrong code")}
    assert house.open().ussd("*111*5#").error == "no answer"
    house.advance(40)
    assert house.ussd("*111*7#").text == "Wrong code"
    assert script.dialled == ["*111*5#", "*111*7#"]


def test_the_late_answer_ends_the_quarantine(house: Any, script: Any) -> None:
    """It was what the quarantine waited for: who asks now waits no longer. So behind a request that was cancelled."""
    script.ussd["*"] = [Silent(late="Balance 1.00", late_s=50), "Balance 2.00"]
    house.open(quarantine_s=600.0).balance()
    assert house.state == "quarantine"
    house.advance(10)
    assert (house.rows[-1].origin, house.state) == ("late", "ready")
    assert house.balance().reading.balance == Decimal("2.00")

    script.ussd["*"] = Silent(late="Your bonus is 7", late_s=20)
    future = house.begin(UssdQuery(code="*111#"))
    house.worker.cancel(future)
    house.clock.settle()
    assert (future.result(1).error, house.state) == ("cancelled", "quarantine")
    house.advance(25)
    row = house.rows[-1]
    assert (row.origin, row.code, row.text, house.state) == ("late", "*111#", "Your bonus is 7", "ready")


def test_two_answers_are_due(house: Any, script: Any) -> None:
    """One of two does not end it."""
    script.ussd |= {"*100#": Silent(), "*111#": Silent(late="Balance 1.00", late_s=50)}
    house.open(quarantine_s=1.0).balance()
    house.advance(2)
    house.begin(UssdQuery(code="*111#"))
    house.advance(45)
    assert house.state == "quarantine"
