"""What the tests of subscriptions share: a client that watches, and events as owner threads report them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from modemd.daemon.control import Client
from modemd.records import Alert, ModemSettings

HOME = ModemSettings(name="home", port="/dev/null")
VAN = ModemSettings(name="van", port="/dev/zero")
DEADLINE_S = 10.0

Event = dict[str, Any]


class Watcher:
    """A client that watches. `until` reads on to an event of a type and gives what came, that one included."""

    def __init__(self, office: Any, **fields: Any) -> None:
        self.client = Client.connect(office.path)
        self.client._socket.settimeout(DEADLINE_S)
        self.events: Iterator[Event] = self.client.rows("watch", patience_s=DEADLINE_S, **fields)

    def until(self, *kinds: str) -> list[Event]:
        came: list[Event] = []
        for event in self.events:
            came.append(event)
            if event["type"] in kinds:
                return came
        raise AssertionError(f"ended without {kinds}: {came}")


def soon(office: Any, call: Callable[[], object]) -> None:
    """In the loop's thread, and done when this returns."""
    done = threading.Event()
    failed: list[Exception] = []

    def act() -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 (whatever it is, it fails the test)
            failed.append(error)
        done.set()

    office.server.call_soon(act)
    assert done.wait(DEADLINE_S)
    assert failed == []


def add(office: Any, balance: str | None, **fields: Any) -> Any:
    """Stores a row as an owner thread does; told by `tell`."""
    m = office.reading(balance, **fields)
    return replace(m, seq=office.store.add(m))


def tell(office: Any, m: Any) -> None:
    office.server.call_soon(lambda: office.watch.measured(m))


def alert(office: Any, ident: str = "a1", modem: str = "home") -> Alert:
    return Alert(
        id=ident,
        event="low",
        level="low",
        modem=modem,
        sim_key="iccid:8970101234567890123",
        operator="ru-mts",
        balance=None,
        currency=None,
        taken_at=None,
        text=f"{modem}: low",
        raised_at=office.now,
    )


def seqs(events: list[Event]) -> list[int | None]:
    return [event["seq"] for event in events if event["type"] in ("reading", "failure")]
