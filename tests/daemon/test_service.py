"""What the service manager hears, what the log never says, and the unit file."""

from __future__ import annotations

import io
import logging
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from modemd.daemon import service

UNITS = Path(__file__).parent.parent.parent / "systemd"


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    yield
    logging.captureWarnings(False)
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)
    structlog.reset_defaults()


def logged(environ: dict[str, str] | None = None, **values: object) -> str:
    stream = io.StringIO()
    service.setup_logging(stream, environ or {})
    structlog.get_logger().warning("event", **values)
    return stream.getvalue()


@pytest.mark.parametrize("abstract", [False, True])
def test_notify_reaches_the_manager(tmp_path: Path, abstract: bool) -> None:
    """A path and an abstract address both work; without a manager nothing happens."""
    address = f"\0modemd-test-{tmp_path}" if abstract else str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address)
        manager.settimeout(10)
        assert service.notify("READY=1", {"NOTIFY_SOCKET": address.replace("\0", "@")})
        assert manager.recv(100) == b"READY=1"
    assert not service.notify("READY=1", {})
    assert not service.notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})


def test_the_watchdog_is_fed_twice_as_often_as_asked() -> None:
    """WATCHDOG_USEC halved; another process's watchdog is not ours."""
    assert service.watchdog_interval_s({"WATCHDOG_USEC": "120000000"}, pid=7) == 60.0
    assert service.watchdog_interval_s({"WATCHDOG_USEC": "120000000", "WATCHDOG_PID": "8"}, pid=7) is None
    assert service.watchdog_interval_s({}) is None
    assert service.watchdog_interval_s({"WATCHDOG_USEC": "soon"}) is None


def test_what_there_is_none_of_is_left_out() -> None:
    """No `error=None`; what is false or nothing in number stays."""
    line = logged(error=None, sent_as="plain", count=0, late=False)
    assert "error" not in line.replace("[error", "")
    assert "sent_as=plain" in line
    assert "count=0" in line
    assert "late=" in line


def test_numbers_and_secrets_are_masked() -> None:
    """IMSI, ICCID and phone numbers show four digits; a PIN shows nothing; a code and a balance stay."""
    line = logged(imsi="250011234567890", text="call +79161234567", pin="1234", at='AT+CPIN="1234"', code="*100#", n=12)
    assert "250011234567890" not in line
    assert "9161234567" not in line
    assert "1234\n" not in line
    assert '"1234"' not in line
    assert "imsi=*7890" in line
    assert "code=*100#" in line
    assert "n=12" in line
    assert "pin=***" in line


def test_text_cannot_forge_a_line() -> None:
    """Line ends, escapes and direction marks are shown, not obeyed."""
    line = logged(text="a\n<3>forged\x1b[2J\u202e")
    assert line.count("\n") == 1
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "\\n<3>forged" in line


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("word", "word"),
        ("two words", '"two words"'),
        ('Balance: "5"', r'"Balance: \"5\""'),
        ('a" level=error b="', r'"a\" level=error b=\""'),
        (r"C:\x", r'"C:\\x"'),
        ("a\nb", r'"a\nb"'),
        ("", '""'),
    ],
)
def test_values_end_where_they_end(value: str, written: str) -> None:
    """logfmt: whoever reads the log by its fields gets the text that was meant, and no field out of its middle."""
    assert logged(text=value).strip().partition("text=")[2] == written


def test_an_alert_keeps_its_id() -> None:
    """By which people acknowledge it; it is no telephone number, whatever its digits."""
    line = logged(text="delivered through phone: low for home (alert 123456789012)", alert="a79161234567")
    assert "(alert 123456789012)" in line
    assert "alert=a79161234567" in line
    assert "9161234567" not in logged(text="(alert +79161234567)", number="a79161234567")


def test_under_the_journal_lines_carry_their_priority() -> None:
    """<4> for a warning, and no time of our own."""
    assert logged({"JOURNAL_STREAM": "8:1"}, modem="home") == "<4>event modem=home\n"


def entries_of(datagram: bytes) -> dict[str, str]:
    """Journal fields by name, as journald reads them."""
    found = {}
    while datagram:
        line, _, datagram = datagram.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            size = int.from_bytes(datagram[:8], "little")
            value, datagram = datagram[8 : 8 + size], datagram[8 + size + 1 :]
        found[name.decode()] = value.decode()
    return found


