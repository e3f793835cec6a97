"""A fall-back as the owner thread does it: the row, the quarantine, a stop, an unplugged stick, the next start."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modemd.modem.timeouts import FallbackLimits, Paces
from modemd.modem.worker import BalanceQuery

SCENARIO = """
[modem]
profile = "huawei"
imsi = "250011234567890"
rat = "LTE"
ussd_on = ["UMTS", "GSM"]
{more}
[[ussd]]
code = "*100#"
replies = [{reply}]
"""
OWN = '"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'
ANSWER = '"Balance 7.50"'
NEVER = '{ text = "Balance 7.50", after = "60s" }'


@pytest.fixture
def quick(paces: Paces, limits: FallbackLimits) -> Paces:
    return replace(paces, query_s=30.0, fallback=replace(limits, total_s=20.0, search_s=5.0))


@pytest.fixture
def play(fake_modem: Any) -> Callable[..., Any]:
    return lambda reply=ANSWER, more="": fake_modem(SCENARIO.format(reply=reply, more=more))


def test_balance(play: Any, start: Any, watch: Any, quick: Paces) -> None:
    """The reading of UMTS is the query's, and the modem has its own setting again before it is handed over."""
    fake = play()
    worker = start(fake.path, paces=quick, radio_fallback="auto")
    row = worker.submit(BalanceQuery()).result(30)
    assert (str(row.reading.balance), row.error, row.hint) == ("7.50", None, None)
    assert (fake.settings["SYSCFGEX"], fake.rat) == (OWN, "LTE")
    assert len(watch.rows) == 1
    assert fake.queries == ["*100#", "*100#"]


def test_stop_in_the_middle(play: Any, start: Any, store: Any, quick: Paces) -> None:
    """SIGTERM while the network is asked on UMTS: put back within the time that a stop has."""
    fake = play(NEVER)
    worker = start(fake.path, paces=quick, radio_fallback="auto", reply_timeout_s=20.0)
    worker.submit(BalanceQuery())
    assert fake.wait_for(lambda modem: len(modem.queries) == 2)
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3.0
    assert not worker.is_alive()
    assert (fake.settings["SYSCFGEX"], fake.rat) == (OWN, "LTE")
    assert store.rats_to_put_back() == {}


def test_cancel_in_the_middle(play: Any, start: Any, store: Any, watch: Any, quick: Paces) -> None:
    """Who asked goes away: likewise, and the modem is ready again."""
    fake = play(NEVER)
    worker = start(fake.path, paces=quick, radio_fallback="auto", reply_timeout_s=20.0)
    future = worker.submit(BalanceQuery())
    assert fake.wait_for(lambda modem: len(modem.queries) == 2)
    worker.cancel(future)
    future.result(10)
    assert (fake.settings["SYSCFGEX"], fake.rat) == (OWN, "LTE")
    assert store.rats_to_put_back() == {}


def test_unplugged_in_the_middle(play: Any, start: Any, store: Any, watch: Any, quick: Paces) -> None:
    """The stick is pulled on UMTS, and put in again: put back before anything else is asked of it."""
    fake = play(NEVER)
    worker = start(fake.path, paces=quick, radio_fallback="auto", reply_timeout_s=20.0)
    future = worker.submit(BalanceQuery())
    assert fake.wait_for(lambda modem: len(modem.queries) == 2)
    fake.unplug()
    assert future.result(10).error == "unplugged"
    assert list(store.rats_to_put_back().values()) == [f"AT^SYSCFGEX? {OWN}"]
    before = len(fake.commands)
    fake.replug()
    assert watch.wait_for(lambda seen: seen.snapshots[-1].state in ("ready", "quarantine"))
    assert (fake.settings["SYSCFGEX"], fake.rat) == (OWN, "LTE")
    assert store.rats_to_put_back() == {}
    later = fake.commands[before:]
    assert later.index(f"AT^SYSCFGEX={OWN}") < later.index("AT+CPIN?")


def test_put_back_at_the_next_start(play: Any, start: Any, store: Any, quick: Paces) -> None:
    """What kill -9 left is mended when the port is opened, with the fall-back switched off."""
    fake = play(more='imei = "866000000000015"')
    store.save_rat("866000000000015", 'AT^SYSCFGEX? "0302",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF')
    start(fake.path, paces=quick)
    assert fake.settings["SYSCFGEX"] == '"0302",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF'
    assert store.rats_to_put_back() == {}
