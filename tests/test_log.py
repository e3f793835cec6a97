"""modemd.log: asyncio comes when it is wanted, whatever a structlog of tomorrow does at its import."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FAKE = "{line}\n\ndef get_logger(*_):\n    return asyncio.__name__\n"


@pytest.mark.parametrize(
    ("line", "loaded"),
    [
        ("import asyncio", False),
        ("import asyncio\nfrom asyncio import get_running_loop", True),
        ("import asyncio\nasyncio.Lock", True),
    ],
    ids=["named", "taken from", "used"],
)
def test_any_way_to_import_asyncio(tmp_path: Path, line: str, loaded: bool) -> None:
    (tmp_path / "structlog.py").write_text(FAKE.format(line=line))
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import modemd.log; "
        "print('asyncio.events' in sys.modules); import asyncio; asyncio.run(asyncio.sleep(0)); "
        "print(modemd.log.get_logger())"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(loaded), "asyncio"]
