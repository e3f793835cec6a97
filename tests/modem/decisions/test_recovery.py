"""The recovery ladder: what is tried with a modem that is silent or answers nothing, how far, and how often."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
import structlog

from modemd.errors import PortBlocked, StoreError
from modemd.records import Network
from tests.backends.scripted import Fails, Silent

DAY_S = 86400.0


def power(script: Any) -> list[str]:
    return [line.removeprefix("power ") for line in script.sent if line.startswith("power")]


def silent(house: Any, script: Any) -> None:
    """It falls silent, which the next request finds."""
    script.ailing = True
    house.ussd("*111#")


@pytest.mark.parametrize(
    ("recovery", "steps"),
    [("reopen", []), ("reset", ["reset"]), ("usb", ["reset", "usb"])],
)
def test_as_far_as_it_is_allowed(house: Any, script: Any, recovery: str, steps: list[str]) -> None:
    """Mildest first, each once an hour at most; a modem that stays silent is opened again for ever. One that says
    nothing would not hear of its radio."""
    house.open(recovery=recovery)
    silent(house, script)
    for _ in range(50):
        house.advance(60)
    assert power(script) == steps
    for _ in range(50):
        house.advance(60)
    assert power(script) == steps * 2
    kept = house.store.recovery_steps("imei:860000000000017")
    assert {record.step for record in kept} - {"reopen"} == set(steps)
    assert "opened again" in (house.worker.snapshot.recovery or "")
    assert house.state == "failed"
    script.ailing = False
    house.advance(120)
    assert house.state == "ready"


def test_what_helped_goes_first(house: Any, script: Any) -> None:
    """The step behind which the modem answered again is remembered of it, across restarts."""
    script.power_mends = frozenset({"usb"})
    house.open(recovery="usb")
    silent(house, script)
    for _ in range(30):
        house.advance(60)
    assert (house.state, power(script)[-1]) == ("ready", "usb")
    assert "(helped)" in (house.worker.snapshot.recovery or "")
    house.worker.stop()
    script.sent.clear()
    house.open(recovery="usb").advance(2 * DAY_S)
    silent(house, script)
    for _ in range(10):
        house.advance(60)
    assert power(script)[0] == "usb"


@pytest.mark.parametrize("apart_s", [90, 6 * 3600], ids=["by hand", "by the schedule"])
def test_three_queries_without_an_answer(house: Any, script: Any, apart_s: float) -> None:
    """A registered modem that answers everything but USSD: opened again, then its radio switched off and on."""
    script.ussd["*"] = Silent()
    script.power_mends, script.cured = frozenset({"cfun"}), {"*": "Balance 12.50"}
    house.open(recovery="reset")
    for _ in range(4):
        assert house.balance().error == "no answer"
        house.advance(apart_s)
    assert power(script) == ["cfun"]
    assert house.balance().error is None
    assert "(helped)" in (house.worker.snapshot.recovery or "")
    assert house.store.pending_undo("home", "radio") is None


@pytest.mark.parametrize("why", ["no network", "denied", "PIN", "blocked", "absent", "refused"])
def test_what_is_no_fault_of_the_modem(house: Any, script: Any, why: str) -> None:
    """A dead zone, a SIM that asks for something, another program, a cable: no step, however long."""
    if why in ("no network", "denied"):
        script.network = Network(registered=False, denied=why == "denied")
    script.sim_error = "sim pin" if why == "PIN" else None
    script.held_by = "ModemManager" if why == "blocked" else None
    script.present = why != "absent"
    script.ussd["*"] = Fails("network timeout")
    house.open(recovery="usb")
    for _ in range(8):
        house.balance()
        house.advance(120)
    assert power(script) == []
    assert house.store.recovery_subject("home") is None


def test_the_only_link_is_spared(house: Any, script: Any) -> None:
    """A modem that carried the machine's way out is not reset, also when that is down by then; it says so."""
    script.uplink = "wwan0"
    house.open(recovery="usb")
    script.uplink = None
    silent(house, script)
    for _ in range(30):
        house.advance(60)
    assert power(script) == []
    assert "wwan0" in (house.worker.snapshot.recovery or "")
    assert "recovery_on_uplink" in (house.worker.snapshot.recovery or "")


