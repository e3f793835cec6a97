"""What is kept about the rows of `readings` beside them, so that no question costs more when the history grows.

sims: a row of a SIM, with the numbers of its last row, its last reading that was asked for, and its last one that was
not. Rows of the data left, which is asked for besides, are none of them. seats: which SIM has been in which modem.
days: the first row that arrived on each day, by the store's own clock.
All three are written in the transaction of the row. A day is entered again when the clock was set; a reader takes
the order of arrival for granted, never the order of the days.
"""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Connection

from modemd.records import Measurement

ASKED = ("query", "schedule")
OF_BALANCE = "about IS NULL"  # and not of the data left, which was asked for besides
NUMBER = "(balance IS NOT NULL OR data_left_mb IS NOT NULL)"
HAS_NUMBER = f"({NUMBER} AND {OF_BALANCE})"

# News and tests need nobody to act, and a reminder is its first message again: they are never open. The indexes
# alerts_open and alerts_reminding serve who asks in these words.
_STILL = "closed_at IS NULL AND acknowledged_at IS NULL"
OPEN_ALERT = f"{_STILL} AND reminds IS NULL AND event NOT IN ('recovered', 'test', 'topup', 'sim_changed', 'started')"
OPEN_REMINDER = f"{_STILL} AND reminds IS NOT NULL"


def _statements(of_balance: str) -> tuple[str, ...]:
    """All of it out of the rows, but for the SIMs' alert states, which stay."""
    number = f"{NUMBER} AND {of_balance}"
    return (
        f"""INSERT INTO sims (sim_key, last_row, last_asked, last_unasked)
        SELECT sim_key, max(CASE WHEN {of_balance} THEN id END),
            max(CASE WHEN {number} AND origin IN {ASKED} THEN id END),
            max(CASE WHEN {number} AND origin NOT IN {ASKED} THEN id END) FROM readings WHERE true GROUP BY sim_key
        ON CONFLICT (sim_key) DO UPDATE SET last_row = excluded.last_row, last_asked = excluded.last_asked,
            last_unasked = excluded.last_unasked""",  # noqa: S608 (constants above)
        "DELETE FROM seats",
        """INSERT INTO seats (sim_key, modem, since_row)
        SELECT sim_key, modem, max(id) FROM readings GROUP BY sim_key, modem""",
        "INSERT OR IGNORE INTO seats (sim_key, modem, since_row) SELECT DISTINCT sim_key, modem, 0 FROM attempts",
        "DELETE FROM days",
        "INSERT INTO days (first_row, day) SELECT min(id), substr(taken_at, 1, 10) FROM readings GROUP BY 2",
    )


FIRST_BUILD = _statements("true")  # for files of before, whose rows are all of the balance
REBUILD = _statements(OF_BALANCE)  # after damage


def rebuild(connection: Connection) -> None:
    """Within the caller's transaction."""
    for statement in REBUILD:
        connection.execute(statement)


def day_of(when: datetime) -> str:
    """The UTC day, as the texts of times begin."""
    return f"{when:%Y-%m-%d}"


def enter(db: Connection, m: Measurement, number: int, now: datetime) -> None:
    """A new row, stored under this number."""
    if m.about == "balance":
        db.execute(
            "INSERT INTO sims (sim_key, last_row) VALUES (?, ?)"
            " ON CONFLICT (sim_key) DO UPDATE SET last_row = excluded.last_row",
            (m.sim_key, number),
        )
    if m.about == "balance" and (m.reading.balance is not None or m.reading.data_left_mb is not None):
        kind = "last_asked" if m.origin in ASKED else "last_unasked"
        db.execute(f"UPDATE sims SET {kind} = ? WHERE sim_key = ?", (number, m.sim_key))  # noqa: S608 (two words)
    sitting = db.execute(
        "SELECT sim_key FROM seats WHERE modem = ? AND since_row > 0 ORDER BY since_row DESC LIMIT 1", (m.modem,)
    )
    if tuple(sitting.fetchone() or ()) != (m.sim_key,):
        db.execute(
            "INSERT INTO seats (sim_key, modem, since_row) VALUES (?, ?, ?)"
            " ON CONFLICT (sim_key, modem) DO UPDATE SET since_row = excluded.since_row",
            (m.sim_key, m.modem, number),
        )
    last = db.execute("SELECT day FROM days ORDER BY first_row DESC LIMIT 1").fetchone()
    if tuple(last or ()) != (day_of(now),):
        db.execute("INSERT INTO days (first_row, day) VALUES (?, ?)", (number, day_of(now)))


def first_row_of_today(db: Connection, now: datetime) -> int:
    """Where the rows of this day begin; behind the last row while it has none."""
    last = db.execute("SELECT first_row, day FROM days ORDER BY first_row DESC LIMIT 1").fetchone()
    return int(last[0]) if last is not None and last[1] == day_of(now) else 1 << 62
