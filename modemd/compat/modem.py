"""GsmModem of python-gsmmodem-new with its reader thread, its connect() and its USSD replaced by modemd's.

Everything that the package's class does reaches the device through its public write(), so what is inherited runs on
our engine: no line is lost, and no answer of one command is taken for another's."""

from __future__ import annotations

import atexit
import hashlib
import re
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import Any

from modemd.at.lines import DataLine
from modemd.backends.at import identity, registration
from modemd.backends.at.engine import Answer
from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.compat.errors import PortError, not_open, of_final, of_sim, translated, verb
from modemd.compat.messages import CTRL_Z, MessagesOfGsmModem
from modemd.compat.owner import Callbacks, OwnerThread
from modemd.compat.settings import ChangedSettings
from modemd.compat.upstream import (
    CommandError,
    GsmModemException,
    IncomingCall,
    IncorrectPinError,
    InvalidStateException,
    TimeoutException,
    removeAtPrefix,
)
from modemd.compat.ussd import CANCEL, Sessions
from modemd.errors import ModemdError

__all__ = ["GsmModem"]

# What of pyserial's settings a script may choose; the engine waits and locks in its own way.
OF_THE_LINE = frozenset({"bytesize", "parity", "stopbits", "xonxoff", "rtscts"})
NOT_NEEDED = frozenset({"timeout", "write_timeout", "inter_byte_timeout", "exclusive", "dsrdtr"})
BUSY = (14, 515)  # 27.007 9.2 SIM busy, and "please wait" of several makes: nothing was done
MOST_NEWS = 256  # lines that wait to be looked at; a modem that floods us must not fill the memory
CLIP_S = 0.5  # +CLIP behind its RING
PROBED = ("^CVOICE", "+VTS", "^DTMF", "^USSDMODE", "+WIND", "+ZPAS", "+CSCS", "+CNUM")

_refused: set[str] = set()  # digests of SIM and PIN, of this process: three wrong PINs lock a SIM


