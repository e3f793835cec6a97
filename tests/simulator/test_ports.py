"""A modem with several ports: what each of them says, what they share, what each has for itself."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pytest

from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import Source

REPLY = '[[ussd]]\ncode = "*100#"\nreplies = ["Balance 5"]\n'
COMPOSITE = '[modem]\nports = ["diag", "nmea", "at", "at2", "ppp"]\n' + REPLY


class Client(Protocol):
    """The client of conftest.py, as far as it is used here."""

    def write(self, data: bytes) -> None: ...
    def ask(self, command: str) -> bytes: ...
    def read_until(self, wanted: bytes, timeout: float = 5.0) -> bytes: ...
    def close(self) -> None: ...


OpensPath = Callable[[str], Client]
Factory = Callable[[Source], FakeModem]


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text), now=0.0)


def heard_on(modem: SimulatedModem, role: str, line: str, *, now: float = 0.0) -> bytes:
    port = next(port for port in modem.ports if port.role == role)
    modem.receive(line.encode("latin-1") + b"\r", now, port)
    return b"".join(modem.due(now, port))


def test_two_at_ports_share_the_modem_and_not_their_settings() -> None:
    """Character set, echo, error format and SMS format are a port's own; storages, registration and SMS are not."""
    modem = machine('ports = ["at", "at2"]\n' + REPLY)
    heard_on(modem, "at", 'AT+CSCS="UCS2";+CMEE=1;+CMGF=1;+CNMI=2,0;+CPMS="ME"')
    assert heard_on(modem, "at2", "AT+CSCS?") == b'\r\n+CSCS: "IRA"\r\n\r\nOK\r\n'
    assert heard_on(modem, "at2", "AT+NOSUCH") == b"\r\nERROR\r\n"
    assert b"+CMGF: 0" in heard_on(modem, "at2", "AT+CMGF?")
    assert b"+CNMI: 2,0" in heard_on(modem, "at2", "AT+CNMI?")
    assert b'+CPMS: "ME",' in heard_on(modem, "at2", "AT+CPMS?")
    assert heard_on(modem, "at2", 'AT+CUSD=1,"*100#",15').endswith(b'+CUSD: 0,"Balance 5",15\r\n')
    assert modem.due(0.0) == []


@pytest.mark.parametrize(
    ("urc_port", "places"), [(None, {"at"}), ("at2", {"at2"}), ("all", {"at", "at2"}), ("at", {"at"})]
)
def test_unsolicited_lines_go_where_urc_port_says(urc_port: str | None, places: set[str]) -> None:
    """A message is announced on the first AT port, or on the named one, or on all."""
    key = f'urc_port = "{urc_port}"\n' if urc_port else ""
    modem = machine('ports = ["at", "at2"]\n' + key + '[[event]]\nat = "1s"\ndo = "sms"\nsms = "a"\n')
    said = {port.role: b"".join(modem.due(1.0, port)) for port in modem.ports}
    assert {role for role, octets in said.items() if b'+CMTI: "SM",1' in octets} == places


def test_the_answer_may_come_on_another_port() -> None:
    """With urc_port the OK is on the asking port and +CUSD on the other: the trap of many sticks."""
    modem = machine('ports = ["at", "at2"]\nurc_port = "at2"\n' + REPLY)
    assert heard_on(modem, "at", 'AT+CUSD=1,"*100#",15') == b"\r\nOK\r\n"
    assert b"".join(modem.due(0.0, modem.ports[1])) == b'\r\n+CUSD: 0,"Balance 5",15\r\n'


