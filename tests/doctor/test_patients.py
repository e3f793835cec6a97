"""A healthy machine and many sick ones: made-up folders of the kernel, a scripted daemon, scripted programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modemd.doctor.checks.alerts import own_link
from modemd.doctor.facts import Facts, ModemFacts
from modemd.doctor.findings import Finding
from modemd.doctor.programs import Unseen

Ward = Any


def one(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


def test_a_healthy_machine(ward: Ward) -> None:
    """Everything is looked at and well: nothing but ok findings, and each area speaks."""
    ward.machine.usb()
    ward.programs.says = {"vcgencmd": "throttled=0x0\n", "journalctl": "quiet\n"}
    assert ward.trouble() == []
    checks = {finding.check for finding in ward.examine()}
    assert checks == {
        "daemon", "configuration", "usb", "modemmanager", "modem", "rights", "signal", "sms", "reading", "alerts",
        "autosuspend", "power", "state", "clock", "silence",
    }  # fmt: skip


def test_the_daemon_is_down(ward: Ward, tmp_path: Path) -> None:
    """Without a daemon the configuration and the machine are still looked at."""
    ward.machine.usb()
    ward.daemon.path = str(tmp_path / "nobody.sock")
    findings = ward.examine(config=str(ward.config))
    finding = one([found for found in findings if found.severity == "fault"])
    assert (finding.check, "not running" in finding.text, "systemctl start" in finding.cure) == ("daemon", True, True)
    assert any(found.check == "port" and found.severity == "ok" for found in findings)


def test_a_daemon_that_may_not_be_asked(ward: Ward) -> None:
    """Then that alone is the fault: what it runs and which modem it has is not known."""
    ward.daemon.hello = {"id": None, "ok": False, "error": {"code": "too many clients", "message": "full: come later"}}
    findings = ward.examine()
    fault = one([found for found in findings if found.severity == "fault"])
    assert (fault.check, fault.text, fault.cure) == ("daemon", "full", "come later")


def test_the_daemon_is_down_and_the_modem_gone(ward: Ward, tmp_path: Path) -> None:
    """Both are told, each as a fault of its own."""
    ward.daemon.path = str(tmp_path / "nobody.sock")
    faults = {found.check: found for found in ward.examine(config=str(ward.config)) if found.severity == "fault"}
    assert set(faults) == {"daemon", "port"}
    assert "/dev/ttyUSB2" in faults["port"].text


def test_another_version(ward: Ward) -> None:
    """A daemon of another version, that does not know the question, is to be restarted; its status is used."""
    ward.machine.usb()
    ward.daemon.hello["version"] = "0.0.1"
    ward.daemon.answers["status"] = {"modems": [{"modem": "home", "state": "sim", "error": "wants its PUK: phone"}]}
    ward.daemon.answers["doctor"] = ward.answer()
    assert one(ward.trouble()).cure == "sudo systemctl restart modemd"
    del ward.daemon.answers["doctor"]
    ward.answer = lambda: None
    found = {finding.check: finding for finding in ward.trouble(config=str(ward.config))}
    assert found["daemon"].cure == "sudo systemctl restart modemd"
    assert "PUK" in found["sim"].text


def test_a_faulty_configuration(ward: Ward) -> None:
    """Every fault of the file is told with key, value and cure, although the daemon still runs the old one."""
    ward.machine.usb()
    ward.configure('lwo = "5"\nevery = 3')
    found = [finding for finding in ward.trouble() if finding.check == "configuration"]
    assert [finding.severity for finding in found] == ["fault", "fault"]
    assert any("modem[0].lwo" in finding.text and "low" in finding.cure for finding in found)
    ward.config.unlink()
    assert "no such file" in one(ward.trouble()).text


def test_files_that_the_configuration_names(ward: Ward, tmp_path: Path) -> None:
    """A missing alert program is a fault, since it warns nobody; a missing PIN file a warning, and nothing where the
    daemon has it as a credential."""
    ward.machine.usb()
    ward.configure('pin_file = "sim-pin"')
    ward.config.write_text(ward.config.read_text().replace("/bin/true", f"{tmp_path}/tell"))
    fault, warning = ward.trouble()
    assert (fault.check, fault.severity, warning.check, warning.severity) == (
        "configuration", "fault", "configuration", "warning",
    )  # fmt: skip
    assert fault.text == f'channel[0].run = "{tmp_path}/tell": {tmp_path}/tell does not exist'
    assert "install it" in fault.cure
    assert "sim-pin does not exist" in warning.text
    assert "create it" in warning.cure
    ward.home["settings"]["pin_file"] = "/run/credentials/modemd.service/sim-pin"
    assert one(ward.trouble()).severity == "fault"


def test_a_configuration_that_is_not_loaded(ward: Ward) -> None:
    """A file that was changed since the daemon read it is told, with the command that loads it."""
    ward.machine.usb()
    ward.configure('[[modem]]\nname = "garden"\nport = "/dev/ttyUSB9"')
    assert one(ward.trouble()).cure == "sudo systemctl reload modemd"


def test_no_channel(ward: Ward) -> None:
    """Without a channel nobody would be warned."""
    ward.machine.usb()
    ward.config.write_text(ward.config.read_text().partition("[[channel]]")[0])
    ward.daemon.answers["doctor"] = {**ward.answer(), "channels": []}
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("alerts", "warning")


def test_nobody_would_notice_silence(ward: Ward) -> None:
    """A dead machine raises no alert. The daemon's own word counts; without it, the configuration's."""
    ward.machine.usb()
    ward.process["heartbeats"] = 0
    finding = one(ward.trouble())
    assert (finding.check, finding.severity, "[[heartbeat]]" in finding.cure) == ("silence", "warning", True)


def test_the_last_alert_would_leave_by_the_empty_sim(ward: Ward) -> None:
    """critical = 0 on the modem that is the machine's way out."""
    modem = ModemFacts(name="home", uplink="wwan0", critical="0.00")
    others = (replace(modem, name="b", critical="5"), replace(modem, name="c", uplink=None))
    findings = own_link(Facts(now=ward.now, modems=(modem, *others)))
    assert [(finding.subject, finding.severity) for finding in findings] == [("home", "warning")]


