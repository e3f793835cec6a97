"""Every command with hostile values, against the real daemon: one clear line, in time, with the right exit code.

The commands, options and arguments are those that click knows, so that a new one is covered without a word here."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest
from click.testing import Result

from modemd.cli import main as cli_main
from modemd.cli.main import cli
from tests.busy import held_up_s
from tests.runner import Runner
from tests.service_manager import heard_at
from tests.warm import Nursery

LIMIT_S = 5.0
READY_S = 20.0
MAIN = Path("/proc/thread-self")  # the thread in which commands run
AWHILE_S = 0.6  # at most, until a command that goes on gets its Ctrl-C; it does as soon as it waits,
TICK_S = 0.02  # which is twice so long
IDLE_S = 0.002  # with less work than this.
CODES = {0, 1, 2, 3}
# They go on until Ctrl-C, or start a daemon. tests/reliability/test_hostile.py closes the outputs of `run`.
GOES_ON = {"run", "demo", "watch", "record", "simulate"}
# What a command needs beside the hostile value, so that this one is met: by the name of the parameter.
HARMLESS = {"words": ["out.capture"], "ident": "ru-mts", "files": ["pack.toml"], "modem": "home", "file": "mts-falling"}
SOME = {"balance": "12.50", "ident": "xx-test", "country": "DE", "text": "Balance 12.50", "out": "taught.toml"}
NUMBER = "9" * 400
WORDS = {
    "empty": "",
    "blank": " ",
    "no UTF-8": os.fsdecode(b"caf\xe9\xff"),
    "escape": "\x1b]0;owned\x07\x1b[31mred\x9b2J",
    "lines": "a\nmodemd: ok\r\nb",
    "bidi": "a\u202eb\u2066\u200b",
    "option": "-rf",
    "options": "--help=1",
    "digits": NUMBER,
    "many digits": "9" * 5000,
    "nan": "nan",
    "inf": "inf",
    "minus": "-1",
    "large": "1e400",
    "long": "x" * 100_000,
    "dots": "../../../../etc/shadow",
    "json": '{"a": [',
    "braces": "{file} {0} %s %n",
    "arabic digits": "٣٠d",
}


@dataclass(frozen=True)
class Case:
    """One command and the parameter that gets the hostile values; None = an option of `modemd` itself."""

    path: tuple[str, ...]
    command: click.Command
    param: click.Parameter

    def __str__(self) -> str:
        return " ".join((*self.path, str(self.param.name)))


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its words, as `modemd --help` finds them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def cases() -> list[Case]:
    return [
        Case(path, command, param)
        for path, command in commands(cli)
        for param in command.params
        if not getattr(param, "is_flag", False) or getattr(param, "flag_value", None) == ""
    ]


@pytest.fixture
def hostile_paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Things at the end of a path that are no file, or no file that anybody reads."""
    folder = tmp_path_factory.mktemp("paths")
    (folder / "folder").mkdir()
    os.mkfifo(folder / "fifo")
    with (folder / "huge").open("wb") as huge:
        huge.truncate(8 << 30)
    (folder / "loop").symlink_to("loop")
    (folder / "octets").write_bytes(bytes(range(256)) * 4)
    (folder / "empty").write_bytes(b"")
    (folder / "digits").write_text(f"a = {'9' * 5000}\n")
    (folder / "keys").write_text(f"{'.'.join(['a'] * 5000)} = 1\n")
    (folder / "inline").write_text(f"x = {{ {'.'.join(['a'] * 5000)} = 1 }}\n")
    (folder / "brackets").write_text("a = " + "[" * 5000)
    (folder / "escapes").write_text('"\\u001b]0;owned\\u0007\\u001b[2J" = 1\n[modem."\\u001b[31m"]\na = "\\u001b[1m"\n')
    (folder / "hex").write_text(f"low = 0x{'f' * 5000}\n[daemon]\nsocket = 0x{'f' * 5000}\n")
    made = {
        name: str(folder / name) for name in ("folder", "fifo", "huge", "loop", "octets", "empty", "digits", "keys")
    }
    made |= {name: str(folder / name) for name in ("inline", "brackets", "escapes", "hex")}
    return made | {
        "zero": "/dev/zero",
        "null": "/dev/null",
        "tty": "/dev/tty",
        "full": "/dev/full",
        "no folder": str(folder / "none" / "file"),
        "under a file": str(folder / "empty" / "file"),
        "memory": "/proc/self/mem",
        "escape in a folder": str(folder / "\x1b[31m" / "file"),
        "long name": str(folder / ("x" * 300)),
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The socket of a real daemon whose modem is not plugged in."""
    folder = tmp_path_factory.mktemp("daemon")
    (folder / "modemd.toml").write_text(
        '[daemon]\nsocket = "s"\nstate = "state"\n[[modem]]\nname = "home"\nport = "/dev/ttyUSB77"\n'
    )
    program = [sys.executable, "-m", "modemd", "run", "--config", str(folder / "modemd.toml")]
    with heard_at(folder / "notify") as hear:
        environment = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}
        process = subprocess.Popen(program, stderr=subprocess.DEVNULL, env=environment)
        try:
            hear("READY=1", READY_S)
            yield str(folder / "s")
            assert process.poll() is None, "a hostile argument ended the daemon"
        finally:
            process.terminate()
            assert process.wait(READY_S) == 0


@pytest.fixture
def invoke(running: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The command in this process, in a folder and a home of its own. What goes on until Ctrl-C gets one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODEMD_SOCKET", running)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("MODEMD_DEBUG", "XDG_CONFIG_HOME", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)

    def run(arguments: list[str], given: bytes = b"Balance 12.50\n") -> Result:
        mine = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        goes_on = arguments[0] in GOES_ON
        ends = time.monotonic() + (AWHILE_S if goes_on else LIMIT_S)
        due, worked, held, idle = time.monotonic() + TICK_S, time.process_time(), held_up_s(MAIN), 0

        def tick(_: int, frame: FrameType | None) -> None:
            """A Ctrl-C for a command that waits; one that a busy machine holds up would be cut anywhere."""
            nonlocal due, worked, held, idle
            late, was, had = time.monotonic() - due, worked, held
            worked, held = time.process_time(), held_up_s(MAIN)
            waits = held is not None and had is not None and held - had - late < IDLE_S and worked - was < IDLE_S
            idle = idle + 1 if goes_on and waits else 0
            if (idle >= 2 or time.monotonic() > ends) and is_in_a_command(frame):
                # One, as from a person; who sees no end presses again: one that comes where Python ignores exceptions
                # (the callback of a weak reference) is lost.
                signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
                signal.raise_signal(signal.SIGINT)
                return
            due = time.monotonic() + TICK_S
            signal.setitimer(signal.ITIMER_REAL, TICK_S)

        before = signal.signal(signal.SIGALRM, tick)
        signal.setitimer(signal.ITIMER_REAL, TICK_S if goes_on else LIMIT_S)
        try:
            return Runner().invoke(cli, arguments, input=given, prog_name="modemd")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.set_wakeup_fd(-1)
            for number, handler in {**mine, signal.SIGALRM: before}.items():
                signal.signal(number, handler)

    return run


def is_in_a_command(frame: FrameType | None) -> bool:
    """Not before it began or behind its end, where a Ctrl-C would be ours."""
    while frame is not None and (frame.f_code.co_filename, frame.f_code.co_name) != (cli_main.__file__, "act"):
        frame = frame.f_back
    return frame is not None


def arguments(case: Case, value: str) -> list[str]:
    """The words of a command line in which `value` stands for the parameter, and the others are as they should be."""
    options: list[str] = []
    words: list[str] = []
    for param in case.command.params:
        chosen = value if param is case.param else None
        if isinstance(param, click.Option):
            if chosen is not None:
                options += [f"{param.opts[0]}={chosen}"] if param.opts[0].startswith("--") else [param.opts[0], chosen]
            elif case.path[-1] == "teach" and param.name in SOME:
                options += [param.opts[0], SOME[param.name]]
        elif chosen is not None:
            words.append(chosen)
        elif param.required or param.name == "file":
            harmless = HARMLESS[str(param.name)]
            words += [harmless] if isinstance(harmless, str) else harmless
    return [*case.path, *options, "--", *words]


def judge(result: Result, took_s: float, told: object, *, goes_on: bool) -> None:
    """What holds whatever was given."""
    said = f"{told}: exit {result.exit_code}\n{result.stdout[:2000]!r}\n{result.stderr[:2000]!r}"
    shown = result.stdout + result.stderr  # not .output: before click 8.2 that is stdout alone
    assert took_s < LIMIT_S, said
    assert "this is a bug" not in result.stderr, said
    assert "Traceback" not in shown, said
    assert result.exit_code in (CODES | {130} if goes_on else CODES), said
    assert result.exit_code == 0 or shown.strip(), said
    assert all(len(line) <= 1100 for line in result.stderr.splitlines()), said
    for line in shown.split("\n"):
        assert line.isprintable(), f"{told}: {line!r}"


@pytest.mark.parametrize("case", cases(), ids=str)
def test_hostile_values(case: Case, invoke: Any, hostile_paths: dict[str, str]) -> None:
    """No value of any argument or option makes a traceback, a hang, or an order to the terminal."""
    faults = []
    for name, value in {**WORDS, **hostile_paths}.items():
        started = time.monotonic()
        result = invoke(arguments(case, value))
        try:
            judge(result, time.monotonic() - started, f"{case} {name}", goes_on=case.path[0] in GOES_ON)
        except AssertionError as fault:
            faults.append(str(fault).partition("\nassert ")[0])
    assert not faults, "\n\n".join(faults)


ONE_ANSWER = [entry for entry in commands(cli) if entry[0][0] not in GOES_ON]


@pytest.mark.parametrize(("path", "command"), ONE_ANSWER, ids=[" ".join(path) for path, _ in ONE_ANSWER])
def test_outputs_that_nobody_can_write_to(
    path: tuple[str, ...], command: click.Command, running: str, tmp_path: Path, nursery: Nursery
) -> None:
    """Every command, its streams closed or full: never 0 where the answer is lost, else as ever; one line, where one
    can be read."""
    environment = {**os.environ, "MODEMD_SOCKET": running, "HOME": str(tmp_path)}
    words = arguments(Case(path, command, click.Option(["--none"])), "")
    out, err, full = tmp_path / "out", tmp_path / "err", Path("/dev/full")

    def warm(stdout: Path, stderr: Path) -> int:
        program = ["-m", "modemd", *words]
        process = nursery.start(program, env=environment, cwd=tmp_path, stdout=stdout, stderr=stderr)
        try:
            return process.wait(READY_S)
        finally:
            process.kill()

    def closed(streams: str) -> int:
        """What Python makes of closed ones is made at its start: a fresh process."""
        plain = f"exec {sys.executable} -m modemd {shlex.join(words)} <{os.devnull} >{out} 2>{err} {streams}"
        return subprocess.run(["sh", "-c", plain], cwd=tmp_path, env=environment, timeout=READY_S).returncode

    usual = warm(out, err)
    lost = bool(out.read_text())
    runs: dict[str, Callable[[], int]] = {
        ">&-": lambda: closed(">&-"),
        ">/dev/full": lambda: warm(full, err),
        "2>/dev/full": lambda: warm(out, full),
        "<&- >&- 2>&-": lambda: closed("<&- >&- 2>&-"),
    }
    for redirection, run in runs.items():
        err.write_text("")
        code = run()
        said = err.read_text()
        told = f"{redirection}: exit {code}\n{said}"
        assert code in CODES, told
        assert not any(word in said for word in ("this is a bug", "Traceback", "Exception ignored")), told
        if redirection.startswith(">"):
            assert code != 0 if lost else code == usual, told
            assert not lost or "written to stdout" in said, told
