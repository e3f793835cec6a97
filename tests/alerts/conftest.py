from __future__ import annotations

import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import trustme

from modemd.records import Alert, Measurement, Reading, Sim
from modemd.store import Store


@pytest.fixture
def store(tmp_path: Path, clock: Any) -> Iterator[Store]:
    store = Store(tmp_path / "state", clock=clock)
    yield store
    store.close()


@pytest.fixture(scope="session")
def measure() -> Callable[..., Measurement]:
    """measure(when, "48.20") or measure(when, text="...", kind="other"): one row of modem "home"."""

    def make(when: datetime, balance: str | Decimal | None = None, **changes: Any) -> Measurement:
        amount = None if balance is None else Decimal(balance)
        kind = changes.pop("kind", "balance" if amount is not None else "error")
        data = changes.pop("data", None)
        values: dict[str, Any] = {
            "modem": "home",
            "sim": Sim(),
            "sim_key": "iccid:1",
            "operator": "ru-mts",
            "country": "RU",
            "reading": Reading(
                kind=kind, balance=amount, currency="RUB" if amount is not None else None, data_left_mb=data
            ),
            "taken_at": when,
            "channel": "ussd",
            "origin": "schedule",
        }
        return Measurement(**(values | changes))

    return make


@pytest.fixture
def alert(clock: Any) -> Callable[..., Alert]:
    def make(alert_id: str = "a1", event: str = "low", **changes: Any) -> Alert:
        values: dict[str, Any] = {
            "id": alert_id,
            "event": event,
            "level": "low",
            "modem": "home",
            "sim_key": "iccid:1",
            "operator": "ru-mts",
            "balance": Decimal("48.20"),
            "currency": "RUB",
            "taken_at": clock.now,
            "text": "home: мало денег: 48.20 RUB",
            "raised_at": clock.now,
        }
        return Alert(**(values | changes))

    return make


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], list[str]]:
    """script("python code"): a `run` list that executes it, with tmp_path as sys.argv[1]."""

    def make(code: str) -> list[str]:
        path = tmp_path / "on-alert.py"
        path.write_text(code)
        return [sys.executable, "-I", "-S", str(path), str(tmp_path)]

    return make


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until the function is true; fails after 10 s. For what another process or thread does."""

    def wait(true: Callable[[], object]) -> None:
        deadline = time.monotonic() + 10
        pause = threading.Event()
        while not true():
            assert time.monotonic() < deadline, "it did not happen within 10 s"
            pause.wait(0.01)

    return wait


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


@pytest.fixture
def files(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "secret"
        path.write_text(text)
        path.chmod(0o600)
        return str(path)

    return write
