"""When a message goes out, and when none does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.alerts.rules import (
    Known,
    Policy,
    RaisedEvent,
    State,
    evaluate,
    evaluate_silence,
    level,
    policy_of,
    said_again,
    silent_since,
    stale_at,
)
from modemd.alerts.state import OPEN_KEYS
from modemd.records import AlertEvent, Measurement, ModemSettings

T0 = datetime(2024, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = Policy(low=Decimal(50), critical=Decimal(10), every_s=6 * 3600.0)

Measure = Callable[..., Measurement]


def play(measure: Measure, balances: Iterable[str | Decimal], policy: Policy = POLICY) -> list[str]:
    """Six hours between readings; the names of the events, without the top-ups that a rise is as well."""
    state: State = {}
    names: list[str] = []
    for number, balance in enumerate(balances):
        state, events = evaluate(state, measure(T0 + number * 6 * HOUR, balance), policy)
        names += [event.event for event in events if event.event != "topup"]
    return names


@pytest.mark.parametrize(
    ("balances", "expected"),
    [
        (["120"], []),
        (["50.01"], []),
        (["50"], ["low"]),
        (["10"], ["critical"]),
        (["-3"], ["critical"]),
        (["120", "49", "48", "12"], ["low"]),
        (["120", "49", "9"], ["low", "critical"]),
        (["120", "9", "3"], ["critical"]),
        (["100000", "0"], ["critical"]),
        (["49", "51", "49", "51", "54.99", "50"], ["low"]),
        (["49", "55", "49"], ["low", "recovered", "low"]),
        (["49", "54", "56", "60"], ["low", "recovered"]),
        (["3", "53"], ["critical", "recovered"]),
        (["30", "54"], ["low"]),
        (["9", "30"], ["critical"]),
        (["9", "30", "9"], ["critical", "critical"]),
        (["10", "10.5", "9.9", "10.99", "10"], ["critical"]),
        (["10", "11", "10"], ["critical", "critical"]),
        (["10", "52", "10"], ["critical", "critical"]),
        (["9", "30", "20"], ["critical"]),
        (["9", "300", "9"], ["critical", "recovered", "critical"]),
    ],
)
def test_what_goes_out(measure: Measure, balances: list[str], expected: list[str]) -> None:
    """The falling, hovering, topped-up and returning balance each give exactly these messages."""
    assert play(measure, balances) == expected


def test_a_limit_of_nothing_does_not_flap(measure: Measure) -> None:
    """With limits of 0 a balance that trembles around it alerts once, until at least one unit came in."""
    policy = Policy(low=Decimal(0), critical=Decimal(0))
    assert play(measure, ["0", "0.5", "0", "0.9", "-0.1"], policy) == ["critical"]
    assert play(measure, ["0", "1", "0"], policy) == ["critical", "recovered", "critical"]


def test_a_critical_limit_of_nothing_has_the_margin_of_low(measure: Measure) -> None:
    """With critical at 0 a tenth of `low` above it ends critical, so that it can come again."""
    policy = Policy(low=Decimal(50), critical=Decimal(0))
    assert play(measure, ["0", "5", "0"], policy) == ["critical", "critical"]
    assert play(measure, ["0", "4.99", "0"], policy) == ["critical"]


@pytest.mark.parametrize(
    ("balances", "raised"),
    [(["49"], "low"), (["9"], "critical"), (["9", "30"], "low"), (["9", "54"], "low"), (["9", "60"], None)],
)
def test_the_state_names_what_is_not_over(measure: Measure, balances: list[str], raised: str | None) -> None:
    """`raised` as the store keeps it: the worst that went out and still holds."""
    state: State = {}
    for number, balance in enumerate(balances):
        state, _ = evaluate(state, measure(T0 + number * HOUR, balance), POLICY)
    assert state.get("raised") == raised


def test_the_event_carries_its_facts(measure: Measure) -> None:
    """Number, currency, time and limit are those of the reading that crossed it."""
    _, (event,) = evaluate({}, measure(T0, "48.20"), POLICY)
    assert event == RaisedEvent(
        event="low", level="low", at=T0, balance=Decimal("48.20"), currency="RUB", taken_at=T0, limit=Decimal(50)
    )


@pytest.mark.parametrize(
    ("raised", "event", "expected", "of", "limit"),
    [
        ("critical", "critical", "critical", "critical", 10),
        ("low", "critical", "low", "low", 50),  # it rose
        ("low", "low", "low", "low", 50),
        ("low", "stale", "stale", "critical", None),
    ],
)
def test_what_is_said_again(raised: str, event: AlertEvent, expected: str, of: str, limit: int | None) -> None:
    """With what is known now: the last balance, since when, and why none is newer."""
    state: State = {
        "raised": raised,
        "balance": "9",
        "balance_at": T0.isoformat(),
        "currency": "EUR",
        "failure": "CME 10",
    }
    found = said_again(state, event, POLICY, now=T0 + HOUR, number=3)
    assert found == RaisedEvent(
        event=expected,  # type: ignore[arg-type]
        level=of,  # type: ignore[arg-type]
        at=T0 + HOUR,
        balance=Decimal(9),
        currency="EUR",
        taken_at=T0,
        limit=None if limit is None else Decimal(limit),
        reason="CME 10",
        known=Known(balance=Decimal(9), currency="EUR", taken_at=T0),
        since=T0,
        reminder=3,
    )
    read_since = {**state, "read_at": (T0 + HOUR / 2).isoformat()}  # of data alone
    assert said_again(read_since, event, POLICY, now=T0 + HOUR, number=1).since == T0 + HOUR / 2
    empty = said_again({}, event, POLICY, now=T0, number=1)
    assert (empty.balance, empty.currency, empty.taken_at, empty.known, empty.since) == (None,) * 5


def test_what_lasts_is_an_event() -> None:
    """The store closes a SIM's alerts by these names."""
    assert set(OPEN_KEYS) < set(get_args(AlertEvent))


