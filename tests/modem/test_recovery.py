"""The recovery ladder: what is tried next, how often, and what is learned from it; then on a scripted modem."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.errors import StoreError
from modemd.modem.healing.recovery import HIGHER, Fault, Ladder, Limits, allowed
from modemd.modem.timeouts import Paces, PowerTimes, Timeouts
from modemd.modem.worker import BalanceQuery, UssdQuery, Worker
from modemd.records import Measurement, Rung, RungRecord
from modemd.store import Store

ALL = allowed("usb")


def ill(
    ladder: Ladder, clock: Any, rungs: tuple[Rung, ...] = ALL, *, times: int = 1, every_s: float = 30.0
) -> list[Any]:
    """The modem stays silent, and each rung that the ladder names is tried: their names."""
    tried = []
    for _ in range(times):
        ladder.failed("silent", clock.now)
        rung = ladder.next(rungs, clock.now)
        tried.append(rung)
        if rung is not None:
            ladder.taken(rung, clock.now)
        clock.move(seconds=every_s)
    return tried


def heal_by(ladder: Ladder, rung: Rung, clock: Any) -> None:
    """Silent until this rung is tried, and well behind it."""
    while ill(ladder, clock) != [rung]:
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
    """No AT+CFUN into a modem that answers nothing; between two rungs it has time to come back."""
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
        assert not ladder.mad
    tried = []
    for _ in range(5):
        ladder.unanswered()
        assert ladder.mad
        tried.append(ladder.next(ALL, clock.now, fault="mad"))
        if tried[-1] is None:
            break
        ladder.failed("mad", clock.now)
        assert ladder.next(ALL, clock.now) == tried[-1]
        ladder.taken(tried[-1], clock.now)
        assert not ladder.mad  # until the next query
        ladder.opened(clock.move(minutes=1))
    assert tried == ["reopen", "cfun", "reset", "usb", None]


def test_an_answer_ends_the_madness(clock: Any) -> None:
    """Only queries in a row count."""
    ladder = Ladder()
    for _ in range(10):
        ladder.unanswered()
        ladder.unanswered()
        ladder.answered(clock.now)
        assert not ladder.mad


def test_a_modem_without_ussd_is_opened_once(clock: Any) -> None:
    """With the defaults a network that never answers costs one opening, not one a query."""
    ladder = Ladder()
    for _ in range(3):
        ladder.unanswered()
    ladder.failed("mad", clock.now)
    ladder.taken("reopen", clock.now)
    ladder.opened(clock.now)
    for _ in range(20):
        ladder.unanswered()
        assert ladder.next(allowed("reopen"), clock.move(hours=6), fault="mad") is None


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
    """A rung rests 1 h, then 2, 4, 8 h while it does not help; one that never helped in five tries once a day."""
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
    kept: dict[str, RungRecord] = {}
    resets = 0
    begun = clock.now
    while clock.now - begun < timedelta(hours=12):
        ladder = Ladder(kept.values())
        resets += ill(ladder, clock, ("escape", "reopen", "reset"), times=5, every_s=15.0).count("reset")
        kept |= {record.rung: record for record in ladder.unsaved()}
    assert resets == 4  # at 0, 1, 3 and 7 h


def test_a_rung_that_helps_may_come_again_after_an_hour(clock: Any) -> None:
    """The rest does not grow while the rung helps, and is never shorter than an hour."""
    ladder = Ladder()
    rungs: tuple[Rung, ...] = ("escape", "reopen", "reset")
    at = []
    begun = clock.now
    while clock.now - begun < timedelta(hours=10):
        if ill(ladder, clock, rungs, every_s=30.0) == ["reset"]:
            at.append(clock.now)
            ladder.opened(clock.now)
            ladder.answered(clock.now)
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(at)]
    assert len(gaps) >= 8
    assert all(3600 <= gap <= 3900 for gap in gaps)


def test_a_day_of_health_forgives(clock: Any) -> None:
    """After 24 h without a fault the rests begin at one hour again."""
    ladder = Ladder()
    rungs: tuple[Rung, ...] = ("escape", "reopen", "reset")
    while ladder.summary(clock.now) is None or "3 times in all" not in (ladder.summary(clock.now) or ""):
        ill(ladder, clock, rungs, every_s=300.0)
    ladder.opened(clock.now)
    ladder.answered(clock.now)
    clock.move(hours=25)
    assert ill(ladder, clock, rungs, times=4) == ["reopen", "reopen", "reopen", "reset"]
    ladder.unsaved()
    clock.move(minutes=62)
    assert "reset" in ill(ladder, clock, rungs, times=4)


def test_a_clock_that_was_set_back_bars_nothing_for_ever(clock: Any) -> None:
    """A Pi without a clock may have noted a time in the far future: the rung rests its hour from now."""
    far = clock.now + timedelta(days=4000)
    ladder = Ladder([RungRecord(rung="reset", tried=1, last_at=far, next_at=far + timedelta(hours=1), hold_s=3600.0)])
    rungs: tuple[Rung, ...] = ("escape", "reopen", "reset")
    assert "reset" not in ill(ladder, clock, rungs, times=10)
    clock.move(hours=2)
    assert ill(ladder, clock, rungs) == ["reset"]


@given(
    events=st.lists(
        st.sampled_from(["silent", "mad", "busy", "absent", "opened", "answered", "unanswered", "wait"]), max_size=80
    ),
    recovery=st.sampled_from(["reopen", "reset", "usb"]),
)
def test_no_rung_outside_its_limits(events: list[str], recovery: str) -> None:
    """Whatever happens in whatever order: only what is permitted, each higher rung at most once an hour."""
    ladder, now = Ladder(), datetime(2024, 5, 1, tzinfo=UTC)
    last: dict[Rung, datetime] = {}
    faults: dict[str, Fault | None] = {"silent": "silent", "mad": "mad", "busy": "busy", "absent": None}
    for event in events:
        now += timedelta(seconds=40)
        if event in faults:
            ladder.failed(faults[event], now)
            rung = ladder.next(allowed(recovery), now)
            assert rung is None or rung in allowed(recovery)
            if rung in HIGHER:
                assert faults[event] is not None
                assert rung not in last or now - last[rung] >= timedelta(hours=1)
                last[rung] = now
            if rung is not None:
                ladder.taken(rung, now)
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
    assert [(record.rung, record.tried, record.helped) for record in kept if record.rung != "reopen"] == [
        ("reset", 1, 0),
        ("usb", 1, 1),
    ]
    clock.move(hours=30)
    assert ill(Ladder(kept), clock, times=4) == ["reopen", "reopen", "reopen", "usb"]


def test_what_never_helped_goes_last(clock: Any) -> None:
    """Five resets in vain: the bus is tried before the next one."""
    vain = RungRecord(rung="reset", tried=5, last_at=clock.now - timedelta(days=3), hold_s=86400.0)
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


# --- on a scripted modem

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
def ladder_paces(paces: Paces) -> Paces:
    """As fast as the other tests, with a ladder that has no patience."""
    return replace(
        paces, reopen_min_s=0.01, reopen_max_s=0.02, watch_s=0.01, ladder=Limits(patience_s=0.0), power=QUICK
    )


@pytest.fixture
def fast(fast: Timeouts) -> Timeouts:
    """One look at a silent modem is enough here."""
    return replace(fast, probes=1, probe_s=0.08)


def took(states: list[str]) -> Callable[[str], tuple[str, ...]]:
    """Answers a command with OK and keeps its last digit."""

    def answer(command: str) -> tuple[str, ...]:
        states.append(command[-1])
        return ("OK",)

    return answer


def mute(peer: Any) -> None:
    """It hears and answers nothing."""
    peer.answers = {"*": ()}


def balance(worker: Worker, **options: Any) -> Measurement:
    result = worker.submit(BalanceQuery(**options)).result(15)
    assert isinstance(result, Measurement)
    return result


def test_the_default_only_opens_again(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """A modem that stays silent is opened for ever and told nothing that would interrupt it; the line counts."""
    worker = start(str(socket.link), wait="absent", paces=ladder_paces)
    peer = socket.plug()
    assert watch.state("ready")
    mute(peer)
    assert worker.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10).error == "no answer"
    assert watch.wait_for(lambda w: "opened again 5 times" in (w.snapshots[-1].recovery or ""), 15)
    assert not [line for line in peer.commands if "CFUN=" in line or "RESET" in line]
    assert [record.rung for record in store.rungs("imei:860000000000017")] == []


def test_a_silent_modem_is_reset_blindly_and_found_again(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """Three openings, then its reset command into the silent port; it comes back as another node, and the rung is
    remembered of the device as one that helped."""
    worker = start(str(socket.link), wait="absent", paces=ladder_paces, recovery="reset")
    peer = socket.plug()
    assert watch.state("ready")
    mute(peer)

    def restart(_command: str) -> tuple[()]:
        socket.come_back()
        return ()

    peer.answers["AT+CFUN=1,1"] = restart
    assert worker.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10).error == "no answer"
    assert watch.wait_for(lambda w: "UTC (helped)" in (w.snapshots[-1].recovery or ""), 15)
    assert (worker.snapshot.state, socket.lives) == ("ready", 2)
    assert "reset" in (worker.snapshot.recovery or "")
    kept = {record.rung: record for record in store.rungs("imei:860000000000017")}
    assert (kept["reset"].tried, kept["reset"].helped) == (1, 1)
    assert peer.commands.count("AT+CFUN=1,1") == 1
    socket.peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert balance(worker).reading.balance == Decimal("12.50")


def test_a_mad_modem_is_healed_by_its_radio(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """AT answers, three balance queries do not: the port is opened, then the radio switched off and on, once."""
    peer = socket.plug()
    states = ["1"]

    def fun(command: str) -> tuple[str, ...]:
        states.append(command[-1])
        if command == "AT+CFUN=1":
            peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
        return ("OK",)

    peer.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
    peer.answers["AT+CFUN=4"] = peer.answers["AT+CFUN=1"] = fun
    peer.ussd("OK")
    quick = replace(ladder_paces, reopen_min_s=0.01)
    worker = start(str(socket.link), paces=quick, recovery="reset", reply_timeout_s=0.1, quarantine_s=0.0)
    for _ in range(3):
        assert balance(worker).error == "no answer"
    assert watch.wait_for(lambda w: "opened again once" in (w.snapshots[-1].recovery or ""))
    assert states == ["1"]
    row = balance(worker)
    assert row.error == "no answer"
    assert watch.wait_for(lambda w: "radio" in (w.snapshots[-1].recovery or "") and w.snapshots[-1].state == "ready")
    assert states == ["1", "4", "1"]
    assert balance(worker).reading.balance == Decimal("12.50")
    assert "radio switched off and on" in (worker.snapshot.recovery or "")
    assert "(helped)" in (worker.snapshot.recovery or "")
    assert store.owed("home", "radio") is None


def test_who_asks_while_a_rung_runs_is_told_at_once(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces
) -> None:
    """A modem that is being reset answers "busy" with the reason in milliseconds, and keeps nobody waiting for it."""
    slow = replace(ladder_paces, power=replace(QUICK, gone_s=30.0, back_s=30.0))
    worker = start(str(socket.link), wait="absent", paces=slow, recovery="reset")
    peer = socket.plug()
    assert watch.state("ready")
    mute(peer)
    worker.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10)
    assert peer.heard("AT+CFUN=1,1", within_s=15)
    assert watch.wait_for(lambda w: "is being reset" in (w.snapshots[-1].error or ""))
    began = time.monotonic()
    asked = worker.submit(UssdQuery(code="*100#")).result(1)
    row = worker.submit(BalanceQuery()).result(1)
    assert (asked.status, asked.error, row.error) == ("refused", "busy", "busy")
    assert "ask again in a minute" in (asked.hint or "")
    assert time.monotonic() - began < 1
    assert worker.alive_until > time.monotonic() + 60
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert not worker.is_alive()


def test_a_modem_that_carries_the_way_out_is_spared(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, monkeypatch: pytest.MonkeyPatch
) -> None:
    """recovery = "reset" does nothing above opening on the only link, also when it is down by then; it says so."""
    links = ["wwan0"]
    looked = threading.Event()

    def look(_path: str) -> str | None:
        looked.set()
        return links[-1] if links else None

    monkeypatch.setattr("modemd.modem.healing.healer.carries_uplink", look)
    worker = start(str(socket.link), wait="absent", paces=ladder_paces, recovery="reset")
    peer = socket.plug()
    assert watch.state("ready")
    assert looked.wait(5)
    links.clear()  # a hung modem's interface has lost its route
    mute(peer)
    worker.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10)
    assert watch.wait_for(lambda w: "opened again 5 times" in (w.snapshots[-1].recovery or ""), 15)
    assert "wwan0" in (worker.snapshot.recovery or "")
    assert "recovery_on_uplink" in (worker.snapshot.recovery or "")
    assert not [line for line in peer.commands if line.startswith("AT+CFUN=")]


def test_no_reset_without_a_memory(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store cannot write (a full disk), nothing is reset: a loop of restarts would reset for ever."""

    def full(*_args: object) -> None:
        raise StoreError("the disk is full: free some space")

    monkeypatch.setattr(store, "save_rung", full)
    worker = start(str(socket.link), wait="absent", paces=ladder_paces, recovery="reset")
    peer = socket.plug()
    assert watch.state("ready")
    mute(peer)
    worker.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10)
    assert watch.wait_for(lambda w: "opened again 3 times" in (w.snapshots[-1].recovery or ""), 15)
    assert peer.heard("AT", times=len(peer.commands) + 6, within_s=10)
    assert worker.is_alive()
    assert not [line for line in peer.commands if line.startswith("AT+CFUN=")]


