"""One modem's store and alarm without a daemon, under clocks that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from modemd.daemon.alarm import Alarm
from modemd.daemon.config import Config, DaemonSettings
from modemd.records import Measurement, ModemSettings, ModemSnapshot, Reading, Sim
from modemd.store import Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = "iccid:1"
SNAPSHOT = ModemSnapshot(modem="home", state="ready", sim_key=KEY, operator="ru-mts")


class Life:
    """A store and an alarm with a wall clock and a monotonic one."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.seconds = folder, NOW, 1000.0
        self.begin()

    def begin(self, **settings: Any) -> None:
        """A daemon starts."""
        self.store = Store(self.folder, clock=lambda: self.now, monotonic=lambda: self.seconds)
        self.alarm = Alarm(self.store, wake_outbox=lambda: None, clock=lambda: self.now, monotonic=lambda: self.seconds)
        self.config = Config(
            daemon=DaemonSettings(), modems=(ModemSettings(name="home", port="auto", **settings),), channels=()
        )

    def apply(self) -> None:
        self.alarm.apply(self.config, {})

    def begin_again(self) -> None:
        self.end()
        self.begin()

    def end(self) -> None:
        self.store.close()

    def go(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()

    def asked(self, balance: str | None = None, *, dialled: bool = True) -> None:
        if dialled:
            self.store.note_attempt("home", KEY, at=self.now, origin="schedule")
        row = self.row(balance)
        self.store.add(row)
        self.alarm.ended(row)

    def row(self, balance: str | None, **changes: Any) -> Measurement:
        amount = None if balance is None else Decimal(balance)
        values: dict[str, Any] = {
            "modem": "home",
            "sim": Sim(),
            "sim_key": KEY,
            "operator": "ru-mts",
            "country": "RU",
            "reading": Reading(kind="error" if amount is None else "balance", balance=amount),
            "taken_at": self.now,
            "channel": "ussd",
            "origin": "schedule",
            "error": "no answer" if amount is None else None,
        }
        return Measurement(**(values | changes))

    @property
    def events(self) -> list[str]:
        return [row.alert.event for row in reversed(self.store.alerts())]

    def silence(self) -> datetime | None:
        return self.alarm.silence(SNAPSHOT)

    def level(self) -> str:
        return self.alarm.level(self.alarm.standing(SNAPSHOT))
