"""What a scenario file says: frozen values, no behaviour. docs/simulator.md documents every key for people.

Durations are seconds, texts are what a subscriber would read. `loading.py` makes these from TOML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, get_args

from modemd.simulator.codec import Encoding, RequestForm

Profile = Literal[
    "plain",
    "huawei",
    "huawei-old",
    "quectel",
    "quectel-5g",
    "simcom",
    "zte",
    "sierra",
    "telit",
    "ublox",
    "fibocom",
    "cinterion",
    "mediatek",
]
PROFILES: tuple[Profile, ...] = get_args(Profile)
SimState = Literal["ready", "pin", "puk", "none", "busy", "failure"]
SIM_STATES: tuple[SimState, ...] = get_args(SimState)
Registration = Literal["idle", "home", "searching", "denied", "unknown", "roaming"]
REGISTRATIONS: tuple[Registration, ...] = get_args(Registration)  # 27.007 7.2
Rat = Literal["GSM", "UMTS", "LTE", "NR"]
RATS: tuple[Rat, ...] = get_args(Rat)
Charset = Literal["GSM", "IRA", "UCS2", "HEX"]
CHARSETS: tuple[Charset, ...] = get_args(Charset)
Act = Literal[
    "unplug", "replug", "brownout", "hang", "resume", "mad", "deaf", "line", "ussd", "sms", "sim", "registration"
]
ACTS: tuple[Act, ...] = get_args(Act)
PortRole = Literal["at", "at2", "ppp", "diag", "nmea"]
PORT_ROLES: tuple[PortRole, ...] = get_args(PortRole)
UrcPort = Literal["at", "at2", "ppp", "all"]
URC_PORTS: tuple[UrcPort, ...] = get_args(UrcPort)
NoUssd = Literal["cusd4", "cme30", "silence", "lost-registration"]
NO_USSD: tuple[NoUssd, ...] = get_args(NoUssd)
MadUntil = Literal["cfun", "reset", "usb"]
MAD_UNTIL: tuple[MadUntil, ...] = get_args(MadUntil)
RatSwitch = Literal["works", "ignored", "refused"]
RAT_SWITCHES: tuple[RatSwitch, ...] = get_args(RatSwitch)

Storage = Literal["SM", "ME", "MT"]
STORAGES: tuple[Storage, ...] = get_args(Storage)  # 27.005 3.1; MT is ME and SM together
SmsMode = Literal["both", "pdu", "text"]
SMS_MODES: tuple[SmsMode, ...] = get_args(SmsMode)
UsbKind = Literal["storage", "hilink", "rndis", "mbim", "qmi"]
USB_KINDS: tuple[UsbKind, ...] = get_args(UsbKind)
SmsStatus = Literal["unread", "read", "unsent", "sent"]
SMS_STATES: tuple[SmsStatus, ...] = get_args(SmsStatus)
SENT_AT = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=3)))  # where nobody says what time it is
SERVICE_CENTRE = "+79168999100"

NO_DCS = -1  # `dcs = "none"`: the field is left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Sms:
    """A message for the subscriber; one with the status "unsent" or "sent" is the subscriber's own, to `sender`."""

    text: str
    sender: str = "Operator"
    after_s: float = 0.0
    sent_at: datetime | None = None  # None = when it is delivered
    status: SmsStatus = "unread"
    storage: Storage | None = None  # of a stored one; None = SM where the modem has it
    pdu: bytes | None = None  # instead of the text: the TPDU, without the service centre address
    reference: int | None = None  # of a long one; None = the next number; above 255 in 16 bits
    parts_order: tuple[int, ...] = ()  # in which the parts arrive; empty = as they are numbered
    part_gap_s: float = 0.0
    lose_part: int | None = None  # this one never comes


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsService:
    """Whoever answers what is sent to a number: the first service that fits takes a message."""

    number: str | None = None  # None = any
    pattern: str = ""  # a regular expression for the text, found anywhere in it, whatever the case
    replies: tuple[Sms, ...] = ()  # in turn, the last repeats; each `after_s` behind the message
    refuse: int | None = None  # +CMS ERROR: with this number, and nothing is sent

    def fits(self, number: str, text: str) -> bool:
        return self.number in (None, number) and re.search(self.pattern, text, re.IGNORECASE) is not None


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
class SimChange:
    """What becomes of the SIM while the modem runs; `iccid` or `imsi` make it another card."""

    state: SimState = "ready"
    iccid: str | None = None
    imsi: str | None = None
    spn: str | None = None

    @property
    def swapped(self) -> bool:
        return self.iccid is not None or self.imsi is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEvent:
    """Something that happens by itself: at a time since the start, or behind the n-th USSD request, or behind a
    command line that begins with `on_command` (each time)."""

    do: Act
    at_s: float | None = None
    after_queries: int | None = None
    on_command: str | None = None
    after_s: float = 0.0
    for_s: float | None = None  # unplug and hang end by themselves
    times: int = 3  # a brown-out: so often off the bus ...
    every_s: float = 5.0  # ... and so long from one to the next
    mad_until: MadUntil = "cfun"
    sim: SimChange | None = None
    line: bytes | None = None
    reply: Reply | None = None
    sms: Sms | None = None
    registration: Registration | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioUsbDevice:
    """Something on the bus of a made-up machine that is no serial modem. None: what such devices usually say."""

    kind: UsbKind
    ids: str | None = None
    manufacturer: str | None = None
    product: str | None = None
    serial: str | None = None


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
    unknown_command: str | None = None
    cancel: Reply = field(default_factory=Reply)
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    refuse: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    answer: Mapping[str, tuple[bytes, ...]] = field(default_factory=lambda: MappingProxyType({}))

    sim: SimState = "ready"
    pin: str | None = None
    pin_tries: int = 3
    puk: str = "12345678"
    puk_tries: int = 10
    busy_s: float = 3.0
    iccid: str = "8970101234567890123"
    imsi: str = "250011234567890"
    spn: str | None = None
    number: str | None = None
    crsm: bool = True
    storages: tuple[Storage, ...] = ("SM", "ME")
    sms_places: int = 20  # of SM
    me_places: int = 23
    cpms_parameters: int = 1  # so many at least AT+CPMS takes
    cpms_shown: int = 3  # of so many storages its answers tell
    cnmi: str | None = None
    sms_mode: SmsMode = "both"
    sms_stored: tuple[Sms, ...] = ()
    sms_services: tuple[SmsService, ...] = ()

    registration: Registration = "home"
    plmn: str = "25001"
    operator: str = "MTS RUS"
    rat: Rat = "LTE"
    rats: tuple[Rat, ...] = ("LTE", "UMTS", "GSM")
    ussd_on: tuple[Rat, ...] = ("LTE", "UMTS", "GSM", "NR")
    no_ussd: NoUssd | None = None  # how USSD is refused there; None = cusd4, or cme30 for a modem set to data alone
    no_ussd_after_s: float | None = None
    csfb_s: float | None = None  # None = no CS fall-back
    csq: int = 19
    rat_switch: RatSwitch = "works"
    rat_switch_s: float = 0.0
    register_s: float = 0.0
    restart_s: float = 1.0
    ports: tuple[PortRole, ...] = ("at",)
    urc_port: UrcPort | None = None
    usb_ids: str | None = None
    usb_serial: str | None = None
    net: bool = False  # a network card is on one of its interfaces
    usb_devices: tuple[ScenarioUsbDevice, ...] = ()

    ussd: tuple[Ussd, ...] = ()
    balance: tuple[Balance, ...] = ()
    unknown_code: Reply = field(default_factory=lambda: Reply(m=4))
    noise: tuple[Noise, ...] = ()
    events: tuple[ScenarioEvent, ...] = ()
