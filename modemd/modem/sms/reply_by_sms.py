"""The answer to a balance query that comes as a short message: waited for where the operator said so, or asked for by
one where that is proved to cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from modemd.at.sms import SmsPart
from modemd.backends.at.modem import Modem
from modemd.backends.at.sms_store import Messages
from modemd.errors import CommandError
from modemd.modem.codes_to_try import certain_text, read_safely
from modemd.modem.sms.inbox import Inbox, decoder_of, told_at
from modemd.modem.timeouts import Paces
from modemd.money import senders
from modemd.money.pack import Pack, Query
from modemd.records import Reading, SmsMessage

LEAST_S = 5.0  # with less time left no message is asked for
RETRY_S = 2.0  # an announced part that could not be read is tried once more so much later

ANNOUNCED = "the operator announced the balance by SMS"
LOOK = "look at the messages with modemd sms list"


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
    """How the waiting ended. `letter` None: `error` and `hint` say why, in one short phrase and in one line."""

    letter: SmsReply | None = None
    error: str | None = None
    hint: str | None = None


class ReplyBySms:
    """Owner thread only."""

    def __init__(
        self,
        modem: Modem,
        messages: Messages,
        inbox: Inbox,
        *,
        paces: Paces,
        monotonic: Callable[[], float],
        clock: Callable[[], datetime],
        report: Callable[[str], None],
        log: Any,
    ) -> None:
        self._modem, self._messages, self._inbox = modem, messages, inbox
        self._paces, self._monotonic, self._clock = paces, monotonic, clock
        self._report, self._log = report, log

    def wait(
        self,
        pack: Pack | None,
        country: str | None,
        *,
        since: float,
        asked_at: datetime,
        left_s: float,
        cancelled: Callable[[], bool],
        number: str | None = None,
        send: Callable[[], None] | None = None,
    ) -> Waited:
        """Waits for the message that answers a question which went out at `since` (monotonic) and `asked_at`; `sms_s`
        and `left_s` at most. `send` sends the question itself, once all is ready to hear the answer. Raises ModemError,
        and what `send` raises."""
        self._inbox.look(asked_at=asked_at)
        with self._messages.announce():
            if send is not None:
                send()
            deadline = self._monotonic() + min(self._paces.sms_s, left_s)
            ends = deadline
            retry_at = self._monotonic() + RETRY_S
            while not cancelled():
                self._inbox.fetch(mark_since=since)
                now = self._monotonic()
                if self._found(pack, country, number, since, final=False):
                    ends = min(ends, now + self._paces.sms_more_s)
                if now >= ends:
                    break
                if now >= retry_at:
                    self._inbox.retry()
                    retry_at = now + RETRY_S
                pauses = (ends - now, retry_at - now, self._inbox.settles_in)
                self._modem.wait(
                    max(0.0, min(pause for pause in pauses if pause is not None)), until=lambda: self._inbox.news
                )
            if cancelled():
                return Waited(error="cancelled", hint="the request was cancelled")
            found = self._found(pack, country, number, since, final=True)
            if not any(letter.reading.balance is not None for letter in found):
                self._inbox.look(asked_at=asked_at)
                self._inbox.retry()
                self._inbox.fetch(mark_since=since)
                found = self._found(pack, country, number, since, final=True)
        return self._ended(found)

    def ask(
        self,
        query: Query,
        pack: Pack,
        *,
        left_s: float,
        cancelled: Callable[[], bool],
        before: Callable[[], None],
    ) -> Waited:
        """Asks by one message that costs nothing, never twice, and waits for the answer. `before` is called right
        before it goes out. Raises ModemError."""
        number, text = query.number or "", query.text or ""

        def send() -> None:
            before()
            try:
                self._messages.send(number, text)
            except CommandError as error:
                if error.code != "no final result":  # then it may have gone out: never again, and an answer may come
                    raise

        try:
            waited = self.wait(
                pack,
                pack.country,
                since=self._monotonic(),
                asked_at=self._clock(),
                left_s=left_s,
                cancelled=cancelled,
                number=number,
                send=send,
            )
        except CommandError as error:
            return Waited(error=error.code, hint=cms_hint(error.code))
        if waited.letter is None and waited.error == "no sms":
            hint = f"no answer came to the message {text!r} to {number}; {LOOK}"
            return Waited(error="no answer", hint=hint)
        return waited

    def delete(self, letter: SmsReply) -> None:
        """Deletes the parts of an answer that modemd caused, where they still lie as they were read. Raises
        ModemError."""
        for part in letter.parts:
            if part.place is not None and not self._messages.delete(part.place, part):
                self._log.warning("an answer could not be deleted", storage=part.place.storage, index=part.place.index)

    # --- helpers

    def _found(
        self, pack: Pack | None, country: str | None, number: str | None, since: float, *, final: bool
    ) -> list[SmsReply]:
        """The messages that answer: with a balance, or, when nothing more is waited for (`final`), with data alone. An
        incomplete one counts then, too, as far as it is certain."""
        found = []
        for message in self._inbox.messages(since=since):
            whole = self._inbox.whole(message)
            if message.text is None or not (whole or final):
                continue
            if not senders.may_answer(message.sender, pack, number=number):
                continue
            known = senders.is_operator(message.sender, pack) or message.sender == number
            if senders.is_elsewhere(message.text, sender_known=known):
                continue
            text = certain_text(message if whole else replace(message, cut=True))
            reading = read_safely(text, pack=pack, country=country, report=self._report)
            if reading.balance is not None or (final and reading.data_left_mb is not None):
                found.append(SmsReply(message, reading, tuple(self._inbox.parts_of(message))))
        return found

    def _ended(self, found: list[SmsReply]) -> Waited:
        money = [letter for letter in found if letter.reading.balance is not None]
        now = self._clock()
        money = [letter for letter in money if told_at(letter.message, now) == now] or money
        if len({letter.reading.balance for letter in money}) > 1:
            return Waited(
                error="contradiction", hint=f"two messages came that name different balances, so none counts: {LOOK}"
            )
        best = max(money or found, key=lambda letter: letter.reading.confidence == "operator", default=None)
        if best is not None:
            for letter in money or [best]:
                self._inbox.drop(letter.message)
            return Waited(letter=best)
        if self._inbox.full is not None:
            return Waited(error="no sms", hint=f"{ANNOUNCED}, and none came: {self._inbox.full}")
        within = f"within {self._paces.sms_s:.0f} s"
        return Waited(error="no sms", hint=f"{ANNOUNCED}, and none came that names it {within}: {LOOK}, or ask again")


def cms_hint(code: str) -> str:
    """The line for people that belongs to the error of a message that could not be sent (27.005 3.2.5)."""
    return _CMS_HINTS.get(code, f"the message that asks for the balance could not be sent ({code}); try again later")


_CMS_HINTS = {
    "CMS 8": "the operator bars this SIM from sending messages: it may be blocked, or its money used up",
    "CMS 10": "the operator bars this SIM from sending messages: it may be blocked, or its money used up",
    "CMS 21": "the operator turned the message down that asks for the balance: the SIM may be blocked",
    "CMS 27": 'the number that answers by SMS is out of service; set sms_query = "off"',
    "CMS 28": "the operator does not know this SIM: check that it is active",
    "CMS 30": "the operator does not know this SIM: check that it is active",
    "CMS 38": "the network is out of order for messages; try again in some minutes",
    "CMS 41": "the network had a fault; try again in some minutes",
    "CMS 42": "the network is busy; try again in some minutes",
    "CMS 50": "this SIM may not send messages: ask the operator",
    "CMS 69": "the network does not offer messages to this SIM",
    "CMS 302": "the modem does not allow messages as it is set up now; try again in a minute",
    "CMS 303": "this modem does not support messages",
    "CMS 304": "the modem did not understand the message that asks for the balance",
    "CMS 310": "there is no SIM in the modem",
    "CMS 322": "the storage for messages is full: delete some (modemd sms list)",
    "CMS 330": "the SIM knows no service centre for messages: enter it in a phone, or ask the operator",
    "CMS 331": "no network for messages; look at the reception",
    "CMS 332": "the network did not answer in time; try again in some minutes",
    "CMS 500": "the network or the modem refused the message without a reason; try again later",
    "bad number": "the pack's number for messages cannot be sent to",
    "bad text": "the pack's text for messages cannot be sent",
}
