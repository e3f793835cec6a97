"""`modemd alerts rehearse`: a balance that falls and recovers, through the real channels, act by act."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from modemd.alerts.channels import matching
from modemd.daemon import request_fields
from modemd.daemon.alarm import Alarm
from modemd.daemon.connection import Request
from modemd.daemon.fleet import Fleet
from modemd.errors import RefusedError
from modemd.records import Alert
from modemd.store import Store

RECEIPTS_S = 180.0  # for each act, or test: some channels take a minute or two, and they run one after the other


class Rehearsals:
    """One at a time: two would look like one that makes no sense. Belongs to the main loop's thread; `look` is called
    when a delivery was tried."""

    def __init__(
        self, fleet: Fleet, store: Store, alarm: Alarm, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._fleet, self._store, self._alarm = fleet, store, alarm
        self._monotonic = monotonic
        self._under_way: _UnderWay | None = None

    def begin(self, request: Request) -> None:
        """The handler of `alert_rehearse`; the rights were checked. Raises RefusedError, StoreError."""
        if self._under_way is not None and self._under_way.request.open:
            raise RefusedError("a rehearsal is under way: wait for its end", code="busy")
        modem = self._fleet.resolve(request_fields.field(request, "modem", str, None))
        channels = matching(self._alarm.channels, request_fields.field(request, "channel", str, None))
        if not self._alarm.channels:
            raise RefusedError("no channel is configured: add [[channel]] to the configuration", code="bad request")
        if not channels:
            raise RefusedError(f"no such channel: there is {', '.join(self._alarm.channels)}", code="bad request")
        self._under_way = _UnderWay(request, self._alarm.rehearse(self._fleet.snapshot(modem), channels))
        self._next(self._under_way)

    def look(self) -> float | None:
        """Goes on where an act's receipts are in, or too late; when to look again at the latest (monotonic)."""
        under_way = self._under_way
        if under_way is None:
            return None
        if not under_way.request.open:
            self._under_way = None  # whoever asked has gone: no further act
            return None
        delivered, failed = request_fields.delivered(self._store.alert(under_way.alert.id))
        if len(delivered) + len(failed) >= under_way.waits_for or self._monotonic() >= under_way.until:
            under_way.request.row({"event": under_way.name, "delivered": delivered, "failed": failed})
            under_way.rows += 1
            self._next(under_way)
        return None if self._under_way is None else under_way.until

    # --- helpers

    def _next(self, under_way: _UnderWay) -> None:
        act = next(under_way.acts, None)
        if act is None:
            under_way.request.finish({"rows": under_way.rows})
            self._under_way = None
            return
        under_way.alert, under_way.waits_for = act
        under_way.name = "reminder" if under_way.alert.reminder else under_way.alert.event
        under_way.until = self._monotonic() + RECEIPTS_S


class _UnderWay:
    def __init__(self, request: Request, acts: Iterator[tuple[Alert, int]]) -> None:
        self.request, self.acts = request, acts
        self.alert: Alert
        self.name = ""
        self.waits_for = 0
        self.until = 0.0
        self.rows = 0
