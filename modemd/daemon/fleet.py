"""The modems of a configuration: their owner threads, who waits for which query, and the schedule.

Belongs to the main loop's thread; owner threads reach it through `call_soon` alone.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any, Protocol

from modemd.alerts.state import time_in
from modemd.backends.base import WireTap
from modemd.daemon.schedule import Pace, jitter_s, next_query
from modemd.errors import RefusedError
from modemd.frozen import dataclass
from modemd.log import get_logger
from modemd.modem.requests import BalanceQuery
from modemd.modem.requests import Request as Query
from modemd.records import LocalHours, ModemSettings, ModemSnapshot
from modemd.store import Standing, Store

ASKABLE = frozenset({"ready", "busy", "quarantine"})  # states in which a scheduled query may reach the operator
STOP_S = 3.5  # an owner thread promises 3 s
LATEST_S = 240.0  # new settings wait no longer for queries that are asked one behind the other

Asked = Future[Any]


class ModemOwner(Protocol):
    """What the fleet needs of modem.worker.Worker."""

    @property
    def snapshot(self) -> ModemSnapshot: ...
    @property
    def alive_until(self) -> float: ...
    @property
    def tap(self) -> WireTap | None: ...
    def start(self) -> None: ...
    def submit(self, request: Query) -> Asked: ...
    def cancel(self, future: Asked) -> None: ...
    def answer(self, future: Asked, text: str) -> None: ...
    def stop(self) -> None: ...
    def is_alive(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Seen:
    """One modem at one moment: what its owner thread says, and what the store holds about its SIM."""

    snapshot: ModemSnapshot
    standing: Standing


class Fleet:
    """`make_owner` builds the owner thread of one modem, not started."""

    def __init__(
        self,
        store: Store,
        *,
        make_owner: Callable[[ModemSettings], ModemOwner],
        call_soon: Callable[[Callable[[], None]], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.settings: dict[str, ModemSettings] = {}
        self.busy: Sequence[LocalHours] = ()  # when the schedule asks nothing
        self.next_query_at: dict[str, datetime | None] = {}
        self._store = store
        self._make_owner = make_owner
        self._call_soon = call_soon
        self._clock = clock
        self._monotonic = monotonic
        self._owners: dict[str, ModemOwner] = {}
        self._running: dict[str, ModemSettings] = {}  # with what each owner was made
        self._later: dict[str, float] = {}  # owners that are to be made anew behind their query, and the latest by when
        self._waiting: dict[Asked, int] = {}
        self._asked: dict[Asked, str] = {}  # what has not ended, and of which modem
        self._paces: dict[tuple[str, str | None], Pace] = {}

    def apply(self, modems: Iterable[ModemSettings]) -> None:
        """Ends the owner threads of modems that are gone or changed, then starts those that are new. A modem that is
        being asked answers first: whoever waits gets his answer, and nothing that was dialled is in vain."""
        wanted = {modem.name: modem for modem in modems}
        self.settings = wanted
        self.next_query_at = dict.fromkeys(wanted)
        changed = [name for name, settings in self._running.items() if wanted.get(name) != settings]
        asked, latest = set(self._asked.values()) & wanted.keys(), self._monotonic() + LATEST_S
        self._later = {name: self._later.get(name, latest) for name in changed if name in asked}
        self._stop([name for name in changed if name not in asked])
        self._start()

    def stop(self) -> None:
        """Ends every owner thread: sessions cancelled, ports closed. Bounded; a thread that hangs is left behind."""
        self._later.clear()
        self._stop(list(self._owners))

    def resolve(self, name: str | None) -> str:
        """The modem that is meant. Raises RefusedError "no such modem" with the names there are."""
        names = ", ".join(self.settings)
        if name is None and len(self.settings) == 1:
            return next(iter(self.settings))
        if name is None:
            raise RefusedError(f"several modems are configured: name one of {names}", code="no such modem")
        if name not in self.settings:
            raise RefusedError(f"no modem is called {name[:32]!r}: there is {names}", code="no such modem")
        return name

    def snapshot(self, name: str) -> ModemSnapshot:
        return self._owners[name].snapshot

    def owner(self, name: str) -> ModemOwner | None:
        """For any thread."""
        return self._owners.get(name)

    def tap(self, name: str) -> WireTap:
        """Raises RefusedError where the way to this modem cannot be listened to."""
        tap = self._owners[name].tap
        if tap is None:
            raise RefusedError("this way to the modem cannot be recorded: it is no serial port", code="not supported")
        return tap

    def submit(self, name: str, query: Query, done: Callable[[Asked], None]) -> Asked:
        """Hands a query to its owner thread; `done` is called in this thread when it has ended. A balance query that is
        under way is joined, so several callers may hold the same future."""
        future = self._owners[name].submit(query)
        self._waiting[future] = self._waiting.get(future, 0) + 1
        self._asked[future] = name
        future.add_done_callback(lambda ended: self._call_soon(lambda: self._ended(ended, name, done)))
        return future

    def release(self, name: str, future: Asked) -> bool:
        """One caller no longer wants it. True when nobody else does: it is cancelled on the wire and will end soon."""
        left = self._waiting.get(future, 0) - 1
        if left > 0:
            self._waiting[future] = left
            return False
        self._waiting.pop(future, None)
        if not future.done() and name in self._owners:
            self._owners[name].cancel(future)
        return True

    def answer(self, name: str, future: Asked, text: str) -> None:
        if name in self._owners and not future.done():
            self._owners[name].answer(future, text)

    def seen(self, names: Iterable[str] | None = None) -> list[Seen]:
        """These modems (None: all) as they are now, with what is known about their SIMs: read once, for all who judge
        them. Raises StoreError."""
        now = self._clock()
        snapshots = [self.snapshot(name) for name in (self.settings if names is None else names)]
        return [Seen(one, self._store.standing(one.modem, one.sim_key, now=now)) for one in snapshots]

    def dial_what_is_due(self, seen: Iterable[Seen] | None = None) -> datetime | None:
        """Submits the scheduled queries whose time has come, of these modems; when the next one's of any modem comes,
        None = none is foreseen."""
        now = self._clock()
        for one in self.seen() if seen is None else seen:
            name = one.snapshot.modem
            due = self._due(one, now)
            if due is not None and due <= now:
                self._pace(one).submitted = now
                self.submit(name, BalanceQuery(origin="schedule"), _ignore)
                due = self._due(one, now)
            self.next_query_at[name] = due
        return min((due for due in self.next_query_at.values() if due is not None), default=None)

    def store_is_back(self) -> None:
        """A scheduled query that could not be noted dialled nothing: it is due again."""
        for pace in self._paces.values():
            pace.submitted = None

    def stuck(self) -> list[str]:
        """Modems whose owner thread is gone or over the deadline that it set itself."""
        now = self._monotonic()
        return [name for name, owner in self._owners.items() if not owner.is_alive() or owner.alive_until < now]

    def _due(self, seen: Seen, now: datetime) -> datetime | None:
        snapshot, standing = seen.snapshot, seen.standing
        settings = self.settings[snapshot.modem]
        if settings.every_s is None or snapshot.code is None or snapshot.state not in ASKABLE:
            return None
        registered_at = self._counted(snapshot.registered_at, now)
        return next_query(
            every_s=settings.every_s,
            last_attempt=self._last_attempt(seen, registered_at, now),
            registered_at=registered_at,
            now=now,
            attempts_today=standing.attempts_today,
            floor_s=snapshot.floor_s,
            wanted_at=self._counted(snapshot.wanted_at, now),
            days_left=_days_left(seen.standing, now) if snapshot.free else None,
            late_s=jitter_s(snapshot.modem, settings.every_s) if len(self.settings) > 1 else 0.0,
            busy=self.busy,
        )

    def _last_attempt(self, seen: Seen, registered_at: datetime | None, now: datetime) -> datetime | None:
        pace = self._pace(seen)
        pace.submitted = self._counted(pace.submitted, now)
        return pace.last_attempt(seen.standing.last_attempt, registered_at=registered_at, now=now)

    def _counted(self, when: datetime | None, now: datetime) -> datetime | None:
        """As it counts now: a clock that was set back must not stop the schedule for the length of the jump."""
        return None if when is None else self._store.counted(when, now)

    def _pace(self, seen: Seen) -> Pace:
        return self._paces.setdefault((seen.snapshot.modem, seen.snapshot.sim_key), Pace())

    def _ended(self, future: Asked, name: str, done: Callable[[Asked], None]) -> None:
        self._waiting.pop(future, None)
        self._asked.pop(future, None)
        done(future)
        if name in self._later and (name not in self._asked.values() or self._monotonic() >= self._later[name]):
            del self._later[name]
            self._stop([name])
            self._start()

    def _start(self) -> None:
        for name, settings in self.settings.items():
            if name not in self._owners:
                owner = self._owners[name] = self._make_owner(settings)
                self._running[name] = settings
                owner.start()

    def _stop(self, names: Iterable[str]) -> None:
        """All at once, so that the slowest decides."""
        stoppers = []
        for name in names:
            owner = self._owners.pop(name, None)
            self._running.pop(name, None)
            if owner is not None:
                stopper = threading.Thread(target=owner.stop, name=f"stop-{name}", daemon=True)
                stopper.start()
                stoppers.append((name, stopper))
        deadline = self._monotonic() + STOP_S
        for name, stopper in stoppers:
            stopper.join(max(0.0, deadline - self._monotonic()))
            if stopper.is_alive():
                get_logger().error("owner thread hangs and is left behind", modem=name)


def _days_left(standing: Standing, now: datetime) -> float | None:
    """Until the SIM's money is used up, as the forecast had it at the last reading."""
    gone_at = time_in(dict(standing.state), "gone_at")
    return None if gone_at is None else max(0.0, (gone_at - now) / timedelta(days=1))


def _ignore(_future: Asked) -> None:
    """A scheduled query's outcome reaches everybody through the store."""
