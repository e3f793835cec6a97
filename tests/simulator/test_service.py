"""What programs of others ask before they believe in a modem."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.simulator.modem import SimulatedModem
from modemd.simulator.profiles import FAMILIES
from modemd.simulator.scenario import Scenario


def ask(modem: SimulatedModem, line: str, at: float) -> bytes:
    modem.receive(line.encode() + b"\r", at)
    return b"".join(modem.due(at + 5.0))


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_every_profile_answers_them(profile: Any) -> None:
    """Commands with which such programs begin: no profile may refuse one."""
    modem = SimulatedModem(Scenario(profile=profile))
    asked = {
        "AT\\Q3": b"OK",
        "AT+FCLASS=0": b"OK",
        "ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0": b"OK",
        "AT+GCAP": b"+CGSM",
        "AT+IFC=?": b"(0-2)",
        "AT+IPR?": b"+IPR: ",
        "AT+CCLK?": b"+CCLK: ",
        "AT+CBC": b"+CBC: 0,90",
        "AT+CIND=?": b'"smsfull"',
        "AT+CIND?": b"+CIND: 5,",
        'AT+CLCK="SC",2': b"+CLCK: 0",
        "AT+CPOL?": b"OK",
        "AT+CLCC": b"OK",
        "AT+CESQ": b"+CESQ: ",
        "AT+CHUP": b"OK",
        "AT+CGDCONT?": b"+CGDCONT: 1",
    }
    for place, (line, answer) in enumerate(asked.items()):
        said = ask(modem, line, 10.0 * place)
        assert answer in said, (line, said)
        assert b"ERROR" not in said, (line, said)
