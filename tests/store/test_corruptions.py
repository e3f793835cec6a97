"""A sample of what `python -m bench.corruptions 400` does: damage at random places, the same at each run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import corruptions
from bench.damages import KINDS, Files

COUNT, AT_ONCE = 72, 18  # four of each kind


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Files, Files]:
    return corruptions.filled(tmp_path_factory.mktemp("templates"), readings=60)


@pytest.mark.parametrize("first", range(0, COUNT, AT_ONCE))
def test_nothing_on_a_whole_page_is_lost(first: int, templates: tuple[Files, Files], tmp_path: Path) -> None:
    """The store opens, twice; every command reads and writes; PIN refusals, saved RATs and readings are there that
    stand on a page that the damage left whole."""
    outcomes = [corruptions.play(number, 7, templates, tmp_path) for number in range(first, first + AT_ONCE)]
    assert [outcome for outcome in outcomes if not outcome.good] == []
    assert len({outcome.kind for outcome in outcomes}) == len(KINDS)
    assert sum(outcome.aside for outcome in outcomes) >= 5
