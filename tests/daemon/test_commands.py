"""The commands of the control protocol behind a real socket: their JSON, their rights, and whose query is cancelled."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from modemd.daemon.connection import Peer
from modemd.daemon.control import Client
from modemd.daemon.listener import group_id
from modemd.errors import DaemonUnreachable, RefusedError
from modemd.modem.requests import BalanceQuery, UssdQuery
from modemd.records import ChannelSettings, ModemSettings, Reading, UssdResult

BALANCE_KEYS = [
    "modem", "sim", "operator", "country", "kind", "balance", "currency", "data_left_mb", "expires", "level",
    "days_left", "taken_at", "age_s", "channel", "code", "text", "confidence", "pattern", "origin", "error",
]  # fmt: skip
HOME = ModemSettings(name="home", port="/dev/null")
# In the group that may ask: modemd where this machine has it, else the one that the socket belongs to.
GROUP = found if (found := group_id()) is not None else os.getegid()
STRANGER = Peer(pid=1, uid=os.geteuid() + 4242, gids=frozenset({GROUP}))


class Asking(threading.Thread):
    """A request in a thread of its own, as another program would make it."""

    def __init__(
        self, path: str, cmd: str, on_event: Callable[[dict[str, Any]], str | None] | None = None, **fields: Any
    ) -> None:
        super().__init__()
        self.client = Client.connect(path)
        self._cmd, self._on_event, self._fields = cmd, on_event, fields
        self._result: dict[str, Any] = {}
        self.start()

    def run(self) -> None:
        self._result = self.client.request(self._cmd, on_event=self._on_event, **self._fields)

    @property
    def result(self) -> dict[str, Any]:
        self.join(10)
        assert not self.is_alive()
        self.client.close()
        return self._result


def ask(office: Any, cmd: str, **fields: Any) -> dict[str, Any]:
    with Client.connect(office.path) as client:
        return client.request(cmd, **fields)


def test_balance_asks_the_owner_thread(office: Any) -> None:
    """The result has every key of the interface in its order, and the hint beside them."""
    office.configure(HOME)
    asking = Asking(office.path, "balance")
    future = office.owners["home"].wait()
    future.set_result(office.reading("123.40"))
    result = asking.result
    assert list(result) == [*BALANCE_KEYS, "hint"]
    assert (result["balance"], result["currency"], result["level"], result["error"]) == ("123.40", "RUB", "ok", None)
    assert (result["taken_at"], result["age_s"], result["origin"]) == ("2026-03-01T12:00:00Z", 0, "query")
    assert result["sim"] == {"iccid": "8970101234567890123", "imsi": "250011234567890"}


@pytest.mark.parametrize(
    ("balance", "level"), [("50.01", "ok"), ("50", "low"), ("10.00", "critical"), ("-5.20", "critical")]
)
def test_level_follows_the_number_at_once(office: Any, balance: str, level: str) -> None:
    """Low and critical mean at or below."""
    office.configure(HOME)
    office.store.add(office.reading(balance))
    assert ask(office, "balance", cached=True)["level"] == level


def test_cached_leaves_the_modem_alone(office: Any) -> None:
    """The last reading comes from the store with its age, also when a failure was stored after it."""
    office.configure(HOME)
    office.store.add(office.reading("123.40"))
    office.now += timedelta(hours=3)
    office.store.add(office.reading(None, text=None, error="no answer", reading=Reading(kind="error")))
    result = ask(office, "balance", cached=True)
    assert (result["balance"], result["age_s"], result["error"]) == ("123.40", 10800, None)
    assert office.owners["home"].asked == []


def test_cached_with_nothing_stored(office: Any) -> None:
    """No number is made up: every key is there, `error` says why, and the hint says what to do."""
    office.configure(HOME)
    result = ask(office, "balance", cached=True)
    assert list(result) == [*BALANCE_KEYS, "hint"]
    assert (result["balance"], result["error"], result["level"]) == (None, "no reading yet", "unknown")
    assert "modemd balance" in result["hint"]


def test_an_answer_without_a_number_is_an_error(office: Any) -> None:
    """A reply came, nothing could be read: error "unreadable" with the text; data alone is a reading."""
    office.configure(HOME)
    asking = Asking(office.path, "balance")
    office.owners["home"].wait().set_result(office.reading(None, text="Welcome"))
    result = asking.result
    assert (result["error"], result["text"], result["kind"], result["level"]) == (
        "unreadable",
        "Welcome",
        "other",
        "unknown",
    )
    asking = Asking(office.path, "balance")
    data = Reading(kind="other", data_left_mb=512.0, confidence="operator")
    office.owners["home"].wait().set_result(office.reading(None, reading=data))
    assert (asking.result["error"], asking.result["data_left_mb"]) == (None, 512.0)


def test_stale_shows_in_level(office: Any) -> None:
    """No reading for 2 x every: the number is still shown, its level is stale."""
    office.configure(HOME)
    office.store.add(office.reading("123.40"))
    office.now += timedelta(hours=12, seconds=1)
    assert ask(office, "balance", cached=True)["level"] == "stale"
    assert ask(office, "status")["modems"][0]["level"] == "stale"
    assert ask(office, "check") == {
        "exit": 3,
        "line": "MODEMD UNKNOWN - home: 123.40 RUB (12 h old, stale) | balance=123.40;50:;10:",
    }


def test_days_left_from_the_history(office: Any) -> None:
    """Ten a day with 70 left lasts a week."""
    office.configure(HOME)
    start = office.now
    for day in range(4):
        office.now = start + timedelta(days=day)
        office.store.add(office.reading(str(100 - 10 * day)))
    days = ask(office, "balance", cached=True)["days_left"]
    assert list(days) == ["low", "likely", "high"]
    assert days["low"] <= 7.0 <= days["high"]
    assert days["likely"] == pytest.approx(7.0, abs=0.6)  # at what hour of the day is not known
    found = ask(office, "forecast")
    assert (found["days_left"], found["error"]) == (days, None)
    assert (found["readings"], found["spend_per_day"], found["top_ups"]) == (4, "10", 0)
    office.store.add(office.reading("0"))
    assert ask(office, "balance", cached=True)["days_left"] == {"low": 0, "likely": 0, "high": 0}


def test_no_forecast_without_a_history(office: Any) -> None:
    """Nothing read yet is an error; too little is not."""
    office.configure(HOME)
    assert ask(office, "forecast")["error"] == "no reading yet"
    office.store.add(office.reading("100"))
    found = ask(office, "forecast")
    assert (found["days_left"], found["balance"], found["error"]) == (None, "100", None)


def test_status_of_a_modem(office: Any) -> None:
    """The keys of the interface in their order, and what people are told besides."""
    office.configure(HOME)
    office.store.add(office.reading("123.40"))
    (modem,) = ask(office, "status")["modems"]
    assert list(modem) == [
        "modem", "state", "error", "sim", "operator", "rat", "signal_dbm", "balance", "currency", "level", "taken_at",
        "age_s", "next_query_at", "alerts", "recovery", "fallback", "asking", "step", "quarantine_until",
        "own_number",
    ]  # fmt: skip
    assert (modem["state"], modem["balance"], modem["level"], modem["alerts"]) == ("ready", "123.40", "ok", [])


def test_history_oldest_first(office: Any) -> None:
    """Readings and failures of the time asked for; another modem's only when asked."""
    office.configure(HOME)
    for hours, balance in ((-48, "3"), (-2, "2"), (-1, "1")):
        office.store.add(office.reading(balance, taken_at=office.now + timedelta(hours=hours)))
    with Client.connect(office.path) as client:
        rows = list(client.rows("history", since_s=86400))
        assert [list(row) for row in rows] == [BALANCE_KEYS, BALANCE_KEYS]
        assert [row["balance"] for row in rows] == ["2", "1"]
        assert [row["balance"] for row in client.rows("history", modem="home")] == ["3", "2", "1"]
        with pytest.raises(RefusedError, match="there is home"):
            list(client.rows("history", modem="van"))


