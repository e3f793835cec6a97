"""The short messages of one session: what has come, the answer to a query, what the operator writes by itself."""

from __future__ import annotations

from modemd.backends.base import SmsAccess, SmsAnnounced, SmsReceived, SmsStorageFull
from modemd.errors import RefusedError
from modemd.explanations import situation
from modemd.modem.context import Context
from modemd.modem.late_answers import LateAnswers
from modemd.modem.requests import SmsListing
from modemd.modem.results import ResultWriter
from modemd.modem.sms.inbox import Inbox
from modemd.modem.sms.reply_by_sms import ReplyBySms
from modemd.modem.sms.unsolicited import Unsolicited
from modemd.money.pack import Pack


class Messages:
    """Owner thread only. A back end without access to messages has none: nothing comes, and who asks is told so."""

    def __init__(self, context: Context, results: ResultWriter, late_answers: LateAnswers) -> None:
        self._context = context
        self._inbox = Inbox(context)
        self._unsolicited = Unsolicited(context, self._inbox, results, late_answers)
        self.reply_by_sms = ReplyBySms(context, self._inbox)

    @property
    def full(self) -> str | None:
        """A line for people while a storage is (nearly) full."""
        return self._inbox.full

    def on_event(self, event: SmsAnnounced | SmsReceived | SmsStorageFull) -> None:
        self._inbox.on_event(event)

    def listing(self, *, may_mark: bool) -> SmsListing:
        """What lies there, joined. Raises RefusedError "not supported" where nothing tells, ModemError."""
        found = self._access().list(may_mark=may_mark)
        if not found.storages and not found.parts:
            raise RefusedError(situation("no messages"), code="not supported")
        return SmsListing(messages=found.messages, hidden=found.hidden, storages=found.storages)

    def poll_storages(self) -> None:
        """How full the storages are. Raises ModemError only."""
        self._inbox.poll_storages()
        self._context.owner.publish(sms_storages=self._inbox.storages)

    def poll(self, pack: Pack | None) -> float | None:
        """Deals with what has come by itself; seconds until something else is due, None = nothing waits. Raises
        ModemError only."""
        if self._inbox.said_full:
            self.poll_storages()
        return self._unsolicited.poll(pack)

    def _access(self) -> SmsAccess:
        if self._context.backend.sms is None:
            raise RefusedError(situation("no access to messages"), code="not supported")
        return self._context.backend.sms
