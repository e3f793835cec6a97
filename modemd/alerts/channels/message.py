"""An alert in the forms that several channels share. Pure."""

from __future__ import annotations

from typing import Literal

from modemd.clock import rfc3339
from modemd.records import Alert

Urgency = Literal["high", "normal", "low"]

_GOOD_NEWS = frozenset({"recovered", "topup", "started", "test"})
TITLE_LIMIT = 120


def urgency(alert: Alert) -> Urgency:
    """How much an alert is to disturb: "high" wakes people, "low" need not."""
    if alert.level == "critical":
        return "high"
    return "low" if alert.event in _GOOD_NEWS else "normal"


def title(alert: Alert) -> str:
    """One short line."""
    line = " ".join((alert.title or f"modemd: {alert.modem}").split())
    return line if len(line) <= TITLE_LIMIT else line[: TITLE_LIMIT - 1] + "…"


def paragraphs(alert: Alert) -> list[str]:
    """What a person reads: the line, and how to pay."""
    return [alert.text, *([alert.advice] if alert.advice else [])]


def within(text: str, octets: int) -> str:
    """As much of a text as fits into so many octets of UTF-8, with a mark where it was cut."""
    whole = text.encode("utf-8", "replace")
    return text if len(whole) <= octets else whole[: octets - len("…".encode())].decode("utf-8", "ignore") + "…"


def document(alert: Alert) -> dict[str, object]:
    """The JSON object of the interface: times RFC 3339 in UTC, the balance a decimal string. Several in one message:
    each of them under "alerts" as well."""
    days = alert.days_left
    found: dict[str, object] = {
        "id": alert.id,
        "event": alert.event,
        "level": alert.level,
        "modem": alert.modem,
        "operator": alert.operator,
        "balance": None if alert.balance is None else format(alert.balance, "f"),
        "currency": alert.currency,
        "taken_at": rfc3339(alert.taken_at),
        "days_left": None if days is None else {"low": days.low, "likely": days.likely, "high": days.high},
        "text": alert.text,
        "advice": alert.advice,
        "raised_at": rfc3339(alert.raised_at),
        "reminder": alert.reminder,
    }
    if alert.rehearsal:
        found["rehearsal"] = True
    if alert.members:
        found["alerts"] = [document(member) for member in alert.members]
    return found
