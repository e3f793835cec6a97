"""Ten years of a daemon with 16 SIMs, asked hourly, next to its first 6,000 rows: what a long past costs."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench import past
from bench.daemon import answered, end, fake_modem, new_folder, scenario, socket_of, start
from bench.table import Row, alternate, median, seconds, spread
from modemd.daemon.control import Client
from modemd.money.forecast import forecast
from modemd.store import Store

SIMS, FEW, MANY = 16, 6_000, 1_400_000
MOST = 1.5
TURN_S = 0.05  # of the main loop, whatever is sent meanwhile
STREAM_S = 20.0  # of a full history; what has not come by then is not waited for
THIN_S = 10.0
STARTS = 7

CONFIG = """\
[daemon]
socket = "{folder}/modemd.sock"
state = "{folder}/state"
[daemon.keep]
readings = "forever"
failures = "forever"
"""
MODEM = '[[modem]]\nname = "{name}"\nport = "{port}"\nevery = "off"\n'


def rows(runs: int, many: int = MANY) -> list[Row]:
    with new_folder() as folder, ExitStack() as stack:
        few, long = folder / "few", folder / "many"
        for place, number in ((few, FEW), (long, many)):
            place.mkdir()
            port = stack.enter_context(fake_modem(place, scenario()))
            past.make(place / "state", sims=SIMS, rows=number)
            modems = [
                MODEM.format(name=past.name(sim), port=port if sim == 0 else f"/dev/modemd-none-{sim}")
                for sim in range(SIMS)
            ]
            (place / "modemd.toml").write_text(CONFIG.format(folder=place) + "".join(modems), encoding="utf-8")
        size = (long / "state" / "modemd.sqlite").stat().st_size
        found = [_row("start to first answer", *alternate(STARTS, lambda: _start(few), lambda: _start(long)))]
        with _forecasts(few) as ours, _forecasts(long) as theirs:
            found.append(_row("forecast of a SIM", *alternate(runs, ours, theirs)))
        with _daemon(few) as _, _daemon(long) as big, Client.connect(socket_of(few)) as a:
            with Client.connect(socket_of(long)) as b:
                for what, ask in QUESTIONS.items():
                    for client in (a, b):
                        ask(client)  # once before it counts
                    short, much = alternate(3 * runs, lambda ask=ask: _timed(ask, a), lambda ask=ask: _timed(ask, b))
                    found.append(_row(what, short, much))
                found.append(_written(b, big, runs))
            found.append(_stream(long, big))
        found.append(_thinning(long))
    found[0] = _with_note(found[0], f"{many} rows in {size >> 20} MiB next to {FEW}, {SIMS} SIMs; the files are cached")
    return found


QUESTIONS: dict[str, Callable[[Client], object]] = {
    "status of 16 modems": lambda client: client.request("status"),
    "balance --cached": lambda client: client.request("balance", modem=past.name(0), cached=True),
    "check": lambda client: client.request("check", modem=past.name(0)),
    "history MODEM --since 30d": lambda client: list(client.rows("history", modem=past.name(0), since_s=30 * 86400)),
    "balance, asked": lambda client: client.request("balance", modem=past.name(0)),
}


def _row(what: str, short: list[float], much: list[float]) -> Row:
    ratio = median(much) / median(short)
    return Row(what, spread(much), f"{FEW} rows: {spread(short)}", f"{ratio:.2f} x", f"<= {MOST} x", ratio <= MOST)


def _with_note(row: Row, note: str) -> Row:
    return Row(row.what, row.modemd, row.other, row.ratio, row.goal, row.met, note)


def _timed(ask: Callable[[Client], object], client: Client) -> float:
    began = time.perf_counter()
    ask(client)
    return time.perf_counter() - began


@contextmanager
def _forecasts(place: Path) -> Iterator[Callable[[], float]]:
    """As the daemon makes it: a SIM's readings of 30 days out of the store, and the days that are left."""
    store = Store(place / "state")
    now = datetime.now(UTC)

    def act() -> float:
        began = time.perf_counter()
        forecast(store.balances(past.key(0), currency="RUB", since=now - timedelta(days=30)), now)
        return time.perf_counter() - began

    try:
        act()
        yield act
    finally:
        store.close()


