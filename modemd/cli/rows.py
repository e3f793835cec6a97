"""A row of the daemon's answers, as `balance`, `history`, `alerts` and `sms` show it: its keys and its time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

# INTERFACE: the keys of `modemd balance --json` and of each line of `modemd history --json`, in their order.
KEYS = (
    "modem", "sim", "operator", "country", "kind", "balance", "currency", "data_left_mb", "expires", "level",
    "days_left", "taken_at", "age_s", "channel", "code", "text", "confidence", "pattern", "origin", "error",
)  # fmt: skip


def row(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The daemon's answer with INTERFACE's keys in their order: without its hint, with null for what it left out."""
    return {key: answer.get(key) for key in KEYS}


def empty_row(modem: str | None, error: str) -> dict[str, Any]:
    """The answer where no daemon gave one: every key, nothing known, and why."""
    known = {"modem": modem, "sim": {"iccid": None, "imsi": None}, "kind": "error", "level": "unknown"}
    return {key: known.get(key) for key in KEYS} | {"confidence": "none", "error": error}


def unasked(found: Mapping[str, Any]) -> list[str]:
    """What a row is that answers no question, in words: late, or by nobody asked for; else []."""
    words = {"late": "late answer", "network": "sent by the network"}.get(str(found.get("origin")))
    return [] if words is None else [words]


def when(found: Mapping[str, Any]) -> datetime | None:
    """`taken_at` of a row as an aware time; None where it is missing or damaged."""
    try:
        moment = datetime.fromisoformat(str(found.get("taken_at")))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
