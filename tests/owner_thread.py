"""An owner thread on a real store, with one operator and no patience, and what it says."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.modem.timeouts import Paces
from modemd.modem.worker import Reports, Worker
from modemd.money.operators import Packs
from modemd.records import Measurement, ModemSettings, ModemSnapshot
from modemd.store import Store

PACK = """
id = "xx-test"
name = "Test"
country = "RU"
currency = "RUB"
plmn = ["25001"]

[[query]]
kind = "ussd"
reply = "ussd"
code = "*100#"
confidence = "high"
source = "test"

[[query]]
kind = "ussd"
reply = "ussd"
code = "#100#"
confidence = "high"
source = "test"

[[pattern]]
name = "balance"
regex = 'Balance (?P<balance>[0-9.]+)'
"""

PACES = Paces(
    reopen_min_s=0.05, reopen_max_s=0.2, poll_s=0.1, details_s=30, turn_s=0.6, query_s=5, menu_s=1, crash_min_s=0.05
)
SETTINGS = ModemSettings(name="home", port="", reply_timeout_s=0.4, quarantine_s=0.3)


class Watch:
    """Collects what the worker publishes, and waits for it."""

    def __init__(self) -> None:
        self.snapshots: list[ModemSnapshot] = []
        self.rows: list[Measurement] = []
        self._changed = threading.Condition()

    def change(self, snapshot: ModemSnapshot) -> None:
        with self._changed:
            self.snapshots.append(snapshot)
            self._changed.notify_all()

    def row(self, row: Measurement) -> None:
        with self._changed:
            self.rows.append(row)
            self._changed.notify_all()

    def state(self, state: str, within_s: float = 8.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.snapshots) and self.snapshots[-1].state == state, within_s)

    def wait_for(self, test: Callable[[Watch], bool], within_s: float = 8.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: test(self), within_s)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "state")
    yield opened
    opened.close()


def packs_of(folder: Path, text: str) -> Packs:
    """The one operator of this text, in a folder made for it."""
    folder.mkdir()
    (folder / "xx-test.toml").write_text(text, encoding="utf-8")
    return Packs([folder], built_in=None)


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    return packs_of(tmp_path / "packs", PACK)


@pytest.fixture
def power_times() -> PowerTimes:
    """What the recovery ladder may take for its steps."""
    return PowerTimes()


@pytest.fixture
def start(
    store: Store, packs: Packs, watch: Watch, fast: Timeouts, power_times: PowerTimes
) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def make(
        port: str,
        *,
        wait: str | None = "ready",
        paces: Paces = PACES,
        timeouts: Timeouts = fast,
        power: PowerTimes | None = None,
        **changes: Any,
    ) -> Worker:
        limits = AtLimits(timeouts=timeouts, power=power or power_times)
        worker = Worker(
            replace(SETTINGS, port=port, **changes),
            lambda settings, host: AtBackend(settings, host, limits=limits),
            store=store,
            packs=packs,
            reports=Reports(change=watch.change, measurement=watch.row),
            paces=paces,
        )
        workers.append(worker)
        worker.start()
        if wait is not None:
            assert watch.state(wait), watch.snapshots[-1:]
        return worker

    yield make
    for worker in workers:
        worker.stop()


@pytest.fixture
def paces() -> Paces:
    return PACES
