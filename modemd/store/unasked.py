"""A modem's share of a day for texts that nobody asked for: a flood of them must not fill or wear out an SD card."""

from __future__ import annotations

from sqlite3 import Connection

from modemd.records import Keep, Measurement
from modemd.store.summaries import HAS_NUMBER

UNASKED = ("network", "sms")
BYTES_PER_TEXT = 1024  # on average, text and raw octets together; one that is longer uses up the share of several
# A text that says the balance is worth more than an advertisement: so many times the share.
NUMBERS_SHARE = 5


def has_room(db: Connection, m: Measurement, keep: Keep, first_row_of_today: int) -> bool:
    """True when this row of its modem is still within the day's share."""
    numbers, rows, size = db.execute(
        f"SELECT coalesce(sum({HAS_NUMBER}), 0), count(*), coalesce(sum(length(CAST(text AS BLOB)) + length(raw)), 0)"  # noqa: S608
        f" FROM readings WHERE modem = ? AND id >= ? AND origin IN {UNASKED}",
        (m.modem, first_row_of_today),
    ).fetchone()
    share = keep.unasked_per_day * (NUMBERS_SHARE if has_number(m) else 1)
    size += len(m.raw) + len((m.text or "").encode("utf-8", "replace"))
    return bool((numbers if has_number(m) else rows - numbers) < share and size <= share * BYTES_PER_TEXT)


def has_number(m: Measurement) -> bool:
    """As HAS_NUMBER says it of a stored row."""
    return m.reading.balance is not None or m.reading.data_left_mb is not None
