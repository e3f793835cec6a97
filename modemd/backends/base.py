"""How a modem is reached: what every back end offers to the room that decides (modem/), and nothing of how it does so.

A back end is one configured modem, for as long as its owner thread lives: it is opened and closed many times, by that
thread alone. Whoever writes one derives from Backend and says what it can; docs/adding.md has an example."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from modemd.at.sms import SmsPart, join
from modemd.errors import ModemError
from modemd.frozen import dataclass
from modemd.records import (
    DecodeCandidate,
    Device,
    Network,
    RecoveryStep,
    Sim,
    SmsMessage,
    SmsPlace,
    SmsStorage,
    UssdMessage,
    UssdResult,
)

# --- what is asked


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdRequest:
    """One USSD dialogue (22.090). `ask` answers a menu, or ends the session with None. `timeout_s` runs from each
    request on its way to the network to its answer, `total_s` over all of them. `repeatable`: the code spends nothing,
    so it may be sent once more where the first request may have reached the network; every other code reaches it once.
    `wrong_code` tells the operator's "no such code" from an answer. `cancelled` is looked at whenever the wake-up pipe
    is readable, and empties it. `on_lte`: the network may have no USSD, so "not supported" is its word, and no
    matter of how the request was written."""

    code: str
    timeout_s: float = 45.0
    ask: Callable[[UssdMessage], str | None] = lambda _message: None
    repeatable: bool = False
    cancelled: Callable[[], bool] = lambda: False
    wrong_code: Callable[[str], bool] | None = None
    total_s: float | None = None
    on_lte: bool = False


# --- what happens by itself


@dataclass(frozen=True, slots=True)
class UssdReceived:
    """A USSD text outside of any request: a late answer, or the network's own."""

    message: UssdMessage


@dataclass(frozen=True, slots=True)
class RegistrationChanged:
    """The modem spoke of its registration. One report of many, perhaps: only registration() says what holds."""

    registered: bool | None


@dataclass(frozen=True, slots=True)
class SimChanged:
    """The modem spoke of its SIM: it may be another now, or none."""


@dataclass(frozen=True, slots=True)
class SmsAnnounced:
    """A short message, or a part of one, has come and lies there."""

    place: SmsPlace


@dataclass(frozen=True, slots=True)
class SmsReceived:
    """A short message, or a part of one, was handed over and is stored nowhere. `age_s`: how long ago it came, for one
    that came before a question is not the answer to it."""

    part: SmsPart
    age_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SmsStorageFull:
    """The modem says that it can keep no more messages."""


Event = UssdReceived | RegistrationChanged | SimChanged | SmsAnnounced | SmsReceived | SmsStorageFull


