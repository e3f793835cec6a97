"""What goes now, together or alone, what is held back, and what need not go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pytest

from modemd.alerts.channels import Bound
from modemd.alerts.plan import EVENTS, LEVELS, Plan, message, plan, quiet_until, to_remind
from modemd.records import Alert, AlertEvent, Level, LocalHours
from modemd.store import Delivery, Said

T0 = datetime(2026, 3, 1, 12, tzinfo=UTC)
NIGHT = LocalHours(start=23 * 60, end=7 * 60)
BERLIN = ZoneInfo("Europe/Berlin")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

MakeAlert = Callable[..., Alert]


class Nowhere:
    def send(self, alert: Alert) -> None: ...
    def cancel(self) -> None: ...


def channel(name: str, **when: Any) -> Bound:
    return Bound(name=name, channel=Nowhere(), events=frozenset({"low", "critical", "stale", "recovered"}), **when)


PHONE, SMS = channel("phone"), channel("sms", after_s=3600.0)
CHANNELS = {"phone": PHONE, "sms": SMS}


@pytest.fixture
def waits(alert: MakeAlert) -> Callable[..., Delivery]:
    """waits(1, "phone", ...): a delivery due at T0; what it does not know itself is the alert's."""

    def make(number: int, name: str = "phone", **changes: Any) -> Delivery:
        own = {key: changes.pop(key) for key in list(changes) if key in Delivery.__dataclass_fields__}
        alert_ = alert(f"a{number}", **{"raised_at": T0, **changes})
        values: dict[str, Any] = {
            "id": number,
            "alert": alert_,
            "channel": name,
            "state": "pending",
            "tries": 0,
            "next_at": T0,
        }
        return Delivery(**(values | own))

    return make


def made(*due: Delivery, at: datetime = T0, channels: dict[str, Bound] = CHANNELS, **options: Any) -> Plan:
    return plan(due, channels, now=at, counted=min, **{"zone": UTC, **options})


def sent(found: Plan) -> list[list[int]]:
    return [[one.id for one in group] for group in found.send]


def held(found: Plan) -> list[tuple[int, datetime, str]]:
    return [(one.id, until, why) for one, until, why in found.hold]


# --- escalation


def test_escalation_waits_for_the_others(waits: Callable[..., Delivery]) -> None:
    """Held for `after`; then sent, unless a channel without it has delivered, or the matter is over or known."""
    one = waits(1, "sms")
    assert held(made(one)) == [(1, T0 + HOUR, "after")]
    one = replace(one, held="after", next_at=T0 + HOUR)
    assert made(one, at=T0 + 59 * MINUTE) == Plan()
    assert sent(made(one, at=T0 + HOUR)) == [[1]]
    for known in ({"received": frozenset({"phone"})}, {"over": True}):
        assert [gone.id for gone in made(replace(one, **known), at=T0 + 5 * MINUTE).drop] == [1]
    assert sent(made(replace(one, received=frozenset({"other"})), at=T0 + HOUR)) == [[1]]


def test_a_second_is_an_escalation_too(waits: Callable[..., Delivery]) -> None:
    """And what was tried already is not held for it again."""
    sms = {"sms": channel("sms", after_s=1.0)}
    assert [one.id for one in made(waits(1, "sms", over=True), channels=sms).drop] == [1]
    assert sent(made(waits(1, "sms", tries=1))) == [[1]]


def test_a_test_is_never_held(waits: Callable[..., Delivery]) -> None:
    quiet = {"sms": channel("sms", after_s=60.0, quiet=LocalHours(start=0, end=1439))}
    assert sent(made(waits(1, "sms", event="test"), channels=quiet)) == [[1]]


def test_what_is_over_is_still_told_where_it_was_promised(waits: Callable[..., Delivery]) -> None:
    """A channel that was down hears of low and recovered; only a reminder is dropped."""
    first, again = waits(1, over=True), waits(2, over=True, reminds="a1", reminder=1)
    found = made(first, again)
    assert sent(found) == [[1]]
    assert [one.id for one in found.drop] == [2]


# --- quiet hours


def test_quiet_hours_hold_all_but_the_critical(waits: Callable[..., Delivery]) -> None:
    quiet = {"phone": channel("phone", quiet=NIGHT)}
    at = T0.replace(hour=23)
    found = made(waits(1), waits(2, event="critical", level="critical"), at=at, channels=quiet)
    assert sent(found) == [[2]]
    assert held(found) == [(1, T0.replace(hour=7) + DAY, "quiet")]
    one = waits(1, held="quiet", next_at=T0.replace(hour=7) + DAY)
    assert made(one, at=at + 7 * HOUR, channels=quiet) == Plan()
    assert sent(made(one, at=at + 8 * HOUR, channels=quiet)) == [[1]]
    assert sent(made(one, at=at + HOUR, channels=CHANNELS)) == [[1]]  # no longer configured


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-01 22:59+01:00", None),
        ("2026-03-01 23:00+01:00", "2026-03-02 07:00+01:00"),
        ("2026-03-02 06:59+01:00", "2026-03-02 07:00+01:00"),
        ("2026-03-02 07:00+01:00", None),
        ("2026-03-28 23:30+01:00", "2026-03-29 07:00+02:00"),
        ("2026-10-24 23:30+02:00", "2026-10-25 07:00+01:00"),
    ],
)
def test_the_end_of_the_night(now: str, end: str | None) -> None:
    """By the local clock, also in the nights in which it is changed."""
    found = quiet_until(NIGHT, datetime.fromisoformat(now), BERLIN)
    assert found == (None if end is None else datetime.fromisoformat(end))


