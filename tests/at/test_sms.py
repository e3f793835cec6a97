"""Answers of +CMGL, +CMGR, +CMT, +CRSM as modems write them -> parts -> messages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.at.classify import DataLine, LineKind, classify
from modemd.at.sms import (
    announced,
    counts_of,
    deliver,
    join,
    part_of_delivery,
    part_of_read,
    part_of_record,
    parts_of_list,
    storages_of,
)
from modemd.records import SmsPlace, SmsStorage

Read = Callable[[Iterable[bytes]], list[str]]

WHEN = datetime(2026, 11, 20, 10, 30, tzinfo=timezone(timedelta(hours=3)))
PLACE = SmsPlace(storage="SM", index=3)


def deliver_pdu(text: str, *, sender: str = "06D04DEA14", header: str = "", stamp: str = "62110201030021") -> str:
    """SMS-DELIVER in UCS2 from "MTS"."""
    data = bytes.fromhex(header) + text.encode("utf-16-be", "surrogatepass")
    return f"00{'44' if header else '04'}{sender}0008{stamp}{len(data):02X}{data.hex().upper()}"


FIVE, SEVEN = deliver_pdu("Баланс 5"), deliver_pdu("Баланс 7")


def information(lines: Iterable[str], command: str) -> list[str]:
    """What the engine keeps of the lines of an answer."""
    return [line for line in lines if classify(line, command) is LineKind.INFORMATION]


def wire(*lines: str) -> bytes:
    return "".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1")


# --- lists


LISTS: dict[str, tuple[str, bytes]] = {
    "as the standard": (
        "AT+CMGL=4",
        f"\r\n+CMGL: 1,0,,36\r\n{FIVE}\r\n+CMGL: 7,1,,36\r\n{SEVEN}\r\n\r\nOK\r\n".encode(),
    ),
    "with a name, blanks": (
        "AT+CMGL=4",
        f'\r\n+CMGL:1 , 0 ,"My, bank",36\r\n{FIVE}\r\n\r\n+CMGL: 7, 1,"", 36\r\n'.encode()
        + f" {SEVEN.lower()} \r\n\r\nOK\r\n".encode(),
    ),
    "Huawei": ("AT^SMGL=4", f"\r\n^SMGL: 1,0,,36\r\n{FIVE}\r\n^SMGL: 7,1,,36\r\n{SEVEN}\r\n\r\nOK\r\n".encode()),
    "Huawei, the usual name": (
        "AT^SMGL=4",
        f"\r\n+CMGL: 1,0,,36\r\n{FIVE}\r\n+CMGL: 7,1,,36\r\n{SEVEN}\r\n\r\nOK\r\n".encode(),
    ),
    "URCs between": (
        "AT+CMGL=4",
        f'\r\n+CMGL: 1,0,,36\r\n\r\n+CMTI: "SM",9\r\n{FIVE}\r\n\r\n^RSSI:19\r\n\r\n+CMGL: 7,1,,36\r\n'.encode()
        + f"{SEVEN}\r\n\r\n+CREG: 1\r\n\r\nOK\r\n".encode(),
    ),
    "a +CMT between": (
        "AT+CMGL=4",
        f"\r\n+CMGL: 1,0,,36\r\n\r\n+CMT: ,36\r\n{deliver_pdu('Баланс 9999')}\r\n{FIVE}\r\n\r\n+CMT: ,36\r\n".encode()
        + f"{deliver_pdu('Баланс 9999')}\r\n+CMGL: 7,1,,36\r\n{SEVEN}\r\n\r\nOK\r\n".encode(),
    ),
    "echo": (
        "AT+CMGL=4",
        f"AT+CMGL=4\r\r\n+CMGL: 1,0,,36\r\n{FIVE}\r\n+CMGL: 7,1,,36\r\n{SEVEN}\r\n\r\nOK\r\n".encode(),
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_in_pdu_mode(name: str, read: Read) -> None:
    """Every shape of a list gives the same two parts with place, status and text, however its octets arrive."""
    command, data = LISTS[name]
    dice = random.Random(7)
    cuts = sorted(dice.sample(range(len(data)), 12))
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))], _cut(data, cuts)):
        parts = parts_of_list(information(read(pieces), command), "ME", charset="GSM")
        assert [(part.place, part.status, part.sender, part.text) for part in parts] == [
            (SmsPlace(storage="ME", index=1), "unread", "MTS", "Баланс 5"),
            (SmsPlace(storage="ME", index=7), "read", "MTS", "Баланс 7"),
        ]
        assert {part.sent_at for part in parts} == {WHEN}


def _cut(data: bytes, cuts: list[int]) -> list[bytes]:
    return [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]


def test_a_pdu_that_cannot_be_read_keeps_its_place() -> None:
    """A damaged PDU, or none, gives a part without sender and text, and does not hide its neighbours."""
    lines = ["+CMGL: 1,1,,36", FIVE[:20], "+CMGL: 2,1,,36", "+CMGL: 3,3,,36", FIVE, "+CMGL: x,1,,3", "+CMGL: 4", "junk"]
    parts = parts_of_list(lines, "SM", charset=None)
    assert [(part.place and part.place.index, part.text) for part in parts] == [(1, None), (2, None), (3, "Баланс 5")]
    assert parts[0].sender == parts[1].sender == ""


TEXT_LIST = (
    '\r\n+CMGL: 1,"REC UNREAD","MTS",,"26/11/20,10:30:00+12"\r\nBalance 5\r\nTill 01.12\r\n'
    '+CMGL: 2,"REC READ","+79161234567","A, B","26/11/20,10:30:00-28",145,9\r\nOK\r\nHi\r\n'
    "+CMGL: 3,STO SENT,111,,\r\nbalance\r\n"
    '+CMGL: 4,"STO UNSENT","111",,\r\n\r\n'
    "+CMGL: 5,REC READ,+79161234567,,26/11/20,10:30:00+12\r\nfive\r\n\r\nOK\r\n"
)


def test_lists_in_text_mode(read: Read) -> None:
    """Text mode with and without quotes, names, more fields; bodies of several lines, one of which says OK."""
    parts = parts_of_list(information(read([TEXT_LIST.encode()]), "AT+CMGL"), "SM", charset="IRA")
    assert [(part.status, part.sender, part.text) for part in parts] == [
        ("unread", "MTS", "Balance 5\nTill 01.12"),
        ("read", "+79161234567", "OK\nHi"),
        ("sent", "111", None),
        ("unsent", "111", None),
        ("read", "+79161234567", "five"),
    ]
    assert parts[0].sent_at == parts[4].sent_at == WHEN
    assert parts[1].sent_at == datetime(2026, 11, 20, 17, 30, tzinfo=UTC)
    assert parts[2].sent_at is None


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("GSM", "Balance: 12.50 RUB", "Balance: 12.50 RUB"),
        ("IRA", "Vash balans 5", "Vash balans 5"),
        ("GSM", "04110430043B0430043D04410020003500200440002E", "Баланс 5 р."),
        ("UCS2", "04110430043B0430043D04410020003500200440002E", "Баланс 5 р."),
        ("UCS2", "00310032003300340035", "12345"),
        ("UCS2", "D83D", "\ud83d"),
        ("HEX", "42616C616E63653A2031322E3530", "Balance: 12.50"),
        ("HEX", "04110430043B0430043D04410020003500200440002E", "Баланс 5 р."),
        ("UTF-8", "Баланс 5".encode().decode("latin-1"), "Баланс 5"),
        ("GSM", "1234567890", "1234567890"),
        ("GSM", "00330034002C00350030", "34,50"),
        ("GSM", "", ""),
        ("GSM", "0A1B2C3D4E5F60718293A4B5C6D7E8F9", None),
        ("UCS2", "041", "041"),
        ("UCS2", "0411FFFF0003", None),
        ("GSM", "\x01\x02\x03\x04\x05\x06\x07\x08binary\x0b\x0c\x0e", None),
    ],
)
def test_text_mode_bodies(charset: str, body: str, text: str | None) -> None:
    """A body is read by the TE character set and by what modems do in spite of it; what is no text is None."""
    lines = ['+CMGR: "REC READ","MTS",,"26/11/20,10:30:00+12"', body]
    part = part_of_read(lines, PLACE, charset=charset)
    assert part is not None
    assert part.text == text


def test_a_user_data_header_in_front_of_a_text() -> None:
    """Modems that leave the header in the hex of text mode thereby tell reference, number and total."""
    for header, reference in (("050003420201", 0x42), ("06080400420201", 0x10042)):
        lines = ['+CMGR: "REC READ","MTS",,"26/11/20,10:30:00+12"', header + "0411043004 3B".replace(" ", "")]
        part = part_of_read(lines, PLACE, charset="UCS2")
        assert part is not None
        assert (part.text, part.reference, part.number, part.total) == ("Бал", reference, 1, 2)


def test_a_user_data_header_as_octets() -> None:
    """The header as octets in front of a plain text tells the same, and none of its octets is a sign of currency."""
    lines = ['+CMGR: "REC READ","MTS",,"26/11/20,10:30:00+12"', "\x05\x00\x03B\x02\x0134.50"]
    part = part_of_read(lines, PLACE, charset="GSM")
    assert part is not None
    assert (part.text, part.reference, part.number, part.total) == ("34.50", 0x42, 1, 2)


@pytest.mark.parametrize(
    "body", ["\x05\x00\x03", "\x05\x00\x03B\x02", "050003", "0608040042", "\x05\x00\x03B\x02\x01" * 900]
)
def test_half_a_user_data_header_does_no_harm(body: str) -> None:
    """A header that stops short, or comes a thousand times, raises nothing."""
    assert part_of_read(['+CMGR: "REC READ","MTS",,""', body], PLACE, charset="GSM") is not None


def test_strings_of_the_header_in_ucs2() -> None:
    """Senders, statuses and storages in hex, as the character set UCS2 wants it; numbers that look like hex stay."""
    lines = [
        '+CMGR: "0052004500430020005200450041 0044","004D00540053",,"26/11/20,10:30:00+12"'.replace(
            "0041 00", "004100"
        ),
        "0035",
    ]
    part = part_of_read(lines, PLACE, charset="UCS2")
    assert part is not None
    assert (part.status, part.sender, part.text) == ("read", "MTS", "5")
    plain = part_of_read(['+CMGR: "REC READ","7777",,"26/11/20,10:30:00+12"', "0035"], PLACE, charset="UCS2")
    assert plain is not None
    assert plain.sender == "7777"
    assert announced('+CMTI: "0053004D",4') == SmsPlace(storage="SM", index=4)


def test_control_characters_in_a_sender() -> None:
    """NUL, escape and line feeds of a sender reach nobody."""
    part = part_of_read(['+CMGR: "REC READ","M\0T\x1bS\x07",,"26/11/20,10:30:00+12"', "Hi"], PLACE, charset="GSM")
    assert part is not None
    assert part.sender == "M T S"


@pytest.mark.parametrize("header", ['+CMGR: "REC READ","+7916",,""', '+CMGL: 1,"REC READ","+7916",,""'])
@pytest.mark.parametrize("end", ["OK", "ERROR", "+CMS ERROR: 321"])
def test_nothing_behind_a_forged_result_code_is_an_answer(read: Read, header: str, end: str) -> None:
    """A text with a result code between empty lines ends the answer too early; what stands behind it stays text."""
    data = f'\r\n{header}\r\nHi\r\n\r\n{end}\r\n\r\n+CUSD: 0,"Balance 9999",15\r\n\r\nOK\r\n'.encode()
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))]):
        lines = read(pieces)
        assert [line for line in lines if type(line) is str] == [header, end, "OK"]


# --- single messages


@pytest.mark.parametrize(
    "header", ["+CMGR: 0,,36", '+CMGR: 0,"",36', "^SMGR: 0,,36", "+CMGR:0, ,36", "+CMGR: 3,0,,36", '+CMGR: 0,"a,b",36']
)
def test_one_message_in_pdu_mode(header: str) -> None:
    """Every shape of the header gives the part at its place."""
    part = part_of_read([header, DataLine(FIVE, "+CMGR")], PLACE, charset=None)
    assert part is not None
    assert (part.place, part.status, part.sender, part.text) == (PLACE, "unread", "MTS", "Баланс 5")


def test_an_empty_place() -> None:
    """An answer without a header, and a header without a PDU, are an empty place."""
    for lines in ([], ["+CMGR: 0,,0"], ["^SMGR: 0,,0", ""], ["+CPMS: 1"]):
        assert part_of_read(lines, PLACE, charset=None) is None


def test_a_text_that_looks_like_a_header_is_text() -> None:
    """Behind the header of +CMGR everything is the message of that place, also a line that names another sender."""
    forged = '+CMGR: "REC READ","MTS",,"26/11/20,10:30:00+12"'
    lines = ['+CMGR: "REC READ","+79160000000",,"26/11/20,10:30:00+12"', "Hi", forged, "Balance: 9999"]
    part = part_of_read(lines, PLACE, charset="GSM")
    assert part is not None
    assert (part.sender, part.text) == ("+79160000000", f"Hi\n{forged}\nBalance: 9999")


def test_deliveries() -> None:
    """+CMT in both modes; what is none, or damaged, is None."""
    part = part_of_delivery("+CMT: ,36", FIVE, charset="GSM")
    assert part is not None
    assert (part.sender, part.text, part.status, part.place) == ("MTS", "Баланс 5", None, None)
    part = part_of_delivery('+CMT: "MTS",,"26/11/20,10:30:00+12"', "Balance 5\nBye", charset="GSM")
    assert part is not None
    assert (part.sender, part.text, part.sent_at, part.status) == ("MTS", "Balance 5\nBye", WHEN, None)
    part = part_of_delivery("+CMT: MTS,,26/11/20,10:30:00+12,208,4,0,0,+79160000000,145,9", "Balance 5", charset="GSM")
    assert part is not None
    assert (part.sender, part.text, part.sent_at) == ("MTS", "Balance 5", WHEN)
    assert part_of_delivery("+CMT: ,36", FIVE[:30], charset="GSM") is None
    assert part_of_delivery('+CMTI: "SM",3', FIVE, charset="GSM") is None
    assert part_of_delivery("Hello", "+CMT: ,36", charset="GSM") is None


@pytest.mark.parametrize(("octet", "status"), [("01", "read"), ("03", "unread"), ("05", "sent"), ("07", "unsent")])
def test_records_of_the_sim(octet: str, status: str) -> None:
    """A record of EF_SMS: the status octet, the PDU, and FF to its end."""
    part = part_of_record((octet + FIVE).ljust(352, "F"), PLACE)
    assert part is not None
    assert (part.status, part.text, part.place, part.raw.hex().upper()) == (status, "Баланс 5", PLACE, FIVE)


@pytest.mark.parametrize("record", ["00" + "F" * 350, "F" * 352, "", "zz", "0", "00" + FIVE])
def test_free_records_of_the_sim(record: str) -> None:
    """A record whose status is even or FF is free, whatever else it holds."""
    assert part_of_record(record, PLACE) is None


# --- where it lies


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('+CMTI: "SM",3', PLACE),
        ('+CMTI: "ME", 12', SmsPlace(storage="ME", index=12)),
        ("+CMTI:SM,3", PLACE),
        ("+CMTI: 0,111", SmsPlace(storage="", index=111)),
        ('+CMTI: "sm",3', PLACE),
        ('+CMTI: "MT",0,1', SmsPlace(storage="MT", index=0)),
        ('+CMTI: "SM",3AT+CPMS="SM"', PLACE),
        ('+CMTI: "SM"', None),
        ('+CMTI: "SM",123456', None),
        ("+CMT: ,36", None),
        ("+CMTI: ,3", None),
        (DataLine('+CMTI: "SM",3', "+CMT"), None),
    ],
)
def test_announcements(line: str, place: SmsPlace | None) -> None:
    """+CMTI names storage and index; the text of a message announces nothing."""
    assert announced(line) == place


@pytest.mark.parametrize(
    ("line", "names", "first"),
    [
        ('+CPMS: "SM",3,20,"SM",3,20,"ME",0,99', ["SM", "SM", "ME"], (3, 20)),
        ("+CPMS: SM,3,20,ME,1,99", ["SM", "ME"], (3, 20)),
        ('+CPMS:"ME" , 17 , 20', ["ME"], (17, 20)),
        ("+CPMS: 1,20,1,20,1,20", [], None),
        ('+CPMS: "SM",3', [], None),
        ('+CPMS: "SM","ME","MT"', [], None),
        ("OK", [], None),
    ],
)
def test_storages(line: str, names: list[str], first: tuple[int, int] | None) -> None:
    """One to three storages with their counts; the answer of a set command names none."""
    found = storages_of(["^RSSI:19", line])
    assert [storage.name for storage in found] == names
    if first is not None:
        assert found[0] == SmsStorage(name=names[0], used=first[0], places=first[1])
    assert counts_of(["+CPMS: 1,20,1,20,1,20"]) == (1, 20)
    assert counts_of(["+CPMS: x", "OK"]) is None


# --- nothing raises


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(alphabet=st.characters(max_codepoint=255), max_size=40),
            st.text(alphabet='+CMGLRTI^S: ,"0123456789ABCDEF/READ', max_size=60),
            st.sampled_from(
                ['+CMGL: 1,"REC READ","1"', "+CMGL: 1,1,,3", "+CMGR: 1,,3", "^SMGR: 0,,0", FIVE, FIVE[:31], '"']
            ),
        ),
        max_size=8,
    ),
    st.sampled_from(["GSM", "UCS2", "HEX", "IRA", None]),
)
def test_any_lines_give_parts_and_messages(lines: list[str], charset: str | None) -> None:
    """Whatever lines come, every function gives its type and raises nothing."""
    found = parts_of_list(lines, "SM", charset=charset)
    one = part_of_read(lines, PLACE, charset=charset)
    body = "\n".join(lines)
    delivered = part_of_delivery("+CMT: " + body[:40], body, charset=charset)
    part_of_record(body, PLACE)
    storages_of(lines)
    counts_of(lines)
    for line in lines:
        announced(line)
    messages = join([*found, *[part for part in (one, delivered) if part is not None]])
    for message in messages:
        assert message.missing < message.parts
        if message.text is not None:
            message.text.encode()


@pytest.mark.parametrize("header", ["+CMGR: ,,36", "+CMGR: , ,36", "+CMGR: 0,,36", "+CMGR: ,36"])
def test_a_header_without_status(header: str, read: Read) -> None:
    """+CMGR in PDU mode from a modem that leaves <stat> out: the message is read all the same."""
    lines = information(read([wire(header, FIVE, "OK")]), "AT+CMGR=1")
    part = part_of_read(lines, PLACE, charset="GSM")
    assert part is not None
    assert (part.text, part.status) == ("Баланс 5", None if header != "+CMGR: 0,,36" else "unread")


def test_a_list_without_status(read: Read) -> None:
    lines = information(read([wire("+CMGL: 1,,,36", FIVE, "+CMGL: 7,,,36", SEVEN, "OK")]), "AT+CMGL=4")
    parts = parts_of_list(lines, "SM", charset="GSM")
    assert [(part.place.index if part.place else None, part.text) for part in parts] == [
        (1, "Баланс 5"),
        (7, "Баланс 7"),
    ]


@pytest.mark.parametrize(
    "sender", ["0491F3F2", "1891" + "11" * 12, "0581F10FF3"], ids=["a gap", "too long", "a gap in an odd one"]
)
def test_an_invalid_sender(sender: str) -> None:
    """It costs neither time nor text."""
    part = deliver(deliver_pdu("Баланс 5", sender=sender))
    assert (part.sender, part.text) == ("", "Баланс 5")
    assert part.sent_at is not None
