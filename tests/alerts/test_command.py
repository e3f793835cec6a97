"""The command channel: what the program gets, and what happens when it misbehaves."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from modemd.alerts.channels import CHANNELS, bind, matching
from modemd.alerts.channels.command import CommandChannel
from modemd.errors import DeliveryError
from modemd.records import Alert, ChannelSettings

Script = Callable[[str], list[str]]
MakeAlert = Callable[..., Alert]

DUMP = """
import json, os, sys
facts = {"environ": dict(os.environ), "argv": sys.argv[1:], "stdin": os.read(0, 9).decode(), "cwd": os.getcwd(),
         "leader": os.getpid() == os.getpgid(0), "fds": sorted(os.listdir("/proc/self/fd"))}
open(sys.argv[1] + "/facts", "w").write(json.dumps(facts))
print("noise on standard output")
"""


def test_the_contract(script: Script, alert: MakeAlert, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its variables, an empty standard input, an own process group, no open files, nothing of its output here."""
    held = (tmp_path / "held").open("w")
    moscow = datetime(2024, 5, 1, 15, 0, 1, 999, tzinfo=timezone(timedelta(hours=3)))
    CommandChannel({"run": script(DUMP)}).send(alert(taken_at=moscow, text="Баланс: 48.20\nр."))
    held.close()
    facts = json.loads((tmp_path / "facts").read_text())
    own = {key: value for key, value in facts["environ"].items() if key.startswith("MODEMD_")}
    assert own == {
        "MODEMD_ALERT_ID": "a1",
        "MODEMD_EVENT": "low",
        "MODEMD_LEVEL": "low",
        "MODEMD_MODEM": "home",
        "MODEMD_OPERATOR": "ru-mts",
        "MODEMD_BALANCE": "48.20",
        "MODEMD_CURRENCY": "RUB",
        "MODEMD_TAKEN_AT": "2024-05-01T12:00:01Z",
        "MODEMD_TEXT": "Баланс: 48.20\nр.",
        "MODEMD_ADVICE": "",
        "MODEMD_REMINDER": "0",
    }
    assert facts["argv"] == [str(tmp_path)]
    assert facts["stdin"] == ""
    assert facts["cwd"] == "/"
    assert facts["leader"]
    assert len(facts["fds"]) <= 4
    assert capfd.readouterr() == ("", "")


def test_unknown_is_empty(script: Script, alert: MakeAlert, tmp_path: Path) -> None:
    """What is not known is an empty string, never 0 or "None"; an exponent never shows."""
    nothing = alert(operator=None, balance=None, currency=None, taken_at=None, text="")
    CommandChannel({"run": script(DUMP)}).send(nothing)
    environ = json.loads((tmp_path / "facts").read_text())["environ"]
    for key in ("OPERATOR", "BALANCE", "CURRENCY", "TAKEN_AT", "TEXT"):
        assert environ[f"MODEMD_{key}"] == ""
    CommandChannel({"run": script(DUMP)}).send(alert(balance=Decimal("1E+3")))
    assert json.loads((tmp_path / "facts").read_text())["environ"]["MODEMD_BALANCE"] == "1000"


def test_hostile_text_is_data(script: Script, alert: MakeAlert, tmp_path: Path) -> None:
    """NULs and half characters do not stop the message, and nothing in it is run."""
    CommandChannel({"run": script(DUMP)}).send(
        alert(text=f"a\0b\ud83d $(touch {tmp_path}/x) `touch {tmp_path}/x`; \"'")
    )
    environ = json.loads((tmp_path / "facts").read_text())["environ"]
    assert environ["MODEMD_TEXT"] == f"ab? $(touch {tmp_path}/x) `touch {tmp_path}/x`; \"'"
    assert not (tmp_path / "x").exists()


def test_arguments_are_not_a_shell_line(script: Script, alert: MakeAlert, tmp_path: Path) -> None:
    """Arguments reach the program as they are in the configuration."""
    CommandChannel({"run": [*script(DUMP), "$HOME", "a b; c", "*"]}).send(alert())
    assert json.loads((tmp_path / "facts").read_text())["argv"][1:] == ["$HOME", "a b; c", "*"]


