"""Did the wire damage a number of this text? One flipped bit makes "\\x1312,40" of "312,40", which must not read 12.40.

What no amount has stands in its digits then, or glued to them: a control character, a replacement character, one that
belongs to no known script, a sign or an accented letter of the upper half of an 8-bit set, a Greek letter of the GSM
alphabet (23.038 6.2.1) in a text that is not Greek. Pure."""

from __future__ import annotations

import re
import unicodedata

from modemd.money.fold import without_tail

# What one flipped bit makes of "0" to "9", "," "-" and "." in an 8-bit set (0xAC to 0xAE, 0xB0 to 0xB9): nobody writes
# these at a number. "°" and "±" have their places, but not within one.
_SIGNS = frozenset("¬\xad®²³´µ¶·¸¹")
_INSIDE = _SIGNS | frozenset('°±_|~^`\\{}[]@&%!?"#')
# The GSM alphabet's £, $ and ¥ in front of a number, from a modem that hands septets on as they are (captured:
# nz-skinny-128). No single bit makes a digit one of these.
_UNTRANSLATED = frozenset("\x01\x02\x03")
_GSM_GREEK = frozenset("ΔΦΓΛΩΠΨΣΘΞ")
_ABOUT_A_NUMBER = re.compile(r"(.?)(\d(?:.?\d)*)(.?)", re.DOTALL)


def is_damaged(text: str) -> bool:
    """Whether a character that no amount has stands in or at a number of the text, whichever number that is."""
    greek = any("α" <= char <= "ω" for char in text)
    text = without_tail(text)
    for found in _ABOUT_A_NUMBER.finditer(text):
        before, number, behind = found.groups()
        if before in _UNTRANSLATED and not text[: found.start()].rstrip(" \n").endswith(tuple("0123456789.,")):
            before = ""
        inside = [char for char in number if not char.isdecimal()] if before != "*" else []
        if any(_never(char, greek) or char in _SIGNS for char in before + behind):
            return True
        if before == "_" and not text[: found.start()][-1:].isalnum():  # a name like Net_3 is one
            return True
        if any(_never(char, greek) or char in _INSIDE or _is_upper_half(char) for char in inside):
            return True
    return False


# --- helpers


def _never(char: str, greek: bool) -> bool:
    """A character that stands at no number at all."""
    if char in "\n\r\t":
        return False
    kind = unicodedata.category(char)
    return kind in ("Cc", "Co", "Cn", "Cs") or char == "�" or (char in _GSM_GREEK and not greek)


def _is_upper_half(char: str) -> bool:
    """A letter of Latin-1 with an accent: between two digits it is one of them, or their point."""
    return "À" <= char <= "ÿ" and char.isalpha()
