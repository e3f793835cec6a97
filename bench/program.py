"""Whole processes: `modemd balance` next to a python-gsmmodem-new script and `gammu getussd`; what starting costs."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.daemon import (
    CODE,
    daemon,
    environment,
    fake_modem,
    new_folder,
    program,
    scenario,
    socket_of,
    timed,
    timed_work,
)
from bench.table import Row, median, seconds, skipped, spread, undisturbed

# Before it closes, the script lets its reader thread get to its next read: so it is by itself on a machine at rest. On
# a busy one close() may come first, and then does not wait a second for that thread. The pause is not counted.
PAUSE_S = 0.05
SCRIPT = f"""\
import sys, time, warnings
warnings.simplefilter("ignore")
from gsmmodem.modem import GsmModem
modem = GsmModem(sys.argv[1], 115200)
modem.connect()
print(modem.sendUssd({CODE!r}).message)
time.sleep({PAUSE_S})
modem.close()
"""
GAMMU_LIMIT_S = 90.0
OVER_SCRIPT, OVER_GAMMU, OVER_CLICK = 8.0, 80.0, 1.5


def rows(runs: int) -> list[Row]:
    """modemd with its daemon on a fake modem of its own, the others on another: both answer at once."""
    with new_folder() as ours, new_folder() as other, fake_modem(ours, scenario()) as port, daemon(ours, port):
        asks = [*program(), "--socket", socket_of(ours), "balance"]
        click = [sys.executable, "-c", "import click"]
        script = other / "ask.py"
        script.write_text(SCRIPT, encoding="utf-8")
        with fake_modem(other, scenario()) as other_port:
            for command in (asks, [*asks, "--cached"], click):
                timed(command)  # byte code written, files in memory
            balance = list[float]()
            cached, bare = list[tuple[float, float]](), list[tuple[float, float]]()
            for _ in range(runs):  # in turn
                balance.append(timed(asks))
                cached.append(timed_work([*asks, "--cached"]))
                bare.append(timed_work(click))
            theirs = [timed([sys.executable, str(script), other_port]) - PAUSE_S for _ in range(runs)]
            gammu = _gammu_row(other, other_port, undisturbed(balance), max(1, runs // 5))
    ratio = undisturbed(theirs) / undisturbed(balance)
    work, bare_work = (median([worked for _, worked in times]) for times in (cached, bare))
    start = work / bare_work
    return [
        Row(
            "modemd balance, end to end",
            spread(balance),
            f"python-gsmmodem-new script {spread(theirs)}",
            f"{ratio:.1f} x faster",
            f">= {OVER_SCRIPT:.0f} x",
            ratio >= OVER_SCRIPT,
            "process start to exit, compared by the fastest; the script connects, asks, closes; " + _waits(theirs),
        ),
        gammu,
        Row(
            "modemd balance --cached",
            spread([wall for wall, _ in cached]),
            f"python -c 'import click' {spread([wall for wall, _ in bare])}",
            f"{start:.2f} x CPU",
            f"<= {OVER_CLICK} x",
            start <= OVER_CLICK,
            f"{runs} runs each, in turn; CPU time {seconds(work)} next to {seconds(bare_work)}",
        ),
    ]


def _waits(times: list[float]) -> str:
    """How far the script's time is its close(), which joins a thread that reads with a time limit of 1 s."""
    waited = sum(took > 1.0 for took in times)
    said = f"its close() waited 1 s for its reader thread in {waited} of {len(times)} runs"
    rest = [took for took in times if took <= 1.0]
    return f"{said}, the others took {seconds(median(rest))}: the goal rests on that wait" if rest and waited else said


def _gammu_row(folder: Path, port: str, balance_s: float, runs: int) -> Row:
    what, goal = "  the same, gammu getussd", f">= {OVER_GAMMU:.0f} x"
    if shutil.which("gammu") is None:
        return skipped(what, goal, "gammu is not installed (apt-get install gammu)")
    config = folder / "gammurc"
    config.write_text(f"[gammu]\ndevice = {port}\nconnection = at\n", encoding="utf-8")
    shown: list[float] = []
    ended: list[float] = []
    for _ in range(runs):
        until_text, until_end = _gammu(config)
        shown.append(until_text)
        ended.append(until_end)
    ratio = undisturbed(ended) / balance_s
    return Row(
        what,
        "",
        f"gammu {spread(ended)}",
        f"{ratio:.0f} x faster",
        goal,
        ratio >= OVER_GAMMU,
        f"process start to exit, {runs} runs; gammu shows the text after {seconds(median(shown))} "
        f"({undisturbed(shown) / balance_s:.0f} x) and then waits for more replies",
    )


def _gammu(config: Path) -> tuple[float, float]:
    """Seconds until the text is shown, and until the process ends (at most GAMMU_LIMIT_S)."""
    line_by_line = ["stdbuf", "-oL"] if shutil.which("stdbuf") else []
    began = time.perf_counter()
    gammu = subprocess.Popen(
        [*line_by_line, "gammu", "--config", str(config), "getussd", CODE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(LANG="C.UTF-8", LC_ALL="C.UTF-8"),
    )
    assert gammu.stdout is not None
    said, shown = b"", 0.0
    left: Callable[[], float] = lambda: began + GAMMU_LIMIT_S - time.perf_counter()  # noqa: E731
    try:
        while left() > 0 and select.select([gammu.stdout], [], [], left())[0]:
            piece = os.read(gammu.stdout.fileno(), 4096)
            said += piece
            if not shown and "Баланс".encode() in said:
                shown = time.perf_counter() - began
            if not piece:
                break
        ended = time.perf_counter() - began
    finally:
        gammu.terminate()
        gammu.wait()
        gammu.stdout.close()
    if not shown:
        raise RuntimeError(f"gammu showed no balance: {said.decode(errors='replace')}")
    return shown, ended
