"""BroadMobi."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="2020",
            products={"2060": Layout(at=(1, 2, 3), diag=(0,))},
        ),
    ),
)
