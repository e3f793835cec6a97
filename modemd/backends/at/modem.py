"""One modem on its serial port, opened, asked and closed. Owner thread only.

One wait on the port and the wake-up pipe, no reader thread, no lock: no line is lost, and no answer of one command is
taken for another's."""

from __future__ import annotations

import re
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import serial

from modemd.backends.at import identity, registration, simcard
from modemd.backends.at.dialogue import Dialogue
from modemd.backends.at.engine import END_OF_LINE, Answer, Engine
from modemd.backends.at.explain import explain
from modemd.backends.at.finding import Manners, find
from modemd.backends.at.forgetting import Memory
from modemd.backends.at.port import close_port, lost, open_port
from modemd.backends.at.set_up import AsFound, has_started_anew, set_up
from modemd.backends.at.tap import Tap
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import LearnedUssd, UssdRequest
from modemd.errors import CommandError, ModemdError, NoGsm, PortLost, SimError
from modemd.explanations import line_of
from modemd.log import get_logger
from modemd.records import DecodeCandidate, Device, Network, Sim, UssdMessage, UssdResult

__all__ = ["Modem", "Timeouts"]


class Modem:
    """`on_unsolicited` gets every line that belongs to no command and to no
    open USSD request; it must not call the modem. `score` says how well a text fits the operator (higher is better)."""

    def __init__(
        self,
        path: str,
        *,
        wake_fd: int | None = None,
        on_unsolicited: Callable[[str], None] | None = None,
        score: Callable[[str], float] | None = None,
        learned: LearnedUssd | None = None,
        timeouts: Timeouts | None = None,
        line: Mapping[str, Any] | None = None,
        rates: Sequence[int] = (),
    ) -> None:
        self.path = path
        self.alive = False
        self.timeouts = timeouts or Timeouts()
        self.score = score
        self.learned = learned
        self.encoding: str | None = None  # of requests, as the configuration wants it
        self.decoder: str | None = None  # of answers, likewise
        self.tap: Tap | None = None
        self.te_charset: str | None = None  # as the modem has it now; None = it would not say
        self.device = Device()
        self.sim = Sim()
        self.ask = identity.Questions(self.command, self.timeouts)
        self._wake_fd = wake_fd
        self._line = line  # see open_port
        self.rates = tuple(rates)  # of a UART: to be tried in turn at opening, the first one set by `line`
        self._on_unsolicited = on_unsolicited or _ignore
        self._port: serial.Serial | None = None
        self._engine: Engine | None = None
        self._dialogue: Dialogue | None = None
        self.on_restart: Callable[[], None] = lambda: None  # it had started anew by itself, and is set up again
        self._found = AsFound()
        self._memory = Memory()
        self._setting_up = False
        self._calm_until = 0.0

    # --- life

    def connect(self) -> None:
        """Opens the port for us alone and finds a modem on it; leaves a stuck prompt, turns the echo off and numeric
        errors on. A USSD session that may be open is ended before the first request. Raises PortAbsent,
        PortBlocked, PortLost, ModemSilent."""
        self.close()
        port = open_port(self.path, self._line)
        self._port = port
        self._engine = Engine(
            port.fileno(),
            lost=lambda error: lost(self.path, error),
            on_urc=self._urc,
            on_prompt=self._prompt,
            wake_fd=self._wake_fd,
            timeouts=self.timeouts,
        )
        if self.tap is not None:
            self._engine.tap = self.tap
            self.tap.opened()
        self._dialogue = Dialogue(self, self._engine, self._on_unsolicited)
        self.alive = True
        try:
            self._setting_up = True
            manners = find(self._engine, self.path, rates=self.rates, at=partial(self._at_rate, port))
            self._engine.damaged = False  # what came before was of another rate, or of a modem that just got power
            self._found = set_up(self.execute, self._engine, manners)
            self._engine.restarted = self._setting_up = False
            self.te_charset = self._found.charset
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Puts the settings back and gives the port up. Idempotent, never raises, bounded."""
        engine, port = self._engine, self._port
        self.hand_out_late()
        if engine is not None and self.alive:
            engine.stopped = None
            found = self._found.charset
            charset = [f'AT+CSCS="{found}"'] if found is not None and self.te_charset != found else []
            try:
                lines = [*charset, *self._found.restore]
                for line in lines:
                    if engine.unsure:
                        break  # a modem that no longer answers is left alone
                    engine.execute(line, timeout_s=self.timeouts.restore_s, numeric=line is lines[-1])
            except ModemdError:
                pass  # it is gone: nothing can be put back
        self.alive = False
        self._found, self._setting_up, self._calm_until = AsFound(), False, 0.0
        self._memory = Memory()
        self._engine = self._dialogue = self._port = None
        if port is not None:
            close_port(port)

    @property
    def damaged(self) -> bool:
        """Whether any line since the opening had an octet that it cannot have."""
        return self._engine is not None and self._engine.damaged

    # --- commands

    def command(self, line: str, timeout_s: float | None = None) -> list[str]:
        """The information text of one command. Raises CommandError with the short form of the final result code ("no
        final result" when none came in time), ModemError."""
        answer = self.execute(line, timeout_s)
        if answer.final is None:
            raise CommandError(line_of("no final result", about=_verb(line)), code="no final result")
        if not answer.final.ok:
            raise CommandError(f"{_verb(line)}: the modem answered {answer.final.error}", code=answer.final.error)
        return list(answer.lines)

    def execute(
        self, line: str, timeout_s: float | None = None, *, end: str = END_OF_LINE, prompt: bool = False
    ) -> Answer:
        """One command and its whole answer, error or not; with `prompt` up to the "> " of 27.005 3.5.1. Raises
        ModemError only."""
        timeout_s = self.timeouts.final_s if timeout_s is None else timeout_s
        self.start_over()
        engine = self._running()
        answer = engine.execute(line, timeout_s=timeout_s, end=end, prompt=prompt)
        if self._found.numbered and not self._setting_up and self._memory.is_lost(line, answer):
            engine.restarted = True
        return answer

    def send(self, line: str, *, end: str = END_OF_LINE) -> None:
        """Puts a command line on the wire and waits for no answer. Raises ModemError."""
        self._running().send(line + end)

    def start_over(self) -> bool:
        """A modem that started anew by itself is set up again (True); one that only gave cause to think so is left
        alone for a while. Raises ModemError."""
        engine = self._running()
        if not engine.restarted or self._setting_up:
            return False
        if time.monotonic() < self._calm_until:
            engine.restarted = False
            return False
        self._setting_up = True
        try:
            if not has_started_anew(self.execute, engine, self.te_charset, numbered=self._found.numbered):
                engine.restarted = False
                self._calm_until = time.monotonic() + self.timeouts.calm_s
                return False
            get_logger().warning("the modem has started anew by itself, and is set up again", port=self.path)
            # What was found at opening is gone: what it has now is what it starts with.
            self._found = set_up(self.execute, engine, Manners(numeric=engine.numeric))
            self.te_charset, self._memory = self._found.charset, Memory()
            engine.restarted = False
            self._talking().forget()
        finally:
            self._setting_up = False
        self.on_restart()
        return True

    def has_forgotten(self) -> bool:
        """Behind an error without a number where none was before: the modem had started anew, and is set up again.
        Raises ModemError."""
        self._running().restarted |= self._found.numbered
        return self.start_over()

    def interrupt_by(self, stopped: Callable[[], bool] | None) -> None:
        """Asked whenever the wake-up pipe is readable during a command (and must empty it): True gives the command up
        with ModemError "shutting down"."""
        self._running().stopped = stopped

    def wait(self, timeout_s: float | None, *, until: Callable[[], bool] | None = None) -> bool:
        """Idle until the wake-up pipe is readable (True), or the time is over or a line made `until` true (False);
        None waits for ever."""
        self.hand_out_late()
        engine = self._running()
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            woken = engine.wait(left, until=lambda: engine.restarted or (until is not None and until()))
            if not engine.restarted:
                return woken
            self.start_over()
            if woken or (until is not None and until()):
                return woken

    # --- who and where

    def identify(self) -> tuple[Device, Sim]:
        """Raises SimError ("no sim", "sim pin", "sim puk", "sim failure") where the SIM needs a person; `device` is
        known then, and as much of `sim` as such a SIM tells."""
        ask = self.ask
        ask.begin()
        if self.device.imei is None:  # the same as long as the port is open
            self.device = identity.read_device(ask)
        before, self.sim = self.sim, Sim()
        ask.begin()
        state = self.sim_state()
        iccid = None if state == "no sim" else identity.read_iccid(ask, self.device.manufacturer, self.device.model)
        if iccid != before.iccid and iccid is not None and before.iccid is not None:
            ask.begin_anew()
        self.sim = Sim(iccid=iccid)
        if state not in ("ready", "unknown"):
            raise SimError(simcard.sim_line(state), code=simcard.error_code(state))
        self.sim = Sim(iccid=iccid, imsi=identity.read_imsi(ask))
        return self.device, self.sim

    def sim_state(self) -> str:
        """`ready`, `sim pin`, `sim puk`, `no sim`, `sim failure`, `busy` or the modem's own word in lower case;
        `unknown` where it has no +CPIN. A busy SIM is waited for, `sim_s` at most."""
        return simcard.read_state(self.execute, wait=self._pause, timeouts=self.timeouts)

    def enter_pin(self, pin: str) -> str:
        """Sends the PIN once, never again by itself: "accepted", "refused", or "unknown" when the modem did not say.
        Who calls this has noted the attempt before."""
        return simcard.enter_pin(self.execute, pin, timeouts=self.timeouts)

    def pin_tries(self) -> int | None:
        """How many wrong PINs the SIM still stands; None where the modem will not say."""
        return simcard.pin_tries(self.execute, self.device)

    def spn(self) -> str | None:
        return identity.read_spn(self.ask)

    def registration(self) -> Network:
        """Registration alone: one or two commands. Operator, technology and signal are network()'s. Raises NoGsm."""
        found = registration.read_registration(self.command)
        if found.registered is None and self.sim == Sim() and all(map(self._is_unknown, _OF_GSM)):
            raise NoGsm(line_of("no gsm"))
        return found

    def network(self) -> Network:
        return self.details(self.registration())

    def details(self, known: Network) -> Network:
        """`known` completed with operator, technology and signal; what a request will change is noted as well."""
        self._talking().read_presentation()
        return registration.read_details(
            lambda line: self.command(line, self.timeouts.network_s), known, te_charset=self.te_charset
        )

    # --- USSD

    def ussd(self, request: UssdRequest) -> UssdResult:
        """One USSD dialogue (27.007 7.15) from request to typed end. Raises ModemError only."""
        self.start_over()
        return self._talking().run(request)

    def decode(self, line: str) -> UssdMessage | None:
        """A +CUSD line that came outside of a request, read; None for any other line."""
        return self._dialogue.decode(line) if self._dialogue is not None else None

    def explain(self, result: UssdResult) -> tuple[DecodeCandidate, ...]:
        """The ways to read the last message of a result, the one that counted first."""
        return explain(
            result.raw,
            result.dcs,
            te_charset=self.te_charset,
            learned=self.learned,
            score=self.score,
            decoder=self.decoder,
        )

    @property
    def answers_due(self) -> int:
        """How many requests of the last dialogue got no answer: a late one cannot be told from the next request's."""
        return self._dialogue.answers_due if self._dialogue is not None else 0

    def hand_out_late(self) -> None:
        """Gives `on_unsolicited` the texts that came just too late, while their request was being cancelled. Who asked
        shall have been told before; wait(), ussd() and close() do it too."""
        if self._dialogue is not None:
            self._dialogue.hand_out_late()

    @property
    def menu_open(self) -> bool:
        """False as soon as the network ended the session whose menu is being answered."""
        return self._dialogue is not None and self._dialogue.menu_open

    def set_charset(self, charset: str) -> bool:
        """AT+CSCS; False when the modem refuses. Who changes it puts it back."""
        if self.te_charset == charset:
            return True
        final = self.execute(f'AT+CSCS="{charset}"').final
        if final is None or not final.ok:
            return False
        self.te_charset = charset
        return True

    def restore_at_close(self, line: str) -> None:
        """Has close() send a command line that puts a setting back, unless restored() is called before."""
        if line not in self._found.restore:
            self._found.restore.insert(0, line)

    def restored(self, line: str) -> None:
        if line in self._found.restore:
            self._found.restore.remove(line)

    # --- helpers

    def _at_rate(self, port: serial.Serial, rate: int) -> None:
        try:
            port.baudrate = rate
        except (OSError, ValueError, termios.error) as error:
            get_logger().debug("the port cannot be set to a rate", port=self.path, rate=rate, reason=str(error))

    @property
    def rate(self) -> int | None:
        """What the open port is set to."""
        return self._port.baudrate if self._port is not None else None

    def _is_unknown(self, line: str) -> bool:
        """Whether the modem says that it has no such command."""
        final = self.execute(line).final
        return final is not None and final.error.lower() in _UNKNOWN

    def _pause(self, seconds: float) -> None:
        self._running().drain_for(seconds)

    def _urc(self, line: str) -> None:
        if self._dialogue is None or not self._dialogue.takes(line):
            self._on_unsolicited(line)

    def _prompt(self) -> None:
        if self._dialogue is not None:
            self._dialogue.prompted()

    def _running(self) -> Engine:
        if self._engine is None:
            raise PortLost(f"{self.path} is not open")
        return self._engine

    def _talking(self) -> Dialogue:
        if self._dialogue is None:
            raise PortLost(f"{self.path} is not open")
        return self._dialogue


_OF_GSM = ("AT+CPIN?", "AT+CREG?", "AT+CIMI", "AT+CUSD=?")
# 27.007 9.2.1: 3, 4 and 100 by number and by name
_UNKNOWN = {"error", "command not support", "cme 3", "cme 4", "cme 100"}
_UNKNOWN |= {"cme operation not allowed", "cme operation not supported", "cme unknown"}


def _ignore(_line: str) -> None:
    return None


def _verb(line: str) -> str:
    """The command without its parameters: they may hold a PIN."""
    return re.split(r"[=?]", line, maxsplit=1)[0]
