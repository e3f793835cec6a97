"""Programs that this project did not write talk to the fake modem: gammu, and python-gsmmodem-new as it is shipped.

What they read is what a field modem would have let them read; a fake that only its own project understands proves
nothing."""

from __future__ import annotations

import os
import subprocess
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source
from tests.simulator.others import need, said_until

MTS_LIKE = """
[modem]
profile = "quectel"
[[ussd]]
code = "*100#"
replies = [{ text = "Баланс:2220,76р", encoding = "ucs2", dcs = 72, after = "100ms" }]
"""


def test_gammu_reads_identity_and_three_kinds_of_replies(
    fake_modem: Callable[[Source], FakeModem], tmp_path: Path
) -> None:
    """gammu identifies the modem and shows a Cyrillic, a Latin and a packed balance as text, all at the same time."""
    gammu = gammu_program()
    cases = [
        (fake_modem(MTS_LIKE), ["getussd", "*100#"], "Баланс:2220,76р"),
        (fake_modem("beeline-latin"), ["getussd", "#102#"], "Vash balans 510.20 r."),
        (fake_modem("t2-packed-huawei"), ["getussd", "*105#"], "OCTATOK 187.24 p."),
        (fake_modem("mts-falling"), ["identify"], "250011234567890"),
    ]
    running = []
    try:
        for number, (modem, arguments, _) in enumerate(cases):
            configuration = tmp_path / f"gammu{number}"
            configuration.write_text(f"[gammu]\ndevice = {modem.path}\nconnection = at\n", encoding="utf-8")
            running.append(
                subprocess.Popen(
                    [*gammu, "--config", str(configuration), *arguments],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, "LC_ALL": "C.UTF-8"},
                )
            )
        said = [said_until(process, expected) for process, (_, _, expected) in zip(running, cases, strict=True)]
    finally:
        for process in running:
            process.kill()
            process.communicate()
    for text, (modem, _, expected) in zip(said, cases, strict=True):
        assert expected in text, (text, modem.commands)
    assert cases[2][0].queries == ["*105#"]


@pytest.mark.parametrize(
    ("source", "code", "expected"),
    [
        # It never decodes UCS2: it has to hand out what the wire carried.
        (MTS_LIKE, "*100#", "04110430043B0430043D0441003A0032003200320030002C003700360440"),
        (
            "beeline-latin",
            "#102#",
            " Vash balans 510.20 r.\nSlushajte 200 radiostantsij s bilajnom 1 den' besplatno! Podkl: *279#",
        ),
    ],
)
def test_python_gsmmodem_as_shipped(
    fake_modem: Callable[[Source], FakeModem], source: str, code: str, expected: str
) -> None:
    """GsmModem connects with all its set-up commands, reads the identity and gets a USSD reply."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from gsmmodem.modem import GsmModem
    modem = fake_modem(source)
    client = GsmModem(modem.path, 115200)
    client.connect()
    try:
        assert client.imei == "356938035643809"
        assert client.imsi.isdigit()
        assert client.signalStrength == 19
        assert client.sendUssd(code).message == expected
    finally:
        client.close()
    assert modem.queries == [code]


def gammu_program() -> list[str]:
    """gammu with its output unbuffered, because it waits on behind a reply."""
    need("gammu", "stdbuf", package="gammu coreutils")
    return ["stdbuf", "-oL", "gammu"]
