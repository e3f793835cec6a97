"""Letters that a character set lost on the way: "Votre cr?dit s'?l?ve ? CHF 3.75". A known word is put back where only
one fits; figures, and marks that ask or end something, stay as they are. Pure."""

from __future__ import annotations

import re
from functools import cache

from modemd.money.fold import clean, fold
from modemd.money.wordlists import all_words

MOST = 24
"""Words to be mended; a text with more has lost something else than a few letters."""


def mended(text: str) -> str:
    """The cleaned text, as long as before, with known words for those that have a question mark inside; a mark that
    stands alone between words then stands for a word of one letter ("à")."""
    if _INSIDE.search(text) is None:
        return text
    broken = list(_BROKEN.finditer(text))
    if len(broken) > MOST:
        return text
    for word in broken:
        found = _fitting(fold(word[0]))
        if found is not None:
            text = text[: word.start()] + found + text[word.end() :]
    return _ALONE.sub("a", text)


# --- helpers

_INSIDE = re.compile(r"[^\W\d_]\?[^\W\d_]")
_BROKEN = re.compile(r"(?<![^\W\d_])(?=[^\W\d_?']{0,19}\?)[a-zA-Z?']{3,20}(?![^\W\d_])")
_ALONE = re.compile(r"(?<=[^\W\d_]\s)\?(?=\s)")


@cache
def _fitting(word: str) -> str | None:
    pattern = re.escape(word).replace(r"\?", "[a-z]")
    fits = set(re.findall(rf"^{pattern}$", _vocabulary(), re.MULTILINE))
    return fits.pop() if len(fits) == 1 else None


@cache
def _vocabulary() -> str:
    return "\n".join(sorted({fold(clean(word.rstrip("*~"))) for word in all_words()}))
