"""Everything that judging one modem's SIM needs, in a few short reads: the main loop does it at each change."""

from __future__ import annotations

from datetime import datetime, timedelta

from modemd.store.facts import KnownFacts
from modemd.store.history import ASKED_BETWEEN, ASKED_NAMED, ASKED_NAMELESS, CLOCK_DOUBT, NAMED, History
from modemd.store.rows import Standing, number_or_none, state_of, time_or_none, time_text

_FACTS = f"""
SELECT
    EXISTS (SELECT 1 FROM sims WHERE sim_key = :sim_key AND last_row IS NOT NULL) AS has_rows,
    EXISTS (SELECT 1 FROM seats WHERE modem = :modem AND since_row > 0 AND sim_key <> :key AND {NAMED})
        AS had_other_sim,
    (SELECT state FROM sims WHERE sim_key = :key) AS state,
    (SELECT own_number FROM sims WHERE sim_key = :key) AS own_number,
    (SELECT at FROM first_seen WHERE modem = :modem) AS first_seen,
    (SELECT at FROM first_seen WHERE modem = :modem || ' ' || :key) AS sim_seen,
    CASE WHEN :sim_key IN ('', :nameless)
        THEN (SELECT at FROM attempts WHERE {ASKED_NAMELESS})
        ELSE (SELECT at FROM attempts WHERE {ASKED_NAMED})
    END AS last_attempt,
    (SELECT count(*) FROM attempts WHERE {ASKED_BETWEEN}) AS attempts_today
"""  # noqa: S608 (constants)


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
                "key": key,
                "sim_key": sim_key or "",
                "nameless": nameless,
                "origin": "schedule",
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
            own_number=number_or_none(row["own_number"]) if named or sim_key is None else None,
        )
