"""Several SIMs, pauses that the other side asks for, and refusals: what the outbox makes of the plan."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from modemd.alerts.channels import Bound
from modemd.alerts.outbox import Outbox
from modemd.errors import DeliveryError, StoreError
from modemd.records import Alert
from modemd.store import Delivery, Store

MakeAlert = Callable[..., Alert]


class Fake:
    """Takes alerts, or fails as it is told."""

    def __init__(self) -> None:
        self.tried: list[Alert] = []
        self.fails: DeliveryError | None = None

    def send(self, alert: Alert) -> None:
        self.tried.append(alert)
        if self.fails is not None:
            raise self.fails

    def cancel(self) -> None: ...


class Desk:
    """An outbox of several modems, under clocks that a test moves."""

    def __init__(self, store: Store, clock: Any, gather_s: float, channels: dict[str, Fake]) -> None:
        self.store, self.clock, self.channels, self.seconds = store, clock, channels, 0.0
        self.results: queue.Queue[tuple[str, str, str | None]] = queue.Queue()
        self.bound = {name: Bound(name=name, channel=one, events=frozenset({"low"})) for name, one in channels.items()}
        self.outbox = Outbox(
            store, self.bound, clock=clock, monotonic=lambda: self.seconds, on_result=self.note, gather_s=gather_s
        )

    def note(self, delivery: Delivery, error: str | None) -> None:
        self.results.put((delivery.alert.id, delivery.channel, error))

    def go(self, seconds: float) -> None:
        self.clock.move(seconds=seconds)
        self.seconds += seconds
        self.outbox.wake()

    def took(self, number: int) -> list[tuple[str, str, str | None]]:
        return [self.results.get(timeout=10) for _ in range(number)]


@pytest.fixture
def desk(store: Store, clock: Any) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(gather_s: float = 10.0, **channels: Fake) -> Desk:
        made.append(Desk(store, clock, gather_s, channels))
        return made[-1]

    yield make
    for one in made:
        assert one.outbox.stop(10)


def states(store: Store) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (d.alert.id, d.state, d.held, d.message) for row in reversed(store.alerts()) for d in row.deliveries
    ]  # fmt: skip


def test_twenty_at_once_are_one_message(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """Each channel is told once, when the first has waited; all have their receipt, and its id acknowledges all."""
    phone, mail = Fake(), Fake()
    one = desk(phone=phone, mail=mail)
    for number in range(20):
        store.put_alert(alert(f"a{number:02}", modem=f"m{number}", sim_key=f"iccid:{number}"), ["phone", "mail"])
    one.outbox.start()
    one.go(9)
    one.go(1)
    assert {error for *_, error in one.took(40)} == {None}
    (told,) = phone.tried
    assert [told.id] == [again.id for again in mail.tried]
    assert len(told.members) == 20
    assert told.text.startswith("20 SIMs: m0, m1, ")
    assert {found[1:] for found in states(store)} == {("delivered", None, told.id)}
    assert store.acknowledge(told.id)
    assert store.alerts(open_only=True) == []


def test_a_retry_is_the_same_message(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """The same ids make the same id; with one more it is another message."""
    phone = Fake()
    phone.fails = DeliveryError("offline")
    one = desk(phone=phone)
    for name in ("a", "b"):
        store.put_alert(alert(name, modem=name), ["phone"])
    one.outbox.start()
    one.go(10)
    one.took(2)
    one.go(30)
    one.took(2)
    store.put_alert(alert("c", modem="c"), ["phone"])
    phone.fails = None
    one.go(10)
    one.took(3)
    first, again, more = phone.tried
    assert first.id == again.id != more.id
    assert [member.id for member in more.members] == ["a", "b", "c"]


def test_what_failed_together_waits_together(store: Store, clock: Any, alert: MakeAlert) -> None:
    """As long as the one that was tried most often."""
    phone, seconds = Fake(), [100.0]
    phone.fails = DeliveryError("offline")
    bound = {"phone": Bound(name="phone", channel=phone, events=frozenset({"low"}))}
    idle = Outbox(store, bound, clock=clock, monotonic=lambda: seconds[0], gather_s=10.0)
    for name, pauses in (("a", [10.0, 30.0]), ("b", [120.0])):
        store.put_alert(alert(name, modem=name), ["phone"])
        for pause_s in pauses:
            assert idle._deliver_due() == pause_s
            seconds[0] += pause_s
    assert [len(one.members) for one in phone.tried] == [0, 2]


def test_gathering_ends_whatever_the_clock_does(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that is set back an hour holds nobody up."""
    phone, looked, due = Fake(), threading.Event(), store.next_delivery

    def look() -> datetime | None:
        looked.set()
        return due()

    monkeypatch.setattr(store, "next_delivery", look)
    one = desk(phone=phone)
    store.put_alert(alert("a"), ["phone"])
    one.outbox.start()
    assert looked.wait(10)
    one.clock.now -= timedelta(hours=1)
    one.seconds += 10
    one.outbox.wake()
    assert one.took(1) == [("a", "phone", None)]
    assert phone.tried[0].members == ()


