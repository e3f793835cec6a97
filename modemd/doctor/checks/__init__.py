"""Facts -> findings. Each check is a pure function of the facts; this table is the order in which they are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modemd.doctor.checks import alerts, configuration, daemon, machine, modems, power, radio, readings, rights, usb
from modemd.doctor.facts import Facts
from modemd.doctor.findings import Finding, in_order

Check = Callable[[Facts], list[Finding]]

CHECKS: tuple[Check, ...] = (
    daemon.service,
    configuration.file,
    usb.plugged,
    usb.wrong_port,
    usb.locks,
    usb.holders,
    modems.states,
    rights.ports,
    modems.registration,
    radio.ussd,
    modems.messages,
    modems.recovery,
    readings.asked,
    alerts.channels,
    alerts.silence,
    alerts.own_link,
    usb.autosuspend,
    usb.supply,
    power.board,
    machine.folder,
    machine.clock,
    machine.unseen,
)


def examine(facts: Facts, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """What every check says, worst first."""
    return in_order(finding for check in checks for finding in check(facts))
