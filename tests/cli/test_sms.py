"""`modemd sms list`."""

from __future__ import annotations

import json
from typing import Any

ROW = {
    "modem": "home",
    "places": [{"storage": "SM", "index": 3}, {"storage": "SM", "index": 4}],
    "status": "unread",
    "sender": "+79261234567",
    "sent_at": "2026-01-02T03:04:05Z",
    "text": "Hello\nyou",
    "parts": 2,
    "missing": 0,
}
STORAGES = [{"name": "SM", "used": 3, "places": 20}, {"name": "ME", "used": 0, "places": 23}]


def listed(daemon: Any, *rows: dict[str, Any], **end: Any) -> None:
    whole = {"modem": "home", "rows": len(rows), "hidden": 0, "storages": STORAGES, "error": None, "hint": None, **end}
    daemon.answers["sms"] = [*({"row": row} for row in rows), {"ok": True, "result": whole}]


def test_the_table(daemon: Any, modemd: Any) -> None:
    """Where it lies, its status, when and by whom it was sent, its text on one line; at last the room there is."""
    listed(daemon, ROW, {**ROW, "sender": "MTS", "status": "read", "missing": 1, "text": "Bal"})
    result = modemd("sms", "list")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split() == ["PLACE", "STATUS", "SENT", "FROM", "TEXT"]
    for part in ("SM 3,4", "unread", "2026-01-02 03:04", "+79261234567", "Hello / you"):
        assert part in lines[1]
    assert "(1 of 2 parts missing)" in lines[2]
    assert lines[-1] == "SM 3 of 20, ME 0 of 23"
    assert daemon.received[-1]["mark_read"] is False


def test_json_has_the_keys_of_the_interface(daemon: Any, modemd: Any) -> None:
    """One object a line and nothing else; numbers are whole."""
    listed(daemon, {**ROW, "extra": 1}, ROW)
    result = modemd("sms", "list", "home", "--json")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [ROW, ROW]


def test_hostile_texts_are_harmless(daemon: Any, modemd: Any) -> None:
    """Control sequences of a sender or a text do not reach the terminal."""
    listed(daemon, {**ROW, "sender": "\x1b[31mX", "text": "a\x1b]0;t\x07b\u202ec"})
    out = modemd("sms", "list").stdout
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_what_is_hidden_is_said(daemon: Any, modemd: Any) -> None:
    """What could only be read by marking is counted on stderr, with the way; the option asks for it."""
    listed(daemon, hidden=2)
    result = modemd("sms", "list")
    assert "2 messages are not shown" in result.stderr
    assert "--mark-read" in result.stderr
    modemd("sms", "list", "--mark-read")
    assert daemon.received[-1]["mark_read"] is True


def test_a_failure_is_one_line(daemon: Any, modemd: Any) -> None:
    """Exit 1, the cure on stderr, the phrase in the JSON."""
    listed(daemon, error="sim pin", hint="the SIM asks for its PIN: name it with pin_file")
    result = modemd("sms", "list", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"modem": "home", "error": "sim pin"})
    assert "pin_file" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_who_may_not(daemon: Any, modemd: Any) -> None:
    """Messages are private: exit 3 for who is not under dial."""
    daemon.error("sms", "forbidden", "raw USSD, messages and alert commands are for root")
    result = modemd("sms", "list")
    assert result.exit_code == 3
    assert "root" in result.stderr