class GsmModem(MessagesOfGsmModem):
    """The package's class, with its constructor, properties, methods and errors; `timeouts` is ours. After close()
    the port can be opened again. `rxThread` is the thread that waits on the port; it ends when the modem goes away."""

    quarantine_s = 30.0
    """How long no USSD request goes out after one without an answer: a late one would be taken for the next one's."""

    def __init__(
        self, port: Any, baudrate: Any = 115200, *arguments: Any, timeouts: Timeouts | None = None, **more: Any
    ):
        self._timeouts = timeouts or Timeouts()
        self._sessions: Sessions | None = None
        self._news: deque[str] = deque(maxlen=MOST_NEWS)
        self._sent: list[str] | None = None  # lines about the message that is being sent
        self._ended = threading.Event()
        super().__init__(port, baudrate, *arguments, **more)
        self._callbacks = Callbacks(self.log)
        self._cnmi_asked = bool((arguments[4:5] or [more.get("AT_CNMI")])[0])
        # A call's state by +CLCC (27.007 7.18), which every make has.
        self._mustPollCallStatus = True
        self._pollCallStatusRegex = re.compile(r'^\+CLCC:\s*(\d+),(\d),(\d),(\d),([^,]),"([^"]*)",(\d+)')

    # --- life

    def connect(self, pin: str | None = None, waitingForModemToStartInSeconds: float = 0) -> None:
        """Opens the port for us alone, finds the modem and unlocks the SIM. Changes the echo and +CMEE, and what the
        callbacks need; close() puts all of it back. The PIN is sent once, and not again once it was refused.

        Raises PinRequiredError, IncorrectPinError, PukRequiredError, CmeError (no SIM), TimeoutException (no answer),
        serial.SerialException (no such port, or in use). The port is closed then."""
        self.close()
        line = self._line()
        timeouts = self._timeouts
        if waitingForModemToStartInSeconds > 0:
            probes = int(waitingForModemToStartInSeconds / timeouts.probe_s)
            timeouts = replace(timeouts, probes=max(timeouts.probes, probes))
        self.log.info("Connecting to modem on port %s", self.port)
        self._ended.clear()
        self._news.clear()
        self._callbacks = Callbacks(self.log)
        owner = self._owner = OwnerThread(
            lambda wake_fd: Modem(
                str(self.port), wake_fd=wake_fd, on_unsolicited=self._heard, timeouts=timeouts, line=line
            ),
            news=lambda: bool(self._news),
            handle=self._handle_news,
            ended=self._over,
        )
        self._settings = ChangedSettings(owner.modem)
        self._sessions = Sessions(owner, self, hold_s=self.quarantine_s)
        owner.start(lambda: self._take_set_up(owner.modem, pin))
        self.rxThread = owner.thread
        atexit.register(self.close)

    def close(self) -> None:
        """Puts back what was changed and gives the port up. Idempotent, bounded, allowed in callbacks."""
        atexit.unregister(self.close)
        if (owner := self._owner) is not None:
            owner.close()
            self._owner = None
            self._smscNumber = None  # of that SIM
        self.alive = False

    # --- commands

    def write(
        self,
        data: str,
        waitForResponse: bool = True,
        timeout: float = 10,
        parseError: bool = True,
        writeTerm: str = "\r",
        expectedResponseTermSeq: str | None = None,
    ) -> list[str] | None:
        """The package's contract: the lines of the answer with its final result code last (with
        `expectedResponseTermSeq`: up to the prompt). Raises CmeError, CmsError, CommandError; TimeoutException with
        what came. A busy SIM is asked again within `timeout`."""
        self.log.debug("write: %s", verb(data))
        if data.strip().upper() == CANCEL and self._sessions is not None and self._sessions.cancel():
            return ["OK"] if waitForResponse else None
        if not waitForResponse:
            return self._run(lambda: self._modem.send(data, end=writeTerm))  # type: ignore[no-any-return]
        answer, said = self._run(lambda: self._take_command(data, timeout, writeTerm, expectedResponseTermSeq))
        if answer.prompt:
            return said  # type: ignore[no-any-return]
        if answer.final is None:
            raise TimeoutException(said or None)
        if parseError and not answer.final.ok:
            raise of_final(data, answer.final)
        return [*said, answer.final_line or ""]

    def sendUssd(self, ussdString: str, responseTimeout: float = 15) -> Any:
        """A new request, or the answer to the menu that is open. The message is text, whatever the modem made of it.
        Raises TimeoutException (the session is cancelled then), CommandError for a request that ended without text."""
        if self._sessions is None:
            raise not_open(str(self.port))
        return self._sessions.send(ussdString, responseTimeout)

    # --- identity and network

    @property
    def supportedCommands(self) -> list[str] | None:
        """By +CLAC (27.007 8.37), else the few that the package would use, asked one by one; None = not known."""
        try:
            lines = (self.write("AT+CLAC") or [])[:-1]
        except (TimeoutException, CommandError):
            found = [name for name in PROBED if self._answers(f"AT{name}=?")]
            return found or None
        if not lines:
            return None
        if len(lines) == 1:
            lines = lines[0].removeprefix("+CLAC:").split(",")
        return [removeAtPrefix(line.removeprefix("+CLAC:").strip()) for line in lines]

    @property
    def ownNumber(self) -> str | None:
        """+CNUM (27.007 7.1); None = the SIM does not know it."""
        for line in self.write("AT+CNUM") or []:
            if found := re.match(r'\+CNUM:\s*(?:"[^"]*")?\s*,\s*"(\+?\d+)"', line):
                return found[1]
        return None

    @ownNumber.setter
    def ownNumber(self, phone_number: str) -> None:
        if not re.fullmatch(r"\+?[0-9*#]{1,20}", phone_number, re.ASCII):
            raise CommandError("AT+CPBW: the number has to be digits")

        def store() -> None:
            self._open_settings().change("+CPBS", '"ON"', fields=1)
            self.write(f'AT+CPBW=1,"{phone_number}"')

        self._run(store)

    @property
    def networkName(self) -> str | None:
        """The operator's name, in letters; the format of +COPS is put back (27.007 7.3)."""
        return self._run(self._take_network_name)  # type: ignore[no-any-return]

    @property
    def gsmBusy(self) -> Any:
        """+GSMBUSY of SIMCom; what was set here where the modem has none."""
        try:
            found = re.match(r"\+GSMBUSY:\s*(\d)", (self.write("AT+GSMBUSY?") or [""])[0])
        except (CommandError, TimeoutException):
            return self._gsmBusy
        return int(found[1]) if found else self._gsmBusy

    @gsmBusy.setter
    def gsmBusy(self, busy: Any) -> None:
        if self.alive:
            self.write(f"AT+GSMBUSY={busy}")
        self._gsmBusy = busy

    def waitForNetworkCoverage(self, timeout: float | None = None) -> int:
        """Until the modem is registered, on whatever technology, and hears its cell: +CSQ's value. Raises
        TimeoutException, InvalidStateException where the network refuses the SIM."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            network = self._run(lambda: self._modem.registration())
            if network.denied:
                raise InvalidStateException("Network registration denied")
            if network.registered is not False and (strength := self.signalStrength) > 0:
                return int(strength)
            left = 1.0 if deadline is None else min(1.0, deadline - time.monotonic())
            if left <= 0 or self._ended.wait(left):
                raise TimeoutException()

    # --- in the owner thread

    @property
    def _modem(self) -> Modem:
        return self._open_owner().modem

    def _take_set_up(self, modem: Modem, pin: str | None) -> None:
        self.alive = True
        state = modem.sim_state()
        if state == "sim pin" and pin is not None:
            self._take_pin(modem, str(pin))
            state = modem.sim_state()
        if state not in ("ready", "unknown"):
            raise of_sim(state)
        if (wanted := self._smscNumber) is not None:  # the script set it before connect()
            self._smscNumber = None
            if self.smsc != wanted:
                self.smsc = wanted
        if self.smsTextMode:
            self._take_mode()
        if self._on_sms or self._on_report or self._cnmi_asked:
            self._announce()
        if self.incomingCallCallback != self._placeholderCallback:
            self._callingLineIdentification = self._try("+CLIP", "1", fields=1)
            self._extendedIncomingCallIndication = self._callingLineIdentification and self._try("+CRC", "1")

    def _take_pin(self, modem: Modem, pin: str) -> None:
        """Once, and never one that was refused, or whose outcome nobody saw; the last try is left to a phone."""
        if not re.fullmatch(r"[0-9]{4,8}", pin, re.ASCII):
            raise IncorrectPinError("AT+CPIN")
        device = identity.read_device(modem.command)
        sim = identity.read_iccid(modem.command, device.manufacturer) or str(self.port)
        digest = hashlib.sha256(f"{sim}:{pin}".encode()).hexdigest()
        modem.device = device
        tries = modem.pin_tries()
        if digest in _refused:
            self.log.warning("the PIN was not sent: the SIM refused it before, and three wrong PINs lock a SIM")
            raise IncorrectPinError("AT+CPIN")
        if tries is not None and tries <= 1:
            self.log.warning("the PIN was not sent: the SIM has one try left, enter the PIN in a phone")
            raise IncorrectPinError("AT+CPIN")
        _refused.add(digest)
        verdict = modem.enter_pin(pin)
        if verdict == "accepted" or (verdict == "unknown" and modem.sim_state() == "ready"):
            _refused.discard(digest)
            return
        raise IncorrectPinError("AT+CPIN") if verdict == "refused" else TimeoutException()

    def _take_command(self, data: str, timeout: float, end: str, prompt: str | None) -> tuple[Answer, list[str]]:
        modem, deadline = self._modem, time.monotonic() + timeout
        while True:
            # +CMGS behind the text belongs to no command line, so the engine takes it for unsolicited.
            self._sent = [] if end == CTRL_Z else None
            answer = modem.execute(data, timeout, end=end, prompt=bool(prompt))
            sent, self._sent = self._sent or [], None
            busy = answer.final is not None and answer.final.kind == "CME" and answer.final.code in BUSY
            again = time.monotonic() + self._timeouts.sim_step_s
            if not busy or end == CTRL_Z or again >= deadline or data.upper().startswith("AT+CPIN="):
                break
            self._open_owner().pause(self._timeouts.sim_step_s)
        if found := re.match(r'AT\+CSCS="([A-Z0-9-]+)"$', data, re.IGNORECASE):
            modem.te_charset = found[1] if answer.final is not None and answer.final.ok else modem.te_charset
        return answer, [str(line) for line in (*sent, *answer.lines)]  # gsmmodem.pdu takes no DataLine

    def _take_network_name(self) -> str | None:
        modem = self._modem
        lines = modem.command("AT+COPS?", self._timeouts.network_s)
        shown = next((found[1] for line in lines if (found := re.match(r"\+COPS:\s*\d\s*,\s*(\d)", line))), "0")
        if shown != "0" and modem.execute("AT+COPS=3,0").final is not None:
            modem.restore_at_close(f"AT+COPS=3,{shown}")
            lines = modem.command("AT+COPS?", self._timeouts.network_s)
            final = modem.execute(f"AT+COPS=3,{shown}").final
            if final is not None and final.ok:
                modem.restored(f"AT+COPS=3,{shown}")
        return registration.operator_read(lines, te_charset=modem.te_charset)[0]

    def _heard(self, line: str) -> None:
        """A line that belongs to no command. It is looked at when none runs."""
        if self._sent is not None and line.startswith(("+CMGS:", "+CMGW:")):
            self._sent.append(line)
        else:
            self._news.append(line)

    def _handle_news(self) -> None:
        while self._news:
            line = self._news.popleft()
            try:
                self._handle_line(line)
            except ModemdError:
                raise
            except Exception as error:  # noqa: BLE001  # what the modem says must not end the thread
                self.log.warning(
                    "a line of the modem could not be handled: %s", type(error).__name__
                )  # it may quote it

    def _handle_line(self, line: str) -> None:
        if isinstance(line, DataLine):
            if line.header == "+CDS":
                self._reported_directly(line)
        elif line.startswith("+CMTI:"):
            self._handleSmsReceived(line)
        elif line.startswith("+CDSI:"):
            self._handleSmsStatusReport(line)
        elif line == "RING" or line.startswith("+CRING:"):
            self._ringing(line)
        elif line.startswith("+DTMF:"):
            self._handleIncomingDTMF(line)
        elif line.startswith("+CUSD:") and '"' in line and self._sessions is not None:
            self._sessions.late()

    def _ringing(self, line: str) -> None:
        """One RING, with the +CLIP behind it (27.007 7.6, 7.11)."""
        clip = None
        if self._callingLineIdentification:
            self._open_owner().pause(CLIP_S, until=lambda: bool(self._news))
            if self._news and self._news[0].startswith("+CLIP:"):
                clip = re.match(r'\+CLIP:\s*"(\+?\d*)"\s*,\s*(\d+)', self._news.popleft())
        number = "+" + clip[1].lstrip("+") if clip and clip[1] else None
        call = next((one for one in self.activeCalls.values() if one.number == number), None)
        if call is None:
            kind = line.partition(":")[2].strip() or None
            call = IncomingCall(self, number, clip[2] if clip else None, None, len(self.activeCalls) + 1, kind)
            self.activeCalls[call.id] = call
        else:
            call.ringCount += 1
        self._callbacks.add(lambda: self.incomingCallCallback(call))

    def _over(self, error: ModemdError | None) -> None:
        """The port is closed. `error`: why, where nobody closed it."""
        self.alive = False
        self._ended.set()
        if self._sessions is not None:
            self._sessions.end()
        if error is not None:
            lost = translated(error)
            self._callbacks.add(lambda: self.fatalErrorCallback(lost))
        self._callbacks.end()

    # --- helpers

    def _pollCallStatus(self, *arguments: Any, **more: Any) -> None:
        """The package's, in a thread of its own for each call, where nobody could catch what it raises."""
        with suppress(PortError, GsmModemException):
            super()._pollCallStatus(*arguments, **more)

    def _line(self) -> dict[str, Any]:
        unknown = set(self.com_kwargs) - OF_THE_LINE - NOT_NEEDED
        if unknown:
            raise TypeError(f"GsmModem has no setting {', '.join(sorted(unknown))}")
        chosen = {name: value for name, value in self.com_kwargs.items() if name in OF_THE_LINE}
        return {"baudrate": int(self.baudrate), **chosen}

    def _answers(self, line: str) -> bool:
        try:
            self.write(line)
        except (CommandError, TimeoutException):
            return False
        return True

    def _try(self, name: str, value: str, *, fields: int | None = None) -> bool:
        try:
            self._open_settings().change(name, value, fields=fields)
        except (CommandError, TimeoutException):
            return False
        return True
