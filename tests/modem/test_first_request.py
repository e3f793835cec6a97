"""How much every make is asked before its first USSD request: counted on the fake modem, which has its own facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemd.modem.worker import BalanceQuery, Worker
from modemd.records import Measurement
from modemd.simulator.profiles import FAMILIES

MOST_COMMANDS = 16  # from opening to the first request
SCENARIO = """
[modem]
profile = "{profile}"
plmn = "25001"

[[ussd]]
code = "*100#"
replies = ["Balance 12.50"]
"""


@pytest.mark.parametrize("profile", sorted(FAMILIES))
def test_few_commands_before_the_first_request(profile: str, fake_modem: Any, start: Callable[..., Worker]) -> None:
    """At most 16 command lines before it, whatever the make: its own ICCID command goes first. The balance is read."""
    fake = fake_modem(SCENARIO.format(profile=profile))
    row = start(fake.path).submit(BalanceQuery()).result(15)
    assert isinstance(row, Measurement)
    assert row.reading is not None, row.error
    assert str(row.reading.balance) == "12.50"
    assert row.sim_key == "iccid:8970101234567890123"
    asked = list(fake.commands)
    first = next(at for at, line in enumerate(asked) if line.startswith("AT+CUSD=1"))
    assert first <= MOST_COMMANDS, asked[:first]
