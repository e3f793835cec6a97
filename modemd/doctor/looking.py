"""All facts at once. Each source may fail alone, and then says so; nothing here opens a port or talks to a modem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from modemd.backends.at.ports import holders
from modemd.backends.at.ports.discovery import candidates
from modemd.backends.at.ports.sysroot import device_path, sysroot
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.backends.registry import way_of
from modemd.daemon.config import Config, load, without_effect
from modemd.daemon.named_files import missing
from modemd.doctor import hardware, system
from modemd.doctor.daemon_facts import ask
from modemd.doctor.facts import ConfigFile, DaemonFacts, Facts, MissingFact, ModemFacts, User
from modemd.doctor.programs import Run, Unseen, run
from modemd.errors import ConfigError, PortAbsent
from modemd.records import ModemSettings

CONFIG = "/etc/modemd/modemd.toml"

T = TypeVar("T")


def look(
    *,
    socket: str | None = None,
    config: str | None = None,
    root: Path | None = None,
    run_program: Run = run,
    now: datetime | None = None,
) -> Facts:
    """Everything that the checks judge, in a few seconds at most. `config`: the file to look at, else the one that the
    daemon runs, else /etc/modemd/modemd.toml. `root` as in modem.sysroot."""
    unseen: list[MissingFact] = []
    base = sysroot(root)

    def attempt(what: str, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except (Unseen, OSError, ValueError, LookupError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            unseen.append(MissingFact(what=what, why=why or type(error).__name__))
            return None

    daemon, modems, channels = ask(socket)
    chosen = config or daemon.config
    path = str(Path(chosen or CONFIG).absolute())
    file, settings = attempt("the configuration", lambda: _configuration(path)) or (None, None)
    file = file and replace(file, named=chosen is not None)
    if not modems and settings is not None:
        modems = tuple(_configured(modem) for modem in settings.modems)
    groups = attempt("the groups of this machine", system.groups) or {}
    located = attempt("the ports", lambda: tuple(_located(modem, groups, base) for modem in modems)) or modems
    named = {place for modem in located for place in modem.paths}
    devices = attempt("the USB devices", lambda: hardware.modems(named=named, daemon=daemon.pid, root=base)) or ()
    log = attempt("the kernel's log", lambda: system.kernel_log(run_program)) or system.Log({}, 0)
    state = daemon.state or (None if settings is None else settings.daemon.state)
    return Facts(
        now=now or datetime.now(UTC),
        daemon=daemon,
        modems=located,
        channels=channels,
        config=file,
        devices=tuple(replace(device, disconnects=log.disconnects.get(device.bus, 0)) for device in devices),
        modem_manager=attempt("the processes", lambda: holders.runs(holders.MODEM_MANAGER, root=base)) or False,
        folder=None if state is None else attempt("the state folder", lambda: system.folder(state)),
        users=attempt("the users of this machine", lambda: _users(daemon)) or (),
        synchronized=attempt("the clock", lambda: system.synchronized(run_program, root=base)),
        throttled=attempt("the supply voltage", lambda: system.throttled(run_program)),
        low_voltage=attempt("the voltage monitor", lambda: hardware.low_voltage_alarm(root=base)) or False,
        low_voltage_events=log.low_voltage,
        unseen=tuple(unseen),
    )


# --- helpers


def _configuration(path: str) -> tuple[ConfigFile, Config | None]:
    try:
        config = load(path)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return ConfigFile(path=path, missing=True), None
        if isinstance(error.__cause__, PermissionError):
            return ConfigFile(path=path, unreadable=True), None
        return ConfigFile(path=path, problems=error.problems), None
    return (
        ConfigFile(
            path=path,
            remarks=tuple(without_effect(config)),
            lacking=tuple(missing(config, path)),
            modems=tuple(modem.name for modem in config.modems),
            channels=len(config.channels),
            heartbeats=len(config.heartbeats),
            state=config.daemon.state,
        ),
        config,
    )


def _configured(settings: ModemSettings) -> ModemFacts:
    """A modem of which the configuration alone is known."""
    return ModemFacts(
        name=settings.name,
        port=settings.port,
        serial=way_of(settings.backend).serial,
        every_s=settings.every_s,
        roaming_allowed=settings.roaming,
        radio_fallback=settings.radio_fallback,
        radio_fallback_on_uplink=settings.radio_fallback_on_uplink,
    )


def _located(modem: ModemFacts, groups: dict[int, str], base: Path) -> ModemFacts:
    """With where it is now, who may open it, and whether the machine's way out goes through it."""
    if not modem.serial:
        return replace(modem, paths=())
    paths, absent = [device_path(path, base) for path in modem.paths], None
    if modem.port:
        try:
            paths += [device_path(path, base) for path in candidates(modem.port, root=base)]
        except PortAbsent as error:
            absent = error.message
    paths = list(dict.fromkeys(paths))
    access = hardware.access(paths[0], groups, root=base) if paths else None
    if paths and access is None and absent is None:
        absent = f"there is no {paths[0]}: plug the modem in, or correct `port` in the configuration"
    uplink = carries_uplink(paths[0], root=base) if paths else None
    return replace(modem, paths=tuple(paths), absent=absent, access=access, uplink=uplink)


def _users(daemon: DaemonFacts) -> tuple[User, ...]:
    if daemon.reached and daemon.uid is not None:
        served: User | None = User(role="daemon", name=daemon.user or str(daemon.uid), uid=daemon.uid, gids=daemon.gids)
    else:
        served = system.account()
    return (system.caller(), *((served,) if served is not None else ()))
