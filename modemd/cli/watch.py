"""`modemd watch`: what happens, one line each, until Ctrl-C."""

from __future__ import annotations

import os
import select
import stat
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from modemd.cli import completion, status, terminal
from modemd.cli.rows import row, unasked, when
from modemd.cli.terminal import as_mapping, complain, one_line, paint, say, why
from modemd.daemon.control import Client
from modemd.errors import DaemonUnreachable
from modemd.frozen import dataclass

EVENT_CELLS = 8  # "delivery", the longest
IN_USE = frozenset({"ready", "busy", "quarantine", "offline", "sim"})  # states of a modem that is open
DELIVERY_COLOURS = {"delivered": "green", "pending": "yellow", "given up": "red"}


@click.command("watch", short_help="What happens, as it happens.")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line on stdout, nothing else.")
@click.pass_obj
def command(socket: str | None, modem: str | None, as_json: bool) -> int:
    """What happens, one line each until Ctrl-C: state changes, readings, failures, alerts and their deliveries.

    Begins with how things are: the state of every modem (or of MODEM alone) and the open alerts. Nothing is asked of
    the operator. Times are your own; JSON has UTC. A daemon that ends, ends this too, with exit code 3.
    """
    lines = EventLines()
    reader_gone = threading.Event()
    try:
        with Client.connect(socket) as client:
            _end_with_the_reader(client, reader_gone)
            for event in client.rows("watch", modem=modem):
                text = terminal.to_json(plain(event)) if as_json else lines.of(event)
                if text is not None:
                    say(text)
                if event.get("type") == "live" and not as_json and sys.stdout.isatty() and sys.stderr.isatty():
                    complain("watching; Ctrl-C ends it")
    except KeyboardInterrupt:
        return 0
    except DaemonUnreachable:
        if reader_gone.is_set():
            raise BrokenPipeError from None
        raise
    return 0


