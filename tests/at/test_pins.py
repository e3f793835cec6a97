"""The counters of the makes, as their manuals show them on the wire."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at.pins import counters, tries_left


@pytest.mark.parametrize(
    ("maker", "model", "command", "line", "left"),
    [
        ("huawei", "E3372", "AT^CPIN?", "^CPIN: SIM PIN,3,10,2,10,3", 2),
        ("huawei", "E1550", "AT^CPIN?", "^CPIN:SIM PIN,,10,3,10,3", 3),
        ("Quectel", "EC25", "AT+QPINC?", '+QPINC: "SC",2,10', 2),
        ("SIMCOM INCORPORATED", "SIM7600E-H", "AT+SPIC", "+SPIC: 3,10,0,10", 3),
        ("Telit", "LE910C1", "AT#PCT", "#PCT: 1", 1),
        ("Sierra Wireless, Incorporated", "MC7455", "AT+CPINC?", "+CPINC: 3,3,10,10", 3),
        ("u-blox", "SARA-U201", "AT+UPINCNT", "+UPINCNT: 2,3,10,10", 2),
        ("Cinterion", "EHS6", "AT^SPIC", "^SPIC: 3", 3),
        ("Ericsson", "F5521gw", "AT*EPIN?", "*EPIN: 3,10,3,10", 3),
        ("Acme", "M1", 'AT+CPINR="SIM PIN"', "+CPINR: SIM PIN,3,3", 3),
        (None, None, 'AT+CPINR="SIM PIN"', '+CPINR: "SIM PIN",1', 1),
    ],
)
def test_tries_left(maker: str | None, model: str | None, command: str, line: str, left: int) -> None:
    """The maker's own command comes first, and the PIN's number is taken out of its answer."""
    first = counters(maker, model)[0]
    assert first.command == command
    assert tries_left(first, ["^RSSI:19", line]) == left


def test_every_make_may_be_asked_the_standard_way() -> None:
    """Where the maker's command fails, 27.007 8.65 is tried."""
    assert counters("huawei", "E3372")[-1].command == 'AT+CPINR="SIM PIN"'


@given(st.text(max_size=60))
def test_noise_is_no_number(line: str) -> None:
    """Whatever a line holds, the outcome is a small number or nothing."""
    for maker in ("huawei", "quectel", "simcom", "telit", "acme"):
        for counter in counters(maker, None):
            left = tries_left(counter, [line])
            assert left is None or 0 <= left <= 99
