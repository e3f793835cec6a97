"""Readings -> events: the limits, silence, and answers without a number. Pure: values in, values out; state.py
says what a SIM's state holds. What else a row of the history can mean stands in rules_money.py, what a modem does in
rules_modem.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from modemd.alerts import rules_money
from modemd.alerts.state import (
    LEAST_MARGIN,
    NO_SPENDING,
    Known,
    Policy,
    RaisedEvent,
    Spending,
    State,
    by_number,
    event_of,
    is_poor,
    known_of,
    lasts_of,
    margin,
    opened,
    policy_of,
    text_in,
    time_in,
)
from modemd.records import AlertEvent, DaysLeft, Level, Measurement

__all__ = [
    "NO_SPENDING",
    "Known",
    "Policy",
    "RaisedEvent",
    "Spending",
    "State",
    "evaluate",
    "evaluate_silence",
    "is_sudden",
    "level",
    "policy_of",
    "said_again",
    "silent_since",
    "stale_again_at",
    "stale_at",
]

# `stale` means no reading for this many intervals: one lost query is weather, two are a fault.
STALE_INTERVALS = 2
# A reply that cannot be read comes back at each query; once a day is enough to be told.
UNREADABLE_PAUSE = timedelta(hours=24)
# The phrase of a request whose answer came, in octets that are no text: without a reading, and still an answer.
UNDECODABLE = "undecodable"
# A fall of a SIM without a known habit is sudden from so many times `low` straight to `critical`.
FAR_ABOVE = 5


def level(
    balance: Decimal | None,
    *,
    taken_at: datetime | None,
    now: datetime,
    policy: Policy,
    first_seen: datetime | None = None,
) -> Level:
    """What the last reading means now. It follows the number at once, whatever alerts wait for.

    `taken_at` None = never read: "unknown", or "stale" once `first_seen` is long enough ago. A reading without money
    (data only) is "unknown" while it is fresh. Age before meaning: an old "ok" is "stale".
    """
    base = taken_at or first_seen
    due = stale_at(base, policy)
    if due is not None and now >= due:
        return "stale"
    if balance is None or taken_at is None:
        return "unknown"
    return by_number(balance, policy)


def stale_at(base: datetime | None, policy: Policy) -> datetime | None:
    """When silence since `base` (the last reading, else when the modem was first seen) is `stale`; None = never."""
    if base is None or policy.every_s is None:
        return None
    return base + timedelta(seconds=STALE_INTERVALS * policy.every_s)


def evaluate(
    state: State,
    measurement: Measurement,
    policy: Policy,
    *,
    now: datetime | None = None,
    habit: Spending = NO_SPENDING,
) -> tuple[State, list[RaisedEvent]]:
    """What one more row of the history changes: the new state and the events to raise, none for most rows.

    - `low` once when the balance is at or below `low`, `critical` once when at or below `critical` (then no `low`
      besides). However large the fall, it counts.
    - `recovered` once when a low or critical balance is well above `low` again: by a tenth of it, or after a rise of
      at least `low` at one go, which is a top-up and no hovering. Only then can `low` come again; `critical` can come
      again after the balance was a tenth above `critical`.
    - `unreadable` at once when the operator answered and no number could be read, in its text or because its octets
      are none; again after a good reading, but at most one in 24 hours. Failures to get an answer, and the operator's
      own errors, raise nothing: `stale` covers them.
    - A reading (also one of data only) ends `stale` and `unreadable`. The end of `stale` is a `recovered` where the
      level is ok, or where there is no money to judge and nothing was low before.
    What was not asked for (late, network, SMS) counts only where it is newer than the last reading and readable; one
    that lies ahead of `now` is of a wrong clock, and what came behind it is newer. The
    last row judged again (a restart, new limits) raises nothing twice and ends no silence that came after it.
    What else it can mean stands in rules_money.py. A row of the data left is judged by what it says of that alone.
    """
    new = dict(state)
    events: list[RaisedEvent] = []
    reading = measurement.reading
    if measurement.about == "data":
        events = rules_money.data_low(new, measurement, policy)
        return (opened(new) if new != state else new), events
    asked = measurement.origin in ("query", "schedule")
    if reading.balance is not None or reading.data_left_mb is not None:
        last = time_in(state, "read_at")
        wrong = last is not None and now is not None and last > now
        if asked or last is None or wrong or measurement.taken_at > last:
            before = known_of(state)
            limits = _read(new, measurement, policy)
            events = rules_money.read(new, measurement, policy, before=before, habit=habit, limits=limits, now=now)
    elif asked:
        events = _unread(new, measurement)
    if not asked:
        events += rules_money.told(new, measurement)
    return opened(new), events


def evaluate_silence(
    state: State,
    *,
    last_reading_at: datetime | None,
    first_seen: datetime,
    now: datetime,
    policy: Policy,
    reason: str | None = None,
) -> tuple[State, list[RaisedEvent]]:
    """`stale` once when there was no reading for 2 x `every`, whatever the reason, also when there never was one.

    `reason` is what is wrong now, one line (the modem's state); else the last query's failure is named. A last reading
    in the future (the clock was put back) counts as one from now. Of a SIM whose money is short it is critical: once
    more where the money is used up meanwhile, as the forecast has it.
    """
    new = dict(state)
    base = silent_since(state, last_reading_at=last_reading_at, first_seen=first_seen, now=now)
    new.pop("quiet_since", None)
    if _latest(state, last_reading_at, first_seen) > now:
        new["quiet_since"] = base.isoformat()
    due = stale_at(base, policy)
    poor = is_poor(state, now)
    worse = state.get("stale") is True and poor and not state.get("raised")
    if due is None or now < due or (state.get("stale") and not worse):
        return opened(new), []
    new["stale"] = "critical" if poor else True
    known = known_of(state)
    event = RaisedEvent(
        event="stale",
        level="critical" if poor else "stale",
        at=now,
        balance=known.balance if known else None,
        currency=known.currency if known else None,
        taken_at=known.taken_at if known else None,
        reason=reason or text_in(state, "failure"),
        known=known,
        since=base,
        days_left=lasts_of(state),
    )
    return opened(new), [event]


def stale_again_at(state: State) -> datetime | None:
    """When a `stale` that is in force becomes critical; None = it does not by itself."""
    return time_in(state, "gone_at") if state.get("stale") is True and not state.get("raised") else None


def said_again(state: State, event: AlertEvent, policy: Policy, *, now: datetime, number: int) -> RaisedEvent:
    """An alert that is still open, with what is known now: the `number`th time. A critical that rose is a low now."""
    known = known_of(state)
    since = time_in(state, "read_at") or (known.taken_at if known else None)
    found = RaisedEvent(
        event="low" if event == "critical" and state.get("raised") == "low" else event,
        level="critical",
        at=now,
        balance=known.balance if known else None,
        currency=known.currency if known else None,
        taken_at=known.taken_at if known else None,
        known=known,
        since=since,
        reason=text_in(state, "failure"),
        days_left=lasts_of(state),
        reminder=number,
    )
    if found.event == "low":
        return replace(found, level="low", limit=policy.low)
    return found if found.event == "stale" else replace(found, limit=policy.critical)


def is_sudden(last: Measurement, balance: Decimal, lasts: DaysLeft | None, policy: Policy, *, now: datetime) -> bool:
    """Whether this balance has fallen below `low`, from well above it at the last reading, by more than the SIM's habit
    explains: by the days that the money was to last at least; where they are not known, from FAR_ABOVE times `low` to
    `critical`."""
    before = last.reading.balance
    if before is None or balance > policy.low or not _is_over(before, None, policy):
        return False
    if lasts is None:
        return balance <= policy.critical and before >= FAR_ABOVE * max(policy.low, LEAST_MARGIN)
    days = max(1.0, (now - last.taken_at) / timedelta(days=1))
    return float(before - balance) > float(before) / max(lasts.low, 1.0) * days


def silent_since(state: State, *, last_reading_at: datetime | None, first_seen: datetime, now: datetime) -> datetime:
    """Where the present silence began: the last reading, else when the modem was first seen; never after `now`."""
    base = _latest(state, last_reading_at, first_seen)
    if base <= now:
        return base
    noticed = time_in(state, "quiet_since")
    return now if noticed is None else min(noticed, now)


def _read(new: State, m: Measurement, policy: Policy) -> list[RaisedEvent]:
    """A reading that counts: `new` is changed in place; the events, at most one."""
    was_stale = False
    if time_in(new, "read_at") != m.taken_at:
        was_stale = bool(new.get("stale"))
        for key in ("stale", "unreadable", "failure", "quiet_since"):
            new.pop(key, None)
    new["read_at"] = m.taken_at.isoformat()
    balance = m.reading.balance
    if balance is None:
        over = was_stale and "raised" not in new
        return [event_of("recovered", "unknown", m)] if over else []
    before = known_of(new)
    new["balance"] = format(balance, "f")
    new["balance_at"] = m.taken_at.isoformat()
    new["currency"] = m.reading.currency
    raised = new.get("raised")
    now = by_number(balance, policy)
    if now == "critical":
        new["raised"] = "critical"
        return [event_of("critical", now, m, policy.critical)] if raised != "critical" else []
    if now == "low":
        if raised is None:
            new["raised"] = "low"
            return [event_of("low", now, m, policy.low)]
        if raised == "critical" and _is_above_critical(balance, policy):
            new["raised"] = "low"  # critical can come again; low cannot, it was never over
        return []
    if raised is None and not was_stale:
        return []
    if was_stale or _is_over(balance, before, policy):
        new.pop("raised", None)
        return [event_of("recovered", now, m, policy.low)]
    if raised == "critical" and _is_above_critical(balance, policy):
        new["raised"] = "low"
    return []


def _unread(new: State, m: Measurement) -> list[RaisedEvent]:
    """An answer to our question without a number, or no answer."""
    answered = m.error == UNDECODABLE or (bool((m.text or "").strip()) and m.reading.kind in ("other", "menu"))
    new["failure"] = m.hint or m.error or ("the reply holds no balance" if answered else "no answer")
    if not answered or new.get("unreadable"):
        return []
    last = time_in(new, "unreadable_at")
    if last is not None and timedelta(0) <= m.taken_at - last < UNREADABLE_PAUSE:
        return []
    new["unreadable"] = True
    new["unreadable_at"] = m.taken_at.isoformat()
    reason = m.text if (m.text or "").strip() else (m.hint or m.error)
    known = known_of(new)
    return [
        RaisedEvent(event="unreadable", level="unknown", at=m.taken_at, taken_at=m.taken_at, reason=reason, known=known)
    ]


def _is_over(balance: Decimal, before: Known | None, policy: Policy) -> bool:
    least = margin(policy.low, policy)
    if balance >= policy.low + least:
        return True
    # A rise of `low` or more since the last reading is money that somebody paid in, however close to the limit it ends.
    return before is not None and balance - before.balance >= max(abs(policy.low), least)


def _is_above_critical(balance: Decimal, policy: Policy) -> bool:
    return balance >= policy.critical + margin(policy.critical, policy)


def _latest(state: State, last_reading_at: datetime | None, first_seen: datetime) -> datetime:
    return max((at for at in (last_reading_at, time_in(state, "read_at")) if at is not None), default=first_seen)
