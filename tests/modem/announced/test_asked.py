"""The query by short message: sent once, where it costs nothing; answers of our own deleted where that is wanted."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, Worker
from modemd.money.operators import Packs
from modemd.store import Store


def ask(worker: Worker) -> Any:
    return worker.submit(BalanceQuery())


def sent(peer: Any, *starts: str) -> list[str]:
    return [line for line in peer.commands if line.startswith(starts)]


def test_the_query_by_message(
    peer: Any, start: Any, service: Any, quick: Paces, store: Store, pdu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where USSD fails, one message goes to the pack's number, and its answer is the balance: two attempts."""
    noted, note = [], store.note_attempt

    def noting(modem: str, sim_key: str, **how: Any) -> None:
        noted.append(sim_key)
        note(modem, sim_key, **how)

    monkeypatch.setattr(store, "note_attempt", noting)
    worker = start(peer.path, paces=quick, sms_query="auto")
    query = ask(worker)
    assert peer.heard("0001")
    service.arrive(1, pdu("111", "Balance 57,30 р"))
    row = query.result(10)
    assert (row.reading.balance, row.channel, row.code) == (Decimal("57.30"), "sms", "sms:111:11")
    assert len(sent(peer, "AT+CMGS")) == 1
    assert noted == [row.sim_key] * 2
    assert service.unread == [1]


@pytest.mark.parametrize(
    "change", [{"sms_query": "off"}, {"sms_query": "auto", "roaming": True}, {"sms_query": "auto", "code": None}]
)
def test_no_message_without_leave(
    peer: Any,
    start: Any,
    service: Any,
    quick: Paces,
    packs: Packs,
    tmp_path: Path,
    change: dict[str, Any],
    answered: Any,
) -> None:
    """Not where it is off, not while roaming, not where the pack does not prove that it is free."""
    if "code" in change:
        pack = tmp_path / "packs" / "xx-test.toml"
        pack.write_text(pack.read_text(encoding="utf-8").replace('cost = "0"', ""), encoding="utf-8")
    if "roaming" in change:
        peer.answers["AT+CREG?"] = ("+CREG: 0,5", "OK")
    assert packs.problems == []
    worker = start(peer.path, paces=quick, **change)
    assert answered(worker).error == "not supported"
    assert sent(peer, "AT+CMGS") == []
    assert service.places == {}


def test_a_message_that_is_refused(peer: Any, start: Any, service: Any, quick: Paces, answered: Any) -> None:
    """+CMS ERROR: the line for people says why, and nothing is sent again."""
    peer.answers["0001*"] = ("+CMS ERROR: 331",)
    row = answered(start(peer.path, paces=quick, sms_query="auto"))
    assert row.error == "not supported"
    assert "no network for messages" in (row.hint or "")
    assert len(sent(peer, "AT+CMGS")) == 1
    assert service.places == {}


def test_an_answer_of_our_own_is_deleted_only_where_that_is_wanted(
    peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any
) -> None:
    """sms_delete_own: exactly the parts of the answer, and nobody else's message."""
    shelf.put(1, pdu("+79261234567", "Balance 9999"))
    worker = start(peer.path, paces=quick, sms_delete_own=True)
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    shelf.arrive(2, pdu("Balance", "Balance 57", part=(9, 1, 2)))
    shelf.arrive(3, pdu("Balance", ",30 р", part=(9, 2, 2)))
    assert query.result(10).reading.balance == Decimal("57.30")
    assert peer.heard("AT+CMGD", times=2)
    assert sent(peer, "AT+CMGD") == ["AT+CMGD=2", "AT+CMGD=3"]
    assert shelf.unread == [1]


def test_an_operator_that_is_asked_by_message_only(
    peer: Any, start: Any, service: Any, quick: Paces, packs: Packs, tmp_path: Path, pdu: Any
) -> None:
    """A pack without USSD codes: the schedule has a free query by SMS to send, and the floor that the pack names."""
    file = tmp_path / "packs" / "xx-test.toml"
    text = file.read_text(encoding="utf-8")
    ussd, sms = text.index("[[query]]"), text.index("[[query]]\nkind")
    file.write_text(text[:ussd] + text[sms:].replace('cost = "0"', 'cost = "0"\nfloor = "12h"'), encoding="utf-8")
    assert packs.problems == []
    worker = start(peer.path, paces=quick, sms_query="auto")
    assert (worker.snapshot.code, worker.snapshot.floor_s) == ("sms:111:11", 12 * 3600.0)
    query = worker.submit(BalanceQuery(origin="schedule"))
    assert peer.heard("0001")
    service.arrive(1, pdu("111", "Balance 57,30 р"))
    row = query.result(10)
    assert (row.reading.balance, row.origin, row.channel) == (Decimal("57.30"), "schedule", "sms")
    assert peer.requests == []


def test_an_unplug_while_an_answer_is_deleted(peer: Any, start: Any, shelf: Any, quick: Paces, pdu: Any) -> None:
    """The answer was read: who asked gets it, whatever becomes of the modem."""
    worker = start(peer.path, paces=quick, sms_delete_own=True)
    peer.answers["AT+CMGD=*"] = lambda _: peer.unplug() or ()
    query = ask(worker)
    assert peer.heard("AT+CUSD=1")
    shelf.arrive(1, pdu("Balance", "Balance 57,30 р"))
    assert query.result(10).reading.balance == Decimal("57.30")
