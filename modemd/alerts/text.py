"""The line that people read, finished, in their language. Pure.

Facts first (which modem, what is left), then the limit or the reason, then where and when, because a notification is
cut at its end. Text of the operator is quoted as data: no control characters, no whole numbers of people or SIMs.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from modemd.alerts.rules import Known, RaisedEvent

# Of an operator's text, about as much as a notification shows.
QUOTE_LIMIT = 160

# Phone numbers, IMSI, ICCID, IMEI, card numbers: seven digits or more, however they are grouped; a date is none.
_NUMBER = (
    r"(?P<date>(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d\d"
    r"|(?:19|20)\d\d-[01]\d-[0-3]\d)(?!\d))"
    r"|\+?\d(?:[ \-()./]{0,2}\d){6,}"
)  # compiled at its first use: most lives of the daemon have none

_LINES: dict[str, dict[str, str]] = {
    "en": {
        "low": "{modem}: balance is low: {amount} (limit {limit}){where}{when}",
        "critical": "{modem}: balance is critical: {amount} (limit {limit}){where}{when}",
        "recovered": "{modem}: balance is fine again: {amount}{where}{when}",
        "reading": "{modem}: readings come in again{where}{when}",
        "stale": "{modem}: no balance could be read for {age}{where}{reason}{last}",
        "unreadable": "{modem}: the operator answered, but no balance could be read{where}{quote}{last}; "
        "teach it: modemd operators teach --last {modem}",
        "test": "{modem}: test alert from modemd: this channel works",
        "reason": ": {text}",
        "quote": ": “{text}”",
        "last": "; last known {amount} at {time}",
        "never": "; never read so far",
        "when": ", {time}",
        "where": ", {operator}",
        "day": "d",
        "hour": "h",
        "minute": "min",
    },
    "ru": {
        "low": "{modem}: мало денег: {amount} (порог {limit}){where}{when}",
        "critical": "{modem}: деньги почти кончились: {amount} (порог {limit}){where}{when}",
        "recovered": "{modem}: баланс снова в порядке: {amount}{where}{when}",
        "reading": "{modem}: данные снова поступают{where}{when}",
        "stale": "{modem}: баланс не удаётся узнать уже {age}{where}{reason}{last}",
        "unreadable": "{modem}: оператор ответил, но баланс в ответе не найден{where}{quote}{last}; "
        "научить: modemd operators teach --last {modem}",
        "test": "{modem}: проверка оповещений modemd: этот канал работает",
        "reason": ": {text}",
        "quote": ": «{text}»",
        "last": "; последний известный {amount}, {time}",
        "never": "; пока ни разу не прочитан",
        "when": ", {time}",
        "where": ", {operator}",
        "day": "д",
        "hour": "ч",
        "minute": "мин",
    },
    "zh": {
        "low": "{modem}:余额偏低:{amount}(阈值 {limit}){where}{when}",
        "critical": "{modem}:余额告急:{amount}(阈值 {limit}){where}{when}",
        "recovered": "{modem}:余额已恢复正常:{amount}{where}{when}",
        "reading": "{modem}:已恢复读取{where}{when}",
        "stale": "{modem}:已有 {age} 未能读取余额{where}{reason}{last}",
        "unreadable": "{modem}:运营商已回复,但无法读出余额{where}{quote}{last};"
        "教它识别:modemd operators teach --last {modem}",
        "test": "{modem}:modemd 测试通知:此通道可用",
        "reason": ":{text}",
        "quote": ":“{text}”",
        "last": ";上次已知 {amount}({time})",
        "never": ";从未读取成功",
        "when": ",{time}",
        "where": ",{operator}",
        "day": " 天",
        "hour": " 小时",
        "minute": " 分钟",
    },
}
LANGUAGES = tuple(_LINES)


def line(event: RaisedEvent, *, modem: str, operator: str | None, language: str = "en") -> str:
    """One finished line. Times in UTC, amounts with the decimals they were read with; unknown languages are English."""
    words = _LINES.get(language, _LINES["en"])
    reason = quoted(event.reason or "")
    no_money = event.event == "recovered" and event.balance is None
    return words["reading" if no_money else event.event].format(
        modem=quoted(modem, 64),
        amount="?" if event.balance is None else _money(event.balance, event.currency),
        limit="?" if event.limit is None else format(event.limit, "f"),
        where=words["where"].format(operator=quoted(operator, 64)) if operator else "",
        when="" if event.taken_at is None else words["when"].format(time=_utc(event.taken_at)),
        age="?" if event.since is None else age(event.at - event.since, language),
        reason=words["reason"].format(text=reason) if reason else "",
        quote=words["quote"].format(text=reason) if reason else "",
        last=_last(event.known, words),
    )


def age(span: timedelta, language: str = "en") -> str:
    """A rough duration: minutes below 2 hours, hours below 2 days, then days. "13 h"."""
    words = _LINES.get(language, _LINES["en"])
    minutes = max(0, int(span.total_seconds() // 60))
    if minutes < 2 * 60:
        return f"{minutes} {words['minute']}"
    if minutes < 2 * 24 * 60:
        return f"{minutes // 60} {words['hour']}"
    return f"{minutes // (24 * 60)} {words['day']}"


def quoted(text: str, limit: int = QUOTE_LIMIT) -> str:
    """Foreign text as one harmless line: control, format and private characters are spaces, long numbers are cut to
    their last four digits (dates stay), and at most `limit` characters are left."""
    # More than enough to fill the limit; a hostile text of a megabyte is not worth normalising.
    text = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text[: 8 * limit])
    text = re.sub(_NUMBER, _masked, " ".join(text.split()))
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _masked(match: re.Match[str]) -> str:
    if match["date"]:
        return match["date"]
    return "…" + "".join(char for char in match[0] if char.isdigit())[-4:]


def _last(known: Known | None, words: dict[str, str]) -> str:
    if known is None:
        return words["never"]
    return words["last"].format(amount=_money(known.balance, known.currency), time=_utc(known.taken_at))


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:f} {currency}" if currency else format(amount, "f")


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
