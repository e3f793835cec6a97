"""Each modem as the daemon has it: port, SIM, registration, messages, recovery."""

from __future__ import annotations

from modemd.doctor.facts import Facts, ModemFacts
from modemd.doctor.findings import Finding, Severity, split
from modemd.explanations import explanation, situation

WEAK_DBM = -105  # RSSI; below it USSD sessions break off

_CHECKS = {"absent": "port", "blocked": "port", "sim": "sim", "offline": "network", "failed": "modem"}


def states(facts: Facts) -> list[Finding]:
    """One finding a modem: what the daemon says of it, or, without the daemon, whether its port is there."""
    return [_state(modem) for modem in facts.modems]


def registration(facts: Facts) -> list[Finding]:
    """Roaming where it is not allowed, and a weak signal."""
    found = []
    for modem in facts.modems:
        if modem.registered and modem.roaming and not modem.roaming_allowed:
            found.append(Finding("roaming", "fault", modem.name, *explanation("roaming")))
        if modem.signal_dbm is None:
            continue
        if modem.signal_dbm < WEAK_DBM:
            text = f"the signal is weak ({modem.signal_dbm} dBm), questions may get lost"
            cure = "move the modem to a window, use an extension cord or an external antenna"
            found.append(Finding("signal", "warning", modem.name, text, cure))
        else:
            found.append(Finding("signal", "ok", modem.name, f"{modem.signal_dbm} dBm"))
    return found


def messages(facts: Facts) -> list[Finding]:
    """Storages of messages that are full or soon will be."""
    found = []
    for modem in facts.modems:
        for room in modem.sms:
            if room.places <= 0:
                continue
            name = _STORAGES.get(room.name, room.name)
            text, cure = split(situation("storage full", storage=name, used=room.used, places=room.places))
            severity: Severity = "ok"
            if room.nearly_full:
                severity = "fault" if room.used >= room.places else "warning"
            found.append(Finding("sms", severity, modem.name, text, cure if severity != "ok" else ""))
    return found


def recovery(facts: Facts) -> list[Finding]:
    """A modem that was opened again or reset within the last day, and what speaks for its power or for its firmware."""
    starved = power_suspected(facts)
    found = []
    for modem in facts.modems:
        if modem.recovery is None:
            continue
        firmware = " ".join(word for word in (modem.model, modem.firmware) if word)
        cure = (
            "its power is the likely reason: use a powered hub and a short cable"
            if starved
            else f"nothing speaks against its power, so its firmware is the likely reason ({firmware or 'not known'}): "
            'update it, or let modemd go further with recovery = "reset"'
        )
        often = [step for step in modem.steps if step.tried >= OFTEN]
        severity: Severity = "warning" if often or starved else "note"
        total = f" ({', '.join(f'{step.step} {step.tried} times in all' for step in often)})" if often else ""
        found.append(Finding("recovery", severity, modem.name, f"it had to be healed: {modem.recovery}{total}", cure))
    return found


def power_suspected(facts: Facts) -> bool:
    """True if anything speaks for a weak supply: low voltage, or a device that left the bus again and again."""
    low = facts.low_voltage or facts.low_voltage_events or (facts.throttled or 0) & LOW_VOLTAGE
    return bool(low) or any(device.disconnects >= MANY_DISCONNECTS for device in facts.devices)


OFTEN = 3  # steps of one kind: once may be a person, twice bad luck
LOW_VOLTAGE = 0x1_0001  # vcgencmd get_throttled: now, and since boot
MANY_DISCONNECTS = 3  # within a day; once is a person, or a reset


# --- helpers

_STORAGES = {"SM": "the SIM", "ME": "the modem", "MT": "the modem with its SIM"}


def _state(modem: ModemFacts) -> Finding:
    state = modem.state
    if state is None:
        return _without_daemon(modem)
    if state in _CHECKS:
        check, cure = _CHECKS[state], explanation(state).do
        severity: Severity = "fault"
        if state == "sim" and "busy" in (modem.error or ""):
            severity = "warning"
        line = modem.error or f'it is in the state "{state}"'
        if state == "absent" and modem.absent:
            line = modem.absent  # as it is now, not as it was at the daemon's last look
        return Finding(check, severity, modem.name, *split(line, cure=cure))
    if modem.error is not None and not _is_told(modem):
        check = "sms" if "messages" in modem.error else "modem" if modem.code is not None else "operator"
        return Finding(check, "warning", modem.name, *split(modem.error))
    if state == "starting":
        return Finding("modem", "note", modem.name, "it is still being set up", explanation("starting").do)
    what = ", ".join(word for word in (modem.operator, modem.rat, modem.model) if word)
    return Finding("modem", "ok", modem.name, f"{state}{f' ({what})' if what else ''}")


def _is_told(modem: ModemFacts) -> bool:
    """True if the line of a modem that works is about its full storage, which `messages` tells with numbers."""
    full = any(room.nearly_full for room in modem.sms)
    return full and "messages" in (modem.error or "")


def _without_daemon(modem: ModemFacts) -> Finding:
    if modem.absent is not None:
        return Finding("port", "fault", modem.name, *split(modem.absent, cure=explanation("absent").do))
    if not modem.serial:
        text = "it is no serial port, so only the daemon can tell how it is"
        return Finding("modem", "note", modem.name, text, explanation("not running").do)
    return Finding("port", "ok", modem.name, f"its port is there: {', '.join(modem.paths)}")
