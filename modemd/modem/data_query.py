"""The data left, asked for besides the balance: by the pack's code, behind a scheduled balance query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from modemd.errors import ModemError, ModemSilent, RefusedError, StoreError
from modemd.explanations import line_of
from modemd.modem import code_order
from modemd.modem.asker import Asker
from modemd.modem.code_order import Dial
from modemd.modem.interpretation import CodeResult, Terms, ask_balance
from modemd.modem.results import Found
from modemd.modem.sms.reply_by_sms import AwaitedReply
from modemd.modem.timeouts import QUERIES_PER_DAY
from modemd.records import Cause, Measurement, Reading

DAY_S = 86400.0
LONGEST_PAUSE_S = 7 * DAY_S  # between two questions that an operator never answers
MOST_SILENCES = 5  # more make the pause no longer
SILENT = frozenset({"no answer", "silent"})
SLACK = 0.9  # of the pause: the last one was asked some seconds behind its balance query, too


class DataAsker(Asker):
    """Owner thread only."""

    def after(self, balance: Measurement, cancelled: Callable[[], bool]) -> None:
        """Asks for the data left where that is wanted, due and free, and the operator has just answered. The row is one
        of its own; a modem that fails meanwhile is found by the next command."""
        dial = self._due(balance, cancelled)
        if dial is None:
            return
        self._context.owner.declare(self._context.paces.query_s + 60.0)
        try:
            found = self._ask(dial, cancelled)
        except StoreError as error:  # an attempt that cannot be noted is not made
            self._context.log.warning("the data left was not asked for", reason=error.message)
        except ModemError as error:
            if isinstance(error, ModemSilent):
                self._ended(dial.code, None, balance=False)
            self._write(Found(code=dial.code, error=error.code, hint=error.message))
        except RefusedError as error:
            self._context.log.warning("the data left was not asked for", reason=error.message)
        else:
            self._write(found)

    # --- helpers

    def _due(self, balance: Measurement, cancelled: Callable[[], bool]) -> Dial | None:
        """The code to dial now; None = none."""
        settings, every_s = self._settings, self._settings.every_s
        if settings.data != "auto" or every_s is None or balance.text is None or cancelled():
            return None
        dial = code_order.data_dial(self._subscriber.pack)
        if dial is None or self._context.backend.answers_due:
            return None
        store, now = self._context.store, self._clocks.now()
        try:
            if store.standing(settings.name, balance.sim_key, now=now).attempts_today >= QUERIES_PER_DAY:
                return None
            asked = store.data_queries(balance.sim_key, since=now - timedelta(days=30), most=MOST_SILENCES)
        except StoreError:
            return None
        silences = next((nth for nth, (_, error) in enumerate(asked) if error not in SILENT), len(asked))
        pause_s = max(pause(every_s, silences=silences), dial.floor_s)
        last = asked[0][0] if asked else None
        if last is not None and (now - store.counted(last, now)).total_seconds() < pause_s * SLACK:
            return None
        return dial

    def _ask(self, dial: Dial, cancelled: Callable[[], bool]) -> Found:
        """Raises ModemError, StoreError."""
        snapshot, began, asked_at = self._context.owner.snapshot(), self._clocks.monotonic(), self._clocks.now()
        deadline = began + self._context.paces.query_s
        sim_key = snapshot.sim_key or f"modem:{self._settings.name}"
        pack = self._subscriber.pack
        answer = ask_balance(
            self._context.backend,
            [dial],
            Terms(
                pack=pack,
                country=snapshot.country,
                timeout_s=self._settings.reply_timeout_s,
                time_left=lambda: deadline - self._clocks.monotonic(),
                before=lambda _: self._note_attempt(sim_key, "schedule"),
                cancelled=cancelled,
                report=self._context.report,
            ),
        )
        self._ended(dial.code, answer.result, balance=False)
        if answer.reading.kind != "sms_follows" or answer.error is not None:
            return _found(answer)
        waited = self._reply_by_sms.wait(
            AwaitedReply(
                pack=pack,
                country=snapshot.country,
                since=began,
                asked_at=asked_at,
                left_s=deadline - self._clocks.monotonic(),
                cancelled=cancelled,
                data=True,
            )
        )
        if waited.reply is None:
            return replace(_found(answer), error=waited.error, hint=waited.hint)
        message = waited.reply.message
        found = Found(code=dial.code, channel="sms", text=message.text, raw=message.raw, decoder=waited.reply.decoder)
        return _with_data(found, waited.reply.reading)

    def _write(self, found: Found) -> None:
        self._results.write("schedule", replace(found, about="data"))


def pause(every_s: float, *, silences: int = 0) -> float:
    """Seconds from one question for the data to the next: `every`, or longer where the day's queries would not do for
    the balance as well; a day at most, but longer behind `silences`: each costs the balance a quarantine."""
    left = QUERIES_PER_DAY - DAY_S / every_s
    usual_s = max(every_s, min(DAY_S, DAY_S / left if left > 0 else DAY_S))
    return usual_s if silences == 0 else max(usual_s, min(LONGEST_PAUSE_S, DAY_S * 2 ** (silences - 1)))


def _found(answer: CodeResult) -> Found:
    result = answer.result
    found = Found(code=answer.dial.code, text=result.text, raw=result.raw, decoder=result.decoder, hint=answer.hint)
    if result.error is not None or result.cause is Cause.EMPTY_ANSWER:
        return replace(found, error=answer.error or result.error)
    return _with_data(replace(found, hint=None), answer.reading)


def _with_data(found: Found, reading: Reading) -> Found:
    """Of what was read the data alone: the money is the other code's matter."""
    data = replace(reading, kind="other", balance=None, currency=None)
    if data.data_left_mb is not None:
        return replace(found, reading=data)
    if reading.kind == "error":
        return replace(found, reading=reading, error="operator error", hint=line_of("operator error"))
    return replace(found, reading=Reading(kind="other"), error="no data", hint=line_of("no data"))
