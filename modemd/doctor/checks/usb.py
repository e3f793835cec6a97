"""What is plugged in: modems without an AT port, ports that others hold, sleep and power of the bus."""

from __future__ import annotations

from modemd.backends.at.ports import udev
from modemd.backends.at.ports.wwan import NO_LOCK, is_unlockable
from modemd.doctor.checks.modems import MANY_DISCONNECTS
from modemd.doctor.facts import DeviceFacts, Facts, ModemFacts, Port
from modemd.doctor.findings import Finding, Severity, split

RULES = "/etc/udev/rules.d/60-modemd.rules"
RELOAD = "sudo udevadm control --reload && sudo udevadm trigger"
BUS_POWERED_MA = 500  # all that a bus-powered hub may hand on, itself included (USB 2.0 7.2.1.1)


def plugged(facts: Facts) -> list[Finding]:
    """Modems without an AT port: a fault while a configured modem is missing, else worth knowing. Nothing at all."""
    missing = [modem for modem in facts.modems if modem.state in (None, "absent") and modem.absent is not None]
    unknown = not facts.modems and not facts.daemon.mute
    severity: Severity = "fault" if missing or unknown else "note"
    found = []
    for device in facts.devices:
        if device.why is not None:
            text, _, cure = device.why.partition("; ")
            found.append(Finding("usb", severity, _called(device), text, cure))
        elif device.ports:
            found.append(Finding("usb", "ok", _called(device), f"its ports: {', '.join(p.path for p in device.ports)}"))
    if not facts.devices and not facts.modems:  # of a configured modem that is missing its own finding tells
        text = "no modem is plugged in that modemd knows"
        cure = "plug it in; lsusb shows whether the machine sees it; a port of another kind is named by its path"
        found.append(Finding("usb", severity, "USB", text, cure))
    return found


def wrong_port(facts: Facts) -> list[Finding]:
    """A configured port that is known to carry something else than AT commands."""
    found = []
    for modem in facts.modems:
        device = _device_of(modem, facts)
        if device is None or modem.state in ("ready", "busy", "quarantine"):
            continue
        port = next((port for port in device.ports if port.path == modem.paths[0]), None)
        if port is None or port.kind not in _OTHER_KINDS:
            continue
        at = [other.path for other in device.ports if other.kind == "at"]
        cure = f"use {' or '.join(at)}" if at else f'write usb = "{device.ids}" instead of port'
        found.append(Finding("port", "fault", modem.name, f"{port.path} carries {_OTHER_KINDS[port.kind]}", cure))
    return found


def holders(facts: Facts) -> list[Finding]:
    """Ports of configured modems that another program has, and ModemManager where it would take them."""
    found = []
    for modem in facts.modems:
        device = _device_of(modem, facts)
        if device is None:
            continue
        for port in device.ports:
            if port.path in modem.paths:
                found += _held(port, modem, device) if not _is_own(port, facts) else []
        for port in device.ports:
            if port.modem_manager:
                text = f"ModemManager runs and would take {port.path} of this modem"
                found.append(Finding("modemmanager", "warning", modem.name, text, port.leave_alone))
                break
    if not any(finding.check == "modemmanager" for finding in found):
        text = "it runs, and leaves the configured modems alone" if facts.modem_manager else "it does not run"
        found.append(Finding("modemmanager", "ok", "ModemManager", text))
    return found


def locks(facts: Facts) -> list[Finding]:
    """Ports that the kernel does not keep other programs from."""
    return [
        Finding("port", "note", modem.name, f"{path}: {text}", cure)
        for modem in facts.modems
        for path in modem.paths[:1]
        if is_unlockable(path)
        for text, cure in [split(NO_LOCK)]
    ]


def autosuspend(facts: Facts) -> list[Finding]:
    """Modems that the kernel may put to sleep."""
    found = []
    for device in _ours(facts):
        if device.control == "auto" and (device.autosuspend_ms is None or device.autosuspend_ms >= 0):
            vendor, _, product = device.ids.partition(":")
            rule = udev.stays_awake(udev.OwnPort(name="", vendor=vendor, product=product))
            text = "the kernel may put it to sleep (USB autosuspend), and it may not wake up or lose its session"
            cure = f"write {rule} into {RULES}, then run: {RELOAD}"
            found.append(Finding("autosuspend", "warning", _called(device), text, cure))
        elif device.control is not None:
            found.append(Finding("autosuspend", "ok", _called(device), "the kernel does not put it to sleep"))
    return found


def supply(facts: Facts) -> list[Finding]:
    """Modems that left the bus again and again, and hubs that have less to give than what hangs on them may draw."""
    found = []
    for device in _ours(facts):
        if device.disconnects >= MANY_DISCONNECTS:
            text = f"it left the USB bus {device.disconnects} times of late"
            cure = "use a powered hub and a short cable; a modem draws up to 2 A for moments when it sends"
            found.append(Finding("disconnects", "warning", _called(device), text, cure))
        if device.hub_ma is not None and device.hub_ma > BUS_POWERED_MA:
            text = (
                f"its hub has no supply of its own, and what hangs on it may draw {device.hub_ma} mA"
                f" (this modem says {device.current_ma or '?'} mA), where {BUS_POWERED_MA} mA is all there is"
            )
            found.append(
                Finding("hub", "note", _called(device), text, "use a powered hub, or plug it into the Pi itself")
            )
    return found


# --- helpers

_OTHER_KINDS = {"nmea": "positions of a satellite receiver (NMEA), no AT commands", "diag": "diagnosis, no AT commands"}


def _is_own(port: Port, facts: Facts) -> bool:
    """True if nobody but the daemon has it, where the daemon did not tell its pid."""
    return facts.daemon.pid is None and set(port.programs) <= {"modemd"}


def _held(port: Port, modem: ModemFacts, device: DeviceFacts) -> list[Finding]:
    if not port.holders:
        return []
    free = [other.path for other in device.ports if other.kind == "at" and not other.holders]
    text = f"{port.path} is held by {', '.join(port.holders)}"
    if free and modem.state in ("ready", "busy", "quarantine"):
        return [Finding("port", "note", modem.name, text, f"nothing to do: modemd uses {free[0]}")]
    cure = port.leave_alone
    if not cure and any(program == "pppd" for program in port.programs):
        cure = "it makes a data connection: let it use the modem's dialling port, or give modemd another AT port"
    severity: Severity = "warning" if free else "fault"
    return [Finding("port", severity, modem.name, text, cure or "stop it, or give modemd another port")]


def _device_of(modem: ModemFacts, facts: Facts) -> DeviceFacts | None:
    wanted = set(modem.paths)
    return next((device for device in facts.devices if any(port.path in wanted for port in device.ports)), None)


def _ours(facts: Facts) -> list[DeviceFacts]:
    """The devices of configured modems; without any, every modem that is plugged in."""
    mine = [device for modem in facts.modems if (device := _device_of(modem, facts)) is not None]
    return list(dict.fromkeys(mine)) if mine else list(facts.devices)


def _called(device: DeviceFacts) -> str:
    return f"{device.name} ({device.ids})" if device.name else device.ids
