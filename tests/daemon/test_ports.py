"""The request `ports`: what `modemd ports` cannot see from outside."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from modemd.daemon.control import Client
from modemd.records import Device, ModemSettings


def test_which_modem_has_which_port(office: Any) -> None:
    """Name, state, error, port and IMEI of every configured modem, also of one that never had a port."""
    office.configure(ModemSettings(name="home", port="auto"), ModemSettings(name="van", port="auto"))
    owner = office.owners["home"]
    owner.snapshot = replace(owner.snapshot, port="/dev/ttyUSB2", device=Device(imei="490154203237518"))
    with Client.connect(office.path) as client:
        answer = client.request("ports")
    home, van = answer["modems"]
    assert home == {
        "modem": "home", "state": "ready", "error": None, "port": "/dev/ttyUSB2", "imei": "490154203237518",
    }  # fmt: skip
    assert (van["modem"], van["port"], van["imei"]) == ("van", None, None)


def test_a_daemon_on_a_made_up_machine(
    machine: Any, fake_modem: Any, run_daemon: Any, write_config: Any, tmp_path: Path
) -> None:
    """The daemon as a process finds the free port by itself, and `modemd ports` names its modem there."""
    modem = fake_modem("mts-falling")
    interfaces = ["0 ff/ff/ff option ttyUSB0", "2 ff/00/00 option ttyUSB2", "3 ff/00/00 option ttyUSB3"]
    machine.plug("1-1", "2c7c:0125", interfaces)

    def connect(port: str) -> None:
        (machine.root / "dev" / port).unlink()
        (machine.root / "dev" / port).symlink_to(modem.path)

    connect("ttyUSB2")
    machine.process(812, "pppd", "/dev/ttyUSB3")
    text = '[daemon]\nsocket = "s"\nstate = "state"\n[[modem]]\nname = "home"\nport = "auto"\nevery = "off"\n'
    daemon = run_daemon(write_config(text), fresh=False)
    daemon.wait_told("STATUS=home: ready")
    rows = [json.loads(line) for line in daemon.cli("ports", "--json").stdout.splitlines()]
    found = {row["path"]: (row["modem"], row["take"]) for row in rows}
    assert found["/dev/ttyUSB2"] == ("home", True)
    assert found["/dev/ttyUSB3"] == (None, False)
    (imei,) = {row["imei"] for row in rows}
    assert len(imei) == 15
