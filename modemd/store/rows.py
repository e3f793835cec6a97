"""Records of the store, and how values become columns and back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from sqlite3 import Row
from typing import Literal, get_args

from modemd.at.own_number import is_number
from modemd.frozen import dataclass
from modemd.records import (
    Alert,
    AlertEvent,
    Confidence,
    DaysLeft,
    Kind,
    Level,
    Measurement,
    Origin,
    Reading,
    ReadingChannel,
    Sim,
)

# "not_needed": what it waited for came otherwise. "replaced": a newer reminder waits in its place.
DeliveryState = Literal["pending", "delivered", "given_up", "not_needed", "replaced"]
# "gather": for others that fall at once. "quiet": for the end of quiet hours. "after": for channels that go first.
# "busy": as long as the other side asked for.
Held = Literal["gather", "quiet", "after", "busy"]
Column = str | int | float | bytes | None

# What reading a damaged row raises.
DAMAGED = (ValueError, TypeError, ArithmeticError)

TIME_LENGTH = len("2026-01-31T12:00:00.000000Z")
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What worked on this model and firmware: the request's encoding and the reply's decoder, None = not known."""

    model: str
    firmware: str
    request: str | None = None
    decoder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackNote:
    """The last fall-back to another RAT for a SIM: when, which RAT brought the answer (None = none did), and for how
    many seconds it was off its network."""

    at: datetime
    rat: str | None = None
    outage_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One alert on its way through one channel. `delivered_at` is the receipt; `next_at` counts while pending.

    `held`: why it waits until then, where no try has failed. `message`: the id under which it went with others. Of one
    that is due also: is the alert `over` (or the one that it reminds of), closed or acknowledged; `received` by which
    channels."""

    id: int
    alert: Alert
    channel: str
    state: DeliveryState
    tries: int
    next_at: datetime
    last_error: str | None = None
    delivered_at: datetime | None = None
    held: Held | None = None
    message: str | None = None
    over: bool = False
    received: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """How often an alert was said through one channel. `last`: when it went through, or was given up, itself or a
    reminder of it. `first_waits`: it has not gone out at all. `waiting_since`: a reminder waits, raised then."""

    last: datetime | None = None
    first_waits: bool = False
    waiting_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """One alert of the list: open until a person acknowledges it or its reason is gone."""

    alert: Alert
    open: bool
    acknowledged_at: datetime | None
    closed_at: datetime | None
    deliveries: tuple[Delivery, ...] = ()
    number: int = 0  # counts in the order in which alerts were raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known about a modem's SIM at one moment, for whoever has to judge it.

    `sim_key` is the SIM's that is judged: that of the snapshot, else of the SIM last seen in the modem, "modem:NAME"
    while none has been. `reading` is its last one. `shown` is the last reading of the snapshot's own key, which is
    another one only while the SIM cannot be named. `has_rows`: the snapshot's own key has any. `sim_seen` None: never
    judged yet. `last_attempt` and `attempts_today` are for the schedule, as History gives them. `own_number`: None also
    where a SIM is in the modem that cannot be named.
    """

    modem: str
    sim_key: str
    reading: Measurement | None
    shown: Measurement | None
    has_rows: bool
    had_other_sim: bool
    state: Mapping[str, object]
    first_seen: datetime
    sim_seen: datetime | None
    last_attempt: datetime | None
    attempts_today: int
    own_number: str | None = None


def number_or_none(value: Column) -> str | None:
    """A SIM's own number; None also for what damage made of it."""
    return value if isinstance(value, str) and is_number(value) else None


def time_text(when: datetime) -> str:
    """UTC, RFC 3339, always with microseconds: of one width, so that texts sort as times do. ValueError if naive."""
    if when.tzinfo is None:
        raise ValueError(f"a time without a zone: {when!r}")
    return when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def time_of(text: str) -> datetime:
    """What time_text wrote. Raises ValueError for anything else."""
    if not isinstance(text, str) or len(text) != TIME_LENGTH or text[-1] != "Z":
        raise ValueError(f"not a stored time: {text!r}")
    return datetime.fromisoformat(text)


def time_or_none(text: str | None) -> datetime | None:
    """None for one that is damaged too: for times that a row can do without."""
    try:
        return None if text is None else time_of(text)
    except DAMAGED:
        return None


def amount_text(amount: Decimal | None) -> str | None:
    """The decimals as they were read, never an exponent."""
    return None if amount is None else format(amount, "f")


def amount_of(text: str | None) -> Decimal | None:
    """What amount_text wrote. Raises ValueError for anything else: Decimal itself also reads "NaN", "1E9" and "1_0"."""
    if text is None:
        return None
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"not a stored amount: {text!r}")
    return Decimal(text)


def clean(text: str | None) -> str | None:
    """Lone surrogates, which a UCS2 reply can hold and SQLite cannot, become "?". The raw bytes are kept beside."""
    return None if text is None else text.encode("utf-8", "replace").decode("utf-8")


def state_of(text: str | None) -> dict[str, object]:
    """A SIM's alert state; empty for none, or for one that is damaged."""
    try:
        state = {} if text is None else json.loads(text)
    except DAMAGED:
        return {}
    return state if isinstance(state, dict) else {}


