"""Short messages on the fake modem, which has codecs of its own: read, listed, sent, deleted, and none touched."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from modemd.at.sms import announced, join
from modemd.backends.at.modem import Modem
from modemd.backends.at.sms_store import SmsStore
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import CommandError
from modemd.records import SmsMessage

LONG = "Уважаемый абонент! Ваш баланс на 20.11.2026 составляет ровно 1234,50 руб. Пакет интернета: 12,5 ГБ до 01.12. "
LONG = (LONG * 2)[:150]
GSM = ("Dear customer, your balance is 1234.50 EUR {until} 01.12.2026 [in all] ~ 5€ | @home_ " * 4)[:310]

STORED: list[dict[str, Any]] = [
    {"text": "old", "from": "+79160000000", "status": "read"},
    {"text": LONG, "from": "MTS", "sent_at": "2026-11-20T10:30:00+03:00"},
    {"text": GSM, "from": "Operator", "reference": 700},
    {"text": "draft", "from": "111", "status": "unsent"},
    {"text": "in the modem", "from": "+79160000000", "storage": "ME"},
]

Start = Callable[..., tuple[Any, SmsStore]]


@pytest.fixture
def start(fake_modem: Any, fast: Timeouts) -> Iterator[Start]:
    opened: list[Modem] = []

    def make(
        stored: list[dict[str, Any]] = STORED, settings: dict[str, str] | None = None, **keys: Any
    ) -> tuple[Any, SmsStore]:
        tables = {"modem": keys, "sms": stored, **({"settings": settings} if settings else {})}
        fake = fake_modem(tables)
        modem = Modem(fake.path, timeouts=replace(fast, final_s=2.0, list_s=5.0, prompt_s=2.0, send_s=2.0))
        opened.append(modem)
        modem.connect()
        modem.identify()
        return fake, SmsStore(modem)

    yield make
    for modem in opened:
        modem.close()


def by_text(messages: tuple[SmsMessage, ...]) -> dict[str | None, SmsMessage]:
    return {message.text: message for message in messages}


CHANGED = {"CMGF": "1", "CPMS": '"ME","SM","SM"', "CSCS": "UCS2"}


@pytest.mark.parametrize("profile", ["plain", "huawei", "quectel", "simcom"])
@pytest.mark.parametrize(("settings", "chunk"), [({}, 4096), (CHANGED, 19)], ids=["usual", "changed"])
def test_a_list_touches_nothing(start: Start, profile: str, settings: dict[str, str], chunk: int) -> None:
    """Every family shows all messages of the SIM in full, and those of its own memory where it can, and nothing is
    marked or changed."""
    fake, messages = start(settings=settings, profile=profile, chunk=chunk, gap="0ms")
    before = {name: fake.settings[name] for name in ("CMGF", "CPMS", "CNMI", "CSCS")}
    listing = messages.list(may_mark=False)
    found = by_text(listing.messages)
    assert {"old", LONG, GSM} <= set(found)
    assert (found[LONG].sender, found[LONG].parts, found[LONG].status) == ("MTS", 3, "unread")
    assert found[LONG].sent_at == datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
    assert found[GSM].sender == "Operator"
    assert len(found[LONG].places) == 3
    own = profile in ("huawei", "simcom")
    assert ("in the modem" in found) is own
    assert listing.hidden == (0 if own else 1)
    assert fake.sms_touched == []
    assert {name: fake.settings[name] for name in before} == before


@pytest.mark.parametrize("profile", ["plain", "huawei", "quectel", "simcom"])
def test_what_is_announced_is_read(start: Start, profile: str) -> None:
    """A message that arrives is announced and read, part by part, and stays unread."""
    fake, messages = start(profile=profile, settings={"CNMI": "0,0,0,0,0"})
    modem = messages._modem
    with messages.announce() as told:
        assert told
        seen: list[str] = []
        modem._on_unsolicited = seen.append
        fake.deliver_sms("Баланс: " + "1" * 80, "MTS")
        deadline = time.monotonic() + 5
        while len(seen) < 2 and time.monotonic() < deadline:
            modem.wait(0.1, until=lambda: len(seen) >= 2)
        assert len(seen) == 2
    places = [announced(line) for line in seen]
    parts = [messages.read(place, may_mark=False) for place in places if place is not None]
    (message,) = join([part for part in parts if part is not None])
    assert message.text == "Баланс: " + "1" * 80
    assert fake.sms_touched == []
    assert fake.settings["CNMI"] == "0,0,0,0,0"


def test_a_modem_with_text_mode_only(start: Start) -> None:
    """Its messages come out of text mode, long ones joined by their length."""
    fake, messages = start(profile="simcom", sms_mode="text")
    found = by_text(messages.list(may_mark=False).messages)
    assert {"old", LONG, "in the modem"} <= set(found)
    assert fake.sms_touched == []


def test_three_names_or_none(start: Start) -> None:
    """A stick that takes all of +CPMS or nothing is listed too, and has its storages back."""
    fake, messages = start(profile="huawei", cpms_parameters=3, settings={"CPMS": '"ME","ME","ME"'})
    assert {"old", "in the modem"} <= set(by_text(messages.list(may_mark=False).messages))
    assert fake.settings["CPMS"] == '"ME","ME","ME"'
    assert fake.sms_touched == []


def test_a_message_goes_out_once(start: Start) -> None:
    """What is sent reaches the network with its number and text; what is refused is an error, and is not repeated."""
    fake, messages = start(profile="huawei")
    messages.send("111", "баланс")
    messages.send("+79161234567", "11 @ [1]")
    assert fake.sms_outgoing == [("111", "баланс"), ("+79161234567", "11 @ [1]")]
    with pytest.raises(CommandError):
        messages.send("111", "x" * 200)
    assert len(fake.sms_sent) == 2


def test_only_the_named_message_is_deleted(start: Start) -> None:
    """Deleting the parts of one message leaves all others as they were."""
    fake, messages = start(profile="huawei")
    listing = messages.list(may_mark=False)
    mine = [part for part in listing.parts if part.sender == "MTS"]
    assert len(mine) == 3
    assert all(messages.delete(part.place, part) for part in mine if part.place is not None)
    assert {touch[0] for touch in fake.sms_touched} == {"deleted"}
    assert len(fake.sms_touched) == 3
    assert LONG not in by_text(messages.list(may_mark=False).messages)
