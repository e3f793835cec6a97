"""Forecasts beside the main loop: once for each reading, for all who wait, and never in the way of a balance."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from modemd.alerts.raising import readings_until
from modemd.daemon.outlook import Outlook
from modemd.money.forecast import Forecast

DEADLINE_S = 20.0


@pytest.fixture
def posts() -> queue.Queue[Callable[[], None]]:
    """What the thread gives to the main loop; each test is that loop."""
    return queue.Queue()


def test_made_once_for_all_who_wait(office: Any, posts: queue.Queue[Callable[[], None]]) -> None:
    """Two ask while it is made, a third behind it: one forecast, and the third has it at once."""
    start = office.now
    for day in range(6):
        office.now = start + timedelta(days=day)
        office.store.add(office.reading(str(100 - 10 * day)))
    last = office.store.last_reading("home")
    outlook = Outlook(office.store, clock=lambda: office.now, call_soon=posts.put, foreseen=lambda _row: None)
    said: list[Forecast | None] = []
    outlook.ask(last, said.append)
    outlook.ask(last, said.append)
    assert said == []
    posts.get(timeout=DEADLINE_S)()
    outlook.ask(last, said.append)
    assert posts.empty()
    assert len(said) == 3
    assert said[0] is said[1] is said[2]
    assert said[0] is not None
    assert said[0].low <= 5 <= said[0].high
    newer = office.reading("45")
    outlook.ask(newer, said.append)  # of one that is not stored, too
    posts.get(timeout=DEADLINE_S)()
    assert said[3] is not None
    assert said[3].taken_at == newer.taken_at


def test_without_room_for_a_thread_the_balance_comes_without_days(
    office: Any, posts: queue.Queue[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one has its forecast."""
    outlook = Outlook(office.store, clock=lambda: office.now, call_soon=posts.put, foreseen=lambda _row: None)
    said: list[Forecast | None] = []
    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", no_thread)
        outlook.ask(office.reading("45"), said.append)
        posts.get(timeout=DEADLINE_S)()
    assert said == [None]
    outlook.ask(office.reading("45"), said.append)
    posts.get(timeout=DEADLINE_S)()
    assert said == [None, None]


def no_thread(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_a_fault_costs_the_forecast_alone(
    office: Any, posts: queue.Queue[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for a balance gets it, without days."""
    outlook = Outlook(office.store, clock=lambda: office.now, call_soon=posts.put, foreseen=lambda _row: None)
    monkeypatch.setattr(office.store, "balances", lambda *_arguments, **_options: 1 / 0)
    said: list[Forecast | None] = []
    outlook.ask(office.reading("45"), said.append)
    posts.get(timeout=DEADLINE_S)()
    assert said == [None]


def test_two_months_are_read_with_its_last_month_whole(office: Any) -> None:
    """Of the time before, one reading in six hours; nothing twice, all in order."""
    now = office.now
    hours = [*range(24 * 50, 24 * 40, -2), *range(24 * 3, 0, -2)]
    for ago in hours:
        office.now = now - timedelta(hours=ago)
        office.store.add(office.reading(str(ago)))
    office.now = now
    found = readings_until(office.store, office.store.last_reading("home"), now)
    ages = [(now - at) // timedelta(hours=1) for at, _ in found]
    assert ages[-37:] == [*range(24 * 3, 0, -2), 2]  # the last one is given beside the store's
    assert len(ages) - 37 == 10 * 4
    assert ages == sorted(ages, reverse=True)
