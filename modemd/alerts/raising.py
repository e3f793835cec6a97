"""From a row of the history to alerts in the outbox: rules, text and store put together, for the daemon's main loop.

Each function reads the SIM's state, judges, and writes state and alerts in one transaction. The caller wakes the outbox
when the returned list is not empty.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from os import urandom

from modemd.alerts import rules, text
from modemd.alerts.channels import Bound
from modemd.records import Alert, AlertEvent, Measurement
from modemd.store import Store


def measured(
    store: Store, m: Measurement, *, policy: rules.Policy, channels: Mapping[str, Bound], language: str = "en"
) -> list[Alert]:
    """Judge a row that the store already holds; the alerts that it raised. Raises StoreError."""
    state = store.alert_state(m.sim_key)
    nameless = f"modem:{m.modem}"
    named = m.sim_key != nameless
    before = store.alert_state(nameless) if named else {}
    if before.get("stale") and (m.reading.balance is not None or m.reading.data_left_mb is not None):
        # The silence began before the SIM could be named; it ends with the SIM's first reading.
        state = {**state, "stale": True}
    new, events = rules.evaluate(state, m, policy)
    alerts = [_alert(event, m.modem, m.sim_key, m.operator, language) for event in events]
    store.raise_alerts(m.sim_key, new, alerts, _wanted(channels))
    if before.get("stale") and not new.get("stale"):
        store.save_alert_state(nameless, {**before, "stale": False, "open": []})
    if named:
        store.close_alerts_of_other_sims(m.modem, m.sim_key)
    return alerts


def silent(
    store: Store,
    *,
    modem: str,
    sim_key: str | None,
    operator: str | None,
    now: datetime,
    policy: rules.Policy,
    channels: Mapping[str, Bound],
    language: str = "en",
    reason: str | None = None,
) -> list[Alert]:
    """Judge the silence of one modem: `stale`, once. `sim_key` None: the SIM that was last seen in it.

    `reason`: what is wrong with the modem now, one line, if anything is. Call it at stale_check_at(), or more often.
    """
    key = _key(store, modem, sim_key)
    last = store.last_reading(modem, key)
    state = store.alert_state(key)
    new, events = rules.evaluate_silence(
        state,
        last_reading_at=last.taken_at if last else None,
        first_seen=seen_since(store, modem=modem, sim_key=key, now=now),
        now=now,
        policy=policy,
        reason=reason,
    )
    alerts = [_alert(event, modem, key, operator or (last.operator if last else None), language) for event in events]
    if alerts or new.get("quiet_since") != state.get("quiet_since"):
        store.raise_alerts(key, new, alerts, _wanted(channels))
    return alerts


def stale_check_at(
    store: Store, *, modem: str, sim_key: str | None, now: datetime, policy: rules.Policy
) -> datetime | None:
    """When silent() is next worth calling (it has been called once before); None = never, or `stale` is in force."""
    key = _key(store, modem, sim_key)
    state = store.alert_state(key)
    if state.get("stale"):
        return None
    last = store.last_reading(modem, key)
    base = rules.silent_since(
        state,
        last_reading_at=last.taken_at if last else None,
        first_seen=seen_since(store, modem=modem, sim_key=key, now=now),
        now=now,
    )
    return rules.stale_at(base, policy)


def seen_since(store: Store, *, modem: str, sim_key: str | None, now: datetime) -> datetime:
    """Since when readings can be expected: since the modem was configured, or since this SIM took another's place.

    A SIM that was put in today is not stale because the modem is old.
    """
    first = store.first_seen(modem, now)
    if sim_key is None or sim_key == f"modem:{modem}":
        return first
    return store.first_seen(f"{modem} {sim_key}", now if store.had_other_sim(modem, sim_key) else first)


def make_test_alert(*, modem: str, sim_key: str, operator: str | None, now: datetime, language: str = "en") -> Alert:
    """What `modemd alerts test` puts into the outbox (store.put_alert): real in all but its event; tried once."""
    event = rules.Event(event="test", level="unknown", at=now)
    return _alert(event, modem, sim_key, operator, language)


def _key(store: Store, modem: str, sim_key: str | None) -> str:
    """A modem that cannot name its SIM at the moment still has the one that was last seen in it."""
    return sim_key if sim_key and sim_key != f"modem:{modem}" else store.current_sim_key(modem)


def _alert(event: rules.Event, modem: str, sim_key: str, operator: str | None, language: str) -> Alert:
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
