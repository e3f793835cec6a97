"""The line of `systemctl status`: every balance and its age, or how many modems are how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from modemd.daemon import render, service
from modemd.daemon.fleet import Seen
from modemd.frozen import dataclass
from modemd.records import Level, ModemSnapshot, State
from modemd.store import Standing

STEP_S = 600  # of an age below an hour
LONGEST = 3000  # characters; systemd ignores messages over 4096 octets (NOTIFY_BUFFER_MAX)


class StatusLine:
    """Told to the service manager when it changes. Belongs to the main loop's thread."""

    def __init__(self, level: Callable[[Standing], Level], clock: Callable[[], datetime]) -> None:
        self._level = level
        self._clock = clock
        self._words: dict[str, _Words] = {}
        self._told = ""

    def forget(self) -> None:
        """Which modems there are may have changed."""
        self._words.clear()

    def tell(self, seen: Sequence[Seen] = ()) -> None:
        """These modems have changed, or only time has passed."""
        for one in seen:
            self._words[one.snapshot.modem] = self._words_of(one.snapshot, one.standing)
        now = self._clock()
        status = service.escaped("; ".join(words.at(now) for words in self._words.values()))
        if len(status) > LONGEST:
            states = Counter(words.state for words in self._words.values())
            told = ", ".join(f"{number} {state}" for state, number in states.most_common())
            status = f"{len(self._words)} modems: {told}"
        if status != self._told:
            self._told = status
            service.notify(f"STATUS={status}")

    # --- helpers

    def _words_of(self, snapshot: ModemSnapshot, standing: Standing) -> _Words:
        reading = standing.shown
        if reading is None or reading.reading.balance is None:
            return _Words(snapshot.state, f"{snapshot.modem}: {snapshot.state}, no reading yet")
        balance = f"{render.amount(reading.reading.balance)} {reading.reading.currency or ''}".rstrip()
        told = f"{snapshot.modem}: {snapshot.state}, {balance} ({self._level(standing)}"
        return _Words(snapshot.state, told, reading.taken_at)


@dataclass(frozen=True, slots=True)
class _Words:
    """Of one modem. `taken_at`: when what it says of the balance was read."""

    state: State
    told: str
    taken_at: datetime | None = None

    def at(self, now: datetime) -> str:
        if self.taken_at is None:
            return self.told
        return f"{self.told}, {_age(render.age_s(self.taken_at, now) or 0)}, {self.taken_at:%Y-%m-%d %H:%M}Z)"


def _age(seconds: int) -> str:
    """In steps so large that a line a minute is not told for their sake."""
    if seconds < STEP_S:
        return "just now"
    if seconds < 3600:
        return f"{seconds // STEP_S * STEP_S // 60} min ago"
    return f"{seconds // 3600} h ago" if seconds < 2 * 86400 else f"{seconds // 86400} days ago"
