"""`modemd forecast`: how long the money lasts, as a range, and what that rests on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from modemd.cli import completion, terminal
from modemd.cli.rows import when
from modemd.cli.terminal import _, as_mapping, complain, one_line, plural, say
from modemd.daemon.control import Client
from modemd.language import N_

LONGEST_LINE = 16 << 20  # octets; a year of a reading each ten minutes has two million
EVERY = {"day": N_("every day"), "workday": N_("Monday to Friday"), "month": N_("every month")}
LIKE = '{"id", "now", "readings": [["2026-11-01T06:00:00Z", "312.40"], ...]}'


@click.command("forecast", short_help="How many days the money lasts, as a range.")
@click.argument("modem", required=False, shell_complete=completion.modems)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, nothing else.")
@click.option("--jsonl", is_flag=True, help=f"Reads lines {LIKE} from stdin, prints a result line for each; no daemon.")
@click.pass_obj
def command(socket: str | None, modem: str | None, as_json: bool, jsonl: bool) -> int:
    """How many days the money lasts: the true day lies in the range in 4 cases of 5. And what that rests on. The modem
    is left alone. MODEM may be left out when there is one."""
    if jsonl:
        if modem is not None:
            raise click.UsageError("--jsonl reads histories from stdin: leave MODEM out.")
        return _read_lines()
    with Client.connect(socket) as client:
        found = client.request("forecast", modem=modem)
    error = found.get("error")
    if as_json:
        say(terminal.to_json(dict(found)))
    elif error is None:
        for text in lines(found):
            say(text)
    if error is not None:
        complain(f"{one_line(found.get('modem'))}: {terminal.why(error)}")
    return 0 if error is None else 1


def lines(found: Mapping[str, Any]) -> list[str]:
    """The daemon's answer for people: the days first, then what they rest on."""
    currency = found.get("currency")
    name, amount = one_line(found.get("modem")), terminal.money(found.get("balance"), currency)
    if found.get("days_left") is None:
        cannot = _("cannot say yet: it takes two days of readings, and something spent in them")
        return [f"{name}  {amount}  {cannot}"]
    said = [f"{name}  {amount}  {terminal.lasting(found['days_left'])}"]
    parts = [
        _("{readings} of {days}").format(
            readings=plural("{n} reading", "{n} readings", int(found.get("readings") or 0)),
            days=plural("{n} day", "{n} days", round(found.get("days") or 0)),
        ),
        _("{amount} a day").format(amount=terminal.money(found.get("spend_per_day"), currency)),
    ]
    if changed := when({"taken_at": found.get("changed_at")}):
        parts.append(_("since {date}, otherwise before").format(date=f"{changed.astimezone():%Y-%m-%d}"))
    if found.get("weekly"):
        parts.append(_("days of the week differ"))
    said.append(f"  {', '.join(parts)}")
    for fee in found.get("fees") or []:
        known = as_mapping(fee)
        every = one_line(known.get("every"), 20)
        due = when({"taken_at": known.get("next_at")})
        next_at = f"{due.astimezone():%Y-%m-%d %H:%M}" if due else "?"
        rhythm = _(EVERY[every]) if every in EVERY else _every(every)
        fee = _("fee {amount} {rhythm}, next {when}")
        said.append(
            "  " + fee.format(amount=terminal.money(known.get("amount"), currency), rhythm=rhythm, when=next_at)
        )
    if times := found.get("top_ups"):
        topped_up = plural("topped up {n} time", "topped up {n} times", times)
        in_all = _("{amount} in all").format(amount=terminal.money(found.get("topped_up"), currency))
        said.append(f"  {topped_up}, {in_all}")
    return said


def _every(days: str) -> str:
    """ "every 30 days", of "30d"; what it does not know as it is."""
    number = days.removesuffix("d")
    if not (number.isascii() and number.isdecimal()):
        return days
    return plural("every {n} day", "every {n} days", int(number))


def _read_lines() -> int:
    """Every line that can be read gets its result line; one that cannot is named on stderr, and then the exit is 1."""
    from modemd.money.forecast import forecast

    failed = False
    for number, raw in enumerate(iter(lambda: sys.stdin.buffer.readline(LONGEST_LINE + 1), b""), 1):
        if len(raw) > LONGEST_LINE:
            complain(f"line {number} is longer than 16 MiB, and ends this: give one history a line")
            return 1
        if not raw.strip():
            continue
        try:
            ident, now, readings = _entry(raw)
        except ValueError as error:
            complain(f"line {number}: {error}")
            failed = True
            continue
        found = forecast(readings, now)
        days = None if found is None else {"low": found.low, "likely": found.likely, "high": found.high}
        say(terminal.to_json({"id": ident, "days_left": days}))
    return 1 if failed else 0


def _entry(raw: bytes) -> tuple[object, datetime, list[tuple[datetime, Decimal]]]:
    """One line of `--jsonl`. Raises ValueError with what is wrong with it."""
    try:
        entry = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON in UTF-8") from error
    if not isinstance(entry, dict) or not isinstance(entry.get("readings"), list):
        raise ValueError(f"not an object like {LIKE}")  # noqa: TRY004 (a fault of the input)
    readings = list(_readings(entry["readings"]))
    if entry.get("now") is not None:
        return entry.get("id"), _time(entry["now"], "now"), readings
    if not readings:
        raise ValueError("`now` is missing, and so are readings that would tell it")
    return entry.get("id"), max(at for at, _ in readings), readings


def _readings(rows: Sequence[object]) -> Iterator[tuple[datetime, Decimal]]:
    for number, row in enumerate(rows, 1):
        if not isinstance(row, list) or len(row) != 2:
            raise ValueError(f'reading {number} is not a pair like ["2026-11-01T06:00:00Z", "312.40"]')
        try:
            balance = Decimal(str(row[1])) if isinstance(row[1], str | int | float) else Decimal("NaN")
        except InvalidOperation:
            balance = Decimal("NaN")
        if isinstance(row[1], bool) or not balance.is_finite() or abs(balance) > 10**15:
            raise ValueError(f"reading {number}: {one_line(row[1], 40)!r} is not an amount like 312.40")
        yield _time(row[0], f"reading {number}"), balance


def _time(value: object, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 1971 <= moment.year <= 9000:
        raise ValueError(f"{where}: {one_line(value, 40)!r} is not a time in UTC like 2026-11-01T06:00:00Z")
    return moment
