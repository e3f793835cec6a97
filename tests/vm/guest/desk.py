"""What the checks ask the service again and again, by its socket and from a process that runs already: the start of a
program takes an emulated processor seconds. What a person does is done with the command line."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from typing import Any

from modemd.daemon.control import SYSTEM_SOCKET, Client
from modemd.errors import ModemdError

DATABASE = "/var/lib/modemd/modemd.sqlite"
FIELDS: dict[str, dict[str, Any]] = {
    "history": {"modem": None, "since_s": None},
    "alerts": {"open_only": False},
}


def status() -> dict[str, Any]:
    """The first modem, as `modemd status` would show it; state "unreachable" where the service does not answer."""
    try:
        with Client.connect(SYSTEM_SOCKET) as client:
            return dict(client.request("status")["modems"][0])
    except ModemdError as fault:
        return {"state": "unreachable", "error": str(fault)}


def rows(command: str) -> list[dict[str, Any]]:
    """What `modemd history` or `modemd alerts list` would list."""
    with Client.connect(SYSTEM_SOCKET) as client:
        return list(client.rows(command, **FIELDS[command]))


def watch(say: Callable[..., None]) -> None:
    """Tells `say` what `modemd watch` would show, until the service ends."""
    try:
        with Client.connect(SYSTEM_SOCKET) as client:
            for event in client.rows("watch", modem=None, patience_s=math.inf):
                say(event="watched", what=event)
    except ModemdError:
        return


def integrity() -> str:
    """SQLite's own opinion of the database: "ok"."""
    with sqlite3.connect(f"file:{DATABASE}?mode=ro", uri=True) as database:
        return str(database.execute("PRAGMA integrity_check").fetchone()[0])
