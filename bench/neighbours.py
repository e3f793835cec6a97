"""`python -m bench.neighbours`: one client against the others. Exit code 1 if a goal is missed.

A member of the group fills the places and says nothing; then a client asks for the whole history 256 times and reads
none of it. Only root can be somebody else for a moment: without it the first row is skipped.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from bench import past
from bench.daemon import fake_modem, fleet, memory_mib, new_folder, program, scenario, socket_of, timed
from bench.table import Row, seconds, show, skipped
from modemd.daemon.control import MAX_CLIENTS, Client, encode_line
from modemd.errors import DaemonUnreachable

NEIGHBOUR = 4242  # a user id that nobody has
ROWS = 20_000
CONNECTIONS, REQUESTS = 8, 32
GOAL_MIB = 8.0
PATIENCE_S = 20.0
LET_IN = "silent connections of one neighbour"
UNREAD = f"{CONNECTIONS * REQUESTS} unread histories of {ROWS:,} rows"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.neighbours", description=__doc__)
    options.add_argument("--rows", type=int, default=ROWS, help=f"rows of the history (default {ROWS})")
    chosen = options.parse_args()
    with new_folder() as folder:
        folder.chmod(0o755)
        past.make(folder / "state", sims=1, rows=chosen.rows)
        with (
            fake_modem(folder, scenario()) as port,
            fleet(folder, {past.name(0): f'port = "{port}"'}) as process,
        ):
            found = [locked_out(folder), unread(folder, process.pid)]
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


@contextmanager
def neighbour() -> Iterator[None]:
    """Connections made meanwhile are another user's, of the daemon's own group."""
    os.seteuid(NEIGHBOUR)
    try:
        yield
    finally:
        os.seteuid(0)


def locked_out(folder: Path) -> Row:
    """All places asked for by one member of the group; then root and the monitoring ask."""
    if os.geteuid() != 0:
        return skipped(LET_IN, "root is let in", "only root can play another user")
    with ExitStack() as ends:
        with neighbour():
            for _ in range(MAX_CLIENTS):
                one = ends.enter_context(socket.socket(socket.AF_UNIX))
                one.settimeout(5)
                one.connect(socket_of(folder))
                one.recv(1024)
        check_s = timed([*program(), "check"], check=False, MODEMD_SOCKET=socket_of(folder))
        try:
            with Client.connect(socket_of(folder)) as client:
                client.request("check")
        except DaemonUnreachable as error:
            return Row(LET_IN, "root is turned away", "", "", "root is let in", False, error.message)
    return Row(LET_IN, f"root is let in, check {seconds(check_s)}", "", "", "root is let in", True)


def unread(folder: Path, pid: int) -> Row:
    """Whole histories, asked for at once and not read; what another client waits meanwhile."""
    before = memory_mib(pid)
    asked = b"".join(encode_line({"id": i, "cmd": "history"}) for i in range(REQUESTS))
    waits: list[float] = []
    with ExitStack() as ends:
        lazy = [ends.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(CONNECTIONS)]
        peak, began = before, time.monotonic()
        asker = threading.Thread(target=_ask, args=(folder, waits))
        for one in lazy:
            one.connect(socket_of(folder))
            one.sendall(asked)
        asker.start()
        while asker.is_alive() or time.monotonic() - began < 2.0:
            peak = max(peak, memory_mib(pid))
            time.sleep(0.02)
    longest_s = max(waits)
    grown = peak - before
    return Row(
        UNREAD,
        f"{grown:.1f} MiB, others wait {seconds(longest_s)}",
        "",
        "",
        f"<= {GOAL_MIB:.0f} MiB and 0.5 s",
        grown <= GOAL_MIB and longest_s <= 0.5,
        f"{before:.0f} MiB before; the longest of {len(waits)} `check` on a connection of its own",
    )


def _ask(folder: Path, waits: list[float]) -> None:
    for _ in range(5):
        began = time.monotonic()
        with suppress(DaemonUnreachable), Client.connect(socket_of(folder), timeout_s=PATIENCE_S) as client:
            client.request("check", patience_s=PATIENCE_S)
        waits.append(time.monotonic() - began)
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main())
