"""What answers AT and is no mobile modem; and <n> of +CUSD, which is put back."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.timeouts import Timeouts
from modemd.backends.base import UssdRequest
from modemd.errors import NoGsm

GSM = ("AT+CPIN?", "AT+CREG?", "AT+CIMI", "AT+CCID")


@pytest.mark.parametrize("refusal", ["ERROR", "+CME ERROR: 4", "+CME ERROR: operation not supported"])
def test_a_device_without_gsm(peer: Any, fast: Timeouts, start: Any, watch: Any, refusal: str) -> None:
    """The state says so, and not "ready"."""
    peer.answers |= dict.fromkeys((*GSM, "AT+CUSD=?"), (refusal,))
    if refusal != "ERROR":
        modem = Modem(peer.path, timeouts=fast)
        modem.connect()
        modem.identify()
        with pytest.raises(NoGsm):
            modem.registration()
        modem.close()
        return
    start(peer.path, wait="failed")
    assert "no mobile modem" in (watch.snapshots[-1].error or "")
    assert "ready" not in {snapshot.state for snapshot in watch.snapshots}


@pytest.mark.parametrize("known", [*GSM, "AT+CUSD=?"])
def test_one_sign_of_gsm_is_enough(peer: Any, fast: Timeouts, known: str) -> None:
    answers = dict.fromkeys((*GSM, "AT+CUSD=?"), ("ERROR",))
    answers[known] = peer.answers.get(known, ("+CUSD: (0-2)", "OK"))
    peer.answers |= answers
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    try:
        modem.identify()
        modem.registration()
    finally:
        modem.close()


@pytest.mark.parametrize(("found", "left"), [("0", ["AT+CUSD=0"]), ("1", []), (None, [])])
def test_presentation_is_put_back(peer: Any, fast: Timeouts, found: str | None, left: list[str]) -> None:
    """A request switches <n> on; it is read once before the first one, and put back at close."""
    peer.answers["AT+CUSD?"] = (f"+CUSD: {found}", "OK") if found is not None else ("ERROR",)
    peer.answers["AT+CUSD=0"] = ("OK",)
    peer.ussd("OK", '+CUSD: 0,"Balance 5",15')
    modem = Modem(peer.path, timeouts=fast)
    modem.connect()
    for _ in range(2):
        assert modem.ussd(UssdRequest(code="*100#", timeout_s=1)).text == "Balance 5"
    modem.close()
    assert peer.commands.count("AT+CUSD?") == 1
    assert [line for line in peer.commands if line == "AT+CUSD=0"] == left
