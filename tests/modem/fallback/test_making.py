"""For one query from LTE to UMTS or GSM, and back: the exact commands, and what they brought."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from modemd.backends.at.timeouts import Timeouts
from modemd.records import Cause
from modemd.store import Store

IMEI = "860000000000017"
NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def test_each_make(each_make: Any, bench: Callable[..., Any]) -> None:
    """+CUSD: 4 on LTE: UMTS, the answer, and the setting as it was, each with the make's documented command."""
    b = bench(each_make)
    trip = b.query()
    assert trip.answer is not None
    assert (trip.answer.text, trip.rat, trip.hint) == ("Balance 5", "UMTS", None)
    assert b.device.switches == ["UMTS", "back"]
    assert b.device.setting == each_make.own
    assert b.store.rats_to_put_back() == {}
    note = b.store.last_fallback("iccid:1")
    assert note is not None
    assert (note.at, note.rat, note.outage_s) == (NOW, "UMTS", trip.outage_s)
    assert trip.outage_s is not None
    assert 0 <= trip.outage_s <= 3


def test_every_transport(
    everywhere: Any,
    named: Any,
    new_device: Any,
    new_bench: Any,
    new_backend: Any,
    limits: Any,
    fast: Timeouts,
    tmp_path: Path,
) -> None:
    """However the octets come, and between the chatter of every make, the setting comes back as it was."""
    stores: list[Store] = []
    huawei = named("huawei")
    lock = threading.Lock()

    def check(peer: Any) -> None:
        with lock:
            stores.append(Store(tmp_path / str(len(stores))))
            store = stores[-1]
        device = new_device(peer, huawei)
        backend = new_backend(peer.path, replace(fast, final_s=3.0, line_gap_s=0.3))
        try:
            trip = new_bench(device, backend, store, limits=replace(limits, total_s=20.0, search_s=8.0)).query()
        finally:
            backend.close()
        assert trip.rat == "UMTS"
        assert (device.switches, device.setting) == (["UMTS", "back"], huawei.own)
        assert store.rats_to_put_back() == {}

    try:
        everywhere(check)
    finally:
        for store in stores:
            store.close()


def test_on_the_disk_before_the_command(bench: Callable[..., Any]) -> None:
    """The setting is saved when the first command arrives, and still there when the one that puts it back does."""
    b = bench()
    saved: list[dict[str, str]] = []
    for command in (b.device.make.commands["UMTS"], b.device.make.commands["back"]):
        answer = b.device.peer.answers[command]

        def spy(line: str, answer: Any = answer) -> Any:
            saved.append(b.store.rats_to_put_back())
            return answer(line)

        b.device.peer.answers[command] = spy
    b.query()
    assert saved == [{IMEI: "AT+WS46? 31"}] * 2


def test_second_generation_when_the_third_is_gone(bench: Callable[..., Any]) -> None:
    """A modem that finds no UMTS cell goes on to GSM, and the next time begins there."""
    b = bench()
    b.device.networks.remove("UMTS")
    assert b.query().rat == "GSM"
    assert b.device.switches == ["UMTS", "GSM", "back"]
    b.now += timedelta(hours=6)
    assert b.query().rat == "GSM"
    assert b.device.switches[3:] == ["GSM", "back"]
    assert b.device.setting == b.device.make.own


def test_what_the_network_lacks_is_skipped(bench: Callable[..., Any]) -> None:
    """A German SIM has no UMTS network: GSM at once."""
    b = bench(prepare=lambda device: device.peer.answers.update({"AT+CIMI": ("262011234567890", "OK")}))
    assert b.query().rat == "GSM"
    assert b.device.switches == ["GSM", "back"]


def test_no_answer_anywhere(bench: Callable[..., Any]) -> None:
    """+CUSD: 4 on all RATs: both were tried, the setting is back, and the hint says so."""
    b = bench(ussd_on=())
    trip = b.query()
    assert (trip.rat, len(b.asked)) == (None, 2)
    assert trip.answer is not None
    assert trip.answer.error == "not supported"
    assert trip.hint is not None
    assert "neither on LTE nor on 3G or 2G" in trip.hint
    assert (b.device.switches, b.device.setting) == (["UMTS", "GSM", "back"], b.device.make.own)


def test_silence(bench: Callable[..., Any]) -> None:
    """Silence on LTE, and on UMTS: the setting is back all the same."""
    b = bench(ussd_on=("GSM",))
    b.device.no_ussd = ("OK",)
    trip = b.query()
    assert trip.rat == "GSM"
    assert (b.device.switches, b.device.setting) == (["UMTS", "GSM", "back"], b.device.make.own)


