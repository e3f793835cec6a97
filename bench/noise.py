"""`python -m bench.noise`: an hour of a noisy modem in minutes. Exit code 1 if a balance is wrong or anything grows.

What a noisy modem says in an hour at --rate lines a second (ten: 36,000 lines) is said at 2,000 a second:
status reports of many makes, random octets, halves of lines, result codes and answers that nobody asked for, messages,
texts of the network. Meanwhile a client asks for the balance, as often as an hourly schedule does in two days. Each
answer is the amount that the network gave, or unknown; what came unasked is no balance, and after the noise the modem
works as before.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from decimal import Decimal

from bench.daemon import cpu_s, daemon, new_folder, socket_of, spending
from bench.queries import Look, growth
from bench.table import Row, seconds, show
from modemd.daemon.control import Client
from modemd.errors import ModemdError
from modemd.simulator.pty import FakeModem
from modemd.simulator.scenario import Reply
from modemd.simulator.start import open_modem

RATE, HOUR_S = 10, 3600
QUERIES = 48
PIECE, PIECE_S = 20, 0.01  # so many lines, then so long a pause: a pseudo-terminal holds 4 KiB, and drops the rest
SETTLE_S = 1.0
START, STEP = Decimal("5000.00"), Decimal("0.37")
FALSE = ("9999.99", "0.01")  # amounts that only the noise speaks of
MODEM = spending("huawei", start=START, step=STEP)
LINES = (
    "^RSSI: 19", "^HCSQ:\"LTE\",46,49,134,22", "^MODE: 5,4", "^DSFLOWRPT:0000000C,00000000,00000000,0,0,0,0",
    "^NDISSTAT:1,,,\"IPV4\"", "^BOOT:26713018,0,0,0,75", "^STIN: 7, 0, 0", "^LTERSRP: -97,-9", "^CSNR:0,0,0",
    "^SRVST:2", "^EONS:1,2", "+CIEV: 2,3", "+QIND: \"csq\",17,99", "+CNSMOD: 8", "+ZDONR: \"MTS\",250,1,\"CS_PS\"",
    "#QSS: 1", "*EPEV", "_OSIGQ: 12,0", "RING", "+CLIP: \"\",128,,,,2", "+CREG: 1", "+CGREG: 1", "+CSQ: 17,99",
    "OK", "ERROR", "+CME ERROR: 100", "NO CARRIER", "CONNECT", "+COPS: 0,0,\"OTHER\",7", "+CPIN: READY",
    f"Balance: {FALSE[0]} RUB", f"\"Balance {FALSE[0]} RUB\",15", f"CUSD: 0,\"Balance {FALSE[0]}\",15",
)  # fmt: skip


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.noise", description=__doc__)
    options.add_argument("--rate", type=int, default=RATE, help=f"lines a second of the hour (default {RATE})")
    options.add_argument("--queries", type=int, default=QUERIES, help=f"balances meanwhile (default {QUERIES})")
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    found = rows(chosen.rate * HOUR_S, chosen.queries, random.Random(chosen.seed))
    print(show(found))
    return 1 if any(one.met is False for one in found) else 0


def rows(lines: int, queries: int, chance: random.Random) -> list[Row]:
    with new_folder() as folder, open_modem(MODEM) as modem, daemon(folder, modem.path) as process:
        with Client.connect(socket_of(folder)) as client:
            for _ in range(5):
                client.request("balance")
        time.sleep(SETTLE_S)
        before, cpu, began = Look.at(process.pid), cpu_s(process.pid), time.monotonic()
        over = threading.Event()
        answers: list[str | None] = []
        asker = threading.Thread(target=keep_asking, args=(socket_of(folder), queries, answers, over))
        asker.start()
        for number in range(lines):
            utter(modem, chance)
            if number % PIECE == 0:
                time.sleep(PIECE_S)
        noisy_s = time.monotonic() - began
        over.set()
        asker.join()
        with Client.connect(socket_of(folder)) as client:
            ends = [client.request("balance") for _ in range(3)]
            calm = [end["balance"] for end in ends]
            history = list(client.rows("history"))
        time.sleep(SETTLE_S)
        after, cpu = Look.at(process.pid), cpu_s(process.pid) - cpu
        true = {str(START - STEP * i) for i in range(len(modem.queries) + 1)}
        state = modem.settings
    read = [answer for answer in answers if answer is not None]
    wrong = [answer for answer in [*read, *calm] if answer is not None and answer not in true]
    wrong += [row["balance"] for row in history if row["balance"] is not None and row["balance"] not in true]
    return [
        Row(
            f"{lines:,} lines of noise",
            f"{len(read)} of {len(answers)} balances read, {len(answers) - len(read)} unknown",
            "",
            f"{len(wrong)} wrong",
            "0 wrong",
            not wrong and len(read) * 2 > len(answers),
            f"said in {seconds(noisy_s)}, {cpu:.1f} s of the daemon's CPU; {len(history)} rows in the history; "
            f"{'; '.join(wrong[:3])}".rstrip("; "),
        ),
        Row(
            "  behind it",
            f"{', '.join(map(str, calm))}; CSCS {state.get('CSCS')}, echo {state.get('E')}",
            "",
            "",
            "read again",
            None not in calm,
            "; ".join(str(end["error"]) for end in ends if end["error"]),
        ),
        growth(before, after, 2.0),
    ]


def keep_asking(socket: str, number: int, answers: list[str | None], over: threading.Event) -> None:
    """So many balances while the noise lasts, or more, if it lasts longer."""
    with Client.connect(socket) as client:
        while len(answers) < number or not over.is_set():
            try:
                answers.append(client.request("balance", patience_s=200)["balance"])
            except ModemdError as error:
                answers.append(None)
                print(error.message, file=sys.stderr)
            if len(answers) >= number:
                over.wait(0.5)


def utter(modem: FakeModem, chance: random.Random) -> None:
    """One thing that nobody asked for."""
    dice = chance.random()
    if dice < 0.9:
        modem.send_line(chance.choice(LINES))
    elif dice < 0.95:
        octets = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 60)))
        modem.send_bytes(octets.replace(b"+CUSD", b"") + chance.choice((b"", b"\r\n")))
    elif dice < 0.98:
        line = chance.choice(LINES)
        modem.send_bytes(line[: chance.randrange(1, len(line))].encode() + b"\r\n")
    elif dice < 0.995:
        modem.deliver_sms(f"Your balance is {FALSE[1]} RUB, win a prize", chance.choice(("Prizes", "+79990000000")))
    else:
        modem.push_ussd(Reply(text=f"Bonus balance {FALSE[1]}", m=0))


if __name__ == "__main__":
    sys.exit(main())
