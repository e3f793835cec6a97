"""USSD texts that come when nobody has asked: late answers to a request that was given up, and what the network says by
itself. They are kept, and never handed to anybody who asks later."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from modemd.explanations import situation
from modemd.frozen import dataclass
from modemd.modem import confirmation
from modemd.modem.context import Context
from modemd.modem.interpretation import certain_text, read_safely
from modemd.modem.results import Found, ResultWriter
from modemd.money.pack import Pack
from modemd.records import Reading, UssdMessage

KEPT_PER_MINUTE = 20  # a modem that floods us must not fill the disk


@dataclass(frozen=True, slots=True)
class _Due:
    code: str
    is_balance: bool
    sim_key: str | None
    since: float


class LateAnswers:
    """Which requests are still due an answer, until when nobody else may ask (the quarantine), and what becomes of the
    texts that come. Lives as long as the owner thread: a port that is opened again does not end what is due."""

    def __init__(self, context: Context, results: ResultWriter) -> None:
        self._quarantine_until = 0.0
        self.quarantine_until: datetime | None = None  # the same for people: when the last one ends or ended
        self._context = context
        self._results = results
        self._monotonic = context.clocks.monotonic
        self._due: deque[_Due] = deque(maxlen=8)
        self._kept: deque[float] = deque(maxlen=KEPT_PER_MINUTE)

    @property
    def quarantine_left(self) -> float:
        """Seconds until a request may be sent again, after one that got no answer."""
        return max(0.0, self._quarantine_until - self._monotonic())

    def expect(self, code: str, *, is_balance: bool, answers: int = 1) -> None:
        """This request was given up without an answer; `answers` may still come where it was sent more than once."""
        now = self._monotonic()
        self._quarantine_until = now + self._context.settings.quarantine_s
        self.quarantine_until = self._context.clocks.now() + timedelta(seconds=self._context.settings.quarantine_s)
        sim_key = self._context.owner.snapshot().sim_key
        self._due.extend([_Due(code, is_balance, sim_key, now)] * answers)

    def answered(self) -> None:
        """A request got its own answer: what was due before it will not come any more."""
        self._due.clear()

    def has_room(self) -> bool:
        """Whether one more text that nobody asked for may be kept; it is counted as kept then."""
        now = self._monotonic()
        if len(self._kept) == KEPT_PER_MINUTE and now - self._kept[0] < 60.0:
            return False
        self._kept.append(now)
        return True

    def received(self, message: UssdMessage, pack: Pack | None) -> None:
        """One +CUSD outside of any request. Without a text it says nothing."""
        if message.text is None or not self.has_room():
            return
        now = self._monotonic()
        sim_key, late_s = self._context.owner.snapshot().sim_key, self._context.paces.late_s
        due = [request for request in self._due if now - request.since <= late_s and request.sim_key == sim_key]
        one = len({(request.code, request.is_balance) for request in due}) == 1
        self._due.clear()
        if one:  # the same question, asked more than once: the next text may answer it too
            self._due.extend(due[1:])
            if not self._due:  # it was all that the quarantine waited for
                self._quarantine_until = min(self._quarantine_until, now)
                self._context.owner.wake()
        reading, hint = Reading(kind="other"), None
        # A number counts only where one balance code alone can be meant, and the operator's own pattern says so.
        if one and due[0].is_balance and pack is not None:
            read = read_safely(certain_text(message), pack=pack, country=pack.country, report=self._context.report)
            if read.confidence == "operator":
                reading = read
            if confirmation.is_wanted(self._context, sim_key or "", reading, origin="late"):
                reading, hint = Reading(kind="other"), situation("not asked for")
                self._context.owner.publish(wanted_at=self._context.clocks.now())
        self._results.write(
            "late" if due else "network",
            Found(
                reading=reading,
                code=due[0].code if one else None,
                text=message.text,
                raw=message.raw,
                decoder=message.decoder,
                hint=hint,
            ),
        )
