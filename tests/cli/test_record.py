"""`modemd record`: the file and its header, usage, ends."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modemd.simulator.capture import parse_capture

DEVICE = {"manufacturer": "Quectel", "model": "EC25", "firmware": "EC25EFAR06A03M4G"}
ROWS = [
    {"at_s": 0.0, "sent": True, "data": 'AT+CUSD=1,"*100#",15\r'},
    {"at_s": 0.01, "sent": False, "data": "\r\nOK\r\n"},
    {"at_s": 0.75, "sent": False, "data": '\r\n+CUSD: 0,"Balance 5 RUB",15\r\n'},
    {"at_s": 0.76, "sent": True, "data": "AT+CSQ\r"},
    {"at_s": 0.77, "sent": False, "data": "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
]


def answers(rows: list[dict[str, Any]], **result: Any) -> list[dict[str, Any]]:
    known = {"device": DEVICE, "decoder": "plain", "error": None, "hint": None}
    return [*({"row": row} for row in rows), {"ok": True, "result": {**known, **result}}]


def test_the_whole_file(modemd: Any, daemon: Any, tmp_path: Path) -> None:
    """Header with device, date and note; times; and not the commands that nobody asked for."""
    daemon.answers["record"] = answers(ROWS)
    file = tmp_path / "ec25-mts.capture"
    done = modemd("record", "--ussd", "*100#", "--note", "five", "home", str(file))
    assert (done.exit_code, done.stdout) == (0, f"{file}\n")
    lines = file.read_text().splitlines()
    date = next(line for line in lines if line.startswith("# date: "))
    source = next(line for line in lines if line.startswith("# source: modemd "))
    assert lines == [
        "# id: ec25-mts",
        "# modem: Quectel EC25 (firmware EC25EFAR06A03M4G)",
        source,
        "# expect-result: reply",
        '# expect-text: "Balance 5 RUB"',
        date,
        "# note: five",
        '> AT+CUSD=1,"*100#",15',
        "< OK",
        "~ 0.74s",
        '< +CUSD: 0,"Balance 5 RUB",15',
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {key: daemon.received[0][key] for key in ("cmd", "modem", "code", "balance", "for_s")} == {
        "cmd": "record",
        "modem": "home",
        "code": "*100#",
        "balance": False,
        "for_s": None,
    }


def test_a_failed_query_is_a_recording_too(modemd: Any, daemon: Any, tmp_path: Path) -> None:
    """That is what a report is for: exit 0, the reason on stderr, silence in the header."""
    daemon.answers["record"] = answers(ROWS[:2], decoder=None, error="no answer", hint="nobody answered")
    file = tmp_path / "x"
    done = modemd("record", "--balance", str(file))
    assert done.exit_code == 0
    assert "nobody answered" in done.stderr
    capture = parse_capture(file.read_text())
    assert (capture.expect_result, capture.expect_error) == ("timeout", "no answer")


def test_a_daemon_that_goes_away_leaves_what_it_said(modemd: Any, daemon: Any, tmp_path: Path) -> None:
    """The last lines before a crash may be what matters."""
    daemon.answers["record"] = [
        *({"row": row} for row in ROWS),
        {"ok": False, "error": {"code": "shutting down", "message": "the daemon is shutting down"}},
    ]
    file = tmp_path / "x.capture"
    assert modemd("record", str(file)).exit_code == 3
    assert len(parse_capture(file.read_text()).steps) == 6


def test_nothing_said(modemd: Any, daemon: Any, tmp_path: Path) -> None:
    """No file, exit 1, and what to do."""
    daemon.answers["record"] = answers([])
    done = modemd("record", "--for", "1s", str(tmp_path / "x.capture"))
    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (1, ["modemd.sock"])
    assert "--balance" in done.stderr
    assert daemon.received[0]["for_s"] == 1


def test_without_a_daemon(modemd: Any, tmp_path: Path) -> None:
    """Exit 3 and no file."""
    assert modemd("record", str(tmp_path / "x.capture")).exit_code == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "FILE"),
        (("a", "b", "c"), "one FILE"),
        (("--balance", "--ussd", "*100#", "x"), "exclude"),
        (("--reply", "1", "x"), "--ussd"),
        (("--for", "soon", "x"), "duration"),
        (("/",), "folder"),
        (("/nonexistent/x",), "no folder"),
    ],
)
def test_wrong_usage(modemd: Any, daemon: Any, arguments: tuple[str, ...], word: str) -> None:
    """Exit 2, and the daemon is asked for nothing."""
    done = modemd("record", *arguments)
    assert done.exit_code == 2
    assert word in done.stderr
    assert daemon.received == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_nothing_is_lost(daemon: Any, tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C asks the daemon for the end, and what it held back is in the file."""
    file = tmp_path / "x.capture"
    daemon.answers["record"] = [{"row": row} for row in ROWS[:2]]
    program = [sys.executable, "-m", "modemd", "--socket", daemon.path, "record", str(file)]
    send = daemon._send

    def remember(wire: Any, message: dict[str, Any]) -> None:
        if message.get("ok") and message["result"] == {}:  # the end: first what was held back
            for row in ROWS[2:]:
                send(wire, {"id": message["id"], "row": row})
            message = {**answers([])[0], "id": message["id"]}
        send(wire, message)
        if message.get("row") == ROWS[1]:
            process.send_signal(number)

    daemon._send = remember
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, f"{file}\n"), err
    assert len(parse_capture(file.read_text()).steps) == 6
