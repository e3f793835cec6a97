"""Whatever happens meanwhile, the modem has its own setting in the end, or the disk still knows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemd.errors import ModemError, PortLost
from modemd.store import Store

IMEI = "860000000000017"


def test_cancel(bench: Callable[..., Any]) -> None:
    """Who asked goes away in the middle: no further RAT, and the setting is back."""
    b = bench(ussd_on=())

    def ask(left_s: float) -> Any:
        b.cancelling.set()
        return b.ussd(0.2)

    trip = b.query(ask=ask)
    assert trip.rat is None
    assert (b.device.switches, b.device.setting) == (["UMTS", "back"], b.device.make.own)
    assert b.store.rats_to_put_back() == {}


def test_stop_while_asking(bench: Callable[..., Any]) -> None:
    """SIGTERM while the network is asked: the setting is put back and seen to be back before the port is closed."""
    b = bench(ussd_on=())

    def ask(left_s: float) -> Any:
        b.stop()
        return b.ussd(0.2)

    b.query(ask=ask)
    assert (b.device.switches, b.device.setting) == (["UMTS", "back"], b.device.make.own)
    assert b.store.rats_to_put_back() == {}


def test_stop_while_searching(bench: Callable[..., Any]) -> None:
    """SIGTERM while the modem looks for a cell: likewise."""
    b = bench()
    b.device.networks = ["LTE"]
    looks = b.device.peer.answers["AT+CREG?"]

    def look(line: str) -> Any:
        if b.device.setting == b.device.make.values["UMTS"]:
            b.stop()
        return looks(line)

    b.device.peer.answers["AT+CREG?"] = look
    with pytest.raises(ModemError, match="shutting down"):
        b.query()
    assert (b.device.switches[-1], b.device.setting) == ("back", b.device.make.own)
    assert b.store.rats_to_put_back() == {}


@pytest.mark.parametrize("late_s", [0.05, 0.4])
def test_stop_while_the_command_waits(late_s: float, bench: Callable[..., Any]) -> None:
    """SIGTERM before the modem has said OK to its RAT command, which it says late: that OK is not taken for the one of
    the command that puts the setting back."""
    b = bench()
    heed = b.device.peer.answers[b.device.make.commands["UMTS"]]

    def answer(line: str) -> Any:
        b.stop()
        return (late_s, *heed(line))

    b.device.peer.answers[b.device.make.commands["UMTS"]] = answer
    with pytest.raises(ModemError, match="shutting down"):
        b.query()
    assert (b.device.switches, b.device.setting) == (["UMTS", "back"], b.device.make.own)
    assert b.store.rats_to_put_back() == {}


def test_stop_and_the_modem_is_silent(bench: Callable[..., Any]) -> None:
    """SIGTERM, and the modem answers nothing any more: the command goes out all the same, within the time, and the
    setting stays on the disk until it was seen."""
    b = bench()

    def ask(left_s: float) -> Any:
        b.stop()
        b.device.peer.answers |= dict.fromkeys(
            ("AT", b.device.make.read, "AT+CUSD=2", b.device.make.commands["back"]), ()
        )
        raise ModemError("it is over", code="shutting down")

    with pytest.raises(ModemError):
        b.query(ask=ask)
    assert b.device.peer.heard(b.device.make.commands["back"])
    assert b.store.rats_to_put_back() == {IMEI: "AT+WS46? 31"}


def test_fault_in_the_query(bench: Callable[..., Any]) -> None:
    """An exception that is nobody's plan still puts the setting back."""
    b = bench()

    def ask(left_s: float) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        b.query(ask=ask)
    assert (b.device.switches, b.device.setting) == (["UMTS", "back"], b.device.make.own)
    assert b.store.rats_to_put_back() == {}


def test_unplugged_in_the_middle(
    bench: Callable[..., Any], make_peer: Callable[..., Any], new_device: Any, store: Store
) -> None:
    """The stick is pulled on UMTS: the setting stays on the disk, another stick is left alone, and the same one gets
    it back when it is opened again."""
    b = bench()

    def ask(left_s: float) -> Any:
        b.device.peer.unplug()
        return b.ussd()

    with pytest.raises(PortLost):
        b.query(ask=ask)
    assert store.rats_to_put_back() == {IMEI: "AT+WS46? 31"}
    other = new_device(make_peer(), b.device.make)
    other.peer.answers["AT+CGSN"] = ("860000000000099", "OK")
    assert bench(device=other).recover() is None
    assert other.switches == []
    again = new_device(make_peer(), b.device.make)
    again.setting = b.device.setting
    assert again.rat == "UMTS"
    assert bench(device=again).recover() is None
    assert (again.switches, again.setting, store.rats_to_put_back()) == (["back"], b.device.make.own, {})


def test_killed_in_the_middle(each_make: Any, bench: Callable[..., Any]) -> None:
    """After kill -9 on UMTS the next opening finds the setting on the disk alone and puts it back before it does
    anything else, with the fall-back switched off by now."""
    b = bench(each_make)
    assert b.enter("UMTS")
    assert b.device.setting == each_make.values["UMTS"]
    b.modem.close()  # the kernel closes the port; nothing was put back
    fresh = bench(device=b.device)
    assert fresh.recover() is None
    assert b.device.switches == ["UMTS", "back"]
    assert b.device.setting == each_make.own
    assert b.store.rats_to_put_back() == {}


def test_recovery_costs_nothing(bench: Callable[..., Any]) -> None:
    """With nothing to put back, no command is sent."""
    b = bench()
    sent = len(b.device.peer.commands)
    assert b.recover() is None
    assert len(b.device.peer.commands) == sent


def test_recovery_when_it_is_there_already(bench: Callable[..., Any]) -> None:
    """Killed between putting back and forgetting: the setting is seen, and not sent again."""
    b = bench()
    b.store.save_rat(IMEI, "AT+WS46? 31")
    assert b.recover() is None
    assert (b.device.switches, b.store.rats_to_put_back()) == ([], {})


def test_recovery_of_a_modem_without_imei(bench: Callable[..., Any]) -> None:
    """A setting saved under the modem's name goes back to a modem that still tells no IMEI; one that tells one now
    gets it only if it stands as a fall-back leaves it."""
    silent = bench(prepare=lambda device: device.peer.answers.update({"AT+CGSN": ("ERROR",)}))
    silent.query()
    silent.store.save_rat("modem:home", "AT+WS46? 31")
    silent.device.setting = "22"
    assert silent.recover() is None
    assert silent.device.setting == "31"
    stranger = bench()
    stranger.device.setting = "25"
    stranger.store.save_rat("modem:home", "AT+WS46? 31")
    assert stranger.recover() is not None
    assert stranger.device.switches == []
    stranger.device.setting = "22"
    assert stranger.recover() is None
    assert stranger.device.setting == "31"


def test_recovery_of_a_damaged_save(bench: Callable[..., Any]) -> None:
    """What is on the disk and is no setting is told, never sent."""
    b = bench()
    b.store.save_rat(IMEI, "AT+CMGD? 1,4")
    assert b.recover() is not None
    assert not any(command.startswith("AT+CMGD") for command in b.device.peer.commands)
