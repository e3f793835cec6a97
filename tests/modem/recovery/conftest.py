"""A place where modems come and go, and a ladder without patience."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.modem.recovery.ladder import Limits
from modemd.modem.timeouts import Paces

QUICK = PowerTimes(
    radio_off_s=0.05,
    radio_s=0.3,
    stop_s=0.3,
    reset_s=0.2,
    drain_s=0.1,
    gone_s=0.4,
    back_s=3.0,
    look_s=0.01,
    usb_off_s=0.05,
)


class Socket:
    """Where modems are plugged in: a link to the pseudo-terminal of the one that is there. `come_back` plays a device
    that leaves the bus at a reset command and comes back as another one."""

    def __init__(self, link: Path, make_peer: Callable[..., Any]) -> None:
        self.link, self._make = link, make_peer
        self.peer: Any = None
        self.lives = 0

    def plug(self, prepare: Callable[[Any], None] = lambda _peer: None) -> Any:
        peer = self._make()
        prepare(peer)
        spare = self.link.with_suffix(".new")
        spare.symlink_to(peer.path)
        spare.rename(self.link)
        self.peer = peer
        self.lives += 1
        return peer

    def unplug(self) -> None:
        self.link.unlink(missing_ok=True)
        self.peer.unplug()

    def come_back(self, prepare: Callable[[Any], None] = lambda _peer: None) -> threading.Thread:
        def act() -> None:
            self.unplug()
            self.plug(prepare)

        thread = threading.Thread(target=act, daemon=True)
        thread.start()
        return thread


@pytest.fixture
def socket(tmp_path: Path, make_peer: Callable[..., Any]) -> Socket:
    return Socket(tmp_path / "modem", make_peer)


@pytest.fixture
def power_times() -> PowerTimes:
    return QUICK


@pytest.fixture
def ladder_paces(paces: Paces) -> Paces:
    """As fast as the other tests, with a ladder that has no patience."""
    return replace(paces, reopen_min_s=0.01, reopen_max_s=0.02, watch_s=0.01, ladder=Limits(patience_s=0.0))


@pytest.fixture
def fast(fast: Timeouts) -> Timeouts:
    """One look at a silent modem is enough here."""
    return replace(fast, probes=1, probe_s=0.08)
