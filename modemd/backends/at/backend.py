"""A modem on a serial port that speaks AT commands (27.007, 27.005): the back end's face on Modem, port by port."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field
from functools import partial

from modemd.backends.at import identity, simcard, uart
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.discovery import candidates
from modemd.backends.at.ports.nodes import nodes, surroundings
from modemd.backends.at.ports.port_rotation import SILENCES, PortRotation
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.backends.at.power import AtPower
from modemd.backends.at.radio import AtRadio
from modemd.backends.at.sms_store import SmsStore
from modemd.backends.at.tap import Tap
from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.backends.at.urcs import Urcs
from modemd.backends.base import Backend, Host, LearnedUssd, SimChanged, UssdRequest
from modemd.errors import ModemError
from modemd.frozen import dataclass
from modemd.records import DecodeCandidate, Device, ModemSettings, Network, Sim, UssdResult


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLimits:
    """Every limit of this back end, so that tests can run the real code fast."""

    timeouts: Timeouts = field(default_factory=Timeouts)
    power: PowerTimes = field(default_factory=PowerTimes)


NOBODY = Device()


class AtBackend(Backend):
    """One configured modem on whichever of its AT ports is next. Every opening has a Modem of its own."""

    pin: simcard.SimPin
    sms: SmsStore
    radio: AtRadio
    power: AtPower

    def __init__(self, settings: ModemSettings, host: Host, *, limits: AtLimits | None = None) -> None:
        self.name = settings.name
        self.settings = settings
        self.limits = limits or AtLimits()
        self._host = host
        self._rotation = PortRotation(settings.port)
        self._ports = 0
        self._rate: int | None = None  # at which the modem answered last
        self._silences = 0  # openings at that rate without an answer
        self._tap = Tap()
        self.tap = self._tap
        self.power = AtPower(self)
        self.modem = self._at("")  # unopened: whatever is asked of it says so

    # --- life

    def open(self) -> None:
        paths = candidates(self.settings.port)
        self._ports = len(paths)
        self.open_at(paths[self._rotation.attempt % len(paths)])

    def open_at(self, path: str) -> None:
        """The port at `path`, whichever the configuration names."""
        self.modem.close()
        self.address = path
        self.modem = self._at(path)
        self.modem.connect()
        self._rate, self._silences = self.modem.rate or self._rate, 0

    @property
    def line(self) -> dict[str, object]:
        """How the port is set, in pyserial's words."""
        return uart.line(self.settings.baud or self._rate, self.settings.flow_control)

    def close(self) -> None:
        self.modem.close()

    def wait(self, timeout_s: float | None, *, until: Callable[[], bool] | None = None) -> bool:
        """A message that is being handed over in text mode is complete when nothing follows for a moment: then it is an
        event."""
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            settles = self._urcs.settles_in
            due = min((one for one in (left, settles) if one is not None), default=None)
            woken = self.modem.wait(due, until=partial(self._ends, until, settles))
            self._urcs.settle()
            over = deadline is not None and time.monotonic() >= deadline
            if woken or over or (until is not None and until()):
                return woken

    def interrupt_by(self, stopped: Callable[[], bool] | None) -> None:
        self.modem.interrupt_by(stopped)

    def present(self) -> object:
        return nodes(self.settings.port)

    def surroundings(self) -> object:
        return surroundings()

    def uplink(self) -> str | None:
        return carries_uplink(self.address) if self.address else None

    # --- who and where

    def identify(self) -> tuple[Device, Sim]:
        try:
            return self.modem.identify()
        finally:
            if self.modem.device != NOBODY:  # one that falls silent is still the one that it was
                self.device = self.modem.device
            self.sim = self.modem.sim

    def imei(self) -> str | None:
        return identity.read_imei(self.modem.ask)

    def imsi(self) -> str | None:
        return identity.read_imsi(self.modem.ask)

    def spn(self) -> str | None:
        return self.modem.spn()

    def own_number(self) -> str | None:
        return identity.read_own_number(self.modem.ask)

    def registration(self) -> Network:
        return self.modem.registration()

    def details(self, known: Network) -> Network:
        return self.modem.details(known)

    # --- USSD

    def ussd(self, request: UssdRequest) -> UssdResult:
        return self.modem.ussd(request)

    def explain(self, result: UssdResult) -> tuple[DecodeCandidate, ...]:
        return self.modem.explain(result)

    @property
    def answers_due(self) -> int:  # type: ignore[override]  # read only: the dialogue counts
        return self.modem.answers_due

    @property
    def damaged(self) -> bool:  # type: ignore[override]
        return self.modem.damaged

    @property
    def menu_open(self) -> bool:  # type: ignore[override]
        return self.modem.menu_open

    @property
    def learned(self) -> LearnedUssd | None:
        return self.modem.learned

    @learned.setter
    def learned(self, value: LearnedUssd | None) -> None:
        self.modem.learned = value

    # --- which port is next

    def began(self) -> None:
        self._rotation.opened(self._ports)

    def failed(self, error: ModemError) -> None:
        self._rotation.failed(error)
        self._silences += error.code == "silent"
        if self._silences >= SILENCES:
            self._rate = None  # it may have started with another one

    def restarted(self) -> None:
        self._rotation.first()

    def answered(self) -> None:
        self._rotation.answered()

    def unanswered(self) -> None:
        self._rotation.unanswered()

    def check(self) -> None:
        self._rotation.look()

    # --- helpers

    def _ends(self, until: Callable[[], bool] | None, settles: float | None) -> bool:
        """What ends one wait of the engine: the caller's wish, or a message that has just begun to be handed over."""
        return (until is not None and until()) or (settles is None and self._urcs.settles_in is not None)

    def _at(self, path: str) -> Modem:
        """A modem at a port, not opened, with what belongs to this opening of it."""
        urcs = Urcs(self._host.on_event)
        modem = Modem(
            path,
            wake_fd=self._host.wake_fd,
            on_unsolicited=urcs.line,
            score=self._host.score,
            timeouts=self.limits.timeouts,
            line=self.line,
            rates=uart.rates(path, self.settings.baud, self._rate),
        )
        modem.on_restart = lambda: self._host.on_event(SimChanged())  # another PIN entry, another registration
        urcs.modem = modem
        modem.tap = self._tap
        modem.encoding, modem.decoder = self.settings.ussd_encoding, self.settings.ussd_decoder
        self._urcs = urcs
        self.pin = simcard.SimPin(modem)
        self.sms = SmsStore(modem)
        self.radio = AtRadio(modem)
        return modem
