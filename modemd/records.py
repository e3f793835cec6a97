"""Frozen records that cross rooms and threads. No behaviour beyond trivial derivations."""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Literal

from modemd.frozen import dataclass

Asking = Literal["balance", "ussd", "sms"]
Kind = Literal["balance", "menu", "sms_follows", "error", "other"]
Level = Literal["ok", "low", "critical", "unknown", "stale"]
ReadingChannel = Literal["ussd", "sms"]
Subject = Literal["balance", "data"]
Confidence = Literal["operator", "generic", "none"]
Origin = Literal["query", "schedule", "late", "network", "sms"]
UssdStatus = Literal["done", "action_required", "terminated", "not_supported", "timeout", "refused", "error"]
State = Literal["starting", "ready", "busy", "quarantine", "absent", "blocked", "sim", "offline", "failed"]
SmsStatus = Literal["unread", "read", "unsent", "sent"]
RecoveryStep = Literal["escape", "reopen", "cfun", "reset", "usb"]
AlertEvent = Literal[
    "low",
    "critical",
    "recovered",
    "stale",
    "unreadable",
    "days_left",
    "expiring",
    "data_low",
    "spend",
    "idle",
    "subscription",
    "topup",
    "sim_changed",
    "sim",
    "absent",
    "started",
    "test",
]


