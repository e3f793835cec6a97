"""From what happened to alerts in the outbox: rules, text and store put together, for any thread.

Each function reads a SIM's state and writes it with the alerts in one transaction, so that no two threads undo each
other's work. The caller wakes the outbox when the returned list is not empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from os import urandom

from modemd.alerts import rehearsal, rules, rules_modem, text
from modemd.alerts.channels import Bound
from modemd.alerts.habits import habit_of
from modemd.alerts.plan import to_remind
from modemd.clock import in_order
from modemd.records import Alert, AlertEvent, Measurement, ModemSnapshot, Reading
from modemd.store import Standing, Store

# What a habit is told from: two months, in which a monthly fee stands twice; the last one reading by reading. A
# year of hourly readings makes each question three times as long.
MONTH = timedelta(days=31)
MONTHS = 2  # read one by one, so that nobody waits long for the store


# What a payment mends.
PAYABLE: frozenset[AlertEvent] = frozenset({"low", "critical", "days_left", "expiring", "data_low", "idle"})

# operator, language, the SIM's key -> how to pay, the page for it
Advise = Callable[[str | None, str, str], tuple[str | None, str | None]]


def no_advice(_operator: str | None, _language: str, _sim_key: str) -> tuple[str | None, str | None]:
    """Where no packs are at hand."""
    return None, None


def measured(
    store: Store,
    m: Measurement,
    *,
    policy: rules.Policy,
    channels: Mapping[str, Bound],
    language: str = "en",
    advise: Advise = no_advice,
    now: datetime | None = None,
    spending: rules.Spending = rules.NO_SPENDING,
) -> list[Alert]:
    """Judge a row of the history, in its own transaction where there is one; the alerts that it raised. `spending`:
    what spending_at() gave for it, which takes too long for a transaction. Raises StoreError."""
    if m.about == "data" and m.reading.data_left_mb is None:
        return []
    nameless = f"modem:{m.modem}"
    named = m.sim_key != nameless
    with store.together():
        states = store.alert_states(m.sim_key, nameless)
        state, before = states[m.sim_key], states[nameless] if named else {}
        brings = m.reading.balance is not None or m.reading.data_left_mb is not None
        if before.get("stale") and brings and m.about == "balance":
            # The silence began before the SIM could be named; it ends with the SIM's first reading.
            state = {**state, "stale": True}
        new, events = rules.evaluate(state, m, policy, now=now, habit=spending)
        alerts = [_alert(event, m.modem, m.sim_key, m.operator, language, advise) for event in events]
        alerts = _put(store, m.sim_key, new, alerts, channels)
        if before.get("stale") and not new.get("stale"):
            store.save_alert_state(nameless, {**before, "stale": False, "absent": False, "sim": False, "open": []})
        if named and m.about == "balance":
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
    advise: Advise = no_advice,
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
    alerts = [_alert(event, standing.modem, key, operator, language, advise) for event in events]
    if alerts or new.get("quiet_since") != state.get("quiet_since"):
        with store.together():
            if store.alert_state(key) != state:
                return [], now  # a row has come in between: to be looked at anew
            _put(store, key, new, alerts, channels)
    if new.get("stale"):
        worse_at = rules.stale_again_at(new)
        return alerts, None if worse_at is None else max(worse_at, now)
    base = rules.silent_since(new, last_reading_at=last_reading_at, first_seen=first_seen, now=now)
    return alerts, rules.stale_at(base, policy)


def changed(
    store: Store,
    sim_key: str,
    modem: str,
    judge: Callable[[rules.State], tuple[rules.State, list[rules.RaisedEvent]]],
    *,
    operator: str | None,
    channels: Mapping[str, Bound],
    language: str = "en",
    advise: Advise = no_advice,
) -> list[Alert]:
    """What `judge` makes of a SIM's state, and of nothing else: the alerts raised. Raises StoreError."""
    with store.together():
        state = store.alert_state(sim_key)
        new, events = judge(state)
        alerts = [_alert(event, modem, sim_key, operator, language, advise) for event in events]
        if alerts or new != state:
            alerts = _put(store, sim_key, new, alerts, channels)
    return alerts


