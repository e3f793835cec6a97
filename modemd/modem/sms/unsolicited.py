"""Short messages that the operator sends by itself: a balance becomes a reading, a top-up or a warning is a reason to
ask soon. Everything else is somebody's private matter: neither stored nor logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from modemd.explanations import situation
from modemd.modem import confirmation
from modemd.modem.context import Context
from modemd.modem.interpretation import certain_text, read_safely
from modemd.modem.late_answers import LateAnswers
from modemd.modem.results import Found, ResultWriter
from modemd.modem.sms.inbox import Inbox, decoder_of, told_at
from modemd.money.pack import Pack
from modemd.records import Reading, SmsMessage

JUST_ASKED = timedelta(minutes=15)


class Unsolicited:
    """Owner thread only. What has come lies in `inbox`."""

    def __init__(self, context: Context, inbox: Inbox, results: ResultWriter, late_answers: LateAnswers) -> None:
        self._context, self._inbox, self._results, self._late_answers = context, inbox, results, late_answers

    def poll(self, pack: Pack | None) -> float | None:
        """Reads what was announced, where that leaves no mark, and deals with what is complete; seconds until something
        else is due, None = nothing waits. Raises ModemError only."""
        self._inbox.fetch()
        parts_s = self._context.paces.sms_parts_s
        waits: list[float] = []
        if self._inbox.announced:
            waits.append(0.0)
        for message in self._inbox.messages():
            age_s = self._inbox.age_of(message)
            whole = self._inbox.whole(message)
            if not whole and age_s < parts_s:
                waits.append(parts_s - age_s)
                continue
            decoder = decoder_of(self._inbox.parts_of(message))
            self._inbox.drop(message)
            self._deal_with(message if whole else replace(message, cut=True), pack, decoder)
        return min(waits, default=None)

    # --- helpers

    def _deal_with(self, message: SmsMessage, pack: Pack | None, decoder: str) -> None:
        if pack is None or message.text is None:
            return
        from modemd.money import senders  # late, as the reader: most modems get no message for days
        from modemd.money.notices import notice

        if not senders.is_operator(message.sender, pack):
            return
        if senders.is_elsewhere(message.text, sender_known=True):
            return
        text = certain_text(message)
        reading = read_safely(text, pack=pack, country=pack.country, report=self._context.report)
        told = notice(text)
        sure = reading.balance is not None and reading.confidence == "operator"
        if not (sure or told is not None) or not self._late_answers.has_room():
            return
        now = self._context.clocks.now()
        taken_at = told_at(message, now)
        sim_key = self._context.owner.snapshot().sim_key or ""
        doubtful = sure and confirmation.is_wanted(self._context, sim_key, reading, channel="sms", origin="sms")
        sure = sure and not doubtful
        if taken_at < now or doubtful or (not sure and (told == "top_up" or not self._just_asked(now))):
            self._context.owner.publish(wanted_at=now)
        self._results.write(
            "sms",
            Found(
                reading=reading if sure else Reading(kind="other"),
                channel="sms",
                text=message.text,
                raw=message.raw,
                decoder=decoder,
                taken_at=taken_at,
                hint=situation("not asked for") if doubtful else None,
            ),
        )

    def _just_asked(self, now: datetime) -> bool:
        """A warning right behind a question says nothing new, and may have been caused by it: a loop, else."""
        name, sim_key = self._context.settings.name, self._context.owner.snapshot().sim_key
        last = self._context.store.last_attempt(name, sim_key)
        return last is not None and now - self._context.store.counted(last, now) < JUST_ASKED
