"""Ports of a modem that speak no AT: diagnostics (binary) and positions (NMEA 0183). Whatever is written is ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator.scenario import PortRole
from modemd.simulator.wire import Wire

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

EVERY_S = 0.4
# A log frame as the diagnostics channel sends it: HDLC-like, octets of every kind, line ends and "OK" among them.
_FRAME = b"\x7e\x10\x00\x1a\x00\x1a\x00\x0b\x41\x00\xff\r\nOK\r\n\x00\x7d\x5e\xe0\x01\xd4\x9b\x7e"
_SENTENCES = (b"GPGSV,1,1,00", b"GPGGA,,,,,,0,,,,,,,,", b"GPRMC,,V,,,,,,,,,,N", b"GPGSA,A,1,,,,,,,,,,,,,,,")


class SilentPort:
    """A port that talks by itself, a few times a second, and listens to nobody."""

    def __init__(self, modem: SimulatedModem, role: PortRole) -> None:
        self.modem = modem
        self.role = role
        self.commands: list[str] = []  # none, ever
        self.deaf = True
        self.wire = Wire((), 0.0)
        self._turn = 0
        modem.later(EVERY_S, self._again)

    def receive(self, data: bytes) -> None:
        """Nothing happens."""

    def closed(self) -> None:
        """Nothing changes."""

    def power_on(self) -> None:
        """Nothing is kept."""

    def _again(self) -> None:
        if self.modem.plugged:
            self.wire.put(_FRAME if self.role == "diag" else _sentence(self._turn), self.modem.now)
        self._turn += 1
        self.modem.later(EVERY_S, self._again)


def _sentence(turn: int) -> bytes:
    body = _SENTENCES[turn % len(_SENTENCES)]
    check = 0
    for octet in body:
        check ^= octet
    return b"$%b*%02X\r\n" % (body, check)
