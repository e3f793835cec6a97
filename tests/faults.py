"""What a test of a whole table says of the lines that are wrong."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import pytest


def told(faults: Iterable[str], request: pytest.FixtureRequest) -> str:
    """All of them, a line each; with `pytest -x` the first one, and the rest is not even looked for: what runs the
    tests for each of a thousand mutants has no use for it."""
    return "\n".join(islice(faults, 1 if request.config.getoption("maxfail") == 1 else None))
