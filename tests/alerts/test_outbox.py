"""The alert must arrive: after failures, beside a channel that hangs, over a restart."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from modemd.alerts.channels import Bound
from modemd.alerts.channels.command import CommandChannel
from modemd.alerts.outbox import GIVE_UP_AFTER, GIVE_UP_TRIES, RETRY_DELAYS_S, Outbox
from modemd.alerts.plan import plan
from modemd.errors import DeliveryError, StoreError
from modemd.records import Alert
from modemd.store import Delivery, Store

MakeAlert = Callable[..., Alert]


class Fake:
    """A channel that does as told: `fails` raises until it is None; `hang` blocks until cancelled or released."""

    def __init__(self) -> None:
        self.got: queue.Queue[str] = queue.Queue()
        self.fails: Exception | None = None
        self.hangs = False
        self.entered = threading.Event()
        self.released = threading.Event()

    def send(self, alert: Alert) -> None:
        self.entered.set()
        if self.hangs and not self.released.wait(20):
            raise AssertionError("nobody released the channel")
        if self.fails is not None:
            raise self.fails
        self.got.put(alert.id)

    def cancel(self) -> None:
        self.fails = DeliveryError("cancelled")
        self.released.set()


class Desk:
    """An outbox on a store, its results as they come, and its end."""

    def __init__(self, store: Store, clock: Any, **channels: Any) -> None:
        self.results: queue.Queue[tuple[str, str, str | None]] = queue.Queue()
        bound = {
            name: Bound(name=name, channel=channel, events=frozenset({"low"})) for name, channel in channels.items()
        }
        self.outbox = Outbox(store, bound, clock=clock, on_result=self.note)
        self.store = store

    def note(self, delivery: Delivery, error: str | None) -> None:
        self.results.put((delivery.alert.id, delivery.channel, error))

    def next(self) -> tuple[str, str, str | None]:
        return self.results.get(timeout=10)


@pytest.fixture
def desk(store: Store, clock: Any) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(**channels: Any) -> Desk:
        made.append(Desk(store, clock, **channels))
        made[-1].outbox.start()
        return made[-1]

    yield make
    for one in made:
        assert one.outbox.stop(10)


def states(store: Store) -> dict[tuple[str, str], str]:
    return {(d.alert.id, d.channel): d.state for row in store.alerts() for d in row.deliveries}


def test_receipt(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """What is put into the store is delivered once wake() was called, and the receipt is kept."""
    one = desk(command=Fake())
    store.put_alert(alert("a1"), ["command"])
    one.outbox.wake()
    assert one.next() == ("a1", "command", None)
    assert states(store) == {("a1", "command"): "delivered"}


def test_pending_at_a_kill(
    store: Store, clock: Any, alert: MakeAlert, tmp_path: Path, desk: Callable[..., Desk]
) -> None:
    """What was pending when the last daemon died is delivered by the next without anybody waking it."""
    store.put_alert(alert("a1"), ["command"])
    store.close()
    again = Store(tmp_path / "state", clock=clock)
    one = Desk(again, clock, command=Fake())
    one.outbox.start()
    assert one.next() == ("a1", "command", None)
    assert one.outbox.stop(10)
    again.close()


def test_retries_and_gives_up(
    desk: Callable[..., Desk], store: Store, clock: Any, alert: MakeAlert, caplog: pytest.LogCaptureFixture
) -> None:
    """30 s, 2 m, 10 m, 1 h, then every 6 h for a week; then given up, logged as an error and still listed."""
    fake = Fake()
    fake.fails = DeliveryError("no network")
    store.put_alert(alert("a1"), ["command"])
    raised = clock.now
    one = desk(command=fake)
    waits = []
    with caplog.at_level(logging.ERROR, "modemd.alerts"):
        while True:
            assert one.next() == ("a1", "command", "no network")
            if (due := store.next_delivery()) is None:
                break
            waits.append((due - clock.now).total_seconds())
            clock.now = due
            one.outbox.wake()
    assert waits[:7] == [30, 120, 600, 3600, 21600, 21600, 21600]
    assert set(waits[4:]) == {21600}
    assert len(waits) + 1 == GIVE_UP_TRIES
    assert timedelta(days=7) <= clock.now - raised <= timedelta(days=7, hours=12)
    assert states(store) == {("a1", "command"): "given_up"}
    assert "given up" in caplog.text
    assert store.open_alerts("home")


def test_no_early_end(desk: Callable[..., Desk], store: Store, clock: Any, alert: MakeAlert) -> None:
    """A clock that jumps a year ahead between two tries (network time after boot) does not end the tries."""
    fake = Fake()
    fake.fails = DeliveryError("no network")
    store.put_alert(alert("a1"), ["command"])
    one = desk(command=fake)
    one.next()
    clock.move(days=365)
    one.outbox.wake()
    one.next()
    assert states(store) == {("a1", "command"): "pending"}
    fake.fails = None
    clock.move(seconds=120)
    one.outbox.wake()
    assert one.next() == ("a1", "command", None)


def test_the_timer_fires_by_itself(store: Store, alert: MakeAlert) -> None:
    """A retry comes when its time has come, without anybody waking the thread."""
    fake = Fake()
    fake.fails = DeliveryError("once")
    results: queue.Queue[str | None] = queue.Queue()

    def note(delivery: Delivery, error: str | None) -> None:
        fake.fails = None
        results.put(error)

    live = Outbox(
        store, {"command": Bound(name="command", channel=fake, events=frozenset())}, on_result=note, delays_s=(0.05,)
    )
    store.put_alert(alert("a1"), ["command"])
    live.start()
    assert [results.get(timeout=10), results.get(timeout=10)] == ["once", None]
    assert live.stop(10)


def test_a_hanging_channel_holds_nobody_else(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """While one channel has three waiting and hangs, the other gets one in each turn."""
    slow, quick = Fake(), Fake()
    slow.hangs = True
    for number in range(3):
        store.put_alert(alert(f"a{number}"), ["slow", "quick"])
    one = desk(slow=slow, quick=quick)
    assert slow.entered.wait(10)
    slow.released.set()
    order = [one.next()[1] for _ in range(6)]
    assert order == ["slow", "quick"] * 3


def test_in_turn_keeps_each_channels_order(alert: MakeAlert, store: Store, clock: Any) -> None:
    """Channels alternate; within a channel the order is that of the alerts."""
    for number in range(3):
        store.put_alert(alert(f"a{number}"), ["x"] if number else ["x", "y"])
    found = plan(store.outbox_due(clock.now), {}, now=clock.now, counted=store.counted)
    got = [(d.alert.id, d.channel) for (d,) in found.send]
    assert got == [("a0", "x"), ("a0", "y"), ("a1", "x"), ("a2", "x")]


def test_order_after_an_outage(desk: Callable[..., Desk], store: Store, clock: Any, alert: MakeAlert) -> None:
    """After an outage the messages arrive in the order in which they were raised."""
    fake = Fake()
    fake.fails = DeliveryError("offline")
    store.put_alert(alert("low"), ["command"])
    one = desk(command=fake)
    one.next()
    fake.fails = None
    clock.move(seconds=1)
    store.put_alert(alert("recovered", "recovered"), ["command"])
    one.outbox.wake()
    assert [one.next()[0], one.next()[0]] == ["low", "recovered"]


def test_a_bug_in_a_channel(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, caplog: pytest.LogCaptureFixture
) -> None:
    """An unexpected exception is a failed try with its traceback in the log; the other channel delivers."""
    broken = Fake()
    broken.fails = RuntimeError("boom")
    store.put_alert(alert("a1"), ["broken", "fine"])
    one = desk(broken=broken, fine=Fake())
    results = {one.next()[1:], one.next()[1:]}
    assert results == {("broken", "broken failed unexpectedly: see the log"), ("fine", None)}
    assert "boom" in caplog.text
    assert states(store)["a1", "broken"] == "pending"


def test_a_channel_that_is_no_more(desk: Callable[..., Desk], store: Store, clock: Any, alert: MakeAlert) -> None:
    """A delivery for a channel that was taken out waits with its reason, and goes out when the channel is back."""
    store.put_alert(alert("a1"), ["gone"])
    one = desk(command=Fake())
    assert one.next()[2] == "no channel is called gone any more: configure it again"
    one.outbox.replace({"gone": Bound(name="gone", channel=Fake(), events=frozenset())})
    assert list(one.outbox.channels) == ["gone"]
    clock.move(seconds=30)
    one.outbox.wake()
    assert one.next() == ("a1", "gone", None)


def test_a_receipt_is_written_once(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Later rounds leave it alone: each write is one to the SD card."""
    written: list[int] = []
    delivered = store.delivered

    def count(delivery_id: int, at: Any, **options: Any) -> None:
        written.append(delivery_id)
        delivered(delivery_id, at, **options)

    monkeypatch.setattr(store, "delivered", count)
    one = desk(command=Fake())
    for name in ("a1", "a2", "a3"):
        store.put_alert(alert(name), ["command"])
        one.outbox.wake()
        one.next()
    assert len(written) == len(set(written)) == 3


