"""D-Link, which sells other makers'\'' sticks."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="2001",
            products={"7e35": Layout(at=(1, 2))},
            only_modems=False,
        ),
    ),
)
