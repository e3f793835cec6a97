"""`modemd watch`: events as lines for people and as JSON, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from typing import Any

import pytest

from modemd.cli.rows import KEYS
from modemd.cli.status import KEYS as STATUS_KEYS
from modemd.explanations import line_of

TIME = "2026-01-02T03:04:05Z"
DEADLINE_S = 20.0


def state(**changes: Any) -> dict[str, Any]:
    status: dict[str, Any] = dict.fromkeys((*STATUS_KEYS, "recovery", "fallback"))
    status |= {"modem": "home", "state": "ready", "alerts": [], "level": "unknown", **changes}
    return {"type": "state", "at": TIME, "modem": status["modem"], "status": status}


def measured(row: dict[str, Any], seq: int = 1) -> dict[str, Any]:
    kind = "reading" if row["error"] is None else "failure"
    return {"type": kind, "at": row["taken_at"], "modem": row["modem"], "seq": seq, "measurement": row}


def alert(**changes: Any) -> dict[str, Any]:
    found = {"id": "a1", "event": "low", "level": "low", "modem": "home", "text": "home: balance is low", **changes}
    return {"type": "alert", "at": TIME, "modem": "home", "alert": found}


def delivery(**changes: Any) -> dict[str, Any]:
    found = {"channel": "phone", "state": "delivered", "tries": 1, "next_at": None, "error": None, **changes}
    return {"type": "delivery", "at": TIME, "modem": "home", "delivery": found, "alert": alert()["alert"]}


LIVE = {"type": "live", "at": TIME, "modem": None, "seq": 0}


def lines(daemon: Any, modemd: Any, *events: dict[str, Any]) -> list[str]:
    """What people read of these; without time and modem."""
    daemon.rows("watch", list(events))
    result = modemd("watch")
    assert (result.exit_code, result.stderr) == (0, "")
    start = "2026-01-02 03:04:05  "
    assert all(line.startswith(start) for line in result.stdout.splitlines())
    return [line.removeprefix(start) for line in result.stdout.splitlines()]


def test_a_line_for_each_kind_of_event(daemon: Any, modemd: Any, reading: Any) -> None:
    """Time, modem, what."""
    events = [
        state(operator="ru-mts", rat="LTE", balance="123.40", currency="RUB", level="ok", taken_at=TIME, age_s=7300),
        alert(),
        LIVE,
        measured(reading(level="low")),
        measured(reading(balance=None, kind="error", error="no answer", text=None, origin="late")),
        measured(reading(balance=None, kind="other", data_left_mb=1536, text=None, channel="sms")),
        delivery(),
        delivery(state="pending", next_at="2026-01-02T03:04:35Z", error="exit code 1"),
        delivery(state="given_up", error="exit code 1"),
        {"type": "removed", "at": TIME, "modem": "home"},
        {"type": "eclipse", "at": TIME, "modem": "home"},
    ]
    assert lines(daemon, modemd, *events) == [
        "home  state     ready  ru-mts  LTE  123.40 RUB  ok  2 h ago",
        "home  alert     low  home: balance is low",
        'home  reading   123.40 RUB  low  "Баланс:123,40р"',
        f"home  failure   {line_of('no answer')}  late answer",
        "home  reading   1.5 GB left  by SMS",
        "home  delivery  low to phone: delivered",
        "home  delivery  low to phone: pending, again on 2026-01-02 03:04 (exit code 1)",
        "home  delivery  low to phone: given up (exit code 1)",
        "home  removed   no longer in the configuration",
        "home  eclipse",
    ]


def test_people_see_a_state_that_changed(daemon: Any, modemd: Any) -> None:
    """Not the signal, the next query or a network that is named late; another network, an error, a new modem are."""
    events = [
        state(),
        LIVE,
        state(signal_dbm=-70, next_query_at=TIME, level="ok"),
        state(operator="ru-mts", rat="LTE"),
        state(operator="ru-mts", rat="GSM"),
        state(state="absent", error="the port is not there: plug it in", operator="ru-mts", rat="GSM"),
        state(modem="van", state="starting"),
    ]
    assert lines(daemon, modemd, *events) == [
        "home  state     ready",
        "home  state     ready  ru-mts  GSM",
        "home  state     absent  the port is not there: plug it in",
        "van  state     starting  new in the configuration",
    ]


def test_what_was_done_to_heal_it_is_said_once(daemon: Any, modemd: Any) -> None:
    """Not again at each further state, and its end is no news; another healing is."""
    once, twice = "opened again once (helped)", "opened again 2 times"
    events = [
        state(),
        LIVE,
        state(state="busy", recovery=once),
        state(recovery=once),
        state(state="busy", recovery=once),
        state(recovery=twice),
        state(),
    ]
    assert lines(daemon, modemd, *events) == [
        "home  state     ready",
        f"home  state     busy  {once}",
        "home  state     ready",
        "home  state     busy",
        f"home  state     ready  {twice}",
    ]


def test_an_unplugged_modem_is_absent_once(daemon: Any, modemd: Any) -> None:
    """What the next look for it finds is the same news, and so is the network that is not named meanwhile; a reason
    that comes later is none of it."""
    gone = {"state": "absent", "error": "it went away: plug it in again"}
    events = [
        state(operator="ru-mts", rat="LTE"),
        LIVE,
        state(**gone, operator="ru-mts"),
        state(**(gone | {"error": "there is no such device: plug it in"}), operator="ru-mts"),
        state(**(gone | {"error": "there is no such device: plug it in"})),
        state(**(gone | {"error": "2 modems are plugged in: say which"})),
        state(operator="ru-mts"),
        state(operator="ru-beeline"),
    ]
    assert lines(daemon, modemd, *events) == [
        "home  state     ready  ru-mts  LTE",
        "home  state     absent  it went away: plug it in again",
        "home  state     absent  2 modems are plugged in: say which",
        "home  state     ready  ru-mts",
        "home  state     ready  ru-beeline",
    ]


def test_json_has_the_objects_of_the_other_commands(daemon: Any, modemd: Any, reading: Any) -> None:
    """One event a line, the keys of `status`, `history` and `alerts list`, nothing else on stdout."""
    events = [state(), alert(), LIVE, measured(reading(), seq=17), delivery()]
    daemon.rows("watch", events)
    result = modemd("watch", "home", "--json")
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["type"] for event in told] == ["state", "alert", "live", "reading", "delivery"]
    assert list(told[0]["status"]) == list(STATUS_KEYS)
    assert (told[3]["seq"], list(told[3]["measurement"])) == (17, list(KEYS))
    assert (told[1], told[2], told[4]) == (alert(), LIVE, delivery())
    assert result.stderr == ""
    assert daemon.received == [{"id": 1, "cmd": "watch", "modem": "home"}]


def test_hostile_text_reaches_no_terminal(daemon: Any, modemd: Any, reading: Any) -> None:
    """Escapes, line ends and bidi overrides in every text, also in names that only a broken daemon could send."""
    bad = "x\x1b[2J\u202e\r\ny"
    events = [
        state(state=bad, error=bad, operator=bad, rat=bad, recovery=bad),
        measured(reading(text=bad, level=bad, balance=bad, currency=bad)),
        measured(reading(text=bad, error=bad)),
        alert(event=bad, text=bad),
        delivery(channel=bad, state=bad, error=bad, next_at=bad),
        {"type": bad, "at": bad, "modem": bad},
    ]
    daemon.rows("watch", events)
    for arguments in (("watch",), ("watch", "--json")):
        result = modemd(*arguments)
        assert len(result.stdout.splitlines()) == len(events)
        assert all(line.isprintable() for line in result.stdout.splitlines())


def test_nonsense_of_a_daemon_is_no_traceback(daemon: Any, modemd: Any) -> None:
    """Objects that are missing or of another kind."""
    daemon.rows("watch", [{}, {"type": "state"}, {"type": "reading", "measurement": 5}, {"type": "delivery"}, state()])
    result = modemd("watch")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[-1].endswith("ready")


@pytest.mark.parametrize(
    ("code", "exit_code"), [("no such modem", 2), ("bad request", 2), ("forbidden", 3), ("too slow", 1), ("busy", 1)]
)
def test_refusals(daemon: Any, modemd: Any, code: str, exit_code: int) -> None:
    """The daemon's line on stderr, and the exit code that it has everywhere."""
    daemon.error("watch", code, "what to do")
    result = modemd("watch", "--json")
    assert (result.exit_code, result.stdout, result.stderr) == (exit_code, "", "what to do\n")


