"""What a package brings along is found before what is installed, and the path is as it was afterwards."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from modemd import bundled


def test_the_folder_comes_first(tmp_path: Path) -> None:
    (tmp_path / "a_bundled_module.py").write_text("WHERE = 'here'\n")
    before = sys.path[:]
    with bundled.first(str(tmp_path)):
        assert sys.path[0] == str(tmp_path)
        assert importlib.import_module("a_bundled_module").WHERE == "here"
    assert sys.path == before


def test_without_it_nothing_changes(tmp_path: Path) -> None:
    before = sys.path[:]
    with bundled.first(str(tmp_path / "none")):
        assert sys.path == before
