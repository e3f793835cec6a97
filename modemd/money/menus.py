"""Menus in replies. Their items are offers and digits to press, so nothing in them is read as money or data, except an
item that states the balance itself (nju: "1.Stan konta glownego: 11.00 zl")."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from modemd.money.currencies import sign_regex
from modemd.money.wordlists import any_of


def without_menu(text: str, folded: str) -> tuple[str, str, bool]:
    """Text and folded text with the items of menus blanked, and whether there was a menu."""
    spans = _line_items(folded) + _inline_items(text, folded)
    for start, end in spans:
        if not _states_balance().match(folded, start, end):
            gap = re.sub(r"[^\n]", " ", text[start:end])
            text = text[:start] + gap + text[end:]
            folded = folded[:start] + gap + folded[end:]
    return text, folded, bool(spans)


def _line_items(folded: str) -> list[tuple[int, int]]:
    items = list(_item_line().finditer(folded))
    numbers = [int(m["n"]) for m in items]
    ones = {1, 2} <= set(numbers) or {0, 1} <= set(numbers)
    rising = sum(b == a + 1 for a, b in pairwise(numbers)) >= 2
    return [m.span() for m in items] if ones or rising else []


def _inline_items(text: str, folded: str) -> list[tuple[int, int]]:
    """One line that holds "1 ... 2 ...": blanked from the 1 to the end of the line."""
    spans = []
    for first in _ordinal("1").finditer(folded):
        if not _is_ordinal(text, folded, first):
            continue
        stop = first.start() + len(folded[first.start() :].partition("\n")[0])
        if any(_is_ordinal(text, folded, second) for second in _ordinal("2").finditer(folded, first.end(), stop)):
            spans.append((first.start(), stop))
            break
    return spans


@lru_cache(maxsize=1)
def _item_line() -> re.Pattern[str]:
    return re.compile(r"^[ \t]{0,4}[\[(*#]?(?P<n>\d{1,2})(?:[\])]|[ .:>=-]){1,3}(?=[^\s\d]|\d).*$", re.MULTILINE)


@lru_cache(maxsize=4)
def _ordinal(digit: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.,:*#/=-])(?<!\d\s){digit}(?P<mark>[.):>\]-]|\s)\s{{0,2}}(?=[^\W_])")


@lru_cache(maxsize=1)
def _quantity() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('units')}|(?:{sign_regex()})(?![^\W\d_]))")


def _is_ordinal(text: str, folded: str, match: re.Match[str]) -> bool:
    if _quantity().match(folded, match.end()) or (
        match["mark"] in ".:" and folded[match.end() - 1] in ".:" and folded[match.end()].isdigit()
    ):
        return False
    return not match["mark"].isspace() or text[match.end()].isupper()


@lru_cache(maxsize=1)
def _states_balance() -> re.Pattern[str]:
    return re.compile(
        rf"[ \t]{{0,4}}\d{{1,2}}[.):> -]{{1,2}}\s?(?:{any_of('balance')})"
        rf"[^\d\n:=]{{0,20}}[:=]\s?-?(?:\d[\d.,]{{0,10}}\s?(?:{sign_regex()})(?![^\W\d_])"
        rf"|(?:{sign_regex()})\s?\d[\d.,]{{0,10}}\s{{0,3}}$)",
        re.MULTILINE,
    )
