"""One USSD dialogue (27.007 7.15, 22.090): order of encodings, menus, cancel; every end is typed.

Nothing on the wire says which request a +CUSD answers, so only what comes between our request and its end counts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from modemd.at import impossible
from modemd.at.ussd import CusdLine, check_answer, decode, encodings, is_cut, parse_cusd
from modemd.backends.at.encodings import AskedModem, RequestEncodings
from modemd.backends.at.engine import END_OF_LINE, ESC, Engine
from modemd.backends.at.exchange import Exchange, Heard
from modemd.backends.at.explain import decoded_as
from modemd.backends.at.outcome import ACTION_REQUIRED, Outcome, better, conclude, may_repeat, not_sent
from modemd.backends.base import UssdRequest
from modemd.errors import RefusedError
from modemd.frozen import dataclass
from modemd.log import get_logger
from modemd.records import UssdMessage, UssdResult

CANCEL = "AT+CUSD=2"
MAX_TURNS = 20  # a menu that never ends is not answered for ever
SHORTEST_S = 1.0  # with less time left nothing more is sent
MOST_LATE = 8  # lines kept for later; a modem that floods us must not fill the memory


@dataclass(frozen=True, slots=True)
class _Terms:
    """A request, and until when all that it sends must be over: time.monotonic()."""

    request: UssdRequest
    deadline: float

    def time_left(self) -> float:
        """For the next request; 0 = there shall be none."""
        timeout_s, total_s = self.request.timeout_s, self.request.total_s
        left = min(timeout_s, self.deadline - time.monotonic())
        shortest_s = min(SHORTEST_S, timeout_s, timeout_s if total_s is None else total_s / 2)
        return left if left >= shortest_s else 0.0


class Dialogue:
    """The USSD side of one open modem. Remembers which encoding of a request worked, and what is still owed.

    `answers_due`: how many requests of the last run went out and got no answer. A late one cannot be told from the
    answer to the next request."""

    def __init__(self, modem: AskedModem, engine: Engine, on_unsolicited: Callable[[str], None]) -> None:
        self.answers_due = 0
        self.menu_open = False
        self._modem = modem
        self._engine = engine
        self._on_unsolicited = on_unsolicited
        self._encodings = RequestEncodings(modem)
        self._presentation_read = False
        self._session_unsure = True  # another program may have left one open
        self._inbox: list[UssdMessage] = []  # what came while a menu waited for its answer
        self._late: list[str] = []  # texts that came while our own request that got no answer was cancelled
        self._cancelling = False
        self._collecting = False
        self._prompt = False  # Cinterion: the modem waits for the answer to a menu behind "> "

    def run(self, request: UssdRequest) -> UssdResult:
        """Raises ModemError only."""
        # `cancelled` knows about that too.
        stopped, self._engine.stopped = self._engine.stopped, None
        started = time.monotonic()
        self.hand_out_late()
        self.answers_due = 0
        terms = _Terms(request, float("inf") if request.total_s is None else started + request.total_s)
        try:
            self._note_presentation()
            if self._session_unsure:
                self.cancel()
            outcome = self._climb(terms)
            if outcome.never_sent and request.repeatable and terms.time_left():
                self._note_presentation()
                again = self._climb(terms)
                outcome = again if again.answered or again.cancelled else outcome
            return outcome.result(request.code, time.monotonic() - started)
        finally:
            self._engine.stopped = stopped

    def cancel(self) -> None:
        """AT+CUSD=2, errors ignored, and what was on its way read (1 s at most). Bare +CUSD lines that come now belong
        to the cancel; a text is a late answer."""
        self._cancelling = True
        try:
            if self._prompt:  # it takes no commands, and how it answers to ESC is not known: found out anew with AT
                self._prompt = False
                self._engine.write(ESC)
                self._engine.unsure = True
            self._modem.execute(CANCEL, self._engine.timeouts.cancel_s)
            if not self._engine.unsure:
                self._engine.drain()
        finally:
            self._cancelling = False
        self._session_unsure = False
        self.menu_open = False

    def forget(self) -> None:
        """The modem started anew: no session is open, and nothing is owed any more."""
        self.menu_open = self._session_unsure = self._prompt = False
        self._presentation_read = False  # it starts with its own

    def decode(self, line: str) -> UssdMessage | None:
        """A +CUSD line read, None for any other; one that asks something leaves a session open."""
        cusd = parse_cusd(line)
        if cusd is None:
            return None
        self._session_unsure = self._session_unsure or cusd.m == ACTION_REQUIRED
        return self._message(cusd)

    def takes(self, line: str) -> bool:
        """Whether a line that came outside of listening belongs to this dialogue: what the network says while a menu
        waits for its answer, the bare +CUSD that a cancel causes, and the text that comes just too late for it."""
        if not (self._cancelling or self.menu_open):
            return False
        cusd = parse_cusd(line)
        if cusd is None:
            return False
        if self._cancelling:
            if cusd.payload and self._collecting and len(self._late) < MOST_LATE:
                self._late.append(line)
                return True
            return not cusd.payload
        self._inbox.append(self._message(cusd))
        self.menu_open = cusd.m == ACTION_REQUIRED
        return True

    def prompted(self) -> None:
        """A "> " came while no command ran: it is the menu's, if one is open."""
        self._prompt = self._prompt or self.menu_open

    def hand_out_late(self) -> None:
        """Late texts go where every line goes that belongs to nothing; who asked has been told by now."""
        late, self._late = self._late, []
        for line in late:
            self._on_unsolicited(line)

    def read_presentation(self) -> None:
        """A request switches <n> of +CUSD on (27.007 7.15): who found it off gets it back at close. Once, once
        more behind a start of the modem, and in vain behind a request. Raises ModemError."""
        if self._presentation_read:
            return
        self._presentation_read = True
        answer = self._modem.execute("AT+CUSD?")  # late, "+CUSD: 1" would pass for a menu
        if any(re.match(r"\+CUSD:\s*0\b", line) for line in answer.lines):
            self._modem.restore_at_close("AT+CUSD=0")

    def _note_presentation(self) -> None:
        quirk = self._encodings.quirk
        # Where the modem is asked how it reads requests there is no room for more: 16 commands before the first one.
        if quirk is None or quirk.mode_read is None or self._encodings.proven is not None:
            self.read_presentation()
        self._presentation_read = True  # the request sets it

    # --- the order of encodings

    def _climb(self, terms: _Terms) -> Outcome:
        """One encoding after the other, while nothing was sent, or while a code that spends nothing may be repeated.

        After silence one more at most, and only where no encoding was ever seen to work. What comes then is an answer
        to one of two requests with the same code on the same SIM, that is to the same question; but it proves no
        encoding, and one more answer stays due. No third request follows, and no other end but an answer replaces the
        silence: a late answer may still come."""
        asked = terms.request
        best: Outcome | None = None
        silent = False
        for charset, encoded in self._encodings.ways(asked.code):
            if best is not None and not terms.time_left():
                break
            with self._encodings.charset(charset, answers=lambda: not self._engine.unsure) as ready:
                if not ready:
                    continue
                outcome = self._converse(encoded.method, encoded.argument, terms)
            proven, final = self._encodings.proven, outcome.final
            refused = final is not None and final.kind == "ERROR" and not outcome.after_ok
            if refused and proven is not None and not outcome.turns and self._modem.has_forgotten():
                self._note_presentation()
                return self._climb(terms)
            if outcome.text is not None and asked.wrong_code is not None and asked.wrong_code(outcome.text):
                outcome.wrong_code = True
            if silent:
                outcome.sent_as = None
                return outcome if outcome.answered or outcome.cancelled else best or outcome
            if outcome.answered and not outcome.wrong_code:
                self._encodings.worked(encoded.method if charset is None else None)
            best = better(best, outcome)
            if outcome.cancelled:
                break
            silent = outcome.error == "no answer"
            if silent and not (asked.repeatable and self._encodings.proven is None):
                break
            # Some modems say "not supported" of a request that they do not understand; where one was understood before,
            # that is the network's word.
            doubtful = outcome.error == "not supported" and not asked.on_lte and self._encodings.proven is None
            unclear = may_repeat(outcome) or doubtful
            if not (silent or not_sent(outcome) or (asked.repeatable and unclear)):
                break
        return best or Outcome(status="refused", error="bad code")

    # --- one dialogue in one encoding

    def _converse(self, method: str, argument: str, terms: _Terms) -> Outcome:
        turns: list[str] = []
        quirk = self._encodings.quirk
        exchange = Exchange(
            engine=self._engine,
            read=self._message,
            on_line=self._on_unsolicited,
            cancelled=terms.request.cancelled,
            menu_prompts=quirk is not None and quirk.menu_prompts,
        )
        while True:
            behind_prompt, self._prompt = self._prompt, False
            self._session_unsure = True
            heard = exchange.request(argument, terms.time_left, behind_prompt=behind_prompt)
            self._prompt = heard.prompt or (behind_prompt and not heard.sent)
            outcome = conclude(heard.messages, heard.final, heard.late_error)
            if heard.restarted and not heard.cancelled and outcome.error == "no answer" and self._modem.start_over():
                return self._restarted(heard, method, turns)
            outcome.sent_as = method
            if outcome.text is not None:
                turns.append(outcome.text)
            outcome.turns = tuple(turns)
            if heard.cancelled and not outcome.answered:
                if heard.sent or turns:
                    self._give_up(outcome, due=heard.sent)
                else:
                    outcome = Outcome(status="error", error="cancelled", cancelled=True)
                return outcome
            if not heard.sent:
                if turns:
                    self.cancel()
                return Outcome(status="refused", error="busy", turns=tuple(turns))
            if outcome.error == "no answer":
                return self._silence(outcome, terms)
            self._session_unsure = outcome.after_ok or self._engine.unsure
            if outcome.status != "action_required":
                if behind_prompt:  # one OK or two: nobody says where the request's own stands
                    self._engine.unsure = True
                return outcome
            last = len(turns) >= MAX_TURNS or not terms.time_left()
            written = self._menu(outcome, method, terms, last=last)
            if written is None:
                outcome.turns += tuple(m.text for m in self._inbox if m.text is not None)
                return outcome
            argument = written

    def _restarted(self, heard: Heard, method: str, turns: list[str]) -> Outcome:
        """The modem started anew under a request, which is over with that, and so is the session."""
        self.forget()
        never_sent = heard.final is None and not turns
        outcome = Outcome(status="error", error="restarted", turns=tuple(turns), never_sent=never_sent)
        outcome.sent_as = method
        return outcome

    def _silence(self, outcome: Outcome, terms: _Terms) -> Outcome:
        """Ends the session of a request that got no answer. One that comes while we do is just in time for a code that
        may be asked twice; another one's is late."""
        self.answers_due += 1
        self._session_unsure = self._collecting = True
        try:
            self.cancel()
        finally:
            self._collecting = False
        if not terms.request.repeatable:
            return outcome
        for line in self._late:
            message = self.decode(line)
            just = conclude([message] if message is not None else [], None, None)
            if just.answered and just.text is not None:
                self._late.remove(line)
                self.answers_due -= 1
                self._session_unsure = False  # a menu was cancelled behind it
                just.turns, just.sent_as = (*outcome.turns, just.text), outcome.sent_as
                return just
        return outcome

    def _menu(self, outcome: Outcome, method: str, terms: _Terms, *, last: bool) -> str | None:
        """The answer to an open menu as it goes on the wire; None = the session is over and `outcome` says how."""
        self._inbox = []
        self.menu_open = True
        self._session_unsure = True
        answer = None if last or outcome.message is None or outcome.text is None else terms.request.ask(outcome.message)
        self._engine.flush_idle()
        ended = [message for message in self._inbox if message.m != ACTION_REQUIRED]
        if ended:  # by the network, while we waited: an answer now would dial a new request
            self.menu_open = self._session_unsure = False
            if self._prompt:  # may still be there
                self._prompt, self._engine.prompted, self._engine.unsure = False, True, True
            over = conclude(self._inbox, None, None)
            if over.answered:
                outcome.status, outcome.message, outcome.error = over.status, over.message, None
            elif answer is not None:
                outcome.status, outcome.error = "terminated", "network terminated"
            return None
        if terms.request.cancelled():
            self._give_up(outcome, due=False)
            return None
        written = None if answer is None else _written(answer, method, self._modem.te_charset)
        if written is None:
            self.cancel()
        self.menu_open = False
        return written

    def _give_up(self, outcome: Outcome, *, due: bool) -> None:
        """Somebody cancelled: the network is told, and the outcome says so. `due`: an answer was still to come; one
        that comes meanwhile is late, and told of behind this."""
        outcome.status, outcome.error, outcome.cancelled = "error", "cancelled", True
        self.answers_due += due
        self._collecting = due
        try:
            self._end_session()
        finally:
            self._collecting = False

    def _end_session(self) -> None:
        if self._engine.unsure and not self._prompt:
            # The modem owes us a final result code already: tell it, and do not wait for another.
            self._cancelling = True
            try:
                self._engine.send(CANCEL + END_OF_LINE)
                self._engine.drain()
            finally:
                self._cancelling = False
            self._engine.unsure = True
            self.menu_open = False
        else:
            self.cancel()

    def _message(self, cusd: CusdLine) -> UssdMessage:
        modem = self._modem
        try:
            found = decoded_as(modem.decoder, cusd.payload, cusd.dcs, modem.te_charset) or decode(
                cusd.payload,
                cusd.dcs,
                te_charset=modem.te_charset,
                learned=modem.learned.decoder if modem.learned is not None else None,
                score=modem.score,
            )
        except Exception:  # noqa: BLE001  # hostile octets: a decoder's bug is told, and the octets are kept
            get_logger().exception("a +CUSD could not be decoded", raw=cusd.payload)
            found = None
        cut = found is not None and is_cut(cusd, found.decoder)
        if found is not None and not self._engine.damaged:
            from modemd.money.damage import is_damaged  # late: half of what a reader needs

            odd = impossible.in_text(cusd.payload or b"", found.text, found.decoder, modem.te_charset)
            self._engine.damaged = odd or is_damaged(found.text) or (cut and cusd.closed)
        return UssdMessage(
            m=cusd.m,
            text=found.text if found is not None and found.text.strip() else None,
            dcs=cusd.dcs,
            decoder=found.decoder if found is not None else None,
            raw=cusd.payload or b"",
            cut=cut,
            torn=cusd.torn,
        )


def _written(answer: str, method: str, te_charset: str | None) -> str | None:
    """An answer in the encoding that its request went out in, else in the first that can carry it; None = it may not go
    on the wire at all."""
    try:
        check_answer(answer)
    except RefusedError:
        return None
    return encodings(answer, te_charset=te_charset, learned=method)[0].argument
