"""What a scenario file says of the USB bus: [[usb]], and the identity of the modem on it."""

from __future__ import annotations

import re

from modemd.simulator.scenario import USB_KINDS, ScenarioUsbDevice
from modemd.simulator.table import Table


def usb_device(table: Table) -> ScenarioUsbDevice:
    """One [[usb]]: a device that is no serial modem."""
    kind = table.choice("kind", USB_KINDS)
    if kind is None and "kind" not in table:
        table.wrong("kind", f"is missing; write one of {', '.join(USB_KINDS)}")
    found = ScenarioUsbDevice(
        kind=kind or "storage",
        ids=usb_ids(table, "ids"),
        manufacturer=table.text("manufacturer"),
        product=table.text("product"),
        serial=table.text("serial"),
    )
    table.close()
    return found


def usb_ids(table: Table, key: str) -> str | None:
    value = table.text(key)
    if value is None or re.fullmatch("[0-9a-f]{4}:[0-9a-f]{4}", value):
        return value
    table.wrong(key, f'write vendor and product as lsusb shows them: {key} = "12d1:1506"')
    return None
