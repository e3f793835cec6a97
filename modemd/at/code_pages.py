"""TE character sets of eight bits (27.007 5.5): their names, as AT+CSCS? says them, and what their octets are.

They are another program's: modemd sets none of them, and leaves them as it finds them. Pure."""

from __future__ import annotations

import re

# 27.007 5.5: "PCCPxxx" are PC code pages, "PCDN" the one of Denmark and Norway, "8859-n" the Latin sets of ISO 8859, of
# which C, A, G and H are the Cyrillic, Arabic, Greek and Hebrew one.
LATIN_1 = "iso8859-1"
_ISO_8859 = {"C": "5", "A": "6", "G": "7", "H": "8"}


def codec_of(te_charset: str | None) -> str | None:
    """Python's name of a TE character set of eight bits; None for any other."""
    name = (te_charset or "").upper()
    if found := re.fullmatch(r"PCCP(\d{3,4})", name):
        codec = f"cp{found[1]}"
    elif found := re.fullmatch(r"(?:ISO-?)?8859-?(\d{1,2}|[CAGH])", name):
        codec = f"iso8859-{_ISO_8859.get(found[1], found[1])}"
    elif name == "PCDN":
        codec = "cp865"
    else:
        return None
    import codecs  # late: hardly a modem has such a set

    try:
        return codecs.lookup(codec).name
    except LookupError:
        return None


def letters(octets: bytes, te_charset: str | None) -> str | None:
    """A text in a set that is not Latin-1, where every octet of the upper half is a letter or a sign that people write.

    None where one of these stands at a figure that is a figure, a point, a comma or a minus but for one bit: a wire
    that flipped it would make a number of letters."""
    codec = codec_of(te_charset)
    if codec is None or codec == LATIN_1 or octets.isascii() or _DOUBTFUL.search(octets) is not None:
        return None
    try:
        text = octets.decode(codec)
    except UnicodeDecodeError:
        return None
    return text if all(map(_is_written, {char for char in text if char > "\x7f"})) else None


def _is_written(char: str) -> bool:
    return char.isalpha() or char in _SIGNS


_BUT_FOR_A_BIT = rb"[\xac-\xae\xb0-\xb9]"
_DOUBTFUL = re.compile(rb"\d[.,]?" + _BUT_FOR_A_BIT + rb"|" + _BUT_FOR_A_BIT + rb"[.,]?\d")
_SIGNS = frozenset("¢£¤¥€₽₴₪\xa0¡¿«»°ºª№–—‘’‚“”„•…·§×")
