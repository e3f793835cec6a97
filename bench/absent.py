"""`python -m bench.absent`: what modems that are not there cost. Exit code 1 if a goal is missed.

A daemon with so many modems in its configuration and none plugged in: some named by their port, some by their USB
identity. Watched from the moment when it knows that all of them are absent.
"""

from __future__ import annotations

import argparse
import sys
import time

from bench.daemon import cpu_s, fleet, log_of, new_folder, socket_of
from bench.table import Row, seconds, show
from modemd.daemon.control import Client

NUMBERS = (1, 50, 100, 200)
GOAL_OF_100 = 0.01  # of one core
START_S = 90.0
# A number that moves, a link that udev makes, a USB identity: each is looked for in another way.
WAYS = ('port = "/dev/ttyUSB{number}"', 'port = "/dev/serial/by-id/usb-modem-{number}"', 'usb = "2c7c:{number:04x}"')


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.absent", description=__doc__)
    options.add_argument("--watch", type=float, default=10.0, metavar="S", help="length of each watch (default 10)")
    options.add_argument("--modems", nargs="+", type=int, default=NUMBERS, help="how many, each watched in turn")
    chosen = options.parse_args()
    found = [row(number, chosen.watch) for number in chosen.modems]
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


def row(number: int, watch_s: float) -> Row:
    """One daemon with so many absent modems, watched for so long."""
    modems = {f"m{i}": WAYS[i % len(WAYS)].format(number=100 + i) for i in range(number)}
    with new_folder() as folder:
        began = time.monotonic()
        with fleet(folder, modems, state="absent", within_s=START_S) as daemon:
            known_s = time.monotonic() - began
            lines = len(log_of(folder).read_bytes().splitlines())
            before, began = cpu_s(daemon.pid), time.monotonic()
            time.sleep(watch_s)
            share = (cpu_s(daemon.pid) - before) / (time.monotonic() - began)
            more = len(log_of(folder).read_bytes().splitlines()) - lines
            began = time.monotonic()
            with Client.connect(socket_of(folder)) as client:
                client.request("status")
            status_s = time.monotonic() - began
    goal = GOAL_OF_100 * max(1.0, number / 100)
    return Row(
        f"{number} absent modems, one core",
        f"{share * 100:.2f} %, status {seconds(status_s)}",
        "",
        "",
        f"<= {goal * 100:.0f} %, no line",
        share <= goal and more == 0,
        f"CPU time in {watch_s:.0f} s behind the start; {more} log lines in that time, {lines} before; known to be "
        f"absent {seconds(known_s)} behind the start",
    )


if __name__ == "__main__":
    sys.exit(main())
