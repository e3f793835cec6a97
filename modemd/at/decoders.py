"""Every way in which a +CUSD payload may be meant. Which of them is right is weighed elsewhere (at/ussd.py)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress

from modemd.at import code_pages
from modemd.at.dcs import Alphabet, alphabet, has_language_prefix
from modemd.at.gsm import BASIC, decode_packed, from_septets, unpack
from modemd.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Decoded:
    """`prior`: evidence from the octets themselves, on the scale of plausible.quality()."""

    decoder: str
    text: str
    prior: float = 0.0
    reasons: tuple[str, ...] = ()


def decodings(payload: bytes, dcs: int | None, te_charset: str | None = None) -> Iterator[Decoded]:
    """Readings of a payload under the stable names plain, plain-gsm, plain-page (`te_charset` is a code page), utf8,
    ucs2, ucs2-le, ucs2-raw, packed, 8bit, 8bit-utf8, hex-gsm, raw-packed, ucs2+packed and so on (hex digits that were
    encoded once more). Never raises."""
    payload = payload[:MAX_PAYLOAD]
    if not payload:
        return
    yield from _as_characters(payload, dcs)
    if (text := code_pages.letters(payload.rstrip(b"\0"), te_charset)) is not None:
        yield Decoded("plain-page", _line_ends(text), *_looks_like_hex(payload))
    if (digits := _hex_digits(payload)) is not None:
        yield from _as_hex(digits, dcs, nested=False)
    elif b'"' in payload:
        yield from _around_quotes(payload, dcs)


MAX_PAYLOAD = 4096  # octets; a USSD string has at most 160 (23.038 5)

# --- octets that are characters


def _as_characters(payload: bytes, dcs: int | None) -> Iterator[Decoded]:
    # NULs and blanks that pad the end are no text; inside of GSM text NUL is "@".
    body = payload.rstrip(b"\0") or payload
    prior, reasons = _looks_like_hex(body)
    escaped = 0x1B in body
    if escaped:
        prior, reasons = prior - 20.0, (*reasons, "an escape that was left as it was")
    yield Decoded("plain", _line_ends(body.decode("latin-1")), prior, reasons)
    if escaped or body.translate(None, _SAME_IN_GSM):
        untranslated = "".join(BASIC[octet] if octet < 128 else chr(octet) for octet in body)
        if escaped:
            prior += 20.0
            untranslated = "".join(
                from_septets(run) if run[0] < 128 else run.decode("latin-1") for run in _RUNS.findall(body)
            )
        prior += _untranslated_prior(body)
        yield Decoded("plain-gsm", _line_ends(untranslated), prior, (*reasons, "03.38 characters left as they were"))
    high = _count(body, _HIGH)
    if high:
        with suppress(UnicodeDecodeError):
            yield Decoded("utf8", _line_ends(body.decode("utf-8")), 5.0, ("octets are valid UTF-8",))
    if _CONTROL.search(body) or high * 4 > len(body):
        text = decode_packed(payload)
        yield Decoded("raw-packed", _line_ends(text), -30.0, ("octets taken as packed septets",))
        if len(payload) >= 4 and _usual(payload[0::2]) * 10 >= len(payload) // 2 * 7:
            text = _ucs2(payload, dcs, "utf-16-be")
            yield Decoded("ucs2-raw", text, -5.0, ("octets taken as UCS2",))


_CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f]")
_HIGH = bytes(range(128, 256))
_PRINTABLE = bytes(range(32, 127)) + b"\r\n"
_SAME_IN_GSM = _HIGH + bytes(octet for octet in range(128) if BASIC[octet] == chr(octet))  # or no 03.38 at all


def _count(octets: bytes, wanted: bytes) -> int:
    """How many of the octets are among the wanted ones."""
    return len(octets) - len(octets.translate(None, wanted))


def _untranslated_prior(body: bytes) -> float:
    """Brackets, bars and tildes are letters of 03.38 only as part of a word: "w{hlen", "Men~", not "[1]" or "5 | 7"."""
    if _CONTROL.search(body):
        return 0.0  # octets that are characters in 03.38 alone: nothing was translated
    signs = len(_SIGN.findall(body))
    outside = signs - len(_SIGN_AS_LETTER.findall(body))
    pairs = sum(opening in body and closing in body for opening, closing in ((b"[", b"]"), (b"{", b"}")))
    # "$5" and "a@b_c" are what they look like; 03.38 has other septets for these.
    return -12.0 * outside - 12.0 * pairs - 4.0 * len(_OTHER_SIGN.findall(body))


_OTHER_SIGN = re.compile(rb"[$@_`]")
_SIGN = re.compile(rb"[\[\\\]^{|}~]")
# A letter on one side, and no "aB" around it, which is a separator.
_SIGN_AS_LETTER = re.compile(
    rb"(?<=[A-Za-z{|}~])[{|}~](?=[a-z{|}~\s.,:;!?]|$)|(?<=[A-Z\[\\\]^])[\[\\\]^](?=[A-Z\[\\\]^\s]|$)"
    rb"|(?<!\S)[\[\\\]^{|}~](?=[a-z])"
)
_RUNS = re.compile(rb"[\x00-\x7f]+|[\x80-\xff]+")


def _looks_like_hex(body: bytes) -> tuple[float, tuple[str, ...]]:
    """How little octets look like text if they are nothing but hex digits."""
    digits = re.sub(rb"[\r\n]", b"", body).strip()
    if not _ALL_HEX.fullmatch(digits):
        found = _HEX_HEAD.match(digits)
        if found is not None and len(found[0]) * 2 > len(digits):
            return -40.0, ("mostly hex digits",)
        return 0.0, ()
    decimal = digits.isdigit()
    if decimal and len(digits) <= 22 and not _SPELLS_DIGITS.fullmatch(digits):
        # A number as plain text: an amount, a telephone number, "1234".
        return 0.0, ()
    if digits.isalpha() and len(digits) < 10:
        return 0.0, ()  # "BEEF"
    if len(digits) < 6:
        return -5.0, ()
    return (-40.0 if len(digits) >= 10 else -20.0), ("nothing but hex digits",)


_ALL_HEX = re.compile(rb"[0-9A-Fa-f]+")
# The hex of eight ASCII digits and more, or of four in UCS2: an own telephone number, say. Those that people write have
# at most 15 digits (E.164), and an ICCID or IMEI does not look so.
_SPELLS_DIGITS = re.compile(rb"(?:3[0-9]){8,}|(?:003[0-9]){4,}")
_HEX_HEAD = re.compile(rb"(?=[0-9]*[A-Fa-f])[0-9A-Fa-f]{12,}")

# --- hex digits


def _hex_digits(payload: bytes) -> bytes | None:
    """The hex digits of a payload without line ends (a capture from bKash breaks them), NULs and rubbish behind
    them."""
    digits = re.sub(rb"[\r\n\0 ]", b"", payload) if b" " not in payload.strip() else payload.strip()
    digits = digits.strip(b'"')
    if len(digits) >= 2 and _ALL_HEX.fullmatch(digits):
        return digits
    found = _HEX_HEAD.match(digits)
    # What stands behind is a line that overran (a capture from A6), not words.
    return found[0] if found is not None and len(found[0]) * 2 > len(digits) else None


def _as_hex(digits: bytes, dcs: int | None, *, nested: bool) -> Iterator[Decoded]:
    short = _short_prior(digits)
    octets = bytes.fromhex(digits[: len(digits) // 2 * 2].decode())
    if len(digits) >= 4:
        # Any two octets are some ideograph: a few of them are no evidence, unless the dcs says so.
        rare = short - (15.0 if len(octets) < 10 and alphabet(dcs) is not Alphabet.UCS2 else 0.0)
        if text := _ucs2(octets, dcs, "utf-16-be"):
            prior, reason = _ucs2_prior(octets[0::2], len(octets) // 2, rare)
            yield Decoded("ucs2", text, prior, (reason,))
            if not nested and (inner := _nested(text)) is not None:
                for found in _as_hex(inner, dcs, nested=True):
                    yield Decoded(f"ucs2+{found.decoder}", found.text, found.prior, found.reasons)
        if text := _ucs2(octets, dcs, "utf-16-le"):
            prior, reason = _ucs2_prior(octets[1::2], len(octets) // 2, rare)
            yield Decoded("ucs2-le", text, prior - 5.0, (f"{reason}, octets swapped",))
    text = decode_packed(octets)
    if has_language_prefix(dcs) and re.match(r"[a-z]{2}\r", text):
        text = text[3:]
    if len(octets) % 7 == 0 and len(text) > 1 and text.endswith("@") and not text[-2].isalnum():
        text = text[:-1]  # seven zero bits that a careless encoder left as padding
    penalty = _odd(digits)
    yield Decoded("packed", _line_ends(text), short + penalty, ("packed septets",))
    plain = _line_ends(octets.decode("latin-1").rstrip("\0"))
    ascii_prior = _ascii_prior(octets)
    yield Decoded("8bit", plain, short + penalty + ascii_prior - 1.0, ("hex of octets",))
    if not octets.isascii():
        with suppress(UnicodeDecodeError):
            yield Decoded("8bit-utf8", _line_ends(octets.decode("utf-8")), short + ascii_prior + 5.0, ("hex of UTF-8",))
    elif octets.translate(None, _SAME_IN_GSM):
        prior = short + penalty + ascii_prior + _untranslated_prior(octets) - 2.0
        yield Decoded("hex-gsm", _line_ends(from_septets(octets)), prior, ("hex of septets",))


def _short_prior(digits: bytes) -> float:
    """Why a few digits are rather a number or a word than the hex of something."""
    if _SPELLS_DIGITS.fullmatch(digits):
        return 0.0
    if digits.isdigit():
        return -30.0 if len(digits) <= 24 else -10.0
    if len(digits) < 10:
        return -25.0
    if digits.isalpha() and len(digits) < 16:
        return -15.0
    return 0.0


def _ascii_prior(octets: bytes) -> float:
    """Evidence for one octet a character: nearly all of them are printable ASCII, which packed septets never are."""
    shown = _count(octets, _PRINTABLE)
    if len(octets) < 5 or shown * 20 < len(octets) * 17:
        return 0.0
    return 25.0 if len(octets) >= 10 else 15.0


def _odd(digits: bytes) -> float:
    return -8.0 if len(digits) % 2 else 0.0


def _nested(text: str) -> bytes | None:
    stripped = text.strip()
    if len(stripped) >= 12 and re.fullmatch(r"(?=.*[A-Fa-f])[0-9A-Fa-f]+", stripped):
        return stripped.encode("ascii")
    return None


# --- UCS2


def _ucs2_prior(high: bytes, characters: int, otherwise: float) -> tuple[float, str]:
    """Evidence for UCS2 in the high octets: those of one script repeat, those of packed septets do not."""
    usual = _usual(high[:characters])
    if usual == characters:
        return {1: -10.0, 2: 8.0}.get(characters, 30.0), "hex groups look like UCS2"
    if characters > 4 and usual * 10 >= characters * 6:
        return 15.0, "most hex groups look like UCS2"
    if characters > 7 and len(set(high[:characters])) <= 3:
        return 15.0, "hex groups of few blocks, as UCS2"
    return otherwise, "UCS2 hex"


def _usual(high: bytes) -> int:
    return _count(high, _USUAL_HIGH)


# Latin, Cyrillic, Hebrew, Arabic; others (CJK fills 80 blocks) have to convince by their text.
_USUAL_HIGH = b"\x00\x04\x05\x06"


def _ucs2(octets: bytes, dcs: int | None, codec: str) -> str:
    """UCS2 without what modems leave around it: a character that was cut, two octets of language in front (dcs 17),
    NUL and rubbish or FFFF behind (captures from Telit HE910)."""
    body = octets[: len(octets) // 2 * 2]
    rest = body[2:].decode(codec, "replace")
    text = body.decode(codec, "replace")
    if codec == "utf-16-be" and _language_in_front(body, rest, dcs):
        text = rest
    text = text.lstrip("\ufeff")
    if (end := _UCS2_END.search(text)) is not None and end.start() > 0:
        shown, behind = text[: end.start()], text[end.end() :]
        # One flipped bit makes a NUL of a blank: behind it the text goes on, where memory is left padding comes again.
        goes_on = end[0] == "\0" and _is_like(behind, shown)
        text = f"{shown}\ufffd{behind}" if goes_on else shown
    return _line_ends(text)


def _is_like(behind: str, text: str) -> bool:
    """Whether it has nothing but characters of a text, and of the same blocks."""
    blocks = {ord(char) >> 8 for char in text} | {0}
    return behind != "" and all(char >= " " and char.isprintable() and ord(char) >> 8 in blocks for char in behind)


_UCS2_END = re.compile("[\0\uffff]")


def _language_in_front(body: bytes, rest: str, dcs: int | None) -> bool:
    """Whether the first two octets are two packed lower-case letters ("ar" = 61 39) before text of another script."""
    if len(body) < 4 or not (has_language_prefix(dcs) or dcs is None):
        return False
    letters = from_septets(unpack(body[:2]))
    if not re.fullmatch("[a-z]{2}", letters):
        return False
    end = _UCS2_END.search(rest)
    shown = rest[: end.start()] if end is not None else rest
    # Chinese text may begin with a character that is two letters as well.
    return not any("\u3400" <= char <= "\u9fff" for char in shown)


def _around_quotes(payload: bytes, dcs: int | None) -> Iterator[Decoded]:
    """UCS2 hex in which the quotes of the text, and the words between them, were left plain (a capture from Z710i)."""
    pieces = [re.sub(rb"[\r\n]", b"", piece) for piece in payload.split(b'"')]
    coded = [piece for piece in pieces[::2] if piece]
    if len(pieces) % 2 == 0 or not coded or not all(_ALL_HEX.fullmatch(piece) and len(piece) >= 4 for piece in coded):
        return
    parts = [
        piece.decode("latin-1")
        if number % 2
        else _ucs2(bytes.fromhex(piece[: len(piece) // 2 * 2].decode()), dcs, "utf-16-be")
        for number, piece in enumerate(pieces)
    ]
    yield Decoded("ucs2", '"'.join(parts), 40.0, ("UCS2 hex around plain words in quotes",))


_FOR_A_MINUS = re.compile(r"(?:^|(?<=[:= ]))\r(?=\d)")


def _line_ends(text: str) -> str:
    if "\r" not in text:
        return text
    if text.count("\r") == text.count("\r\n") + 1:  # the only one of its kind, at a number: one bit makes it of "-"
        text = _FOR_A_MINUS.sub("\ufffd", text)
    return re.sub("\r*\n|\r+(?!\n)", "\n", text)
