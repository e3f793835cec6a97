"""A sum that is less than nothing by what stands behind it: "Balance: 5.20 EUR (minus)", "Баланс 5.20 руб, долг".
Pure."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from modemd.money.labels import Labelled, Role
from modemd.money.wordlists import any_of, rule


def signed(item: Labelled, folded: str) -> Decimal | None:
    """The value of the sum with the sign that the words around it give. A minus behind a balance, or the word with
    which operators name the account's own debt ("долг"), makes it less than nothing where it stands alone. Beside other
    words, and where it may as well be a loan or a bill ("(owed)"), the sum is in doubt: None."""
    value = item.amount.value
    if value is None or value < 0:
        return value
    if item.negative:
        return -value
    found = _BEHIND.match(folded, item.amount.end)
    if found is None or rule("minus", "debt").search(found["words"]) is None:
        return value
    words = found["words"].strip(" .")
    if "." in folded[item.amount.end - 1 : found.start("words")] and found["sign"] is None:
        return None if len(words.split()) <= _SHORT else value  # "You are in debt.", not an advert of less to pay
    alone = _proof().fullmatch(words) is not None and found["end"] != ","
    return -value if alone and value and item.role is Role.MAIN else None


# --- helpers

_SHORT = 4
"""Words of a sentence that says nothing else."""

_BEHIND = re.compile(
    r"[\s.]{0,2}(?:(?P<sign>[(\[])|[,;/]|[-\u2013\u2212])?\s{0,2}"
    r"(?P<words>[^\d()\[\].,!?;:=\n]{1,60})(?P<end>[.,!?;()\[\]\n]|$)"
)
"""A bracket, or the words up to the next sign. Where a figure or a colon follows they are the words for that one."""


@lru_cache(maxsize=1)
def _proof() -> re.Pattern[str]:
    return re.compile(any_of("minus", "account_debt"))
