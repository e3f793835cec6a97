"""Which of a modem's AT ports is opened next."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from modemd.backends.at.ports.port_rotation import PortRotation
from modemd.errors import ModemSilent, NoReplyOnPort, PortAbsent, PortBlocked, PortLost
from modemd.modem.worker import BalanceQuery


def test_the_first_port_is_kept_through_an_unplug_and_a_slow_start() -> None:
    """A modem that is gone for a moment, or boots, is opened on its first port again."""
    turns = PortRotation("auto")
    for error in (PortLost("gone"), PortAbsent("gone"), ModemSilent("boots"), ModemSilent("boots")):
        turns.failed(error)
        assert turns.attempt == 0
    turns.opened(2)
    turns.failed(ModemSilent("hung"))
    assert turns.attempt == 0


@pytest.mark.parametrize(
    ("setting", "errors"),
    [
        ("auto", [PortBlocked("held")]),
        ("auto", [ModemSilent("hung")] * 3),
        ("imei:860000000000017", [PortAbsent("another IMEI")]),
    ],
)
def test_another_port_where_there_is_a_reason(setting: str, errors: list[Any]) -> None:
    """A port that is held, one that stays silent, and the port of another modem are left; unplugged is a new start."""
    turns = PortRotation(setting)
    for error in errors:
        turns.failed(error)
    assert turns.attempt == 1
    turns.failed(PortLost("unplugged"))
    assert turns.attempt == 0


def test_a_port_that_answered_once_is_not_left() -> None:
    """Silence of the network is no reason to leave the port that brought an answer."""
    turns = PortRotation("auto")
    turns.opened(2)
    turns.answered()
    turns.unanswered()
    turns.look()
    turns.opened(1)
    turns.unanswered()
    turns.look()


def test_each_port_is_left_once_for_want_of_an_answer() -> None:
    """Where no port brings one the modem stays where it is: it is the network, or the modem is mad."""
    turns = PortRotation("auto")
    for ports_left in (2, 1):
        turns.opened(3)
        turns.unanswered()
        with pytest.raises(NoReplyOnPort) as caught:
            turns.look()
        turns.failed(caught.value)
        assert turns.attempt == 3 - ports_left
    turns.opened(3)
    turns.unanswered()
    turns.look()


def test_answers_that_come_on_the_other_port(
    peer: Any, other: Any, start: Any, watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query without an answer on the first port, which never gave one: the next one is asked on the second, without
    anybody's doing, and the modem stays there."""
    monkeypatch.setattr("modemd.backends.at.backend.candidates", lambda _setting: [peer.path, other.path])
    peer.ussd("OK")
    other.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    worker = start("auto", reply_timeout_s=0.2, quarantine_s=0.1)
    assert worker.submit(BalanceQuery()).result(10).error == "no answer"
    assert watch.wait_for(lambda seen: seen.snapshots[-1].port == other.path and seen.snapshots[-1].state == "ready")
    assert worker.snapshot.wanted_at is not None
    assert worker.submit(BalanceQuery()).result(10).reading.balance == Decimal("12.50")
    other.ussd("OK")
    assert worker.submit(BalanceQuery()).result(10).error == "no answer"
    assert worker.submit(BalanceQuery()).result(10).error == "no answer"
    assert worker.snapshot.port == other.path
