"""Everything that judging one modem's SIM needs, in two reads: the main loop does it at each change of a snapshot."""

from __future__ import annotations

from datetime import datetime, timedelta

from modemd.store.facts import KnownFacts
from modemd.store.history import CLOCK_DOUBT, History
from modemd.store.rows import Standing, state_of, time_or_none, time_text

_FACTS = """
SELECT
    EXISTS (SELECT 1 FROM readings WHERE sim_key = :own) AS has_rows,
    EXISTS (
        SELECT 1 FROM readings WHERE modem = :modem AND sim_key <> :key AND sim_key NOT LIKE 'modem:%'
    ) AS had_other_sim,
    (SELECT state FROM alert_states WHERE sim_key = :key) AS state,
    (SELECT at FROM first_seen WHERE modem = :modem) AS first_seen,
    (SELECT at FROM first_seen WHERE modem = :modem || ' ' || :key) AS sim_seen,
    CASE WHEN :own IN ('', :nameless)
        THEN (SELECT at FROM attempts WHERE modem = :modem ORDER BY id DESC LIMIT 1)
        ELSE (SELECT at FROM attempts WHERE sim_key IN (:own, :nameless) ORDER BY id DESC LIMIT 1)
    END AS last_attempt,
    (SELECT count(*) FROM attempts WHERE sim_key = :own AND origin = 'schedule' AND at BETWEEN :since AND :until)
        AS attempts_today
"""


class Standings(History, KnownFacts):
    def standing(self, modem: str, sim_key: str | None, *, now: datetime) -> Standing:
        """`sim_key` as the modem's snapshot has it: None, or "modem:NAME", while the SIM cannot be named.

        A modem that is met for the first time is noted: see first_seen().
        """
        nameless = f"modem:{modem}"
        named = sim_key is not None and sim_key not in ("", nameless)
        key = sim_key if named and sim_key is not None else self.current_sim_key(modem)
        row = self._rows(
            _FACTS,
            {
                "modem": modem,
                "own": sim_key or "",
                "key": key,
                "nameless": nameless,
                "since": time_text(now - timedelta(days=1)),
                "until": time_text(self._clock() + CLOCK_DOUBT),
            },
        )[0]
        reading = self.last_reading(modem, key)
        return Standing(
            modem=modem,
            sim_key=key,
            reading=reading,
            shown=reading if named else self.last_reading(modem, sim_key),
            has_rows=bool(row["has_rows"]),
            had_other_sim=bool(row["had_other_sim"]),
            state=state_of(row["state"]),
            first_seen=time_or_none(row["first_seen"]) or self.first_seen(modem, now),
            sim_seen=time_or_none(row["sim_seen"]),
            last_attempt=time_or_none(row["last_attempt"]),
            attempts_today=row["attempts_today"],
        )
