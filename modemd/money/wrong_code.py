"""Does an operator say that there is no such code? The request arrived garbled then, so it may be written another way
(capture chan-dongle-38)."""

from __future__ import annotations

from modemd.money.fold import clean, fold
from modemd.money.pack import Pack
from modemd.money.reading import read
from modemd.money.wordlists import rule


def is_wrong_code(text: str, pack: Pack | None) -> bool:
    """Whether the text calls the code wrong, and is an error as a whole."""
    return rule("wrong_code").search(fold(clean(text))) is not None and read(text, pack=pack).kind == "error"
