"""What time raises: reminders, a modem that is gone, another SIM, a daemon that was away; on one SIM's life."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modemd.alerts.channels import Bound
from modemd.daemon.alarm import CHANCE_S
from modemd.records import Alert, AlertEvent, ModemSnapshot, State
from modemd.store import AlertRow, Delivery
from tests.daemon.life import KEY, NOW, SNAPSHOT, Life

DAY = timedelta(days=1)
WANTED: frozenset[AlertEvent] = frozenset(
    {"low", "critical", "recovered", "stale", "absent", "sim", "sim_changed", "started", "topup"}
)


class Nowhere:
    def send(self, alert: Alert) -> None: ...
    def cancel(self) -> None: ...


def channel(name: str, **when: Any) -> Bound:
    return Bound(name=name, channel=Nowhere(), **{"events": WANTED, "remind_s": 86400.0, **when})


class Owner:
    """The owner of one SIM: what reaches each channel, delivered as soon as it is due."""

    def __init__(self, life: Life, *channels: Bound) -> None:
        self.life = life
        self.channels = {one.name: one for one in channels or (channel("phone"),)}
        self.down: set[str] = set()
        self.got: list[str] = []
        self.texts: list[str] = []
        life.alarm.apply(life.config, self.channels)

    def look(self, snapshot: ModemSnapshot = SNAPSHOT) -> datetime | None:
        """One turn of the main loop, and of the outbox."""
        again = self.life.alarm.look(snapshot, self.life.alarm.standing(snapshot))
        self.deliver()
        return again

    def deliver(self) -> None:
        for one in self.life.store.outbox_due(self.life.now):
            self.take(one)

    def take(self, one: Delivery) -> None:
        if one.over and one.alert.reminds:
            self.life.store.not_needed(one.id)
        elif one.channel not in self.down:
            again = f" {one.alert.reminder}" if one.alert.reminder else ""
            self.got.append(f"{one.channel}: {one.alert.event}{again}")
            self.texts.append(one.alert.text)
            self.life.store.delivered(one.id, self.life.now)

    def pass_days(self, number: int, *, every: int = 6) -> None:
        for _ in range(number * 24 // every):
            self.life.go(hours=every)
            self.life.asked("48.20")
            self.look()

    def rows(self) -> list[AlertRow]:
        return list(reversed(self.life.store.alerts()))


@pytest.fixture
def owner(life: Life) -> Callable[..., Owner]:
    return lambda *channels: Owner(life, *channels)


# --- reminders


def test_said_until_it_helps(life: Life, owner: Callable[..., Owner]) -> None:
    """Each day again, with the balance as it is now, until money comes; the first alone is open."""
    home = owner()
    life.asked("48.20")
    home.look()
    home.pass_days(2)
    life.go(hours=11)
    home.look()
    life.go(hours=12)
    life.asked("40.50")
    life.go(hours=1)
    home.look()
    assert home.got == ["phone: low", "phone: low 1", "phone: low 2", "phone: low 3"]
    assert "still low: 40.50" in home.texts[-1]
    assert "read 60 min ago" in home.texts[-1]
    first, *again = home.rows()
    assert [(row.open, row.alert.reminds, row.alert.reminder) for row in again] == [
        (False, first.alert.id, number) for number in (1, 2, 3)
    ]
    assert [row.alert.id for row in life.store.open_alerts("home")] == [first.alert.id]
    life.asked("500")
    home.look()
    home.pass_days(0)
    life.go(days=3)
    life.asked("490")
    home.look()
    assert home.got[4:] == ["phone: recovered"]
    assert all(row.closed_at for row in home.rows()[:4])


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "a reminder"])
def test_acknowledged(life: Life, owner: Callable[..., Owner], which: int) -> None:
    home = owner()
    life.asked("48.20")
    home.look()
    home.pass_days(1)
    assert life.store.acknowledge(home.rows()[which].alert.id)
    home.pass_days(3)
    assert home.got == ["phone: low", "phone: low 1"]
    assert life.store.open_alerts("home") == []


def test_each_channel_by_its_own_time(life: Life, owner: Callable[..., Owner]) -> None:
    home = owner(channel("phone"), channel("mail", remind_s=2 * 86400.0), channel("log", remind_s=None))
    life.asked("48.20")
    home.look()
    home.pass_days(4)
    assert sorted(home.got) == sorted([
        *("log: low", "mail: low", "mail: low 2", "mail: low 4"),
        *("phone: low", "phone: low 1", "phone: low 2", "phone: low 3", "phone: low 4"),
    ])  # fmt: skip


def test_a_channel_that_is_down_gets_the_newest_alone(life: Life, owner: Callable[..., Owner]) -> None:
    """What it has not had yet waits; reminders do not queue up behind each other."""
    home = owner(channel("phone"), channel("mail"))
    home.down = {"mail"}
    life.asked("48.20")
    home.look()
    home.pass_days(3)
    home.down = {"mail", "phone"}
    assert "mail: low" not in home.got
    home.pass_days(3)
    home.down = set()
    home.look()
    assert home.got == ["phone: low", *(f"phone: low {n}" for n in (1, 2, 3)), "mail: low", "phone: low 6"]
    states = [one.state for row in home.rows() for one in row.deliveries if one.channel == "phone"]
    assert states == ["delivered"] * 4 + ["replaced"] * 2 + ["delivered"]


def test_the_worst_alone(life: Life, owner: Callable[..., Owner]) -> None:
    """Low, then critical: the critical is said again; as a low where it rose."""
    home = owner()
    for balance in ("48", "5"):
        life.asked(balance)
        home.look()
        life.go(hours=1)
    life.go(days=1)
    life.asked("5")
    home.look()
    life.go(days=1)
    life.asked("30")
    home.look()
    assert [one for one in home.got if "topup" not in one] == [
        *("phone: low", "phone: critical", "phone: critical 1", "phone: low 2")
    ]


def test_a_silent_poor_sim(life: Life, owner: Callable[..., Owner]) -> None:
    """It is critical, and said again in place of the limit."""
    home = owner()
    life.asked("48.20")
    home.look()
    life.go(hours=13)
    life.asked(None)
    home.look()
    life.go(hours=24)
    home.look()
    assert home.got == ["phone: low", "phone: stale", "phone: stale 1"]
    assert {row.alert.level for row in home.rows()[1:]} == {"critical"}


def test_no_storm(life: Life, owner: Callable[..., Owner]) -> None:
    """A clock that jumps a year ahead, and back, costs one reminder; a daemon that is killed none."""
    home = owner()
    life.asked("48.20")
    home.look()
    life.now += timedelta(days=365)
    life.alarm.clock_jumped()
    again = home.look()
    assert (home.got, again) == (["phone: low"], life.now + timedelta(seconds=CHANCE_S))
    life.go(seconds=60)
    life.asked("48")
    home.look()
    home.look()
    assert home.got == ["phone: low", "phone: low 1"]
    life.now -= timedelta(days=365)
    life.alarm.clock_jumped()
    home.look()
    life.asked("47")
    home.look()
    home.pass_days(1)
    assert home.got[2:] == ["phone: low 2"]
    life.begin_again()
    home = Owner(life)
    life.go(minutes=11)
    home.look()
    assert home.got == []


def test_an_unset_clock_reminds_of_nothing(life: Life, owner: Callable[..., Owner]) -> None:
    home = owner()
    life.asked("48.20")
    home.look()
    life.now = datetime(1970, 1, 9, tzinfo=UTC)
    life.asked("48.10")
    home.look()
    assert home.got == ["phone: low"]


# --- channels that come later


def test_the_first_channel_hears_what_is_open(life: Life, owner: Callable[..., Owner]) -> None:
    """With the reload that brings it, whatever is said again and how often: the worst alone, as it is now, and once."""
    life.apply()
    for balance in ("48.20", "6.90", "5.00"):
        life.asked(balance)
        life.go(hours=1)
    home = owner(
        channel("phone", remind_s=None), channel("low alone", remind_s=None, events=frozenset({"low", "test"}))
    )
    home.deliver()
    assert home.got == ["phone: critical 1", "low alone: low 1"]
    assert "5.00" in home.texts[0]
    for _ in range(2):  # a reload that changes nothing, and a restart
        home = owner(*home.channels.values())
        home.deliver()
        life.go(days=2)
        life.asked("4.00")
        home.look()
        assert home.got == []
        life.begin_again()


def test_a_second_channel_hears_it_once(life: Life, owner: Callable[..., Owner]) -> None:
    """At once, with its own reminders from then on; the first is told nothing because of it."""
    home = owner()
    life.asked("48.20")
    home.look()
    life.go(hours=3)
    home = owner(channel("phone"), channel("mail"))
    home.deliver()
    assert home.got == ["mail: low 1"]
    home.look()
    home.pass_days(1)
    assert sorted(home.got[1:]) == ["mail: low 2", "phone: low 2"]


def test_it_comes_with_the_restart(life: Life, owner: Callable[..., Owner]) -> None:
    """Nothing is waited for first, and no clock either: what is open is known."""
    owner()
    life.asked("6.90")
    for now in (life.now, datetime(1970, 1, 9, tzinfo=UTC)):
        life.begin_again()
        life.now = now
        home = owner(channel("phone"), channel(f"{now.year}"))
        home.deliver()
        assert f"{now.year}: critical {1 if now.year > 1970 else 2}" in home.got


def test_whatever_is_open(life: Life, owner: Callable[..., Owner]) -> None:
    """Also what is never said again; not what is acknowledged, over, a mere event, or not wanted."""
    home = owner(channel("phone"))
    life.asked("400")
    home.look()
    home.look(away("absent"))
    life.go(hours=6)
    home.look(away("absent"))
    assert home.got == ["phone: absent"]
    home = owner(channel("phone"), channel("mail"), channel("log", events=frozenset({"low", "test"})))
    home.deliver()
    assert home.got == ["mail: absent 1"]
    assert "gone for 6 h" in home.texts[0]
    assert life.store.acknowledge(home.rows()[0].alert.id)
    home = owner(channel("third"))
    home.deliver()
    assert home.got == []


def test_an_escalation_that_came_later(life: Life, owner: Callable[..., Owner]) -> None:
    """It is for what the others could not deliver: silent where one of them did, or is about to be told."""
    life.apply()
    life.asked("48.20")
    late = channel("sms", after_s=3600.0)
    home = owner(channel("phone"), late)
    home.deliver()
    assert home.got == ["phone: low 1"]
    home = owner(channel("phone"), late)
    home.deliver()
    assert home.got == []
    home = owner(late)
    assert [one.channel for one in life.store.outbox_due(life.now)] == ["sms"]


# --- the modem


def away(state: State) -> ModemSnapshot:
    return replace(SNAPSHOT, state=state, sim_key=None, error="the SIM asks for its PUK")


def test_gone_for_longer_than_every(life: Life, owner: Callable[..., Owner]) -> None:
    """By monotonic time, once; a start in between is no return; its end is said."""
    home = owner()
    life.asked("400")
    assert home.look(away("absent")) == life.now + timedelta(hours=6)
    life.go(hours=5)
    home.look(away("starting"))
    life.now += 20 * DAY
    life.alarm.clock_jumped()
    assert home.look(away("absent")) is not None
    life.now -= 20 * DAY
    life.alarm.clock_jumped()
    life.go(hours=1)
    home.look(away("absent"))
    home.look(away("absent"))
    assert home.got == ["phone: absent"]
    assert "gone for 6 h" in home.texts[0]
    assert [row.alert.event for row in life.store.open_alerts("home")] == ["absent"]
    home.look()
    assert home.got[1:] == ["phone: recovered"]
    assert life.store.open_alerts("home") == []


def test_a_locked_sim(life: Life, owner: Callable[..., Owner]) -> None:
    """After five minutes; with what is the matter."""
    home = owner()
    life.asked("48")
    home.look()
    home.look(away("sim"))
    life.go(seconds=299)
    home.look(away("sim"))
    assert home.got == ["phone: low"]
    life.go(seconds=1)
    home.look(away("sim"))
    assert home.got[1:] == ["phone: sim"]
    assert "PUK" in home.texts[-1]
    assert home.rows()[-1].alert.level == "critical"


def test_another_sim(life: Life, owner: Callable[..., Owner]) -> None:
    """At once, once, also over a restart; its number's end alone is told."""
    home = owner()
    life.asked("400")
    home.look()
    other = replace(SNAPSHOT, sim_key="iccid:8970101234567890999")
    home.look(other)
    home.look(other)
    assert home.got == ["phone: sim_changed"]
    assert "ends in 0999" in home.texts[0]
    assert "8970101" not in home.texts[0]
    life.begin_again()
    again = Owner(life)
    again.look(other)
    again.look()
    assert again.got == ["phone: sim_changed"]


