"""Words of everyday speech that change nothing about a sum wherever they stand next to it: whose it is, where it is
kept, that it is there, and when that was so. Nothing that happened to money, no bound, no price, no other purse, no
request and no service is among them; the word lists of such (money/words/) come first in any case.

What is neutral in one language is not in another ("alle" is Italian for "at the", Finnish for "below"), so a word only
counts in a language in which the text is written, and in English, which operators mix into all of them.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from modemd.money.dates import month_names
from modemd.money.fold import clean, fold
from modemd.money.wordlists import sections

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


def known(word: str, among: int = ANY, *, ahead: bool = False) -> bool:
    """Whether the folded word is one of them, in one of these languages; `ahead`: or is so in front of a sum."""
    return (_languages_of(word) | (_languages_ahead(word) if ahead else 0)) & among != 0


_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_ENGLISH = 1


@lru_cache(maxsize=512)
def _languages_of(word: str) -> int:
    words, stems = _inventory("everyday")
    mask = words.get(word, 0)
    for length in range(3, len(word) + 1):
        mask |= stems.get(word[:length], 0)
    return mask or (1 if word in month_names() else 0)


@lru_cache(maxsize=512)
def _languages_ahead(word: str) -> int:
    words, stems = _inventory("neutral_before")
    return words.get(word, 0) | next((mask for stem, mask in stems.items() if word.startswith(stem)), 0)


@cache
def _inventory(subject: str) -> tuple[dict[str, int], dict[str, int]]:
    """Whole words, and beginnings that take any ending, each with the bits of its languages."""
    words: dict[str, int] = {}
    stems: dict[str, int] = {}
    bits = _bits()
    for tag, text in sections(subject):
        for word in text.split():
            if "_" in word or tag not in bits:
                continue
            plain = word if word.isascii() else fold(clean(word))
            kind, key = (stems, plain[:-1]) if plain.endswith("*") else (words, plain.rstrip("~").lower())
            kind[key] = kind.get(key, 0) | bits[tag]
    return words, stems


def of_no_language() -> str:
    """What may stand in front of a sum in any language: phrases, and the words of languages that are not told apart."""
    bits = _bits()
    return " ".join(
        word for tag, text in sections("neutral_before") for word in text.split() if "_" in word or tag not in bits
    )


@cache
def _bits() -> dict[str, int]:
    """The bit of each language; those that stand in each other's section `counted_with` share one."""
    together = {tag: min(tag, *text.split()) for tag, text in sections("counted_with")}
    heads = ["en", *sorted({together.get(tag, tag) for tag, _ in sections("everyday")} - {"en"})]
    return {tag: 1 << heads.index(together.get(tag, tag)) for tag, _ in sections("everyday")}