def test_secrets_stay_here(script: Script, alert: MakeAlert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What systemd and the unit file gave the daemon is not handed on; what a script needs is."""
    for name in ("NOTIFY_SOCKET", "CREDENTIALS_DIRECTORY", "WATCHDOG_USEC", "API_TOKEN", "MODEMD_SOCKET"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("TZ", "Europe/Moscow")
    monkeypatch.setenv("LC_TIME", "C.UTF-8")
    monkeypatch.delenv("PATH")
    CommandChannel({"run": script(DUMP)}).send(alert())
    environ = json.loads((tmp_path / "facts").read_text())["environ"]
    assert "secret" not in environ.values()
    assert (environ["TZ"], environ["LC_TIME"]) == ("Europe/Moscow", "C.UTF-8")
    assert environ["PATH"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; sys.exit('\\x1b[31mno network\\nmore')", "ended with exit 1: [31mno network"),
        ("import sys; sys.exit(3)", "ended with exit 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
        ("import sys; sys.stderr.write('x' * 3_000_000); sys.exit(1)", "xxx…"),
    ],
)
def test_failure_says_why(script: Script, alert: MakeAlert, code: str, said: str) -> None:
    """Exit code or signal and the first line of standard error, cut to one short line; much output is no hang."""
    with pytest.raises(DeliveryError) as caught:
        CommandChannel({"run": script(code)}).send(alert())
    assert said in caught.value.message.replace("exit 1:  ", "exit 1: ")
    assert "\n" not in caught.value.message
    assert "\x1b" not in caught.value.message
    assert len(caught.value.message) < 500


def test_success_with_complaints(script: Script, alert: MakeAlert) -> None:
    """Exit 0 is the receipt, whatever was said."""
    CommandChannel({"run": script("import sys; sys.stderr.write('warning')")}).send(alert())


def test_missing_program(alert: MakeAlert, tmp_path: Path) -> None:
    """No such program, not executable, not a program: each with its cure."""
    with pytest.raises(DeliveryError, match=r"does not exist: install it"):
        CommandChannel({"run": [str(tmp_path / "nowhere")]}).send(alert())
    plain = tmp_path / "plain"
    plain.write_text("echo hello\n")
    plain.chmod(0o644)
    with pytest.raises(DeliveryError, match=r"chmod \+x"):
        CommandChannel({"run": [str(plain)]}).send(alert())
    plain.chmod(0o755)
    with pytest.raises(DeliveryError, match="#!"):
        CommandChannel({"run": [str(plain)]}).send(alert())


# A program and its child that both ignore SIGTERM; the child's id is in the file "child" once both are there.
FAMILY = "trap '' TERM; sleep 600 & echo $! >$1/child.tmp; mv $1/child.tmp $1/child; wait"


def family(tmp_path: Path) -> list[str]:
    return ["/bin/sh", "-c", FAMILY, "sh", str(tmp_path)]


def gone(pid: int) -> bool:
    """Ended, or ended and not yet collected by whoever inherited it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_time_limit_ends_the_family(
    alert: MakeAlert, tmp_path: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    """A program that hangs and ignores SIGTERM is killed after its limit, with its children."""
    command = CommandChannel({"run": family(tmp_path)}, time_limit_s=1.0, grace_s=0.1)
    start = time.monotonic()
    with pytest.raises(DeliveryError, match=r"did not end within 1 s and was killed"):
        command.send(alert())
    assert time.monotonic() - start < 8
    child = int((tmp_path / "child").read_text())
    eventually(lambda: gone(child))


def test_cancel_ends_the_family(
    alert: MakeAlert, tmp_path: Path, eventually: Callable[[Callable[[], object]], None]
) -> None:
    """cancel() from another thread ends a running program at once, and none is started after it."""
    command = CommandChannel({"run": family(tmp_path)}, grace_s=0.1)
    errors: list[str] = []

    def send() -> None:
        try:
            command.send(alert())
        except DeliveryError as error:
            errors.append(error.message)

    thread = threading.Thread(target=send)
    thread.start()
    eventually((tmp_path / "child").exists)
    command.cancel()
    thread.join(5)
    assert not thread.is_alive()
    assert "modemd is stopping" in errors[0]
    child = int((tmp_path / "child").read_text())
    eventually(lambda: gone(child))
    with pytest.raises(DeliveryError, match="not started"):
        command.send(alert())


def test_a_background_child_does_not_delay_the_receipt(script: Script, alert: MakeAlert, tmp_path: Path) -> None:
    """A program that leaves a child behind with its standard error open has ended when it ends."""
    code = (
        "import os, sys, time\n"
        "pid = os.fork()\n"
        "if pid == 0: time.sleep(600)\n"
        "open(sys.argv[1] + '/child', 'w').write(str(pid))\n"
        "os._exit(0)\n"
    )
    start = time.monotonic()
    CommandChannel({"run": script(code)}).send(alert())
    assert time.monotonic() - start < 5
    os.kill(int((tmp_path / "child").read_text()), 9)


def test_no_descriptor_or_process_is_left(script: Script, alert: MakeAlert) -> None:
    """Twenty deliveries, good and bad, leave neither an open file nor a zombie."""
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for number in range(20):
        try:
            CommandChannel({"run": ["/bin/sh", "-c", f"exit {number % 2}"]}).send(alert())
        except DeliveryError:
            assert number % 2
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    left = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "stat="], capture_output=True, text=True, check=False
    )
    assert "Z" not in left.stdout


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({}, "run"),
        ({"run": []}, "run"),
        ({"run": "/bin/true"}, "run"),
        ({"run": ["/bin/true", 1]}, "run"),
        ({"run": [" "]}, "run"),
        ({"run": ["/bin/true\0"]}, "run"),
        ({"run": ["/bin/true"], "shell": True}, "shell"),
    ],
)
def test_check(options: dict[str, object], key: str) -> None:
    """Each fault is named by its key, with a cure."""
    (problem,) = CommandChannel.check(options)
    assert problem.key == key
    assert problem.cure