def test_no_network_at_all(bench: Callable[..., Any]) -> None:
    """Neither UMTS nor GSM is found: nothing is dialled there, and the setting is back."""
    b = bench()
    b.device.networks = ["LTE"]
    trip = b.query()
    assert (trip.answer, b.asked) == (None, [])
    assert trip.hint is not None
    assert "found no 3G or 2G" in trip.hint
    assert (b.device.switches, b.device.setting) == (["UMTS", "GSM", "back"], b.device.make.own)


def test_time_is_bounded(bench: Callable[..., Any]) -> None:
    """No new step is begun when only the time for the way back is left."""
    b = bench()
    b.device.networks = ["LTE"]
    b.limits = replace(b.limits, total_s=1.1, reserve_s=0.5, search_s=5.0)
    trip = b.query()
    assert b.device.switches == ["UMTS", "back"]
    assert trip.outage_s is not None
    assert trip.outage_s < 3
    assert b.device.setting == b.device.make.own


def test_modem_that_says_ok_and_does_nothing(bench: Callable[..., Any]) -> None:
    """OK without effect is seen in the read-back: nothing is dialled as if it were on UMTS."""
    b = bench()
    b.device.ignores = {"UMTS", "GSM"}
    trip = b.query()
    assert (trip.answer, b.asked) == (None, [])
    assert trip.hint is not None
    assert "does not heed" in trip.hint
    assert (b.device.setting, b.store.rats_to_put_back()) == (b.device.make.own, {})


def test_modem_that_refuses(bench: Callable[..., Any]) -> None:
    """Refused commands change nothing, so nothing is put back."""
    b = bench()
    for what in ("UMTS", "GSM"):
        b.device.peer.answers[b.device.make.commands[what]] = ("+CME ERROR: 3",)
    trip = b.query()
    assert trip.answer is None
    assert b.device.switches == ["UMTS", "GSM"]
    assert b.store.rats_to_put_back() == {}


def test_band_that_is_not_written(bench: Callable[..., Any], named: Any) -> None:
    """Firmware that says OK to the band it shows and writes nothing gets the form that leaves the bands alone."""
    huawei = named("huawei")
    b = bench(huawei)
    b.device.ignores = {"UMTS", "back"}
    own = huawei.own

    def other(setting: str) -> Callable[[str], tuple[str, ...]]:
        def answer(_command: str) -> tuple[str, ...]:
            b.device.setting = setting
            return ("OK",)

        return answer

    b.device.peer.answers['AT^SYSCFGEX="02",40000000,2,4,40000000,,'] = other(huawei.values["UMTS"])
    b.device.peer.answers['AT^SYSCFGEX="030201",40000000,2,4,40000000,,'] = other(own)
    assert b.query().rat == "UMTS"
    assert b.device.setting == own
    assert b.store.rats_to_put_back() == {}


def test_restore_that_is_ignored(bench: Callable[..., Any]) -> None:
    """A modem that keeps the other RAT: the answer is given, the fault is said with its cure, the setting stays on the
    disk, no further fall-back begins, and the next opening puts it back."""
    b = bench()
    b.device.ignores = {"back"}
    trip = b.query()
    assert trip.answer is not None
    assert trip.answer.text == "Balance 5"
    assert trip.hint is not None
    assert b.device.make.commands["back"] in trip.hint
    assert b.store.rats_to_put_back() == {IMEI: "AT+WS46? 31"}
    failed = replace(trip.answer, text=None, error="not supported", cause=Cause.NOT_SUPPORTED)
    b.now += timedelta(days=1)
    b.device.peer.answers["AT+COPS?"] = ('+COPS: 0,0,"Test",7', "OK")
    assert "still to be put back" in (b.query(failed).hint or "")
    b.device.ignores = set()
    assert b.recover() is None
    assert (b.device.setting, b.store.rats_to_put_back()) == (b.device.make.own, {})


def test_slow_setting(bench: Callable[..., Any]) -> None:
    """A setting that changes a moment after its OK is looked at once more, not set again."""
    b = bench()
    shown = ["31", "31", "22", "22", "31"]
    b.device.peer.answers[b.device.make.read] = [(f"+WS46: {value}", "OK") for value in shown]
    assert b.query().rat == "UMTS"
    assert b.device.switches == ["UMTS", "back"]
