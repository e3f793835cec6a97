"""Unisoc (Spreadtrum), inside modules and sticks of many names."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="1782",
            products={
                "4d10": Layout(at=(0, 5, 6), diag=(3, 4)),
                "4d11": Layout(at=(2, 7, 8), diag=(5, 6)),
            },
        ),
    ),
)