def remind(
    store: Store,
    standing: Standing,
    *,
    now: datetime,
    policy: rules.Policy,
    channels: Mapping[str, Bound],
    language: str = "en",
    advise: Advise = no_advice,
) -> tuple[Alert | None, datetime | None]:
    """What of this modem's SIM is open, unacknowledged and to be said again, with what is known now; and when this is
    next worth calling, None = after a delivery or a new alert. Raises StoreError."""
    state = dict(standing.state)
    still = state.get("open")
    events = [event for event in ("low", "critical", "stale") if isinstance(still, list) and event in still]
    if not events or not any(bound.remind_s is not None for bound in channels.values()):
        return None, None
    first = store.to_be_said_again(standing.sim_key, events)
    if first is None:
        return None, None
    said, number = store.said(first.alert.id)
    names, again_at = to_remind(said, channels, first.alert.event, now=now, counted=store.counted)
    if not names:
        return None, again_at
    alert = again(state, first.alert, policy, now=now, number=number + 1, language=language, advise=advise)
    return (alert, now) if store.put_reminder(alert, names) else (None, now)


def again(
    state: rules.State,
    first: Alert,
    policy: rules.Policy,
    *,
    now: datetime,
    number: int,
    language: str = "en",
    advise: Advise = no_advice,
) -> Alert:
    """A reminder of an alert that is open, the `number`th: with the balance as it is now, or, of what is no matter of
    money, as it was said first. `state`: its SIM's."""
    if first.event not in ("low", "critical") and (first.event, first.level) != ("stale", "critical"):
        return replace(first, id=urandom(6).hex(), raised_at=now, reminds=first.id, reminder=number)
    event = rules.said_again(state, first.event, policy, now=now, number=number)
    alert = _alert(event, first.modem, first.sim_key, first.operator, language, advise)
    return replace(alert, reminds=first.id, reminder=number)


def stale_due(store: Store, standing: Standing, *, now: datetime, policy: rules.Policy) -> datetime | None:
    """When the present silence of this modem is `stale`; None = never, or it is in force."""
    if standing.state.get("stale"):
        return rules.stale_again_at(dict(standing.state))
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


def started(
    store: Store,
    policies: Mapping[str, rules.Policy],
    *,
    alive_at: datetime,
    began: datetime,
    channels: Mapping[str, Bound],
    language: str = "en",
    advise: Advise = no_advice,
) -> list[Alert]:
    """The daemon is back: the alerts raised, one for each modem that was to be asked more than once meanwhile. Raises
    StoreError."""
    alerts = []
    with store.together():
        for name, policy in policies.items():
            for event in rules_modem.started(alive_at, began, policy):
                alerts.append(_alert(event, name, f"modem:{name}", None, language, advise))
                store.put_alert(alerts[-1], _wanted(channels))
    return alerts


def make_test_alert(*, modem: str, sim_key: str, operator: str | None, now: datetime, language: str = "en") -> Alert:
    """What `modemd alerts test` puts into the outbox (store.put_alert): real in all but its event; tried once."""
    event = rules.RaisedEvent(event="test", level="unknown", at=now)
    return _alert(event, modem, sim_key, operator, language)


