"""docs/RELIABILITY.md and the tests of this folder are one: every row has its test, every test its row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def test_each_row_has_its_test_and_each_test_its_row(table: list[Any]) -> None:
    """As pytest itself names the tests, with their parameters."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(HERE)],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parents[1],
    )
    names = {line.rpartition("/")[2] for line in listed.stdout.splitlines() if "::" in line}
    named = {row.test for row in table}
    assert named - names == set()
    assert {name for name in names - named if not name.startswith(Path(__file__).name)} == set()


def test_the_rows_are_whole(table: list[Any]) -> None:
    """No row stands twice, each says what happens, and each limit is one."""
    assert len({(row.group, row.fault, row.test) for row in table}) == len(table) >= 60
    assert all(row.group and row.fault and row.does and row.within_s > 0 for row in table)
