"""An owner thread on a modem that is a script, with a clock that a test moves: decisions, in milliseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemd.modem.context import Clocks
from modemd.modem.requests import BalanceQuery, SmsList, SmsListing, UssdQuery
from modemd.modem.timeouts import Paces
from modemd.modem.worker import Reports, Worker
from modemd.money.operators import Packs
from modemd.records import Measurement, ModemSettings, ModemSnapshot, UssdResult
from modemd.store import Store
from tests.backends.scripted import Script
from tests.backends.virtual_clock import VirtualClock
from tests.owner_thread import PACK, packs_of

SETTINGS = ModemSettings(name="home", port="script")
SMS_QUERY = """
[[query]]
kind = "sms"
number = "111"
text = "11"
confidence = "medium"
cost = "0"
source = "test"
"""


class House:
    """One modem with its owner thread. Time stands still but for `ask`, which lets it run until there is an answer, and
    `advance`."""

    def __init__(self, script: Script, clock: VirtualClock, store: Store, packs: Packs) -> None:
        self.script, self.clock, self.store, self.packs = script, clock, store, packs
        self.rows: list[Measurement] = []
        self.snapshots: list[ModemSnapshot] = []
        self.workers: list[Worker] = []

    def open(self, *, paces: Paces | None = None, **changes: Any) -> House:
        """Starts the owner thread, and gives it all the time that it needs now. `changes` of the settings."""
        worker = Worker(
            replace(SETTINGS, **changes),
            self.script.make,
            store=self.store,
            packs=self.packs,
            reports=Reports(change=self.snapshots.append, measurement=self.rows.append),
            clocks=Clocks(now=self.clock.now, monotonic=self.clock.monotonic, wait=self.clock.wait),
            paces=paces,
        )
        self.workers.append(worker)
        worker.start()
        self.clock.settle()
        return self

    @property
    def worker(self) -> Worker:
        return self.workers[-1]

    @property
    def state(self) -> str:
        return self.worker.snapshot.state

    @property
    def error(self) -> str:
        return self.worker.snapshot.error or ""

    def balance(self, **options: Any) -> Measurement:
        result = self.ask(BalanceQuery(**options))
        assert isinstance(result, Measurement)
        return result

    def ussd(self, code: str, **options: Any) -> UssdResult:
        result = self.ask(UssdQuery(code=code, **options))
        assert isinstance(result, UssdResult)
        return result

    def messages(self, **options: Any) -> SmsListing:
        result = self.ask(SmsList(**options))
        assert isinstance(result, SmsListing)
        return result

    def ask(self, request: Any) -> Any:
        """Time runs until the answer is there."""
        future = self.worker.submit(request)
        future.add_done_callback(lambda _: self.clock.run(freely=False))
        if not future.done():
            self.clock.run(freely=True)
        if future.done():
            self.clock.run(freely=False)
        result = future.result(10)
        self.clock.settle()
        return result

    def begin(self, request: Any) -> Future[Any]:
        """Asks, and comes back as soon as nothing happens any more without time."""
        future = self.worker.submit(request)
        self.clock.settle()
        return future

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def close(self) -> None:
        for worker in self.workers:
            worker.stop()


@pytest.fixture
def clock() -> Iterator[VirtualClock]:
    clock = VirtualClock()
    yield clock
    clock.close()


@pytest.fixture
def script(clock: VirtualClock) -> Script:
    return Script(clock=clock)


@pytest.fixture
def make_house(clock: VirtualClock, script: Script, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """make_house(pack): not open; the pack is the text of one, the script's operator's."""
    made: list[tuple[House, Store]] = []

    def make(pack: str = PACK) -> House:
        packs = packs_of(tmp_path / f"packs{len(made)}", pack)
        store = Store(tmp_path / f"state{len(made)}", clock=clock.now, monotonic=clock.monotonic)
        made.append((House(script, clock, store, packs), store))
        return made[-1][0]

    yield make
    for house, store in made:
        house.close()
        store.close()


@pytest.fixture
def house(make_house: Callable[..., House]) -> House:
    return make_house()


@pytest.fixture
def sms_pack() -> str:
    """The operator with a free query by short message, and a name for its senders."""
    return PACK.replace('plmn = ["25001"]', 'plmn = ["25001"]\nsms_senders = ["Balance"]') + SMS_QUERY
