"""Which row numbers are not to be believed, and between which they have to be."""

from __future__ import annotations

import random

import pytest

from modemd.store.leaves import Leaf, misplaced


def found(*pages: list[int], keys: tuple[int, ...] = ()) -> dict[tuple[int, int], tuple[int, int | None]]:
    """(page, cell) -> gap; pages are numbered from 1."""
    cells = {number: dict(enumerate(page)) for number, page in enumerate(pages, 1)}
    leaves = [Leaf.of(number, 0, rowids, trusted=True) for number, rowids in cells.items()]
    gaps = misplaced(leaves, lambda leaf: cells[leaf.number], keys)
    return {(leaf.number, cell): gap for leaf, of in gaps.items() for cell, gap in of.items()}


def test_in_order() -> None:
    """Also with holes, in any order of the pages, and an empty one: nothing is doubted, and no page read again."""
    leaves = [Leaf.of(n, 0, dict(enumerate(page)), trusted=True) for n, page in enumerate([[7, 9], [], [1, 3], [4]])]
    assert misplaced([leaf for leaf in leaves if leaf.high], lambda _leaf: pytest.fail("read again")) == {}


@pytest.mark.parametrize(
    ("pages", "wanted"),
    [
        pytest.param([[1, 2, 3], [4, 2, 6]], {(2, 1): (4, 6)}, id="in the middle"),
        pytest.param([[1, 2, 3], [2, 5, 6]], {(2, 0): (3, 5)}, id="first of its leaf"),
        pytest.param([[1, 2, 8], [4, 5, 6], [7, 8, 9]], {(1, 2): (2, 4)}, id="last of its leaf"),
        pytest.param([[1, 2, 99], [4, 5, 6]], {(1, 2): (2, 4)}, id="behind all"),
        pytest.param([[1, 2, 3], [4, 5, 2]], {(2, 2): (5, None)}, id="the newest row"),
        pytest.param([[1, 2, 3], [4, 4, 6]], {(2, 1): (4, 6)}, id="the same twice"),
        pytest.param([[1, 2, 3], [4, 1 << 60, 6]], {(2, 1): (4, 6)}, id="larger than any history"),
        pytest.param([[1, 2, 3], [-4, 5, 6]], {(2, 0): (3, 5)}, id="negative"),
        pytest.param([[1, 7, 3], [4, 1, 6]], {(1, 1): (1, 3), (2, 1): (4, 6)}, id="two"),
        pytest.param([[1], [2], [1], [4]], {(3, 0): (1, 2)}, id="alone on its leaf"),
    ],
)
def test_out_of_order(pages: list[list[int]], wanted: dict[tuple[int, int], tuple[int, int | None]]) -> None:
    assert found(*pages) == wanted


def test_alone_on_its_leaf_with_the_page_above() -> None:
    """It says where the leaf belongs."""
    assert found([1], [2], [99], [4], keys=(0, 1, 2, 3, 4)) == {(3, 0): (2, 4)}
    assert found([1], [2], [99], [4], keys=(0, 1, 2, 3, 4)) == {(3, 0): (2, 4)}
    assert found([2], [2], [3], keys=(0, 1, 2, 3)) == {(1, 0): (0, 2)}


def test_pages_that_have_changed_places() -> None:
    """Their rows are where they belong all the same."""
    assert found([1], [4], [3], [2], keys=(0, 1, 2, 3, 4)) == {}


@pytest.mark.parametrize("seed", range(20))
def test_one_flipped_bit_of_a_thousand_rows(seed: int) -> None:
    """The row is found, and its gap holds its number."""
    dice = random.Random(seed)
    pages = [list(range(at, at + 8)) for at in range(1, 1000, 8)]
    page, cell, bit = dice.randrange(len(pages)), dice.randrange(8), dice.randrange(7)
    right = pages[page][cell]
    pages[page][cell] ^= 1 << bit
    doubted = found(*pages)
    if (page, cell) != (len(pages) - 1, 7):
        ((place, (lower, upper)),) = doubted.items()
        assert abs(place[0] - 1 - page) + abs(place[1] - cell) <= 1
        if place == (page + 1, cell):  # else it says that it is its neighbour, and either may be doubted
            assert lower < right
            assert upper is None or right < upper