def test_a_radio_that_was_left_off_is_switched_on_first(
    peer: Any, start: Any, store: Store, ladder_paces: Paces
) -> None:
    """A daemon that was killed between off and on: the next one switches on before it asks for the SIM."""
    store.owe("home", "radio", "860000000000017")
    states = ["4"]
    peer.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
    peer.answers["AT+CFUN=1"] = took(states)
    start(peer.path, paces=ladder_paces)
    assert states == ["4", "1"]
    assert store.owed("home", "radio") is None
    assert peer.commands.index("AT+CFUN=1") < peer.commands.index("AT+CPIN?")


def test_another_modems_radio_is_not_ours(peer: Any, start: Any, store: Store, ladder_paces: Paces) -> None:
    """What is owed to one IMEI is not paid to another."""
    store.owe("home", "radio", "860000000000099")
    peer.answers["AT+CFUN?"] = ("+CFUN: 4", "OK")
    start(peer.path, paces=ladder_paces)
    assert "AT+CFUN=1" not in peer.commands
    assert store.owed("home", "radio") == "860000000000099"


def test_a_radio_that_somebody_else_switched_off_stays_off(
    peer: Any, start: Any, watch: Any, ladder_paces: Paces
) -> None:
    """CFUN 4 that is not ours: state "offline" with the cause, nothing sent; when it is on again, so is the modem."""
    off = [True]
    peer.answers["AT+CFUN?"] = lambda _command: ("+CFUN: 4" if off[0] else "+CFUN: 1", "OK")
    peer.answers["AT+CREG?"] = lambda _command: ("+CREG: 0,0" if off[0] else "+CREG: 0,1", "OK")
    worker = start(peer.path, wait="offline", paces=ladder_paces, recovery="usb")
    assert watch.wait_for(lambda w: "AT+CFUN=4" in (w.snapshots[-1].error or ""))
    assert peer.heard("AT+CREG?", times=3)
    assert "AT+CFUN=4" in (worker.snapshot.error or "")
    assert not [line for line in peer.commands if line.startswith("AT+CFUN=")]
    off[0] = False
    assert watch.state("ready")
    assert worker.snapshot.error is None or "CFUN" not in worker.snapshot.error


