"""The parts by themselves: findings in order, programs with a limit, the daemon's diagnosis, answers of any shape."""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modemd.daemon import diagnosis
from modemd.doctor.checks import configuration, examine
from modemd.doctor.daemon_facts import ask
from modemd.doctor.facts import ConfigFile, Facts, Folder
from modemd.doctor.findings import Finding, Severity, healthy, in_order, split, summary, to_json
from modemd.doctor.programs import Unseen, run
from modemd.doctor.system import folder, kernel_log
from modemd.records import (
    Alert,
    Device,
    Measurement,
    ModemSettings,
    ModemSnapshot,
    Network,
    Reading,
    RecoveryStepRecord,
    Sim,
    SmsStorage,
)
from modemd.store import AlertRow, Store

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)


def test_order_and_health() -> None:
    """Worst first, the same thing once; only a fault makes it unhealthy; the summary counts."""
    severities: tuple[Severity, ...] = ("note", "ok", "fault", "warning", "fault")
    found = in_order(Finding("c", severity, f"s{place % 4}", "t") for place, severity in enumerate(severities))
    assert [finding.severity for finding in found] == ["fault", "fault", "warning", "note", "ok"]
    assert len(in_order([found[0], found[0]])) == 1
    assert (healthy(found), healthy(found[2:]), healthy([])) == (False, True, True)
    assert (summary(found), summary(found[3:])) == ("2 faults, 1 warning", "healthy")
    assert json.loads(json.dumps(to_json(found)))["healthy"] is False


@pytest.mark.parametrize(
    ("line", "halves"),
    [
        ("no SIM: put one in", ("no SIM", "put one in")),
        ("refused; not sent again: correct it", ("refused", "not sent again: correct it")),
        ("2 modems (a: b; c: d): say which", ("2 modems (a: b; c: d)", "say which")),
        ("12d1:1f01 is there", ("12d1:1f01 is there", "cure")),
        ("a smile :) and: more", ("a smile :) and", "more")),
    ],
)
def test_split(line: str, halves: tuple[str, str]) -> None:
    """A line is cut at its first colon or semicolon outside brackets."""
    assert split(line, cure="cure") == halves


def test_programs(tmp_path: Path) -> None:
    """A missing program is None; one that fails, hangs or may not be run says why, within its limit."""
    assert run(["/nonexistent/vcgencmd"]) is None
    assert run([sys.executable, "-c", "print(5)"], limit_s=20) == "5\n"
    with pytest.raises(Unseen, match="not permitted"):
        run([sys.executable, "-c", "import sys; sys.exit('read kernel buffer: not permitted')"], limit_s=20)
    with pytest.raises(Unseen, match=r"within 0\.2 s"):
        run([sys.executable, "-c", "import time; time.sleep(60)"], limit_s=0.2)
    (tmp_path / "text").write_text("no program")
    (tmp_path / "text").chmod(0o755)
    with pytest.raises(Unseen):
        run([str(tmp_path / "text")])


def test_kernel_log() -> None:
    """dmesg is asked where the journal is empty or forbidden; the reason is told where neither speaks."""
    line = "[  9.1] usb 1-1.3: USB disconnect, device number 4\n[ 9.2] hwmon hwmon1: Undervoltage detected!\n"

    def answers(journal: str | Exception | None, dmesg: str | Exception | None) -> Callable[[Any], str | None]:
        def said(command: Any) -> str | None:
            answer = {"journalctl": journal, "dmesg": dmesg}[command[0]]
            if isinstance(answer, Exception):
                raise answer
            return answer

        return said

    for journal, dmesg in ((line, None), ("", line), (Unseen("no"), line), (None, line)):
        log = kernel_log(answers(journal, dmesg))
        assert log is not None
        assert (log.disconnects, log.low_voltage) == ({"1-1.3": 1}, 1)
    assert kernel_log(answers(None, None)) is None
    with pytest.raises(Unseen, match="forbidden"):
        kernel_log(answers("", Unseen("forbidden")))


