"""The owner thread of one modem: it alone touches the port. Opens it, answers the queue, comes back after faults.

Other threads submit requests and read the snapshot; they wake the one wait of this thread through a pipe."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from modemd.backends.base import Backend, Event, Host, WireTap
from modemd.errors import ModemError, NoReplyOnPort, StoreError
from modemd.explanations import line_of
from modemd.frozen import dataclass
from modemd.log import get_logger
from modemd.modem.context import Clocks, Context, Owner
from modemd.modem.late_answers import LateAnswers
from modemd.modem.lookout import LOOKOUT, Awaited
from modemd.modem.recovery.executor import RecoveryExecutor
from modemd.modem.requests import BalanceQuery, Job, Request, RequestQueue, SmsList, UssdQuery
from modemd.modem.results import ResultWriter
from modemd.modem.session import Session
from modemd.modem.timeouts import Paces, spread
from modemd.money.operators import Packs
from modemd.records import Measurement, ModemSettings, ModemSnapshot, State, UssdResult
from modemd.store import Store

__all__ = ["BalanceQuery", "Paces", "Reports", "UssdQuery", "Worker"]

STATE_OF_ERROR: dict[str, State] = {
    "absent": "absent",
    "unplugged": "absent",
    "blocked": "blocked",
    "no reply on port": "starting",
}
ASKED = ("query", "schedule")
FOREVER = float("inf")
CLOCKS = Clocks(now=lambda: datetime.now(UTC), monotonic=time.monotonic, lookout=LOOKOUT)
_NUMBERS = itertools.count(1)  # of snapshots, of all modems of this process
MakeBackend = Callable[[ModemSettings, Host], Backend]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reports:
    """Whom an owner thread tells, in its own thread: `change` what changed in the snapshot, `measurement` each row."""

    change: Callable[[ModemSnapshot], None]
    measurement: Callable[[Measurement], None]


class Worker(threading.Thread):
    """The owner thread of one modem. `clocks` and `paces` are there for tests."""

    def __init__(
        self,
        settings: ModemSettings,
        make_backend: MakeBackend,
        *,
        store: Store,
        packs: Packs,
        reports: Reports,
        clocks: Clocks = CLOCKS,
        paces: Paces | None = None,
    ) -> None:
        super().__init__(name=f"modem-{settings.name}", daemon=True)
        self.settings = settings
        self.alive_until = FOREVER
        self._paces = paces or Paces()
        self._monotonic = clocks.monotonic
        self._log = get_logger().bind(modem=settings.name)
        self._snapshot = ModemSnapshot(modem=settings.name)
        self._reports = reports
        self._queue = RequestQueue()
        self._stopping = False
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_r, False)
        os.set_blocking(self._wake_w, False)
        self._pipe_lock = threading.Lock()
        self._session: Session | None = None
        self._backend = make_backend(settings, Host(wake_fd=self._wake_r, on_event=self._on_event, score=self._score))
        self._context = Context(
            settings=settings,
            backend=self._backend,
            store=store,
            packs=packs,
            paces=self._paces,
            clocks=clocks,
            owner=Owner(
                snapshot=lambda: self._snapshot,
                publish=self._publish,
                declare=self._declare,
                wake=self._wake,
                stopped=self._stopped,
                pause=self._pause,
                refuse=self._refuse_all,
            ),
            log=self._log,
        )
        self._results = ResultWriter(self._context, self._measured)
        self._late_answers = LateAnswers(self._context, self._results)
        self._recovery = RecoveryExecutor(self._context)
        self._tries = 0

    # --- for other threads

    @property
    def snapshot(self) -> ModemSnapshot:
        return self._snapshot

    @property
    def tap(self) -> WireTap | None:
        """None where the back end cannot be listened to."""
        return self._backend.tap

    def submit(self, request: Request) -> Future[Any]:
        """The future of the request's result, a Measurement or a UssdResult; it never holds an exception. A balance
        query joins one that waits or runs."""
        job = Job(request, submitted=self._monotonic())
        waits = self._queue.busy
        standing = self._queue.add(job)
        if standing is None:
            job.finish(self._results.refusal(job, "shutting down"))
            return job.future
        healing = self._recovery.acting
        if healing is not None and self._queue.drop(standing):
            standing.finish(self._results.refusal(standing, "busy", healing))
            return standing.future
        if standing is job and (waits or self._snapshot.state != "ready"):
            job.call_later(self._paces.turn_s, self._expire)
        self._wake()
        return standing.future

    def cancel(self, future: Future[Any]) -> None:
        """Who asked no longer wants it: a waiting request is dropped, a running one cancelled on the wire."""
        job = self._queue.find(future)
        if job is None:
            return
        job.cancelled = True
        if self._queue.drop(job):
            job.finish(self._results.refusal(job, "cancelled"))
        self._wake()

    def answer(self, future: Future[Any], text: str) -> None:
        """The next answer to the menus of a running interactive request."""
        job = self._queue.find(future)
        if job is not None:
            job.answers.append(text)
            self._wake()

    def stop(self) -> None:
        """Ends the thread: session cancelled on the wire, settings put back, port closed. Returns within `stop_s` even
        if the kernel holds the thread in close()."""
        self._stopping = True
        self._wake()
        if self.ident is not None:
            self.join(self._paces.stop_s)
        if not self.is_alive():
            self._refuse_all("shutting down", close=True)
            with self._pipe_lock:
                for fd in (self._wake_r, self._wake_w):
                    if fd >= 0:
                        os.close(fd)
                self._wake_r = self._wake_w = -1

    # --- the thread

    def run(self) -> None:
        pause_s = self._paces.crash_min_s
        while not self._stopping:
            try:
                self._own()
                pause_s = self._paces.crash_min_s
                continue
            except StoreError as error:  # a disk that cannot even be read; what cannot be written ends nothing
                self._log.error("modem needs the store", reason=error.message)
                code, line = error.code, error.message
            except Exception:  # noqa: BLE001  # a bug: told with its traceback, and tried again with growing pauses
                self._log.exception("modem thread failed", pause_s=pause_s)
                code, line = "failed", line_of("failed")
            self._publish(state="failed", error=line)
            self._refuse_all(code, line)
            self._rest(pause_s)
            pause_s = min(pause_s * 2, self._paces.crash_max_s)
        self._refuse_all("shutting down", close=True)

    def _own(self) -> None:
        """Opens the modem and serves until it fails or the thread ends; then rests, longer after each failure."""
        backend = self._backend
        try:
            # Before anything is opened, so that nothing is lost of what the modem says meanwhile.
            session = self._session = Session(self._context, self._results, self._late_answers)
            self._recovery.prepare()
            session.open()
            self._recovery.opened(self._snapshot)
            backend.began()
            self._tries = 0
            while not self._stopping:
                self._turn(session)
        except ModemError as error:
            self._failed(error)
        finally:
            self._declare(self._paces.stop_s * 4)
            backend.close()
            self._session = None
        if not self._stopping and not self._healed():
            self._back_off()

    def _turn(self, session: Session) -> None:
        """One job, or one wait."""
        # Messages are no answer to a code: who lists them need not wait for late ones.
        job = self._queue.take(only=SmsList if self._late_answers.quarantine_left > 0 else None)
        if job is not None:
            try:
                self._serve(session, job)
            finally:
                self._queue.done()
            return
        if self._late_answers.quarantine_left <= 0:
            self._backend.check()
            self._recovery.check(self._snapshot)
        session.publish_state()
        due_s = session.next_due_s()
        self._declare(None if due_s is None else due_s + 60.0)
        self._backend.wait(due_s)
        self._declare(60.0)
        self._drain()
        if not self._stopping:
            session.poll_what_is_due()

    def _serve(self, session: Session, job: Job) -> None:
        if job.timer is not None:
            job.timer.cancel()
        if job.cancelled or job.future.done():
            job.finish(self._results.refusal(job, "cancelled"))
            return
        paces, limit_s = self._paces, self._paces.query_s
        if isinstance(job.request, BalanceQuery):
            job.call_later(job.submitted + limit_s + paces.overrun_s - self._monotonic(), self._overrun)
        elif isinstance(job.request, UssdQuery):
            limit_s = job.request.longest_s(paces.menu_s)
        self._declare(limit_s + 60.0)

        def cancelled() -> bool:
            self._drain()
            return job.cancelled or self._stopping

        try:
            result = session.do(job, cancelled, self._drain)
            if isinstance(result, UssdResult) and result.text is not None:
                self._answered()
            job.finish(result)
        except Exception as error:
            job.finish(self._results.broken(job, error))
            raise

    # --- faults

    def _failed(self, error: ModemError) -> None:
        if self._stopping:
            return
        state = STATE_OF_ERROR.get(error.code, "failed")
        self._recovery.failed(error)
        # Asked there soon; once, in a network that answers nowhere.
        if isinstance(error, NoReplyOnPort) and error.first:
            self._publish(wanted_at=self._context.clocks.now())
        self._backend.failed(error)
        network = replace(self._snapshot.network, registered=None, signal_dbm=None)
        self._publish(state=state, error=error.message, cause=None, registered_at=None, network=network)
        # who waits for a modem that answers AT gets his turn in a moment
        if error.code not in ("unresponsive", "no reply on port"):
            self._refuse_all(error.code, error.message)

    def _healed(self) -> bool:
        """What the recovery ladder does beyond opening again; then the modem is opened at once, from its first port."""
        if not self._recovery.heal():
            return False
        self._tries = 0
        self._backend.restarted()
        return True

    def _back_off(self) -> None:
        absent = self._snapshot.state == "absent"
        # A modem that is not there is waited for: opening it meanwhile only brings a better reason.
        steps = self._tries * (3 if absent else 1)
        base = min(self._paces.reopen_max_s, self._paces.reopen_min_s * 2 ** min(steps, 16))
        self._tries += 1
        share = spread(0.8, 1.2)
        if absent:
            self._await(base * share, self._paces.reopen_max_s * share)
        else:
            self._rest(base * share)

    def _rest(self, seconds: float) -> None:
        """Until the time is over, a request comes (it shall find the modem as it is now), or the thread is to end."""
        self._declare(seconds + 60.0)
        self._sleep(seconds)

    def _await(self, seconds: float, longest_s: float) -> None:
        """As _rest, and until a device appears. Where nothing stands for it, opening finds nothing and the same reason
        for as long as nothing comes or goes: then it rests for `longest_s`."""
        self._declare(longest_s + 60.0)
        present, around, every_s = self._backend.present, self._backend.surroundings, self._paces.watch_s
        lookout = self._context.clocks.lookout
        if lookout is not None:
            with lookout.watching(present, self._wake, every_s, around=around) as awaited:
                self._sleep(seconds if awaited.there else longest_s, until=lambda: awaited.appeared or awaited.stirred)
        else:
            awaited = Awaited(present, around=around)
            self._sleep(seconds if awaited.there else longest_s, until=awaited.look, every_s=every_s)
        if awaited.appeared:  # plugged in: a moment for udev, and not all modems of a hub at once
            self._tries = 0
            self._pause(spread(0.2, 1.0) * min(1.0, self._paces.reopen_min_s))

    def _sleep(self, seconds: float, *, until: Callable[[], bool] = lambda: False, every_s: float = FOREVER) -> None:
        """Until the time is over, a request comes, the thread is to end, or `until` holds: it is asked at each wake-up,
        and every so often."""
        deadline = self._monotonic() + seconds
        while not self._stopping and self._queue.empty and (left := deadline - self._monotonic()) > 0:
            self._nap(min(left, every_s))
            if until():
                return

    def _pause(self, seconds: float) -> bool:
        """Passes time, whatever is asked meanwhile; False, and at once, when the thread is to end."""
        deadline = self._monotonic() + seconds
        while not self._stopping and (left := deadline - self._monotonic()) > 0:
            self._nap(left)
        return not self._stopping

    def _nap(self, seconds: float) -> None:
        """Until something wakes this thread, or the time is over."""
        self._context.clocks.wait(self._wake_r, seconds)
        self._drain()

    def _measured(self, row: Measurement) -> None:
        """A row of the history: what it says of modem and port, if it came by USSD."""
        if row.channel == "ussd" and row.text is not None:
            self._answered()
        # An operator may leave the code for the data unanswered for ever.
        elif (row.about, row.channel, row.error) == ("balance", "ussd", "no answer") and row.origin in ASKED:
            self._recovery.unanswered(self._snapshot)
            self._backend.unanswered()
        self._reports.measurement(row)

    def _answered(self) -> None:
        self._recovery.answered()
        self._backend.answered()

    def _refuse_all(self, code: str, message: str | None = None, *, close: bool = False) -> None:
        for job in self._queue.take_all(close=close):
            job.finish(self._results.refusal(job, code, message))

    def _overrun(self, job: Job) -> None:
        """Who asked is told, whatever the modem still does; the row comes when that has ended."""
        job.finish(self._results.refusal(job, "overdue", line_of("overdue")))

    def _expire(self, job: Job) -> None:
        if self._queue.drop(job):
            job.finish(self._results.refusal(job, "busy"))

    # --- small things

    def _on_event(self, event: Event) -> None:
        if self._session is not None:
            self._session.on_event(event)

    def _score(self, text: str) -> float:
        return self._session.score(text) if self._session is not None else 0.0

    def _publish(self, **changes: Any) -> None:
        """Told only when something did change."""
        new = replace(self._snapshot, **self._recovery.named(changes))
        if new != self._snapshot:
            new = self._snapshot = replace(new, number=next(_NUMBERS))
            self._reports.change(new)

    def _declare(self, seconds: float | None) -> None:
        """The thread promises to say this again within `seconds`; None = it waits for something to happen."""
        self.alive_until = FOREVER if seconds is None else self._monotonic() + seconds

    def _stopped(self) -> bool:
        self._drain()
        return self._stopping

    def _wake(self) -> None:
        with self._pipe_lock, suppress(BlockingIOError):
            if self._wake_w >= 0:
                os.write(self._wake_w, b"!")

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while len(os.read(self._wake_r, 4096)) == 4096:
                pass
