"""What the questions for the balance and for the data left share."""

from __future__ import annotations

from typing import Protocol

from modemd.frozen import dataclass
from modemd.modem.context import Context
from modemd.modem.results import ResultWriter
from modemd.modem.sms.reply_by_sms import ReplyBySms
from modemd.modem.subscriber import Subscriber
from modemd.records import Origin, UssdResult


class RequestEnded(Protocol):
    """Told how a request ended: whether its answer may still come. Without a result the modem fell silent."""

    def __call__(self, code: str, result: UssdResult | None, *, balance: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class Means:
    """What a session lends to those who ask in it."""

    context: Context
    results: ResultWriter
    subscriber: Subscriber
    reply_by_sms: ReplyBySms
    ended: RequestEnded


class Asker:
    """Owner thread only."""

    def __init__(self, means: Means) -> None:
        self._context, self._results, self._subscriber = means.context, means.results, means.subscriber
        self._reply_by_sms, self._ended = means.reply_by_sms, means.ended
        self._settings, self._clocks = means.context.settings, means.context.clocks

    def _note_attempt(self, sim_key: str, origin: Origin) -> None:
        """On the disk before the request is on the wire. Raises StoreError."""
        self._context.store.note_attempt(self._settings.name, sim_key, at=self._clocks.now(), origin=origin)
