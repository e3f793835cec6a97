"""A modem that is locked to another operator: said so, and no PIN goes to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.portmap import kind_of
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import SimError
from modemd.explanations import line_of

LOCKS = ("PH-SIM PIN", "PH-FSIM PIN", "PH-NET PIN", "PH-NET PUK", "PH-NETSUB PIN", "PH-SP PIN", "PH-CORP PIN")


@pytest.mark.parametrize("says", [*(f"+CPIN: {lock}" for lock in LOCKS), *(f"+CME ERROR: {n}" for n in (5, 6, 40, 46))])
def test_a_lock_is_no_pin(peer: Any, fast: Timeouts, says: str) -> None:
    """By its words (27.007 8.3) or by the number of the error (9.2.1)."""
    peer.answers["AT+CPIN?"] = (says, *(["OK"] if "CPIN" in says else []))
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    with pytest.raises(SimError, match=r"locked to another operator.*\(PH-[A-Z]+ P[IU][NK]\).*unlock") as raised:
        modem.identify()
    modem.close()
    assert raised.value.code == "operator lock"


def test_the_daemon_sends_no_pin(peer: Any, start: Any, watch: Any, tmp_path: Path) -> None:
    """The state names it, and the file with the SIM's PIN stays closed."""
    pin = tmp_path / "pin"
    pin.write_text("1234")
    peer.answers["AT+CPIN?"] = ("+CPIN: PH-NET PIN", "OK")
    start(peer.path, wait="sim", pin_file=str(pin))
    assert "locked to another operator" in (watch.snapshots[-1].error or "")
    assert not [line for line in peer.commands if line.startswith("AT+CPIN=")]


def test_errors_of_a_lock_have_its_line() -> None:
    """Also where a request meets it."""
    assert "locked to another operator" in line_of("CME 40")


def test_ports_of_sticks_with_a_computer_inside() -> None:
    """UZ801 and FM350."""
    assert kind_of("05c6", "90b6", 3, (0xFF, 0xFF, 0xFF)) == ("at", 0)
    assert kind_of("0e8d", "7127", 4, (0xFF, 0, 0))[0] == "at"
