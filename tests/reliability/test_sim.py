"""Faults of the SIM: locked, pulled, swapped, busy."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.simulator.scenario import SimChange

MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
{keys}

[[ussd]]
code = "*100#"
replies = ["Balance 42.50"]
"""


def home(fake: Any, *more: str, every: str = "off") -> str:
    return "\n".join(['name = "home"', f'port = "{fake.path}"', f'every = "{every}"', *more])


def pins(fake: Any) -> list[str]:
    return [line for line in fake.commands if line.startswith("AT+CPIN=")]


def test_needs_a_person(stage: Any) -> None:
    """No PIN file, an empty one, a PUK, no SIM, a broken one: one daemon names all cures, and sends nothing."""
    faults = {
        "pin": 'sim = "pin"\npin = "1234"',
        "file": 'sim = "pin"\npin = "1234"',
        "puk": 'sim = "puk"',
        "none": 'sim = "none"',
        "broken": 'sim = "failure"',
    }
    fakes = {name: stage.modem(MODEM.format(keys=keys)) for name, keys in faults.items()}
    tables = [
        home(fake, *(['pin_file = "none-there"'] if name == "file" else [])).replace("home", name)
        for name, fake in fakes.items()
    ]
    daemon = stage.daemon(*tables)
    for name, fault in [
        ("pin", "PIN, and no file"),
        ("file", "file of the PIN"),
        ("puk", "PUK"),
        ("none", "no SIM"),
        ("broken", "does not work"),
    ]:
        with stage.fault(fault):
            daemon.wait("sim", modem=name)
            result = daemon.ask(modem=name)
            assert (result["balance"], bool(result["error"])) == (None, True)
        assert pins(fakes[name]) == []
        assert fakes[name].queries == []


def test_a_wrong_pin_goes_out_once_for_ever(stage: Any) -> None:
    """Refused once, it is never sent again: not at the next look, not after a kill or a replug; a right one is."""
    fake = stage.modem(MODEM.format(keys='sim = "pin"\npin = "1234"'))
    (stage.folder / "sim-pin").write_text("9999\n")
    stage.config(home(fake, 'pin_file = "sim-pin"'))
    with stage.fault("wrong PIN"):
        daemon = stage.daemon()
        daemon.wait("sim")
        daemon.ask()
        daemon.kill()
        daemon = stage.daemon()
        daemon.wait("sim")
        fake.unplug()
        daemon.wait("absent")
        fake.replug()
        daemon.wait("sim")
        assert daemon.ask()["balance"] is None
    assert pins(fake) == ['AT+CPIN="9999"']
    assert fake.pin_tries == 2
    with stage.fault("the right one"):
        (stage.folder / "sim-pin").write_text("1234\n")
        assert daemon.ask()["balance"] == "42.50"
    assert "9999" not in daemon.log
    assert "1234" not in daemon.log.replace("250011234", "")


def test_killed_while_the_pin_is_on_its_way(stage: Any) -> None:
    """Nobody saw what became of it: no second wrong one goes out."""
    fake = stage.modem(
        MODEM.format(keys='sim = "pin"\npin = "1234"') + '\n[[event]]\non_command = "AT+CPIN="\ndo = "hang"\n'
    )
    (stage.folder / "sim-pin").write_text("9999\n")
    daemon = stage.daemon(home(fake, 'pin_file = "sim-pin"'))
    assert fake.wait_for(lambda it: pins(it) != [], 20)
    with stage.fault():
        daemon.kill()
        fake.resume()
        daemon = stage.daemon()
        daemon.wait("sim")
        daemon.ask()
    assert pins(fake) == ['AT+CPIN="9999"']


def test_pulled_and_swapped(stage: Any) -> None:
    """Without a SIM nothing is dialled; another one has a history of its own, the first one's comes back with it."""
    fake = stage.modem(MODEM.format(keys='iccid = "8970101123456789014"'))
    stage.config(home(fake, every="6h"))
    daemon = stage.daemon()
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "42.50"
    with stage.fault("pulled"):
        fake.change_sim(SimChange(state="none"))
        result = daemon.ask()
        assert (result["balance"], bool(result["error"])) == (None, True)
    assert fake.queries == ["*100#"]
    with stage.fault("another SIM"):
        fake.change_sim(SimChange(iccid="8970102123456789015", imsi="250021234567890"))
        daemon.ask("status")
        daemon.wait(lambda found: found["sim"]["iccid"] == "8970102123456789015" and found["state"] == "ready")
        assert daemon.ask("balance", cached=True)["balance"] is None
        assert daemon.ask()["operator"] != "ru-mts"
        (said,) = (line for line in daemon.log.splitlines() if "another SIM is in the modem" in line)
        assert "*9015" in said
        assert "8970102123456789015" not in said
    with stage.fault("first one again"):
        fake.change_sim(SimChange(state="none"))
        daemon.wait("sim")
        fake.change_sim(SimChange(iccid="8970101123456789014", imsi="250011234567890"))
        daemon.wait(lambda found: found["sim"]["iccid"] == "8970101123456789014" and found["state"] == "ready")
        assert daemon.ask("balance", cached=True)["balance"] == "42.50"


@pytest.mark.parametrize("state", ["busy"])
def test_busy(stage: Any, state: str) -> None:
    """A SIM that is not ready for a while behind power-on: waited for."""
    fake = stage.modem(MODEM.format(keys=f'sim = "{state}"\nbusy = "2s"'))
    daemon = stage.daemon(home(fake))
    with stage.fault():
        daemon.wait("ready")
        assert daemon.ask()["balance"] == "42.50"