def test_alerts_that_do_not_arrive(ward: Ward) -> None:
    """Alerts that wait or were given up are a fault, with the reason and the test command."""
    ward.machine.usb()
    ward.channel |= {"waiting": 2, "given_up": 1, "error": "exit code 7"}
    finding = one(ward.trouble())
    assert (finding.check, finding.severity, finding.subject) == ("alerts", "fault", "command:tell")
    assert "2 alerts could not be delivered" in finding.text
    assert "exit code 7" in finding.text
    assert "modemd alerts test command:tell" in finding.cure


def test_no_modem_but_a_stick_in_storage_mode(ward: Ward) -> None:
    """The stick is named, and why it is no modem yet."""
    ward.machine.usb("1-1", "12d1:1f01", name="HUAWEI_MOBILE", classes={0: ("08/06/50", "usb-storage")})
    ward.home |= {"state": "absent", "error": "no modem that modemd knows is plugged in; plug it in", "port": "auto"}
    ward.home["path"] = None
    ward.configure(port="auto")
    faults = [found for found in ward.trouble() if found.severity == "fault"]
    assert [found.check for found in faults] == ["usb", "port"]
    assert "HUAWEI_MOBILE (12d1:1f01)" in faults[0].subject
    assert "storage" in faults[0].text
    assert "usb-modeswitch" in faults[0].cure


@pytest.mark.parametrize(
    ("ids", "classes", "word"),
    [
        ("12d1:14db", {0: ("02/06/00", "cdc_ether")}, "HiLink"),
        ("1199:9071", {12: ("02/0e/00", "cdc_mbim")}, "MBIM"),
        ("2c7c:0800", {4: ("ff/ff/ff", "qmi_wwan")}, "QMI"),
    ],
)
def test_sticks_without_an_at_port(ward: Ward, ids: str, classes: dict[int, tuple[str, str]], word: str) -> None:
    """HiLink, MBIM and QMI are told apart; beside a modem that works they are a note."""
    ward.machine.usb()
    ward.machine.usb("1-2", ids, classes=classes)
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("usb", "note")
    assert word in finding.text


