"""Dell, which builds other makers'\'' modules into laptops."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="413c",
            products={
                "81d7 81e0": Layout(at=(2, 3), nmea=(4,), diag=(5,)),
                "81d9": Layout(at=(2, 6), diag=(4,)),
                "8147 8183 8184 818b 818c 818e": Layout(at=(1, 3), nmea=(9,)),
            },
            only_modems=False,
        ),
    ),
)
