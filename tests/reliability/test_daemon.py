"""Faults of the daemon itself and of those who talk to it: killed, stopped, reloaded, crowded, cut off."""

from __future__ import annotations

import contextlib
import json
import resource
import signal
import socket
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modemd.daemon.control import MAX_CLIENTS
from modemd.errors import ModemdError

SLOW = """
[modem]
profile = "huawei"
imsi = "250011234567890"

[[ussd]]
code = "*100#"
replies = [{ text = "Баланс:88,20р", encoding = "ucs2", dcs = 72, after = "60s", dropped_by_cancel = true }]

[[ussd]]
code = "*111#"
replies = [{ text = "1 Balance", menu = { 1 = "Balance 42.50" } }]
"""
QUICK = SLOW.replace('after = "60s"', 'after = "0s"')


def home(modem: Any, *more: str, name: str = "home") -> str:
    return "\n".join([f'name = "{name}"', f'port = "{modem.path}"', 'quarantine = "1s"', *more])


def in_the_query(daemon: Any, modem: Any) -> Future[dict[str, Any]]:
    waiting: Future[dict[str, Any]] = daemon.begin()
    before = len(modem.queries)
    assert modem.wait_for(lambda it: len(it.queries) > before, 20)
    return waiting


def in_the_menu(daemon: Any, modem: Any) -> Future[dict[str, Any]]:
    waiting: Future[dict[str, Any]] = daemon.begin_menu(code="*111#")
    assert modem.wait_for(lambda it: it.session_open, 20)
    return waiting


def in_quarantine(daemon: Any, modem: Any) -> Future[dict[str, Any]]:
    asked: Future[dict[str, Any]] = daemon.begin("ussd", code="*100#", timeout_s=0.3)
    daemon.wait("quarantine")
    return asked


def idle(daemon: Any, modem: Any) -> Future[dict[str, Any]]:
    return daemon.begin("status")  # type: ignore[no-any-return]


PHASES: dict[str, Callable[[Any, Any], Future[dict[str, Any]]]] = {
    "idle": idle,
    "waiting": in_the_query,
    "menu": in_the_menu,
    "quarantine": in_quarantine,
}


def hears(waiting: Future[dict[str, Any]]) -> bool:
    """Whoever asked is told something, whatever it is."""
    with contextlib.suppress(ModemdError):
        waiting.result(20)
    return waiting.done()


def test_killed_in_every_phase_of_a_query(stage: Any) -> None:
    """kill -9: the attempt counts, nobody is dialled again by the next daemon, and the modem works for it."""
    modem = stage.modem(SLOW)
    stage.config(home(modem, 'every = "6h"'))
    for phase in ("waiting", "menu", "quarantine"):
        daemon = stage.daemon()
        daemon.wait("ready")
        waiting = PHASES[phase](daemon, modem)
        asked = list(modem.queries)
        with stage.fault(f"killed ({phase})"):
            daemon.kill()
            assert hears(waiting)
            after = stage.daemon()
            found = after.wait(lambda status: status["state"] == "ready" and status["next_query_at"] is not None)
            due = datetime.fromisoformat(found["next_query_at"])
            assert due - datetime.now(UTC) > timedelta(hours=5)
            assert modem.queries == asked
            seen = len(modem.commands)
            assert after.ask("ussd", code="*111#")["text"] == "1 Balance"
        sent = [line[:9] for line in modem.commands[seen:] if line.startswith("AT+CUSD")]
        assert sent == ["AT+CUSD=2", "AT+CUSD=1", "AT+CUSD=2"]
        assert not modem.session_open
        after.stop()


def test_stopped_in_every_phase(stage: Any) -> None:
    """SIGTERM: gone in time, the session ended on the wire, every setting what it was, whoever waited told."""
    modem = stage.modem(SLOW)
    before = stage.settings(modem)
    stage.config(home(modem, 'every = "off"'))
    for phase, reach in PHASES.items():
        daemon = stage.daemon()
        daemon.wait("ready")
        waiting = reach(daemon, modem)
        with stage.fault(f"SIGTERM ({phase})"):
            daemon.stop()
            assert hears(waiting)
            assert modem.wait_for(lambda it: not it.opened)
        assert stage.settings(modem) == before, phase
        assert not modem.session_open, phase
        assert modem.sms_touched == []


