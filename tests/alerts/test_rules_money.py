"""What a reading means besides the limits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.alerts.habits import habit_of, spent_within
from modemd.alerts.rules import (
    Policy,
    RaisedEvent,
    Spending,
    State,
    evaluate,
    evaluate_silence,
    is_sudden,
    stale_again_at,
)
from modemd.records import DaysLeft, Measurement, Reading

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(days=5, expires_s=7 * 86400.0, data_low_mb=500.0, spend="auto", idle_s=60 * 86400.0)

Measure = Callable[..., Measurement]


def days(likely: float) -> Spending:
    return Spending(days_left=DaysLeft(low=likely / 2, likely=likely, high=likely * 2))


class Sim:
    """One SIM's state, judged row by row; each row is judged a second time, which must change nothing."""

    def __init__(self, measure: Measure, policy: Policy = POLICY, state: State | None = None) -> None:
        self.measure, self.policy, self.state = measure, policy, state or {}
        self.last: list[RaisedEvent] = []

    def __call__(
        self, when: datetime, balance: str | None = "300", habit: Spending | None = None, **changes: Any
    ) -> list[str]:
        m = self.measure(when, balance, **changes)
        habit = habit or Spending()
        self.state, self.last = evaluate(self.state, m, self.policy, now=when, habit=habit)
        assert json.loads(json.dumps(self.state)) == self.state
        assert evaluate(self.state, m, self.policy, now=when, habit=habit) == (self.state, [])
        return [event.event for event in self.last]


@pytest.fixture
def sim(measure: Measure) -> Sim:
    return Sim(measure)


def test_days_left(sim: Sim) -> None:
    """Once when the likely figure is at the limit; again after it was well above, not for a trembling forecast."""
    told = [sim(T0 + i * 6 * HOUR, "300", days(likely)) for i, likely in enumerate([9, 5, 4, 6, 5, 8, 5, 8.6, 4.9])]
    assert told == [[], ["days_left"], [], [], [], [], [], [], ["days_left"]]
    assert sim.last[0].days_left == days(4.9).days_left
    assert sim.last[0].level == "low"
    assert sim.state["open"] == ["days_left"]


def test_days_left_beside_a_limit(sim: Sim) -> None:
    """A limit's message says the days as well; later they are news, but not below critical."""
    assert sim(T0, "40", days(3)) == ["low"]
    assert sim(T0 + DAY, "39", days(2)) == []
    assert Sim(sim.measure, state={"raised": "low"})(T0, "40", days(3)) == ["days_left"]
    assert Sim(sim.measure, state={"raised": "critical"})(T0, "5", days(1)) == []


def test_expiring(sim: Sim) -> None:
    """Once for each date, by the days that are left; nothing of an old text or of what is no date."""
    told = [
        sim(T0 + i * DAY, reading=Reading(kind="balance", balance=Decimal(300), expires=expires))
        for i, expires in enumerate(
            ["2026-03-20", "2026-03-09", "2026-03-09", "2026-06-01", "2026-03-06", "2026-03-06", "2025-12-31", "soon"]
        )
    ]
    assert told == [[], ["expiring"], [], [], ["expiring"], [], [], []]
    assert sim(T0 + 9 * DAY, None, reading=Reading(kind="other", data_left_mb=900.0, expires="2026-03-12")) == [
        "expiring"
    ]
    assert sim.last[0].date == "2026-03-12"


def test_data_low(sim: Sim) -> None:
    """At or below; again after a tenth above. A row that was asked for the data alone says nothing else."""
    told = [sim(T0 + i * HOUR, None, kind="other", data=data, about="data") for i, data in enumerate([900, 500, 540])]
    assert told == [[], ["data_low"], []]
    assert "read_at" not in sim.state
    told = [sim(T0 + (9 + i) * HOUR, "300", data=data) for i, data in enumerate([400, 551, 499])]
    assert told == [[], [], ["data_low"]]
    assert (sim.last[0].data_mb, sim.last[0].data_limit_mb) == (499, 500.0)


def test_spend(sim: Sim) -> None:
    """Above what is usual, or above an amount; once a day; nothing where neither is known."""
    wild = Spending(spent=Decimal(90), unusual=(Decimal(90), Decimal(40)))
    assert sim(T0, "300", Spending(spent=Decimal(90))) == []
    assert sim(T0 + HOUR, "299", wild) == ["spend"]
    assert (sim.last[0].amount, sim.last[0].limit, sim.last[0].level) == (Decimal(90), Decimal(40), "low")
    assert sim(T0 + 20 * HOUR, "298", wild) == []
    assert sim.state["open"] == ["spend"]
    assert sim(T0 + 26 * HOUR, "297", Spending(spent=Decimal(9))) == []
    assert sim.state["open"] == []
    assert sim(T0 + 27 * HOUR, "297", wild) == ["spend"]
    named = Sim(sim.measure, replace(POLICY, spend=Decimal(100)))
    assert named(T0, "300", wild) == []
    assert named(T0 + HOUR, "300", Spending(spent=Decimal("100.01"))) == ["spend"]


def test_idle(sim: Sim) -> None:
    """The same balance for sixty days; over with the first use. A gap in the readings proves nothing."""
    told = [sim(T0 + i * DAY) for i in range(62)]
    assert [i for i, events in enumerate(told) if events] == [60]
    assert sim.state["open"] == ["idle"]
    assert sim(T0 + 63 * DAY, "299.90") == []
    assert sim.state["open"] == []
    gap = Sim(sim.measure)
    told = [gap(T0 + i * DAY) for i in (*range(30), *range(50, 105))]
    assert not any(told)
    assert gap(T0 + 110 * DAY) == ["idle"]


