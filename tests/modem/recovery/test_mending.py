"""The recovery ladder on a scripted modem: what is sent, what is owed, and who is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, UssdQuery, Worker
from modemd.records import Measurement
from modemd.store import Store


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


def test_a_silent_modem_is_reset_blindly_and_found_again(
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, store: Store
) -> None:
    """Three openings, then its reset command into the silent port; it comes back as another node, and the step is
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
    kept = {record.step: record for record in store.recovery_steps("imei:860000000000017")}
    assert (kept["reset"].tried, kept["reset"].helped) == (1, 1)
    assert peer.commands.count("AT+CFUN=1,1") == 1
    socket.peer.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    assert balance(worker).reading.balance == Decimal("12.50")


def test_a_mad_modem_is_healed_by_its_radio(
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, store: Store
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
    assert store.pending_undo("home", "radio") is None


def test_who_asks_while_a_rung_runs_is_told_at_once(
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, power_times: PowerTimes
) -> None:
    """A modem that is being reset answers "busy" with the reason in milliseconds, and keeps nobody waiting for it."""
    slow = replace(power_times, gone_s=30.0, back_s=30.0)
    worker = start(str(socket.link), wait="absent", paces=ladder_paces, power=slow, recovery="reset")
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


def test_a_radio_that_was_left_off_is_switched_on_first(
    peer: Any, start: Any, store: Store, ladder_paces: Paces
) -> None:
    """A daemon that was killed between off and on: the next one switches on before it asks for the SIM."""
    store.note_pending_undo("home", "radio", "860000000000017")
    states = ["4"]
    peer.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
    peer.answers["AT+CFUN=1"] = took(states)
    start(peer.path, paces=ladder_paces)
    assert states == ["4", "1"]
    assert store.pending_undo("home", "radio") is None
    assert peer.commands.index("AT+CFUN=1") < peer.commands.index("AT+CPIN?")


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


def test_one_that_hangs_delays_no_other(
    socket: Any, make_peer: Any, start: Any, watch: Any, ladder_paces: Paces, power_times: PowerTimes
) -> None:
    """While one modem is being reset, another answers as if nothing were."""
    slow = replace(power_times, gone_s=30.0, back_s=30.0)
    peer, other = socket.plug(), make_peer()
    hung = start(str(socket.link), paces=ladder_paces, power=slow, recovery="reset")
    well = start(other.path, wait=None, name="well", paces=ladder_paces)
    other.ussd("OK", '+CUSD: 0,"Balance 12.50",15')
    mute(peer)
    hung.submit(UssdQuery(code="*111#", timeout_s=0.3)).result(10)
    assert peer.heard("AT+CFUN=1,1", within_s=15)
    began = time.monotonic()
    assert balance(well).reading.balance == Decimal("12.50")
    assert time.monotonic() - began < 2


def test_a_hundred_replugs_leave_nothing_behind(
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, fast: Timeouts
) -> None:
    """Unplugged in the middle of its opening, now and then when it is ready; each time seen at once and found again
    under another number. No thread and no descriptor stays, and the last one answers."""
    quick = replace(fast, silence_s=0.002, line_gap_s=0.02)
    worker = start(str(socket.link), wait="absent", paces=replace(ladder_paces, reopen_min_s=0.002), timeouts=quick)
    counts = []
    for cycle in range(100):
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
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, store: Store
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
    assert store.pending_undo("home", "radio") == "860000000000017"
    states = ["4"]

    def prepare(again: Any) -> None:
        again.answers["AT+CFUN?"] = lambda _command: (f"+CFUN: {states[-1]}", "OK")
        again.answers["AT+CFUN=1"] = took(states)

    socket.plug(prepare)
    assert watch.state("ready")
    assert states == ["4", "1"]
    assert store.pending_undo("home", "radio") is None


def test_stopped_while_the_radio_is_off(
    socket: Any, start: Any, watch: Any, ladder_paces: Paces, power_times: PowerTimes, store: Store
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
    slow = replace(power_times, radio_off_s=30.0)
    worker = start(
        str(socket.link), paces=ladder_paces, power=slow, recovery="reset", reply_timeout_s=0.1, quarantine_s=0.0
    )
    for _ in range(3):
        assert balance(worker).error == "no answer"
    assert watch.wait_for(lambda w: "opened again once" in (w.snapshots[-1].recovery or ""))
    balance(worker)
    assert peer.heard("AT+CFUN=4")
    assert store.pending_undo("home", "radio") is not None
    began = time.monotonic()
    worker.stop()
    assert time.monotonic() - began < 3
    assert not worker.is_alive()
    assert states == ["1", "4", "1"]
    assert store.pending_undo("home", "radio") is None
