"""OK that comes only with the network's answer, so long after the request, and no answer to other commands meanwhile:
older firmware of many makes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from modemd.backends.at.exchange import Exchange
from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.errors import ModemSilent
from modemd.modem.worker import BalanceQuery, Paces, UssdQuery, Worker
from modemd.records import Device, Measurement

ANSWER = '+CUSD: 0,"Balance 5",15'
SHORT = 0.1  # for a final result code that does not wait for the network
MAKES = [Device(), *(Device(manufacturer=name) for name in ("Acme", "huawei", "Quectel", "SIMCOM_Ltd", "Telit", "ZTE"))]


@pytest.fixture
def impatient(fast: Timeouts) -> Timeouts:
    return replace(fast, final_s=SHORT)


def test_the_answer_is_right_whatever_the_make(make_peer: Any, impatient: Timeouts, together: Any) -> None:
    """Three times longer than any other command may take, OK behind the answer or in front of it."""

    def check(device: Device, says: tuple[Any, ...]) -> None:
        peer = make_peer()
        peer.ussd(3 * SHORT, *says)
        modem = Modem(peer.path, timeouts=impatient)
        modem.connect()
        try:
            modem.device = device
            result = modem.ussd(UssdRequest(code="*100#", timeout_s=2.0))
            assert (result.status, result.text, result.error) == ("done", "Balance 5", None)
            assert len(peer.requests) == 1
            sent = peer.commands.index(peer.requests[0])
            assert peer.commands[sent + 1 :] == []  # nothing goes out while it may come, and nothing has to
            assert modem.command("AT+CGMM") == ["M1"]
        finally:
            modem.close()

    ways = [(ANSWER, "OK"), ("OK", ANSWER), (ANSWER, 0.05, "OK")]
    together(
        {f"{device.manufacturer} {way}": (lambda d=device, w=way: check(d, w)) for device in MAKES for way in ways}
    )


def test_a_dead_modem_is_found_soon_behind_the_reply_timeout(peer: Any, impatient: Timeouts) -> None:
    peer.ussd()
    modem = Modem(peer.path, timeouts=impatient)
    modem.connect()
    try:
        began = time.monotonic()
        peer.answers["AT"] = ()
        with pytest.raises(ModemSilent):
            modem.ussd(UssdRequest(code="*100#", timeout_s=0.5))
        assert 0.5 <= time.monotonic() - began < 0.5 + 5 * impatient.probe_s
    finally:
        modem.close()


def test_the_port_is_not_called_dead_while_the_answer_may_come(
    peer: Any, start: Callable[..., Worker], watch: Any, impatient: Timeouts, paces: Paces
) -> None:
    """Neither for a balance, nor behind a request that somebody gave up: the modem is left in peace until its answer,
    which is then a late one."""
    held = threading.Event()

    def answer(_command: str) -> tuple[Any, ...]:
        held.wait(5)
        return (ANSWER, "OK")

    peer.answers["AT+CUSD=1*"] = answer
    patient = replace(paces, turn_s=10)
    worker = start(peer.path, timeouts=impatient, paces=patient, reply_timeout_s=3.0, quarantine_s=0.01)
    asked = worker.submit(UssdQuery(code="*100#", timeout_s=3.0))
    assert peer.heard("AT+CUSD=1")
    worker.cancel(asked)
    assert asked.result(3).error == "cancelled"
    next_one = worker.submit(BalanceQuery())
    threading.Timer(6 * impatient.probe_s, held.set).start()
    row = next_one.result(8)
    assert isinstance(row, Measurement)
    assert row.error is None
    assert {snapshot.state for snapshot in watch.snapshots} <= {"starting", "ready", "busy", "quarantine"}
    assert [one.origin for one in watch.rows] == ["late", "query"]


class OwingEngine:
    """Owes the final result code of an earlier request, and takes all the time for it."""

    def __init__(self) -> None:
        self.unsure, self.sent = True, 0

    def synchronise(self) -> None:
        self.unsure = False

    def flush_idle(self) -> None:
        pass

    def send(self, _text: str) -> None:
        self.sent += 1


def test_waiting_for_an_earlier_request_is_counted() -> None:
    """What is left is asked when the request can go out; with nothing left it does not."""
    engine: Any = OwingEngine()
    fails: Any = pytest.fail
    exchange = Exchange(engine=engine, read=fails, on_line=fails, cancelled=lambda: False)
    heard = exchange.request("*100#", lambda: 5.0 if engine.unsure else 0.0)
    assert (heard.sent, heard.cancelled, engine.sent) == (False, False, 0)


def test_a_request_without_time_is_not_sent(peer: Any, impatient: Timeouts) -> None:
    """Said as it is: nothing is on its way."""
    modem = Modem(peer.path, timeouts=impatient)
    modem.connect()
    try:
        result = modem.ussd(UssdRequest(code="*100#", timeout_s=5.0, total_s=0.0))
        assert (result.status, result.error, modem.answers_due) == ("refused", "busy", 0)
        assert peer.requests == []
    finally:
        modem.close()


def test_a_text_that_comes_while_its_request_is_cancelled_is_late(peer: Any, impatient: Timeouts) -> None:
    """Told of once who cancelled knows: it is the answer to that request, and not the network's own word."""
    said: list[str] = []
    cancelled, wake = threading.Event(), os.pipe()
    peer.answers |= {"AT+CUSD=1*": ("OK",), "AT+CUSD=2": [("OK",), (ANSWER, "OK")]}  # the first one is of the opening
    modem = Modem(peer.path, timeouts=impatient, wake_fd=wake[0], on_unsolicited=said.append)
    modem.connect()
    try:

        def cancel() -> None:
            peer.heard("AT+CUSD=1")
            cancelled.set()
            os.write(wake[1], b"!")

        threading.Thread(target=cancel).start()
        result = modem.ussd(UssdRequest(code="*100#", timeout_s=5.0, cancelled=cancelled.is_set))
        assert (result.error, modem.answers_due, said) == ("cancelled", 1, [])
        modem.hand_out_late()
        assert said == [ANSWER]
    finally:
        modem.close()
        for end in wake:
            os.close(end)


def test_who_cancels_does_not_wait_for_the_character_set(peer: Any, fast: Timeouts) -> None:
    """A request in a set of its own, to a modem that holds OK back: the set is put back at close instead."""
    held, cancelled, wake = threading.Event(), threading.Event(), os.pipe()
    peer.answers |= {"AT+CSCS?": ('+CSCS: "UCS2"', "OK"), "AT+CSCS=*": ("OK",)}

    def answer(_command: str) -> tuple[Any, ...]:
        if 'AT+CSCS="GSM"' not in peer.commands:
            return ("ERROR",)
        cancelled.set()
        os.write(wake[1], b"!")
        held.wait(5)
        return ("OK",)

    peer.answers["AT+CUSD=1*"] = answer
    modem = Modem(peer.path, timeouts=fast, wake_fd=wake[0])
    modem.connect()
    try:
        began = time.monotonic()
        result = modem.ussd(UssdRequest(code="*100#", timeout_s=30.0, cancelled=cancelled.is_set))
        assert result.error == "cancelled"
        assert time.monotonic() - began < 4
        assert modem.te_charset == "GSM"
        held.set()
        os.read(wake[0], 1)
        assert modem.command("AT+CGMM") == ["M1"]
    finally:
        held.set()
        modem.close()
        for end in wake:
            os.close(end)
    assert 'AT+CSCS="UCS2"' in peer.commands