def test_topup(sim: Sim) -> None:
    """A rise, not what an operator sets aside and gives back; not twice where its text came first."""
    told = [sim(T0 + i * HOUR, balance) for i, balance in enumerate(["100", "102", "101.99", "102", "90", "190"])]
    assert told == [[], [], [], [], [], ["topup"]]
    assert sim.last[0].amount == 100
    text: dict[str, Any] = {"kind": "other", "origin": "sms", "text": "Ваш счет пополнен на 100р."}
    assert sim(T0 + 6 * HOUR, None, **text) == ["topup"]
    assert sim(T0 + 7 * HOUR, "290") == []
    assert sim(T0 + 8 * HOUR, "390") == ["topup"]
    assert sim(T0 + 9 * HOUR, None, **text | {"text": "Пополните счет"}) == []


def test_subscription(sim: Sim) -> None:
    """By the habit once for each sum; by the operator's text once for each."""
    fee = Spending(fee=Decimal("9.90"))
    assert [sim(T0 + i * DAY, "300", fee) for i in range(3)] == [["subscription"], [], []]
    assert sim(T0 + 3 * DAY, "300", Spending(fee=Decimal(15))) == ["subscription"]
    text: dict[str, Any] = {"kind": "other", "origin": "network", "text": "Подключена подписка Музыка, 99 руб. в месяц"}
    assert sim(T0 + 4 * DAY, None, **text) == ["subscription"]
    assert sim(T0 + 5 * DAY, None, **text) == []
    assert sim.state["open"] == ["subscription"]
    sim(T0 + 12 * DAY)
    assert sim.state["open"] == []


def test_a_clock_that_is_not_set_says_nothing_of_days(measure: Measure) -> None:
    sim, when = Sim(measure), datetime(1970, 1, 2, tzinfo=UTC)
    wild = replace(days(1), unusual=(Decimal(90), Decimal(40)), fee=Decimal(3))
    assert sim(when, reading=Reading(kind="balance", balance=Decimal(300), expires="1970-01-03"), habit=wild) == []
    assert sim(when + HOUR, "40", wild) == ["low"]


def silent(state: State, at: datetime) -> tuple[State, list[str]]:
    state, events = evaluate_silence(state, last_reading_at=T0, first_seen=T0, now=at, policy=POLICY)
    return state, [f"{event.event} {event.level}" for event in events]


def test_a_poor_sim_that_cannot_be_read_is_critical(sim: Sim) -> None:
    sim(T0, "40")
    assert silent(sim.state, T0 + 12 * HOUR)[1] == ["stale critical"]


def test_a_silent_sim_becomes_poor(sim: Sim) -> None:
    """First it is stale, and when the money is used up by the forecast it is critical; each once."""
    sim(T0, "300", days(2))
    state, told = silent(sim.state, T0 + 12 * HOUR)
    assert (told, stale_again_at(state)) == (["stale stale"], T0 + 2 * DAY)
    assert silent(state, T0 + 47 * HOUR)[1] == []
    state, told = silent(state, T0 + 2 * DAY)
    assert (told, stale_again_at(state)) == (["stale critical"], None)
    assert silent(state, T0 + 9 * DAY)[1] == []


def test_a_state_of_before_loads(measure: Measure) -> None:
    """Of a version that knew limits and silence alone."""
    state: State = {
        "raised": "low",
        "stale": True,
        "read_at": T0.isoformat(),
        "balance": "48.20",
        "balance_at": T0.isoformat(),
        "currency": "RUB",
        "open": ["low", "critical", "stale"],
    }
    assert silent(state, T0 + 30 * HOUR)[1] == []
    assert Sim(measure, state=state)(T0 + 40 * HOUR, "300") == ["recovered", "topup"]


@pytest.mark.parametrize(
    ("before", "lasts", "balance", "sudden"),
    [
        ("300", 15.0, "12", True),
        ("300", 15.0, "60", False),
        ("300", 0.5, "12", False),
        ("52", 15.0, "12", False),
        ("300", None, "9", True),
        ("300", None, "12", False),
        ("200", None, "9", False),
    ],
)
def test_a_sudden_fall(measure: Measure, before: str, lasts: float | None, balance: str, sudden: bool) -> None:
    """Below `low` from well above it, by more than the habit explains; without one, from far above to critical."""
    habit = None if lasts is None else DaysLeft(low=lasts, likely=2 * lasts, high=4 * lasts)
    last = measure(T0, before)
    assert is_sudden(last, Decimal(balance), habit, POLICY, now=T0 + 6 * HOUR) is sudden


def test_what_was_spent_within_a_day() -> None:
    """Falls alone; one that began before is spread."""
    rows = [(T0, "100"), (T0 + DAY, "80"), (T0 + 36 * HOUR, "75"), (T0 + 40 * HOUR, "175"), (T0 + 48 * HOUR, "170")]
    balances = [(at, Decimal(balance)) for at, balance in rows]
    assert spent_within(balances, T0 + 48 * HOUR) == 10
    assert spent_within(balances[:2], T0 + 36 * HOUR) == 10
    assert spent_within(balances[:1], T0) is None
    assert habit_of(balances, T0 + 48 * HOUR).spent == 10
