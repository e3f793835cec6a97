"""One balance query from first code to row: USSD, the short message that USSD announced, the query by short message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial

from modemd.errors import ModemError, ModemSilent, RefusedError, StoreError
from modemd.explanations import line_of
from modemd.frozen import dataclass
from modemd.modem import code_order, confirmation
from modemd.modem.asker import Asker, Means
from modemd.modem.code_order import Dial
from modemd.modem.interpretation import CodeResult, Terms, ask_balance
from modemd.modem.radio.answered import AnsweredOn
from modemd.modem.radio.fallback import Question, RadioFallback
from modemd.modem.requests import BalanceQuery, Job, Result
from modemd.modem.results import Found, in_one_line
from modemd.modem.sms.inbox import told_at
from modemd.modem.sms.reply_by_sms import LEAST_S, AwaitedReply, Waited
from modemd.money.pack import Pack, Query
from modemd.records import Cause, Measurement, ModemSnapshot, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One query under way. `since`, `deadline`: monotonic; `asked_at`: UTC."""

    request: BalanceQuery
    snapshot: ModemSnapshot
    sim_key: str
    cancelled: Callable[[], bool]
    deadline: float
    since: float
    asked_at: datetime


class BalanceAsker(Asker):
    """Owner thread only. Of one open modem."""

    def __init__(self, means: Means) -> None:
        super().__init__(means)
        self.answered_on = AnsweredOn(means.context.owner)
        self._doubts = confirmation.Doubts(means.context)
        self._fallback: RadioFallback[CodeResult] = RadioFallback(means.context)

    def balance(self, job: Job, request: BalanceQuery, cancelled: Callable[[], bool]) -> Result:
        """Raises ModemError."""
        snapshot, since = self._context.owner.snapshot(), self._clocks.monotonic()
        query = _Query(
            request=request,
            snapshot=snapshot,
            sim_key=snapshot.sim_key or f"modem:{self._settings.name}",
            cancelled=cancelled,
            deadline=job.submitted + self._context.paces.query_s,
            since=since,
            asked_at=self._clocks.now(),
        )
        try:
            return self._ask(query)
        except (RefusedError, StoreError) as error:
            why = self._subscriber.no_code if error.code == "no code" else None
            return self._results.refusal(job, error.code, why or error.message)

    # --- helpers

    def _ask(self, query: _Query) -> Result:
        answer: CodeResult | None = None
        try:
            answer = self._elsewhere(query, self._ussd(query))
        except RefusedError as error:
            if error.code != "no code" or self._sms_query(query, None) is None:
                raise
        if answer is not None and answer.reading.kind == "sms_follows" and answer.error is None:
            dial = answer.dial
            waited = self._reply_by_sms.wait(self._awaited(query, since=query.since))
            if waited.reply is not None or waited.error == "cancelled":
                again = partial(self._once_more, query, dial) if dial.repeatable else None
                return self._by_sms(query, dial.code, self._sure(query, waited, again))
            answer = replace(answer, hint=waited.hint, error=None if waited.error == "no sms" else waited.error)
        sms_query = self._sms_query(query, answer)
        if sms_query is not None:
            waited = self._ask_by_sms(query, sms_query)
            if waited.reply is not None or waited.error == "cancelled" or answer is None:
                sure = self._sure(query, waited, partial(self._ask_by_sms, query, sms_query))
                return self._by_sms(query, code_order.sms_code(sms_query), sure)
            answer = replace(answer, hint=in_one_line(answer.hint, waited.hint))
        if answer is None:  # for the type checker: without an answer there was a query by message
            raise RefusedError(line_of("no code"), code="no code")
        return self._results.write(query.request.origin, _found(answer))

    def _elsewhere(self, query: _Query, answer: CodeResult) -> CodeResult:
        """The same question on UMTS or GSM, where LTE took none; else what would help. After silence the first request
        may still be answered: one answer stays due."""
        due = answer.result.cause is Cause.NO_ANSWER
        line = self.answered_on.line(answer.result)
        answer = answer if line is None else replace(answer, hint=line)

        def ask(left_s: float) -> CodeResult:
            return self._ussd(query, again=answer.dial, until=self._clocks.monotonic() + left_s, due=due)

        trip = self._fallback.after(
            Question(
                result=answer.result,
                network=self._context.owner.snapshot().network,
                repeatable=answer.dial.repeatable,
                sim_key=query.sim_key,
                ask=ask,
                good=lambda found: found.worth >= 2,
                cancelled=query.cancelled,
                time_left_s=query.deadline - self._clocks.monotonic(),
                answered_here=line is not None,
            )
        )
        found = trip.answer
        if found is None or found.worth <= answer.worth:
            return replace(answer, hint=trip.hint or answer.hint)
        if due:
            self._ended(found.dial.code, None, balance=found.dial.repeatable)
        return found

    def _ussd(
        self, query: _Query, *, again: Dial | None = None, until: float | None = None, due: bool = False
    ) -> CodeResult:
        """`again`: this one code, until then. `due`: an answer to an earlier request may still come, so there is one
        request alone, and its answer proves no encoding."""
        deadline = query.deadline if until is None else min(until, query.deadline)
        dialled = [""]

        def before(dial: Dial) -> None:
            self._note_attempt(query.sim_key, query.request.origin)
            dialled.append(dial.code)
            self._context.owner.publish(asking_code=dial.code, asking_by_sms=False)
            if query.request.origin == "query":
                self._subscriber.note_tried(query.sim_key, dial.code)

        rat = query.snapshot.network.rat
        by_schedule = query.request.origin == "schedule"
        terms = Terms(
            pack=self._subscriber.pack,
            country=query.snapshot.country,
            timeout_s=self._settings.reply_timeout_s,
            time_left=lambda: deadline - self._clocks.monotonic(),
            before=before,
            cancelled=query.cancelled,
            report=self._context.report,
            on_lte=rat in ("LTE", "NR") or (rat is None and self._settings.radio_fallback == "auto"),
            confirm=lambda reading: self._doubts.is_in_doubt(query.sim_key, reading),
            believe=lambda reading: self._doubts.note(query.sim_key, reading),
            is_sudden=lambda reading: confirmation.is_sudden(self._context, query.sim_key, reading),
        )
        to_dial = (
            [replace(again, repeatable=again.repeatable and not due)]
            if again is not None
            else self._subscriber.dials(query.sim_key, asked=query.request.code, by_schedule=by_schedule)
        )
        try:
            answer = ask_balance(self._context.backend, to_dial, terms)
        except ModemSilent:
            self._ended(dialled[-1], None, balance=True)
            raise
        if again is not None:
            answer = replace(answer, dial=again)
        else:
            self.answered_on.note(answer.result)
        self._ended(answer.dial.code, answer.result, balance=answer.dial.repeatable)
        if answer.reading.balance is not None and not due:
            self._subscriber.learn(answer)
        return answer

    def _awaited(self, query: _Query, *, since: float, pack: Pack | None = None) -> AwaitedReply:
        """The message that answers, which may have come before what announced it."""
        return AwaitedReply(
            pack=pack or self._subscriber.pack,
            country=query.snapshot.country if pack is None else pack.country,
            since=since,
            asked_at=query.asked_at if pack is None else self._clocks.now(),
            left_s=query.deadline - self._clocks.monotonic(),
            cancelled=query.cancelled,
        )

    def _sms_query(self, query: _Query, answer: CodeResult | None) -> Query | None:
        """The pack's query by short message, if it may and should be sent now."""
        found = code_order.sms_query(self._subscriber.pack, self._settings.sms_query)
        done = answer is not None and (answer.worth >= 3 or answer.result.cause is Cause.CANCELLED)
        if found is None or done or query.request.code is not None or query.cancelled():
            return None
        if self._context.owner.snapshot().network.roaming:  # free at home does not mean free abroad
            return None
        enough = query.deadline - self._clocks.monotonic() >= LEAST_S
        return found if enough and self._reply_by_sms.possible else None

    def _ask_by_sms(self, query: _Query, sms_query: Query) -> Waited:
        awaited = self._awaited(query, since=self._clocks.monotonic(), pack=self._subscriber.pack)
        return self._reply_by_sms.ask(
            sms_query, awaited, before=lambda: self._note_attempt(query.sim_key, query.request.origin)
        )

    def _once_more(self, query: _Query, dial: Dial) -> Waited:
        """The same code again, and the message that it brings."""
        since = self._clocks.monotonic()
        answer = self._ussd(query, again=dial)
        if answer.reading.kind == "sms_follows" and answer.error is None:
            return self._reply_by_sms.wait(self._awaited(query, since=since))
        cancelled = answer.result.cause is Cause.CANCELLED
        return Waited(error="cancelled" if cancelled else "no sms", hint=answer.hint)

    def _sure(self, query: _Query, waited: Waited, again: Callable[[], Waited] | None) -> Waited:
        """The message that came, or, where it is in doubt (confirmation.py), what it says together with a second one.
        `again` asks for that; None = it may cost money."""
        first = waited.reply
        if first is None or not self._doubts.is_in_doubt(query.sim_key, first.reading, channel="sms"):
            return waited
        said = first.message.text
        if again is None or query.cancelled() or query.deadline - self._clocks.monotonic() < LEAST_S:
            believed = self._doubts.note(query.sim_key, first.reading)
            return waited if believed else _doubtful(waited, confirmation.verdict(said, None, asked_again=False))
        second = again()
        if second.error == "cancelled":
            return second
        if second.reply is not None and second.reply.reading.balance == first.reading.balance:
            return second
        text = second.reply.message.text if second.reply is not None else None
        return _doubtful(waited, confirmation.verdict(said, text, asked_again=True))

    def _by_sms(self, query: _Query, code: str, waited: Waited) -> Measurement:
        reply = waited.reply
        found = Found(channel="sms", code=code, error=waited.error, hint=waited.hint)
        if reply is not None:
            found = replace(
                found,
                reading=reply.reading,
                text=reply.message.text,
                raw=reply.message.raw,
                decoder=reply.decoder,
                # The network may have kept it for hours, from an earlier question.
                taken_at=told_at(reply.message, self._clocks.now()),
            )
        row = self._results.write(query.request.origin, found)
        if reply is not None and waited.error is None and self._settings.sms_delete_own:
            try:
                self._reply_by_sms.delete(reply)
            except ModemError as error:  # who asked gets the answer; the next command finds the fault again
                self._context.log.warning("an answer could not be deleted", reason=error.message)
        return row


def _doubtful(waited: Waited, line: str) -> Waited:
    """A message whose number counts for nothing."""
    reply = None if waited.reply is None else replace(waited.reply, reading=Reading(kind="other"))
    return Waited(reply=reply, error="unreadable", hint=line)


def _found(answer: CodeResult) -> Found:
    result = answer.result
    return Found(
        reading=answer.reading,
        code=answer.dial.code,
        text=result.text,
        raw=result.raw,
        decoder=result.decoder,
        error=answer.error,
        hint=answer.hint,
    )
