"""Rows of the history become alerts in the outbox, once, for the right SIM."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.alerts import raising
from modemd.alerts.advice import adviser
from modemd.alerts.channels import Bound
from modemd.alerts.rules import Policy
from modemd.money.operators import Packs
from modemd.records import Alert, AlertEvent, Measurement
from modemd.store import Store

POLICY = Policy(low=Decimal(50), critical=Decimal(10), every_s=6 * 3600.0)
Measure = Callable[..., Measurement]


class Nowhere:
    def send(self, alert: Alert) -> None:
        raise AssertionError("nothing is sent here")

    def cancel(self) -> None: ...


def bound(*events: AlertEvent) -> dict[str, Bound]:
    return {"command": Bound(name="command", channel=Nowhere(), events=frozenset(events))}


ALL = bound("low", "critical", "recovered", "stale", "unreadable")


@pytest.fixture
def take(store: Store) -> Callable[..., list[str]]:
    """Stores a row and judges it; the names of the events raised."""

    def one(m: Measurement, channels: dict[str, Bound] = ALL, **options: Any) -> list[str]:
        store.add(m)
        return [a.event for a in raising.measured(store, m, policy=POLICY, channels=channels, **options)]

    return one


@pytest.fixture
def silence(store: Store, clock: Any) -> Callable[..., tuple[list[str], datetime | None]]:
    """Judges the silence of a modem; the names of the events raised, and when to look again."""

    def one(
        sim_key: str | None = "iccid:1", *, modem: str = "home", policy: Policy = POLICY, reason: str | None = None
    ) -> tuple[list[str], datetime | None]:
        raised, again_at = raising.silent(
            store,
            store.standing(modem, sim_key, now=clock.now),
            operator=None,
            now=clock.now,
            policy=policy,
            channels=ALL,
            reason=reason,
        )
        return [alert.event for alert in raised], again_at

    return one


@pytest.fixture
def silent(silence: Callable[..., tuple[list[str], datetime | None]]) -> Callable[..., list[str]]:
    return lambda *arguments, **options: silence(*arguments, **options)[0]


def test_whoever_hears_that_all_is_well_need_not_hear_of_the_top_up(
    take: Any, store: Store, measure: Measure, clock: Any
) -> None:
    """One message for one payment; a channel that wants top-ups alone gets them."""
    both, alone = bound("low", "recovered", "topup"), bound("topup")
    channels = {"both": both["command"], "alone": alone["command"]}
    take(measure(clock.now, "40"), channels)
    clock.move(hours=1)
    assert take(measure(clock.now, "400"), {"both": both["command"]}) == ["recovered"]
    clock.move(hours=1)
    take(measure(clock.now, "40"), channels)
    clock.move(hours=1)
    assert take(measure(clock.now, "400"), channels) == ["recovered", "topup"]
    recovered, topup = list(reversed(store.alerts()))[-2:]
    wanted = {row.alert.event: [one.channel for one in row.deliveries] for row in (recovered, topup)}
    assert wanted == {"recovered": ["both"], "topup": ["alone"]}
    clock.move(hours=1)
    assert take(measure(clock.now, "500"), channels) == ["topup"]
    assert opened(store) == []


def test_what_a_payment_mends_says_how_to_pay(store: Store, measure: Measure, clock: Any) -> None:
    """By the operator's pack, in the language; nothing where there is no such pack, and not with good news."""
    advise = adviser(Packs())
    told = []
    for hours, (balance, operator) in enumerate([("40", "ru-mts"), ("400", "ru-mts"), ("40", "xx-gone"), ("4", None)]):
        clock.move(hours=hours)
        row = measure(clock.now, balance, operator=operator)
        store.add(row)
        told += raising.measured(store, row, policy=POLICY, channels=ALL, language="ru", advise=advise)
    assert [(one.event, one.advice is not None, one.url is not None) for one in told] == [
        *(("low", True, True), ("recovered", False, False), ("low", False, False), ("critical", False, False))
    ]
    assert "mts.ru" in str(told[0].advice)
    assert store.alerts()[-1].alert == told[0]


