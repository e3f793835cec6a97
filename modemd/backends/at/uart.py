"""Rate and handshake of a serial port that has some: a UART of the board, or one behind a USB adapter."""

from __future__ import annotations

import re

from modemd.backends.at.finding import RATES
from modemd.backends.at.ports.sysroot import device_path, sysroot
from modemd.backends.at.ports.usb import serial_ports

# Drivers of USB adapters: a UART follows, with whatever is wired to it
_ADAPTERS = frozenset(
    {"ftdi_sio", "ch341", "ch341-uart", "cp210x", "pl2303", "ark3116", "mct_u232", "oti6858", "f81232"}
)
_NO_UART = re.compile(r"/dev/(?:wwan|mhi_|cdc-wdm)")


def rates(path: str, configured: int | None, known: int | None) -> tuple[int, ...]:
    """The rates to be tried in turn; none where the configuration says one, or the port has none: those of a USB modem,
    and a modem on PCIe. `known`: at which it answered before, which is its rate while nothing speaks against it."""
    if configured is not None:
        return (configured,)
    if not has_rate(path):
        return ()
    return RATES if known is None else (known,)


def has_rate(path: str) -> bool:
    """Whether the octets on this port go over a wire at some rate."""
    device = device_path(path, sysroot())
    if not path or _NO_UART.match(device) is not None:
        return False
    port = next((port for port in serial_ports() if port.path == device), None)
    return port is None or port.driver in _ADAPTERS


def line(rate: int | None, flow_control: str) -> dict[str, object]:
    """For open_port()."""
    return {"rtscts": flow_control == "rts-cts", **({"baudrate": rate} if rate is not None else {})}
