"""Balances that USSD announces and a short message brings, on scripted octets, with a look at what was marked or
deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, Worker
from modemd.store import Store

SOON = '+CUSD: 0,"Thank you, the answer will come by SMS",15'


def ask(worker: Worker) -> Any:
    return worker.submit(BalanceQuery())


def sent(peer: Any, *starts: str) -> list[str]:
    return [line for line in peer.commands if line.startswith(starts)]


def test_the_announced_message_is_the_answer(
    peer: Any, start: Any, shelf: Any, quick: Paces, store: Store, pdu: Any
) -> None:
    """A row of channel sms with the joined text and the PDU; nothing is marked as read, deleted or sent."""
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    text = pdu("Balance", "Balance 57,30 р")
    shelf.arrive(3, text)
    row = query.result(10)
    assert (row.channel, row.origin, row.code, row.decoder) == ("sms", "query", "*100#", "pdu")
    assert (row.reading.balance, row.reading.confidence, row.error) == (Decimal("57.30"), "operator", None)
    assert (row.text, row.raw) == ("Balance 57,30 р", bytes.fromhex(text))
    assert [kept.channel for kept in store.history()] == ["sms"]
    assert shelf.unread == [3]
    assert sent(peer, "AT+CMGD", "AT+CMGS", "AT+CNMI=", "AT+CMGR") == []


def test_a_message_that_comes_before_the_ussd_text_counts(
    peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any, answered: Any
) -> None:
    """What was announced between request and answer is looked at, not what came before the request."""
    worker = start(peer.path, paces=quick)
    shelf.put(4, pdu("Balance", "Balance 57,30 р"))
    peer.ussd("OK", '+CMTI: "SM",4', 0.05, SOON)
    assert answered(worker).reading.balance == Decimal("57.30")


@pytest.mark.parametrize("storage", ["ME", "SM"])
def test_three_parts_out_of_order(peer: Any, start: Any, shelf: Any, quick: Paces, storage: str, pdu: Any) -> None:
    """A number that the border of two parts cuts comes out whole, whatever the order, in either storage."""
    shelf.storage = storage
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    for index, number, text in ((7, 3, "0 р. Bye"), (8, 1, "Hello. Balance 12"), (9, 2, "34,5")):
        shelf.arrive(index, pdu("Balance", text, part=(77, number, 3)))
    row = query.result(10)
    assert (row.reading.balance, row.text) == (Decimal("1234.50"), "Hello. Balance 1234,50 р. Bye")
    assert sorted(shelf.unread) == [7, 8, 9]


def test_handed_over_messages_are_read(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any) -> None:
    """+CMT with a PDU: the message lies nowhere, and nothing is read from a storage."""
    shelf.route = "2,2,0,0,0"
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    text = pdu("Balance", "Balance 57,30 р")
    # In one piece, as a modem sends it: the answer to the request goes out from another thread at the same time.
    peer.say(f"\r\n+CMT: ,{len(text) // 2 - 1}\r\n{text}\r\n".encode())
    assert query.result(10).reading.balance == Decimal("57.30")
    assert sent(peer, "AT^SMGR", "AT+CMGR") == []


def test_a_modem_that_knows_text_mode_only(peer: Any, start: Any, shelf: Any, quick: Paces) -> None:
    """+CMT in text mode, of two lines, from a modem that refuses CMGF=0: decoder "text"."""
    shelf.route = "2,2,0,0,0"
    peer.answers["AT+CMGF?"] = ("+CMGF: 1", "OK")
    peer.answers["AT+CMGF=0"] = ("+CMS ERROR: 303",)
    worker = start(peer.path, paces=quick)
    # Behind the last command of the window's beginning: what a modem says close behind +CMT passes for its text.
    shown = b'\r\n+CMT: "Balance",,"26/11/20,10:30:00+12"\r\nDear customer,\r\nBalance 57.30\r\n'
    route = (f"+CNMI: {shelf.route}", "OK")
    peer.answers["AT+CNMI?"] = [route, (*route, shown)]
    row = ask(worker).result(10)
    assert (row.reading.balance, row.decoder, row.text) == (Decimal("57.30"), "text", "Dear customer,\nBalance 57.30")


def test_a_part_that_cannot_be_read_at_once(
    peer: Any, start: Any, deaf_to_reading: Any, quick: Paces, pdu: Any
) -> None:
    """An ERROR on the announced place is not the end: at the end of the window it is read again."""
    shelf = deaf_to_reading
    shelf.failing = 1
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    shelf.arrive(1, pdu("Balance", "Balance 57,30 р"))
    assert query.result(10).reading.balance == Decimal("57.30")


def test_what_is_never_announced_is_found_at_the_end(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any) -> None:
    """A modem that keeps its +CMTI to itself: one look at the storage, by what leaves no mark."""
    shelf.announces = False
    shelf.put(1, pdu("Balance", "Balance 1 р", sent=datetime.now(UTC) - timedelta(days=3)))
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CPMS?")
    shelf.arrive(2, pdu("Balance", "Balance 57,30 р"))
    assert query.result(10).reading.balance == Decimal("57.30")
    assert sorted(shelf.unread) == [1, 2]
