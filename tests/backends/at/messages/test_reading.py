"""One message over a real pseudo-terminal: read without a trace, deleted only if it is still the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemd.backends.at.sms_store import SmsStore

Start = Callable[..., tuple[Any, SmsStore]]


# --- reading


@pytest.mark.parametrize(
    ("options", "command"),
    [
        ({"maker": "huawei"}, "AT^SMGR=3"),
        ({"maker": "SIMCOM"}, "AT+CMGR=3,1"),
        ({"crsm": True}, "AT+CRSM=178,28476,3,4,176"),
        ({"crsm": True, "first": 0}, "AT+CRSM=178,28476,4,4,176"),
        ({"mode": "1", "maker": "huawei"}, "AT^SMGR=3"),
        ({"memory": "ME", "maker": "huawei"}, "AT^SMGR=3"),
        ({"memory": "ME", "maker": "huawei", "three": True}, "AT^SMGR=3"),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else None,
)
def test_a_new_message_is_read_and_stays_unread(
    start: Start, transports: dict[str, dict[str, Any]], options: dict[str, Any], command: str
) -> None:
    """With every way to read without marking, behind every transport: the text comes, the status and the settings
    stay."""
    for transport in transports.values():
        box, messages = start(transport=transport, **options)
        box.put("SM", 3, box.pdu("Баланс 5"))
        before = box.mode, list(box.memory)
        part = messages.read(box.place("SM", 3), may_mark=False)
        assert part is not None
        assert (part.sender, part.text, part.place) == ("MTS", "Баланс 5", box.place("SM", 3))
        assert command in box.sent()
        assert box.statuses() == {3: 0}
        assert (box.mode, box.memory) == before
        assert messages.read(box.place("SM", 4), may_mark=False) is None
        assert not any("CMGD" in line for line in box.sent())


def test_without_a_way_that_does_not_mark_nothing_is_read(start: Start) -> None:
    """Of an unknown make without the SIM's file the message is left alone, or marked if that is allowed."""
    box, messages = start()
    box.put("SM", 3, box.pdu("Баланс 5"))
    assert messages.read(box.place("SM", 3), may_mark=False) is None
    assert messages.read(box.place("SM", 3), may_mark=False) is None
    assert not any(line.startswith("AT+CMGR") for line in box.sent())
    assert sum(line.startswith("AT+CRSM") for line in box.sent()) == 1, "a modem without it is not asked again"
    part = messages.read(box.place("SM", 3), may_mark=True)
    assert part is not None
    assert part.text == "Баланс 5"
    assert box.statuses() == {3: 1}


def test_the_storage_of_the_modem(start: Start) -> None:
    """A message in ME is read by index there, and mem1 is put back; the SIM's file is not taken for it."""
    box, messages = start(crsm=True)
    box.put("ME", 3, box.pdu("Баланс 5"))
    box.put("SM", 3, box.pdu("Баланс 9999"))
    assert messages.read(box.place("ME", 3), may_mark=False) is None
    part = messages.read(box.place("ME", 3), may_mark=True)
    assert part is not None
    assert part.text == "Баланс 5"
    assert box.memory == ["SM", "SM", "SM"]
    assert box.sent()[-2:] == ["AT+CMGR=3", 'AT+CPMS="SM"']
    assert messages.read(box.place("MT", 3), may_mark=True) is None


def test_two_unread_records_in_question(start: Start) -> None:
    """Where either of two records may be meant and both are unread, neither is read; with none of them unread reading
    by index does no harm."""
    box, messages = start(crsm=True, first=0)
    box.put("SM", 3, box.pdu("Баланс 5"))
    box.put("SM", 2, box.pdu("Баланс 9999", sender=box.OTHER))
    assert messages.read(box.place("SM", 3), may_mark=False) is None
    assert box.statuses() == {2: 0, 3: 0}
    box.put("SM", 3, box.pdu("Баланс 5"), 1)
    box.put("SM", 2, box.pdu("Баланс 9999", sender=box.OTHER), 1)
    part = messages.read(box.place("SM", 3), may_mark=False)
    assert part is not None
    assert part.text == "Баланс 5"
    box.put("SM", 0, box.pdu("Баланс 7"))
    part = messages.read(box.place("SM", 0), may_mark=False)
    assert part is not None
    assert part.text == "Баланс 7"
    box.put("SM", 3, box.pdu("Баланс 8"))
    box.put("SM", 2, box.pdu("Баланс 9999", sender=box.OTHER))
    part = messages.read(box.place("SM", 3), may_mark=False)  # place 0 told how they are counted
    assert part is not None
    assert part.text == "Баланс 8"


def test_messages_that_were_read_tell_how_places_are_counted(start: Start) -> None:
    """Two parts that come at once are both read: a message that listing does not mark settles which record is which."""
    box, messages = start(crsm=True, first=0)
    box.put("SM", 7, box.pdu("old"), 1)
    for index, text, header in ((3, "Баланс:12", "050003420201"), (4, "34,50р", "050003420202")):
        box.put("SM", index, box.pdu(text, header=header))
    parts = [messages.read(box.place("SM", index), may_mark=False) for index in (3, 4)]
    assert [part.text for part in parts if part is not None] == ["Баланс:12", "34,50р"]
    assert box.statuses() == {3: 0, 4: 0, 7: 1}


