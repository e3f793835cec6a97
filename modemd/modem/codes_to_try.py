"""One balance query on an open, registered modem: which codes, in which order, and what their answers say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from modemd.at.ussd import check_code
from modemd.errors import RefusedError
from modemd.money.pack import Pack, Query
from modemd.money.reading import read
from modemd.records import Cause, Reading, SmsMessage, UssdMessage, UssdResult

# After these another code would fail the same way, or must not follow.
FINAL = frozenset({Cause.NO_ANSWER, Cause.NOT_SUPPORTED, Cause.CANCELLED})
SHORTEST_TRY_S = 1.0  # with less time left a request is not begun

# "There is no such code": the request arrived garbled, so it may be written another way (capture chan-dongle-38).
# Only texts that the reading calls an error are looked at.
WRONG_CODE = re.compile(
    r"неправильн|неверн|некорректн|ошибочн|не существует|nepraviln|nevern|nekorrektn|oshibochn|ne sushchestvuet|"
    r"\b(?:wrong|invalid|incorrect|unknown|illegal|not valid|not recogni[sz]ed|does not exist|no such)\b|"
    r"ungültig|ungueltig|falsch|nieprawid|niepoprawn|błędn|neplatn|nesprávn|érvénytelen|geçersiz|gecersiz|yanlış|"
    r"inv[aá]lid|incorrect|no v[aá]lid|non valid|errat|inconnu|tidak (?:valid|dikenal)|salah|không hợp lệ|khong hop le",
    re.IGNORECASE,
)


CUT_NUMBER = re.compile(r"[-+\d][\d\s.,'\u00a0\u202f]*$|[-+]$")


class Asker(Protocol):
    """The part of Modem that a query needs."""

    def ussd(
        self,
        code: str,
        *,
        ask: Callable[[UssdMessage], str | None],
        timeout_s: float,
        repeatable: bool,
        cancelled: Callable[[], bool],
        wrong_code: Callable[[str], bool] | None = None,
        total_s: float | None = None,
    ) -> UssdResult: ...

    @property
    def answer_may_come(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Dial:
    """One code to try. `repeatable`: a pack says that it only asks; `by_sms`: that the answer comes as a short message;
    `floor_s`: how far apart two questions of the schedule must be."""

    code: str
    menu: tuple[str, ...] = ()
    repeatable: bool = False
    by_sms: bool = False
    floor_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one code: how the dialogue ended and what its text says. `error` None = there is a reading, or an
    SMS will bring it."""

    dial: Dial
    result: UssdResult
    reading: Reading
    error: str | None
    hint: str | None

    @property
    def worth(self) -> int:
        """Money, then data, then an announced SMS, then any text, then a failure."""
        if self.reading.balance is not None:
            return 4
        if self.reading.data_left_mb is not None:
            return 3
        if self.error is None:
            return 2
        return 1 if self.result.text is not None else 0


def dials(
    pack: Pack | None, *, configured: str | None, asked: str | None, by_schedule: bool, tried: Callable[[str], bool]
) -> list[Dial]:
    """The codes of a query in order. `asked` (for this query) or `configured` stands alone. Else the pack's, of which
    the schedule dials only those that are known well and free, or that a person has asked for; and a person's query
    goes on only to such codes after the first."""
    own = {query.code: query for query in _queries(pack)}
    alone = asked or configured
    if alone is not None:
        return [_dial(alone, own.get(alone))]
    order = [(code, query) for code, query in own.items() if code is not None]
    safe = [_dial(code, query) for code, query in order if is_safe(query) or tried(code)]
    if by_schedule or not order:
        return safe
    first = _dial(*order[0])
    return [first, *(dial for dial in safe if dial.code != first.code)]


def is_safe(query: Query) -> bool:
    return query.confidence in ("high", "medium") and not query.cost


def sms_query(pack: Pack | None, setting: Literal["off", "auto"]) -> Query | None:
    """The pack's question by short message, where the configuration allows one and the pack proves that it is free."""
    if pack is None or setting != "auto":
        return None
    return next((query for query in pack.queries if is_free_sms(query)), None)


def is_free_sms(query: Query) -> bool:
    proved = query.cost is not None and query.cost == 0 and query.confidence in ("high", "medium")
    return query.kind == "sms" and bool(query.number) and proved


def sms_code(query: Query) -> str:
    """What stands as the `code` of a row that was asked for by short message: "sms:NUMBER:TEXT"."""
    return f"sms:{query.number}:{query.text or ''}"


