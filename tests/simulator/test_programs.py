"""gammu-smsd, smstools, wvdial and picocom find a modem. They take their time, so `make programs` runs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source
from tests.simulator.others import need, running, said_until

pytestmark = pytest.mark.skipif(not os.environ.get("MODEMD_PROGRAMS"), reason="slow; make programs runs it")

MAILBOX = """
[modem]
profile = "quectel"
[[sms]]
text = "Hello from the operator"
from = "+79261234567"
[[ussd]]
code = "*100#"
replies = ["Balance 220.76 r."]
[[sms_service]]
number = "1000"
replies = ["Balans 5"]
"""


def test_gammu_smsd(fake_modem: Callable[[Source], FakeModem], tmp_path: Path) -> None:
    """It reads what lay there, and what the answer to its own message brings."""
    need("gammu-smsd", "gammu-smsd-inject", package="gammu-smsd")
    modem = fake_modem(MAILBOX)
    folders = {f"{name}path": tmp_path / name for name in ("inbox", "outbox", "sentsms", "errorsms")}
    for folder in folders.values():
        folder.mkdir()
    configuration = tmp_path / "smsdrc"
    configuration.write_text(
        f"[gammu]\ndevice = {modem.path}\nconnection = at\n[smsd]\nservice = files\nlogfile = stdout\ndebuglevel = 1\n"
        "commtimeout = 1\nreceivefrequency = 1\nchecksecurity = 0\n"
        + "".join(f"{key} = {folder}/\n" for key, folder in folders.items()),
        encoding="utf-8",
    )
    with running("gammu-smsd", "-c", str(configuration)) as daemon:
        assert "Received IN" in said_until(daemon, "Received IN")
        inject = ["gammu-smsd-inject", "-c", str(configuration), "TEXT", "1000", "-text", "BAL"]
        subprocess.run(inject, check=True, capture_output=True)
        assert "Received IN" in said_until(daemon, "Received IN")
    texts = sorted(file.read_text("utf-8") for file in folders["inboxpath"].iterdir())
    assert texts == ["Balans 5", "Hello from the operator"]
    assert modem.sms_outgoing == [("1000", "BAL")]


def test_smstools(fake_modem: Callable[[Source], FakeModem], tmp_path: Path) -> None:
    """Its file has sender, service centre, IMSI and text; it sends."""
    need("smsd", package="smstools")
    modem = fake_modem(MAILBOX)
    folders = {name: tmp_path / name for name in ("incoming", "outgoing", "checked", "failed", "sent")}
    for folder in folders.values():
        folder.mkdir()
    configuration = tmp_path / "smsd.conf"
    own = "".join(f"{name} = {tmp_path / name}\n" for name in ("pidfile", "infofile"))
    configuration.write_text(
        "devices = GSM1\nlogfile = 1\nloglevel = 7\ndelaytime = 1\nstats =\nautosplit = 0\n"
        + own
        + "".join(f"{name} = {folder}\n" for name, folder in folders.items())
        + f"[GSM1]\ndevice = {modem.path}\nincoming = yes\nbaudrate = 115200\nreport = no\n",
        encoding="utf-8",
    )
    (folders["outgoing"] / "ask").write_text("To: s1000\n\nBAL", encoding="utf-8")
    with running("smsd", "-t", "-c", str(configuration)) as daemon:
        said = said_until(daemon, "SMS received, From: 79261234567") + said_until(daemon, "SMS sent")
        assert "SMS sent" in said, said
    files = "".join(file.read_text("utf-8", "replace") for file in folders["incoming"].iterdir())
    for expected in ("From: 79261234567", "From_SMSC: 79168999100", "IMSI: 250011234567890", "Hello from the operator"):
        assert expected in files
    assert modem.sms_outgoing == [("1000", "BAL")]


def test_wvdial(fake_modem: Callable[[Source], FakeModem], tmp_path: Path) -> None:
    """Its set-up lines are taken, and the dialled number becomes a data call."""
    need("wvdial", package="wvdial")
    modem = fake_modem("[modem]\n")
    configuration = tmp_path / "wvdial.conf"
    configuration.write_text(
        f"[Dialer Defaults]\nModem = {modem.path}\nBaud = 115200\nInit1 = ATZ\n"
        'Init2 = ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0\nInit3 = AT+CGDCONT=1,"IP","internet"\n'
        "Phone = *99#\nUsername = any\nPassword = any\nDial Attempts = 1\n",
        encoding="utf-8",
    )
    with running("wvdial", "-C", str(configuration)) as dialer:
        said = said_until(dialer, "Carrier detected")
    assert "Carrier detected" in said, said


def test_picocom(fake_modem: Callable[[Source], FakeModem]) -> None:
    """A person at a terminal sees the answers."""
    need("picocom", package="picocom")
    modem = fake_modem(MAILBOX)
    master, slave = os.openpty()
    person = subprocess.Popen(["picocom", "-b", "115200", modem.path], stdin=slave, stdout=subprocess.PIPE)
    try:
        assert "Terminal ready" in said_until(person, "Terminal ready")
        os.write(master, b"ATI\r")
        assert "EC25" in said_until(person, "OK\r\n")
        os.write(master, b'AT+CUSD=1,"*100#",15\r')
        assert "Balance 220.76 r." in said_until(person, '",15\r\n')
        os.write(master, b"\x01\x18")
        assert person.wait(10.0) == 0
    finally:
        person.kill()
        person.communicate()
        os.close(master)
        os.close(slave)