@pytest.mark.parametrize(
    ("balance", "code", "line"),
    [
        ("123.40", 0, "MODEMD OK - home: 123.40 RUB (0 s old) | balance=123.40;50:;10:"),
        ("50.00", 1, "MODEMD WARNING - home: 50.00 RUB (0 s old) | balance=50.00;50:;10:"),
        ("-1", 2, "MODEMD CRITICAL - home: -1 RUB (0 s old) | balance=-1;50:;10:"),
    ],
)
def test_check_is_a_monitoring_plugin(office: Any, balance: str, code: int, line: str) -> None:
    """Exit code, one line, perfdata with the limits as ranges."""
    office.configure(HOME)
    office.store.add(office.reading(balance))
    assert ask(office, "check") == {"exit": code, "line": line}


def test_check_without_a_reading_is_unknown(office: Any) -> None:
    """3, never 0."""
    office.configure(HOME)
    assert ask(office, "check") == {"exit": 3, "line": "MODEMD UNKNOWN - home: no reading yet"}


def test_which_modem(office: Any) -> None:
    """The name may be left out with one modem; with two the error names them."""
    office.configure(HOME, ModemSettings(name="van", port="/dev/zero"))
    for fields in ({}, {"modem": "car"}):
        with pytest.raises(RefusedError, match="home, van") as caught:
            ask(office, "balance", cached=True, **fields)
        assert caught.value.code == "no such modem"
    assert ask(office, "balance", cached=True, modem="van")["modem"] == "van"


