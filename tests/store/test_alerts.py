"""Alerts, their states, and the outbox rows: together or not at all, and in order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modemd.errors import StoreError
from modemd.records import Alert
from modemd.store import Store

Make = Callable[..., Alert]


def due(store: Store, clock: Any) -> list[tuple[str, str]]:
    return [(d.alert.id, d.channel) for d in store.outbox_due(clock.now)]


def test_state_is_kept_per_sim(store: Store) -> None:
    """A state comes back as it was saved; an unknown SIM has none."""
    state = {"raised": "low", "stale": False, "n": 1, "open": ["low"]}
    store.save_alert_state("iccid:1", state)
    assert store.alert_state("iccid:1") == state
    assert store.alert_state("iccid:2") == {}


def test_alert_survives_a_kill(store: Store, folder: Path, clock: Any, alert: Make) -> None:
    """A pending delivery is there after the file was opened anew, equal in every field."""
    one = alert("a1", balance=None, currency=None, taken_at=None, operator=None)
    store.put_alert(one, ["command", "mail"])
    store.close()
    store = Store(folder, clock=clock)
    assert [d.alert for d in store.outbox_due(clock.now)] == [one, one]
    assert due(store, clock) == [("a1", "command"), ("a1", "mail")]
    store.close()


def test_state_and_alerts_together(store: Store, alert: Make) -> None:
    """A state that cannot be saved takes the alert back with it: neither is lost or doubled."""
    with pytest.raises(TypeError):
        store.raise_alerts("iccid:8970101", {"x": object()}, [alert("a1")], ["command"])
    bad = alert("a2", raised_at=None)
    with pytest.raises((StoreError, AttributeError)):
        store.raise_alerts("iccid:8970101", {"raised": "low"}, [alert("a1"), bad], ["command"])
    assert store.alerts() == []
    assert store.alert_state("iccid:8970101") == {}


def test_channels_get_what_they_want(store: Store, clock: Any, alert: Make) -> None:
    """With events per channel, an alert goes to those that want it; one that nobody wants is still listed."""
    wanted = {"command": ["low", "critical"], "mail": ["stale"]}
    store.raise_alerts("iccid:8970101", {}, [alert("a1", "low"), alert("a2", "recovered")], wanted)
    assert due(store, clock) == [("a1", "command")]
    assert [row.alert.id for row in store.alerts()] == ["a2", "a1"]


def test_the_same_alert_twice_is_one(store: Store, clock: Any, alert: Make) -> None:
    """Putting an alert again (same id) adds nothing."""
    store.put_alert(alert("a1"), ["command"])
    store.put_alert(alert("a1"), ["command"])
    assert due(store, clock) == [("a1", "command")]


def test_retry_then_receipt(store: Store, clock: Any, alert: Make) -> None:
    """A failed try waits until its time; a receipt ends it and keeps when and after how many tries."""
    store.put_alert(alert("a1"), ["command"])
    (delivery,) = store.outbox_due(clock.now)
    assert store.next_delivery() == clock.now
    store.retry(delivery.id, "exit 1", clock.now + timedelta(seconds=30))
    assert due(store, clock) == []
    assert store.next_delivery() == clock.now + timedelta(seconds=30)
    clock.move(seconds=30)
    (delivery,) = store.outbox_due(clock.now)
    assert (delivery.tries, delivery.last_error, delivery.state) == (1, "exit 1", "pending")
    store.delivered(delivery.id, clock.now)
    assert store.next_delivery() is None
    (receipt,) = store.alerts()[0].deliveries
    assert (receipt.state, receipt.tries, receipt.delivered_at) == ("delivered", 2, clock.now)


def test_given_up_stays_listed(store: Store, clock: Any, alert: Make) -> None:
    """Given up is not due any more, and the list says why."""
    store.put_alert(alert("a1"), ["command"])
    store.give_up(store.outbox_due(clock.now)[0].id, "no such program")
    assert due(store, clock) == []
    (row,) = store.alerts()
    assert (row.deliveries[0].state, row.deliveries[0].last_error) == ("given_up", "no such program")
    assert row.open


def test_a_new_alert_wakes_those_that_wait(store: Store, clock: Any, alert: Make) -> None:
    """What waits for a channel goes before a new alert, so that "recovered" never arrives before its "low"."""
    store.put_alert(alert("a1", "low"), ["command", "mail"])
    for delivery in store.outbox_due(clock.now):
        store.retry(delivery.id, "offline", clock.now + timedelta(hours=6))
    clock.move(minutes=1)
    store.put_alert(alert("a2", "recovered"), ["command"])
    assert due(store, clock) == [("a1", "command"), ("a2", "command")]


def test_a_receipt_wakes_those_that_wait(store: Store, clock: Any, alert: Make) -> None:
    """A channel that works again gets all that waited for it, not in six hours; other channels keep their time."""
    store.put_alert(alert("a1"), ["command", "mail"])
    store.put_alert(alert("a2"), ["command"])
    first, mail, second = store.outbox_due(clock.now)
    for delivery in (first, mail, second):
        store.retry(delivery.id, "offline", clock.now + timedelta(hours=6))
    store.delivered(second.id, clock.now)
    assert due(store, clock) == [("a1", "command")]


def test_a_wrong_clock_cannot_hold_an_alert(store: Store, clock: Any, alert: Make) -> None:
    """A retry set by a clock years ahead, or an alert raised by one, is due now."""
    store.put_alert(alert("a1"), ["command"])
    store.retry(store.outbox_due(clock.now)[0].id, "x", clock.now + timedelta(days=5000))
    assert due(store, clock) == [("a1", "command")]
    store.put_alert(alert("a2", raised_at=clock.now + timedelta(hours=3)), ["mail"])
    assert ("a2", "mail") in due(store, clock)


def test_open_until_acknowledged(store: Store, alert: Make) -> None:
    """An alert is open until a person takes note; good news and tests never are."""
    for number, event in enumerate(["low", "recovered", "test"]):
        store.put_alert(alert(f"a{number}", event), [])
    assert [row.alert.id for row in store.open_alerts("home")] == ["a0"]
    assert store.open_alerts("van") == []
    assert store.acknowledge("a0")
    assert not store.acknowledge("nobody")
    assert store.open_alerts("home") == []
    assert store.alerts(open_only=True) == []
    assert len(store.alerts()) == 3
    assert [row.alert.id for row in store.alerts(limit=1)] == ["a2"]


def test_open_until_over(store: Store, alert: Make) -> None:
    """The state's "open" closes what is no longer in force, of that SIM alone."""
    store.raise_alerts("iccid:8970101", {"open": ["low", "stale"]}, [alert("a1", "low"), alert("a2", "stale")], [])
    store.put_alert(alert("b1", "low", sim_key="iccid:2", modem="van"), [])
    store.save_alert_state("iccid:8970101", {"open": ["low"]})
    assert [row.alert.id for row in store.alerts(open_only=True)] == ["b1", "a1"]
    closed = next(row for row in store.alerts() if row.alert.id == "a2")
    assert closed.closed_at is not None
    assert not closed.open


def test_a_swapped_sim_takes_its_alerts_along(store: Store, alert: Make) -> None:
    """What was open about the SIM before is closed when another is in the modem; other modems keep theirs."""
    store.put_alert(alert("a1", sim_key="iccid:old"), [])
    store.put_alert(alert("a2", sim_key="iccid:old", modem="van"), [])
    store.close_alerts_of_other_sims("home", "iccid:new")
    assert [row.alert.id for row in store.alerts(open_only=True)] == ["a2"]
