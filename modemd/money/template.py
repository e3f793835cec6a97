"""Replies that the reader does not read, one number of which behaves like money. Pure.

An operator writes the same text again and again, with other numbers. Where one number alone changes from one reply to
the next, falls, and only once in a while steps up, it may be the balance. That is no proof: a person is asked, and
without a yes the balance stays unknown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from modemd.frozen import dataclass
from modemd.money.amounts import NUMBER, Amount, amounts
from modemd.money.currencies import home_currency, without_coins
from modemd.money.dates import dates
from modemd.money.fold import clean, fold
from modemd.money.labels import Role, labelled

LEAST_TEXTS = 3
LEAST_FALLS = 2
FALLS_PER_RISE = 3  # a top-up is rarer than spending; what rises as it falls is a lottery
MOST_TEXTS = 60  # the newest; what happened before says nothing new
LONGEST_BARE = 6  # digits of a whole number without a currency: more are a telephone number or a receipt's. Where money
# has coins, a whole number that falls is a ticket's, a place in a queue, or a stock


@dataclass(frozen=True, slots=True)
class Proposal:
    """`written`: what may be the balance, as it stands in `text`, the newest reply, with its minus if it has one.
    `others`: earlier replies that are made alike, newest first, each once, with their numbers."""

    text: str
    written: str
    others: tuple[tuple[str, str], ...]


def propose(texts: Sequence[str], *, country: str | None = None, home: str | None = None) -> Proposal | None:
    """What may be the balance in replies to one code of one SIM, oldest first, of which none was read. `home` is the
    SIM's currency. None where nothing behaves like one."""
    if len(texts) < LEAST_TEXTS:
        return None
    home = home or home_currency(country)
    newest = _cut(texts[-1])
    alike = [
        cut
        for cut in map(_cut, texts[-MOST_TEXTS:])
        if (cut.frame, len(cut.numbers)) == (newest.frame, len(newest.numbers))
    ]
    changing = [place for place in range(len(newest.numbers)) if len({cut.numbers[place] for cut in alike}) > 1]
    if len(alike) < LEAST_TEXTS or len(changing) != 1:
        return None
    found = [_money(cut, changing[0], country=country, home=home) for cut in alike]
    sums = [item for item in found if item is not None]
    if len(sums) < len(alike) or not behaves_like_money([value for value, _ in sums]):
        return None
    seen = {cut.text: written for cut, (_, written) in zip(alike, sums, strict=True)}
    written = seen.pop(newest.text)
    return Proposal(newest.text, written, tuple(reversed(seen.items())))


def behaves_like_money(values: Sequence[Decimal]) -> bool:
    """Whether a number that took these values, oldest first, falls as it is spent and is topped up now and then. What
    moves by one is a counter, or the days that are left."""
    steps = [after - before for before, after in pairwise(values) if after != before]
    falls = sum(step < 0 for step in steps)
    if falls < LEAST_FALLS or (len(steps) - falls) * FALLS_PER_RISE > falls:
        return False
    whole = all(value == value.to_integral_value() for value in values)
    return not (whole and sum(abs(step) == 1 for step in steps) * 2 > len(steps))


# --- helpers


@dataclass(frozen=True, slots=True)
class _Cut:
    """A reply (`text`, as it came), its words with a mark for each number, its numbers, and where they stand in
    `cleaned`. Dates and times count as words that are all alike."""

    text: str
    cleaned: str
    frame: str
    numbers: tuple[str, ...]
    places: tuple[tuple[int, int], ...]


# Marks in a frame; no blanks for str.split(), as the separators among the control characters are.
WHEN, A_NUMBER = "\x01", "\x02"
_TIME = re.compile(r"(?<![\d.,:])\d{1,2}(?::\d{2}){1,2}(?![\d:])")
_NUMBER = re.compile(rf"\x20?[-\u2212\u2013]?\x20?(?<!\d)(?P<digits>{NUMBER})")


def _cut(text: str) -> _Cut:
    cleaned = clean(text)
    hidden = cleaned
    spans = [(found.start, found.end) for found in dates(fold(cleaned))]
    for start, end in [*spans, *(match.span() for match in _TIME.finditer(cleaned))]:
        hidden = hidden[:start] + WHEN * (end - start) + hidden[end:]
    numbers = tuple(match["digits"] for match in _NUMBER.finditer(hidden))
    places = tuple(match.span("digits") for match in _NUMBER.finditer(hidden))
    frame = re.sub(f"{WHEN}+", WHEN, _NUMBER.sub(A_NUMBER, hidden))
    return _Cut(text, cleaned, " ".join(frame.split()), numbers, places)


def _money(cut: _Cut, place: int, *, country: str | None, home: str | None) -> tuple[Decimal, str] | None:
    """The value of one number of a reply, and how it is written; None where it is no sum of money, or in doubt."""
    folded = fold(cut.cleaned)
    found = amounts(cut.cleaned, folded, country=country, home=home)
    known = next(
        (item for item in labelled(cut.cleaned, folded, found) if item.amount.digits == cut.places[place]), None
    )
    if known is None or known.role in (Role.OTHER, Role.DEBT) or not _is_sum(known.amount, cut.numbers[place], home):
        return None
    value = known.amount.value or Decimal(0)
    return value, ("-" if value < 0 else "") + cut.numbers[place]


def _is_sum(amount: Amount, digits: str, home: str | None) -> bool:
    if amount.value is None or not amount.exact:
        return False
    if amount.sign is not None or not digits.isdigit():
        return True
    return len(digits) <= LONGEST_BARE and (home is None or home in without_coins())