def test_new_channels_are_used_without_a_wake(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """A reload delivers at once what waits for the channel that it brings."""
    one = desk()
    one.outbox.join(0.1)
    store.put_alert(alert("a1"), ["new"])
    one.outbox.replace({"new": Bound(name="new", channel=Fake(), events=frozenset())})
    assert one.next() == ("a1", "new", None)


def test_a_bug_in_the_store_ends_nothing(
    store: Store, clock: Any, alert: MakeAlert, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody thought of is logged with its traceback, and the deliveries go on after the pause."""
    fake, due, calls = Fake(), store.outbox_due, []

    def broken(now: Any, **options: Any) -> list[Delivery]:
        calls.append(now)
        if len(calls) == 1:
            raise RuntimeError("nobody thought of this")
        return due(now, **options)

    monkeypatch.setattr(store, "outbox_due", broken)
    store.put_alert(alert("a1"), ["command"])
    bound = {"command": Bound(name="command", channel=fake, events=frozenset())}
    live = Outbox(store, bound, clock=clock, store_pause_s=0.02)
    live.start()
    assert fake.got.get(timeout=10) == "a1"
    assert live.stop(10)
    assert "nobody thought of this" in caplog.text


def test_what_the_log_says(
    desk: Callable[..., Desk], store: Store, clock: Any, alert: MakeAlert, caplog: pytest.LogCaptureFixture
) -> None:
    """Each try has its line: why it failed and when the next is due, then the receipt."""
    fake = Fake()
    fake.fails = DeliveryError("no network")
    store.put_alert(alert("a1"), ["command"])
    with caplog.at_level(logging.INFO, "modemd.alerts"):
        one = desk(command=fake)
        one.next()
        fake.fails = None
        clock.move(seconds=30)
        one.outbox.wake()
        one.next()
    assert [record.getMessage() for record in caplog.records if record.name == "modemd.alerts"] == [
        "not delivered through command: low for home (alert a1), again in 30 s: no network",
        "delivered through command: low for home (alert a1)",
    ]


def test_a_test_is_tried_once(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """A test message that fails says so at once and does not arrive in the night."""
    fake = Fake()
    fake.fails = DeliveryError("no network")
    store.put_alert(alert("t1", "test"), ["command"])
    one = desk(command=fake)
    assert one.next() == ("t1", "command", "no network")
    assert states(store) == {("t1", "command"): "given_up"}


def test_stop_ends_a_running_program(
    store: Store, clock: Any, alert: MakeAlert, script: Callable[[str], list[str]], tmp_path: Path, eventually: Any
) -> None:
    """stop() in the middle of a delivery ends the program within 3 s, and the delivery stays due for the next start."""
    run = script("import sys, time; open(sys.argv[1] + '/on', 'w').close(); time.sleep(600)")
    one = Desk(store, clock, command=CommandChannel({"run": run}))
    store.put_alert(alert("a1"), ["command"])
    one.outbox.start()
    eventually((tmp_path / "on").exists)
    start = time.monotonic()
    assert one.outbox.stop()
    assert time.monotonic() - start < 3
    (delivery,) = store.outbox_due(clock.now)
    assert (delivery.state, delivery.tries) == ("pending", 0)


def test_stop_before_start(store: Store, clock: Any) -> None:
    """An outbox that never ran can be stopped."""
    assert Desk(store, clock).outbox.stop()


def test_a_full_disk_does_not_repeat_messages(
    store: Store, clock: Any, alert: MakeAlert, eventually: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A receipt that cannot be written is written later, once; the message is not sent again meanwhile, others still
    go. The log says so once, and the store is asked after a pause and not at once."""

    class Full(Store):
        full = True
        refused = 0
        taken = 0

        def delivered(self, delivery_id: int, at: Any, **options: Any) -> None:
            if self.full:
                self.refused += 1
                raise StoreError("disk full: free some space")
            super().delivered(delivery_id, at, **options)
            self.taken += 1

    store.close()
    full = Full(store.folder, clock=clock)
    fake = Fake()
    live = Outbox(
        full,
        {"command": Bound(name="command", channel=fake, events=frozenset())},
        clock=clock,
        store_pause_s=0.02,
    )
    full.put_alert(alert("a1"), ["command"])
    full.put_alert(alert("a2"), ["command"])
    start = time.monotonic()
    live.start()
    eventually(lambda: full.refused > 4)
    assert time.monotonic() - start >= 0.04
    full.full = False
    eventually(lambda: set(states(full).values()) == {"delivered"})
    live.wake()
    live.join(0.1)
    assert live.stop(10)
    assert full.taken == 2
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == ["alerts cannot be kept up to date: disk full: free some space"]
    assert sorted(fake.got.queue) == ["a1", "a2"]
    full.close()


def test_idle_means_asleep(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing to deliver, or nothing before half a minute, the thread asks the store once for each wake."""
    asked: list[object] = []
    due = store.outbox_due

    def count(now: Any, **options: Any) -> list[Delivery]:
        asked.append(now)
        return due(now, **options)

    monkeypatch.setattr(store, "outbox_due", count)
    one = desk(command=Fake())
    one.outbox.join(0.2)
    assert one.outbox.is_alive()
    assert len(asked) <= 1
    one.outbox.wake()
    one.outbox.join(0.2)
    assert len(asked) <= 2
    store.put_alert(alert("a1"), ["gone"])
    one.outbox.wake()
    one.next()
    one.outbox.join(0.2)
    assert len(asked) <= 3
    assert one.outbox.daemon, "a delivery that hangs must not hold the process"


def test_the_delays_fit_the_store() -> None:
    """No delay is longer than what the store takes for a wrong clock, and the tries fill the week."""
    from modemd.store.alerts import LONGEST_RETRY

    assert max(RETRY_DELAYS_S) < LONGEST_RETRY.total_seconds()
    assert timedelta(days=7) == GIVE_UP_AFTER
    assert GIVE_UP_TRIES > 28


def test_a_clock_set_back_does_not_put_off_a_try(store: Store, clock: Any, alert: MakeAlert) -> None:
    """What is due in 30 s is tried in 30 s, although the clock went back by three hours meanwhile."""
    seconds = [0.0]
    results: queue.Queue[str | None] = queue.Queue()
    fake = Fake()
    fake.fails = DeliveryError("no network")
    live = Outbox(
        store,
        {"command": Bound(name="command", channel=fake, events=frozenset())},
        clock=clock,
        monotonic=lambda: seconds[0],
        on_result=lambda _, error: results.put(error),
    )
    store.put_alert(alert("a1"), ["command"])
    live.start()
    assert results.get(timeout=10) == "no network"
    fake.fails = None
    clock.move(hours=-3)
    seconds[0] = 31.0
    live.wake()
    assert results.get(timeout=10) is None
    assert live.stop(10)
    assert states(store) == {("a1", "command"): "delivered"}


@pytest.mark.parametrize(
    ("tries", "age", "given_up"),
    [
        (GIVE_UP_TRIES, GIVE_UP_AFTER, True),
        (GIVE_UP_TRIES - 1, GIVE_UP_AFTER, False),
        (GIVE_UP_TRIES, GIVE_UP_AFTER - timedelta(seconds=1), False),
    ],
)
def test_when_it_is_given_up(
    store: Store, clock: Any, alert: MakeAlert, tries: int, age: timedelta, given_up: bool
) -> None:
    """With the last of so many tries, at the end of the week."""
    idle = Outbox(store, {}, clock=clock)
    store.put_alert(alert("a1"), ["command"])
    (delivery,) = store.outbox_due(clock())
    clock.now += age
    idle._write_of(replace(delivery, tries=tries - 1), DeliveryError("no network"), None, 30.0)()
    assert states(store) == {("a1", "command"): "given_up" if given_up else "pending"}
    assert Outbox(store, {}, clock=clock, delays_s=(0.5,))._delay_s(delivery, DeliveryError("no network")) == 0.5


def test_how_long_until_the_next_try(store: Store, clock: Any, alert: MakeAlert) -> None:
    """By the clock that nobody sets, and to the moment; what is given up elsewhere meanwhile is waited for no more."""
    seconds, fake = [100.0], Fake()
    fake.fails = DeliveryError("no network")
    bound = {"command": Bound(name="command", channel=fake, events=frozenset())}
    idle, restarted = [Outbox(store, bound, clock=clock, monotonic=lambda: seconds[0]) for _ in range(2)]
    store.put_alert(alert("a1"), ["command"])
    (delivery,) = store.outbox_due(clock())
    assert idle._deliver_due() == 30.0
    clock.move(seconds=10)
    assert restarted._deliver_due() == 20.0, "what another process has noted"
    clock.move(hours=-3)
    for now, pause_s in ((110.0, 20.0), (130.0, 120.0)):
        seconds[0] = now
        assert idle._deliver_due() == pause_s
    store.give_up(delivery.id, "of no use any more")
    seconds[0] = 250.0
    assert idle._deliver_due() is None


def test_a_full_disk_does_not_hurry_the_tries(store: Store, clock: Any, alert: MakeAlert, eventually: Any) -> None:
    """A failed try that cannot be noted is not made again before its time; then it is, full disk or not."""
    refused: list[int] = []

    class Full(Store):
        def retry(self, delivery_id: int, error: str, next_at: Any, **options: Any) -> None:
            refused.append(delivery_id)
            raise StoreError("disk full: free some space")

    store.close()
    full, seconds, tries = Full(store.folder, clock=clock), [0.0], list[str | None]()
    fake = Fake()
    fake.fails = DeliveryError("no network")
    live = Outbox(
        full,
        {"command": Bound(name="command", channel=fake, events=frozenset())},
        clock=clock,
        monotonic=lambda: seconds[0],
        on_result=lambda _, error: tries.append(error),
        store_pause_s=0.02,
    )
    full.put_alert(alert("a1"), ["command"])
    live.start()
    eventually(lambda: len(refused) > 4)
    assert tries == ["no network"]
    fake.fails = None
    seconds[0] = 31.0
    live.wake()
    eventually(lambda: tries == ["no network", None])
    assert live.stop(10)
    assert states(full) == {("a1", "command"): "delivered"}
    full.close()
