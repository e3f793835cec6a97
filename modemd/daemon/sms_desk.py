"""Sends the messages of the `sms` channel through a modem of this daemon: for the outbox's thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, Protocol

from modemd.clock import is_set
from modemd.errors import DeliveryError
from modemd.modem.requests import SmsSend, SmsSent
from modemd.records import ModemSnapshot
from modemd.store import Store

DAY = timedelta(hours=24)
# A modem that is asked for its balance is busy for up to 180 s.
TURN_S = 240.0
# The SIM of `through` cannot pay now: a top-up takes a person.
POOR_S = 3600.0


class Sender(Protocol):
    """The owner thread of a modem, as far as this needs it."""

    @property
    def snapshot(self) -> ModemSnapshot: ...
    def submit(self, request: SmsSend) -> Future[Any]: ...
    def cancel(self, future: Future[Any]) -> None: ...


class FleetDesk:
    """`owner_of` gives a modem's owner thread, None where there is none (any more)."""

    def __init__(
        self, store: Store, *, owner_of: Callable[[str], Sender | None], clock: Callable[[], datetime]
    ) -> None:
        self._store, self._owner_of, self._clock = store, owner_of, clock
        self._ended = threading.Event()
        self._cancelled = False

    def send(self, channel: str, through: str, number: str, text: str, per_day: int | None) -> None:
        """Raises DeliveryError; nothing went out then."""
        owner = self._owner_of(through)
        if owner is None:
            raise DeliveryError(f"no modem is called {through} any more")
        self._check_purse(channel, through, owner.snapshot, per_day)
        self._ended.clear()
        if self._cancelled:
            raise DeliveryError("no message was sent: modemd is stopping")
        future = owner.submit(SmsSend(number=number, text=text))
        future.add_done_callback(lambda _ended: self._ended.set())
        self._ended.wait(TURN_S)
        if not future.done():
            owner.cancel(future)  # one that waits for its turn is dropped; one that is on its way ends by itself
            self._ended.clear()
            if not future.done() and not self._cancelled:
                self._ended.wait(TURN_S)
        if not future.done():
            return  # on its way, and nobody will know: not again
        sent = future.result()
        if not isinstance(sent, SmsSent):
            raise DeliveryError(f"{through}: the message was not sent")
        if sent.error is not None and not sent.unknown:
            raise DeliveryError(f"{through}: {sent.hint or sent.error}")

    def cancel(self) -> None:
        self._cancelled = True
        self._ended.set()

    # --- helpers

    def _check_purse(self, channel: str, through: str, snapshot: ModemSnapshot, per_day: int | None) -> None:
        """Raises DeliveryError where the SIM cannot pay, is abroad, or has had its share of the day."""
        if snapshot.network.roaming:
            raise DeliveryError(f"{through} is roaming, where messages cost more: none is sent", retry_after_s=POOR_S)
        reading = self._store.standing(through, snapshot.sim_key, now=self._clock()).shown
        balance = None if reading is None else reading.reading.balance
        if balance is None:
            raise DeliveryError(f"the balance of {through} is not known: no message is sent", retry_after_s=600.0)
        if balance <= 0:
            raise DeliveryError(f"the SIM of {through} cannot pay for a message", retry_after_s=POOR_S)
        now = self._clock()
        if per_day is not None and is_set(now) and self._store.delivered_since(channel, now - DAY) >= per_day:
            raise DeliveryError(f"{channel} has sent its {per_day} of 24 hours (per_day)", retry_after_s=POOR_S)
