"""One USSD dialogue (27.007 7.15, 22.090): request, final result code, +CUSD, menus, cancel; every end is typed.

Nothing on the wire says which request a +CUSD answers, so only what comes between our request and its end counts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from modemd.at.lines import FinalResult, LineKind, classify, final_result
from modemd.at.quirks import find_quirk
from modemd.at.ussd import CusdLine, Encoded, check_answer, decode, encodings, is_cut, parse_cusd
from modemd.errors import RefusedError
from modemd.modem.engine import END_OF_LINE, ESC, Answer, Engine
from modemd.modem.outcome import (
    ACTION_REQUIRED,
    DONE,
    NETWORK_TIMEOUT,
    NOT_SUPPORTED,
    TERMINATED,
    Outcome,
    better,
    choose,
    conclude,
    is_junk,
    may_repeat,
    not_sent,
)
from modemd.records import Device, UssdMessage, UssdResult

CANCEL = "AT+CUSD=2"
MAX_TURNS = 20  # a menu that never ends is not answered for ever
USSD_MODES = {"0": "plain", "1": "packed"}  # AT^USSDMODE?

Ask = Callable[[UssdMessage], str | None]


class LearnedLike(Protocol):
    @property
    def request(self) -> str | None: ...
    @property
    def decoder(self) -> str | None: ...


class Host(Protocol):
    """What a dialogue needs to know of its modem."""

    te_charset: str | None
    score: Callable[[str], float] | None
    learned: LearnedLike | None
    device: Device

    def execute(self, line: str, timeout_s: float | None = None) -> Answer: ...
    def set_charset(self, charset: str) -> bool: ...


@dataclass(slots=True)
class _Heard:
    """What came between one request and the end of listening."""

    messages: list[UssdMessage] = field(default_factory=list)
    final: FinalResult | None = None
    late_error: FinalResult | None = None  # behind OK (captures gsmmodem-97, gammu-326)
    sent: bool = False
    cancelled: bool = False


class Dialogue:
    """The USSD side of one open modem. Remembers which encoding of a request worked, and what is still owed."""

    def __init__(self, host: Host, engine: Engine, on_unsolicited: Callable[[str], None]) -> None:
        self.answer_may_come = False
        self.menu_open = False
        self._host = host
        self._engine = engine
        self._on_unsolicited = on_unsolicited
        self._session_unsure = True  # another program may have left one open
        self._method: str | None = None  # worked on this modem
        self._mode_read = False
        self._mode_says: str | None = None
        self._inbox: list[UssdMessage] = []  # what came while a menu waited for its answer
        self._cancelling = False
        self._prompt_seen = False

    def run(
        self,
        code: str,
        *,
        ask: Callable[[UssdMessage], str | None],
        timeout_s: float,
        repeatable: bool,
        cancelled: Callable[[], bool],
        wrong_code: Callable[[str], bool] | None = None,
    ) -> UssdResult:
        """`timeout_s` runs from each request on the wire to its answer. `repeatable`: the code spends nothing, so
        another encoding may follow where the first may have reached the network. `wrong_code` tells the operator's "no
        such code" from an answer. Raises ModemError only."""
        stopped, self._engine.stopped = self._engine.stopped, None  # `cancelled` knows about that too
        started = time.monotonic()
        try:
            if self._session_unsure:
                self.cancel()
            outcome = self._climb(code, ask, timeout_s, repeatable, cancelled, wrong_code)
            return outcome.result(code, time.monotonic() - started)
        finally:
            self._engine.stopped = stopped

    def cancel(self) -> None:
        """See Modem.cancel_ussd. Bare +CUSD lines that come now belong to the cancel; a text is a late answer."""
        if self._prompt_seen:  # Cinterion: a menu ends in "> ", which takes no commands
            self._engine.write(ESC)
            self._prompt_seen = False
        self._cancelling = True
        try:
            self._host.execute(CANCEL, self._engine.timeouts.cancel_s)
            if not self._engine.unsure:
                self._engine.drain()
        finally:
            self._cancelling = False
        self._session_unsure = False
        self.menu_open = False

    def decode(self, line: str) -> UssdMessage | None:
        """A +CUSD line read, None for any other; one that asks something leaves a session open."""
        cusd = parse_cusd(line)
        if cusd is None:
            return None
        self._session_unsure = self._session_unsure or cusd.m == ACTION_REQUIRED
        return self._message(cusd)

    def takes(self, line: str) -> bool:
        """Whether a line that came outside of listening belongs to this dialogue: what the network says while a menu
        waits for its answer, and the bare +CUSD that a cancel causes."""
        if not (self._cancelling or self.menu_open):
            return False
        cusd = parse_cusd(line)
        if cusd is None:
            return False
        if self._cancelling:
            return not cusd.payload
        self._inbox.append(self._message(cusd))
        self.menu_open = cusd.m == ACTION_REQUIRED
        return True

    # --- the ladder of encodings

    def _climb(
        self,
        code: str,
        ask: Ask,
        timeout_s: float,
        repeatable: bool,
        cancelled: Callable[[], bool],
        wrong_code: Callable[[str], bool] | None,
    ) -> Outcome:
        best: Outcome | None = None
        ladder = self._ladder(code)
        for charset, encoded in ladder:
            with self._charset(charset) as ready:
                if not ready:
                    continue
                outcome = self._converse(encoded, ask=ask, timeout_s=timeout_s, cancelled=cancelled)
            if outcome.text is not None and wrong_code is not None and wrong_code(outcome.text):
                outcome.wrong_code = True
            elif outcome.answered:
                self._method = encoded.method if charset is None else None
            best = better(best, outcome)
            if outcome.cancelled or not (not_sent(outcome) or (repeatable and may_repeat(outcome))):
                break
        return best or Outcome(status="refused", error="bad code")

    def _ladder(self, code: str) -> list[tuple[str | None, Encoded]]:
        """Ways to write the request, best first; the last one for a TE character set that nothing was understood in is
        to change it for this one request (captures so-29731461, gammu-150)."""
        host = self._host
        known = self._method or (host.learned.request if host.learned is not None else None)
        learned = known or self._mode()
        charset = host.te_charset
        quirk = find_quirk(host.device.manufacturer, host.device.model)
        ways = encodings(code, te_charset=charset, learned=learned, vendor=quirk)
        ladder: list[tuple[str | None, Encoded]] = [(None, way) for way in ways]
        if charset is not None and charset.upper() not in ("GSM", "IRA"):
            ladder += [("GSM", way) for way in ways if way.method == "plain"]
        return ladder

    def _mode(self) -> str | None:
        """How the modem says that it reads requests; asked once, and only of makes that can tell (Huawei ^USSDMODE)."""
        if not self._mode_read:
            self._mode_read = True
            device = self._host.device
            quirk = find_quirk(device.manufacturer, device.model)
            if quirk is not None and quirk.ussd_mode is not None:
                answer = self._host.execute(quirk.ussd_mode)
                found = next((hit for line in answer.lines if (hit := re.search(r":\s*(\d)", line))), None)
                self._mode_says = USSD_MODES.get(found[1]) if found else None
        return self._mode_says

    @contextmanager
    def _charset(self, charset: str | None) -> Iterator[bool]:
        """The TE character set changed for one request and put back; False when the modem will not."""
        if charset is None:
            yield True
            return
        before = self._host.te_charset
        ready = self._host.set_charset(charset)
        try:
            yield ready
        finally:
            if ready and before is not None:
                self._host.set_charset(before)

    # --- one dialogue in one encoding

    def _converse(self, encoded: Encoded, *, ask: Ask, timeout_s: float, cancelled: Callable[[], bool]) -> Outcome:
        turns: list[str] = []
        argument = encoded.argument
        while True:
            heard = self._request(argument, timeout_s, cancelled)
            outcome = conclude(heard.messages, heard.final, heard.late_error)
            outcome.sent_as = encoded.method
            if outcome.text is not None:
                turns.append(outcome.text)
            outcome.turns = tuple(turns)
            if heard.cancelled and not outcome.answered:
                if heard.sent:
                    self._give_up(outcome)
                else:
                    outcome = Outcome(status="error", error="cancelled", cancelled=True)
                return outcome
            if outcome.error == "no answer":
                self.answer_may_come = True
                self._session_unsure = True
                self.cancel()
                return outcome
            self.answer_may_come = False
            self._session_unsure = outcome.after_ok or self._engine.unsure
            if outcome.status != "action_required":
                return outcome
            written = self._menu(outcome, encoded.method, ask, cancelled, last=len(turns) >= MAX_TURNS)
            if written is None:
                outcome.turns += tuple(m.text for m in self._inbox if m.text is not None)
                return outcome
            argument = written

    def _menu(
        self, outcome: Outcome, method: str, ask: Ask, cancelled: Callable[[], bool], *, last: bool
    ) -> str | None:
        """The answer to an open menu as it goes on the wire; None = the session is over and `outcome` says how."""
        self._inbox = []
        self.menu_open = True
        self._session_unsure = True
        answer = None if last or outcome.message is None or outcome.text is None else ask(outcome.message)
        self._engine.flush_idle()
        ended = [message for message in self._inbox if message.m != ACTION_REQUIRED]
        if ended:  # by the network, while we waited: an answer now would dial a new request
            self.menu_open = self._session_unsure = False
            over = conclude(self._inbox, None, None)
            if over.answered:
                outcome.status, outcome.message, outcome.error = over.status, over.message, None
            elif answer is not None:
                outcome.status, outcome.error = "terminated", "network terminated"
            return None
        if cancelled():
            self._give_up(outcome)
            return None
        written = None if answer is None else _written(answer, method, self._host.te_charset)
        if written is None:
            self.cancel()
        self.menu_open = False
        return written

    def _give_up(self, outcome: Outcome) -> None:
        """Somebody cancelled: the network is told, and the outcome says so."""
        outcome.status, outcome.error, outcome.cancelled = "error", "cancelled", True
        self.answer_may_come = not self.menu_open
        if self._engine.unsure:  # the modem owes us a final result code already: tell it, and do not wait for another
            self._engine.send(CANCEL + END_OF_LINE)
            self._engine.drain()
            self._engine.unsure = True
            self.menu_open = False
        else:
            self.cancel()

    # --- one request

    def _request(self, argument: str, timeout_s: float, cancelled: Callable[[], bool]) -> _Heard:
        engine = self._engine
        if engine.unsure:
            engine.synchronise()
        engine.flush_idle()
        heard = _Heard()
        if cancelled():
            heard.cancelled = True
            return heard
        command = f'AT+CUSD=1,"{argument}",15'
        self._session_unsure = True
        engine.send(command + END_OF_LINE)
        heard.sent = True
        sent = time.monotonic()
        reply_by = sent + timeout_s
        until = min(reply_by, sent + engine.timeouts.final_s)

        def woken() -> bool:
            heard.cancelled = cancelled()
            return heard.cancelled

        while True:
            line = engine.read_line(until, woken=None if heard.cancelled else woken)
            now = time.monotonic()
            if line is None:
                if not heard.cancelled or heard.final is not None or now >= until:
                    break
                # Cancelled before OK: a command now would be lost with it, so the OK gets a moment to come.
                until = min(until, now + engine.timeouts.cancel_s)
                continue
            cusd = parse_cusd(line)
            if cusd is not None:
                heard.messages.append(self._message(cusd))
                until = min(reply_by, now + self._patience(heard))
            elif (kind := classify(line, command)) is LineKind.FINAL:
                until = self._after_final(heard, line, now, reply_by)
            elif kind is LineKind.URC:
                self._on_unsolicited(line)
            elif kind is LineKind.PROMPT:
                self._prompt_seen = True
            if until <= now or (heard.cancelled and heard.final is not None):
                break
        if heard.final is None:
            engine.unsure = True
        return heard

    def _after_final(self, heard: _Heard, line: str, now: float, reply_by: float) -> float:
        """Takes a final result code; until when to listen on."""
        final = final_result(line)
        grace = self._engine.timeouts.grace_s
        if heard.final is None:
            heard.final = final
            if final is not None and not final.ok:
                return now
            return min(reply_by, now + self._patience(heard)) if heard.messages else reply_by
        if final is not None and not final.ok:
            heard.late_error = final
            return now if heard.messages else now + grace
        return reply_by if not heard.messages else now + self._patience(heard)

    def _patience(self, heard: _Heard) -> float:
        """How much longer to listen once a +CUSD is here, in seconds."""
        timeouts = self._engine.timeouts
        best = choose(heard.messages)
        if best is None:
            return timeouts.grace_s
        if best.m == TERMINATED:
            return timeouts.settle_s if best.text is not None and not is_junk(best) else timeouts.release_s
        if best.m not in (DONE, ACTION_REQUIRED, NOT_SUPPORTED, NETWORK_TIMEOUT):
            return timeouts.release_s  # an error may explain it (capture gprs-at-12)
        return 0.0 if heard.final is not None else timeouts.settle_s  # the OK, if it was not lost

    def _message(self, cusd: CusdLine) -> UssdMessage:
        host = self._host
        try:
            found = decode(
                cusd.payload,
                cusd.dcs,
                te_charset=host.te_charset,
                learned=host.learned.decoder if host.learned is not None else None,
                score=host.score,
            )
        except Exception:  # noqa: BLE001  # hostile octets: a decoder's bug is told, and the octets are kept
            structlog.get_logger().exception("a +CUSD could not be decoded", raw=cusd.payload)
            found = None
        return UssdMessage(
            m=cusd.m,
            text=found.text if found is not None and found.text.strip() else None,
            dcs=cusd.dcs,
            decoder=found.decoder if found is not None else None,
            raw=cusd.payload or b"",
            cut=found is not None and is_cut(cusd, found.decoder),
        )


def _written(answer: str, method: str, te_charset: str | None) -> str | None:
    """An answer in the encoding that its request went out in, else in the first that can carry it; None = it may not go
    on the wire at all."""
    try:
        check_answer(answer)
    except RefusedError:
        return None
    return encodings(answer, te_charset=te_charset, learned=method)[0].argument
