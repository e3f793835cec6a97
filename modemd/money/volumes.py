"""Data left, in MB (1 GB = 1024 MB), packages summed. Used data, prices, speeds and offers are not data left.

There must be evidence: a word of having or remaining before the figure, a label ("Data: 100 MB"), or how long it is
valid behind it. "Трафик 0 Кб" alone may as well be what was used."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from modemd.frozen import dataclass
from modemd.money.amounts import NUMBER, number
from modemd.money.fold import fold, fold_pattern
from modemd.money.wordlists import any_of, rule

_MB = {"k": Decimal(1) / 1024, "m": Decimal(1), "g": Decimal(1024), "t": Decimal(1024 * 1024)}
_UNIT = fold_pattern(
    r"(?P<unit{0}>[kmgtкмгт])(?:b|ib|(?<!t)o|б|bytes?|байт|ега\w{{0,6}}|ига\w{{0,6}})s?(?![^\W\d_]|/c|/s|ps)"
)


@dataclass(frozen=True, slots=True)
class Volume:
    start: int
    end: int
    megabytes: Decimal | None


def volumes(folded: str) -> list[Volume]:
    """Every amount of data in the folded text; "3Gb 817Mb 169kb" gives three."""
    found = []
    for match in _volume().finditer(folded):
        digits, unit = next((match[f"n{n}"], match[f"unit{n}"]) for n in (1, 2, 3) if match[f"n{n}"])
        size = _size(digits, fold(unit))
        found.append(Volume(match.start(), match.end(), size))
    return found


def data_left(folded: str) -> float | None:
    """MB left, rounded to two decimals; None when the text does not say, or not clearly (unlimited, roaming)."""
    if _unclear().search(folded):
        return None
    left: list[Decimal] = []
    previous: Volume | None = None
    counted = False
    for item in volumes(folded):
        between = folded[previous.end : item.start] if previous is not None else "."
        if _of_a_package().search(between):
            counted = False  # "1.2 GB of 5 GB"
        elif not _JOINED.fullmatch(between):
            counted = _counts(folded, item)
        previous = item
        if counted:
            if item.megabytes is None:
                return None
            left.append(item.megabytes)
    return float(sum(left, Decimal(0)).quantize(Decimal("0.01"), ROUND_HALF_EVEN)) if left else None


_JOINED = re.compile(r"\s{0,2}(?:[^\W\d_]{1,8}\s)?[+]?\s{0,2}")


@lru_cache(maxsize=1)
def _of_a_package() -> re.Pattern[str]:
    """Before the size of a whole package: "3 GB of 5 GB"."""
    return re.compile(rf"(?:/|{any_of('of_a_package')})\s?(?:the |a |your |total )?$")


@lru_cache(maxsize=1)
def _volume() -> re.Pattern[str]:
    digits = NUMBER.replace(r"|\x20\d{3}(?!\d)", "")  # "Mix 50 500Mo" is 500
    return re.compile(
        rf"(?<![\d.,:*#])(?P<n1>{digits})\s?{_UNIT.format(1)}"
        rf"|(?<![^\W_]){_UNIT.format(2)}\)?\s?[=:]\s?(?P<n2>{digits})(?![\d:])"
        rf"|(?:{any_of('data')})[^\W\d_]{{0,8}}[\s:=]{{0,2}}(?P<n3>{digits})\s?(?P<unit3>[mg])(?![^\W\d_]|/)"
    )


@lru_cache(maxsize=1)
def _unclear() -> re.Pattern[str]:
    endless, data, roaming = any_of("unlimited"), any_of("data"), any_of("roaming")
    return re.compile(
        rf"(?:{data})[ :]{{1,2}}(?:{endless})|(?:{endless})\s(?:{data})"
        rf"|(?:{roaming})\s?[:=]?\s?\d[\d.,]{{0,15}}\s?[kmgtкмг][bбo]"
    )


def _counts(folded: str, item: Volume) -> bool:
    left, used, offer = rule("data_left", "remaining", "you_have"), rule("data_used"), rule("data_offer")
    start = max(folded.rfind(stop, 0, item.start) for stop in (". ", "! ", "? ")) + 1
    before = folded[max(start, item.start - 200) : item.start]
    behind = _NEXT.split(folded[item.end : item.end + 60], maxsplit=1)[0]
    near = re.split(r"[:,]", behind, maxsplit=1)[0]  # what stands behind a colon speaks of the next figure
    used_behind = used.search(near)
    if used_behind is not None and not left.search(near[: used_behind.start()]):
        return False
    if offer.search(behind) or re.match(r"\s?[/=]", behind):
        return False
    marks = [(m.end(), kind) for kind, mark in ((1, left), (-1, used), (-1, offer)) for m in mark.finditer(before)]
    if marks:
        return max(marks)[1] > 0 and rule("bound").search(before[-20:]) is None
    clause = _CLAUSE.split(before)[-1]
    if rule("bound").search(clause):
        return False
    labelled = _data_label().search(clause)
    return (
        left.search(near) is not None
        or labelled is not None
        or rule("valid_until").search(behind) is not None
        or _renewed(folded, item)
    )


@lru_cache(maxsize=1)
def _data_label() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('data_label')}){_BEHIND_LABEL}$")


def _renewed(folded: str, item: Volume) -> bool:
    """ "300 min, 7.55 GB. Next payment 14.03.": the rest of a package, up to when it is paid for again."""
    return (
        rule("renewal").match(folded[item.end : item.end + 4].lstrip(" .,;\n") + folded[item.end + 4 : item.end + 40])
        is not None
    )


_NEXT = re.compile(r"[;!\n]|\.(?:\s|(?=[^\W\d_]))|\d\s?(?:[gmk][bб]|г[bб]|[gmk]o)(?![^\W\d_])")
_CLAUSE = re.compile(r"[;\n]|\.(?=[^\W\d])|,(?=\D)")
_BEHIND_LABEL = r"(?:\.cu)?\s?(?:\([^)]{0,10}\))?\s?[:=]?\s?(?:\dg\s)?"


def _size(digits: str, unit: str) -> Decimal | None:
    factor = _MB[{"к": "k", "г": "g"}.get(unit, unit)]
    if digits.isdigit():
        return Decimal(digits) * factor
    value = number(digits, "USD" if "," in digits else None)
    if value is None and digits.count(".") == 1:
        whole, _, decimals = digits.partition(".")
        # "2.345 GB": read as thousands it would be terabytes.
        if Decimal(whole + decimals) * factor > 200 * 1024:
            value = Decimal(digits)
    elif value is not None and re.fullmatch(r"\d{1,3},\d{3}", digits) and value * factor > 200 * 1024:
        value = Decimal(digits.replace(",", "."))
    return None if value is None else value * factor
