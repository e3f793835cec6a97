"""What the configuration says of the ways out of this machine: channels and heartbeats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modemd.credentials import placed
from modemd.daemon.fields import CHANNEL_KEYS, EVENTS, HEARTBEAT_KEYS, suggestion
from modemd.errors import Problem
from modemd.records import AlertEvent, ChannelSettings, HeartbeatSettings

if TYPE_CHECKING:
    from modemd.daemon.config import Reader

Where = tuple[Path, Mapping[str, str]]  # the folder of the file, and the environment that names credentials
_SECONDS = {"remind": "remind_s", "after": "after_s"}


def channels(
    reader: Reader, document: Mapping[str, Any], where: Where, modems: Sequence[Mapping[str, Any]]
) -> tuple[ChannelSettings, ...]:
    """The [[channel]] tables that have no fault. Relative paths in them belong to the file's folder (`where`);
    `modems` are the file's own."""
    tables = reader.tables(document, "channel")
    read = [_channel(reader, table, f"channel[{index}]", where) for index, table in enumerate(tables)]
    _names(reader, tables)
    _modems(reader, tables, [modem.get("name") for modem in modems])
    if tables and not any(table.get("after") in (None, "0s") for table in tables):
        for index, table in enumerate(tables):
            cure = "every channel waits for another: take `after` out of one of them"
            reader.problem(f"channel[{index}].after", table["after"], cure)
    return tuple(channel for channel in read if channel)


def heartbeats(reader: Reader, document: Mapping[str, Any]) -> tuple[HeartbeatSettings, ...]:
    found = []
    for index, table in enumerate(reader.tables(document, "heartbeat")):
        before = len(reader.problems)
        place = f"heartbeat[{index}]"
        values = reader.fields(table, place, HEARTBEAT_KEYS)
        reader.required(table, place, "url", 'write the address to call, like url = "https://hc-ping.com/UUID"')
        if len(reader.problems) == before:
            every_s = values.pop("every", HeartbeatSettings.__dataclass_fields__["every_s"].default)
            found.append(HeartbeatSettings(**values, every_s=every_s))
    return tuple(found)


# --- helpers


def _channel(reader: Reader, table: Mapping[str, Any], place: str, where: Where) -> ChannelSettings | None:
    from modemd.alerts.channels import CHANNELS  # late: `modemd config check` is the only command that needs it

    before = len(reader.problems)
    kind = table.get("type")
    if kind is None:
        reader.problem(f"{place}.type", None, f"say which channel: type = {_words(CHANNELS)}")
        return None
    if not isinstance(kind, str) or kind not in CHANNELS:
        reader.problem(f"{place}.type", kind, f"write {_words(CHANNELS)}{suggestion(kind, CHANNELS)}")
        return None
    events = _events(reader, table, place)
    common = reader.fields({key: table[key] for key in CHANNEL_KEYS if key in table}, place, CHANNEL_KEYS)
    options = {key: value for key, value in table.items() if key not in ("type", "events", *CHANNEL_KEYS)}
    for fault in CHANNELS[kind].check(options):
        # The channel knows how much of a value may be shown: this line goes into the log as well.
        key = f"{place}.{fault.key}" if fault.key else place
        reader.problems.append(Problem(reader.file, key, fault.value, fault.cure))
    if len(reader.problems) > before:
        return None
    settings = {_SECONDS.get(key, key): value for key, value in common.items()}
    return ChannelSettings(type=kind, events=events, options=with_places(options, *where), **settings)


def with_places(options: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> dict[str, object]:
    """Files are credentials of the service, or lie where the configuration does, unless their path is whole."""
    return {
        key: placed(value, folder, environ) if key.endswith("_file") and isinstance(value, str) else value
        for key, value in options.items()
    }


def _events(reader: Reader, table: Mapping[str, Any], place: str) -> tuple[AlertEvent, ...]:
    events = table.get("events", list(EVENTS))
    if not isinstance(events, list) or not events:
        reader.problem(f"{place}.events", events, f"write a list of {_words(EVENTS)}")
        return ()
    for event in events:
        if event not in EVENTS:
            reader.problem(f"{place}.events", event, f"write {_words(EVENTS)}{suggestion(event, EVENTS)}")
    return tuple(event for event in EVENTS if event in events)


def _names(reader: Reader, tables: Sequence[Mapping[str, Any]]) -> None:
    seen: set[str] = set()
    for index, table in enumerate(tables):
        name = table.get("name")
        if isinstance(name, str) and name in seen:
            reader.problem(f"channel[{index}].name", name, "another channel has this name: choose a different one")
        elif isinstance(name, str):
            seen.add(name)


def _modems(reader: Reader, tables: Sequence[Mapping[str, Any]], names: Sequence[object]) -> None:
    """The modem that a channel sends through is one of this file."""
    for index, table in enumerate(tables):
        through = table.get("through")
        if isinstance(through, str) and through not in names:
            close = suggestion(through, [name for name in names if isinstance(name, str)])
            reader.problem(f"channel[{index}].through", through, f"no modem has this name{close}")


def _words(words: Mapping[str, Any] | Sequence[str]) -> str:
    return " or ".join(json.dumps(word) for word in words)
