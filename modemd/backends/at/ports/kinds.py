"""What a USB device without a usable serial port is, and what to do about it. Pure."""

from __future__ import annotations

from typing import Literal

from modemd.backends.at.ports.portmap import compositions, makes_modems
from modemd.backends.at.ports.usb import MBIM, STORAGE, UsbDevice

# "pty" and "missing" are said of configured modems alone: a pseudo-terminal; nothing is there.
Kind = Literal["at", "ppp", "nmea", "diag", "unknown", "storage", "hilink", "mbim", "qmi", "board", "pty", "missing"]

_VENDOR_SPECIFIC = 0xFF


def no_port_kind(device: UsbDevice) -> Kind | None:
    """What a device without a tty is, by the classes of its interfaces, its drivers and its maker; None where nothing
    speaks for a modem (a keyboard, a disk, a network card of another maker)."""
    drivers = {interface.driver for interface in device.interfaces}
    if "cdc_mbim" in drivers or any(interface.triple[:2] == MBIM for interface in device.interfaces):
        return "mbim"
    if "qmi_wwan" in drivers or "qmi_wwan_q" in drivers:
        return "qmi"
    if not makes_modems(device.vendor) or not device.interfaces:
        return None
    if any(interface.is_network_card for interface in device.interfaces):
        return "hilink"
    classes = {interface.triple[0] for interface in device.interfaces}
    if STORAGE in classes and _VENDOR_SPECIFIC not in classes:
        return "storage"
    # Vendor specific interfaces without a driver, or with one that gives no tty.
    return "unknown" if _VENDOR_SPECIFIC in classes or 0x02 in classes else None


def why_not(kind: Kind, device: UsbDevice | None = None) -> str:
    """Why modemd does not take a port or device of this kind, and what to do: the end of a sentence for people."""
    if kind == "unknown" and device is not None:
        return (
            "it has no serial port, since the kernel knows no driver for it; try: sudo modprobe option; "
            f"echo {device.vendor} {device.product} | sudo tee /sys/bus/usb-serial/drivers/option1/new_id"
        )
    return _WHY[kind].format(compositions=compositions()) if kind == "mbim" else _WHY[kind]


_WHY: dict[Kind, str] = {
    "at": "it is in use",
    "ppp": "it is the modem's port for dialling; modemd leaves it to the data connection",
    "nmea": "it carries positions of a satellite receiver (NMEA), no AT commands",
    "diag": "it is a diagnostic port, no AT commands",
    "unknown": "modemd does not know what this port is; if a modem is behind it, name it in the configuration",
    "storage": "it is still in storage mode (shows its CD with drivers); run: sudo apt install usb-modeswitch, then "
    "unplug it and plug it in again",
    "hilink": "it is in network mode (HiLink) and has no AT port; its balance is on its own web page, often "
    "http://192.168.8.1 or http://192.168.0.1; modemd needs a stick with a serial port",
    "mbim": "it is in MBIM mode and offers no AT port; switch it to a composition with AT ports by its maker's command "
    "({compositions}), or another modem",
    "qmi": "it is in QMI mode and offers no AT port; load the driver of its serial ports (sudo modprobe -a option "
    "qcserial), or switch to a composition with AT ports",
    "board": "it is a serial port of the board, and nothing tells what is wired to it: name it by its path",
    "pty": "it is a pseudo-terminal: a program plays the modem",
    "missing": "nothing is there",
}
