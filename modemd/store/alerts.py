"""What is known about each SIM's alerts, the alerts themselves, and their deliveries with receipts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from sqlite3 import Connection, Row

from modemd.records import Alert
from modemd.store.database import Database
from modemd.store.rows import (
    DAMAGED,
    AlertRow,
    Column,
    Delivery,
    alert_columns,
    alert_of,
    clean,
    delivery_of,
    state_of,
    time_or_none,
    time_text,
)
from modemd.store.summaries import OPEN_ALERT

# No retry is ever set further ahead; a delivery that claims to be was written by a wrong clock and is due now.
LONGEST_RETRY = timedelta(hours=6, minutes=5)

_JOINED = "SELECT * FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id"

Channels = Sequence[str] | Mapping[str, Collection[str]]  # names, or names with the events that each of them wants


class AlertBook(Database):
    def alert_states(self, *sim_keys: str) -> dict[str, dict[str, object]]:
        """What alerts/rules.py last left about each of these SIMs; empty for a new one."""
        marks = ", ".join("?" for _ in sim_keys)
        rows = self._rows(f"SELECT sim_key, state FROM sims WHERE sim_key IN ({marks})", sim_keys)  # noqa: S608
        return {key: {} for key in sim_keys} | {row["sim_key"]: state_of(row["state"]) for row in rows}

    def alert_state(self, sim_key: str) -> dict[str, object]:
        return self.alert_states(sim_key)[sim_key]

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written inside is on the disk at its end, all of it or nothing."""
        with self._transaction():
            yield

    def save_alert_state(self, sim_key: str, state: Mapping[str, object]) -> None:
        self.raise_alerts(sim_key, state, (), ())

    def put_alert(self, alert: Alert, channels: Channels) -> None:
        """Keep an alert with one pending delivery per channel."""
        with self._transaction() as db:
            self._put(db, alert, channels)

    def raise_alerts(
        self, sim_key: str, state: Mapping[str, object], alerts: Sequence[Alert], channels: Channels
    ) -> None:
        """The SIM's new state and its alerts, together or not at all: no alert is lost between them or doubled.

        `state` is opaque but for its key "open", the events in force: open alerts of this SIM about others are closed.
        """
        text = json.dumps(state, ensure_ascii=False, sort_keys=True)
        with self._transaction() as db:
            db.execute(
                "INSERT INTO sims (sim_key, state) VALUES (?, ?)"
                " ON CONFLICT (sim_key) DO UPDATE SET state = excluded.state WHERE state <> excluded.state",
                (sim_key, text),
            )
            for alert in alerts:
                self._put(db, alert, channels)
            events = state.get("open")
            if isinstance(events, list):
                self._close(db, sim_key, [str(event) for event in events])

    def close_alerts_of_other_sims(self, modem: str, sim_key: str) -> None:
        """This SIM is in the modem now: what was open about the one before it is nobody's business any more."""
        with self._transaction() as db:
            db.execute(
                f"UPDATE alerts SET closed_at = ? WHERE modem = ? AND sim_key <> ? AND {OPEN_ALERT}",  # noqa: S608
                (time_text(self._clock()), modem, sim_key),
            )

    def outbox_due(self, now: datetime, *, also: Collection[int] = ()) -> list[Delivery]:
        """Pending deliveries whose time has come, or whose number is among `also`, in the order in which their alerts
        were raised."""
        marks = ", ".join("?" for _ in also)
        rows = self._rows(
            f"{_JOINED} WHERE delivery_state = 'pending' AND (next_at <= ? OR next_at > ? OR delivery_id IN ({marks}))"
            " ORDER BY delivery_id",
            (time_text(now), time_text(now + LONGEST_RETRY), *also),
        )
        due: list[Delivery] = []
        for row in rows:
            try:
                due.append(delivery_of(row, alert_of(row)))
            except DAMAGED as error:
                self._skipped(row, error)
                # Or it would be due for ever, and the outbox would look again at once, for ever.
                self.give_up(row["delivery_id"], "its row in the database is damaged")
        return due

    def next_delivery(self) -> datetime | None:
        """When the next pending delivery is due; None = nothing waits."""
        row = self._row(
            "SELECT min(next_at) AS at FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id"
            " WHERE delivery_state = 'pending'"
        )
        if row is None or row["at"] is None:
            return None
        # A damaged one may not count as due yet (outbox_due): it will be soon.
        return time_or_none(row["at"]) or self._clock() + timedelta(minutes=1)

    def delivered_since(self, channel: str, since: datetime) -> int:
        """How many alerts this channel has delivered since then."""
        row = self._row(
            "SELECT count(*) AS n FROM deliveries WHERE delivery_channel = ? AND delivered_at > ?",
            (channel, time_text(since)),
        )
        return int(row["n"]) if row is not None else 0

    def delivered(self, delivery_id: int, at: datetime) -> None:
        """The receipt. The channel works: what else waits for it is tried at once, not in hours."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET delivery_state = 'delivered', tries = tries + 1, delivered_at = ? "
                "WHERE delivery_id = ?",
                (time_text(at), delivery_id),
            )
            db.execute(
                "UPDATE deliveries SET next_at = ? WHERE delivery_state = 'pending' AND next_at > ? AND "
                "delivery_channel = (SELECT delivery_channel FROM deliveries WHERE delivery_id = ?)",
                (time_text(at), time_text(at), delivery_id),
            )

    def retry(self, delivery_id: int, error: str, next_at: datetime) -> None:
        """A try failed; the next is at `next_at`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET tries = tries + 1, last_error = ?, next_at = ? WHERE delivery_id = ?",
                (clean(error), time_text(next_at), delivery_id),
            )

    def give_up(self, delivery_id: int, error: str) -> None:
        """The last try failed. The row stays, with its reason."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET delivery_state = 'given_up', tries = tries + 1, last_error = ? "
                "WHERE delivery_id = ?",
                (clean(error), delivery_id),
            )

    def alerts(self, *, open_only: bool = False, after: int = 0, limit: int | None = None) -> list[AlertRow]:
        """Alerts with their deliveries, newest first; `after`: those with a higher AlertRow.number alone."""
        return self._listed(f"{OPEN_ALERT if open_only else '1'} AND number > ?", (after,), limit)

    def alerts_after(self, number: int, *, open_only: bool = False, limit: int) -> list[AlertRow]:
        """At most `limit` alerts with a higher AlertRow.number, oldest first."""
        where = f"{OPEN_ALERT if open_only else '1'} AND number > ?"
        while True:
            if found := self._listed(where, (number,), limit, order="ASC"):
                return found
            page = f"SELECT number FROM alerts WHERE {where} ORDER BY number LIMIT ?"  # noqa: S608
            row = self._row(f"SELECT max(number) AS last FROM ({page})", (number, limit))  # noqa: S608
            if row is None or row["last"] is None:
                return []
            number = row["last"]  # damaged, all of them: what stands behind them is not lost

    def alert(self, alert_id: str) -> AlertRow | None:
        """One alert with its deliveries; None where there is none of that id."""
        return next(iter(self._listed("id = ?", (alert_id,), 1)), None)

    def open_alerts(self, modem: str) -> list[AlertRow]:
        """What is still wrong with this modem's SIM and not acknowledged, newest first."""
        return self._listed(f"{OPEN_ALERT} AND modem = ?", (modem,), None)

    def acknowledge(self, alert_id: str) -> bool:
        """A person has taken note: no longer open. False when there is no such alert; a second time changes nothing."""
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM alerts WHERE id = ?", (alert_id,)).fetchone() is None:
                return False
            db.execute(
                "UPDATE alerts SET acknowledged_at = ? WHERE id = ? AND acknowledged_at IS NULL",
                (time_text(self._clock()), alert_id),
            )
            return True

    def _put(self, db: Connection, alert: Alert, channels: Channels) -> None:
        columns = alert_columns(alert)
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        if not db.execute(f"INSERT OR IGNORE INTO alerts ({names}) VALUES ({marks})", columns).rowcount:  # noqa: S608
            return
        now = time_text(min(alert.raised_at, self._clock()))
        for channel in channels:
            if isinstance(channels, Mapping) and alert.event not in channels[channel]:
                continue
            # What waits for this channel goes first, or "recovered" would arrive before the "low" it takes back.
            db.execute(
                "UPDATE deliveries SET next_at = ? "
                "WHERE delivery_channel = ? AND delivery_state = 'pending' AND next_at > ?",
                (now, channel, now),
            )
            db.execute(
                "INSERT INTO deliveries (alert_id, delivery_channel, next_at) VALUES (?, ?, ?)",
                (alert.id, channel, now),
            )

    def _close(self, db: Connection, sim_key: str, still: Sequence[str]) -> None:
        marks = ", ".join("?" for _ in still)
        db.execute(
            f"UPDATE alerts SET closed_at = ? WHERE sim_key = ? AND {OPEN_ALERT} AND event NOT IN ({marks})",  # noqa: S608
            (time_text(self._clock()), sim_key, *still),
        )

    def _listed(
        self, where: str, values: Sequence[Column], limit: int | None, *, order: str = "DESC"
    ) -> list[AlertRow]:
        with self._lock:
            rows = self._rows(
                f"SELECT *, ({OPEN_ALERT}) AS is_open FROM alerts WHERE {where} "  # noqa: S608
                f"ORDER BY number {order} LIMIT ?",
                (*values, -1 if limit is None else max(limit, 0)),
            )
            return self._kept(rows, self._with_deliveries)

    def _with_deliveries(self, row: Row) -> AlertRow:
        alert = alert_of(row)
        lines = self._rows("SELECT * FROM deliveries WHERE alert_id = ? ORDER BY delivery_id", (alert.id,))
        return AlertRow(
            alert=alert,
            open=bool(row["is_open"]),
            acknowledged_at=time_or_none(row["acknowledged_at"]),
            closed_at=time_or_none(row["closed_at"]),
            deliveries=tuple(delivery_of(line, alert) for line in lines),
            number=row["number"],
        )
