"""What the strings of text mode say (27.005 3.1 <data>, <oa>): by the TE character set, and by what modems make of
it. Nothing but the text itself tells data for a program from a text, so what does not look like a text is none."""

from __future__ import annotations

import re
import unicodedata

from modemd.at.gsm import is_gsm, to_septets
from modemd.at.pdu import concatenation
from modemd.at.ussd import decode
from modemd.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Body:
    """`text` None = not readable. `concatenation`: (reference, number, total) where the modem left the user data
    header in front of the text."""

    text: str | None
    concatenation: tuple[int, int, int] | None = None


def body_text(body: str, charset: str | None) -> Body:
    """The text of a body as LineReader hands it out (latin-1, lines joined by LF)."""
    raw = body.encode("latin-1", "replace")
    if (place := concatenation(raw)) is not None:
        raw = raw[raw[0] + 1 :]
    found = _body(raw.decode("latin-1"), charset)
    return Body(found.text, place or found.concatenation)


def name_text(value: str) -> str:
    """A string of a header: an address, a status, a storage. In hex where the TE character set is UCS2, but not with
    every modem, and a number may look like hex: only what makes a number or a word of it counts."""
    if len(value) % 4 == 0 and len(value) >= 4 and _HEX.fullmatch(value):
        text = bytes.fromhex(value).decode("utf-16-be", "replace")
        if all("\x20" <= char < "\u0600" and char.isprintable() for char in text):
            return text
    return spelt_out(value) or value


def spelt_out(value: str) -> str | None:
    """A name that a modem wrote as the decimal number of each of its letters: "7711198105108105115" is "Mobilis". Only
    what is too long to be a number counts (E.164 6.2: 15 digits); None = it is none."""
    if len(value) <= _LONGEST_NUMBER or not re.fullmatch(r"(?:1[0-2][0-9]|[3-9][0-9])+", value, re.ASCII):
        return None
    letters = "".join(chr(int(code)) for code in re.findall(r"1[0-9]{2}|[3-9][0-9]", value))
    return letters if re.fullmatch(r"[ -~]+", letters) and any(char.isalpha() for char in letters) else None


def is_full(text: str) -> bool:
    """Whether a text is as long as a part of a longer message: 153 septets, or 67 UCS2 characters, or one less (a
    character that takes two, or the longer header). 23.040 9.2.3.24.1."""
    if is_gsm(text):
        return len(to_septets(text)) in (152, 153)
    return units(text) in (66, 67)


def units(text: str) -> int:
    """Length in UCS2 characters."""
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


_LONGEST_NUMBER = 15
_HEX = re.compile("(?:[0-9A-Fa-f]{2})+")
_UCS2_DIGITS = re.compile("(?:00[2-7][0-9A-Fa-f]){2,}")  # "00330034": the end of a number, in a part of its own
_PLAIN_DIGITS = re.compile("[0-9]{1,22}|[A-Fa-f]{1,8}")  # a number, a word; more is the hex of something
_POINTS_OF_A_TEXT = 55.0  # as at/ussd.py weighs: texts get 75 and more, random septets that happen to be letters 50
# Not packed septets and octets taken singly: a modem that decodes for its terminal does not leave these.
_DECODERS = ("plain", "plain-gsm", "plain-page", "utf8", "ucs2", "8bit", "8bit-utf8", "hex-gsm")


def _body(body: str, charset: str | None) -> Body:
    digits = re.sub(r"\s", "", body)
    octets = bytes.fromhex(digits) if _HEX.fullmatch(digits) else b""
    if (place := concatenation(octets)) is not None:
        return Body(_ucs2(octets[octets[0] + 1 :]), place)
    if octets and (charset == "UCS2" or _UCS2_DIGITS.fullmatch(digits)):
        return Body(_ucs2(octets))
    if not body.strip():
        return Body(body.strip() if charset != "HEX" else None)
    best = decode(body.encode("latin-1", "replace"), None, te_charset=charset)
    if best is None or best.decoder not in _DECODERS:
        return Body(None)
    if best.decoder == "ucs2" and octets:
        return Body(_ucs2(octets))
    if best.decoder.startswith("plain") and octets and not _PLAIN_DIGITS.fullmatch(digits):
        return Body(None)
    if best.decoder != "plain" and best.score < _POINTS_OF_A_TEXT:
        return Body(None)
    return Body(best.text if _readable(best.text) else None)


def _ucs2(octets: bytes) -> str | None:
    if len(octets) % 2:
        return None
    text = octets.decode("utf-16-be", "surrogatepass")
    return text if _readable(text) else None


def _readable(text: str) -> bool:
    """Whether all of it can be in a text for people. Half a surrogate pair can, at either end."""
    whole = text[1:] if "\udc00" <= text[:1] <= "\udfff" else text
    whole = whole[:-1] if "\ud800" <= whole[-1:] <= "\udbff" else whole
    return not any(
        (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and char not in "\n\r\t\f") or char == "\ufffd"
        for char in whole
    )
