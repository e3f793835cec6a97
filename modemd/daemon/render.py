"""Records -> the JSON of the interface, key by key in its order, and the monitoring line. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from modemd.clock import rfc3339
from modemd.explanations import line_of
from modemd.modem.requests import SmsListing
from modemd.records import DaysLeft, Level, Measurement, ModemSettings, ModemSnapshot, Sim, SmsMessage, UssdResult
from modemd.store import AlertRow, Delivery, FallbackNote

if TYPE_CHECKING:
    from modemd.money.forecast import Forecast

Json = dict[str, Any]

LONGEST_SMS = 20_000  # characters; 255 parts of UCS2 have 17,085, and a line of the protocol 65,536 octets

EXIT_OF_LEVEL: dict[Level, int] = {"ok": 0, "low": 1, "critical": 2, "unknown": 3, "stale": 3}

# What is wrong with an answer that came but holds no number.
_NO_NUMBER = {"menu": "menu", "sms_follows": "sms follows", "error": "operator error"}
# A text that answers no question has nothing to be unreadable: what it is, by its origin.
_NO_ANSWER = {"late": "late answer", "network": "sent by the network", "sms": "sent by the operator"}


def measurement(m: Measurement, *, level: Level, days_left: Json | None, now: datetime) -> Json:
    """The object of `balance --json` and of each line of `history --json`. `error` is null only where money or data was
    read."""
    error, _ = trouble(m)
    return {
        "modem": m.modem,
        "sim": sim(m.sim),
        "operator": m.operator,
        "country": m.country,
        "kind": m.reading.kind,
        "balance": amount(m.reading.balance),
        "currency": m.reading.currency,
        "data_left_mb": m.reading.data_left_mb,
        "expires": m.reading.expires,
        "level": level,
        "days_left": days_left,
        "taken_at": rfc3339(m.taken_at),
        "age_s": age_s(m.taken_at, now),
        "channel": m.channel,
        "code": m.code,
        "text": m.text,
        "confidence": m.reading.confidence,
        "pattern": m.reading.pattern,
        "origin": m.origin,
        "error": error,
    }


def no_measurement(snapshot: ModemSnapshot, *, level: Level, error: str) -> Json:
    """The same object where there is nothing to show: every key, nothing claimed."""
    return {
        "modem": snapshot.modem,
        "sim": sim(snapshot.sim),
        "operator": snapshot.operator,
        "country": snapshot.country,
        "kind": "error",
        "balance": None,
        "currency": None,
        "data_left_mb": None,
        "expires": None,
        "level": level,
        "days_left": None,
        "taken_at": None,
        "age_s": None,
        "channel": "ussd",
        "code": None,
        "text": None,
        "confidence": "none",
        "pattern": None,
        "origin": "query",
        "error": error,
    }


def trouble(m: Measurement) -> tuple[str | None, str | None]:
    """The short phrase and the line for people of a measurement without a number; (None, its hint) with one."""
    if m.error is not None:
        return m.error, m.hint
    if m.reading.balance is not None or m.reading.data_left_mb is not None:
        return None, m.hint
    error = _NO_NUMBER.get(m.reading.kind) or _NO_ANSWER.get(m.origin, "unreadable")
    return error, m.hint or line_of(error)


def forecast(modem: str, m: Measurement | None, found: Forecast | None) -> Json:
    """The object of `forecast --json`: the days, and what they rest on. `m` is the last reading, with money or not."""
    habit = None if found is None else found.habit
    return {
        "modem": modem,
        "balance": amount(m.reading.balance) if m else None,
        "currency": m.reading.currency if m else None,
        "taken_at": rfc3339(m.taken_at) if m else None,
        "days_left": days(found.days if found else None),
        "readings": habit.readings if habit else None,
        "days": habit.days if habit else None,
        "spend_per_day": amount(habit.per_day) if habit else None,
        "fees": [
            {"amount": amount(fee.amount), "every": fee.every, "next_at": rfc3339(fee.next_at)}
            for fee in (habit.fees if habit else ())
        ],
        "top_ups": habit.top_ups if habit else None,
        "topped_up": amount(habit.topped_up) if habit else None,
        "changed_at": rfc3339(habit.changed_at) if habit else None,
        "weekly": habit.weekly if habit else None,
        "error": "no reading yet" if m is None or m.reading.balance is None else None,
    }


def ussd(modem: str, result: UssdResult) -> Json:
    """The object of `ussd --json`."""
    return {
        "modem": modem,
        "code": result.code,
        "status": result.status,
        "text": result.text,
        "dcs": result.dcs,
        "decoder": result.decoder,
        "turns": list(result.turns),
        "error": result.error,
        "elapsed_s": round(result.elapsed_s, 3),
    }


def status(
    snapshot: ModemSnapshot,
    *,
    reading: Measurement | None,
    level: Level,
    next_query_at: datetime | None,
    alerts: list[AlertRow],
    fallback: FallbackNote | None,
    own_number: str | None,
    now: datetime,
) -> Json:
    """One modem of `status --json`, with what people are told besides. `reading` is its last one."""
    return {
        "modem": snapshot.modem,
        "state": snapshot.state,
        "error": snapshot.error,
        "sim": sim(snapshot.sim),
        "operator": snapshot.operator or snapshot.network.operator,
        "rat": snapshot.network.rat,
        "signal_dbm": snapshot.network.signal_dbm,
        "balance": amount(reading.reading.balance) if reading else None,
        "currency": reading.reading.currency if reading else None,
        "level": level,
        "taken_at": rfc3339(reading.taken_at) if reading else None,
        "age_s": age_s(reading.taken_at, now) if reading else None,
        "next_query_at": rfc3339(next_query_at),
        "alerts": [
            {
                "id": row.alert.id,
                "event": row.alert.event,
                "raised_at": rfc3339(row.alert.raised_at),
                "text": row.alert.text,
            }
            for row in alerts
        ],
        "recovery": snapshot.recovery,
        "fallback": None
        if fallback is None
        else {"at": rfc3339(fallback.at), "rat": fallback.rat, "outage_s": fallback.outage_s},
        "asking": snapshot.asking if snapshot.state == "busy" else None,
        "step": {"code": snapshot.asking_code, "by_sms": snapshot.asking_by_sms, "rat": snapshot.asking_rat}
        if snapshot.state == "busy" and snapshot.asking == "balance"
        else None,
        "quarantine_until": rfc3339(snapshot.quarantine_until) if snapshot.state == "quarantine" else None,
        "own_number": own_number,
    }


def port(snapshot: ModemSnapshot) -> Json:
    """One modem of the request `ports`: the device that it has, or was tried last."""
    return {
        "modem": snapshot.modem,
        "state": snapshot.state,
        "error": snapshot.error,
        "port": snapshot.port,
        "imei": snapshot.device.imei,
    }


def sms(modem: str, message: SmsMessage) -> Json:
    """One line of `sms list --json`."""
    return {
        "modem": modem,
        "places": [{"storage": place.storage, "index": place.index} for place in message.places],
        "status": message.status,
        "sender": message.sender,
        "sent_at": rfc3339(message.sent_at),
        "text": None if message.text is None else message.text[:LONGEST_SMS],
        "parts": message.parts,
        "missing": message.missing,
    }


def storages(modem: str, found: SmsListing) -> Json:
    """The end of the request `sms`."""
    return {
        "modem": modem,
        "rows": len(found.messages),
        "hidden": found.hidden,
        "storages": [{"name": one.name, "used": one.used, "places": one.places} for one in found.storages],
        "error": found.error,
        "hint": found.hint,
    }


def alert(row: AlertRow) -> Json:
    """One line of `alerts list --json`."""
    return {
        "id": row.alert.id,
        "event": row.alert.event,
        "level": row.alert.level,
        "modem": row.alert.modem,
        "operator": row.alert.operator,
        "balance": amount(row.alert.balance),
        "currency": row.alert.currency,
        "taken_at": rfc3339(row.alert.taken_at),
        "text": row.alert.text,
        "raised_at": rfc3339(row.alert.raised_at),
        "open": row.open,
        "acknowledged_at": rfc3339(row.acknowledged_at),
        "closed_at": rfc3339(row.closed_at),
        "deliveries": [delivery(one) for one in row.deliveries],
        "advice": row.alert.advice,
        "days_left": days(row.alert.days_left),
        "reminder": row.alert.reminder,
        "reminds": row.alert.reminds,
    }


def delivery(one: Delivery) -> Json:
    """An alert's way through one channel."""
    return {
        "channel": one.channel,
        "state": one.state,
        "tries": one.tries,
        "next_at": rfc3339(one.next_at) if one.state == "pending" else None,
        "delivered_at": rfc3339(one.delivered_at),
        "error": one.last_error,
        "held": one.held if one.state == "pending" else None,
        "message": one.message,
    }


