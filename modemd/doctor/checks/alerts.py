"""Would a warning reach anybody?"""

from __future__ import annotations

from modemd.doctor.facts import ChannelFacts, Facts
from modemd.doctor.findings import Finding


def channels(facts: Facts) -> list[Finding]:
    """A finding for each channel; one where there is none."""
    if facts.channels is None:
        configured = facts.config.channels if facts.config is not None else None
        return [_none()] if configured == 0 else []
    return [_channel(channel) for channel in facts.channels] or [_none()]


# --- helpers


def _none() -> Finding:
    cure = 'add [[channel]] to the configuration: type = "command", run = ["/path/to/program"]'
    return Finding("alerts", "warning", "channels", "no channel is configured, so nobody will be warned", cure)


def _channel(channel: ChannelFacts) -> Finding:
    cure = f"mend it, then try: modemd alerts test {channel.name}"
    why = f" ({channel.error})" if channel.error else ""
    parts = []
    if channel.waiting:
        parts.append(f"{channel.waiting} {_alerts(channel.waiting)} could not be delivered yet")
    if channel.given_up:
        parts.append(f"{channel.given_up} {_alerts(channel.given_up)} were given up in the last two weeks")
    if not parts:
        return Finding("alerts", "ok", channel.name, "nothing is waiting")
    return Finding("alerts", "fault", channel.name, f"{', and '.join(parts)}{why}", cure)


def _alerts(number: int) -> str:
    return "alert" if number == 1 else "alerts"
