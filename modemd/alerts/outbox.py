"""The thread that delivers what the store holds, until there is a receipt for each alert and channel.

The store is the queue: a delivery that was pending when the daemon was killed is pending when it starts again. An alert
whose receipt could not be written is delivered twice rather than never; its id tells the receiver so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

from modemd.alerts.channels import Bound
from modemd.alerts.plan import Group, Plan, message, plan
from modemd.errors import DeliveryError, StoreError
from modemd.records import Alert
from modemd.store import Delivery, Held, Store

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
# One try, or one look at the store, takes no longer by far: short messages to several numbers take minutes each.
STUCK_S = 3600.0
# With several modems an alert waits so long for others: a tariff that ends is one message, not twenty.
GATHER_S = 10.0

log = logging.getLogger("modemd.alerts")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Outbox(threading.Thread):
    """Delivers due rows, one message at a time, the channels in turn: one that hangs holds the others up by its own
    limit only. What goes, waits or need not go is decided in plan.py.

    Sleeps without waking until the next delivery is due; wake() after each put_alert / raise_alerts.
    `on_result(delivery, error)` is called in this thread after each try: error None is a receipt, else why not.
    `gather_s`: of several modems, how long an alert waits for others, to be one message with them in this `language`.
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
        gather_s: float = 0.0,
        language: str = "en",
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
        # What became of deliveries, which the store could not take yet.
        self._owed: dict[tuple[int, ...], Callable[[], None]] = {}
        self._alive_until = float("inf")  # by then it will have said so again; it may wait for ever
        self._again: dict[int, float] = {}  # when deliveries are tried again (monotonic), wherever the clock goes
        self._language = language
        self._store.gather_s = self._gather_s = gather_s

    @property
    def channels(self) -> dict[str, Bound]:
        """The channels now in use, by name."""
        with self._changed:
            return dict(self._channels)

    @property
    def stuck(self) -> bool:
        """It has ended, or is over the deadline that it set itself: nothing is delivered any more. For any thread."""
        if self.ident is None or self._stopping:
            return False
        return not self.is_alive() or self._monotonic() > self._alive_until

    def wake(self) -> None:
        """There may be something new in the store."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def replace(self, channels: Mapping[str, Bound], *, gather_s: float = 0.0, language: str = "en") -> None:
        """Use these from the next delivery on (configuration reloaded); a running one ends as it was started."""
        with self._changed:
            self._channels = dict(channels)
            self._language = language
            self._store.gather_s = self._gather_s = gather_s
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
            self._alive_until = float("inf")
            with self._changed:
                self._changed.wait_for(self._has_news, pause_s)

    def _declare(self) -> None:
        """In front of each message. A store that hangs stops the main loop as well, which is watched."""
        self._alive_until = self._monotonic() + STUCK_S

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
        owed = {number for numbers in self._owed for number in numbers} - ready
        for one in due:
            if one.held == "gather":
                self._again.setdefault(one.id, began + self._gather_s)
        with self._changed:
            channels, together = dict(self._channels), self._gather_s > 0
        planned = plan(
            [one for one in due if one.id not in owed],
            channels,
            now=self._clock(),
            counted=self._store.counted,
            ready=ready,
            together=together,
        )
        try:
            self._hold_back(planned)
        except StoreError as error:
            pause_s = self._store_failed(error)
        for group in planned.send:
            self._declare()
            try:
                self._try(group)
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
            for numbers, write in list(self._owed.items()):
                write()
                del self._owed[numbers]
        except StoreError as error:
            return self._store_failed(error)
        return None

    def _hold_back(self, planned: Plan) -> None:
        """Raises StoreError."""
        if not (planned.hold or planned.drop):
            return
        with self._store.together():
            for delivery, until, why in planned.hold:
                self._store.hold(delivery.id, until, why)
            for delivery in planned.drop:
                self._again.pop(delivery.id, None)
                self._store.not_needed(delivery.id)
        for delivery in planned.drop:
            log.info("not needed any more through %s (alert %s)", delivery.channel, delivery.alert.id)

    def _ended(self, numbers: tuple[int, ...], writes: list[Callable[[], None]]) -> None:
        """A try is over. Kept until the store has it, so that a full disk does not send one alert again and again."""

        def write() -> None:
            with self._store.together():
                for one in writes:
                    one()

        self._owed[numbers] = write
        write()
        del self._owed[numbers]

    def _store_failed(self, error: StoreError) -> float:
        if error.message != self._store_fault:
            log.warning("alerts cannot be kept up to date: %s", error)
        self._store_fault = error.message
        return self._store_pause_s

    def _try(self, group: Group) -> None:
        channel = group[0].channel
        with self._changed:
            if self._stopping:
                return
            bound = self._running = self._channels.get(channel)
        alert = message([one.alert for one in group], self._language)
        try:
            error = _send(bound, channel, alert)
        finally:
            with self._changed:
                self._running = None
        if error is not None and self._stopping:
            return  # cut short by us: no fault of the channel, and due again at the next start
        sent_as = alert.id if len(group) > 1 else None
        # Those that were tried as often wait as long, and stay together.
        delay_s = max(self._delay_s(one, error) for one in group) if error is not None else 0.0
        writes = [self._write_of(one, error, sent_as, delay_s) for one in group]
        try:
            self._ended(tuple(one.id for one in group), writes)
        finally:
            if self._on_result is not None:
                for one in group:
                    self._on_result(one, None if error is None else error.message)

    def _write_of(
        self, delivery: Delivery, error: DeliveryError | None, sent_as: str | None, delay_s: float
    ) -> Callable[[], None]:
        """What a try makes of one delivery of its message, to be written."""
        now = self._clock()
        self._again.pop(delivery.id, None)
        alert, place = delivery.alert, f"{delivery.channel}: {delivery.alert.event} for {delivery.alert.modem}"
        if error is None:
            log.info("delivered through %s (alert %s)", place, alert.id)
            return partial(self._store.delivered, delivery.id, now, message=sent_as)
        tries = delivery.tries + 1
        late = tries >= GIVE_UP_TRIES and now - self._store.counted(alert.raised_at, now) >= GIVE_UP_AFTER
        if alert.on_request or error.permanent or late:
            log.error("given up after %d tries through %s (alert %s): %s", tries, place, alert.id, error)
            return partial(self._store.give_up, delivery.id, error.message)
        log.warning("not delivered through %s (alert %s), again in %g s: %s", place, alert.id, delay_s, error)
        self._again[delivery.id] = self._monotonic() + delay_s
        held: Held | None = "busy" if error.retry_after_s is not None else None
        return partial(self._store.retry, delivery.id, error.message, now + timedelta(seconds=delay_s), held=held)

    def _delay_s(self, delivery: Delivery, error: DeliveryError) -> float:
        """Until the next try: not before the other side wants it, and within RETRY_DELAYS_S."""
        delay_s = self._delays_s[min(delivery.tries + 1, len(self._delays_s)) - 1]
        return min(max(delay_s, error.retry_after_s or 0.0), max(RETRY_DELAYS_S[-1], delay_s))


def _send(bound: Bound | None, channel: str, alert: Alert) -> DeliveryError | None:
    """None = received, else why not."""
    if bound is None:
        return DeliveryError(f"no channel is called {channel} any more: configure it again")
    try:
        bound.channel.send(alert)
    except DeliveryError as error:
        return error
    except Exception:
        # A bug in one channel must not silence the others.
        log.exception("channel %s failed on alert %s", channel, alert.id)
        return DeliveryError(f"{channel} failed unexpectedly: see the log")
    return None
