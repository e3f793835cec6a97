"""Times that cannot be true count as now, from when they were met; monotonic time says how long ago that is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from modemd.clock import Counted, Jumps, in_order, is_set

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Time:
    """A wall clock and a monotonic one that go on together, but for `set`."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now, self.seconds = now, 1000.0
        self.counted = Counted(lambda: self.seconds)

    def go(self, span: timedelta) -> None:
        self.now += span
        self.seconds += span.total_seconds()

    def set(self, by: timedelta) -> None:
        self.now += by

    def __call__(self, noted: datetime) -> datetime:
        return self.counted(noted, self.now)


def test_a_true_time_is_left_alone() -> None:
    time = Time()
    assert time(NOW - HOUR) == NOW - HOUR
    time.set(-HOUR / 2)
    assert time(NOW - HOUR) == NOW - HOUR


def test_a_clock_set_back_delays_by_one_interval_only() -> None:
    """The same future time, looked at again and again, counts from when it was first seen."""
    time, future = Time(), NOW + 1000 * HOUR
    seen = []
    for hours in (0, 1, 4):
        time.go(hours * HOUR)
        seen.append(time(future))
    assert seen == [NOW, NOW, NOW]


def test_a_time_ahead_does_not_become_young_when_the_clock_gets_there() -> None:
    time = Time()
    ahead = NOW + 24 * HOUR
    assert time(ahead) == NOW
    time.go(25 * HOUR)
    assert time(ahead) == NOW


def test_what_is_stored_behind_the_look_at_the_clock_keeps_its_time() -> None:
    time = Time()
    taken = NOW + timedelta(milliseconds=2)
    assert time(taken) == NOW
    time.go(timedelta(seconds=1))
    assert time(taken) == taken


def test_a_clock_that_was_behind_makes_nothing_younger() -> None:
    """A Pi starts in 1970 with a reading of three days ago, and meets its time server a minute later."""
    time = Time(datetime(1970, 1, 1, tzinfo=UTC))
    taken = NOW - 72 * HOUR
    assert time(taken) == time.now
    time.go(timedelta(minutes=1))
    time.set(NOW - time.now)
    assert time(taken) == taken


def test_a_time_of_a_clock_that_was_not_set_counts_from_when_it_was_met() -> None:
    time = Time(datetime(1970, 1, 1, 0, 1, tzinfo=UTC))
    taken = time.now
    time.go(timedelta(minutes=5))
    assert time(taken) == taken
    time.set(NOW - time.now)
    assert time(taken) == NOW
    time.go(2 * HOUR)
    assert time(taken) == NOW


def test_past_2038() -> None:
    """Beyond 32 bits of seconds nothing is different."""
    time = Time(datetime(2038, 1, 19, 3, 14, tzinfo=UTC))
    taken = time.now
    time.go(timedelta(minutes=1))
    assert time(taken) == taken
    assert is_set(time.now)
    assert time(time.now + HOUR) == time.now


@given(
    st.lists(
        st.tuples(st.integers(0, 100_000), st.integers(-10_000_000, 10_000_000), st.integers(-400, 400)), max_size=40
    )
)
def test_never_ahead_and_never_backwards(steps: list[tuple[int, int, int]]) -> None:
    """Whatever the clock does: nothing counts as later than now, and without a jump no time moves."""
    time = Time()
    for go_s, set_s, hours in steps:
        time.set(timedelta(seconds=set_s))
        noted = NOW + hours * HOUR
        first = time(noted)
        time.go(timedelta(seconds=go_s))
        assert first <= time.now
        assert time(noted) == first


def test_jumps_are_noticed_once() -> None:
    time = Time()
    jumps = Jumps(lambda: time.now, lambda: time.seconds)
    time.go(HOUR)
    assert jumps.since_last() is None
    time.set(-24 * HOUR)
    assert jumps.since_last() == -24 * HOUR
    assert jumps.since_last() is None
    time.set(timedelta(seconds=2))  # NTP slews
    assert jumps.since_last() is None


def test_the_order_of_arrival() -> None:
    """A row ahead of the clock is put at the next one behind it that is not."""
    ahead = NOW + 24 * HOUR
    assert in_order([NOW - 3 * HOUR, ahead, NOW - HOUR, ahead], NOW) == [
        NOW - 3 * HOUR,
        NOW - HOUR,
        NOW - HOUR,
        NOW,
    ]
    assert in_order([], NOW) == []
