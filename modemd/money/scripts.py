"""Words next to a sum in the scripts that have no capitals, where a name cannot be told from a word: each is known, or
nothing is read. Thai, Chinese and their kin write without blanks, so a piece of text counts as known where known words
make it up from end to end."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.money.currencies import signs
from modemd.money.fold import clean, fold
from modemd.money.wordlists import sections


def known(piece: str) -> bool:
    """Whether the folded piece of text (letters and their marks, no blank) is made up of known words."""
    return len(piece) <= 60 and _known().fullmatch(piece) is not None


@lru_cache(maxsize=1)
def _known() -> re.Pattern[str]:
    texts = (text for subject in _SUBJECTS for _, text in sections(subject))
    found = {fold(clean(word.rstrip("*~").replace("_", ""))) for text in texts for word in text.split()} | set(signs())
    own = sorted((re.escape(word) for word in found if word and has_no_capitals(word[0])), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(own)}){{1,12}}")


_SUBJECTS = ("uncased", "neutral_before", "balance", "main", "remaining", "you_have", "minus", "valid_until")


def same_script(one: str, other: str) -> bool:
    """Roughly: a letter of another script that is glued to a word is garbage of the modem, not part of it."""
    return (ord(one) < 0x2E80) == (ord(other) < 0x2E80)


def has_no_capitals(char: str) -> bool:
    """Scripts behind Cyrillic, and Georgian, which has capitals in name only."""
    return char.isalpha() and (0x530 <= ord(char) < 0x1C80 or 0x2C80 <= ord(char) < 0xA640 or ord(char) >= 0xA700)
