"""`modemd balance`: what is left on the SIM, asked now or read from the store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.rows import empty_row, row
from modemd.cli.terminal import _, complain, one_line, paint, say, why
from modemd.cli.waiting import waiting
from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable, ModemdError, RefusedError


@click.command("balance")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option("--cached", is_flag=True, help="The last reading of the store; the modem is left alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.option("-q", "--quiet", is_flag=True, help="The number alone.")
@click.pass_obj
def command(socket: str | None, modem: str | None, cached: bool, as_json: bool, quiet: bool) -> int:
    """Asks the operator now what is left on the SIM. MODEM may be left out when there is one."""
    if as_json and quiet:
        raise click.UsageError("--json and -q exclude each other: choose one.")
    try:
        with Client.connect(socket) as client, waiting() as beside:
            answer = client.request("balance", beside=None if cached else beside, modem=modem, cached=cached)
    except (DaemonUnreachable, ModemdError) as error:
        if as_json and not (isinstance(error, RefusedError) and error.code in {"no such modem", "bad request"}):
            say(terminal.to_json(empty_row(modem, error.code)))
        raise
    failed = answer.get("error") is not None
    if as_json:
        say(terminal.to_json(row(answer)))
    elif quiet and answer.get("balance") is not None:
        say(one_line(answer["balance"], 40))
    elif not quiet and not failed:
        say(line(answer))
    if failed:
        complain(failure(answer))
    elif quiet and answer.get("balance") is None:
        told = _("{name}: the answer holds no amount of money: {text}")
        complain(told.format(name=one_line(answer.get("modem")), text=_proof(answer)))
        return 1
    return 1 if failed else 0


def line(answer: Mapping[str, Any]) -> str:
    """`home  123.40 RUB  ok  ru-mts  3 h ago  "the operator's words"`."""
    level = one_line(answer.get("level")) or "unknown"
    amount = terminal.money(answer.get("balance"), answer.get("currency"))
    data = terminal.data_size(answer.get("data_left_mb"))
    parts = [
        paint(one_line(answer.get("modem")), None, bold=True),
        paint(amount, terminal.LEVEL_COLOURS.get(level), bold=True),
        _("{data} left").format(data=data) if data else "",
        paint(_(level), terminal.LEVEL_COLOURS.get(level)) if amount else "",
        terminal.lasting(answer.get("days_left")),
        _("valid until {date}").format(date=one_line(answer["expires"], 10)) if answer.get("expires") else "",
        one_line(answer.get("operator")),
        terminal.ago(answer.get("age_s")),
        paint(terminal.quoted(answer.get("text")), None, dim=True),
    ]
    return "  ".join(part for part in parts if part)


def failure(answer: Mapping[str, Any]) -> str:
    """One line on a reading that failed: what happened, what to do, and the operator's words if there were any."""
    said = f"{one_line(answer.get('modem'))}: {why(answer.get('error'), answer.get('hint'))}"
    quote = terminal.quoted(answer.get("text"), 120)
    return said if not quote or one_line(answer.get("text"), 120) in said else f"{said} ({_proof(answer)})"


def _proof(answer: Mapping[str, Any]) -> str:
    """The operator's words, and that they are a menu."""
    quote = terminal.quoted(answer.get("text"), 120) or _("no text")
    return f"menu: {quote}" if answer.get("kind") == "menu" else quote
