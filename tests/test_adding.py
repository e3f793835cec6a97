"""The examples of docs/adding.md work as they stand in the page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from modemd.at.make import Make
from modemd.cli.operators import command as operators
from modemd.errors import DeliveryError
from modemd.records import Alert
from tests.adding_page import example
from tests.runner import Runner


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    def make(section: str) -> Any:
        made = ModuleType("an_example")
        monkeypatch.setitem(sys.modules, made.__name__, made)
        exec(compile(example(section, "python"), section, "exec"), vars(made))
        return made

    return make


def test_what_ruff_and_mypy_say(tmp_path: Path) -> None:
    """An example that is pasted passes `make check`. All in one go: to start mypy costs more than to read them."""
    root = Path(__file__).parents[1]
    for section in ("A make of modem", "A channel", "A command", "A back end"):
        (tmp_path / f"{section.lower().replace(' ', '_')}.py").write_text(example(section), encoding="utf-8")
    files = sorted(map(str, tmp_path.glob("*.py")))
    assert len(files) == 4
    for tool in (
        ["ruff", "check", "--no-cache", "--config", str(root / "pyproject.toml"), *files],
        ["ruff", "format", "--no-cache", "--check", "--config", str(root / "pyproject.toml"), *files],
        ["mypy", "--strict", "--config-file", str(root / "pyproject.toml"), *files],
    ):
        said = subprocess.run([sys.executable, "-m", *tool], cwd=root, capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr


def test_an_operator(tmp_path: Path) -> None:
    """`modemd operators check` finds nothing wrong with the pack, and its example is read."""
    file = tmp_path / "xx-example.toml"
    file.write_text(example("An operator", "toml"), encoding="utf-8")
    said = Runner().invoke(operators, ["check", str(file)])
    assert said.exit_code == 0, said.output
    assert "xx-example" in said.output


def test_a_make(module: Any) -> None:
    """The record is one; what a file of makes/ has to fulfil is tested in tests/at/makes."""
    assert isinstance(module("A make of modem").MAKE, Make)


def test_a_channel(module: Any, tmp_path: Path) -> None:
    """It refuses a bad key, hands an alert over, and says why it cannot."""
    channel = module("A channel").File
    assert [fault.key for fault in channel.check({"path": "here"})] == ["path"]
    file = tmp_path / "alerts"
    assert channel.check({"path": str(file)}) == []
    alert = Alert(
        id="a1",
        event="low",
        level="low",
        modem="home",
        sim_key="iccid:1",
        operator=None,
        balance=None,
        currency=None,
        taken_at=None,
        text="balance is low",
        raised_at=datetime(2026, 11, 1, tzinfo=UTC),
    )
    channel({"path": str(file)}).send(alert)
    assert file.read_text(encoding="utf-8") == "2026-11-01T00:00:00+00:00 balance is low\n"
    with pytest.raises(DeliveryError, match="takes no line"):
        channel({"path": str(tmp_path)}).send(alert)


def test_a_command(module: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks the daemon and prints one line a modem, hostile names made harmless."""

    class Client:
        def __enter__(self) -> Client:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def request(self, _command: str) -> dict[str, Any]:
            return {"modems": [{"modem": "home", "signal_dbm": -75}, {"modem": "x\x1b[2J", "signal_dbm": None}]}

    made = module("A command")
    monkeypatch.setattr(made, "Client", type("Connecting", (), {"connect": staticmethod(lambda _socket: Client())}))
    said = Runner().invoke(made.command, obj=None)
    assert said.output.splitlines()[0] == "home  -75 dBm"
    assert "\x1b" not in said.output
