"""SMS TPDUs: what a PDU says, that nothing hostile raises anything but PduError, what gsmmodem makes of the same."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.at import national
from modemd.at.gsm import BASIC, EXTENSION, to_septets
from modemd.at.pdu import PduError, SmsPart, deliver, time_stamp

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gsmmodem.pdu import decodeSmsPdu, encodeSmsSubmitPdu

STAMP = "62110291030021"  # 2026-11-20 19:30:00 +03:00
WHEN = datetime(2026, 11, 20, 19, 30, tzinfo=timezone(timedelta(hours=3)))


def swapped(digits: str) -> str:
    even = digits + "F" * (len(digits) % 2)
    return "".join(even[at + 1] + even[at] for at in range(0, len(even), 2))


def packed(septets: bytes, fill: int = 0) -> bytes:
    """Septets behind `fill` bits of nothing."""
    number = sum(septet << (7 * at + fill) for at, septet in enumerate(septets))
    return number.to_bytes((len(septets) * 7 + fill + 7) // 8, "little")


def letters(sender: str) -> str:
    septets = to_septets(sender)
    return f"{(len(septets) * 7 + 3) // 4:02X}D0" + packed(septets).hex().upper()


def number(digits: str) -> str:
    kind = "91" if digits.startswith("+") else "81"
    return f"{len(digits.lstrip('+')):02X}{kind}" + swapped(digits.lstrip("+"))


def gsm(text: str | bytes, header: bytes = b"") -> tuple[int, bytes]:
    """TP-UDL and TP-UD of a GSM 7 bit text behind a user data header."""
    septets = to_septets(text) if isinstance(text, str) else text
    skip = (len(header) * 8 + 6) // 7
    return len(septets) + skip, header + packed(septets, skip * 7 - len(header) * 8)


def ucs2(text: str, header: bytes = b"") -> tuple[int, bytes]:
    data = header + text.encode("utf-16-be", "surrogatepass")
    return len(data), data


def pdu(
    data: tuple[int, bytes],
    *,
    dcs: int = 0,
    sender: str = "0B919761214365F7",
    first: int = 0x04,
    centre: str = "07919761989901F0",
    pid: int = 0,
    stamp: str = STAMP,
) -> str:
    return f"{centre}{first:02X}{sender}{pid:02X}{dcs:02X}{stamp}{data[0]:02X}{data[1].hex().upper()}"


def test_a_plain_message() -> None:
    """Sender, text and time of a short GSM 7 bit message, which is a message of one part."""
    part = deliver(pdu(gsm("Balance: 12.50 RUB")))
    assert part.sender == "+79161234567"
    assert part.text == "Balance: 12.50 RUB"
    assert part.sent_at == WHEN
    assert (part.reference, part.number, part.total) == (None, 1, 1)
    assert part.raw.hex().upper() == pdu(gsm("Balance: 12.50 RUB"))
    assert not part.full


GSM_CODINGS = [0x00, 0x10, 0x11, 0x12, 0x13, 0x40, 0x53, 0xC0, 0xC8, 0xD0, 0xDB, 0xF0, 0xF1, 0xF2, 0xF3]
UCS2_CODINGS = [0x08, 0x18, 0x19, 0x1A, 0x1B, 0x48, 0x5B, 0xE0, 0xE9]
NO_TEXT = [0x04, 0x14, 0x17, 0x0C, 0x1F, 0x20, 0x28, 0x38, 0x60, 0x6B, 0x80, 0x9F, 0xA8, 0xB0, 0xF4, 0xF7, 0xF8, 0xFF]


@pytest.mark.parametrize("dcs", GSM_CODINGS)
def test_data_coding_schemes_of_the_gsm_alphabet(dcs: int) -> None:
    """Every group of 23.038 4 that means GSM 7 bit, with class and message waiting bits, is read as such."""
    assert deliver(pdu(gsm("Balance {5} €"), dcs=dcs)).text == "Balance {5} €"


@pytest.mark.parametrize("dcs", UCS2_CODINGS)
def test_data_coding_schemes_of_ucs2(dcs: int) -> None:
    """Every group of 23.038 4 that means UCS2 is read as such."""
    assert deliver(pdu(ucs2("Баланс 5 ₽"), dcs=dcs)).text == "Баланс 5 ₽"


@pytest.mark.parametrize("dcs", NO_TEXT)
def test_what_is_data_compressed_or_reserved_has_no_text(dcs: int) -> None:
    """8 bit data, compressed texts and reserved codings give no text, but sender and time."""
    part = deliver(pdu((16, b"Balance 9999 RUB"), dcs=dcs))
    assert (part.sender, part.text, part.sent_at) == ("+79161234567", None, WHEN)


def test_every_letter_of_the_default_alphabet() -> None:
    """All 127 characters and the extension come out of their septets, "@" at the end included."""
    every = bytes(code for code in range(128) if code != 0x1B)
    assert deliver(pdu(gsm(every))).text == "".join(BASIC[code] for code in every)
    escaped = bytes(code for pair in EXTENSION for code in (0x1B, pair))
    assert deliver(pdu(gsm(escaped))).text == "".join(EXTENSION.values())
    assert deliver(pdu(gsm("1234567@"))).text == "1234567@"


@pytest.mark.parametrize(
    ("language", "septets", "text"),
    [
        (1, "1B531B671B1B", "Şğ "),
        (1, "1B651B3C", "€["),
        (2, "1B411B751B65", "Áú€"),
        (3, "1B5B1B7C1B651B1241", "Ãõ€ΦA"),
    ],
)
def test_national_single_shift(language: int, septets: str, text: str) -> None:
    """The single shift tables of 23.038 A.2 for Turkish, Spanish and Portuguese."""
    header = bytes([3, 0x24, 1, language])
    assert deliver(pdu(gsm(bytes.fromhex(septets), header), first=0x44)).text == text


def test_an_unknown_national_table_gives_only_what_is_certain() -> None:
    """A text without an escape is certain under any single shift table; with one, or a locking shift, it is not."""
    header = bytes([3, 0x24, 1, 14])
    assert deliver(pdu(gsm("Balance 5", header), first=0x44)).text == "Balance 5"
    assert deliver(pdu(gsm("Balance 5 €", header), first=0x44)).text is None
    for language in (2, 14):  # Spanish has no locking shift
        assert deliver(pdu(gsm("Balance 5", bytes([3, 0x25, 1, language])), first=0x44)).text is None


@pytest.mark.parametrize(
    ("language", "septets", "text"),
    [
        (1, "07201D200C2031322C353020544C", "ı ş ğ 12,50 TL"),
        (3, "56616C6F7220310820040A18", "Valor 1ó ê\n€"),
        (4, "15200131322C3530", "ক \u098212,50"),
        (5, "152031322C3530", "ક 12,50"),
        (6, "4A594B2031322E3530203B", "शेष 12.50 ;"),
        (7, "152031322C3530", "ಕ 12,50"),
        (8, "152031322C3530", "ക 12,50"),
        (9, "152031322C3530", "କ 12,50"),
        (10, "152031322C3530", "ਕ 12,50"),
        (11, "152031322C3530", "க 12,50"),
        (12, "152031322C3530", "క 12,50"),
        (13, "00012031322C3530", "اآ 12,50"),
    ],
)
def test_national_locking_shift(language: int, septets: str, text: str) -> None:
    """The locking shift tables of 23.038 A.3, alone and with the single shift table of the same language."""
    for header in (bytes([3, 0x25, 1, language]), bytes([6, 0x25, 1, language, 0x24, 1, language])):
        assert deliver(pdu(gsm(bytes.fromhex(septets), header), first=0x44)).text == text


@pytest.mark.parametrize("language", range(1, 14))
def test_national_tables_hold_letters_and_signs_of_their_own(language: int) -> None:
    """Digits, point and comma are where they always are: an amount is the same in every table."""
    table = national.locking(language)
    assert national.single(language) is not None
    if table is None:
        assert language == 2
        return
    assert len(table) == 128
    assert [table[ord(char)] for char in "0123456789.,:;?! \n"] == list("0123456789.,:;?! \n")
    assert table[0x1B] == "\x1b"


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("0500034203 02", (0x42, 2, 3)),
        ("06080401420302", (0x10142, 2, 3)),
        ("0A0500035503 0124020106", None),
        ("05000342 0300", (None, 1, 1)),  # number 0, number beyond the total, total 0: to be ignored
        ("050003420304", (None, 1, 1)),
        ("050003420000", (None, 1, 1)),
        ("0B0003420301080401420302", (0x10142, 2, 3)),  # the last one counts
    ],
)
def test_concatenation(header: str, place: tuple[int | None, int, int] | None) -> None:
    """Reference, number and total by 8 and by 16 bits; what 23.040 9.2.3.24.1 wants ignored is ignored."""
    octets = bytes.fromhex(header)
    for part in (
        deliver(pdu(gsm("part", octets), first=0x44)),
        deliver(pdu(ucs2("часть", octets), first=0x64, dcs=8)),
    ):
        if place is None:
            assert part.text is None
        else:
            assert (part.reference, part.number, part.total) == place
            assert part.text in ("part", "часть")


@pytest.mark.parametrize("header", ["0605040B8423F0", "0404020B84", "027000", "0409020000", "0500034203", "03000542"])
def test_data_for_programs_is_no_text(header: str) -> None:
    """Port addresses, SIM toolkit and control messages, and a header that does not add up, give no text."""
    octets = bytes.fromhex(header)
    octets = octets[:1].replace(octets[:1], bytes([len(octets) - 1])) + octets[1:]
    assert deliver(pdu(gsm("Balance 9999", octets), first=0x44)).text is None
    assert deliver(pdu(gsm("Balance 9999"), pid=0x7F)).text is None


def test_a_character_cut_between_parts_survives() -> None:
    """Half a surrogate pair stays half a pair, so that the other part can complete it."""
    first = deliver(pdu(ucs2("a\ud83d", bytes.fromhex("050003420201")), first=0x44, dcs=8))
    assert first.text == "a\ud83d"
    assert deliver(pdu((3, b"\x04\x11\x04"), dcs=8)).text is None  # half a character is none


def test_full_parts() -> None:
    """A part that holds all that fits behind its header is full, in both alphabets and with both headers."""
    for header in ("050003420201", "06080401420201"):
        octets = bytes.fromhex(header)
        room = 153 if len(octets) == 6 else 152
        assert deliver(pdu(gsm("x" * room, octets), first=0x44)).full
        assert not deliver(pdu(gsm("x" * (room - 5), octets), first=0x44)).full
        assert deliver(pdu(ucs2("ж" * (67 if len(octets) == 6 else 66), octets), first=0x44, dcs=8)).full
        assert not deliver(pdu(ucs2("ж" * 60, octets), first=0x44, dcs=8)).full


@pytest.mark.parametrize(
    ("field", "sender"),
    [
        (letters("MTS"), "MTS"),
        (letters("Balance"), "Balance"),
        ("0ED0" + packed(to_septets("Balance")).hex(), "Balance"),  # octets counted, seven bits of padding
        (letters("Beeline"), "Beeline"),
        (letters("MegaFon.Pro"), "MegaFon.Pro"),
        (letters("T2\n\r"), "T2"),
        ("00D0", ""),
        (number("+79161234567"), "+79161234567"),
        (number("111"), "111"),
        (number("0500"), "0500"),
        ("06A11032A4", "01234*"),
        ("0481AB0C", "#*a0"),
        ("0481DC0E", "abc0"),
        ("0281BA", "*#"),
        ("0091", ""),
    ],
)
def test_senders(field: str, sender: str) -> None:
    """Numbers with *, #, a, b, c, odd and even; letters with every way to count them; control characters."""
    assert deliver(pdu(gsm("Hi"), sender=field)).sender == sender


