"""The two threads behind one GsmModem: the owner, which alone touches the modem, and the one that calls the script.

Scripts call from any thread, and their callbacks call back. So the owner waits on the port and on jobs at once, as the
owner threads of the daemon do, and never runs a callback itself."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from modemd.backends.at.modem import Modem
from modemd.compat.errors import not_open, translated
from modemd.errors import ModemdError, PortLost

__all__ = ["Callbacks", "OwnerThread"]

T = TypeVar("T")
CLOSE_S = 15.0  # longest close(): a command is given up, a session ended, settings put back


class OwnerThread:
    """Runs jobs on the modem that `make(wake_fd)` gives, one after the other. `news()`: lines have come that `handle()`
    shall look at; both are called in the owner thread. `ended(error)`: the port is closed; None = by close()."""

    def __init__(
        self,
        make: Callable[[int], Modem],
        *,
        news: Callable[[], bool],
        handle: Callable[[], None],
        ended: Callable[[ModemdError | None], None],
    ) -> None:
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self.modem = make(self._wake_read)
        self._news, self._handle, self._ended = news, handle, ended
        self._lock = threading.Lock()  # of the jobs, and of the pipe's life
        self._jobs: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._over = False
        self.closing = False
        self.thread = threading.Thread(target=self._run, name=f"modem {self.modem.path}", daemon=True)

    # --- any thread

    def start(self, set_up: Callable[[], None]) -> None:
        """Opens the modem and runs `set_up` on it. Raises what they raise; the thread has ended then."""

        def opening() -> None:
            self.modem.connect()
            self.modem.interrupt_by(self.stopped)
            set_up()

        opened: Future[None] = Future()
        self._jobs.append((opening, opened))
        self.thread.start()
        try:
            self._result(opened)
        except BaseException:
            self.close()
            raise

    def call(self, job: Callable[[], T]) -> T:
        """What `job` gives, run in the owner thread; its ModemdErrors as scripts know them."""
        if threading.current_thread() is self.thread:
            return job()
        done: Future[T] = Future()
        self.post(job, done)
        return self._result(done)

    def post(self, job: Callable[[], Any], done: Future[Any]) -> None:
        """Has `job` run; `done` gets what it gives, unless the job saw to that itself."""
        with self._lock:
            if self._over or self.closing:
                raise not_open(self.modem.path)
            self._jobs.append((job, done))
            self._wake()

    def close(self) -> None:
        """Gives up what runs, puts the settings back and closes the port. Idempotent, bounded."""
        with self._lock:
            self.closing = True
            if not self._over:
                self._wake()
        if self.thread.is_alive() and threading.current_thread() is not self.thread:
            self.thread.join(CLOSE_S)

    # --- owner thread

    def stopped(self) -> bool:
        """Empties the wake-up pipe, and says whether somebody closes."""
        try:
            while os.read(self._wake_read, 64):
                pass
        except BlockingIOError:
            pass
        return self.closing

    def pass_time(self, until: Callable[[], bool] = lambda: False) -> None:
        """Runs what is to be run, else waits for the next job, a line that is news, or `until`."""
        while self._jobs and not self.closing and not until():
            self._do(*self._jobs.popleft())
        if self._news():
            self._handle()
        if not self.closing and not until():
            self.modem.wait(None, until=lambda: bool(self._jobs) or self._news() or self.closing or until())
            self.stopped()

    def pause(self, seconds: float, *, until: Callable[[], bool] = lambda: False) -> None:
        """Lets time pass while lines are read, whatever jobs come."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not self.closing and not until():
            self.modem.wait(left, until=until)
            self.stopped()

    # --- helpers

    def _run(self) -> None:
        error: ModemdError | None = None
        try:
            self._do(*self._jobs.popleft())
            while self.modem.alive and not self.closing:
                self.pass_time()
        except ModemdError as lost:
            error = None if self.closing else lost
        except Exception:
            logging.getLogger(__name__).exception("the thread of %s failed", self.modem.path)
            raise
        finally:
            self.modem.close()
            with self._lock:
                self._over = True
                left, self._jobs = self._jobs, deque()
                os.close(self._wake_read)
                os.close(self._wake_write)
            for _, done in left:
                done.set_exception(error or not_open(self.modem.path))
            self._ended(error)

    def _do(self, job: Callable[[], Any], done: Future[Any]) -> None:
        try:
            value = job()
        except BaseException as error:  # it belongs to who asked
            if not done.done():
                done.set_exception(error)
            if isinstance(error, PortLost) or not isinstance(error, Exception):
                raise
            return
        if not done.done():
            done.set_result(value)

    def _result(self, done: Future[T]) -> T:
        try:
            return done.result()
        except ModemdError as error:
            raise translated(error) from error

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it is awake
            os.write(self._wake_write, b"x")


class Callbacks:
    """Calls the script's functions in their order, in a thread that exists as soon as there is one to call. What they
    raise is logged: it ends nothing."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def add(self, call: Callable[[], None]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="modem callbacks", daemon=True)
            self._thread.start()
        self._queue.put(call)

    def end(self) -> None:
        """Once those that wait have been called."""
        self._queue.put(None)

    def _run(self) -> None:
        while (call := self._queue.get()) is not None:
            try:
                call()
            except Exception:  # noqa: BLE001  # the script's own
                self._log.exception("a callback failed")
