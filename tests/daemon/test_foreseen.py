"""What a SIM's history says is reckoned before a row is stored, and holds over a restart."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.daemon.life import KEY


def test_few_days_are_told_once_and_remembered(life: Any) -> None:
    """10 a day: at 140 there are 14 days, at 40 four. A restart judges the last row again and forgets nothing."""
    life.end()
    life.begin(low=Decimal(5), critical=Decimal(1))
    life.apply()
    for number in range(42):
        life.asked(f"{450 - 10 * number}.00")
        life.go(days=1)
    assert [event for event in life.events if event == "days_left"] == ["days_left"]
    (alert,) = (row.alert for row in life.store.alerts() if row.alert.event == "days_left")
    assert alert.days_left is not None
    assert 3.5 <= alert.days_left.likely <= 5
    gone_at = life.store.alert_state(KEY)["gone_at"]
    life.end()
    life.begin(low=Decimal(5), critical=Decimal(1))
    life.apply()
    assert life.store.alert_state(KEY)["gone_at"] == gone_at
    assert [event for event in life.events if event == "days_left"] == ["days_left"]


def test_a_limit_says_how_long_the_money_lasts(life: Any) -> None:
    """10 a day down to 50: in the line, and in what webhooks are told."""
    life.end()
    life.begin(low=Decimal(55), critical=Decimal(1))
    life.apply()
    for number in range(41):
        life.asked(f"{450 - 10 * number}.00")
        life.go(days=1)
    low = next(row.alert for row in life.store.alerts() if row.alert.event == "low")
    assert low.days_left is not None
    assert 4 <= low.days_left.likely <= 6
    assert f"50.00 (limit 55), lasts about {low.days_left.likely:.0f} days, " in low.text


def test_nothing_is_reckoned_within_the_transaction(life: Any, monkeypatch: Any) -> None:
    """Others wait for the store: on a small machine a forecast takes some tenths of a second."""
    from modemd.alerts import raising

    held = []
    reckoned = raising.spending_at

    def look(store: Any, m: Any) -> Any:
        held.append(store._lock._is_owned())
        return reckoned(store, m)

    monkeypatch.setattr(raising, "spending_at", look)
    life.apply()
    life.asked("100.00")
    assert held == [False]
