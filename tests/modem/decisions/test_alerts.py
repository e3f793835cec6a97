"""From a reading to an alert, and from a failure to one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modemd.alerts import raising, rules
from tests.backends.scripted import Fails

POLICY = rules.Policy(low=Decimal(50), critical=Decimal(10), every_s=6 * 3600.0)


def judged(house: Any) -> list[tuple[str, str]]:
    """The alerts that the last row raises."""
    raised = raising.measured(house.store, house.rows[-1], policy=POLICY, channels={}, language="en")
    return [(alert.event, alert.level) for alert in raised]


def test_a_falling_balance(house: Any, script: Any) -> None:
    """Low once, critical once, and over when money came; an unreadable answer is said at once, a lost one is not."""
    replies = ["Balance 60.00", "Balance 50.00", "Balance 49.00", "Balance 9.99", "Hello", "Balance 100.00"]
    script.ussd["*100#"] = list(replies)
    script.ussd["#100#"] = "Hello"
    house.open()
    found = []
    for _ in replies:
        house.balance(origin="schedule")
        found.append(judged(house))
        house.advance(6 * 3600)
    assert found[:4] == [[], [("low", "low")], [], [("critical", "critical")]]
    assert [event for event, _ in found[4]] == ["unreadable"]
    assert ("recovered", "ok") in found[5]


def test_no_answer_is_no_balance(house: Any, script: Any) -> None:
    """A failure raises nothing by itself, and never a limit: unknown is not 0."""
    script.ussd["*"] = Fails("network timeout")
    house.open().balance()
    assert judged(house) == []


def test_an_answer_that_no_decoder_reads(house: Any, script: Any) -> None:
    """The network answered, so it is told as a text without a number is; also where another code was refused before."""
    script.ussd["*100#"] = Fails("CME 258")
    script.ussd["#100#"] = Fails("undecodable")
    house.open().balance()
    assert house.rows[-1].error == "undecodable"
    assert judged(house) == [("unreadable", "unknown")]


def test_a_text_that_the_reader_fails_at(house: Any, script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours in reading a text is no error of the operator's: the person is told that there is no balance."""

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("a bug")

    script.ussd["*"] = "Balance 60.00"
    house.open()
    monkeypatch.setattr("modemd.money.reading.read", broken)
    house.balance()
    assert judged(house) == [("unreadable", "unknown")]
