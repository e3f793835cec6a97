"""The back end of a serial port as its owner thread sees it: when things happened, and who the modem is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modemd.backends.at.backend import AtBackend, AtLimits
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import Host
from modemd.errors import ModemSilent
from modemd.modem.requests import BalanceQuery
from modemd.modem.session import Session
from modemd.money.operators import Packs
from modemd.records import ModemSettings
from tests.owner_thread import PACES, PACK, packs_of

SMS_QUERY = """
[[query]]
kind = "sms"
number = "111"
text = "11"
confidence = "medium"
cost = "0"
source = "test"
"""


@pytest.fixture
def packs(tmp_path: Path) -> Packs:
    text = PACK.replace('plmn = ["25001"]', 'plmn = ["25001"]\nsms_senders = ["Balance"]') + SMS_QUERY
    return packs_of(tmp_path / "packs", text)


def test_a_message_handed_over_before_the_question_is_not_its_answer(peer: Any, start: Any) -> None:
    """In text mode its end is known only at the next wait, which comes behind the question: it came before all the
    same, and says what was."""
    handed_over = ('+CMT: "Balance","","26/11/27,09:00:00+12"', "Balance 999.00")
    peer.answers["AT+CUSD=1*"] = [("OK", *handed_over, 0.6, "+CME ERROR: 100"), ("+CME ERROR: 100",)]
    peer.answers["AT+CMGS=*"] = (b"\r\n> ",)
    peer.answers["*"] = lambda line: ("+CMGS: 1", "OK") if line.endswith("\x1a") else ("ERROR",)
    peer.answers["AT+CMGF=0"] = ("OK",)
    paces = replace(PACES, sms_s=0.6, query_s=30.0, sms_more_s=0.1)
    worker = start(peer.path, sms_query="auto", paces=paces, reply_timeout_s=3.0)
    row = worker.submit(BalanceQuery()).result(20)
    assert any(line.startswith("AT+CMGS=") for line in peer.commands)
    assert (row.reading.balance, row.channel) == (None, "ussd")


@pytest.mark.parametrize("slow_s", [0.0, 0.6], ids=["fast", "slow"])
def test_what_is_taken_back_while_the_reader_loads(
    peer: Any, start: Any, monkeypatch: pytest.MonkeyPatch, slow_s: float
) -> None:
    """The first answer makes the reader load, which takes longer than the network's "I take it back" on a Pi Zero."""
    score = Session.score

    def slowly(self: Session, text: str) -> float:
        until = time.monotonic() + slow_s
        while time.monotonic() < until:
            pass
        return score(self, text)

    monkeypatch.setattr(Session, "score", slowly)
    worker = start(peer.path, timeouts=Timeouts(), reply_timeout_s=5.0, quarantine_s=0.1)
    peer.ussd("OK", '\r\n+CUSD: 2,"Balance 312.40 \u00e9 \u00e0",15\r\n'.encode(), 0.05, "+CME ERROR: 30")
    row = worker.submit(BalanceQuery(code="*100#")).result(25)
    assert (row.reading.balance, row.error) == (None, "network terminated")


def test_the_make_of_a_modem_that_falls_silent_is_remembered(peer: Any, fast: Timeouts) -> None:
    """It is what the reset needs to know."""
    peer.answers |= {"AT+CGMI": ("QUECTEL", "OK"), "AT+CGMM": ("EC25", "OK")}
    backend = AtBackend(ModemSettings(name="home", port=peer.path), Host(), limits=AtLimits(timeouts=fast))
    backend.open()
    backend.identify()
    backend.close()
    backend.open()
    peer.answers |= {"AT+CGSN": (), "AT": ()}
    with pytest.raises(ModemSilent):
        backend.identify()
    backend.close()
    assert backend.device.manufacturer == "QUECTEL"
    assert backend.power.why_not("reset", silent=True) is None


def test_a_late_text_while_something_is_undone(peer: Any, start: Callable[..., Any], watch: Any, store: Any) -> None:
    """What the modem says while its radio is switched on again is kept."""
    store.note_pending_undo("home", "radio", "")
    peer.answers["AT+CFUN?"] = ('+CUSD: 0,"Balance 7",15', "+CFUN: 1", "OK")
    start(peer.path)
    assert watch.wait_for(lambda w: [row.text for row in w.rows] == ["Balance 7"])
