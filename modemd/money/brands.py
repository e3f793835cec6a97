"""Names of operators, by country. A wallet, a bank and a quiz write of balances as well, and many a name is an operator
here and something else there, so a name is the operator's only where it sells SIM cards: in the countries of its packs
(operators/index.jsonl) and in those that money/words/brands.txt gives it. Elsewhere it proves nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
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
    return own_names(pack) if pack is not None else _names_in(countries)


def own_names(pack: Pack) -> frozenset[str]:
    """The folded words of the pack's names, provider names and senders in letters."""
    return frozenset(_words((pack.name, *pack.names, *pack.spn, *pack.sms_senders)))


# --- helpers

_WORD = re.compile(r"[^\W\d_]{2,}(?:[&'][^\W\d_]+)?")


def _words(written: tuple[str, ...]) -> list[str]:
    return [word for text in written for word in _WORD.findall(fold(clean(text)))]


@lru_cache(maxsize=32)
def _names_in(countries: frozenset[str]) -> frozenset[str]:
    """Read anew for each set of countries: a SIM has one, and the names of all are a quarter of a megabyte for good."""
    found = {fold(name) for country, names in keyed("brands") if country.upper() in countries for name in names}
    for country, names in _index():
        if country in countries:
            found.update(_words(names))
    return frozenset(found)


def _index() -> list[tuple[str, tuple[str, ...]]]:
    """Without an index that can be read no name is known: less is read, nothing wrong."""
    try:
        return [(entry.country, (entry.name, *entry.names, *entry.spn)) for entry in parse(INDEX.read_text("utf-8"))]
    except (OSError, ValueError):
        return []
