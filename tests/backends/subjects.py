"""The back ends that the contract is tested on. A new one is a class here, and one line in SUBJECTS."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from pathlib import Path

from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.base import Backend, Host, UssdReceived
from modemd.records import ModemSettings, Network, UssdMessage
from tests.backends.scripted import Reply, Says, Script, Silent
from tests.backends.virtual_clock import VirtualClock
from tests.scripted_modem import FAST, Peer


class Subject(ABC):
    """One back end, with a modem and a network that do what a test says. Plugged in, registered, not open."""

    backend: Backend

    @abstractmethod
    def __init__(self, folder: Path, host: Host) -> None: ...

    @abstractmethod
    def answers(self, code: str, *messages: tuple[int, str] | None) -> None:
        """`code` (or an answer to a menu) is answered by the next of these at each request: m and text; None = nothing
        comes. The last repeats."""

    @abstractmethod
    def says(self, text: str) -> None:
        """The network says so by itself, now."""

    @abstractmethod
    def registered(self, yes: bool) -> None: ...

    @abstractmethod
    def without_sim(self) -> None: ...

    @abstractmethod
    def hangs(self) -> None:
        """It is there, and answers nothing any more."""

    @abstractmethod
    def unplug(self) -> None: ...

    @abstractmethod
    def plug(self) -> None: ...

    def now(self) -> float:
        """Seconds of the clock that the back end waits by."""
        return time.monotonic()

    @abstractmethod
    def close(self) -> None: ...


class AtSubject(Subject):
    """backends/at on a pseudo-terminal."""

    def __init__(self, folder: Path, host: Host) -> None:
        self._link = folder / "modem"
        self._peers: list[Peer] = []
        settings = ModemSettings(name="home", port=str(self._link))
        self.backend = AtBackend(settings, host, limits=AtLimits(timeouts=FAST))
        self.plug()

    @property
    def _peer(self) -> Peer:
        return self._peers[-1]

    def answers(self, code: str, *messages: tuple[int, str] | None) -> None:
        self._peer.answers[f'AT+CUSD=1,"{code}",15'] = [
            ("OK",) if message is None else ("OK", f'+CUSD: {message[0]},"{message[1]}",15') for message in messages
        ]

    def says(self, text: str) -> None:
        self._peer.say(f'+CUSD: 0,"{text}",15')

    def registered(self, yes: bool) -> None:
        for name in ("+CREG", "+CEREG"):
            self._peer.answers[f"AT{name}?"] = (f"{name}: 0,{1 if yes else 2}", "OK")

    def without_sim(self) -> None:
        self._peer.answers["AT+CPIN?"] = ("+CME ERROR: 10",)

    def hangs(self) -> None:
        self._peer.answers = {"*": ()}

    def unplug(self) -> None:
        self._link.unlink()
        self._peer.unplug()

    def plug(self) -> None:
        self._peers.append(Peer())
        self._link.symlink_to(self._peer.path)

    def close(self) -> None:
        self.backend.close()
        for peer in self._peers:
            peer.close()


class ScriptedSubject(Subject):
    """The scripted one of the tests, on a clock of its own."""

    def __init__(self, folder: Path, host: Host) -> None:
        self._script = Script(clock=VirtualClock(runs=True))
        self.backend = self._script.make(ModemSettings(name="home", port="script"), host)

    def answers(self, code: str, *messages: tuple[int, str] | None) -> None:
        found: list[Reply] = [Silent() if one is None else Says(one[1], m=one[0], after_s=0.1) for one in messages]
        self._script.ussd[code] = found

    def says(self, text: str) -> None:
        self._script.happens(UssdReceived(UssdMessage(m=0, text=text, raw=text.encode())))

    def registered(self, yes: bool) -> None:
        self._script.network = Network(registered=yes)

    def without_sim(self) -> None:
        self._script.sim_error = "no sim"

    def hangs(self) -> None:
        self._script.ailing = True

    def unplug(self) -> None:
        self._script.present = False

    def plug(self) -> None:
        self._script.present = True

    def now(self) -> float:
        return self._script.clock.monotonic()

    def close(self) -> None:
        self._script.clock.close()


SUBJECTS: dict[str, type[Subject]] = {
    "at": AtSubject,
    "scripted": ScriptedSubject,
}
