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
    said_again,
    stale_again_at,
)
from modemd.alerts.rules_money import DATA_MARGIN
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
    edge = Sim(sim.measure)
    assert [edge(T0 + i * HOUR, "300", days(likely)) for i, likely in enumerate([5, 8.5, 5])] == [["days_left"], [], []]


def test_what_nobody_has_looked_at_stays_as_it_was(sim: Sim) -> None:
    """A history that was not read says nothing new; one that was read and gives no days ends the alert."""
    assert sim(T0, "300", days(3)) == ["days_left"]
    state, events = evaluate(sim.state, sim.measure(T0 + HOUR, "299"), POLICY)
    assert (events, state["open"], state["gone_at"]) == ([], ["days_left"], sim.state["gone_at"])
    assert sim(T0 + HOUR, "299", Spending()) == []
    assert (sim.state["open"], "gone_at" in sim.state) == ([], False)


def test_days_left_beside_a_limit(sim: Sim) -> None:
    """A limit's message says the days as well; later they are news, but not below critical."""
    assert sim(T0, "40", days(3)) == ["low"]
    assert sim(T0 + DAY, "39", days(2)) == []
    assert Sim(sim.measure, state={"raised": "low"})(T0, "40", days(3)) == ["days_left"]
    assert Sim(sim.measure, state={"raised": "critical"})(T0, "5", days(1)) == []


def test_every_message_of_money_says_how_long_it_lasts(sim: Sim) -> None:
    """A limit's as well, and the one that comes again, with what was foreseen at the reading it names; nothing while
    the clock is not set."""
    told = []
    for number, (balance, likely) in enumerate([("40", 3), ("5", 0.4), ("400", 30)]):
        sim(T0 + number * DAY, balance, days(likely))
        told += [(event.event, event.days_left) for event in sim.last]
    assert told == [
        ("low", days(3).days_left),
        ("critical", days(0.4).days_left),
        ("recovered", days(30).days_left),
        ("topup", days(30).days_left),
    ]
    state, _ = evaluate({}, sim.measure(T0, "40"), POLICY, now=T0, habit=days(3))
    assert said_again(state, "low", POLICY, now=T0 + DAY, number=1).days_left == days(3).days_left
    state, _ = evaluate(state, sim.measure(T0 + HOUR, "40"), POLICY, now=T0 + HOUR, habit=Spending())
    assert said_again(state, "low", POLICY, now=T0 + DAY, number=1).days_left is None
    for damaged in (["x", 1], [1, 2, "x"], "123"):
        assert said_again(state | {"lasts": damaged}, "low", POLICY, now=T0 + DAY, number=1).days_left is None
    unset = datetime(1970, 1, 1, 1, tzinfo=UTC)
    _, events = evaluate({}, sim.measure(unset, "40"), POLICY, now=unset, habit=days(3))
    assert [(event.event, event.days_left) for event in events] == [("low", None)]


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
    assert (sim.last[0].date, sim.last[0].level) == ("2026-03-12", "low")
    again = Sim(sim.measure)
    rows = ["2026-03-05", "2026-06-01", "2026-03-05"]
    readings = [Reading(kind="balance", balance=Decimal(300), expires=expires) for expires in rows]
    assert [again(T0 + i * HOUR, reading=one) for i, one in enumerate(readings)] == [["expiring"], [], ["expiring"]]
    eight = Reading(kind="balance", balance=Decimal(300), expires="2026-03-09")
    for expires_s, once in ((8 * 86400.0, ["expiring"]), (8 * 86400.0 - 1, [])):
        assert Sim(sim.measure, Policy(expires_s=expires_s))(T0, reading=eight) == once
    off = Sim(sim.measure, Policy(), state=again.state)
    assert off(T0 + DAY, reading=readings[0]) == []
    assert "expiring" not in off.state
    for expires, once in (("2026-01-30", ["expiring"]), ("2026-01-29", [])):  # 30 days ago, 31
        assert Sim(sim.measure)(T0, reading=Reading(kind="balance", balance=Decimal(300), expires=expires)) == once


def test_data_low(sim: Sim) -> None:
    """At or below; again after a tenth above. A row that was asked for the data alone says nothing else."""
    told = [sim(T0 + i * HOUR, None, kind="other", data=data, about="data") for i, data in enumerate([900, 500, 540])]
    assert told == [[], ["data_low"], []]
    assert "read_at" not in sim.state
    told = [sim(T0 + (9 + i) * HOUR, "300", data=data) for i, data in enumerate([400, 551, 499])]
    assert told == [[], [], ["data_low"]]
    assert (sim.last[0].data_mb, sim.last[0].data_limit_mb, sim.last[0].level) == (499, 500.0, "low")
    assert sim(T0 + 20 * HOUR, "300", data=500.0 * DATA_MARGIN) == []
    assert "data_low" not in sim.state
    off = Sim(sim.measure, Policy(), state={"data_low": True})
    assert off(T0, "300", data=1.0) == []
    assert "data_low" not in off.state


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
    assert named(T0, "300", Spending(spent=Decimal(100))) == []
    daily = Sim(sim.measure)
    assert [daily(T0 + i * DAY, "300", wild) for i in range(2)] == [["spend"], ["spend"]]
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
    assert (gap.last[0].since, gap.last[0].level) == (T0 + 50 * DAY, "low")


