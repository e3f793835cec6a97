"""One AT port of the fake modem: octets to command lines, result codes back (V.250 5.2 to 5.7, 27.007 9).

A modem may have several. They share what the modem is and does; character set, echo, error format, SMS format and what
is being typed are each port's own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from modemd.simulator import codec, commands
from modemd.simulator.command import Command, Held, RefusedByModemError, parse_line
from modemd.simulator.profiles import CME_TEXT
from modemd.simulator.scenario import PortRole
from modemd.simulator.settings import Settings, after_reset, fresh_own
from modemd.simulator.wire import Wire

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

CR, ESC, CTRL_Z = 0x0D, 0x1B, 0x1A
_SPOKEN_FINALS = {"OK": "0", "NO CARRIER": "3", "ERROR": "4", "BUSY": "7", "NO ANSWER": "8"}  # V.250 table 1, V0
_LCP = bytes.fromhex("7eff7d23c0217d217d217d207d2c7d227d267d207d207d207d20c6977e")  # PPP asks first (RFC 1661 5.1)


class AtPort:
    """One port that speaks AT. Not thread safe."""

    def __init__(self, modem: SimulatedModem, role: PortRole) -> None:
        self.modem = modem
        self.role = role
        self.commands: list[str] = []
        self.deaf = False  # until somebody opens it anew
        self.wire = Wire(modem.scenario.chunk, modem.scenario.gap_s)
        self.settings = Settings(fresh_own(modem.scenario, modem.family), modem.shared, modem.nvram)
        self.data_mode = False  # behind CONNECT
        self._noise_turn = 0
        self._line = bytearray()  # what came of a command line, up to its CR
        self._text = bytearray()  # what came behind the "> " prompt
        self._taker: Callable[[bytes | None], None] | None = None  # takes that text
        self._running = False  # a command line has had no final result code yet
        self._waiting: deque[bytes] = deque()  # lines that came while one ran
        self._last_line = b""

    # --- octets -----------------------------------------------------------------------------------------------------

    def receive(self, data: bytes) -> None:
        if self.data_mode:
            if b"+++" in data:
                self.data_mode = False
                self._framed(b"OK")
            return
        if not self.deaf:
            for octet in data:
                self._receive_octet(octet)

    def closed(self) -> None:
        """Nobody has the port open any more: DTR drops, a data call ends."""
        self.deaf = False
        self.data_mode = False

    def power_on(self) -> None:
        self._line.clear()
        self._text.clear()
        self._taker = None
        self._running = False
        self._waiting.clear()
        self._last_line = b""
        self.deaf = self.data_mode = False
        self.settings = Settings(fresh_own(self.modem.scenario, self.modem.family), self.modem.shared, self.modem.nvram)

    # --- for commands -----------------------------------------------------------------------------------------------

    def say(self, line: bytes | str) -> None:
        """A line of information or an unsolicited one, CR LF around it."""
        if not self.modem.plugged or self.data_mode:
            return
        self._chatter()
        self._framed(line.encode("latin-1") if isinstance(line, str) else line)

    def put(self, data: bytes) -> None:
        """Octets as they are."""
        self.wire.put(data, self.modem.now)

    def finish(self, error: str | None) -> None:
        """The final result code of the command line that runs; the next line may begin."""
        line = self._final(error)
        if line and self.settings["Q"] == "0":
            self._chatter()
            if self.settings["V"] == "0" and line in _SPOKEN_FINALS:
                self.put(_SPOKEN_FINALS[line].encode() + b"\r")
            else:
                self._framed(line.encode("latin-1"))
        self.abandon()

    def abandon(self) -> None:
        """The command line that runs is over without a final result code; the next one may begin."""
        self._running = False
        while self._waiting and not self._running:
            self._run_line(self._waiting.popleft())

    def connect(self) -> None:
        """A data call: from now on there is PPP on this port (27.007 10.2.1.1)."""
        self._framed(b"CONNECT 150000000")
        self._running = False
        self._waiting.clear()
        self.data_mode = True
        self.put(_LCP)

    def ask_text(self, taker: Callable[[bytes | None], None]) -> None:
        """The "> " prompt (27.005 3.5.1). `taker` gets what came before Ctrl-Z, or None for ESC."""
        self._taker = taker
        self._text.clear()
        self.put(b"\r\n> ")

    def end_prompt(self) -> None:
        """The prompt is given up by the modem."""
        self._taker = None

    def reset_settings(self) -> None:
        """ATZ and AT&F."""
        self.settings.own |= fresh_own(self.modem.scenario, self.modem.family)
        self.modem.shared |= after_reset(self.modem.scenario, self.modem.family)

    def quoted(self, text: str) -> str:
        """A string in quotes in the TE character set."""
        return '"' + codec.to_charset(text, self.settings["CSCS"]).decode("latin-1") + '"'

    def later(self, delay_s: float, act: Callable[[], None]) -> None:
        """As the modem's while_on()."""
        self.modem.while_on(delay_s, act)

    # --- inside -----------------------------------------------------------------------------------------------------

    def _receive_octet(self, octet: int) -> None:
        if self._taker is not None:
            self._receive_text(octet)
        elif octet == CR:
            line = bytes(self._line)
            self._line.clear()
            if self.settings["E"] == "1" and line:
                self.put(line + b"\r")
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
        modem = self.modem
        text = line.decode("latin-1").strip()
        self.commands.append(text)
        modem.commands.append(text)
        self._last_line = line
        self._running = True
        self.wire.restart_pattern()
        whole = modem.scenario.answer.get(text.upper())
        if whole is not None:
            self.later(modem.scenario.latency_s, lambda: self._say_whole(whole))
        elif not modem.run_line(text):
            self._run_commands(parsed, [])
        modem.command_came(text)

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
        self.later(self.modem.scenario.latency_s, lambda: self._answer(said, error))

    def _run(self, command: Command) -> Held | list[bytes]:
        for start, error in self.modem.scenario.refuse.items():
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
        if not rest.isdecimal():
            return f"+{family} ERROR: {rest}"
        if self.settings["CMEE"] == "0" and family == "CME":
            return "ERROR"
        if self.settings["CMEE"] == "2" and family == "CME":
            return f"+CME ERROR: {CME_TEXT.get(int(rest), 'unknown')}"
        return f"+{family} ERROR: {rest}"

    def _framed(self, line: bytes) -> None:
        self.put(b"\r\n" + line + b"\r\n")

    def noise(self, line: bytes) -> None:
        """A line that nobody asked for, without those in front of it that `between` brings."""
        if not self.data_mode:
            self._framed(line)

    def _chatter(self) -> None:
        for noise in self.modem.scenario.noise:
            if noise.between:
                self._framed(noise.lines[self._noise_turn % len(noise.lines)])
        self._noise_turn += 1
