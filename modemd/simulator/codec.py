"""How text travels in +CUSD, written down once more, on purpose without modemd.at.

A fake that used the codec under test would agree with its mistakes. Pure. 3GPP 23.038 (alphabets, packing, padding),
27.007 7.15 (which form the string of +CUSD takes for which TE character set).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Encoding = Literal["auto", "plain", "utf-8", "gsm", "packed", "8bit", "ucs2", "ucs2-lower", "ucs2-le"]
ENCODINGS: tuple[Encoding, ...] = ("auto", "plain", "utf-8", "gsm", "packed", "8bit", "ucs2", "ucs2-lower", "ucs2-le")
RequestForm = Literal["charset", "plain", "ucs2", "packed", "8bit"]
REQUEST_FORMS: tuple[RequestForm, ...] = ("charset", "plain", "ucs2", "packed", "8bit")

# What a network would put behind a string of this form when it does not lie (23.038 5).
DCS_OF: dict[Encoding, int] = {
    "plain": 15,
    "utf-8": 15,
    "gsm": 15,
    "packed": 15,
    "8bit": 68,
    "ucs2": 72,
    "ucs2-lower": 72,
    "ucs2-le": 72,
}

# 23.038 6.2.1, columns joined; position = code.
GSM7 = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# 23.038 6.2.1.1: reached through the escape code 0x1B.
GSM7_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_ESCAPE = 0x1B
_CODE_OF = {letter: code for code, letter in enumerate(GSM7) if code != _ESCAPE}
_EXTENSION_OF = {code: letter for letter, code in GSM7_EXTENSION.items()}


def encode(text: str, encoding: Encoding, *, charset: str = "IRA") -> tuple[bytes, int]:
    """The octets between the quotes of a +CUSD line and the dcs that fits them.

    `charset` is the TE character set (27.007 5.5) and matters for "auto" alone: the form that a modem without faults
    would use. Raises ValueError with a line for people where the text does not fit the encoding."""
    if encoding == "auto":
        encoding = _usual(text, charset)
        dcs = 15 if _fits_gsm7(text) else 72  # the network's choice, whatever the TE character set makes of it
    else:
        dcs = DCS_OF[encoding]
    try:
        match encoding:
            case "plain":
                octets = text.encode("latin-1")
            case "utf-8":
                octets = text.encode("utf-8")
            case "gsm":
                octets = bytes(septets(text))
            case "packed":
                octets = pack_ussd(text).hex().upper().encode()
            case "8bit":
                octets = text.encode("latin-1").hex().upper().encode()
            case "ucs2":
                octets = text.encode("utf-16-be").hex().upper().encode()
            case "ucs2-lower":
                octets = text.encode("utf-16-be").hex().encode()
            case "ucs2-le":
                octets = text.encode("utf-16-le").hex().upper().encode()
    except UnicodeEncodeError as fault:
        raise ValueError(f"{text[fault.start]!r} does not exist in {encoding}; use encoding = 'ucs2'") from fault
    return octets, dcs


def septets(text: str) -> list[int]:
    """GSM 7-bit codes of the text. Raises ValueError naming the first letter that has none."""
    codes: list[int] = []
    for letter in text:
        if letter in _CODE_OF:
            codes.append(_CODE_OF[letter])
        elif letter in GSM7_EXTENSION:
            codes += [_ESCAPE, GSM7_EXTENSION[letter]]
        else:
            raise ValueError(f"{letter!r} does not exist in the GSM 7-bit alphabet; use encoding = 'ucs2'")
    return codes


def letters(codes: Iterable[int]) -> str:
    """Text of GSM 7-bit codes; an escape without a known letter behind it becomes a space (23.038 6.2.1)."""
    out: list[str] = []
    escaped = False
    for code in codes:
        if escaped:
            out.append(_EXTENSION_OF.get(code, GSM7[code]))
            escaped = False
        elif code == _ESCAPE:
            escaped = True
        else:
            out.append(GSM7[code])
    return "".join(out)


def pack(codes: Iterable[int], *, skip_bits: int = 0) -> bytes:
    """Seven-bit codes to octets, lowest bit first (23.038 6.1.2). `skip_bits` zeros come first (SMS header)."""
    value, bits = 0, skip_bits
    for code in codes:
        value |= code << bits
        bits += 7
    return value.to_bytes((bits + 7) // 8, "little")


def unpack(octets: bytes) -> list[int]:
    """All whole septets in the octets, padding included."""
    value = int.from_bytes(octets, "little")
    return [value >> 7 * place & 0x7F for place in range(len(octets) * 8 // 7)]


def pack_ussd(text: str) -> bytes:
    """Packed for USSD: seven spare bits hold CR, else they would read as '@' (23.038 6.1.2.3.1)."""
    codes = septets(text)
    if len(codes) % 8 == 7 or (len(codes) % 8 == 0 and codes and codes[-1] == 0x0D):
        codes.append(0x0D)
    return pack(codes)


def unpack_ussd(octets: bytes) -> str:
    """The text of a packed USSD string, padding removed (23.038 6.1.2.3.1)."""
    codes = unpack(octets)
    if len(codes) % 8 == 0 and codes and codes[-1] == 0x0D:
        codes.pop()
    return letters(codes)


def decode_request(argument: bytes, form: RequestForm, *, charset: str) -> str | None:
    """What the TE meant with the string of AT+CUSD=1,"...", if it is of that form; None if it cannot be."""
    if form == "charset":
        # HEX as field modems have it: two digits an octet (27.007 5.5).
        form = {"UCS2": "ucs2", "HEX": "8bit"}.get(charset, "plain")  # type: ignore[assignment]
    if form == "plain":
        return argument.decode("latin-1")
    try:
        octets = bytes.fromhex(argument.decode("ascii"))
    except ValueError:
        return None
    match form:
        case "ucs2":
            return octets.decode("utf-16-be") if len(octets) % 2 == 0 and _is_utf16(octets) else None
        case "packed":
            text = unpack_ussd(octets)
            return text if pack_ussd_safely(text) == octets else None
        case _:
            return octets.decode("latin-1")


def pack_ussd_safely(text: str) -> bytes | None:
    """pack_ussd(), or None where it cannot be."""
    try:
        return pack_ussd(text)
    except ValueError:
        return None


def from_charset(octets: bytes, charset: str) -> str:
    """A quoted string of any command, in the TE character set."""
    if charset in ("UCS2", "HEX"):
        try:
            raw = bytes.fromhex(octets.decode("ascii"))
            return raw.decode("utf-16-be" if charset == "UCS2" else "latin-1")
        except ValueError:
            return octets.decode("latin-1")
    return octets.decode("latin-1")


def to_charset(text: str, charset: str) -> bytes:
    """A string as a modem shows it in the TE character set; what has no letter there becomes '?'."""
    match charset:
        case "UCS2":
            return text.encode("utf-16-be").hex().upper().encode()
        case "HEX":
            return text.encode("latin-1", "replace").hex().upper().encode()
        case "GSM":
            return bytes(code for letter in text for code in (septets(letter) if _fits_gsm7(letter) else [0x3F]))
        case _:
            return text.encode("ascii", "replace")


def _usual(text: str, charset: str) -> Encoding:
    if charset == "UCS2" or not _fits_gsm7(text):
        return "ucs2"
    if charset == "GSM":
        return "gsm"
    if not all(ord(letter) < 0x100 for letter in text):
        return "ucs2"
    return "8bit" if charset == "HEX" else "plain"


def _fits_gsm7(text: str) -> bool:
    return all(letter in _CODE_OF or letter in GSM7_EXTENSION for letter in text)


def _is_utf16(octets: bytes) -> bool:
    try:
        octets.decode("utf-16-be")
    except UnicodeDecodeError:
        return False
    return True
