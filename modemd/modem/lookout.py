"""One look at the machine for every modem that is not there, however many they are: their owner threads sleep."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from modemd.log import get_logger

Present = Callable[[], object]


class Awaited:
    """One device that somebody waits for. `there`: something stood for it at the beginning. `appeared`: something that
    was not there, or was another, is there now. `stirred`: something else came or went around it."""

    def __init__(
        self, present: Present, call: Callable[[], object] = lambda: None, *, around: Present = lambda: None
    ) -> None:
        self.appeared = self.stirred = False
        self._present, self._around = present, around
        self._call = call
        self._surroundings = around()
        self._was = present()
        self.there = bool(self._was)

    def look(self) -> bool:
        """True once there is a reason to open it."""
        here, surroundings = self._present(), self._around()
        appeared = bool(here) and here != self._was
        stirred = surroundings != self._surroundings
        self._was, self._surroundings = here, surroundings
        if appeared or stirred:
            self.appeared |= appeared
            self.stirred |= stirred
            self._call()
        return self.appeared or self.stirred


class Lookout:
    """Its thread lives while anybody waits, and looks for all of them in turn."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._awaited: dict[Awaited, float] = {}
        self._thread: threading.Thread | None = None

    @contextmanager
    def watching(
        self, present: Present, call: Callable[[], None], every_s: float, *, around: Present = lambda: None
    ) -> Iterator[Awaited]:
        """Inside, `call` is called from the lookout's thread when there is a reason to open the device. `present`:
        Backend.present, `around`: Backend.surroundings."""
        awaited = Awaited(present, call, around=around)
        with self._changed:
            self._awaited[awaited] = every_s
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="lookout", daemon=True)
                self._thread.start()
        try:
            yield awaited
        finally:
            with self._changed:
                del self._awaited[awaited]
                if not self._awaited:
                    self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(min(self._awaited.values(), default=0.0))
                awaited = list(self._awaited)
                if not awaited:
                    self._thread = None
                    return
            for one in awaited:
                try:
                    one.look()
                except Exception:  # noqa: BLE001 (one modem's fault must not blind the others)
                    get_logger().exception("looking for a modem failed")


LOOKOUT = Lookout()
