"""What becomes of the deliveries that wait: which go now, together or alone, which are held back, and which need not go
any more. Pure: the outbox does it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import zip_longest
from typing import Any

from modemd.alerts import text
from modemd.alerts.advice import in_common
from modemd.alerts.channels import Bound
from modemd.frozen import dataclass
from modemd.records import Alert, AlertEvent, Level, LocalHours
from modemd.store import Delivery, Held, Said

Group = tuple[Delivery, ...]
Counted = Callable[[datetime, datetime], datetime]  # clock.Counted

# The worst first: what a message for several SIMs is called by.
LEVELS: tuple[Level, ...] = ("critical", "low", "stale", "unknown", "ok")
EVENTS: tuple[AlertEvent, ...] = (
    *("critical", "low", "stale", "days_left", "sim", "absent", "unreadable", "expiring", "data_low", "spend"),
    *("subscription", "idle", "sim_changed", "started", "topup", "recovered", "test"),
)
MOMENT = timedelta(seconds=1)  # a hold is written again where it ends otherwise by more than this
# A hold ends within a day, or was written by a wrong clock.
LONGEST_BUSY = timedelta(hours=6, minutes=5)
# Of one message for several SIMs: what is too long for a server is refused for good, and lost as a whole. Twenty or a
# hundred fit; channels that take less (ntfy, sms) cut.
MOST_OCTETS = 24_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`send`: each group is one message, in this order. `hold`: until when, and why, where that is news. `drop`: not
    needed any more."""

    send: tuple[Group, ...] = ()
    hold: tuple[tuple[Delivery, datetime, Held], ...] = ()
    drop: tuple[Delivery, ...] = ()


def plan(
    due: Iterable[Delivery],
    channels: Mapping[str, Bound],
    *,
    now: datetime,
    counted: Counted,
    ready: Collection[int] = (),
    together: bool = False,
    zone: tzinfo | None = None,
) -> Plan:
    """`due`: pending deliveries whose time has come, or that are held back. `ready`: those whose pause is over whatever
    the clock says. `together`: there are several modems, and what is due for one channel at once is one message,
    or a few where that would be too long.
    `zone`: of quiet hours, None = the machine's.

    - A reminder, or what waits for `after`, need not go where its alert is over or acknowledged; nor what waits for
      `after` where a channel without it has delivered the alert.
    - Quiet hours and `after` hold back, but no test, and quiet hours nothing critical.
    - Where the other side has asked for a pause, all of this channel waits for its end, tests excepted.
    - What waits for others that come at once goes with the first that is due.
    """
    plainly = {name for name, bound in channels.items() if not bound.after_s}
    drop: list[Delivery] = []
    hold: list[tuple[Delivery, datetime, Held]] = []
    queues: dict[str, list[Delivery]] = {}
    for one in due:
        bound = channels.get(one.channel)
        escalates = bound is not None and bound.after_s > 0 and not one.alert.on_request
        over = one.over and not one.alert.on_request
        if (over and (escalates or one.alert.reminds is not None)) or (escalates and one.received & plainly):
            drop.append(one)
        elif bound is not None and (held := _held(one, bound, now=now, counted=counted, zone=zone)) is not None:
            hold.append((one, *held))
        else:
            queues.setdefault(one.channel, []).append(one)
    groups: list[list[Group]] = []
    for queue in queues.values():
        waits = _busy_until(queue, now, ready)
        if waits is not None:
            hold += [(one, waits, "busy") for one in queue if not one.alert.on_request]
        tests = [(one,) for one in queue if one.alert.on_request]
        rest = tuple(one for one in queue if not one.alert.on_request and waits is None)
        if all(one.held == "gather" and one.next_at > now and one.id not in ready for one in rest):
            rest = ()
        several = together and len({one.alert.modem for one in rest}) > 1
        groups.append([*tests, *(_messages(rest) if several else ((one,) for one in rest))])
    news = [
        (one, until, why)
        for one, until, why in hold
        if one.held != why or one.next_at <= now or abs(one.next_at - until) > MOMENT
    ]
    return Plan(send=tuple(in_turn(groups)), hold=tuple(news), drop=tuple(drop))


def in_turn(queues: Iterable[Sequence[Group]]) -> list[Group]:
    """One of each channel after the other, each channel's own in the order in which they were raised."""
    return [group for turn in zip_longest(*queues) for group in turn if group is not None]


