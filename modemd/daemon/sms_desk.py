"""Sends the messages of the `sms` channel through a modem of this daemon: for the outbox's thread.

What went out is noted under "channel:NAME" beside the states of SIMs: messages cost money, so neither a restart, a new
configuration nor a clock that jumps may send one again, or more of them in a day than the owner allows.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

from modemd.alerts.channels import ModemAway, SmsOrder
from modemd.errors import DeliveryError, StoreError
from modemd.frozen import dataclass
from modemd.modem.requests import SmsSend, SmsSent
from modemd.records import ModemSnapshot, State
from modemd.store import Store

DAY = timedelta(hours=24)
# A modem that is asked for its balance is busy for up to 180 s.
TURN_S = 240.0
# The SIM of `through` cannot pay now: a top-up takes a person.
POOR_S = 3600.0
# In these a request gets its turn; in the others it would wait for it in vain, a minute a number.
TAKES_TURNS: frozenset[State] = frozenset({"ready", "busy", "quarantine"})
REMEMBERED = 128  # messages: more than `per_day` can be


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
        self._books: dict[str, _Book] = {}
        self._ended = threading.Event()
        self._cancelled = False

    def send(self, order: SmsOrder) -> None:
        """Nothing for a number that has been told of all of it. Raises DeliveryError; nothing went out then."""
        owner, through = self._owner_of(order.through), order.through
        if owner is None:
            raise DeliveryError(f"no modem is called {through} any more")
        book = self._book(order.channel)
        if book.has_told(order):
            return
        _check_modem(through, owner.snapshot)
        self._check_purse(order, book, owner.snapshot)
        self._ended.clear()
        if self._cancelled:
            raise DeliveryError("no message was sent: modemd is stopping")
        future = owner.submit(SmsSend(number=order.number, text=order.text))
        future.add_done_callback(lambda _ended: self._ended.set())
        self._ended.wait(TURN_S)
        if not future.done():
            owner.cancel(future)  # one that waits for its turn is dropped; one that is on its way ends by itself
            self._ended.clear()
            if not future.done() and not self._cancelled:
                self._ended.wait(TURN_S)
        if not future.done():
            self._note(order, book)  # on its way, and nobody will know: not again
            return
        sent = future.result()
        if not isinstance(sent, SmsSent):
            raise DeliveryError(f"{through}: the message was not sent")
        if sent.error in ("busy", "cancelled"):
            raise ModemAway(f"{through}: {sent.hint or sent.error}")
        if sent.error is not None and not sent.unknown:
            raise DeliveryError(f"{through}: {sent.hint or sent.error}")
        self._note(order, book)

    def cancel(self) -> None:
        self._cancelled = True
        self._ended.set()

    # --- helpers

    def _check_purse(self, order: SmsOrder, book: _Book, snapshot: ModemSnapshot) -> None:
        """Raises DeliveryError where the SIM cannot pay, is abroad, or has had its share of the day."""
        through, now = order.through, self._clock()
        if snapshot.network.roaming:
            raise DeliveryError(f"{through} is roaming, where messages cost more: none is sent", retry_after_s=POOR_S)
        reading = self._store.standing(through, snapshot.sim_key, now=now).shown
        balance = None if reading is None else reading.reading.balance
        if balance is None:
            raise DeliveryError(f"the balance of {through} is not known: no message is sent", retry_after_s=600.0)
        if balance <= 0:
            raise DeliveryError(f"the SIM of {through} cannot pay for a message", retry_after_s=POOR_S)
        others = [one for one in book.messages if one.message != order.alert.id]
        today = sum(self._store.counted(one.at, now) > now - DAY for one in others)
        if order.per_day is not None and today >= order.per_day:
            line = f"{order.channel} has sent its {order.per_day} of 24 hours (per_day)"
            raise DeliveryError(line, retry_after_s=POOR_S)

    def _book(self, channel: str) -> _Book:
        if channel not in self._books:
            self._books[channel] = _Book.of(self._store.alert_state(f"channel:{channel}"))
        return self._books[channel]

    def _note(self, order: SmsOrder, book: _Book) -> None:
        """It is known here even where the disk is full. What a person asked for takes nothing from the day."""
        if order.per_day is None:
            return
        book.note(order, self._clock())
        with suppress(StoreError):
            self._store.save_alert_state(f"channel:{order.channel}", book.state)


def _check_modem(through: str, snapshot: ModemSnapshot) -> None:
    """Raises ModemAway where waiting for a turn would bring none: other channels wait behind this one."""
    if snapshot.state not in TAKES_TURNS:
        why = snapshot.error or f"it is not ready ({snapshot.state})"
        raise ModemAway(f"no message is sent through {through}: {why}")


@dataclass(frozen=True, slots=True)
class _Message:
    """`to`: the numbers that have got it; `alerts`: what it told of."""

    message: str
    at: datetime
    to: tuple[str, ...]
    alerts: tuple[str, ...]


class _Book:
    """What one channel has sent, the oldest first."""

    def __init__(self, messages: list[_Message]) -> None:
        self.messages = messages

    @classmethod
    def of(cls, state: Mapping[str, object]) -> _Book:
        """What is damaged is left out."""
        found = []
        kept = state.get("sent")
        for one in kept if isinstance(kept, list) else ():
            with suppress(KeyError, TypeError, ValueError, AttributeError):
                at = datetime.fromisoformat(one["at"])
                found.append(_Message(str(one["id"]), at, tuple(one["to"]), tuple(one["of"])))
        return cls(found)

    @property
    def state(self) -> dict[str, object]:
        rows = [
            {"id": one.message, "at": one.at.isoformat(), "to": list(one.to), "of": list(one.alerts)}
            for one in self.messages
        ]
        return {"sent": rows}

    def has_told(self, order: SmsOrder) -> bool:
        told = {ident for one in self.messages if order.number in one.to for ident in one.alerts}
        return told.issuperset(_alerts_of(order))

    def note(self, order: SmsOrder, at: datetime) -> None:
        before = next((one for one in self.messages if one.message == order.alert.id), None)
        to = (*(before.to if before else ()), order.number)
        self.messages = [one for one in self.messages if one is not before]
        self.messages.append(_Message(order.alert.id, at, to, _alerts_of(order)))
        del self.messages[:-REMEMBERED]


def _alerts_of(order: SmsOrder) -> tuple[str, ...]:
    return tuple(one.id for one in order.alert.members) or (order.alert.id,)
