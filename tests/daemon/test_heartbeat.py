"""Pings to somebody else's page: when, what they say, and what never happens to them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from modemd.daemon.heartbeat import AGAIN_S, CHANCE_S, Call, Heartbeats, call_of
from modemd.daemon.wellbeing import Wellbeing
from modemd.errors import DeliveryError
from modemd.records import HeartbeatSettings, ModemSnapshot
from tests.alerts.servers import http_server

PAGE = HeartbeatSettings(url="https://hc.example/uuid", every_s=3600.0)


class Wall:
    """A main loop whose time is moved, and a page that notes what is asked of it."""

    def __init__(self, *settings: HeartbeatSettings) -> None:
        self.now = 1000.0
        self.trouble: str | None = None
        self.calls: queue.Queue[Call] = queue.Queue()
        self.refuses = False
        self.wants_s: float | None = None
        self.gate: threading.Event | None = None
        self.soon: queue.Queue[Callable[[], None]] = queue.Queue()
        self.beats = Heartbeats(
            lambda: self.trouble, call_soon=self.soon.put, monotonic=lambda: self.now, send=self._send
        )
        self.beats.apply(settings)

    def _send(self, _name: str, call: Call) -> None:
        self.calls.put(call)
        if self.gate is not None:
            self.gate.wait(10)
        if self.refuses:
            raise DeliveryError("nobody listens there", retry_after_s=self.wants_s)

    def pings(self, number: int = 1) -> list[Call]:
        """What was asked, once as many as expected have come; [] where nothing was due."""
        self.beats.look()
        return [self.calls.get(timeout=10) for _ in range(number)]

    def run_soon(self) -> None:
        self.soon.get(timeout=10)()


def test_all_is_well_each_hour() -> None:
    wall = Wall(PAGE)
    assert wall.pings() == [Call(method="GET", url=PAGE.url)]
    wall.now += 3599
    assert wall.pings(0) == []
    assert wall.beats.due == wall.now + 1
    wall.now += 1
    assert len(wall.pings()) == 1


def test_trouble_is_told_with_its_reason_and_its_end_at_once() -> None:
    wall = Wall(PAGE)
    wall.pings()
    wall.now, wall.trouble = wall.now + 3600, "home: no\nfresh balance"
    assert wall.pings() == [Call(method="POST", url="https://hc.example/uuid/fail", body="home: no fresh balance")]
    wall.now, wall.trouble = wall.now + 60, None
    wall.beats.changed()
    assert wall.pings() == [Call(method="GET", url=PAGE.url)]


def test_a_start_is_no_trouble_until_the_first_balance_had_its_chance() -> None:
    wall = Wall(PAGE)
    wall.trouble = "home: no fresh balance"
    assert wall.pings(0) == []
    wall.now += CHANCE_S - 1
    assert wall.pings(0) == []
    wall.now += AGAIN_S
    assert [call.method for call in wall.pings()] == ["POST"]


def test_a_ping_that_fails_is_over_and_the_next_says_what_holds_then() -> None:
    wall = Wall(PAGE)
    wall.refuses = True
    wall.pings()
    wall.run_soon()
    assert wall.beats.due == wall.now + AGAIN_S
    wall.now, wall.trouble = wall.now + AGAIN_S + CHANCE_S, "home: absent"
    assert [call.body for call in wall.pings()] == ["home: absent"]
    assert wall.calls.empty()


def test_one_at_a_time() -> None:
    """A server that hangs is not asked again by a second thread."""
    wall = Wall(PAGE)
    wall.gate = threading.Event()
    wall.pings()
    wall.now += 3600
    assert wall.pings(0) == []
    assert wall.calls.empty()
    wall.gate.set()


def test_a_new_configuration_keeps_what_stays() -> None:
    wall = Wall(PAGE)
    wall.pings()
    other = HeartbeatSettings(url="https://other.example/x", every_s=60.0)
    wall.beats.apply([PAGE, other])
    assert [call.url for call in wall.pings()] == [other.url]
    wall.beats.apply([])
    assert wall.beats.due is None


@pytest.mark.parametrize(
    ("url", "trouble", "query"),
    [
        ("https://kuma.example/api/push/KEY?status=up&msg=OK&ping=", None, {"status": ["up"], "msg": ["OK"]}),
        (
            "https://kuma.example/api/push/KEY?x=1",
            "home: мало & нет",
            {"x": ["1"], "status": ["down"], "msg": ["home: мало & нет"]},
        ),
    ],
)
def test_uptime_kuma(url: str, trouble: str | None, query: dict[str, list[str]]) -> None:
    call = call_of(HeartbeatSettings(url=url, kind="kuma"), trouble)
    assert (call.method, parse_qs(urlsplit(call.url).query), call.body) == ("GET", query, None)
    assert urlsplit(call.url).path == "/api/push/KEY"


def test_over_the_wire() -> None:
    """A real request, with the reason in any script; the log and errors name the server alone."""
    with http_server() as server:
        soon: queue.Queue[Any] = queue.Queue()
        beats = Heartbeats(lambda: "дом: нет связи", call_soon=soon.put, monotonic=lambda: 0.0)
        beats.apply([HeartbeatSettings(url=server.url("/ping/uuid?x=1"))])
        beats._patient_until = -1.0
        beats.look()
        while not server.seen:
            threading.Event().wait(0.01)
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body.decode()) == ("POST", "/ping/uuid/fail?x=1", "дом: нет связи")


@pytest.mark.parametrize(
    ("wants_s", "pause_s"), [(None, AGAIN_S), (5.0, AGAIN_S), (600.0, 600.0), (6 * 3600.0, PAGE.every_s)]
)
def test_a_page_that_wants_a_pause_gets_it(wants_s: float | None, pause_s: float) -> None:
    """Also where trouble is over meanwhile; but never for longer than `every`, or the page would raise the alarm."""
    wall = Wall(PAGE)
    wall.refuses, wall.wants_s = True, wants_s
    wall.now += CHANCE_S
    wall.trouble = "home: absent"
    wall.pings()
    wall.run_soon()
    assert wall.beats.due == wall.now + pause_s
    wall.trouble = None
    wall.beats.changed()
    assert wall.beats.due == (wall.now if wants_s is None else wall.now + pause_s)


def test_a_machine_without_room_for_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """It passes: the next ping goes out."""
    wall = Wall(PAGE)
    with monkeypatch.context() as crowded:
        crowded.setattr(threading.Thread, "start", no_thread)
        wall.pings(0)
    assert wall.beats.due == wall.now + AGAIN_S
    wall.now += AGAIN_S
    assert len(wall.pings()) == 1


def no_thread(_thread: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_trouble_is_looked_at_again_when_it_may_be_over() -> None:
    """Not at each turn of the main loop: with a hundred modems a look takes time."""
    modems = dict.fromkeys(("a", "b", "c"), False)
    looks: list[int] = []

    def seen(*names: str) -> list[Any]:
        return [
            SimpleNamespace(
                snapshot=ModemSnapshot(modem=name, error="absent"),
                standing=SimpleNamespace(shown=object() if modems[name] else None),
            )
            for name in names
        ]

    def everybody() -> list[Any]:
        looks.append(1)
        return seen(*modems)

    fleet: Any = SimpleNamespace(stuck=list, settings=modems, seen=everybody)
    alarm: Any = SimpleNamespace(level=lambda _standing: "ok")
    wellbeing = Wellbeing(fleet, alarm)
    assert not wellbeing.may_be_over(seen("a"))
    assert wellbeing.trouble() == "a: absent (and 2 more)"
    modems |= {"a": True, "b": True}
    assert not wellbeing.may_be_over(seen("a", "c"))
    assert not wellbeing.may_be_over(seen("b", "c"))
    del modems["c"]  # a new configuration
    assert wellbeing.may_be_over(seen("a"))
    assert len(looks) == 1
    assert wellbeing.trouble() is None
    assert not wellbeing.may_be_over(seen("a", "b"))
    modems["b"] = False
    fleet.stuck = lambda: ["a"]
    assert wellbeing.trouble() == "owner thread stuck: a"
    assert wellbeing.may_be_over(seen("a"))
