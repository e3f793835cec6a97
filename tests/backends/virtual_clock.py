"""A clock that is moved, not waited for: an owner thread on it sleeps for days in no time, never ahead of a test."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


class VirtualClock:
    """`wait` moves the time by itself up to the horizon, and stops there until a test moves that or the descriptor
    becomes readable. While `runs`, there is no horizon. What is planned for a moment happens in the thread that
    waits."""

    def __init__(self, *, runs: bool = False) -> None:
        self.runs = runs
        self._passed = 0.0
        self._horizon = 0.0
        self._plans: list[tuple[float, Callable[[], None]]] = []
        self._changed = threading.Condition(threading.RLock())
        self._stands_at: int | None = None  # somebody waits at the horizon, for this descriptor too
        self._moved_r, self._moved_w = os.pipe()
        os.set_blocking(self._moved_r, False)

    # --- Clocks of modem/context.py

    def monotonic(self) -> float:
        return 1000.0 + self._passed

    def now(self) -> datetime:
        return START + timedelta(seconds=self._passed)

    def wait(self, fd: int | None, seconds: float | None) -> bool:
        """True: `fd` is readable. False: the time is over, or something that was planned has just happened."""
        deadline = None if seconds is None else self._passed + max(0.0, seconds)
        while not _readable(fd, 0):
            with self._changed:
                due = min((at for at, _ in self._plans), default=None)
                target = min((at for at in (due, deadline) if at is not None), default=None)
                if target is not None and (self.runs or target <= self._horizon):
                    self._passed = max(self._passed, target)
                    if due is not None and due <= self._passed:
                        plan = min(self._plans, key=lambda one: one[0])
                        self._plans.remove(plan)
                        plan[1]()
                    return False
                if not self.runs:
                    self._passed = max(self._passed, self._horizon)
                self._stands_at = -1 if fd is None else fd
                self._changed.notify_all()
            _readable(fd, None, self._moved_r)
            with self._changed:
                self._stands_at = None
            with suppress(BlockingIOError):
                os.read(self._moved_r, 4096)
        return True

    # --- what a test does

    def plan(self, after_s: float, what: Callable[[], None]) -> None:
        """`what` happens in so many seconds."""
        with self._changed:
            self._plans.append((self._passed + after_s, what))
        self._nudge()

    def run(self, *, freely: bool) -> None:
        """From now on without a horizon, or with one that is now."""
        with self._changed:
            self.runs = freely
            self._horizon = self._passed
        self._nudge()

    def advance(self, seconds: float) -> None:
        """So much time passes, with all that the waiting thread does meanwhile."""
        with self._changed:
            self._horizon = max(self._horizon, self._passed) + seconds
            self._stands_at = None
        self._nudge()
        self.settle()

    def settle(self) -> None:
        """Until the other thread waits at the horizon and nothing wakes it."""
        with self._changed:
            while not (self._stands_at is not None and not _readable(self._stands_at, 0)):
                assert self._changed.wait(10), "the owner thread does not come to rest"

    def close(self) -> None:
        for fd in (self._moved_r, self._moved_w):
            os.close(fd)

    def _nudge(self) -> None:
        os.write(self._moved_w, b"!")


def _readable(fd: int | None, timeout_ms: float | None, *more: int) -> bool:
    poller = select.poll()
    for one in ({fd} if fd is not None and fd >= 0 else set()) | set(more):
        poller.register(one, select.POLLIN)
    return any(ready == fd for ready, _ in poller.poll(timeout_ms))