@pytest.mark.parametrize(
    ("stamp", "when"),
    [
        ("62110291030021", WHEN),
        ("6211029103008A", datetime(2026, 11, 20, 19, 30, tzinfo=timezone(-timedelta(hours=7)))),
        ("62110291030000", datetime(2026, 11, 20, 19, 30, tzinfo=UTC)),
        ("62110291030022", datetime(2026, 11, 20, 19, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
        ("00000000000000", None),
        ("FFFFFFFFFFFFFF", None),
        ("62310291030021", None),  # month 13
        ("62110242030021", None),  # hour 24
        ("6211029103002F", None),
        ("62110291030077", None),  # 19 hours off
        ("6A110291030021", None),
    ],
)
def test_time_stamps(stamp: str, when: datetime | None) -> None:
    """TP-SCTS in swapped digits with its zone, negative too; rubbish is no time and does no harm."""
    part = deliver(pdu(gsm("Hi"), stamp=stamp))
    assert part.sent_at == when
    assert part.text == "Hi"
    if when is not None and part.sent_at is not None:
        assert part.sent_at.utcoffset() == when.utcoffset()


def test_what_was_sent_and_reports_are_known_and_have_no_text() -> None:
    """A stored SMS-SUBMIT with each validity format and an SMS-STATUS-REPORT name the other end, and have no text."""
    other = number("+79161234567")
    body = "05E8329BFD06"
    for first, validity in ((0x01, ""), (0x11, "AA"), (0x09, STAMP), (0x19, STAMP)):
        part = deliver(f"00{first:02X}07{other}0000{validity}{body}FFFF")
        assert (part.sender, part.text, part.sent_at) == ("+79161234567", None, None)
        assert part.raw.hex().upper() == f"00{first:02X}07{other}0000{validity}{body}"
    report = deliver(f"000607{other}{STAMP}{STAMP}00")
    assert (report.sender, report.text, report.sent_at) == ("+79161234567", None, WHEN)


def test_octets_behind_the_end_are_padding() -> None:
    """A record of the SIM is filled up with FF, which is no part of the message."""
    whole = pdu(gsm("Balance 5"))
    assert deliver(whole + "FF" * 20) == deliver(whole)


@pytest.mark.parametrize("text", ["Balance: 12.50", "Balance: 123.50", "Balance: 1234.50"])
def test_a_damaged_length_does_not_cut_the_text(text: str) -> None:
    """ "Balance: 12" of 12.50 is a wrong number: what lies behind the text shows it."""
    _, data = gsm(text)
    for length in range(len(text)):
        assert deliver(pdu((length, data))).text is None, length


def test_every_cut_is_an_error_and_never_another_message() -> None:
    """A PDU that ends too early raises PduError, wherever it ends."""
    for whole in (
        pdu(gsm("Balance: 12.50", bytes.fromhex("050003420201")), first=0x44),
        pdu(ucs2("Баланс 5"), dcs=8, sender=letters("MTS")),
        f"001107{number('111')}0000AA05E8329BFD06",
    ):
        for end in range(len(whole)):
            with pytest.raises(PduError):
                deliver(whole[:end])


@pytest.mark.parametrize(
    "text", ["", "0", "zz", "07 91", "٠٧", "07\n91", "FF" * 30, "0D" * 30, "0004FF91" + "00" * 200]
)
def test_rubbish_is_an_error(text: str) -> None:
    """What is no hex, or has lengths that cannot be, raises PduError."""
    with pytest.raises(PduError):
        deliver(text)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200).map(bytes.hex), st.text(max_size=60)))