def test_who_asks_while_a_query_runs_shares_it(office: Any) -> None:
    """Two clients, one query, one answer for both; the first leaving does not cancel the other's."""
    office.configure(HOME)
    owner = office.owners["home"]
    leaving = Client.connect(office.path)
    leaving._send({"id": 1, "cmd": "balance"})
    owner.wait()
    staying = Asking(office.path, "balance")
    future = owner.wait()
    leaving.close()
    ask(office, "status")  # the loop has seen the end of the other one when it answers this
    assert owner.cancelled == []
    future.set_result(office.reading("7"))
    assert staying.result["balance"] == "7"


def test_the_last_client_that_goes_away_cancels(office: Any) -> None:
    """Nobody waits any more: the owner thread is told."""
    office.configure(HOME)
    owner = office.owners["home"]
    client = Client.connect(office.path)
    client._send({"id": 1, "cmd": "balance"})
    future = owner.wait()
    client.close()
    owner.wait()
    assert owner.cancelled == [future]


def test_a_scheduled_query_survives_its_listener(office: Any) -> None:
    """A client that joined the schedule's query and left does not take it away from the schedule."""
    office.configure(HOME)
    owner = office.owners["home"]
    office.server.call_soon(office.fleet.dial_what_is_due)
    owner.wait()
    assert owner.asked[0][0] == BalanceQuery(origin="schedule")
    client = Client.connect(office.path)
    client._send({"id": 1, "cmd": "balance"})
    owner.wait()
    client.close()
    assert ask(office, "status")["modems"][0]["next_query_at"] == "2026-03-01T18:00:00Z"
    assert owner.cancelled == []
    assert len(owner.asked) == 1


def test_a_ussd_dialogue(office: Any) -> None:
    """Menus travel to the client, its answers to the owner thread; the result has the keys of the interface."""
    office.configure(HOME)
    owner = office.owners["home"]
    asking = Asking(office.path, "ussd", on_event=lambda event: "2", code="*111#", interactive=True)
    future = owner.wait()
    query = owner.asked[0][0]
    assert isinstance(query, UssdQuery)
    assert query.on_menu is not None
    query.on_menu("1 A\n2 B")
    owner.wait()
    assert owner.answers == ["2"]
    future.set_result(UssdResult(code="*111#", status="done", text="B!", turns=("1 A\n2 B", "B!"), elapsed_s=1.23456))
    result = asking.result
    assert list(result) == [
        "modem", "code", "status", "text", "dcs", "decoder", "turns", "error", "elapsed_s", "hint",
    ]  # fmt: skip
    assert (result["text"], result["turns"], result["error"], result["elapsed_s"]) == (
        "B!",
        ["1 A\n2 B", "B!"],
        None,
        1.235,
    )


@pytest.mark.parametrize("code", ["*21*123#", "", "*100#\r\nATD112;", "ATZ", '*100#"'])
def test_a_bad_code_never_reaches_the_modem(office: Any, code: str) -> None:
    """Refused with the status and error of the interface; nothing was submitted."""
    office.configure(HOME)
    result = ask(office, "ussd", code=code)
    assert (result["status"], result["error"], result["text"]) == ("refused", "bad code", None)
    assert office.owners["home"].asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {"code": 100},
        {},
        {"code": "*100#", "replies": "1"},
        {"code": "*100#", "timeout_s": "45"},
        {"code": "*100#", "timeout_s": -1},
        {"code": "*100#", "modem": 7},
    ],
)
def test_fields_of_the_wrong_type(office: Any, fields: dict[str, Any]) -> None:
    """A bad request is an answer, not a crash."""
    office.configure(HOME)
    with Client.connect(office.path) as client:
        with pytest.raises(RefusedError) as caught:
            client.request("ussd", **fields)
        assert caught.value.code == "bad request"
        assert client.request("status")


def test_an_unknown_command_names_the_close_one(office: Any) -> None:
    """ "balnce" is answered, not dropped."""
    office.configure(HOME)
    with pytest.raises(RefusedError, match="balance"):
        ask(office, "balnce")


def test_the_group_may_ask_but_not_dial(office: Any) -> None:
    """SO_PEERCRED: reading and balances for the group, raw USSD and alert commands not."""
    office.configure(HOME)
    office.peer = STRANGER
    assert ask(office, "status")["modems"]
    for cmd, fields in (("ussd", {"code": "*100#"}), ("alert_test", {}), ("alert_ack", {})):
        with pytest.raises(DaemonUnreachable, match="dial") as caught:
            ask(office, cmd, **fields)
        assert caught.value.code == "forbidden"
    assert office.owners["home"].asked == []