def test_the_journal_gets_fields(tmp_path: Path) -> None:
    """Where stderr is the journal's: the line as ever, and each value by its name, masked alike; else, and where the
    journal takes nothing, the line on stderr."""
    path, log = str(tmp_path / "journal"), tmp_path / "stderr"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, log.open("w+") as stderr:
        journal.bind(path)
        journal.settimeout(10)
        status = os.fstat(stderr.fileno())
        environ = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        service.setup_logging(stderr, environ, socket_path=path)
        structlog.get_logger().warning("modem unusable", modem="home", reason="two\nlines", imsi="250011234567890")
        fields = entries_of(journal.recv(10_000))
        assert fields["MESSAGE"] == r'modem unusable imsi=*7890 modem=home reason="two\nlines"'
        assert (fields["PRIORITY"], fields["SYSLOG_IDENTIFIER"]) == ("4", "modemd")
        assert (fields["MODEMD_MODEM"], fields["MODEMD_REASON"], fields["MODEMD_IMSI"]) == (
            "home",
            "two\nlines",
            "*7890",
        )
        try:
            int("x")
        except ValueError:
            structlog.get_logger().exception("a bug")
        fields = entries_of(journal.recv(10_000))
        assert fields["MESSAGE"].startswith("a bug\n  Traceback")
        assert log.read_text() == ""
        journal.close()
        structlog.get_logger().info("nobody takes it")
        assert log.read_text() == "<6>nobody takes it\n"
        service.setup_logging(stderr, {"JOURNAL_STREAM": "1:1"}, socket_path=path)
        structlog.get_logger().info("another stderr")
        assert log.read_text() == "<6>nobody takes it\n<6>another stderr\n"


def test_libraries_take_the_same_way_out() -> None:
    """The standard library's logging is masked and formatted alike; tracebacks stay under their event."""
    stream = io.StringIO()
    service.setup_logging(stream, {"JOURNAL_STREAM": "8:1"})
    try:
        int("250011234567890x")
    except ValueError:
        logging.getLogger("modemd.alerts").exception("failed for %s", "+79161234567")
    out = stream.getvalue()
    assert out.startswith("<3>failed for *4567")
    assert "250011234567890" not in out
    assert all(line.startswith("<3>") for line in out.splitlines())


def test_a_log_that_cannot_be_written_ends_nothing() -> None:
    """The reader of stderr may be gone."""
    stream = io.StringIO()
    service.setup_logging(stream, {})
    stream.close()
    structlog.get_logger().error("nobody hears this")


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here: apt install systemd"
)


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with programs that exist here in the place of those that exist where they are installed."""
    for path in (*UNITS.glob("*.service"), *UNITS.glob("*.socket")):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(re.sub(r"/opt/modemd/bin/\w+", "/bin/true", text), encoding="utf-8")
    return tmp_path


@needs_systemd
def test_the_units_are_valid(units: Path) -> None:
    """systemd itself finds no fault."""
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"}
    command = ["systemd-analyze", "verify", str(units / "modemd.service"), str(units / "modemd-holders.socket")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", ["modemd.service", "modemd-holders@.service"])
def test_the_units_are_closed(units: Path, name: str) -> None:
    """systemd's own rating of what a break-in would be worth: 0 nothing, 10 everything."""
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=15", str(units / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_ports_are_allowed_by_numbers_that_hold() -> None:
    """A name is looked up once, when the service starts: at boot, before the driver of a stick is loaded."""
    allowed = re.findall(r"^DeviceAllow=(\S+)", (UNITS / "modemd.service").read_text(encoding="utf-8"), re.MULTILINE)
    assert allowed[:4] == ["char-188", "char-166", "char-204", "char-4"]
    assert all("*" in name for name in allowed[4:]), "of those without a number"


def test_the_unit_keeps_its_promises() -> None:
    """What the documents rely on: notify, no root, restart always but not on a wrong configuration, a private state."""
    unit = (UNITS / "modemd.service").read_text(encoding="utf-8").splitlines()
    for line in (
        "Type=notify", "User=modemd", "SupplementaryGroups=dialout", "Restart=always", "RestartPreventExitStatus=2",
        "StartLimitIntervalSec=0", "StateDirectoryMode=0700", "RuntimeDirectory=modemd", "NoNewPrivileges=yes",
        "ExecStart=/opt/modemd/bin/modemd run --config /etc/modemd/modemd.toml", "ProtectProc=invisible",
        "ExecReload=/opt/modemd/bin/modemd config check /etc/modemd/modemd.toml", "Wants=modemd-holders.socket",
    ):  # fmt: skip
        assert line in unit


def test_the_modemmanager_rule_is_there_but_off() -> None:
    """Whoever needs ModemManager for the data link must not lose it by installing modemd."""
    rules = (UNITS / "60-modemd.rules").read_text(encoding="utf-8")
    assert "ID_MM_DEVICE_IGNORE" in rules
    assert all(line.startswith("#") for line in rules.splitlines() if line.strip())
