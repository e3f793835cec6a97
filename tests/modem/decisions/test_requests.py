"""Who waits, who joins, who goes away, and what is dialled for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.modem.requests import BalanceQuery, UssdQuery
from modemd.modem.timeouts import Paces
from modemd.records import Cause
from tests.backends.scripted import Fails, Says, Silent


def test_a_balance(house: Any, script: Any) -> None:
    """From the request to the row: number, proof, the attempt before it, the SIM it belongs to."""
    script.ussd["*100#"] = "Balance 12.50"
    row = house.open().balance()
    assert (row.reading.balance, row.reading.currency, row.reading.confidence) == (Decimal("12.50"), "RUB", "operator")
    assert (row.error, row.text, row.code, row.origin) == (None, "Balance 12.50", "*100#", "query")
    assert row.sim_key == "iccid:89701010000000000017"
    assert [kept.text for kept in house.store.history()] == ["Balance 12.50"]
    assert house.rows == [row]
    assert house.store.last_attempt("home", row.sim_key) is not None


def test_two_balance_queries_are_one_request(house: Any, script: Any) -> None:
    """Who asks while one runs joins it."""
    script.ussd["*100#"] = Says("Balance 12.50", after_s=10)
    first = house.open().begin(BalanceQuery())
    second = house.begin(BalanceQuery())
    assert second is first
    house.advance(10)
    assert first.result(1).reading.balance == Decimal("12.50")
    assert script.dialled == ["*100#"]


def test_the_schedules_query_becomes_a_persons(house: Any, script: Any) -> None:
    """A person who joins a scheduled query that still waits may dial what the schedule may not."""
    script.ussd |= {"*111#": Says("Fine", after_s=10), "*100#": "Balance 1.00"}
    house.open().begin(UssdQuery(code="*111#"))
    waits = house.begin(BalanceQuery(origin="schedule"))
    assert house.begin(BalanceQuery()) is waits
    house.advance(20)
    assert waits.result(1).origin == "query"


def test_a_query_with_another_code_is_another_request(house: Any, script: Any) -> None:
    """It does not join: its answer is another."""
    script.ussd["*"] = Says("Balance 1.00", after_s=10)
    first = house.open().begin(BalanceQuery())
    assert house.begin(BalanceQuery(code="*105#")) is not first
    house.advance(20)
    assert script.dialled == ["*100#", "*105#"]


def test_cancelled_while_it_waits(house: Any, script: Any) -> None:
    """Nothing is dialled for it, and the one that runs goes on."""
    script.ussd["*"] = Says("Fine", after_s=10)
    first = house.open().begin(UssdQuery(code="*111#"))
    second = house.begin(UssdQuery(code="*112#"))
    house.worker.cancel(second)
    assert second.result(1).error == "cancelled"
    house.advance(10)
    assert first.result(1).text == "Fine"
    assert script.dialled == ["*111#"]


def test_cancelled_while_it_runs(house: Any, script: Any) -> None:
    """The session is ended, and a late answer may still come: quarantine."""
    script.ussd["*"] = Silent()
    future = house.open().begin(UssdQuery(code="*111#"))
    house.worker.cancel(future)
    result = future.result(1)
    house.clock.settle()
    assert (result.status, result.error, result.cause) == ("error", "cancelled", Cause.CANCELLED)
    assert script.sent[-2:] == ["ussd *111#", "cancel"]
    assert house.state == "quarantine"


def test_busy(house: Any, script: Any) -> None:
    """Who waits for longer than `turn_s` is told so, and nothing is dialled for him."""
    script.ussd["*"] = Silent()
    house.open(paces=Paces(turn_s=0.02)).begin(UssdQuery(code="*111#"))  # a timer's time is real
    result = house.worker.submit(UssdQuery(code="*112#")).result(5)
    assert (result.status, result.error) == ("refused", "busy")
    assert script.dialled == ["*111#"]


def test_a_query_has_its_time_from_when_it_was_asked_for(house: Any, script: Any) -> None:
    """Its turn, the look at SIM and network and all codes together: 170 s."""
    script.ussd |= {"*111#": Says("Fine", after_s=50), "*": Silent()}
    house.open(reply_timeout_s=160.0).begin(UssdQuery(code="*111#", timeout_s=60))
    began = house.clock.monotonic()
    row = house.balance()
    assert row.error == "no answer"
    assert house.clock.monotonic() - began <= 171


def test_who_asked_is_told_in_time_whatever_the_modem_does(house: Any, script: Any) -> None:
    """Something hangs behind its time; the row comes when that has ended."""
    script.ussd["*"] = Silent()
    house.open(paces=Paces(query_s=0.02, overrun_s=0.0))
    row = house.worker.submit(BalanceQuery()).result(5)  # a timer's time is real, the modem's stands still
    assert (row.error, house.rows) == ("overdue", [])
    assert row.hint
    house.advance(1)
    assert [row.error for row in house.rows] == ["no answer"]


@pytest.mark.parametrize("code", ['*100#",15\r\nAT+CFUN=0', "*21*123#", "", "hello"])
def test_a_bad_code_is_not_dialled(house: Any, script: Any, code: str) -> None:
    result = house.open().ussd(code)
    assert (result.status, result.error) == ("refused", "bad code")
    assert result.hint
    assert script.dialled == []


def test_replies_answer_the_menus(house: Any, script: Any) -> None:
    """One a menu; when they are used up the session is cancelled."""
    script.ussd |= {"*100#": Says("first", m=1), "1": Says("second", m=1)}
    result = house.open().ussd("*100#", replies=("1",))
    assert (result.status, result.turns, result.error) == ("action_required", ("first", "second"), None)
    assert script.sent[-3:] == ["ussd *100#", "ussd 1", "cancel"]


def test_a_menu_that_a_person_answers(house: Any, script: Any) -> None:
    script.ussd |= {"*100#": Says("1 Balance", m=1), "1": "Fine"}
    menus: list[str] = []
    future = house.open().begin(UssdQuery(code="*100#", interactive=True, on_menu=menus.append))
    house.advance(2)
    assert menus == ["1 Balance"]
    house.worker.answer(future, "1")
    house.clock.settle()
    house.advance(2)
    assert future.result(1).text == "Fine"


def test_a_menu_that_nobody_answers(house: Any, script: Any) -> None:
    """After a minute the session is ended, and the menu is the result."""
    script.ussd["*100#"] = Says("1 Balance", m=1)
    result = house.open().ussd("*100#", interactive=True, on_menu=lambda _: None)
    assert (result.status, result.text, result.error) == ("action_required", "1 Balance", None)
    assert 60 <= result.elapsed_s < 62
    assert script.sent[-1] == "cancel"


def test_unplugged_in_a_query(house: Any, script: Any) -> None:
    """Who asked is told so at once, those behind him too; the modem is looked for, and found."""
    script.ussd["*"] = Silent()
    first = house.open().begin(BalanceQuery())
    second = house.begin(UssdQuery(code="*111#"))

    def unplug() -> None:
        script.present = False

    script.clock.plan(3, unplug)
    house.advance(3.1)
    assert first.result(1).error == "unplugged"
    assert second.result(1).error in ("unplugged", "absent")
    assert house.state == "absent"
    script.present = True
    house.advance(5)
    assert house.state == "ready"


def test_one_that_is_not_there_is_waited_for(house: Any, script: Any) -> None:
    """Opening it finds the same reason for as long as nothing comes or goes: a look costs less. What appears beside it
    may be another reason, and is one at once."""
    script.present = False
    house.open()
    assert (house.state, script.looked_for) == ("absent", 1)
    house.advance(40)
    assert script.looked_for == 1
    script.around += 1
    house.advance(3)
    assert script.looked_for == 2
    house.advance(40)
    assert script.looked_for == 2
    house.advance(40)
    assert script.looked_for == 3
    script.present = True
    house.advance(4)
    assert house.state == "ready"


def test_what_is_there_and_cannot_be_opened_is_tried_soon(house: Any, script: Any) -> None:
    """It may be in the middle of its start."""
    script.held_by = "ModemManager"
    house.open().advance(10)
    assert (house.state, script.looked_for >= 3) == ("blocked", True)


def test_stop_ends_a_query(house: Any, script: Any) -> None:
    """stop() ends the session, and closes the modem."""
    script.ussd["*"] = Silent()
    future = house.open().begin(UssdQuery(code="*111#"))
    house.worker.stop()
    assert future.result(0).error in ("cancelled", "shutting down")
    assert script.sent[-2:] == ["cancel", "close"]
    assert house.worker.submit(BalanceQuery()).result(1).error == "shutting down"


def test_an_idle_modem_is_left_in_peace(house: Any, script: Any) -> None:
    """Registered, nothing waits: no look at anything in a week, once operator and signal are read."""
    house.open().advance(10)
    before, asked = len(script.sent), []
    script.backend.registration = lambda: asked.append(1)
    house.advance(7 * 86400)
    assert (script.sent[before:], asked) == ([], [])
    assert house.worker.alive_until == float("inf")


def test_the_reason_of_a_failure_is_kept(house: Any, script: Any) -> None:
    """A row with the phrase and the line for people, and no number."""
    script.ussd["*"] = Fails("CME 258")
    row = house.open().balance()
    assert (row.error, row.reading.balance, row.reading.kind) == ("CME 258", None, "error")
    assert row.hint


def test_what_a_busy_modem_is_asked_and_until_when_it_rests(house: Any, script: Any) -> None:
    """For who waits: the kind of request, never its code, whose turn it is, and when the quarantine ends."""
    script.ussd = {"*100#": Silent(), "*7#": "Hello"}
    begun: list[str] = []
    house.open(quarantine_s=30.0)
    house.ussd("*100#", on_begun=lambda: begun.append("*100#"))
    resting = house.worker.snapshot
    assert (resting.state, resting.asking) == ("quarantine", None)
    assert resting.quarantine_until == house.clock.now() + timedelta(seconds=30)
    house.begin(UssdQuery(code="*7#", on_begun=lambda: begun.append("*7#")))
    assert begun == ["*100#"]
    house.advance(40)
    assert begun == ["*100#", "*7#"]
    assert (house.state, house.worker.snapshot.quarantine_until) == ("ready", None)
    assert {snapshot.asking for snapshot in house.snapshots if snapshot.state == "busy"} == {"ussd"}


def test_a_text_that_stopped_inside_a_line(house: Any, script: Any) -> None:
    """A piece of an answer is no answer; what came of it is kept."""
    script.ussd["*"] = Says("Balance: 31", cut=True, torn=True)
    result = house.open().ussd("*100#")
    assert (result.status, result.text, result.error, result.turns) == ("done", None, "cut", ("Balance: 31",))
    assert result.hint
    script.ussd["*"] = Says("Balance 31", cut=True)
    assert house.ussd("*100#").text == "Balance 31"
