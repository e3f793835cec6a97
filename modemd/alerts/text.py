"""The line that people read, finished, in their language. Pure.

Facts first (which modem, what is left), then the limit or the reason, then where and when, because a notification is
cut at its end. Text of the operator is quoted as data: no control characters, no whole numbers of people or SIMs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from modemd.alerts.state import Known, RaisedEvent

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
        "poor": "{modem}: the money was short, and no balance could be read for {age}{where}{reason}{last}",
        "low_again": "{modem}: balance is still low: {amount} (limit {limit}){where}, read {age} ago{when}",
        "critical_again": "{modem}: balance is still critical: {amount} (limit {limit}){where}, read {age} ago{when}",
        "days_left": "{modem}: the money lasts about {days} more days: {amount}{where}{when}",
        "expiring": "{modem}: valid until {date}, top up before: {amount}{where}{when}",
        "data_low": "{modem}: data is running out: {data} left (limit {data_limit}){where}{when}",
        "spend": "{modem}: more spent than usual: {sum} within a day, {amount} left{where}{when}",
        "idle": "{modem}: neither use nor a top-up for {age}, the operator may take the number back{where}{when}",
        "subscription": "{modem}: {sum} leaves by itself again and again, maybe a paid service{where}{when}",
        "service": "{modem}: the operator has switched on a paid service{where}{quote}",
        "topup": "{modem}: {sum} came in, balance is {amount}{where}{when}",
        "payment": "{modem}: the operator writes that money came in{where}{quote}",
        "sim_changed": "{modem}: another SIM is in the modem, its number ends in {sim}{where}",
        "sim": "{modem}: the SIM has been unusable for {age}{where}{reason}{last}",
        "absent": "{modem}: the modem has been gone for {age}{where}{reason}{last}",
        "back": "{modem}: the modem is back with its SIM{where}{last}",
        "started": "{modem}: modemd is back after {age}{where}",
        "several": "{number} SIMs: {names}",
        "unreadable": "{modem}: the operator answered, but no balance could be read{where}{quote}{last}; "
        "teach it: modemd operators teach --last {modem}",
        "rehearsal": "REHEARSAL, nothing is wrong: {line}",
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
        "poor": "{modem}: денег было мало, и баланс не удаётся узнать уже {age}{where}{reason}{last}",
        "low_again": "{modem}: денег по-прежнему мало: {amount} (порог {limit}){where}, узнали {age} назад{when}",
        "critical_again": "{modem}: денег по-прежнему почти нет: {amount} (порог {limit}){where}, "
        "узнали {age} назад{when}",
        "days_left": "{modem}: денег хватит ещё примерно на {days} дн.: {amount}{where}{when}",
        "expiring": "{modem}: действует до {date}, пополните раньше: {amount}{where}{when}",
        "data_low": "{modem}: интернет заканчивается: осталось {data} (порог {data_limit}){where}{when}",
        "spend": "{modem}: расход больше обычного: {sum} за сутки, осталось {amount}{where}{when}",
        "idle": "{modem}: ни расходов, ни пополнений уже {age}, оператор может забрать номер{where}{when}",
        "subscription": "{modem}: {sum} списывается само раз за разом, возможно, платная услуга{where}{when}",
        "service": "{modem}: оператор подключил платную услугу{where}{quote}",
        "topup": "{modem}: поступило {sum}, баланс {amount}{where}{when}",
        "payment": "{modem}: оператор пишет, что деньги поступили{where}{quote}",
        "sim_changed": "{modem}: в модеме другая SIM-карта, её номер оканчивается на {sim}{where}",
        "sim": "{modem}: SIM-карта недоступна уже {age}{where}{reason}{last}",
        "absent": "{modem}: модема нет уже {age}{where}{reason}{last}",
        "back": "{modem}: модем снова на месте{where}{last}",
        "started": "{modem}: modemd снова работает после перерыва {age}{where}",
        "several": "SIM-карты ({number}): {names}",
        "unreadable": "{modem}: оператор ответил, но баланс в ответе не найден{where}{quote}{last}; "
        "научить: modemd operators teach --last {modem}",
        "rehearsal": "УЧЕНИЯ, всё в порядке: {line}",
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
        "poor": "{modem}:余额本已不足,且已有 {age} 未能读取余额{where}{reason}{last}",
        "low_again": "{modem}:余额仍然偏低:{amount}(阈值 {limit}){where},{age}前读取{when}",
        "critical_again": "{modem}:余额仍然告急:{amount}(阈值 {limit}){where},{age}前读取{when}",
        "days_left": "{modem}:余额大约还能用 {days} 天:{amount}{where}{when}",
        "expiring": "{modem}:有效期至 {date},请提前充值:{amount}{where}{when}",
        "data_low": "{modem}:流量即将用完:剩余 {data}(阈值 {data_limit}){where}{when}",
        "spend": "{modem}:花费高于平常:一天内 {sum},剩余 {amount}{where}{when}",
        "idle": "{modem}:已有 {age} 没有使用也没有充值,运营商可能收回号码{where}{when}",
        "subscription": "{modem}:{sum} 一再自动扣除,可能是付费业务{where}{when}",
        "service": "{modem}:运营商开通了付费业务{where}{quote}",
        "topup": "{modem}:已到账 {sum},余额 {amount}{where}{when}",
        "payment": "{modem}:运营商通知款项已到账{where}{quote}",
        "sim_changed": "{modem}:调制解调器中换了另一张 SIM 卡,卡号尾号 {sim}{where}",
        "sim": "{modem}:SIM 卡已有 {age} 无法使用{where}{reason}{last}",
        "absent": "{modem}:调制解调器已有 {age} 不见{where}{reason}{last}",
        "back": "{modem}:调制解调器已恢复{where}{last}",
        "started": "{modem}:modemd 中断 {age} 后恢复运行{where}",
        "several": "{number} 张 SIM 卡:{names}",
        "unreadable": "{modem}:运营商已回复,但无法读出余额{where}{quote}{last};"
        "教它识别:modemd operators teach --last {modem}",
        "rehearsal": "演练,一切正常:{line}",
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
    since = event.taken_at if event.reminder and event.event != "stale" else event.since
    return words[_key(event)].format(
        modem=quoted(modem, 64),
        amount="?" if event.balance is None else _money(event.balance, event.currency),
        limit="?" if event.limit is None else format(event.limit, "f"),
        where=words["where"].format(operator=quoted(operator, 64)) if operator else "",
        when="" if event.taken_at is None else words["when"].format(time=_utc(event.taken_at)),
        age="?" if since is None else age(event.at - since, language),
        days="?" if event.days_left is None else format(round(event.days_left.likely)),
        date=event.date,
        data=_data(event.data_mb),
        data_limit=_data(event.data_limit_mb),
        sum="?" if event.amount is None else _money(event.amount, event.currency),
        sim=(event.reason or "")[-4:],
        reason=words["reason"].format(text=reason) if reason else "",
        quote=words["quote"].format(text=reason) if reason else "",
        last=_last(event.known, words),
    )


def rehearsed(line: str, language: str = "en") -> str:
    """The line of a rehearsal: marked at its beginning, which no notification cuts."""
    return _LINES.get(language, _LINES["en"])["rehearsal"].format(line=line)


def several(lines: Sequence[str], names: Sequence[str], language: str = "en") -> str:
    """One text of several SIMs' lines, with a line above them that says whose they are."""
    words = _LINES.get(language, _LINES["en"])
    named = ", ".join(quoted(name, 64) for name in dict.fromkeys(names))
    return "\n".join([words["several"].format(number=len(set(names)), names=named), *lines])


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


def _key(event: RaisedEvent) -> str:
    """Which line says it."""
    if event.reminder and event.event in ("low", "critical"):
        return f"{event.event}_again"
    if event.event == "recovered" and event.balance is None:
        return "back" if event.reason == "back" else "reading"
    if event.event == "stale" and event.level == "critical":
        return "poor"
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


def _last(known: Known | None, words: dict[str, str]) -> str:
    if known is None:
        return words["never"]
    return words["last"].format(amount=_money(known.balance, known.currency), time=_utc(known.taken_at))


def _money(amount: Decimal, currency: str | None) -> str:
    return f"{amount:f} {currency}" if currency else format(amount, "f")


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
