"""The virtual stick: a USB gadget with four serial functions on the kernel's own dummy host controller, which calls
itself a Quectel EC25 (2c7c:0125). The kernel's option driver makes ttyUSB0 to 3 of it; the far ends are ttyGS0 to 3."""

from __future__ import annotations

import subprocess
from pathlib import Path

GADGET = Path("/sys/kernel/config/usb_gadget/stick")
PORTS = [f"/dev/ttyGS{number}" for number in range(4)]


def make() -> None:
    """The stick as it lies on the table: the host sees nothing of it, and the serial driver is not loaded."""
    subprocess.run(["modprobe", "-a", "dummy_hcd", "libcomposite", "usb_f_serial"], check=True)
    if not GADGET.parent.is_dir():
        subprocess.run(["mount", "-t", "configfs", "none", "/sys/kernel/config"], check=True)
    GADGET.mkdir()
    (GADGET / "idVendor").write_text("0x2c7c")
    (GADGET / "idProduct").write_text("0x0125")
    (GADGET / "bcdDevice").write_text("0x0318")
    names = GADGET / "strings" / "0x409"
    names.mkdir()
    (names / "manufacturer").write_text("Quectel")
    (names / "product").write_text("EC25-E")
    (names / "serialnumber").write_text("0123456789")
    configuration = GADGET / "configs" / "c.1"
    configuration.mkdir()
    for number in range(len(PORTS)):
        function = GADGET / "functions" / f"gser.{number}"
        function.mkdir()
        (configuration / function.name).symlink_to(function)


def plug() -> None:
    """Nothing happens where it is in."""
    if not (GADGET / "UDC").read_text().strip():
        (GADGET / "UDC").write_text("dummy_udc.0")


def unplug() -> None:
    """Nothing happens where it is out."""
    if (GADGET / "UDC").read_text().strip():
        (GADGET / "UDC").write_text("\n")  # an empty write() never reaches the kernel
