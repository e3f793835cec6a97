"""`modemd sms`: the messages that lie on the SIM or in the modem, read only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.rows import when
from modemd.cli.terminal import complain, one_line, say, why
from modemd.daemon.control import Client

KEYS = ("modem", "places", "status", "sender", "sent_at", "text", "parts", "missing")
HEADS = ("PLACE", "STATUS", "SENT", "FROM", "TEXT")
LISTING_TIMEOUT_S = 260.0  # 60 s for one's turn; a slow stick takes 20 s for a full storage, and may have several


@click.group("sms")
def command() -> None:
    """The messages on the SIM and in the modem."""


@command.command("list")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option(
    "--mark-read", is_flag=True, help="Also those that become read by being read, where there is no other way."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.pass_obj
def list_messages(socket: str | None, modem: str | None, mark_read: bool, as_json: bool) -> int:
    """Shows the messages that lie there. None is deleted, and none marked as read unless you ask for it."""
    rows: list[dict[str, Any]] = []
    with Client.connect(socket) as client:
        end = client.request("sms", on_row=rows.append, patience_s=LISTING_TIMEOUT_S, modem=modem, mark_read=mark_read)
    name = one_line(end.get("modem"))
    if end.get("error") is not None:
        if as_json:
            say(terminal.to_json({"modem": end.get("modem"), "error": end.get("error")}))
        complain(f"{name}: {why(end.get('error'), end.get('hint'))}")
        return 1
    if as_json:
        for row in rows:
            say(terminal.to_json({key: row.get(key) for key in KEYS}))
    else:
        _print_table(rows)
        say(_room(end.get("storages")) or "no storage is named")
    hidden = end.get("hidden")
    if isinstance(hidden, int) and hidden > 0:
        what = "1 message is" if hidden == 1 else f"{hidden} messages are"
        complain(f"{name}: {what} not shown: this modem can only read them by marking them as read (--mark-read)")
    return 0


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    cells = [
        [
            _place(row.get("places")),
            one_line(row.get("status"), 10) or "-",
            _sent(row.get("sent_at")),
            one_line(row.get("sender"), 24) or "-",
            _text(row),
        ]
        for row in rows
    ]
    if cells:
        for text in terminal.table(HEADS, cells, colours={"STATUS": {"unread": "cyan"}}):
            say(text)


def _place(places: object) -> str:
    """ "SM 1,2,3": where its parts lie."""
    found: dict[str, list[str]] = {}
    for place in places if isinstance(places, list) else ():
        known = terminal.as_mapping(place)
        found.setdefault(one_line(known.get("storage"), 8), []).append(one_line(known.get("index"), 8))
    return " ".join(f"{storage} {','.join(indexes)}" for storage, indexes in found.items()) or "-"


def _sent(moment: object) -> str:
    found = when({"taken_at": moment})
    return f"{found.astimezone():%Y-%m-%d %H:%M}" if found else "-"


def _text(row: Mapping[str, Any]) -> str:
    text = row.get("text")
    shown = one_line(text) if text is not None else "(no text)"
    missing = row.get("missing")
    if isinstance(missing, int) and missing > 0:
        shown += f" ({missing} of {one_line(row.get('parts'), 4)} parts missing)"
    return shown


def _room(storages: object) -> str:
    known = [terminal.as_mapping(one) for one in storages] if isinstance(storages, list) else []
    return ", ".join(
        f"{one_line(one.get('name'), 8)} {one_line(one.get('used'), 8)} of {one_line(one.get('places'), 8)}"
        for one in known
    )
