"""What neighbours, scripts and slips of the finger do to the daemon: files that are none, words that are orders to a
terminal, signals at the wrong moment, outputs that nobody can write to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.service_manager import heard_at

SIM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
sim = "pin"
pin = "1234"

[[ussd]]
code = "*100#"
replies = ["Balance 42.50"]
"""
PATIENCE_S = 20.0
HUP_BIT = 1 << (signal.SIGHUP - 1)


def home(port: object, *more: str) -> str:
    return "\n".join(['name = "home"', f'port = "{port}"', 'every = "off"', *more])


def run(stage: Any, text: str | None = None) -> None:
    """The daemon on a file that it must refuse: what it says on stderr is what a person sees."""
    file = stage.folder / "modemd.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    program = [sys.executable, "-m", "modemd", "run", "--config", str(file)]
    ended = subprocess.run(program, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    for line in ended.stderr.splitlines():
        assert line.isprintable()
        assert line.startswith(f"{file}: ")
        assert len(line) < 1200
    stage.seen.append(ended.stderr)


def heeds_sighup(process: subprocess.Popen[bytes]) -> bool:
    """Whether SIGHUP would not end this process: it is caught, or held back."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    words = dict(line.split(":", 1) for line in status.splitlines())
    return bool(int(words["SigCgt"], 16) & HUP_BIT or int(words["SigBlk"], 16) & HUP_BIT)


def test_a_pin_file_that_is_none(stage: Any) -> None:
    """A pipe, a folder, a device, a file without end: the owner thread never waits there, and no PIN is sent."""
    os.mkfifo(stage.folder / "pipe")
    (stage.folder / "folder").mkdir()
    with (stage.folder / "huge").open("wb") as huge:
        huge.truncate(8 << 30)
    files = {"pipe": "pipe", "folder": "folder", "zero": "/dev/zero", "huge": "huge"}
    fakes = {name: stage.modem(SIM) for name in files}
    tables = [home(fakes[name].path, f'pin_file = "{file}"').replace("home", name) for name, file in files.items()]
    daemon = stage.daemon(*tables)
    for name in files:
        with stage.fault(f"`pin_file` is a {name}"):
            daemon.wait("sim", modem=name)
            assert daemon.ask(modem=name)["balance"] is None
        assert [line for line in fakes[name].commands if line.startswith("AT+CPIN=")] == []
    assert daemon.stop() < 5


@pytest.mark.parametrize("kind", ["pipe", "integer", "keys", "escapes"])
def test_a_configuration_that_is_none(stage: Any, kind: str) -> None:
    """One clear line each, exit 2, nothing for a terminal to obey."""
    texts = {
        "integer": f"[daemon]\nlanguage = {'9' * 5000}\n",
        "keys": f"{'.'.join(['a'] * 5000)} = 1\n",
        "escapes": '"\\u001b]0;owned\\u0007\\u001b[2J\\nmodemd: all is well" = 1\n',
    }
    if kind == "pipe":
        os.mkfifo(stage.folder / "modemd.toml")
    with stage.fault():
        run(stage, texts.get(kind))


def test_a_modem_named_like_an_option(stage: Any) -> None:
    """`modemd balance -rf` could never mean it."""
    with stage.fault():
        run(stage, '[daemon]\nsocket = "s"\nstate = "state"\n[[modem]]\nname = "-rf"\nport = "/dev/ttyUSB77"\n')


def test_reloaded_with_a_pipe(stage: Any) -> None:
    """SIGHUP, and the file has become a pipe: the loop does not wait for a writer."""
    daemon = stage.daemon(home("/dev/ttyUSB77"))
    daemon.wait("absent")
    (stage.folder / "modemd.toml").unlink()
    os.mkfifo(stage.folder / "modemd.toml")
    with stage.fault():
        daemon.process.send_signal(signal.SIGHUP)
        while "not reloaded" not in daemon.log:
            daemon.hear(0.1)
        assert daemon.ask("status")["modems"][0]["modem"] == "home"
    daemon.stop()


def test_sighup_before_it_stands(stage: Any) -> None:
    """SIGHUP as soon as the program's own code runs, long before the daemon has loaded: it is heeded afterwards."""
    daemon = stage.daemon(home("/dev/ttyUSB77"), fresh=True)
    with stage.fault():
        while not heeds_sighup(daemon.process):
            assert daemon.process.poll() is None
            time.sleep(0.001)
        assert not (stage.folder / "s").exists(), "the handlers stood too late to be tried"
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait("absent")
        while "configuration reloaded" not in daemon.log:
            daemon.hear(0.1)
    daemon.stop()


def test_a_second_sigterm(stage: Any) -> None:
    """SIGTERM again and again until the end: the exit code is that of the first."""
    daemon = stage.daemon(home("/dev/ttyUSB77"))
    daemon.wait("absent")
    with stage.fault():
        while daemon.process.poll() is None:
            daemon.process.send_signal(signal.SIGTERM)
            time.sleep(0.005)
        assert daemon.process.returncode == 0, daemon.log


@pytest.mark.parametrize(
    "redirection",
    [
        pytest.param(">&-", id="stdout-closed"),
        pytest.param(">/dev/full", id="stdout-full"),
        pytest.param("2>&-", id="stderr-closed"),
        pytest.param("2>/dev/full", id="stderr-full"),
    ],
)
def test_an_output_that_nobody_can_write_to(stage: Any, redirection: str) -> None:
    """The daemon works without them; `modemd status` says that its answer is lost, where it can."""
    stage.config(home("/dev/ttyUSB77"))
    program = f"exec {sys.executable} -m modemd run --config modemd.toml {redirection}"
    with heard_at(stage.folder / "notify") as hear:
        environment = {**os.environ, "NOTIFY_SOCKET": str(stage.folder / "notify")}
        process = subprocess.Popen(["sh", "-c", program], cwd=stage.folder, env=environment, stderr=subprocess.DEVNULL)
        try:
            hear("READY=1", PATIENCE_S)
            with stage.fault():
                command = f"exec {sys.executable} -m modemd --socket s status {redirection}"
                ended = subprocess.run(
                    ["sh", "-c", command],
                    cwd=stage.folder,
                    capture_output=True,
                    text=True,
                    timeout=PATIENCE_S,
                    check=False,
                )
                stage.seen.append(ended.stdout + ended.stderr)
                assert ended.returncode == (0 if redirection.startswith("2") else 1)
                assert ended.stderr.count("\n") == (0 if redirection.startswith("2") else 1)
        finally:
            process.terminate()
            assert process.wait(PATIENCE_S) == 0