def test_one_modem_waits_for_nobody(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    phone = Fake()
    one = desk(0.0, phone=phone)
    store.put_alert(alert("a"), ["phone"])
    one.outbox.start()
    assert one.took(1) == [("a", "phone", None)]


@pytest.mark.parametrize(("gather_s", "messages"), [(0.0, 2), (1.0, 1)])
def test_who_waits_for_others(store: Store, clock: Any, alert: MakeAlert, gather_s: float, messages: int) -> None:
    """Only where several modems are: so long, to the moment, by the clock that nobody sets."""
    phone, seconds = Fake(), [100.0]
    bound = {"phone": Bound(name="phone", channel=phone, events=frozenset({"low"}))}
    idle = Outbox(store, bound, clock=clock, monotonic=lambda: seconds[0], gather_s=gather_s)
    for name in ("a", "b"):
        store.put_alert(alert(name, modem=name), ["phone"])
    if gather_s:
        assert idle._deliver_due() == gather_s
        assert phone.tried == []
        seconds[0] += gather_s
    assert idle._deliver_due() is None
    assert len(phone.tried) == messages


def test_what_is_held_back_or_dropped_is_noted(
    store: Store, clock: Any, alert: MakeAlert, caplog: pytest.LogCaptureFixture
) -> None:
    """In the store, where `modemd alerts` and the next start find it; what is dropped is waited for no more."""
    caplog.set_level("INFO")
    phone = Fake()
    bound = {"sms": Bound(name="sms", channel=phone, events=frozenset({"low"}), after_s=3600.0)}
    idle = Outbox(store, bound, clock=clock, monotonic=lambda: 100.0)
    store.put_alert(alert("a"), ["sms"])
    assert idle._deliver_due() == 3600.0
    assert states(store) == [("a", "pending", "after", None)]
    assert store.acknowledge("a")
    assert idle._deliver_due() is None
    assert states(store) == [("a", "not_needed", None, None)]
    assert phone.tried == []
    assert "not needed any more through sms (alert a)" in caplog.text
    phone.fails = DeliveryError("no network")
    store.put_alert(alert("b"), ["sms"])
    clock.move(seconds=3600)
    assert idle._deliver_due() == 30.0
    assert store.acknowledge("b")
    clock.move(seconds=30)
    assert idle._deliver_due() is None
    assert states(store)[1] == ("b", "not_needed", None, None)


def test_what_cannot_be_noted_is_looked_at_again(
    store: Store, clock: Any, alert: MakeAlert, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk: after a pause, and the log says it once."""

    def full(*_: Any) -> None:
        raise StoreError("no space left")

    bound = {"sms": Bound(name="sms", channel=Fake(), events=frozenset({"low"}), after_s=3600.0)}
    idle = Outbox(store, bound, clock=clock, store_pause_s=60.0)
    store.put_alert(alert("a"), ["sms"])
    monkeypatch.setattr(store, "hold", full)
    assert [idle._deliver_due() for _ in range(2)] == [60.0, 60.0]
    idle._owed[(1,)] = full
    assert (idle._write_owed(), [*idle._owed]) == (60.0, [(1,)])
    assert [record.message for record in caplog.records] == ["alerts cannot be kept up to date: no space left"]


@pytest.mark.parametrize(("language", "first"), [({}, "2 SIMs: "), ({"language": "ru"}, "2 SIM-карты: ")])
def test_a_reload_changes_what_waits_for_others(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, language: dict[str, str], first: str
) -> None:
    """How long, and the language of their message; with one modem nothing waits."""
    phone = Fake()
    one = desk(0.0, phone=phone)
    one.outbox.replace(one.bound, gather_s=10.0, **language)
    for name in ("a", "b"):
        store.put_alert(alert(name, modem=name), ["phone"])
    one.outbox.start()
    one.go(10)
    one.took(2)
    assert phone.tried[0].text.startswith(first)
    assert [message for *_, message in states(store)] == [phone.tried[0].id] * 2
    one.outbox.replace(one.bound)
    assert store.gather_s == 0.0
    store.put_alert(alert("c"), ["phone"])
    one.outbox.wake()
    assert one.took(1) == [("c", "phone", None)]
    assert states(store)[-1] == ("c", "delivered", None, None)  # of one it is its own message


def test_a_refusal_for_good_is_given_up_at_once(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """With its reason; it is not tried for a week."""
    phone = Fake()
    phone.fails = DeliveryError("400: no such topic", permanent=True)
    one = desk(0.0, phone=phone)
    store.put_alert(alert("a"), ["phone"])
    one.outbox.start()
    assert one.took(1) == [("a", "phone", "400: no such topic")]
    one.go(86400)
    (found,) = store.alerts()[0].deliveries
    assert (found.state, found.last_error, found.tries) == ("given_up", "400: no such topic", 1)


@pytest.mark.parametrize(("asked_s", "waits_s"), [(900.0, 900.0), (5.0, 30.0), (1e9, 6 * 3600.0)])
def test_a_pause_that_was_asked_for(
    desk: Callable[..., Desk], store: Store, alert: MakeAlert, asked_s: float, waits_s: float
) -> None:
    """Not before, whatever new comes for that channel; not longer than six hours."""
    phone, mail = Fake(), Fake()
    phone.fails = DeliveryError("429", retry_after_s=asked_s)
    one = desk(0.0, phone=phone, mail=mail)
    store.put_alert(alert("a"), ["phone"])
    one.outbox.start()
    one.took(1)
    store.put_alert(alert("b"), ["phone", "mail"])
    one.go(waits_s - 1)
    assert one.took(1) == [("b", "mail", None)]
    phone.fails = None
    one.go(1)
    assert one.took(2) == [("a", "phone", None), ("b", "phone", None)]


def test_a_pause_ends_with_the_first_receipt(desk: Callable[..., Desk], store: Store, alert: MakeAlert) -> None:
    """Whoever has mended a token looks whether a test arrives; the alert that waits must not wait for an hour more."""
    phone = Fake()
    phone.fails = DeliveryError("401: is the token right?", retry_after_s=3600.0)
    one = desk(0.0, phone=phone)
    for name in ("a", "b"):
        store.put_alert(alert(name), ["phone"])
    one.outbox.start()
    assert [name for name, *_ in one.took(2)] == ["a", "b"]
    phone.fails = None
    store.put_alert(alert("t", event="test"), ["phone"])
    one.go(5)
    assert one.took(3) == [("t", "phone", None), ("a", "phone", None), ("b", "phone", None)]
