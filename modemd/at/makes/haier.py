"""Haier."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="201e",
            products={"10f8": Layout(at=(3,))},
        ),
    ),
)
