"""How often the main loop reads the store: it must stay short whatever card the file lies on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Factory = Callable[..., Any]

MOST_READS, MOST_TRANSACTIONS = 12, 2

TRACED = """
import sqlite3, threading
from modemd.daemon import run

connect, log = sqlite3.connect, open({log!r}, "a", buffering=1)

def note(sql):
    if threading.current_thread() is threading.main_thread():
        log.write(" ".join(sql.split()) + "\\n")

def traced(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.set_trace_callback(note)
    return connection

sqlite3.connect = traced
run.main({config!r})
"""


def test_a_warm_balance_is_judged_in_one_pass(
    fake_modem: Factory, run_daemon: Factory, write_config: Factory, tmp_path: Path
) -> None:
    """From a client's question to the balance in the service's status: 12 reads and 2 transactions in the main thread
    at most, also where the balance raises an alert."""
    config = write_config(
        f"""
        [daemon]
        socket = "s"
        state = "state"
        [[modem]]
        name = "home"
        port = "{fake_modem("mts-falling").path}"
        """
    )
    log = tmp_path / "statements"
    daemon = run_daemon(config, script=TRACED.format(log=str(log), config=str(config)))
    daemon.wait_told("STATUS=home: ready, no reading yet")
    known = 0
    with daemon.client() as client:
        for balance in ("312.40", "180.75", "41.30", "6.90", "306.90"):
            assert client.request("balance")["balance"] == balance
            daemon.wait_told(f"STATUS=home: ready, {balance} RUB")
            statements = log.read_text().splitlines()
            new, known = statements[known:], len(statements)
            if balance == "312.40":
                continue  # the first one is not warm
            reads = [one for one in new if one.startswith(("SELECT", "WITH"))]
            assert 0 < len(reads) <= MOST_READS, "\n".join(reads)
            begun = [one for one in new if one.startswith("BEGIN")]
            assert len(begun) <= MOST_TRANSACTIONS, "\n".join(new)
