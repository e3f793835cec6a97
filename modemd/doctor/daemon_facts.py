"""The daemon's own word about itself, its modems and channels. What comes over the socket is data: a field of another
type than promised is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modemd import __version__
from modemd.backends.registry import way_of
from modemd.daemon.control import Client
from modemd.doctor.facts import ChannelFacts, DaemonFacts, ModemFacts, StepFacts
from modemd.errors import DaemonUnreachable, ModemdError, RefusedError
from modemd.records import SmsStorage

ANSWER_S = 5.0  # the store answers in milliseconds; a busy Pi Zero gets room


def ask(
    socket: str | None, *, limit_s: float = ANSWER_S
) -> tuple[DaemonFacts, tuple[ModemFacts, ...], tuple[ChannelFacts, ...] | None]:
    """What the daemon says; channels None where it was not asked. Never raises: not reached is an answer, too.
    `limit_s`: for its hello, and for each line of its answer."""
    daemon = DaemonFacts(own_version=__version__)
    try:
        with Client.connect(socket, timeout_s=limit_s) as client:
            daemon = DaemonFacts(reached=True, own_version=__version__, version=client.version)
            try:
                rows: list[object] = []
                answer = client.request("doctor", patience_s=limit_s, on_row=rows.append)
            except RefusedError:
                answer = client.request("status", patience_s=limit_s)
                return (
                    DaemonFacts(reached=True, old=True, own_version=__version__, version=client.version),
                    tuple(_of_status(_mapping(one)) for one in _list(answer.get("modems"))),
                    None,
                )
    except DaemonUnreachable as error:
        return DaemonFacts(own_version=__version__, code=error.code, line=error.message), (), None
    except ModemdError as error:
        failed = DaemonFacts(reached=daemon.reached, own_version=__version__, code=error.code, line=error.message)
        return failed, (), None
    return (
        _daemon(_mapping(answer.get("daemon")), daemon.version),
        tuple(_modem(_mapping(one)) for one in rows),
        tuple(_channel(_mapping(one)) for one in _list(answer.get("channels"))),
    )


# --- helpers


def _daemon(said: Mapping[str, Any], version: str | None) -> DaemonFacts:
    return DaemonFacts(
        reached=True,
        own_version=__version__,
        version=version,
        pid=_whole(said.get("pid")),
        uid=_whole(said.get("uid")),
        user=_text(said.get("user")),
        gids=tuple(gid for one in _list(said.get("gids")) if (gid := _whole(one)) is not None),
        config=_text(said.get("config")),
        state=_text(said.get("state")),
        store=_text(said.get("store")),
        heartbeats=_whole(said.get("heartbeats")),
    )


def _modem(said: Mapping[str, Any]) -> ModemFacts:
    device, network = _mapping(said.get("device")), _mapping(said.get("network"))
    settings, last = _mapping(said.get("settings")), said.get("last")
    asked = _mapping(last)
    path = _text(said.get("path"))
    return ModemFacts(
        name=_text(said.get("modem")) or "?",
        port=_text(said.get("port")) or "",
        serial=way_of(said.get("backend")).serial,
        state=_text(said.get("state")) or "starting",
        error=_text(said.get("error")),
        model=" ".join(word for key in ("manufacturer", "model") if (word := _text(device.get(key)))) or None,
        firmware=_text(device.get("firmware")),
        operator=_text(said.get("operator")),
        code=_text(said.get("code")),
        registered=_flag(network.get("registered")),
        roaming=_flag(network.get("roaming")) or False,
        denied=_flag(network.get("denied")) or False,
        rat=_text(network.get("rat")),
        signal_dbm=_whole(network.get("signal_dbm")),
        radio=_text(said.get("radio")),
        recovery=_text(said.get("recovery")),
        steps=tuple(_step(_mapping(one)) for one in _list(said.get("steps"))),
        sms=tuple(_room(_mapping(one)) for one in _list(said.get("sms"))),
        every_s=_number(settings.get("every_s")),
        pin_file=_text(settings.get("pin_file")),
        roaming_allowed=_flag(settings.get("roaming")) or False,
        radio_fallback=_text(settings.get("radio_fallback")) or "off",
        radio_fallback_on_uplink=_flag(settings.get("radio_fallback_on_uplink")) or False,
        critical=_text(settings.get("critical")),
        level=_text(said.get("level")),
        last_error=_text(asked.get("error")),
        last_hint=_text(asked.get("hint")),
        last_age_s=_whole(asked.get("age_s")),
        asked=isinstance(last, Mapping),
        failures=_whole(said.get("failures")) or 0,
        paths=(path,) if path else (),
    )


def _of_status(said: Mapping[str, Any]) -> ModemFacts:
    """One modem of `status`, for a daemon that knows no more."""
    return ModemFacts(
        name=_text(said.get("modem")) or "?",
        state=_text(said.get("state")) or "starting",
        error=_text(said.get("error")),
        operator=_text(said.get("operator")),
        rat=_text(said.get("rat")),
        signal_dbm=_whole(said.get("signal_dbm")),
        level=_text(said.get("level")),
    )


def _channel(said: Mapping[str, Any]) -> ChannelFacts:
    return ChannelFacts(
        name=_text(said.get("channel")) or "?",
        waiting=_whole(said.get("waiting")) or 0,
        given_up=_whole(said.get("given_up")) or 0,
        error=_text(said.get("error")),
    )


def _step(said: Mapping[str, Any]) -> StepFacts:
    return StepFacts(
        step=_text(said.get("step")) or "?",
        tried=_whole(said.get("tried")) or 0,
        helped=_whole(said.get("helped")) or 0,
    )


def _room(said: Mapping[str, Any]) -> SmsStorage:
    return SmsStorage(
        name=_text(said.get("storage")) or "?",
        used=_whole(said.get("used")) or 0,
        places=_whole(said.get("places")) or 0,
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
