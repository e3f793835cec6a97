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


def test_files_that_are_not_there_yet(modemd: Any, tmp_path: Path) -> None:
    """Warnings with place and cure, exit 0: the daemon starts without them, since they may come later."""
    file, program = tmp_path / "modemd.toml", tmp_path / "on-alert"
    text = GOOD.replace("/usr/local/bin/on-alert", str(program)).replace('"home"', '"home"\npin_file = "sim-pin"')
    file.write_text(text, encoding="utf-8")

    def told() -> list[str]:
        result = modemd("config", "check", str(file))
        assert result.exit_code == 0
        assert result.stdout.startswith(f"{file}: ok (1 modem")
        start = f"warning: {file}: "
        assert all(line.startswith(start) for line in result.stderr.splitlines())
        return [line.removeprefix(start) for line in result.stderr.splitlines()]

    pin, alert = told()
    assert pin.startswith(f'modem[0].pin_file = "{tmp_path}/sim-pin": pin_file {tmp_path}/sim-pin does not exist: ')
    assert "systemd credential" in pin
    assert alert == f'channel[0].run = "{program}": {program} does not exist: install it, or correct `run`'
    (tmp_path / "sim-pin").write_text("no digits")
    program.write_text("#!/bin/sh\n")
    pin, alert = told()
    assert "holds no PIN" in pin
    assert alert.endswith(f"{program} is not executable: sudo chmod 755 {program}")
    (tmp_path / "sim-pin").write_text("4321\n")
    program.chmod(0o755)
    assert told() == []


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


def test_a_secret_that_everybody_may_read_is_named_beside_other_faults(modemd: Any, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t")
    token.chmod(0o644)
    file = tmp_path / "modemd.toml"
    wrong = '[[channel]]\ntype = "ntfy"\nurl = "x"\ntoken_file = "token"\n'
    file.write_text(GOOD + wrong, encoding="utf-8")
    result = modemd("config", "check", str(file))
    assert result.exit_code == 2
    assert f'channel[1].token_file = "{token}": everybody' in result.stderr
    assert "channel[1].url" in result.stderr
