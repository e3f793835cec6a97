"""Which date of a reply is the one until which money or packages are valid."""

from __future__ import annotations

import re
from functools import lru_cache

from modemd.money.dates import FoundDate, dates
from modemd.money.fold import fold_pattern
from modemd.money.wordlists import rule


def expires(folded: str, *, country: str | None, money: bool) -> str | None:
    """YYYY-MM-DD or None. The first date with a word of validity before it, or in brackets right behind the balance,
    that does not belong to minutes, messages, a bonus, an invoice or a past event.

    `money` False: the text holds neither balance nor data; then a list of packages has no single date."""
    found = dates(folded, country=country)
    if not money and _packages().search(folded):
        return None
    for item in found:
        verdict = _valid(folded, item, found)
        if verdict:
            return item.day.isoformat() if item.day else None
    return None


def _valid(folded: str, item: FoundDate, found: list[FoundDate]) -> bool:
    start = max((f.end for f in found if f.end <= item.start), default=0)
    before = folded[max(start, item.start - 90) : item.start]
    pieces = re.split(r"[;\n!?]|\.(?=\s*[^\W\d_]{3}|\s*$)|,(?=\s*[^\W\d_]+\s?[:=])", before)
    clause = pieces[-1]
    if not clause.strip() and len(pieces) > 1:
        clause = pieces[-2]
    marks = [
        (m.end(), good)
        for good, mark in ((True, rule("valid_until")), (False, rule("not_valid_until")))
        for m in mark.finditer(clause)
    ]
    if marks:
        if not max(marks)[1]:
            return False
    elif not _in_brackets(folded, item):
        return False
    whole = re.split(r"[;\n]|\.\s", folded[start : item.start])[-1]
    other = rule("other_bucket").search(re.sub(r".*[kmg][bo]s?\b", "", whole)) is not None
    return not other and not rule("expiry_of_extra").search(clause)


def _in_brackets(folded: str, item: FoundDate) -> bool:
    """ "Solde: 446.55F (03/01/25)" """
    return (
        re.search(r"\d\s?[^\W\d_]{0,5}\.?\s?\(\s?$", folded[: item.start]) is not None
        and folded[item.end : item.end + 1] == ")"
    )


@lru_cache(maxsize=1)
def _packages() -> re.Pattern[str]:
    return re.compile(
        fold_pattern(r"\d\s?(?:[gmk]b|[gmk]o|[гмк]б|sms|смс|min|мин)(?![^\W\d_])") + r"|\d[.,]\d\d(?!\d|[.,]\d)"
    )
