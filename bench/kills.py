"""`python -m bench.kills [N]`: the daemon is killed N times at random moments; what was lost? Exit code 1 if anything.

A modem with a moving balance, three clients that ask without a pause, five channels (two programs, ntfy, webhook and
mail on loopback, of which the web server refuses one request of seven) that note each alert, and SIGKILL: in one life
of three at a random moment up to --within seconds behind the start, in the others up to a quarter of a second behind
the first answer, so while the daemon opens the modem, asks, stores, judges, delivers.
Every balance is another amount, above the limit for four answers and below it for four. In the end are known, without
asking modemd: what the clients were shown, what the modem was asked, what each channel was told.

- Each reading that a client was shown stands once in the history, and no amount stands there twice.
- The history in its order gives the alerts: each time that it falls to the limit one `low`, each time that it rises one
  `recovered`, and each of them was told through each channel.
- The modem was not asked more often than the clients asked. The database is whole, and nothing lies beside it.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from bench.daemon import log_of, new_folder, socket_of, start
from bench.listeners import Told, listeners
from bench.table import Row, seconds, show
from modemd.daemon.control import Client
from modemd.errors import ModemdError
from modemd.simulator.pty import FakeModem
from modemd.simulator.start import open_modem

KILLS = 1000
WITHIN_S = 1.5
BEHIND_S = 0.25  # the first answer of a life
ANSWER_S = 30.0  # a life without an answer ends, and is told
CLIENTS = 3
IN_A_ROW = 4
LIMIT = Decimal(500)
HIGH, LOW = Decimal(1000), Decimal(100)
LAST_S = 600.0
FILES = {"modemd.sqlite", "modemd.sqlite-wal", "modemd.sqlite-shm", "modemd.lock"}
MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
iccid = "8970101234567890123"
plmn = "25001"

[balance]
code = "*100#"
template = "Balance: {{balance}} RUB"
amounts = [{amounts}]
"""
CONFIG = """\
[daemon]
socket = "{folder}/modemd.sock"
state = "{folder}/state"

[[modem]]
name = "home"
port = "{port}"
code = "*100#"
every = "off"
low = "{limit}"
critical = "1"

[[channel]]
type = "command"
run = ["{folder}/take", "first"]
name = "first"

[[channel]]
type = "command"
run = ["{folder}/take", "second"]
name = "second"

[[channel]]
type = "webhook"
url = "http://localhost:{web}/hook"
secret_file = "{folder}/secret"

[[channel]]
type = "ntfy"
url = "http://localhost:{web}/topic"

[[channel]]
type = "email"
server = "localhost:{mail}"
security = "none"
from = "modemd@localhost"
to = ["me@localhost"]
"""
TAKE = '#!/bin/sh\necho "$MODEMD_ALERT_ID" >> {folder}/told-$1\n'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"


@dataclass
class Seen:
    """What people saw: amounts in answers, requests sent, starts that failed."""

    shown: list[Decimal] = field(default_factory=list)
    new: threading.Event = field(default_factory=threading.Event)
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    options.add_argument("kills", type=int, nargs="?", default=KILLS, help=f"how many (default {KILLS})")
    options.add_argument("--seed", type=int, default=1, help="of the moments (default 1)")
    options.add_argument("--within", type=float, default=WITHIN_S, help=f"seconds behind a start ({WITHIN_S})")
    chosen = options.parse_args()
    with new_folder() as folder:
        found = rows(folder, chosen.kills, random.Random(chosen.seed), chosen.within)
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


def rows(folder: Path, kills: int, chance: random.Random, within_s: float) -> list[Row]:
    began = time.monotonic()
    told = Told()
    values = ", ".join(f'"{amount}"' for amount in amounts(kills * 40))
    with open_modem(MODEM.format(amounts=values)) as modem, listeners(told) as (web, mail):
        config = set_up(folder, modem, web, mail)
        seen = Seen()
        for number in range(kills):
            early = number % 3 == 0
            live(config, folder, seen, chance.uniform(0, within_s if early else BEHIND_S), early=early)
        last(config, folder, seen)
        queries = len(modem.queries)
    return judge(folder, seen, told, queries, kills, time.monotonic() - began)


