"""When a scheduled query is due. Pure: times come in as arguments, aware and in UTC."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from modemd.alerts.plan import quiet_until
from modemd.frozen import dataclass
from modemd.modem.timeouts import QUERIES_PER_DAY
from modemd.records import LocalHours

FIRST_QUERY_S = 60.0  # a modem that has just registered still moves between cells and technologies
HASTE_DAYS = 2.0
SHORTEST_SHARE = 0.25
SHORTEST_S = 3600.0
MOST_LATE_S = 300.0
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
    days_left: float | None = None,
    late_s: float = 0.0,
    busy: Sequence[LocalHours] = (),
) -> datetime | None:
    """When the next scheduled query is due; in the past means now, None means not by itself.

    Due `every_s` after the last attempt, whoever made it; without one, 60 s after registration. Never before the modem
    is registered, and never a 25th in 24 hours: `attempts_today` counts this SIM's scheduled attempts of the last 24
    hours. An attempt in the future (the clock was set back) counts as made now.

    `floor_s` is the shortest time between two questions that the operator's pack names, longer than `every_s` or not.
    `wanted_at`: since then there is a reason to ask (the operator wrote of a top-up), so that only the floor and the
    limits are waited for.
    `days_left`: with the money for so many days or fewer the pace quickens (see pace_s), within the floor. None where
    it is not known, or where more questions would cost more.
    `late_s`: this modem's own delay behind an attempt (see jitter_s). `busy`: hours of local time in which nothing is
    asked: what is due then is due at their end.
    """
    if every_s is None or registered_at is None:
        return None
    if last_attempt is None:
        due = registered_at + timedelta(seconds=FIRST_QUERY_S)
    else:
        last = min(last_attempt, now)
        wanted = wanted_at is not None and wanted_at > last
        pause_s = floor_s if wanted else max(pace_s(every_s, days_left), floor_s) + late_s
        due = max(registered_at, last + timedelta(seconds=pause_s))
        if wanted_at is not None:
            due = max(due, min(wanted_at, now))
    if attempts_today >= QUERIES_PER_DAY:
        due = max(due, now + timedelta(seconds=FULL_DAY_RETRY_S))
    return _outside(busy, max(due, now)) or due


def pace_s(every_s: float, days_left: float | None) -> float:
    """How long between two questions: `every_s` while the money lasts, less in the last two days, down to a quarter and
    not below an hour; `every_s` is what the owner allows at most, and a shorter one stays as it is."""
    if days_left is None or days_left >= HASTE_DAYS:
        return every_s
    share = max(SHORTEST_SHARE, days_left / HASTE_DAYS)
    return min(every_s, max(every_s * share, SHORTEST_S))


def jitter_s(name: str, every_s: float) -> float:
    """A delay of this modem's own, the same after each restart, so that those of a fleet which began together do not
    dial together for ever: up to a twentieth of `every_s`, and up to five minutes."""
    share = zlib.crc32(name.encode()) / 2**32
    return share * min(every_s / 20, MOST_LATE_S)


def _outside(busy: Sequence[LocalHours], due: datetime) -> datetime | None:
    """The end of the busy hours in which `due` lies, None where it lies in none. Hours that leave no time of the day
    count for nothing: the owner wants a balance."""
    moved = due
    for _turn in range(2 * len(busy)):
        end = next((end for hours in busy if (end := quiet_until(hours, moved)) is not None), None)
        if end is None:
            return moved if moved != due else None
        moved = end
    return None


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
