"""Words of everyday speech that change nothing about a sum wherever they stand next to it: whose it is, where it is
kept, that it is there, and when that was so. Nothing that happened to money, no bound, no price, no other purse, no
request and no service is among them; the word lists of such (money/lexicon.py) come first in any case.

What is harmless in one language is not in another ("alle" is Italian for "at the", Finnish for "below"), so a word only
counts in a language in which the text is written, and in English, which operators mix into all of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from modemd.money import everyday_asia, everyday_east, everyday_west
from modemd.money.dates import month_names
from modemd.money.fold import clean, fold

ANY = -1
"""All languages."""


@lru_cache(maxsize=16)
def languages(folded: str) -> int:
    """A bit for each language (or group of them) that has more than half as many words in the text as the one that has
    most, and for English."""
    counts: dict[int, int] = {}
    for word in dict.fromkeys(_WORD.findall(folded)):
        mask = _languages_of(word)
        while mask:
            bit = mask & -mask
            counts[bit] = counts.get(bit, 0) + 1
            mask ^= bit
    most = max(counts.values(), default=0)
    return _ENGLISH | sum(bit for bit, count in counts.items() if bit != _ENGLISH and count * 2 > most)


def known(word: str, among: int = ANY) -> bool:
    """Whether the folded word is one of them, in one of these languages."""
    return _languages_of(word) & among != 0


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENGLISH = 1


@lru_cache(maxsize=512)
def _languages_of(word: str) -> int:
    words, stems = _inventory()
    mask = words.get(word, 0)
    for length in range(3, len(word) + 1):
        mask |= stems.get(word[:length], 0)
    return mask or (1 if word in month_names() else 0)


@cache
def _inventory() -> tuple[dict[str, int], dict[str, int]]:
    """Whole words, and beginnings that take any ending, each with the bits of its languages."""
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    bit = _ENGLISH
    for source in (everyday_west.WORDS, everyday_east.WORDS, everyday_asia.WORDS):
        for text in source.values():
            for word in text.split():
                plain = word if word.isascii() else fold(clean(word))
                if plain.endswith("*"):
                    stems[plain[:-1]] = stems.get(plain[:-1], 0) | bit
                else:
                    words[plain.lower()] = words.get(plain.lower(), 0) | bit
            bit <<= 1
    return words, stems
