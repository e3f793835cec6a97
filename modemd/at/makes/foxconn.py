"""Foxconn, which builds other makers'\'' modules into laptops."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="0489",
            products={"e0b4 e0b5": Layout(at=(2, 3), nmea=(4,), diag=(5,))},
            only_modems=False,
        ),
    ),
)
