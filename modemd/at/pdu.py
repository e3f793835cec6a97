"""SMS TPDUs (23.040 9.2) as they lie on a SIM and come over the wire: octets in hex -> one part of a message."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from modemd.at import national
from modemd.at.dcs import Alphabet
from modemd.at.gsm import BASIC, EXTENSION
from modemd.frozen import dataclass
from modemd.records import SmsPlace, SmsStatus


class PduError(ValueError):
    """These octets are no TPDU that this program can take apart: cut, or no hex at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsPart:
    """One part of a short message: one place of a storage, or one +CMT.

    `sender` is the other end: the originator, for what was sent from here its destination; "" where there is none.
    `text` None = not for people, not readable, or sent from here; it may end or begin with half a surrogate pair, or
    end in an escape of the GSM alphabet, which join() of at/sms.py mends. `sent_at`: the service centre's time stamp,
    aware; None where it is no time. `reference`, `number` (from 1), `total`: concatenation (23.040 9.2.3.24.1);
    without it None, 1, 1. `raw`: the PDU's octets, in text mode the lines. `full`: it holds as many characters as a
    part of a longer message can carry. `text_mode`: there was no PDU, so nothing but the length tells of other
    parts."""

    sender: str
    text: str | None
    status: SmsStatus | None = None
    sent_at: datetime | None = None
    reference: int | None = None
    number: int = 1
    total: int = 1
    place: SmsPlace | None = None
    raw: bytes = b""
    full: bool = False
    text_mode: bool = False


