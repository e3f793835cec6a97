"""The words by which a right decoding is told."""

from __future__ import annotations

import re
from pathlib import Path

from modemd.at import known_words, plausible


def test_the_file_is_in_order() -> None:
    """Each word once, in small letters, within one script, and without signs."""
    text = Path(known_words.__file__).with_name("known_words.txt").read_text("utf-8")
    words = re.sub(r"^#.*$", "", text, flags=re.MULTILINE).split()
    assert len(words) == len(set(words)) == len(known_words.known_words())
    assert [word for word in words if word != word.casefold()] == []


def test_known_words_speak_for_a_text() -> None:
    """Of two sentences of the same build the one with words of balance replies is the likelier."""
    assert plausible.quality("Ваш баланс рублей")[0] > plausible.quality("Ваз боланк рудлей")[0]
