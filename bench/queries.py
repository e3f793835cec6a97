"""`python -m bench.queries [N]`: N balances of one daemon. Exit code 1 if one is wrong, or if the daemon grows.

The modem answers at once and names another amount each time. Memory, threads and descriptors of the daemon are looked
at ten times; what they are behind the last query is held against the first tenth, when caches and pools are filled.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from bench.daemon import cpu_s, daemon, fake_modem, memory_mib, new_folder, socket_of, spending
from bench.table import Row, show
from modemd.daemon.control import Client

QUERIES = 10_000
LOOKS = 10
REST_S, LONGEST_REST_S = 0.2, 10.0
GOAL_MIB = 1.0
START, STEP = Decimal("999999.99"), Decimal("0.37")
MODEM = spending("quectel", start=START, step=STEP)


@dataclass(frozen=True, slots=True)
class Look:
    """What a process needs at one moment."""

    mib: float
    threads: int
    descriptors: int

    @classmethod
    def at(cls, pid: int) -> Look:
        """When it has nothing left to do: the forecast of the last answer is made by a thread of its own."""
        until = time.monotonic() + LONGEST_REST_S
        before = -1.0
        while (cpu := cpu_s(pid)) != before and time.monotonic() < until:
            before = cpu
            time.sleep(REST_S)
        own = Path(f"/proc/{pid}")
        return cls(memory_mib(pid), len(list((own / "task").iterdir())), len(list((own / "fd").iterdir())))

    def __str__(self) -> str:
        return f"{self.mib:.1f} MiB, {self.threads} threads, {self.descriptors} descriptors"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.queries", description=__doc__)
    options.add_argument("queries", type=int, nargs="?", default=QUERIES, help=f"how many (default {QUERIES})")
    found = rows(options.parse_args().queries)
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


def rows(number: int) -> list[Row]:
    with new_folder() as folder, fake_modem(folder, MODEM) as port, daemon(folder, port) as process:
        began, cpu = time.monotonic(), cpu_s(process.pid)
        wrong, looks = [], []
        with Client.connect(socket_of(folder)) as client:
            for i in range(number):
                answer = client.request("balance")
                if answer["balance"] != str(START - STEP * i):
                    wrong.append(f"number {i}: {answer['balance']} {answer['error']}")
                if (i + 1) % max(1, number // LOOKS) == 0:
                    looks.append(Look.at(process.pid))
            kept = sum(1 for _ in client.rows("history"))
        each_ms = (time.monotonic() - began) / number * 1000
        cpu_ms = (cpu_s(process.pid) - cpu) / number * 1000
    return [
        Row(
            f"{number:,} queries",
            f"{kept:,} rows",
            "",
            f"{len(wrong)} wrong",
            "0, all kept",
            not wrong and kept == number,
            f"{each_ms:.1f} ms each, {cpu_ms:.1f} ms of the daemon's CPU; {'; '.join(wrong[:3])}".rstrip("; "),
        ),
        growth(looks[0], looks[-1]),
    ]


def growth(first: Look, last: Look, goal_mib: float = GOAL_MIB) -> Row:
    """What a process needs more than it did."""
    return Row(
        "  growth",
        str(last),
        str(first),
        f"{last.mib - first.mib:+.1f} MiB",
        f"<= {goal_mib} MiB, nothing else",
        last.mib - first.mib <= goal_mib and last.threads <= first.threads and last.descriptors <= first.descriptors,
    )


if __name__ == "__main__":
    sys.exit(main())
