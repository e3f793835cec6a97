"""What is known about each SIM's alerts, the alerts themselves, and their deliveries with receipts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from sqlite3 import Connection, Row

from modemd.records import Alert
from modemd.store.database import Database
from modemd.store.rows import (
    DAMAGED,
    AlertRow,
    Column,
    Delivery,
    Held,
    Said,
    alert_columns,
    alert_of,
    clean,
    delivery_of,
    state_of,
    time_or_none,
    time_text,
)
from modemd.store.summaries import OPEN_ALERT, OPEN_REMINDER

# No retry is ever set further ahead; a delivery that claims to be was written by a wrong clock and is due now.
LONGEST_RETRY = timedelta(hours=6, minutes=5)

# With what decides whether it still has to go: see Delivery.
_JOINED = """
SELECT deliveries.*, alerts.*,
    EXISTS (SELECT 1 FROM alerts AS first WHERE first.id = coalesce(alerts.reminds, alerts.id)
        AND (first.acknowledged_at IS NOT NULL OR first.closed_at IS NOT NULL)) AS over,
    (SELECT group_concat(other.delivery_channel, char(10)) FROM deliveries AS other
        WHERE other.alert_id = alerts.id AND other.delivery_state = 'delivered') AS received
FROM deliveries JOIN alerts ON alerts.id = deliveries.alert_id"""

Channels = Sequence[str] | Mapping[str, Collection[str]]  # names, or names with the events that each of them wants


class AlertBook(Database):
    gather_s = 0.0  # how long an alert waits for others that come at once: set by the daemon of several modems

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
        """Pending deliveries whose time has come, whose number is among `also`, or that are held back, in the order in
        which their alerts were raised."""
        marks = ", ".join("?" for _ in also)
        rows = self._rows(
            f"{_JOINED} WHERE delivery_state = 'pending'"
            f" AND (next_at <= ? OR next_at > ? OR held IS NOT NULL OR delivery_id IN ({marks}))"
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

    def delivered(self, delivery_id: int, at: datetime, *, message: str | None = None) -> None:
        """The receipt; `message` as Delivery has it. The channel works: what else waits for it is tried at once, not in
        hours, also where the other side had asked for a pause: somebody has mended what was wrong."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET delivery_state = 'delivered', tries = tries + 1, delivered_at = ?, held = NULL, "
                "message = ? WHERE delivery_id = ?",
                (time_text(at), message, delivery_id),
            )
            db.execute(
                "UPDATE deliveries SET next_at = ?, held = NULL WHERE delivery_state = 'pending' AND next_at > ? "
                "AND coalesce(held, 'busy') = 'busy' "
                "AND delivery_channel = (SELECT delivery_channel FROM deliveries WHERE delivery_id = ?)",
                (time_text(at), time_text(at), delivery_id),
            )

    def retry(self, delivery_id: int, error: str, next_at: datetime, *, held: Held | None = None) -> None:
        """A try failed; the next is at `next_at`, and not before where it is `held`."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET tries = tries + 1, last_error = ?, next_at = ?, held = ? WHERE delivery_id = ?",
                (clean(error), time_text(next_at), held, delivery_id),
            )

    def hold(self, delivery_id: int, until: datetime, held: Held) -> None:
        """It waits until then; no try has failed."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET next_at = ?, held = ? WHERE delivery_id = ?",
                (time_text(until), held, delivery_id),
            )

    def not_needed(self, delivery_id: int) -> None:
        """It need not go any more."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET delivery_state = 'not_needed', held = NULL WHERE delivery_id = ?", (delivery_id,)
            )

    def give_up(self, delivery_id: int, error: str) -> None:
        """The last try failed. The row stays, with its reason."""
        with self._transaction() as db:
            db.execute(
                "UPDATE deliveries SET delivery_state = 'given_up', tries = tries + 1, last_error = ?, held = NULL "
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

    def meant_by(self, ident: str) -> list[str]:
        """The alerts that a person means by an id: that alert, the first one of a reminder, all of a message that went
        out for several. Empty where there is none."""
        rows = self._rows(
            "SELECT DISTINCT coalesce(reminds, id) AS id FROM alerts WHERE id = ?"
            " OR id IN (SELECT alert_id FROM deliveries WHERE message = ?)",
            (ident, ident),
        )
        return [str(row["id"]) for row in rows]

    def acknowledge(self, alert_id: str) -> bool:
        """A person has taken note: no longer open, nor said again. `alert_id` as for meant_by(). False when there is no
        such alert; a second time changes nothing."""
        with self._transaction() as db:
            found = self.meant_by(alert_id)
            for first in found:
                db.execute(
                    "UPDATE alerts SET acknowledged_at = ? WHERE (id = ? OR reminds = ?) AND acknowledged_at IS NULL",
                    (time_text(self._clock()), first, first),
                )
            return bool(found)

    def to_be_said_again(self, sim_key: str, events: Sequence[str]) -> AlertRow | None:
        """The newest of this SIM's alerts about these events, without its deliveries, where it is neither over nor
        acknowledged and needs somebody to act: a `stale` counts where it is critical."""
        marks = ", ".join("?" for _ in events)
        rows = self._rows(
            f"SELECT *, ({OPEN_ALERT}) AS is_open FROM alerts WHERE sim_key = ? AND event IN ({marks})"  # noqa: S608
            " AND closed_at IS NULL AND reminds IS NULL AND (event <> 'stale' OR level = 'critical')"
            " ORDER BY number DESC LIMIT 1",
            (sim_key, *events),
        )
        found = next(iter(self._kept(rows, _alert_row)), None)
        return found if found is not None and found.open else None

    def said(self, alert_id: str) -> tuple[dict[str, Said], int]:
        """What went through each channel of an alert and its reminders; and how many reminders there were."""
        rows = self._rows(
            "SELECT delivery_channel AS channel, max(CASE delivery_state WHEN 'delivered' THEN delivered_at"
            " WHEN 'given_up' THEN next_at END) AS last,"
            " max(delivery_state = 'pending' AND reminds IS NULL) AS first_waits,"
            " max(CASE WHEN delivery_state = 'pending' AND reminds IS NOT NULL THEN raised_at END) AS waiting_since,"
            " (SELECT coalesce(max(reminder), 0) FROM alerts WHERE reminds = :id) AS number"
            " FROM alerts JOIN deliveries ON deliveries.alert_id = alerts.id WHERE alerts.id = :id OR reminds = :id"
            " GROUP BY delivery_channel",
            {"id": alert_id},
        )
        said = {
            str(row["channel"]): Said(
                last=time_or_none(row["last"]),
                first_waits=bool(row["first_waits"]),
                waiting_since=time_or_none(row["waiting_since"]),
            )
            for row in rows
        }
        return said, int(rows[0]["number"]) if rows else 0

    def put_reminder(self, alert: Alert, channels: Sequence[str]) -> bool:
        """Keep a reminder with its deliveries, in place of older ones that still wait for these channels. False where
        the first one is over or acknowledged by now."""
        marks = ", ".join("?" for _ in channels)
        with self._transaction() as db:
            first = db.execute(
                f"SELECT 1 FROM alerts WHERE id = ? AND {OPEN_ALERT}",  # noqa: S608
                (alert.reminds,),
            )
            if first.fetchone() is None:
                return False
            db.execute(
                "UPDATE deliveries SET delivery_state = 'replaced', held = NULL WHERE delivery_state = 'pending'"  # noqa: S608
                f" AND alert_id IN (SELECT id FROM alerts WHERE reminds = ?) AND delivery_channel IN ({marks})",
                (alert.reminds, *channels),
            )
            self._put(db, alert, channels)
            return True

    def _put(self, db: Connection, alert: Alert, channels: Channels) -> None:
        columns = alert_columns(alert)
        names = ", ".join(columns)
        marks = ", ".join(f":{name}" for name in columns)
        if not db.execute(f"INSERT OR IGNORE INTO alerts ({names}) VALUES ({marks})", columns).rowcount:  # noqa: S608
            return
        if alert.rehearsal:  # of nothing that is so: it is over before it begins
            db.execute("UPDATE alerts SET closed_at = raised_at WHERE id = ?", (alert.id,))
        now = time_text(min(alert.raised_at, self._clock()))
        gather = 0.0 if alert.on_request else self.gather_s
        due = time_text(self._clock() + timedelta(seconds=gather)) if gather else now
        for channel in channels:
            if isinstance(channels, Mapping) and alert.event not in channels[channel]:
                continue
            # What waits for this channel goes first, or "recovered" would arrive before the "low" it takes back.
            db.execute(
                "UPDATE deliveries SET next_at = ? "
                "WHERE delivery_channel = ? AND delivery_state = 'pending' AND next_at > ? AND held IS NULL",
                (due, channel, due),
            )
            db.execute(
                "INSERT INTO deliveries (alert_id, delivery_channel, next_at, held) VALUES (?, ?, ?, ?)",
                (alert.id, channel, due, "gather" if gather else None),
            )

    def _close(self, db: Connection, sim_key: str, still: Sequence[str]) -> None:
        marks = ", ".join("?" for _ in still)
        for which in (OPEN_ALERT, OPEN_REMINDER):
            db.execute(
                f"UPDATE alerts SET closed_at = ? WHERE sim_key = ? AND {which} AND event NOT IN ({marks})",  # noqa: S608
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
        found = _alert_row(row)
        lines = self._rows("SELECT * FROM deliveries WHERE alert_id = ? ORDER BY delivery_id", (found.alert.id,))
        return replace(found, deliveries=tuple(delivery_of(line, found.alert) for line in lines))


def _alert_row(row: Row) -> AlertRow:
    return AlertRow(
        alert=alert_of(row),
        open=bool(row["is_open"]),
        acknowledged_at=time_or_none(row["acknowledged_at"]),
        closed_at=time_or_none(row["closed_at"]),
        number=row["number"],
    )
