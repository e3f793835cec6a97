"""What operators write by themselves, and what others write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, Worker
from modemd.store import Store


def ask(worker: Worker) -> Any:
    return worker.submit(BalanceQuery())


def sent(peer: Any, *starts: str) -> list[str]:
    return [line for line in peer.commands if line.startswith(starts)]


def test_a_balance_that_comes_by_itself(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, store: Store, pdu: Any
) -> None:
    """An operator's text with its pattern becomes a reading of origin sms; nothing is marked or dialled for it."""
    start(peer.path, paces=quick)
    shelf.arrive(5, pdu("Balance", "Balance 3,20 р"))
    assert watch.wait_for(lambda w: len(w.rows) == 1)
    row = watch.rows[0]
    assert (row.origin, row.channel, row.reading.balance) == ("sms", "sms", Decimal("3.20"))
    assert [kept.origin for kept in store.history()] == ["sms"]
    assert shelf.unread == [5]
    assert peer.requests == []


def test_a_top_up_is_a_reason_to_ask(peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any) -> None:
    """A confirmation without a balance: a row of kind other, and the snapshot says since when a question is wanted."""
    worker = start(peer.path, paces=quick)
    shelf.arrive(5, pdu("Balance", "Внесена сумма 450 руб."))
    assert watch.wait_for(lambda w: len(w.rows) == 1)
    row = watch.rows[0]
    assert (row.origin, row.reading.kind, row.reading.balance) == ("sms", "other", None)
    assert worker.snapshot.wanted_at is not None


def test_a_warning_right_behind_a_question_asks_nothing(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any, answered: Any
) -> None:
    """An operator that warns after each question must not make a loop of questions."""
    worker = start(peer.path, paces=quick)
    peer.ussd("OK", '+CUSD: 0,"Balance 3.20",15')
    answered(worker)
    shelf.arrive(5, pdu("Balance", "OCTATOK MEHEE 10p"))
    assert watch.wait_for(lambda w: len(w.rows) == 2)
    assert worker.snapshot.wanted_at is None


def test_private_messages_leave_no_trace(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, capsys: pytest.CaptureFixture[str], pdu: Any
) -> None:
    """Strangers, short numbers that the pack does not name, and the operator's other texts: no row, no word in the
    log. The operator's balance behind them shows that they were seen."""
    start(peer.path, paces=quick)
    shelf.arrive(1, pdu("+79261234567", "Balance 9999, love"))
    shelf.arrive(2, pdu("5050", "Balance 8888"))
    shelf.arrive(3, pdu("Balance", "Buy a new tariff, love"))
    shelf.arrive(4, pdu("Balance", "Balance 3,20 р"))
    assert watch.wait_for(lambda w: len(w.rows) >= 1)
    assert [row.reading.balance for row in watch.rows] == [Decimal("3.20")]
    assert "love" not in "".join(capsys.readouterr())


def test_an_old_message_is_a_reading_of_its_own_time(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any
) -> None:
    """A message that was under way for hours says what was then, and is a reason to ask."""
    worker = start(peer.path, paces=quick)
    then = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    shelf.arrive(1, pdu("Balance", "Balance 3,20 р", sent=then))
    assert watch.wait_for(lambda w: len(w.rows) == 1)
    assert watch.rows[0].taken_at == then
    assert worker.snapshot.wanted_at is not None


def test_what_can_only_be_read_by_marking_is_left_alone(
    peer: Any, start: Any, deaf_to_reading: Any, quick: Paces, watch: Any, pdu: Any, answered: Any
) -> None:
    """No command leaves the status alone: the message stays unread, and the query goes on as ever."""
    shelf = deaf_to_reading
    worker = start(peer.path, paces=quick)
    shelf.arrive(5, pdu("Balance", "Balance 3,20 р"))
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert peer.heard("AT+CRSM")
    assert answered(worker).reading.balance == Decimal("12.50")
    assert shelf.unread == [5]
    assert len(watch.rows) == 1


def test_parts_that_come_by_themselves(peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any) -> None:
    """Two parts, some time apart, are one reading."""
    start(peer.path, paces=replace(quick, sms_parts_s=20))
    shelf.arrive(1, pdu("Balance", "Balance 12", part=(3, 1, 2)))
    assert peer.heard("AT^SMGR=1")
    shelf.arrive(2, pdu("Balance", "34,50 р", part=(3, 2, 2)))
    assert watch.wait_for(lambda w: len(w.rows) == 1)
    assert watch.rows[0].reading.balance == Decimal("1234.50")


def test_without_announcements_the_storage_is_compared(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any, answered: Any
) -> None:
    """CNMI off: what lies there at the first look is not interpreted, what is new at the next one is."""
    shelf.route = "0,0,0,0,0"
    shelf.put(1, pdu("Balance", "Balance 1 р"))
    worker = start(peer.path, paces=replace(quick, details_s=0.01))
    assert peer.heard("AT^SMGL=4")
    shelf.arrive(2, pdu("Balance", "Balance 3,20 р"))
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    answered(worker)
    assert watch.wait_for(lambda w: len(w.rows) == 2)
    assert [row.reading.balance for row in watch.rows] == [Decimal("12.50"), Decimal("3.20")]
    assert shelf.unread == [1, 2]
    assert shelf.route == "0,0,0,0,0"


def test_a_flood_of_messages_is_limited(peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, pdu: Any) -> None:
    """At most twenty texts a minute that nobody asked for are kept, whatever way they come."""
    start(peer.path, paces=quick)
    for index in range(1, 41):
        shelf.arrive(index, pdu("Balance", f"Balance {index} р"))
    assert watch.wait_for(lambda w: len(w.rows) == 20)
    assert peer.heard("AT^SMGR", times=40)
    assert len(watch.rows) == 20


@pytest.mark.parametrize(("end", "found"), [("Balance 12", None), ("Balance 12.50. Bye!", "12.50")])
def test_a_long_text_that_may_go_on(
    peer: Any, start: Any, shelf: Any, quick: Paces, watch: Any, end: str, found: str | None
) -> None:
    """In text mode nothing but its length tells that a message may have another part: a number at its end is none."""
    shelf.route = "2,2,0,0,0"
    peer.answers["AT+CMGF?"] = ("+CMGF: 1", "OK")
    peer.answers["AT+CMGF=0"] = ("+CMS ERROR: 303",)
    start(peer.path, paces=quick)
    long = "Dear customer. Vash schet popolnen na 5 RUB. ".ljust(151 - len(end), "z") + ". " + end
    peer.say(f'\r\n+CMT: "Balance",,"26/11/20,10:30:00+12"\r\n{long}\r\n'.encode())
    assert watch.wait_for(lambda w: len(w.rows) == 1)
    row = watch.rows[0]
    assert (row.decoder, row.text) == ("text", long)
    assert row.reading.balance == (None if found is None else Decimal(found))
