"""pytest fixtures, in every project that has modemd installed. Imports nothing of modemd before a test asks.

def test_balance(fake_modem):
    modem = fake_modem("mts-falling")           # shipped scenario, path, text of a scenario, or its tables
    ... open modem.path ...
    assert "AT+CMGD" not in " ".join(modem.commands)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from modemd.simulator.machine import Machine
    from modemd.simulator.pty import FakeModem
    from modemd.simulator.start import Source


@pytest.fixture
def fake_modem() -> Iterator[Callable[[Source], FakeModem]]:
    """A factory of running fake modems: fake_modem(scenario) -> FakeModem. All are stopped behind the test."""
    from modemd.simulator.start import open_modem

    with ExitStack() as running:
        yield lambda source: running.enter_context(open_modem(source))


@pytest.fixture
def fake_machine(tmp_path: Path) -> Iterator[Machine]:
    """A made-up machine in a folder of its own, with nothing plugged in: fake_machine.plug(scenario) -> FakeModem."""
    from modemd.simulator.machine import Machine

    with Machine(tmp_path / "machine") as machine:
        yield machine
