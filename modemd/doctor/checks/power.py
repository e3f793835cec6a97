"""The board's supply, as a Pi's firmware and the kernel measure it."""

from __future__ import annotations

from modemd.doctor.facts import Facts
from modemd.doctor.findings import Finding

# Bits of `vcgencmd get_throttled` (Raspberry Pi documentation, "vcgencmd").
LOW_NOW, CAPPED_NOW, THROTTLED_NOW, HOT_NOW = 1 << 0, 1 << 1, 1 << 2, 1 << 3
LOW_BEFORE, CAPPED_BEFORE, THROTTLED_BEFORE, HOT_BEFORE = 1 << 16, 1 << 17, 1 << 18, 1 << 19

CURE = "use the maker's power supply and a short cable, and put the modem on a powered hub"


def board(facts: Facts) -> list[Finding]:
    """Low voltage now or since boot; throttling."""
    bits = facts.throttled or 0
    if bits & LOW_NOW or facts.low_voltage:
        return [
            Finding("power", "fault", "board", "its voltage is too low at this moment: modems drop off the bus", CURE)
        ]
    if bits & LOW_BEFORE or facts.low_voltage_events:
        count = f" {facts.low_voltage_events} times" if facts.low_voltage_events else ""
        return [Finding("power", "warning", "board", f"its voltage was too low{count} since it was switched on", CURE)]
    if bits & (CAPPED_NOW | THROTTLED_NOW | CAPPED_BEFORE | THROTTLED_BEFORE | HOT_NOW | HOT_BEFORE):
        now = " now" if bits & (CAPPED_NOW | THROTTLED_NOW | HOT_NOW) else ", or was since it was switched on"
        text = f"its processor is slowed down{now}, by heat or a weak supply"
        return [Finding("power", "note", "board", text, "give it air and its maker's power supply")]
    if facts.throttled is None:
        return []
    return [Finding("power", "ok", "board", "its voltage is well")]
