"""The optional capabilities of a modem that is a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from modemd.at.pdu import SmsPart
from modemd.backends.base import RadioState, SmsParts, Taken, Undo
from modemd.errors import ModemdError
from modemd.records import Network, RecoveryStep, SmsPlace, SmsStorage

if TYPE_CHECKING:
    from tests.backends.scripted import Script

ALL_RATS = frozenset({"LTE", "UMTS", "GSM"})


@dataclass
class Shelf:
    """The messages of a scripted modem. `marks`: what is read becomes "read"; `sending`: what send() raises; `fails`:
    so many reads find nothing."""

    parts: dict[SmsPlace, SmsPart] = field(default_factory=dict)
    places: int = 20
    marks: bool = False
    announces: bool = True
    listening: bool = False
    fails: int = 0
    sending: Exception | None = None

    def put(self, index: int, sender: str, text: str, **more: Any) -> SmsPlace:
        place = SmsPlace(storage="SM", index=index)
        raw = f"{sender} {text}".encode()
        self.parts[place] = SmsPart(sender=sender, text=text, status="unread", place=place, raw=raw, **more)
        return place

    @property
    def unread(self) -> list[int]:
        return [place.index for place, part in self.parts.items() if part.status == "unread"]


class ScriptedSms:
    def __init__(self, script: Script, use: Callable[[], None]) -> None:
        self._script, self._use = script, use

    @property
    def _shelf(self) -> Shelf:
        return self._script.shelf

    def storages(self) -> tuple[SmsStorage, ...]:
        self._use()
        return (SmsStorage(name="SM", used=len(self._shelf.parts), places=self._shelf.places),)

    def announces(self) -> bool:
        self._use()
        return self._shelf.announces

    @contextmanager
    def announce(self) -> Iterator[bool]:
        self._use()
        self._shelf.listening = True
        try:
            yield True
        finally:
            self._shelf.listening = False

    def read(self, place: SmsPlace, *, may_mark: bool) -> SmsPart | None:
        self._use()
        shelf = self._shelf
        if shelf.fails:
            shelf.fails -= 1
            return None
        part = shelf.parts.get(place)
        if part is None or (shelf.marks and not may_mark):
            return None
        if shelf.marks:
            shelf.parts[place] = replace(part, status="read")
        return part

    def list(self, *, may_mark: bool) -> SmsParts:
        self._use()
        shelf = self._shelf
        hidden = len(shelf.unread) if shelf.marks and not may_mark else 0
        found = tuple(part for part in shelf.parts.values() if not hidden or part.status != "unread")
        if shelf.marks and may_mark:
            shelf.parts = {place: replace(part, status="read") for place, part in shelf.parts.items()}
        return SmsParts(parts=found, hidden=hidden, storages=self.storages())

    def send(self, number: str, text: str) -> None:
        self._use()
        self._script.sent.append(f"sms to {number}: {text}")
        if self._shelf.sending is not None:
            raise self._shelf.sending

    def delete(self, place: SmsPlace, part: SmsPart) -> bool:
        self._use()
        self._script.sent.append(f"delete {place.storage} {place.index}")
        return self._shelf.parts.pop(place, None) is not None


class ScriptedPin:
    def __init__(self, script: Script) -> None:
        self._script = script

    def state(self) -> str:
        return self._script.sim_error or "ready"

    def enter(self, pin: str) -> str:
        self._script.sent.append("pin")
        if pin == self._script.pin:
            self._script.sim_error = None
            return "accepted"
        if self._script.pin_tries is not None:
            self._script.pin_tries -= 1
        return "refused"

    def tries_left(self) -> int | None:
        return self._script.pin_tries


@dataclass
class Radio:
    """Which RATs the modem is set to, which of them have cells here, and which take USSD."""

    setting: str = "auto"
    own: str = "auto"
    cells: list[str] = field(default_factory=lambda: ["UMTS"])
    ussd_on: frozenset[str] = ALL_RATS
    without: Any = None  # what comes where there is no USSD
    offers: tuple[str, ...] = ("UMTS", "GSM")
    heeds: bool = True
    puts_back: bool = True

    @property
    def rat(self) -> str | None:
        allowed = ALL_RATS if self.setting == self.own else {self.setting}
        return next((rat for rat in self.cells if rat in allowed), None)

    def seen(self, network: Network) -> Network:
        if not network.registered:
            return network
        return replace(network, rat=self.rat) if self.rat is not None else Network(registered=False)

    @property
    def takes_ussd(self) -> bool:
        return self.without is None or self.rat in self.ussd_on


class ScriptedRadio:
    def __init__(self, script: Script, use: Callable[[], None]) -> None:
        self._script, self._use = script, use

    def state(self) -> RadioState | None:
        self._use()
        radio = self._script.radio
        allows = ALL_RATS if radio.setting == radio.own else frozenset({radio.setting})
        return RadioState(saved=f"script {radio.setting}", allows=allows, offers=radio.offers)

    def saved(self, text: str) -> _Saved | None:
        return _Saved(self._script, text.removeprefix("script ")) if text.startswith("script ") else None

    def ways_to(self, state: RadioState, rat: str) -> Sequence[Callable[[float], bool]]:
        def way(_seconds: float) -> bool:
            self._use()
            self._script.sent.append(f"radio {rat}")
            if self._script.radio.heeds:
                self._script.radio.setting = rat
            return True

        return (way,)

    def allows_only(self, state: RadioState, rat: str) -> bool:
        self._use()
        return self._script.radio.setting == rat

    def is_on(self, rat: str) -> bool:
        self._use()
        return self._script.radio.rat == rat


class _Saved:
    can_be_seen = True
    by_hand = "set the script's radio back by hand"

    def __init__(self, script: Script, setting: str) -> None:
        self._script, self._setting = script, setting

    def now(self) -> RadioState | None:
        allows = None if self._script.radio.setting == "auto" else frozenset({self._script.radio.setting})
        return RadioState(saved=f"script {self._script.radio.setting}", allows=allows)

    def is_set(self) -> bool:
        return self._script.radio.setting == self._setting

    def put_back(self, *, timeout_s: float | None = None, again_s: float | None = 1.0) -> bool:
        self.send()
        return self.is_set()

    def send(self) -> None:
        self._script.sent.append(f"radio back to {self._setting}")
        if self._script.radio.puts_back:
            self._script.radio.setting = self._setting


class ScriptedPower:
    def __init__(self, script: Script) -> None:
        self._script = script

    def why_not(self, step: RecoveryStep, *, silent: bool) -> str | None:
        return None

    def take(self, step: RecoveryStep, undo: Undo) -> Taken:
        self._script.sent.append(f"power {step}")
        if step == "cfun":
            undo.before("radio", self._script.device.imei or "")
            undo.pause(5.0)
            undo.after("radio")
        if step in self._script.power_mends:
            self._script.ailing = False
            self._script.ussd |= self._script.cured
            self._script.ussd |= self._script.cured
        return "taken"

    def undo(self, act: str, owner: str, undo: Undo) -> bool:
        if owner != self._script.device.imei:
            return False
        self._script.sent.append(f"undo {act}")
        return True

    def radio_off(self) -> str | None:
        return self._script.radio_off


def raised(error: ModemdError) -> Callable[[], None]:
    """For Script.opens."""

    def run() -> None:
        raise error

    return run
