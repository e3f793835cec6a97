"""TP-Link."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="2357",
            products={"9000": Layout(at=(3,))},
        ),
    ),
)
