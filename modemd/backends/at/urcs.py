"""Unsolicited result codes that belong to no command and to no open USSD request (27.007 7.2, 7.15, 8.3; 27.005 3.4.1)
-> typed events."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.at.lines import DataLine
from modemd.at.sms import announced, part_of_delivery
from modemd.at.vocabulary import is_sim_news, is_storage_full
from modemd.backends.at import registration
from modemd.backends.base import (
    Event,
    RegistrationChanged,
    SimChanged,
    SmsAnnounced,
    SmsReceived,
    SmsStorageFull,
    UssdReceived,
)

if TYPE_CHECKING:
    from modemd.backends.at.modem import Modem


class Urcs:
    """Of one open modem. `line` may be called in the middle of other work and talks to nobody."""

    def __init__(self, on_event: Callable[[Event], None], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.modem: Modem | None = None
        self._on_event = on_event
        self._monotonic = monotonic
        self._header: str | None = None  # of a +CMT whose text is coming
        self._body: list[str] = []
        self._body_at = 0.0

    def line(self, line: str) -> None:
        """Takes a line and tells what it means; one that means nothing here is dropped."""
        if isinstance(line, DataLine):
            if self._header is not None and line.header == "+CMT":
                self._body.append(str(line))
                self._body_at = self._monotonic()
            return
        self._end_body()
        event = self._read(line)
        if event is not None:
            self._on_event(event)

    @property
    def settles_in(self) -> float | None:
        """Seconds until a +CMT that is being handed over counts as complete; None = there is none."""
        if self._header is None or self.modem is None:
            return None
        return max(0.0, self._body_at + self.modem.timeouts.sms_body_s - self._monotonic())

    def settle(self) -> None:
        """A message that nothing follows any more is complete."""
        if self.settles_in == 0.0:
            self._end_body()

    # --- helpers

    def _read(self, line: str) -> Event | None:
        if line.startswith("+CUSD"):
            message = self.modem.decode(line) if self.modem is not None else None
            return UssdReceived(message) if message is not None else None
        if (place := announced(line)) is not None:
            return SmsAnnounced(place)
        if line.startswith("+CMT:"):
            self._header, self._body, self._body_at = line, [], self._monotonic()
            return None
        if is_storage_full(line):
            return SmsStorageFull()
        report = registration.registration_report(line)
        if report is not None:
            return RegistrationChanged(report.registered)
        return SimChanged() if is_sim_news(line) else None

    def _end_body(self) -> None:
        header, self._header = self._header, None
        body, self._body = self._body, []
        if header is None or not body:
            return
        charset = self.modem.te_charset if self.modem is not None else None
        part = part_of_delivery(header, "\n".join(body), charset=charset)
        if part is not None:
            self._on_event(SmsReceived(part, max(0.0, self._monotonic() - self._body_at)))
