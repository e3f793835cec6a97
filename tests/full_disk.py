"""A disk that is full, for databases that are opened while it is watched."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any

import pytest


class Disk:
    """Whether there is room for one more page in the database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.opened: list[sqlite3.Connection] = []
        connect = sqlite3.connect

        def keep(*args: Any, **options: Any) -> sqlite3.Connection:
            self.opened.append(connect(*args, **options))
            return self.opened[-1]

        monkeypatch.setattr(sqlite3, "connect", keep)

    def fill(self) -> None:
        """Nothing more is written, not even into a page that has room: as on a card that went read-only."""
        self._set("ON")

    def clear(self) -> None:
        self._set("OFF")

    def _set(self, query_only: str) -> None:
        for connection in self.opened:
            with suppress(sqlite3.ProgrammingError):  # one that was closed again
                connection.execute(f"PRAGMA query_only = {query_only}")
