"""When a scheduled query is due. Pure: times come in as arguments, aware and in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from modemd.frozen import dataclass
from modemd.modem.timeouts import QUERIES_PER_DAY

FIRST_QUERY_S = 60.0  # a modem that has just registered still moves between cells and technologies
FULL_DAY_RETRY_S = 3600.0  # when the day's queries are used up: look again this much later


def next_query(
    *,
    every_s: float | None,
    last_attempt: datetime | None,
    registered_at: datetime | None,
    now: datetime,
    attempts_today: int = 0,
    floor_s: float = 0.0,
    wanted_at: datetime | None = None,
) -> datetime | None:
    """When the next scheduled query is due; in the past means now, None means not by itself.

    Due `every_s` after the last attempt, whoever made it; without one, 60 s after registration. Never before the modem
    is registered, and never a 25th in 24 hours: `attempts_today` counts this SIM's scheduled attempts of the last 24
    hours. An attempt in the future (the clock was set back) counts as made now.

    `floor_s` is the shortest time between two questions that the operator's pack names, longer than `every_s` or not.
    `wanted_at`: since then there is a reason to ask (the operator wrote of a top-up), so that only the floor and the
    limits are waited for.
    """
    if every_s is None or registered_at is None:
        return None
    if last_attempt is None:
        due = registered_at + timedelta(seconds=FIRST_QUERY_S)
    else:
        last = min(last_attempt, now)
        wanted = wanted_at is not None and wanted_at > last
        due = max(registered_at, last + timedelta(seconds=floor_s if wanted else max(every_s, floor_s)))
        if wanted_at is not None:
            due = max(due, min(wanted_at, now))
    if attempts_today >= QUERIES_PER_DAY:
        due = max(due, now + timedelta(seconds=FULL_DAY_RETRY_S))
    return due


@dataclass(slots=True)
class Pace:
    """What a running daemon remembers about one modem's SIM beyond the store.

    It can only make queries rarer than the store alone would: a query that ended before anything was dialled (roaming,
    unplugged) leaves no attempt in the store and must not be repeated at once. Times come in as they count now
    (clock.Counted), `submitted` too.
    """

    submitted: datetime | None = None

    def last_attempt(
        self, stored: datetime | None, *, registered_at: datetime | None, now: datetime
    ) -> datetime | None:
        """The attempt that counts for `next_query`."""
        submitted = self.submitted
        if submitted is None or submitted > now or (registered_at is not None and registered_at > submitted):
            return stored  # registered anew since then: what stopped that query may be over
        return submitted if stored is None else max(stored, submitted)