def test_the_first_sim_is_no_change(life: Life, owner: Callable[..., Owner]) -> None:
    home = owner()
    home.look()
    home.look(replace(SNAPSHOT, sim_key="imsi:250010000000012"))
    assert home.got == []


# --- the daemon


def test_back_after_nine_hours_and_more(life: Life, owner: Callable[..., Owner]) -> None:
    """More than twice `every`, by the last note of its life; said once."""
    owner()
    life.alarm.live()
    for hours, said in ((9, []), (13, ["phone: started"])):
        life.alarm.end()
        life.end()
        life.go(hours=hours)
        life.begin()
        home = Owner(life)
        life.alarm.live()
        life.alarm.clock_jumped()
        life.alarm.live()
        for one in life.store.outbox_due(life.now):
            home.take(one)
        assert home.got == said
    assert "back after 13 h" in home.texts[0]


def test_a_daemon_that_was_killed_lived_until_it_asked_last(life: Life, owner: Callable[..., Owner]) -> None:
    """Its last note is hours older: what it did since is no absence."""
    owner()
    life.alarm.live()
    life.go(hours=2, minutes=55)
    life.asked("100")
    for hours, said in ((11, 0), (13, 1)):
        life.end()
        life.go(hours=hours)
        life.begin()
        home = Owner(life)
        life.alarm.live()
        assert life.events.count("started") == said
    (alert,) = [row.alert for row in life.store.alerts() if row.alert.event == "started"]
    assert "back after 13 h" in alert.text
    assert home is not None


