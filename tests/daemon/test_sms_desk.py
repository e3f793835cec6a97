"""Messages of the `sms` channel: when one goes out, and when the SIM's money is left alone."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.alerts.channels.sms import SmsChannel, fitted
from modemd.at.gsm import is_gsm, to_septets
from modemd.daemon.sms_desk import FleetDesk
from modemd.errors import DeliveryError, StoreError
from modemd.modem.requests import SmsSend, SmsSent
from modemd.records import Alert, Measurement, ModemSnapshot, Network, Reading, Sim
from modemd.store import Store

KEY = "iccid:1"


class Owner:
    """An owner thread that answers at once with `outcome`; None: never."""

    def __init__(self) -> None:
        self.snapshot = ModemSnapshot(modem="home", state="ready", sim_key=KEY, network=Network(registered=True))
        self.outcome: SmsSent | None = SmsSent()
        self.fails_for: set[str] = set()
        self.sent: list[tuple[str, str]] = []
        self.asked = threading.Event()

    def submit(self, request: SmsSend) -> Future[Any]:
        future: Future[Any] = Future()
        self.asked.set()
        outcome = SmsSent(error="CMS 38", hint="no") if request.number in self.fails_for else self.outcome
        if outcome is not None:
            self.sent.append((request.number, request.text))
            future.set_result(outcome)
        return future

    def cancel(self, future: Future[Any]) -> None:
        future.set_result(SmsSent(error="cancelled", hint="cancelled"))


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def seconds() -> list[float]:
    """The monotonic clock."""
    return [0.0]


@pytest.fixture
def store(tmp_path: Path, clock: Any, seconds: list[float]) -> Any:
    store = Store(tmp_path / "state", clock=clock, monotonic=lambda: seconds[0])
    yield store
    store.close()


@pytest.fixture
def read(store: Store, clock: Any) -> Callable[[str], None]:
    """read("48.20"): the last balance of the SIM."""

    def add(balance: str) -> None:
        reading = Reading(kind="balance", balance=Decimal(balance), currency="RUB")
        store.add(
            Measurement(
                modem="home",
                sim=Sim(iccid="1"),
                sim_key=KEY,
                operator=None,
                country=None,
                reading=reading,
                taken_at=clock.now,
                channel="ussd",
                origin="schedule",
            )
        )

    return add


@pytest.fixture
def make_channel(store: Store, owner: Owner, clock: Any) -> Callable[[], SmsChannel]:
    """As a start, or a new configuration, makes it."""

    def make() -> SmsChannel:
        channel = SmsChannel({"to": ["+71", "+72"], "through": "home", "per_day": 2})
        desk = FleetDesk(store, owner_of=lambda name: owner if name == "home" else None, clock=lambda: clock.now)
        channel.use("sms:home", desk)
        return channel

    return make


@pytest.fixture
def channel(make_channel: Callable[[], SmsChannel]) -> SmsChannel:
    return make_channel()


def alert(number: int, clock: Any) -> Alert:
    return Alert(
        id=f"a{number}",
        event="low",
        level="low",
        modem="home",
        sim_key=KEY,
        operator=None,
        balance=None,
        currency=None,
        taken_at=None,
        text="home: low",
        raised_at=clock.now,
    )


def test_to_each_number_once(channel: SmsChannel, owner: Owner, read: Callable[[str], None], clock: Any) -> None:
    """One number fails: the other is not told again when the alert is tried again."""
    read("48.20")
    owner.fails_for = {"+72"}
    with pytest.raises(DeliveryError, match="home: no"):
        channel.send(alert(1, clock))
    owner.fails_for = set()
    channel.send(alert(1, clock))
    assert [number for number, _ in owner.sent] == ["+71", "+72", "+72"]
    owner.sent.clear()
    owner.outcome = SmsSent(error="no final result", unknown=True)
    channel.send(alert(2, clock))
    assert [number for number, _ in owner.sent] == ["+71", "+72"]


@pytest.mark.parametrize(
    ("balance", "network", "words"),
    [
        (None, Network(registered=True), "is not known"),
        ("0", Network(registered=True), "cannot pay"),
        ("-3.10", Network(registered=True), "cannot pay"),
        ("48.20", Network(registered=True, roaming=True), "is roaming"),
    ],
)
def test_the_purse_is_left_alone(
    channel: SmsChannel,
    owner: Owner,
    read: Callable[[str], None],
    clock: Any,
    balance: str | None,
    network: Network,
    words: str,
) -> None:
    if balance is not None:
        read(balance)
    owner.snapshot = ModemSnapshot(modem="home", state="ready", sim_key=KEY, network=network)
    with pytest.raises(DeliveryError, match=words) as caught:
        channel.send(alert(1, clock))
    assert (owner.sent, caught.value.permanent) == ([], False)


def test_to_each_number_once_over_a_restart(
    make_channel: Callable[[], SmsChannel], owner: Owner, read: Callable[[str], None], clock: Any
) -> None:
    """Also where a message for several SIMs takes the place of one that some have got."""
    read("48.20")
    owner.fails_for = {"+72"}
    for _ in range(3):
        with pytest.raises(DeliveryError, match="home: no"):
            make_channel().send(alert(1, clock))
    several = replace(alert(2, clock), id="all", members=(alert(1, clock), alert(2, clock)))
    for _ in range(2):
        with pytest.raises(DeliveryError, match="home: no"):
            make_channel().send(several)
    with pytest.raises(DeliveryError, match="has sent its 2"):
        make_channel().send(alert(2, clock))
    assert [number for number, _ in owner.sent].count("+71") == 2


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(days=400), timedelta(days=-20_000)])
def test_so_many_a_day(
    make_channel: Callable[[], SmsChannel],
    owner: Owner,
    read: Callable[[str], None],
    clock: Any,
    seconds: list[float],
    jump: timedelta,
) -> None:
    """Over a restart, with a number that always fails, and with a clock that was wrong when they went out: neither more
    of them, nor none for a year."""
    read("48.20")
    owner.fails_for = {"+72"}
    clock.now += jump
    for number in (1, 2):
        with pytest.raises(DeliveryError, match="home: no"):
            make_channel().send(alert(number, clock))
    clock.now -= jump
    last = make_channel()
    with pytest.raises(DeliveryError, match="has sent its 2"):
        last.send(alert(3, clock))
    clock.move(days=1, seconds=10)
    seconds[0] += 86410.0
    owner.fails_for = set()
    last.send(alert(3, clock))
    assert [number for number, _ in owner.sent].count("+71") == 3


def test_what_a_person_asked_for_takes_nothing_from_the_day(
    channel: SmsChannel, owner: Owner, read: Callable[[str], None], clock: Any
) -> None:
    """A rehearsal is four messages; the alert behind it must not wait for tomorrow."""
    read("48.20")
    for number in range(4):
        channel.send(replace(alert(number, clock), rehearsal=True))
    channel.send(alert(9, clock))
    assert len(owner.sent) == 10


def test_a_full_disk_sends_nothing_twice(
    channel: SmsChannel,
    owner: Owner,
    read: Callable[[str], None],
    store: Store,
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_args: object) -> None:
        raise StoreError("the disk is full")

    read("48.20")
    monkeypatch.setattr(store, "save_alert_state", full)
    for _ in range(2):
        channel.send(alert(1, clock))
    assert [number for number, _ in owner.sent] == ["+71", "+72"]


def test_stopping_gives_up_what_waits_for_its_turn(
    channel: SmsChannel, owner: Owner, read: Callable[[str], None], clock: Any
) -> None:
    read("48.20")
    owner.outcome = None

    def stop() -> None:
        owner.asked.wait(20)
        channel.cancel()

    threading.Thread(target=stop, daemon=True).start()
    with pytest.raises(DeliveryError, match="cancelled"):
        channel.send(alert(1, clock))


@given(st.text(min_size=1, max_size=400))
def test_one_message_whatever_the_text(text: str) -> None:
    """160 septets, or 70 UTF-16 units; what fits is not touched but for blanks and quotes."""
    found = fitted(text)
    assert len(to_septets(found)) <= 160 if is_gsm(found) else len(found.encode("utf-16-be", "surrogatepass")) <= 140
    assert fitted(found) == found


def test_what_is_cut_says_so() -> None:
    assert fitted("home: balance is low: “x” 5\n") == 'home: balance is low: "x" 5'
    assert fitted("a" * 161) == "a" * 157 + "..."
    assert fitted("ж" * 71) == "ж" * 69 + "…"


@pytest.mark.parametrize(
    ("state", "outcome", "asked"),
    [
        *((state, SmsSent(), 0) for state in ("starting", "absent", "blocked", "sim", "offline", "failed")),
        ("busy", SmsSent(error="busy", hint="somebody else's dialogue"), 1),
        ("busy", SmsSent(), 2),
    ],
)
def test_a_modem_that_is_away_holds_nobody_up(
    owner: Owner, channel: SmsChannel, read: Callable[[str], None], clock: Any, state: Any, outcome: SmsSent, asked: int
) -> None:
    """A request to it would wait for its turn, a minute for each number, and with it what goes through others."""
    read("48.20")
    owner.snapshot, owner.outcome = replace(owner.snapshot, state=state, error="why"), outcome
    if outcome.error is None and asked:
        channel.send(alert(1, clock))
    else:
        with pytest.raises(DeliveryError, match="why" if not asked else "dialogue"):
            channel.send(alert(1, clock))
    assert len(owner.sent) == asked
