"""The answer to a balance query that comes as a short message: waited for where the operator said so, or asked for by
one where that is proved to cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from modemd.at.sms import SmsPart
from modemd.errors import CommandError, SmsMaybeSent
from modemd.explanations import line_of, situation
from modemd.frozen import dataclass
from modemd.modem.context import Context
from modemd.modem.interpretation import certain_text, read_safely
from modemd.modem.results import in_one_line
from modemd.modem.sms.inbox import Inbox, decoder_of, told_at
from modemd.money.pack import Pack, Query
from modemd.records import Reading, SmsMessage

LEAST_S = 5.0  # with less time left no message is asked for
RETRY_S = 2.0  # an announced part that could not be read is tried once more so much later


@dataclass(frozen=True, slots=True)
class SmsReply:
    """A message with what it says. `parts`: where it lies, for `sms_delete_own`."""

    message: SmsMessage
    reading: Reading
    parts: tuple[SmsPart, ...]

    @property
    def decoder(self) -> str:
        return decoder_of(self.parts)


@dataclass(frozen=True, slots=True)
class Waited:
    """How the waiting ended. `reply` None: `error` and `hint` say why, in one short phrase and in one line."""

    reply: SmsReply | None = None
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitedReply:
    """Which message is waited for: one that answers a question which went out at `since` (monotonic) and `asked_at`,
    for `left_s` seconds at most. `number`: the one that was asked, where the question was a message itself. `data`: an
    amount of data answers as well as money does."""

    pack: Pack | None
    country: str | None
    since: float
    asked_at: datetime
    left_s: float
    cancelled: Callable[[], bool]
    number: str | None = None
    data: bool = False


class ReplyBySms:
    """Owner thread only."""

    def __init__(self, context: Context, inbox: Inbox) -> None:
        self._backend, self._inbox = context.backend, inbox
        self._context, self._paces, self._monotonic = context, context.paces, context.clocks.monotonic

    @property
    def possible(self) -> bool:
        """Whether this way to the modem gives access to its messages."""
        return self._backend.sms is not None

    def wait(self, awaited: AwaitedReply, *, send: Callable[[], None] | None = None) -> Waited:
        """Waits for the message, `sms_s` at most. `send` sends the question itself, once all is ready to hear the
        answer. Raises ModemError, and what `send` raises."""
        sms = self._backend.sms
        if sms is None:
            return Waited(error="no sms", hint=in_one_line(line_of("sms follows"), situation("no access to messages")))
        self._context.owner.publish(asking_by_sms=True)
        self._inbox.poll_storages(asked_at=awaited.asked_at)
        with sms.announce():
            if send is not None:
                send()
            self._listen(awaited)
            if awaited.cancelled():
                return Waited(error="cancelled", hint=line_of("cancelled"))
            found = self._found(awaited, final=True)
            if not any(awaited.data or reply.reading.balance is not None for reply in found):
                self._inbox.poll_storages(asked_at=awaited.asked_at)
                self._inbox.retry()
                self._inbox.fetch(mark_since=awaited.since)
                found = self._found(awaited, final=True)
        return self._ended(found)

    def ask(self, query: Query, awaited: AwaitedReply, *, before: Callable[[], None]) -> Waited:
        """Asks by one message that costs nothing, never twice, and waits for the answer. `before` is called right
        before it goes out. Raises ModemError."""
        sms, number, text = self._backend.sms, query.number or "", query.text or ""
        if sms is None:
            return Waited(error="not supported", hint=situation("no access to messages"))

        def send() -> None:
            before()
            with suppress(SmsMaybeSent):  # never again, and an answer may come
                sms.send(number, text)

        try:
            waited = self.wait(replace(awaited, number=number), send=send)
        except CommandError as error:
            return Waited(error=error.code, hint=line_of(error.code))
        if waited.reply is None and waited.error == "no sms":
            return Waited(error="no answer", hint=situation("no answer by SMS", text=text, number=number))
        return waited

    def delete(self, reply: SmsReply) -> None:
        """Deletes the parts of an answer that modemd caused, where they still lie as they were read. Raises
        ModemError."""
        sms, log = self._backend.sms, self._context.log
        for part in reply.parts:
            if part.place is None or sms is None or sms.delete(part.place, part):
                continue
            log.warning("an answer could not be deleted", storage=part.place.storage, index=part.place.index)

    # --- helpers

    def _listen(self, awaited: AwaitedReply) -> None:
        """Until a message answers and none contradicts it for a moment, the time is over or somebody cancels."""
        deadline = ends = self._monotonic() + min(self._paces.sms_s, awaited.left_s)
        retry_at = self._monotonic() + RETRY_S
        while not awaited.cancelled():
            heard = self._inbox.news
            self._inbox.fetch(mark_since=awaited.since)
            now = self._monotonic()
            if self._found(awaited, final=False):
                ends = min(ends, now + self._paces.sms_more_s)
            if now >= min(ends, deadline):
                return
            if now >= retry_at:
                self._inbox.retry()
                retry_at = now + RETRY_S
            self._backend.wait(
                max(0.0, min(ends, retry_at) - now),
                until=lambda heard=heard: self._inbox.announced or self._inbox.news != heard,  # type: ignore[misc]
            )

    def _found(self, awaited: AwaitedReply, *, final: bool) -> list[SmsReply]:
        """The messages that answer: with a balance, or, when nothing more is waited for (`final`), with data alone. An
        incomplete one counts then, too, as far as it is certain."""
        from modemd.money import senders  # late, as the reader

        found = []
        for message in self._inbox.messages(since=awaited.since):
            whole = self._inbox.whole(message)
            if message.text is None or not (whole or final):
                continue
            if not senders.may_answer(message.sender, awaited.pack, number=awaited.number):
                continue
            known = senders.is_operator(message.sender, awaited.pack) or message.sender == awaited.number
            if senders.is_elsewhere(message.text, sender_known=known):
                continue
            text = certain_text(message if whole else replace(message, cut=True))
            reading = read_safely(text, pack=awaited.pack, country=awaited.country, report=self._context.report)
            if reading.balance is not None or ((final or awaited.data) and reading.data_left_mb is not None):
                found.append(SmsReply(message, reading, tuple(self._inbox.parts_of(message))))
        return found

    def _ended(self, found: list[SmsReply]) -> Waited:
        money = [reply for reply in found if reply.reading.balance is not None]
        now = self._context.clocks.now()
        money = [reply for reply in money if told_at(reply.message, now) == now] or money
        if len({reply.reading.balance for reply in money}) > 1:
            return Waited(error="contradiction", hint=line_of("contradiction"))
        best = max(money or found, key=lambda reply: reply.reading.confidence == "operator", default=None)
        if best is not None:
            for reply in money or [best]:
                self._inbox.drop(reply.message)
            return Waited(reply=best)
        return Waited(error="no sms", hint=in_one_line(line_of("sms follows"), self._inbox.full))
