"""The fake modem as a machine without I/O: octets of the TE in, octets at their times out, the clock is an argument.

    modem = SimulatedModem(scenario, now=0.0)
    modem.receive(b"ATI\\r", now)     # what the TE wrote
    modem.due(now) -> [bytes, ...]    # what leaves now, one item a write
    modem.next_at                     # when due() has something again; None = only when the TE writes

This file is the device: power, registration, time. Its AT ports are in port.py, the others in quiet.py, the SIM in
card.py, SMS in storage.py, USSD in network.py, what a scenario lets happen in events.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from modemd.simulator import events, network, radio, storage
from modemd.simulator.card import Card
from modemd.simulator.port import AtPort
from modemd.simulator.profiles import FAMILIES
from modemd.simulator.scenario import SENT_AT, MadUntil, Rat, Registration, Scenario, SimChange
from modemd.simulator.settings import Settings, first_nvram, fresh_shared
from modemd.simulator.silent_port import SilentPort
from modemd.simulator.wire import Timer, Timers

Port = AtPort | SilentPort
_CURES: tuple[MadUntil, ...] = ("cfun", "reset", "usb")  # each cures what the ones before it cure


class SimulatedModem:
    """One modem with its SIM and its network. Not thread safe; see pty.py for the one that is."""

    def __init__(self, scenario: Scenario, *, now: float = 0.0) -> None:
        self.scenario = scenario
        self.now = now  # of the octets or the timer that is being worked on; handlers reckon from it
        self.family = FAMILIES[scenario.profile]
        self.wall: Callable[[], datetime] = lambda: SENT_AT  # the service centre's clock
        self.commands: list[str] = []  # of all ports
        self.plugged = True
        self.unplugs = 0  # how often it has left the bus
        self.hung = False
        self.mad: MadUntil | None = None  # USSD is dead until then, while AT works
        self.card = Card(scenario)
        self.attitude: Registration = scenario.registration  # the network's, towards this SIM
        self.allowed_rats: tuple[Rat, ...] = ()  # () = all
        self.nvram = first_nvram(scenario, self.family)
        self.shared = fresh_shared(scenario, self.family)
        self._life = 0  # since when it has power: what was under way before is gone
        self._timers = Timers()
        self._return: Timer | None = None  # when it comes back by itself
        self._searches_until = now
        self._fallen: Rat | None = None  # CS fall-back is under way
        self._lost = False  # registration that only a radio cycle or another RAT brings back
        self.ports: list[Port] = [
            AtPort(self, role) if role in ("at", "at2", "ppp") else SilentPort(self, role) for role in scenario.ports
        ]
        self.at = next(port for port in self.ports if isinstance(port, AtPort) and port.role != "ppp")
        self._choose_rats()
        self._announced = self._registrations()
        self._told_rat = self.rat
        self.inbox = storage.MessageStore(self)
        self.network = network.UssdNetwork(self)
        if self.card.state == "busy":
            self.later(scenario.busy_s, self._card_woken)
        events.start(self)

    # --- octets -----------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now: float, port: Port | None = None) -> None:
        """Octets that the TE wrote to a port (the AT port). A modem that hangs or is unplugged takes none."""
        self._advance(now)
        if self.plugged and not self.hung:
            (port or self.at).receive(data)

    def due(self, now: float, port: Port | None = None) -> list[bytes]:
        """Lets happen what is due and gives what leaves on the wire of a port (the AT port), in pieces."""
        self._advance(now)
        return [] if self.hung else (port or self.at).wire.take(now)

    @property
    def next_at(self) -> float | None:
        times = [self._timers.next_at]
        if not self.hung:
            times += [port.wire.next_at for port in self.ports]
        return min((at for at in times if at is not None), default=None)

    def later(self, delay_s: float, act: Callable[[], None]) -> Timer:
        """Something that happens whatever becomes of the modem."""
        return self._timers.add(self.now + delay_s, act)

    def while_on(self, delay_s: float, act: Callable[[], None]) -> Timer:
        """Something that the modem does later, unless it loses its power before."""
        life = self._life

        def unless_gone() -> None:
            if life == self._life and self.plugged:
                act()

        return self.later(delay_s, unless_gone)

    def run_line(self, text: str) -> bool:  # noqa: ARG002
        """A subclass may answer a whole command line of the AT port itself; True if it did, and will call finish() or
        abandon() of the port."""
        return False

    def command_came(self, text: str) -> None:
        events.command_came(self, text)

    # --- the ports --------------------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        """As the AT port sees them."""
        return self.at.settings

    @property
    def urc_ports(self) -> list[AtPort]:
        """Where unsolicited lines go."""
        wanted = self.scenario.urc_port
        return [
            port
            for port in self.ports
            if isinstance(port, AtPort) and (port is self.at if wanted is None else wanted in ("all", port.role))
        ]

    def say(self, line: bytes | str) -> None:
        """An unsolicited line."""
        for port in self.urc_ports:
            port.say(line)

    # --- power ------------------------------------------------------------------------------------------------------

    def unplug(self, for_s: float | None = None) -> None:
        """The device leaves the bus and loses its power; it comes back by itself behind `for_s`."""
        self._leave(for_s)
        self.cure("usb")

    def restart(self) -> None:
        """AT+CFUN=1,1 and its like: the device leaves the bus and comes back."""
        self._leave(self.scenario.restart_s)
        self.cure("reset")

    def replug(self) -> None:
        """The device comes back fresh from power-on: settings, PIN and USSD session of before are gone, and what is in
        its NVRAM is not."""
        if self.plugged:
            return
        self.plugged, self.hung = True, False
        self._life += 1
        self.shared.clear()
        self.shared |= fresh_shared(self.scenario, self.family)
        for port in self.ports:
            port.power_on()
        self._fallen, self._lost = None, False
        self._choose_rats()
        self.card.power_on()
        self.network.forget()
        self._searches_until = self.now
        self._announced = self._registrations()
        self.search(self.scenario.register_s)
        for line in self.family.boot_lines:
            self.while_on(0.05, lambda line=line: self.say(line))  # type: ignore[misc]

    def resume(self) -> None:
        self.hung = False

    def cure(self, by: MadUntil) -> None:
        """What a radio cycle, a reset or a power cut mends."""
        if self.mad is not None and _CURES.index(by) >= _CURES.index(self.mad):
            self.mad = None

    def switch_radio(self, mode: str) -> None:
        """AT+CFUN=: 0 and 4 leave the network, 1 looks for it again."""
        before, self.shared["CFUN"] = self.shared["CFUN"], mode
        if mode == before:
            return
        self._lost, self._fallen = False, None
        if mode == "1":
            self.search(self.scenario.register_s)
        else:
            self.network.forget()
            self.cure("cfun")
        self.announce()

    # --- SIM --------------------------------------------------------------------------------------------------------

    def change_card(self, change: SimChange) -> None:
        """The SIM is taken out, put in or replaced while the modem runs."""
        gone_before = self.card.state == "none"
        self.card.change(change)
        if change.swapped:
            self.inbox.memories["SM"].clear()
        if self.card.state == "busy":
            self.later(self.scenario.busy_s, self._card_woken)
        gone = self.card.state == "none"
        if gone != gone_before:
            for line in self.family.sim_out if gone else self.family.sim_in:
                self.say(line)
        self.network.forget()
        self.card_ready()

    def card_ready(self) -> None:
        """The SIM's state has changed: the network is looked for, or lost."""
        if self.card.state == "ready":
            self.search(self.scenario.register_s)
        self.announce()
        self.inbox.ask_network()

    # --- registration -----------------------------------------------------------------------------------------------

    @property
    def registration(self) -> Registration:
        """What the modem can say of itself now (27.007 7.2)."""
        if self.shared["CFUN"] != "1" or self.shared["COPS"] == "2":
            return "idle"
        if self.card.state != "ready" or self._rats_here() == () or self.now < self._searches_until or self._lost:
            return "searching"
        return self.attitude

    @property
    def reachable(self) -> bool:
        """Whether the network can hand something to this subscriber now."""
        return self.plugged and self.registration in ("home", "roaming")

    @property
    def rat(self) -> Rat | None:
        """What the modem is on, of the RATs that it can, is allowed and the network has."""
        return self._fallen or next(iter(self._rats_here()), None)

    @property
    def unknown_command(self) -> str:
        """The final result of a command that it does not know."""
        return self.scenario.unknown_command or self.family.unknown_command

    @property
    def packet_only(self) -> bool:
        """Its settings keep it out of the circuit-switched domain."""
        rat = self.family.rat
        return rat is not None and rat.packet_only(self.nvram)

    def register(self, registration: Registration) -> None:
        """Another attitude of the network, announced where +CREG asks for it (27.007 7.2)."""
        self.attitude = registration
        self.announce()
        self.inbox.ask_network()

    def announce(self) -> None:
        """Tells what has changed about the registration, where that was asked for."""
        before, self._announced = self._announced, self._registrations()
        for name, (state, rat) in self._announced.items():
            wanted = self.shared[name[1:]]
            if wanted != "0" and (state != before[name][0] or (wanted == "2" and rat != before[name][1])):
                self.say(f"{name}: {radio.registration_shown(self, name, unsolicited=True)}")
        self._tell_rat()

    def search(self, for_s: float) -> None:
        """The modem looks for a cell so long."""
        if for_s <= 0:
            self.announce()
            self.inbox.ask_network()
            return
        self._searches_until = self.now + for_s
        self.announce()
        self.while_on(for_s, self._found)

    def rats_changed(self) -> None:
        """The RAT setting was written."""
        self._choose_rats()
        self._lost, self._fallen = False, None
        self.search(self.scenario.rat_switch_s)

    def allow_only(self, rats: tuple[Rat, ...]) -> None:
        """A choice that lasts until the next power-on (AT+COPS with an access technology)."""
        self.allowed_rats = rats
        self.search(self.scenario.rat_switch_s)

    def lose_registration(self) -> None:
        """The network throws the modem out; another RAT or a radio cycle brings it back."""
        self._lost = True
        self.announce()

    def fall_back(self) -> bool:
        """CS fall-back (23.272): onto a RAT with USSD, for one dialogue. False where there is none."""
        target = next(
            (rat for rat in self._rats_here() if rat in ("UMTS", "GSM") and rat in self.scenario.ussd_on), None
        )
        if target is not None:
            self._fallen = target
            self.announce()
        return target is not None

    def return_from_fall_back(self) -> None:
        if self._fallen is not None:
            self._fallen = None
            self.announce()

    # --- inside -----------------------------------------------------------------------------------------------------

    def _leave(self, for_s: float | None) -> None:
        if self._return is not None:
            self._return.cancelled = True
        self._return = None if for_s is None else self.later(for_s, self.replug)
        if not self.plugged:
            return
        self.plugged = False
        self._life += 1
        self.unplugs += 1
        self.network.forget()
        for port in self.ports:
            port.wire.clear()

    def _advance(self, now: float) -> None:
        """What was due up to now has happened, each thing at its own time and not at that at which somebody looked."""
        while (timer := self._timers.pop(now)) is not None:
            self.now = max(self.now, timer.at)
            timer.act()
        self.now = max(self.now, now)

    def _choose_rats(self) -> None:
        """The RAT setting takes effect."""
        self.allowed_rats = () if self.family.rat is None else self.family.rat.allows(self.nvram)

    def _rats_here(self) -> tuple[Rat, ...]:
        """The RATs that are possible, the best first."""
        network = self.scenario.rats
        wanted = self.allowed_rats or (self.scenario.rat, *network)
        return tuple(rat for rat in dict.fromkeys(wanted) if rat in network and rat in self.family.can)

    def _registrations(self) -> dict[str, tuple[Registration, Rat | None]]:
        return {name: (radio.state_of(self, name), self.rat) for name in radio.REGISTRATION_COMMANDS}

    def _tell_rat(self) -> None:
        """The maker's own line about the RAT, when the modem is on another one."""
        if self.registration not in ("home", "roaming") or self.rat == self._told_rat:
            return
        self._told_rat = self.rat
        line = None if self.rat is None else self.family.rat_lines.get(self.rat)
        wanted = self.family.rat_lines_if
        if line is not None and wanted is not None and self.shared.get(wanted[0]) == wanted[1]:
            self.say(line)

    def _found(self) -> None:
        if self.now >= self._searches_until:
            self.announce()
            self.inbox.ask_network()

    def _card_woken(self) -> None:
        self.card.woken()
        self.card_ready()
