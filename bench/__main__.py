"""`python -m bench`: measures everything and prints one table. Exit code 1 if a goal is missed."""

from __future__ import annotations

import argparse
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from bench import commands, exchange, fleet, forecast, idle, program, reader, start, years
from bench.table import Row, show

PARTS = ("exchange", "program", "start", "commands", "reader", "forecast", "fleet", "idle")
APART = ("years",)  # only by --only: it takes minutes, and 750 MB in the folder for temporary files


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    options.add_argument("--runs", type=int, default=15, help="runs of a process (default 15)")
    options.add_argument("--idle", type=float, default=20.0, metavar="S", help="length of the idle watch (default 20)")
    options.add_argument("--only", nargs="+", choices=PARTS + APART, default=PARTS, help="these rows alone")
    chosen = options.parse_args()
    print(f"{machine()}\n", flush=True)
    if "idle" not in chosen.only:
        rows = measure(chosen.only, chosen.runs)
    else:
        # The idle daemon takes no time from the others: they run while it is watched.
        with idle.watch() as watch:
            watch.begin()
            rows = [*measure(chosen.only, chosen.runs), watch.row(chosen.idle)]
    print(show(rows))
    return 1 if any(row.met is False for row in rows) else 0


def measure(parts: list[str], runs: int) -> list[Row]:
    rows: list[Row] = []
    if "exchange" in parts:
        rows += exchange.rows(runs)
    if "program" in parts:
        rows += program.rows(runs)
    if "start" in parts:
        rows += start.rows(runs)
    if "commands" in parts:
        rows += commands.rows()
    if "reader" in parts:
        rows += reader.rows(runs)
    if "forecast" in parts:
        rows += forecast.rows(runs)
    if "fleet" in parts:
        rows += fleet.rows()
    if "years" in parts:
        rows += years.rows(runs)
    return rows


def machine() -> str:
    """Where and with what this was measured."""
    facts = [
        f"Python {platform.python_version()}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
        f"{os.cpu_count()} x {_processor()}",
        f"load {os.getloadavg()[0]:.1f}",
        f"python-gsmmodem-new {version('python-gsmmodem-new')}",
        f"pyserial {version('pyserial')}",
        f"click {version('click')}",
        _gammu(),
    ]
    return ", ".join(facts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown processor"
    named = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return named[0] if named else platform.processor() or "unknown processor"


def _gammu() -> str:
    if shutil.which("gammu") is None:
        return "no gammu"
    said = subprocess.run(["gammu", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"Gammu version ([\d.]+)", said)
    return f"gammu {found[1]}" if found else "gammu of an unknown version"


if __name__ == "__main__":
    sys.exit(main())
