"""A wait for a message that ends early: settings are put back, and the modem answers the next."""

from __future__ import annotations

import time
from dataclasses import replace
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


def test_announcements_are_switched_on_and_off(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any) -> None:
    """CNMI with mt 0 becomes 1 for the window, and is what it was behind it."""
    shelf.route = "1,0,0,0,0"
    worker = start(peer.path, paces=quick)
    query = ask(worker)
    assert peer.heard("AT+CNMI=")
    shelf.arrive(3, pdu("Balance", "Balance 57,30 р"))
    assert query.result(10).reading.balance == Decimal("57.30")
    assert shelf.route == "1,0,0,0,0"


def test_cancel_while_waiting(peer: Any, start: Any, shelf: Any, quick: Paces, store: Store, answered: Any) -> None:
    """Who goes away ends the wait at once: no row, the setting put back, and the modem answers the next."""
    shelf.route = "1,0,0,0,0"
    worker = start(peer.path, paces=replace(quick, sms_s=60))
    query = ask(worker)
    assert peer.heard("AT+CNMI=")
    worker.cancel(query)
    assert query.result(5).error == "cancelled"
    assert peer.heard("AT+CNMI=1,0,0,0,0")
    assert store.history() == []
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert answered(worker).reading.balance == Decimal("12.50")
    assert shelf.route == "1,0,0,0,0"


@pytest.mark.parametrize("at_once", [True, False])
def test_stop_while_waiting(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any, at_once: bool) -> None:
    """stop() does not wait for the window, and puts CNMI back: also where it was just being changed."""
    shelf.route = "1,0,0,0,0"
    worker = start(peer.path, paces=replace(quick, sms_s=60))
    query = ask(worker)
    assert peer.heard("AT+CNMI=")
    if not at_once:
        shelf.arrive(1, pdu("+79261234567", "Hi"))
        assert peer.heard("AT^SMGR=1")
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert query.result(1).error in ("cancelled", "shutting down")
    assert shelf.route == "1,0,0,0,0"


def test_unplug_while_waiting(peer: Any, start: Any, shelf: Any, quick: Paces) -> None:
    """The device that goes away is the end of the question, at once."""
    worker = start(peer.path, paces=replace(quick, sms_s=60))
    query = ask(worker)
    assert peer.heard("AT+CPMS?")
    peer.unplug()
    row = query.result(5)
    assert (row.error, row.reading.balance) == ("unplugged", None)
    assert shelf.unread == []
