"""Neighbours and load: one client against the others, many modems that are not there, many that answer at once."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from bench import past
from modemd.daemon.control import MAX_CLIENTS, Client, encode_line
from modemd.daemon.listener import group_id
from modemd.daemon.server import MAX_IN_FLIGHT, MAX_OF_ONE_USER

NEIGHBOUR = 4242  # a user id that nobody has
ABSENT = 'name = "{name}"\nport = "/dev/serial/by-id/usb-A_modem_that_is_not_there_{name}-if02-port0"\nevery = "off"'
SLOW = """
[modem]
profile = "huawei"
imsi = "250011234567{number:03}"
iccid = "8970101234567890{number:03}"

[[ussd]]
code = "*100#"
replies = [{{ text = "Balance: 42.50 RUB", after = "1s" }}]
"""
MODEMS = 16


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user for a moment")
def test_one_user_takes_every_place(stage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A member of the group opens connections and says nothing: others of the group and root still get in."""
    daemon = stage.daemon(ABSENT.format(name="home"))
    daemon.wait("absent")
    stage.folder.chmod(0o755)
    monkeypatch.chdir(stage.folder)  # the folders above are root's alone
    own, group = os.getegid(), group_id()
    with stage.fault(), contextlib.ExitStack() as ends:

        def come_in(user: int) -> bytes:
            one = ends.enter_context(socket.socket(socket.AF_UNIX))
            one.settimeout(5)
            os.setegid(own if group is None else group)
            os.seteuid(user)
            try:
                one.connect("s")
            finally:
                os.seteuid(0)
                os.setegid(own)
            return one.recv(4096)

        answers = [come_in(NEIGHBOUR) for _ in range(MAX_CLIENTS)]
        stage.seen.append(answers[-1].decode())
        assert sum(b'"hello"' in answer for answer in answers) == MAX_OF_ONE_USER
        assert b'"hello"' in come_in(NEIGHBOUR + 1)
        assert daemon.cli("check").stdout.startswith("MODEMD UNKNOWN")


def test_histories_that_nobody_reads(stage: Any) -> None:
    """256 at once, none of them read: the daemon's memory stays what it was, and others are served."""
    past.make(stage.folder / "state", sims=1, rows=3000)
    daemon = stage.daemon(ABSENT.format(name=past.name(0)))
    daemon.wait("absent", modem=past.name(0))
    before = memory_mib(daemon.process.pid)
    with contextlib.ExitStack() as ends:
        for _ in range(8):
            lazy = ends.enter_context(socket.socket(socket.AF_UNIX))
            lazy.connect(daemon.environ["MODEMD_SOCKET"])
            lazy.sendall(b"".join(encode_line({"id": i, "cmd": "history"}) for i in range(MAX_IN_FLIGHT)))
        with stage.fault():
            assert daemon.ask("check")["exit"] in (0, 1, 2, 3)
            assert len(daemon.rows()) == 3000
        assert memory_mib(daemon.process.pid) - before < 16


def test_many_modems_that_are_not_there(stage: Any) -> None:
    """150 of them: a few hundredths of a core, one line in the log each, and a `status` that needs more than a line."""
    daemon = stage.daemon(*(ABSENT.format(name=f"m{i}") for i in range(150)))
    daemon.wait_told("READY=1")
    with stage.fault():
        while any(modem["state"] != "absent" for modem in daemon.ask("status")["modems"]):
            daemon.hear(0.1)
        told = json.loads(daemon.cli("status", "--json").stdout)
        assert list(told) == ["modems"]
        assert [modem["modem"] for modem in told["modems"]] == [f"m{i}" for i in range(150)]
        assert len(json.dumps(told)) > 65536
    lines, cpu = daemon.log.count("\n"), cpu_s(daemon.process.pid)
    daemon.idle(3.0)
    assert cpu_s(daemon.process.pid) - cpu < 0.3  # it took 2 s of CPU where each looked for itself
    assert daemon.log.count("\n") == lines


def test_many_modems_asked_at_once(stage: Any) -> None:
    """None waits for another one, and each has its SIM's own alert."""
    modems = [stage.modem(SLOW.format(number=i)) for i in range(MODEMS)]
    tables = [
        f'name = "m{i}"\nport = "{modem.path}"\ncode = "*100#"\nevery = "off"\nlow = "50"'
        for i, modem in enumerate(modems)
    ]
    daemon = stage.daemon(*tables)
    for i in range(MODEMS):
        daemon.wait("ready", modem=f"m{i}")
    with stage.fault(), Client.connect(daemon.environ["MODEMD_SOCKET"]) as client:
        for i in range(MODEMS):
            client._send({"id": i, "cmd": "balance", "modem": f"m{i}"})
        answers = [client._receive(time.monotonic() + 30) for _ in range(MODEMS)]
        assert {answer["result"]["balance"] for answer in answers} == {"42.50"}
        told = daemon.ask("status")["modems"]
        assert [[alert["event"] for alert in modem["alerts"]] for modem in told] == [["low"]] * MODEMS
    own = len(list(Path(f"/proc/{daemon.process.pid}/fd").iterdir()))
    assert own <= 16 + 5 * MODEMS
    assert memory_mib(daemon.process.pid) < 96
