"""What years of running do: a long history, a full day of unasked texts, and what a query writes to the card."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

from bench import past
from tests.reliability.test_machine import MODEM, home

ROWS = 12_000
QUERIES, MOST_COMMITS, MOST_LOG_BYTES = 10, 2, 16 << 10


def test_a_history_of_years_is_read(stage: Any) -> None:
    """All of it, in order, while another client gets its answers and the daemon takes no more memory."""
    fake = stage.modem(MODEM)
    past.make(stage.folder / "state", sims=4, rows=ROWS)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    answers = list[dict[str, Any]]()
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.01):
            answers.append(daemon.status("home"))

    asking = threading.Thread(target=ask)
    with stage.fault("ten years"), daemon.client() as client:
        before = _resident_kib(daemon.process.pid)
        asking.start()
        times, peak = [], before
        for row in client.rows("history"):
            times.append(row["taken_at"])
            if len(times) % 500 == 0:
                peak = max(peak, _resident_kib(daemon.process.pid))
        over.set()
        asking.join()
    with sqlite3.connect(stage.folder / "state" / "modemd.sqlite") as db:
        assert len(times) == db.execute("SELECT count(*) FROM readings").fetchone()[0] >= ROWS * 0.9
    assert times == sorted(times)
    assert len(answers) >= 5
    assert peak - before < 8 << 10


def test_a_warm_query_writes_little(stage: Any) -> None:
    """From the question to the answer: two transactions, the attempt and the reading with what it means, and 16 KiB of
    the log, with the pages that a growing file takes now and then."""
    fake = stage.modem(MODEM)
    daemon = stage.daemon(home(fake))
    daemon.wait("ready")
    for _ in range(3):
        assert daemon.ask()["balance"] == "42.50"
    log = stage.folder / "state" / "modemd.sqlite-wal"
    before, size = _commits(log), log.stat().st_size
    with stage.fault("asked every hour"):
        for _ in range(QUERIES):
            assert daemon.ask()["balance"] == "42.50"
    assert 0 < _commits(log) - before <= MOST_COMMITS * QUERIES
    assert 0 < log.stat().st_size - size <= MOST_LOG_BYTES * QUERIES


def test_a_flood_of_unasked_texts(stage: Any) -> None:
    """A day keeps its share of them, also across a restart; the rest is logged once, and a question works as before."""
    fake = stage.modem(MODEM)
    keep = "[daemon.keep]\nunasked = 3\n"
    daemon = stage.daemon(home(fake), rest=keep)
    daemon.wait("ready")
    with stage.fault("texts that nobody asked for"):
        for number in range(5):
            fake.send_line(f'+CUSD: 0,"Advert {number}",15')
        daemon.wait_log("more texts that nobody asked for")
        assert daemon.ask()["balance"] == "42.50"
    daemon.stop()
    daemon = stage.daemon(home(fake), rest=keep)
    daemon.wait("ready")
    fake.send_line('+CUSD: 0,"Advert again",15')
    daemon.wait_log("more texts that nobody asked for")
    with daemon.client() as client:
        texts = [row["text"] for row in client.rows("history")]
    assert texts == ["Advert 0", "Advert 1", "Advert 2", "Balance 42.50"]


def _commits(log: Path) -> int:
    """Frames that end a transaction since the log began anew (sqlite.org/fileformat2.html#walformat): their second
    word, the size of the database, is not 0."""
    data = log.read_bytes()
    size, salt = int.from_bytes(data[8:12], "big"), data[16:24]
    frames = [data[at : at + 24] for at in range(32, len(data) - size - 23, size + 24)]
    return sum(frame[4:8] != b"\0\0\0\0" for frame in frames if frame[8:16] == salt)


def _resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0])
