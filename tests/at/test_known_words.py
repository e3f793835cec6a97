"""The words and characters by which a right decoding is told."""

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


# Their two octets in the set that has them: the rows of level 1.
LEVEL_1 = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6), ("euc_jp", 0xB0, 0xCF), ("euc_kr", 0xB0, 0xC8))


def test_common_characters_are_those_of_the_national_sets() -> None:
    """The table says of every character what the codecs say, but for kana, which need no table."""
    decoded = set()
    for codec, first, last in LEVEL_1:
        pairs = (bytes((row, cell)) for row in range(first, last + 1) for cell in range(0x40, 0xFF))
        decoded |= {char for pair in pairs if (char := pair.decode(codec, "ignore")) and char.encode(codec) == pair}
    wanted = "".join(sorted(char for char in decoded if not "\u3040" <= char <= "\u30ff" and ord(char) > 127))
    assert known_words.common_characters() == wanted
