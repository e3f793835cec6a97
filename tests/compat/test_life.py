"""Opening, PIN, callbacks about calls and faults, closing: what is changed is put back, and nothing hangs."""

from __future__ import annotations

import logging
import os
import queue
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import serial

from modemd.backends.at.timeouts import Timeouts
from modemd.compat import (
    CmeError,
    GsmModem,
    IncorrectPinError,
    InvalidStateException,
    PinRequiredError,
    PukRequiredError,
    TimeoutException,
)
from modemd.compat import modem as compat_modem
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source

Script = Callable[..., GsmModem]
Fake = Callable[[Source], FakeModem]


@pytest.fixture(autouse=True)
def no_pin_was_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compat_modem, "_refused", set())


def test_connecting_changes_next_to_nothing(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """Echo and error format, and both are as before behind close(); the package sends some 30 commands."""
    fake = fake_modem("mts-falling")
    before = fake.settings
    modem = script(fake.path, timeouts=paced)
    sent = [line for line in fake.commands if "=" in line]
    assert sent == ["AT+CMEE=1"]
    assert len(fake.commands) < 10
    modem.close()
    assert fake.settings == before
    modem.close()


def test_closing_what_was_never_open() -> None:
    """Silent; a command says what is wrong."""
    modem = GsmModem("/dev/ttyNOWHERE")
    modem.close()
    with pytest.raises(serial.SerialException, match="connect"):
        modem.write("AT")
    with pytest.raises(serial.SerialException, match="connect"):
        modem.sendUssd("*100#")


def test_a_missing_port_names_the_cure(script: Script) -> None:
    """pyserial's error, with our line in it."""
    with pytest.raises(serial.SerialException, match="no such device"):
        script("/dev/ttyNOWHERE")


def test_a_second_opener_is_refused(fake_modem: Fake, script: Script, paced: Timeouts) -> None:
    """In place of two that steal each other's octets."""
    fake = fake_modem("mts-falling")
    script(fake.path, timeouts=paced)
    with pytest.raises(serial.SerialException, match="in use"):
        script(fake.path, timeouts=paced)


def test_what_pyserial_may_be_told(peer: Any, script: Script) -> None:
    """The settings of a UART go to the port, those of the engine are ours, and a misspelt one is an error."""
    modem = script(peer.path, "9600", stopbits=2, write_timeout=3, exclusive=True)
    assert modem.model == "M1"
    line = termios.tcgetattr(peer.master)
    assert line[5] == termios.B9600
    assert line[2] & termios.CSTOPB
    modem.close()
    with pytest.raises(TypeError, match="paritty"):
        script(peer.path, paritty="E")


def test_a_modem_that_is_still_starting_is_waited_for(peer: Any, script: Script) -> None:
    """waitingForModemToStartInSeconds; without it TimeoutException."""
    peer.answers["AT"] = [(), (), (), (), (), ("OK",)]
    modem = GsmModem(peer.path, timeouts=Timeouts(probe_s=0.1, probes=1, silence_s=0.03, drain_s=0.2))
    modem.connect(waitingForModemToStartInSeconds=20)
    assert modem.model == "M1"
    modem.close()
    peer.answers["AT"] = ()
    with pytest.raises(TimeoutException):
        script(peer.path)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        ("+CPIN: SIM PIN", PinRequiredError),
        ("+CPIN: SIM PUK", PukRequiredError),
        ("+CME ERROR: 10", CmeError),
        ("+CME ERROR: SIM failure", CmeError),
    ],
)
def test_a_sim_that_needs_a_person(peer: Any, script: Script, state: str, error: type[Exception]) -> None:
    """The package's error, the port free again, and no PIN for a PUK."""
    peer.answers["AT+CPIN?"] = (state, "OK") if state.startswith("+CPIN") else (state,)
    with pytest.raises(error):
        script(peer.path, pin=None if "SIM PIN" in state else "4321")
    assert not any(line.startswith("AT+CPIN=") for line in peer.commands)
    assert peer.commands[-1] == "AT+CMEE=0"


