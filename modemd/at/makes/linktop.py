"""Linktop."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="230d",
            products={"0001": Layout(at=(3,), ppp=(1,))},
        ),
    ),
)
