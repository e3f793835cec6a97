"""Hex digits that hold text, and PDUs: out of them, and back with the letters that changed. Lengths stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from modemd.at.gsm import BASIC
from modemd.redaction.pseudonyms import Pseudonyms

# --- hex digits and back: (text of the same number of characters as there are units, the units that changed) ---------


def _ucs2(run: str) -> str:
    return "".join(chr(int(run[at : at + 4], 16)) for at in range(0, len(run) // 4 * 4, 4))


def _to_ucs2(run: str, text: str) -> str:
    return _changed(run, _ucs2(run), text, 4, lambda letter: f"{ord(letter):04x}")


def _shifted(shift: int) -> tuple[Callable[[str], str], Callable[[str, str], str]]:
    """UCS2 whose first digits were cut off."""
    return (lambda run: _ucs2(run[shift:])), (lambda run, text: run[:shift] + _to_ucs2(run[shift:], text))


def _ucs2_le(run: str) -> str:
    return "".join(chr(int(run[at + 2 : at + 4] + run[at : at + 2], 16)) for at in range(0, len(run) // 4 * 4, 4))


def _to_ucs2_le(run: str, text: str) -> str:
    return _changed(run, _ucs2_le(run), text, 4, lambda letter: f"{ord(letter) & 255:02x}{ord(letter) >> 8:02x}")


def _eight(run: str) -> str:
    return bytes.fromhex(run[: len(run) // 2 * 2]).decode("latin-1")


def _to_eight(run: str, text: str) -> str:
    return _changed(run, _eight(run), text, 2, lambda letter: f"{ord(letter):02x}")


def _packed(run: str) -> str:
    octets = bytes.fromhex(run[: len(run) // 2 * 2])
    return _septets(octets, len(octets) * 8 // 7)


def _to_packed(run: str, text: str) -> str:
    even = len(run) // 2 * 2
    octets = bytes.fromhex(run[:even])
    made = _with_septets(octets, _packed(run), text).hex()
    return (made if run.islower() else made.upper()) + run[even:]


def _septets(octets: bytes, count: int) -> str:
    """One character a septet, so that places stay places: an escape is its own."""
    number = int.from_bytes(octets, "little")
    return "".join(BASIC[number >> 7 * place & 0x7F] for place in range(count))


def _with_septets(octets: bytes, before: str, after: str) -> bytes:
    number = int.from_bytes(octets, "little")
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            number ^= (BASIC.index(old) ^ BASIC.index(new)) << 7 * place
    return number.to_bytes(len(octets), "little")


def _changed(run: str, before: str, after: str, width: int, written: Callable[[str], str]) -> str:
    parts = [run[at : at + width] for at in range(0, len(run), width)]
    for place, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            parts[place] = written(new) if run.islower() else written(new).upper()
    return "".join(parts)


CODECS: tuple[tuple[Callable[[str], str], Callable[[str, str], str]], ...] = (
    (_ucs2, _to_ucs2),
    (_packed, _to_packed),
    (_eight, _to_eight),
    (_ucs2_le, _to_ucs2_le),
    _shifted(1),
    _shifted(2),
    _shifted(3),
)


def is_ucs2_text(run: str) -> bool:
    """Hex digits that are characters and not a number, although all of them may be decimal: 003100320033."""
    return len(run) >= 4 and len(run) % 4 == 0 and re.fullmatch(r"(?:00[2-7][0-9A-Fa-f]|000[AaDd])+", run) is not None


def swap(run: str) -> str:
    return "".join(run[at + 1] + run[at] for at in range(0, len(run) - 1, 2)) + (run[-1] if len(run) % 2 else "")


def blank(text: str, *, other: str = "x") -> str:
    """The shape of a text: every letter an x, every digit a 0; blanks and the punctuation of ASCII stay. `other` stands
    for what is beyond ASCII."""
    return "".join(
        ("0" if letter.isdigit() else "x" if letter.isalpha() else letter) if letter.isascii() else other
        for letter in text
    )


def blank_hex(run: str) -> str:
    """The shape of a text that stands in hex digits: UCS2 if it can be, else octets."""
    unpacked, packed, other = (_ucs2, _to_ucs2, "\u0445") if len(run) % 4 == 0 else (_eight, _to_eight, "x")
    return packed(run, blank(unpacked(run), other=other))


def record(run: str, names: Pseudonyms) -> str:
    """A record of EF_SMS (31.102 4.2.25): its status, the PDU redacted, the filler as it is; scrubbed where no PDU can
    be made out."""
    body = run[2:]
    bare = re.sub("(?:[Ff]{2})*$", "", body)
    for fillers in range(0, len(body) - len(bare) + 1, 2):
        if fillers > 16:
            break
        done = pdu(body[: len(bare) + fillers], names)
        if done is not None:
            return run[:2] + done + body[len(done) :]
    return run if not bare else run[:2] + "0" * len(bare) + body[len(bare) :]


# --- PDUs ------------------------------------------------------------------------------------------------------------


def pdu(run: str, names: Pseudonyms) -> str | None:
    """An SMS-DELIVER, SMS-SUBMIT or SMS-STATUS-REPORT (23.040 9.2.2) in hex with pseudonyms for SMSC and addresses and
    only the shape of its text: a message is a private matter, whoever sent it. None where the lengths in it do not add
    up."""
    if len(run) % 2 or len(run) < 20:
        return None
    octets = bytearray.fromhex(run)
    try:
        found = list(_addresses(octets))
        ends = _parts(octets)
    except IndexError:
        return None
    if ends is None:
        return None
    for start, digits in found:
        _redact_address(octets, start, digits, names)
    _blank_letters(octets, _address_at(octets))
    text_at, dcs, header, septets = ends
    if text_at is not None:
        _redact_user_data(octets, text_at, dcs, header, septets)
    made = octets.hex()
    return made if run.islower() else made.upper()


def _addresses(octets: bytearray) -> Iterator[tuple[int, int]]:
    """(place of the first digit octet, number of digits) of SMSC and of the other end."""
    service = octets[0]
    if service > 12:
        raise IndexError
    if service > 1:
        yield 2, (service - 1) * 2
    at = _address_at(octets)
    if octets[at + 1] & 0x70 != 0x50:  # not letters
        yield at + 2, octets[at]


def _address_at(octets: bytearray) -> int:
    first = 1 + octets[0]
    if octets[first] & 3 == 3 or octets[first] & 3 == 0:
        return first + 1
    return first + 2  # a message reference in between


def _parts(octets: bytearray) -> tuple[int | None, int, bool, int] | None:
    """(place of the text or None, its dcs, whether it begins with a header, its length as the PDU says)."""
    first = octets[1 + octets[0]]
    at = _address_at(octets)
    if octets[at] > 20:
        return None
    at += 2 + (octets[at] + 1) // 2
    kind = first & 3
    if kind == 3:
        return None
    if kind == 2:
        return (None, 0, False, 0) if len(octets) >= at + 15 else None
    dcs = octets[at + 1]
    validity = {0: 0, 2: 1}.get(first >> 3 & 3, 7)
    at += 2 + (7 if kind == 0 else validity)
    length = octets[at]
    wanted = (length * 7 + 7) // 8 if _is_septets(dcs) else length
    if len(octets) - at - 1 != wanted:
        return None
    return at + 1, dcs, bool(first & 0x40), length


def _is_septets(dcs: int) -> bool:
    """23.038 4: the default alphabet."""
    if dcs & 0xC0 in (0x00, 0x40):
        return dcs & 0x0C == 0
    if dcs & 0xF0 == 0xF0:
        return dcs & 0x04 == 0
    return dcs & 0xF0 != 0xE0


def _redact_address(octets: bytearray, start: int, digits: int, names: Pseudonyms) -> None:
    end = start + (digits + 1) // 2
    swapped = swap(octets[start:end].hex())
    number = swapped[:digits].rstrip("fF")
    if len(number) >= 7 and number.isdecimal():
        octets[start:end] = bytes.fromhex(swap(names.of(number) + swapped[len(number) :]))


def _blank_letters(octets: bytearray, at: int) -> None:
    """The shape of an alphanumeric address (23.040 9.1.2.5)."""
    if octets[at + 1] & 0x70 != 0x50:
        return
    start, end = at + 2, at + 2 + (octets[at] + 1) // 2
    body = bytes(octets[start:end])
    inside = _septets(body, octets[at] * 4 // 7)
    octets[start:end] = _with_septets(body, inside, blank(inside))


def _redact_user_data(octets: bytearray, start: int, dcs: int, header: bool, septets: int) -> None:
    skip = octets[start] + 1 if header and len(octets) > start else 0
    if _is_septets(dcs):
        body = bytes(octets[start:])
        first = (skip * 8 + 6) // 7
        inside = _septets(body, septets)
        done = inside[:first] + blank(inside[first:])
        octets[start:] = _with_septets(body, inside, done)
        return
    run = octets[start + skip :].hex()
    ucs2 = dcs & 0x0C == 0x08 or dcs & 0xF0 == 0xE0
    unpacked, packed = (_ucs2, _to_ucs2) if ucs2 else (_eight, _to_eight)
    octets[start + skip :] = bytes.fromhex(packed(run, blank(unpacked(run), other="\u0445" if ucs2 else "x")))
