"""`modemd simulate`: a fake modem as a process."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

DEADLINE_S = 20.0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_shipped_scenario_runs_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """The first line on stdout is the port; it is there while the command runs, and gone with exit 0 after a signal."""
    link = tmp_path / "modem"
    program = [sys.executable, "-m", "modemd", "simulate", "mts-falling", "--link", str(link)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert select.select([process.stdout], [], [], DEADLINE_S)[0]
            assert process.stdout.readline() == f"{link}\n"
            assert os.path.realpath(link).startswith("/dev/pts/")
            process.send_signal(number)
            _, said = process.communicate(timeout=DEADLINE_S)
        finally:
            process.kill()
    assert process.returncode == 0
    assert f'port = "{link}"' in said
    assert not link.is_symlink()


def test_list(modemd: Any) -> None:
    """--list names the shipped scenarios, one a line."""
    assert "mts-falling" in modemd("simulate", "--list").stdout.splitlines()


def test_unknown_scenario(modemd: Any, tmp_path: Path) -> None:
    """A mistyped NAME is exit 2 with the nearest ones, a missing FILE is exit 2 with its path."""
    result = modemd("simulate", "mts-faling")
    assert result.exit_code == 2
    assert "mts-falling" in result.stderr
    missing = str(tmp_path / "none.toml")
    result = modemd("simulate", missing)
    assert result.exit_code == 2
    assert missing in result.stderr


def test_a_faulty_scenario(modemd: Any, tmp_path: Path) -> None:
    """A scenario with faults is exit 2, one line a fault on stderr, stdout empty."""
    file = tmp_path / "faulty.toml"
    file.write_text("[modem]\ncolour = 1\nprofile = 'toaster'\n", encoding="utf-8")
    result = modemd("simulate", str(file))
    assert (result.exit_code, result.stdout) == (2, "")
    assert "colour" in result.stderr
    assert "Traceback" not in result.stderr
