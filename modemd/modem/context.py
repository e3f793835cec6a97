"""What everything that works for one owner thread shares."""

from __future__ import annotations

import select
from collections.abc import Callable
from datetime import datetime
from typing import Any

from modemd.backends.base import Backend
from modemd.frozen import dataclass
from modemd.modem.lookout import Lookout
from modemd.modem.timeouts import Paces
from modemd.money.operators import Packs
from modemd.records import ModemSettings, ModemSnapshot
from modemd.store import Store


def wait_readable(fd: int, seconds: float) -> None:
    """Until the descriptor is readable, or the time is over."""
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    poller.poll(seconds * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """`now`: aware UTC, which may jump; `monotonic`: seconds, which may not; `wait`: until a descriptor is readable or
    so many seconds are over; `lookout`: who looks for modems that are not there, None = each owner thread for its own,
    on this clock."""

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    wait: Callable[[int, float], object] = wait_readable
    lookout: Lookout | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What the owner thread lends. `publish` changes fields of the snapshot; `declare` promises to be heard of again
    within so many seconds (None = waits for something to happen), for the watchdog; `wake` ends its wait, from any
    thread; `stopped` empties the wake-up pipe; `pause` passes time (False, and at once: the thread is to end); `refuse`
    ends every request that waits, with a code and a line."""

    snapshot: Callable[[], ModemSnapshot]
    publish: Callable[..., None]
    declare: Callable[[float | None], None]
    wake: Callable[[], None]
    stopped: Callable[[], bool]
    pause: Callable[[float], bool]
    refuse: Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One configured modem with its back end, and what belongs to its owner thread."""

    settings: ModemSettings
    backend: Backend
    store: Store
    packs: Packs
    paces: Paces
    clocks: Clocks
    owner: Owner
    log: Any

    def report(self, what: str) -> None:
        """Inside an exception handler: a bug that must not end the daemon, with its traceback."""
        self.log.exception(what)
