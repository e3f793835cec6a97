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


def silence(facts: Facts) -> list[Finding]:
    """A machine that is dead, or cut off, tells nobody; somebody else has to notice."""
    configured = facts.config.heartbeats if facts.config is not None else None
    number = facts.daemon.heartbeats if facts.daemon.heartbeats is not None else configured
    if number is None:
        return []
    if number:
        return [Finding("silence", "ok", "heartbeat", "somebody else is told that all is well")]
    cure = 'add [[heartbeat]] to the configuration: url = "..." of healthchecks.io, Uptime Kuma or their kin'
    return [Finding("silence", "warning", "heartbeat", "nobody notices if this machine falls silent", cure)]


def own_link(facts: Facts) -> list[Finding]:
    """An alert that leaves by the SIM that has just run dry does not leave."""
    return [
        Finding(
            "alerts",
            "warning",
            modem.name,
            f"this machine's way out is this SIM ({modem.uplink}), and critical says that it is empty already",
            f'set critical above 0 for "{modem.name}", so that the alert leaves while it can',
        )
        for modem in facts.modems
        if modem.uplink and _is_zero(modem.critical)
    ]


# --- helpers


def _is_zero(limit: str | None) -> bool:
    try:
        return limit is not None and float(limit) <= 0
    except ValueError:
        return False


def _none() -> Finding:
    cure = 'add [[channel]] to the configuration: type = "command", run = ["/path/to/program"]'
    return Finding("alerts", "warning", "channels", "no channel is configured, so nobody will be warned", cure)


def _channel(channel: ChannelFacts) -> Finding:
    cure = f"mend it, then try: sudo modemd alerts test {channel.name}"
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