@pytest.mark.parametrize("arguments", [("watch",), ("watch", "--json")])
def test_the_daemon_goes_away(daemon: Any, modemd: Any, arguments: tuple[str, ...]) -> None:
    """With a word or without one: what came stands, one line with the cure, exit 3."""
    said = {"id": None, "ok": False, "error": {"code": "shutting down", "message": "it is shutting down: ask again"}}
    daemon.answers["watch"] = [{"row": LIVE}, {"row": state()}, said]
    result = modemd(*arguments)
    assert (result.exit_code, result.stderr) == (3, "it is shutting down: ask again\n")
    assert "ready" in result.stdout


def test_no_daemon(modemd: Any) -> None:
    """Exit 3 and how to start it."""
    result = modemd("watch")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "systemctl start modemd" in result.stderr


def start(daemon: Any, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from modemd.cli.start import main; main()", "--socket", daemon.path, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.mark.parametrize("arguments", [("watch",), ("watch", "--json")])
def test_ctrl_c_is_no_failure(daemon: Any, arguments: tuple[str, ...]) -> None:
    """Exit 0, and nothing on stderr."""
    daemon.answers["watch"] = [{"row": state()}, {"row": LIVE}]
    watching = start(daemon, *arguments)
    assert watching.stdout is not None
    assert "ready" in watching.stdout.readline()
    watching.send_signal(signal.SIGINT)
    assert watching.communicate(timeout=DEADLINE_S)[1] == ""
    assert watching.returncode == 0


def test_it_ends_with_its_reader(daemon: Any) -> None:
    """`modemd watch | head -1` comes back at once, though nothing more happens, and without a word."""
    daemon.answers["watch"] = [{"row": state()}, {"row": LIVE}]
    watching = start(daemon, "watch")
    assert watching.stdout is not None
    assert watching.stderr is not None
    assert "ready" in watching.stdout.readline()
    watching.stdout.close()
    assert watching.wait(DEADLINE_S) == 1
    assert watching.stderr.read() == ""
    watching.stderr.close()


def test_colour_on_a_terminal_alone(daemon: Any, spawn_terminal: Any, reading: Any) -> None:
    """The words stand without it; none with NO_COLOR; the hint how to end it on a terminal only."""
    daemon.answers["watch"] = [{"row": state()}, {"row": LIVE}, {"row": measured(reading())}]
    shown = spawn_terminal("watch")
    shown.expect("Баланс")
    assert "\x1b[32mready\x1b[0m" in shown.output
    assert "Ctrl-C ends it" in shown.output
    shown.process.send_signal(signal.SIGINT)
    assert shown.process.wait(DEADLINE_S) == 0
    plain = spawn_terminal("watch", NO_COLOR="1")
    plain.expect("Баланс")
    assert "\x1b" not in plain.output
    assert re.search(r"123\.40 RUB  ok", plain.output)
