"""What the daemon tells `modemd doctor`: each modem with what matters for a diagnosis, the channels, its process.

Pure but for `process`, which names the user that the daemon runs as."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from modemd import __version__
from modemd.clock import rfc3339
from modemd.daemon import render
from modemd.records import Level, Measurement, ModemSettings, ModemSnapshot, RecoveryStepRecord
from modemd.store import AlertRow

Json = dict[str, Any]

LONGEST_TEXT = 500  # characters of any text in the answer: one line of the protocol holds 64 KiB
OF_LATE = timedelta(days=14)  # what was given up before that is history
ROWS = 50  # of the history, newest: enough to count failures running


def modem(
    settings: ModemSettings,
    snapshot: ModemSnapshot,
    *,
    level: Level,
    rows: Sequence[Measurement],
    steps: Sequence[RecoveryStepRecord],
    next_query_at: datetime | None,
    now: datetime,
) -> Json:
    """One modem. `rows`: the newest of its history, oldest first; `steps`: what was done to heal it. `failures` counts
    questions running without a number. Texts of the operator are left out, since a diagnosis is shown to others."""
    network = snapshot.network
    asked = [row for row in rows if row.origin in ("query", "schedule")]
    last = asked[-1] if asked else None
    error, hint = (None, None) if last is None else render.trouble(last)
    return {
        "modem": settings.name,
        "backend": settings.backend,
        "port": settings.port,
        "path": snapshot.port,
        "state": snapshot.state,
        "error": _cut(snapshot.error),
        "device": {
            "manufacturer": _cut(snapshot.device.manufacturer),
            "model": _cut(snapshot.device.model),
            "firmware": _cut(snapshot.device.firmware),
            "imei": snapshot.device.imei,
        },
        "operator": snapshot.operator,
        "code": snapshot.code,
        "network": {
            "registered": network.registered,
            "roaming": network.roaming,
            "denied": network.denied,
            "operator": _cut(network.operator),
            "rat": network.rat,
            "signal_dbm": network.signal_dbm,
        },
        "radio": _cut(snapshot.radio),
        "recovery": _cut(snapshot.recovery),
        "steps": [
            {"step": one.step, "tried": one.tried, "helped": one.helped, "last_at": rfc3339(one.last_at)}
            for one in steps
        ],
        "sms": [
            {"storage": storage.name, "used": storage.used, "places": storage.places}
            for storage in snapshot.sms_storages
        ],
        "settings": {
            "every_s": settings.every_s,
            "critical": render.amount(settings.critical),
            "roaming": settings.roaming,
            "radio_fallback": settings.radio_fallback,
            "radio_fallback_on_uplink": settings.radio_fallback_on_uplink,
            "recovery": settings.recovery,
            "pin_file": settings.pin_file,
            "operator": settings.operator,
            "code": settings.code,
        },
        "level": level,
        "last": None
        if last is None
        else {
            "taken_at": rfc3339(last.taken_at),
            "age_s": render.age_s(last.taken_at, now),
            "code": last.code,
            "kind": last.reading.kind,
            "error": _cut(error),
            "hint": _cut(hint),
        },
        "failures": failures(asked),
        "next_query_at": rfc3339(next_query_at),
    }


def failures(asked: Sequence[Measurement]) -> int:
    """How many questions running, up to the newest, brought neither money nor data."""
    count = 0
    for row in reversed(asked):
        if row.reading.balance is not None or row.reading.data_left_mb is not None:
            break
        count += 1
    return count


def channels(names: Iterable[str], alerts: Iterable[AlertRow], *, now: datetime) -> list[Json]:
    """Each configured channel with the deliveries that did not succeed yet (`waiting`: tried and still pending), or
    that were given up of late. `error`: the newest reason. Whoever asked for a test or a rehearsal was told how it
    ended, and nobody misses it."""
    found: dict[str, Json] = {name: {"channel": name, "waiting": 0, "given_up": 0, "error": None} for name in names}
    for row in alerts:  # newest first
        if row.alert.on_request:
            continue
        for delivery in row.deliveries:
            channel = found.get(delivery.channel)
            if channel is None:
                continue
            waiting = delivery.state == "pending" and delivery.tries > 0
            given_up = delivery.state == "given_up" and now - row.alert.raised_at < OF_LATE
            channel["waiting"] += waiting
            channel["given_up"] += given_up
            if (waiting or given_up) and channel["error"] is None:
                channel["error"] = _cut(delivery.last_error)
    return list(found.values())


def process(*, config: str, state: str, socket: str, heartbeats: int) -> Json:
    """The daemon's process: what it runs, and as whom. `groups` are names, or numbers where a group has none."""
    uid = os.geteuid()
    gids = {os.getegid(), *os.getgroups()}
    return {
        "version": __version__,
        "pid": os.getpid(),
        "uid": uid,
        "user": _user(uid),
        "gids": sorted(gids),
        "groups": sorted(_group(gid) for gid in gids),
        "config": config,
        "state": state,
        "socket": socket,
        "heartbeats": heartbeats,
    }


# --- helpers


def _cut(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 3]}..."


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
