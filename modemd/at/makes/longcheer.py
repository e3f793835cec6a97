"""Longcheer, whose sticks bear the names of operators."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="1c9e",
            layout=Layout(at=(2, 1)),
            products={
                "6000 6060 6061": Layout(at=(0, 2)),
                "3197 9602": Layout(at=(0, 1)),
                "9004 9005": Layout(at=(1, 0)),
                "7001 7002": Layout(at=(2, 0, 3)),
                "7101 7102": Layout(at=(4, 0, 5)),
                "8000": Layout(at=(5, 0, 2)),
                "8001 8002": Layout(at=(4, 0, 2)),
                "9000 9003 9010 9020 9604 9605": Layout(at=(3, 1, 0)),
                "9606 9607": Layout(at=(4, 0, 1)),
            },
        ),
    ),
)
