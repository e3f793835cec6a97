"""The configuration file: TOML -> frozen Config, or every fault at once."""

from __future__ import annotations

import errno
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from modemd.at.codes import undiallable
from modemd.backends.registry import way_of
from modemd.credentials import placed, shown
from modemd.daemon import outward
from modemd.daemon.control import MAX_SOCKET_PATH_BYTES, SYSTEM_SOCKET
from modemd.daemon.fields import (
    DAEMON_KEYS,
    KEEP_KEYS,
    MODEM_KEYS,
    SCHEDULE_KEYS,
    BadValueError,
    Field,
    suggestion,
    text,
)
from modemd.errors import ConfigError, Problem
from modemd.files import parse_toml, read_file
from modemd.frozen import dataclass
from modemd.records import ChannelSettings, HeartbeatSettings, Keep, LocalHours, ModemSettings

DEFAULT_STATE = "/var/lib/modemd"
TABLES = {
    "daemon": "[daemon]",
    "modem": "[[modem]]",
    "channel": "[[channel]]",
    "heartbeat": "[[heartbeat]]",
    "schedule": "[schedule]",
}
_KEEP_NAMES = {"readings": "readings_days", "failures": "failures_days", "unasked": "unasked_per_day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonSettings:
    """The [daemon] table after validation; paths are absolute."""

    socket: str = SYSTEM_SOCKET
    state: str = DEFAULT_STATE
    language: str = "en"
    dial: tuple[str, ...] = ()
    keep: Keep = Keep()


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A whole configuration file that has no fault."""

    daemon: DaemonSettings
    modems: tuple[ModemSettings, ...]
    channels: tuple[ChannelSettings, ...] = ()
    heartbeats: tuple[HeartbeatSettings, ...] = ()
    busy: tuple[LocalHours, ...] = ()  # when the schedule asks nothing


def load(path: str | Path, *, environ: Mapping[str, str] | None = None) -> Config:
    """The configuration in this file. Raises ConfigError with all problems at once.

    Relative paths (`state`, `socket`, `pin_file`) belong to the file's folder; a `pin_file` without a slash that exists
    in CREDENTIALS_DIRECTORY is that systemd credential. A `pin_file` that does not exist is no problem here: the daemon
    says so in `status` and goes on looking.
    """
    path = Path(path)
    environ = os.environ if environ is None else environ
    reader = Reader(str(path))
    config = reader.config(document(path), path.absolute().parent, environ)
    if reader.problems:
        raise ConfigError(reader.problems)
    return config


def without_effect(config: Config) -> list[str]:
    """A line for each setting that is valid but can do nothing with this operator, so that nobody relies on it."""
    lines = [look(modem) for modem in config.modems for look in (_no_sms_query, _no_data_query)]
    return [line for line in lines if line is not None]


def document(path: Path) -> dict[str, Any]:
    """What the file says, unchecked. Raises ConfigError where it is not there or no TOML."""
    try:
        data = read_file(path)
    except OSError as error:
        raise ConfigError([Problem(str(path), "", "", _unreadable(path, error))]) from error
    try:
        return parse_toml(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        place = f"line {data.count(bytes([10]), 0, error.start) + 1}"
        raise ConfigError([Problem(str(path), place, "", "it is not UTF-8: save the file as UTF-8")]) from error
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*?)\s*\(at (.*)\)", str(error))
        what, place = (found[1], found[2]) if found else (str(error), "")
        raise ConfigError([Problem(str(path), place, "", f"not TOML: {what}")]) from error


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file: check the path, or write it (config/modemd.toml shows every key)"
    if isinstance(error, PermissionError):
        return f"this user may not read it: sudo chgrp modemd {path} && sudo chmod 640 {path}"
    if error.errno == errno.EFBIG:
        return f"{error.strerror}: this is not a configuration file"
    return f"cannot be read: {error.strerror}"


class Reader:
    """Collects the problems of one file while it turns tables into records."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def config(self, document: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> Config:
        for key in document:
            if key not in TABLES:
                self.unknown(key, document[key], key, tuple(TABLES.values()))
        daemon = self.daemon(self.table(document, "daemon"), folder)
        tables = self.tables(document, "modem")
        modems = [self.modem(table, f"modem[{index}]", folder, environ) for index, table in enumerate(tables)]
        if not document.get("modem"):
            self.problem("modem", None, 'no modem is configured: add [[modem]] with name = "home" and port = "auto"')
        self.doubles(tables)
        return Config(
            daemon=daemon,
            modems=tuple(modem for modem in modems if modem),
            channels=outward.channels(self, document, (folder, environ), tables),
            heartbeats=outward.heartbeats(self, document),
            busy=self.fields(self.table(document, "schedule"), "schedule", SCHEDULE_KEYS).get("busy", ()),
        )

    def daemon(self, table: Mapping[str, Any], folder: Path) -> DaemonSettings:
        values = self.fields(table, "daemon", DAEMON_KEYS)
        for key in ("socket", "state"):
            if key in values:
                values[key] = str(folder / values[key])
        kept = self.fields(values.pop("keep", {}), "daemon.keep", KEEP_KEYS)
        settings = DaemonSettings(**values, keep=Keep(**{_KEEP_NAMES[key]: value for key, value in kept.items()}))
        if len(os.fsencode(settings.socket)) > MAX_SOCKET_PATH_BYTES:
            cure = (
                f"the path is longer than {MAX_SOCKET_PATH_BYTES} bytes, which Linux cannot bind: choose a shorter one"
            )
            self.problem("daemon.socket", settings.socket, cure)
        return settings

    def modem(
        self, table: Mapping[str, Any], place: str, folder: Path, environ: Mapping[str, str]
    ) -> ModemSettings | None:
        before = len(self.problems)
        serial = way_of(table.get("backend")).serial
        values = self.fields(table, place, MODEM_KEYS if serial else {**MODEM_KEYS, "port": text})
        self.required(table, place, "name", 'give it a name, like name = "home"')
        self.port(table, place, values, serial=serial)
        self.levels(place, values)
        for key, check in (("operator", _unknown_operator), ("code", undiallable)):
            cure = check(values[key]) if key in values else None
            if cure:
                self.problem(f"{place}.{key}", table[key], cure)
        if len(self.problems) > before:
            return None
        if "pin_file" in values:
            values["pin_file"] = placed(values["pin_file"], folder, environ)
        for key in ("every", "reply_timeout", "quarantine", "expires", "idle"):
            if key in values:
                values[f"{key}_s"] = values.pop(key)
        if "data_low" in values:
            values["data_low_mb"] = values.pop("data_low")
        return ModemSettings(**values)

    def port(self, table: Mapping[str, Any], place: str, values: dict[str, Any], *, serial: bool) -> None:
        """Exactly one of port, usb and imei; the latter two become a `port` with that prefix. Where the modem is no
        serial port, none is "auto"."""
        given = [key for key in ("port", "usb", "imei") if key in table]
        if not given and not serial:
            values["port"] = "auto"
        elif len(given) != 1:
            cure = (
                'say where it is: port = "/dev/ttyUSB2", port = "auto", usb = "2c7c:0125" or imei = "..."'
                if not given
                else f"keep one of {' and '.join(given)}"
            )
            self.problem(f"{place}.port", None, cure)
        for key in ("usb", "imei"):
            if key in values and not serial:
                self.problem(f"{place}.{key}", table[key], "only a serial port is found by it: leave it out")
            if key in values:
                values["port"] = values.pop(key)

    def levels(self, place: str, values: dict[str, Any]) -> None:
        """critical must not be above low. Left out, it is the default, or `low` where that is smaller."""
        low = values.get("low", ModemSettings.__dataclass_fields__["low"].default)
        default = ModemSettings.__dataclass_fields__["critical"].default
        critical = values.setdefault("critical", min(default, low))
        if critical > low:
            self.problem(
                f"{place}.critical", str(critical), f'it is above low ("{low}"): write at most that, or raise low'
            )

    def doubles(self, tables: Sequence[Mapping[str, Any]]) -> None:
        """Looks at the tables as written, so that a modem with another fault is compared too."""
        for key, cure in (
            ("name", "another modem has this name: choose a different one"),
            ("port", "another modem has this port: each modem needs its own"),
            ("usb", "another modem has this usb id: name the ports instead"),
            ("imei", "another modem has this imei: each modem has its own"),
        ):
            seen: set[str] = set()
            for index, table in enumerate(tables):
                value = table.get(key)
                if not isinstance(value, str):
                    continue
                if value in seen:
                    self.problem(f"modem[{index}].{key}", value, cure)
                seen.add(value)

    def fields(self, table: Mapping[str, Any], place: str, known: Mapping[str, Field]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in known:
                self.unknown(f"{place}.{key}", value, key, tuple(known))
                continue
            try:
                values[key] = known[key](value)
            except BadValueError as fault:
                self.problem(f"{place}.{key}", value, str(fault))
        return values

    def table(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        table = document.get(key, {})
        if isinstance(table, dict):
            return table
        self.problem(key, None, f"there is one {key}: write [{key}] with single brackets")
        return {}

    def tables(self, document: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
        tables = document.get(key, [])
        if isinstance(tables, list) and all(isinstance(table, dict) for table in tables):
            return tables
        self.problem(key, None, f"there may be several: write [[{key}]] with double brackets")
        return []

    def required(self, table: Mapping[str, Any], place: str, key: str, cure: str) -> None:
        if key not in table:
            self.problem(f"{place}.{key}", None, cure)

    def unknown(self, place: str, value: Any, key: str, known: Sequence[str]) -> None:
        close = suggestion(key, [word.strip("[]") for word in known])
        self.problem(place, value, f"no such key{close}; known here: {', '.join(known)}")

    def problem(self, key: str, value: Any, cure: str) -> None:
        self.problems.append(Problem(self.file, key, shown(key, value), cure))


def _no_sms_query(modem: ModemSettings) -> str | None:
    """Why `sms_query = "auto"` does nothing here; None where it may do something, or the operator is not known yet."""
    if modem.sms_query != "auto" or modem.operator is None:
        return None
    from modemd.modem.code_order import sms_query  # late, like the packs
    from modemd.money.operators import Packs

    if sms_query(Packs().get(modem.operator), "auto") is not None:
        return None
    proves = f"the pack of {modem.operator} proves of no query by SMS that it is free"
    return f'modem "{modem.name}": sms_query = "auto" does nothing: {proves}'


def _no_data_query(modem: ModemSettings) -> str | None:
    """Why `data = "auto"` does nothing here; None where it may do something, or the operator is not known yet."""
    if modem.data != "auto":
        return None
    if modem.every_s is None:
        follows = 'the data left is asked for behind the queries of the schedule, and every = "off"'
        return f'modem "{modem.name}": data = "auto" does nothing: {follows}'
    if modem.operator is None:
        return None
    from modemd.modem.code_order import data_dial  # late, like the packs
    from modemd.money.operators import Packs

    if data_dial(Packs().get(modem.operator)) is not None:
        return None
    knows = f"the pack of {modem.operator} names no code for the data left that is trusted and free"
    return f'modem "{modem.name}": data = "auto" does nothing: {knows}'


def _unknown_operator(operator: str) -> str | None:
    """The cure where no pack has this id, else None."""
    from modemd.money.operators import Packs  # late: most configurations name no operator

    packs = Packs()
    try:
        packs.get(operator)
    except ConfigError:
        close = suggestion(operator, packs.ids())
        return f"no operator pack has this id{close}: see `modemd operators list`, or leave the key out"
    return None
