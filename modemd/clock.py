"""What becomes of noted times when the clock is a guess: a Pi without RTC starts in the past, and is put right, or set
back, while the daemon runs. The wall clock (aware UTC) and monotonic seconds come in as arguments."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)  # before modemd was written: such a clock has met neither RTC nor NTP
JUMP = timedelta(seconds=5)  # more than NTP slews away between two looks
AT_ONCE = timedelta(seconds=1)  # a row may be stored behind the look at the clock with which it is judged
MOST_MET = 256  # times that cannot be true: a handful a modem; more are a damaged file


def rfc3339(when: datetime | None) -> str | None:
    """In UTC with Z, whole seconds."""
    return None if when is None else when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_set(now: datetime) -> bool:
    """False while the clock shows a time before modemd was written: it says nothing about anything's age."""
    return now >= EARLIEST


class Counted:
    """How a noted time counts now: as it is, or, where it cannot be true (ahead of the clock, or of a clock that was
    not set), as the moment at which it was met first. How long ago that is, monotonic time says. Any thread."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._met: dict[datetime, tuple[float, datetime]] = {}

    def __call__(self, noted: datetime, now: datetime) -> datetime:
        """Never later than `now`; the same from call to call, until the clock jumps. A time that was ahead once does
        not become young again when the clock gets there; less than AT_ONCE is no such time."""
        likely = noted <= now and (noted >= EARLIEST or not is_set(now))
        if noted not in self._met and (likely or now < noted < now + AT_ONCE):
            return min(noted, now)
        with self._lock:
            since, shown = self._met.get(noted, (self._monotonic(), now))
            counts = now - timedelta(seconds=self._monotonic() - since)
            if abs(counts - shown) < JUMP:  # no jitter between two clocks that are read one after the other
                counts = min(shown, now)
            if likely and noted <= counts:  # it was the clock that had been behind
                del self._met[noted]
                return noted
            if noted not in self._met and len(self._met) >= MOST_MET:
                del self._met[next(iter(self._met))]
            self._met[noted] = since, counts
        return counts


class Jumps:
    """Notices that somebody set the clock. One thread."""

    def __init__(self, now: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._now, self._monotonic = now, monotonic
        self._offset = self._look()

    def since_last(self) -> timedelta | None:
        """By how much the clock was set since the last call; None = it was not."""
        offset = self._look()
        by = offset - self._offset
        if abs(by) < JUMP:
            return None
        self._offset = offset
        return by

    def _look(self) -> timedelta:
        return (self._now() - EARLIEST) - timedelta(seconds=self._monotonic())


def in_order(times: Sequence[datetime], now: datetime) -> list[datetime]:
    """Times of rows in the order of their arrival, with one that lies ahead of the clock put at the next one behind it
    that does not, or at `now`."""
    counted, latest = list(times), now
    for index in range(len(counted) - 1, -1, -1):
        if counted[index] > now:
            counted[index] = latest
        else:
            latest = counted[index]
    return counted
