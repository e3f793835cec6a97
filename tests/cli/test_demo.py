"""`modemd demo`: the real daemon on the fake modem, from the first status to the alert, and nothing left behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

DEADLINE_S = 40.0


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "modemd", "demo", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "TMPDIR": str(folder), "LC_ALL": "C", "COLUMNS": "80"},
        start_new_session=True,
    )


def processes_of(folder: Path) -> list[str]:
    """Command lines of running processes that name the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found


def test_the_whole_demo(tmp_path: Path) -> None:
    """On a pipe and in a C locale: the modem found, a balance that falls to critical, the history's picture, the alert
    as the program got it, exit 0; no process and no file is left."""
    with start(tmp_path) as demo:
        try:
            out, err = demo.communicate(timeout=DEADLINE_S)
        finally:
            demo.kill()
    assert (demo.returncode, err) == (0, ""), out + err
    assert "\x1b" not in out
    assert re.search(r"^home +ready +\.\.0123 +ru-mts +LTE +-75 dBm ", out, re.MULTILINE)
    levels = re.findall(r"^home  [\d.]+ RUB  (\w+)", out, re.MULTILINE)
    assert levels == ["ok", "ok", "low", "critical"]
    assert "$ modemd history --plot" in out
    assert "  home: balance is low: 41.30 RUB" in out
    for line in ("MODEMD_EVENT=critical", "MODEMD_BALANCE=6.90", "MODEMD_MODEM=home"):
        assert f"  {line}\n" in out
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "keep"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_an_interrupted_demo(tmp_path: Path, number: signal.Signals, keep: bool) -> None:
    """Ctrl-C or SIGTERM in the middle ends every process, exit 130; the folder goes too, and with --keep it stays, for
    this user alone, with the configuration and the daemon's log."""
    with start(tmp_path, *(["--keep"] if keep else [])) as demo:
        assert demo.stdout is not None
        try:
            while "modemd balance" not in (line := demo.stdout.readline()):
                assert line, demo.communicate(timeout=DEADLINE_S)[1]  # why it ended
            assert processes_of(tmp_path)
            # A terminal tells everybody in the foreground.
            (os.killpg if number == signal.SIGINT else os.kill)(demo.pid, number)
            _, err = demo.communicate(timeout=DEADLINE_S)
        finally:
            demo.kill()
    assert demo.returncode == 130
    assert err.splitlines().count("interrupted") == 1
    assert processes_of(tmp_path) == []
    kept = list(tmp_path.iterdir())
    assert len(kept) == keep
    for folder in kept:
        assert f"kept: {folder}" in err
        assert folder.stat().st_mode & 0o777 == 0o700
        assert {"modemd.toml", "daemon.log"} <= {entry.name for entry in folder.iterdir()}
