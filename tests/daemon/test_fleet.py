"""A new configuration while modems are asked."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.daemon.fleet import LATEST_S, Fleet
from modemd.modem.requests import BalanceQuery
from modemd.records import ModemSettings
from modemd.store import Store
from tests.daemon.conftest import FakeOwner

OLD = ModemSettings(name="home", port="auto")
NEW = ModemSettings(name="home", port="auto", low=Decimal(70))


class Site:
    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.made: list[FakeOwner] = []
        self.ended: list[Future[Any]] = []
        self.now = 0.0
        self.fleet = Fleet(
            self.store,
            make_owner=self._make,
            call_soon=lambda call: call(),
            clock=lambda: datetime(2026, 3, 1, tzinfo=UTC),
            monotonic=lambda: self.now,
        )
        self.fleet.apply([OLD])

    def _make(self, settings: ModemSettings) -> FakeOwner:
        self.made.append(FakeOwner(settings))
        return self.made[-1]

    def ask(self) -> Future[Any]:
        return self.fleet.submit("home", BalanceQuery(), self.ended.append)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "state")
    yield site
    site.store.close()


def test_a_reload_loses_no_query(site: Site) -> None:
    """Whoever waits, for one answer together, gets it; then the modem has its new settings."""
    waiting = site.ask()
    site.ask()
    site.fleet.apply([NEW])
    (old,) = site.made
    assert site.fleet.settings["home"] == NEW
    assert (old.stopped, old.cancelled) == (False, [])
    waiting.set_result("312.40")
    assert site.ended == [waiting, waiting]
    assert [owner.settings for owner in site.made] == [OLD, NEW]
    assert old.stopped
    assert site.fleet.owner("home") is site.made[1]


def test_a_second_reload_may_take_it_back(site: Site) -> None:
    waiting = site.ask()
    site.fleet.apply([NEW])
    site.fleet.apply([OLD])
    waiting.set_result("312.40")
    assert [owner.settings for owner in site.made] == [OLD]


def test_nobody_keeps_the_old_settings_by_asking(site: Site) -> None:
    """Questions that are asked each while another is under way hold the new settings up for a while only."""
    waiting = site.ask()
    site.fleet.apply([NEW])
    for site.now in (0.0, LATEST_S - 1, LATEST_S):
        assert [owner.settings for owner in site.made] == [OLD]
        site.made[0].asked.clear()
        last, waiting = waiting, site.ask()
        last.set_result("312.40")
    assert [owner.settings for owner in site.made] == [OLD, NEW]


def test_what_is_idle_or_gone_is_ended_at_once(site: Site) -> None:
    """A modem that the file no longer has answers nobody any more."""
    site.fleet.apply([NEW])
    assert [owner.settings for owner in site.made] == [OLD, NEW]
    site.ask()
    site.fleet.apply([])
    assert site.made[1].stopped
    assert site.fleet.owner("home") is None