def days(left: DaysLeft | None) -> Json | None:
    """A forecast, in days."""
    return None if left is None else {"low": left.low, "likely": left.likely, "high": left.high}


def check(
    settings: ModemSettings, *, reading: Measurement | None, level: Level, why: str | None, now: datetime
) -> Json:
    """The plugin's exit code and its one line: "MODEMD OK - home: 123.40 RUB (3 h old) | balance=123.40;50:;10:".

    Thresholds are Nagios ranges: "50:" warns below 50. `why` is what is wrong with the modem now, if anything.
    """
    word = {"unknown": "UNKNOWN", "stale": "UNKNOWN", "low": "WARNING", "critical": "CRITICAL", "ok": "OK"}[level]
    code = EXIT_OF_LEVEL[level]
    if reading is None:
        said = f"no reading yet{f' ({why})' if why else ''}"
        return {"exit": code, "line": one_line(f"MODEMD {word} - {settings.name}: {said}")}
    balance = amount(reading.reading.balance)
    age = span(age_s(reading.taken_at, now))
    if balance is None:
        said = f"{reading.reading.data_left_mb} MB, no amount of money ({age} old)"
        return {"exit": code, "line": one_line(f"MODEMD {word} - {settings.name}: {said}")}
    stale = f", stale{f': {why}' if why else ''}" if level == "stale" else ""
    said = f"{balance}{f' {reading.reading.currency}' if reading.reading.currency else ''} ({age} old{stale})"
    perfdata = f"balance={balance};{amount(settings.low)}:;{amount(settings.critical)}:"
    return {"exit": code, "line": f"{one_line(f'MODEMD {word} - {settings.name}: {said}')} | {perfdata}"}


def sim(who: Sim) -> Json:
    """The SIM, whole: this goes to the local socket only."""
    return {"iccid": who.iccid, "imsi": who.imsi}


def amount(value: Decimal | None) -> str | None:
    """A decimal string without an exponent."""
    return None if value is None else format(value, "f")


def age_s(when: datetime, now: datetime) -> int:
    """Whole seconds since then; 0 where the clock was set back behind it."""
    return max(0, int((now - when).total_seconds()))


def span(duration_s: float) -> str:
    """A duration in words, in its largest whole unit: "45 s", "12 min", "3 h", "5 d"."""
    for unit, unit_s in (("d", 86400), ("h", 3600), ("min", 60)):
        if duration_s >= unit_s:
            return f"{int(duration_s // unit_s)} {unit}"
    return f"{int(duration_s)} s"


def one_line(text: str) -> str:
    """For monitoring systems and logs: no line ends, no control characters, and no bar, which would start perfdata."""
    return "".join(" " if not character.isprintable() else "/" if character == "|" else character for character in text)
