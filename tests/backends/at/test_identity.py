"""Who the modem is, where it keeps silent over some of the questions (UZ801)."""

from __future__ import annotations

import time
from typing import Any

import pytest

from modemd.backends.at.identity import Questions
from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import CommandError

WHO = ("AT+CGSN", "AT+CGMI", "AT+CGMM", "AT+CGMR")


def test_questions_that_are_never_answered(peer: Any, fast: Timeouts) -> None:
    """They share one budget, are not asked again, and cost the SIM nothing."""
    peer.answers |= dict.fromkeys(WHO, ())
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        began = time.monotonic()
        device, sim = modem.identify()
        assert time.monotonic() - began < fast.identities_s + 5 * fast.probe_s
        assert (device.imei, device.model) == (None, None)
        assert (sim.iccid, sim.imsi) == ("89701010000000000017", "250010000000012")
        asked = [line for line in peer.commands if line in WHO]
        assert asked == list(WHO[:2])
        modem.identify()
        assert [line for line in peer.commands if line in WHO] == list(WHO)
        modem.identify()
        assert [line for line in peer.commands if line in WHO] == list(WHO)
    finally:
        modem.close()


def test_one_that_is_not_answered(peer: Any, fast: Timeouts) -> None:
    peer.answers |= {"AT+CGMI": (), "AT+CIMI": ()}
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        for _ in range(3):
            device, sim = modem.identify()
            assert (device.imei, device.model, device.firmware, sim.imsi) == ("860000000000017", "M1", "1.0", None)
        assert [peer.commands.count(line) for line in ("AT+CGMI", "AT+CIMI")] == [1, 1]
    finally:
        modem.close()


def test_one_that_was_answered_before_is_asked_again(peer: Any, fast: Timeouts) -> None:
    """A slow or lost answer in weeks must not cost the SIM its name, and with it the operator, until the port is opened
    again."""
    peer.answers["AT+CIMI"] = [("250010000000012", "OK"), (), ("250010000000012", "OK")]
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        assert [modem.identify()[1].imsi for _ in range(3)] == ["250010000000012", None, "250010000000012"]
    finally:
        modem.close()


class Mute:
    """A modem that answers a command only if it is given `needs_s` for it; time is what it was given."""

    def __init__(self, needs_s: float) -> None:
        self.needs_s, self.now, self.asked = needs_s, 0.0, 0

    def command(self, line: str, limit_s: float) -> list[str]:
        self.asked += 1
        self.now += min(limit_s, self.needs_s)
        if limit_s < self.needs_s:
            raise CommandError(line, code="no final result")
        return ["250010000000012"]


def test_the_imsi_may_take_as_long_as_all_questions_together() -> None:
    """Without it nobody knows whose SIM it is."""
    modem = Mute(needs_s=6.0)
    ask = Questions(modem.command, Timeouts(), monotonic=lambda: modem.now)
    assert ask("AT+CIMI") == ["250010000000012"]
    with pytest.raises(CommandError):
        ask("AT+CGMI")


def test_what_kept_silent_is_asked_again_more_and_more_rarely() -> None:
    """A modem that was slow once must not lose the name of its SIM for weeks, nor of the next; one that has no such
    command must not cost every query seconds."""
    modem = Mute(needs_s=99.0)
    ask = Questions(modem.command, Timeouts(), monotonic=lambda: modem.now)
    asked: list[int] = []
    for minute in range(120):
        modem.now = minute * 60.0
        ask.begin()
        with pytest.raises(CommandError):
            ask("AT+CIMI")
        if len(asked) < modem.asked:
            asked.append(minute)
    assert asked[:4] == [0, 1, 3, 10]
    assert modem.asked <= 6
    modem.needs_s, modem.now = 1.0, 3 * 3600.0
    ask.begin()
    assert ask("AT+CIMI") == ["250010000000012"]


def test_another_card_is_another_question(peer: Any, fast: Timeouts) -> None:
    """The new SIM's IMSI is asked for, although the first one's never came."""
    peer.answers["AT+CIMI"] = [(), ("250020000000012", "OK")]
    peer.answers["AT+CCID"] = [("+CCID: 89701010000000000017", "OK"), ("+CCID: 89701020000000000018", "OK")]
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        assert [modem.identify()[1].imsi for _ in range(2)] == [None, "250020000000012"]
    finally:
        modem.close()
