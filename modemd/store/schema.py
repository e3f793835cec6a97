"""The schema and its history. A migration, once released, is never changed: a new one is appended."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from functools import cache

from modemd.store.summaries import FIRST_BUILD, OPEN_ALERT, OPEN_REMINDER

Migration = Sequence[str]  # SQL statements, run in one transaction

MIGRATIONS: tuple[Migration, ...] = (
    (
        # One row per question asked of an operator, answered or not. `raw` is what the wire said, before any decoding.
        """CREATE TABLE readings (
            id INTEGER PRIMARY KEY, modem TEXT NOT NULL, sim_key TEXT NOT NULL, iccid TEXT, imsi TEXT, spn TEXT,
            operator TEXT, country TEXT, kind TEXT NOT NULL, balance TEXT, currency TEXT, data_left_mb REAL,
            expires TEXT, pattern TEXT, confidence TEXT NOT NULL, taken_at TEXT NOT NULL, channel TEXT NOT NULL,
            origin TEXT NOT NULL, code TEXT, text TEXT, raw BLOB NOT NULL, decoder TEXT, error TEXT, hint TEXT)""",
        "CREATE INDEX readings_of_modem ON readings (modem)",
        "CREATE INDEX readings_of_sim ON readings (sim_key)",
        # Written before the request is on the wire, so that a daemon that dies while asking does not ask again at once.
        """CREATE TABLE attempts (
            id INTEGER PRIMARY KEY, modem TEXT NOT NULL, sim_key TEXT NOT NULL, at TEXT NOT NULL,
            origin TEXT NOT NULL)""",
        "CREATE INDEX attempts_of_modem ON attempts (modem)",
        "CREATE INDEX attempts_of_sim ON attempts (sim_key)",
        "CREATE TABLE codes_tried (sim_key TEXT, code TEXT, PRIMARY KEY (sim_key, code)) WITHOUT ROWID",
        """CREATE TABLE learned (
            model TEXT, firmware TEXT, request TEXT, decoder TEXT, PRIMARY KEY (model, firmware)) WITHOUT ROWID""",
        "CREATE TABLE first_seen (modem TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
        # `subject` is the ICCID, else the IMEI. `unresolved`: attempts sent whose outcome was never written.
        """CREATE TABLE pins (
            subject TEXT, digest TEXT, refused INTEGER NOT NULL DEFAULT 0, unresolved INTEGER NOT NULL DEFAULT 0,
            at TEXT NOT NULL, PRIMARY KEY (subject, digest)) WITHOUT ROWID""",
        # The modem's own RAT setting while a fall-back has changed it: to be put back, also after a crash.
        "CREATE TABLE saved_rats (device TEXT PRIMARY KEY, value TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE alert_states (sim_key TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID",
        """CREATE TABLE alerts (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL, level TEXT NOT NULL,
            modem TEXT NOT NULL, sim_key TEXT NOT NULL, operator TEXT, balance TEXT, currency TEXT, taken_at TEXT,
            text TEXT NOT NULL, raised_at TEXT NOT NULL, acknowledged_at TEXT, closed_at TEXT)""",
        # One row per alert and channel: kept after delivery as the receipt.
        """CREATE TABLE deliveries (
            delivery_id INTEGER PRIMARY KEY, alert_id TEXT NOT NULL REFERENCES alerts (id),
            delivery_channel TEXT NOT NULL, delivery_state TEXT NOT NULL DEFAULT 'pending',
            tries INTEGER NOT NULL DEFAULT 0, next_at TEXT NOT NULL, last_error TEXT, delivered_at TEXT,
            UNIQUE (alert_id, delivery_channel))""",
        "CREATE INDEX deliveries_pending ON deliveries (next_at) WHERE delivery_state = 'pending'",
    ),
    (
        # When a SIM was last taken to another RAT for a query, which one helped, and how long it was off the network.
        """CREATE TABLE fallbacks (
            sim_key TEXT PRIMARY KEY, at TEXT NOT NULL, rat TEXT, outage_s REAL) WITHOUT ROWID""",
    ),
    (
        # The recovery ladder: tries of each rung by device, and until when it rests, across restarts.
        """CREATE TABLE rungs (
            subject TEXT, rung TEXT, modem TEXT NOT NULL, tried INTEGER NOT NULL DEFAULT 0,
            helped INTEGER NOT NULL DEFAULT 0, last_helped INTEGER NOT NULL DEFAULT 0, last_at TEXT, next_at TEXT,
            hold_s REAL NOT NULL DEFAULT 0, PRIMARY KEY (subject, rung)) WITHOUT ROWID""",
        # What was switched off and must be switched on again, also after a power cut: the radio, the USB device.
        """CREATE TABLE owed (
            modem TEXT, act TEXT, value TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (modem, act)) WITHOUT ROWID""",
    ),
    (
        # What is asked for at each turn is kept, not computed from a history of years; summaries.py says how. A row of
        # a SIM: its alert state, and its last rows of each kind. It is one page, which each reading writes anyway.
        """CREATE TABLE sims (
            sim_key TEXT PRIMARY KEY, state TEXT NOT NULL DEFAULT '{}', last_row INTEGER, last_asked INTEGER,
            last_unasked INTEGER)""",
        "INSERT INTO sims (sim_key, state) SELECT sim_key, state FROM alert_states",
        "DROP TABLE alert_states",
        # Which SIM has been in which modem; `since_row` is the row with which it came last, 0 = only asked so far.
        """CREATE TABLE seats (
            sim_key TEXT, modem TEXT, since_row INTEGER NOT NULL, PRIMARY KEY (sim_key, modem)) WITHOUT ROWID""",
        "CREATE INDEX seats_of_modem ON seats (modem, since_row)",
        # The first row that arrived on each day. `thinned`: what retention.py has done with the day's rows.
        "CREATE TABLE days (first_row INTEGER PRIMARY KEY, day TEXT NOT NULL, thinned INTEGER NOT NULL DEFAULT 0)",
        # The rows of a SIM are found through its seats: an index less to write with each reading.
        "DROP INDEX readings_of_sim",
        # One page for an attempt, which is written through to the card before the request is on the wire.
        "ALTER TABLE attempts RENAME TO attempts_before",
        """CREATE TABLE attempts (
            modem TEXT, id INTEGER, sim_key TEXT NOT NULL, at TEXT NOT NULL, origin TEXT NOT NULL,
            PRIMARY KEY (modem, id)) WITHOUT ROWID""",
        """INSERT INTO attempts (modem, id, sim_key, at, origin)
            SELECT modem, id, sim_key, at, origin FROM attempts_before""",
        "DROP TABLE attempts_before",
        # Rows that could not be judged when they were stored. Normally none is.
        "CREATE TABLE unjudged (id INTEGER PRIMARY KEY, sim_key TEXT NOT NULL)",
        """CREATE INDEX alerts_open ON alerts (modem)
            WHERE closed_at IS NULL AND acknowledged_at IS NULL AND event NOT IN ('recovered', 'test')""",
        *FIRST_BUILD,
    ),
    (
        # "data": a question for the data left, which says nothing of the balance; NULL: for the balance.
        "ALTER TABLE readings ADD COLUMN about TEXT",
    ),
    (
        # How to pay, the forecast ("low likely high" in days) and, where one is said again, which and how often.
        "ALTER TABLE alerts ADD COLUMN title TEXT",
        "ALTER TABLE alerts ADD COLUMN advice TEXT",
        "ALTER TABLE alerts ADD COLUMN url TEXT",
        "ALTER TABLE alerts ADD COLUMN days_left TEXT",
        "ALTER TABLE alerts ADD COLUMN reminder INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE alerts ADD COLUMN reminds TEXT",
    ),
    (
        # More events are news, and reminders are never open.
        "DROP INDEX alerts_open",
        f"CREATE INDEX alerts_open ON alerts (modem) WHERE {OPEN_ALERT}",
        f"CREATE INDEX alerts_reminding ON alerts (sim_key) WHERE {OPEN_REMINDER}",
        "CREATE INDEX alerts_again ON alerts (reminds) WHERE reminds IS NOT NULL",
        # Why a delivery waits although its time has come, and the message in which it went with others.
        "ALTER TABLE deliveries ADD COLUMN held TEXT",
        "ALTER TABLE deliveries ADD COLUMN message TEXT",
        "ALTER TABLE alerts ADD COLUMN rehearsal INTEGER NOT NULL DEFAULT 0",
    ),
    (
        # The SIM's own number, where it knows it: what its owner has to name to pay.
        "ALTER TABLE sims ADD COLUMN own_number TEXT",
    ),
)


class NewerSchemaError(Exception):
    """The file was written by a newer modemd; nothing in it has been touched."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"schema {found}, known {known}")


