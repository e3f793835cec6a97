"""Parts of short messages -> messages: joined by reference, or in text mode by length, sender and time."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import permutations

import pytest

from modemd.at.sms import (
    SmsPart,
    join,
    part_of_read,
)
from modemd.records import SmsPlace

WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=3)))
PLACE = SmsPlace(storage="SM", index=3)


def deliver_pdu(text: str, *, sender: str = "06D04DEA14", header: str = "", stamp: str = "62110201030021") -> str:
    """SMS-DELIVER in UCS2 from "MTS"."""
    data = bytes.fromhex(header) + text.encode("utf-16-be", "surrogatepass")
    return f"00{'44' if header else '04'}{sender}0008{stamp}{len(data):02X}{data.hex().upper()}"


# --- joining


def part(
    text: str | None,
    number: int = 1,
    total: int = 1,
    *,
    reference: int | None = 0x42,
    sender: str = "MTS",
    after_s: float | None = 0,
    index: int | None = None,
) -> SmsPart:
    sent_at = WHEN + timedelta(seconds=after_s) if after_s is not None else None
    place = SmsPlace(storage="SM", index=index) if index is not None else None
    raw = f"{sender}{reference}{number}{after_s}{text}".encode("utf-8", "surrogatepass")
    return SmsPart(
        sender=sender,
        text=text,
        status="unread",
        sent_at=sent_at,
        reference=reference if total > 1 else None,
        number=number,
        total=total,
        place=place,
        raw=raw,
    )


def test_a_number_cut_between_parts_is_whole() -> None:
    """The two halves of a number at the boundary of parts are one number again, without anything between."""
    parts = [
        part_of_read(["+CMGR: 1,,99", deliver_pdu(text, header=f"05000342020{number}")], PLACE, charset=None)
        for number, text in ((1, "Баланс:12"), (2, "34,50р"))
    ]
    for order in permutations([part for part in parts if part is not None]):
        (message,) = join(order)
        assert message.text == "Баланс:1234,50р"
        assert (message.sender, message.parts, message.missing, message.cut) == ("MTS", 2, 0, False)


def test_any_order_and_duplicates() -> None:
    """Three parts in all orders, one of them twice, are one message with its places in the order of the text."""
    whole = [part("one ", 1, 3, index=9), part("two ", 2, 3, index=4, after_s=1), part("three", 3, 3, index=6)]
    for order in permutations(whole):
        (message,) = join([*order, order[0]])
        assert message.text == "one two three"
        assert [place.index for place in message.places] == [9, 4, 6]
        assert message.sent_at == WHEN
        assert message.status == "unread"


def test_a_missing_part() -> None:
    """The text ends in front of a gap, whichever part it is, and the message says how many are missing."""
    first, second, third = part("Balance 1", 1, 3), part("2.50 ", 2, 3), part("RUB", 3, 3)
    for parts, text, missing in (
        ([first, third], "Balance 1", 1),
        ([second, third], "", 1),
        ([first], "Balance 1", 2),
        ([first, second], "Balance 12.50 ", 1),
    ):
        (message,) = join(parts)
        assert (message.text, message.cut, message.missing, message.parts) == (text, True, missing, 3)


def test_a_reference_that_came_round_again() -> None:
    """Two messages of one sender with one reference are two: by their times, or by one number with different texts."""
    old = [part("old one ", 1, 2), part("old two", 2, 2, after_s=1)]
    new = [part("new one ", 1, 2, after_s=3600), part("new two", 2, 2, after_s=3601)]
    soon = [part("soon one ", 1, 2, after_s=30), part("soon two", 2, 2, after_s=31)]
    for other, texts in (
        (new, {"old one old two", "new one new two"}),
        (soon, {"old one old two", "soon one soon two"}),
    ):
        for order in permutations([*old, *other]):
            assert {message.text for message in join(order)} == texts
    (first, second) = join([old[0], new[1]])
    assert (first.text, first.missing, second.text, second.missing) == ("old one ", 1, "", 1)


def test_what_does_not_belong_together() -> None:
    """Another sender, another total, another kind of reference: separate messages."""
    parts = [
        part("a", 1, 2),
        part("b", 2, 2, sender="MegaFon"),
        part("c", 2, 3),
        part("d", 2, 2, reference=0x10042),
        part("e"),
        part("f"),
    ]
    assert len(join(parts)) == len(parts)


def test_characters_cut_between_parts() -> None:
    """A surrogate pair and an escape of the GSM alphabet that were cut in two are one character again."""
    (message,) = join([part("a\ud83d", 1, 2), part("\ude00b", 2, 2)])
    assert message.text == "a😀b"
    (message,) = join([part("5 \x1b", 1, 2), part("e!", 2, 2)])
    assert message.text == "5 €!"
    (message,) = join([part("a\ud83d", 1, 2)])
    assert message.text is not None
    message.text.encode()


def test_parts_without_a_text() -> None:
    """A message for programs has no text; one unreadable part ends the text like a missing one."""
    (message,) = join([part(None, 1, 2), part(None, 2, 2)])
    assert (message.text, message.cut, message.missing) == (None, False, 0)
    (message,) = join([part("Balance 1", 1, 2), part(None, 2, 2)])
    assert (message.text, message.cut, message.missing) == ("Balance 1", True, 0)


# --- text mode


def texts(*items: tuple[str, str, int]) -> list[SmsPart]:
    """Parts as text mode tells them: sender, text, seconds."""
    found = []
    for index, (sender, text, second) in enumerate(items, 1):
        header = f'+CMGR: "REC READ","{sender}",,"26/11/20,10:30:{second:02}+12"'
        body = text if text.isascii() else text.encode("utf-16-be").hex().upper()
        read = part_of_read([header, body], SmsPlace(storage="SM", index=index), charset="GSM")
        assert read is not None
        found.append(read)
    return found


LONG = "Dear customer, your account is in good order. ".ljust(141, ".") + " Balance: 12"
LONG_CYRILLIC = "Уважаемый абонент, ваш счёт в порядке.".ljust(57, ".") + " Баланс:12"


@pytest.mark.parametrize("long", [LONG, LONG_CYRILLIC])
def test_text_mode_joins_what_is_full(long: str) -> None:
    """A part as long as parts can be goes on in the next one of that sender, whichever of the two came first."""
    assert len(long) in (153, 67)
    for order in ([("MTS", long, 0), ("MTS", "34.50 р", 1)], [("MTS", "34.50 р", 1), ("MTS", long, 0)]):
        (message,) = join(texts(*order))
        assert message.text == f"{long}34.50 р"
        assert (message.parts, message.cut) == (2, False)


def test_text_mode_keeps_apart_what_is_not() -> None:
    """Other senders, other times and short texts are messages of their own; a full one alone may lack its end."""
    assert [message.text for message in join(texts(("MTS", "one", 0), ("MTS", "two", 1)))] == ["one", "two"]
    first, second = join(texts(("MTS", LONG, 0), ("Bank", "34.50", 1)))
    assert (first.text, first.cut, second.text, second.cut) == (LONG, True, "34.50", False)
    late = texts(("MTS", "34.50", 0))[0]
    first, second = join([*texts(("MTS", LONG, 0)), _later(late)])
    assert first.cut
    assert second.text == "34.50"
    (single,) = join(texts(("MTS", LONG[:150], 0)))
    assert not single.cut


def _later(part: SmsPart) -> SmsPart:
    return SmsPart(
        sender=part.sender,
        text=part.text,
        sent_at=WHEN + timedelta(hours=1),
        place=part.place,
        raw=part.raw,
        text_mode=True,
    )
