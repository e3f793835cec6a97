"""Subscriptions: the present state, what was missed, and what happens."""

from __future__ import annotations

import functools
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from modemd.daemon.control import Client
from modemd.daemon.watch import PAGE
from modemd.errors import RefusedError
from modemd.records import ChannelSettings, ModemSettings, Reading
from tests.daemon.watching import HOME, VAN, add, alert, seqs, soon, tell

DEADLINE_S = 10.0


def test_it_begins_with_what_is(office: Any, watch: Any) -> None:
    """The state of every modem as `status` gives it, the open alerts as `alerts` gives them, then the mark."""
    office.configure(HOME, VAN)
    add(office, "400")
    office.store.put_alert(alert(office), ())
    with Client.connect(office.path) as client:
        status = client.request("status")["modems"]
        alerts = list(client.rows("alerts", open_only=True))
    came = watch().until("live")
    assert [event["type"] for event in came] == ["state", "state", "alert", "live"]
    assert [event["status"] for event in came[:2]] == status
    assert came[2] == {"type": "alert", "at": "2026-03-01T12:00:00Z", "modem": "home", "alert": alerts[0]}
    assert came[3] == {"type": "live", "at": "2026-03-01T12:00:00Z", "modem": None, "seq": 1}


def test_rows_are_the_lines_of_history(office: Any, watch: Any) -> None:
    """A reading, and a failure with its phrase, each with the number under which the store keeps it."""
    office.configure(HOME)
    watcher = watch()
    watcher.until("live")
    for m in (add(office, "41.30"), add(office, None, reading=Reading(kind="error"), text=None, error="no answer")):
        tell(office, m)
    (reading,), (failure,) = watcher.until("reading"), watcher.until("failure")
    with Client.connect(office.path) as client:
        assert [reading["measurement"], failure["measurement"]] == list(client.rows("history"))
    assert (reading["seq"], failure["seq"], failure["measurement"]["error"]) == (1, 2, "no answer")
    assert reading["at"] == "2026-03-01T12:00:00Z"


def test_rows_come_in_the_order_of_the_store(office: Any, watch: Any) -> None:
    """Two owner threads report in the other order than they stored: nobody who goes on from a number misses a row."""
    office.configure(HOME, VAN)
    watcher = watch()
    watcher.until("live")
    first, second = add(office, "1"), add(office, "2", modem="van")
    tell(office, second)
    tell(office, first)
    tell(office, add(office, "3"))
    came = [*watcher.until("reading"), *watcher.until("reading"), *watcher.until("reading")]
    assert seqs(came) == [1, 2, 3]


def test_a_row_that_the_store_could_not_take_is_told_all_the_same(office: Any, watch: Any) -> None:
    """It has no number."""
    office.configure(HOME)
    watcher = watch()
    watcher.until("live")
    tell(office, office.reading("5"))
    assert seqs(watcher.until("reading")) == [None]


@pytest.mark.parametrize("rows", [0, 1, PAGE - 1, PAGE, 3 * PAGE + 1])
@pytest.mark.parametrize("since", [0, 1, PAGE])
def test_since_replays_what_was_missed(office: Any, watch: Any, rows: int, since: int) -> None:
    """The rows behind that one, each once and in order, then the mark; a number that this store never gave, all."""
    office.configure(HOME)
    for number in range(rows):
        add(office, str(number))
    came = watch(since=since).until("live")
    assert seqs(came) == list(range(since + 1 if since <= rows else 1, rows + 1))
    assert came[-1]["seq"] == rows
    assert [event["type"] for event in came[:1]] == ["state"]


