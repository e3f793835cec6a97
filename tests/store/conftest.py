from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.records import Alert, Measurement, Reading, Sim
from modemd.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path, clock: Any) -> Iterator[Store]:
    store = Store(folder, clock=clock)
    yield store
    store.close()


@pytest.fixture
def row(clock: Any) -> Callable[..., Measurement]:
    """row("48.20", sim_key=..., origin=...): a reading of modem "home", or a failure without an amount."""

    def make(balance: str | None = None, **changes: Any) -> Measurement:
        amount = None if balance is None else Decimal(balance)
        reading = Reading(kind="error" if amount is None else "balance", balance=amount, currency="RUB")
        values: dict[str, Any] = {
            "modem": "home",
            "sim": Sim(iccid="8970101", imsi="25001"),
            "sim_key": "iccid:8970101",
            "operator": "ru-mts",
            "country": "RU",
            "reading": reading,
            "taken_at": clock.now,
            "channel": "ussd",
            "origin": "schedule",
        }
        return Measurement(**(values | changes))

    return make


@pytest.fixture
def alert(clock: Any) -> Callable[..., Alert]:
    def make(alert_id: str, event: str = "low", **changes: Any) -> Alert:
        values: dict[str, Any] = {
            "id": alert_id,
            "event": event,
            "level": "low",
            "modem": "home",
            "sim_key": "iccid:8970101",
            "operator": "ru-mts",
            "balance": Decimal("48.20"),
            "currency": "RUB",
            "taken_at": clock.now,
            "text": "home: мало денег",
            "raised_at": clock.now,
        }
        return Alert(**(values | changes))

    return make
