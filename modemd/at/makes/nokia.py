"""Nokia."""

from __future__ import annotations

from modemd.at.make import Layout, Make, UsbVendor

MAKE = Make(
    usb=(
        UsbVendor(
            id="0421",
            products={
                "060d 0611 061a 061b 061f 0620 0623 0624 0625 062a 062e 062f": Layout(at=(1,)),
                "0619": Layout(at=(3,)),
            },
            only_modems=False,
        ),
    ),
)
