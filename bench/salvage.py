"""`python -m bench.salvage [MB]`: how long a start takes that finds a big database damaged, and what it carries over.

One page in the middle is zeroed and the last hundredth is cut off. Also with room for a tenth of it only.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sqlite3
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.corruptions import KEY, NOW, PINS, reading
from bench.damages import NAME, PAGE
from modemd.store import Store
from modemd.store.salvage import salvage

SEED_ROWS = 2000


def grown(folder: Path, megabytes: int) -> int:
    """A store of this size in `folder`; its rows."""
    store = Store(folder, clock=lambda: NOW)
    store.note_pin_refused("8970101", PINS[0])
    store.note_attempt("home", KEY, at=NOW - timedelta(days=1), origin="schedule")
    for number in range(SEED_ROWS):
        store.add(reading(number))
    store.close()
    with sqlite3.connect(folder / NAME) as base:
        columns = [row[1] for row in base.execute("PRAGMA table_info(readings)") if row[1] != "id"]
        names = ", ".join(columns)
        while (folder / NAME).stat().st_size < megabytes * 1_000_000:
            base.execute(f"INSERT INTO readings ({names}) SELECT {names} FROM readings LIMIT 50000")
            base.commit()
        rows = base.execute("SELECT count(*) FROM readings").fetchone()[0]
    base.close()
    return int(rows)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.salvage", description=__doc__)
    options.add_argument("megabytes", nargs="?", type=int, default=200, help="size of the database (default 200)")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="modemd-") as name:
        state = Path(name) / "state"
        rows = grown(state, chosen.megabytes)
        path = state / NAME
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.seek(size // PAGE // 2 * PAGE)
            file.write(bytes(PAGE))
            file.truncate(size * 99 // 100)
        print(f"{size / 1e6:.0f} MB, {rows} readings, one page zeroed and the last hundredth cut off")
        small = Path(name) / "small.sqlite"
        began = time.monotonic()
        done = salvage(path, small, free_bytes=size // 10)
        print(
            f"room for a tenth: {done.rows} rows in {time.monotonic() - began:.1f} s, "
            f"{small.stat().st_size / 1e6:.0f} MB, stopped by {done.stopped_by or 'nothing'}"
        )
        small.unlink()
        began, worked = time.monotonic(), time.process_time()
        store = Store(state, clock=lambda: NOW)
        took = f"{time.monotonic() - began:.1f} s ({time.process_time() - worked:.1f} s of it on the processor)"
        print(f"start: {took}; {store.notice}")
        kept = store.pin_refused("8970101", PINS[0])
        store.close()
        print(f"PIN refusal kept: {kept}; peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
        shutil.rmtree(state)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
