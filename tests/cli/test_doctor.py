"""`modemd doctor` as a command: its two outputs, its exit codes, and hostile names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DaemonFacts = Any


@pytest.fixture
def answer(daemon: DaemonFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the daemon says to the doctor; a machine without USB, programs or processes."""
    root = tmp_path / "root"
    (root / "run/systemd/timesync").mkdir(parents=True)
    (root / "run/systemd/timesync/synchronized").touch()
    monkeypatch.setenv("MODEMD_SYSROOT", str(root))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MODEMD_SOCKET", daemon.path)
    port = tmp_path / "port"
    port.touch(mode=0o600)
    config = tmp_path / "modemd.toml"
    config.write_text(
        f'[[modem]]\nname = "home"\nport = "{port}"\n[[channel]]\ntype = "command"\nrun = ["/bin/true"]\n',
        encoding="utf-8",
    )
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    said: dict[str, Any] = {
        "daemon": {
            "version": "0.1.0",
            "pid": 1,
            "uid": 0,
            "user": "root",
            "gids": [0],
            "config": str(config),
            "state": str(state),
            "heartbeats": 1,
        },
        "modems": [
            {
                "modem": "home",
                "port": str(port),
                "path": str(port),
                "state": "ready",
                "network": {"registered": True, "rat": "UMTS", "signal_dbm": -70},
                "settings": {"every_s": 3600.0},
                "level": "ok",
                "last": {"age_s": 60},
                "failures": 0,
            }
        ],
        "channels": [{"channel": "command:true", "waiting": 0, "given_up": 0, "error": None}],
    }
    rest = {key: said[key] for key in ("daemon", "channels")}
    daemon.answers["doctor"] = [{"row": row} for row in said["modems"]] + [{"ok": True, "result": rest}]
    return said


def test_healthy(modemd: Any, answer: dict[str, Any]) -> None:
    """Nothing wrong: one word, exit 0; --all shows what was looked at; --json is one object."""
    result = modemd("doctor")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "healthy\n", "")
    *lines, last = modemd("doctor", "--all").stdout.splitlines()
    assert last == "healthy"
    assert {line.split()[0] for line in lines} == {"ok"}
    found = json.loads(modemd("doctor", "--json").stdout)
    assert list(found) == ["healthy", "findings"]
    assert found["healthy"] is True
    assert {tuple(finding) for finding in found["findings"]} == {("check", "severity", "subject", "text", "cure")}


def test_worst_first(modemd: Any, answer: dict[str, Any]) -> None:
    """Faults, then warnings, each "subject: what: cure" and wrapped to the terminal; the count last; exit 1."""
    answer["modems"][0] |= {"state": "sim", "error": "the SIM asks for its PIN: " + "name it with pin_file " * 6}
    answer["modems"][0]["network"]["signal_dbm"] = -110
    result = modemd("doctor")
    assert result.exit_code == 1
    first, *_ = lines = result.stdout.splitlines()
    assert first.startswith("fault    home: the SIM asks for its PIN: name it with pin_file")
    assert max(map(len, lines)) <= 100
    assert lines[1].startswith(" " * 9)
    assert [line.split()[0] for line in lines if not line.startswith(" ")] == ["fault", "warning", "1"]
    assert lines[-1] == "1 fault, 1 warning"


def test_warnings_alone_are_no_failure(modemd: Any, answer: dict[str, Any]) -> None:
    """A warning is shown and counted, and the exit code stays 0."""
    answer["modems"][0]["network"]["signal_dbm"] = -110
    result = modemd("doctor")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "0 faults, 1 warning")


def test_no_daemon(modemd: Any, answer: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A daemon that cannot be reached is a fault like others: exit 1, JSON on stdout, nothing on stderr."""
    monkeypatch.setenv("MODEMD_SOCKET", str(tmp_path / "none"))
    result = modemd("doctor", "--json", "--config", str(tmp_path / "modemd.toml"))
    assert (result.exit_code, result.stderr) == (1, "")
    findings = json.loads(result.stdout)["findings"]
    assert findings[0]["check"] == "daemon"
    assert "systemctl start modemd" in findings[0]["cure"]


def test_somebody_who_may_not_ask(modemd: Any, answer: dict[str, Any], daemon: DaemonFacts) -> None:
    """A user outside the group gets a fault with the command that lets them in."""
    daemon.error("doctor", "forbidden", "you may not use this daemon: sudo usermod -aG modemd USER")
    finding = json.loads(modemd("doctor", "--json").stdout)["findings"][0]
    assert (finding["check"], finding["severity"]) == ("daemon", "fault")
    assert finding["cure"] == "sudo usermod -aG modemd USER"


HOSTILE = "\x1b[2J\x9b31m‮evil\r\n\x07ok"


def test_hostile_names(modemd: Any, answer: dict[str, Any], tmp_path: Path) -> None:
    """Names from USB descriptors, operators and channels cannot act on the terminal, in either output."""
    modem = answer["modems"][0]
    modem |= {"modem": HOSTILE, "state": "failed", "error": f"{HOSTILE}: {HOSTILE}", "operator": HOSTILE}
    modem |= {"recovery": HOSTILE, "radio": HOSTILE, "device": {"model": HOSTILE}}
    answer["channels"][0] |= {"channel": HOSTILE, "waiting": 1, "error": HOSTILE}
    folder = tmp_path / "root/sys/devices/usb1/1-1"
    (folder / "1-1:1.0").mkdir(parents=True)
    for name, text in {"idVendor": "12d1", "idProduct": "1f01", "product": HOSTILE}.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, text in {"Number": "00", "Class": "08", "SubClass": "06", "Protocol": "50"}.items():
        (folder / f"1-1:1.0/bInterface{name}").write_text(text, encoding="utf-8")
    shown = modemd("doctor", "--all").stdout
    assert "evil" in shown
    assert "12d1:1f01" in shown
    raw = modemd("doctor", "--json").stdout
    for output in (shown, raw):
        assert all(char.isprintable() for line in output.split("\n") for char in line)
    assert raw.count("\n") == 1


@pytest.mark.parametrize(
    "said",
    [
        [{"ok": True, "result": {}}],
        [{"row": 7}, {"row": None}, {"row": {}}, {"ok": True, "result": {"daemon": 5, "channels": "x"}}],
        [
            {"row": {"network": [], "sms": [1], "last": 2}},
            {"ok": True, "result": {"channels": [None, {"waiting": "x"}]}},
        ],
        [{"ok": False, "error": {"code": "failed", "message": "the disk is full: free some space"}}],
    ],
)
def test_a_daemon_that_talks_nonsense(modemd: Any, answer: dict[str, Any], daemon: DaemonFacts, said: Any) -> None:
    """Fields of the wrong type are unknown, never a traceback."""
    daemon.answers["doctor"] = said
    result = modemd("doctor", "--json")
    assert result.stderr == ""
    assert isinstance(json.loads(result.stdout)["healthy"], bool)
