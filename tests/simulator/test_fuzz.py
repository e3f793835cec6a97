"""Whatever a program writes, the fake modem goes on: a fake that dies of a client's mistake hides that mistake."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.simulator import loading, pdu
from modemd.simulator.commands import known_commands
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.profiles import FAMILIES

ARGUMENTS = st.text(alphabet='0123456789,,,"ABF:x²-?= ', max_size=20)
MARKS = st.sampled_from(["=", "=", "=", "?", "=?", ""])


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_no_parameters_upset_any_command(profile: str) -> None:
    """Every command of every family, with any parameters, ends, and AT is answered behind it."""
    modem = SimulatedModem(
        loading.parse(f'[modem]\necho = false\nprofile = "{profile}"\n[[sms]]\ntext = "Balance 5"\n'), now=0.0
    )
    commands = st.sampled_from([name for name in known_commands(modem.at) if name not in modem.family.resets])

    @settings(max_examples=150)
    @given(commands, MARKS, ARGUMENTS)
    def run(name: str, mark: str, arguments: str) -> None:
        line = f"AT{name}{mark}{arguments if mark == '=' else ''}"
        modem.receive(line.encode("latin-1") + b"\r\x1b", modem.now)
        modem.due(modem.now + 100.0)
        modem.receive(b"ATQ0V1\r", modem.now)
        said = b"".join(modem.due(modem.now + 100.0))
        assert not modem.plugged or b"OK\r\n" in said
        modem.replug()

    run()


@given(st.binary(max_size=40))
def test_what_is_no_submit_is_one_error(data: bytes) -> None:
    """Any octets are an SMS-SUBMIT or raise PduError."""
    try:
        number, text = pdu.read_submit(data)
    except pdu.BadPduError:
        return
    assert isinstance(number + text, str)
