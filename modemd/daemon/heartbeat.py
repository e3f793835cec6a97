"""Tells somebody else's page that all is well, so that it raises the alarm when this daemon falls silent.

"Well" is: the main loop turns, no owner thread is stuck, and every modem has a fresh balance. A ping is made by a turn
of the loop itself and never queued: one that could not be sent is over, and the next says what holds then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from modemd.errors import DeliveryError
from modemd.frozen import dataclass
from modemd.log import get_logger
from modemd.records import HeartbeatSettings

if TYPE_CHECKING:
    from modemd.alerts.channels.servers import RemoteServer

# A modem that has just started has this long for its first balance: "no reading" would be a false alarm.
CHANCE_S = 300.0
# Behind a ping that did not get through.
AGAIN_S = 60.0
REASON_LIMIT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One ping: an HTTP request."""

    method: str
    url: str
    body: str | None = None


class Heartbeats:
    """Belongs to the main loop's thread. `due`: when to look again (monotonic); None without any heartbeat.

    `trouble` gives one line for people that says what is not well, None where all is: it is asked when a ping is due.
    `call_soon` runs a function in the main loop.
    """

    def __init__(
        self,
        trouble: Callable[[], str | None],
        *,
        call_soon: Callable[[Callable[[], None]], None],
        monotonic: Callable[[], float] = time.monotonic,
        send: Callable[[str, Call], None] | None = None,
    ) -> None:
        self.due: float | None = None
        self._trouble = trouble
        self._call_soon = call_soon
        self._monotonic = monotonic
        self._send = send
        self._patient_until = monotonic() + CHANCE_S
        self._hearts: list[_Heart] = []

    def apply(self, settings: Sequence[HeartbeatSettings]) -> None:
        """A new configuration; what stays as it was goes on."""
        known = {heart.settings: heart for heart in self._hearts}
        self._hearts = [known.get(one) or _Heart(one, self._monotonic(), self._failed, self._send) for one in settings]
        self._plan()

    def look(self) -> None:
        """Pings where it is time. Raises StoreError, as `trouble` does."""
        now = self._monotonic()
        if self.due is None or now < self.due:
            return
        trouble = self._trouble()
        patient = trouble is not None and now < self._patient_until
        for heart in self._hearts:
            if heart.next_at <= now and not patient:
                heart.beat(now, trouble)
        self._plan()
        if patient:
            self.due = now + AGAIN_S / 4

    def changed(self) -> None:
        """Something may be well again: who was told of trouble is told so at once."""
        if any(heart.told_trouble for heart in self._hearts) and self._trouble() is None:
            for heart in self._hearts:
                if heart.told_trouble:
                    heart.next_at = min(heart.next_at, max(self._monotonic(), heart.not_before))
            self._plan()

    def stop(self) -> None:
        for heart in self._hearts:
            heart.stop()

    # --- helpers

    def _failed(self, heart: _Heart, retry_after_s: float | None) -> None:
        """From the thread of a ping: what holds then is told soon. A page that wants a pause gets it, up to `every`:
        one that hears nothing for longer raises the alarm."""

        def plan() -> None:
            if retry_after_s is None:
                heart.next_at = min(heart.next_at, self._monotonic() + AGAIN_S)
            else:
                pause_s = max(AGAIN_S, min(retry_after_s, heart.settings.every_s))
                heart.next_at = heart.not_before = self._monotonic() + pause_s
            self._plan()

        self._call_soon(plan)

    def _plan(self) -> None:
        self.due = min((heart.next_at for heart in self._hearts), default=None)


class _Heart:
    """One [[heartbeat]] table."""

    def __init__(
        self,
        settings: HeartbeatSettings,
        now: float,
        on_failed: Callable[[_Heart, float | None], None],
        send: Callable[[str, Call], None] | None,
    ) -> None:
        self.settings = settings
        self.next_at = now
        self.not_before = now  # the page has asked for a pause until then
        self.told_trouble = False
        from urllib.parse import urlsplit  # late: a daemon without a heartbeat needs none of it

        from modemd.alerts.channels.servers import RemoteServer

        self._name = urlsplit(settings.url).hostname or "heartbeat"
        self._server: RemoteServer = RemoteServer(self._name)
        self._send = send or self._over_http
        self._busy = threading.Lock()
        self._on_failed = on_failed
        self._fault: str | None = None

    def beat(self, now: float, trouble: str | None) -> None:
        """One ping, in a thread of its own; none while the last one is still under way."""
        if not self._busy.acquire(blocking=False):
            self.next_at = now + AGAIN_S
            return
        self.next_at = now + self.settings.every_s
        self.told_trouble = trouble is not None
        call = call_of(self.settings, trouble)
        try:
            threading.Thread(target=self._ping, args=(call,), name="heartbeat", daemon=True).start()
        except RuntimeError as error:  # the machine gives no thread just now
            self._busy.release()
            self.next_at = now + AGAIN_S
            get_logger("modemd.heartbeat").warning("the heartbeat was not sent", reason=str(error))

    def stop(self) -> None:
        self._server.cancel()

    # --- helpers

    def _ping(self, call: Call) -> None:
        try:
            self._send(self._name, call)
            if self._fault is not None:
                get_logger("modemd.heartbeat").info("the heartbeat gets through again", server=self._name)
            self._fault = None
        except DeliveryError as error:
            if error.message != self._fault:
                get_logger("modemd.heartbeat").warning("the heartbeat did not get through", reason=error.message)
            self._fault = error.message
            self._on_failed(self, error.retry_after_s)
        finally:
            self._busy.release()

    def _over_http(self, _name: str, call: Call) -> None:
        self._server.http(call.url, method=call.method, body=call.body)


def call_of(settings: HeartbeatSettings, trouble: str | None) -> Call:
    """What is asked of healthchecks.io and its kin (the address; with /fail and the reason as body), or of Uptime Kuma
    (status and msg in the query, in the place of those that its push URL comes with)."""
    from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit  # late, as above

    reason = None if trouble is None else " ".join(trouble.split())[:REASON_LIMIT]
    parts = urlsplit(settings.url)
    if settings.kind == "kuma":
        rest = [(key, value) for key, value in parse_qsl(parts.query) if key not in ("status", "msg", "ping")]
        said = [("status", "up"), ("msg", "OK")] if reason is None else [("status", "down"), ("msg", reason)]
        return Call(method="GET", url=urlunsplit(parts._replace(query=urlencode([*rest, *said]))))
    if reason is None:
        return Call(method="GET", url=settings.url)
    return Call(method="POST", url=urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail")), body=reason)