def measurement_columns(m: Measurement) -> dict[str, Column]:
    return {
        "modem": m.modem,
        "sim_key": m.sim_key,
        "iccid": m.sim.iccid,
        "imsi": m.sim.imsi,
        "spn": clean(m.sim.spn),
        "operator": m.operator,
        "country": m.country,
        "kind": m.reading.kind,
        "balance": amount_text(m.reading.balance),
        "currency": m.reading.currency,
        "data_left_mb": m.reading.data_left_mb,
        "expires": m.reading.expires,
        "pattern": m.reading.pattern,
        "confidence": m.reading.confidence,
        "taken_at": time_text(m.taken_at),
        "channel": m.channel,
        "origin": m.origin,
        "code": clean(m.code),
        "text": clean(m.text),
        "raw": m.raw,
        "decoder": m.decoder,
        "error": clean(m.error),
        "hint": clean(m.hint),
        "about": None if m.about == "balance" else m.about,
    }


def measurement_of(row: Row) -> Measurement:
    """Raises one of DAMAGED where a value is none that measurement_columns wrote."""
    _check(row, _READING_TEXTS, {"kind": Kind, "confidence": Confidence, "channel": ReadingChannel, "origin": Origin})
    if not isinstance(row["raw"], bytes) or not isinstance(row["data_left_mb"], float | int | None):
        raise TypeError("a value of another type than was stored")
    return Measurement(
        modem=row["modem"],
        sim=Sim(iccid=row["iccid"], imsi=row["imsi"], spn=row["spn"]),
        sim_key=row["sim_key"],
        operator=row["operator"],
        country=row["country"],
        reading=Reading(
            kind=row["kind"],
            balance=amount_of(row["balance"]),
            currency=row["currency"],
            data_left_mb=row["data_left_mb"],
            expires=row["expires"],
            pattern=row["pattern"],
            confidence=row["confidence"],
        ),
        taken_at=time_of(row["taken_at"]),
        channel=row["channel"],
        origin=row["origin"],
        code=row["code"],
        text=row["text"],
        raw=row["raw"],
        decoder=row["decoder"],
        error=row["error"],
        hint=row["hint"],
        about="data" if row["about"] == "data" else "balance",
        seq=row["id"],
    )


def alert_columns(alert: Alert) -> dict[str, Column]:
    return {
        "id": alert.id,
        "event": alert.event,
        "level": alert.level,
        "modem": alert.modem,
        "sim_key": alert.sim_key,
        "operator": alert.operator,
        "balance": amount_text(alert.balance),
        "currency": alert.currency,
        "taken_at": None if alert.taken_at is None else time_text(alert.taken_at),
        "text": clean(alert.text),
        "raised_at": time_text(alert.raised_at),
        "title": clean(alert.title),
        "advice": clean(alert.advice),
        "url": clean(alert.url),
        "days_left": days_text(alert.days_left),
        "reminder": alert.reminder,
        "rehearsal": int(alert.rehearsal),
        "reminds": alert.reminds,
    }


def alert_of(row: Row) -> Alert:
    """The alert of a row of `alerts`, or of one joined with its delivery (whose columns are named otherwise).

    Raises one of DAMAGED where a value is none that alert_columns wrote.
    """
    _check(row, _ALERT_TEXTS, {"event": AlertEvent, "level": Level})
    return Alert(
        id=row["id"],
        event=row["event"],
        level=row["level"],
        modem=row["modem"],
        sim_key=row["sim_key"],
        operator=row["operator"],
        balance=amount_of(row["balance"]),
        currency=row["currency"],
        taken_at=time_or_none(row["taken_at"]),
        text=row["text"],
        raised_at=time_of(row["raised_at"]),
        title=row["title"],
        advice=row["advice"],
        url=row["url"],
        days_left=days_of(row["days_left"]),
        rehearsal=row["rehearsal"] == 1,
        reminder=row["reminder"] if isinstance(row["reminder"], int) else 0,
        reminds=row["reminds"],
    )


def days_text(days: DaysLeft | None) -> str | None:
    return None if days is None else f"{days.low!r} {days.likely!r} {days.high!r}"


def days_of(text: object) -> DaysLeft | None:
    """Raises ValueError where the text is none that days_text wrote."""
    if text is None:
        return None
    low, likely, high = map(float, str(text).split())
    return DaysLeft(low=low, likely=likely, high=high)


def delivery_of(row: Row, alert: Alert) -> Delivery:
    """A damaged time of the next try does not cost the alert: it is due."""
    return Delivery(
        id=row["delivery_id"],
        alert=alert,
        channel=row["delivery_channel"],
        state=row["delivery_state"],
        tries=row["tries"],
        next_at=time_or_none(row["next_at"]) or alert.raised_at,
        last_error=row["last_error"],
        delivered_at=time_or_none(row["delivered_at"]),
        held=row["held"] if row["held"] in get_args(Held) else None,
        message=row["message"] if isinstance(row["message"], str) else None,
        over=bool(row["over"]) if "over" in row.keys() else False,  # noqa: SIM118 (a Row has no __contains__ of keys)
        received=frozenset(str(row["received"] or "").split("\n")) - {""} if "received" in row.keys() else frozenset(),  # noqa: SIM118
    )


_READING_TEXTS = (
    *("iccid", "imsi", "spn", "operator", "country", "currency", "expires", "pattern", "code", "text", "decoder"),
    *("error", "hint"),
)
_ALERT_TEXTS = ("operator", "currency", "title", "advice", "url", "reminds")


def _check(row: Row, optional: Sequence[str], words: Mapping[str, object]) -> None:
    """One octet of a record's header makes octets of a text. Raises TypeError, or ValueError for an unknown word."""
    for name in ("modem", "sim_key", "text" if "event" in words else "kind"):
        if not isinstance(row[name], str):
            raise TypeError(f"{name} is no text")
    for name in optional:
        if not isinstance(row[name], str | None):
            raise TypeError(f"{name} is no text")
    for name, known in words.items():
        if row[name] not in get_args(known):
            raise ValueError(f"{name} is {row[name]!r}")