def test_a_command_that_a_make_should_have_and_has_not(start: Start) -> None:
    """An old Huawei without ^SMGR is asked for it once, then the SIM's file is read."""
    box, messages = start(maker="huawei", crsm=True)
    del box.peer.answers["AT^SMGR=*"]
    box.put("SM", 3, box.pdu("Баланс 5"))
    for _ in range(2):
        part = messages.read(box.place("SM", 3), may_mark=False)
        assert part is not None
        assert part.text == "Баланс 5"
    assert box.sent().count("AT^SMGR=3") == 1


def test_a_command_that_says_nothing(start: Start) -> None:
    """A modem that answers a command of its make with OK alone is read in another way."""
    box, messages = start(maker="huawei", crsm=True)
    box.peer.answers["AT^SMGR=*"] = box.peer.answers["AT^SMGL=*"] = ("OK",)
    box.put("SM", 3, box.pdu("Баланс 5"))
    part = messages.read(box.place("SM", 3), may_mark=False)
    assert part is not None
    assert [message.text for message in messages.list(may_mark=False).messages] == [part.text] == ["Баланс 5"]
    assert box.statuses() == {3: 0}


def test_a_busy_sim_is_no_missing_command(start: Start) -> None:
    """An error that passes does not make a way of reading unknown."""
    box, messages = start(maker="huawei")
    box.put("SM", 3, box.pdu("Баланс 5"))
    read = box.peer.answers["AT^SMGR=*"]
    box.peer.answers["AT^SMGR=*"] = [("+CMS ERROR: 314",), read]
    assert messages.read(box.place("SM", 3), may_mark=False) is None
    part = messages.read(box.place("SM", 3), may_mark=False)
    assert part is not None


def test_other_messages_that_come_in_between(start: Start) -> None:
    """+CMTI and a whole +CMT in front of and between the lines of an answer are not taken for it, and are told."""
    seen: list[str] = []
    box, messages = start(maker="huawei", seen=seen)
    handed_over = box.pdu("Баланс 9999")
    box.before = f'\r\n+CMTI: "SM",9\r\n\r\n+CMT: ,40\r\n{handed_over}\r\n\r\n^RSSI:19\r\n'.encode()
    box.put("SM", 3, box.pdu("Баланс 5"))
    box.put("SM", 4, box.pdu("Баланс 6"), 1)
    part = messages.read(box.place("SM", 3), may_mark=False)
    assert part is not None
    assert part.text == "Баланс 5"
    listing = messages.list(may_mark=False)
    assert [message.text for message in listing.messages] == ["Баланс 5", "Баланс 6"]
    assert seen.count('+CMTI: "SM",9') == 3
    assert seen.count(handed_over) == 3


# --- deleting


@pytest.mark.parametrize("options", [{"maker": "huawei"}, {"maker": "SIMCOM"}, {}, {"crsm": True, "first": 0}], ids=str)
def test_only_what_was_read_is_deleted(start: Start, options: dict[str, Any]) -> None:
    """A place is cleared if it holds exactly the part that was read, and left alone if another has moved in."""
    box, messages = start(memory="ME", **options)
    box.put("SM", 3, box.pdu("Баланс 5"))
    box.put("SM", 4, box.pdu("Баланс 6"), 1)
    part = messages.read(box.place("SM", 3), may_mark=True)
    assert part is not None
    box.put("SM", 3, box.pdu("private"))
    assert not messages.delete(box.place("SM", 3), part)
    assert not messages.delete(box.place("SM", 5), part)
    assert not messages.delete(box.place("XX", 3), part)
    assert set(box.statuses()) == {3, 4}
    box.put("SM", 3, box.pdu("Баланс 5"), 1)
    assert messages.delete(box.place("SM", 3), part)
    assert box.statuses() == {4: 1}
    assert [line for line in box.sent() if "CMGD" in line] == ["AT+CMGD=3"]
    assert box.memory[0] == "ME"


def test_what_lies_nobody_knows_where_is_not_deleted(start: Start) -> None:
    """A part of the SIM's file whose index is a guess is neither deleted nor looked for, which would mark others."""
    box, messages = start(crsm=True, first=0)
    box.put("SM", 2, box.pdu("Баланс 5"))
    box.put("SM", 3, box.pdu("private", sender=box.OTHER))
    mine = next(part for part in messages.list(may_mark=False).parts if part.sender == "MTS")
    assert mine.place is not None
    assert not messages.delete(mine.place, mine)
    assert box.statuses() == {2: 0, 3: 0}


def test_in_text_mode_too(start: Start) -> None:
    """Without PDUs sender, time and text are compared, as the header tells the status."""
    box, messages = start(text_only=True)
    box.put("SM", 3, ("MTS", "Balance 5"))
    part = messages.read(box.place("SM", 3), may_mark=True)
    assert part is not None
    assert messages.delete(box.place("SM", 3), part)
    assert box.statuses() == {}
