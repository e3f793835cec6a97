"""`modemd ports`: what is plugged in, which port modemd would take, and why not the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from modemd.cli import terminal
from modemd.cli.terminal import as_mapping, complain, one_line, paint, say
from modemd.daemon.control import Client
from modemd.errors import ModemdError

if TYPE_CHECKING:
    from modemd.backends.at.ports.survey import KnownModem, PortCandidate

# The keys of each line of `modemd ports --json`, in their order.
KEYS = (
    "path", "stable_path", "vendor", "product", "name", "serial", "interface", "kind", "driver", "imei", "holder",
    "modem", "take", "why",
)  # fmt: skip
HEADS = ("PORT", "KIND", "USB ID", "IF", "DEVICE", "HELD BY", "MODEM", "STATE", "TAKE")
DAEMON_PATIENCE_S = 3.0  # a daemon that does not answer at once adds nothing that is worth waiting for


@click.command("ports", short_help="What is plugged in, and which port modemd would take.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.pass_obj
def command(socket: str | None, as_json: bool) -> int:
    """Every port and device that is a modem or looks like one: what it is, who holds it, whether modemd takes it.

    Nothing is opened and no daemon is needed; where one runs and lets you ask, its modems are named, also those that
    are at no port of this machine: behind a pseudo-terminal ("pty"), or not there ("missing").
    """
    from modemd.backends.at.ports.survey import survey

    known = _ask_daemon(socket)
    found = survey(known=known or (), daemon=known is not None)
    if as_json:
        for candidate in found:
            say(terminal.to_json(_object(candidate)))
        return 0
    if not found:
        complain("no modem and no serial port is there: plug the modem in, and look at `lsusb` and `dmesg | tail`")
        return 0
    for text in terminal.table(HEADS, [_cells(candidate) for candidate in found], colours=_COLOURS):
        say(text)
    for text in _remarks(found):
        say(text)
    return 0


# --- helpers

_COLOURS = {"TAKE": {"yes": "green"}, "STATE": terminal.STATE_COLOURS}


def _object(candidate: PortCandidate) -> dict[str, Any]:
    holder = candidate.holder
    shown: dict[str, Any] = {key: getattr(candidate, key) for key in KEYS if key != "holder"}
    shown["holder"] = None if holder is None else {"pid": holder.pid, "program": holder.program}
    return {key: shown[key] for key in KEYS}


def _cells(candidate: PortCandidate) -> list[str]:
    holder = candidate.holder
    ids = f"{candidate.vendor}:{candidate.product}" if candidate.vendor else ""
    return [
        one_line(candidate.path or "-", 40),
        candidate.kind,
        ids,
        "" if candidate.interface is None else str(candidate.interface),
        one_line(candidate.name, 28),
        f"{one_line(holder.program, 16)} ({holder.pid})" if holder is not None else "",
        one_line(candidate.modem, 32),
        one_line(candidate.state, 16),
        "yes" if candidate.take else "no",
    ]


def _remarks(found: list[PortCandidate]) -> list[str]:
    """Below the table: the stable name of what modemd takes, and what keeps it from the rest, each once."""
    lines: dict[str, None] = {}
    for candidate in found:
        ids = f"{candidate.vendor}:{candidate.product}" if candidate.vendor else None
        place = one_line(candidate.path or ids or candidate.modem)
        if candidate.take and candidate.modem is None:
            lines[f'{place}: write port = "{one_line(candidate.stable_path or candidate.path)}"'] = None
        if candidate.why and candidate.kind not in ("nmea", "diag"):
            lines[paint(f"{place}: {one_line(candidate.why, 400)}", "yellow" if candidate.take else None)] = None
        if candidate.remedy:
            lines[f"{place}: {one_line(candidate.remedy, 600)}"] = None
    return list(lines)


def _ask_daemon(socket: str | None) -> list[KnownModem] | None:
    """What the daemon knows of its modems, or None where it does not run, is silent, or this user may not ask."""
    try:
        with Client.connect(socket, timeout_s=DAEMON_PATIENCE_S) as client:
            answer = client.request("ports", patience_s=DAEMON_PATIENCE_S)
    except ModemdError:
        return None
    modems = answer.get("modems")
    return [_known(as_mapping(modem)) for modem in (modems if isinstance(modems, list) else ())]


def _known(modem: Mapping[str, Any]) -> KnownModem:
    from modemd.backends.at.ports.survey import KnownModem

    def text(key: str) -> str | None:
        value = modem.get(key)
        return value if isinstance(value, str) else None

    return KnownModem(
        name=text("modem") or "", port=text("port"), imei=text("imei"), state=text("state"), error=text("error")
    )