def message(group: Sequence[Alert], language: str = "en") -> Alert:
    """What one channel is sent for these alerts: the alert, or one for all of them, whose id is the same for the same
    ones. What they do not have in common it does not say, but for the worst level and event."""
    if len(group) == 1:
        return group[0]
    from hashlib import sha256  # late: with one modem nothing is grouped

    first = group[0]
    ids = " ".join(sorted(one.id for one in group))

    def common(name: str) -> bool:
        return all(getattr(one, name) == getattr(first, name) for one in group)

    shared = ("title", "sim_key", "operator", "balance", "currency", "taken_at", "advice", "url", "days_left")
    missing: dict[str, Any] = {name: "" if name == "sim_key" else None for name in shared if not common(name)}
    if "advice" in missing:
        missing["advice"] = in_common((one.advice for one in group), language)
    return replace(
        first,
        id=sha256(ids.encode()).hexdigest()[:12],
        event=min((one.event for one in group), key=EVENTS.index),
        level=min((one.level for one in group), key=LEVELS.index),
        modem=", ".join(dict.fromkeys(one.modem for one in group)),
        text=text.several([one.text for one in group], [one.modem for one in group], language),
        raised_at=max(one.raised_at for one in group),
        reminder=min(one.reminder for one in group),
        reminds=None,
        members=tuple(group),
        **missing,
    )


def quiet_until(hours: LocalHours, now: datetime, zone: tzinfo | None = None) -> datetime | None:
    """When the quiet hours end in which `now` lies, in UTC; None outside of them. `zone` None: the machine's."""
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    over_midnight = hours.start > hours.end
    inside = minute >= hours.start or minute < hours.end if over_midnight else hours.start <= minute < hours.end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if over_midnight and minute >= hours.start else 0)
    naive = datetime(day.year, day.month, day.day, hours.end // 60, hours.end % 60)
    ends = [naive.replace(fold=fold, tzinfo=zone).astimezone(UTC) for fold in (0, 1)]  # twice in the night of autumn
    return next((end for end in ends if end > now), now.astimezone(UTC) + timedelta(minutes=1))


def to_remind(
    said: Mapping[str, Said],
    channels: Mapping[str, Bound],
    event: AlertEvent,
    *,
    now: datetime,
    counted: Counted,
) -> tuple[list[str], datetime | None]:
    """The channels through which an alert that is still open is to be said again now, and when to look again, None =
    when something was delivered. A channel that has not had the first message waits for that one; one with `after`
    stays silent where another has said it since. One that came (or got its name) behind the alert says it at once where
    nobody has heard of it."""
    plainly = [
        counted(one.last, now)
        for name, one in said.items()
        if one.last is not None and name in channels and not channels[name].after_s
    ]
    names: list[str] = []
    times: list[datetime] = []
    for name, bound in channels.items():
        one = said.get(name)
        if bound.remind_s is None or event not in bound.events or (one is not None and one.first_waits):
            continue
        if one is None:
            bases = [counted(other.last, now) for other in said.values() if other.last is not None]
        else:
            bases = [counted(at, now) for at in (one.last, one.waiting_since) if at is not None]
            if bound.after_s:
                bases += plainly if bases else []
            if not bases:
                continue
        due = max(bases) + timedelta(seconds=bound.remind_s) if bases else now
        if due <= now:
            names.append(name)
        else:
            times.append(due)
    return names, min(times, default=None)


# --- helpers


def _messages(rest: Sequence[Delivery]) -> list[Group]:
    """As few as their length allows."""
    found: list[list[Delivery]] = []
    room = 0
    for one in rest:
        octets = len(one.alert.text.encode("utf-8", "replace")) + len(one.alert.modem.encode("utf-8", "replace")) + 3
        if not found or octets > room:
            found.append([])
            room = MOST_OCTETS
        found[-1].append(one)
        room -= octets
    return [tuple(group) for group in found]


def _held(
    one: Delivery, bound: Bound, *, now: datetime, counted: Counted, zone: tzinfo | None
) -> tuple[datetime, Held] | None:
    if one.alert.on_request:
        return None
    if bound.after_s and not one.tries:
        due = counted(one.alert.raised_at, now) + timedelta(seconds=bound.after_s)
        if due > now:
            return due, "after"
    if bound.quiet is not None and one.alert.level != "critical":
        end = quiet_until(bound.quiet, now, zone)
        if end is not None:
            return end, "quiet"
    return None


def _busy_until(queue: Sequence[Delivery], now: datetime, ready: Collection[int]) -> datetime | None:
    held = [one for one in queue if one.held == "busy"]
    busy = [] if any(one.id in ready for one in held) else [one.next_at for one in held]
    return max((at for at in busy if now < at <= now + LONGEST_BUSY), default=None)