@pytest.mark.parametrize("command", ["AT+CPIN?", "AT+CUSD=1"])
def test_stopped_while_the_modem_hangs(stage: Any, command: str) -> None:
    """SIGTERM while no command is answered any more: the modem cannot be put in order, the daemon ends all the same."""
    modem = stage.modem(f'{SLOW}\n[[event]]\non_command = "{command}"\ndo = "hang"\n')
    daemon = stage.daemon(home(modem, 'every = "off"'))
    waiting = None
    if command == "AT+CUSD=1":
        daemon.wait("ready")
        waiting = daemon.begin()
    assert modem.wait_for(lambda it: any(line.startswith(command) for line in it.commands), 20)
    with stage.fault():
        daemon.stop()
    assert waiting is None or hears(waiting)


def test_reloaded_in_a_query(stage: Any) -> None:
    """SIGHUP: who waits gets the answer, also where this modem's table changed: it is opened anew behind it."""
    modem = stage.modem(SLOW.replace("60s", "2s"))
    other = stage.modem(QUICK)
    daemon = stage.daemon(home(modem, 'every = "off"'))
    daemon.wait("ready")
    waiting = in_the_query(daemon, modem)
    with stage.fault("another modem"):
        stage.config(home(modem, 'every = "off"'), home(other, 'every = "off"', name="van"))
        daemon.process.send_signal(signal.SIGHUP)
        assert waiting.result(20)["balance"] == "88.20"
        daemon.wait("ready", modem="van")
    waiting = daemon.begin(modem="home")
    assert modem.wait_for(lambda it: len(it.queries) == 2, 20)
    with stage.fault("this modem"):
        stage.config(home(modem, 'every = "off"', 'low = "90"'))
        daemon.process.send_signal(signal.SIGHUP)
        assert waiting.result(20)["balance"] == "88.20"
        assert daemon.begin(modem="home").result(20)["level"] == "low"
    with stage.fault("faults in the file"):
        stage.config(home(modem, 'evry = "off"', 'low = "much"'))
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("evry")
        assert daemon.ask("status")["modems"][0]["state"] == "ready"
    (stage.folder / "modemd.toml").unlink()
    logged = len(daemon.log)
    with stage.fault("file is gone"):
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_log("not reloaded", since=logged)
        assert daemon.ask("status")["modems"][0]["state"] == "ready"


def test_clients(stage: Any) -> None:
    """Clients that are killed, too many, silent, or talk rubbish: the daemon goes on, and the next one is served."""
    modem = stage.modem(SLOW)
    daemon = stage.daemon(home(modem, 'every = "off"'))
    daemon.wait("ready")
    before = daemon.load
    with stage.fault("client is killed"):
        client = daemon.client()
        client._send({"id": 1, "cmd": "balance"})
        assert modem.wait_for(lambda it: len(it.queries) == 1, 20)
        seen = len(modem.commands)
        client.close()
        assert modem.wait_for(lambda it: "AT+CUSD=2" in it.commands[seen:])
        daemon.wait("ready")
    with stage.fault("64 clients"):
        crowd = [daemon.client() for _ in range(MAX_CLIENTS)]
        assert daemon.cli("status").returncode == 3
        assert crowd[0].request("status")["modems"][0]["state"] == "ready"
    with stage.fault("rubbish"):
        for one, rubbish in zip(
            crowd, (b"\xff\xfe\n", b"[]\n", b"{" * 70_000, b'{"id": 1, "cmd": "x"}\n'), strict=False
        ):
            with contextlib.suppress(OSError):
                one._socket.sendall(rubbish)
        for one in crowd:
            one.close()
        daemon.settles(before)
        assert daemon.cli("status").returncode == 0
    with stage.fault("never reads"), socket.socket(socket.AF_UNIX) as lazy:
        lazy.connect(daemon.environ["MODEMD_SOCKET"])
        lazy.setblocking(False)
        with contextlib.suppress(OSError):
            while True:
                lazy.send(b'{"id": 1, "cmd": "status"}\n' * 100)
        assert daemon.cli("status").returncode == 0
    daemon.settles(before)


