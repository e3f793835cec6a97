"""Dates of replies in every shape seen, and which of them says when the money or the packages end.

A date that allows two readings (04/03/16 from an unknown country) is no date. Thai and Khmer years are Buddhist (-543),
Iranian and Afghan ones Persian; both are converted only where country or script makes it certain.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache

from modemd.frozen import dataclass
from modemd.money.fold import fold
from modemd.money.wordlists import keyed, rule

_MONTH_FIRST = frozenset({"US"})
_MONTH_OR_DAY_FIRST = frozenset({"PH", "CA", "PR"})
_YEAR_FIRST = frozenset({"HU", "LT", "CN", "JP", "KR", "TW", "MN", "IR"})  # so 15-08-24 may be 2015
_BUDDHIST = frozenset({"TH", "KH", "LA"})
_PERSIAN = frozenset({"IR", "AF"})


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A date at a place of the text; `day` None: it is a date, but it cannot be told which."""

    start: int
    end: int
    day: date | None


def dates(folded: str, *, country: str | None = None) -> list[FoundDate]:
    """Every date of the folded text, in order. Years before 2000 and behind 2099 are not believed."""
    english = country is None and rule("english").search(folded) is not None
    found = [
        FoundDate(match.start(), match.end(), _day(match, folded, country, english=english))
        for match in _date().finditer(folded)
    ]
    return [item for item in found if item is not None]


def month_names() -> frozenset[str]:
    """The folded names of months, in the languages whose dates are read."""
    return frozenset(_months())


def is_persian(folded: str, country: str | None) -> bool:
    return country in _PERSIAN or (country is None and re.search("[\u067e\u0686\u0698\u06af]", folded) is not None)


@cache
def _months() -> dict[str, int]:
    return {fold(name): int(number) for number, names in keyed("months") for name in names}


@lru_cache(maxsize=1)
def _date() -> re.Pattern[str]:
    month = "|".join(sorted(_months(), key=len, reverse=True))
    of = r"[\s.,-]{0,3}(?:de\s|do\s)?"
    return re.compile(
        "|".join(
            (
                r"(?<![\d.,])(?P<y1>\d{4})(?P<s1>[-./])(?P<m1>\d{1,2})(?P=s1)(?P<d1>\d{1,2})(?!\d)",
                r"(?<![\d.,])(?P<a2>\d{1,2})(?P<s2>[-./])\x20?(?P<b2>\d{1,2})(?P=s2)\x20?(?P<y2>\d{4}|\d{2}(?![\d:]))(?!\d)",
                rf"(?<![\d.,])(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er)?{of}(?P<n3>{month})(?![^\W\d_]){of}(?P<y3>\d{{4}}|\d{{2}}(?![\d:]))(?!\d)",
                rf"(?<![^\W\d_])(?P<n4>{month})\.?\s?(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?[,\s]{{1,2}}(?P<y4>\d{{4}})(?!\d)",
                r"(?<!\d)(?P<p5>\d{8})(?=\s?\(?\s?(?P<f5>ddmmyyyy|mmddyyyy|yyyymmdd))",
                r"(?<!\d)(?P<y6>20\d\d)(?P<m6>0[1-9]|1[0-2])(?P<d6>0[1-9]|[12]\d|3[01])(?:\d{6})?(?!\d)",
                r"(?<!\d)(?P<y8>\d{4})\s?[年년]\s?(?P<m8>\d{1,2})\s?[月월]\s?(?P<d8>\d{1,2})\s?[日일]",
                r"(?<![\d.,])(?P<y7>\d{4})\.\x20(?P<m7>\d{1,2})\.\x20(?P<d7>\d{1,2})\.?(?!\d)",
            )
        )
    )


def _day(match: re.Match[str], folded: str, country: str | None, *, english: bool) -> date | None:
    get = match.group
    if get("y1"):
        return _make(int(get("y1")), int(get("m1")), int(get("d1")), folded, country)
    if get("y2"):
        return _numeric(match, folded, country, english=english)
    if get("n3"):
        return _make(_year(get("y3")), _months()[get("n3")], int(get("d3")), folded, country)
    if get("n4"):
        return _make(int(get("y4")), _months()[get("n4")], int(get("d4")), folded, country)
    if get("p5"):
        form, digits = get("f5"), get("p5")
        year, month, day = (digits[form.index(key) : form.rindex(key) + 1] for key in ("y", "m", "d"))
        return _make(int(year), int(month), int(day), folded, country)
    tag = next(tag for tag in "678" if get("y" + tag))
    return _make(int(get("y" + tag)), int(get("m" + tag)), int(get("d" + tag)), folded, country)


def _numeric(match: re.Match[str], folded: str, country: str | None, *, english: bool) -> date | None:
    first, second, year = int(match["a2"]), int(match["b2"]), match["y2"]
    if len(year) == 2 and country in _YEAR_FIRST and int(year) <= 31:
        return None
    hint = re.match(r".{0,20}\((dd|mm)[-/. ]?(?:mm|dd)[-/. ]?yy", folded[match.end() :])
    day_first = first > 12 or first == second or match["s2"] == "." or (hint is not None and hint[1] == "dd")
    month_first = second > 12 or country in _MONTH_FIRST or (hint is not None and hint[1] == "mm")
    if not day_first and not month_first and (english or country in _MONTH_OR_DAY_FIRST):
        return None
    if first > 12 or not (month_first and (second > 12 or not day_first)):
        first, second = second, first
    return _make(_year(year), first, second, folded, country)


def _year(digits: str) -> int:
    return int(digits) + (2000 if len(digits) == 2 else 0)


def _make(year: int, month: int, day: int, folded: str, country: str | None) -> date | None:
    if 2540 <= year <= 2642 and (country in _BUDDHIST or re.search("[\u0e01-\u0e5b]", folded)):
        year -= 543
    elif 1380 <= year <= 1479 and is_persian(folded, country):
        return _from_persian(year, month, day)
    try:
        return date(year, month, day) if 2000 <= year <= 2099 else None
    except ValueError:
        return None


def _from_persian(year: int, month: int, day: int) -> date | None:
    """Solar Hijri -> Gregorian by the 33-year cycle (exact from 1210 to 1502: leap years are those with
    year mod 33 in 1, 5, 9, 13, 17, 22, 26, 30)."""
    leap = {1, 5, 9, 13, 17, 22, 26, 30}
    length = 31 if month <= 6 else 30 if month <= 11 or year % 33 in leap else 29
    if not (1 <= month <= 12 and 1 <= day <= length):
        return None
    # 1 Farvardin 1380 was 21 March 2001.
    days = sum(366 if y % 33 in leap else 365 for y in range(1380, year))
    days += 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return date.fromordinal(date(2001, 3, 21).toordinal() + days + day - 1)
