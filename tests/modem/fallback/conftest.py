"""A scripted modem with a radio: its RAT command, where it is registered then, and on which RATs it takes USSD."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog

from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import Host, UssdRequest
from modemd.modem.context import Clocks, Context, Owner
from modemd.modem.radio.fallback import Excursion, Question, RadioFallback, Trip
from modemd.modem.radio.rat_restore import recover
from modemd.modem.timeouts import FallbackLimits, Paces
from modemd.money.operators import Packs
from modemd.records import ModemSettings, ModemSnapshot, Network, UssdResult
from modemd.store import Store

LIMITS = FallbackLimits(
    total_s=3.0, reserve_s=0.5, search_s=0.5, settle_s=0.0, look_s=0.02, rest_s=0.0, least_s=0.2, stop_s=0.5
)
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
ON_LTE = Network(registered=True, rat="LTE")
ACT = {"GSM": 0, "UMTS": 2, "LTE": 7}
IMEI = "860000000000017"
SETTINGS = ModemSettings(name="home", port="x", radio_fallback="auto")


@dataclass
class Make:
    """How one make is spoken to. `commands`: a RAT, or "back" -> the command that is expected."""

    name: str
    read: str
    shown: str  # {} = the setting
    own: str
    commands: dict[str, str]
    values: dict[str, str]  # RAT -> the setting while it is allowed alone
    test: tuple[str, ...] = ()
    more: dict[str, tuple[str, ...]] = field(default_factory=dict)


MAKES = [
    Make(
        name="huawei",
        read="AT^SYSCFGEX?",
        shown="^SYSCFGEX:{}",
        own='"030201",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
        commands={
            "UMTS": 'AT^SYSCFGEX="02",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
            "GSM": 'AT^SYSCFGEX="01",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
            "back": 'AT^SYSCFGEX="030201",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
        },
        values={
            "UMTS": '"02",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
            "GSM": '"01",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
        },
        test=("AT^SYSCFGEX=?", '^SYSCFGEX: ("00","01","02","03","99"),((3fffffff,"All bands")),(0-3),(0-4)'),
    ),
    Make(
        name="Quectel",
        read='AT+QCFG="nwscanmode"',
        shown='+QCFG: "nwscanmode",{}',
        own="0",
        commands={
            "UMTS": 'AT+QCFG="nwscanmode",2,1',
            "GSM": 'AT+QCFG="nwscanmode",1,1',
            "back": 'AT+QCFG="nwscanmode",0,1',
        },
        values={"UMTS": "2", "GSM": "1"},
        test=("AT+QCFG=?", '+QCFG: "gprsattach",(0,1)', '+QCFG: "nwscanmode",(0-3),(0,1)'),
        more={'AT+QCFG="servicedomain"': ('+QCFG: "servicedomain",2', "OK")},
    ),
    Make(
        name="SIMCOM INCORPORATED",
        read="AT+CNMP?",
        shown="+CNMP: {}",
        own="38",
        commands={"UMTS": "AT+CNMP=14", "GSM": "AT+CNMP=13", "back": "AT+CNMP=38"},
        values={"UMTS": "14", "GSM": "13"},
        test=("AT+CNMP=?", "+CNMP: ((2-Automatic),(13-GSM Only),(14-WCDMA Only),(38-LTE Only))"),
    ),
    Make(
        name="ZTE",
        read="AT+ZSNT?",
        shown="+ZSNT: {}",
        own="0,0,0",
        commands={"UMTS": "AT+ZSNT=2,0,0", "GSM": "AT+ZSNT=1,0,0", "back": "AT+ZSNT=0,0,0"},
        values={"UMTS": "2,0,0", "GSM": "1,0,0"},
    ),
    Make(
        name="Sierra Wireless",
        read="AT!SELRAT?",
        shown="!SELRAT: {}, Something",
        own="00",
        commands={"UMTS": "AT!SELRAT=01", "GSM": "AT!SELRAT=02", "back": "AT!SELRAT=00"},
        values={"UMTS": "01", "GSM": "02"},
        test=("AT!SELRAT=?", "!SELRAT: Index, RAT", "00, Automatic", "01, UMTS 3G Only", "02, GSM 2G Only"),
    ),
    Make(
        name="Telit",
        read="AT+WS46?",
        shown="+WS46: {}",
        own="31",
        commands={"UMTS": "AT+WS46=22", "GSM": "AT+WS46=12", "back": "AT+WS46=31"},
        values={"UMTS": "22", "GSM": "12"},
        test=("AT+WS46=?", "+WS46: (12,22,25,28,29,30,31)"),
    ),
    Make(
        name="Fibocom",
        read="AT+GTACT?",
        shown="+GTACT: {}",
        own="10,3,2,1,5,8,101,103",
        commands={"UMTS": "AT+GTACT=1", "GSM": "AT+GTACT=0", "back": "AT+GTACT=10,3,2,1,5,8,101,103"},
        values={"UMTS": "1", "GSM": "0"},
        test=("AT+GTACT=?", "+GTACT: (0,1,2,4,10),(2,3,6),(2,3,6),(1,3,8)"),
    ),
    Make(
        name="Cinterion",
        read="AT^SXRAT?",
        shown="^SXRAT: {}",
        own="6,3,2",
        commands={"UMTS": "AT^SXRAT=2", "GSM": "AT^SXRAT=0", "back": "AT^SXRAT=6,3,2"},
        values={"UMTS": "2", "GSM": "0"},
    ),
]
TELIT = next(make for make in MAKES if make.name == "Telit")


class Device:
    """The radio of a scripted modem: what its RAT command does, and where it is registered then."""

    def __init__(self, peer: Any, make: Make, *, ussd_on: tuple[str, ...] = ("UMTS", "GSM")) -> None:
        self.make, self.setting = make, make.own
        self.networks = ["LTE", "UMTS", "GSM"]
        self.ignores: set[str] = set()
        self.ussd_on = ussd_on
        self.no_ussd: tuple[Any, ...] = ("OK", "+CUSD: 4")
        self.peer = peer
        peer.answers |= {
            "AT+CGMI": (make.name, "OK"),
            make.read: lambda _: (make.shown.format(self.setting), "OK"),
            "AT+CREG?": lambda _: (f"+CREG: 0,{1 if self.rat else 2}", "OK"),
            "AT+CEREG?": lambda _: (f"+CEREG: 0,{1 if self.rat == 'LTE' else 2}", "OK"),
            "AT+COPS?": lambda _: (f'+COPS: 0,0,"Test",{ACT[self.rat]}' if self.rat else "+COPS: 0", "OK"),
            "AT+CUSD=1*": lambda _: ("OK", '+CUSD: 0,"Balance 5",15') if self.rat in self.ussd_on else self.no_ussd,
            **make.more,
        }
        for what, command in make.commands.items():
            peer.answers[command] = self._setter(what)
        if make.test:
            peer.answers[make.test[0]] = (*make.test[1:], "OK")

    @property
    def rat(self) -> str | None:
        alone = next((rat for rat, value in self.make.values.items() if value == self.setting), None)
        allowed = [alone] if alone else ["LTE", "UMTS", "GSM"]
        return next((rat for rat in self.networks if rat in allowed), None)

    def _setter(self, what: str) -> Callable[[str], tuple[Any, ...]]:
        def answer(_command: str) -> tuple[Any, ...]:
            if what not in self.ignores:
                self.setting = self.make.own if what == "back" else self.make.values[what]
            return ("OK",)

        return answer

    @property
    def switches(self) -> list[str]:
        """Which of the commands that change the setting came, in order."""
        known = {command: what for what, command in self.make.commands.items()}
        return [known[command] for command in self.peer.commands if command in known]


@dataclass
class Bench:
    """One open modem and what a query needs around it."""

    device: Device
    backend: AtBackend
    store: Store
    settings: ModemSettings = SETTINGS
    stopping: threading.Event = field(default_factory=threading.Event)
    cancelling: threading.Event = field(default_factory=threading.Event)
    wake: tuple[int, int] | None = None
    repeatable: bool = True
    now: datetime = NOW
    uplink: str | None = None
    limits: FallbackLimits = LIMITS
    asked: list[float] = field(default_factory=list)

    def ask(self, left_s: float) -> UssdResult:
        self.asked.append(left_s)
        return self.ussd(min(left_s, 0.3))

    def ussd(self, timeout_s: float = 0.3) -> UssdResult:
        return self.modem.ussd(
            UssdRequest(
                code="*100#",
                ask=lambda _: None,
                timeout_s=timeout_s,
                repeatable=True,
                cancelled=self.cancelled,
                on_lte=True,
            )
        )

    def stop(self) -> None:
        """What SIGTERM does to an owner thread."""
        self.stopping.set()
        if self.wake is not None:
            os.write(self.wake[1], b"!")

    def stopped(self) -> bool:
        if self.wake is not None:
            with suppress(BlockingIOError):
                os.read(self.wake[0], 64)
        return self.stopping.is_set()

    def cancelled(self) -> bool:
        return self.stopped() or self.cancelling.is_set()

    @property
    def modem(self) -> Modem:
        return self.backend.modem

    @property
    def context(self) -> Context:
        self.backend.uplink = lambda: self.uplink  # type: ignore[method-assign]
        owner = Owner(
            snapshot=lambda: ModemSnapshot(modem="home"),
            publish=lambda **_: None,
            declare=lambda _: None,
            wake=lambda: None,
            stopped=self.stopped,
            pause=lambda _: not self.stopped(),
            refuse=lambda _code, _line: None,
        )
        return Context(
            settings=self.settings,
            backend=self.backend,
            store=self.store,
            packs=Packs([], built_in=None),
            paces=Paces(fallback=self.limits),
            clocks=Clocks(now=lambda: self.now, monotonic=time.monotonic),
            owner=owner,
            log=structlog.get_logger(),
        )

    def question(
        self, result: UssdResult, network: Network, ask: Callable[[float], UssdResult] | None = None
    ) -> Question[UssdResult]:
        return Question(
            result=result,
            network=network,
            repeatable=self.repeatable,
            sim_key="iccid:1",
            ask=ask or self.ask,
            good=lambda result: result.error is None,
            cancelled=self.cancelled,
            time_left_s=60.0,
        )

    def query(
        self,
        first: UssdResult | None = None,
        *,
        ask: Callable[[float], UssdResult] | None = None,
        network: Network = ON_LTE,
    ) -> Trip[UssdResult]:
        self.backend.interrupt_by(self.stopped)
        fallback: RadioFallback[UssdResult] = RadioFallback(self.context)
        return fallback.after(self.question(first or self.ussd(), network, ask))

    def enter(self, rat: str) -> bool:
        """Only the way there, as far as it comes before a kill."""
        found = self.backend.radio.state()
        assert found is not None
        question = self.question(UssdResult(code="*100#", status="timeout", error="no answer"), ON_LTE)
        excursion = Excursion(self.context, self.backend.radio, found, question)
        return excursion.enter(rat, until=time.monotonic() + 2.0)

    def recover(self, name: str = "home") -> str | None:
        settings = replace(self.settings, name=name)
        return recover(replace(self.context, settings=settings))


@pytest.fixture
def new_backend(fast: Timeouts) -> Callable[..., AtBackend]:
    """new_backend(path): opened on the modem there, which has said who it is."""

    def make(path: str, timeouts: Timeouts = fast, wake_fd: int | None = None) -> AtBackend:
        backend = AtBackend(replace(SETTINGS, port=path), Host(wake_fd=wake_fd), limits=AtLimits(timeouts=timeouts))
        backend.open()
        backend.identify()
        return backend

    return make


@pytest.fixture
def bench(make_peer: Callable[..., Any], new_backend: Any, store: Store) -> Iterator[Callable[..., Bench]]:
    backends: list[AtBackend] = []
    wake = os.pipe()
    os.set_blocking(wake[0], False)

    def make(
        make: Make = TELIT,
        *,
        device: Device | None = None,
        prepare: Callable[[Device], None] | None = None,
        **options: Any,
    ) -> Bench:
        device = device or Device(make_peer(), make, **options)
        if prepare is not None:
            prepare(device)
        backend = new_backend(device.peer.path, wake_fd=wake[0])
        backends.append(backend)
        return Bench(device, backend, store, wake=wake)

    yield make
    for backend in backends:
        backend.close()
    for fd in wake:
        os.close(fd)


@pytest.fixture(params=MAKES, ids=lambda make: make.name)
def each_make(request: pytest.FixtureRequest) -> Make:
    """A test with this runs once with each make."""
    make: Make = request.param
    return make


@pytest.fixture
def named() -> Callable[[str], Make]:
    """A make by the beginning of its name."""
    return lambda name: next(make for make in MAKES if make.name.startswith(name))


@pytest.fixture
def telit() -> Make:
    """The make that a bench has if no other is asked for."""
    return TELIT


@pytest.fixture
def new_device() -> type[Device]:
    return Device


@pytest.fixture
def new_bench() -> type[Bench]:
    return Bench


@pytest.fixture
def limits() -> FallbackLimits:
    return LIMITS
