"""The reply files, one parameter a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "replies" in metafunc.fixturenames:
        paths = sorted(HERE.glob("*.jsonl"))
        metafunc.parametrize("replies", paths, ids=[path.stem for path in paths], indirect=True)


@pytest.fixture(scope="module")
def replies(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The replies of one file, never none."""
    path: Path = request.param
    cases = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert cases
    return cases