def test_hours_within_a_day() -> None:
    """The first minute is one of them, the last is not; hours from a time to the same are none."""
    hours = LocalHours(start=60, end=150)
    one, end = T0.replace(hour=1), T0.replace(hour=2, minute=30)
    assert quiet_until(hours, one, UTC) == end
    assert quiet_until(hours, one - MINUTE, UTC) is None
    assert quiet_until(hours, end, UTC) is None
    assert quiet_until(hours, end - MINUTE, UTC) == end
    assert quiet_until(LocalHours(start=0, end=1439), T0, UTC) == T0.replace(hour=23, minute=59)
    assert quiet_until(LocalHours(start=720, end=720), T0, UTC) is None


def test_an_end_that_comes_twice_or_not_at_all() -> None:
    """At 02:30 in those nights: never in the past, so that nobody looks again at once."""
    hours = LocalHours(start=60, end=150)
    first = datetime.fromisoformat("2026-10-25 02:10+02:00")
    assert quiet_until(hours, first, BERLIN) == datetime.fromisoformat("2026-10-25 02:30+02:00")
    assert quiet_until(hours, first + HOUR, BERLIN) == datetime.fromisoformat("2026-10-25 02:30+01:00")
    spring = datetime.fromisoformat("2026-03-29 01:59+01:00")
    assert quiet_until(hours, spring, BERLIN) == datetime.fromisoformat("2026-03-29 03:30+02:00")


# --- several at once


def test_what_falls_at_once_is_one_message(waits: Callable[..., Delivery]) -> None:
    """It goes when the first has waited long enough, with those that came since; tests go alone and at once."""
    gathering = [
        waits(number, held="gather", next_at=T0 + timedelta(seconds=number), modem=f"m{number}") for number in (1, 2, 3)
    ]
    test = waits(9, event="test", modem="m9")
    assert sent(made(*gathering, test, together=True)) == [[9]]
    assert sent(made(*gathering, together=True)) == []
    assert sent(made(*gathering, at=T0 + timedelta(seconds=1), together=True)) == [[1, 2, 3]]
    assert sent(made(*gathering, ready=[2], together=True)) == [[1, 2, 3]]
    assert sent(made(waits(1), waits(2), together=True)) == [[1], [2]]  # of one modem: its own story
    assert sent(made(waits(1, modem="a"), waits(2, modem="b"), together=True)) == [[1, 2]]
    assert sent(made(waits(1, modem="a"), waits(2, modem="b"))) == [[1], [2]]


def test_a_large_fleet_is_told_in_several_messages(waits: Callable[..., Delivery]) -> None:
    """What no server takes because of its length (413, which is for good) would be lost as a whole."""
    lines = [
        waits(number, modem=f"m{number}", text=f"m{number}: мало денег" * 8, advice="сайт") for number in range(400)
    ]
    found = made(*lines, together=True)
    assert [one for group in sent(found) for one in group] == list(range(400))
    assert 1 < len(found.send) < 10
    for group in found.send:
        assert len(message([one.alert for one in group]).text.encode()) <= 26_000
    assert sent(made(waits(1, modem="m1", text="x" * 24_000), waits(2, modem="m2"), together=True)) == [[1], [2]]


def test_one_message_says_what_they_share(alert: MakeAlert) -> None:
    """The worst level and event; what differs is not said; the id is that of these members."""
    first = alert("a1", modem="home", text="home: low", advice="pay", url="u")
    second = alert("a2", "critical", level="critical", modem="van", text="van: critical", balance=Decimal(3), url="u")
    one = message([first, second])
    assert (one.event, one.level, one.modem) == ("critical", "critical", "home, van")
    assert (one.balance, one.currency, one.url, one.advice) == (None, "RUB", "u", None)
    assert one.text.splitlines() == ["2 SIMs: home, van", "home: low", "van: critical"]
    assert one.members == (first, second)
    assert message([second, first]).id == one.id != message([first, alert("a3", modem="van")]).id
    assert message([first]) is first
    assert len(one.id) == 12
    assert one.sim_key == "iccid:1"
    numbers = [
        alert(f"n{tail}", modem=tail, advice=f"number ending {tail}; https://pay.example") for tail in ("0123", "0456")
    ]
    assert message(numbers).advice == "Https://pay.example"
    later = alert("a4", modem="bus", sim_key="iccid:4", raised_at=first.raised_at + HOUR, reminder=2)
    both = message([first, later])
    assert (both.sim_key, both.raised_at, both.reminder) == ("", first.raised_at + HOUR, 0)
    assert message([first, second], "ru").text.startswith("2 SIM-карты: home, van\n")


