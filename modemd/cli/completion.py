"""What Tab offers beyond commands and options: names of modems, channels, operators, countries.

Each function has click's signature for `shell_complete`. Somebody waits with a finger on the key: a daemon gets half a
second, then the configuration is looked at, and whatever goes wrong there is nothing to offer and nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PATIENCE_S = 0.5
MOST = 500  # of what is offered at once

Offer = tuple[str, str | None]  # the word, and what a shell may show beside it
Completion = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def offering(find: Callable[[click.Context], Iterable[Offer]], *, files: bool = False) -> Completion:
    """What `find` finds, and with `files` also what the shell knows of files."""

    def complete(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            offers = [offer for offer in find(ctx) if offer[0].startswith(incomplete) and _harmless(offer[0])]
        except Exception:  # noqa: BLE001 (a traceback between prompt and cursor helps nobody)
            offers = []
        items = [CompletionItem(word, help=note) for word, note in offers[:MOST]]
        return [*items, CompletionItem(incomplete, type="file")] if files else items

    return complete


def _harmless(word: str) -> bool:
    """Words go into somebody's command line, and a shell's protocol is one word a line."""
    return word.isprintable() and not set(word) & set(" ,\\'\"$`;|&<>()*?!")


def _modems(ctx: click.Context) -> list[Offer]:
    with suppress(Exception):
        return [
            (str(one.get("modem")), str(one.get("operator") or one.get("state") or ""))
            for one in _asked(ctx, "status")["modems"]
        ]
    return [(str(table["name"]), None) for table in _configured("modem")]


def _first_modem(ctx: click.Context) -> list[Offer]:
    """A modem where MODEM is the first of several words."""
    return [] if ctx.params.get("words") else _modems(ctx)


def _channels(ctx: click.Context) -> list[Offer]:  # noqa: ARG001
    """Those that have a name in the configuration."""
    return [(str(table["name"]), str(table.get("type", ""))) for table in _configured("channel") if "name" in table]


def _open_alerts(ctx: click.Context) -> list[Offer]:
    from modemd.daemon.control import Client

    with Client.connect(_socket(ctx), timeout_s=PATIENCE_S) as client:
        rows = list(client.rows("alerts", open_only=True, patience_s=PATIENCE_S))
    return [(str(row["id"]), f"{row.get('event')} {row.get('modem')}") for row in rows if row.get("id")]


def _operators(ctx: click.Context) -> list[Offer]:  # noqa: ARG001
    from modemd.money.operators import Packs

    return [(entry.id, entry.name) for entry in Packs().entries()]


def _countries(ctx: click.Context) -> list[Offer]:
    return [(country, None) for country in sorted({word[:2].upper() for word, _note in _operators(ctx)})]


modems = offering(_modems)
first_modem = offering(_first_modem)
channels = offering(_channels)
open_alerts = offering(_open_alerts)
operators = offering(_operators)
countries = offering(_countries)


# --- helpers


def _socket(ctx: click.Context) -> str | None:
    path = ctx.find_root().params.get("socket")
    return path if isinstance(path, str) else None


def _asked(ctx: click.Context, cmd: str) -> dict[str, Any]:
    from modemd.daemon.control import Client

    with Client.connect(_socket(ctx), timeout_s=PATIENCE_S) as client:
        return client.request(cmd, patience_s=PATIENCE_S)


def _configured(what: str) -> list[dict[str, Any]]:
    """The tables of that name in the configuration, where this user may read it."""
    import tomllib

    from modemd.cli.run import DEFAULT_CONFIG

    with open(DEFAULT_CONFIG, "rb") as file:  # noqa: PTH123 (a path, or a text)
        tables = tomllib.load(file)[what]
    return [table for table in tables if isinstance(table, dict)]
