"""The fall-back to another radio access technology, cut short in every way."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.simulator.profiles import FAMILIES

MODEM = """
[modem]
profile = "{profile}"
imsi = "250011234567890"
rat = "LTE"
ussd_on = ["UMTS", "GSM"]
{keys}

[[ussd]]
code = "*100#"
replies = [{{ text = "Баланс:88,20р", encoding = "ucs2", dcs = 72, after = "{after}" }}]
"""


def modem(profile: str = "huawei", *, after: str = "0.1s", keys: str = "") -> str:
    return MODEM.format(profile=profile, after=after, keys=keys)


def home(fake: Any, fallback: str = "auto", name: str = "home") -> str:
    lines = [f'name = "{name}"', f'port = "{fake.path}"', 'every = "off"', 'quarantine = "1s"']
    return "\n".join([*lines, f'radio_fallback = "{fallback}"'])


def test_off_and_auto(stage: Any) -> None:
    """Off: nothing is switched. Auto: one query on another RAT, and the setting is again what it was."""
    off, auto, stubborn = stage.modem(modem()), stage.modem(modem()), stage.modem(modem(keys='rat_switch = "refused"'))
    before = [stage.settings(fake) for fake in (off, auto, stubborn)]
    daemon = stage.daemon(home(off, "off", "off"), home(auto, name="auto"), home(stubborn, name="stubborn"))
    for name in ("off", "auto", "stubborn"):
        daemon.wait("ready", modem=name)
    with stage.fault('"off"'):
        assert daemon.ask(modem="off")["balance"] is None
        assert not any(line.startswith("AT^SYSCFGEX=") and "?" not in line for line in off.commands)
    with stage.fault('"auto"'):
        assert daemon.ask(modem="auto")["balance"] == "88.20"
        daemon.wait("ready", modem="auto")
    with stage.fault("refuses the change"):
        assert daemon.ask(modem="stubborn")["balance"] is None
        daemon.wait("ready", modem="stubborn")
    daemon.stop()
    assert [stage.settings(fake) for fake in (off, auto, stubborn)] == before


@pytest.mark.parametrize("end", ["kill", "stop", "unplug"])
def test_cut_short(stage: Any, end: str) -> None:
    """In the middle of the query: what the modem keeps in its NVRAM is put back before anything else."""
    fake = stage.modem(modem(after="30s"))
    before = stage.settings(fake)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    waiting = daemon.begin()
    assert fake.wait_for(lambda it: it.rat != "LTE" and any("CUSD=1" in line for line in it.commands[-2:]), 20)
    seen = len(fake.commands)
    with stage.fault():
        if end == "kill":
            daemon.kill()
            assert waiting.exception(20) is not None
            daemon = stage.daemon()
        elif end == "stop":
            daemon.stop()
        else:
            fake.unplug()
            assert waiting.result(20)["error"] == "unplugged"
            daemon.wait("absent")
            fake.replug()
        if end != "stop":
            daemon.wait("ready")
        assert fake.settings["SYSCFGEX"] == before["SYSCFGEX"]
    after = fake.commands[seen:]
    back = next(turn for turn, line in enumerate(after) if line.startswith("AT^SYSCFGEX="))
    assert not any(line.startswith(("AT+CUSD=1", "AT+CPIN=")) for line in after[:back])
    daemon.stop()
    found = stage.settings(fake)
    if end == "kill":  # what the killed daemon had found in them died with it
        found |= {name: before[name] for name in ("E", "CMEE")}
    assert found == before


def test_no_trace_of_it(stage: Any) -> None:
    """Every family that has a RAT command of its own: the query succeeds on another RAT, its NVRAM is what it was.
    (u-blox takes a change only off the network and with a restart: left alone.)"""
    names = [name for name, family in FAMILIES.items() if family.rat is not None and "LTE" in family.can]
    keys = 'imei = "8600000000000{0:02}"\niccid = "89701011234567890{0:02}"'  # what is owed is kept under the IMEI
    fakes = {name: stage.modem(modem(name, keys=keys.format(turn))) for turn, name in enumerate(names)}
    before = {name: stage.settings(fake) for name, fake in fakes.items()}
    daemon = stage.daemon(*(home(fake, name=name) for name, fake in fakes.items()))
    for name in names:
        daemon.wait("ready", modem=name)
    with stage.fault():
        waiting = {name: daemon.begin(modem=name) for name in names}
        balances = {name: future.result(120)["balance"] for name, future in waiting.items()}
        for name in names:
            daemon.wait("ready", modem=name)
    daemon.stop()
    assert {name for name in names if stage.settings(fakes[name]) != before[name]} == set()
    assert {fake.rat for fake in fakes.values()} == {"LTE"}
    assert {name: balance for name, balance in balances.items() if balance != "88.20"} == {"ublox": None}