def test_the_right_pin_opens_the_sim(
    fake_modem: Fake, script: Script, caplog: pytest.LogCaptureFixture, paced: Timeouts
) -> None:
    """Once, and it stands in no log."""
    fake = fake_modem("pin")
    with caplog.at_level(logging.DEBUG):
        modem = script(fake.path, pin="4321", timeouts=paced)
        modem.write('AT+CPIN="4321"', parseError=False)
    assert modem.imsi == "250011234567890"
    assert "4321" not in caplog.text


def test_a_wrong_pin_is_sent_once(
    fake_modem: Fake, script: Script, paced: Timeouts, caplog: pytest.LogCaptureFixture
) -> None:
    """However often the script tries; the SIM keeps its tries, and the last one is never taken."""
    fake = fake_modem("pin")
    for pin in ("1111", "1111", "1111"):
        with pytest.raises(IncorrectPinError):
            script(fake.path, pin=pin, timeouts=paced)
    assert fake.pin_tries == 2
    for pin in ("2222", "3333", "PIN"):
        with pytest.raises(IncorrectPinError):
            script(fake.path, pin=pin, timeouts=paced)
    assert fake.pin_tries == 1
    assert "one try left" in caplog.text


def test_an_incoming_call_reaches_its_callback(peer: Any, script: Script) -> None:
    """RING and +CLIP are one call, that rings again; what changed for it is put back."""
    peer.answers |= {
        "AT+CLIP?": ("+CLIP: 0,1", "OK"),
        "AT+CLIP=1": ("OK",),
        "AT+CLIP=0": ("OK",),
        "AT+CRC?": ("+CRC: 0", "OK"),
        "AT+CRC=1": ("OK",),
        "AT+CRC=0": ("OK",),
        "ATH": ("OK",),
    }
    calls: queue.Queue[Any] = queue.Queue()
    modem = script(peer.path, incomingCallCallbackFunc=calls.put)
    for count in (1, 2):
        peer.say("+CRING: VOICE", '+CLIP: "+79161234567",145,"",0,"",0')
        call = calls.get(timeout=5)
        assert (call.number, call.type, call.ringCount) == ("+79161234567", 0, count)
    call.hangup()
    assert peer.commands[-1] == "ATH"
    modem.close()
    assert {"AT+CLIP=0", "AT+CRC=0"} <= set(peer.commands)


def test_a_call_of_ours(peer: Any, script: Script) -> None:
    """Its state is asked with +CLCC, on every make; hangup() ends it."""
    peer.answers |= {"ATD*": ("OK",), "AT+CLCC": ('+CLCC: 1,0,2,0,0,"+79161234567",145', "OK"), "ATH": ("OK",)}
    modem = script(peer.path)
    call = modem.dial("+79161234567", timeout=10)
    assert (call.number, call.id, call.active) == ("+79161234567", 1, True)
    call.hangup()
    assert {"ATD+79161234567;", "ATH"} <= set(peer.commands)


def test_the_cable_pulled_while_idle(peer: Any, script: Script) -> None:
    """Told to the script's fatal error callback, which may close; the thread that a script joins has ended."""
    told: queue.Queue[Any] = queue.Queue()

    def fatal(error: Any) -> None:
        modem.close()
        told.put(error)

    modem = GsmModem(peer.path, fatalErrorCallbackFunc=fatal)
    modem.connect()
    peer.unplug()
    assert "went away" in str(told.get(timeout=5))
    modem.rxThread.join(5)
    assert not modem.rxThread.is_alive()
    assert modem.alive is False
    with pytest.raises(serial.SerialException):
        modem.write("AT")


def test_the_cable_pulled_while_waiting(peer: Any, script: Script) -> None:
    """The caller hears of it at once."""
    peer.ussd("OK")
    modem = script(peer.path)
    peer.later(0.2, "^RSSI:19")
    threading.Thread(target=lambda: (peer.heard("AT+CUSD=1"), peer.unplug()), daemon=True).start()
    start = time.monotonic()
    with pytest.raises(serial.SerialException):
        modem.sendUssd("*100#", 30)
    assert time.monotonic() - start < 10
    modem.close()


