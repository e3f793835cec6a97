"""What the tests of this project leave out to be quick (tests/conftest.py) is there where it counts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from modemd.store import Store

store = Store(Path(sys.argv[1]))
print(store._rows("PRAGMA synchronous")[0][0], store._rows("PRAGMA journal_mode")[0][0])
with store._without_sync():
    print(store._rows("PRAGMA synchronous")[0][0])
print(store._rows("PRAGMA synchronous")[0][0])
store.close()
"""


def test_what_is_stored_is_on_the_disk(tmp_path: Path) -> None:
    """synchronous = FULL (2): a commit waits for the disk, but for the steps that give room back (NORMAL, 1)."""
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "state")]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said.split() == ["2", "wal", "1", "2"]
