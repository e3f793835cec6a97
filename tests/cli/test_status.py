"""`modemd status`, `modemd check` and `modemd alerts`."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modemd.cli.status import KEYS


def modem(**changes: Any) -> dict[str, Any]:
    row = {
        "modem": "home",
        "state": "ready",
        "error": None,
        "sim": {"iccid": "89701012345678901234", "imsi": "250011234567890"},
        "operator": "ru-mts",
        "rat": "LTE",
        "signal_dbm": -71,
        "balance": "48.10",
        "currency": "RUB",
        "level": "low",
        "taken_at": "2026-01-02T03:04:05Z",
        "age_s": 7300,
        "next_query_at": None,
        "alerts": [{"id": "a1", "event": "low", "raised_at": "2026-01-02T03:04:05Z", "text": "low"}],
    }
    return {**row, **changes}


def test_one_modem(daemon: Any, modemd: Any) -> None:
    """MODEM alone, in words and as JSON; a name that nobody has is wrong usage."""
    daemon.result("status", {"modems": [modem(), modem(modem="van")]})
    assert len(modemd("status", "van").stdout.splitlines()) == 2
    assert [one["modem"] for one in json.loads(modemd("status", "van", "--json").stdout)["modems"]] == ["van"]
    result = modemd("status", "boat")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "configured: home, van" in result.stderr


def test_table_masks_the_sim(daemon: Any, modemd: Any) -> None:
    """People's table has one row a modem, the SIM's last four digits only, the age in words and the open alerts."""
    due = datetime.now(UTC) + timedelta(hours=5, minutes=30)
    daemon.result("status", {"modems": [modem(next_query_at=due.isoformat())]})
    result = modemd("status")
    head, row = result.stdout.splitlines()
    assert head.split() == [
        *["MODEM", "STATE", "SIM", "OPERATOR", "RAT", "SIGNAL"],
        *["BALANCE", "LEVEL", "READ", "NEXT", "ALERTS"],
    ]
    for part in ("home", "ready", "..1234", "ru-mts", "LTE", "-71 dBm", "48.10 RUB", "low", "2 h ago", "in 5 h"):
        assert part in row
    assert "8970101234" not in result.stdout + result.stderr
    assert "250011234" not in result.stdout + result.stderr


def test_what_is_wrong_is_below_the_table(daemon: Any, modemd: Any) -> None:
    """A modem that does not work has its line with the cure."""
    cure = "port /dev/ttyUSB2 is not there: plug the modem in"
    sick = modem(modem="car", state="absent", error=cure, sim={}, balance=None, taken_at=None, alerts=[])
    daemon.result("status", {"modems": [modem(), sick]})
    result = modemd("status")
    assert result.stdout.splitlines()[-1] == f"car: {cure}"
    assert "never" in result.stdout


def test_what_was_done_to_the_modem_is_below_the_table(daemon: Any, modemd: Any) -> None:
    """The steps of the recovery ladder, and what a query on another network cost."""
    at = (datetime.now(UTC) - timedelta(hours=2, minutes=5)).isoformat()
    healed = modem(recovery="opened again 3 times", fallback={"at": at, "rat": "UMTS", "outage_s": 13.6})
    vain = modem(modem="car", recovery=None, fallback={"at": at, "rat": None, "outage_s": None})
    daemon.result("status", {"modems": [healed, vain, modem(modem="well", fallback={"at": None})]})
    assert modemd("status").stdout.splitlines()[-3:] == [
        "home: opened again 3 times",
        "home: went to 3G for a query 2 h ago, without data for 14 s",
        "car: went to another network for a query in vain 2 h ago",
    ]


def test_json_is_whole(daemon: Any, modemd: Any) -> None:
    """--json has the keys in their order and the whole SIM, as INTERFACE says for the local socket."""
    daemon.result("status", {"modems": [modem(recovery="opened again 3 times")]})
    (row,) = json.loads(modemd("status", "--json").stdout)["modems"]
    assert tuple(row) == KEYS
    assert row["sim"]["iccid"] == "89701012345678901234"


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_check_is_the_daemons_line_and_exit_code(daemon: Any, modemd: Any, code: int) -> None:
    """The plugin prints the line that the daemon made, and ends with its code."""
    line = "MODEMD OK - home: 123.40 RUB (3 h old) | balance=123.40;50:;10:"
    daemon.result("check", {"exit": code, "line": line})
    result = modemd("check", "home")
    assert (result.exit_code, result.stdout, result.stderr) == (code, f"{line}\n", "")


def test_check_without_a_daemon_is_unknown(modemd: Any) -> None:
    """A monitoring system sees UNKNOWN (3) and the reason on stdout when nobody answers."""
    result = modemd("check")
    assert result.exit_code == 3
    assert result.stdout.startswith("MODEMD UNKNOWN - the daemon is not running")
    assert result.stdout.count("\n") == 1


def test_check_of_an_unknown_modem_is_unknown(daemon: Any, modemd: Any) -> None:
    """No failure of `check` looks like a low balance: exit 3, never 1 or 2."""
    daemon.error("check", "no such modem", "no modem is called x: home")
    result = modemd("check", "x")
    assert (result.exit_code, result.stdout) == (3, "MODEMD UNKNOWN - no modem is called x: home\n")


def test_alerts_list(daemon: Any, modemd: Any) -> None:
    """Each alert has its event, its state and what became of each delivery; --json gives the daemon's objects."""
    alert = {
        "id": "a1", "event": "low", "level": "low", "modem": "home", "balance": "48.10", "currency": "RUB",
        "text": "home: 48.10 RUB\x1b[2J", "raised_at": "2026-01-02T03:04:05Z", "open": True, "acknowledged_at": None,
        "deliveries": [{"channel": "command", "state": "pending", "tries": 2, "error": "exit 1"}],
    }  # fmt: skip
    daemon.rows("alerts", [alert])
    out = modemd("alerts", "list").stdout
    for part in ("a1", "low", "48.10 RUB", "open", "command pending (exit 1)", "home: 48.10 RUB[2J"):
        assert part in out
    daemon.rows("alerts", [alert])
    assert json.loads(modemd("alerts", "list", "--json").stdout) == alert


