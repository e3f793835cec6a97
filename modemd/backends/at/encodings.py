"""The ways in which a modem may want a request written, best first, and what it was seen to take."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from modemd.at.make import UssdQuirk
from modemd.at.makes import find_quirk
from modemd.at.ussd import Encoded, encodings
from modemd.backends.at.engine import Answer
from modemd.backends.base import LearnedUssd
from modemd.records import Device


class AskedModem(Protocol):
    """What a dialogue needs to know of its modem."""

    te_charset: str | None
    score: Callable[[str], float] | None
    learned: LearnedUssd | None
    encoding: str | None
    decoder: str | None
    device: Device

    def execute(self, line: str, timeout_s: float | None = None) -> Answer: ...
    def set_charset(self, charset: str) -> bool: ...
    def start_over(self) -> bool: ...
    def has_forgotten(self) -> bool: ...
    def restore_at_close(self, line: str) -> None: ...


class RequestEncodings:
    """Of one open modem. Remembers which way worked."""

    def __init__(self, modem: AskedModem) -> None:
        self._modem = modem
        self._method: str | None = None
        self._mode_says: str | None = None

    @property
    def quirk(self) -> UssdQuirk | None:
        return find_quirk(self._modem.device.manufacturer, self._modem.device.model)

    @property
    def proven(self) -> str | None:
        """The way that this modem, or its model, took before; None = nobody knows yet."""
        learned = self._modem.learned
        return self._method or (learned.request if learned is not None else None)

    def worked(self, method: str | None) -> None:
        self._method = method

    def ways(self, code: str) -> list[tuple[str | None, Encoded]]:
        """(TE character set to be set for this one request, how to write it). To change the set is the last resort, for
        one in which nothing was understood (captures so-29731461, gammu-150)."""
        charset = self._modem.te_charset
        learned = self._modem.encoding or self.proven or self._mode()
        ways = encodings(code, te_charset=charset, learned=learned, vendor=self.quirk)
        order: list[tuple[str | None, Encoded]] = [(None, way) for way in ways]
        if charset is not None and charset.upper() not in ("GSM", "IRA"):
            order += [("GSM", way) for way in ways if way.method == "plain"]
        return order

    @contextmanager
    def charset(self, charset: str | None, *, answers: Callable[[], bool] = lambda: True) -> Iterator[bool]:
        """The TE character set changed for one request and put back, after errors too; False when the modem will
        not. A modem that does not answer (`answers`) keeps it until its port is closed: who cancelled does not wait."""
        before = self._modem.te_charset
        if charset is None or before is None:
            yield charset is None
            return
        ready = self._modem.set_charset(charset)
        try:
            yield ready
        finally:
            if ready and answers():
                self._modem.set_charset(before)

    def _mode(self) -> str | None:
        """How the modem says that it reads requests; asked of makes that can tell, until it was said or a request has
        shown it: an error may have been noise of the wire."""
        if self._mode_says is None and self.proven is None:
            quirk = self.quirk
            if quirk is not None and quirk.mode_read is not None:
                answer = self._modem.execute(quirk.mode_read)
                found = next((hit for line in answer.lines if (hit := re.search(r":\s*(\d)", line))), None)
                self._mode_says = quirk.modes.get(found[1]) if found else None
        return self._mode_says
