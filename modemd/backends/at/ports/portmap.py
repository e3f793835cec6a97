"""Which interface of which modem speaks AT, by what the makes' files know. Pure.

The numbers are those of bInterfaceNumber, as the makers' manuals give them and as the udev rules that ship with
ModemManager 1.20 have them. A modem that no file knows is not touched unless the user names it."""

from __future__ import annotations

from modemd.at.make import PortKind, Triple
from modemd.at.makes import all_makes, usb_vendor


def kind_of(vendor: str, product: str, interface: int, triple: Triple) -> tuple[PortKind, int]:
    """What a serial port of a USB device is, and its rank among the AT ports of the device (0 = the best).

    `vendor`, `product`: four hex digits in lower case."""
    known = usb_vendor(vendor)
    return known.kind_of(product, interface, triple) if known is not None else ("unknown", 0)


def makes_modems(vendor: str) -> bool:
    """True for a vendor id of makers whose USB devices with a network card or a CD in them are modems. What is sold
    under the ids of makers of everything is not meant."""
    known = usb_vendor(vendor)
    return known is not None and known.only_modems


def compositions() -> str:
    """The commands that give a device in MBIM mode its AT ports, with their makes, for people."""
    found = [usb.composition for make in all_makes() for usb in make.usb if usb.composition is not None]
    return ", ".join(found)
