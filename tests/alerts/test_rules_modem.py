"""What is said of a modem that is gone, of its SIM, and of the daemon itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from modemd.alerts.rules import Known, Policy, State
from modemd.alerts.rules_modem import away_of, back, changed, gone, patience_s, started, without_away

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = Policy(low=Decimal(50), every_s=3600.0)


def test_once_and_over() -> None:
    """Said once; its end is said where nothing else is wrong."""
    state, events = gone({}, "absent", since=T0, now=T0 + timedelta(hours=1), reason="unplugged")
    assert [(event.event, event.level, event.since) for event in events] == [("absent", "unknown", T0)]
    assert state["open"] == ["absent"]
    assert gone(state, "absent", since=T0, now=T0, reason=None)[1] == []
    state, events = back(state, POLICY, now=T0)
    assert [(event.event, event.level, event.reason) for event in events] == [("recovered", "unknown", "back")]
    assert state["open"] == []
    assert back(state, POLICY, now=T0) == (state, [])
    known: State = {"balance": "60", "balance_at": T0.isoformat(), "currency": "EUR"}
    state, (event,) = back({**known, "sim": True}, POLICY, now=T0)
    assert state == {**known, "open": []}
    assert (event.level, event.known) == ("ok", Known(balance=Decimal(60), currency="EUR", taken_at=T0))


def test_what_is_left_when_it_is_not_away() -> None:
    for away in ("absent", "sim"):
        assert without_away({away: True, "stale": True}) == {"stale": True, "open": ["stale"]}
    assert without_away({"stale": True}) == {"stale": True}


@pytest.mark.parametrize("state", [{"stale": True, "sim": True}, {"raised": "low", "sim": True}])
def test_the_end_waits_for_a_reading(state: State) -> None:
    """Where the balance is unknown or low, a modem that is back is not yet good news."""
    assert back(state, POLICY, now=T0)[1] == []


def test_a_poor_one_is_critical() -> None:
    assert gone({"raised": "low"}, "sim", since=T0, now=T0, reason=None)[1][0].level == "critical"


def test_how_long_it_may_last() -> None:
    assert (patience_s("absent", POLICY), patience_s("sim", POLICY)) == (3600.0, 300.0)
    assert patience_s("absent", Policy(every_s=None)) == 6 * 3600.0
    assert [away_of(state) for state in ("absent", "sim", "starting", "failed")] == ["absent", "sim", None, None]
    assert {away_of(state) for state in ("ready", "busy", "quarantine", "offline")} == {"here"}


def test_another_sim() -> None:
    """Two card numbers that differ, and nothing less."""
    (event,) = changed("iccid:1", "iccid:2", now=T0)
    assert (event.event, event.level, event.reason) == ("sim_changed", "unknown", "iccid:2")
    for before, key in ((None, "iccid:2"), ("iccid:2", "iccid:2"), ("imsi:1", "iccid:2"), ("iccid:1", "imsi:2")):
        assert changed(before, key, now=T0) == []


def test_back_after_a_pause() -> None:
    """More than two intervals; on demand, of six hours."""
    assert started(T0, T0 + timedelta(hours=2), POLICY) == []
    (event,) = started(T0, T0 + timedelta(hours=2, seconds=1), POLICY)
    assert (event.event, event.level, event.since) == ("started", "unknown", T0)
    assert started(T0, T0 + timedelta(hours=11), Policy(every_s=None)) == []
    assert started(T0, T0 - timedelta(hours=11), POLICY) == []
