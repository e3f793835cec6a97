"""`python -m bench.remake [N]`: a database of an older version is brought up to date, and the process is killed N times
in the middle of it; what was lost? Exit code 1 if anything.

Its schema is migrated and its pages are made anew (VACUUM, once in a file's life). Each copy of the file is killed up
to three times at random moments, then started once more. After every second kill the power is cut as well: of pages
that were being written, the disk has half. Then all of it must be there, as before, in the layout of today.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import sqlite3
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.daemon import new_folder
from bench.table import Row, seconds, show
from modemd.errors import StoreError
from modemd.store import Store
from modemd.store.schema import MIGRATIONS, migrate

KILLS, IN_A_ROW = 300, 3
WHEN = (0.2, 1.1)  # of the length of a whole start: before that nothing is written
READINGS = 10_000
PAGE = 4096  # of such a file
TORN = 4  # pages at a power cut, and the first one, where it was being written
NAME = "modemd.sqlite"
MAGIC = bytes.fromhex("d9d505f920a163d7")  # of a journal (section 3 of the file format)
FILES = {NAME, "modemd.lock"}
# What is in the file, in words that hold before and after.
CONTENTS = (
    "SELECT id, modem, sim_key, balance, taken_at, text, raw FROM readings ORDER BY id",
    "SELECT modem, sim_key, id, at, origin FROM attempts ORDER BY modem, id",
    "SELECT subject, digest, refused FROM pins ORDER BY digest",
    "SELECT device, value FROM saved_rats ORDER BY device",
)


@dataclass
class Seen:
    """Where the kills struck, what was wrong behind them, how long a start takes that nobody kills."""

    struck: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    start_s: float = 0.0


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.remake", description=__doc__)
    options.add_argument("kills", type=int, nargs="?", default=KILLS, help=f"how many (default {KILLS})")
    options.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    chosen = options.parse_args()
    with new_folder() as folder:
        found = row(folder, chosen.kills, random.Random(chosen.seed))
    print(show([found]))
    return 1 if found.met is False else 0


def row(folder: Path, kills: int, dice: random.Random, readings: int = READINGS) -> Row:
    old = folder / "old.sqlite"
    make(old, readings)
    seen = Seen()
    wanted = contents(old)
    judge(folder / "whole", old, wanted, seen)
    for first in range(0, kills, IN_A_ROW):
        state = folder / f"{first}"
        for number in range(first, min(first + IN_A_ROW, kills)):
            kill(state, old, seen.start_s * dice.uniform(*WHEN), seen)
            if number % 2:
                cut_power(state, dice, seen)
        judge(state, old, wanted, seen)
    where = ", ".join(f"{number} {what}" for what, number in sorted(seen.struck.items()))
    in_the_middle = seen.struck["with a journal that must be played back"]
    return Row(
        f"{kills:,} kills while a file is made anew",
        f"{len(seen.wrong)} files with something lost or wrong",
        "",
        "",
        "none",
        not seen.wrong and (in_the_middle > 0 or kills < KILLS),
        f"{where}; a start takes {seconds(seen.start_s)} with {old.stat().st_size / 1e6:.1f} MB; "
        f"{'; '.join(seen.wrong[:3])}".rstrip("; "),
    )


def make(path: Path, readings: int) -> None:
    """A file as the first versions made them."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute(f"PRAGMA page_size = {PAGE}")
        migrate(db, MIGRATIONS[:3])
        db.execute("BEGIN")
        db.executemany(
            "INSERT INTO readings (id, modem, sim_key, kind, balance, confidence, taken_at, channel, origin, text, raw)"
            " VALUES (?, 'home', 'iccid:1', 'balance', ?, 'high', '2024-05-01T12:00:00.000000Z', 'ussd', 'query',"
            " ?, ?)",
            ((n, f"{n}.37", f"Баланс: {n}.37 р. " * 6, b"\0" * (n % 90)) for n in range(1, readings + 1)),
        )
        at = "2024-05-01T12:00:00.000000Z"
        db.execute("INSERT INTO attempts VALUES (7, 'home', 'iccid:1', ?, 'query')", (at,))
        db.execute("INSERT INTO pins VALUES ('8970101', 'digest', 1, 0, ?)", (at,))
        db.execute("INSERT INTO saved_rats VALUES ('imei:35', '2,2,0', ?)", (at,))
        db.execute("COMMIT")


