"""`modemd operators`: the packs, what they know and whether they are right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modemd.cli import completion, teach, terminal
from modemd.cli.parse import unknown_operator
from modemd.cli.terminal import complain, one_line, say
from modemd.errors import ConfigError

if TYPE_CHECKING:
    from modemd.money.operators import Pack, Packs, Query
    from modemd.money.packindex import Entry

HEADS = ("ID", "NAME", "COUNTRY", "CURRENCY", "CODES", "CONFIDENCE", "PLMN")


@click.group("operators")
def command() -> None:
    """The operator packs: codes, patterns, examples."""


command.add_command(teach.command)


@command.command("list")
@click.option("--country", metavar="CC", shell_complete=completion.countries, help="Only this country, like RU.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
def list_packs(country: str | None, as_json: bool) -> int:
    """Every operator that modemd knows."""
    packs = _packs()
    entries = packs.entries()
    for problem in packs.problems:
        complain(f"left out: {problem}")
    if country:
        entries = [entry for entry in entries if entry.country == country.upper()]
        if not entries:
            complain(f"no operator of {one_line(country)} is known: see modemd operators list")
            return 1
    if as_json:
        for entry in entries:
            say(terminal.to_json(_summary(entry)))
        return 0
    rows = [
        [
            entry.id,
            one_line(entry.name, 32),
            entry.country,
            entry.currency,
            ", ".join(entry.codes or entry.sms),
            entry.confidence,
            ", ".join(entry.plmn),
        ]
        for entry in entries
    ]
    for text in terminal.table(HEADS, rows):
        say(text)
    return 0


@command.command("show")
@click.argument("ident", metavar="ID", shell_complete=completion.operators)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
def show(ident: str, as_json: bool) -> int:
    """What is known about one operator, and where it comes from."""
    packs = _packs()
    if ident not in packs.ids():
        raise click.BadParameter(unknown_operator(ident, packs.ids()), param_hint="ID")
    pack = packs.get(ident)
    if as_json:
        entry = next(entry for entry in packs.entries() if entry.id == pack.id)
        say(terminal.to_json(_summary(entry)))
        return 0
    say(terminal.paint(f"{pack.id}: {one_line(pack.name)}", None, bold=True))
    facts = [("country", pack.country), ("currency", pack.currency), ("plmn", _plmn(pack))]
    facts += [
        (key.replace("_", " "), value)
        for key in ("own_number", "hotline", "topup_url", "account_url", "app", "promised_payment")
        if (value := _text(getattr(pack, key)))
    ]
    for key, value in facts:
        say(f"  {key:<18}{value}")
    if pack.balance_at is not None:
        say(f"  no balance code: look at {one_line(pack.balance_at, 160)}")
    elif not pack.queries:
        say("  no balance code is known")
    for head, queries in (("balance queries, best first", pack.queries), ("data left, best first", pack.data)):
        if queries:
            say(f"  {head}")
        for query in queries:
            say(f"    {_query(query)}")
            say(f"        source: {one_line(query.source, 160)}")
    if pack.notes:
        say(f"  {one_line(pack.notes, 400)}")
    say(f"  {len(pack.patterns)} patterns, {len(pack.examples)} examples")
    return 0


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def check(files: Sequence[Path]) -> int:
    """Checks packs of your own: every fault at once, then each example read with the pack.

    Exit 2 for a faulty file, 1 for an example that is read otherwise.
    """
    from modemd.money.operators import check_pack, load_pack

    worst = 0
    for file in files:
        try:
            pack = load_pack(file)
        except ConfigError as error:
            problems, code = error.problems, 2
        else:
            problems, code = tuple(check_pack(file)), 1
        for problem in problems:
            complain(str(problem))
        if problems:
            worst = max(worst, code)
        else:
            say(f"{one_line(file)}: ok ({pack.id}, {len(pack.patterns)} patterns, {len(pack.examples)} examples)")
    return worst


def _packs() -> Packs:
    from modemd.money.operators import Packs

    return Packs()


def _summary(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name,
        "country": entry.country,
        "currency": entry.currency,
        "plmn": list(entry.plmn),
        "codes": list(entry.codes),
        "confidence": entry.confidence or None,
        "patterns": entry.patterns,
        "examples": entry.examples,
    }


def _plmn(pack: Pack) -> str:
    return ", ".join(pack.plmn)


def _query(query: Query) -> str:
    what = query.code if query.kind == "ussd" else f"{query.text!r} to {query.number}"
    menu = f"then {' '.join(query.menu)}" if query.menu else ""
    parts = [query.kind, one_line(what), menu, f"answer by {query.reply}", f"confidence {query.confidence}"]
    return "  ".join(part for part in parts if part)


def _text(value: object) -> str:
    if isinstance(value, tuple | list):
        value = ", ".join(map(str, value))
    return one_line(value, 160) if value else ""
