"""Signs and words of money -> ISO 4217. A sign that several countries use lists all of them: the country of the SIM
decides, and without it the currency stays unknown (the number does not)."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from modemd.money.fold import fold
from modemd.money.wordlists import any_of, keyed, names

THREE_DECIMALS = frozenset({"BHD", "JOD", "KWD", "LYD", "OMR", "TND"})


def home_currency(country: str | None) -> str | None:
    """The currency of a country (ISO 3166-1 alpha-2, capitals); None where it is not known."""
    return _home().get(country or "")


def known_currencies() -> frozenset[str]:
    """Every code (ISO 4217) that a pack may name."""
    return frozenset(_home().values()) | {"BYR", "ZWG"}


@cache
def without_coins() -> frozenset[str]:
    """No coins in use: three digits behind one separator are thousands ("15.002d")."""
    return frozenset(names("currency_without_coins"))


@cache
def comma_thousands() -> frozenset[str]:
    """Where the comma groups thousands and is never the decimal sign."""
    return frozenset(names("currency_comma_thousands"))


@cache
def _home() -> dict[str, str]:
    return {country: currency for currency, countries in keyed("currency_countries") for country in countries}


@lru_cache(maxsize=1)
def signs() -> dict[str, tuple[str, ...]]:
    """Folded sign -> possible currencies, in the order of the table."""
    table: dict[str, tuple[str, ...]] = {}
    for left, possible in keyed("currency_signs"):
        for sign in left.split():
            key = fold(sign.replace("_", " ")).rstrip(".")
            table[key] = tuple(dict.fromkeys((*table.get(key, ()), *possible)))
    return table


def countries_of(sign: str) -> frozenset[str]:
    """The countries (ISO 3166-1) whose money a folded sign may be."""
    possible = set(signs().get(sign.rstrip("."), ()))
    return frozenset(
        country
        for country, currency in _home().items()
        if currency in possible or ("USD" in possible and currency in _US_DOLLAR_TOO)
    ) | frozenset(_FORMER[currency] for currency in possible if currency in _FORMER)


@lru_cache(maxsize=1)
def sign_regex() -> str:
    """Any sign, longest first; word signs may end with a full stop that belongs to them ("руб.", "Rp.", "grn.")."""
    return "|".join(re.escape(sign) for sign in sorted(signs(), key=len, reverse=True))


@lru_cache(maxsize=1)
def joined_sign_regex() -> str:
    """The signs behind a sum that the next word may follow without a blank, as in Japanese."""
    return "|".join(
        re.escape(sign) for sign in signs() if len(sign) == 1 and ("\u4e00" <= sign <= "\u9fff" or sign == "원")
    )


_FORMER = {"HRK": "HR"}
"""Currencies that no country has any more, but that replies of its operators are known in."""


def fits_home(sign: str, home: str) -> bool:
    """Whether the folded sign may stand in a reply of a SIM whose home currency is `home`: it is the country's own, a
    former one, or one that operators everywhere count in. Else a flipped bit made it, of "R3.20" or of "633r"."""
    possible = set(signs().get(sign, ()))
    return bool(possible & {home, "USD", "EUR", *_FORMER})


def in_conventional_units(text: str) -> bool:
    """Whether a number of the text counts units that have no code in ISO 4217 ("73,15 у.е.", "150.00 U"): what one is
    worth only the operator knows, so the SIM's own currency would be made up."""
    return _conventional().search(fold(text)) is not None


@lru_cache(maxsize=1)
def _conventional() -> re.Pattern[str]:
    letter = r"[^\W\d_]"
    return re.compile(rf"\d\s?(?:{letter}\.{letter}(?!{letter})|u(?![^\W_])|{any_of('conventional_unit')})")


_US_DOLLAR_TOO = frozenset({"KHR", "CDF", "SOS", "LBP", "VES", "PAB"})
"""Where telephones are paid in US dollars beside the country's own currency, which has another sign."""


def currency_of(sign: str, home: str | None, *, whole: bool) -> str | None:
    """ISO 4217 of a folded sign for a SIM whose home currency is `home`; None = it cannot be told.

    In Belarus the rouble was BYR until 2016, which had no coins and ran in thousands: a `whole` amount of four digits
    or more is the old rouble (capture by-mts-177 "Balans=3394r")."""
    possible = signs().get(sign.rstrip("."), ())
    if sign == "$" and home in _US_DOLLAR_TOO:
        return "USD"
    if home in possible:
        return "BYR" if home == "BYN" and whole and sign != "byn" else home
    if home is None and possible and possible[0] == "RUB" and len(sign) > 2:
        return "RUB"
    return possible[0] if len(possible) == 1 and possible[0] != "IRT" else None
