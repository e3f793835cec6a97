"""`python -m bench.fleet`: 256 modems in one daemon, all asked at once. Exit code 1 if a goal is missed.

Each has an operator of its own that answers 3 s behind the request. The fake modems play in processes of their own, and
take most of the processor: with few cores the times are theirs as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.daemon import end, environment, fleet, memory_mib, new_folder, program, scenario, socket_of
from bench.table import Row, seconds, show
from modemd.daemon.control import Client
from modemd.daemon.server import MAX_IN_FLIGHT

MODEMS = 256
ANSWER_S = 3.0
PLAYERS = 4  # processes of fake modems
START_S = 240.0
GOAL_RATIO, GOAL_MIB, GOAL_DESCRIPTORS = 1.5, 96.0, 5.0
PLAYER = """
import sys
from modemd.simulator.start import open_modem
modems = []
for link in sys.argv[2:]:
    number = link.rpartition("-")[2].zfill(6)
    text = sys.argv[1].replace("NUMBER", number)
    modems.append(open_modem(text, link=link))
print("ready", flush=True)
sys.stdin.read()
for modem in modems:
    modem.stop()
"""


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__)
    options.add_argument("--modems", type=int, default=MODEMS, help=f"how many (default {MODEMS})")
    found = rows(options.parse_args().modems)
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


def rows(number: int = MODEMS) -> list[Row]:
    """The times of one modem and of all, and what the daemon needs for them."""
    with new_folder() as folder, players(folder, number) as links:
        modems = {link.name: f'port = "{link}"\ncode = "*100#"\nlow = "9999999"\ncritical = "10"' for link in links}
        began = time.monotonic()
        with fleet(folder, modems, within_s=START_S) as daemon:
            ready_s = time.monotonic() - began
            one_s = max(ask(folder, [links[0].name]))
            taken = ask(folder, [link.name for link in links])
            began = time.monotonic()
            command = [*program(), "--socket", socket_of(folder), "status", "--json"]
            said = subprocess.run(command, env=environment(), capture_output=True, check=False)
            status_s = time.monotonic() - began
            told = json.loads(said.stdout)["modems"] if said.returncode == 0 else []
            alerts = sum(len(modem["alerts"]) for modem in told)
            peak = memory_mib(daemon.pid, "VmHWM")
            open_files = len(list(Path(f"/proc/{daemon.pid}/fd").iterdir()))
            began = time.monotonic()
        stopped_s = time.monotonic() - began
    ratio = max(taken) / one_s
    each = open_files / number
    return [
        Row(
            f"{number} modems asked at once",
            f"{seconds(max(taken))} until the last answer",
            f"one alone {seconds(one_s)}",
            f"{ratio:.2f} x",
            f"<= {GOAL_RATIO} x",
            ratio <= GOAL_RATIO,
            f"each operator answers after {ANSWER_S:.0f} s; all ready {seconds(ready_s)} behind the start, SIGTERM "
            f"took {seconds(stopped_s)}",
        ),
        Row(
            "  memory, descriptors",
            f"{peak:.0f} MiB at most, {each:.1f} a modem",
            "",
            "",
            f"<= {GOAL_MIB:.0f} MiB, <= {GOAL_DESCRIPTORS:.0f}",
            peak <= GOAL_MIB and each <= GOAL_DESCRIPTORS,
        ),
        Row(
            "  modemd status --json",
            f"{len(told)} modems, {alerts} alerts, {len(said.stdout) >> 10} KiB, {seconds(status_s)}",
            "",
            "",
            "all, with alerts",
            len(told) == number and alerts >= number,
        ),
    ]


@contextmanager
def players(folder: Path, number: int) -> Iterator[list[Path]]:
    """So many fake modems; gives their links."""
    text = scenario().partition("[balance]")[0] + (
        f'[[ussd]]\ncode = "*100#"\nreplies = [{{ text = "Balance: 42.50 RUB", after = "{ANSWER_S:.0f}s" }}]\n'
    )
    # A SIM of its own for each: histories and alerts belong to SIMs.
    text = text.replace("250011234567890", "250011234NUMBER").replace("8970101234567890123", "8970101234567NUMBER")
    links = [folder / f"modem-{i}" for i in range(number)]
    with ExitStack() as ends:
        started = []
        for mine in filter(None, (links[i::PLAYERS] for i in range(PLAYERS))):
            player = subprocess.Popen(
                [sys.executable, "-c", PLAYER, text, *map(str, mine)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment(),
            )
            ends.callback(end, player)
            started.append(player)
        for player in started:
            if player.stdout is None or not player.stdout.readline():
                raise RuntimeError("a fake modem did not start")
        yield links


def ask(folder: Path, names: list[str]) -> list[float]:
    """Seconds from the first request to each answer; all are asked before any is waited for."""
    taken = []
    with ExitStack() as ends:
        began = time.monotonic()
        clients = []
        for i in range(0, len(names), MAX_IN_FLIGHT):
            client = ends.enter_context(Client.connect(socket_of(folder)))
            mine = names[i : i + MAX_IN_FLIGHT]
            for name in mine:
                client._send({"id": name, "cmd": "balance", "modem": name})
            clients.append((client, len(mine)))
        for client, number in clients:
            for _ in range(number):
                answer = client._receive(began + 120)
                taken.append(time.monotonic() - began)
                if (answer.get("result") or {}).get("balance") != "42.50":
                    raise RuntimeError(f"no balance, but {answer}")
    return taken


if __name__ == "__main__":
    sys.exit(main())
