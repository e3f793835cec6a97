"""What most back ends need: how a dialogue ended, as the record that everybody reads, and the wait that ends when the
owner is wanted."""

from __future__ import annotations

import select
from collections.abc import Sequence

from modemd.backends.base import UssdRequest
from modemd.explanations import line_of
from modemd.records import Cause, UssdMessage, UssdResult, UssdStatus

ANSWER_STATUS: tuple[UssdStatus, ...] = ("done", "action_required", "terminated")  # <m> of 27.007 7.15

# Stable phrase of a dialogue that got no answer -> what it means to policy. Any other phrase is Cause.REFUSED.
CAUSES = {
    "no answer": Cause.NO_ANSWER,
    "network timeout": Cause.NETWORK_TIMEOUT,
    "not supported": Cause.NOT_SUPPORTED,
    "empty answer": Cause.EMPTY_ANSWER,
    "cancelled": Cause.CANCELLED,
    **dict.fromkeys(("CME 5", "CME 6", "CME 7", *(f"CME {code}" for code in range(40, 48))), Cause.SIM_LOCKED),
    "CME 10": Cause.NO_SIM,
    "CME 11": Cause.SIM_LOCKED,
    "CME 12": Cause.SIM_LOCKED,
    "CME 13": Cause.SIM_FAILURE,
    "CME 14": Cause.SIM_BUSY,
    "CME 15": Cause.SIM_FAILURE,
    "CME 30": Cause.NO_SERVICE,
    "CME 31": Cause.NETWORK_TIMEOUT,
    "CME 32": Cause.EMERGENCY_ONLY,
    "CME 258": Cause.NOT_NOW,
}
STATUSES: dict[str, UssdStatus] = {
    "no answer": "timeout",
    "network timeout": "timeout",
    "not supported": "not_supported",
}


def answered(request: UssdRequest, messages: Sequence[UssdMessage], *, elapsed_s: float = 0.0) -> UssdResult:
    """A dialogue whose last message is an answer: `m` is 0 (done), 1 (a menu that nobody answered, cancelled by the
    back end) or 2 (ended by the network). One without a text is the end "empty answer"."""
    last = messages[-1]
    if last.text is None:
        return ended(request, "empty answer", messages, elapsed_s=elapsed_s, status=ANSWER_STATUS[last.m])
    return UssdResult(
        code=request.code,
        status=ANSWER_STATUS[last.m],
        text=last.text,
        dcs=last.dcs,
        decoder=last.decoder,
        turns=texts(messages),
        elapsed_s=elapsed_s,
        raw=last.raw,
        cut=last.cut,
        torn=last.torn,
    )


def ended(
    request: UssdRequest,
    phrase: str,
    messages: Sequence[UssdMessage] = (),
    *,
    cause: Cause | None = None,
    status: UssdStatus | None = None,
    elapsed_s: float = 0.0,
) -> UssdResult:
    """A dialogue that got no answer. `phrase`: the stable phrase that says why, one of explanations.py; `messages`:
    the menus that came before. `cause`, `status`: where CAUSES and STATUSES do not say it."""
    return UssdResult(
        code=request.code,
        status=status or STATUSES.get(phrase, "error"),
        turns=texts(messages),
        error=phrase,
        hint=line_of(phrase),
        cause=cause or CAUSES.get(phrase, Cause.REFUSED),
        elapsed_s=elapsed_s,
    )


def texts(messages: Sequence[UssdMessage]) -> tuple[str, ...]:
    return tuple(message.text for message in messages if message.text is not None)


def woken(wake_fd: int | None, seconds: float | None) -> bool:
    """Waits until the wake-up pipe is readable (True) or the time is over (False; None = for ever). The pipe is left as
    it is: whoever owns it empties it."""
    poller = select.poll()
    if wake_fd is not None:
        poller.register(wake_fd, select.POLLIN)
    return bool(poller.poll(None if seconds is None else max(0.0, seconds) * 1000))
