"""`modemd history`: readings and failures, as a table, JSON lines, CSV or a picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.parse import Readers, as_row
from modemd.cli.rows import KEYS, row, unasked, when
from modemd.cli.terminal import one_line, say
from modemd.daemon.control import Client
from modemd.errors import RefusedError
from modemd.language import N_

UNIT_S = {"s": 1, "m": 60, "h": 3600, "d": 86400}
ALIGNED_ROWS = 2000
HEADS = (N_("TIME"), N_("MODEM"), N_("BALANCE"), N_("LEVEL"), N_("DATA"), N_("CODE"), N_("NOTE"))


def duration(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """The seconds of `30s`, `15m`, `6h` or `30d`. Raises click.BadParameter (exit 2) for anything else."""
    if value is None:
        return None
    text = value.strip()
    if not (text[:-1].isascii() and text[:-1].isdecimal() and len(text) < 10 and text[-1:] in UNIT_S):
        raise click.BadParameter(f"{value!r} is not a duration: write 30s, 15m, 6h or 30d.")
    return int(text[:-1]) * UNIT_S[text[-1]]


@click.command("history")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option(
    "--since",
    "since_s",
    metavar="DUR",
    callback=duration,
    help="How far back: 30s, 15m, 6h, 30d. Else everything.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.option("--csv", "as_csv", is_flag=True, help="A table for spreadsheets, with a header.")
@click.option("--plot", is_flag=True, help="A picture of the balance over time.")
@click.option("--reread", is_flag=True, help="Reads the stored texts with today's packs: shows what would differ.")
@click.pass_obj
def command(
    socket: str | None,
    modem: str | None,
    since_s: int | None,
    as_json: bool,
    as_csv: bool,
    plot: bool,
    reread: bool,
) -> int:
    """Readings and failures, oldest first. Times are your own; JSON and CSV have UTC."""
    if as_json + as_csv + plot > 1:
        raise click.UsageError("--json, --csv and --plot exclude each other: choose one.")
    if reread and (as_csv or plot):
        raise click.UsageError("--reread goes with --json or alone.")
    with Client.connect(socket) as client:
        rows = client.rows("history", modem=modem, since_s=since_s)
        if reread:
            _print_reread(rows, as_json=as_json)
        elif as_json:
            for found in rows:
                say(terminal.to_json(row(found)))
        elif as_csv:
            _print_csv(rows)
        elif plot:
            _print_plot(rows, client)
        else:
            _print_table(rows)
    return 0


def csv_cells(found: Mapping[str, Any]) -> list[str]:
    """One row in the order of KEYS; `sim` as "iccid imsi". A cell that a spreadsheet would run as a formula gets a
    leading quote; a number keeps its sign."""
    cells = []
    for key in KEYS:
        value = found.get(key)
        if isinstance(value, Mapping):
            value = " ".join(str(part) for part in value.values() if part)
        cells.append("" if value is None else _no_formula(one_line(value, 4096)))
    return cells


def note(found: Mapping[str, Any]) -> str:
    """What is special about a row: why it failed, or that its answer came late, by SMS or unasked."""
    words = []
    if found.get("error") is not None:
        words.append(one_line(found["error"], 60))
    words += [word for word in unasked(found) if word not in words]
    if found.get("channel") == "sms":
        words.append("by SMS")
    if found.get("balance") is None and found.get("text"):
        words.append(terminal.quoted(found["text"], 60))
    if found.get("balance") is not None and found.get("confidence") == "generic":
        words.append("read without a pattern of the operator")
    return ", ".join(words)


def _print_table(rows: Iterator[Mapping[str, Any]]) -> None:
    """So many rows at a time as are aligned with each other: a history of years takes no more memory."""
    header = None
    names = set[object]()
    while part := list(islice(rows, ALIGNED_ROWS)):
        names.update(found.get("modem") for found in part)
        first, *lines = _table(part, several=len(names) > 1)
        for text in lines if first == header else [first, *lines]:
            say(text)
        header = first
    if header is None:
        terminal.complain(terminal.why("no reading yet"))


def _table(rows: Sequence[Mapping[str, Any]], *, several: bool) -> list[str]:
    cells = []
    for found in rows:
        moment = when(found)
        cells.append(
            [
                f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else "?",
                one_line(found.get("modem"), 32) if several else "",
                terminal.money(found.get("balance"), found.get("currency")) or "-",
                one_line(found.get("level"), 16) if found.get("balance") is not None else "",
                terminal.data_size(found.get("data_left_mb")),
                one_line(found.get("code"), 24),
                note(found),
            ]
        )
    return terminal.table(
        HEADS,
        cells,
        right=("BALANCE", "DATA"),
        colours={"LEVEL": terminal.LEVEL_COLOURS},
        spare=("CODE", "DATA", "LEVEL"),
        translated=True,
    )


def reread_row(found: Mapping[str, Any], readers: Readers) -> dict[str, Any] | None:
    """What today's reader says of a stored text where it differs from what was stored; None where it does not, or
    where there is no text. The store itself stays as it is."""
    text = found.get("text")
    if not isinstance(text, str):
        return None
    reading = as_row(None, readers.read(text, _text(found.get("operator")), _text(found.get("country"))))
    keys = ("balance", "currency", "data_left_mb", "expires")
    old = {key: found.get(key) for key in keys}
    new = {key: reading[key] for key in keys}
    if old["currency"] is not None and new["currency"] is None and old["balance"] == new["balance"]:
        new["currency"] = old["currency"]  # the daemon fills in the pack's
    if old == new:
        return None
    return {"modem": found.get("modem"), "taken_at": found.get("taken_at"), "old": old, "new": new, "text": text}


def _print_reread(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    readers = Readers()
    number, changed = 0, []
    for number, found in enumerate(rows, start=1):  # noqa: B007 (the last one is told below)
        row = reread_row(found, readers)
        if row is not None and as_json:
            say(terminal.to_json(row))
        elif row is not None:
            changed.append(row)
    if as_json:
        return
    if not changed:
        terminal.complain(f"all {number} stored answers are read as before")
        return
    cells = []
    for row in changed:
        moment = when(row)
        cells.append(
            [
                f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else "?",
                one_line(row["modem"], 32),
                _reading_of(row["old"]),
                _reading_of(row["new"]),
                terminal.quoted(row["text"], 60),
            ]
        )
    for text in terminal.table(("TIME", "MODEM", "STORED", "TODAY", "TEXT"), cells):
        say(text)


def _reading_of(values: Mapping[str, Any]) -> str:
    parts = [terminal.money(values["balance"], values["currency"]), terminal.data_size(values["data_left_mb"])]
    parts.append(f"until {one_line(values['expires'], 10)}" if values["expires"] else "")
    return ", ".join(part for part in parts if part) or "-"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _print_csv(rows: Iterable[Mapping[str, Any]]) -> None:
    import csv
    import io

    for cells in [list(KEYS), *map(csv_cells, rows)]:
        out = io.StringIO()
        csv.writer(out, lineterminator="").writerow(cells)
        say(out.getvalue())


def _print_plot(rows: Iterable[Mapping[str, Any]], client: Client) -> None:
    from modemd.cli import plot

    modems: dict[str, plot.Points] = {}
    for found in rows:
        modems.setdefault(str(found.get("modem")), plot.Points()).add(found)
    if not modems:
        terminal.complain(terminal.why("no reading yet"))
    thresholds: tuple[tuple[str, float], ...]
    ahead: Mapping[str, Any]
    for name, points in modems.items():
        thresholds, ahead = (), {}
        with suppress(RefusedError):  # a modem of the past, no longer in the configuration
            thresholds = plot.thresholds(str(client.request("check", modem=name).get("line")))
            ahead = client.request("forecast", modem=name)
        for text in plot.draw(points.rows, name, thresholds, ahead):
            say(text)


def _no_formula(cell: str) -> str:
    if not cell.startswith(("=", "+", "-", "@")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell
