"""Whether anything is delivered still: what the watchdog hears of the outbox."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from modemd.alerts.channels import Bound
from modemd.alerts.outbox import STUCK_S, Outbox
from modemd.records import Alert
from tests.daemon.life import Life


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    life = Life(tmp_path / "life")
    yield life
    life.end()


class Hanging:
    """A channel that neither sends nor ends before it is let go."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def send(self, alert: Alert) -> None:
        self.begun.release()
        self.go.acquire(timeout=20)

    def cancel(self) -> None:
        self.go.release()


class Never(Outbox):
    """Its thread ends, when it may, without having done anything."""

    may_end = threading.Event()

    def run(self) -> None:
        self.may_end.wait(20)


def test_alerts_that_hang_starve_the_watchdog(life: Life, eventually: Callable[[Callable[[], object]], None]) -> None:
    """A thread that delivers nothing any more is no healthy daemon, whatever the modems do. One with nothing to do may
    wait for ever, and each delivery has its time."""
    channel = Hanging()
    seconds = [0.0]
    bound = {"phone": Bound(name="phone", channel=channel, events=frozenset({"test", "low"}))}
    outbox = Outbox(life.store, bound, clock=lambda: life.now, monotonic=lambda: seconds[0])
    assert not outbox.stuck
    life.alarm.apply(life.config, bound)
    for _ in range(2):
        life.alarm.test("home", ["phone"])
    outbox.start()
    for _ in range(2):
        assert channel.begun.acquire(timeout=20)
        assert not outbox.stuck
        seconds[0] += STUCK_S
        assert not outbox.stuck
        channel.go.release()
    eventually(lambda: life.store.next_delivery() is None)
    seconds[0] += 10 * STUCK_S
    eventually(lambda: not outbox.stuck)
    life.alarm.test("home", ["phone"])
    outbox.wake()
    assert channel.begun.acquire(timeout=20)
    seconds[0] += STUCK_S + 1
    assert outbox.stuck
    assert outbox.stop()
    assert not outbox.stuck
    ended = Never(life.store, bound, clock=lambda: life.now)
    ended.start()
    assert not ended.stuck
    ended.may_end.set()
    ended.join()
    assert ended.stuck