def contents(path: Path) -> list[list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        return [db.execute(sql).fetchall() for sql in CONTENTS]


def kill(state: Path, old: Path, after_s: float, seen: Seen) -> None:
    """A process that opens the store, killed so many seconds behind its beginning."""
    lay(state, old)
    child = os.fork()
    if child == 0:
        try:
            Store(state)
        finally:
            os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.struck[where(state)] += 1


def lay(state: Path, old: Path) -> None:
    if not state.exists():
        state.mkdir(mode=0o700)
        shutil.copyfile(old, state / NAME)


def where(state: Path) -> str:
    """What a kill left; nothing is opened for it, since that would mend it."""
    journal = state / f"{NAME}-journal"
    if is_hot(journal):
        return "with a journal that must be played back"
    if journal.exists():
        return "with a journal that was not begun"
    header = (state / NAME).read_bytes()[:100]
    return "when it was done" if int.from_bytes(header[16:18], "big") != PAGE else "before that"


def is_hot(journal: Path) -> bool:
    """Its count of pages was written, so the database may have been changed."""
    return journal.exists() and journal.stat().st_size > 512 and any(journal.read_bytes()[8:12])


def cut_power(state: Path, dice: random.Random, seen: Seen) -> None:
    """Of some pages that were written since they went into the journal, the first one among them, half is there."""
    journal = state / f"{NAME}-journal"
    if not is_hot(journal):
        return
    path = state / NAME
    now = bytearray(path.read_bytes())
    written = [number for number, page in journalled(journal) if now[(number - 1) * PAGE :][:PAGE] != page]
    if not written:
        return
    for number in {*dice.sample(written, min(TORN, len(written))), min(written)}:
        start = (number - 1) * PAGE + dice.choice((0, PAGE // 2))
        now[start : start + PAGE // 2] = dice.randbytes(PAGE // 2)
    path.write_bytes(now)
    seen.struck["of them with torn pages"] += 1


def journalled(journal: Path) -> Iterator[tuple[int, bytes]]:
    """The pages that are sure to be in it, as they were: those that its headers count."""
    data = journal.read_bytes()
    at = 0
    while data[at : at + 8] == MAGIC:
        count, _, _, sector = struct.unpack_from(">4I", data, at + 8)
        at += sector
        for _ in range(count):
            yield int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 4 + PAGE]
            at += PAGE + 8
        at = -(-at // sector) * sector


def judge(state: Path, old: Path, wanted: list[list[tuple[object, ...]]], seen: Seen) -> None:
    """One more start, which nobody kills."""
    lay(state, old)
    began = time.monotonic()
    try:
        store = Store(state)
    except StoreError as error:
        seen.wrong.append(error.message)
        return
    seen.start_s = seen.start_s or time.monotonic() - began
    notice = store.notice
    whole = store.pin_refused("8970101", "digest") and store.saved_rat("imei:35") == "2,2,0"
    store.close()
    with closing(sqlite3.connect(state / NAME)) as db:
        layout = tuple(db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "auto_vacuum"))
        verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    beside = {one.name for one in state.iterdir()} - FILES
    if notice or not whole or contents(state / NAME) != wanted or verdict != "ok" or layout != (1024, 2) or beside:
        seen.wrong.append(f"{notice or verdict}, layout {layout}, beside it {sorted(beside)}")
    shutil.rmtree(state)


if __name__ == "__main__":
    sys.exit(main())
