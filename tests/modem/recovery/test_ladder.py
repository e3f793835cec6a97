"""The recovery ladder: what is tried next, how often, and what is learned from it; then on a scripted modem."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modemd.modem.recovery.ladder import HIGHER, Fault, Ladder, allowed
from modemd.records import RecoveryStep, RecoveryStepRecord

ALL = allowed("usb")


def ill(
    ladder: Ladder, clock: Any, steps: tuple[RecoveryStep, ...] = ALL, *, times: int = 1, every_s: float = 30.0
) -> list[Any]:
    """The modem stays silent, and each step that the ladder names is tried: their names."""
    tried = []
    for _ in range(times):
        ladder.failed("silent", clock.now)
        step = ladder.next(steps, clock.now)
        tried.append(step)
        if step is not None:
            ladder.taken(step, clock.now)
        clock.move(seconds=every_s)
    return tried


def heal_by(ladder: Ladder, step: RecoveryStep, clock: Any) -> None:
    """Silent until this step is tried, and well behind it."""
    while ill(ladder, clock) != [step]:
        clock.move(minutes=5)
    ladder.opened(clock.now)
    ladder.answered(clock.now)


# --- what is permitted


def test_the_default_never_resets() -> None:
    """recovery = "reopen" permits nothing that interrupts the modem."""
    assert allowed("reopen") == ("escape", "reopen")


def test_the_way_out_is_spared_unless_by_name() -> None:
    """A modem that carries the way out is only opened again, whatever `recovery` says, without recovery_on_uplink."""
    assert allowed("usb", uplink="wwan0") == ("escape", "reopen")
    assert allowed("reset", uplink="wwan0") == ("escape", "reopen")
    assert allowed("reset", uplink="wwan0", on_uplink=True) == ("escape", "reopen", "cfun", "reset")
    assert allowed("usb") == ("escape", "reopen", "cfun", "reset", "usb")


# --- the order


def test_silence_is_opened_three_times_then_reset_then_taken_off_the_bus(clock: Any) -> None:
    """No AT+CFUN into a modem that answers nothing; between two steps it has time to come back."""
    ladder = Ladder()
    assert ill(ladder, clock, times=4) == ["reopen", "reopen", "reopen", "reset"]
    assert ill(ladder, clock, times=2) == ["reopen", "reopen"]  # it may be starting
    clock.move(minutes=2)
    assert ill(ladder, clock) == ["usb"]


def test_a_modem_that_was_just_plugged_in_may_be_silent(clock: Any) -> None:
    """Openings in quick succession do not make a reset: some modems need twenty seconds to start."""
    ladder = Ladder()
    assert ill(ladder, clock, times=6, every_s=3.0) == ["reopen"] * 6
    clock.move(seconds=10)
    assert ill(ladder, clock) == ["reset"]


def test_a_modem_that_is_not_there_is_not_ill(clock: Any) -> None:
    """Absent, blocked, unplugged: opened again for ever, never reset, and the silence before counts no more."""
    ladder = Ladder()
    ill(ladder, clock, times=3)
    for _ in range(50):
        ladder.failed(None, clock.move(minutes=1))
        assert ladder.next(ALL, clock.now) == "reopen"
        ladder.taken("reopen", clock.now)
    assert ladder.summary(clock.now) is None or "reset" not in (ladder.summary(clock.now) or "")
    assert ill(ladder, clock, times=3) == ["reopen"] * 3


def test_three_queries_without_an_answer_make_a_modem_mad(clock: Any) -> None:
    """AT is answered and queries are not: opened again once, then its radio, then a reset, one a query."""
    ladder = Ladder()
    for _ in range(2):
        ladder.unanswered()
        assert not ladder.unresponsive
    tried = []
    for _ in range(5):
        ladder.unanswered()
        assert ladder.unresponsive
        tried.append(ladder.next(ALL, clock.now, fault="unresponsive"))
        if tried[-1] is None:
            break
        ladder.failed("unresponsive", clock.now)
        assert ladder.next(ALL, clock.now) == tried[-1]
        ladder.taken(tried[-1], clock.now)
        assert not ladder.unresponsive  # until the next query
        ladder.opened(clock.move(minutes=1))
    assert tried == ["reopen", "cfun", "reset", "usb", None]


def test_an_answer_ends_the_madness(clock: Any) -> None:
    """Only queries in a row count."""
    ladder = Ladder()
    for _ in range(10):
        ladder.unanswered()
        ladder.unanswered()
        ladder.answered(clock.now)
        assert not ladder.unresponsive


def test_a_modem_without_ussd_is_opened_once(clock: Any) -> None:
    """With the defaults a network that never answers costs one opening, not one a query."""
    ladder = Ladder()
    for _ in range(3):
        ladder.unanswered()
    ladder.failed("unresponsive", clock.now)
    ladder.taken("reopen", clock.now)
    ladder.opened(clock.now)
    for _ in range(20):
        ladder.unanswered()
        assert ladder.next(allowed("reopen"), clock.move(hours=6), fault="unresponsive") is None


def test_silence_in_every_use_climbs_the_ladder(clock: Any) -> None:
    """A modem that opens well and falls silent at each query is not healed by opening it."""
    ladder = Ladder()
    tried = []
    for _ in range(4):
        tried += ill(ladder, clock)
        ladder.opened(clock.move(seconds=20))
        clock.move(seconds=20)
    assert tried == ["reopen", "reopen", "reopen", "cfun"]


# --- how often


def test_a_dead_zone_is_not_reset_all_night(clock: Any) -> None:
    """A step rests 1 h, then 2, 4, 8 h while it does not help; one that never helped in five tries once a day."""
    ladder = Ladder()
    at = []
    begun = clock.now
    while clock.now - begun < timedelta(days=4):
        if ill(ladder, clock, ("escape", "reopen", "reset"), every_s=60.0) == ["reset"]:
            at.append((clock.now - begun) / timedelta(hours=1))
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(at)]
    assert gaps[:4] == [1, 2, 4, 8]
    assert set(gaps[4:]) == {24}


def test_a_restart_of_the_daemon_does_not_reset_the_clock(clock: Any) -> None:
    """A daemon that crashes in a loop resets the modem no more often than one that runs."""
    kept: dict[str, RecoveryStepRecord] = {}
    resets = 0
    begun = clock.now
    while clock.now - begun < timedelta(hours=12):
        ladder = Ladder(kept.values())
        resets += ill(ladder, clock, ("escape", "reopen", "reset"), times=5, every_s=15.0).count("reset")
        kept |= {record.step: record for record in ladder.unsaved()}
    assert resets == 4  # at 0, 1, 3 and 7 h


def test_a_rung_that_helps_may_come_again_after_an_hour(clock: Any) -> None:
    """The rest does not grow while the step helps, and is never shorter than an hour."""
    ladder = Ladder()
    steps: tuple[RecoveryStep, ...] = ("escape", "reopen", "reset")
    at = []
    begun = clock.now
    while clock.now - begun < timedelta(hours=10):
        if ill(ladder, clock, steps, every_s=30.0) == ["reset"]:
            at.append(clock.now)
            ladder.opened(clock.now)
            ladder.answered(clock.now)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(at)]
    assert len(gaps) >= 8
    assert all(3600 <= gap <= 3900 for gap in gaps)


def test_a_day_of_health_forgives(clock: Any) -> None:
    """After 24 h without a fault the rests begin at one hour again."""
    ladder = Ladder()
    steps: tuple[RecoveryStep, ...] = ("escape", "reopen", "reset")
    while ladder.summary(clock.now) is None or "3 times in all" not in (ladder.summary(clock.now) or ""):
        ill(ladder, clock, steps, every_s=300.0)
    ladder.opened(clock.now)
    ladder.answered(clock.now)
    clock.move(hours=25)
    assert ill(ladder, clock, steps, times=4) == ["reopen", "reopen", "reopen", "reset"]
    ladder.unsaved()
    clock.move(minutes=62)
    assert "reset" in ill(ladder, clock, steps, times=4)


def test_a_clock_that_was_set_back_bars_nothing_for_ever(clock: Any) -> None:
    """A Pi without a clock may have noted a time in the far future: the step rests its hour from now."""
    far = clock.now + timedelta(days=4000)
    ladder = Ladder(
        [RecoveryStepRecord(step="reset", tried=1, last_at=far, next_at=far + timedelta(hours=1), hold_s=3600.0)]
    )
    steps: tuple[RecoveryStep, ...] = ("escape", "reopen", "reset")
    assert "reset" not in ill(ladder, clock, steps, times=10)
    clock.move(hours=2)
    assert ill(ladder, clock, steps) == ["reset"]


@given(
    events=st.lists(
        st.sampled_from(["silent", "unresponsive", "busy", "absent", "opened", "answered", "unanswered", "wait"]),
        max_size=80,
    ),
    recovery=st.sampled_from(["reopen", "reset", "usb"]),
)
def test_no_rung_outside_its_limits(events: list[str], recovery: str) -> None:
    """Whatever happens in whatever order: only what is permitted, each higher step at most once an hour."""
    ladder, now = Ladder(), datetime(2024, 5, 1, tzinfo=UTC)
    last: dict[RecoveryStep, datetime] = {}
    faults: dict[str, Fault | None] = {
        "silent": "silent",
        "unresponsive": "unresponsive",
        "busy": "busy",
        "absent": None,
    }
    for event in events:
        now += timedelta(seconds=40)
        if event in faults:
            ladder.failed(faults[event], now)
            step = ladder.next(allowed(recovery), now)
            assert step is None or step in allowed(recovery)
            if step in HIGHER:
                assert faults[event] is not None
                assert step not in last or now - last[step] >= timedelta(hours=1)
                last[step] = now
            if step is not None:
                ladder.taken(step, now)
        elif event == "opened":
            ladder.opened(now)
        elif event == "answered":
            ladder.answered(now)
        elif event == "unanswered":
            ladder.unanswered()
        else:
            now += timedelta(minutes=25)
        ladder.summary(now)
        assert all(0 <= record.helped <= record.tried for record in ladder.unsaved())


# --- what is learned


def test_what_helped_the_last_time_is_tried_first(clock: Any) -> None:
    """A device that only the bus brings back is not reset first the next time, also by another daemon."""
    ladder = Ladder()
    heal_by(ladder, "usb", clock)
    kept = ladder.unsaved()
    assert [(record.step, record.tried, record.helped) for record in kept if record.step != "reopen"] == [
        ("reset", 1, 0),
        ("usb", 1, 1),
    ]
    clock.move(hours=30)
    assert ill(Ladder(kept), clock, times=4) == ["reopen", "reopen", "reopen", "usb"]


def test_what_never_helped_goes_last(clock: Any) -> None:
    """Five resets in vain: the bus is tried before the next one."""
    vain = RecoveryStepRecord(step="reset", tried=5, last_at=clock.now - timedelta(days=3), hold_s=86400.0)
    assert ill(Ladder([vain]), clock, times=4)[-1] == "usb"
    assert ill(Ladder([replace(vain, helped=1)]), clock, times=4)[-1] == "reset"


def test_a_rung_out_of_reach_is_passed_over_and_said_once(clock: Any) -> None:
    """No permission for the bus: the reason is in the line for people, news the first time only."""
    ladder = Ladder()
    ill(ladder, clock, times=3)
    assert ladder.out_of_reach("reset", "no make", clock.now)
    assert not ladder.out_of_reach("reset", "no make", clock.now)
    assert ill(ladder, clock) == ["usb"]
    assert "no make" in (ladder.summary(clock.now) or "")


def test_the_line_for_people(clock: Any) -> None:
    """Counted, dated, and whether it helped; gone after a day."""
    ladder = Ladder()
    assert ladder.summary(clock.now) is None
    ill(ladder, clock, times=3, every_s=20.0)
    assert ladder.summary(clock.now) == "opened again 3 times, last 2024-05-01 at 12:00 UTC"
    ill(ladder, clock)
    assert "reset 2024-05-01 at 12:01 UTC (not yet known)" in (ladder.summary(clock.now) or "")
    ladder.opened(clock.now)
    ladder.answered(clock.now)
    assert ladder.summary(clock.now) == (
        "opened again 3 times, last 2024-05-01 at 12:00 UTC; reset 2024-05-01 at 12:01 UTC (helped)"
    )
    assert ladder.summary(clock.move(hours=25)) is None


def test_a_clock_that_is_set_back_does_not_stop_the_recovery() -> None:
    """The patience with a silent modem ends when it would have, and not a day later."""
    now = datetime(2026, 3, 2, 12, tzinfo=UTC)
    ladder = Ladder()
    for _ in range(4):
        ladder.failed("silent", now)
        step = ladder.next(ALL, now)
        assert step == "reopen"
        ladder.taken(step, now)
        now += timedelta(seconds=4)
    ladder.clock_jumped(-timedelta(days=1))
    now += timedelta(seconds=30) - timedelta(days=1)
    ladder.failed("silent", now)
    assert ladder.next(ALL, now) in HIGHER