def amounts(number: int) -> list[Decimal]:
    """Four above the limit, four below it, and so on; none stands twice."""
    return [(HIGH if i // IN_A_ROW % 2 == 0 else LOW) + Decimal(i % 39_000) / 100 for i in range(number)]


def set_up(folder: Path, modem: FakeModem, web: int, mail: int) -> Path:
    take, secret, config = folder / "take", folder / "secret", folder / "modemd.toml"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    take.write_text(TAKE.format(folder=folder), encoding="utf-8")
    take.chmod(0o755)
    config.write_text(CONFIG.format(folder=folder, port=modem.path, limit=LIMIT, web=web, mail=mail), encoding="utf-8")
    return config


def begin(config: Path) -> subprocess.Popen[bytes]:
    with log_of(config.parent).open("ab") as log:
        return start(config, log)


def live(config: Path, folder: Path, seen: Seen, for_s: float, *, early: bool) -> None:
    """One life of the daemon: clients ask, and it is killed so many seconds behind its start or its first answer."""
    over = threading.Event()
    seen.new.clear()
    daemon = begin(config)
    clients = [threading.Thread(target=keep_asking, args=(folder, seen, over)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    try:
        if not early and not seen.new.wait(ANSWER_S):
            seen.failed.append("a life without an answer")
        code = daemon.wait(for_s)
        seen.failed.append(f"ended by itself with {code}")
    except subprocess.TimeoutExpired:
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
    over.set()
    for client in clients:
        client.join()


def keep_asking(folder: Path, seen: Seen, over: threading.Event) -> None:
    while not over.wait(0.01):
        with contextlib.suppress(ModemdError), Client.connect(socket_of(folder)) as client:
            while not over.is_set():
                with seen.lock:
                    seen.asked += 1
                answer = client.request("balance", patience_s=30)
                if answer.get("balance") is not None:
                    with seen.lock:
                        seen.shown.append(Decimal(answer["balance"]))
                    seen.new.set()


def last(config: Path, folder: Path, seen: Seen) -> None:
    """One more life, until a balance is shown and nothing is left to be delivered; then an orderly end."""
    daemon = begin(config)
    deadline = time.monotonic() + LAST_S
    told: list[dict[str, object]] = []
    shown = False
    while time.monotonic() < deadline:
        with contextlib.suppress(ModemdError), Client.connect(socket_of(folder)) as client:
            if not shown:
                seen.asked += 1
                answer = client.request("balance", patience_s=30)
                shown = answer.get("balance") is not None
                if shown:
                    seen.shown.append(Decimal(answer["balance"]))
            told = list(client.rows("alerts"))
            if shown and not any(waits(alert) for alert in told):
                break
        time.sleep(0.1)
    else:
        seen.failed.append("the last daemon never had an answer, or never told every alert")
    daemon.terminate()
    if (code := daemon.wait(30)) != 0:
        seen.failed.append(f"SIGTERM ended it with {code}")


def waits(alert: dict[str, object]) -> bool:
    deliveries = alert.get("deliveries")
    return isinstance(deliveries, list) and any(one["state"] == "pending" for one in deliveries)


def judge(folder: Path, seen: Seen, told: Told, queries: int, kills: int, took_s: float) -> list[Row]:
    state = folder / "state"
    db = sqlite3.connect(state / "modemd.sqlite")
    whole = [row[0] for row in db.execute("PRAGMA integrity_check")]
    history = [
        Decimal(row[0]) for row in db.execute("SELECT balance FROM readings WHERE balance IS NOT NULL ORDER BY id")
    ]
    raised = [
        (event, Decimal(balance), id_, text)
        for event, balance, id_, text in db.execute(
            "SELECT event, balance, id, text FROM alerts WHERE balance IS NOT NULL ORDER BY number"
        )
        if event in ("low", "recovered")
    ]
    db.close()
    counted = Counter(history)
    lost = [amount for amount in seen.shown if not counted[amount]]
    twice = [amount for amount, times in counted.items() if times > 1]
    wanted = crossings(history)
    had = [(event, balance) for event, balance, _, _ in raised]
    channels = {
        "first": Counter(take_told(folder, "first")),
        "second": Counter(take_told(folder, "second")),
        "webhook": Counter(told.webhook),
        "ntfy": Counter(told.ntfy),
        "email": Counter(told.mail),
    }
    untold = [
        f"{id_} by {name}"
        for _, _, id_, text in raised
        for name, heard in channels.items()
        if not heard[text if name == "ntfy" else id_]
    ]
    again = sum(times - 1 for heard in channels.values() for times in heard.values())
    log = log_of(folder).read_text(encoding="utf-8", errors="replace")
    strange = [line for line in log.splitlines() if "Traceback" in line or "bug" in line]
    beside = sorted({one.name for one in state.iterdir()} - FILES)
    return [
        Row(
            f"{kills:,} kills: readings",
            f"{len(set(seen.shown)):,} shown, {len(history):,} in the history",
            "",
            f"{len(lost)} lost, {len(twice)} doubled",
            "none",
            not lost and not twice and bool(history),
            f"took {seconds(took_s)}; {', '.join(map(str, lost[:3] + twice[:3]))}".rstrip("; "),
        ),
        Row(
            "  alerts",
            f"{len(had):,} raised, through {len(channels)} channels, {again} told again behind a kill",
            f"{len(wanted):,} by the history",
            f"{len(set(wanted) ^ set(had))} differ, {len(untold)} untold",
            "none",
            wanted == had and not untold and bool(had),
            ", ".join(untold[:3]),
        ),
        Row(
            "  dialled",
            f"{queries:,} queries reached the modem",
            f"{seen.asked:,} requests of clients",
            "",
            "none by itself",
            queries <= seen.asked,
        ),
        Row(
            "  the rest",
            f"integrity: {', '.join(whole)[:60]}; {len(beside)} files left, {len(strange)} odd lines in the log",
            "",
            f"{len(seen.failed)} failed starts",
            "ok, none",
            whole == ["ok"] and not beside and not strange and not seen.failed,
            "; ".join([*beside[:3], *strange[:3], *seen.failed[:3]]),
        ),
    ]


def take_told(folder: Path, name: str) -> list[str]:
    """The ids that a program was given, one for each time."""
    told = folder / f"told-{name}"
    return told.read_text(encoding="utf-8").split() if told.exists() else []


def crossings(history: list[Decimal]) -> list[tuple[str, Decimal]]:
    """What the limit makes of a history: falls to it and rises above it."""
    found, low = [], False
    for amount in history:
        if (amount <= LIMIT) != low:
            low = not low
            found.append(("low" if low else "recovered", amount))
    return found


if __name__ == "__main__":
    sys.exit(main())
