"""The back ends that the contract is tested on. A new one is a class here, and one line in SUBJECTS."""

from __future__ import annotations

import os
import time
import types
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

import pytest

from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.base import Backend, Event, Host, UssdReceived
from modemd.records import ModemSettings, Network, UssdMessage
from tests.adding_page import example
from tests.backends.scripted import Reply, Says, Script, Silent
from tests.backends.virtual_clock import VirtualClock
from tests.scripted_modem import FAST, Peer


class Owner:
    """The other side of Host: the wake-up pipe, and what the back end told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.read, self._write = os.pipe()
        os.set_blocking(self.read, False)
        self.host = Host(wake_fd=self.read, on_event=self.events.append)

    def wake(self) -> None:
        os.write(self._write, b"!")

    def woken(self) -> bool:
        """Empties the pipe, as Worker does; whether there was anything."""
        with suppress(BlockingIOError):
            return bool(os.read(self.read, 64))
        return False

    @property
    def texts(self) -> list[str | None]:
        return [event.message.text for event in self.events if isinstance(event, UssdReceived)]

    def close(self) -> None:
        os.close(self.read)
        os.close(self._write)


class Subject(ABC):
    """One back end, with a modem and a network that do what a test says. Plugged in, registered, not open."""

    backend: Backend

    @abstractmethod
    def __init__(self, folder: Path, host: Host) -> None: ...

    @abstractmethod
    def answers(self, code: str, *messages: tuple[int, str] | None) -> None:
        """`code` (or an answer to a menu) is answered by the next of these at each request: m and text; None = nothing
        comes. The last repeats."""

    def says(self, text: str) -> None:
        """The network says so by itself, now."""
        pytest.skip("this network says nothing by itself")

    @abstractmethod
    def registered(self, yes: bool) -> None: ...

    @abstractmethod
    def without_sim(self) -> None: ...

    def hangs(self) -> None:
        """It is there, and answers nothing any more."""
        pytest.skip("this modem always answers")

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


class CannedSubject(Subject):
    """The example of docs/adding.md, as it stands there."""

    def __init__(self, folder: Path, host: Host) -> None:
        self._path = folder / "answers.toml"
        self._lines: dict[str, dict[str, str]] = {"ussd": {}, "menu": {}}
        self._imsi: str | None = "250010000000012"
        self._registered = True
        module = types.ModuleType("canned")
        exec(compile(example("A back end"), "docs/adding.md", "exec"), module.__dict__)
        self.backend = module.CannedBackend(ModemSettings(name="home", port=str(self._path)), host)
        self.plug()

    def answers(self, code: str, *messages: tuple[int, str] | None) -> None:
        if len(messages) > 1 or (messages[0] is not None and messages[0][0] == 2):
            pytest.skip("a file says the same each time")
        for table in self._lines.values():
            table.pop(code, None)
        if messages[0] is not None:
            self._lines["menu" if messages[0][0] == 1 else "ussd"][code] = messages[0][1]
        self._write()

    def registered(self, yes: bool) -> None:
        self._registered = yes
        self._write()

    def without_sim(self) -> None:
        self._imsi = None
        self._write()

    def unplug(self) -> None:
        self._path.unlink()

    def plug(self) -> None:
        self._write()

    def close(self) -> None:
        self.backend.close()

    def _write(self) -> None:
        lines = [f"registered = {str(self._registered).lower()}"]
        lines += [f'imsi = "{self._imsi}"'] if self._imsi is not None else []
        for name, table in self._lines.items():
            lines += [f"[{name}]", *(f'"{code}" = "{text}"' for code, text in table.items())]
        self._path.write_text("\n".join(lines), "utf-8")


SUBJECTS: dict[str, type[Subject]] = {
    "at": AtSubject,
    "scripted": ScriptedSubject,
    "the page's example": CannedSubject,
}