def test_check_lets_a_missing_program_pass() -> None:
    """A program that is not there yet does not stop the daemon."""
    assert CommandChannel.check({"run": ["/nowhere/at/all", "arg"]}) == []


def test_the_table_binds_settings() -> None:
    """Channels are named by type and program, a second of a name is told apart, and a test reaches each."""
    assert set(CHANNELS) == {"command", "ntfy", "webhook", "email", "apprise", "sms"}
    options: dict[str, object] = {"run": ["/usr/local/bin/on-alert"]}
    other: dict[str, object] = {"run": ["notify"]}
    settings = [ChannelSettings(type="command", events=("low",), options=one) for one in (options, options, other)]
    bound = bind(settings)
    assert list(bound) == ["command:on-alert", "command:on-alert-2", "command:notify"]
    assert bound["command:notify"].events == {"low", "test"}
    assert matching(bound, None) == list(bound)
    assert matching(bound, "command") == list(bound)
    assert matching(bound, "command:notify") == ["command:notify"]
    assert matching(bound, "mail") == []


@pytest.mark.parametrize(
    ("program", "cure"),
    [
        ("/bin/sh", None),
        ("sh", None),
        ("no-such-program-here", "on PATH"),
        ("/etc", "no program"),
        ("/bin/sh/x", "exist"),
    ],
)
def test_what_a_program_lacks(program: str, cure: str | None) -> None:
    """Looked up as it is started: on PATH, or as a path from /. A folder is no program."""
    lacks = CHANNELS["command"].lacks({"run": [program]})
    assert [lack.key for lack in lacks] == ([] if cure is None else ["run"])
    assert cure is None or cure in lacks[0].cure
