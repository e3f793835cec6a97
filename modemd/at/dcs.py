"""The data coding scheme of cell broadcast, which USSD uses (23.038 5)."""

from __future__ import annotations

from enum import Enum


class Alphabet(Enum):
    GSM7 = "gsm7"
    EIGHT_BIT = "8bit"
    UCS2 = "ucs2"


def alphabet(dcs: int | None) -> Alphabet | None:
    """What the dcs says about the text (it is often wrong); None = nothing or a reserved value."""
    if dcs is None or not 0 <= dcs <= 255:
        return None
    group, low = dcs >> 4, dcs & 0x0F
    match group:
        case 0 | 2 | 3:  # a language of the table, GSM 7 bit
            return Alphabet.GSM7
        case 1:  # text preceded by its language: 0x10 GSM 7 bit, 0x11 UCS2
            return {0: Alphabet.GSM7, 1: Alphabet.UCS2}.get(low)
        case 4 | 5 | 6 | 7 | 9:  # general, with bits 3 and 2; group 9 has a user data header
            return _BITS_3_2.get(low >> 2)
        case 15:
            return Alphabet.EIGHT_BIT if low & 4 else Alphabet.GSM7
        case _:
            return None


def has_language_prefix(dcs: int | None) -> bool:
    """Whether the text should begin with its language, two letters (23.038 5, groups 0001)."""
    return dcs in (0x10, 0x11)


_BITS_3_2 = {0: Alphabet.GSM7, 1: Alphabet.EIGHT_BIT, 2: Alphabet.UCS2}
