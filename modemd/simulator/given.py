"""A tty of somebody else's that a port of the fake modem answers on, instead of a pseudo-terminal of its own: the far
side of a serial line, or of a USB gadget (Linux's usb_f_serial and usb_f_acm make /dev/ttyGS0 and so on)."""

from __future__ import annotations

import contextlib
import os
import termios
import tty
from collections.abc import Mapping, Sequence
from pathlib import Path

from modemd.errors import ScenarioError
from modemd.simulator.scenario import PortRole
from modemd.simulator.terminal import READ_SIZE


class GivenTty:
    """One such tty. Who has the other end open cannot be known, so it counts as held; what nobody reads there is lost
    when the driver's buffer is full."""

    opened = True
    watched: tuple[int, ...] = ()

    def __init__(self, path: str) -> None:
        """Raises ScenarioError where the tty cannot be had."""
        self.name = path
        self.hung_up = False  # the other end is gone: the USB gadget was unplugged, the line has no carrier
        try:
            self.master = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as fault:
            raise ScenarioError(f"{path}: cannot be opened ({fault.strerror}); name a tty that is there") from fault
        try:
            tty.setraw(self.master, termios.TCSANOW)
        except termios.error as fault:
            os.close(self.master)
            raise ScenarioError(f"{path}: is no tty; name one, like /dev/ttyGS0") from fault

    def look(self, ready: set[int]) -> bool:  # noqa: ARG002
        """Nothing is seen of those who come and go at the other end."""
        return False

    def read(self) -> bytes:
        try:
            data = os.read(self.master, READ_SIZE)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        self.hung_up = not data
        return data

    def write(self, data: bytes) -> None:
        """What does not fit is lost; a hang-up is the next read's to see."""
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self.master, data) :]

    def close(self) -> None:
        os.close(self.master)


class GivenTtys:
    """The ports of a modem are these ttys, one each in the scenario's order; whoever made them takes them away."""

    def __init__(self, devices: Sequence[str | Path]) -> None:
        self._devices = [str(device) for device in devices]
        self._by_role: Mapping[PortRole, str] = {}

    def prepare(self, roles: Sequence[PortRole]) -> None:
        if len(roles) != len(self._devices):
            raise ScenarioError(
                f"the modem has {len(roles)} ports ({', '.join(roles)}), and {len(self._devices)} were named: "
                "name a tty for each, in this order"
            )
        self._by_role = dict(zip(roles, self._devices, strict=True))

    def terminal(self, role: PortRole) -> GivenTty:
        return GivenTty(self._by_role[role])

    def appear(self, terminals: Mapping[PortRole, str]) -> None:
        """They are there already."""

    def vanish(self) -> None:
        """They stay."""

    def close(self) -> None:
        """Nothing was made."""

    def path(self, role: PortRole) -> str:
        return self._by_role[role]
