"""`modemd alerts`: what was sent to whom, a test message, and "I have seen it"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.rows import when
from modemd.cli.terminal import _, as_mapping, complain, one_line, plural, say
from modemd.cli.waiting import waiting_for
from modemd.daemon.control import Client
from modemd.language import N_

HEADS = (N_("RAISED"), "ID", N_("EVENT"), N_("MODEM"), N_("BALANCE"), N_("STATE"), N_("DELIVERED"), N_("TEXT"))
SPARE = ("DELIVERED", "BALANCE", "STATE", "MODEM", "ID")
DELIVERY_WORDS = {
    "pending": N_("pending"),
    "delivered": N_("delivered"),
    "given_up": N_("given up"),
    "not_needed": N_("not needed"),
    "replaced": N_("replaced"),
}
HELD_WORDS = {
    "gather": N_("for one message with others"),
    "quiet": N_("quiet hours"),
    "after": N_("others first"),
    "busy": N_("pause after a refusal"),
}
ACTS = (N_("reminder"),)  # of a rehearsal; the others are events
RECEIPTS_S = 200.0  # for a test, or an act of a rehearsal: a little more than the daemon waits


@click.group("alerts")
def command() -> None:
    """Open and sent alerts."""


@command.command("list")
@click.option("--open", "open_only", is_flag=True, help="Only those that nobody has acknowledged and that still hold.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.pass_obj
def list_alerts(socket: str | None, open_only: bool, as_json: bool) -> int:
    """Open and sent alerts, oldest first, and whether each channel has taken them."""
    with Client.connect(socket) as client:
        alerts = list(client.rows("alerts", open_only=open_only))
    if as_json:
        for alert in alerts:
            say(terminal.to_json(alert))
        return 0
    if not alerts:
        complain(_("no open alerts") if open_only else _("no alerts so far"))
        return 0
    for text in table_of(alerts):
        say(text)
    return 0


def table_of(alerts: Iterable[Mapping[str, Any]]) -> list[str]:
    """A line for each alert, under one with the heads."""
    rows = [
        [
            _raised(alert.get("raised_at")),
            one_line(alert.get("id"), 40),
            one_line(alert.get("event"), 16),
            one_line(alert.get("modem"), 32),
            terminal.money(alert.get("balance"), alert.get("currency")),
            _state(alert),
            _deliveries(alert.get("deliveries")),
            one_line(alert.get("text"), 160),
        ]
        for alert in alerts
    ]
    colours = {"EVENT": terminal.ALERT_COLOURS}
    return terminal.table(HEADS, rows, right=("BALANCE",), colours=colours, spare=SPARE, translated=True)


@command.command("test")
@click.argument("channel", required=False, shell_complete=completion.channels)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.pass_obj
def test(socket: str | None, channel: str | None, as_json: bool) -> int:
    """Sends a test message through CHANNEL, or through all of them, and waits for the receipts."""
    with Client.connect(socket) as client, waiting_for(_("waiting for the receipts")):
        answer = client.request("alert_test", channel=channel, patience_s=RECEIPTS_S)
    failed = as_mapping(answer.get("failed"))
    delivered = [one_line(name, 40) for name in answer.get("delivered") or ()]
    if as_json:
        say(terminal.to_json(answer))
    else:
        for name in delivered:
            say(_("{name}: delivered").format(name=name))
    for name, reason in failed.items():
        complain(_("{name}: not delivered: {reason}").format(name=name, reason=one_line(reason, 200)))
    waiting = [name for name in map(str, answer.get("channels") or ()) if name not in failed and name not in delivered]
    for name in waiting:
        complain(_("{name}: no receipt yet; modemd alerts list shows it later").format(name=name))
    return 1 if failed or waiting else 0


@command.command("rehearse")
@click.argument("channel", required=False, shell_complete=completion.channels)
@click.option(
    "--modem",
    shell_complete=completion.modems,
    help="Whose limits and currency; may be left out when there is one modem.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.pass_obj
def rehearse(socket: str | None, channel: str | None, modem: str | None, as_json: bool) -> int:
    """Plays a balance that falls and recovers, through CHANNEL or all of them: low, critical, a reminder, recovered.

    The SIM is a pretended one, each text says that it is a rehearsal, and no reading is kept. A channel of type sms
    sends real messages, which cost what they cost.
    """
    bad = False
    with Client.connect(socket) as client:
        acts = client.rows("alert_rehearse", channel=channel, modem=modem, patience_s=RECEIPTS_S)
        while (act := _next_of(acts)) is not None:
            bad |= bool(act.get("failed"))
            if as_json:
                say(terminal.to_json(act))
                continue
            event = _(one_line(act.get("event"), 16))
            delivered = ", ".join(one_line(name, 40) for name in act.get("delivered") or ())
            say(_("{event}: delivered to {names}").format(event=event, names=delivered or "-"))
            for name, reason in as_mapping(act.get("failed")).items():
                complain(_("{name}: not delivered: {reason}").format(name=name, reason=one_line(reason, 200)))
    return 1 if bad else 0


@command.command("ack")
@click.argument("alert", metavar="[ID]", required=False, shell_complete=completion.open_alerts)
@click.pass_obj
def acknowledge(socket: str | None, alert: str | None) -> int:
    """Marks an alert as seen, or all open ones."""
    with Client.connect(socket) as client:
        answer = client.request("alert_ack", alert=alert)
    number = answer.get("acknowledged")
    count = int(number) if isinstance(number, int) else 0
    say(plural("{n} alert acknowledged", "{n} alerts acknowledged", count) if count else _("no open alert"))
    if alert is not None and not number:
        complain(_("no open alert has the id {id}: see modemd alerts list").format(id=one_line(alert, 40)))
        return 1
    return 0


def _next_of(acts: Iterator[dict[str, Any]]) -> dict[str, Any] | None:
    with waiting_for(_("waiting for the receipts")):
        return next(acts, None)


def _raised(moment: object) -> str:
    found = when({"taken_at": moment})
    return f"{found.astimezone():%Y-%m-%d %H:%M}" if found else ""


def _state(alert: object) -> str:
    found = as_mapping(alert)
    if found.get("acknowledged") or found.get("acknowledged_at"):
        return _("seen")
    return _("open") if found.get("open", True) else _("over")


def _deliveries(deliveries: object) -> str:
    """ "phone delivered, mail pending (no route), sms pending (others first)"."""
    words = []
    for delivery in deliveries if isinstance(deliveries, list) else ():
        found = as_mapping(delivery)
        state, held = one_line(found.get("state"), 16), one_line(found.get("held"), 16)
        said = f"{one_line(found.get('channel'), 32)} {_(DELIVERY_WORDS.get(state, state))}"
        why = _(HELD_WORDS.get(held, held)) if held else one_line(found.get("error"), 60)
        words.append(f"{said} ({why})" if why else said)
    return ", ".join(words)
