"""The way out of the fake modem: octets in order, in pieces, each at its time. Pure; the clock is an argument."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


class Wire:
    """A first-in first-out line that carries `sizes` octets per write (in turn, the last repeats) and rests `gap_s`
    behind each piece. No sizes: what is put in one go comes out in one go, without a rest."""

    def __init__(self, sizes: tuple[int, ...], gap_s: float) -> None:
        self._sizes = sizes
        self._gap_s = gap_s
        self._pieces: deque[tuple[float, bytes]] = deque()
        self._free_at = 0.0
        self._turn = 0

    @property
    def next_at(self) -> float | None:
        """When the next piece leaves; None = nothing waits."""
        return self._pieces[0][0] if self._pieces else None

    def put(self, data: bytes, now: float) -> None:
        at = max(now, self._free_at)
        while data:
            size = self._sizes[min(self._turn, len(self._sizes) - 1)] if self._sizes else len(data)
            self._turn += 1
            self._pieces.append((at, data[:size]))
            data = data[size:]
            if self._sizes:
                at += self._gap_s
        self._free_at = at

    def take(self, now: float) -> list[bytes]:
        """The pieces whose time has come, in order."""
        out = []
        while self._pieces and self._pieces[0][0] <= now:
            out.append(self._pieces.popleft()[1])
        return out

    def restart_pattern(self) -> None:
        """The next octets begin with the first of the sizes again, so that a split point is where the file says."""
        self._turn = 0

    def clear(self) -> None:
        self._pieces.clear()
        self._free_at = 0.0


@dataclass(slots=True)
class Timer:
    """Something that is due later; `cancelled` timers do nothing."""

    at: float
    act: Callable[[], None]
    cancelled: bool = False


class Timers:
    """What is due, by time, and in the order of asking where the time is the same."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Timer]] = []
        self._asked = 0

    @property
    def next_at(self) -> float | None:
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def add(self, at: float, act: Callable[[], None]) -> Timer:
        timer = Timer(at, act)
        self._asked += 1
        heapq.heappush(self._heap, (at, self._asked, timer))
        return timer

    def pop(self, now: float) -> Timer | None:
        """The next one whose time has come; None = none has."""
        at = self.next_at
        return heapq.heappop(self._heap)[2] if at is not None and at <= now else None