def test_several_modems_and_auto(ward: Ward) -> None:
    """Two modems with port = "auto": both are named, and how to say which."""
    ward.machine.usb()
    ward.machine.usb("1-2", "1e0e:9001", name="SIM7600", ttys={2: "ttyUSB6"})
    ward.home |= {"state": "absent", "error": "2 modems", "port": "auto", "path": None}
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("port", "fault")
    assert "2c7c:0125" in finding.text
    assert "1e0e:9001" in finding.text
    assert "usb =" in finding.cure


def test_a_port_that_somebody_holds(ward: Ward) -> None:
    """The holder is named with its pid; a free second AT port makes it a warning, none a fault."""
    ward.machine.usb(ttys={2: "ttyUSB2"})
    ward.machine.process(812, "minicom", "/dev/ttyUSB2")
    ward.machine.process(700, "modemd", "/dev/ttyUSB2")
    finding = one([found for found in ward.trouble() if found.check == "port"])
    assert (finding.severity, finding.text) == ("fault", "/dev/ttyUSB2 is held by minicom (pid 812)")


def test_a_port_that_speaks_no_at(ward: Ward) -> None:
    """A configured port that is the modem's diagnostic one is a fault, with the AT ports as the cure."""
    ward.machine.usb()
    ward.configure(port="/dev/ttyUSB0")
    ward.home |= {
        "state": "failed",
        "error": "it is silent: plug it out",
        "port": "/dev/ttyUSB0",
        "path": "/dev/ttyUSB0",
    }
    finding = one([found for found in ward.trouble() if found.check == "port"])
    assert (finding.severity, "diagnosis" in finding.text) == ("fault", True)
    assert finding.cure == "use /dev/ttyUSB2 or /dev/ttyUSB3"


def test_a_hung_daemon_holds_its_own_port(ward: Ward, tmp_path: Path) -> None:
    """Where the daemon cannot be asked, its own hold on the port is nothing to complain of."""
    ward.machine.usb()
    ward.machine.process(700, "modemd", "/dev/ttyUSB2")
    ward.daemon.path = str(tmp_path / "nobody.sock")
    assert (
        one([found for found in ward.examine(config=str(ward.config)) if found.severity == "fault"]).check == "daemon"
    )


def test_pppd_holds_it(ward: Ward) -> None:
    """A dialler on the AT port is told to move, since it is somebody's data connection."""
    ward.machine.usb(ttys={2: "ttyUSB2"})
    ward.machine.process(812, "pppd", "/dev/ttyUSB2")
    finding = one([found for found in ward.trouble() if found.check == "port"])
    assert "data connection" in finding.cure


def test_modem_manager(ward: Ward) -> None:
    """ModemManager that would take the modem is a warning with the udev line; with the rule in force all is well."""
    folder = ward.machine.usb()
    ward.machine.write(f"{folder}/dev", "189:4")
    ward.machine.process(400, "ModemManager")
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("modemmanager", "warning")
    assert 'ATTR{idVendor}=="2c7c", ATTR{idProduct}=="0125", ENV{ID_MM_DEVICE_IGNORE}="1"' in finding.cure
    ward.machine.write("run/udev/data/c189:4", "E:ID_MM_DEVICE_IGNORE=1")
    assert ward.trouble() == []


def test_autosuspend(ward: Ward) -> None:
    """A modem that the kernel may suspend is a warning with the udev rule of that device."""
    ward.machine.usb(power__control="auto", power__autosuspend_delay_ms="2000")
    finding = one(ward.trouble())
    assert (finding.check, finding.severity, finding.subject) == ("autosuspend", "warning", "Quectel EC25 (2c7c:0125)")
    assert 'ATTR{idVendor}=="2c7c"' in finding.cure


def test_autosuspend_that_never_comes(ward: Ward) -> None:
    """A negative delay means never."""
    ward.machine.usb(power__control="auto", power__autosuspend_delay_ms="-1000")
    assert ward.trouble() == []


