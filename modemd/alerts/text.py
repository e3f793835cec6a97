"""The line that people read, finished, in their language. Pure.

Facts first (which modem, what is left), then the limit or the reason, then where and when, because a notification is
cut at its end. Text of the operator is quoted as data: no control characters, no whole numbers of people or SIMs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from modemd.alerts.state import FAR_DAYS, Known, RaisedEvent
from modemd.language import LANGUAGES, N_, Words, words

# Of an operator's text, about as much as a notification shows.
QUOTE_LIMIT = 160

# Phone numbers, IMSI, ICCID, IMEI, card numbers: seven digits or more, however they are grouped; a date is none.
_NUMBER = (
    r"(?P<date>(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d))"
    r"|\+?\d(?:[ \-()./]{0,2}\d){6,}"
)  # compiled at its first use: most lives of the daemon have none

__all__ = ["LANGUAGES", "age", "line", "quoted", "rehearsed", "several", "title"]

_LINES = {
    "low": N_("{modem}: balance is low: {amount} (limit {limit}){lasts}{where}{when}"),
    "critical": N_("{modem}: balance is critical: {amount} (limit {limit}){lasts}{where}{when}"),
    "recovered": N_("{modem}: balance is fine again: {amount}{lasts}{where}{when}"),
    "reading": N_("{modem}: readings come in again{where}{when}"),
    "stale": N_("{modem}: no balance could be read for {age}{where}{reason}{last}"),
    "poor": N_("{modem}: the money was short, and no balance could be read for {age}{where}{reason}{last}"),
    "low_again": N_("{modem}: balance is still low: {amount} (limit {limit}){lasts}{where}, read {age} ago{when}"),
    "critical_again": N_(
        "{modem}: balance is still critical: {amount} (limit {limit}){lasts}{where}, read {age} ago{when}"
    ),
    "expiring": N_("{modem}: valid until {date}, top up before: {amount}{where}{when}"),
    "data_low": N_("{modem}: data is running out: {data} left (limit {data_limit}){where}{when}"),
    "spend": N_("{modem}: more spent than usual: {sum} within a day, {amount} left{where}{when}"),
    "idle": N_("{modem}: neither use nor a top-up for {age}, the operator may take the number back{where}{when}"),
    "subscription": N_("{modem}: {sum} leaves by itself again and again, maybe a paid service{where}{when}"),
    "service": N_("{modem}: the operator has switched on a paid service{where}{quote}"),
    "topup": N_("{modem}: {sum} came in, balance is {amount}{where}{when}"),
    "payment": N_("{modem}: the operator writes that money came in{where}{quote}"),
    "sim_changed": N_("{modem}: another SIM is in the modem, its number ends in {sim}{where}"),
    "sim": N_("{modem}: the SIM has been unusable for {age}{where}{reason}{last}"),
    "absent": N_("{modem}: the modem has been gone for {age}{where}{reason}{last}"),
    "back": N_("{modem}: the modem is back with its SIM{where}{last}"),
    "started": N_("{modem}: modemd is back after {age}{where}"),
    "unreadable": N_(
        "{modem}: the operator answered, but no balance could be read{where}{quote}{last}; "
        "teach it: modemd operators teach --last {modem}"
    ),
    "rehearsal": N_("REHEARSAL, nothing is wrong: {line}"),
    "less_than_a_day": N_("{modem}: the money lasts less than a day: {amount}{where}{when}"),
    "test": N_("{modem}: test alert from modemd: this channel works"),
    "reason": N_(": {text}"),
    "quote": N_(": “{text}”"),
    "last": N_("; last known {amount} at {time}"),
    "never": N_("; never read so far"),
    "when": N_(", {time}"),
    "where": N_(", {operator}"),
    "lasts": N_(", {text}"),
}
_TITLES = {
    "low": N_("low balance"),
    "critical": N_("critical balance"),
    "recovered": N_("fine again"),
    "stale": N_("no balance"),
    "unreadable": N_("answer not understood"),
    "days_left": N_("few days left"),
    "expiring": N_("expires soon"),
    "data_low": N_("little data left"),
    "spend": N_("unusual spending"),
    "idle": N_("not in use"),
    "subscription": N_("paid service"),
    "topup": N_("money came in"),
    "sim_changed": N_("another SIM"),
    "sim": N_("SIM trouble"),
    "absent": N_("modem gone"),
    "started": N_("running again"),
    "test": N_("test"),
}


def line(event: RaisedEvent, *, modem: str, operator: str | None, language: str = "en") -> str:
    """One finished line. Times are local, amounts have the decimals they were read with."""
    _ = words(language)
    reason = quoted(event.reason or "")
    since = event.taken_at if event.reminder and event.event != "stale" else event.since
    days = _days_from(event)
    whole = event.event == "days_left" and days is not None and days >= 1
    template = _days(_, days or 0.0) if whole else _(_LINES[_key(event)])
    return template.format(
        modem=quoted(modem, 64),
        amount="?" if event.balance is None else _money(event.balance, event.currency),
        limit="?" if event.limit is None else format(event.limit, "f"),
        where=_(_LINES["where"]).format(operator=quoted(operator, 64)) if operator else "",
        when="" if event.taken_at is None else _(_LINES["when"]).format(time=_local(event.taken_at)),
        age="?" if since is None else age(event.at - since, language),
        n=0 if days is None else round(days),
        lasts=_lasts(days, _),
        date=event.date,
        data=_data(event.data_mb),
        data_limit=_data(event.data_limit_mb),
        sum="?" if event.amount is None else _money(event.amount, event.currency),
        sim=(event.reason or "")[-4:],
        reason=_(_LINES["reason"]).format(text=reason) if reason else "",
        quote=_(_LINES["quote"]).format(text=reason) if reason else "",
        last=_last(event.known, _),
    )


def title(event: RaisedEvent, *, modem: str, language: str = "en") -> str:
    """A few words for where a message has a title: "home: low balance, 41.30 RUB"."""
    said = f"{quoted(modem, 64)}: {words(language)(_TITLES[event.event])}"
    return said if event.balance is None else f"{said}, {_money(event.balance, event.currency)}"


def rehearsed(line: str, language: str = "en") -> str:
    """The line of a rehearsal: marked at its beginning, which no notification cuts."""
    return words(language)(_LINES["rehearsal"]).format(line=line)


def several(lines: Sequence[str], names: Sequence[str], language: str = "en") -> str:
    """One text of several SIMs' lines, with a line above them that says whose they are."""
    number = len(set(names))
    named = ", ".join(quoted(name, 64) for name in dict.fromkeys(names))
    head = words(language).plural("{n} SIM: {names}", "{n} SIMs: {names}", number).format(n=number, names=named)
    return "\n".join([head, *lines])


