"""The daemon with one modem: how soon it answers and has its modem ready, and the memory that it keeps."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

from bench.daemon import (
    CONFIG,
    MODEM,
    answered,
    end,
    fake_modem,
    new_folder,
    scenario,
    socket_of,
    start,
    timed,
    timed_work,
)
from bench.table import Row, median, seconds, spread
from modemd.daemon.control import Client

# The start is told in CPU time, as so many times that of `python -c "import click"`, which neither another machine nor
# a busy one changes much: before modemd went about it, a daemon needed BEFORE times as much. The goal is 60 % of that.
BEFORE, SHARE = 5.0, 0.6
MEMORY_MIB = 30.0
SETTLE_S = 8.0  # operator and signal are read 5 s behind the opening


def rows(runs: int) -> list[Row]:
    """One daemon after the other on a state folder of its own; in turn with the bare interpreter and click."""
    click = [sys.executable, "-c", "import click"]
    answers, ready, bare = list[float](), list[float](), list[float]()
    work, bare_work = list[float](), list[float]()
    with new_folder() as folder, fake_modem(folder, scenario("huawei")) as port:
        _started(folder, port)
        timed(click)  # byte code written, files in memory
        for _ in range(runs):
            soon, later, cpu = _started(folder, port)
            answers.append(soon)
            ready.append(later)
            work.append(cpu)
            wall, worked = timed_work(click)
            bare.append(wall)
            bare_work.append(worked)
        resident, own = _memory(folder, port)
    ratio = median(work) / median(bare_work)
    goal = BEFORE * SHARE
    return [
        Row(
            "modemd run, start to first answer",
            spread(answers),
            f"python -c 'import click' {spread(bare)}",
            f"{ratio:.2f} x CPU",
            f"<= {goal:.2f} x",
            ratio <= goal,
            f"process start to an answered request, {runs} runs; CPU time {seconds(median(work))} next to "
            f"{seconds(median(bare_work))}, {ratio / BEFORE:.0%} of the {BEFORE} x of the first measurement; "
            f"the modem is ready after {seconds(median(ready))}",
        ),
        Row(
            "modemd run, memory with one modem",
            f"{resident:.1f} MiB resident",
            f"{own:.1f} MiB its own",
            "",
            f"<= {MEMORY_MIB:.0f} MiB",
            resident <= MEMORY_MIB,
            f"VmRSS and Private_* of /proc/PID, one balance asked, {SETTLE_S:.0f} s later",
        ),
    ]


def _started(folder: Path, port: str) -> tuple[float, float, float]:
    """Seconds from the start of a process to its first answer, and until its modem is ready; CPU time to the first."""
    began = time.perf_counter()
    process = _start(folder, port)
    try:
        soon = answered(process, folder, "") - began
        cpu = _cpu_s(process.pid)
        return soon, answered(process, folder, "ready") - began, cpu
    finally:
        end(process)


def _memory(folder: Path, port: str) -> tuple[float, float]:
    """MiB of a daemon at rest behind its first balance: resident, and shared with no other process."""
    process = _start(folder, port)
    try:
        answered(process, folder, "ready")
        with Client.connect(socket_of(folder)) as client:
            if client.request("balance").get("balance") is None:
                raise RuntimeError("the daemon read no balance")
        time.sleep(SETTLE_S)
        rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="utf-8")
    finally:
        end(process)
    return _mib(rollup, "Rss"), _mib(rollup, "Private_Clean") + _mib(rollup, "Private_Dirty")


def _start(folder: Path, port: str) -> subprocess.Popen[bytes]:
    config = folder / "modemd.toml"
    modem = MODEM.format(name="home", way=f'port = "{port}"')
    config.write_text(CONFIG.format(folder=folder) + modem, encoding="utf-8")
    return start(config)


def _cpu_s(pid: int) -> float:
    """What all threads of a process have computed, to the nanosecond (/proc/PID/stat counts in ticks of 10 ms)."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def _mib(rollup: str, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", rollup, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
