"""What was seen on this machine and heard from the daemon: frozen records, judged by doctor/checks. Unknown is None."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from modemd.backends.at.ports.kinds import Kind
from modemd.errors import Problem
from modemd.records import SmsStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingFact:
    """Something that could not be looked at: what, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonFacts:
    """The daemon, as this user reaches it. `code`, `line`: why it could not be asked (errors.DaemonUnreachable)."""

    reached: bool = False
    code: str | None = None
    line: str | None = None
    old: bool = False  # it answers, but does not know the question
    version: str | None = None
    own_version: str = ""
    pid: int | None = None
    uid: int | None = None
    user: str | None = None
    gids: tuple[int, ...] = ()
    config: str | None = None
    state: str | None = None
    store: str | None = None  # why it cannot write what it has to remember
    heartbeats: int | None = None  # None: it did not say

    @property
    def mute(self) -> bool:
        """It is there, but hangs or does not speak to this user: what it runs is not known."""
        return self.line is not None and self.code != "not running"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """How often something was done to heal a modem (records.RecoveryStep), in all, and how often it helped."""

    step: str
    tried: int
    helped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemFacts:
    """One configured modem. `state` None: the daemon was not asked, only the configuration is known.

    `paths`: the ports that its configuration may mean now, `absent`: why there is none, `access`: who may open the
    first one, `uplink`: the network interface through it that the machine's way out depends on."""

    name: str
    port: str = ""
    serial: bool = True  # whether it is a serial port of this machine
    state: str | None = None
    error: str | None = None
    model: str | None = None
    firmware: str | None = None
    operator: str | None = None
    code: str | None = None
    registered: bool | None = None
    roaming: bool = False
    denied: bool = False
    rat: str | None = None
    signal_dbm: int | None = None
    radio: str | None = None
    recovery: str | None = None
    steps: tuple[StepFacts, ...] = ()
    sms: tuple[SmsStorage, ...] = ()
    every_s: float | None = None
    pin_file: str | None = None  # where the daemon looks for it
    roaming_allowed: bool = False
    radio_fallback: str = "off"
    radio_fallback_on_uplink: bool = False
    critical: str | None = None  # the limit: a decimal number
    level: str | None = None
    last_error: str | None = None
    last_hint: str | None = None
    last_age_s: int | None = None
    asked: bool = False  # the history holds a question
    failures: int = 0
    paths: tuple[str, ...] = ()
    absent: str | None = None
    access: Access | None = None
    uplink: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Who may open a device: its owner, its group and its permission bits."""

    path: str
    uid: int
    gid: int
    group: str
    mode: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """One channel of alerts. `waiting`: alerts that were tried and did not arrive; `error`: the newest reason."""

    name: str
    waiting: int = 0
    given_up: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """The configuration file. `unreadable`: this user may not read it, which need not be a fault. `lacking`: the files
    that it names and that are not there, or not fit."""

    path: str
    named: bool = True  # by the user or the daemon; else it is only where it usually is
    problems: tuple[Problem, ...] = ()
    missing: bool = False
    unreadable: bool = False
    remarks: tuple[str, ...] = ()
    lacking: tuple[Problem, ...] = ()
    modems: tuple[str, ...] | None = None  # their names, where it could be read
    channels: int | None = None
    heartbeats: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A serial port of a USB modem. `holders`: "program (pid N)" of each process that has it, but for the daemon."""

    path: str
    kind: Kind = "unknown"
    holders: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    modem_manager: bool = False  # ModemManager runs, and is not told to leave it alone
    leave_alone: str = ""  # the cure for that


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """A USB device that is or may be a modem. `kind` is None where it has an AT port.

    `control`, `autosuspend_ms`: power/control and power/autosuspend_delay_ms. `current_ma`: what it says it may draw
    (USB 2.0 9.6.3, bMaxPower). `hub_ma`: what everything on its bus-powered hub says, None on any other hub."""

    bus: str  # "1-1.2"
    ids: str
    name: str | None = None
    kind: Kind | None = None
    why: str | None = None
    ports: tuple[Port, ...] = ()
    control: str | None = None
    autosuspend_ms: int | None = None
    current_ma: int | None = None
    hub_ma: int | None = None
    disconnects: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """The state folder, or the nearest folder above it that is there (`missing`)."""

    path: str
    missing: bool = False
    free_bytes: int | None = None
    read_only: bool = False
    mode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who may have to open a port. `role`: "you", "daemon"."""

    role: str
    name: str
    uid: int
    gids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything. `throttled`: the bits of `vcgencmd get_throttled`; `low_voltage`: the kernel's own alarm."""

    now: datetime
    daemon: DaemonFacts = DaemonFacts()
    modems: tuple[ModemFacts, ...] = ()
    channels: tuple[ChannelFacts, ...] | None = None
    config: ConfigFile | None = None
    devices: tuple[DeviceFacts, ...] = ()
    modem_manager: bool = False
    folder: Folder | None = None
    users: tuple[User, ...] = ()
    synchronized: bool | None = None
    throttled: int | None = None
    low_voltage: bool = False
    low_voltage_events: int = 0
    unseen: tuple[MissingFact, ...] = ()
