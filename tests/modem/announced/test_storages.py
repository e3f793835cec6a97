"""Full storages, and the list of what lies there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from modemd.modem.requests import SmsList, SmsListing
from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, Worker


def ask(worker: Worker) -> Any:
    return worker.submit(BalanceQuery())


def sent(peer: Any, *starts: str) -> list[str]:
    return [line for line in peer.commands if line.startswith(starts)]


def test_a_storage_that_fills_up_is_told(
    peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any, watch: Any, answered: Any
) -> None:
    """From 80 % on a ready modem says what is wrong and how to mend it; with room again it says nothing."""
    for index in range(1, 17):
        shelf.put(index, pdu("+79261234567", "Hi"), status=1)
    worker = start(peer.path, paces=replace(quick, details_s=0.01))
    assert watch.wait_for(lambda w: w.snapshots[-1].error is not None)
    assert worker.snapshot.state == "ready"
    assert "the SIM holds 16 of 20 messages" in str(worker.snapshot.error)
    shelf.places.clear()
    peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    answered(worker)
    assert watch.wait_for(lambda w: w.snapshots[-1].error is None and w.snapshots[-1].state == "ready")


@pytest.mark.parametrize("urc", ['^SMMEMFULL: "SM"', "SMS FULL"])
def test_the_modem_says_that_it_is_full(
    peer: Any, start: Any, deaf_to_reading: Any, quick: Paces, urc: str, watch: Any
) -> None:
    """The makers' own lines are believed where +CPMS says nothing."""
    start(peer.path, paces=quick)
    peer.say(urc)
    assert watch.wait_for(lambda w: "storage is full" in str(w.snapshots[-1].error))


def listing(worker: Worker, **options: Any) -> SmsListing:
    found = worker.submit(SmsList(**options)).result(10)
    assert isinstance(found, SmsListing)
    return found


def test_the_list_marks_nothing(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any) -> None:
    """Everything that lies there, with its status, and as unread as before."""
    shelf.put(1, pdu("+79261234567", "Hi"))
    shelf.put(2, pdu("Balance", "Balance 1 р"), status=1)
    found = listing(start(peer.path, paces=quick))
    assert [(one.sender, one.status, one.text) for one in found.messages] == [
        ("+79261234567", "unread", "Hi"),
        ("Balance", "read", "Balance 1 р"),
    ]
    assert (found.hidden, found.error, shelf.unread) == (0, None, [1])


def test_the_list_counts_what_it_may_not_show(
    peer: Any, start: Any, deaf_to_reading: Any, quick: Paces, pdu: Any
) -> None:
    """Where every reading marks, unread ones are counted only; with leave they are shown, and read then."""
    shelf = deaf_to_reading
    shelf.put(1, pdu("+79261234567", "Hi"))
    shelf.put(2, pdu("Balance", "Balance 1 р"), status=1)
    worker = start(peer.path, paces=quick)
    found = listing(worker)
    assert ([one.text for one in found.messages], found.hidden, shelf.unread) == (["Balance 1 р"], 1, [1])
    found = listing(worker, may_mark=True)
    assert ([one.text for one in found.messages], found.hidden, shelf.unread) == (["Hi", "Balance 1 р"], 0, [])


def test_a_modem_without_messages(peer: Any, start: Any, quick: Paces) -> None:
    """No access to any storage is a failure with its reason, not an empty list."""
    found = listing(start(peer.path, paces=quick))
    assert (found.messages, found.error) == ((), "not supported")
    assert found.hint