def deliver(pdu_hex: str) -> SmsPart:
    """One TPDU with the service centre's address in front (27.005 3.1 <pdu>): SMS-DELIVER (23.040 9.2.2.1) with its
    text, SMS-SUBMIT and SMS-STATUS-REPORT without. Octets that fill up a record behind its end are no part of `raw`;
    others show that its length was damaged on the wire, and its text would be cut. Raises PduError only."""
    octets = _Octets(_from_hex(pdu_hex))
    centre = octets.one()
    if centre > MAX_ADDRESS:
        raise PduError("a service centre's address of this length does not exist")
    octets.take(centre)
    first = octets.one()
    kind = first & 0x03
    if kind == _SUBMIT:
        octets.one()  # TP-MR
        receiver = octets.address()
        coding = octets.take(2)[1]  # TP-PID, TP-DCS
        octets.take(_VALIDITY_OCTETS[first >> 3 & 0x03])
        octets.take(_size(octets.one(), coding))
        return SmsPart(sender=receiver, text=None, raw=octets.passed)
    if kind == _STATUS_REPORT:
        octets.one()  # TP-MR
        receiver = octets.address()
        sent_at = time_stamp(octets.take(7))
        octets.take(8)  # TP-DT, TP-ST
        return SmsPart(sender=receiver, text=None, sent_at=sent_at, raw=octets.passed)
    # The reserved value is to be treated as SMS-DELIVER (23.040 9.2.3.1).
    sender = octets.address()
    protocol, coding = octets.one(), octets.one()
    sent_at = time_stamp(octets.take(7))
    length = octets.one()
    known = alphabet(coding)
    data = octets.take(_size(length, coding))
    header = _Header() if not first & _HEADER_FLAG else _header(data)
    text = None if _goes_on(octets.rest, data, length, known) else _text(data, length, known, header)
    return SmsPart(
        sender=sender,
        text=None if protocol == _SIM_DOWNLOAD or not header.for_people else text,
        sent_at=sent_at,
        reference=header.reference,
        number=header.number,
        total=header.total,
        raw=octets.passed,
        # One character less may be all that fits: two septets, or a surrogate pair.
        full=length >= (MAX_USER_DATA * 8 // 7 - 1 if known is Alphabet.GSM7 else MAX_USER_DATA - 3),
    )


def alphabet(dcs: int) -> Alphabet | None:
    """The alphabet of an SMS (23.038 4; USSD's table is another one, see at/dcs.py). None = compressed or reserved."""
    match dcs >> 4:
        case group if group < 8:  # general, and marked for deletion: class and message waiting do not matter here
            return None if dcs & 0x20 else _ALPHABETS.get(dcs >> 2 & 0x03)
        case 0xC | 0xD:  # message waiting
            return Alphabet.GSM7
        case 0xE:
            return Alphabet.UCS2
        case 0xF:
            return (Alphabet.EIGHT_BIT if dcs & 0x04 else Alphabet.GSM7) if not dcs & 0x08 else None
        case _:
            return None


def time_stamp(octets: bytes) -> datetime | None:
    """TP-SCTS (23.040 9.2.3.11): seven octets of swapped digits, the zone in quarters of an hour with its sign in bit
    3. None where they are no time."""
    digits = [(octet & 0x0F, octet >> 4) for octet in octets]
    if len(digits) != 7 or any(low > 9 for _, low in digits) or any(high > 9 for high, _ in digits[:6]):
        return None
    year, month, day, hour, minute, second = (tens * 10 + units for tens, units in digits[:6])
    tens, units = digits[6]
    quarters = (tens & 0x07) * 10 + units
    if quarters > _MAX_QUARTERS:
        return None
    zone = timezone(timedelta(minutes=15 * (-quarters if tens & 0x08 else quarters)))
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def concatenation(data: bytes) -> tuple[int, int, int] | None:
    """(reference, number, total) where octets begin with a user data header that says so and is nothing else: what
    some modems leave in front of the text in text mode."""
    if data[:3] not in (b"\x05\x00\x03", b"\x06\x08\x04") or len(data) <= data[0]:
        return None
    header = _header(data)
    return (header.reference, header.number, header.total) if header.reference is not None else None


MAX_ADDRESS = 12  # octets of an address (23.040 9.1.2.5)
MAX_USER_DATA = 140  # octets (23.040 9.2.3.24)

# --- helpers

_SUBMIT, _STATUS_REPORT = 1, 2  # TP-MTI (23.040 9.2.3.1)
_HEADER_FLAG = 0x40  # TP-UDHI
_VALIDITY_OCTETS = (0, 7, 1, 7)  # by TP-VPF (23.040 9.2.3.3)
_SIM_DOWNLOAD = 0x7F  # TP-PID (U)SIM data download
_MAX_QUARTERS = 56  # 14 hours: the largest offset there is
_ALPHABETS = {0: Alphabet.GSM7, 1: Alphabet.EIGHT_BIT, 2: Alphabet.UCS2}


def _from_hex(text: str) -> bytes:
    digits = text.strip()
    if not digits.isascii() or any(char.isspace() for char in digits):
        raise PduError("no hex digits")
    try:
        return bytes.fromhex(digits)
    except ValueError as error:
        raise PduError("no hex digits") from error


class _Octets:
    """A PDU that is being read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise PduError("the PDU ends too early")
        self._at += count
        return taken

    def one(self) -> int:
        return self.take(1)[0]

    @property
    def rest(self) -> bytes:
        return self._data[self._at :]

    @property
    def passed(self) -> bytes:
        return self._data[: self._at]

    def address(self) -> str:
        """TP-OA, TP-DA, TP-RA (23.040 9.1.2.5): a number, or letters; "" for what is no address. That must not cost the
        time and the text of the message, so it is passed over by the length that it names."""
        digits, kind = self.one(), self.one()
        if digits > 2 * _MAX_ADDRESS_DIGITS:
            raise PduError("an address of this length does not exist")
        value = self.take((digits + 1) // 2)
        if digits > _MAX_ADDRESS_DIGITS:
            return ""
        match kind & 0x70:
            case 0x50:
                letters = gsm_text(_unpack(value, digits * 4 // 7), EXTENSION) or ""
                # Senders count octets where they should count digits: seven zero bits are padding then, no "@".
                if digits % 2 == 0 and digits * 4 % 7 == 0:
                    letters = letters.removesuffix("@")
                return "".join(char if char.isprintable() else " " for char in letters).strip()
            case kind_of_number:
                number = "".join(_DIGITS[octet & 0x0F] + _DIGITS[octet >> 4] for octet in value)[:digits].rstrip("F")
                if "F" in number:
                    return ""
                return f"+{number}" if kind_of_number == 0x10 and number else number


_MAX_ADDRESS_DIGITS = 22  # 23.040 allows 20; services with eleven letters count 22
_DIGITS = "0123456789*#abcF"

# --- user data


@dataclass(frozen=True, slots=True)
class _Header:
    """The user data header (23.040 9.2.3.24). `octets`: its length with the length octet. `single`, `locking`: the
    national language of that shift table. `for_people` is False where the text is data for a program or unreadable."""

    octets: int = 0
    reference: int | None = None
    number: int = 1
    total: int = 1
    single: int | None = None
    locking: int | None = None
    for_people: bool = True


def _header(data: bytes) -> _Header:
    if not data or data[0] + 1 > len(data):
        raise PduError("the user data header is longer than the user data")
    size = data[0] + 1
    reference: int | None = None
    number = total = 1
    single: int | None = None
    locking: int | None = None
    for_people = True
    at = 1
    while at < size:
        if at + 1 >= size or at + 2 + data[at + 1] > size:
            # Such a header is to be ignored as a whole (9.2.3.24); then nobody knows what this is a part of.
            return _Header(size, for_people=False)
        name, value = data[at], data[at + 2 : at + 2 + data[at + 1]]
        at += 2 + len(value)
        match name, len(value):
            case (0x00, 3) | (0x08, 4):
                parts, which = value[-2], value[-1]
                if 0 < which <= parts:  # else the element is to be ignored
                    # Two kinds of references, so that 8 bit 5 is not 16 bit 5.
                    reference = int.from_bytes(value[:-2]) + (_LONG_REFERENCE if name == 0x08 else 0)
                    number, total = which, parts
            case 0x24, 1:
                single = value[0]
            case 0x25, 1:
                locking = value[0]
            case _ if name in _FOR_PROGRAMS or 0x70 <= name <= 0x7F:
                for_people = False
    return _Header(size, reference, number, total, single, locking, for_people)


_LONG_REFERENCE = 0x10000
_FOR_PROGRAMS = (0x04, 0x05, 0x09)  # ports (8 and 16 bit), control messages; 0x70 to 0x7F: SIM toolkit


def _size(length: int, dcs: int) -> int:
    """Octets of user data. TP-UDL counts septets for GSM 7 bit, and for what is reserved, since that is to be treated
    as GSM 7 bit; octets for everything else, and for what is compressed (23.040 9.2.3.16)."""
    compressed = dcs < 0x80 and bool(dcs & 0x20)
    in_octets = compressed or alphabet(dcs) in (Alphabet.EIGHT_BIT, Alphabet.UCS2)
    return length if in_octets else (length * 7 + 7) // 8


def _text(data: bytes, length: int, known: Alphabet | None, header: _Header) -> str | None:
    """The characters of the user data, or None where they are not known for certain."""
    match known:
        case Alphabet.GSM7:
            skip = (header.octets * 8 + 6) // 7  # the text begins at the next septet
            if skip > length:
                raise PduError("the user data header is longer than the user data")
            shifts = EXTENSION if header.single is None else national.single(header.single)
            letters = BASIC if header.locking is None else national.locking(header.locking)
            return None if letters is None else gsm_text(_unpack(data, length)[skip:], shifts, letters)
        case Alphabet.UCS2:
            body = data[header.octets :]
            if len(body) % 2:
                return None
            return body.decode("utf-16-be", "surrogatepass")
        case _:
            return None


def _goes_on(rest: bytes, data: bytes, length: int, known: Alphabet | None) -> bool:
    """Whether there is more than what fills up a record of the SIM (FF, NUL), or another septet begins in the bits
    behind the last one, which 23.038 fills with zeros, or with a CR where there are seven."""
    if rest.strip(b"\xff\0"):
        return True
    if known is not Alphabet.GSM7 or not data:
        return False
    spare = len(data) * 8 - length * 7
    bits = data[-1] >> (8 - spare)
    return bits != 0 and (rest[:1] == b"\0" or (spare == 7 and bits != 0x0D))


def gsm_text(septets: bytes, shifts: dict[int, str] | None, letters: str = BASIC) -> str | None:
    """Septets, one an octet, by the default alphabet (or a locking shift table) and a single shift table. None as its
    table: only a text without an escape is certain. What the table does not have is the one of the alphabet (23.038
    6.2.1.1 note 1). An escape at the end stays, as the octet 0x1B."""
    if shifts is None:
        return None if 0x1B in septets else "".join(map(letters.__getitem__, septets))
    text: list[str] = []
    escaped = False
    for septet in septets:
        if escaped:
            text.append(" " if septet == 0x1B else shifts.get(septet, letters[septet]))
            escaped = False
        elif septet == 0x1B:
            escaped = True
        else:
            text.append(letters[septet])
    return "".join(text) + ("\x1b" if escaped else "")


def _unpack(octets: bytes, count: int) -> bytes:
    """`count` septets, one an octet (23.038 6.1.2.1)."""
    number = int.from_bytes(octets, "little")
    return bytes(number >> 7 * place & 0x7F for place in range(count))
