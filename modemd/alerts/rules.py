"""Readings -> events. Pure: values in, values out; the state is a JSON object that the store keeps per SIM.

The state's keys (absent in a new one):
    raised      "low" | "critical": the worst of the two that went out and is not over
    stale       true while "stale" is in force
    unreadable  true while "unreadable" is in force; unreadable_at: when it was last raised
    read_at     when the last reading that counts was taken; balance, currency, balance_at: the last one with money
    failure     why the last query brought nothing, one line; absent after a reading
    quiet_since where silence is counted from when the clock was found to have jumped back
    open        the events that are not over: the store closes this SIM's alerts of all others
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from modemd.frozen import dataclass
from modemd.records import AlertEvent, Level, Measurement, ModemSettings

State = dict[str, object]

# A balance that hovers at the limit must not alert at each query: it counts as over only this much above the limit.
MARGIN = Decimal("0.10")
# With a limit of 0 a tenth of it is nothing; then one unit of the currency.
LEAST_MARGIN = Decimal(1)
# `stale` means no reading for this many intervals: one lost query is weather, two are a fault.
STALE_INTERVALS = 2
# A reply that cannot be read comes back at each query; once a day is enough to be told.
UNREADABLE_PAUSE = timedelta(hours=24)
# The phrase of a request whose answer came, in octets that are no text: without a reading, and still an answer.
UNDECODABLE = "undecodable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What one modem's owner asked for. `every_s` None = on demand only, which can never be stale."""

    low: Decimal = Decimal(50)
    critical: Decimal = Decimal(10)
    every_s: float | None = 6 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The last balance that was read, however long ago."""

    balance: Decimal
    currency: str | None
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedEvent:
    """One thing worth a message.

    `at` is when it was noticed, `limit` the threshold that was reached or left, `reason` why there is no number.
    `taken_at` is when `balance` was read: for `stale` the last one known, for `unreadable` there is none, only the time
    of the reply. `known` is the last balance before an event that brings no number, `since` where the silence of
    `stale` began.
    """

    event: AlertEvent
    level: Level
    at: datetime
    balance: Decimal | None = None
    currency: str | None = None
    taken_at: datetime | None = None
    limit: Decimal | None = None
    reason: str | None = None
    known: Known | None = None
    since: datetime | None = None


def policy_of(settings: ModemSettings) -> Policy:
    return Policy(low=settings.low, critical=settings.critical, every_s=settings.every_s)


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
    return _by_number(balance, policy)


def stale_at(base: datetime | None, policy: Policy) -> datetime | None:
    """When silence since `base` (the last reading, else when the modem was first seen) is `stale`; None = never."""
    if base is None or policy.every_s is None:
        return None
    return base + timedelta(seconds=STALE_INTERVALS * policy.every_s)


def evaluate(
    state: State, measurement: Measurement, policy: Policy, *, now: datetime | None = None
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
    """
    new = dict(state)
    events: list[RaisedEvent] = []
    reading = measurement.reading
    asked = measurement.origin in ("query", "schedule")
    if reading.balance is not None or reading.data_left_mb is not None:
        last = _time(state, "read_at")
        wrong = last is not None and now is not None and last > now
        if asked or last is None or wrong or measurement.taken_at > last:
            events = _read(new, measurement, policy)
    elif asked:
        events = _unread(new, measurement)
    return _opened(new), events


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
    in the future (the clock was put back) counts as one from now.
    """
    new = dict(state)
    base = silent_since(state, last_reading_at=last_reading_at, first_seen=first_seen, now=now)
    new.pop("quiet_since", None)
    if _latest(state, last_reading_at, first_seen) > now:
        new["quiet_since"] = base.isoformat()
    due = stale_at(base, policy)
    if due is None or now < due or state.get("stale"):
        return _opened(new), []
    new["stale"] = True
    known = _known(state)
    event = RaisedEvent(
        event="stale",
        level="stale",
        at=now,
        balance=known.balance if known else None,
        currency=known.currency if known else None,
        taken_at=known.taken_at if known else None,
        reason=reason or _text(state, "failure"),
        known=known,
        since=base,
    )
    return _opened(new), [event]


def silent_since(state: State, *, last_reading_at: datetime | None, first_seen: datetime, now: datetime) -> datetime:
    """Where the present silence began: the last reading, else when the modem was first seen; never after `now`."""
    base = _latest(state, last_reading_at, first_seen)
    if base <= now:
        return base
    noticed = _time(state, "quiet_since")
    return now if noticed is None else min(noticed, now)


def _read(new: State, m: Measurement, policy: Policy) -> list[RaisedEvent]:
    """A reading that counts: `new` is changed in place; the events, at most one."""
    was_stale = False
    if _time(new, "read_at") != m.taken_at:
        was_stale = bool(new.get("stale"))
        for key in ("stale", "unreadable", "failure", "quiet_since"):
            new.pop(key, None)
    new["read_at"] = m.taken_at.isoformat()
    balance = m.reading.balance
    if balance is None:
        over = was_stale and "raised" not in new
        return [_event("recovered", "unknown", m)] if over else []
    before = _known(new)
    new["balance"] = format(balance, "f")
    new["balance_at"] = m.taken_at.isoformat()
    new["currency"] = m.reading.currency
    raised = new.get("raised")
    now = _by_number(balance, policy)
    if now == "critical":
        new["raised"] = "critical"
        return [_event("critical", now, m, policy.critical)] if raised != "critical" else []
    if now == "low":
        if raised is None:
            new["raised"] = "low"
            return [_event("low", now, m, policy.low)]
        if raised == "critical" and _is_above_critical(balance, policy):
            new["raised"] = "low"  # critical can come again; low cannot, it was never over
        return []
    if raised is None and not was_stale:
        return []
    if was_stale or _is_over(balance, before, policy):
        new.pop("raised", None)
        return [_event("recovered", now, m, policy.low)]
    if raised == "critical" and _is_above_critical(balance, policy):
        new["raised"] = "low"
    return []


def _unread(new: State, m: Measurement) -> list[RaisedEvent]:
    """An answer to our question without a number, or no answer."""
    answered = m.error == UNDECODABLE or (bool((m.text or "").strip()) and m.reading.kind in ("other", "menu"))
    new["failure"] = m.hint or m.error or ("the reply holds no balance" if answered else "no answer")
    if not answered or new.get("unreadable"):
        return []
    last = _time(new, "unreadable_at")
    if last is not None and timedelta(0) <= m.taken_at - last < UNREADABLE_PAUSE:
        return []
    new["unreadable"] = True
    new["unreadable_at"] = m.taken_at.isoformat()
    reason = m.text if (m.text or "").strip() else (m.hint or m.error)
    known = _known(new)
    return [
        RaisedEvent(event="unreadable", level="unknown", at=m.taken_at, taken_at=m.taken_at, reason=reason, known=known)
    ]


def _event(event: AlertEvent, level: Level, m: Measurement, limit: Decimal | None = None) -> RaisedEvent:
    return RaisedEvent(
        event=event,
        level=level,
        at=m.taken_at,
        balance=m.reading.balance,
        currency=m.reading.currency,
        taken_at=m.taken_at,
        limit=limit,
    )


def _by_number(balance: Decimal, policy: Policy) -> Level:
    if balance <= policy.critical:
        return "critical"
    return "low" if balance <= policy.low else "ok"


def _is_over(balance: Decimal, before: Known | None, policy: Policy) -> bool:
    margin = _margin(policy.low, policy)
    if balance >= policy.low + margin:
        return True
    # A rise of `low` or more since the last reading is money that somebody paid in, however close to the limit it ends.
    return before is not None and balance - before.balance >= max(abs(policy.low), margin)


def _is_above_critical(balance: Decimal, policy: Policy) -> bool:
    return balance >= policy.critical + _margin(policy.critical, policy)


def _margin(limit: Decimal, policy: Policy) -> Decimal:
    return abs(limit) * MARGIN or abs(policy.low) * MARGIN or LEAST_MARGIN


def _opened(state: State) -> State:
    # A critical balance that rose to merely low is not over, and neither is the low that came before it.
    money = ["low", "critical"] if state.get("raised") else []
    state["open"] = [*money, *(name for name in ("stale", "unreadable") if state.get(name))]
    return state


def _latest(state: State, last_reading_at: datetime | None, first_seen: datetime) -> datetime:
    return max((at for at in (last_reading_at, _time(state, "read_at")) if at is not None), default=first_seen)


def _text(state: State, key: str) -> str | None:
    value = state.get(key)
    return value if isinstance(value, str) else None


def _time(state: State, key: str) -> datetime | None:
    text = _text(state, key)
    return None if text is None else datetime.fromisoformat(text)


def _known(state: State) -> Known | None:
    balance, taken_at = _text(state, "balance"), _time(state, "balance_at")
    if balance is None or taken_at is None:
        return None
    return Known(balance=Decimal(balance), currency=_text(state, "currency"), taken_at=taken_at)