def test_nothing_raises_anything_else(text: str) -> None:
    """Any octets and any text give a part or PduError."""
    try:
        part = deliver(text)
    except PduError:
        return
    assert isinstance(part, SmsPart)
    assert len(part.raw) * 2 <= len(text.strip())


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_pdu_raises_nothing_else(data: st.DataObject) -> None:
    """Octets of a real PDU replaced by others give a part or PduError; the deep parts of the parser are reached."""
    header = bytes.fromhex("080003420201240103")
    octets = bytearray(bytes.fromhex(pdu(gsm("Balance 5", header), first=0x44)))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        part = deliver(octets.hex())
    except PduError:
        return
    assert part.number <= part.total


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("Balance 0123456789.,:@$€{}Баланс₽"), min_size=1, max_size=60),
    st.from_regex(r"\+[1-9][0-9]{3,14}", fullmatch=True),
)
def test_gsmmodem_reads_the_same(text: str, sender: str) -> None:
    """An independent decoder agrees on sender, text and time of plain messages in both alphabets."""
    plain = all(char in BASIC or char in EXTENSION.values() for char in text)
    whole = pdu(gsm(text) if plain else ucs2(text), dcs=0 if plain else 8, sender=number(sender))
    theirs = decodeSmsPdu(whole)
    ours = deliver(whole)
    assert (ours.sender, ours.text, ours.sent_at) == (theirs["number"], theirs["text"], theirs["time"])


@pytest.mark.parametrize("text", ["Balance: 12.50 " * 30, "Баланс: 12,50 р. " * 12])
def test_gsmmodem_cuts_where_we_join(text: str) -> None:
    """The user data of gsmmodem's own parts, put into deliveries, comes out with reference, numbers and text."""
    pieces = []
    for item in encodeSmsSubmitPdu("+79161234567", text, reference=0x42, requestStatusReport=False):
        octets = bytes(item.data)
        dcs, rest = octets[12], octets[13:]
        part = deliver(pdu((rest[0], rest[1:]), dcs=dcs, first=0x44))
        assert part.reference == 0x42
        pieces.append((part.number, part.total, part.text or ""))
    assert [number for number, _, _ in pieces] == list(range(1, len(pieces) + 1))
    assert {total for _, total, _ in pieces} == {len(pieces)}
    assert "".join(piece for _, _, piece in pieces) == text


def test_time_stamp_takes_any_octets() -> None:
    """Too few octets are no time."""
    assert time_stamp(b"") is None
    assert time_stamp(bytes.fromhex("621102910300")) is None
