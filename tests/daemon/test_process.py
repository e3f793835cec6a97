"""The real daemon as a process, on the fake modem's pseudo-terminal, asked by the real command line."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import os
import select
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable

ROOT = os.geteuid() == 0

Factory = Callable[..., Any]


def config(port: object, *, extra: str = "", channel: str = "") -> str:
    return f"""
[daemon]
socket = "s"
state = "state"
[[modem]]
name = "home"
port = "{port}"
quarantine = "1s"
{extra}
{channel}
"""


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """Another user, in no group of ours, as far as the kernel is concerned."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def test_a_falling_balance_from_reading_to_alert(
    fake_modem: Factory, run_daemon: Factory, write_config: Factory, tmp_path: Path
) -> None:
    """Balances are asked, stored and judged; the alert reaches the user's program; a restart dials nobody."""
    modem = fake_modem("mts-falling")
    hook, pipe = tmp_path / "hook", tmp_path / "pipe"
    os.mkfifo(pipe)
    hook.write_text(f'#!/bin/sh\necho "$MODEMD_EVENT $MODEMD_MODEM $MODEMD_BALANCE $MODEMD_CURRENCY" > {pipe}\n')
    hook.chmod(0o755)
    channel = f'[[channel]]\ntype = "command"\nrun = ["{hook}"]\nevents = ["low"]\n'
    received = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    daemon = run_daemon(write_config(config(modem.path, channel=channel)))
    daemon.wait_told("STATUS=home: ready")
    assert any("READY=1" in message for message in daemon.told)
    with daemon.client() as client:
        assert [client.request("balance")["balance"] for _ in range(2)] == ["312.40", "180.75"]
    low = daemon.cli("balance", "--json")
    assert (low.returncode, json.loads(low.stdout)["level"]) == (0, "low")
    assert select.select([received], [], [], 10)[0], daemon.log
    assert os.read(received, 100) == b"low home 41.30 RUB\n"
    os.close(received)
    daemon.wait_told("41.30 RUB (low, ")
    assert daemon.cli("check").returncode == 1
    assert daemon.cli("balance", "-q", "--cached").stdout == "41.30\n"
    history = [json.loads(line)["balance"] for line in daemon.cli("history", "--json").stdout.splitlines()]
    assert history == ["312.40", "180.75", "41.30"]
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    before = len(modem.queries)
    code, took_s = daemon.stop()
    assert (code, took_s < 5) == (0, True)
    assert not (tmp_path / "s").exists()
    # A restart finds its history again and dials nobody.
    again = run_daemon(tmp_path / "modemd.toml")
    again.wait_told("STATUS=home: ready, 41.30 RUB")
    with again.client() as client:
        (status,) = client.request("status")["modems"]
        assert status["balance"] == "41.30"
        assert status["next_query_at"] > "2026"
    assert len(modem.queries) == before
    assert "312" not in again.log
    assert "250011234567890" not in daemon.log + again.log


