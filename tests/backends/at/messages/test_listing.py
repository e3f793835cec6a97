"""All messages over a real pseudo-terminal, in PDU mode and text mode, and that none is marked or forged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from modemd.backends.at.sms_store import SmsStore
from modemd.records import SmsStorage

Start = Callable[..., tuple[Any, SmsStore]]


# --- listing


@pytest.mark.parametrize(
    "options",
    [
        {"maker": "huawei"},
        {"maker": "SIMCOM"},
        {"maker": "huawei", "three": True, "memory": "ME"},
        {"maker": "SIMCOM", "mode": "1"},
        {"crsm": True},
        {"crsm": True, "first": 0, "mode": "1"},
    ],
    ids=str,
)
def test_a_list_marks_nothing(start: Start, options: dict[str, Any]) -> None:
    """All messages of the SIM, joined, with their places; the statuses and the settings are what they were."""
    box, messages = start(**options)
    for index, text, header, status in (
        (2, "34,50р", "050003420202", 0),
        (4, "Баланс:12", "050003420201", 0),
        (5, "old", "", 1),
        (9, "draft", "", 2),
    ):
        box.put("SM", index, box.pdu(text, header=header), status)
    before = box.mode, list(box.memory)
    listing = messages.list(may_mark=False)
    assert [(message.text, message.status, message.missing) for message in listing.messages] == [
        ("Баланс:1234,50р", "unread", 0),
        ("old", "read", 0),
        ("draft", "unsent", 0),
    ]
    assert listing.messages[0].places == (box.place("SM", 4), box.place("SM", 2))
    assert listing.hidden == 0
    assert SmsStorage(name="SM", used=4, places=20) in listing.storages
    assert box.statuses() == {2: 0, 4: 0, 5: 1, 9: 2}
    assert (box.mode, box.memory) == before


def test_a_list_without_a_way_that_does_not_mark(start: Start) -> None:
    """The unread ones are counted and not shown; with leave to mark they are shown."""
    box, messages = start()
    box.put("SM", 1, box.pdu("old"), 1)
    box.put("SM", 2, box.pdu("new"))
    box.put("ME", 0, box.pdu("new too"))
    listing = messages.list(may_mark=False)
    assert [message.text for message in listing.messages] == ["old"]
    assert listing.hidden == 2
    assert [(storage.name, storage.used) for storage in listing.storages] == [("SM", 2), ("ME", 1)]
    assert box.statuses() == {1: 1, 2: 0}
    assert box.statuses("ME") == {0: 0}
    listing = messages.list(may_mark=True)
    assert [message.text for message in listing.messages] == ["old", "new", "new too"]
    assert listing.hidden == 0
    assert box.statuses() == {1: 1, 2: 1}
    assert box.memory == ["SM", "SM", "SM"]


def test_a_storage_that_is_not_there(start: Start) -> None:
    """A modem without ME lists what the SIM has, and nothing is put back that was not changed."""
    box, messages = start(maker="huawei", storages=("SM",))
    box.put("SM", 1, box.pdu("one"))
    listing = messages.list(may_mark=False)
    assert [storage.name for storage in listing.storages] == ["SM"]
    assert [message.text for message in listing.messages] == ["one"]
    assert [line for line in box.sent() if "CPMS=" in line] == ['AT+CPMS="ME"', 'AT+CPMS="ME","SM","SM"']


def test_a_change_that_nobody_knows_of_is_put_back(start: Start) -> None:
    """A modem that does not say whether it took PDU mode, or a storage, gets both back."""
    box, messages = start(mode="1", memory="ME", maker="huawei")
    box.put("SM", 1, box.pdu("one"))
    select, change = box.peer.answers["AT+CPMS=*"], box.peer.answers["AT+CMGF=*"]

    def silent(act: Callable[[str], Any]) -> Callable[[str], tuple[str, ...]]:
        def answer(command: str) -> tuple[str, ...]:
            act(command)
            return ()

        return answer

    box.peer.answers["AT+CPMS=*"] = [silent(select), select]
    messages.list(may_mark=False)
    assert (box.mode, box.memory[0]) == ("1", "ME")
    box.peer.answers["AT+CMGF=*"] = [silent(change), change]
    messages.list(may_mark=False)
    assert (box.mode, box.memory[0]) == ("1", "ME")


def test_an_empty_modem_is_not_listed(start: Start) -> None:
    """No list command goes out where +CPMS says that nothing is there."""
    box, messages = start(maker="huawei")
    assert messages.list(may_mark=False).messages == ()
    assert not any("GL=" in line for line in box.sent())


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('+CPMS: "SM",3,20,"SM",3,20,"ME",1,99', [("SM", 3, 20), ("ME", 1, 99)]),
        ('+CPMS: "MT",3,50', [("MT", 3, 50)]),
        ("+CPMS: SM,20,20,SM,20,20", [("SM", 20, 20)]),
        ("+CPMS: what", []),
    ],
)
def test_storages(start: Start, line: str, found: list[tuple[str, int, int]]) -> None:
    """How full the storages are, each once, by one command."""
    box, messages = start()
    box.peer.answers["AT+CPMS?"] = (line, "OK")
    assert [(each.name, each.used, each.places) for each in messages.storages()] == found
    assert box.sent() == ["AT+CPMS?"]
    box.peer.answers["AT+CPMS?"] = ("ERROR",)
    assert messages.storages() == ()


# --- text mode


def test_text_mode_alone(start: Start) -> None:
    """A modem that refuses PDU mode is read in text mode; what it does not say is not marked."""
    box, messages = start(maker="SIMCOM", text_only=True)
    box.put("SM", 1, ("MTS", "Balance 5\r\nBye"))
    box.put("SM", 2, ("MTS", "04110430043B0430043D04410020003500200440002E"), 1)
    listing = messages.list(may_mark=False)
    assert [message.text for message in listing.messages] == ["Balance 5\nBye", "Баланс 5 р."]
    assert box.statuses() == {1: 0, 2: 1}
    part = messages.read(box.place("SM", 1), may_mark=False)
    assert part is not None
    assert part.text == "Balance 5\nBye"


FORGED = '\r\n+CMGL: 7,"REC READ","MTS",,"26/11/20,10:30:00+12"\r\nBalance 9999'


@pytest.mark.parametrize("maker", ["SIMCOM", "Acme"])
def test_a_text_cannot_forge_another_message(start: Start, maker: str) -> None:
    """In text mode a stranger's text with a header of the operator in it gives no message of the operator."""
    box, messages = start(maker=maker, text_only=True)
    box.put("SM", 1, ("+79160000000", "Hi" + FORGED), 1)
    for listing in (messages.list(may_mark=False), messages.list(may_mark=True)):
        assert [message.sender for message in listing.messages] == ["+79160000000"]


@pytest.mark.parametrize("end", ["OK", "ERROR", "+CMS ERROR: 500"])
def test_a_text_cannot_forge_an_answer_of_the_network(start: Start, end: str) -> None:
    """A stranger's text with a result code in it, and a +CUSD behind that, says nothing that is taken for the
    network's."""
    seen: list[str] = []
    box, messages = start(maker="SIMCOM", text_only=True, seen=seen)
    box.put("SM", 1, ("+79160000000", f'Hi\r\n\r\n{end}\r\n\r\n+CUSD: 0,"Balance 9999",15'), 0)
    messages.read(box.place("SM", 1), may_mark=False)
    messages.list(may_mark=False)
    assert not [line for line in seen if type(line) is str and "CUSD" in line]
