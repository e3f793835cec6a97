"""What may be asked of an owner thread, and the line of those who wait for it."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import field, replace

from modemd.frozen import dataclass
from modemd.records import Measurement, Origin, SmsMessage, SmsStorage, UssdResult


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceQuery:
    """Asks for the balance; `code` instead of the configured or the pack's. Joined with one that waits or runs."""

    origin: Origin = "query"
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UssdQuery:
    """One dialogue that a person asked for. `replies` answer the menus one after the other; then, if `interactive`,
    each menu is told to `on_menu` (called in the owner thread) and waits for Worker.answer."""

    code: str
    replies: tuple[str, ...] = ()
    timeout_s: float = 45.0
    interactive: bool = False
    on_menu: Callable[[str], None] | None = None
    allow_mmi: bool = False
    explain: bool = False  # fill UssdResult.candidates
    on_begun: Callable[[], None] | None = None  # called in the owner thread: it is this request's turn

    def longest_s(self, menu_s: float) -> float:
        """How long it may take, where a person has `menu_s` for each menu."""
        turns = 20 if self.interactive else len(self.replies) + 1
        return turns * (self.timeout_s + menu_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsList:
    """The messages on SIM and modem. `may_mark`: also those that become "read" by being read."""

    may_mark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsListing:
    """What SmsList found. `hidden`: how many unread parts could not be read without marking them."""

    messages: tuple[SmsMessage, ...] = ()
    hidden: int = 0
    storages: tuple[SmsStorage, ...] = ()
    error: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSend:
    """Sends one message, at most once: never while roaming, whatever the configuration says of queries."""

    number: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsSent:
    """What became of SmsSend: without an error it went out. `unknown`: it may have, and must not be sent again."""

    error: str | None = None
    hint: str | None = None
    unknown: bool = False


Request = BalanceQuery | UssdQuery | SmsList | SmsSend
Result = Measurement | UssdResult | SmsListing | SmsSent


@dataclass(eq=False, slots=True)
class Job:
    """A request with the future of its result. `cancelled` and `answers` are set by other threads."""

    request: Request
    submitted: float  # time.monotonic()
    future: Future[Result] = field(default_factory=Future)
    answers: deque[str] = field(default_factory=deque)
    cancelled: bool = False
    timer: threading.Timer | None = None

    def call_later(self, seconds: float, what: Callable[[Job], None]) -> None:
        """In a thread of its own, unless there is a result before."""
        self.timer = threading.Timer(max(0.0, seconds), what, [self])
        self.timer.daemon = True
        self.timer.start()

    def finish(self, result: Result) -> None:
        """Hands the result over; the first one counts."""
        if self.timer is not None:
            self.timer.cancel()
        with contextlib.suppress(InvalidStateError):  # a timer and the owner thread may both have one
            self.future.set_result(result)


class RequestQueue:
    """Jobs in the order they came, thread safe. The one that runs stays known: it can be joined and cancelled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._closed = False

    def add(self, job: Job) -> Job | None:
        """The job that now stands for the request: an earlier balance query that is joined, or `job`. None = closed."""
        with self._lock:
            if self._closed:
                return None
            if isinstance(job.request, BalanceQuery) and (same := self._same(job.request)) is not None:
                if same is not self._running and job.request.origin == "query":
                    same.request = replace(job.request)  # a person who asks may dial what the schedule may not
                return same
            self._waiting.append(job)
            return job

    def take(self, *, only: type[SmsList] | None = None) -> Job | None:
        """The next job (of this kind), which is the running one from now on; None when nobody waits."""
        with self._lock:
            self._running = next((job for job in self._waiting if only is None or isinstance(job.request, only)), None)
            if self._running is not None:
                self._waiting.remove(self._running)
            return self._running

    def done(self) -> None:
        with self._lock:
            self._running = None

    def find(self, future: Future[Result]) -> Job | None:
        with self._lock:
            jobs = [*self._waiting, *([self._running] if self._running is not None else [])]
            return next((job for job in jobs if job.future is future), None)

    def drop(self, job: Job) -> bool:
        """Takes a waiting job out; False when it does not wait (any more)."""
        with self._lock:
            if job not in self._waiting:
                return False
            self._waiting.remove(job)
            return True

    def take_all(self, *, close: bool = False) -> list[Job]:
        """Everybody who waits, the running one not; with `close` nobody is let in any more."""
        with self._lock:
            self._closed = self._closed or close
            jobs = list(self._waiting)
            self._waiting.clear()
            return jobs

    @property
    def empty(self) -> bool:
        return not self._waiting

    @property
    def busy(self) -> bool:
        """True while somebody runs or waits."""
        return self._running is not None or bool(self._waiting)

    def _same(self, request: BalanceQuery) -> Job | None:
        jobs = [*([self._running] if self._running is not None else []), *self._waiting]
        for job in jobs:
            # One whose answer is out already is over, although its owner thread may not have said so yet.
            over = job.cancelled or job.future.done()
            if isinstance(job.request, BalanceQuery) and job.request.code == request.code and not over:
                return job
        return None
