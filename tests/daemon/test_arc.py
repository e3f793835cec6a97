"""The real daemon from low to fine again: each message once, a reminder a day later, over a restart."""

from __future__ import annotations

import json
import os
import select
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from modemd.store.rows import time_text

Factory = Callable[..., Any]

MODEM = """
[modem]
profile = "quectel"
imsi = "250011234567890"
iccid = "8970101234567890123"
plmn = "25001"
[balance]
code = "*100#"
template = "Balance: {balance} RUB"
amounts = ["312.40", "41.30", "6.90", "6.50", "306.90"]
"""


def test_the_arc(fake_modem: Factory, run_daemon: Factory, write_config: Factory, tmp_path: Path) -> None:
    modem = fake_modem(MODEM)
    hook, pipe = tmp_path / "hook", tmp_path / "pipe"
    os.mkfifo(pipe)
    hook.write_text(f'#!/bin/sh\necho "$MODEMD_EVENT $MODEMD_REMINDER $MODEMD_BALANCE" > {pipe}\n')
    hook.chmod(0o755)
    config = write_config(
        f"""
        [daemon]
        socket = "s"
        state = "state"
        [[modem]]
        name = "home"
        port = "{modem.path}"
        code = "*100#"
        [[channel]]
        type = "command"
        run = ["{hook}"]
        name = "phone"
        """
    )
    received = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)

    def told() -> str:
        assert select.select([received], [], [], 20)[0], daemon.log
        return os.read(received, 100).decode().strip()

    daemon = run_daemon(config, fresh=False)
    daemon.wait_told("STATUS=home: ready")
    with daemon.client() as watching, daemon.client() as client:
        events = watching.rows("watch", patience_s=20.0)
        assert any(event["type"] == "live" for event in events)
        client.request("balance")
        for line in ("low 0 41.30", "critical 0 6.90"):
            client.request("balance")
            assert told() == line
            assert any(event["type"] == "delivery" for event in events)
    daemon.stop()
    with sqlite3.connect(tmp_path / "state/modemd.sqlite") as db:
        db.execute("UPDATE deliveries SET delivered_at = ?", (time_text(datetime.now(UTC) - timedelta(hours=25)),))
    db.close()
    daemon = run_daemon(config, fresh=False)
    daemon.wait_told("STATUS=home: ready")
    with daemon.client() as client:
        client.request("balance")
        assert told() == "critical 1 6.50"
        client.request("balance")
        assert told() == "recovered 0 306.90"
    rows = [json.loads(line) for line in daemon.cli("alerts", "list", "--json").stdout.splitlines()]
    assert [(row["event"], row["reminder"], row["open"]) for row in rows] == [
        *(("low", 0, False), ("critical", 0, False), ("critical", 1, False), ("recovered", 0, False))
    ]
    assert rows[2]["reminds"] == rows[1]["id"]
    os.close(received)
