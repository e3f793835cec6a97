"""`modemd ussd`: one dialogue, with answers from options or from the person at a terminal."""

from __future__ import annotations

import json
import signal
import threading
from typing import Any

import pytest

KEYS = ["modem", "code", "status", "text", "dcs", "decoder", "turns", "error", "elapsed_s"]
DEADLINE_S = 20.0


def answer(**changes: Any) -> dict[str, Any]:
    row = {
        "modem": "home",
        "code": "*100#",
        "status": "done",
        "text": "Balance 5.00\nThank you",
        "dcs": 15,
        "decoder": "plain",
        "turns": ["Balance 5.00\nThank you"],
        "error": None,
        "elapsed_s": 1.2,
        "hint": None,
    }
    return {**row, **changes}


def test_prints_the_last_text_line_by_line(daemon: Any, modemd: Any) -> None:
    """People get the text as it is, without control characters."""
    daemon.result("ussd", answer(text="Balance\x1b[31m 5.00\r\nThank\u202e you"))
    result = modemd("ussd", "*100#")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "Balance[31m 5.00\nThank you\n"


def test_request_on_the_wire(daemon: Any, modemd: Any) -> None:
    """MODEM, CODE, every --reply and --timeout reach the daemon as typed; nothing is asked without a terminal."""
    daemon.result("ussd", answer())
    modemd("ussd", "home", "*100#", "--reply", "1", "--reply", "-2", "--timeout", "9")
    request = {"id": 1, "cmd": "ussd", "modem": "home", "code": "*100#", "replies": ["1", "-2"], "timeout_s": 9.0}
    assert daemon.received == [{**request, "interactive": False, "allow_mmi": False}]


def test_json_keys(daemon: Any, modemd: Any) -> None:
    """--json is one object with the keys in their order, without the hint."""
    daemon.result("ussd", answer(hint="for people"))
    assert list(json.loads(modemd("ussd", "*100#", "--json").stdout)) == KEYS


def test_explain(daemon: Any, modemd: Any) -> None:
    """--explain shows each way to read the answer with its score and reason, the winner first; in JSON one more key."""
    won = {"decoder": "packed", "text": "Balance 5.00", "score": 90.5, "why": "an amount, packed septets"}
    lost = {"decoder": "plain", "text": "C2303BEC", "score": -7.0, "why": "nothing but hex digits"}
    daemon.result("ussd", answer(text="Balance 5.00", decoder="packed", candidates=[won, lost]))
    lines = modemd("ussd", "*100#", "--explain").stdout.splitlines()
    assert daemon.received[0]["explain"] is True
    assert lines[0] == "Balance 5.00"
    assert lines[1].split() == ["DECODER", "SCORE", "TEXT", "WHY"]
    assert lines[2].split() == ["won", "packed", "90.5", '"Balance', '5.00"', "an", "amount,", "packed", "septets"]
    assert lines[3].split()[:2] == ["plain", "-7.0"]
    found = json.loads(modemd("ussd", "*100#", "--explain", "--json").stdout)
    assert (list(found), found["candidates"]) == ([*KEYS, "candidates"], [won, lost])
    assert list(json.loads(modemd("ussd", "*100#", "--json").stdout)) == KEYS


@pytest.mark.parametrize("status", ["not_supported", "timeout", "error", "refused"])
def test_failure(daemon: Any, modemd: Any, status: str) -> None:
    """A failed dialogue is exit 1, one line on stderr with the cure, and `error` in the JSON."""
    daemon.result("ussd", answer(status=status, text=None, turns=[], error="not supported", hint="do this"))
    result = modemd("ussd", "*100#", "--json")
    assert (result.exit_code, result.stderr) == (1, "home: do this\n")
    assert json.loads(result.stdout)["status"] == status


def test_forbidden_is_exit_3(daemon: Any, modemd: Any) -> None:
    """Who may not dial is told so by the daemon's line, exit 3, status refused in the JSON."""
    daemon.error("ussd", "forbidden", "you may not dial")
    result = modemd("ussd", "*100#", "--json")
    assert (result.exit_code, result.stderr) == (3, "you may not dial\n")
    row = json.loads(result.stdout)
    assert list(row) == KEYS
    assert (row["status"], row["error"], row["turns"]) == ("refused", "forbidden", [])


def test_an_open_menu_without_replies_says_how_to_answer(daemon: Any, modemd: Any) -> None:
    """Without a terminal and without --reply a menu is the result, and stderr names --reply."""
    daemon.result("ussd", answer(status="action_required", text="1 Balance"))
    result = modemd("ussd", "*100#")
    assert (result.exit_code, result.stdout) == (0, "1 Balance\n")
    assert "--reply" in result.stderr


def test_a_person_answers_the_menu(daemon: Any, spawn_terminal: Any) -> None:
    """On a terminal each menu has a prompt; what is typed goes out as the answer, an empty line ends the session."""
    menus = [{"event": "menu", "text": "1 Balance\n2 Tariff"}, {"event": "menu", "text": "1 Again"}]
    daemon.answers["ussd"] = [*menus, {"ok": True, "result": answer(text="1 Again", status="action_required")}]
    terminal = spawn_terminal("ussd", "*100#", NO_COLOR="1")
    terminal.expect("2 Tariff\r\n> ")
    terminal.type("1\n")
    terminal.expect("1 Again\r\n> ")
    terminal.type("\n")
    assert terminal.process.wait(DEADLINE_S) == 0
    assert daemon.received[0]["interactive"] is True
    assert daemon.received[1:] == [{"id": 1, "answer": "1"}, {"id": 1, "cancel": True}]


def test_ctrl_c_cancels_on_the_wire(daemon: Any, spawn_terminal: Any) -> None:
    """Ctrl-C sends a cancel for the running dialogue before the command ends with 130."""
    asked = threading.Event()
    daemon.on_request = lambda request: asked.set() if request.get("cmd") == "ussd" else None
    terminal = spawn_terminal("ussd", "*100#", NO_COLOR="1")
    assert asked.wait(DEADLINE_S)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(DEADLINE_S) == 130
    assert daemon.received[1] == {"id": 1, "cancel": True}


def test_a_text_that_stopped_inside_a_line(daemon: Any, modemd: Any) -> None:
    """Never shown as if it were whole: marked for people, an error and no text for scripts."""
    cut = answer(text=None, turns=["Balance: 31"], error="cut", hint="the answer stopped in the middle: ask again")
    daemon.result("ussd", cut)
    result = modemd("ussd", "*100#")
    assert (result.exit_code, result.stdout) == (1, "Balance: 31 [...]\n")
    assert result.stderr == "home: the answer stopped in the middle: ask again\n"
    daemon.result("ussd", cut)
    result = modemd("ussd", "*100#", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["text"] is None


@pytest.mark.parametrize(("code", "said"), [("*21*123#", True), ("**04*1234*4321*4321#", False), ("112", False)])
def test_a_refused_service_names_the_way(daemon: Any, modemd: Any, code: str, said: bool) -> None:
    """Where there is one: never for what may lock the SIM, and for emergency numbers."""
    daemon.result("ussd", answer(text=None, status="refused", error="bad code", hint="not sent: it is no balance code"))
    result = modemd("ussd", code)
    assert result.exit_code == 1
    assert ("--allow-mmi '*21*123#'" in result.stderr) is said
    assert "--allow-mmi" not in modemd("ussd", "--allow-mmi", code).stderr