def test_a_data_call_turns_the_ppp_port_into_a_data_channel(
    fake_modem: Factory, client_at: Callable[[str], Client]
) -> None:
    """Behind ATD*99# there is PPP and no AT; when the port is closed it takes commands again. The AT port goes on."""
    modem = fake_modem(COMPOSITE)
    first = client_at(modem.paths["ppp"])
    first.ask("ATE0")
    first.write(b"ATD*99#\r")
    first.read_until(b"CONNECT 150000000\r\n\x7e\xff\x7d\x23\xc0\x21")
    first.write(b"AT\r")
    other = client_at(modem.path)
    other.ask("ATE0")
    assert b"OK" in other.ask("AT+CSQ")
    first.close()
    assert modem.wait_for(lambda fake: fake.commands_on("ppp") == ["ATE0", "ATD*99#"])
    assert modem.wait_for(lambda fake: not fake.opened_on("ppp"))
    assert b"OK" in client_at(modem.paths["ppp"]).ask("AT")


def test_diagnostics_and_positions_answer_nothing(fake_modem: Factory) -> None:
    """The diag port sends binary frames, the nmea port sentences with a right sum; commands mean nothing to them."""
    modem = fake_modem(COMPOSITE)
    for role, expected in (("diag", b"\x7e\x10\x00"), ("nmea", b"$GP")):
        path = modem.paths["diag" if role == "diag" else "nmea"]
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
        os.write(descriptor, b"AT\r")
        said, deadline = b"", time.monotonic() + 5.0
        while expected not in said or said.count(b"\n") < 1:
            assert select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0], said
            said += os.read(descriptor, 4096)
        os.close(descriptor)
        if role == "nmea":
            body, _, check = said.split(b"\r\n")[0].lstrip(b"$").partition(b"*")
            total = 0
            for octet in body:
                total ^= octet
            assert int(check, 16) == total
    assert modem.commands == []


def test_every_port_has_a_link_that_comes_and_goes(fake_modem: Factory) -> None:
    """Unplugged, all links are gone; replugged, they are all back."""
    modem = fake_modem(COMPOSITE)
    assert sorted(Path(path).name for path in modem.paths.values()) == [
        "ttyFAKE0",
        *(f"ttyFAKE0.{role}" for role in ("at2", "diag", "nmea", "ppp")),
    ]
    assert all(Path(path).exists() for path in modem.paths.values())
    modem.unplug()
    assert not any(os.path.lexists(path) for path in modem.paths.values())
    modem.replug()
    assert all(Path(path).exists() for path in modem.paths.values())


def test_a_deaf_port_hears_again_when_it_is_opened_anew(fake_modem: Factory, client_at: OpensPath) -> None:
    """do = "deaf": what is written is not read, until the port was closed and opened."""
    modem = fake_modem('[[event]]\non_command = "AT+CSQ"\ndo = "deaf"\n')
    first = client_at(modem.path)
    first.ask("ATE0")
    first.ask("AT+CSQ")
    first.write(b"AT+CGMI\r")
    assert modem.wait_for(lambda fake: "AT+CGMI" in fake.commands, timeout=0.1) is False
    first.close()
    assert modem.wait_for(lambda fake: not fake.opened)
    assert b"OK" in client_at(modem.path).ask("AT")


def test_a_brown_out_takes_the_device_off_the_bus_again_and_again() -> None:
    """do = "brownout": `times` times away for `for`, `every` so long."""
    modem = machine('[[event]]\nat = "1s"\ndo = "brownout"\ntimes = 2\nevery = "10s"\nfor = "3s"\n')
    seen = []
    for second in (0, 2, 5, 10, 12, 15, 30):
        modem.due(float(second))
        seen.append(modem.plugged)
    assert seen == [True, False, True, True, False, True, True]
    assert modem.unplugs == 2


def test_what_was_under_way_when_the_power_went_never_comes() -> None:
    """An answer that was due behind a power cut is gone: the modem that is back knows nothing of the request."""
    modem = machine('[[ussd]]\ncode = "*1#"\nreplies = [{ text = "late", ok_after = "2s", after = "5s" }]\n')
    modem.receive(b'AT+CUSD=1,"*1#",15\r', 0.0)
    modem.unplug(for_s=1.0)
    assert modem.due(20.0) == []
    assert heard_on(modem, "at", "AT", now=20.0) == b"\r\nOK\r\n"
