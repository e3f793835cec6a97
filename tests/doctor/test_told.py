"""What the daemon says of its modems, turned into findings: one sick modem a case."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.doctor.findings import Finding
from modemd.explanations import line_of

Ward = Any


def one(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, findings
    return findings[0]


SICK: dict[str, tuple[dict[str, Any], str, str, str, str]] = {
    "pin wanted": (
        {"state": "sim", "error": "the SIM asks for its PIN: put it in a file and name it with pin_file"},
        "sim", "fault", "asks for its PIN", "pin_file",
    ),
    "pin refused": (
        {"state": "sim", "error": "the SIM refused the PIN of /etc/x; it is not sent again: correct the file"},
        "sim", "fault", "refused the PIN", "correct the file",
    ),
    "puk": (
        {"state": "sim", "error": "the SIM is locked and wants its PUK: unlock it in a phone"},
        "sim", "fault", "PUK", "in a phone",
    ),
    "sim busy": (
        {"state": "sim", "error": "the SIM is still busy; modemd tries again by itself"},
        "sim", "warning", "busy", "by itself",
    ),
    "no sim, no words": ({"state": "sim", "error": None}, "sim", "fault", "sim", "phone"),
    "not registered": (
        {"state": "offline", "error": "the modem is not registered in a network: check antenna, SIM and reception"},
        "network", "fault", "not registered", "antenna",
    ),
    "denied": (
        {"state": "offline", "error": "the network refuses this SIM: ask the operator whether it is still active"},
        "network", "fault", "refuses this SIM", "operator",
    ),
    "blocked": (
        {"state": "blocked", "error": "/dev/ttyUSB2 is in use by minicom (pid 12): stop it"},
        "port", "fault", "minicom (pid 12)", "stop it",
    ),
    "failed": ({"state": "failed", "error": None}, "modem", "fault", "failed", "journalctl"),
    "roaming": (
        {"network": {"registered": True, "roaming": True, "rat": "UMTS"}},
        "roaming", "fault", "roaming", "roaming = true",
    ),
    "weak signal": (
        {"network": {"registered": True, "rat": "GSM", "signal_dbm": -107}},
        "signal", "warning", "-107 dBm", "antenna",
    ),
    "operator not known": (
        {"code": None, "operator": None, "error": "several operators share this network: set operator = \"ru-x\""},
        "operator", "warning", "share", "operator =",
    ),
    "stale": ({"level": "stale"}, "stale", "fault", "too long", "modemd balance"),
    "unreadable": (
        {"failures": 1, "last": {"error": "unreadable", "hint": "set another `code`"}},
        "reading", "warning", "the last question", "another `code`",
    ),
    "unreadable for long": (
        {"failures": 5, "last": {"error": "unreadable", "hint": None}},
        "reading", "fault", "5 questions", "modemd balance",
    ),
    "lte refuses ussd": (
        {"failures": 1, "last": {"error": "not supported"}, "network": {"registered": True, "rat": "LTE"}},
        "radio", "fault", "refused on LTE", 'radio_fallback = "auto"',
    ),
    "lte is silent": (
        {"failures": 1, "last": {"error": "no answer"}, "network": {"registered": True, "rat": "LTE"}},
        "radio", "fault", "no answer on LTE", 'radio_fallback = "auto"',
    ),
    "refused, who knows where": (
        {"failures": 1, "last": {"error": "not supported"}, "network": {"registered": True, "rat": None}},
        "radio", "fault", "often is on LTE", 'radio_fallback = "auto"',
    ),
    "silent, who knows where": (
        {"failures": 1, "last": {"error": "no answer"}, "network": {"registered": True, "rat": None}},
        "reading", "warning", "no answer", "modemd balance",
    ),
    "locked to lte": (
        {"radio": "the modem is locked to LTE: AT+QCFG=\"nwscanmode\",0 lets it choose"},
        "radio", "warning", "locked to LTE", "AT+QCFG",
    ),
    "sms nearly full": ({"sms": [{"storage": "SM", "used": 16, "places": 20}]}, "sms", "warning", "16 of 20", "delete"),
    "sms full": ({"sms": [{"storage": "ME", "used": 10, "places": 10}]}, "sms", "fault", "10 of 10", "delete"),
    "sms full, as the daemon says": (
        {"error": "the SIM holds 9 of 10 messages: delete some", "sms": [{"storage": "SM", "used": 9, "places": 10}]},
        "sms", "warning", "9 of 10", "delete",
    ),
    "sms full, without numbers": (
        {"error": "the modem has no room for messages: delete some"}, "sms", "warning", "no room", "delete some",
    ),
    "reset often": (
        {"recovery": "reset at 10:21 (helped)", "steps": [{"step": "reset", "tried": 4, "helped": 1}]},
        "recovery", "warning", "reset 4 times in all", "firmware",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SICK)
def test_what_the_daemon_says(ward: Ward, case: str) -> None:
    """Each state of a modem gives its one finding, with the right severity, the reason and a cure."""
    changes, check, severity, text, cure = SICK[case]
    ward.machine.usb()
    ward.home |= changes
    finding = one([found for found in ward.trouble() if found.severity != "note"])
    assert (finding.check, finding.severity, finding.subject) == (check, severity, "home")
    assert text in finding.text
    assert cure in finding.cure


def test_on_lte_with_the_fallback_on(ward: Ward) -> None:
    """With radio_fallback = "auto" the cure is not to set it; on the machine's way out the second key is named."""
    ward.machine.usb()
    ward.home |= {"failures": 1, "last": {"error": "not supported", "hint": "no network"}}
    ward.home["network"]["rat"] = "LTE"
    ward.home["settings"]["radio_fallback"] = "auto"
    finding = next(found for found in ward.examine() if found.check == "radio")
    assert (finding.severity, finding.cure) == ("fault", "no network")
    folder = ward.machine.root / "sys/devices/platform/usb1/1-1/1-1:1.4"
    ward.machine.write("sys/devices/platform/usb1/1-1/1-1:1.4/bInterfaceNumber", "04")
    ward.machine.write("sys/devices/platform/usb1/1-1/1-1:1.4/net/wwan0/flags", "0x1003")
    ward.machine.write("sys/class/net/wwan0/flags", "0x1003")
    (ward.machine.root / "sys/class/net/wwan0/device").symlink_to(folder)
    route = "Iface Destination Gateway Flags RefCnt Use Metric Mask\nwwan0 00000000 0100000A 0003 0 0 0 00000000 0"
    ward.machine.write("proc/net/route", route)
    finding = next(found for found in ward.examine() if found.check == "radio")
    assert "wwan0" in finding.text
    assert "radio_fallback_on_uplink = true" in finding.cure


@pytest.mark.parametrize(
    ("hint", "text", "cure"),
    [
        ("the network takes no USSD on LTE, and this operator has neither 3G nor 2G: ask it", "neither 3G", "ask it"),
        ('no USSD on LTE: radio_fallback = "auto" takes it to 3G', "no USSD on LTE", 'radio_fallback = "auto" takes'),
        ("no fall-back to 3G or 2G: the code is not known to be free", "no fall-back to 3G", "not known to be free"),
        (line_of("not supported"), "is refused on LTE", "auto"),
        (None, "is refused on LTE", 'set radio_fallback = "auto"'),
    ],
)
def test_what_the_daemon_knows_of_the_radio(ward: Ward, hint: str | None, text: str, cure: str) -> None:
    """What the daemon found out about the modem's setting and the operator's networks stands above the common cure."""
    ward.machine.usb()
    ward.home |= {"failures": 1, "last": {"error": "not supported", "hint": hint}}
    ward.home["network"]["rat"] = "LTE"
    finding = next(found for found in ward.examine() if found.check == "radio")
    assert finding.severity == "fault"
    assert text in finding.text
    assert "not supported" in finding.text
    assert cure in finding.cure
