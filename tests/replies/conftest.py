"""The reply files, one parameter a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "reply" in metafunc.fixturenames:
        cases: list[dict[str, Any]] = [
            json.loads(line)
            for path in sorted(HERE.glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()
            if line.strip()
        ]
        metafunc.parametrize("reply", cases, ids=[case["id"] for case in cases])