@pytest.mark.parametrize(
    ("bits", "severity", "word"),
    [("0x50005", "fault", "at this moment"), ("0x50000", "warning", "was too low"), ("0x20002", "note", "slowed down")],
)
def test_low_voltage(ward: Ward, bits: str, severity: str, word: str) -> None:
    """The bits of the Pi's firmware: low now, low since boot, throttled."""
    ward.machine.usb()
    ward.programs.says["vcgencmd"] = f"throttled={bits}\n"
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("power", severity)
    assert word in finding.text


def test_a_modem_that_leaves_the_bus(ward: Ward) -> None:
    """Many disconnects of this device make its power the likely reason of its resets; those of others do not count."""
    ward.machine.usb("1-1.2")
    ward.home["recovery"] = "opened again once"
    log = "usb 1-1.2: USB disconnect, device number 7\n" * 4 + "usb 1-1.3: USB disconnect, device number 8\n" * 9
    ward.programs.says["journalctl"] = log
    found = {finding.check: finding for finding in ward.trouble()}
    assert set(found) == {"disconnects", "recovery"}
    assert "4 times" in found["disconnects"].text
    assert "powered hub" in found["disconnects"].cure
    assert "powered hub" in found["recovery"].cure


def test_a_hub_without_a_supply(ward: Ward) -> None:
    """More than 500 mA on a bus-powered hub is a note; a hub with its own supply is none."""
    hub = ward.machine.usb("1-1", "05e3:0608", classes={0: ("09/00/00", "hub")}, bmAttributes="a0", bMaxPower="100mA")
    ward.machine.usb("1-1.2", hub="1-1", bMaxPower="500mA")
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("hub", "note")
    assert "600 mA" in finding.text
    ward.machine.write(f"{hub}/bmAttributes", "e0")
    assert ward.trouble() == []


def test_the_clock_was_never_set(ward: Ward) -> None:
    """A Pi without a battery that starts in 1970 is told so; one that nobody keeps right is warned."""
    ward.machine.usb()
    ward.now = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    assert one(ward.trouble()).severity == "fault"
    ward.now = datetime(2026, 6, 1, tzinfo=UTC)
    (ward.machine.root / "run/systemd/timesync/synchronized").unlink()
    ward.programs.says["timedatectl"] = "no\n"
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("clock", "warning")


def test_the_state_folder(ward: Ward) -> None:
    """A folder that others may look into is a warning, one that is gone a fault."""
    ward.machine.usb()
    ward.state.chmod(0o755)
    finding = one(ward.trouble())
    assert (finding.check, finding.severity) == ("state", "warning")
    assert f"chmod 700 {ward.state}" in finding.cure
    ward.state.rmdir()
    assert one(ward.trouble()).severity == "fault"


def test_a_daemon_without_the_group(ward: Ward) -> None:
    """A port that the daemon's user may not open names the group and the command."""
    ward.machine.usb()
    ward.process |= {"uid": 1234, "gids": [1234]}
    ward.home |= {"state": "starting"}
    found = [finding for finding in ward.trouble() if finding.check == "rights"]
    assert one(found).severity == "fault"
    assert "may not open /dev/ttyUSB2" in one(found).text


def test_what_cannot_be_looked_at(ward: Ward) -> None:
    """A program that hangs or refuses is a note and hides nothing else."""
    ward.machine.usb()
    ward.programs.says = {
        "vcgencmd": Unseen("vcgencmd did not end within 2 s"),
        "journalctl": Unseen("no"),
        "dmesg": Unseen("dmesg failed: Operation not permitted"),
    }
    found = ward.trouble()
    assert {(finding.check, finding.severity) for finding in found} == {("look", "note")}
    assert {finding.subject for finding in found} == {"the kernel's log", "the supply voltage"}


def test_an_empty_machine(ward: Ward) -> None:
    """No /sys, no /proc, no daemon, no file: still a diagnosis."""
    ward.machine.root = Path("/nonexistent")
    ward.daemon.path = "/nonexistent/s"
    checks = {finding.check for finding in ward.trouble(config="/nonexistent/modemd.toml")}
    assert {"daemon", "configuration"} <= checks
