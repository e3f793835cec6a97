"""The fake modem as a machine without I/O: octets of the TE in, octets at their times out, the clock is an argument.

    modem = SimulatedModem(scenario, now=0.0)
    modem.receive(b"ATI\\r", now)     # what the TE wrote
    modem.due(now) -> [bytes, ...]    # what leaves now, one item a write
    modem.next_at                     # when due() has something again; None = only when the TE writes

Commands live in commands.py, SMS in messages.py, USSD in network.py; this file takes command lines apart, keeps the
settings and speaks result codes (V.250 5.7, 27.007 9).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from modemd.simulator import codec, commands, messages, network, radio
from modemd.simulator.command import Command, Held, RefusedByModemError, parse_line
from modemd.simulator.profiles import CME_TEXT, COMMON, FAMILIES
from modemd.simulator.scenario import Event, Rat, Registration, Scenario
from modemd.simulator.wire import Timer, Timers, Wire

CR, ESC, CTRL_Z = 0x0D, 0x1B, 0x1A
RESTART_S = 1.0  # a field modem takes 10 s and more; long enough for a client to see the port go away
_SPOKEN_FINALS = {"OK": "0", "NO CARRIER": "3", "ERROR": "4", "BUSY": "7", "NO ANSWER": "8"}  # V.250 table 1, V0


class SimulatedModem:
    """One modem with its SIM and its network. Not thread safe; see pty.py for the one that is."""

    def __init__(self, scenario: Scenario, *, now: float = 0.0) -> None:
        self.scenario = scenario
        self.now = now  # of the octets or the timer that is being worked on; handlers reckon from it
        self.family = FAMILIES[scenario.profile]
        self.commands: list[str] = []
        self.plugged = True
        self.unplugs = 0  # how often it has left the bus
        self.hung = False
        self.pin_tries = scenario.pin_tries
        self.sim = scenario.sim
        self.registration: Registration = scenario.registration
        self._timers = Timers()
        self._wire = Wire(scenario.chunk, scenario.gap_s)
        self._noise_turn = 0
        self._line = bytearray()  # what came of a command line, up to its CR
        self._text = bytearray()  # what came behind the "> " prompt
        self._taker: Callable[[bytes | None], None] | None = None  # takes that text
        self._running = False  # a command line has had no final result code yet
        self._waiting: deque[bytes] = deque()  # lines that came while one ran
        self._last_line = b""
        self.allowed_rats: tuple[Rat, ...] = ()  # () = all
        self.settings = self.fresh_settings()
        self.inbox = messages.Inbox(self)
        self.network = network.UssdNetwork(self)
        if self.sim == "busy":
            self.later(scenario.busy_s, self._sim_ready)
        for noise in scenario.noise:
            if noise.every_s is not None:
                self._repeat_noise(noise.lines, noise.every_s, 0)
        for event in scenario.events:
            if event.at_s is not None:
                self.later(event.at_s + event.after_s, lambda event=event: self.happen(event))  # type: ignore[misc]

    # --- octets -----------------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now: float) -> None:
        """Octets that the TE wrote. A modem that hangs or is unplugged takes none."""
        self._advance(now)
        if not self.plugged or self.hung:
            return
        for octet in data:
            self._receive_octet(octet)

    def due(self, now: float) -> list[bytes]:
        """Lets happen what is due and gives what leaves on the wire, in pieces."""
        self._advance(now)
        if not self.plugged:
            self._wire.clear()
        return [] if self.hung else self._wire.take(now)

    @property
    def next_at(self) -> float | None:
        times = [self._timers.next_at, None if self.hung else self._wire.next_at]
        return min((at for at in times if at is not None), default=None)

    def later(self, delay_s: float, act: Callable[[], None]) -> Timer:
        return self._timers.add(self.now + delay_s, act)

    def run_line(self, text: str) -> bool:  # noqa: ARG002
        """A subclass may answer a whole command line itself; True if it did, and will call finish() or abandon()."""
        return False

    # --- for commands -----------------------------------------------------------------------------------------------

    def say(self, line: bytes | str) -> None:
        """A line of information or an unsolicited one, CR LF around it."""
        self._chatter()
        self._framed(line.encode("latin-1") if isinstance(line, str) else line)

    def put(self, data: bytes) -> None:
        """Octets as they are."""
        self._wire.put(data, self.now)

    def finish(self, error: str | None) -> None:
        """The final result code of the command line that runs; the next line may begin."""
        line = self._final(error)
        if line and self.settings["Q"] == "0":
            self._chatter()
            if self.settings["V"] == "0" and line in _SPOKEN_FINALS:
                self._wire.put(_SPOKEN_FINALS[line].encode() + b"\r", self.now)
            else:
                self._framed(line.encode("latin-1"))
        self.abandon()

    def abandon(self) -> None:
        """The command line that runs is over without a final result code; the next one may begin."""
        self._running = False
        while self._waiting and not self._running:
            self._run_line(self._waiting.popleft())

    def ask_text(self, taker: Callable[[bytes | None], None]) -> None:
        """The "> " prompt (27.005 3.5.1). `taker` gets what came before Ctrl-Z, or None for ESC."""
        self._taker = taker
        self._text.clear()
        self._wire.put(b"\r\n> ", self.now)

    def quoted(self, text: str) -> str:
        """A string in quotes in the TE character set."""
        return '"' + codec.to_charset(text, self.settings["CSCS"]).decode("latin-1") + '"'

    def unplug(self, for_s: float | None = None) -> None:
        """The device leaves the bus; it comes back by itself behind `for_s`."""
        if not self.plugged:
            return
        self.plugged = False
        self.unplugs += 1
        self._wire.clear()
        if for_s is not None:
            self.later(for_s, self.replug)

    def replug(self) -> None:
        """The device comes back as it is fresh from power-on: settings, PIN and USSD session of before are gone."""
        if self.plugged:
            return
        self.plugged, self.hung = True, False
        self._power_on()
        if self.scenario.sim == "pin" and self.sim == "ready":
            self.sim = "pin"
        self.network.forget()

    def restart(self) -> None:
        """AT+CFUN=1,1 and its like: the device leaves the bus and comes back."""
        self.unplug(for_s=RESTART_S)

    def happen(self, event: Event) -> None:
        """One event of the scenario."""
        match event.do:
            case "unplug":
                self.unplug(event.for_s)
            case "replug":
                self.replug()
            case "hang":
                self.hung = True
                if event.for_s is not None:
                    self.later(event.for_s, self.resume)
            case "resume":
                self.resume()
            case "line" if event.line is not None:
                self.say(event.line)
            case "ussd" if event.reply is not None:
                self.network.push(event.reply)
            case "sms" if event.sms is not None:
                self.inbox.deliver(event.sms)
            case "registration" if event.registration is not None:
                self.register(event.registration)
            case _:
                pass

    def resume(self) -> None:
        self.hung = False

    def register(self, registration: Registration) -> None:
        """A new registration, announced where +CREG asks for it (27.007 7.2)."""
        self.registration = registration
        for name in ("+CREG", "+CGREG", "+CEREG"):
            if self.settings[name[1:]] != "0":
                self.say(f"{name}: {radio.registration_shown(self, name, unsolicited=True)}")

    @property
    def rat(self) -> Rat | None:
        """What the modem is on, of the RATs it is allowed and the network has."""
        allowed = self.allowed_rats or self.scenario.rats
        if not self.allowed_rats and self.scenario.rat in self.scenario.rats:
            return self.scenario.rat
        return next((rat for rat in self.scenario.rats if rat in allowed), None)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _power_on(self) -> None:
        self._line.clear()
        self._text.clear()
        self._taker = None
        self._running = False
        self._waiting.clear()
        self._last_line = b""
        self.allowed_rats = ()
        self.settings = self.fresh_settings()

    def fresh_settings(self) -> dict[str, str]:
        """What ATZ and power-on give: the family's defaults and the scenario's own values over them."""
        scenario = self.scenario
        settings = {name[1:]: value for name, (value, _) in {**COMMON, **self.family.settings}.items()}
        settings |= {
            "E": "1" if scenario.echo else "0",
            "V": "1",
            "Q": "0",
            "CSCS": scenario.charset or self.family.charset,
            "CPMS": '"SM","SM","SM"',
            "CREG": "0",
            "CGREG": "0",
            "CEREG": "0",
            "COPS": "0",
            "COPS_FORMAT": "0",
            "CFUN": "1",
            "CUSD": "0",
            "CSCA": "+79168999100",
        }
        if self.family.rat_command is not None:
            settings[self.family.rat_command[1:]] = self.family.rat_default
        return settings | {name.lstrip("+^").upper(): value for name, value in scenario.settings.items()}

    def _advance(self, now: float) -> None:
        """What was due up to now has happened, each thing at its own time and not at that at which somebody looked."""
        while (timer := self._timers.pop(now)) is not None:
            self.now = max(self.now, timer.at)
            timer.act()
        self.now = max(self.now, now)

    def _receive_octet(self, octet: int) -> None:
        if self._taker is not None:
            self._receive_text(octet)
        elif octet == CR:
            line = bytes(self._line)
            self._line.clear()
            if self.settings["E"] == "1" and line:
                self._wire.put(line + b"\r", self.now)
            if self._running:
                self._waiting.append(line)
            else:
                self._run_line(line)
        elif octet == 0x08:
            del self._line[-1:]
        elif octet >= 0x20:  # LF and other control characters are no part of a command line (V.250 5.2.1)
            self._line.append(octet)

    def _receive_text(self, octet: int) -> None:
        taker = self._taker
        if octet not in (CTRL_Z, ESC):
            self._text.append(octet)
            return
        self._taker = None
        if taker is not None:
            taker(bytes(self._text) if octet == CTRL_Z else None)

    def _run_line(self, line: bytes) -> None:
        if line.upper().lstrip() == b"A/":
            line = self._last_line
        parsed = parse_line(line)
        if parsed is None:
            return
        text = line.decode("latin-1").strip()
        self.commands.append(text)
        self._last_line = line
        self._running = True
        self._wire.restart_pattern()
        whole = self.scenario.answer.get(text.upper())
        if whole is not None:
            self.later(self.scenario.latency_s, lambda: self._say_whole(whole))
        elif not self.run_line(text):
            self._run_commands(parsed, [])
        for event in self.scenario.events:
            if event.on_command is not None and text.upper().startswith(event.on_command.upper()):
                self.later(event.after_s, lambda event=event: self.happen(event))  # type: ignore[misc]

    def _say_whole(self, lines: Sequence[bytes]) -> None:
        for line in lines:
            self.say(line)
        self.abandon()

    def _run_commands(self, parsed: Sequence[Command], said: list[bytes]) -> None:
        """Runs the commands of a line until one fails; an answer leaves behind the modem's latency."""
        error: str | None = None
        for command in parsed:
            try:
                answer = self._run(command)
            except RefusedByModemError as failed:
                error = failed.error
                break
            if isinstance(answer, Held):
                return
            said += answer
        self.later(self.scenario.latency_s, lambda: self._answer(said, error))

    def _run(self, command: Command) -> Held | list[bytes]:
        for start, error in self.scenario.refuse.items():
            if command.text.upper().startswith(start.removeprefix("AT")):
                raise RefusedByModemError(error)
        return commands.run(self, command)

    def _answer(self, lines: Sequence[bytes], error: str | None) -> None:
        for line in lines:
            self.say(line)
        self.finish(error)

    def _final(self, error: str | None) -> str | None:
        """The final result code line of an error's short form, as CMEE wants it."""
        if error is None:
            return "OK"
        family, _, rest = error.partition(" ")
        if family not in ("CME", "CMS"):
            return error
        if not rest.isdigit():
            return f"+{family} ERROR: {rest}"
        if self.settings["CMEE"] == "0" and family == "CME":
            return "ERROR"
        if self.settings["CMEE"] == "2" and family == "CME":
            return f"+CME ERROR: {CME_TEXT.get(int(rest), 'unknown')}"
        return f"+{family} ERROR: {rest}"

    def _framed(self, line: bytes) -> None:
        self._wire.put(b"\r\n" + line + b"\r\n", self.now)

    def _chatter(self) -> None:
        for noise in self.scenario.noise:
            if noise.between:
                self._framed(noise.lines[self._noise_turn % len(noise.lines)])
        self._noise_turn += 1

    def _repeat_noise(self, lines: tuple[bytes, ...], every_s: float, turn: int) -> None:
        def again() -> None:
            if self.plugged:
                self._framed(lines[turn % len(lines)])
            self._repeat_noise(lines, every_s, turn + 1)

        self.later(every_s, again)

    def _sim_ready(self) -> None:
        if self.sim == "busy":
            self.sim = "pin" if self.scenario.pin else "ready"