def rehearsed(
    policy: rules.Policy, snapshot: ModemSnapshot, *, now: datetime, language: str = "en", advise: Advise = no_advice
) -> Iterator[Alert]:
    """The messages of a rehearsal, marked as such, of a pretended SIM. How to pay is said as it is of the real one."""
    modem, operator = snapshot.modem, snapshot.operator
    sim_key = snapshot.sim_key or f"modem:{modem}"

    def advise_of_real(operator: str | None, language: str, _pretended: str) -> tuple[str | None, str | None]:
        return advise(operator, language, sim_key)

    first: Alert | None = None
    for act in rehearsal.acts(policy, modem=modem, currency=snapshot.currency, now=now):
        alert = _alert(act.event, modem, f"rehearsal:{modem}", operator, language, advise_of_real)
        title = text.rehearsed(alert.title or "", language)
        line = text.rehearsed(alert.text, language)
        alert = replace(alert, text=line, title=title, raised_at=now, rehearsal=True)
        if act.again and first is not None:
            alert = replace(alert, reminder=act.event.reminder, reminds=first.id)
        first = alert
        yield alert


def _alert(
    event: rules.RaisedEvent,
    modem: str,
    sim_key: str,
    operator: str | None,
    language: str,
    advise: Advise = no_advice,
) -> Alert:
    needs_money = event.event in PAYABLE or (event.event == "stale" and event.level == "critical")
    advice, url = advise(operator, language, sim_key) if needs_money else (None, None)
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
        title=text.title(event, modem=modem, language=language),
        raised_at=event.at,
        days_left=event.days_left,
        advice=advice,
        url=url,
    )


def is_sudden(store: Store, modem: str, sim_key: str, reading: Reading, *, policy: rules.Policy, now: datetime) -> bool:
    """Whether this reading, which is not stored yet, is a fall that the SIM's habit does not explain. Raises
    StoreError."""
    if reading.balance is None or reading.balance > policy.low:
        return False
    last = store.last_reading(modem, sim_key)
    if last is None or last.reading.currency != reading.currency:
        return False
    return rules.is_sudden(last, reading.balance, spending_at(store, last).days_left, policy, now=now)


def spending_at(store: Store, m: Measurement) -> rules.Spending:
    """What this SIM's balances up to this row, stored or not, say of it: some hundredths of a second, on a Pi Zero some
    tenths. Raises StoreError."""
    if m.reading.balance is None or m.about != "balance":
        return rules.NO_SPENDING
    return habit_of(readings_until(store, m, m.taken_at), m.taken_at)


def readings_until(store: Store, m: Measurement, now: datetime) -> list[tuple[datetime, Decimal]]:
    """Two months of the readings of m's SIM in its currency up to `m`, which may not be stored: the last month as it
    is, the time before with one in six hours. Raises StoreError."""
    rows = list[tuple[datetime, Decimal]]()
    for back in range(MONTHS, 0, -1):
        until = None if back == 1 else now - MONTH * (back - 1)
        rows += store.balances(
            m.sim_key, currency=m.reading.currency, since=now - MONTH * back, until=until, coarse=back > 1
        )
    if m.reading.balance is not None:
        rows.append((m.taken_at, m.reading.balance))
    times = in_order([at for at, _ in rows], now)
    last = min(m.taken_at, now)
    return [(at, balance) for at, (_, balance) in zip(times, rows, strict=True) if at <= last]


def _put(
    store: Store, sim_key: str, state: rules.State, alerts: list[Alert], channels: Mapping[str, Bound]
) -> list[Alert]:
    """The state with its alerts into the store; those that were worth it. Whoever hears that the balance is fine again
    need not hear of the top-up as well."""
    wanted = _wanted(channels)
    if any(alert.event == "recovered" for alert in alerts):
        others = {name: events for name, events in wanted.items() if "recovered" not in events and "topup" in events}
        topups = [alert for alert in alerts if alert.event == "topup" and others]
        alerts = [alert for alert in alerts if alert.event != "topup"]
        for alert in topups:
            store.put_alert(alert, list(others))
        store.raise_alerts(sim_key, state, alerts, wanted)
        return [*alerts, *topups]
    store.raise_alerts(sim_key, state, alerts, wanted)
    return alerts


def _wanted(channels: Mapping[str, Bound]) -> dict[str, Collection[AlertEvent]]:
    return {name: bound.events for name, bound in channels.items()}