def test_a_dead_zone_is_no_illness(peer: Any, start: Any, watch: Any, ladder_paces: Paces, store: Store) -> None:
    """Without a network nothing is tried, however often somebody asks."""
    peer.answers["AT+CREG?"] = ("+CREG: 0,2", "OK")
    worker = start(peer.path, wait="offline", paces=ladder_paces, recovery="usb")
    for _ in range(6):
        assert balance(worker).error == "not registered"
    assert worker.snapshot.recovery is None
    assert store.rungs_subject("home") is None
    assert not [line for line in peer.commands if line.startswith("AT+CFUN=")]


def test_one_that_hangs_delays_no_other(
    socket: Socket, make_peer: Any, start: Any, watch: Any, ladder_paces: Paces
) -> None:
    """While one modem is being reset, another answers as if nothing were."""
    slow = replace(ladder_paces, power=replace(QUICK, gone_s=30.0, back_s=30.0))
    peer, other = socket.plug(), make_peer()
    hung = start(str(socket.link), paces=slow, recovery="reset")
    well = start(other.path, wait=None, name="well", paces=ladder_paces)
    other.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    mute(peer)
    hung.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10)
    assert peer.heard("AT+CFUN=1,1", within_s=15)
    began = time.monotonic()
    assert balance(well).reading.balance == Decimal("12.50")
    assert time.monotonic() - began < 2


