"""The fake modem on a pseudo-terminal, or on a tty of others (given.py): a thread that carries octets between
SimulatedModem and whoever opens it.

    with FakeModem(scenario) as modem:
        ...                       # any program opens modem.path
        assert modem.wait_for(lambda fake: "AT+CUSD=2" in fake.commands)

The thread sleeps in one select(); nothing is polled. The path is a symbolic link that survives unplug and replug, while
the pseudo-terminal behind it changes as the device of a real modem does.
"""

from __future__ import annotations

import contextlib
import os
import select
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from modemd.errors import ScenarioError
from modemd.simulator.given import GivenTty
from modemd.simulator.links import Links, Place
from modemd.simulator.modem import Port, SimulatedModem
from modemd.simulator.port import AtPort
from modemd.simulator.scenario import MadUntil, PortRole, Registration, Reply, Scenario, SimChange, Sms
from modemd.simulator.storage import Stored, Touch
from modemd.simulator.terminal import READ_SIZE, Terminal

AWAY_S = 0.5  # how long a modem on a tty of others is off the bus when that hangs up: its plug is in other hands
DEADLINE_S = 5.0  # of wait_for(), when the caller names none; long because the machine may be busy


class FakeModem:
    """A running fake modem. Its properties are copies and may be read from any thread."""

    def __init__(
        self,
        modem: Scenario | Callable[[float], SimulatedModem],
        link: Path | str | None = None,
        *,
        place: Place | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`link`: where the AT port shall appear; None = in a new temporary folder. `place`: another way to have and
        show the ports, instead of `link`.

        Raises ScenarioError where something else than an old link of a simulator is in that place."""
        self._clock = clock
        self._place = place or Links(link)
        self._modem = SimulatedModem(modem, now=clock()) if isinstance(modem, Scenario) else modem(clock())
        self._modem.wall = lambda: datetime.now(UTC)
        self._changed = threading.Condition()
        self._closing = False
        self._running = False
        self._asked = self._done = 0  # acts of other threads, and how many of them the pseudo-terminals show
        self._terminals: list[tuple[Port, Terminal | GivenTty]] = []
        self._unplugs = 0
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            self._place.prepare([port.role for port in self._modem.ports])
            self._follow_plug()
        except BaseException:
            self._release()
            raise
        self._thread = threading.Thread(target=self._run, name=f"fake-modem {self.path}", daemon=True)
        self._running = True
        self._thread.start()

    # --- what happened ------------------------------------------------------------------------------------------------

    @property
    def path(self) -> str:
        """The AT port to open."""
        return self._place.path("at")

    @property
    def paths(self) -> dict[PortRole, str]:
        """Every port to open, by its role."""
        return {port.role: self._place.path(port.role) for port in self._modem.ports}

    @property
    def plugged(self) -> bool:
        """Whether the device is on the bus."""
        with self._changed:
            return self._modem.plugged

    @property
    def restarts(self) -> int:
        """How often it has left the bus, for whatever reason."""
        with self._changed:
            return self._modem.unplugs

    @property
    def commands(self) -> list[str]:
        """Every command line that came, to whatever port, in order, without its CR."""
        with self._changed:
            return list(self._modem.commands)

    def commands_on(self, role: PortRole) -> list[str]:
        """Those that came to one port."""
        with self._changed:
            return list(next(port.commands for port in self._modem.ports if port.role == role))

    @property
    def queries(self) -> list[str]:
        """Every code and menu answer that reached the network, decoded."""
        with self._changed:
            return list(self._modem.network.queries)

    @property
    def settings(self) -> dict[str, str]:
        """What commands have set, by the command's name without prefix: {"E": "1", "CSCS": "IRA", "CMGF": "0", ...}."""
        with self._changed:
            return dict(self._modem.settings)

    def settings_on(self, role: PortRole) -> dict[str, str]:
        """As another AT port sees them: character set, echo, error and SMS format are its own."""
        with self._changed:
            ports = [port for port in self._modem.ports if isinstance(port, AtPort)]
            return dict(next(port.settings for port in ports if port.role == role))

    @property
    def sms(self) -> dict[int, Stored]:
        """The messages on the SIM by place; Stored.status tells whether somebody read one."""
        with self._changed:
            return dict(self._modem.inbox.places)

    def sms_in(self, storage: str) -> dict[int, Stored]:
        """The messages of "SM" or "ME" by place."""
        with self._changed:
            return dict(self._modem.inbox.memories[storage])

    @property
    def sms_touched(self) -> list[Touch]:
        """What was marked as read or deleted: [] = no message was touched."""
        with self._changed:
            return list(self._modem.inbox.touched)

    @property
    def sms_outgoing(self) -> list[tuple[str, str]]:
        """(number, text) of every message that the network took."""
        with self._changed:
            return list(self._modem.inbox.outgoing)

    @property
    def sms_sent(self) -> list[tuple[str, str]]:
        """(first parameter of AT+CMGS, what came behind the prompt)."""
        with self._changed:
            return list(self._modem.inbox.sent)

    @property
    def session_open(self) -> bool:
        """Whether the network waits for an answer to a menu."""
        with self._changed:
            return self._modem.network.session_open

    @property
    def pin_tries(self) -> int:
        with self._changed:
            return self._modem.card.pin_tries

    @property
    def puk_tries(self) -> int:
        with self._changed:
            return self._modem.card.puk_tries

    @property
    def registration(self) -> Registration:
        with self._changed:
            return self._modem.registration

    @property
    def rat(self) -> str | None:
        with self._changed:
            return self._modem.rat

    @property
    def opened(self) -> bool:
        """Whether a program holds one of the ports open now."""
        with self._changed:
            return any(terminal.opened for _, terminal in self._terminals)

    def opened_on(self, role: PortRole) -> bool:
        """Whether a program holds that port open now."""
        with self._changed:
            return any(terminal.opened for port, terminal in self._terminals if port.role == role)

    def wait_for(self, condition: Callable[[FakeModem], bool], timeout: float = DEADLINE_S) -> bool:
        """Waits until the condition holds for this modem; False when it does not in time. No polling: it is looked at
        whenever something came in, went out or happened."""
        with self._changed:
            return self._changed.wait_for(lambda: condition(self), timeout)

    # --- what the test makes happen -----------------------------------------------------------------------------------

    def unplug(self) -> None:
        """The device leaves the bus: whoever has the port open gets a hang-up, and the path is gone."""
        self._do(lambda: self._modem.unplug())

    def replug(self) -> None:
        """The device is back, with fresh settings."""
        self._do(lambda: self._modem.replug())

    def hang(self) -> None:
        """The firmware stops: nothing is read, nothing is answered."""
        self._do(lambda: setattr(self._modem, "hung", True))

    def mad(self, until: MadUntil = "cfun") -> None:
        """USSD is dead, while AT works, until a radio cycle, a reset or a power cut."""
        self._do(lambda: setattr(self._modem, "mad", until))

    def change_sim(self, change: SimChange) -> None:
        """The SIM is taken out, put in or replaced."""
        self._do(lambda: self._modem.change_card(change))

    def resume(self) -> None:
        self._do(lambda: self._modem.resume())

    def send_line(self, line: str | bytes) -> None:
        """An unsolicited line, CR LF around it; a str holds octets (latin-1)."""
        self._do(lambda: self._modem.say(line))

    def send_bytes(self, data: bytes) -> None:
        """Octets as they are."""
        self._do(lambda: self._modem.at.put(data))

    def push_ussd(self, reply: Reply) -> None:
        """A +CUSD line that the network sends by itself."""
        self._do(lambda: self._modem.network.push(reply))

    def deliver_sms(self, text: str | Sms, sender: str = "Operator") -> None:
        """A message arrives: a text, or an Sms with all that one may have."""
        sms = text if isinstance(text, Sms) else Sms(text=text, sender=sender)
        self._do(lambda: self._modem.inbox.deliver(sms))

    def register(self, registration: Registration) -> None:
        self._do(lambda: self._modem.register(registration))

    def stop(self) -> None:
        """Ends the thread, closes the pseudo-terminal, removes the link. May be called again."""
        with self._changed:
            self._closing = True
        self._wake()
        self._thread.join()
        self._release()

    def __enter__(self) -> FakeModem:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _do(self, act: Callable[[], None]) -> None:
        """Lets something happen to the modem, and does not return before the pseudo-terminal shows it. The thread
        alone touches the pseudo-terminal: it may be about to select() on a descriptor that another would close."""
        with self._changed:
            self._modem.now = max(self._modem.now, self._clock())
            act()
            self._asked += 1
            asked = self._asked
            self._wake()
            if not self._changed.wait_for(lambda: self._done >= asked or self._closing, DEADLINE_S):
                raise RuntimeError("the thread of the fake modem does not run any more")

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):  # a full pipe wakes as well
            os.write(self._wake_write, b"!")

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._closing:
                    return
                self._done = self._asked
                self._work()
                at = self._modem.next_at
                wanted = [self._wake_read]
                for port, terminal in self._terminals:
                    wanted += terminal.watched
                    if not self._modem.hung and not (port.deaf and isinstance(port, AtPort)):
                        wanted.append(terminal.master)
            wait_s = None if at is None else max(0.0, at - self._clock())
            ready = set(select.select(wanted, [], [], wait_s)[0])
            with self._changed:
                if self._wake_read in ready:
                    os.read(self._wake_read, READ_SIZE)
                for port, terminal in self._terminals:
                    if terminal.look(ready):
                        port.closed()
                    if terminal.master in ready and not self._modem.hung:
                        self._modem.receive(terminal.read(), self._clock(), port)
                if any(terminal.hung_up for _, terminal in self._terminals):
                    self._modem.unplug(AWAY_S)

    def _work(self) -> None:
        """What is due happens, leaves, and is announced to those who wait."""
        now = self._clock()
        pieces = {port.role: self._modem.due(now, port) for port in self._modem.ports}
        self._follow_plug()
        for port, terminal in self._terminals:
            if isinstance(port, AtPort) or terminal.opened:  # a log that nobody reads is not kept
                for piece in pieces[port.role]:
                    terminal.write(piece)
        self._changed.notify_all()

    def _follow_plug(self) -> None:
        if self._terminals and self._unplugs != self._modem.unplugs:  # it may be back already
            self._hang_up()
        self._unplugs = self._modem.unplugs
        if not self._terminals and self._modem.plugged:
            try:
                for port in self._modem.ports:
                    self._terminals.append((port, self._place.terminal(port.role)))
            except ScenarioError:
                if not self._running:
                    raise
                self._hang_up()
                self._modem.unplug(AWAY_S)  # not there again yet
                return
            self._place.appear({port.role: terminal.name for port, terminal in self._terminals})

    def _hang_up(self) -> None:
        for _, terminal in self._terminals:
            terminal.close()
        self._terminals.clear()
        self._place.vanish()

    def _release(self) -> None:
        self._hang_up()
        self._place.close()
        for descriptor in (self._wake_read, self._wake_write):
            if descriptor >= 0:
                os.close(descriptor)
        self._wake_read = self._wake_write = -1
