"""The thread that delivers what the store holds, until there is a receipt for each alert and channel.

The store is the queue: a delivery that was pending when the daemon was killed is pending when it starts again. An alert
whose receipt could not be written is delivered twice rather than never; its id tells the receiver so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import zip_longest

from modemd.alerts.channels import Bound
from modemd.errors import DeliveryError, StoreError
from modemd.store import Delivery, Store

# After a failed try: soon, for a network that is just coming up; later rarely, for a person who has to mend something.
RETRY_DELAYS_S = (30.0, 120.0, 600.0, 3600.0, 6 * 3600.0)
# The last delay repeats until a week is over: who was away for a week will look at `modemd status` anyway.
GIVE_UP_AFTER = timedelta(days=7)
# As many tries as the delays make in a week. Both must be over: a clock that jumps a year ahead ends nothing, and
# neither do the extra tries that each new alert brings.
GIVE_UP_TRIES = len(RETRY_DELAYS_S) + int(GIVE_UP_AFTER / timedelta(seconds=RETRY_DELAYS_S[-1]))
# The store cannot be written (full disk): look again after this.
STORE_PAUSE_S = 60.0
STOP_S = 3.0

log = logging.getLogger("modemd.alerts")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox(threading.Thread):
    """Delivers due rows, one at a time, the channels in turn: one that hangs holds the others up by its own limit only.

    Sleeps without waking until the next delivery is due; wake() after each put_alert / raise_alerts.
    `on_result(delivery, error)` is called in this thread after each try: error None is a receipt, else why not.
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Bound],
        *,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        on_result: Callable[[Delivery, str | None], None] | None = None,
        delays_s: tuple[float, ...] = RETRY_DELAYS_S,
        store_pause_s: float = STORE_PAUSE_S,
    ) -> None:
        super().__init__(name="outbox", daemon=True)
        self._store = store
        self._channels = dict(channels)
        self._clock = clock
        self._on_result = on_result
        self._delays_s = delays_s
        self._store_pause_s = store_pause_s
        self._changed = threading.Condition()
        self._woken = False
        self._stopping = False
        self._running: Bound | None = None
        self._store_fault: str | None = None
        self._monotonic = monotonic
        self._owed: dict[int, Callable[[], None]] = {}  # what became of deliveries, which the store could not take yet
        self._again: dict[int, float] = {}  # when deliveries are tried again (monotonic), wherever the clock goes

    @property
    def channels(self) -> dict[str, Bound]:
        """The channels now in use, by name."""
        with self._changed:
            return dict(self._channels)

    def wake(self) -> None:
        """There may be something new in the store."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def replace(self, channels: Mapping[str, Bound]) -> None:
        """Use these from the next delivery on (configuration reloaded); a running one ends as it was started."""
        with self._changed:
            self._channels = dict(channels)
        self.wake()

    def stop(self, timeout_s: float = STOP_S) -> bool:
        """End a running delivery with its children, and the thread; True when it ended in time. What waits, waits."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            channels = list(self._channels.values())
            running = self._running
        for bound in [*channels, *([running] if running else [])]:
            bound.channel.cancel()
        if self.is_alive():
            self.join(timeout_s)
        return not self.is_alive()

    def run(self) -> None:
        while not self._stopping:
            with self._changed:
                self._woken = False  # before looking, so that what comes while we look is not missed
            try:
                pause_s = self._deliver_due()
            except StoreError as error:
                pause_s = self._store_failed(error)
            except Exception:
                # A bug must not end the deliveries for the rest of this process's life.
                log.exception("delivering alerts failed unexpectedly")
                pause_s = self._store_pause_s
            with self._changed:
                self._changed.wait_for(self._has_news, pause_s)

    def _has_news(self) -> bool:
        return self._woken or self._stopping

    def _deliver_due(self) -> float | None:
        """One try for each due row; how long until the next is due, None = until somebody wakes us."""
        pause_s = self._write_owed()
        began = self._monotonic()
        ready = {number for number, at in self._again.items() if at <= began}
        due = self._store.outbox_due(self._clock(), also=ready)
        for number in ready:
            del self._again[number]
        for delivery in in_turn(due):
            if delivery.id in self._owed and delivery.id not in ready:
                continue
            try:
                self._try(delivery)
            except StoreError as error:
                pause_s = self._store_failed(error)
        pauses = [at - self._monotonic() for at in self._again.values()]
        next_at = self._store.next_delivery() if pause_s is None else None
        pauses += [pause_s] if pause_s is not None else []
        pauses += [(next_at - self._clock()).total_seconds()] if next_at is not None else []
        return max(0.0, min(pauses)) if pauses else None

    def _write_owed(self) -> float | None:
        """What the store could not take before; how long to wait where it still cannot."""
        try:
            for number, write in list(self._owed.items()):
                write()
                del self._owed[number]
        except StoreError as error:
            return self._store_failed(error)
        return None

    def _ended(self, number: int, write: Callable[[], None]) -> None:
        """A try is over. Kept until the store has it, so that a full disk does not send one alert again and again."""
        self._owed[number] = write
        write()
        del self._owed[number]

    def _store_failed(self, error: StoreError) -> float:
        if error.message != self._store_fault:
            log.warning("alerts cannot be kept up to date: %s", error)
        self._store_fault = error.message
        return self._store_pause_s

    def _try(self, delivery: Delivery) -> None:
        with self._changed:
            if self._stopping:
                return
            bound = self._running = self._channels.get(delivery.channel)
        try:
            error = _send(bound, delivery)
        finally:
            with self._changed:
                self._running = None
        if error is not None and self._stopping:
            return  # cut short by us: no fault of the channel, and due again at the next start
        try:
            self._note(delivery, error)
        finally:
            if self._on_result is not None:
                self._on_result(delivery, error)

    def _note(self, delivery: Delivery, error: str | None) -> None:
        now = self._clock()
        self._again.pop(delivery.id, None)
        alert, place = delivery.alert, f"{delivery.channel}: {delivery.alert.event} for {delivery.alert.modem}"
        if error is None:
            log.info("delivered through %s (alert %s)", place, alert.id)
            self._ended(delivery.id, partial(self._store.delivered, delivery.id, now))
            return
        tries = delivery.tries + 1
        if alert.event == "test" or (
            tries >= GIVE_UP_TRIES and now - self._store.counted(alert.raised_at, now) >= GIVE_UP_AFTER
        ):
            log.error("given up after %d tries through %s (alert %s): %s", tries, place, alert.id, error)
            self._ended(delivery.id, partial(self._store.give_up, delivery.id, error))
            return
        delay_s = self._delays_s[min(tries, len(self._delays_s)) - 1]
        log.warning("not delivered through %s (alert %s), again in %g s: %s", place, alert.id, delay_s, error)
        self._again[delivery.id] = self._monotonic() + delay_s
        again_at = now + timedelta(seconds=delay_s)
        self._ended(delivery.id, partial(self._store.retry, delivery.id, error, again_at))


def in_turn(deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The channels one after the other, each channel's own deliveries in the order in which they were raised."""
    queues: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        queues.setdefault(delivery.channel, []).append(delivery)
    return [delivery for turn in zip_longest(*queues.values()) for delivery in turn if delivery is not None]


def _send(bound: Bound | None, delivery: Delivery) -> str | None:
    """None = received, else why not."""
    if bound is None:
        return f"no channel is called {delivery.channel} any more: configure it again"
    try:
        bound.channel.send(delivery.alert)
    except DeliveryError as error:
        return error.message
    except Exception:
        # A bug in one channel must not silence the others.
        log.exception("channel %s failed on alert %s", delivery.channel, delivery.alert.id)
        return f"{delivery.channel} failed unexpectedly: see the log"
    return None