def test_data_alone_is_judged_by_its_own_limit(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """It ends no silence and names no SIM's money."""
    policy = Policy(data_low_mb=500.0)
    row = measure(clock.now, None, kind="other", data=400.0, about="data")
    store.add(row)
    (raised,) = raising.measured(store, row, policy=policy, channels=ALL)
    assert (raised.event, raised.level) == ("data_low", "low")
    assert "400 MB left (limit 500 MB)" in raised.text
    assert store.alert_state("iccid:1") == {"data_low": True, "open": ["data_low"]}


def opened(store: Store) -> list[str]:
    return [row.alert.event for row in store.open_alerts("home")]


def test_a_low_reaches_the_outbox(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """A reading below the limit is an alert with its finished text and one delivery, in the language asked for."""
    assert take(measure(clock.now, "48.20"), language="ru") == ["low"]
    (delivery,) = store.outbox_due(clock.now)
    assert delivery.channel == "command"
    assert delivery.alert.text == "home: мало денег: 48.20 RUB (порог 50), ru-mts, 2024-05-01 12:00 UTC"
    assert (delivery.alert.level, delivery.alert.balance, delivery.alert.sim_key) == (
        "low",
        Decimal("48.20"),
        "iccid:1",
    )
    assert opened(store) == ["low"]


def test_unwanted_events_are_listed_only(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """An event that no channel wants is in the list, and nothing is sent."""
    assert take(measure(clock.now, "48"), bound("critical")) == ["low"]
    assert store.outbox_due(clock.now) == []
    assert opened(store) == ["low"]


def test_judged_again_after_a_kill(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """A row that was stored but not judged when the daemon died raises its alert at the next start, and once."""
    m = measure(clock.now, "5")
    store.add(m)
    assert [a.event for a in raising.measured(store, m, policy=POLICY, channels=ALL)] == ["critical"]
    assert raising.measured(store, m, policy=POLICY, channels=ALL) == []


def test_recovered_closes(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """A top-up closes the open alerts of this SIM."""
    take(measure(clock.now, "48"))
    take(measure(clock.move(hours=6), "8"))
    assert opened(store) == ["critical", "low"]
    assert take(measure(clock.move(hours=6), "300")) == ["recovered"]
    assert opened(store) == []


def test_a_swap_starts_fresh(take: Any, store: Store, measure: Measure, clock: Any) -> None:
    """Another SIM: the old one's alert is closed, the new one's own is raised; the old one back says nothing twice."""
    take(measure(clock.now, "48"))
    assert take(measure(clock.move(hours=1), "300", sim_key="iccid:2")) == []
    assert opened(store) == []
    assert take(measure(clock.move(hours=1), "5", sim_key="iccid:2")) == ["critical"]
    assert take(measure(clock.move(hours=1), "48")) == []


def test_stale_ends_under_another_name(take: Any, silent: Any, store: Store, measure: Measure, clock: Any) -> None:
    """Stale before the SIM could be named, readable after: one "recovered", and nothing stays open."""
    assert silent(None) == []
    clock.move(hours=13)
    assert silent(None, reason="no such device: plug it in") == ["stale"]
    assert silent(None) == []
    assert "no such device" in store.open_alerts("home")[0].alert.text
    assert take(measure(clock.move(hours=1), "300")) == ["recovered"]
    assert opened(store) == []
    assert take(measure(clock.move(hours=1), "300")) == []


def test_a_modem_away_keeps_its_sim(take: Any, silent: Any, store: Store, measure: Measure, clock: Any) -> None:
    """While the modem cannot name its SIM, silence is that of the SIM last seen in it."""
    take(measure(clock.now, "300"))
    clock.move(hours=11)
    assert silent("modem:home") == []
    clock.move(hours=2)
    assert silent("modem:home") == ["stale"]
    assert "300 RUB" in store.open_alerts("home")[0].alert.text


def test_a_new_sim_is_not_born_stale(take: Any, silent: Any, store: Store, measure: Measure, clock: Any) -> None:
    """A SIM put into a modem of old has two intervals of its own, though its first query failed."""
    take(measure(clock.now, "300"))
    clock.move(days=30)
    take(measure(clock.now, sim_key="iccid:2", error="no answer"))
    assert silent("iccid:2") == []
    clock.move(hours=11)
    assert silent("iccid:2") == []
    clock.move(hours=1)
    assert silent("iccid:2") == ["stale"]


def test_when_to_look_again(take: Any, silence: Any, silent: Any, measure: Measure, clock: Any) -> None:
    """The time given is when `stale` is raised, not earlier and not later; none once it is in force."""
    take(measure(clock.now, "300"))
    at = silence("iccid:1")[1]
    assert at == clock.now + timedelta(hours=12)
    clock.now = at - timedelta(seconds=1)
    assert silent() == []
    clock.now = at
    assert silent() == ["stale"]
    assert silence(None) == ([], None)
    assert silence(None, modem="van", policy=Policy(every_s=None)) == ([], None)


def test_a_clock_put_back(take: Any, silence: Any, silent: Any, measure: Measure, clock: Any) -> None:
    """After a reading from the future, silence still ends in `stale`, two intervals after it was noticed."""
    take(measure(clock.now + timedelta(days=900), "300"))
    assert silent() == []
    at = silence("iccid:1")[1]
    assert at == clock.now + timedelta(hours=12)
    clock.move(hours=12)
    assert silent() == ["stale"]


def test_a_test_alert(store: Store, clock: Any) -> None:
    """The test message is an alert like others, says what it is, and is never open."""
    one = raising.make_test_alert(modem="home", sim_key="modem:home", operator=None, now=clock.now, language="zh")
    store.put_alert(one, ["command"])
    assert one.event == "test"
    assert "modemd" in one.text
    assert [d.alert for d in store.outbox_due(clock.now)] == [one]
    assert opened(store) == []
