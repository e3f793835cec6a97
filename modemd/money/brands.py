"""Names of operators, by country. A wallet, a bank and a quiz write of balances as well, and many a name is an operator
here and something else there, so a name is the operator's only where it sells SIM cards: in the countries of its packs
(operators/index.jsonl) and in those that money/words/brands.txt gives it. Elsewhere it proves nothing.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

from modemd.money.currencies import countries_of
from modemd.money.fold import clean, fold
from modemd.money.pack import Pack
from modemd.money.packindex import parse
from modemd.money.wordlists import keyed

INDEX = Path(__file__).resolve().parent.parent / "operators" / "index.jsonl"


def names_around(country: str | None, sign: str | None, pack: Pack | None) -> frozenset[str]:
    """The folded words that name an operator beside a sum: those of the country, and of the SIM's own pack. Without a
    country those of the countries whose money the folded `sign` may be; a bare number may be anybody's."""
    countries = frozenset({country}) if country is not None else countries_of(sign) if sign else frozenset()
    return _names_in(countries) | (own_names(pack) if pack is not None else frozenset())


def own_names(pack: Pack) -> frozenset[str]:
    """The folded words of the pack's names, provider names and senders in letters."""
    return frozenset(_words((pack.name, *pack.names, *pack.spn, *pack.sms_senders)))


# --- helpers

_WORD = re.compile(r"[^\W\d_]{2,}(?:[&'][^\W\d_]+)?")


def _words(written: tuple[str, ...]) -> list[str]:
    return [word for text in written for word in _WORD.findall(fold(clean(text)))]


@lru_cache(maxsize=32)
def _names_in(countries: frozenset[str]) -> frozenset[str]:
    by_country = _by_country()
    return frozenset().union(*(by_country.get(country, frozenset()) for country in countries))


@cache
def _by_country() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for country, names in keyed("brands"):
        found.setdefault(country.upper(), set()).update(fold(name) for name in names)
    for entry in _index():
        found.setdefault(entry[0], set()).update(_words(entry[1]))
    return {country: frozenset(names) for country, names in found.items()}


def _index() -> list[tuple[str, tuple[str, ...]]]:
    """Without an index that can be read no name is known: less is read, nothing wrong."""
    try:
        return [(entry.country, (entry.name, *entry.names, *entry.spn)) for entry in parse(INDEX.read_text("utf-8"))]
    except (OSError, ValueError):
        return []
