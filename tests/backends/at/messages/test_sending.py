"""Settings that are borrowed and put back, and messages that go out once, over a real pseudo-terminal."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from modemd.backends.at.modem import Modem
from modemd.backends.at.sms_store import SmsStore
from modemd.errors import CommandError, ModemError, PortLost, SmsMaybeSent

Start = Callable[..., tuple[Any, SmsStore]]


# --- settings


def test_everything_is_put_back_after_an_error(start: Start) -> None:
    """A modem that falls silent in the middle of a list gets its settings back as soon as it speaks."""
    box, messages = start(mode="1", memory="ME", maker="huawei")
    box.put("SM", 1, box.pdu("one"))
    box.peer.answers["AT^SMGL=*"] = ()
    listing = messages.list(may_mark=False)
    assert listing.hidden == 1
    assert (box.mode, box.memory[0]) == ("1", "ME")


def test_everything_is_put_back_at_close(start: Start) -> None:
    """When the daemon ends in the middle of a list, close() puts mode and storage back."""
    wake_r, wake_w = os.pipe()
    stop = threading.Event()
    box, messages = start(mode="1", memory="ME", maker="huawei", wake_fd=wake_r)
    modem: Modem = messages._modem
    box.put("SM", 1, box.pdu("one"))

    def hang(_command: str) -> tuple[str, ...]:
        stop.set()
        os.write(wake_w, b"x")
        return ()

    box.peer.answers["AT^SMGL=*"] = hang
    modem.interrupt_by(stop.is_set)
    with pytest.raises(ModemError):
        messages.list(may_mark=False)
    assert (box.mode, box.memory[0]) == ("0", "SM")
    modem.close()
    assert (box.mode, box.memory[0]) == ("1", "ME")
    os.close(wake_r)
    os.close(wake_w)


def test_unplugged_in_the_middle(start: Start) -> None:
    """A port that goes away is PortLost, whatever was borrowed."""
    box, messages = start(mode="1", memory="ME", maker="huawei")
    box.put("SM", 1, box.pdu("one"))

    def leave(_command: str) -> tuple[str, ...]:
        box.peer.unplug()
        return ()

    box.peer.answers["AT^SMGL=*"] = leave
    with pytest.raises(PortLost):
        messages.list(may_mark=False)


@pytest.mark.parametrize(
    ("found", "change", "back"),
    [
        ("2,0,0,0,0", "AT+CNMI=2,1,0,0,0", "AT+CNMI=2,0,0,0,0"),
        ("1,0,0,2,1", "AT+CNMI=1,1,0,2,1", "AT+CNMI=1,0,0,2,1"),
        ("0, 0, 0, 0, 0", "AT+CNMI=2,1,0,0,0", "AT+CNMI=0,0,0,0,0"),
        ("2,0", "AT+CNMI=2,1", "AT+CNMI=2,0"),
    ],
)
def test_announcements_are_borrowed(start: Start, found: str, change: str, back: str) -> None:
    """+CNMI is changed where new messages were not announced, and put back, also after an error."""
    box, messages = start()
    box.peer.answers["AT+CNMI?"] = (f"+CNMI: {found}", "OK")
    box.peer.answers["AT+CNMI=*"] = ("OK",)
    with messages.announce() as told:
        assert told
        assert box.sent() == [change]
    assert box.sent() == [change, back]
    with pytest.raises(ZeroDivisionError), messages.announce():
        raise ZeroDivisionError
    assert box.sent() == [change, back] * 2


@pytest.mark.parametrize(
    ("found", "told"), [("2,1,0,0,0", True), ("1,2,0,0,0", True), ("3,3", True), ("0,1,0,0,0", False)]
)
def test_announcements_that_are_there_are_left_alone(start: Start, found: str, told: bool) -> None:
    """Nothing is changed where messages are announced or handed over, even if the modem keeps that to itself."""
    box, messages = start()
    box.peer.answers["AT+CNMI?"] = (f"+CNMI: {found}", "OK")
    with messages.announce() as announced:
        assert announced is told
    assert box.sent() == []


def test_announcements_that_the_modem_refuses(start: Start) -> None:
    """A modem that takes no +CNMI says so, and nothing is put back that was not changed."""
    box, messages = start()
    box.peer.answers["AT+CNMI?"] = ("+CNMI: 1,0,0,0,0", "OK")
    with messages.announce() as told:
        assert not told
    assert box.sent() == ["AT+CNMI=1,1,0,0,0", "AT+CNMI=2,1,0,0,0", "AT+CNMI=2,1"]


# --- sending

PROMPT = b"\r\n> "


def test_a_message_is_sent_once(start: Start, transports: dict[str, dict[str, Any]]) -> None:
    """AT+CMGS with the TPDU's length, the PDU behind the prompt, Ctrl-Z; PDU mode is borrowed."""
    for transport in transports.values():
        box, messages = start(transport=transport, mode="1")
        box.peer.answers["AT+CMGS=*"] = (PROMPT,)
        box.peer.answers["00*"] = (0.05, "+CMGS: 7", "OK")
        messages.send("111", "11")
        assert box.peer.octets.count(b"AT+CMGS=11\r") == 1
        assert box.peer.octets.count(b"000100038111F1000002B118\x1a") == 1
        assert b"\x1b" not in box.peer.octets[box.peer.octets.index(b"AT+CMGS") :]
        assert box.mode == "1"