def test_two_sims_know_nothing_of_each_other(measure: Measure) -> None:
    """Each state is its own: a fresh SIM that is low alerts although the one before it was low."""
    state, _ = evaluate({}, measure(T0, "5"), POLICY)
    assert state["raised"] == "critical"
    _, (event,) = evaluate({}, measure(T0, "5", sim_key="iccid:2"), POLICY)
    assert event.event == "critical"


@pytest.mark.parametrize(
    "changes",
    [
        {"error": "no answer"},
        {"error": "CME 258"},
        {"error": "absent", "hint": "plug it in"},
        {"kind": "error", "text": "Service temporarily unavailable"},
        {"kind": "sms_follows", "text": "You will get an SMS"},
        {"kind": "other"},
        {"kind": "other", "text": " \r\n "},
        {"kind": "other", "text": "You have won!", "origin": "network"},
        {"kind": "other", "text": "Balance ???", "origin": "late"},
        {"kind": "other", "text": "hello", "origin": "sms", "channel": "sms"},
    ],
)
def test_failures_raise_nothing(measure: Measure, changes: dict[str, str]) -> None:
    """No answer, the operator's own errors, and what nobody asked for are no news by themselves."""
    _, events = evaluate({}, measure(T0, **changes), POLICY)
    assert events == []


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "other", "text": "Ваш тариф: Супер"},
        {"kind": "menu", "text": "1. Balance 2. Tariff"},
        {"kind": "error", "raw": b"\xff\xfe", "error": "undecodable"},
        {"kind": "other", "text": "Dear customer", "origin": "query", "error": "unreadable"},
    ],
)
def test_unreadable_at_once(measure: Measure, changes: dict[str, str]) -> None:
    """The operator answered and there is no number in it: said at once, without a balance."""
    _, (event,) = evaluate({}, measure(T0, **changes), POLICY)
    assert (event.event, event.level, event.balance, event.taken_at) == ("unreadable", "unknown", None, T0)
    assert event.reason


def test_unreadable_once_a_day(measure: Measure) -> None:
    """While it lasts, once; after a good reading again, but not twice within 24 hours."""
    state: State = {}
    told = []
    rows = {0: None, 6: None, 48: None, 50: "100", 54: None, 60: "100", 66: None, 77: "100", 80: None}
    for hour, balance in rows.items():
        changes = {} if balance else {"kind": "other", "text": "?"}
        state, events = evaluate(state, measure(T0 + hour * HOUR, balance, **changes), POLICY)
        told += [(hour, event.event) for event in events]
    assert told == [(0, "unreadable"), (54, "unreadable"), (80, "unreadable")]


def test_unreadable_again_after_24_hours_to_the_second(measure: Measure) -> None:
    """A day is over at its end, not before; a clock that was put back does not silence it."""

    def told_after(pause: timedelta) -> list[str]:
        state, _ = evaluate({}, measure(T0, kind="other", text="?"), POLICY)
        assert state["open"] == ["unreadable"]
        state, _ = evaluate(state, measure(T0 + HOUR, "100"), POLICY)
        _, events = evaluate(state, measure(T0 + pause, kind="other", text="?"), POLICY)
        return [event.event for event in events]

    assert told_after(24 * HOUR) == ["unreadable"]
    assert told_after(24 * HOUR - timedelta(seconds=1)) == []
    assert told_after(timedelta(0)) == []
    assert told_after(timedelta(seconds=-1)) == ["unreadable"]