def test_five_hundred_replugs_leave_nothing_behind(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, fast: Timeouts
) -> None:
    """Unplugged in the middle of its opening, now and then when it is ready; each time seen at once and found again
    under another number. No thread and no descriptor stays, and the last one answers."""
    quick = replace(fast, silence_s=0.002, line_gap_s=0.02)
    worker = start(str(socket.link), wait="absent", paces=replace(ladder_paces, reopen_min_s=0.002), timeouts=quick)
    counts = []
    for cycle in range(500):
        peer = socket.plug()
        if cycle % 20:
            assert peer.heard("AT", within_s=8)
        else:
            assert watch.state("ready"), (cycle, watch.snapshots[-1])
            counts.append((threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))))
        socket.unplug()
        assert watch.state("absent"), (cycle, watch.snapshots[-1])
        peer.close()
        watch.snapshots.clear()
    assert len(set(counts[1:])) == 1, counts
    assert worker.is_alive()
    socket.plug().ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert watch.state("ready")
    assert balance(worker).text == "Balance 12.50"


def test_unplugged_while_it_is_being_healed(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """A device that goes away with its radio off has it switched on when it comes back, before anything else."""
    peer = socket.plug()
    peer.answers["AT+CFUN?"] = ("+CFUN: 1", "OK")

    def off(_command: str) -> tuple[()]:
        socket.unplug()
        return ()

    peer.answers["AT+CFUN=4"] = off
    peer.ussd("OK")
    worker = start(str(socket.link), paces=ladder_paces, recovery="reset", reply_timeout_s=0.1, quarantine_s=0.0)
    for _ in range(3):
        assert balance(worker).error == "no answer"
    assert watch.wait_for(lambda w: "opened again once" in (w.snapshots[-1].recovery or ""))
    balance(worker)
    assert watch.state("absent")
    assert store.owed("home", "radio") == "860000000000017"
    states = ["4"]

    def prepare(again: Any) -> None:
        again.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
        again.answers["AT+CFUN=1"] = took(states)

    socket.plug(prepare)
    assert watch.state("ready")
    assert states == ["4", "1"]
    assert store.owed("home", "radio") is None


def test_stopped_while_the_radio_is_off(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """SIGTERM in the middle of a radio cycle: it is switched on within the limit of a stop."""
    peer = socket.plug()
    states = ["1"]

    def fun(command: str) -> tuple[str, ...]:
        states.append(command[-1])
        return ("OK",)

    peer.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
    peer.answers["AT+CFUN=4"] = peer.answers["AT+CFUN=1"] = fun
    peer.ussd("OK")
    slow = replace(ladder_paces, power=replace(QUICK, radio_off_s=30.0))
    worker = start(str(socket.link), paces=slow, recovery="reset", reply_timeout_s=0.1, quarantine_s=0.0)
    for _ in range(3):
        assert balance(worker).error == "no answer"
    assert watch.wait_for(lambda w: "opened again once" in (w.snapshots[-1].recovery or ""))
    balance(worker)
    assert peer.heard("AT+CFUN=4")
    assert store.owed("home", "radio") is not None
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert not worker.is_alive()
    assert states == ["1", "4", "1"]
    assert store.owed("home", "radio") is None


def test_a_sim_that_stays_busy_is_opened_again(
    socket: Socket, start: Any, watch: Any, ladder_paces: Paces, fast: Timeouts
) -> None:
    """ "SIM busy" for too long is an illness; one that is over heals it."""
    peer = socket.plug()
    peer.answers["AT+CPIN?"] = ("+CME ERROR: 14",)
    impatient = replace(ladder_paces, poll_s=0.05, ladder=Limits(patience_s=0.0, busy_s=0.1))
    worker = start(
        str(socket.link),
        wait="sim",
        paces=impatient,
        timeouts=replace(fast, sim_s=0.02, sim_step_s=0.01),
        recovery="reset",
    )

    def restart(_command: str) -> tuple[()]:
        socket.come_back()
        return ()

    peer.answers["AT+CFUN=1,1"] = restart
    assert watch.wait_for(lambda w: "UTC (helped)" in (w.snapshots[-1].recovery or ""), 15)
    assert worker.snapshot.state == "ready"
    assert socket.lives == 2
