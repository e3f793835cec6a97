"""`modemd balance`: one line, one number or one JSON object, and never more."""

from __future__ import annotations

import json
from typing import Any

import pytest

KEYS = [
    "modem", "sim", "operator", "country", "kind", "balance", "currency", "data_left_mb", "expires", "level",
    "days_left", "taken_at", "age_s", "channel", "code", "text", "confidence", "pattern", "origin", "error",
]  # fmt: skip


def test_one_line_for_people(daemon: Any, modemd: Any, reading: Any) -> None:
    """A reading is one line on stdout with amount, level, operator, age and the operator's own words."""
    daemon.result(
        "balance",
        reading(days_left={"low": 9.21, "likely": 12.4, "high": 15.5}, expires="2026-03-01", data_left_mb=1536),
    )
    result = modemd("balance")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "home  123.40 RUB  1.5 GB left  ok  lasts about 12 days, 9 to 16  valid until 2026-03-01  ru-mts  just now  "
        '"Баланс:123,40р"\n'
    )
    assert daemon.received == [{"id": 1, "cmd": "balance", "modem": None, "cached": False}]


def test_json_has_exactly_the_interfaces_keys(daemon: Any, modemd: Any, reading: Any) -> None:
    """--json is one object with the keys in their order and nothing else; the hint for people is left out."""
    daemon.result("balance", reading(hint="for people"))
    result = modemd("balance", "home", "--cached", "--json")
    assert result.exit_code == 0
    assert list(json.loads(result.stdout)) == KEYS
    assert result.stdout.count("\n") == 1
    assert daemon.received == [{"id": 1, "cmd": "balance", "modem": "home", "cached": True}]


def test_quiet_is_the_number_alone(daemon: Any, modemd: Any, reading: Any) -> None:
    """-q prints the decimal string as the operator wrote it."""
    daemon.result("balance", reading(balance="-5.20"))
    assert modemd("balance", "-q").stdout == "-5.20\n"


def test_quiet_without_a_number_fails(daemon: Any, modemd: Any, reading: Any) -> None:
    """-q prints nothing and exits 1 where the answer holds data but no money: scripts must not read an empty number."""
    daemon.result("balance", reading(balance=None, currency=None, kind="other", data_left_mb=100))
    result = modemd("balance", "-q")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "no amount of money" in result.stderr


@pytest.mark.parametrize("option", [[], ["-q"]])
def test_failure_is_one_line_with_the_daemons_cure(daemon: Any, modemd: Any, reading: Any, option: list[str]) -> None:
    """A failed query prints nothing on stdout and the daemon's hint on stderr, exit 1."""
    hint = "the operator did not answer within 45 s: ask again in a minute"
    daemon.result("balance", reading(balance=None, kind="error", error="no answer", text=None, hint=hint))
    result = modemd("balance", *option)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"home: {hint}\n"


@pytest.mark.parametrize(
    ("phrase", "cure"),
    [
        ("not supported", "3G or 2G"),
        ("network timeout", "ask again"),
        ("CME 258", "(CME 258): ask again in a minute"),
        ("CME SIM busy", "SIM is still busy"),
        ("CME 15790320", "CME 15790320"),
        ("absent", "plug it in"),
        ("blocked", "another program"),
        ("sim pin", "pin_file"),
        ("something new", "something new"),
    ],
)
def test_failure_without_a_hint_still_names_a_cure(
    daemon: Any, modemd: Any, reading: Any, phrase: str, cure: str
) -> None:
    """Every stable phrase has a line of its own; an unknown one is shown as it is."""
    daemon.result("balance", reading(balance=None, kind="error", error=phrase, text=None))
    result = modemd("balance")
    assert result.exit_code == 1
    assert cure in result.stderr
    assert result.stderr.count("\n") == 1


def test_unreadable_answer_is_shown(daemon: Any, modemd: Any, reading: Any) -> None:
    """What the operator said is on the line when no number could be read in it, on one line whatever it holds, and
    that it is a menu; no other kind is a word that people know."""
    daemon.result(
        "balance", reading(balance=None, kind="menu", error="unreadable", text="1 Balance\r\n2 Top up\x1b[2J")
    )
    result = modemd("balance")
    assert (result.exit_code, result.stdout) == (1, "")
    assert '(menu: "1 Balance / 2 Top up[2J")' in result.stderr
    daemon.result("balance", reading(balance=None, kind="other", error="unreadable", text="Hello"))
    assert '("Hello")' in modemd("balance").stderr


def test_failure_in_json_keeps_the_error(daemon: Any, modemd: Any, reading: Any) -> None:
    """--json prints the object with `error` set on stdout, the line for people on stderr, exit 1."""
    daemon.result("balance", reading(balance=None, kind="error", error="unplugged", text=None))
    result = modemd("balance", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"] == "unplugged"
    assert "cable" in result.stderr


@pytest.mark.parametrize(
    ("code", "exit_code", "prints"),
    [("no such modem", 2, False), ("forbidden", 3, True), ("busy", 1, True), ("failed", 1, True)],
)
def test_a_refused_request(daemon: Any, modemd: Any, code: str, exit_code: int, prints: bool) -> None:
    """A request that the daemon turns down is the daemon's line on stderr and the exit code of its kind; --json still
    gives an object with every key, except for wrong usage."""
    daemon.error("balance", code, "what to do")
    result = modemd("balance", "--json")
    assert (result.exit_code, result.stderr) == (exit_code, "what to do\n")
    if prints:
        row = json.loads(result.stdout)
        assert list(row) == KEYS
        assert (row["error"], row["balance"]) == (code, None)
    else:
        assert result.stdout == ""


def test_no_daemon_is_exit_3_with_the_cure(modemd: Any) -> None:
    """Without a daemon one line says how to start it."""
    result = modemd("balance")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "systemctl start modemd" in result.stderr
    assert result.stderr.count("\n") == 1


def test_json_and_quiet_exclude_each_other(modemd: Any) -> None:
    """Two shapes of output at once are wrong usage."""
    assert modemd("balance", "--json", "-q").exit_code == 2