def age(span: timedelta, language: str = "en") -> str:
    """A rough duration: minutes below 2 hours, hours below 2 days, then days. "13 h"."""
    _ = words(language)
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 2 * 60:
        return _("{n} min").format(n=minutes)
    if minutes < 2 * 24 * 60:
        return _("{n} h").format(n=minutes // 60)
    days = minutes // (24 * 60)
    return _.plural("{n} day", "{n} days", days).format(n=days)


def quoted(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign text as one harmless line: control, format and private characters are spaces, long numbers are cut to
    their last four digits (dates stay), and at most `limit` characters are left."""
    # More than enough to fill the limit; a hostile text of a megabyte is not worth normalising.
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[: 8 * limit])
    text = re.sub(_NUMBER, _masked, " ".join(text.split()))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _key(event: RaisedEvent) -> str:
    """Which line says it."""
    if event.reminder and event.event in ("low", "critical"):
        return f"{event.event}_again"
    if event.event == "recovered" and event.balance is None:
        return "back" if event.reason == "back" else "reading"
    if event.event == "stale" and event.level == "critical":
        return "poor"
    if event.event == "days_left":
        return "less_than_a_day"
    if event.amount is None and event.event in ("topup", "subscription"):
        return "payment" if event.event == "topup" else "service"
    return event.event


def _data(megabytes: float | None) -> str:
    if megabytes is None:
        return "?"
    return f"{megabytes / 1024:.4g} GB" if megabytes >= 1024 else f"{megabytes:.4g} MB"


def _masked(match: re.Match[str]) -> str:
    if match["date"]:
        return match["date"]
    return "…" + "".join(char for char in match[0] if char.isdigit())[-4:]


def _days_from(event: RaisedEvent) -> float | None:
    """How long the money is to last from when it is said; None where that is not known, or years away."""
    if event.days_left is None or event.days_left.likely > FAR_DAYS:
        return None
    told = timedelta(0) if event.taken_at is None else max(timedelta(0), event.at - event.taken_at)
    return event.days_left.likely - told / timedelta(days=1)


def _lasts(days: float | None, _: Words) -> str:
    if days is None:
        return ""
    about = _.plural("lasts about {n} day", "lasts about {n} days", round(days)).format(n=round(days))
    return _(_LINES["lasts"]).format(text=_("lasts less than a day") if days < 1 else about)


def _days(_: Words, days: float) -> str:
    return _.plural(
        "{modem}: the money lasts about {n} more day: {amount}{where}{when}",
        "{modem}: the money lasts about {n} more days: {amount}{where}{when}",
        round(days),
    )


def _last(known: Known | None, _: Words) -> str:
    if known is None:
        return _(_LINES["never"])
    return _(_LINES["last"]).format(amount=_money(known.balance, known.currency), time=_local(known.taken_at))


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:f} {currency}" if currency else format(amount, "f")


def _local(when: datetime) -> str:
    """With the zone's name: who reads it may be elsewhere."""
    return when.astimezone().strftime("%Y-%m-%d %H:%M %Z").rstrip()
