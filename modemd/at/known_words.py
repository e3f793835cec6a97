"""The words in known_words.txt, the one file that this room reads."""

from __future__ import annotations

import os
import re
from functools import cache


@cache
def known_words() -> frozenset[str]:
    """Words by which a decoding of a payload is told from a wrong one, in small letters. Read at the first payload."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known_words.txt")  # noqa: PTH100, PTH118, PTH120
    with open(path, encoding="utf-8") as file:  # noqa: PTH123
        return frozenset(re.sub(r"^#.*$", "", file.read(), flags=re.MULTILINE).split())