def test_the_socket_is_removed(stage: Any) -> None:
    """Somebody cleans /run: the daemon goes on, and its socket comes back."""
    modem = stage.modem(QUICK)
    daemon = stage.daemon(home(modem, 'every = "off"'), environ={"WATCHDOG_USEC": "2000000"})
    daemon.wait("ready")
    with stage.fault():
        (stage.folder / "s").unlink()
        while not (stage.folder / "s").exists():
            daemon.hear(0.25)
        assert daemon.cli("balance", "-q").stdout == "88.20\n"
    daemon.stop()
    assert not (stage.folder / "s").exists()


def test_two_daemons_on_one_state_folder(stage: Any) -> None:
    """The second ends at once and says which is the first, and the first one's socket stays."""
    modem = stage.modem(QUICK)
    daemon = stage.daemon(home(modem, 'every = "off"'))
    daemon.wait("ready")
    with stage.fault():
        second = stage.daemon()
        assert second.process.wait(20) == 1
        assert str(daemon.process.pid) in second.log
    assert daemon.ask()["balance"] == "88.20"


def test_alert_programs_that_fail_and_hang(stage: Any) -> None:
    """An alert whose program fails or hangs is kept, also over a restart, and delays neither queries nor the end."""
    modem = stage.modem(QUICK)
    mark = stage.folder / "delivered"
    for name, text in {
        "fails": f'[ -e {stage.folder}/well ] || {{ echo "no route" >&2; exit 1; }}; echo $MODEMD_BALANCE >> {mark}',
        "hangs": "exec sleep 600",
    }.items():
        (stage.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (stage.folder / name).chmod(0o755)
    rest = "".join(f'[[channel]]\ntype = "command"\nrun = ["{stage.folder}/{name}"]\n' for name in ("fails", "hangs"))
    daemon = stage.daemon(home(modem, 'low = "100"', 'every = "off"'), rest=rest)
    daemon.wait("ready")
    with stage.fault("program fails"):
        assert daemon.ask()["balance"] == "88.20"
        daemon.wait_log("no route")
        (row,) = daemon.rows("alerts")
        assert {delivery["state"] for delivery in row["deliveries"]} == {"pending"}
    with stage.fault("program hangs"):
        assert daemon.ask()["level"] == "low"
        daemon.stop()
    (stage.folder / "well").touch()
    with stage.fault("next daemon"):
        after = stage.daemon()
        after.wait("ready")
        (row,) = after.rows("alerts")
        assert {delivery["state"] for delivery in row["deliveries"]} == {"pending"}


def test_one_of_two_modems_hangs(stage: Any) -> None:
    """Threads of their own: the other answers as if it were alone, and the end is in time."""
    ill, well = stage.modem(SLOW), stage.modem(QUICK)
    daemon = stage.daemon(home(ill, 'every = "off"'), home(well, 'every = "off"', name="van"))
    daemon.wait("ready")
    daemon.wait("ready", modem="van")
    waiting = daemon.begin(modem="home")
    assert ill.wait_for(lambda it: len(it.queries) == 1, 20)
    ill.hang()
    with stage.fault():
        for _ in range(3):
            assert daemon.ask(modem="van")["balance"] == "88.20"
    daemon.stop()
    assert hears(waiting)


def test_out_of_file_descriptors(stage: Any) -> None:
    """Not one descriptor is left for a client: the daemon lives, and serves again when there are some."""
    modem = stage.modem(QUICK)
    daemon = stage.daemon(
        home(modem, 'every = "off"'), limits=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
    )
    daemon.wait("ready")
    with stage.fault():
        with contextlib.ExitStack() as crowd:
            for _ in range(40):
                one = crowd.enter_context(socket.socket(socket.AF_UNIX))
                one.settimeout(2)
                with contextlib.suppress(OSError):  # the backlog is full
                    one.connect(daemon.environ["MODEMD_SOCKET"])
        assert daemon.ask()["balance"] == "88.20"
    assert json.loads(daemon.cli("balance", "--json").stdout)["balance"] == "88.20"
    assert daemon.process.poll() is None