@pytest.mark.parametrize(
    ("hello", "code"),
    [(b"", "silent"), (b'{"hello": "modemd", "protocol": 1, "version": "9"}\n', "silent"), (b"SSH-2.0\n", "protocol")],
)
def test_a_daemon_that_hangs(tmp_path: Path, hello: bytes, code: str) -> None:
    """One that says nothing, nothing more, or something else is not waited for longer than the limit."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(path)
        server.listen()

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(hello)
                while connection.recv(65536):  # until the client has had enough
                    pass

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        started = time.monotonic()
        daemon, modems, channels = ask(path, limit_s=0.3)
        thread.join(10)
    assert (daemon.code, modems, channels) == (code, (), None)
    assert daemon.line
    assert time.monotonic() - started < 5


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    """The free space is that of the disk on which the folder would be made."""
    seen = folder(str(tmp_path / "a" / "b"))
    assert seen.missing
    assert seen.free_bytes


@pytest.mark.parametrize(
    ("changes", "severity"),
    [
        ({"free_bytes": 200 << 20}, "ok"),
        ({"free_bytes": 49 << 20}, "warning"),
        ({"free_bytes": 1000}, "fault"),
        ({"read_only": True, "free_bytes": 200 << 20}, "fault"),
        ({"missing": True, "free_bytes": 200 << 20, "mode": 0o755}, "ok"),
    ],
)
def test_state_folder(changes: dict[str, Any], severity: str) -> None:
    """Little room is a warning, none a fault, like a file system that is read only; not made yet is well."""
    facts = Facts(now=NOW, folder=replace(Folder(path="/var/lib/modemd", mode=0o700), **changes))
    assert {finding.severity for finding in examine(facts) if finding.check == "state"} == {severity}


def measured(error: str | None, origin: str = "schedule", **fields: Any) -> Measurement:
    reading = Reading(kind="error") if error else Reading(kind="balance", balance=Decimal(5), currency="RUB")
    known: dict[str, Any] = {
        "modem": "home", "sim": Sim(), "sim_key": "modem:home", "operator": None, "country": None, "reading": reading,
        "taken_at": NOW, "channel": "ussd", "origin": origin, "error": error, "code": "*100#",
        "text": "private words",
    }  # fmt: skip
    return Measurement(**(known | fields))


def test_the_diagnosis_of_a_modem() -> None:
    """State, network, settings and the last question; failures running are counted, late texts are not questions."""
    snapshot = ModemSnapshot(
        modem="home",
        state="ready",
        error="x" * 2000,
        device=Device(model="EC25", imei="860000000000000"),
        network=Network(registered=True, rat="LTE", signal_dbm=-90),
        sms_storages=(SmsStorage(name="SM", used=9, places=10),),
    )
    rows = [measured(None), measured("no answer"), measured("not supported", hint="try"), measured(None, "late")]
    said = diagnosis.modem(
        ModemSettings(name="home", port="auto"),
        snapshot,
        level="stale",
        rows=rows,
        steps=[RecoveryStepRecord(step="reset", tried=2, helped=1, last_at=NOW)],
        next_query_at=None,
        now=NOW + timedelta(hours=1),
    )
    assert said["failures"] == 2
    assert said["last"] == {
        "taken_at": "2026-06-01T12:00:00Z",
        "age_s": 3600,
        "code": "*100#",
        "kind": "error",
        "error": "not supported",
        "hint": "try",
    }
    assert said["steps"] == [{"step": "reset", "tried": 2, "helped": 1, "last_at": "2026-06-01T12:00:00Z"}]
    assert said["sms"] == [{"storage": "SM", "used": 9, "places": 10}]
    assert (said["network"]["rat"], said["settings"]["radio_fallback"], said["level"]) == ("LTE", "off", "stale")
    assert len(said["error"]) == diagnosis.LONGEST_TEXT
    assert "private" not in json.dumps(said)


def test_the_diagnosis_of_channels(tmp_path: Path) -> None:
    """Pending deliveries count once they were tried, given up ones for two weeks, and tests never: who asked
    was told how it ended. Unknown channels are left out."""
    store = Store(tmp_path / "state")
    for number, days in enumerate((0, 0, 0, 30, 0, 0)):
        alert = Alert(
            id=f"a{number}", event="low", level="low", modem="home", sim_key="k", operator=None, balance=None,
            currency=None, taken_at=None, text="low", raised_at=NOW - timedelta(days=days),
        )  # fmt: skip
        if number >= 4:
            alert = replace(alert, event="test") if number == 4 else replace(alert, rehearsal=True)
        store.put_alert(alert, ["command:a", "command:gone"])
    due = {row.alert.id: row.id for row in store.outbox_due(NOW + timedelta(days=1)) if row.channel == "command:a"}
    store.retry(due["a0"], "exit code 7", NOW)
    store.give_up(due["a1"], "no route")
    store.give_up(due["a3"], "long ago")
    store.give_up(due["a4"], "a test")
    store.give_up(due["a5"], "a rehearsal")
    rows: list[AlertRow] = store.alerts()
    store.close()
    assert diagnosis.channels(["command:a", "command:b"], rows, now=NOW) == [
        {"channel": "command:a", "waiting": 1, "given_up": 1, "error": "no route"},
        {"channel": "command:b", "waiting": 0, "given_up": 0, "error": None},
    ]


def test_a_file_that_this_user_may_not_read() -> None:
    """Other rights of the file would do nothing for somebody outside its group."""
    (finding,) = configuration.file(Facts(now=NOW, config=ConfigFile(path="/etc/modemd/modemd.toml", unreadable=True)))
    assert (finding.severity, finding.cure) == ("warning", "sudo modemd doctor")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-200, 200) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS: tuple[str, ...] = (
    "modem",
    "port",
    "path",
    "state",
    "error",
    "device",
    "network",
    "radio",
    "recovery",
    "sms",
    "settings",
    "level",
)
KEYS += ("last", "failures", "code", "operator", "steps")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(modem=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=6), network=st.dictionaries(st.text(), JSON))
def test_any_answer(ward: Any, modem: dict[str, Any], network: dict[str, Any]) -> None:
    """Whatever the daemon says, there is a diagnosis, and it is JSON."""
    ward.daemon.answers["doctor"] = {"daemon": network, "modems": [{**modem, "network": network}], "channels": [modem]}
    assert json.dumps(to_json(ward.examine()))
