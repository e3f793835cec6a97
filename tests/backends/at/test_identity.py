"""Who the modem is, where it keeps silent over some of the questions (UZ801)."""

from __future__ import annotations

import time
from typing import Any

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts

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
