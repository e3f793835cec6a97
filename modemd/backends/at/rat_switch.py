"""Reading and setting a modem's choice of RATs on the wire, by the rows of its make. Whether a command was heeded
is seen from the read command, not from its OK."""

from __future__ import annotations

from dataclasses import replace

from modemd.at import rats
from modemd.at.rat_rows import RatRow, Rats
from modemd.at.rats import RatState
from modemd.backends.at.modem import Modem
from modemd.errors import CommandError


def read(modem: Modem, row: RatRow, timeout_s: float | None = None) -> RatState | None:
    """The setting now; None where the modem does not know the command. Raises ModemError."""
    try:
        return rats.setting_read(row, modem.command(row.read, timeout_s))
    except CommandError:
        return None


def offers(modem: Modem, row: RatRow) -> Rats | None:
    """Which RATs it can be limited to; None = it does not say. Raises ModemError."""
    if row.test is None:
        return None
    try:
        return rats.offers_read(row, modem.command(row.test))
    except CommandError:
        return None


def with_domain(modem: Modem, found: RatState, offered: Rats | None) -> RatState:
    """`found` with what the modem offers, and whether it takes part in the circuit-switched domain."""
    domain = found.row.domain
    found = replace(found, offers=offered)
    for command in domain.read if domain is not None else ():
        try:
            lines = modem.command(command)
        except CommandError:
            continue
        return replace(found, packet_only=domain is not None and rats.is_packet_only(domain, lines))
    return found


def shows(modem: Modem, row: RatRow, value: str) -> bool:
    """Whether the modem says that this is its setting. Raises ModemError."""
    now = read(modem, row) if row.shows else None
    return now is not None and rats.same_setting(now.value, value)


def put_back(
    modem: Modem, row: RatRow, value: str, *, timeout_s: float | None = None, again_s: float | None = 1.0
) -> bool:
    """Sends the setting as it was, in another documented form where the first is not heeded. True when the modem shows
    it. `timeout_s`: for each command, instead of the row's own; `again_s`: a setting that is slow to change is looked
    at once more so much later, None = it is not. Raises ModemError."""
    shown: RatState | None = None
    forms = rats.restore_commands(row, value)
    for command in forms if timeout_s is None else forms[:2]:
        final = modem.execute(command, timeout_s or row.final_s).final
        if not row.shows:
            if final is not None and final.ok:
                return True
            continue
        for look in (0, 1):
            shown = read(modem, row, timeout_s)
            if shown is not None and rats.same_setting(shown.value, value):
                return True
            if look or again_s is None or final is None or not final.ok:
                break
            modem.wait(again_s)
    return shown is not None and rats.same_meaning(row, shown.value, value)


def not_put_back(row: RatRow, value: str) -> str:
    """The line for people when the modem does not take its own setting back."""
    return (
        "the modem's own choice of 2G, 3G and 4G could not be put back: unplug it and plug it in again, "
        f"or send {rats.restore_commands(row, value)[0]} to it"
    )
