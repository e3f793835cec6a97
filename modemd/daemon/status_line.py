"""The line of `systemctl status`: every balance, or how many modems are how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from modemd.daemon import render, service
from modemd.daemon.fleet import Seen
from modemd.records import Level, ModemSnapshot, State
from modemd.store import Standing

LONGEST = 3000  # characters; systemd ignores messages over 4096 octets (NOTIFY_BUFFER_MAX)


class StatusLine:
    """Told to the service manager when it changes. Belongs to the main loop's thread."""

    def __init__(self, level: Callable[[Standing], Level]) -> None:
        self._level = level
        self._words: dict[str, tuple[State, str]] = {}
        self._told = ""

    def forget(self) -> None:
        """Which modems there are may have changed."""
        self._words.clear()

    def tell(self, seen: Sequence[Seen]) -> None:
        for one in seen:
            self._words[one.snapshot.modem] = (one.snapshot.state, self._words_of(one.snapshot, one.standing))
        status = service.escaped("; ".join(words for _, words in self._words.values()))
        if len(status) > LONGEST:
            states = Counter(state for state, _ in self._words.values())
            told = ", ".join(f"{number} {state}" for state, number in states.most_common())
            status = f"{len(self._words)} modems: {told}"
        if status != self._told:
            self._told = status
            service.notify(f"STATUS={status}")

    # --- helpers

    def _words_of(self, snapshot: ModemSnapshot, standing: Standing) -> str:
        reading = standing.shown
        if reading is None or reading.reading.balance is None:
            return f"{snapshot.modem}: {snapshot.state}, no reading yet"
        balance = f"{render.amount(reading.reading.balance)} {reading.reading.currency or ''}".rstrip()
        taken = f"{reading.taken_at:%Y-%m-%d %H:%M}Z"
        return f"{snapshot.modem}: {snapshot.state}, {balance} ({self._level(standing)}, {taken})"
