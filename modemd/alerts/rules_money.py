"""What a reading means besides the limits: how long the money lasts, what it went for, what expires. Pure; state.py
says what a SIM's state holds. The functions change the state that they are given, and give the events to raise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from modemd.alerts.state import (
    FAR_DAYS,
    Known,
    Policy,
    RaisedEvent,
    Spending,
    State,
    by_number,
    event_of,
    is_poor,
    margin,
    text_in,
    time_in,
)
from modemd.clock import is_set
from modemd.records import AlertEvent, Level, Measurement

DAY = timedelta(days=1)
# A rise of less than this share of the balance, and than the margin of `low`, is no top-up.
HOVERING = Decimal("0.05")
# `days_left` can come again when the likely figure was so much above `days`: forecasts tremble more than balances.
DAYS_MARGIN, DAYS_BEYOND = 1.5, 1.0
# `data_low` can come again when the data left was a tenth above the limit.
DATA_MARGIN = 1.1
# One that expired longer ago is of an old text.
EXPIRED = 30
# A paid service is worth one message, open for so long; the same one is named again after a month.
SUBSCRIPTION_OPEN, SUBSCRIPTION_PAUSE = timedelta(days=7), timedelta(days=30)
# A gap in the readings of more than this share of `idle` says nothing of what was used in between.
IDLE_GAP = 0.25


def read(
    new: State,
    m: Measurement,
    policy: Policy,
    *,
    before: Known | None,
    habit: Spending,
    limits: Sequence[RaisedEvent],
    now: datetime | None,
) -> list[RaisedEvent]:
    """A reading that counts, whose limits are judged (`limits`, to which the rest is added). `before` is the balance
    before it. Each event says how long the money lasts.

    - `topup`: the balance rose by more than its rounding, and than what operators set aside during a session and give
      back; unless the operator's text has told it.
    - `days_left` once when the likely figure is at or below `days`, not together with a limit and not below `critical`;
      again after it was well above.
    - `spend`: more left within a day than the habit explains, or than the amount that was named; once a day.
    - `subscription`: the habit shows a sum that leaves by itself; once for each sum.
    - `expiring` once for each date that is `expires` ahead. `data_low` as data_low() has it.
    - `idle` once when readings have shown neither use nor a top-up for so long; over with the first of them.
    A clock that is not set says nothing of days.
    """
    found = data_low(new, m, policy)
    timely = is_set(m.taken_at) and (now is None or is_set(now))
    if timely:
        found += _expiring(new, m, policy)
    if m.reading.balance is None:
        return [*limits, *found]
    found += _topup(new, m, policy, before)
    if timely and habit.looked:
        found += _days_left(new, m, policy, habit, limits)
        found += _spend(new, m, policy, habit)
        found += _subscription(new, m, policy, habit)
    if timely:
        found += _idle(new, m, policy, before)
    return [replace(event, days_left=habit.days_left if timely else None) for event in (*limits, *found)]


def data_low(new: State, m: Measurement, policy: Policy) -> list[RaisedEvent]:
    """Once when the data left is at or below `data_low`; again after it was a tenth above."""
    left, limit = m.reading.data_left_mb, policy.data_low_mb
    if limit is None:
        new.pop("data_low", None)
        return []
    if left is None:
        return []
    if left > limit:
        if left >= limit * DATA_MARGIN:
            new.pop("data_low", None)
        return []
    if new.get("data_low"):
        return []
    new["data_low"] = True
    event = event_of("data_low", "low", m)
    return [replace(event, data_mb=left, data_limit_mb=limit)]


def told(new: State, m: Measurement) -> list[RaisedEvent]:
    """What the operator wrote by itself: that money came in, or that a service that costs was switched on."""
    if m.origin not in ("network", "sms") or not m.text:
        return []
    from modemd.money.notices import notice  # late: most lives meet none

    kind = notice(m.text)
    poor: Level = "low" if is_poor(new, m.taken_at) else "unknown"
    event = replace(event_of("topup", poor, m), reason=m.text)
    if kind == "top_up" and m.reading.balance is None:
        at = m.taken_at.isoformat()
        if new.get("paid_in") == at:
            return []  # the same row again
        new["paid_in"] = at
        return [event]
    if kind != "subscription" or not _is_new(new, " ".join(m.text.split())[:80], m.taken_at):
        return []
    return [replace(event, event="subscription", level="low")]


# --- helpers


def _days_left(
    new: State, m: Measurement, policy: Policy, habit: Spending, limits: Sequence[RaisedEvent]
) -> list[RaisedEvent]:
    days = habit.days_left
    new.pop("gone_at", None)
    new.pop("lasts", None)
    if days is not None and days.likely < FAR_DAYS:
        new["gone_at"] = (m.taken_at + timedelta(days=days.likely)).isoformat()
        new["lasts"] = [days.low, days.likely, days.high]
    if days is None or days.likely > policy.days:
        if days is None or days.likely > policy.days * DAYS_MARGIN + DAYS_BEYOND:
            new.pop("days_left", None)
        return []
    if not policy.days or new.get("days_left"):
        return []
    new["days_left"] = True
    if new.get("raised") == "critical" or any(event.event == "low" for event in limits):
        return []  # that message says how many days are left
    return [_warning("days_left", m, policy)]


def _spend(new: State, m: Measurement, policy: Policy, habit: Spending) -> list[RaisedEvent]:
    last = time_in(new, "spend_at")
    recent = last is not None and abs(m.taken_at - last) < DAY
    if not recent:
        new.pop("spend", None)
    if policy.spend == "auto":
        amount, limit = habit.unusual or (None, None)
    else:
        amount, limit = habit.spent, policy.spend
    if limit is None or amount is None or amount <= limit or recent:
        return []
    new["spend"], new["spend_at"] = True, m.taken_at.isoformat()
    return [replace(_warning("spend", m, policy, limit), amount=amount)]


def _subscription(new: State, m: Measurement, policy: Policy, habit: Spending) -> list[RaisedEvent]:
    last = time_in(new, "subscription_at")
    if last is None or not timedelta(0) <= m.taken_at - last < SUBSCRIPTION_OPEN:
        new.pop("subscription", None)
    if habit.fee is None or not _is_new(new, format(habit.fee, "f"), m.taken_at):
        return []
    return [replace(_warning("subscription", m, policy), amount=habit.fee)]


def _is_new(new: State, what: str, at: datetime) -> bool:
    """Whether this paid service is worth a message; noted where it is."""
    last = time_in(new, "subscription_at")
    if text_in(new, "subscribed") == what and last is not None and abs(at - last) < SUBSCRIPTION_PAUSE:
        return False
    new["subscription"], new["subscribed"], new["subscription_at"] = True, what, at.isoformat()
    return True


def _topup(new: State, m: Measurement, policy: Policy, before: Known | None) -> list[RaisedEvent]:
    balance = m.reading.balance
    if before is not None and before.taken_at == m.taken_at:
        return []  # the same row again
    told_already = bool(new.pop("paid_in", None))
    if before is None or balance is None or before.currency != m.reading.currency:
        return []
    rise = balance - before.balance
    hovering = min(margin(policy.low, policy), abs(balance) * HOVERING)
    if rise <= max(_step(balance), _step(before.balance)) or rise < hovering or told_already:
        return []
    return [replace(event_of("topup", by_number(balance, policy), m), amount=rise)]


def _expiring(new: State, m: Measurement, policy: Policy, zone: tzinfo | None = None) -> list[RaisedEvent]:
    """`zone` None: the machine's."""
    try:
        last_day = None if m.reading.expires is None else date.fromisoformat(m.reading.expires)
    except ValueError:
        last_day = None
    if policy.expires_s is None:
        new.pop("expiring", None)
    if last_day is None or policy.expires_s is None:
        return []
    days = (last_day - m.taken_at.astimezone(zone).date()).days
    if days * 86400 > policy.expires_s:
        new.pop("expiring", None)
        return []
    if days < -EXPIRED or new.get("expiring") == m.reading.expires:
        return []
    new["expiring"] = m.reading.expires
    return [replace(_warning("expiring", m, policy), date=m.reading.expires)]