@pytest.mark.parametrize(("gap", "since"), [(15 * DAY, T0), (15 * DAY + timedelta(seconds=1), None), (-HOUR, None)])
def test_since_when_nothing_was_used(sim: Sim, gap: timedelta, since: datetime | None) -> None:
    """A quarter of the time may lie between two readings; none in the future is counted from."""
    sim(T0)
    assert sim.state["still_since"] == T0.isoformat()
    sim(T0 + gap)
    assert sim.state["still_since"] == (since or T0 + gap).isoformat()
    sim(T0 + 16 * DAY, "299")
    assert sim.state["still_since"] == (T0 + 16 * DAY).isoformat()


def test_use_is_watched_before_anybody_asks(sim: Sim) -> None:
    """A limit that is named later counts what was seen; one that is taken out leaves nothing open."""
    off = Sim(sim.measure, Policy(), state={"idle": True})
    off(T0)
    off.state["idle"] = True
    off(T0 + HOUR)
    assert "idle" not in off.state
    off(T0 + 300 * DAY)
    assert off.state["still_since"] == T0.isoformat()
    del off.state["still_since"]
    off(T0 + 301 * DAY)
    assert off.state["still_since"] == (T0 + 300 * DAY).isoformat()
    back = Sim(sim.measure, state={**off.state, "idle": True})
    back(T0 + 301 * DAY - timedelta(seconds=0.5))
    assert "idle" not in back.state
    on = Sim(sim.measure, state=off.state)
    assert on(T0 + 302 * DAY) == []
    assert on.state["still_since"] == (T0 + 300 * DAY).isoformat()
    poor = Sim(sim.measure)
    assert [event for i in range(61) for event in poor(T0 + i * DAY, "5")] == ["critical", "idle"]
    assert poor.last[0].level == "critical"


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
    assert sim(T0 + 9 * HOUR, None, **text | {"origin": "late"}) == []
    assert sim(T0 + 9 * HOUR, None, **text | {"text": None}) == []
    for state, level in (({}, "unknown"), ({"raised": "low"}, "low")):
        poor = Sim(sim.measure, state=dict(state))
        assert poor(T0, None, **text) == ["topup"]
        assert (poor.last[0].level, poor.last[0].reason) == (level, text["text"])


@pytest.mark.parametrize(
    ("before", "balance", "told"),
    [
        ("100", "105", ["topup"]),
        ("100", "104.99", []),
        ("19.00", "20.00", ["topup"]),
        ("19.01", "20.00", []),
        ("1.0", "1.1", []),
        ("0.90", "1.0", []),
        ("1.0", "1.10", []),
        ("1.0", "1.2", ["topup"]),
        ("-1.0", "-0.8", ["topup"]),
        ("19", "20", []),
        ("1E+2", "102", []),
        ("98", "1E+2", []),
        ("92", "1E+2", ["topup"]),
    ],
)
def test_how_large_a_topup_is(measure: Measure, before: str, balance: str, told: list[str]) -> None:
    """More than the rounding of either number, and a twentieth of the balance or a tenth of `low`."""
    sim = Sim(measure, Policy(critical=Decimal(-10)), state={"raised": "low"})
    sim(T0, before)
    events = [event for event in sim(T0 + HOUR, balance) if event != "recovered"]
    assert events == told
    if told:
        assert (sim.last[-1].amount, sim.last[-1].event) == (Decimal(balance) - Decimal(before), "topup")
        assert sim.last[-1].level == ("ok" if Decimal(balance) > 50 else "low")
    other = Reading(kind="balance", balance=Decimal(900), currency="EUR")
    assert "topup" not in sim(T0 + 2 * HOUR, reading=other)


