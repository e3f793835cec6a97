"""A tap on the wire of one modem: what goes over its port in both directions, for those who listen.

The owner thread feeds it; another thread listens. Nothing here is redacted: what leaves the daemon passes
redaction.dialogue.Redactor first."""

from __future__ import annotations

import time
from collections.abc import Callable

from modemd.backends.base import Piece

KEPT_BYTES = 16_384  # how a modem introduces itself: a few thousand octets


class Tap:
    """Keeps what was said since the port was opened until the first USSD request, so that a recording begins with who
    the modem is and how it is set up."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._number = 0
        self._kept: list[Piece] = []
        self._keeping = 0  # octets that may still be kept
        self._listeners: tuple[Callable[[Piece], None], ...] = ()

    # --- owner thread

    def opened(self) -> None:
        """The port was opened: a new introduction begins."""
        self._kept = []
        self._keeping = KEPT_BYTES

    def pass_on(self, sent: bool, data: bytes) -> None:
        """Takes octets that were sent or received. Costs next to nothing while nobody listens."""
        if self._keeping <= 0 and not self._listeners:
            self._number += 1
            return
        piece = Piece(self._number, self._monotonic(), sent, data)
        self._number += 1
        if sent and data.upper().startswith(b"AT+CUSD=1"):
            self._keeping = 0
        if self._keeping > 0:
            self._keeping -= len(data)
            self._kept.append(piece)
        for listener in self._listeners:
            listener(piece)

    # --- any thread

    def listen(self, listener: Callable[[Piece], None]) -> list[Piece]:
        """From now on `listener` gets each piece, in the owner thread. Gives what was kept: a piece that arrives in
        this very moment may be in both, with the same number."""
        self._listeners = (*self._listeners, listener)
        return list(self._kept)

    def leave(self, listener: Callable[[Piece], None]) -> None:
        """Idempotent."""
        self._listeners = tuple(other for other in self._listeners if other != listener)
