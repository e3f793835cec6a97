"""`modemd topup`: how to pay for a SIM, by the operator's own ways, with a QR code of its page."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from modemd.cli import terminal
from modemd.cli.terminal import as_mapping, complain, one_line, say
from modemd.daemon.control import Client
from modemd.errors import ConfigError, RefusedError

WHITE_ON_BLACK, PLAIN = "\x1b[97;40m", "\x1b[0m"


@click.command("topup", short_help="How to pay for a SIM.")
@click.argument("modem", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.pass_obj
def command(socket: str | None, modem: str | None, as_json: bool) -> int:
    """How to pay for the SIM in MODEM: the operator's page with a QR code, its app, voucher code and numbers.

    Nothing is dialled and nobody is called; the promised payment, which is a loan, is only named.
    """
    from modemd.alerts.advice import advice, ways_of
    from modemd.money.operators import Packs

    with Client.connect(socket) as client:
        found = _chosen(client.request("status").get("modems"), modem)
    operator = found.get("operator")
    pack = None
    if isinstance(operator, str):
        try:
            pack = Packs().get(operator)
        except ConfigError as error:
            complain(error.message)
    if pack is None:
        name = one_line(found.get("modem"), 32)
        line = f"{name}: its operator is not known (yet), so there is no page to name: see modemd status"
        if as_json:
            say(terminal.to_json(_answer(found, None, None, error=line)))
        complain(line)
        return 1
    ways = ways_of(pack)
    how = advice(ways)
    if as_json:
        say(terminal.to_json(_answer(found, ways, how)))
        return 0
    _tell(found, pack.name, ways, how)
    return 0


# --- helpers


def _chosen(modems: object, wanted: str | None) -> dict[str, Any]:
    """One modem of `status`. Raises RefusedError where it is not clear which."""
    rows = [dict(as_mapping(row)) for row in (modems if isinstance(modems, list) else ())]
    names = ", ".join(one_line(row.get("modem"), 32) for row in rows)
    if wanted is None and len(rows) == 1:
        return rows[0]
    for row in rows:
        if row.get("modem") == wanted:
            return row
    what = "say which modem" if wanted is None else f"no modem is called {one_line(wanted, 32)}"
    raise RefusedError(f"{what}; configured: {names}", code="no such modem")


def _answer(found: dict[str, Any], ways: Any, line: str | None, *, error: str | None = None) -> dict[str, Any]:
    known: dict[str, Any] = {
        "page": None,
        "app": None,
        "voucher": None,
        "short_number": None,
        "hotline": [],
        "promised_payment": None,
        "own_number_code": None,
    }
    if ways is not None:
        known = {key: getattr(ways, key) for key in known} | {"hotline": list(ways.hotline)}
    return {
        "modem": found.get("modem"),
        "operator": found.get("operator"),
        "balance": found.get("balance"),
        "currency": found.get("currency"),
        "level": found.get("level"),
        "own_number": found.get("own_number"),
        **known,
        "advice": line,
        "error": error,
    }


def _tell(found: dict[str, Any], name: str, ways: Any, line: str | None) -> None:
    balance = terminal.money(found.get("balance"), found.get("currency"))
    level = one_line(found.get("level"), 16)
    shown = terminal.paint(level, terminal.LEVEL_COLOURS.get(level))
    say(f"{one_line(found.get('modem'), 32)}, {name}: {balance or 'no balance yet'} ({shown})")
    own = f"dial {ways.own_number_code} to see it" if ways.own_number_code else None
    loan = f"{ways.promised_payment} (a loan; modemd never dials it)" if ways.promised_payment else None
    rows = [
        ("number", found.get("own_number") or own),
        ("page", ways.page),
        ("app", ways.app),
        ("voucher", f"{ways.voucher} (CODE is the voucher's number)" if ways.voucher else None),
        ("short number", ways.short_number),
        ("hotline", ", ".join(number for number in ways.hotline if number != ways.short_number)),
        ("promised payment", loan),
    ]
    known = [(head, one_line(value, 200)) for head, value in rows if value]
    for head, value in known:
        say(f"  {head + ':':<18}{value}")
    if line is None:
        say("  The operator's pack names no way to pay: ask the operator, and tell modemd (docs/operators.md).")
        return
    say("  Use the operator's own page, app and numbers only.")
    if ways.page and sys.stdout.isatty():
        for text in _qr(ways.page):
            say(text)


def _qr(page: str) -> list[str]:
    """The address as a QR code of half blocks, light on dark whatever the terminal's own colours are; nothing where it
    has no such characters, or is too narrow."""
    import segno  # late: 40 ms for one command

    if not terminal.speaks("█▀▄"):
        return []
    drawn = io.StringIO()
    segno.make(page, error="m", micro=False).terminal(drawn, compact=True)
    code = [line for line in drawn.getvalue().splitlines() if line]
    if max(map(len, code)) > terminal.columns():
        return []
    return [f"{WHITE_ON_BLACK}{line}{PLAIN}" for line in code] if terminal.colour_wanted() else code
