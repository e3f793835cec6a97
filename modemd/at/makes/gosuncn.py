"""Gosuncn, which took over the modules of ZTE."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="305a",
            layout=Layout(at=(1, 2)),
        ),
    ),
)
