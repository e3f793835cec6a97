"""The line reader on floods: lines a second, growth with the input, memory; and an answer in the middle of noise."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from bench.daemon import CODE, READY_S, end, environment
from bench.table import Row, alternate, median, seconds, spread
from modemd.at.lines import LineReader
from modemd.backends.at.modem import Modem
from modemd.backends.base import UssdRequest

NOISE = (
    b"\r\n^RSSI:19\r\n",
    b'\r\n+CREG: 2,1,"1A2B","00C3D4E5",7\r\n',
    b"\r\n^DSFLOWRPT:00000A3C,00000000,00000512,0000000000012345,0000000000067890,0003E800,0003E800\r\n",
    b"\r\nOK\r\n",
)
CHUNK = 4096  # what the engine reads at once
UNIT = 2 << 20  # octets of 1 x
FACTORS = (1, 2, 4)
LINES_PER_S, OCTETS_PER_S = 200_000, 20e6
NOISE_PER_S = 10_000
DELAY_S = 0.1


def rows(runs: int) -> list[Row]:
    repeats = max(3, runs // 5)
    took = alternate(repeats, *(partial(_read, factor * UNIT) for factor in FACTORS))
    cost = {factor: median(times) for factor, times in zip(FACTORS, took, strict=True)}
    lines_per_s, octets_per_s = _lines(4 * UNIT) / cost[4], 4 * UNIT / cost[4]
    growth = cost[4] / cost[1]
    small, large = _peak(UNIT // 4), _peak(UNIT)
    quiet, _ = _exchanges(0, runs * 4)
    noisy, per_s = _exchanges(NOISE_PER_S, runs * 4)
    delay = max(0.0, max(noisy) - min(quiet))
    return [
        Row(
            "line reader, one core",
            f"{lines_per_s:,.0f} lines/s, {octets_per_s / 1e6:.1f} MB/s",
            "",
            "",
            "200,000 lines/s or 20 MB/s",
            lines_per_s >= LINES_PER_S or octets_per_s >= OCTETS_PER_S,
            f"CPU time of 8 MiB of URCs in pieces of {CHUNK}, median of {repeats}",
        ),
        Row(
            "line reader, 1 x / 2 x / 4 x input",
            " / ".join(seconds(cost[factor]) for factor in (1, 2, 4)),
            "",
            f"4 x costs {growth:.2f} x",
            "linear (<= 4.6 x)",
            growth <= 4.6,
        ),
        Row(
            "line reader, memory",
            f"{large / 1024:.0f} KiB peak",
            f"{small / 1024:.0f} KiB at a quarter of it",
            f"{large / small:.2f} x",
            "constant (<= 1.1 x)",
            large <= small * 1.1,
            f"tracemalloc, {UNIT >> 20} MiB in pieces of {CHUNK}",
        ),
        Row(
            f"delay by {NOISE_PER_S:,} noise lines/s",
            f"at most {seconds(delay)}; answers {spread(noisy)}",
            f"without noise {spread(quiet)}",
            "",
            f"<= {seconds(DELAY_S)}",
            delay <= DELAY_S and per_s >= NOISE_PER_S * 0.9,
            f"Modem.ussd on a pseudo-terminal, {len(noisy)} exchanges, the slowest less the fastest without noise; "
            f"{per_s:,.0f} noise lines/s really came",
        ),
    ]


def _stream() -> bytes:
    block = b"".join(NOISE)
    return block * (64 * CHUNK // len(block) + 1)


def _read(octets: int) -> float:
    """CPU seconds for so many octets."""
    began = time.process_time()
    _lines(octets)
    return time.process_time() - began


def _lines(octets: int) -> int:
    """How many lines so many octets are."""
    stream = _stream()
    reader = LineReader()
    lines, done = 0, 0
    while done < octets:
        at = done % (len(stream) - CHUNK)
        reader.receive_data(stream[at : at + CHUNK])
        while reader.next_line() is not None:
            lines += 1
        done += CHUNK
    return lines


def _peak(octets: int) -> int:
    tracemalloc.start()
    try:
        _read(octets)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


# --- a modem that chatters


PAUSE_S = 0.02  # between two exchanges: the noise goes on meanwhile


def _exchanges(per_s: int, number: int) -> tuple[list[float], float]:
    """Times of warm exchanges, and how many lines of noise a second came meanwhile."""
    heard = 0

    def note(_line: str) -> None:
        nonlocal heard
        heard += 1

    with _chatterbox(per_s) as port:
        modem = Modem(port, on_unsolicited=note)
        modem.connect()
        try:
            _exchange(modem)  # the first one ends what another program may have left open
            times = []
            heard, began = 0, time.perf_counter()
            for _ in range(number):
                times.append(_exchange(modem))
                modem.wait(PAUSE_S)
            return times, heard / (time.perf_counter() - began)
        finally:
            modem.close()


def _exchange(modem: Modem) -> float:
    began = time.perf_counter()
    result = modem.ussd(UssdRequest(code=CODE, timeout_s=10))
    took = time.perf_counter() - began
    if result.text != "Balans 312.40":
        raise RuntimeError(f"the wrong answer: {result}")
    return took


@contextmanager
def _chatterbox(per_s: int) -> Iterator[str]:
    peer = subprocess.Popen(
        [sys.executable, "-m", "bench.reader", str(per_s)], stdout=subprocess.PIPE, env=environment(), text=True
    )
    try:
        assert peer.stdout is not None
        if not select.select([peer.stdout], [], [], READY_S)[0]:
            raise RuntimeError("the chattering modem did not start")
        yield peer.stdout.readline().strip()
    finally:
        end(peer)


def _chatter(per_s: int) -> None:
    """A modem that says `per_s` lines a second and answers at once; until it is ended."""
    import tty

    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    print(os.ttyname(slave), flush=True)
    answer = b'\r\nOK\r\n\r\n+CUSD: 0,"Balans 312.40",15\r\n'
    waiting, asked = b"", b""
    said, began = 0, None
    while True:
        if began is not None and per_s:
            due = int((time.perf_counter() - began) * per_s)
            if len(waiting) < 1 << 16:
                waiting += b"".join(NOISE[i % 3] for i in range(said, due))
            said = due
        wants = [master] if waiting else []
        ready, writable, _ = select.select([master], wants, [], 0.002 if began is not None and per_s else None)
        if ready:
            asked += os.read(master, 4096)
            *lines, asked = asked.split(b"\r")
            for line in lines:
                waiting += answer if line.startswith(b"AT+CUSD=1") else b"\r\nOK\r\n"
                if line.startswith(b"AT+CNMI"):  # the noise begins behind the opening
                    began = time.perf_counter()
        if writable or (ready and waiting):
            try:
                waiting = waiting[os.write(master, waiting[:2048]) :]
            except BlockingIOError:
                continue


if __name__ == "__main__":
    _chatter(int(sys.argv[1]))
