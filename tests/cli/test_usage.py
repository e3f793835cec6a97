"""What holds for every command: help, order, exit codes, one line for people, and what an import may cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

import modemd as package
from modemd.cli.main import COMMANDS, cli

ORDER = [
    "run",
    "balance",
    "ussd",
    "status",
    "history",
    "check",
    "parse",
    "operators",
    "ports",
    "doctor",
    "alerts",
    "topup",
    "watch",
    "forecast",
    "setup",
    "sms",
    "record",
    "simulate",
    "config",
    "service",
    "demo",
]
GROUPS = {
    "operators": ["check", "list", "show", "teach"],
    "alerts": ["ack", "list", "rehearse", "test"],
    "sms": ["list"],
    "config": ["check"],
    "service": ["install", "status", "uninstall"],
}


def test_help_lists_the_commands_in_the_interfaces_order(modemd: Any) -> None:
    """`modemd --help` names every command that exists, in one order, and none that does not exist yet."""
    result = modemd("--help")
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.partition("Commands:\n")[2].splitlines() if line.strip()]
    assert listed == ORDER == list(COMMANDS)


@pytest.mark.parametrize("name", ORDER)
def test_every_command_and_option_has_help(modemd: Any, name: str) -> None:
    """Each command says what it does, and so does each of its options."""
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    found = [command]
    if isinstance(command, click.Group):
        assert sorted(command.commands) == GROUPS[name]
        found += command.commands.values()
    for entry in found:
        assert entry.help
        assert all(p.help for p in entry.params if isinstance(p, click.Option) and p.name != "help")
    assert modemd(name, "--help").exit_code == 0


def test_version(modemd: Any) -> None:
    """`--version` is one line with the package's version."""
    assert modemd("--version").stdout == f"modemd {package.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["blance"],
        ["ports", "extra"],
        ["balance", "a", "b"],
        ["ussd"],
        ["ussd", "a", "b", "c"],
        ["ussd", "-x"],
        ["ussd", "*100#", "--timeout", "soon"],
        ["history", "--since", "yesterday"],
        ["history", "--json", "--csv"],
        ["parse", "--country", "Russia", "x"],
        ["operators", "check"],
        ["simulate"],
        ["alerts", "reharse"],
        ["status", "--nonsense"],
    ],
)
def test_wrong_usage_is_exit_2(modemd: Any, arguments: list[str]) -> None:
    """Wrong usage prints nothing on stdout, says what is wrong on stderr and exits 2."""
    result = modemd(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.strip()


def test_a_mistyped_command_gets_a_suggestion(modemd: Any) -> None:
    """The nearest command is named."""
    assert "Did you mean balance?" in modemd("blance").stderr


@pytest.mark.parametrize("arguments", [["balance"], ["ussd", "*100#"], ["status"], ["history"], ["alerts", "list"]])
def test_no_daemon_is_exit_3(modemd: Any, arguments: list[str]) -> None:
    """Every command that needs the daemon ends with 3 and a line that says how to start it."""
    result = modemd(*arguments)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "not running" in result.stderr
    assert result.stderr.count("\n") == 1


def test_the_socket_option_wins(daemon: Any, modemd: Any) -> None:
    """--socket is asked instead of MODEMD_SOCKET."""
    result = modemd("--socket", "/nonexistent/other.sock", "status")
    assert result.exit_code == 3
    assert "/nonexistent/other.sock" in result.stderr
    assert daemon.received == []


def test_a_daemon_of_another_protocol_is_exit_3(daemon: Any, modemd: Any) -> None:
    """A socket on which something else answers is not trusted."""
    daemon.hello = {"hello": "postfix"}
    assert modemd("status").exit_code == 3


def test_a_bug_is_one_line_and_no_traceback(daemon: Any, modemd: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody expected is said in two lines, exit 1; MODEMD_DEBUG shows the traceback."""
    daemon.result("status", {"modems": 5})
    result = modemd("status")
    assert result.exit_code == 1
    assert "this is a bug, please report it" in result.stderr
    assert "Traceback" not in result.stderr
    monkeypatch.setenv("MODEMD_DEBUG", "1")
    assert "Traceback" in modemd("status").stderr


def test_a_closed_pipe_is_quiet(daemon: Any, reading: Any) -> None:
    """`modemd history --json | head -1` ends without a word on stderr."""
    daemon.rows("history", [reading() for _ in range(300)])
    program = f'{sys.executable} -c "from modemd.cli.start import main; main()" --socket {daemon.path} history --json'
    result = subprocess.run(
        ["sh", "-c", f"{program} | head -1"], capture_output=True, text=True, timeout=20, check=True
    )
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1


def test_a_cached_query_loads_little(daemon: Any, reading: Any) -> None:
    """`modemd balance --cached` never imports what only the daemon, the packs or the simulator need."""
    daemon.result("balance", reading())
    script = (
        "import sys, atexit\n"
        "heavy = 'structlog serial gsmmodem sqlite3 asyncio tomllib logging subprocess tempfile pathlib csv'.split()\n"
        "heavy += ['modemd.money', 'modemd.store', 'modemd.simulator', 'modemd.modem', 'modemd.cli.history']\n"
        "from modemd.cli.main import cli\n"
        "cli.main(['balance', '--cached', '-q'], standalone_mode=False)\n"
        "print(sorted(set(heavy) & set(sys.modules)))"
    )
    env = {"MODEMD_SOCKET": daemon.path, "PATH": "/usr/bin:/bin"}
    result = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, timeout=20)
    assert result.stdout.splitlines() == ["123.40", "[]"], result.stderr


def test_a_locale_without_cyrillic_still_prints(daemon: Any, reading: Any, spawn: Any) -> None:
    """In an ASCII locale letters become question marks, JSON becomes escapes; nothing fails."""
    daemon.result("balance", reading())
    env = {"PYTHONIOENCODING": "ascii", "MODEMD_SOCKET": daemon.path}
    assert '"??????:123,40?"' in spawn("balance", env=env).stdout
    assert r"\u0411" in spawn("balance", "--json", env=env).stdout


def test_a_missing_file_is_one_line(modemd: Any, tmp_path: Path) -> None:
    """A configuration that is not there is a problem with its file named, exit 2."""
    result = modemd("config", "check", str(tmp_path / "none.toml"))
    assert (result.exit_code, result.stdout) == (2, "")
    assert str(tmp_path / "none.toml") in result.stderr


@pytest.mark.parametrize(("env", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_only_where_it_is_wanted(
    daemon: Any, reading: Any, spawn_terminal: Any, env: dict[str, str], coloured: bool
) -> None:
    """On a terminal the level has its colour, unless NO_COLOR is set or the terminal has none."""
    daemon.result("balance", reading(level="critical"))
    terminal = spawn_terminal("balance", **env)
    terminal.expect("\n")
    assert ("\x1b[31m" in terminal.output) is coloured
    assert "critical" in terminal.output