def test_unreadable_names_the_last_known(measure: Measure) -> None:
    """The last balance stays known beside the missing one, with its own time."""
    state, _ = evaluate({}, measure(T0, "77.7"), POLICY)
    _, (event,) = evaluate(state, measure(T0 + HOUR, kind="other", text="?"), POLICY)
    assert event.balance is None
    assert event.known is not None
    assert (event.known.balance, event.known.currency, event.known.taken_at) == (Decimal("77.7"), "RUB", T0)


def test_data_alone_is_a_reading(measure: Measure) -> None:
    """Megabytes without money are read: not unreadable, and they end a silence."""
    state, events = evaluate(
        {"stale": True, "open": ["stale"]}, measure(T0, kind="other", text="5 GB", data=5120.0), POLICY
    )
    assert [(event.event, event.level) for event in events] == [("recovered", "unknown")]
    assert state["open"] == []


def silence(
    state: State, hours: float, last: datetime | None = None, reason: str | None = None
) -> tuple[State, list[RaisedEvent]]:
    now = T0 + hours * HOUR
    return evaluate_silence(state, last_reading_at=last, first_seen=T0, now=now, policy=POLICY, reason=reason)


def test_stale_after_two_intervals(measure: Measure) -> None:
    """12 hours after the last reading with every = 6h, once, with the last balance and the reason."""
    state, _ = evaluate({}, measure(T0, "77.7"), POLICY)
    state, _ = evaluate(state, measure(T0 + 6 * HOUR, error="no answer", hint="the network did not answer"), POLICY)
    state, events = silence(state, 11.9, T0)
    assert events == []
    state, (event,) = silence(state, 12, T0)
    assert (event.event, event.level, event.balance, event.taken_at) == ("stale", "stale", Decimal("77.7"), T0)
    assert (event.reason, event.since) == ("the network did not answer", T0)
    assert silence(state, 100, T0)[1] == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"error": "no answer", "hint": "look at the reception"}, "look at the reception"),
        ({"error": "CME 258"}, "CME 258"),
        ({"kind": "other", "text": "Dear customer"}, "the reply holds no balance"),
        ({"kind": "error", "text": None}, "no answer"),
        ({"kind": "error", "raw": b"\xff", "error": "undecodable"}, "undecodable"),
    ],
)
def test_stale_names_the_last_failure(measure: Measure, changes: dict[str, Any], reason: str) -> None:
    """The hint for people before the phrase; a reading in between makes it history."""
    failed, _ = evaluate({}, measure(T0, **changes), POLICY)
    _, (event,) = silence(failed, 12)
    assert (event.reason, event.currency) == (reason, None)
    read, _ = evaluate(failed, measure(T0 + HOUR, "100"), POLICY)
    _, (event,) = silence(read, 13, T0 + HOUR)
    assert (event.reason, event.currency) == (None, "RUB")


def test_a_balance_without_its_time_is_not_known() -> None:
    """Half of what is known of the last balance is nothing to name."""
    for state in ({"balance": "5"}, {"balance_at": T0.isoformat()}):
        _, (event,) = silence(dict(state), 12)
        assert (event.balance, event.known) == (None, None)


def test_where_a_silence_begins() -> None:
    """At the later of the store's reading and the one judged last; where the clock jumped back, when it was noticed."""

    def since(state: State, last: datetime | None, now: datetime) -> datetime:
        return silent_since(state, last_reading_at=last, first_seen=T0, now=now)

    later = (T0 + 5 * HOUR).isoformat()
    assert since({"read_at": later}, T0 + HOUR, T0 + 9 * HOUR) == T0 + 5 * HOUR
    assert since({"read_at": later}, T0 + 7 * HOUR, T0 + 9 * HOUR) == T0 + 7 * HOUR
    assert since({}, None, T0 + 9 * HOUR) == T0
    assert since({"quiet_since": T0.isoformat()}, T0 + HOUR, T0 + HOUR) == T0 + HOUR
    assert since({"quiet_since": T0.isoformat()}, T0 + 2 * HOUR, T0 + HOUR) == T0
    assert since({"quiet_since": later}, T0 + 2 * HOUR, T0 + HOUR) == T0 + HOUR


