"""`modemd doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from modemd.cli import terminal
from modemd.cli.terminal import one_line, paint, say, wrapped
from modemd.cli.waiting import waiting_for

if TYPE_CHECKING:
    from modemd.doctor.findings import Finding

LONGEST = 600  # characters of a text or cure: a udev rule with its commands is 350
SEVERITY_COLOURS = {"fault": "red", "warning": "yellow", "note": "cyan", "ok": "green"}
INDENT = " " * 9  # behind "warning  "


@click.command("doctor", short_help="What is wrong, and how to mend it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.option("--all", "show_all", is_flag=True, help="Also what was looked at and is well.")
@click.option("--config", metavar="FILE", help="The configuration to look at. Else the one that the daemon runs.")
@click.pass_obj
def command(socket: str | None, as_json: bool, show_all: bool, config: str | None) -> int:
    """Looks at modems, SIMs, network, configuration, alerts, power and clock, and names a cure for what is wrong.

    Opens no port and sends nothing to a modem. Exit code 1 with any fault, else 0; warnings and notes do not count.
    """
    from modemd.doctor.checks import examine
    from modemd.doctor.findings import healthy, summary, to_json
    from modemd.doctor.looking import look

    with waiting_for("looking at this machine, its modems and the daemon"):
        findings = examine(look(socket=socket, config=config))
    if as_json:
        say(terminal.to_json(to_json(findings)))
    else:
        for finding in findings:
            if show_all or finding.severity != "ok":
                for line in _lines(finding):
                    say(line)
        say(paint(summary(findings), "green" if healthy(findings) else "red", bold=True))
    return 0 if healthy(findings) else 1


# --- helpers


def _lines(finding: Finding) -> list[str]:
    """ "fault    home: what: cure", wrapped, its lines below the text."""
    said = f"{one_line(finding.subject, 120)}: {one_line(finding.text, LONGEST)}"
    if finding.cure:
        said += f": {one_line(finding.cure, LONGEST)}"
    first, *rest = wrapped(said, terminal.columns() - len(INDENT))
    word = paint(terminal.pad(finding.severity, len(INDENT)), SEVERITY_COLOURS[finding.severity])
    return [word + first, *(INDENT + line for line in rest)]