def ask_balance(
    modem: Asker,
    to_dial: Sequence[Dial],
    *,
    pack: Pack | None,
    country: str | None,
    timeout_s: float,
    time_left: Callable[[], float],
    before: Callable[[Dial], None],
    cancelled: Callable[[], bool],
    report: Callable[[str], None],
) -> Answer:
    """Dials one code after the other until one brings money or data, or an end that another code would not mend.

    `before` is called before each request is on the wire. `report` is told, inside the handler, of an exception while a
    text was read. Raises ModemError."""
    best: Answer | None = None
    for dial in to_dial:
        if best is not None and time_left() < SHORTEST_TRY_S:
            break
        try:
            check_code(dial.code)
        except RefusedError as error:
            result = UssdResult(code=dial.code, status="refused", error=error.code, hint=error.message)
            best = best or Answer(dial, result, Reading(kind="error"), error.code, error.message)
            continue
        before(dial)
        result = modem.ussd(
            dial.code,
            ask=_menu_answers(dial, pack, country, report),
            timeout_s=timeout_s,
            repeatable=dial.repeatable,
            cancelled=cancelled,
            wrong_code=lambda text: is_wrong_code(text, pack),
            total_s=time_left(),
        )
        answer = understand(dial, result, pack=pack, country=country, report=report)
        if best is None or answer.worth > best.worth:
            best = answer
        # While an answer to this code may still come, another code would be credited with it.
        if answer.worth >= 2 or result.cause in FINAL or modem.answer_may_come or cancelled():
            break
    if best is None:
        raise RefusedError(NO_CODE, code="no code")
    return best


def understand(
    dial: Dial,
    result: UssdResult,
    *,
    pack: Pack | None,
    country: str | None,
    report: Callable[[str], None],
) -> Answer:
    """What one dialogue's text says. A text without money or data is "unreadable", and stays in the answer."""
    if dial.by_sms and result.cause is Cause.EMPTY_ANSWER:
        return Answer(dial, result, Reading(kind="sms_follows"), None, None)  # the announcement needs no words
    if result.error is not None or result.text is None:
        return Answer(dial, result, Reading(kind="error"), result.error or "empty answer", result.hint)
    reading = read_safely(certain_text(result), pack=pack, country=country, report=report)
    if result.status == "action_required" and reading.kind == "other" and reading.data_left_mb is None:
        reading = replace(reading, kind="menu")
    elif dial.by_sms and reading.kind == "other" and reading.data_left_mb is None:
        reading = replace(reading, kind="sms_follows")
    if reading.balance is not None or reading.data_left_mb is not None or reading.kind == "sms_follows":
        return Answer(dial, result, reading, None, None)
    return Answer(dial, result, reading, "unreadable", UNREADABLE_HINTS.get(reading.kind, UNREADABLE))


def certain_text(said: UssdMessage | UssdResult | SmsMessage) -> str:
    """The text, less the number that it stops in where its end was lost: "Balance: 12" may have been 12.50 or 1250."""
    text = said.text or ""
    return CUT_NUMBER.sub("", text) if said.cut else text


def read_safely(text: str, *, pack: Pack | None, country: str | None, report: Callable[[str], None]) -> Reading:
    """read(), and an exception in it is a reading that failed: a reply must never be able to end the daemon."""
    try:
        reading = read(text, pack=pack, country=country)
    except Exception:  # noqa: BLE001  # a bug in a parser of hostile text is reported, not fatal
        report("an answer could not be read")
        return Reading(kind="error")
    if reading.balance is not None and reading.currency is None and pack is not None:
        return replace(reading, currency=pack.currency)
    return reading


def is_wrong_code(text: str, pack: Pack | None) -> bool:
    """Whether the operator says that there is no such code."""
    return WRONG_CODE.search(text) is not None and read(text, pack=pack).kind == "error"


# --- helpers

NOT_BY_SCHEDULE = (
    "the balance code of this operator is not proved, so the schedule does not dial it: ask once by hand "
    "(modemd balance), or set code for this modem"
)
NO_CODE = (
    "modemd knows no balance code for this SIM that it may dial: set code (and operator) for this modem, "
    "or ask once by hand"
)
UNREADABLE = "no balance could be read in the operator's answer"
UNREADABLE_HINTS = {
    "menu": "the operator answered with a menu: name another code, or look at the menu with modemd ussd",
    "error": "the operator answered with an error: try again later, or another code",
}


def _queries(pack: Pack | None) -> list[Query]:
    return [] if pack is None else [query for query in pack.queries if query.kind == "ussd" and query.code]


def _dial(code: str, query: Query | None) -> Dial:
    if query is None:
        return Dial(code)
    by_sms = query.reply == "sms"
    return Dial(code, menu=query.menu, repeatable=not query.cost, by_sms=by_sms, floor_s=query.floor_s)


def _menu_answers(
    dial: Dial, pack: Pack | None, country: str | None, report: Callable[[str], None]
) -> Callable[[UssdMessage], str | None]:
    """Answers a menu as the pack says; one that shows the balance already is taken as it is, and cancelled."""
    left = list(dial.menu)

    def ask(message: UssdMessage) -> str | None:
        text = certain_text(message)
        if not left or read_safely(text, pack=pack, country=country, report=report).balance is not None:
            return None
        return left.pop(0)

    return ask
