"""`modemd status`: every modem at a glance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.terminal import _, as_mapping, one_line, paint, say
from modemd.daemon.control import Client
from modemd.errors import RefusedError
from modemd.language import N_

# INTERFACE: the keys of each modem in `modemd status --json`, in their order.
KEYS = (
    "modem", "state", "error", "sim", "operator", "rat", "signal_dbm", "balance", "currency", "level", "taken_at",
    "age_s", "next_query_at", "alerts",
)  # fmt: skip
HEADS = (
    N_("MODEM"),
    N_("STATE"),
    "SIM",
    N_("OPERATOR"),
    N_("RAT"),
    N_("SIGNAL"),
    N_("BALANCE"),
    N_("LEVEL"),
    N_("READ"),
    N_("NEXT"),
    N_("ALERTS"),
)

# What a narrow terminal can do without, the first first.
SPARE = ("SIM", "RAT", "SIGNAL", "OPERATOR", "NEXT", "ALERTS", "STATE")


@click.command("status", short_help="Every modem at a glance.")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.pass_obj
def command(socket: str | None, modem: str | None, as_json: bool) -> int:
    """Every modem, or MODEM alone: state, SIM, operator, signal, last reading and its age, next query, open alerts."""
    with Client.connect(socket) as client:
        answer = client.request("status")
    modems = [as_mapping(one) for one in answer.get("modems") or ()]
    if modem is not None:
        names = ", ".join(one_line(one.get("modem"), 32) for one in modems)
        modems = [one for one in modems if one.get("modem") == modem]
        if not modems:
            unknown = _("no modem is called {name}; configured: {names}").format(name=one_line(modem, 32), names=names)
            raise RefusedError(unknown, code="no such modem")
    if as_json:
        say(terminal.to_json({"modems": [{key: one.get(key) for key in KEYS} for one in modems]}))
        return 0
    now = datetime.now(UTC)
    for text in table_of(modems, now):
        say(text)
    for one in modems:
        if one.get("error"):
            say(paint(f"{one_line(one.get('modem'))}: {terminal.told(one_line(one['error'], 400))}", "red"))
        for line in (one.get("recovery"), fallback_line(one.get("fallback"), now)):
            if line:
                say(f"{one_line(one.get('modem'))}: {one_line(line, 400)}")
    return 0


def table_of(modems: Iterable[Mapping[str, Any]], now: datetime) -> list[str]:
    """A line for each modem, under one with the heads."""
    colours = {"STATE": terminal.STATE_COLOURS, "LEVEL": terminal.LEVEL_COLOURS}
    rows = [_cells(one, now) for one in modems]
    return terminal.table(HEADS, rows, right=("BALANCE",), colours=colours, spare=SPARE, translated=True)


def fallback_line(note: object, now: datetime) -> str:
    """What the last query on 3G or 2G cost: "went to 3G (UMTS) for a query 2 h ago, without data for 14 s"."""
    told = as_mapping(note)
    try:
        age_s = (now - datetime.fromisoformat(str(told.get("at")))).total_seconds()
    except (ValueError, TypeError):
        return ""
    went, ago = terminal.GENERATIONS.get(str(told.get("rat"))), terminal.ago(age_s)
    said = _("went to another network for a query in vain {ago}").format(ago=ago)
    if went is not None:
        said = _("went to {generation} for a query {ago}").format(generation=went, ago=ago)
    outage = told.get("outage_s")
    if not isinstance(outage, int | float):
        return said
    return _("{said}, without data for {n} s").format(said=said, n=f"{outage:.0f}")


def until(moment: object, now: datetime) -> str:
    """When the next query is due, in words: "in 5 h", "now", "" for none. `moment`: RFC 3339."""
    try:
        due = datetime.fromisoformat(str(moment))
    except ValueError:
        return ""
    if due.tzinfo is None:
        return ""
    left_s = (due - now).total_seconds()
    return _("now") if left_s < 1 else _("in {span}").format(span=terminal.span(left_s))


def _cells(modem: Mapping[str, Any], now: datetime) -> list[str]:
    sim = as_mapping(modem.get("sim"))
    signal = modem.get("signal_dbm")
    has_reading = modem.get("taken_at") is not None
    return [
        one_line(modem.get("modem"), 32),
        one_line(modem.get("state"), 16),
        terminal.masked(sim.get("iccid") or sim.get("imsi")),
        one_line(modem.get("operator"), 24),
        one_line(modem.get("rat"), 8),
        "" if signal is None else f"{one_line(signal, 6)} dBm",
        terminal.money(modem.get("balance"), modem.get("currency")),
        one_line(modem.get("level"), 16),
        terminal.ago(modem.get("age_s")) if has_reading else _("never"),
        until(modem.get("next_query_at"), now),
        _alerts(modem.get("alerts")),
    ]


def _alerts(alerts: object) -> str:
    """What the open alerts say, each event once."""
    events = [one_line(as_mapping(alert).get("event"), 20) for alert in (alerts if isinstance(alerts, list) else ())]
    return ", ".join(_(event) for event in dict.fromkeys(events))
