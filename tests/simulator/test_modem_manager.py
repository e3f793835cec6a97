"""The real ModemManager takes each profile of the fake modem for a modem, and gets a balance from it.

Versions tried, and what each profile showed, stand in docs/simulator.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from modemd.simulator.profiles import FAMILIES
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source
from tests.simulator.others import Bridge, PrivateModemManager, need

PLUGINS = {
    "quectel": "quectel",
    "quectel-5g": "quectel",
    "simcom": "simtech",
    "zte": "zte",
    "sierra": "sierra",
    "telit": "telit",
    "ublox": "u-blox",
    "fibocom": "fibocom",
    "cinterion": "cinterion",
    # Its plugin for Huawei ends the whole process before the first command when a port is no USB device; that for
    # MediaTek wants a tag of udev.
    "plain": "generic",
    "huawei": "generic",
    "huawei-old": "generic",
    "mediatek": "generic",
}
SCENARIO = """
[modem]
profile = "{profile}"
[[sms]]
text = "Hello"
from = "+79261234567"
[[ussd]]
code = "*100#"
replies = [{{ text = "Balance 220.76 r.", after = "100ms" }}]
"""


@pytest.fixture
def manager() -> Iterator[PrivateModemManager]:
    need("ModemManager", "mmcli", "dbus-daemon", "dbus-send", "stdbuf", package="modemmanager dbus")
    with ExitStack() as stack:
        yield PrivateModemManager(stack)


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_it_finds_enables_and_asks(
    fake_modem: Callable[[Source], FakeModem], manager: PrivateModemManager, profile: str
) -> None:
    """Identity, SIM with its counters, registration, a stored message with its service centre, a balance by USSD."""
    modem = fake_modem(SCENARIO.format(profile=profile))
    port = manager.folder / "port"
    bridge = Bridge(port, modem.path)
    try:
        manager.add(port, PLUGINS[profile])
        manager.ask("--enable")
        manager.wait_for_state("registered")
        assert "220.76" in manager.ask("--3gpp-ussd-initiate=*100#")
        seen = manager.ask()
        assert "356938035643809" in seen
        assert "sim-pin (3)" in seen
        assert re.search(r"operator id: 25001\b.*operator name: MTS RUS", seen, re.DOTALL), seen
        assert re.search(rf"access tech: .*{'umts' if profile == 'huawei-old' else 'lte'}", seen), seen
        assert "+79168999100" in manager.ask("--sms=0")
        assert "/SMS/0" in manager.ask("--messaging-list-sms")
    finally:
        bridge.close()
    assert modem.queries == ["*100#"]
