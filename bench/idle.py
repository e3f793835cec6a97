"""An idle daemon: how often its threads wake up, and the CPU time they take."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.daemon import cpu_s, daemon, fake_modem, new_folder, scenario
from bench.table import Row

SETTLE_S = 8.0  # operator and signal are read 5 s behind the opening
MAIN = "main loop"


class Watch:
    """A daemon with a modem that nobody asks anything."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ready_at = time.monotonic()
        self._began: float | None = None
        self._before: dict[int, int] = {}
        self._cpu = 0.0

    def begin(self) -> None:
        """Counts from now on; waits until everything behind the opening is over."""
        time.sleep(max(0.0, self._ready_at + SETTLE_S - time.monotonic()))
        self._before, self._cpu = _switches(self._pid), cpu_s(self._pid)
        self._began = time.monotonic()

    def row(self, length_s: float) -> Row:
        """Waits until `length_s` of idleness are over, and tells."""
        assert self._began is not None
        time.sleep(max(0.0, self._began + length_s - time.monotonic()))
        after, cpu = _switches(self._pid), cpu_s(self._pid) - self._cpu
        took = time.monotonic() - self._began
        woke = {task: count - self._before.get(task, 0) for task, count in after.items()}
        main = woke.pop(self._pid, 0)
        others = sum(woke.values())
        gone = len(self._before.keys() - after.keys())
        started = len(after.keys() - self._before.keys())
        return Row(
            f"idle for {took:.0f} s, wake-ups",
            f"{others} of {len(woke)} owner and helper threads",
            f"{main} of the main thread",
            "",
            "0 of owner threads",
            others == 0 and not gone and not started,
            f"voluntary context switches in /proc/PID/task; {cpu * 1000:.0f} ms of CPU; "
            f"threads one by one: {', '.join(str(count) for count in woke.values()) or 'none'}",
        )


@contextmanager
def watch() -> Iterator[Watch]:
    with new_folder() as folder, fake_modem(folder, scenario("huawei")) as port, daemon(folder, port) as process:
        yield Watch(process.pid)


def _switches(pid: int) -> dict[int, int]:
    found = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text(encoding="utf-8")
        counted = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.MULTILINE)
        assert counted is not None
        found[int(task.name)] = int(counted[1])
    return found
