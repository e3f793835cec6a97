"""The answers to the codes of a balance query: asked one after the other, and what each of them says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from modemd.at.ussd import check_code
from modemd.backends.base import Backend, UssdRequest
from modemd.errors import RefusedError
from modemd.explanations import line_of
from modemd.frozen import dataclass
from modemd.modem.code_order import Dial
from modemd.modem.confirmation import verdict
from modemd.money.pack import Pack
from modemd.records import Cause, Reading, SmsMessage, UssdMessage, UssdResult

# After these another code would fail the same way, or must not follow.
FINAL = frozenset({Cause.NO_ANSWER, Cause.NOT_SUPPORTED, Cause.CANCELLED})
SHORTEST_TRY_S = 1.0  # with less time left a request is not begun

# A text without a number -> the phrase whose line says what to do then.
NO_NUMBER = {"menu": "menu", "error": "operator error"}

CUT_NUMBER = re.compile(r"[-+\d][\d\s.,'\u00a0\u202f]*[^\W\d_]*@*$|[-+]$")


@dataclass(frozen=True, slots=True)
class CodeResult:
    """What came of one code: how the dialogue ended and what its text says. `error` None = there is a reading, or an
    SMS will bring it."""

    dial: Dial
    result: UssdResult
    reading: Reading
    error: str | None
    hint: str | None

    @property
    def worth(self) -> int:
        """Money, then data, then an announced SMS, then any answer, then a failure."""
        if self.reading.balance is not None:
            return 4
        if self.reading.data_left_mb is not None:
            return 3
        if self.error is None:
            return 2
        return 1 if self.result.text is not None or self.result.error == "undecodable" else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one query may do. `time_left`: seconds, for all its codes. `before` is called before each request is on the
    wire; `report`, inside the handler, of an exception while a text was read. `confirm`: whether this number counts
    only if the same question brings it again; `believe`: whether it counts where that may not be asked. `is_sudden`:
    whether the question is worth asking again, where it costs nothing."""

    pack: Pack | None
    country: str | None
    timeout_s: float
    time_left: Callable[[], float]
    before: Callable[[Dial], None]
    cancelled: Callable[[], bool]
    report: Callable[[str], None]
    confirm: Callable[[Reading], bool] = lambda _reading: False
    believe: Callable[[Reading], bool] = lambda _reading: True
    is_sudden: Callable[[Reading], bool] = lambda _reading: False
    on_lte: bool = False


def ask_balance(backend: Backend, to_dial: Sequence[Dial], terms: Terms) -> CodeResult:
    """Dials one code after the other until one brings money or data, or an end that another code would not mend.
    Raises ModemError."""
    best: CodeResult | None = None
    for dial in to_dial:
        if best is not None and terms.time_left() < SHORTEST_TRY_S:
            break
        try:
            check_code(dial.code)
        except RefusedError as error:
            result = UssdResult(code=dial.code, status="refused", error=error.code, hint=error.message)
            best = best or CodeResult(dial, result, Reading(kind="error"), error.code, error.message)
            continue
        answer = _unharmed(backend, dial, terms)
        if answer.reading.balance is not None and terms.confirm(answer.reading):
            answer = _confirmed(answer, backend, dial, terms)
        elif _may_ask_again(answer, backend, terms) and terms.is_sudden(answer.reading):
            answer = _looked_again(answer, _unharmed(backend, dial, terms))
        result = answer.result
        if best is None or answer.worth > best.worth:
            best = answer
        # While an answer to this code may still come, another code would be credited with it.
        if answer.worth >= 2 or result.cause in FINAL or backend.answers_due or terms.cancelled():
            break
    if best is None:
        raise RefusedError(line_of("no code"), code="no code")
    return best


def _asked(backend: Backend, dial: Dial, terms: Terms) -> CodeResult:
    """One dialogue, and what its text says."""
    pack = terms.pack
    terms.before(dial)
    result = backend.ussd(
        UssdRequest(
            code=dial.code,
            ask=_menu_answers(dial, terms),
            timeout_s=terms.timeout_s,
            repeatable=dial.repeatable,
            cancelled=terms.cancelled,
            wrong_code=lambda text: is_wrong_code(text, pack),
            total_s=terms.time_left(),
            on_lte=terms.on_lte,
        )
    )
    return understand(dial, result, pack=pack, country=terms.country, report=terms.report)


def _unharmed(backend: Backend, dial: Dial, terms: Terms) -> CodeResult:
    """One question, asked once more where its answer was damaged on the wire, or cannot be read on a wire that has
    shown damage: a flipped bit may make a letter of a digit, which shows nothing."""
    answer = _asked(backend, dial, terms)
    from modemd.money.damage import is_damaged  # late, as the reader

    harmed = is_damaged(answer.result.text or "") or (backend.damaged and answer.error == "unreadable")
    if harmed and _may_ask_again(answer, backend, terms):
        return max(answer, _asked(backend, dial, terms), key=lambda one: one.worth)
    return answer