def test_between_replay_and_live_there_is_no_gap_and_no_double(
    office: Any, watch: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row that is stored right before a page is read and reported after it, and one stored right after the last."""
    office.configure(HOME)
    for number in range(PAGE + 3):
        add(office, str(number))
    real, read = office.store.rows_after, []

    def rows_after(*args: Any, **fields: Any) -> list[Any]:
        page = real(*args, **fields)
        read.append(len(page))
        if read[-1] in (3, 0):
            tell(office, add(office, "7"))
        return page  # type: ignore[no-any-return]

    monkeypatch.setattr(office.store, "rows_after", rows_after)
    watcher = watch(since=0)
    came = [*watcher.until("live"), *watcher.until("reading")]
    assert read == [PAGE, 3, 1, 0]
    assert seqs(came) == list(range(1, PAGE + 6))
    assert [event["type"] for event in came[-2:]] == ["live", "reading"]
    tell(office, add(office, "8"))
    assert seqs(watcher.until("reading")) == [PAGE + 6]


def test_rows_that_are_stored_while_old_ones_are_sent(office: Any, watch: Any) -> None:
    """A long replay beside a busy modem: each row once, in order."""
    office.configure(HOME)
    old, new = 20 * PAGE, 5 * PAGE
    for number in range(old):
        add(office, str(number))

    def ask_often() -> None:
        for number in range(new):
            tell(office, add(office, str(number)))

    busy = threading.Thread(target=ask_often)
    watcher = watch(since=0)
    came = [next(watcher.events)]
    busy.start()
    while not seqs(came) or seqs(came)[-1] != old + new:
        came += watcher.until("reading")
    busy.join(DEADLINE_S)
    assert seqs(came) == list(range(1, old + new + 1))


def test_what_happens_during_the_replay_comes_after_it(office: Any, watch: Any) -> None:
    """An alert is not told before the old rows and the mark."""
    office.configure(HOME)
    for number in range(3 * PAGE):
        add(office, str(1000 - number))
    watcher = watch(since=0)

    def raise_alert() -> None:
        office.store.put_alert(alert(office), ())
        office.watch.alerts()

    came = watcher.until("state")
    soon(office, raise_alert)
    came += watcher.until("live")
    kinds = [event["type"] for event in [*came, *watcher.until("alert")]]
    assert kinds == ["state", *["reading"] * (3 * PAGE), "live", "alert"]


def test_one_modem_alone(office: Any, watch: Any) -> None:
    """States, alerts, old rows and new ones of the modem that was named."""
    office.configure(HOME, VAN)
    for name in ("home", "van", "home"):
        add(office, "1", modem=name)
    office.store.put_alert(alert(office, "a1", "home"), ())
    office.store.put_alert(alert(office, "a2", "van"), ())
    watcher = watch(modem="van", since=0)
    came = watcher.until("live")
    assert {event["modem"] for event in came[:-1]} == {"van"}
    assert [event["type"] for event in came] == ["state", "alert", "reading", "live"]
    tell(office, add(office, "2", modem="home"))
    tell(office, add(office, "3", modem="van"))
    assert seqs(watcher.until("reading")) == [5]


def test_a_state_is_told_where_it_changed(office: Any, watch: Any) -> None:
    """Each published snapshot that changes what `status` says, none that does not, and none for its age alone."""
    office.configure(HOME)
    add(office, "100")
    watcher = watch()
    watcher.until("live")
    ready = office.owners["home"].snapshot
    for snapshot in (replace(ready, state="busy"), ready, replace(ready, floor_s=5.0)):
        soon(office, functools.partial(office.watch.snapshot, snapshot))
    office.now += timedelta(minutes=5)
    soon(office, office.watch.refresh)
    office.now += timedelta(hours=13)
    soon(office, office.watch.refresh)
    states = [*watcher.until("state"), *watcher.until("state"), *watcher.until("state")]
    assert [(event["status"]["state"], event["status"]["level"]) for event in states] == [
        ("busy", "ok"),
        ("ready", "ok"),
        ("ready", "stale"),
    ]
    assert states[2]["at"] == "2026-03-02T01:05:00Z"


def test_states_never_go_back_in_time(office: Any, watch: Any) -> None:
    """A snapshot that waited in the loop while a newer one was told is not told any more."""
    office.configure(HOME)
    watcher = watch()
    watcher.until("live")
    ready = office.owners["home"].snapshot
    busy, newest = replace(ready, state="busy", number=1), replace(ready, state="offline", number=2)
    office.owners["home"].snapshot = newest
    soon(office, office.watch.refresh)
    soon(office, functools.partial(office.watch.snapshot, busy))
    soon(office, functools.partial(office.watch.snapshot, newest))
    last = replace(ready, state="blocked", number=3)
    soon(office, functools.partial(office.watch.snapshot, last))
    states = [watcher.until("state")[-1]["status"]["state"] for _ in range(2)]
    assert states == ["offline", "blocked"]


def test_an_acknowledged_alert_changes_the_state(office: Any, watch: Any) -> None:
    """What was open is open no more."""
    office.configure(HOME)
    office.store.put_alert(alert(office), ())
    watcher = watch()
    assert [len(event["status"]["alerts"]) for event in watcher.until("state")] == [1]
    watcher.until("live")
    with Client.connect(office.path) as client:
        client.request("alert_ack")
    assert [event["status"]["alerts"] for event in watcher.until("state")] == [[]]


def test_alerts_and_deliveries(office: Any, watch: Any) -> None:
    """An alert before its deliveries, whoever reports first; a failed try, then the receipt."""
    channel = ChannelSettings(type="command", events=("low",), options={"run": ["/bin/true"]})
    office.configure(HOME, channels=(channel,))
    watcher = watch()
    watcher.until("live")
    (name,) = office.alarm.channels
    office.store.put_alert(alert(office), [name])
    (due,) = office.store.outbox_due(office.now)
    office.store.retry(due.id, "exit code 1", office.now + timedelta(seconds=30))
    soon(office, lambda: office.watch.tried(due, "exit code 1"))
    soon(office, office.watch.alerts)
    office.store.delivered(due.id, office.now)
    soon(office, lambda: office.watch.tried(due, None))
    came = [*watcher.until("delivery"), *watcher.until("delivery")]
    assert [event["type"] for event in came] == ["alert", "delivery", "delivery"]
    failed, received = came[1:]
    assert failed["delivery"] == {
        "channel": name,
        "state": "pending",
        "tries": 1,
        "next_at": "2026-03-01T12:00:30Z",
        "delivered_at": None,
        "error": "exit code 1",
        "held": None,
        "message": None,
    }
    assert (received["delivery"]["state"], received["delivery"]["tries"]) == ("delivered", 2)
    with Client.connect(office.path) as client:
        assert [received["alert"]] == list(client.rows("alerts"))


def test_a_receipt_that_the_store_could_not_take(office: Any, watch: Any) -> None:
    """It was delivered, and is told so."""
    channel = ChannelSettings(type="command", events=("low",), options={"run": ["/bin/true"]})
    office.configure(HOME, channels=(channel,))
    watcher = watch()
    watcher.until("live")
    office.store.put_alert(alert(office), list(office.alarm.channels))
    (due,) = office.store.outbox_due(office.now)
    soon(office, lambda: office.watch.tried(due, None))
    delivery = watcher.until("delivery")[-1]["delivery"]
    assert (delivery["state"], delivery["delivered_at"]) == ("delivered", "2026-03-01T12:00:00Z")


def test_modems_that_come_and_go(office: Any, watch: Any) -> None:
    """A new one begins with its state; one that is gone is told, and who watched it alone is told why it ends."""
    office.configure(HOME)
    everybody = watch()
    everybody.until("live")

    def reload(*modems: ModemSettings) -> None:
        office.configure(*modems)
        office.watch.refresh()

    soon(office, lambda: reload(HOME, VAN))
    assert everybody.until("state")[0]["modem"] == "van"
    one = watch(modem="van")
    one.until("live")
    soon(office, lambda: reload(HOME))
    assert everybody.until("removed") == [{"type": "removed", "at": "2026-03-01T12:00:00Z", "modem": "van"}]
    assert one.until("removed")[0]["modem"] == "van"
    with pytest.raises(RefusedError, match="no longer in the configuration: there is home") as caught:
        next(one.events)
    assert caught.value.code == "no such modem"