def test_back_with_a_clock_that_is_behind(life: Life, owner: Callable[..., Owner]) -> None:
    """The Pi goes on where its clock was: how long it was away is known once the clock is put right, or never."""
    owner()
    life.alarm.live()
    life.end()
    for now, said in ((datetime(1970, 1, 1, tzinfo=UTC), 0), (NOW, 0), (NOW + DAY, 1), (NOW + 9 * DAY, 1)):
        if said == 0:
            life.now = now
            life.begin()
            home = Owner(life)
        life.now = now
        life.alarm.clock_jumped()
        life.alarm.live()
        assert life.events.count("started") == said
        if now.year == 1970:
            life.end()
    assert home is not None


def test_a_life_without_a_clock_counts_as_nothing(life: Life, owner: Callable[..., Owner]) -> None:
    """Days with a clock that was never set are no absence."""
    owner()
    life.alarm.live()
    for now in (datetime(1970, 1, 1, tzinfo=UTC), NOW + 5 * DAY):
        life.end()
        life.now = now
        life.begin()
        Owner(life)
        life.alarm.live()
        life.go(hours=2)
        life.alarm.live()
    assert life.events == []


def test_few_notes(life: Life, owner: Callable[..., Owner], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a write to the card."""
    owner()
    notes = []
    monkeypatch.setattr(life.store, "save_alert_state", lambda *_: notes.append(life.now))
    for _ in range(24 * 4):
        life.alarm.live()
        life.go(minutes=15)
    assert len(notes) == 8


def test_the_keys_of_a_modem_and_of_the_daemon_are_no_sims(life: Life, owner: Callable[..., Owner]) -> None:
    home = owner()
    life.asked("400")
    home.look()
    life.alarm.live()
    assert life.store.current_sim_key("home") == KEY
    assert Path(life.folder).exists()
