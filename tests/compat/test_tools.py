"""The package's own tools, as its wheel installs them, with its GsmModem replaced by ours."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source

Fake = Callable[[Source], FakeModem]

RUNNER = """
import runpy, sys
import modemd.compat, gsmmodem.modem
gsmmodem.modem.GsmModem = modemd.compat.GsmModem
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One tool of the package, unchanged, with these arguments."""
    script = Path(sysconfig.get_path("scripts")) / tool
    if not script.exists():
        pytest.fail(f"python-gsmmodem-new did not install {tool}")
    return subprocess.run(
        [sys.executable, "-c", RUNNER, str(script), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_identify(fake_modem: Fake) -> None:
    """identify-modem.py prints who the modem is, and leaves it as it was."""
    fake = fake_modem("mts-falling")
    before = fake.settings
    done = run("identify-modem.py", fake.path)
    assert (done.returncode, done.stderr) == (0, "")
    for line in ("IMEI: 356938035643809", "IMSI: 250011234567890", "Network: MTS RUS", "Signal strength: 19"):
        assert line in done.stdout
    assert fake.wait_for(lambda now: now.settings == before)


def test_identify_in_debug(fake_modem: Fake) -> None:
    """Its fourteen questions, some of which a modem refuses."""
    fake = fake_modem("mts-falling")
    done = run("identify-modem.py", "-d", fake.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "AT+CPIN? ['+CPIN: READY', 'OK']" in done.stdout


def test_identify_with_a_pin(fake_modem: Fake) -> None:
    """Without a PIN it says which argument is missing, a wrong one costs one try, the right one opens the SIM."""
    fake = fake_modem("pin")
    done = run("identify-modem.py", fake.path)
    assert (done.returncode, done.stderr.count("PIN required")) == (1, 1)
    done = run("identify-modem.py", "-p", "1111", fake.path)
    assert (done.returncode, done.stderr.count("Incorrect SIM card PIN")) == (1, 1)
    assert fake.pin_tries == 2
    done = run("identify-modem.py", "-p", "4321", fake.path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("text", ["Hello", "Привет"])
def test_sendsms(fake_modem: Fake, text: str) -> None:
    """sendsms.py sends one message, and puts back what it needed for the report."""
    fake = fake_modem("mts-falling")
    before = fake.settings
    done = run("sendsms.py", "-i", fake.path, "+79161234567", text)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Message sent.\n")
    assert fake.sms_outgoing == [("+79161234567", text)]
    assert fake.wait_for(lambda now: now.settings == before)
