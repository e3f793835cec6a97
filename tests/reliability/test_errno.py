"""A disk that fails in ways that no file system of a test can be made to: strace hands the kernel's errors out."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MODEM = """
[modem]
profile = "huawei"
imsi = "250011234567890"

[balance]
code = "*100#"
template = "Balance {balance}"
start = "5.00"
step = "0.01"
"""
# A worn-out card; a quota; a file system that the kernel has made read-only because of errors.
ERRORS = ("EIO", "EDQUOT", "EROFS")
WRITES = "pwrite64,ftruncate,fdatasync,fsync"


@contextlib.contextmanager
def failing(pid: int, error: str, state: Path) -> Iterator[None]:
    """Every write of that process below `state` fails with `error`, until the end."""
    paths = [word for name in ("modemd.sqlite", "modemd.sqlite-wal") for word in ("-P", str(state / name))]
    tracer = subprocess.Popen(
        ["strace", "-f", "-p", str(pid), *paths, "-e", f"trace={WRITES}", "-e", f"inject={WRITES}:error={error}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert tracer.stderr is not None
    try:
        first = tracer.stderr.readline()
        if "ttach" not in first or "not permitted" in first:
            pytest.skip(f"no process can be traced here: {first.strip()}")
        yield
    finally:
        tracer.terminate()
        tracer.communicate(timeout=20)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_the_disk_fails(stage: Any) -> None:
    """Whatever the error: dials nothing that it cannot count, answers what it knows, says so, and works as before when
    the disk does."""
    fake = stage.modem(MODEM)
    state = stage.folder / "state"
    daemon = stage.daemon(f'name = "home"\nport = "{fake.path}"\nevery = "off"')
    daemon.wait("ready")
    assert daemon.ask()["balance"] == "5.00"
    shown = ["5.00"]
    for error in ERRORS:
        dialled = len(fake.queries)
        with failing(daemon.process.pid, error, state), stage.fault(f"writes fail with {error}"):
            assert daemon.ask()["error"] == "store"
            daemon.wait(lambda found: "nothing can be stored" in str(found["error"]))
            assert daemon.ask("balance", cached=True)["balance"] == shown[-1]
            assert len(fake.queries) == dialled
        with stage.fault(f"behind {error}"):
            if error == ERRORS[0]:  # by itself; the others by being asked, which takes no wait
                daemon.wait(lambda found: found["error"] is None)
            shown.append(daemon.ask()["balance"])
    assert shown == ["5.00", "4.99", "4.98", "4.97"]
    assert [row["balance"] for row in daemon.rows() if row["error"] is None] == shown
    assert "Traceback" not in daemon.log
