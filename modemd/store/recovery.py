"""What the recovery ladder remembers: each step's tries and rests, and what is still owed to a modem."""

from __future__ import annotations

from sqlite3 import Row
from typing import get_args

from modemd.records import RecoveryStep, RecoveryStepRecord
from modemd.store.database import Database
from modemd.store.rows import time_or_none, time_text


class RecoverySteps(Database):
    """`subject` is the device ("imei:...", else "modem:NAME"), `modem` the name that it is configured under."""

    def recovery_steps(self, subject: str) -> list[RecoveryStepRecord]:
        rows = self._rows("SELECT * FROM rungs WHERE subject = ? ORDER BY rung", (subject,))
        return self._kept(rows, _record)

    def recovery_subject(self, modem: str) -> str | None:
        """The device that a step was last tried on under this name: for a modem that will not say who it is."""
        row = self._row(
            "SELECT subject FROM rungs WHERE modem = ? ORDER BY last_at DESC, subject LIMIT 1",
            (modem,),
        )
        return None if row is None else str(row["subject"])

    def save_recovery_step(self, subject: str, modem: str, record: RecoveryStepRecord) -> None:
        """Before the act, so that a daemon that restarts in a loop does not try again at once; and when it helped."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO rungs (subject, rung, modem, tried, helped, last_helped, last_at, next_at,"
                " hold_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    subject,
                    record.step,
                    modem,
                    record.tried,
                    record.helped,
                    int(record.last_helped),
                    None if record.last_at is None else time_text(record.last_at),
                    None if record.next_at is None else time_text(record.next_at),
                    record.hold_s,
                ),
            )

    def note_pending_undo(self, modem: str, act: str, value: str) -> None:
        """Before something is switched off that must be switched on again, also after a power cut. `act`: "radio" (the
        IMEI, or nothing, as value) or "authorized" (the device's folder in sysfs)."""
        with self._transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO owed (modem, act, value, at) VALUES (?, ?, ?, ?)",
                (modem, act, value, time_text(self._clock())),
            )

    def pending_undo(self, modem: str, act: str) -> str | None:
        row = self._row("SELECT value FROM owed WHERE modem = ? AND act = ?", (modem, act))
        return None if row is None else str(row["value"])

    def done(self, modem: str, act: str) -> None:
        """It is switched on again."""
        with self._transaction() as db:
            db.execute("DELETE FROM owed WHERE modem = ? AND act = ?", (modem, act))


def _record(row: Row) -> RecoveryStepRecord:
    if row["rung"] not in get_args(RecoveryStep) or not isinstance(row["hold_s"], float | int):
        raise ValueError(f"not a step of the ladder: {row['rung']!r}")
    return RecoveryStepRecord(
        step=row["rung"],
        tried=row["tried"],
        helped=row["helped"],
        last_helped=bool(row["last_helped"]),
        last_at=time_or_none(row["last_at"]),
        next_at=time_or_none(row["next_at"]),
        hold_s=row["hold_s"],
    )