def test_a_stranger_may_nothing(office: Any) -> None:
    """Somebody outside the group who reached the socket all the same is turned away with the cure."""
    office.configure(HOME)
    office.peer = Peer(pid=1, uid=STRANGER.uid, gids=frozenset({STRANGER.uid}))
    with pytest.raises(DaemonUnreachable, match="usermod -aG modemd"):
        ask(office, "status")


def test_users_under_dial_may_dial(office: Any) -> None:
    """Names are looked up once; unknown ones are handed back to be logged."""
    office.configure(HOME)
    assert office.desk.apply(["daemon", "no-such-user"]) == ["no-such-user"]
    office.peer = Peer(pid=1, uid=1, gids=frozenset())  # the user "daemon" of every Debian
    asking = Asking(office.path, "ussd", code="*100#")
    office.owners["home"].wait().set_result(UssdResult(code="*100#", status="done", text="x"))
    assert asking.result["text"] == "x"


def test_the_kernel_says_who_asks(office: Any) -> None:
    """The real credentials of this process are its own: it may dial."""
    office.configure(HOME)
    asking = Asking(office.path, "ussd", code="*100#")
    office.owners["home"].wait().set_result(UssdResult(code="*100#", status="done", text="x"))
    assert asking.result["error"] is None


def test_alerts_are_raised_listed_and_acknowledged(office: Any) -> None:
    """A low reading is an open alert in `alerts` and `status` until somebody acknowledges it."""
    office.configure(HOME, channels=(ChannelSettings(type="command", events=("low",), options={"run": ["/bin/true"]}),))
    office.store.add(office.reading("20"))
    with Client.connect(office.path) as client:
        (alert,) = client.rows("alerts", open_only=True)
        assert (alert["event"], alert["modem"], alert["balance"], alert["open"]) == ("low", "home", "20", True)
        assert [d["state"] for d in alert["deliveries"]] == ["pending"]
        assert client.request("status")["modems"][0]["alerts"][0]["event"] == "low"
        assert client.request("alert_ack", alert="nothing") == {"acknowledged": 0}
        assert client.request("alert_ack") == {"acknowledged": 1}
        assert list(client.rows("alerts", open_only=True)) == []
        assert len(list(client.rows("alerts"))) == 1


def test_a_test_message_waits_for_its_receipt(office: Any) -> None:
    """The answer names the channels that took it and those that failed."""
    office.configure(HOME, channels=(ChannelSettings(type="command", events=("low",), options={"run": ["/bin/true"]}),))
    asking = Asking(office.path, "alert_test")
    for _ in range(200):
        due = office.store.outbox_due(office.now)
        if due:
            break
        asking.join(0.01)
    office.store.delivered(due[0].id, office.now)
    office.server.wake()
    result = asking.result
    assert (result["channels"], result["delivered"], result["failed"]) == (["command:true"], ["command:true"], {})
    with pytest.raises(RefusedError, match="command:true"):
        ask(office, "alert_test", channel="pigeon")


def test_a_killed_daemon_raises_its_alert_at_the_next_start(office: Any) -> None:
    """A reading that was stored but not yet judged is judged when the configuration is applied, once."""
    office.store.add(office.reading("5"))
    office.configure(HOME)
    office.configure(HOME)
    assert [row.alert.event for row in office.store.alerts()] == ["critical"]


def test_silence_is_raised_once(office: Any) -> None:
    """Without a reading for 2 x every there is one stale alert, also for a modem that was never seen."""
    office.configure(HOME)
    snapshot = office.fleet.snapshot("home")
    due = office.alarm.silence(snapshot)
    assert due == office.now + timedelta(hours=12)
    office.now = due
    office.alarm.silence(snapshot)
    office.alarm.silence(snapshot)
    assert [row.alert.event for row in office.store.alerts()] == ["stale"]


def test_a_reload_touches_changed_modems_only(office: Any) -> None:
    """The same settings keep their owner thread; changed ones get a new one; those that are gone are stopped."""
    van = ModemSettings(name="van", port="/dev/zero")
    office.configure(HOME, van)
    home, old = office.owners["home"], office.owners["van"]
    office.configure(HOME, ModemSettings(name="van", port="/dev/zero", low=Decimal(5)))
    assert (office.owners["home"] is home, home.stopped, old.stopped) == (True, False, True)
    office.configure(HOME)
    assert office.owners["van"].stopped
    assert [modem["modem"] for modem in ask(office, "status")["modems"]] == ["home"]


def test_stuck_threads_are_named(office: Any) -> None:
    """Over its own deadline, or gone: the watchdog must starve."""
    office.configure(HOME, ModemSettings(name="van", port="/dev/zero"))
    assert office.fleet.stuck() == []
    office.owners["home"].alive_until = 0.0
    office.owners["van"].alive = False
    assert office.fleet.stuck() == ["home", "van"]