def _may_ask_again(answer: CodeResult, backend: Backend, terms: Terms) -> bool:
    """Whether the same question may be asked once more: it costs nothing, and nothing is on its way."""
    if not answer.dial.repeatable or answer.result.text is None or backend.answers_due or terms.cancelled():
        return False
    return terms.time_left() >= SHORTEST_TRY_S


def _confirmed(first: CodeResult, backend: Backend, dial: Dial, terms: Terms) -> CodeResult:
    """What two answers to one question say together: a number that both hold, or none."""
    said = first.result.text
    if not _may_ask_again(first, backend, terms):
        return first if terms.believe(first.reading) else _doubtful(first, verdict(said, None, asked_again=False))
    second = _unharmed(backend, dial, terms)
    if second.result.cause is Cause.CANCELLED or second.reading.balance == first.reading.balance:
        return second
    told = second if second.result.text is not None else first
    return _doubtful(told, verdict(said, second.result.text, asked_again=True))


def _doubtful(answer: CodeResult, line: str) -> CodeResult:
    return replace(answer, reading=Reading(kind="other"), error="unreadable", hint=line)


def _looked_again(first: CodeResult, second: CodeResult) -> CodeResult:
    """What two answers over a clean wire say: the newer number. Where the second brings none the first one stands: a
    large fall is never dropped."""
    return first if second.reading.balance is None else second


def understand(
    dial: Dial,
    result: UssdResult,
    *,
    pack: Pack | None,
    country: str | None,
    report: Callable[[str], None],
) -> CodeResult:
    """What one dialogue's text says. A text without money or data is "unreadable", and stays in the answer."""
    if dial.by_sms and result.cause is Cause.EMPTY_ANSWER:
        return CodeResult(dial, result, Reading(kind="sms_follows"), None, None)  # the announcement needs no words
    if result.error is not None or result.text is None:
        return CodeResult(dial, result, Reading(kind="error"), result.error or "empty answer", result.hint)
    reading = read_safely(certain_text(result), pack=pack, country=country, report=report)
    if result.status == "action_required" and reading.kind == "other" and reading.data_left_mb is None:
        reading = replace(reading, kind="menu")
    elif dial.by_sms and reading.kind == "other" and reading.data_left_mb is None:
        reading = replace(reading, kind="sms_follows")
    if reading.balance is not None or reading.data_left_mb is not None or reading.kind == "sms_follows":
        return CodeResult(dial, result, reading, None, None)
    return CodeResult(dial, result, reading, "unreadable", line_of(NO_NUMBER.get(reading.kind, "unreadable")))


def certain_text(said: UssdMessage | UssdResult | SmsMessage) -> str:
    """The text, less the number in or behind which its end was lost: "Balance: 12" may have been 12.50 or 1250, and
    "Balance: 12 b" a bonus."""
    text = said.text or ""
    if not said.cut:
        return text
    from modemd.money.damage import is_shifted  # late, as the reader

    in_hex = not isinstance(said, SmsMessage) and not (said.decoder or "").startswith(("plain", "utf8"))
    return "" if in_hex and is_shifted(text, digits_lack=True) else CUT_NUMBER.sub("", text)


def read_safely(text: str, *, pack: Pack | None, country: str | None, report: Callable[[str], None]) -> Reading:
    """read(), and an exception in it is a reading that failed: a reply must never be able to end the daemon."""
    from modemd.money.currencies import in_conventional_units  # late: a daemon without an answer needs no reader
    from modemd.money.reading import read

    try:
        reading = read(text, pack=pack, country=country)
    except Exception:  # noqa: BLE001  # a bug in a parser of hostile text is reported, not fatal
        report("an answer could not be read")
        return Reading(kind="other")
    if reading.balance is None or reading.currency is not None or pack is None or in_conventional_units(text):
        return reading
    return replace(reading, currency=pack.currency)


def is_wrong_code(text: str, pack: Pack | None) -> bool:
    """Whether the operator says that there is no such code."""
    from modemd.money import wrong_code  # late, as above

    return wrong_code.is_wrong_code(text, pack)


# --- helpers


def _menu_answers(dial: Dial, terms: Terms) -> Callable[[UssdMessage], str | None]:
    """Answers a menu as the pack says; one that shows the balance already is taken as it is, and cancelled."""
    left = list(dial.menu)

    def ask(message: UssdMessage) -> str | None:
        text = certain_text(message)
        shown = read_safely(text, pack=terms.pack, country=terms.country, report=terms.report)
        if not left or shown.balance is not None:
            return None
        return left.pop(0)

    return ask
