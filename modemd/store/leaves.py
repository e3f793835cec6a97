"""Which row numbers on the leaves of a damaged table are to be believed.

SQLite keeps the rows of a table in the order of their numbers: they ascend on a leaf, and from leaf to leaf. A number
that breaks the order was damaged, and its neighbours say between which it has to be.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

from modemd.frozen import dataclass

Rowids = Mapping[int, int]  # by cell
Gaps = dict[int, tuple[int, int | None]]  # cell -> the believed numbers before and behind it; None = no row is behind

LARGEST = 1 << 53  # no history comes near it
FEW = 2  # rows on a leaf
NEAR = 2  # leaves on either side that say what is in order
MOST_SUSPECTS = 20_000  # leaves; with more of them there is no order to go by, and too little time to look for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One image of a leaf, and how its rows are numbered. `age`: see Page. `few`: a damaged row may outvote the others
    in the middle."""

    number: int
    age: int
    trusted: bool
    low: int = 0
    middle: int = 0
    high: int = 0
    few: bool = False
    ascends: bool = True

    @classmethod
    def of(cls, number: int, age: int, rowids: Rowids, *, trusted: bool) -> Leaf:
        found = [rowid for rowid in rowids.values() if 0 < rowid <= LARGEST]
        if not found:
            return cls(number=number, age=age, trusted=trusted, ascends=not rowids)
        ordered = sorted(found)
        ascends = len(found) == len(rowids) and all(one < other for one, other in pairwise(found))
        return cls(
            number=number,
            age=age,
            trusted=trusted,
            low=ordered[0],
            middle=ordered[(len(ordered) - 1) // 2],
            high=ordered[-1],
            few=len(found) <= FEW,
            ascends=ascends,
        )


def misplaced(leaves: Iterable[Leaf], rowids: Callable[[Leaf], Rowids], keys: Sequence[int] = ()) -> dict[Leaf, Gaps]:
    """The cells whose numbers break the order, of one image of each leaf of a table: as few of them as can be.

    `rowids` reads a leaf once more; it is asked only of those among which the order is broken. `keys`: by the number of
    a page the greatest rowid that the page above allows it, 0 where nothing is known. It says where a leaf of few rows
    belongs, unless its own number is a key as well: then pages have changed places.
    """
    known = sorted(keys)

    def key_of(leaf: Leaf) -> int:
        return keys[leaf.number] if leaf.few and leaf.number < len(keys) else 0

    def place(leaf: Leaf) -> tuple[int, bool, int]:
        key = key_of(leaf)
        at = bisect_left(known, leaf.high)
        misled = key and not (at < len(known) and known[at] == leaf.high)
        return key if misled else leaf.middle, key != leaf.high, leaf.low

    ordered = sorted(leaves, key=place)
    suspects, within = _suspects(ordered)
    if not 0 < len(suspects) <= MOST_SUSPECTS:
        return {}
    # What a damaged number says that it is, it is beside the rows that are there.
    lows = [ordered[at].low for at in within]
    for at in list(suspects):
        for number in rowids(ordered[at]).values():
            hit = bisect_right(lows, number) - 1
            if hit >= 0 and number <= ordered[within[hit]].high:
                suspects.add(within[hit])
    numbers, places = list[int](), list[tuple[Leaf, int] | None]()
    for at in sorted({near for one in suspects for near in range(one - NEAR, one + NEAR + 1)}):
        leaf = ordered[at] if 0 <= at < len(ordered) else None
        if at in suspects and leaf is not None:
            for cell, number in rowids(leaf).items():
                numbers.append(number)
                places.append((leaf, cell))
        elif leaf is not None and leaf.high:
            ends = sorted({leaf.low, leaf.high})
            numbers += ends
            places += [None] * len(ends)
    found = _outside(numbers, places)
    for leaf, gaps in found.items():
        if leaf.low == leaf.high and (key := key_of(leaf)):
            gaps.update(dict.fromkeys(gaps, (key - 1, key + 1)))  # alone on its leaf, it is the greatest there
    return found


def _suspects(ordered: list[Leaf]) -> tuple[set[int], list[int]]:
    """The positions of leaves that are out of order themselves, reach to the middle of another or overlap one that does
    not; and of those that are and do not."""
    within: list[int] = []
    suspects: set[int] = set()
    for at, leaf in enumerate(ordered):
        before = ordered[at - 1].middle if at else 0
        behind = ordered[at + 1].middle if at + 1 < len(ordered) else LARGEST + 1
        if leaf.ascends and (not leaf.high or before < leaf.low <= leaf.high < behind):
            within += [at] if leaf.high else []
        else:
            suspects.add(at)
    for at, behind in pairwise(within):
        if ordered[at].high >= ordered[behind].low:
            suspects |= {at, behind}
    return suspects, within


def _outside(numbers: list[int], places: list[tuple[Leaf, int] | None]) -> dict[Leaf, Gaps]:
    """Those that are not of the longest ascending choice of the numbers."""
    believed = _longest_ascending(numbers)
    found: dict[Leaf, Gaps] = {}
    behind: int | None = None
    gaps: list[tuple[Leaf, int, int | None, int]] = []
    for at in range(len(numbers) - 1, -1, -1):
        place = places[at]
        if at in believed or place is None:
            behind = numbers[at]
        else:
            gaps.append((*place, behind, at))
    before, last = 0, 0
    for leaf, cell, upper, at in reversed(gaps):
        before = max((numbers[i] for i in range(last, at) if i in believed or places[i] is None), default=before)
        last = at
        found.setdefault(leaf, {})[cell] = (before, upper)
    return found


def _longest_ascending(numbers: list[int]) -> set[int]:
    """The positions of a longest strictly ascending subsequence; of two equal numbers the first."""
    ends: list[int] = []  # the least number with which a choice of so many can end
    where: list[int] = []  # and its position
    previous: list[int] = []
    for at, number in enumerate(numbers):
        if not 0 < number <= LARGEST:
            previous.append(-1)
            continue
        length = bisect_left(ends, number)
        previous.append(where[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            where.append(at)
        elif number < ends[length]:
            ends[length], where[length] = number, at
    chosen: set[int] = set()
    at = where[-1] if where else -1
    while at >= 0:
        chosen.add(at)
        at = previous[at]
    return chosen
