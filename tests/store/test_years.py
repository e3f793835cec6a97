"""A long past costs nothing: what is asked at each turn reads the same few rows whatever the history holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bench import past
from modemd.store import Store

FEW, MANY = 3_100, 20_000
MODEM, SIM = past.name(0), past.key(0)
Ask = Callable[[Store, datetime], object]

QUESTIONS: dict[str, Ask] = {
    "standing": lambda store, now: store.standing(MODEM, SIM, now=now),
    "standing before the SIM is named": lambda store, now: store.standing(MODEM, None, now=now),
    "standing of a modem never seen": lambda store, now: store.standing("none", None, now=now),
    "last reading": lambda store, _now: store.last_reading(MODEM),
    "last row of a modem": lambda store, _now: store.last_row(MODEM),
    "last row of a SIM": lambda store, _now: store.last_row(MODEM, SIM),
    "current SIM": lambda store, _now: store.current_sim_key(MODEM),
    "forecast": lambda store, now: store.balances(SIM, currency="RUB", since=now - timedelta(days=30)),
    "history since": lambda store, now: store.history(modem=MODEM, since=now - timedelta(days=30)),
    "pages since": lambda store, now: list(store.pages(modem=MODEM, since=now - timedelta(days=30))),
    "newest rows": lambda store, _now: store.history(modem=MODEM, sim_key=SIM, limit=20),
    "first page": lambda store, _now: next(store.pages()),
    "rows behind": lambda store, _now: store.rows_after(store.last_seq() - 20, modem=MODEM, limit=16),
    "open alerts": lambda store, _now: store.open_alerts(MODEM),
    "attempt": lambda store, now: store.note_attempt(MODEM, SIM, at=now, origin="query"),
    "reading": lambda store, _now: store.add(store.history(modem=MODEM, limit=1)[0]),
}


class Counted(Store):
    """Tells its statements to `log` and counts the steps of SQLite's virtual machine."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.steps = 0
        self.log: list[str] = []
        self.db.set_progress_handler(self._step, 1)
        self.db.set_trace_callback(self.log.append)

    @property
    def db(self) -> sqlite3.Connection:
        return self._opened()

    def _step(self) -> None:
        self.steps += 1


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Counted, Counted]]:
    """A young and an old one, the last 31 days of modem 0 alike."""
    made = []
    for rows in (FEW, MANY):
        folder = tmp_path_factory.mktemp("years") / "state"
        past.make(folder, sims=4, rows=rows)
        made.append(Counted(folder))
    yield made[0], made[1]
    for store in made:
        store.close()


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_few_rows(stores: tuple[Counted, Counted], question: str) -> None:
    """Next to a past that is six times as long, at most a tenth more steps."""
    steps = []
    for store in stores:
        now = datetime.now(UTC)
        QUESTIONS[question](store, now)
        store.steps = 0
        QUESTIONS[question](store, now)
        steps.append(store.steps)
    assert 0 < steps[1] <= 1.1 * steps[0] + 200


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_table_that_grows_is_scanned(stores: tuple[Counted, Counted], question: str) -> None:
    """As SQLite explains it: SEARCH by an index or by a row's number, never SCAN of readings, attempts or alerts."""
    store = stores[1]
    QUESTIONS[question](store, datetime.now(UTC))
    store.log.clear()
    QUESTIONS[question](store, datetime.now(UTC))
    asked = [sql for sql in store.log if sql.startswith(("SELECT", "INSERT", "UPDATE"))]
    assert asked
    for sql in asked:
        plan = [str(row[3]) for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}")]
        assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] in GROWING], (sql, plan)


GROWING = {"readings", "attempts", "alerts", "deliveries"}


def test_pages_are_the_whole_history(stores: tuple[Counted, Counted]) -> None:
    """Page by page the same rows in the same order; what comes meanwhile is not among them."""
    store = stores[0]
    whole = store.history()
    pages = store.pages()
    found = list(next(pages))
    store.add(whole[-1])
    found += [m for page in pages for m in page]
    assert found == whole
    assert max(len(page) for page in store.pages()) <= 64


def test_a_clock_that_was_wrong_hides_nothing(store: Store, row: Any, clock: Any) -> None:
    """`since` goes by the days on which rows arrived: one in 1970 or 2038 in between costs no other row."""
    for days in (0, 1, 1, -20_000, 4_500, 1, 1, 0):
        at = clock.now + timedelta(days=days)
        before, clock.now = clock.now, at
        store.add(row("5", taken_at=at))
        clock.now = before + timedelta(days=1)
    found = store.history(since=clock.now - timedelta(days=30))
    assert len(found) == 7
