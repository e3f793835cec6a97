"""What a busy machine takes from a test, so that limits are for what is tested."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def held_up_s(*threads: Path) -> float | None:
    """How long the one of these threads (folders of /proc/PID/task) that had to wait most was ready to run and had no
    processor; None where they are gone or the kernel does not say. Next to nothing on a machine with nothing else to
    do."""
    waited = []
    for thread in threads:
        try:
            waited.append(int((thread / "schedstat").read_text().split()[1]) * 1e-9)
        except (OSError, ValueError, IndexError):
            continue
    return max(waited, default=None)


class Stopwatch:
    """The time from now on, less what the machine held up this process and those that `pids` names."""

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids
        self._started, self._before = time.monotonic(), self._held_up()

    def took_s(self) -> float:
        passed = time.monotonic() - self._started
        return passed - sum(max(0.0, now - self._before.get(pid, 0.0)) for pid, now in self._held_up().items())

    def _held_up(self) -> dict[int, float]:
        return {pid: held_up_s(*Path(f"/proc/{pid}/task").glob("*")) or 0.0 for pid in (os.getpid(), *self._pids())}