def test_each_level_and_event_has_its_place() -> None:
    assert sorted(LEVELS) == sorted(get_args(Level))
    assert sorted(EVENTS) == sorted(get_args(AlertEvent))


def test_a_pause_that_was_asked_for_holds_the_channel(waits: Callable[..., Delivery]) -> None:
    """All of it but tests, until its end, whatever comes meanwhile; a time of a wrong clock does not."""
    busy = waits(1, held="busy", next_at=T0 + HOUR, tries=1)
    found = made(busy, waits(2), waits(3, event="test"))
    assert sent(found) == [[3]]
    assert held(found) == [(2, T0 + HOUR, "busy")]
    assert sent(made(busy, ready=[1])) == [[1]]
    longer = waits(2, held="busy", next_at=T0 + 2 * HOUR, tries=1)
    assert held(made(busy, longer)) == [(1, T0 + 2 * HOUR, "busy")]
    assert sent(made(busy, longer, ready=[1])) == [[1], [2]]
    assert sent(made(busy, at=T0 + HOUR)) == [[1]]
    assert sent(made(replace(busy, next_at=T0 + 9 * DAY))) == [[1]]
    longest = 6 * HOUR + 5 * MINUTE
    assert sent(made(replace(busy, next_at=T0 + longest + timedelta(seconds=1)))) == [[1]]
    assert sent(made(replace(busy, next_at=T0 + longest))) == []


def test_a_hold_is_written_where_it_is_news(waits: Callable[..., Delivery]) -> None:
    """Another reason, one that is over, or an end that is more than a second away from the one that is known."""
    for held_, end, news in (
        ("after", HOUR + timedelta(seconds=1), False),
        ("after", HOUR - timedelta(seconds=1), False),
        ("after", HOUR + timedelta(seconds=1.5), True),
        ("after", HOUR - timedelta(seconds=1.5), True),
        ("gather", HOUR, True),
    ):
        found = made(waits(1, "sms", held=held_, next_at=T0 + end))
        assert held(found) == ([(1, T0 + HOUR, "after")] if news else []), (held_, end)
    almost = T0 + HOUR - timedelta(seconds=0.5)
    assert held(made(waits(1, "sms", held="after", next_at=almost), at=almost)) == [(1, T0 + HOUR, "after")]


# --- reminders


def test_when_it_is_said_again() -> None:
    """So long after it went through this channel, itself or again; not where it has not gone out at all."""
    channels = {
        "phone": channel("phone", remind_s=86400.0),
        "mail": channel("mail", remind_s=7 * 86400.0),
        "log": channel("log"),
    }
    said = {name: Said(last=T0) for name in channels}

    def due(at: datetime, said: dict[str, Said] = said) -> tuple[list[str], datetime | None]:
        return to_remind(said, channels, "low", now=at, counted=min)

    assert due(T0) == ([], T0 + DAY)
    assert due(T0 + DAY) == (["phone"], T0 + 7 * DAY)
    assert due(T0 + 8 * DAY) == (["phone", "mail"], None)
    assert due(T0 + 2 * DAY, {"phone": Said(last=T0, waiting_since=T0 + DAY + HOUR)}) == ([], T0 + 2 * DAY + HOUR)
    assert due(T0 + 9 * DAY, dict.fromkeys(channels, Said(first_waits=True))) == ([], None)
    assert to_remind(said, channels, "spend", now=T0 + DAY, counted=min) == ([], None)


def test_escalation_is_not_repeated_where_others_are_heard() -> None:
    channels = {"phone": channel("phone", remind_s=86400.0), "sms": channel("sms", remind_s=86400.0, after_s=60.0)}
    said = {"phone": Said(last=T0 + 20 * HOUR), "sms": Said(last=T0)}
    assert to_remind(said, channels, "low", now=T0 + DAY, counted=min) == ([], T0 + 44 * HOUR)
    said = {"phone": Said(first_waits=True), "sms": Said(last=T0)}
    assert to_remind(said, channels, "low", now=T0 + DAY, counted=min) == (["sms"], None)
    del channels["phone"]
    assert to_remind({"sms": Said()}, channels, "low", now=T0 + DAY, counted=min) == ([], None)


def test_a_channel_that_came_later_says_what_is_open() -> None:
    """The first channel of all, or one with a new name: at once where nobody has heard, else with the next reminder."""
    channels = {"new": channel("new", remind_s=86400.0)}

    def due(said: dict[str, Said], event: AlertEvent = "low") -> Any:
        return to_remind(said, channels, event, now=T0, counted=min)

    assert due({}) == (["new"], None)
    assert due({"old": Said(first_waits=True)}) == (["new"], None)
    assert due({"old": Said(last=T0 - HOUR)}) == ([], T0 + 23 * HOUR)
    assert due({}, "spend") == ([], None)