class LearnedUssd(Protocol):
    """How requests are written and answers read that work with this model, as an earlier answer proved."""

    @property
    def request(self) -> str | None: ...
    @property
    def decoder(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What an owner thread lends to its back end. `wake_fd`: readable when the owner is wanted, which ends every wait.
    `on_event` is called in the owner thread, in the middle of whatever the back end does, and must not call it.
    `score`: how well a text fits the SIM's operator, 0 to 1; it decides between two ways to decode one."""

    wake_fd: int | None = None
    on_event: Callable[[Event], None] = lambda _event: None
    score: Callable[[str], float] | None = None


# --- optional capabilities


class PinEntry(Protocol):
    """Entering the SIM's PIN. Whoever calls `enter` has noted the attempt before."""

    def state(self) -> str:
        """`ready`, `sim pin`, `sim puk`, `no sim`, `sim failure`, `busy`, or `unknown`. Raises ModemError."""

    def enter(self, pin: str) -> str:
        """Sends the PIN once, never again by itself: "accepted", "refused", or "unknown" where nobody knows."""

    def tries_left(self) -> int | None:
        """How many wrong PINs the SIM still stands; None = the modem will not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsParts:
    """What lies in the storages, part by part. `hidden`: how many could not be read without marking them as read."""

    parts: tuple[SmsPart, ...] = ()
    hidden: int = 0
    storages: tuple[SmsStorage, ...] = ()

    @property
    def messages(self) -> tuple[SmsMessage, ...]:
        """The parts joined (23.040 9.2.3.24)."""
        return tuple(join(self.parts))


class SmsAccess(Protocol):
    """The short messages on SIM and modem. Everything raises ModemError."""

    def storages(self) -> tuple[SmsStorage, ...]:
        """How full each storage is; () where the modem will not say."""

    def announces(self) -> bool:
        """Whether the modem tells of new messages by itself (SmsAnnounced, SmsReceived)."""

    def announce(self) -> AbstractContextManager[bool]:
        """New messages are told while this is open, and the setting is put back behind it; False = they are not."""

    def read(self, place: SmsPlace, *, may_mark: bool) -> SmsPart | None:
        """The part in a place that was announced; None = empty, or not to be read without marking it (`may_mark`)."""

    def list(self, *, may_mark: bool) -> SmsParts:
        """Everything that can be read; without `may_mark` nothing becomes "read" by it."""

    def send(self, number: str, text: str) -> None:
        """Sends one message, at most once. Raises CommandError: it was refused; SmsMaybeSent: it may have gone out."""

    def delete(self, place: SmsPlace, part: SmsPart) -> bool:
        """Deletes what lies in a place if it is still exactly that part; False = it is not, or the modem refuses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioState:
    """The modem's own choice of radio access technologies (RATs). `saved`: all that is needed to put it back later,
    also by another process; opaque. `allows`: None = not known what it means. `offers`: the RATs with a
    circuit-switched domain that the modem can be limited to by a command, and is not yet; in the order in which to try
    them. `fault`: what in the setting itself rules USSD out, and how a person changes that. `by_hand`: why modemd never
    changes it, and what a person may do."""

    saved: str
    allows: frozenset[str] | None = None
    offers: tuple[str, ...] = ()
    fault: str | None = None
    by_hand: str | None = None


class SavedRadio(Protocol):
    """A setting that was written down as RadioState.saved. Everything raises ModemError."""

    @property
    def can_be_seen(self) -> bool:
        """False where the modem does not show what it is set to."""

    @property
    def by_hand(self) -> str:
        """The line for people when the modem does not take it back."""

    def now(self) -> RadioState | None:
        """What the modem is set to; None where it does not say."""

    def is_set(self) -> bool:
        """Whether the modem shows this very setting."""

    def put_back(self, *, timeout_s: float | None = None, again_s: float | None = 1.0) -> bool:
        """Sets it; True when the modem shows it. `timeout_s`: for each command, instead of what the modem is known to
        take; `again_s`: a setting that is slow to change is looked at once more so much later, None = it is not."""

    def send(self) -> None:
        """Sets it without waiting for anything: for a daemon that has to end."""


class RadioControl(Protocol):
    """The modem's choice of RATs, for a fall-back. Everything raises ModemError."""

    def state(self) -> RadioState | None:
        """Read commands only; None where nothing tells."""

    def saved(self, text: str) -> SavedRadio | None:
        """None = that is no setting of a modem that this back end knows."""

    def ways_to(self, state: RadioState, rat: str) -> Sequence[Callable[[float], bool]]:
        """The ways to allow `rat` alone. Each sets it within so many seconds; False where the modem refuses."""

    def allows_only(self, state: RadioState, rat: str) -> bool:
        """False where the modem shows another setting."""

    def is_on(self, rat: str) -> bool:
        """Whether it is registered in the circuit-switched domain of `rat` now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What the recovery ladder lends: `before` writes down what is switched off, and of what, ahead of the act; `after`
    forgets it when it is on again. `pause` passes time: False, at once, when the owner is to end; `stopped` says so."""

    before: Callable[[str, str], None]
    after: Callable[[str], None]
    pause: Callable[[float], bool]
    stopped: Callable[[], bool]


Taken = Literal["taken", "stayed", "refused"]


class PowerControl(Protocol):
    """What the recovery ladder may do to a modem beyond opening it again. It is not open then."""

    def why_not(self, step: RecoveryStep, *, silent: bool) -> str | None:
        """Why this step does nothing here, and what would make it possible; None = it can be taken."""

    def take(self, step: RecoveryStep, undo: Undo) -> Taken:
        """Takes the step and waits until the modem is there again. "stayed": it did not go away, as it should have;
        "refused": the modem did not take it. Raises ModemError."""

    def undo(self, act: str, owner: str, undo: Undo) -> bool:
        """Switches on again what an earlier run left off (`before` was told both); True when there is nothing more to
        do. Raises ModemError."""

    def radio_off(self) -> str | None:
        """Of an open modem: the line for people when somebody else has switched its radio off. Raises ModemError."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets as one write sent or one read brought them. `number` counts all pieces, `at` is time.monotonic()."""

    number: int
    at: float
    sent: bool
    data: bytes


class WireTap(Protocol):
    """What goes over the wire, for those who listen. May be called by any thread."""

    def listen(self, listener: Callable[[Piece], None]) -> list[Piece]:
        """From now on `listener` gets each piece, in the owner thread. Gives what was kept since the opening."""

    def leave(self, listener: Callable[[Piece], None]) -> None:
        """Idempotent."""


# --- the back end


class Backend(ABC):
    """One modem. Owner thread only. What may fail raises ModemError (PortAbsent, PortBlocked, PortLost, ModemSilent):
    then it is closed and opened again. Nothing blocks without a limit, and every wait ends when `wake_fd` is readable.

    A capability that is None is one that this back end does not have; the feature then says so in one line."""

    name = "?"  # as the configuration calls it
    address: str | None = None  # where the modem is, or was tried last, for people
    sim = Sim()  # as identify() found it
    device = Device()
    learned: LearnedUssd | None = None
    answers_due = 0  # requests of the last dialogue that got no answer: late, it is taken for the next one's
    damaged = False  # what came since the opening had characters that the way to the modem must have damaged
    menu_open = False  # while `ask` is called: False as soon as the network has ended the session

    pin: PinEntry | None = None
    sms: SmsAccess | None = None
    radio: RadioControl | None = None
    power: PowerControl | None = None
    tap: WireTap | None = None

    @abstractmethod
    def open(self) -> None:
        """Finds the modem and takes it. Idempotent. Raises ModemError with the cure."""

    @abstractmethod
    def close(self) -> None:
        """Puts every setting back and lets the modem go. Idempotent, never raises, bounded."""

    @abstractmethod
    def identify(self) -> tuple[Device, Sim]:
        """Who it is, also in `device` and `sim`. Raises SimError ("no sim", "sim pin", "sim puk", "sim failure",
        "busy") where the SIM needs a person; `device` is known then, and as much of `sim` as such a SIM tells."""

    @abstractmethod
    def registration(self) -> Network:
        """Whether and where it is registered; operator, technology and signal may be missing."""

    @abstractmethod
    def ussd(self, request: UssdRequest) -> UssdResult:
        """One dialogue from request to typed end. A text that is no answer to it goes to `on_event`."""

    @abstractmethod
    def wait(self, timeout_s: float | None, *, until: Callable[[], bool] | None = None) -> bool:
        """Idle: hands events over until the wake-up pipe is readable (True), the time is over or an event made `until`
        true (False). None waits for ever."""

    # --- what a back end may do better

    def interrupt_by(self, stopped: Callable[[], bool] | None) -> None:  # noqa: ARG002
        """From now on `stopped` is asked whenever the wake-up pipe is readable in the middle of something else than a
        USSD dialogue, which has its own `cancelled`: True gives that up with ModemError "shutting down"."""
        return

    def present(self) -> object:
        """What is there while closed: false for nothing, another value once back. Cheap, never raises, any thread."""
        return True

    def surroundings(self) -> object:
        """Equal while nothing came or went that could be why it is not there. Cheap, never raises, from any thread."""
        return None

    def uplink(self) -> str | None:
        """The network interface by which the machine reaches the world through this modem."""
        return None

    def imei(self) -> str | None:
        """Of the modem that is open now, which identify() may not have looked at yet."""
        return self.device.imei

    def imsi(self) -> str | None:
        """Read again: the SIM may have been changed while the modem stayed open."""
        return self.sim.imsi

    def spn(self) -> str | None:
        """The service provider name on the SIM (31.102 4.2.12), for brands that share a network."""
        return None

    def own_number(self) -> str | None:
        """As the SIM holds it (at/own_number.py); most hold none."""
        return None

    def details(self, known: Network) -> Network:
        """`known` completed with operator, technology and signal."""
        return known

    def explain(self, result: UssdResult) -> tuple[DecodeCandidate, ...]:  # noqa: ARG002
        """The ways to read the last message of a result, the one that counted first."""
        return ()

    # --- told by the owner thread, for a modem that can be reached in several places

    def began(self) -> None:
        """The modem is open and knows its SIM."""
        return

    def failed(self, error: ModemError) -> None:  # noqa: ARG002
        """It could not be opened, or was lost."""
        return

    def restarted(self) -> None:
        """The modem was started anew by the recovery ladder."""
        return

    def answered(self) -> None:
        """A USSD text came."""
        return

    def unanswered(self) -> None:
        """A balance query got none."""
        return

    def check(self) -> None:
        """Between two requests: raises NoReplyOnPort where another place should be tried."""
        return
