"""What a scenario file says: frozen values, no behaviour. docs/simulator.md documents every key for people.

Durations are seconds, texts are what a subscriber would read. `loading.py` makes these from TOML.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from modemd.simulator.codec import Encoding, RequestForm

Profile = Literal["plain", "huawei", "quectel", "simcom"]
PROFILES: tuple[Profile, ...] = ("plain", "huawei", "quectel", "simcom")
SimState = Literal["ready", "pin", "puk", "none", "busy", "failure"]
SIM_STATES: tuple[SimState, ...] = ("ready", "pin", "puk", "none", "busy", "failure")
Registration = Literal["idle", "home", "searching", "denied", "unknown", "roaming"]
REGISTRATIONS: tuple[Registration, ...] = ("idle", "home", "searching", "denied", "unknown", "roaming")  # 27.007 7.2
Rat = Literal["GSM", "UMTS", "LTE", "NR"]
RATS: tuple[Rat, ...] = ("GSM", "UMTS", "LTE", "NR")
Charset = Literal["GSM", "IRA", "UCS2", "HEX"]
CHARSETS: tuple[Charset, ...] = ("GSM", "IRA", "UCS2", "HEX")
Act = Literal["unplug", "replug", "hang", "resume", "line", "ussd", "sms", "registration"]
ACTS: tuple[Act, ...] = ("unplug", "replug", "hang", "resume", "line", "ussd", "sms", "registration")
RatSwitch = Literal["works", "ignored", "refused"]
RAT_SWITCHES: tuple[RatSwitch, ...] = ("works", "ignored", "refused")

NO_DCS = -1  # `dcs = "none"`: the field is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A message for the subscriber."""

    text: str
    sender: str = "Operator"
    after_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How the modem and the network answer one AT+CUSD=1 request.

    On the wire: final result (`error`, else OK, else nothing where `ok` is False), and a +CUSD line unless `error` or
    `silent` is set. Exactly one of `text`, `raw`, `line`, nothing (bare `+CUSD: m`) says what that line carries."""

    text: str | None = None
    encoding: Encoding = "auto"
    raw: bytes | None = None  # stands between the quotes exactly so
    line: bytes | None = None  # stands on the wire instead of a +CUSD line, CR LF around it
    m: int = 0
    dcs: int | None = None  # None: what fits the encoding; NO_DCS: left out
    quotes: bool = True
    space: str = ""  # between the comma and the dcs
    error: str | None = None  # the final result code instead of OK
    ok: bool = True
    silent: bool = False
    ok_after_s: float = 0.0
    after_s: float | None = None  # of the +CUSD line, from the request on; None: the modem's latency behind the OK
    cusd_first: bool = False
    dropped_by_cancel: bool = False
    menu: Mapping[str, Reply] = field(default_factory=lambda: MappingProxyType({}))
    then: tuple[Reply, ...] = ()  # further +CUSD lines (or `line`s), each `after_s` behind the one before
    sms: tuple[Sms, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ussd:
    """A code and its replies: the first for the first query, and so on; the last one repeats."""

    code: str
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A code whose reply carries an amount that changes from query to query."""

    code: str
    template: str
    amounts: tuple[Decimal, ...] = ()  # said one after the other, the last repeats; empty: start, step, floor
    start: Decimal = Decimal(0)
    step: Decimal = Decimal(0)
    floor: Decimal = Decimal(0)
    point: str = "."
    reply: Reply = field(default_factory=Reply)  # everything but the text

    def amount(self, turn: int) -> Decimal:
        """What the query number `turn` (from 0) is told."""
        if self.amounts:
            return self.amounts[min(turn, len(self.amounts) - 1)]
        return max(self.floor, self.start - self.step * turn)

    def text(self, turn: int) -> str:
        return self.template.replace("{balance}", str(self.amount(turn)).replace(".", self.point))


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Lines that nobody asked for, in turn: every so many seconds, or in front of each line that the modem sends."""

    lines: tuple[bytes, ...]
    every_s: float | None = None
    between: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happens by itself: at a time since the start, or behind the n-th USSD request, or behind a
    command line that begins with `on_command` (each time)."""

    do: Act
    at_s: float | None = None
    after_queries: int | None = None
    on_command: str | None = None
    after_s: float = 0.0
    for_s: float | None = None  # unplug and hang end by themselves
    line: bytes | None = None
    reply: Reply | None = None
    sms: Sms | None = None
    registration: Registration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One fake modem, its SIM and its network."""

    name: str = "scenario"
    profile: Profile = "plain"
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None
    imei: str = "356938035643809"
    echo: bool = True
    latency_s: float = 0.0
    chunk: tuple[int, ...] = ()  # octets per write, in turn, the last repeats; empty: whole lines
    gap_s: float = 0.002
    charset: Charset | None = None
    charsets: tuple[Charset, ...] = ("IRA", "GSM", "UCS2")
    accepts: tuple[RequestForm, ...] | None = None
    wrong_encoding: Reply | None = None
    needs_dcs: bool = False
    unknown_command: str = "ERROR"
    cancel: Reply = field(default_factory=Reply)
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    refuse: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    answer: Mapping[str, tuple[bytes, ...]] = field(default_factory=lambda: MappingProxyType({}))

    sim: SimState = "ready"
    pin: str | None = None
    pin_tries: int = 3
    puk: str = "12345678"
    busy_s: float = 3.0
    iccid: str = "8970101234567890123"
    imsi: str = "250011234567890"
    spn: str | None = None
    number: str | None = None
    sms_places: int = 20
    sms_stored: tuple[Sms, ...] = ()

    registration: Registration = "home"
    plmn: str = "25001"
    operator: str = "MTS RUS"
    rat: Rat = "LTE"
    rats: tuple[Rat, ...] = ("LTE", "UMTS", "GSM")
    ussd_on: tuple[Rat, ...] = ("LTE", "UMTS", "GSM", "NR")
    csq: int = 19
    rat_switch: RatSwitch = "works"
    rat_switch_s: float = 0.0

    ussd: tuple[Ussd, ...] = ()
    balance: tuple[Balance, ...] = ()
    unknown_code: Reply = field(default_factory=lambda: Reply(m=4))
    noise: tuple[Noise, ...] = ()
    events: tuple[Event, ...] = ()