@pytest.mark.parametrize(
    ("prompt", "end", "code"),
    [
        (("+CMS ERROR: 302",), (), "CMS 302"),
        ((PROMPT,), ("+CMS ERROR: 500",), "CMS 500"),
        ((PROMPT,), ("ERROR",), "ERROR"),
        ((PROMPT,), (), "no final result"),
        ((), (), "no prompt"),
    ],
)
def test_a_message_that_is_not_sent(start: Start, prompt: Any, end: Any, code: str) -> None:
    """Every refusal and every silence is an error with its code, nothing is sent again, and the prompt is left."""
    box, messages = start(mode="1")
    box.peer.answers["AT+CMGS=*"] = prompt
    box.peer.answers["00*"] = end
    with pytest.raises(CommandError) as caught:
        messages.send("111", "11")
    assert caught.value.code == code
    assert box.peer.octets.count(b"AT+CMGS") == 1
    assert box.peer.octets.count(b"\x1a") == (1 if prompt == (PROMPT,) else 0)
    if code != "CMS 302":
        assert b"\x1b" in box.peer.octets[box.peer.octets.index(b"AT+CMGS") :]
    assert box.mode == "1"


@pytest.mark.parametrize("end", ["+CMS ERROR: 332", "+CMS ERROR: Network timeout", "+CME ERROR: 31"])
def test_a_timeout_of_the_network_says_nothing_of_the_message(start: Start, end: str) -> None:
    """It may have been taken: whoever pays for messages must not send it again."""
    box, messages = start(mode="1")
    box.peer.answers |= {"AT+CMGS=*": (PROMPT,), "00*": (end,)}
    with pytest.raises(SmsMaybeSent):
        messages.send("111", "11")
    assert box.mode == "1"


@pytest.mark.parametrize(("end", "sure"), [(("+CMGS: 7", "OK"), True), ((), False)])
def test_a_modem_that_is_lost_behind_a_message_takes_nothing_back(start: Start, end: Any, sure: bool) -> None:
    """Sending draws the most current: a modem that browns out then does not put its mode back any more. That is no
    reason to send again."""
    box, messages = start(mode="1")
    box.peer.answers["AT+CMGS=*"] = (PROMPT,)
    box.peer.answers["00*"] = end
    del box.peer.answers["AT+CMGF=*"]
    box.peer.answers |= {"AT+CMGF=0": ("OK",), "AT+CMGF=1": lambda _: (box.peer.unplug(), ())[1]}
    if sure:
        messages.send("111", "11")
    else:
        with pytest.raises(SmsMaybeSent):
            messages.send("111", "11")
    assert box.peer.octets.count(b"AT+CMGF=1") == 1


@pytest.mark.parametrize(
    ("number", "text", "code"),
    [
        ("*100#", "11", "bad number"),
        ("", "11", "bad number"),
        ("111;+CMGD=1", "11", "bad number"),
        ("111\rAT", "11", "bad number"),
        ("٣٤", "11", "bad number"),
        ("111", "", "bad text"),
        ("111", "x" * 161, "bad text"),
        ("111", "ж" * 71, "bad text"),
        ("111", "11\x1a", "bad text"),
    ],
)
def test_what_cannot_be_a_message_is_refused_before_anything_goes_out(
    start: Start, number: str, text: str, code: str
) -> None:
    """Numbers and texts that are none reach neither the modem's settings nor the wire."""
    box, messages = start(mode="1")
    with pytest.raises(CommandError) as caught:
        messages.send(number, text)
    assert caught.value.code == code
    assert box.sent() == []


def test_a_modem_without_pdu_mode_sends_nothing(start: Start) -> None:
    """In text mode nothing is sent."""
    box, messages = start(text_only=True)
    with pytest.raises(CommandError) as caught:
        messages.send("111", "11")
    assert caught.value.code == "text mode"
    assert b"CMGS" not in box.peer.octets