def plain(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with INTERFACE's keys: its objects are those of `status`, `history` and `alerts list --json`."""
    found = dict(event)
    if isinstance(found.get("status"), Mapping):
        found["status"] = {key: found["status"].get(key) for key in status.KEYS}
    if isinstance(found.get("measurement"), Mapping):
        found["measurement"] = row(found["measurement"])
    return found


class EventLines:
    """Events as lines for people. Remembers what it said of each modem, since a state has more in it than people want
    to see change: the signal, the time of the next query."""

    def __init__(self) -> None:
        self._said: dict[str, _Said] = {}
        self._live = False

    def of(self, event: Mapping[str, Any]) -> str | None:
        """`2026-11-22 17:47:31  home  reading   180.75 RUB  ok  "..."`; None for what people need not see."""
        kind, modem = one_line(event.get("type"), 16), one_line(event.get("modem"), 32)
        if kind == "live":
            self._live = True
            return None
        words = self._words(kind, modem, event)
        if words is None:
            return None
        moment = when({"taken_at": event.get("at")})
        time = f"{moment.astimezone():%Y-%m-%d %H:%M:%S}" if moment else "?"
        return "  ".join((paint(time, None, dim=True), modem, terminal.pad(kind, EVENT_CELLS), words)).rstrip()

    def _words(self, kind: str, modem: str, event: Mapping[str, Any]) -> str | None:
        alert = as_mapping(event.get("alert"))
        if kind == "state":
            return self._state(modem, as_mapping(event.get("status")))
        if kind == "reading":
            return _reading(as_mapping(event.get("measurement")))
        if kind == "failure":
            return _failure(as_mapping(event.get("measurement")))
        if kind == "alert":
            event_name = one_line(alert.get("event"), 20)
            colour = terminal.ALERT_COLOURS.get(event_name)
            return f"{paint(event_name, colour, bold=True)}  {one_line(alert.get('text'), 400)}"
        if kind == "delivery":
            return _delivery(alert, as_mapping(event.get("delivery")))
        if kind == "removed":
            self._said.pop(modem, None)
            return "no longer in the configuration"
        return ""  # of a newer daemon: that something happened is better than nothing

    def _state(self, modem: str, found: Mapping[str, Any]) -> str | None:
        before = self._said.get(modem)
        now = self._said[modem] = _Said.of(found, before)
        if before is not None and not now.is_news(before):
            return None
        parts = [paint(now.state, terminal.STATE_COLOURS.get(now.state)), *([] if now.error else now.named.values())]
        if before is None and self._live:
            parts.append("new in the configuration")
        elif before is None and found.get("taken_at") is not None:
            level = one_line(found.get("level"), 16)
            parts.append(terminal.money(found.get("balance"), found.get("currency")))
            parts.append(paint(level, terminal.LEVEL_COLOURS.get(level)))
            parts.append(terminal.ago(found.get("age_s")))
        if before is None or now.recovery != before.recovery:
            return "  ".join(part for part in [*parts, now.error, now.recovery] if part)
        return "  ".join(part for part in [*parts, now.error] if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What people know of a modem's state. `named`: operator and RAT, `network`: the same, or what they were called
    last. `went`: it was in use, and is away since; what the next look for it finds then is the same news."""

    state: str
    error: str
    recovery: str
    named: Mapping[str, str]
    network: Mapping[str, str]
    went: bool

    @classmethod
    def of(cls, found: Mapping[str, Any], before: _Said | None) -> _Said:
        state, error = one_line(found.get("state"), 16), one_line(found.get("error"), 400)
        names = {key: one_line(found.get(key), 24) for key in ("operator", "rat") if found.get(key)}
        return cls(
            state=state,
            error=error,
            recovery=one_line(found.get("recovery"), 400),
            named=names,
            network={**(before.network if before is not None else {}), **names},
            went=before is not None and state == "absent" and before.state in IN_USE,
        )

    def is_news(self, before: _Said) -> bool:
        """A network that is named a moment after the modem was ready is no news; another network is, where the line
        would name it."""
        if self.state != before.state or (self.recovery and self.recovery != before.recovery):
            return True
        if self.error != before.error:
            return not before.went
        return not self.error and any(self.network[key] != name for key, name in before.network.items())


def _reading(found: Mapping[str, Any]) -> str:
    level = one_line(found.get("level"), 16)
    colour = terminal.LEVEL_COLOURS.get(level)
    amount = terminal.money(found.get("balance"), found.get("currency"))
    data = terminal.data_size(found.get("data_left_mb"))
    parts = [
        paint(amount, colour, bold=True),
        f"{data} left" if data else "",
        paint(level, colour) if amount else "",
        *_origin(found),
        paint(terminal.quoted(found.get("text"), 120), None, dim=True),
    ]
    return "  ".join(part for part in parts if part)


def _failure(found: Mapping[str, Any]) -> str:
    quote = terminal.quoted(found.get("text"), 120)
    return "  ".join(part for part in (why(found.get("error"), None), *_origin(found), quote) if part)


def _origin(found: Mapping[str, Any]) -> list[str]:
    """What is special about where it came from, unless its error says it already."""
    words = [word for word in unasked(found) if word != found.get("error")]
    return [*words, *(["by SMS"] if found.get("channel") == "sms" else [])]


def _delivery(alert: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """ "low to phone: delivered", "low to phone: pending, again at 17:48:01 (the program ended with 1)"."""
    state = one_line(found.get("state"), 16).replace("_", " ")
    shown = paint(state, DELIVERY_COLOURS.get(state))
    again = when({"taken_at": found.get("next_at")})
    said = f"{one_line(alert.get('event'), 20)} to {one_line(found.get('channel'), 40)}: {shown}"
    said += f", again {_at(again)}" if again else ""
    return f"{said} ({one_line(found['error'], 200)})" if found.get("error") and state != "delivered" else said


def _at(moment: datetime) -> str:
    own = moment.astimezone()
    return f"at {own:%H:%M:%S}" if own.date() == datetime.now().astimezone().date() else f"on {own:%Y-%m-%d %H:%M}"


def _end_with_the_reader(client: Client, gone: threading.Event) -> None:
    """`modemd watch | head -1` ends with head, and not only when the next thing happens."""
    try:
        descriptor = sys.stdout.fileno()
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return
    except (OSError, ValueError):
        return  # no file at all

    def wait() -> None:
        poller = select.poll()
        poller.register(descriptor, 0)  # POLLERR alone: nobody has the other end open any more
        poller.poll()
        gone.set()
        client.hang_up()

    threading.Thread(target=wait, name="reader", daemon=True).start()
