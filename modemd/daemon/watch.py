"""Subscriptions of the control socket: what happens, told to everybody who watches, as it happens.

A subscription begins with the present state, goes on with the stored rows that its client has missed, and is then live,
without a gap and without a double (docs/protocol.md). The store is the log: rows and alerts are told in the order in
which it numbered them, whatever the order in which threads report them.

Belongs to the main loop's thread. An event is encoded once, however many watch, and nobody waits for a client: who lets
MAX_UNREAD_BYTES pile up is dropped. While nobody watches, nothing is read from the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime

from modemd.clock import rfc3339
from modemd.daemon import render, request_fields
from modemd.daemon.connection import Request, encode_row
from modemd.daemon.control import MAX_CLIENTS
from modemd.daemon.fleet import Fleet
from modemd.daemon.views import Views
from modemd.errors import RefusedError, StoreError
from modemd.explanations import line_of
from modemd.log import get_logger
from modemd.records import Measurement, ModemSnapshot
from modemd.store import AlertRow, Delivery, Store

MAX_UNREAD_BYTES = 1 << 18  # of one client, while it is live
PAGE = 16  # stored rows that are read at once: a few ms on a Pi Zero


class _Subscription:
    def __init__(self, request: Request, modem: str | None, *, after: int, replaying: bool) -> None:
        self.request = request
        self.modem = modem  # None: all
        self.after = after  # rows up to this one are sent, or are none of this client's concern
        self.replaying = replaying  # rows still come out of the store, so they are not told as well
        self.backlog: deque[bytes] | None = deque()  # what happens until it is live; None = it is
        self.waiting = 0  # octets in `backlog`


class Watch:
    """Everybody who watches. Its methods are called with what happened; calling it is the handler of `watch`."""

    def __init__(self, fleet: Fleet, store: Store, views: Views, *, clock: Callable[[], datetime]) -> None:
        self._fleet = fleet
        self._store = store
        self._views = views
        self._clock = clock
        self._subscriptions: list[_Subscription] = []
        self._states: dict[str, render.Json] = {}  # the last state of each modem, as told
        self._numbers: dict[str, int] = {}  # of the snapshot behind each
        self._told_row = 0  # `seq` of the last row that was told
        self._told_alert = 0  # AlertRow.number of the last alert that was told

    @property
    def watched(self) -> bool:
        """Somebody does."""
        return bool(self._subscriptions)

    def __call__(self, request: Request) -> None:
        """Begins a subscription. Raises RefusedError for fields that make no sense, and StoreError."""
        modem = request_fields.field(request, "modem", str, None)
        if modem is not None:
            self._fleet.resolve(modem)
        since = request_fields.row_number(request, "since")
        if len(self._subscriptions) >= MAX_CLIENTS:
            raise RefusedError(f"{MAX_CLIENTS} requests watch: end one of them, then ask again", code="busy")
        last = self._store.last_seq()
        if self._subscriptions:
            self.alerts()
        else:
            self._states.clear()
            self._told_row = last
            self._told_alert = max((row.number for row in self._store.alerts(limit=1)), default=0)
        self.refresh()
        # A client that knows more rows than there are has known another store: this one begins anew for it.
        after = last if since is None else since if since <= last else 0
        subscription = _Subscription(request, modem, after=after, replaying=since is not None)
        states = [event for event in self._states.values() if modem in (None, event["modem"])]
        opened = [row for row in reversed(self._store.alerts(open_only=True)) if modem in (None, row.alert.modem)]
        self._subscriptions.append(subscription)

        def cancel() -> None:
            self._forget(subscription)
            request.finish({"seq": subscription.after})

        request.on_cancel = cancel
        request.stream(self._beginning(subscription, [*states, *map(_alert, opened)]))

    # --- what happens ------------------------------------------------------------------------------------------------

    def measured(self, m: Measurement) -> None:
        """A row of the history, stored or (`seq` None) not."""
        if not self._subscriptions:
            return
        if m.seq is None:
            self._tell(self._row(m))
        elif m.seq == self._told_row + 1:
            self._tell_row(m)
        elif m.seq > self._told_row:  # another thread's row was stored before this one and is reported after it
            for row in self._store.rows_after(self._told_row, limit=m.seq - self._told_row):
                self._tell_row(row)

    def snapshot(self, snapshot: ModemSnapshot) -> None:
        """Told where it changes what `status` says, but for the age of the reading."""
        name = snapshot.modem
        if name in self._fleet.settings and self._subscriptions:
            self._look_at(snapshot)

    def refresh(self, names: Collection[str] | None = None) -> None:
        """The present state of these modems (None: all), told where it changed: new and removed modems, a level that
        time or a person changed, the next query. Raises StoreError."""
        for name in [name for name in self._states if name not in self._fleet.settings]:
            del self._states[name]
            self._numbers.pop(name, None)
            self._removed(name)
        for name in self._fleet.settings if names is None else [name for name in names if name in self._fleet.settings]:
            self._look_at(self._fleet.snapshot(name))

    def alerts(self) -> None:
        """Alerts may have been raised. Raises StoreError."""
        if self._subscriptions:
            while rows := self._store.rows_after(self._told_row, limit=PAGE):  # no alert is told before its row
                for m in rows:
                    self._tell_row(m)
            for row in reversed(self._store.alerts(after=self._told_alert)):
                self._told_alert = row.number
                self._tell(_alert(row))

    def tried(self, delivery: Delivery, error: str | None) -> None:
        """A channel took an alert (`error` None), or why it did not; the outbox has noted it. Raises StoreError."""
        if not self._subscriptions:
            return
        self.alerts()  # no delivery is told before its alert
        row = self._store.alert(delivery.alert.id)
        if row is None:
            return
        noted = next((one for one in row.deliveries if one.id == delivery.id), delivery)
        if error is None and noted.state == "pending":  # the disk was full: the receipt is written later
            noted = replace(noted, state="delivered", tries=noted.tries + 1, delivered_at=self._clock())
        at = rfc3339(noted.delivered_at or self._clock())
        self._tell({
            "type": "delivery", "at": at, "modem": row.alert.modem,
            "delivery": render.delivery(noted), "alert": render.alert(row),
        })  # fmt: skip

    def _look_at(self, snapshot: ModemSnapshot) -> None:
        if snapshot.number < self._numbers.get(snapshot.modem, 0):
            return  # it waited in the loop while a newer one was told
        self._numbers[snapshot.modem] = snapshot.number
        before = self._states.get(snapshot.modem)
        event = self._states[snapshot.modem] = self._state(snapshot)
        if before is None or _ageless(before) != _ageless(event):
            self._tell(event)

    # --- to the clients ----------------------------------------------------------------------------------------------

    def _beginning(self, subscription: _Subscription, present: list[render.Json]) -> Iterator[bytes]:
        """What is, what was missed, the mark, and what happened meanwhile; then the subscription is live."""
        yield from map(encode_row, present)
        try:
            while subscription.replaying:
                page = self._store.rows_after(subscription.after, modem=subscription.modem, limit=PAGE)
                for row in page:
                    assert row.seq is not None  # noqa: S101 (it comes out of the store)
                    subscription.after = row.seq
                    yield encode_row(self._row(row))
                subscription.replaying = bool(page)
        except StoreError as error:
            self._forget(subscription)
            subscription.request.fail("failed", error.message)
            return
        yield encode_row({"type": "live", "at": rfc3339(self._clock()), "modem": None, "seq": subscription.after})
        while subscription.backlog:
            event = subscription.backlog.popleft()
            subscription.waiting -= len(event)
            yield event
        subscription.backlog = None

    def _tell_row(self, m: Measurement) -> None:
        assert m.seq is not None  # noqa: S101 (told by its number)
        self._told_row = m.seq
        self._tell(self._row(m), seq=m.seq)

    def _tell(self, event: render.Json, *, seq: int | None = None) -> None:
        line = encode_row(event)
        self._subscriptions = [one for one in self._subscriptions if one.request.open]
        for subscription in list(self._subscriptions):
            if subscription.modem not in (None, event["modem"]):
                continue
            if seq is not None:
                if subscription.replaying or seq <= subscription.after:
                    continue
                subscription.after = seq
            if subscription.backlog is None:
                subscription.request.put(line)
            else:
                subscription.backlog.append(line)
                subscription.waiting += len(line)
            if subscription.request.unread + subscription.waiting > MAX_UNREAD_BYTES:
                self._drop(subscription)

    def _drop(self, subscription: _Subscription) -> None:
        """The memory of a Pi is not a client's to fill."""
        self._forget(subscription)
        peer = subscription.request.peer
        get_logger().warning("a client that watches does not read: dropped", peer=peer.pid, uid=peer.uid)
        subscription.request.drop("too slow", line_of("too slow", about=f"{MAX_UNREAD_BYTES >> 10} KiB"))

    def _removed(self, name: str) -> None:
        self._tell({"type": "removed", "at": rfc3339(self._clock()), "modem": name})
        for subscription in [one for one in self._subscriptions if one.modem == name]:
            self._forget(subscription)
            message = f"{name} is no longer in the configuration: there is {', '.join(self._fleet.settings)}"
            subscription.request.fail("no such modem", message)

    def _forget(self, subscription: _Subscription) -> None:
        if subscription in self._subscriptions:
            self._subscriptions.remove(subscription)

    # --- events ------------------------------------------------------------------------------------------------------

    def _state(self, snapshot: ModemSnapshot) -> render.Json:
        now = rfc3339(self._clock())
        return {"type": "state", "at": now, "modem": snapshot.modem, "status": self._views.status(snapshot)}

    def _row(self, m: Measurement) -> render.Json:
        row = self._views.history_row(m)
        kind = "reading" if row["error"] is None else "failure"
        return {"type": kind, "at": row["taken_at"], "modem": m.modem, "seq": m.seq, "measurement": row}


def _alert(row: AlertRow) -> render.Json:
    alert = render.alert(row)
    return {"type": "alert", "at": alert["raised_at"], "modem": row.alert.modem, "alert": alert}


def _ageless(event: render.Json) -> render.Json:
    return {**event["status"], "age_s": None}
