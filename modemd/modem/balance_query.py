"""One balance query from first code to row: USSD, the short message that USSD announced, the query by short message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from modemd.backends.at.modem import Modem
from modemd.errors import ModemError, ModemSilent, RefusedError, StoreError
from modemd.modem import codes_to_try
from modemd.modem.radio import fallback
from modemd.modem.requests import BalanceQuery, Job, Result
from modemd.modem.results import ResultWriter, in_one_line
from modemd.modem.sms.inbox import told_at
from modemd.modem.sms.reply_by_sms import LEAST_S, ReplyBySms, Waited
from modemd.modem.subscriber import Subscriber
from modemd.modem.timeouts import Paces
from modemd.money.pack import Pack, Query
from modemd.records import Cause, Measurement, ModemSettings, ModemSnapshot, Reading, UssdResult
from modemd.store import Store


class Expect(Protocol):
    """Told how a request ended: whether its answer may still come."""

    def __call__(self, code: str, result: UssdResult | None, *, balance: bool) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryRunner:
    """Owner thread only."""

    modem: Modem
    settings: ModemSettings
    store: Store
    results: ResultWriter
    subscriber: Subscriber
    reply_by_sms: ReplyBySms
    paces: Paces
    publish: Callable[..., ModemSnapshot]
    ended: Expect
    stopped: Callable[[], bool]
    report: Callable[[str], None]
    log: Any
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]

    def balance(self, job: Job, request: BalanceQuery, cancelled: Callable[[], bool]) -> Result:
        """Raises ModemError."""
        query = _Query(
            request=request,
            snapshot=self.publish(),
            cancelled=cancelled,
            deadline=self.monotonic() + self.paces.query_s,
            since=self.monotonic(),
            asked_at=self.clock(),
        )
        try:
            return self._ask(query)
        except (RefusedError, StoreError) as error:
            why = self.subscriber.no_pack if error.code == "no code" else None
            return self.results.refusal(job, query.snapshot, error.code, why or error.message)

    # --- helpers

    def _ask(self, query: _Query) -> Result:
        answer: codes_to_try.Answer | None = None
        try:
            answer = self._elsewhere(query, self._ussd(query))
        except RefusedError as error:
            if error.code != "no code" or self._letter_query(query, None) is None:
                raise
        if answer is not None and answer.reading.kind == "sms_follows" and answer.error is None:
            waited = self._announced(query)
            if waited.letter is not None or waited.error == "cancelled":
                return self._by_letter(query, answer.dial.code, waited)
            answer = replace(answer, hint=waited.hint, error=None if waited.error == "no sms" else waited.error)
        letter = self._letter_query(query, answer)
        pack = self.subscriber.pack
        if letter is not None and pack is not None:
            waited = self._ask_by_sms(query, letter, pack)
            if waited.letter is not None or waited.error == "cancelled" or answer is None:
                return self._by_letter(query, codes_to_try.sms_code(letter), waited)
            answer = replace(answer, hint=in_one_line(answer.hint, waited.hint))
        if answer is None:  # for the type checker: without an answer there was a query by message
            raise RefusedError(codes_to_try.NO_CODE, code="no code")
        return self.results.measured(self.publish(), answer, query.request.origin)

    def _elsewhere(self, query: _Query, answer: codes_to_try.Answer) -> codes_to_try.Answer:
        """The same question on UMTS or GSM, where LTE took none; else what would help. After silence the first request
        may still be answered: one answer stays owed."""
        owed = answer.result.cause is Cause.NO_ANSWER

        def ask(left_s: float) -> codes_to_try.Answer:
            return self._ussd(query, again=answer.dial, until=self.monotonic() + left_s, owed=owed)

        trip = fallback.after(
            self.modem,
            answer.result,
            repeatable=answer.dial.repeatable,
            ask=ask,
            good=lambda found: found.worth >= 2,
            network=self.publish().network,
            settings=self.settings,
            store=self.store,
            sim_key=self._sim_key(query),
            cancelled=query.cancelled,
            stopped=self.stopped,
            time_left=lambda: query.deadline - self.monotonic(),
            clock=self.clock,
            log=self.log,
            limits=self.paces.fallback,
        )
        found = trip.answer
        if found is None or found.worth <= answer.worth:
            return replace(answer, hint=trip.hint or answer.hint)
        if owed:
            self.ended(found.dial.code, None, balance=found.dial.repeatable)
        return found

    def _ussd(
        self, query: _Query, *, again: codes_to_try.Dial | None = None, until: float | None = None, owed: bool = False
    ) -> codes_to_try.Answer:
        """`again`: this one code, until then. `owed`: an answer to an earlier request may still come, so there is one
        request alone, and its answer proves no encoding."""
        deadline = query.deadline if until is None else min(until, query.deadline)
        sim_key = self._sim_key(query)
        dialled = [""]

        def before(dial: codes_to_try.Dial) -> None:
            self._note_attempt(query)
            dialled.append(dial.code)
            if query.request.origin == "query":
                self.subscriber.note_tried(sim_key, dial.code)

        try:
            answer = codes_to_try.ask_balance(
                self.modem,
                [replace(again, repeatable=again.repeatable and not owed)]
                if again is not None
                else self.subscriber.dials(
                    sim_key, asked=query.request.code, by_schedule=query.request.origin == "schedule"
                ),
                pack=self.subscriber.pack,
                country=query.snapshot.country,
                timeout_s=self.settings.reply_timeout_s,
                time_left=lambda: deadline - self.monotonic(),
                before=before,
                cancelled=query.cancelled,
                report=self.report,
            )
        except ModemSilent:
            self.ended(dialled[-1], None, balance=True)
            raise
        if again is not None:
            answer = replace(answer, dial=again)
        self.ended(answer.dial.code, answer.result, balance=answer.dial.repeatable)
        if answer.reading.balance is not None and not owed:
            self.subscriber.learn(answer)
        return answer

    def _announced(self, query: _Query) -> Waited:
        """The message that the USSD answer spoke of, which may have come before it."""
        return self.reply_by_sms.wait(
            self.subscriber.pack,
            query.snapshot.country,
            since=query.since,
            asked_at=query.asked_at,
            left_s=query.deadline - self.monotonic(),
            cancelled=query.cancelled,
        )

    def _letter_query(self, query: _Query, answer: codes_to_try.Answer | None) -> Query | None:
        """The pack's query by short message, if it may and should be sent now."""
        letter = codes_to_try.sms_query(self.subscriber.pack, self.settings.sms_query)
        done = answer is not None and (answer.worth >= 3 or answer.result.cause is Cause.CANCELLED)
        if letter is None or done or query.request.code is not None or query.cancelled():
            return None
        if self.publish().network.roaming:  # free at home does not mean free abroad
            return None
        return letter if query.deadline - self.monotonic() >= LEAST_S else None

    def _ask_by_sms(self, query: _Query, letter: Query, pack: Pack) -> Waited:
        return self.reply_by_sms.ask(
            letter,
            pack,
            left_s=query.deadline - self.monotonic(),
            cancelled=query.cancelled,
            before=lambda: self._note_attempt(query),
        )

    def _by_letter(self, query: _Query, code: str, waited: Waited) -> Measurement:
        letter = waited.letter
        now = self.clock()
        row = self.results.by_sms(
            self.publish(),
            query.request.origin,
            reading=letter.reading if letter is not None else Reading(kind="error"),
            code=code,
            message=letter.message if letter is not None else None,
            decoder=letter.decoder if letter is not None else None,
            # The network may have kept it for hours, from an earlier question.
            taken_at=told_at(letter.message, now) if letter is not None else now,
            error=waited.error,
            hint=waited.hint,
        )
        if letter is not None and self.settings.sms_delete_own:
            try:
                self.reply_by_sms.delete(letter)
            except ModemError as error:  # who asked gets the answer; the next command finds the fault again
                self.log.warning("an answer could not be deleted", reason=error.message)
        return row

    def _note_attempt(self, query: _Query) -> None:
        origin = query.request.origin
        self.store.note_attempt(self.settings.name, self._sim_key(query), at=self.clock(), origin=origin)

    def _sim_key(self, query: _Query) -> str:
        return query.snapshot.sim_key or f"modem:{self.settings.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Query:
    """One query under way. `since`, `deadline`: monotonic; `asked_at`: UTC."""

    request: BalanceQuery
    snapshot: ModemSnapshot
    cancelled: Callable[[], bool]
    deadline: float
    since: float
    asked_at: datetime