class Cause(Enum):
    """Why a request failed, as far as what is done next depends on it. A back end says it, whatever its modem's words
    for it are; people get `error` and `hint`."""

    NO_SERVICE = auto()  # no network to ask: nothing was sent
    EMERGENCY_ONLY = auto()  # the network lets this SIM make emergency calls only
    NOT_SUPPORTED = auto()  # the network offers no USSD here: no circuit-switched service, as a rule
    NOT_NOW = auto()  # a call, data or LTE is in the way
    NETWORK_TIMEOUT = auto()  # the network says that the operator did not answer
    NO_ANSWER = auto()  # nothing came in time: an answer may still come
    NO_SIM = auto()
    SIM_LOCKED = auto()  # asks for its PIN, its PUK or another secret
    SIM_FAILURE = auto()  # cannot be read, or is the wrong one for this modem
    SIM_BUSY = auto()
    EMPTY_ANSWER = auto()  # the network answered without a text
    CANCELLED = auto()  # by who asked
    REFUSED = auto()  # any other end without an answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sim:
    """Who pays. Digits only; None where the modem would not say."""

    iccid: str | None = None
    imsi: str | None = None
    spn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The modem itself, as AT+CGSN, +CGMI, +CGMM and +CGMR name it."""

    imei: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Registration as last read. `rat`: "GSM" | "UMTS" | "LTE" | "NR" | None. `registered` None = not known yet."""

    registered: bool | None = None
    roaming: bool = False
    denied: bool = False
    operator: str | None = None
    rat: str | None = None
    signal_dbm: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reply's text says, with the proof. Balance keeps the decimals of the text ("33.7" stays 33.7)."""

    kind: Kind
    balance: Decimal | None = None
    currency: str | None = None
    data_left_mb: float | None = None
    expires: str | None = None  # local calendar date, YYYY-MM-DD
    pattern: str | None = None  # name of the pack's pattern, or of the generic rule that found the number
    confidence: Confidence = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdMessage:
    """One +CUSD result code (27.007 7.15). `raw` is its payload as on the wire, `m` its status whatever the number.
    `cut`: the modem lost the end of the string, so a number at the end of `text` may lack digits; `torn`: it stopped in
    the middle of a line, so that the text is known to be but a piece."""

    m: int
    text: str | None = None
    dcs: int | None = None
    decoder: str | None = None
    raw: bytes = b""
    cut: bool = False
    torn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeCandidate:
    """One way to read an answer's octets. `score` compares those of one answer only, `why` is a line for people."""

    decoder: str
    text: str
    score: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdResult:
    """How one USSD dialogue ended. `error` is None exactly when m was 0, 1 or 2 with a text; else a short stable
    phrase: "not supported", "network timeout", "network terminated", "no answer", "ERROR", "CME 258", "NO CARRIER",
    "busy", "bad code", "cancelled", "unplugged", ... `hint` is the line for people: what happened and what to do.
    `cause` says the same to policy; None = there is an answer, or the request never reached a back end."""

    code: str
    status: UssdStatus
    text: str | None = None
    dcs: int | None = None
    decoder: str | None = None
    turns: tuple[str, ...] = ()
    error: str | None = None
    hint: str | None = None
    cause: Cause | None = None
    elapsed_s: float = 0.0
    raw: bytes = b""
    cut: bool = False  # as in UssdMessage
    torn: bool = False  # likewise
    sent_as: str | None = None  # request method that reached the network: "plain" | "ucs2" | "hex" | "packed"
    candidates: tuple[DecodeCandidate, ...] = ()  # of `raw`, the winner first; only where UssdQuery.explain asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsPlace:
    """Where one part of a message lies: the storage as +CPMS names it ("SM", "ME"), and its index there."""

    storage: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsStorage:
    """One storage and how full it is (27.005 3.2.2)."""

    name: str
    used: int
    places: int

    @property
    def nearly_full(self) -> bool:
        """From 80 % on a person is told: a full one takes no answers of the operator."""
        return self.places > 0 and self.used >= 0.8 * self.places


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsMessage:
    """One short message with its parts joined (23.040 9.2.3.24). `text` None = no text (data for a port, an unknown
    alphabet). `cut`: a part is missing, and `text` ends before it. `raw`: the PDUs (or lines) of its parts, joined."""

    sender: str
    text: str | None
    status: SmsStatus | None = None  # None: handed over and stored nowhere
    sent_at: datetime | None = None  # the service centre's time stamp, aware
    places: tuple[SmsPlace, ...] = ()  # of the parts, in their order
    parts: int = 1
    missing: int = 0
    cut: bool = False
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One row of the history: a reading, or a failure with its reason. Times are aware UTC."""

    modem: str
    sim: Sim
    sim_key: str  # "iccid:..." | "imsi:..." | "modem:NAME": what the history is kept under
    operator: str | None  # pack id
    country: str | None
    reading: Reading
    taken_at: datetime
    channel: ReadingChannel
    origin: Origin
    code: str | None = None
    text: str | None = None
    raw: bytes = b""
    decoder: str | None = None
    error: str | None = None  # short stable phrase (see UssdResult.error), or None
    hint: str | None = None  # the line for people that belongs to `error`
    about: Subject = (
        "balance"  # "data": asked for the data left besides; it says nothing of the money, and ends no silence
    )
    seq: int | None = field(default=None, compare=False)  # its number in the store; None: not stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """[daemon.keep]: how many days rows of the history are kept, None = for ever. Behind `readings_days` the last
    reading of each day and SIM stays; `failures_days` also counts for unasked texts that brought no number."""

    readings_days: int | None = 730
    failures_days: int | None = 90
    unasked_per_day: int = 200  # texts that nobody asked for, a modem


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSettings:
    """One [[modem]] table after validation. Durations in seconds; `every_s` None = on demand only."""

    name: str
    port: str
    backend: str = "auto"  # how the modem is reached: a name of backends/registry.py, or "auto"
    baud: int | None = None  # of a UART; None = found out
    flow_control: Literal["none", "rts-cts"] = "none"
    pin_file: str | None = None
    operator: str | None = None
    code: str | None = None
    every_s: float | None = 6 * 3600.0
    low: Decimal = Decimal(50)
    critical: Decimal = Decimal(10)
    reply_timeout_s: float = 45.0
    quarantine_s: float = 30.0
    roaming: bool = False
    radio_fallback: Literal["off", "auto"] = "off"
    radio_fallback_on_uplink: bool = False  # also on a modem that carries the machine's way out
    recovery: Literal["reopen", "reset", "usb"] = "reopen"
    recovery_on_uplink: bool = False  # also on a modem that carries the machine's way out
    sms_query: Literal["off", "auto"] = "off"
    sms_delete_own: bool = False
    data: Literal["off", "auto"] = "off"  # "auto": the pack's data code as well, once per `every`
    days: int = 5  # alert `days_left` at or below so many; 0 = off
    expires_s: float | None = 7 * 86400.0  # alert `expiring` so long before; None = off
    data_low_mb: float | None = None  # alert `data_low` at or below; None = off
    spend: Decimal | Literal["auto"] | None = "auto"  # alert `spend` above so much in a day; None = off
    idle_s: float | None = None  # alert `idle` after so long without use; None = off
    ussd_encoding: str | None = None  # instead of what was learned: how requests are written first ...
    ussd_decoder: str | None = None  # ... and which decoder reads the answers that it can read


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryStepRecord:
    """One step of the recovery ladder as it is remembered of one modem. `hold_s`: how long the step must rest after a
    try; `next_at`: not before."""

    step: RecoveryStep
    tried: int = 0
    helped: int = 0
    last_helped: bool = False  # the last try did
    last_at: datetime | None = None
    next_at: datetime | None = None
    hold_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHours:
    """From `start` to `end`, minutes since midnight, local time; over midnight where `end` is the smaller one."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """One [[channel]] table. `options` holds the keys of its type (for `command`: run)."""

    type: str
    events: tuple[AlertEvent, ...]
    options: dict[str, object] = field(default_factory=dict)
    name: str | None = None  # None: type and target
    remind_s: float | None = 86400.0  # an open, unacknowledged low or critical is said again; None = never
    quiet: LocalHours | None = None  # held back until their end, critical excepted
    after_s: float = 0.0  # > 0: only where no channel without it has delivered the alert within this time


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSettings:
    """One [[heartbeat]] table: somebody else's URL that notices when this daemon is silent."""

    url: str
    every_s: float = 3600.0
    kind: Literal["healthchecks", "kuma"] = "healthchecks"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaysLeft:
    """Days until the balance is used up, counted from when it was read: the true day lies between `low` and `high` in
    four of five cases."""

    low: float
    likely: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModemSnapshot:
    """What an owner thread publishes about itself after each change; read by `status` and the schedule."""

    modem: str
    state: State = "starting"
    error: str | None = None  # one line for people: what is wrong and what to do
    cause: Cause | None = None  # in state "sim": what is the matter with the SIM
    port: str | None = None  # the device that is open, or was tried last
    sim: Sim = Sim()
    sim_key: str | None = None
    device: Device = Device()
    network: Network = Network()
    operator: str | None = None  # pack id once known
    country: str | None = None
    currency: str | None = None
    code: str | None = None  # the code the schedule would dial; None = nothing it may dial by itself
    floor_s: float = 0.0  # how far apart two questions of the schedule must be, as the pack says
    free: bool = False  # a pack says that this question costs nothing
    wanted_at: datetime | None = None  # when the operator last wrote what makes a question worth while (a top-up)
    registered_at: datetime | None = None  # since when without a break
    recovery: str | None = None  # one line for people: what was done to heal the modem, and whether it helped
    radio: str | None = None  # what in the modem's own radio setting stands against USSD, and the cure (at/rats.py)
    sms_storages: tuple[SmsStorage, ...] = ()  # how full, as last read
    asking: Asking | None = None  # in state "busy": what for
    # Of a query of the balance under way: the code that was dialled last, that its answer comes by short message, and
    # the RAT that the modem went to for it.
    asking_code: str | None = None
    asking_by_sms: bool = False
    asking_rat: str | None = None
    quarantine_until: datetime | None = None  # in state "quarantine"
    number: int = field(default=0, compare=False)  # counts up with every one that is published: the later is the newer


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message that must arrive. `text` is the finished line in the user's language."""

    id: str
    event: AlertEvent
    level: Level
    modem: str
    sim_key: str
    operator: str | None
    balance: Decimal | None
    currency: str | None
    taken_at: datetime | None
    text: str
    raised_at: datetime
    title: str | None = None  # a few words, where a channel has a place for them
    advice: str | None = None  # one line: how to pay, by official ways
    url: str | None = None  # the operator's page to pay at
    days_left: DaysLeft | None = None
    reminder: int = 0  # said again: the first time is 1
    reminds: str | None = None  # a reminder's first message, its id
    members: tuple[Alert, ...] = ()  # several in one message: what each of them says; its id follows from theirs
    rehearsal: bool = False  # played by a person; nothing in it is so

    @property
    def on_request(self) -> bool:
        """A person waits for it: at once, alone, and tried once."""
        return self.event == "test" or self.rehearsal