def test_closing_gives_up_what_runs(peer: Any, script: Script) -> None:
    """A request that waits in another thread ends, with the session cancelled."""
    peer.ussd("OK")
    modem = script(peer.path)
    ended: queue.Queue[Any] = queue.Queue()

    def ask() -> None:
        try:
            ended.put(modem.sendUssd("*100#", 60))
        except Exception as error:  # noqa: BLE001  # asserted below
            ended.put(error)

    threading.Thread(target=ask, daemon=True).start()
    assert peer.heard("AT+CUSD=1")
    modem.close()
    assert isinstance(ended.get(timeout=5), Exception)
    assert "AT+CUSD=2" in peer.commands[peer.commands.index(peer.requests[0]) :]


@pytest.mark.parametrize("prompt", [(), (b"\r\n> ",)])
def test_closing_leaves_the_prompt(peer: Any, script: Script, fast: Timeouts, prompt: Any) -> None:
    """A message whose sending is given up is followed by ESC, in front of the settings that are put back."""
    peer.answers |= {"AT+CMGS=*": prompt, "000100*": ()}
    modem = script(peer.path, requestDelivery=False, timeouts=replace(fast, prompt_s=30, send_s=30))
    ended: queue.Queue[Any] = queue.Queue()

    def send() -> None:
        try:
            ended.put(modem.sendSms("+79161234567", "Hello"))
        except Exception as error:  # noqa: BLE001  # asserted below
            ended.put(error)

    threading.Thread(target=send, daemon=True).start()
    assert peer.heard("000100" if prompt else "AT+CMGS=")
    modem.close()
    assert isinstance(ended.get(timeout=5), serial.SerialException)
    assert peer.heard("AT+CMEE=0")
    behind = peer.octets[peer.octets.index(b"AT+CMGS=") :]
    assert b"\x1bAT+CMEE=0\r" in behind


def test_waiting_for_coverage(peer: Any, script: Script) -> None:
    """On LTE alone it is there; a refused SIM is an InvalidStateException; time is over when it is over."""
    modem = script(peer.path)
    peer.answers |= {"AT+CREG?": ("+CREG: 0,0", "OK"), "AT+CEREG?": ("+CEREG: 0,1", "OK")}
    assert modem.waitForNetworkCoverage(5) == 20
    peer.answers["AT+CEREG?"] = ("+CEREG: 0,2", "OK")
    with pytest.raises(TimeoutException):
        modem.waitForNetworkCoverage(0.05)
    peer.answers |= {"AT+CREG?": ("+CREG: 0,3", "OK"), "AT+CEREG?": ("ERROR",)}
    with pytest.raises(InvalidStateException):
        modem.waitForNetworkCoverage(5)


def test_the_service_centre(peer: Any, script: Script) -> None:
    """Set before connect() it is written when it is another; after that at once."""
    peer.answers |= {"AT+CSCA?": ('+CSCA: "+79168999100",145', "OK"), "AT+CSCA=*": ("OK",)}
    modem = GsmModem(peer.path)
    modem.smsc = "+79168999100"
    modem.connect()
    assert not any(line.startswith("AT+CSCA=") for line in peer.commands)
    modem.smsc = "+79168999999"
    modem.close()
    assert 'AT+CSCA="+79168999999"' in peer.commands


def test_a_script_that_never_closes_leaves_no_trace(fake_modem: Fake, tmp_path: Path) -> None:
    """The settings are put back when the interpreter ends, and no warning of the package is seen."""
    fake = fake_modem("mts-falling")
    before = fake.settings
    code = f"from modemd.compat import GsmModem; m = GsmModem({fake.path!r}); m.connect(); print(m.imei)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)},  # compiled anew: that is when it warns
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "356938035643809\n", "")
    assert fake.wait_for(lambda now: now.settings == before)


def test_a_flood_starts_no_threads(peer: Any, script: Script) -> None:
    """The package starts one for each line."""
    modem = script(peer.path)
    threads = threading.active_count()
    peer.say(*["^RSSI:19"] * 100)
    assert modem.model == "M1"
    assert threading.active_count() <= threads
