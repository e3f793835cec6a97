"""`modemd topup`: how to pay for a SIM, by the operator's own ways, with a QR code of its page."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.terminal import _, as_mapping, complain, one_line, say
from modemd.daemon.control import Client
from modemd.errors import ConfigError, RefusedError
from modemd.language import of_environment

WHITE_ON_BLACK, PLAIN = "\x1b[97;40m", "\x1b[0m"


@click.command("topup", short_help="How to pay for a SIM.")
@click.argument("modem", required=False, shell_complete=completion.modems)
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
        line = _("{name}: its operator is not known (yet), so there is no page to name: see modemd status").format(
            name=name
        )
        if as_json:
            say(terminal.to_json(_answer(found, None, None, error=line)))
        complain(line)
        return 1
    ways = ways_of(pack)
    number = found.get("own_number")
    how = advice(ways, language=of_environment(), own_number=number if isinstance(number, str) else None)
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
    line = _("say which modem; configured: {names}")
    if wanted is not None:
        line = _("no modem is called {name}; configured: {names}")
    raise RefusedError(line.format(name=one_line(wanted, 32), names=names), code="no such modem")


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
    shown = terminal.paint(_(level), terminal.LEVEL_COLOURS.get(level))
    say(f"{one_line(found.get('modem'), 32)}, {name}: {balance or _('no balance yet')} ({shown})")
    own = _own_number(found.get("own_number"), ways.own_number_code)
    voucher = _("{code} (CODE is the voucher's number)").format(code=ways.voucher) if ways.voucher else None
    loan = (
        _("{code} (a loan; modemd never dials it)").format(code=ways.promised_payment)
        if ways.promised_payment
        else None
    )
    rows = [
        (_("number"), own),
        (_("page"), ways.page),
        (_("app"), ways.app),
        (_("voucher"), voucher),
        (_("short number"), ways.short_number),
        (_("hotline"), ", ".join(number for number in ways.hotline if number != ways.short_number)),
        (_("promised payment"), loan),
    ]
    known = [(head, one_line(value, 200)) for head, value in rows if value]
    wide = max((terminal.width(head) + 1 for head, _value in known), default=0)
    for head, value in known:
        say(f"  {terminal.pad(head + ':', wide)} {value}")
    if line is None:
        say("  " + _("The operator's pack names no way to pay: ask the operator, and tell modemd (docs/operators.md)."))
        return
    say("  " + _("Use the operator's own page, app and numbers only."))
    if ways.page and sys.stdout.isatty():
        for text in _qr(ways.page):
            say(text)


def _own_number(known: object, code: str | None) -> str | None:
    """What the SIM says may be old, a number that was ported for instance: the operator's own word is better."""
    number = one_line(known, 20) if isinstance(known, str) else None
    if number is None:
        return _("dial {code} to see it").format(code=code) if code else None
    if code is None:
        return _("{number} (as the SIM says)").format(number=number)
    return _("{number} (as the SIM says; dial {code} to be sure)").format(number=number, code=code)


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
