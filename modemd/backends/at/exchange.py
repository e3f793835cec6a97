"""One USSD request on the wire and what comes back: final result code and +CUSD, in any order (27.007 7.15)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import field

from modemd.at.lines import FinalResult, LineKind, classify, final_result
from modemd.at.ussd import CusdLine, parse_cusd
from modemd.backends.at.engine import END_OF_LINE, Engine
from modemd.backends.at.outcome import (
    ACTION_REQUIRED,
    DONE,
    NETWORK_TIMEOUT,
    NOT_SUPPORTED,
    TERMINATED,
    choose,
    is_junk,
)
from modemd.frozen import dataclass
from modemd.records import UssdMessage

CTRL_Z = "\x1a"  # ends an answer behind a prompt (Cinterion); never sent but there


@dataclass(slots=True)
class Heard:
    """What came between one request and the end of listening. `prompt`: the modem waits behind "> " for the answer."""

    messages: list[UssdMessage] = field(default_factory=list)
    final: FinalResult | None = None
    late_error: FinalResult | None = None  # behind OK (captures gsmmodem-97, gammu-326)
    sent: bool = False
    cancelled: bool = False
    prompt: bool = False
    restarted: bool = False  # the modem said meanwhile that it has just started


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """How to listen. `read` makes a message of a +CUSD line, `on_line` gets what belongs to no request.

    `menu_prompts`: see UssdQuirk in at/make.py."""

    engine: Engine
    read: Callable[[CusdLine], UssdMessage]
    on_line: Callable[[str], None]
    cancelled: Callable[[], bool]
    menu_prompts: bool = False

    def request(self, argument: str, time_left: Callable[[], float], *, behind_prompt: bool = False) -> Heard:
        """Sends one request or answer, and listens until it has its answer, `time_left` at most: how long that may be,
        asked when it can go out, which an earlier request may delay. 0 = it is not sent. Raises ModemError."""
        engine = self.engine
        if engine.unsure:
            engine.synchronise()
        engine.flush_idle()
        heard = Heard(cancelled=self.cancelled())
        timeout_s = time_left()
        if heard.cancelled or timeout_s <= 0:
            return heard
        command = argument if behind_prompt else f'AT+CUSD=1,"{argument}",15'
        engine.send(command + (CTRL_Z if behind_prompt else END_OF_LINE))
        heard.sent = True
        sent = time.monotonic()
        starts = engine.starts
        reply_by = sent + timeout_s
        # With older firmware of many makes OK comes only with the network's answer, and until then nothing at all.
        until = reply_by

        def woken() -> bool:
            heard.cancelled = self.cancelled()
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
            if "+CUSD" in line and (cusd := parse_cusd(line)) is not None:
                heard.messages.append(self.read(cusd))
                now = time.monotonic()  # the first reading loads the reader, which takes seconds on a small machine
                until = min(reply_by, now + self._patience(heard))
            elif (kind := classify(line, command)) is LineKind.FINAL:
                until = self._after_final(heard, line, now, reply_by)
            elif kind is LineKind.URC:
                engine.note(line)
                self.on_line(line)
                if engine.starts != starts and not heard.restarted:
                    # Some say so without having started: an answer that is under way still counts.
                    heard.restarted = True
                    until = min(until, now + engine.timeouts.start_s)
            elif kind is LineKind.ECHO:
                engine.echoed(line, command)
            elif kind is LineKind.PROMPT and heard.messages:
                heard.prompt = True
                until = min(until, now + self._patience(heard))
            if until <= now or (heard.cancelled and heard.final is not None):
                break
        if heard.final is None and not heard.prompt:
            engine.unsure = True
            if not heard.messages and not heard.restarted:  # one that started anew owes nothing
                engine.owes_until(min(reply_by, time.monotonic() + engine.timeouts.owed_s))
        return heard

    def _after_final(self, heard: Heard, line: str, now: float, reply_by: float) -> float:
        """Takes a final result code; until when to listen on."""
        final = final_result(line)
        if heard.final is None:
            heard.final = final
            if final is not None and not final.ok:
                return now
            return min(reply_by, now + self._patience(heard)) if heard.messages else reply_by
        if final is not None and not final.ok:
            heard.late_error = final
            return now if heard.messages else now + self.engine.timeouts.grace_s
        return reply_by if not heard.messages else now + self._patience(heard)

    def _patience(self, heard: Heard) -> float:
        """How much longer to listen once a +CUSD is here, in seconds."""
        timeouts = self.engine.timeouts
        best = choose(heard.messages)
        if best is None:
            return timeouts.grace_s
        if best.m == TERMINATED:
            return timeouts.settle_s if best.text is not None and not is_junk(best) else timeouts.release_s
        if best.m == ACTION_REQUIRED and self.menu_prompts:
            return 0.0 if heard.prompt else timeouts.grace_s
        if best.m not in (DONE, ACTION_REQUIRED, NOT_SUPPORTED, NETWORK_TIMEOUT):
            return timeouts.release_s  # an error may explain it (capture gprs-at-12)
        return 0.0 if heard.final is not None else timeouts.settle_s  # the OK, if it was not lost