def test_no_reset_without_a_memory(house: Any, script: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the store cannot write (a full disk): a loop of restarts would reset for ever."""

    def full(*_args: object) -> None:
        raise StoreError("the disk is full: free some space")

    house.open(recovery="usb")
    monkeypatch.setattr(house.store, "save_recovery_step", full)
    silent(house, script)
    for _ in range(30):
        house.advance(60)
    assert (power(script), house.worker.is_alive()) == ([], True)


def test_what_was_left_off_is_switched_on_first(house: Any, script: Any) -> None:
    """A daemon that was killed between off and on."""
    house.store.note_pending_undo("home", "radio", "860000000000017")
    house.open()
    assert script.sent == ["undo radio", "open"]
    assert house.store.pending_undo("home", "radio") is None


def test_another_modems_radio_is_not_ours(house: Any, script: Any) -> None:
    house.store.note_pending_undo("home", "radio", "860000000000099")
    house.open()
    assert script.sent == ["open"]
    assert house.store.pending_undo("home", "radio") == "860000000000099"


def test_a_radio_that_somebody_else_switched_off(house: Any, script: Any) -> None:
    """Said, and left alone; when it is on again, so is the modem."""
    script.network, script.radio_off = Network(registered=False), "the radio is off: switch it on"
    house.open(recovery="usb")
    house.advance(300)
    assert (house.state, house.error, power(script)) == ("offline", "the radio is off: switch it on", [])
    script.network, script.radio_off = Network(registered=True), None
    house.advance(60)
    assert house.state == "ready"


def test_a_sim_that_stays_busy(house: Any, script: Any) -> None:
    """For ten minutes that is patience, then an illness."""
    script.sim_error = "busy"
    house.open(recovery="reset")
    for _ in range(9):
        house.advance(60)
    assert "close" not in script.sent
    for _ in range(3):
        house.advance(60)
    assert (script.sent.count("close"), power(script)) == (1, [])
    for _ in range(15):
        house.advance(60)
    assert power(script)[:1] == ["cfun"]


def test_opening_again_takes_longer_each_time(house: Any, script: Any) -> None:
    """1 s, 2, 4, ... to a minute: a modem that is held by another program is not asked for all day."""
    tries: list[float] = []

    def held() -> None:
        tries.append(house.clock.monotonic())
        raise PortBlocked("ModemManager holds it: stop it")

    script.opens = held
    house.open()
    for _ in range(10):
        house.advance(60)
    pauses = [after - before for before, after in itertools.pairwise(tries)]
    assert (house.state, house.error) == ("blocked", "ModemManager holds it: stop it")
    assert pauses[0] <= 1.2
    assert 48 <= pauses[-1] <= 72
    assert all(before <= after * 1.5 for before, after in itertools.pairwise(pauses))


def test_why_it_cannot_be_used_is_logged_once(house: Any, script: Any) -> None:
    """Not at each try, whichever of its ports it is and whoever holds it; again once it has worked in between."""

    def blocked() -> None:
        number = script.looked_for
        raise PortBlocked(f"/dev/ttyUSB{number % 2} is in use by minicom (pid {number}): stop it")

    script.opens = blocked
    with structlog.testing.capture_logs() as logged:
        house.open()
        house.advance(3 * 3600.0)
        assert script.looked_for > 100
        reasons = [line["reason"] for line in logged if line["event"] == "modem unusable"]
        assert len(reasons) == 1
        script.opens = lambda: None
        house.advance(120.0)
        assert house.state == "ready"
        script.opens = blocked
        silent(house, script)
        house.advance(3600.0)
    reasons = [line["reason"] for line in logged if line["event"] == "modem unusable"]
    assert (len(reasons), sum("minicom" in reason for reason in reasons)) == (3, 2)


def test_a_modem_that_is_plugged_in_is_found_at_once(house: Any, script: Any) -> None:
    """Whatever the pause before the next try."""
    script.present = False
    house.open().advance(600)
    script.present = True
    house.advance(4)
    assert house.state == "ready"