def test_a_clock_that_is_right_again_leaves_nothing_behind(measure: Measure) -> None:
    """`quiet_since` stands in the state only while the last reading lies in the future."""
    state, _ = silence({}, 1, T0 + 2 * HOUR)
    assert state["quiet_since"] == (T0 + HOUR).isoformat()
    assert "quiet_since" not in silence(state, 2, T0 + 2 * HOUR)[0]
    assert "quiet_since" not in silence(state, 3, T0 + 2 * HOUR)[0]
    assert "quiet_since" not in evaluate(state, measure(T0 + HOUR, "100"), POLICY)[0]


def test_stale_without_ever_a_reading() -> None:
    """A modem that was never seen is stale two intervals after it was configured; the reason is the caller's."""
    assert silence({}, 11)[1] == []
    _, (event,) = silence({}, 12, reason="no such device")
    assert (event.event, event.balance, event.reason, event.known) == ("stale", None, "no such device", None)


def test_on_demand_is_never_stale() -> None:
    """every = "off" means nobody expects a reading."""
    policy = Policy(every_s=None)
    assert evaluate_silence({}, last_reading_at=None, first_seen=T0, now=T0 + 9999 * HOUR, policy=policy)[1] == []
    assert stale_at(T0, policy) is None
    assert level(Decimal(99), taken_at=T0, now=T0 + 9999 * HOUR, policy=policy) == "ok"


@pytest.mark.parametrize(
    ("balance", "expected"), [("300", ["recovered"]), ("51", ["recovered"]), ("49", ["low"]), ("9", ["critical"])]
)
def test_the_end_of_a_silence(measure: Measure, balance: str, expected: list[str]) -> None:
    """The first reading after `stale`: good news when the level is ok, else the news that it is not."""
    state, _ = silence({}, 12)
    state, events = evaluate(state, measure(T0 + 13 * HOUR, balance), POLICY)
    assert [event.event for event in events] == expected
    assert "stale" not in state["open"]  # type: ignore[operator]
    assert [event.event for event in silence(state, 26, T0 + 13 * HOUR)[1]] == ["stale"]


def test_silence_does_not_repeat_a_low(measure: Measure) -> None:
    """Low before and after a silence is one low."""
    state, _ = evaluate({}, measure(T0, "30"), POLICY)
    state, _ = silence(state, 12, T0)
    assert state["open"] == ["low", "critical", "stale"]
    assert evaluate(state, measure(T0 + 13 * HOUR, "29"), POLICY)[1] == []


def test_a_restart_does_not_end_a_silence(measure: Measure) -> None:
    """The last reading judged again, as after a restart, is no new reading."""
    m = measure(T0, "300")
    state, _ = evaluate({}, m, POLICY)
    state, _ = silence(state, 12, T0)
    again, events = evaluate(state, m, POLICY)
    assert events == []
    assert again == state


def test_new_limits_are_judged_at_once(measure: Measure) -> None:
    """The same reading under a higher limit is low."""
    m = measure(T0, "60")
    state, _ = evaluate({}, m, POLICY)
    _, (event,) = evaluate(state, m, Policy(low=Decimal(100), critical=Decimal(10)))
    assert event.event == "low"


@pytest.mark.parametrize(("hours", "expected"), [(1, ["low"]), (-1, []), (0, [])])
@pytest.mark.parametrize("origin", ["late", "network", "sms"])
def test_unasked_readings_must_be_newer(measure: Measure, origin: str, hours: int, expected: list[str]) -> None:
    """A late answer that is older than what is known changes nothing."""
    state, _ = evaluate({}, measure(T0, "300"), POLICY)
    _, events = evaluate(state, measure(T0 + hours * HOUR, "30", origin=origin), POLICY)
    assert [event.event for event in events] == expected


@pytest.mark.parametrize(("ahead", "expected"), [(1, ["low"]), (0, []), (-1, [])])
def test_a_reading_ahead_of_the_clock_does_not_outdate_others(
    measure: Measure, ahead: int, expected: list[str]
) -> None:
    """What nobody asked for counts behind a reading stamped later than now; behind one stamped now it is older."""
    now = T0 + HOUR
    state, _ = evaluate({}, measure(now + ahead * HOUR, "300", origin="late"), POLICY, now=now)
    _, events = evaluate(state, measure(T0 - HOUR, "30", origin="late"), POLICY, now=now)
    assert [event.event for event in events] == expected


