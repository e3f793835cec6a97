"""What the +CUSD lines and result codes of one USSD request add up to (27.007 7.15), and which of several counts.

Pure: values in, values out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modemd.at.lines import FinalResult
from modemd.backends.common import ANSWER_STATUS, CAUSES
from modemd.explanations import line_of, numbered
from modemd.frozen import dataclass
from modemd.records import Cause, UssdMessage, UssdResult, UssdStatus

# <m> of 27.007 7.15
DONE, ACTION_REQUIRED, TERMINATED, OTHER_CLIENT, NOT_SUPPORTED, NETWORK_TIMEOUT = range(6)
ANSWERS = (DONE, ACTION_REQUIRED, TERMINATED)

# Nothing went to the network: the modem did not understand its own command line (27.007 9.2: 24 to 27 bad string, 100
# unknown, Huawei 304 wrong USSD mode).
NOT_SENT_CODES = frozenset({24, 25, 26, 27, 100, 304})
NOT_SENT_TEXTS = frozenset(
    {
        *("text string too long", "invalid characters in text string", "dial string too long"),
        *("invalid characters in dial string", "unknown", "unknown error", "incorrect parameters", "syntax error"),
    }
)

# Texts of an m=2 that the modem's own stack made (24.080 and 29.002 error names; capture gsmmodem-14): whatever stands
# there, the operator said nothing yet.
JUNK = re.compile(
    r"\W*(?:initiating release|unexpected data value|data missing|system failure|facility not supported|"
    r"unknown subscriber|illegal subscriber|absent subscriber|call barred|ussd[- ]busy|unknown alphabet|"
    r"resources not available|release complete|session (?:released|terminated|closed))\W*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Outcome:
    """How one request ended; `rank` orders outcomes of several tries."""

    status: UssdStatus
    message: UssdMessage | None = None
    error: str | None = None
    turns: tuple[str, ...] = ()
    sent_as: str | None = None
    final: FinalResult | None = None  # the failure that ended it, if a final result code did
    after_ok: bool = False
    cancelled: bool = False
    wrong_code: bool = False
    never_sent: bool = False  # the modem started anew before it had said OK

    @property
    def text(self) -> str | None:
        return None if self.message is None else self.message.text

    @property
    def answered(self) -> bool:
        return self.text is not None and self.error is None

    @property
    def rank(self) -> int:
        """Cancelled, then an answer, the operator's refusal, a typed end, the modem's error, silence."""
        if self.cancelled:
            return 6
        if self.answered:
            return 4 if self.wrong_code else 5
        if self.error == "no answer":
            return 1
        return 2 if self.final is not None and self.message is None else 3

    def result(self, code: str, elapsed_s: float) -> UssdResult:
        message = self.message
        return UssdResult(
            code=code,
            status=self.status,
            text=self.text,
            dcs=None if message is None else message.dcs,
            decoder=None if message is None else message.decoder,
            turns=self.turns,
            error=self.error,
            hint=None if self.error is None else line_of(self.error),
            cause=cause_of(self.error),
            elapsed_s=round(elapsed_s, 3),
            raw=b"" if message is None else message.raw,
            cut=message is not None and message.cut,
            torn=message is not None and message.torn,
            sent_as=self.sent_as,
        )


def conclude(messages: Sequence[UssdMessage], final: FinalResult | None, late_error: FinalResult | None) -> Outcome:
    """The typed end of one request: its +CUSD lines, its final result code, an error that came behind OK."""
    failed = final if final is not None and not final.ok else late_error
    after_ok = failed is late_error and late_error is not None
    best = choose(messages)
    if best is None:
        if failed is not None:
            return Outcome(status="error", error=failed.error, final=failed, after_ok=after_ok)
        return Outcome(status="timeout", error="no answer")
    if best.m in ANSWERS:
        status = ANSWER_STATUS[best.m]
        if best.m == TERMINATED and after_ok:  # taken back: capture so-31654015
            return Outcome(status="terminated", message=best, error="network terminated", final=failed, after_ok=True)
        if best.text is None and failed is not None:
            return Outcome(status="error", message=best, error=failed.error, final=failed, after_ok=after_ok)
        if best.text is None:
            error = (
                "network terminated" if best.m == TERMINATED else "undecodable" if best.raw.strip() else "empty answer"
            )
            return Outcome(status=status, message=best, error=error)
        return Outcome(status=status, message=best)
    # What these carry is the request's own echo or rubbish (capture live-cusd5), never an answer.
    bare = UssdMessage(m=best.m, dcs=best.dcs, raw=best.raw)
    if failed is not None:
        return Outcome(status="error", message=bare, error=failed.error, final=failed, after_ok=after_ok)
    if best.m == NOT_SUPPORTED:
        return Outcome(status="not_supported", message=bare, error="not supported")
    if best.m == NETWORK_TIMEOUT:
        return Outcome(status="timeout", message=bare, error="network timeout")
    error = "other client answered" if best.m == OTHER_CLIENT else f"unknown status {best.m}"
    return Outcome(status="error", message=bare, error=error)


def choose(messages: Sequence[UssdMessage]) -> UssdMessage | None:
    """The message that counts: an answer with text, then one that the stack made, then what says why there is none."""
    readable = [message for message in messages if message.m in ANSWERS and message.text is not None]
    for wanted in (
        [message for message in readable if message.m != TERMINATED],
        [message for message in readable if not is_junk(message)],
        readable,
    ):
        if wanted:
            return wanted[-1]
    typed = [message for message in messages if message.m not in ANSWERS]
    ended = typed or list(messages)
    return ended[-1] if ended else None


def is_junk(message: UssdMessage) -> bool:
    return message.m == TERMINATED and message.text is not None and JUNK.fullmatch(message.text) is not None


def not_sent(outcome: Outcome) -> bool:
    """True where the modem refused its own command line instead of saying OK: any code may be written another way."""
    final = outcome.final
    if final is None or outcome.after_ok or outcome.message is not None:
        return False
    return _not_understood(final)


def may_repeat(outcome: Outcome) -> bool:
    """True where another encoding may help a code that spends nothing: the operator or the modem did not understand it.

    Not after silence: no modem is known that keeps silent over an encoding, and a second request would meet the first
    one's late answer."""
    if outcome.wrong_code or outcome.error in ("network timeout", "network terminated"):
        return True
    return outcome.final is not None and outcome.message is None and _not_understood(outcome.final)


def better(known: Outcome | None, new: Outcome) -> Outcome:
    return new if known is None or new.rank > known.rank else known


def cause_of(error: str | None) -> Cause | None:
    """What a stable error phrase of a dialogue means to policy."""
    return None if error is None else CAUSES.get(numbered(error), Cause.REFUSED)


# --- helpers


def _not_understood(final: FinalResult) -> bool:
    if final.kind in ("ERROR", "COMMAND NOT SUPPORT", "TOO MANY PARAMETERS"):
        return True
    if final.kind != "CME":
        return False
    return final.code in NOT_SENT_CODES or (final.text or "").strip().lower() in NOT_SENT_TEXTS