def version_of(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> int:
    """The number of the last migration in the file. Raises NewerSchemaError when this program does not know it."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > len(migrations):
        raise NewerSchemaError(version, len(migrations))
    return version


def migrate(connection: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the file to the last version, each step in a transaction of its own with its number (PRAGMA user_version).

    The connection is in autocommit mode. A step that fails leaves the file as the step before it made it. Raises
    NewerSchemaError when the file is ahead of this program, sqlite3.Error as SQLite does.
    """
    version = version_of(connection, migrations)
    for number, statements in enumerate(migrations[version:], start=version + 1):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {number}")
        except sqlite3.Error:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")


def layout(connection: sqlite3.Connection) -> dict[str, tuple[object, ...]]:
    """Each table and index with its columns, as SQLite understands them: versions of it write SQL differently."""
    names = connection.execute("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'index')").fetchall()
    return {
        name: (kind, *map(tuple, connection.execute(f'PRAGMA {kind}_info("{name}")').fetchall()))
        for name, kind in names
    }


def is_ours(connection: sqlite3.Connection) -> bool:
    """True when all that the migrations make is there; what a person added beside it is theirs."""
    found = layout(connection)
    return all(found.get(name) == columns for name, columns in _own_layout().items())


def has_nothing_new(connection: sqlite3.Connection) -> bool:
    """True when nothing is there that the migrations do not make."""
    own = _own_layout()
    return all(own.get(name) == columns for name, columns in layout(connection).items())


@cache
def _own_layout() -> dict[str, tuple[object, ...]]:
    memory = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(memory)
        return layout(memory)
    finally:
        memory.close()
