"""The tables of this room, known_words.txt and common_characters.txt: the only files that it reads."""

from __future__ import annotations

import os
import re
from functools import cache


@cache
def known_words() -> frozenset[str]:
    """Words by which a decoding of a payload is told from a wrong one, in small letters. Read at the first payload."""
    return frozenset(_read("known_words.txt").split())


@cache
def common_characters() -> str:
    """The ideographs and syllables in daily use, a few thousand: level 1 of the national sets. Read at the first one.
    Python's codecs of these sets know them too, and are a megabyte for good."""
    return "".join(_read("common_characters.txt").split())


def _read(name: str) -> str:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)  # noqa: PTH100, PTH118, PTH120 (pathlib costs)
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return re.sub(r"^#.*$", "", file.read(), flags=re.MULTILINE)
