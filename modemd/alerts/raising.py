"""From a row of the history to alerts in the outbox: rules, text and store put together, for any thread.

Each function reads a SIM's state and writes it with the alerts in one transaction, so that no two threads undo each
other's work. The caller wakes the outbox when the returned list is not empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from os import urandom

from modemd.alerts import rules, text
from modemd.alerts.channels import Bound
from modemd.records import Alert, AlertEvent, Measurement
from modemd.store import Standing, Store


def measured(
    store: Store,
    m: Measurement,
    *,
    policy: rules.Policy,
    channels: Mapping[str, Bound],
    language: str = "en",
    now: datetime | None = None,
) -> list[Alert]:
    """Judge a row of the history, in its own transaction where there is one; the alerts that it raised: none for one
    that is not of the balance. Raises StoreError."""
    if m.about != "balance":
        return []
    nameless = f"modem:{m.modem}"
    named = m.sim_key != nameless
    with store.together():
        states = store.alert_states(m.sim_key, nameless)
        state, before = states[m.sim_key], states[nameless] if named else {}
        if before.get("stale") and (m.reading.balance is not None or m.reading.data_left_mb is not None):
            # The silence began before the SIM could be named; it ends with the SIM's first reading.
            state = {**state, "stale": True}
        new, events = rules.evaluate(state, m, policy, now=now)
        alerts = [_alert(event, m.modem, m.sim_key, m.operator, language) for event in events]
        store.raise_alerts(m.sim_key, new, alerts, _wanted(channels))
        if before.get("stale") and not new.get("stale"):
            store.save_alert_state(nameless, {**before, "stale": False, "open": []})
        if named:
            store.close_alerts_of_other_sims(m.modem, m.sim_key)
    return alerts


def silent(
    store: Store,
    standing: Standing,
    *,
    operator: str | None,
    now: datetime,
    policy: rules.Policy,
    channels: Mapping[str, Bound],
    language: str = "en",
    reason: str | None = None,
) -> tuple[list[Alert], datetime | None]:
    """Judge the silence of one modem: `stale`, once. The alerts raised, and when this is next worth calling; None =
    never, or `stale` is in force. `standing` is the modem's as it is now.

    `reason`: what is wrong with the modem now, one line, if anything is.
    """
    key, state, last = standing.sim_key, dict(standing.state), standing.reading
    last_reading_at = last.taken_at if last else None
    first_seen = seen_since(store, standing, now=now)
    new, events = rules.evaluate_silence(
        state, last_reading_at=last_reading_at, first_seen=first_seen, now=now, policy=policy, reason=reason
    )
    operator = operator or (last.operator if last else None)
    alerts = [_alert(event, standing.modem, key, operator, language) for event in events]
    if alerts or new.get("quiet_since") != state.get("quiet_since"):
        with store.together():
            if store.alert_state(key) != state:
                return [], now  # a row has come in between: to be looked at anew
            store.raise_alerts(key, new, alerts, _wanted(channels))
    if new.get("stale"):
        return alerts, None
    base = rules.silent_since(new, last_reading_at=last_reading_at, first_seen=first_seen, now=now)
    return alerts, rules.stale_at(base, policy)


def stale_due(store: Store, standing: Standing, *, now: datetime, policy: rules.Policy) -> datetime | None:
    """When the present silence of this modem is `stale`; None = never, or it is in force."""
    if standing.state.get("stale"):
        return None
    base = rules.silent_since(
        dict(standing.state),
        last_reading_at=standing.reading.taken_at if standing.reading else None,
        first_seen=seen_since(store, standing, now=now),
        now=now,
    )
    return rules.stale_at(base, policy)


def seen_since(store: Store, standing: Standing, *, now: datetime) -> datetime:
    """Since when readings can be expected: since the modem was configured, or since this SIM took another's place.

    A SIM that was put in today is not stale because the modem is old.
    """
    modem, key = standing.modem, standing.sim_key
    if key == f"modem:{modem}":
        return standing.first_seen
    if standing.sim_seen is not None:
        return standing.sim_seen
    return store.first_seen(f"{modem} {key}", now if standing.had_other_sim else standing.first_seen)


def make_test_alert(*, modem: str, sim_key: str, operator: str | None, now: datetime, language: str = "en") -> Alert:
    """What `modemd alerts test` puts into the outbox (store.put_alert): real in all but its event; tried once."""
    event = rules.RaisedEvent(event="test", level="unknown", at=now)
    return _alert(event, modem, sim_key, operator, language)


def _alert(event: rules.RaisedEvent, modem: str, sim_key: str, operator: str | None, language: str) -> Alert:
    return Alert(
        id=urandom(6).hex(),
        event=event.event,
        level=event.level,
        modem=modem,
        sim_key=sim_key,
        operator=operator,
        balance=event.balance,
        currency=event.currency,
        taken_at=event.taken_at,
        text=text.line(event, modem=modem, operator=operator, language=language),
        raised_at=event.at,
    )


def _wanted(channels: Mapping[str, Bound]) -> dict[str, Collection[AlertEvent]]:
    return {name: bound.events for name, bound in channels.items()}
