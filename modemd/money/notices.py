"""What an operator writes by itself and without a balance: money has come, money is running out, or something that
costs was switched on. Pure.

None is a number to rely on; each is a reason to ask now. A text that only invites says nothing."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from modemd.money.fold import clean, fold, fold_pattern
from modemd.money.wordlists import sections

_UNIT = fold_pattern(r"(?:руб|р\b|rub|eur|€|\$|£|usd|грн|tl\b|zl|₽|元)")

Notice = Literal["top_up", "low", "subscription"]


def notice(text: str) -> Notice | None:
    """ "top_up": the account was just paid into ("Внесена сумма 450 руб."). "low": the balance is below some limit, or
    used up ("OCTATOK MEHEE 10p"). "subscription": a service with a price was switched on ("Подключена услуга Гудок,
    3 руб/день"). None: anything else. Never raises."""
    folded = fold(clean(text))
    for found in _top_up().finditer(folded):
        if not _is_undone(folded, found) and _undone().search(found[0]) is None:
            return "top_up"
    if any(not _is_undone(folded, found) for found in _low().finditer(folded)):
        return "low"
    if _price().search(folded) and any(not _is_taken_back(folded, found) for found in _service().finditer(folded)):
        return "subscription"
    return None


# --- helpers


@lru_cache(maxsize=1)
def _top_up() -> re.Pattern[str]:
    return _compiled(*(text for _, text in sections("top_up_news")))


@lru_cache(maxsize=1)
def _low() -> re.Pattern[str]:
    return _compiled(*(text for _, text in sections("low_news")))


@lru_cache(maxsize=1)
def _service() -> re.Pattern[str]:
    return _compiled(*(text for _, text in sections("service_news")))


@lru_cache(maxsize=1)
def _price() -> re.Pattern[str]:
    """An amount of money that is not nothing."""
    return re.compile(rf"(?<![\d.,])(?=[\d.,]*[1-9])(?:\d+(?:[.,]\d+)?\s?{_UNIT}|(?<=[€$£])\d|(?<=rp) ?\d)")


@lru_cache(maxsize=1)
def _undone() -> re.Pattern[str]:
    """ "will be credited", "not credited", "if your balance is below": nothing has happened."""
    forms = "|".join(rf"\b{word}" for _, text in sections("undone") for word in text.split())
    return _compiled(f"(?:{forms}|n't)_")


@lru_cache(maxsize=1)
def _bonus() -> re.Pattern[str]:
    """What is counted there is no money."""
    return _compiled(*(text for _, text in sections("not_money")))


def _compiled(*sources: str) -> re.Pattern[str]:
    """Regular expressions, blanks or line ends between them: `_` = blanks, `~` = up to 40 characters of the same
    sentence. Russian also in Latin letters, as operators without UCS2 write it."""
    source = (
        "|".join(form for source in sources for form in source.split())
        .replace("_?", r"\s{0,3}")
        .replace("_", r"\s{1,3}")
        .replace("~", r"(?:[^.!?;\n]|\.(?=\d)){0,40}?[\s:,-]")
    )
    return re.compile(fold_pattern(source))


def _is_undone(folded: str, found: re.Match[str]) -> bool:
    """Whether the words around take it back, or speak of bonuses and packages and not of money."""
    start = max(folded.rfind(sign, 0, found.start()) for sign in ".!?;\n") + 1
    ahead = folded[max(start, found.start() - 40) : found.start()]
    near = " ".join(ahead.split()[-3:]) + " "
    if _undone().search(near) is not None and "не менее" not in near:
        return True
    end = min((place for sign in "!?;\n" if (place := folded.find(sign, found.end())) >= 0), default=len(folded))
    sentence = folded[start : min(end, found.end() + 40)]
    return _bonus().search(sentence) is not None and not re.search(rf"\d\s?{_UNIT}", sentence)


def _is_taken_back(folded: str, found: re.Match[str]) -> bool:
    """Whether the words right before, or inside, say that it did not happen, or will."""
    start = max(folded.rfind(sign, 0, found.start()) for sign in ".!?;\n") + 1
    near = " ".join(folded[start : found.start()].split()[-2:])
    return _undone().search(f"{near} {found[0]} ") is not None
