"""PDUs of short messages (23.040 9.2), as a network and a SIM write them. Pure, and on purpose without modemd.at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from modemd.simulator import codec
from modemd.simulator.scenario import Sms

PARTS_MAX = 255
RECORD_SIZE = 176  # of EF_SMS (31.102 4.2.25)
RECORD_STATUS = {"REC READ": 1, "REC UNREAD": 3, "STO SENT": 5, "STO UNSENT": 7}


@dataclass(frozen=True, slots=True)
class Part:
    """One short message of a text: its TPDU without the service centre address, and the text in it."""

    pdu: bytes
    text: str


class BadPduError(ValueError):
    """What the TE wrote is no SMS-SUBMIT."""


def parts(sms: Sms, reference: int, *, sent_at: datetime) -> list[Part]:
    """The message as SMS-DELIVER (9.2.2.1), or as SMS-SUBMIT (9.2.2.2) where it is one of our own, one a part.

    Long texts are concatenated (9.2.3.24.1; by 16 bits where the reference needs them, 9.2.3.24.8). Letters outside
    the GSM alphabet make it UCS2."""
    if sms.pdu is not None:
        return [Part(sms.pdu, sms.text)]
    plain = writable(sms.text)
    long_header = reference > 255
    pieces = _pieces(sms.text, plain, long_header)
    out = []
    for number, piece in enumerate(pieces, 1):
        header = b""
        if len(pieces) > 1:
            mark = bytes([6, 8, 4]) + reference.to_bytes(2, "big") if long_header else bytes([5, 0, 3, reference])
            header = mark + bytes([len(pieces), number])
        if plain:
            skip = (len(header) * 8 + 6) // 7  # the text begins on a septet boundary
            data = codec.pack(codec.septets(piece), skip_bits=skip * 7)
            user = bytes([skip + len(codec.septets(piece))]) + header + data[len(header) :]
        else:
            data = header + piece.encode("utf-16-be")
            user = bytes([len(data)]) + data
        coding = bytes([0, 0 if plain else 8])
        mark_header = 0x40 if header else 0
        if sms.status in ("unsent", "sent"):
            head = bytes([0x11 | mark_header, 0]) + _address(sms.sender) + coding + b"\xa7"
        else:
            head = bytes([0x04 | mark_header]) + _address(sms.sender) + coding + _timestamp(sent_at)
        out.append(Part(head + user, piece))
    return out


def service_centre(number: str) -> bytes:
    """The address in front of a TPDU (27.005 3.1 <pdu>): its length in octets, type, digits."""
    digits = number.lstrip("+")
    address = bytes([0x91 if number.startswith("+") else 0x81]) + _swapped(digits)
    return bytes([len(address)]) + address


def record(status: str, pdu: bytes, centre: bytes = b"\x00") -> bytes:
    """What EF_SMS holds of a message: status, service centre address, TPDU, FF to the end (31.102 4.2.25)."""
    return (bytes([RECORD_STATUS[status]]) + centre + pdu).ljust(RECORD_SIZE, b"\xff")[:RECORD_SIZE]


EMPTY_RECORD = b"\x00".ljust(RECORD_SIZE, b"\xff")


def read_submit(data: bytes) -> tuple[str, str]:
    """Number and text of an SMS-SUBMIT with the service centre address in front (27.005 3.1 <pdu>). Raises PduError."""
    try:
        tpdu = data[1 + data[0] :]
        first, digits = tpdu[0], tpdu[2]
        if first & 0x03 != 0x01:
            raise BadPduError("no SMS-SUBMIT")
        size = (digits + 1) // 2
        number = _unswapped(tpdu[4 : 4 + size])[:digits]
        if tpdu[3] & 0x70 == 0x10:
            number = "+" + number
        place = 4 + size
        dcs = tpdu[place + 1]
        place += 2 + {0x00: 0, 0x10: 1}.get(first & 0x18, 7)
        length, user = tpdu[place], tpdu[place + 1 :]
        skip = 1 + user[0] if first & 0x40 else 0
        if dcs & 0x0C == 0x08:
            return number, user[skip:length].decode("utf-16-be")
        if dcs & 0x0C == 0x04 and dcs & 0xC0 == 0:
            return number, user[skip:length].decode("latin-1")
        return number, codec.letters(codec.unpack(user)[(skip * 8 + 6) // 7 : length])
    except (IndexError, UnicodeDecodeError) as fault:
        raise BadPduError("the octets end too early") from fault


def shown_time(sent_at: datetime) -> str:
    """The time stamp as text mode shows it (27.005 3.1 <scts>): the zone in quarters of an hour."""
    return f"{sent_at:%y/%m/%d,%H:%M:%S}{_quarters(sent_at):+03d}"


def writable(text: str) -> bool:
    """Whether the GSM 7-bit alphabet has every letter of the text."""
    try:
        codec.septets(text)
    except ValueError:
        return False
    return True


def _pieces(text: str, plain: bool, long_header: bool) -> list[str]:
    """The text cut so that each piece fits into a part; no letter is cut in two."""

    def size(letter: str) -> int:
        return len(codec.septets(letter)) if plain else len(letter.encode("utf-16-be")) // 2

    several = (152 if long_header else 153) if plain else (66 if long_header else 67)
    if sum(map(size, text)) <= (160 if plain else 70):
        return [text]
    pieces, room = [""], several
    for letter in text:
        if size(letter) > room:
            pieces.append("")
            room = several
        pieces[-1] += letter
        room -= size(letter)
    return pieces[:PARTS_MAX]


def _address(sender: str) -> bytes:
    """TP-OA (9.1.2.5): digits, or letters packed in septets."""
    if re.fullmatch(r"\+?[0-9]+", sender):
        digits = sender.lstrip("+")
        kind = 0x91 if sender.startswith("+") else 0x81
        return bytes([len(digits), kind]) + _swapped(digits)
    packed = codec.pack(codec.septets(sender if writable(sender) else "Operator")[:11])
    return bytes([len(packed) * 2, 0xD0]) + packed


def _timestamp(sent_at: datetime) -> bytes:
    """TP-SCTS (9.2.3.11); the sign of the zone is bit 3 of its first half octet."""
    octets = _swapped(f"{sent_at:%y%m%d%H%M%S}{abs(_quarters(sent_at)):02d}")
    return octets if _quarters(sent_at) >= 0 else octets[:-1] + bytes([octets[-1] | 0x08])


def _quarters(sent_at: datetime) -> int:
    offset = sent_at.utcoffset()
    return 0 if offset is None else round(offset.total_seconds() / 900)


def _swapped(digits: str) -> bytes:
    """Digits as swapped half octets (9.1.2.3)."""
    even = digits + "F" * (len(digits) % 2)
    return bytes.fromhex("".join(even[place + 1] + even[place] for place in range(0, len(even), 2)))


def _unswapped(octets: bytes) -> str:
    return "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets).replace("A", "*").replace("B", "#")
