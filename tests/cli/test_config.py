"""`modemd config check` and how `modemd run` ends on a wrong configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

GOOD = """
[[modem]]
name = "home"
port = "/dev/ttyUSB2"

[[channel]]
type = "command"
run = ["/usr/local/bin/on-alert"]
events = ["low"]
"""


def test_a_good_file(modemd: Any, tmp_path: Path) -> None:
    """A file without faults is one line on stdout with what it configures, exit 0."""
    file = tmp_path / "modemd.toml"
    file.write_text(GOOD, encoding="utf-8")
    result = modemd("config", "check", str(file))
    assert (result.exit_code, result.stdout) == (0, f"{file}: ok (1 modem: home; 1 channel)\n")


@pytest.mark.parametrize("command", [("config", "check"), ("run", "--config")])
def test_every_fault_at_once(spawn: Any, tmp_path: Path, command: tuple[str, str]) -> None:
    """Each fault is a line on stderr with file, key and cure; stdout stays empty; exit 2. The daemon says the same."""
    file = tmp_path / "modemd.toml"
    file.write_text(GOOD.replace('"home"', '"home"\nevery = "6 hours"\ncolour = 1'), encoding="utf-8")
    result = spawn(*command, str(file))
    assert (result.returncode, result.stdout) == (2, "")
    lines = result.stderr.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{file}: ") for line in lines)
    assert any("every" in line for line in lines)
    assert any("colour" in line for line in lines)