def _idle(new: State, m: Measurement, policy: Policy, before: Known | None) -> list[RaisedEvent]:
    since = time_in(new, "still_since")
    gap_s = 0.0 if before is None else (m.taken_at - before.taken_at).total_seconds()
    same = before is not None and before.balance == m.reading.balance and gap_s >= 0
    if since is None or not same or since > m.taken_at or gap_s > IDLE_GAP * (policy.idle_s or float("inf")):
        since = before.taken_at if same and since is None and before is not None else m.taken_at
        since = min(since, m.taken_at)
        if not same:
            new.pop("idle", None)
        new["still_since"] = since.astimezone(UTC).isoformat()
    if policy.idle_s is None:
        new.pop("idle", None)
        return []
    if new.get("idle") or (m.taken_at - since).total_seconds() < policy.idle_s:
        return []
    new["idle"] = True
    return [replace(_warning("idle", m, policy), since=since)]


def _warning(event: AlertEvent, m: Measurement, policy: Policy, limit: Decimal | None = None) -> RaisedEvent:
    """Worth a look now, however much money there is."""
    level = "low" if m.reading.balance is None else by_number(m.reading.balance, policy)
    return event_of(event, "low" if level == "ok" else level, m, limit)


def _step(amount: Decimal) -> Decimal:
    """The last decimal of an amount, as it was written."""
    exponent = amount.as_tuple().exponent
    return Decimal(1).scaleb(min(0, exponent)) if isinstance(exponent, int) else Decimal(1)