def test_what_became_of_a_delivery_is_said_in_the_language_of_the_shell(
    daemon: Any, modemd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = {"channel": "phone", "state": "pending", "held": "quiet", "error": None}
    daemon.rows(
        "alerts", [{"id": "a1", "deliveries": [waits, {"channel": "mail", "state": "given_up", "error": "no"}]}]
    )
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert "phone ждёт (тихие часы), mail оставлено (no)" in modemd("alerts", "list").stdout
    daemon.rows("alert_rehearse", [{"event": "reminder", "delivered": ["phone"], "failed": {}}])
    assert modemd("alerts", "rehearse").stdout.startswith("напоминание: ")


def test_alerts_test_says_what_was_delivered(daemon: Any, modemd: Any) -> None:
    """A test message that a channel refuses is exit 1 with the channel's reason."""
    answer = {"alert": "t1", "channels": ["command", "mail"], "delivered": ["command"], "failed": {"mail": "exit 2"}}
    daemon.result("alert_test", answer)
    result = modemd("alerts", "test")
    assert (result.exit_code, result.stdout) == (1, "command: delivered\n")
    assert result.stderr == "mail: not delivered: exit 2\n"
    daemon.result("alert_test", {"alert": "t2", "channels": ["command"], "delivered": ["command"], "failed": {}})
    assert modemd("alerts", "test", "command").exit_code == 0


def test_alerts_ack(daemon: Any, modemd: Any) -> None:
    """Acknowledging one or all reaches the daemon; an id that is not open is exit 1."""
    daemon.result("alert_ack", {"acknowledged": 2})
    assert modemd("alerts", "ack").stdout == "2 alerts acknowledged\n"
    daemon.result("alert_ack", {"acknowledged": 0})
    assert modemd("alerts", "ack", "zz").exit_code == 1
    assert [request["alert"] for request in daemon.received] == [None, "zz"]