def test_watch_from_the_modem_to_the_receipt(
    fake_modem: Factory, run_daemon: Factory, write_config: Factory, tmp_path: Path
) -> None:
    """One reading below the limit, as everybody who watches sees it: asked, read, alert raised, delivered; and the end
    of the daemon. Another one goes on from the row that it had."""
    modem = fake_modem("mts-falling")
    hook = tmp_path / "hook"
    hook.write_text("#!/bin/sh\nexit 0\n")
    hook.chmod(0o755)
    channel = f'[[channel]]\ntype = "command"\nrun = ["{hook}"]\n'
    daemon = run_daemon(write_config(config(modem.path, channel=channel)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    with daemon.client() as client:
        for _ in range(2):
            client.request("balance")
    with daemon.client() as watching, daemon.client() as client:
        events = watching.rows("watch", patience_s=20.0)
        came = [next(events)]
        while came[-1]["type"] != "live":
            came.append(next(events))
        assert (came[0]["status"]["balance"], came[-1]["seq"]) == ("180.75", 2)
        client.request("balance")
        while came[-1]["type"] != "delivery":
            came.append(next(events))
        happened = [event["status"]["state"] if event["type"] == "state" else event["type"] for event in came]
        del happened[: happened.index("live") + 1]
        # The level may be told as a state of its own, before or after the modem is ready again.
        assert [what for what in happened if what not in ("ready", "busy")] == ["reading", "alert", "delivery"]
        assert happened.index("busy") < happened.index("reading")
        (reading,) = (event for event in came if event["type"] == "reading")
        row = reading["measurement"]
        assert (reading["seq"], row["balance"], row["level"]) == (3, "41.30", "low")
        assert row["sim"]["imsi"] == "250011234567890"
        assert came[-1]["delivery"]["state"] == "delivered"
        assert came[-1]["alert"] == next(client.rows("alerts"))
        again = client.rows("watch", since=1, patience_s=20.0)
        missed = itertools.takewhile(lambda event: event["type"] != "live", again)
        assert [event["seq"] for event in missed if event["type"] == "reading"] == [2, 3]
    command = subprocess.Popen(
        [sys.executable, "-m", "modemd", "watch"],
        env=daemon.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    assert "41.30 RUB" in command.stdout.readline()
    daemon.stop()
    assert command.communicate(timeout=20)[1].startswith("the daemon is shutting down")
    assert command.returncode == 3


def test_sighup_is_told_to_who_watches(run_daemon: Factory, write_config: Factory) -> None:
    """A modem that comes begins with its state; one that goes is said to be gone."""
    daemon = run_daemon(write_config(config("/dev/modemd-none")), fresh=False)
    daemon.wait_told("STATUS=home: absent")
    with daemon.client() as client:
        events = client.rows("watch", patience_s=20.0)
        while next(events)["type"] != "live":
            pass
        write_config(config("/dev/modemd-none").replace("home", "van"))
        daemon.process.send_signal(signal.SIGHUP)
        told: dict[str, list[str]] = {"home": [], "van": []}
        while "state" not in told["van"] or "removed" not in told["home"]:
            event = next(events)
            told[event["modem"]].append(event["type"])
    assert told["home"][-1] == "removed"
    with daemon.client() as client:
        assert [modem["modem"] for modem in client.request("status")["modems"]] == ["van"]


def test_sigterm_in_the_middle_of_a_query(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """The session is cancelled on the wire, the asker hears why, the process is gone within 5 s."""
    modem = fake_modem("silent")
    daemon = run_daemon(write_config(config(modem.path)))
    daemon.wait_told("STATUS=home: ready")
    answers = []
    asking = threading.Thread(target=lambda: answers.append(daemon.cli("balance")))
    asking.start()
    assert modem.wait_for(lambda m: len(m.queries) == 1)
    seen = len(modem.commands)
    code, took_s = daemon.stop()
    asking.join(10)
    assert (code, took_s < 5) == (0, True)
    assert "AT+CUSD=2" in modem.commands[seen:]
    assert answers[0].returncode in (1, 3)
    assert answers[0].stderr.strip()


def test_a_client_that_is_killed_cancels_its_query(
    fake_modem: Factory, run_daemon: Factory, write_config: Factory
) -> None:
    """The connection's end travels to the wire, and the modem is free for the next one."""
    modem = fake_modem("silent")
    daemon = run_daemon(write_config(config(modem.path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    client = daemon.client()
    client._send({"id": 1, "cmd": "balance"})
    assert modem.wait_for(lambda m: len(m.queries) == 1)
    seen = len(modem.commands)
    client.close()
    assert modem.wait_for(lambda m: "AT+CUSD=2" in m.commands[seen:])


def test_a_menu_over_the_socket(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """An interactive dialogue from the client's answer to the modem's last word."""
    modem = fake_modem("menu")
    daemon = run_daemon(write_config(config(modem.path)), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    menus: list[str] = []

    def choose(event: dict[str, Any]) -> str:
        menus.append(event["text"])
        return "1"

    with daemon.client() as client:
        result = client.request("ussd", code="*111#", interactive=True, on_event=choose)
    assert "Balance" in menus[0]
    assert (result["status"], result["error"], result["text"]) == ("done", None, "Your balance is 73.15 RUB")


def test_sighup_takes_a_good_file_and_refuses_a_bad_one(run_daemon: Factory, write_config: Factory) -> None:
    """A new modem appears in status; a file with faults changes nothing and every fault is in the log."""
    daemon = run_daemon(write_config(config("/dev/modemd-none")), fresh=False)
    daemon.wait_told("READY=1")
    write_config(config("/dev/modemd-none") + '[[modem]]\nname = "van"\nport = "/dev/modemd-no-other"\n')
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_told("van: ")
    write_config("[[modem]]\nname = 1\nevery = 2\n")
    daemon.told.clear()
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_told("RELOADING=1")
    daemon.wait_told("READY=1")
    with daemon.client() as client:
        assert [modem["modem"] for modem in client.request("status")["modems"]] == ["home", "van"]
    assert "modem[0].name" in daemon.log
    assert "modem[0].every" in daemon.log


@pytest.mark.parametrize(
    ("port", "state", "word"),
    [("/dev/modemd-none", "absent", "/dev/modemd-none"), ("/dev/null", "absent", "/dev/null")],
)
def test_no_usable_port_never_stops_the_daemon(
    run_daemon: Factory, write_config: Factory, port: str, state: str, word: str
) -> None:
    """It starts, says in `status` what is wrong and what to do, fails a query at once, and goes on looking."""
    daemon = run_daemon(write_config(config(port)))
    daemon.wait_told(f"STATUS=home: {state}")
    with daemon.client() as client:
        (modem,) = client.request("status")["modems"]
        assert modem["state"] == state
        assert word in modem["error"]
        result = client.request("balance")
    assert (result["balance"], result["error"]) == (None, state)
    assert result["hint"]


def test_a_port_that_another_program_holds(fake_modem: Factory, run_daemon: Factory, write_config: Factory) -> None:
    """State blocked, and the error names the holder."""
    modem = fake_modem("menu")
    holder = os.open(modem.path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(holder, fcntl.LOCK_EX)
        daemon = run_daemon(write_config(config(modem.path)), fresh=False)
        daemon.wait_told("STATUS=home: blocked")
        with daemon.client() as client:
            (found,) = client.request("status")["modems"]
        assert str(os.getpid()) in found["error"]
    finally:
        os.close(holder)


def test_two_daemons_on_one_state_folder(run_daemon: Factory, write_config: Factory) -> None:
    """The second ends with exit 1 and one line; the first keeps its socket."""
    path = write_config(config("/dev/modemd-none"))
    first = run_daemon(path)
    first.wait_told("READY=1")
    second = run_daemon(path)
    assert second.process.wait(20) == 1
    assert str(first.process.pid) in second.log
    assert len(second.log.splitlines()) == 1
    first.client().close()


def test_a_bad_configuration_ends_with_exit_2(run_daemon: Factory, write_config: Factory) -> None:
    """All faults, one a line, and nothing was made: no socket, no state."""
    path = write_config('[daemon]\nstate = "state"\nfoo = 1\n[[modem]]\nname = "home"\n')
    daemon = run_daemon(path)
    assert daemon.process.wait(20) == 2
    assert len(daemon.log.splitlines()) == 2
    assert not (path.parent / "state").exists()


@pytest.mark.skipif(not ROOT, reason="needs root to become another user")
def test_another_user_is_kept_out(run_daemon: Factory, write_config: Factory, tmp_path: Path) -> None:
    """Without the group the socket does not open; with the socket open to all, the kernel's word still decides."""
    daemon = run_daemon(write_config(config("/dev/modemd-none")), fresh=False)
    daemon.wait_told("READY=1")
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and not folder.stat().st_mode & 0o001 and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o011)
    with nobody(), pytest.raises(DaemonUnreachable, match="usermod -aG modemd"):
        Client.connect(str(tmp_path / "s"))
    (tmp_path / "s").chmod(0o666)
    with nobody():
        client = Client.connect(str(tmp_path / "s"))
    with client, pytest.raises(DaemonUnreachable, match="usermod -aG modemd"):
        client.request("status")


def test_the_watchdog_is_fed(run_daemon: Factory, write_config: Factory) -> None:
    """With WatchdogSec the main loop reports itself, without a client or a modem to wake it."""
    daemon = run_daemon(write_config(config("/dev/modemd-none")), WATCHDOG_USEC="200000")
    for _ in range(3):
        daemon.wait_told("WATCHDOG=1")
        daemon.told.clear()


def test_a_shutdown_that_hangs_is_cut_short(write_config: Factory, tmp_path: Path) -> None:
    """What blocks in the kernel for ever is left behind at the deadline."""
    path = write_config(config("/dev/modemd-none"))
    script = f"""
import signal, threading, os
from modemd.daemon import run
from modemd.store import Store
run.SHUTDOWN_S = 0.2
Store.close = lambda self: threading.Event().wait()
threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
run.main({str(path)!r})
"""
    done = subprocess.run([sys.executable, "-c", script], stderr=subprocess.PIPE, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert "something hangs" in done.stderr
