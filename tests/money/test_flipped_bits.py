"""One flipped bit in the amount of a real reply: where it makes a character that no amount has, nothing else is read
than what was meant. A digit that became a digit, or a separator, cannot be seen in one text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from modemd.at.gsm import BASIC, is_gsm
from modemd.money.reading import read

FOLDER = Path(__file__).parent.parent / "replies"
REPLIES = [
    (case["country"], case["text"], case["expect"]["balance"])
    for name in ("captured", "seen")
    for case in map(json.loads, (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    if case["expect"].get("balance") is not None and not case.get("or_unknown")
]
POSSIBLE = set("0123456789.,' \n-")
AT_THE_EDGE = set(":=+*()$£€;") | set(
    "pрrdkecfqxutд"
)  # a mark or a currency's letter may stand in front of or behind a sum


def flipped(text: str, amount: str, *, ucs2: bool) -> Iterator[str]:
    """The text with each bit of each figure and point of the amount turned over, where that makes an impossible
    character."""
    start = text.find(amount)
    if start < 0 or (not ucs2 and not is_gsm(text[start : start + len(amount)])):
        return
    for place in range(start, start + len(amount)):
        for bit in range(16 if ucs2 else 7):
            code = (ord(text[place]) if ucs2 else BASIC.index(text[place])) ^ 1 << bit
            char = chr(code) if ucs2 else BASIC[code]
            edge = place in (start, start + len(amount) - 1) and char in AT_THE_EDGE
            if char not in POSSIBLE and not char.isdecimal() and not edge:
                yield text[:place] + char + text[place + 1 :]


@pytest.mark.parametrize("ucs2", [False, True], ids=["gsm7", "ucs2"])
def test_an_impossible_character_in_an_amount_gives_no_number(*, ucs2: bool) -> None:
    """None, or the number that was meant, for every such bit of every second real reply."""
    tried = 0
    faults = []
    for country, text, wanted in REPLIES[::2]:
        for spoilt in flipped(text, wanted.lstrip("-"), ucs2=ucs2):
            tried += 1
            got = read(spoilt, country=country).balance
            if got is not None and got != Decimal(wanted):
                faults.append(f"{spoilt!r} gives {got}, not {wanted}")
    assert tried > 300
    assert not faults, "\n".join(faults)
