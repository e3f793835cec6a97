"""`modemd parse`: reads an operator's reply without a modem and without the daemon."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from modemd.cli import completion, terminal
from modemd.cli.terminal import complain, one_line, say

if TYPE_CHECKING:
    from modemd.money.operators import Pack, Packs
    from modemd.records import Reading

# INTERFACE: the keys of `modemd parse --json`, in their order.
KEYS = ("id", "kind", "balance", "currency", "data_left_mb", "expires", "pattern", "confidence")
COUNTRY_OF_ID = re.compile(r"([A-Za-z]{2})-")  # pack ids begin with their country: ru-mts


@click.command("parse", short_help="Reads a balance out of a text, without a modem.")
@click.argument("text", required=False)
@click.option(
    "--operator",
    metavar="ID",
    shell_complete=completion.operators,
    help="The operator's pack, like ru-mts: modemd operators list.",
)
@click.option(
    "--country",
    metavar="CC",
    shell_complete=completion.countries,
    help="The country, like RU, where the operator is not known.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.option(
    "--jsonl",
    is_flag=True,
    help='Reads lines {"id","text","operator","country"} from stdin and prints a result line for each.',
)
def command(text: str | None, operator: str | None, country: str | None, as_json: bool, jsonl: bool) -> int:
    """Reads a balance out of TEXT, or out of stdin, and says what it rests on. No modem, no daemon."""
    if country is not None and not re.fullmatch(r"[A-Za-z]{2}", country):
        raise click.BadParameter(f"{country!r} is not a country: write two letters, like RU.", param_hint="--country")
    readers = Readers()
    if jsonl:
        if text is not None:
            raise click.UsageError("--jsonl reads its texts from stdin: leave TEXT out.")
        return _read_lines(readers, operator, country)
    if operator is not None and not readers.knows(operator):
        raise click.BadParameter(unknown_operator(operator, readers.ids()), param_hint="--operator")
    if text is None:
        if sys.stdin.isatty():
            raise click.UsageError("Give the reply as TEXT or on stdin: modemd parse 'Balance: 12.30 EUR'.")
        text = terminal.read_stdin()
    reading = readers.read(text, operator, country)
    if as_json:
        say(terminal.to_json(as_row(None, reading)))
    else:
        say(sentence(reading))
    return 0


class Readers:
    """Reads texts with packs, each loaded once."""

    def __init__(self) -> None:
        from modemd.money.operators import Packs
        from modemd.money.reading import read

        self._packs: Packs = Packs()
        self._known = self._packs.ids()
        self._read = read
        self._loaded: dict[str, Pack | None] = {}

    def ids(self) -> list[str]:
        return self._known

    def knows(self, operator: str) -> bool:
        return operator in self._known

    def read(self, text: str, operator: str | None, country: str | None) -> Reading:
        """The reading of `text`; an unknown operator counts for its country, which its id begins with."""
        pack = self._pack(operator) if operator else None
        if pack is None and country is None and operator and (found := COUNTRY_OF_ID.match(operator)):
            country = found[1]
        return self._read(text, pack=pack, country=country.upper() if country else None)

    def _pack(self, operator: str) -> Pack | None:
        if operator not in self._loaded:
            self._loaded[operator] = self._packs.get(operator) if operator in self._known else None
        return self._loaded[operator]


def as_row(ident: object, reading: Reading) -> dict[str, Any]:
    """The object of `modemd parse --json`; `id` is the input's, null where there was none."""
    return {
        "id": ident,
        "kind": reading.kind,
        "balance": None if reading.balance is None else format(reading.balance, "f"),
        "currency": reading.currency,
        "data_left_mb": reading.data_left_mb,
        "expires": reading.expires,
        "pattern": reading.pattern,
        "confidence": reading.confidence,
    }


def sentence(reading: Reading) -> str:
    """The reading for people."""
    row = as_row(None, reading)
    parts = [f"{row['kind']}:"]
    if row["balance"] is not None:
        parts.append(terminal.money(row["balance"], row["currency"]))
    if row["data_left_mb"] is not None:
        parts.append(f"{terminal.data_size(row['data_left_mb'])} left")
    if row["expires"]:
        parts.append(f"valid until {row['expires']}")
    if len(parts) == 1:
        parts.append("no amount read")
    if row["pattern"]:
        parts.append(f"({row['confidence']}: {one_line(row['pattern'])})")
    return " ".join(parts)


def unknown_operator(operator: str, known: list[str]) -> str:
    """One line that says so and names the nearest ones."""
    from difflib import get_close_matches

    close = get_close_matches(operator, known, n=3, cutoff=0.5)
    advice = f"Did you mean {' or '.join(close)}?" if close else "See modemd operators list."
    return f"no operator {one_line(operator)!r} is known. {advice}"


def _read_lines(readers: Readers, operator: str | None, country: str | None) -> int:
    """Every line that can be read gets its result line; one that cannot is named on stderr, and then the exit is 1."""
    failed = False
    limit = terminal.STDIN_BYTES
    for number, raw in enumerate(iter(lambda: sys.stdin.buffer.readline(limit + 1), b""), 1):
        if len(raw) > limit:
            complain(f"line {number} is longer than 1 MiB, and ends this: give one reply a line")
            return 1
        if not raw.strip():
            continue
        try:
            entry = _entry(raw)
        except ValueError as error:
            complain(f"line {number}: {error}")
            failed = True
            continue
        text = entry.get("text")
        reading = readers.read(text or "", entry.get("operator") or operator, entry.get("country") or country)
        say(terminal.to_json(as_row(entry.get("id"), reading)))
    return 1 if failed else 0


def _entry(raw: bytes) -> Mapping[str, Any]:
    """One line of `--jsonl`. Raises ValueError with what is wrong with it."""
    try:
        entry = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON in UTF-8") from error
    if not isinstance(entry, dict):
        raise ValueError('not an object like {"id", "text", "operator", "country"}')  # noqa: TRY004 (a fault of the input)
    for key in ("text", "operator", "country"):
        if not isinstance(entry.get(key), str | None):
            raise ValueError(f"`{key}` is not a string")  # noqa: TRY004 (a fault of the input)
    return entry