def test_subscription(sim: Sim) -> None:
    """By the habit once for each sum; by the operator's text once for each."""
    fee = Spending(fee=Decimal("9.90"))
    assert [sim(T0 + i * DAY, "300", fee) for i in range(3)] == [["subscription"], [], []]
    assert sim(T0 + 3 * DAY, "300", Spending(fee=Decimal(15))) == ["subscription"]
    text: dict[str, Any] = {"kind": "other", "origin": "network", "text": "Подключена подписка Музыка, 99 руб. в месяц"}
    assert sim(T0 + 4 * DAY, None, **text) == ["subscription"]
    assert sim.last[0].level == "low"
    assert sim(T0 + 5 * DAY, None, **text) == []
    long = f"{text['text']}, {'и ещё ' * 20}"
    assert sim(T0 + 5 * DAY, None, **text | {"text": f" {long}\n"}) == ["subscription"]
    assert sim.state["subscribed"] == long[:80]
    assert sim.state["open"] == ["subscription"]
    sim(T0 + 13 * DAY)
    assert sim.state["open"] == []
    second = timedelta(seconds=1)
    one = Sim(sim.measure)
    assert one(T0, "300", fee) == ["subscription"]
    assert (one.last[0].amount, one.last[0].level) == (Decimal("9.90"), "low")
    one(T0 + 7 * DAY - second, "300", fee)
    assert one.state["open"] == ["subscription"]
    one(T0 + 7 * DAY, "300", fee)
    assert one.state["open"] == []
    back = Sim(sim.measure, state={**one.state, "subscription": True})
    back(T0 - HOUR)
    assert back.state["open"] == []
    assert one(T0 + 30 * DAY - second, "300", fee) == []
    assert one(T0 + 30 * DAY, "300", fee) == ["subscription"]


def test_a_clock_that_is_not_set_says_nothing_of_days(measure: Measure) -> None:
    sim, when = Sim(measure), datetime(1970, 1, 2, tzinfo=UTC)
    wild = replace(days(1), unusual=(Decimal(90), Decimal(40)), fee=Decimal(3))
    assert sim(when, reading=Reading(kind="balance", balance=Decimal(300), expires="1970-01-03"), habit=wild) == []
    assert sim(when + HOUR, "40", wild) == ["low"]
    assert evaluate({}, measure(when, "300"), POLICY, habit=wild)[1] == []
    assert evaluate({}, measure(T0, "300"), POLICY, habit=wild, now=when)[1] == []
    assert len(evaluate({}, measure(T0, "300"), POLICY, habit=wild)[1]) == 3


def test_money_for_ten_years_is_never_used_up(sim: Sim) -> None:
    sim(T0, "300", days(3649.5))
    assert "gone_at" in sim.state
    sim(T0 + HOUR, "300", days(3650))
    assert "gone_at" not in sim.state


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
    assert (told, stale_again_at(state), state["stale"]) == (["stale critical"], None, "critical")
    assert silent(state, T0 + 9 * DAY)[1] == []
    assert stale_again_at({**sim.state, "stale": True, "raised": "low"}) is None  # it was critical at once


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
        ("300", 0.5, "-1", True),  # more than there was
        ("300", 15.0, "60", False),
        ("300", 0.5, "12", False),
        ("52", 15.0, "12", False),
        ("300", None, "9", True),
        ("250", None, "10", True),
        ("249.99", None, "9", False),
        ("300", 15.0, "50", True),
        ("300", 15.0, "50.01", False),
        ("300", 1.5, "50", True),
        ("300", 1.2, "50", False),  # as much leaves in a day
        ("300", None, "12", False),
        ("200", None, "9", False),
    ],
)
def test_a_sudden_fall(measure: Measure, before: str, lasts: float | None, balance: str, sudden: bool) -> None:
    """Below `low` from well above it, by more than the habit explains; without one, from far above to critical."""
    habit = None if lasts is None else DaysLeft(low=lasts, likely=2 * lasts, high=4 * lasts)
    last = measure(T0, before)
    assert is_sudden(last, Decimal(balance), habit, POLICY, now=T0 + 6 * HOUR) is sudden


@pytest.mark.parametrize(("days", "sudden"), [(0.5, True), (1, True), (1.6, True), (1.7, False), (3, False)])
def test_a_fall_since_a_reading_of_some_days_ago(measure: Measure, days: float, sudden: bool) -> None:
    """250 of 300 that last for two days: the habit explains it from the second day on."""
    last, habit = measure(T0, "300"), DaysLeft(low=2.0, likely=4.0, high=8.0)
    assert is_sudden(last, Decimal(50), habit, POLICY, now=T0 + days * DAY) is sudden


def test_what_was_spent_within_a_day() -> None:
    """Falls alone; one that began before is spread."""
    rows = [(T0, "100"), (T0 + DAY, "80"), (T0 + 36 * HOUR, "75"), (T0 + 40 * HOUR, "175"), (T0 + 48 * HOUR, "170")]
    balances = [(at, Decimal(balance)) for at, balance in rows]
    assert spent_within(balances, T0 + 48 * HOUR) == 10
    assert spent_within(balances[:2], T0 + 36 * HOUR) == 10
    assert spent_within(balances[:1], T0) is None
    assert habit_of(balances, T0 + 48 * HOUR).spent == 10
