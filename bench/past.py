"""A state folder with a long past, made quickly: rows straight into the file, all in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from modemd.records import Measurement, Reading, Sim
from modemd.store import Store
from modemd.store.folder import DATABASE
from modemd.store.rows import measurement_columns
from modemd.store.summaries import rebuild

ICCID = "8970101234567890123"  # of the fake modem, which is modem 0
HOUR = timedelta(hours=1)


def make(folder: Path, *, sims: int, rows: int, recent_days: int = 31) -> None:
    """`rows` readings of `sims` SIMs until now, modem 0 once an hour for `recent_days` at least, the others as often as
    it takes; one in 50 is a failure."""
    Store(folder).close()
    db = sqlite3.connect(folder / DATABASE, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        names = list(measurement_columns(_row(0, datetime.now(UTC), "1", None)))
        marks = ", ".join("?" for _ in names)
        db.executemany(f"INSERT INTO readings ({', '.join(names)}) VALUES ({marks})", _past(sims, rows, recent_days))
        rebuild(db)
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()


def name(sim: int) -> str:
    return f"sim{sim:02}"


def key(sim: int) -> str:
    return f"iccid:{_iccid(sim)}"


def _iccid(sim: int) -> str:
    return ICCID if sim == 0 else f"89701012345678{sim:05}"


def _past(sims: int, rows: int, recent_days: int) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - HOUR
    dense = min(recent_days * 24, rows)  # of modem 0
    hours = max(recent_days * 24, -(-rows // sims))
    pause = max(1, round(hours * (sims - 1) / max(1, rows - max(dense, hours if rows > dense * sims else dense))))
    templates = [tuple(measurement_columns(_row(sim, now, "0", None)).values()) for sim in range(sims)]
    failures = [tuple(measurement_columns(_row(sim, now, None, "no answer")).values()) for sim in range(sims)]
    columns = list(measurement_columns(_row(0, now, "0", None)))
    taken_at, balance, text = columns.index("taken_at"), columns.index("balance"), columns.index("text")
    for hour in range(hours, 0, -1):
        at = (now - hour * HOUR).isoformat(timespec="microseconds").replace("+00:00", "Z")
        for sim in range(sims):
            if sim and (hour + sim) % pause:
                continue
            if hour % 50 == 49:
                values = list(failures[sim])
            else:
                values = list(templates[sim])
                values[balance] = f"{100 + hour % 720 / 2:.2f}"
                values[text] = f"Баланс: {values[balance]} р. Пакет: 12,5 ГБ до 01.12"
            values[taken_at] = at
            yield tuple(values)


def _row(sim: int, at: datetime, balance: str | None, error: str | None) -> Measurement:
    amount = None if balance is None else Decimal(balance)
    return Measurement(
        modem=name(sim),
        sim=Sim(iccid=_iccid(sim), imsi="250011234567890", spn="MTS RUS"),
        sim_key=key(sim),
        operator="ru-mts",
        country="RU",
        reading=Reading(
            kind="error" if amount is None else "balance",
            balance=amount,
            currency=None if amount is None else "RUB",
            pattern=None if amount is None else "balance",
            confidence="none" if amount is None else "operator",
        ),
        taken_at=at,
        channel="ussd",
        origin="schedule",
        code="*100#",
        text=None,
        raw=b"" if amount is None else bytes(160),
        decoder=None if amount is None else "ucs2",
        error=error,
    )