def test_a_wrong_clock_cannot_silence_alerts(measure: Measure) -> None:
    """After a reading stamped years ahead, the next query's counts; silence is measured from when it was noticed."""
    future = T0 + timedelta(days=5000)
    state, _ = evaluate({}, measure(future, "300"), POLICY)
    _, (event,) = evaluate(state, measure(T0, "30"), POLICY)
    assert event.event == "low"
    state, events = silence(state, 1, future)
    assert events == []
    state, events = silence(state, 12, future)
    assert events == []
    _, (event,) = silence(state, 13, future)
    assert event.event == "stale"


@pytest.mark.parametrize(
    ("balance", "hours", "expected"),
    [
        ("50.01", 0, "ok"),
        ("50", 0, "low"),
        ("10.01", 0, "low"),
        ("10", 0, "critical"),
        ("-5", 0, "critical"),
        ("500", 12, "stale"),
        ("5", 12, "stale"),
        (None, 1, "unknown"),
        (None, 12, "stale"),
        ("500", -99, "ok"),
    ],
)
def test_level(balance: str | None, hours: int, expected: str) -> None:
    """The level follows the number at once; too old is stale whatever the number."""
    amount = None if balance is None else Decimal(balance)
    assert level(amount, taken_at=T0, now=T0 + hours * HOUR, policy=POLICY) == expected


def test_level_without_a_reading() -> None:
    """Never read is unknown, and stale once the modem is known long enough."""
    assert level(None, taken_at=None, now=T0, policy=POLICY) == "unknown"
    assert level(None, taken_at=None, now=T0 + 11 * HOUR, policy=POLICY, first_seen=T0) == "unknown"
    assert level(None, taken_at=None, now=T0 + 12 * HOUR, policy=POLICY, first_seen=T0) == "stale"


def test_policy_of_settings() -> None:
    """The limits and the interval are those of the modem's table."""
    found = policy_of(ModemSettings(name="home", port="auto", low=Decimal(7), critical=Decimal(3), every_s=None))
    assert found == Policy(
        low=Decimal(7), critical=Decimal(3), every_s=None, days=5, expires_s=7 * 86400.0, spend="auto"
    )
    assert Policy() == Policy(low=Decimal(50), critical=Decimal(10), every_s=21600.0, days=0)
    assert RaisedEvent(event="low", level="low", at=T0).reminder == 0


Step = tuple[Decimal | str | None, dict[str, object]]
STEPS: st.SearchStrategy[list[Step]] = st.lists(
    st.one_of(
        st.decimals(min_value=-20, max_value=120, places=1).map(lambda d: (d, {})),
        st.sampled_from(["other", "menu", "error"]).map(lambda kind: (None, {"kind": kind, "text": "?"})),
        st.just((None, {"kind": "other", "data": 5.0})),
        st.just(("silence", {})),
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(steps=STEPS)
def test_no_message_twice(measure: Measure, steps: list[Step]) -> None:
    """Whatever happens: no second low, stale or recovered without the other side between; each state is JSON; each row
    judged again raises nothing; what is open is what was raised."""
    state: State = {}
    told: list[str] = []
    now, last = T0, None
    for balance, changes in steps:
        now += 5 * HOUR
        if balance == "silence":
            now += 13 * HOUR
            state, events = evaluate_silence(state, last_reading_at=last, first_seen=T0, now=now, policy=POLICY)
            again = evaluate_silence(state, last_reading_at=last, first_seen=T0, now=now, policy=POLICY)
        else:
            m = measure(now, balance, **changes)
            if m.reading.balance is not None or m.reading.data_left_mb is not None:
                last = now
                told.append("reading")
            state, events = evaluate(state, m, POLICY)
            again = evaluate(state, m, POLICY)
        assert json.loads(json.dumps(state)) == state
        assert again == (state, [])
        events = [event for event in events if event.event != "topup"]
        assert len(events) <= 1
        told += [event.event for event in events]
    for event, between in {
        "low": {"recovered"},
        "recovered": {"low", "critical", "stale"},
        "stale": {"reading"},
    }.items():
        places = [number for number, name in enumerate(told) if name == event]
        for first, second in pairwise(places):
            assert between & set(told[first + 1 : second])
    assert set(state.get("open", [])) <= {"low", "critical", *told}  # type: ignore[call-overload]


@settings(max_examples=100, deadline=None)
@given(
    offsets=st.lists(
        st.decimals(min_value=Decimal("-4.9"), max_value=Decimal("4.9"), places=1), min_size=1, max_size=40
    )
)
def test_hovering_is_one_low(measure: Measure, offsets: list[Decimal]) -> None:
    """A balance that never gets a tenth above the limit gives one low at most."""
    names = play(measure, [Decimal(50) + offset for offset in offsets])
    assert names == (["low"] if any(offset <= 0 for offset in offsets) else [])
