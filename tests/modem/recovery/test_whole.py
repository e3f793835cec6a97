"""The whole ladder on a simulated modem of a made-up machine: what each step heals, and what is not touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.timeouts import PowerTimes, Timeouts
from modemd.modem.recovery.ladder import Limits
from modemd.modem.timeouts import Paces
from modemd.modem.worker import BalanceQuery, UssdQuery, Worker
from modemd.simulator.machine import Machine
from modemd.store import Store

MODEM = """
[modem]
profile = "quectel"
ports = ["diag", "nmea", "at", "at2"]
net = true
plmn = "25001"
restart_time = "0.2s"

[[ussd]]
code = "*100#"
replies = ["Balance 12.50"]
"""


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    with Machine(tmp_path / "machine") as made:
        monkeypatch.setenv("MODEMD_SYSROOT", str(made.root))
        yield made


@pytest.fixture
def power_times() -> PowerTimes:
    return PowerTimes(
        radio_off_s=0.05, radio_s=2.0, reset_s=0.5, drain_s=0.2, gone_s=2.0, back_s=10.0, look_s=0.02, usb_off_s=0.1
    )


@pytest.fixture
def quick(paces: Paces) -> Paces:
    return replace(paces, reopen_min_s=0.02, reopen_max_s=0.05, watch_s=0.02, ladder=Limits(patience_s=0.0))


@pytest.fixture
def begin(start: Callable[..., Worker], quick: Paces, fast: Timeouts, watch: Any) -> Callable[..., Worker]:
    def make(**changes: Any) -> Worker:
        impatient = replace(fast, probes=1, probe_s=0.1)
        options: dict[str, Any] = {"paces": quick, "timeouts": impatient, "reply_timeout_s": 0.1, "quarantine_s": 0.0}
        return start("auto", **(options | changes))

    return make


def ask(worker: Worker) -> tuple[str | None, Decimal | None]:
    row = worker.submit(BalanceQuery()).result(15)
    return row.error, row.reading.balance


def steps_of(store: Store) -> dict[str, tuple[int, int]]:
    subject = store.recovery_subject("home")
    return {record.step: (record.tried, record.helped) for record in store.recovery_steps(subject or "")}


@pytest.mark.parametrize(
    ("until", "wanted"),
    [
        ("cfun", {"cfun": (1, 1)}),
        ("reset", {"cfun": (1, 0), "reset": (1, 1)}),
        ("usb", {"cfun": (1, 0), "reset": (1, 0), "usb": (1, 1)}),
    ],
)
def test_a_mad_modem_is_healed_by_the_rung_that_it_needs(
    box: Machine, begin: Callable[..., Worker], store: Store, watch: Any, until: Any, wanted: dict[str, tuple[int, int]]
) -> None:
    """One step a query without an answer, each once, until the balance comes; what helped is known of the device."""
    modem = box.plug(MODEM)
    worker = begin(recovery="usb")
    assert ask(worker) == (None, Decimal("12.50"))
    modem.mad(until)
    for _ in range(12):
        if ask(worker)[1] is not None:
            break
        assert watch.state("ready", 15)
    assert ask(worker) == (None, Decimal("12.50"))
    kept = steps_of(store)
    assert {step: counts for step, counts in kept.items() if step != "reopen"} == wanted
    assert (box.folder(modem) / "authorized").read_text(encoding="ascii").strip() == "1"
    assert [store.pending_undo("home", act) for act in ("radio", "authorized")] == [None, None]


def test_a_hung_firmware_is_taken_off_the_bus(
    box: Machine, begin: Callable[..., Worker], store: Store, watch: Any, power_times: PowerTimes
) -> None:
    """It takes no reset any more: the last step brings it back, under whatever numbers."""
    modem = box.plug(MODEM, numbers="next")
    worker = begin(recovery="usb", power=replace(power_times, gone_s=0.3))
    modem.hang()
    worker.submit(UssdQuery(code="*111#", timeout_s=0.2)).result(15)
    assert watch.wait_for(lambda w: "bus and put back" in (w.snapshots[-1].recovery or ""), 20)
    assert watch.state("ready", 15)
    assert ask(worker) == (None, Decimal("12.50"))
    assert (steps_of(store)["reset"], steps_of(store)["usb"]) == ((1, 0), (1, 1))


def test_the_modem_that_carries_the_way_out_keeps_its_link(
    box: Machine, begin: Callable[..., Worker], store: Store, watch: Any
) -> None:
    """A default route through its network card: mad for ever, and only opened again, until the user gives leave."""
    modem = box.plug(MODEM)
    box.route("wwan0")
    worker = begin(recovery="usb")
    modem.mad("cfun")
    for _ in range(6):
        assert ask(worker)[0] == "no answer"
        assert watch.state("ready")
    assert "wwan0" in (worker.snapshot.recovery or "")
    assert set(steps_of(store)) <= {"reopen"}
    worker.stop()
    worker = begin(recovery="usb", recovery_on_uplink=True)
    for _ in range(8):
        if ask(worker)[1] is not None:
            break
        assert watch.state("ready", 15)
    assert steps_of(store)["cfun"] == (1, 1)


def test_a_device_left_off_the_bus_by_a_kill_is_put_back(
    box: Machine, begin: Callable[..., Worker], store: Store, watch: Any
) -> None:
    """The daemon was killed between 0 and 1: the next one writes the 1 before it looks for the port."""
    modem = box.plug(MODEM)
    folder = box.folder(modem)
    store.note_pending_undo("home", "authorized", str(folder))
    (folder / "authorized").write_text("0", encoding="ascii")
    assert modem.wait_for(lambda it: not it.plugged)
    begin(recovery="reopen")
    assert modem.plugged
    assert store.pending_undo("home", "authorized") is None
