"""A modem that is a script: no device, no thread, no time. What it shall say is set on Script, before or while a test
runs; what reached it stands in `sent`, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from modemd.backends.base import Backend, Event, Host, UssdReceived, UssdRequest
from modemd.backends.common import answered, ended
from modemd.errors import ModemError, ModemSilent, PortAbsent, PortBlocked, PortLost, SimError
from modemd.records import Device, ModemSettings, Network, Sim, UssdMessage, UssdResult
from tests.backends.scripted_capabilities import Radio, ScriptedPin, ScriptedPower, ScriptedRadio, ScriptedSms, Shelf
from tests.backends.virtual_clock import VirtualClock

DEVICE = Device(imei="860000000000017", manufacturer="Acme", model="M1", firmware="1.0")
SIM = Sim(iccid="89701010000000000017", imsi="250010000000012")
HOME = Network(registered=True, operator="Test", rat="UMTS", signal_dbm=-73)


@dataclass(frozen=True)
class Says:
    """An answer of the network, so long after the request. `m` as in 27.007 7.15: 1 is a menu."""

    text: str | None
    m: int = 0
    after_s: float = 1.0
    cut: bool = False
    torn: bool = False


@dataclass(frozen=True)
class Fails:
    """The end of a request without an answer, by its stable phrase."""

    phrase: str


@dataclass(frozen=True)
class Silent:
    """Nothing, but perhaps `late`, so long after the request."""

    late: str | None = None
    late_s: float = 60.0


Reply = Says | Fails | Silent | ModemError | str  # str: a final text, after a second


@dataclass
class Script:
    """What the modem is and does. `ussd`: a code or an answer to a menu -> what comes, or a list of which each request
    takes one and the last repeats; "*" is any other. `missing`: capabilities that this back end does not have."""

    clock: VirtualClock = field(default_factory=lambda: VirtualClock(runs=True))
    present: bool = True
    held_by: str | None = None
    opens: Callable[[], None] = lambda: None  # may raise ModemError
    device: Device = DEVICE
    sim: Sim = SIM
    own_number: str | None = None
    number_asked: list[int] = field(default_factory=list)  # behind how many of `sent`
    sim_error: str | None = None  # code of SimError
    network: Network = HOME
    ussd: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    around: int = 0  # another number: something came or went at the machine
    looked_for: int = 0  # how often it was to be opened
    uplink: str | None = None
    pin: str = "4321"
    pin_tries: int | None = 3
    shelf: Shelf = field(default_factory=Shelf)
    radio: Radio = field(default_factory=Radio)
    power_mends: frozenset[str] = frozenset()  # steps behind which `ailing` is over, and `cured` answers
    cured: dict[str, Reply | list[Reply]] = field(default_factory=dict)
    damaged: bool = False  # what comes over its wire shows damage
    ailing: bool = False  # it answers nothing
    radio_off: str | None = None
    missing: frozenset[str] = frozenset()
    sent: list[str] = field(default_factory=list)
    backend: ScriptedBackend | None = None

    def make(self, settings: ModemSettings, host: Host) -> Backend:
        """What a Worker wants."""
        self.backend = ScriptedBackend(self, host)
        return self.backend

    def says(self, code: str) -> Reply:
        found = self.ussd.get(code, self.ussd.get("*", Fails("ERROR")))
        if isinstance(found, list):
            found = found.pop(0) if len(found) > 1 else found[0]
        return Says(found) if isinstance(found, str) else found

    def happens(self, event: Event, after_s: float = 0.0) -> None:
        """Told to the owner in so many seconds, if the modem is open then."""
        self.clock.plan(after_s, lambda: self.backend.tell(event) if self.backend is not None else None)

    @property
    def dialled(self) -> list[str]:
        return [line.removeprefix("ussd ") for line in self.sent if line.startswith("ussd ")]


class ScriptedBackend(Backend):
    """What Script says, with the clock of Script."""

    name = "scripted"
    address = "script"

    def __init__(self, script: Script, host: Host) -> None:
        self.script, self.host = script, host
        self.is_open = False
        self.answers_due = 0
        self.menu_open = False
        self._stopped: Callable[[], bool] | None = None
        has = {"pin", "sms", "radio", "power"} - script.missing
        self.pin = ScriptedPin(script) if "pin" in has else None
        self.sms = ScriptedSms(script, self._use) if "sms" in has else None
        self.radio = ScriptedRadio(script, self._use) if "radio" in has else None
        self.power = ScriptedPower(script) if "power" in has else None

    # --- life

    def open(self) -> None:
        script = self.script
        if self.is_open:
            return
        script.looked_for += 1
        if not script.present:
            raise PortAbsent("there is no script: write one")
        if script.held_by is not None:
            raise PortBlocked(f"{script.held_by} holds the script: end it")
        self.address = "script"
        script.opens()
        self.is_open = True
        self._use()
        script.sent.append("open")

    def close(self) -> None:
        if self.is_open:
            self.script.sent.append("close")
        self.is_open = False

    @property
    def damaged(self) -> bool:  # type: ignore[override]
        return self.script.damaged

    def interrupt_by(self, stopped: Callable[[], bool] | None) -> None:
        self._stopped = stopped

    def present(self) -> object:
        return self.script.present

    def surroundings(self) -> object:
        return self.script.around

    def uplink(self) -> str | None:
        return self.script.uplink

    def wait(self, timeout_s: float | None, *, until: Callable[[], bool] | None = None) -> bool:
        self._use()
        clock = self.script.clock
        deadline = None if timeout_s is None else clock.monotonic() + timeout_s
        while until is None or not until():
            left = None if deadline is None else deadline - clock.monotonic()
            if left is not None and left <= 0:
                return False
            if clock.wait(self.host.wake_fd, left):
                return True
            self._use()
        return False

    def tell(self, event: Event) -> None:
        if self.is_open:
            self.host.on_event(event)

    # --- who and where

    def identify(self) -> tuple[Device, Sim]:
        self._use()
        script = self.script
        self.device, self.sim = script.device, Sim() if script.sim_error else script.sim
        if script.sim_error is not None:
            raise SimError(f"the script wants {script.sim_error}", code=script.sim_error)
        return self.device, self.sim

    def imei(self) -> str | None:
        self._use()
        return self.script.device.imei

    def imsi(self) -> str | None:
        self._use()
        return self.script.sim.imsi

    def own_number(self) -> str | None:
        self._use()
        self.script.number_asked.append(len(self.script.sent))
        return self.script.own_number

    def registration(self) -> Network:
        self._use()
        return self.script.radio.seen(self.script.network)

    def details(self, known: Network) -> Network:
        return self.registration()

    # --- USSD

    def ussd(self, request: UssdRequest) -> UssdResult:
        self._use()
        clock, began, said = self.script.clock, self.script.clock.monotonic(), request.code
        messages: list[UssdMessage] = []
        total_end = began + (request.total_s if request.total_s is not None else float("inf"))
        self.answers_due = 0
        while True:
            self.script.sent.append(f"ussd {said}")
            end = min(clock.monotonic() + request.timeout_s, total_end)
            radio = self.script.radio
            reply = self.script.says(said) if radio.takes_ussd else radio.without
            if isinstance(reply, ModemError):
                raise reply
            if isinstance(reply, Fails):
                return self._ended(request, reply.phrase, messages, began)
            if isinstance(reply, str):  # Script.says makes a record of it
                raise TypeError(reply)
            if isinstance(reply, Silent) or clock.monotonic() + reply.after_s > end:
                return self._unanswered(request, reply, messages, began, end)
            if self._pass_until(clock.monotonic() + reply.after_s, request):
                return self._cancel(request, messages, began)
            messages.append(
                UssdMessage(
                    m=reply.m,
                    text=reply.text,
                    dcs=15,
                    decoder="script",
                    raw=(reply.text or "").encode(),
                    cut=reply.cut,
                    torn=reply.torn,
                )
            )
            if reply.m != 1:
                break
            self.menu_open = True
            answer = request.ask(messages[-1])
            self.menu_open = False
            if answer is None:
                self.script.sent.append("cancel")
                break
            said = answer
        self._use()
        return answered(request, messages, elapsed_s=clock.monotonic() - began)

    # --- helpers

    def _use(self) -> None:
        """Whatever is asked of it wants it open and there."""
        if not self.is_open:
            raise ModemError("the script is not open")
        if not self.script.present:
            raise PortLost("the script went away")
        if self.script.ailing:
            if self._stopped is not None and self.script.clock.wait(self.host.wake_fd, 0.0) and self._stopped():
                raise ModemError("the daemon is shutting down", code="shutting down")
            raise ModemSilent("the script is silent")

    def _unanswered(
        self, request: UssdRequest, reply: Silent | Says, messages: list[UssdMessage], began: float, end: float
    ) -> UssdResult:
        clock = self.script.clock
        text = reply.late if isinstance(reply, Silent) else reply.text
        after_s = reply.late_s if isinstance(reply, Silent) else reply.after_s
        if text is not None:
            late = UssdMessage(m=0, text=text, dcs=15, decoder="script", raw=text.encode())
            self.script.happens(UssdReceived(late), after_s)
        if self._pass_until(end, request):
            return self._cancel(request, messages, began)
        self.script.sent.append("cancel")
        self.answers_due = 1
        return ended(request, "no answer", messages, elapsed_s=clock.monotonic() - began)

    def _cancel(self, request: UssdRequest, messages: list[UssdMessage], began: float) -> UssdResult:
        self.script.sent.append("cancel")
        self.answers_due = 1
        return self._ended(request, "cancelled", messages, began)

    def _ended(self, request: UssdRequest, phrase: str, messages: list[UssdMessage], began: float) -> UssdResult:
        return ended(request, phrase, messages, elapsed_s=self.script.clock.monotonic() - began)

    def _pass_until(self, end: float, request: UssdRequest) -> bool:
        """Passes time in the middle of a request; True = it is cancelled."""
        clock = self.script.clock
        while (left := end - clock.monotonic()) > 0:
            if clock.wait(self.host.wake_fd, left) and request.cancelled():
                return True
            self._use()
        return False