@contextmanager
def _daemon(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = _run(place)
    try:
        answered(process, place, "ready")
        time.sleep(6.0)  # what is read behind the opening is over
        yield process
    finally:
        end(process)


def _start(place: Path) -> float:
    began = time.perf_counter()
    process = _run(place)
    try:
        answered(process, place, "")
        return time.perf_counter() - began
    finally:
        end(process)


def _run(place: Path) -> subprocess.Popen[bytes]:
    return start(place / "modemd.toml")


def _written(client: Client, process: subprocess.Popen[bytes], runs: int) -> Row:
    """What the daemon's process gives to the disk for a warm query, the log's and the file's part together."""
    before = _io(process, "write_bytes")
    for _ in range(runs):
        client.request("balance", modem=past.name(0))
    each = (_io(process, "write_bytes") - before) / runs / 1024
    return Row(
        "written for a balance", f"{each:.1f} KiB", "", "", "<= 16 KiB", each <= 16,
        "write_bytes of /proc/PID/io: whole pages of the kernel, 4 KiB, of the log and, in their turn, of the file",
    )  # fmt: skip


def _stream(place: Path, process: subprocess.Popen[bytes]) -> Row:
    """A full history while somebody else asks for `status` again and again."""
    waits = list[float]()
    over = threading.Event()
    with Client.connect(socket_of(place)) as client:
        alone = sorted(_timed(lambda c: c.request("check", modem=past.name(1)), client) for _ in range(500))

    def look() -> None:
        with Client.connect(socket_of(place)) as client:
            while not over.is_set():
                waits.append(_timed(lambda c: c.request("check", modem=past.name(1)), client))
                over.wait(0.02)

    before = _rss(process)
    looking = threading.Thread(target=look)
    number, peak = 0, before
    began = time.perf_counter()
    with Client.connect(socket_of(place)) as client:
        looking.start()
        try:
            for number, _ in enumerate(client.rows("history"), start=1):
                if number % 5000 == 0:
                    peak = max(peak, _rss(process))
                    if time.perf_counter() - began > STREAM_S:
                        break
        finally:
            over.set()
            looking.join()
    took = time.perf_counter() - began
    waits.sort()
    without = alone[int(len(alone) * 0.99)]
    often = max(0.0, waits[int(len(waits) * 0.99)] - without)
    grown = (peak - before) / 1024
    return Row(
        "full history, others wait", seconds(often), "", "", f"<= {seconds(TURN_S)}", often <= TURN_S and grown <= 8,
        f"the 99th of 100 `check` of another client, less that without the history ({seconds(without)}); the longest "
        f"{seconds(waits[-1])}; {number} rows, "
        f"{number / took:.0f} a second; the daemon's memory grew by {grown:.1f} MiB (<= 8)",
    )  # fmt: skip


def _thinning(place: Path) -> Row:
    """Steps of the retention on a file that has never been thinned."""
    store = Store(place / "state")
    steps = list[float]()
    size = _rows_of(place)
    try:
        until = time.perf_counter() + THIN_S
        while (began := time.perf_counter()) < until and store.tidy(datetime.now(UTC)):
            steps.append(time.perf_counter() - began)
        gone = size - _rows_of(place)
    finally:
        store.close()
    steps.sort()
    slow = steps[int(len(steps) * 0.99)]
    return Row(
        "a step of the retention", seconds(slow), "", "", f"<= {seconds(TURN_S)}", slow <= TURN_S,
        f"the 99th of 100 of {len(steps)}, the median {seconds(median(steps))}, the longest {seconds(steps[-1])}; "
        f"{gone} rows deleted in {THIN_S:.0f} s",
    )  # fmt: skip


def _rows_of(place: Path) -> int:
    with closing(sqlite3.connect(place / "state" / "modemd.sqlite")) as db:
        return int(db.execute("SELECT count(*) FROM readings").fetchone()[0])


def _rss(process: subprocess.Popen[Any]) -> float:
    """KiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    return float(status.partition("VmRSS:")[2].split()[0])


def _io(process: subprocess.Popen[Any], key: str) -> int:
    text = Path(f"/proc/{process.pid}/io").read_text(encoding="utf-8")
    return int(text.partition(f"\n{key}: ")[2].split()[0])
