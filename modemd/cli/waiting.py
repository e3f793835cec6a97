"""The line that says what a command waits for: on a terminal, on stderr, erased at the end."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from os import environ
from typing import IO, Any

from modemd.cli import terminal
from modemd.cli.rows import when
from modemd.cli.terminal import _, as_mapping, one_line

ERASED = "\r\x1b[K"  # to the line's beginning, and what stands there is gone (ECMA-48: EL)


class WaitingLine:
    """One line that is written again at each call, and erased. `code`: what a person typed; None = the balance is
    asked."""

    def __init__(
        self,
        code: str | None,
        *,
        stream: IO[str] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._code, self._stream = code, sys.stderr if stream is None else stream
        self._monotonic, self._now = monotonic, now
        self._since = monotonic()
        self._begun: float | None = None
        self._status: Mapping[str, Any] = {}

    def __call__(self, event: Mapping[str, Any] | None) -> None:
        """`event` as the client hands it over: of `watch`, "begun" of the own request, None = a second has passed."""
        if event is not None:
            self.note(event)
        self._write(ERASED + terminal.fit(self.text(), terminal.columns() - 1))

    def note(self, event: Mapping[str, Any]) -> None:
        status = as_mapping(event.get("status"))
        if event.get("event") == "begun":
            self._begun = self._monotonic()
        elif event.get("type") == "state":
            self._status = status
            asks_balance = status.get("state") == "busy" and status.get("asking") == "balance"
            if self._code is None:  # whoever asked for it: it is one question
                self._begun = (self._begun or self._monotonic()) if asks_balance else None

    def text(self) -> str:
        """ "home: dialling *100# on ru-mts, waiting for the answer, 12 s"."""
        status = self._status
        state, name = status.get("state"), one_line(status.get("modem"), 32)
        waited = terminal.span(self._monotonic() - (self._begun or self._since))
        operator = one_line(status.get("operator"), 24)
        if self._begun is not None:
            step = as_mapping(status.get("step")) if self._code is None else {}
            code = one_line(self._code or step.get("code"), 40)
            what = _("asking {operator} for the balance").format(operator=operator or _("the operator"))
            if code:
                what = _("dialling {code}").format(code=code)
                if operator:
                    what = _("dialling {code} on {operator}").format(code=code, operator=operator)
            went = terminal.GENERATIONS.get(str(step.get("rat")))
            if went is not None:
                what = _("went to {generation}, {what}").format(generation=went, what=what)
            said = _("{what}, waiting for the answer, {waited}")
            if step.get("by_sms") is True:
                said = _("{what}, waiting for the SMS, {waited}")
            said = said.format(what=what, waited=waited)
        elif state == "quarantine":
            until = when({"taken_at": status.get("quarantine_until")})
            said = _("the last request's answer may still come, so nothing is sent for a while")
            if until is not None:
                span = terminal.span((until - self._now()).total_seconds())
                said = _("{said}, {span} left").format(said=said, span=span)
        elif state == "busy":
            said = _("waiting for its turn behind another request, {waited}").format(waited=waited)
        elif state == "starting":
            said = _("the modem is being set up, {waited}").format(waited=waited)
        else:
            said = _("waiting, {waited}").format(waited=waited)
        return f"{name}: {said}" if name else said

    def erase(self) -> None:
        self._write(ERASED)

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # a terminal that is gone; the answer is what counts
            return


@contextmanager
def waiting(code: str | None = None) -> Iterator[WaitingLine | None]:
    """A line for as long as this lasts; None where stderr is no terminal that can erase it."""
    if not sys.stderr.isatty() or environ.get("TERM", "dumb") == "dumb":
        yield None
        return
    line = WaitingLine(code)
    try:
        yield line
    finally:
        line.erase()


@contextmanager
def waiting_for(what: str) -> Iterator[None]:
    """The same for what tells nothing meanwhile: `what`, and for how long."""
    if not sys.stderr.isatty() or environ.get("TERM", "dumb") == "dumb":
        yield
        return
    since, over = time.monotonic(), threading.Event()

    def tell() -> None:
        while not over.wait(1.0):
            waited = terminal.span(time.monotonic() - since)
            sys.stderr.write(ERASED + terminal.fit(f"{what}, {waited}", terminal.columns() - 1))
            sys.stderr.flush()

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        sys.stderr.write(ERASED)
        sys.stderr.flush()
