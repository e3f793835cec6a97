"""What Tab offers: names of the daemon, of the configuration, of packs; and nothing at all where something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modemd.cli import run

Tab = Callable[[str], list[str]]


@pytest.fixture
def tab(modemd: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Tab:
    """The words that are offered behind a command line, as bash gets them; the configuration is the test's."""
    monkeypatch.setattr(run, "DEFAULT_CONFIG", str(tmp_path / "modemd.toml"))

    def offered(line: str) -> list[str]:
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        monkeypatch.setenv("_MODEMD_COMPLETE", "bash_complete")
        result = modemd()
        assert result.stderr == ""
        return [line.partition(",")[2] for line in result.stdout.splitlines() if line.startswith("plain,")]

    return offered


def test_modems_of_the_daemon(tab: Tab, daemon: Any) -> None:
    """By their names, wherever a command takes MODEM."""
    daemon.result("status", {"modems": [{"modem": "home", "operator": "ru-mts"}, {"modem": "hut", "state": "absent"}]})
    for line in ("balance ", "history h", "status ", "ussd ", "record ", "alerts rehearse --modem "):
        assert tab(f"modemd {line}") == ["home", "hut"], line
    assert tab("modemd check hu") == ["hut"]
    assert tab("modemd ussd home ") == []  # a code follows


def test_modems_of_the_configuration(tab: Tab, tmp_path: Path) -> None:
    """Without a daemon."""
    (tmp_path / "modemd.toml").write_text('[[modem]]\nname = "hut"\n[[channel]]\ntype = "ntfy"\nname = "phone"\n')
    assert tab("modemd balance ") == ["hut"]
    assert tab("modemd alerts test ") == ["phone"]


def test_nothing_is_said_where_nothing_is_known(tab: Tab, tmp_path: Path) -> None:
    """No daemon, no configuration, or one with a fault."""
    assert tab("modemd balance ") == []
    assert tab("modemd alerts ack ") == []
    (tmp_path / "modemd.toml").write_text("modem = 5\n")
    assert tab("modemd balance ") == []
    tab("modemd nonsense ")  # nothing on stderr


def test_a_daemon_with_hostile_names(tab: Tab, daemon: Any) -> None:
    """What a shell would act on is not offered."""
    names = ["a b", "$(reboot)", "`id`", "x;y", "\x1b[31m", "a\nb", "ok-1"]
    daemon.result("status", {"modems": [{"modem": name} for name in names]})
    assert tab("modemd balance ") == ["ok-1"]


def test_open_alerts(tab: Tab, daemon: Any) -> None:
    daemon.rows("alerts", [{"id": "a1", "event": "low", "modem": "home"}])
    assert tab("modemd alerts ack ") == ["a1"]
    assert daemon.received[-1]["open_only"] is True


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("parse --operator ru-m", "ru-mts"),
        ("operators show ru-", "ru-mts"),
        ("operators teach --operator ru-mt", "ru-mts"),
        ("parse --country R", "RU"),
        ("simulate mts", "mts-falling"),
        ("oper", "operators"),
        ("balance --ca", "--cached"),
    ],
)
def test_what_needs_no_daemon(tab: Tab, line: str, word: str) -> None:
    assert word in tab(f"modemd {line}")
