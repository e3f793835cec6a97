"""Whether each modem is there, with a SIM that can be used, and with the one that it had: how long, by monotonic time,
so that no clock decides it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from modemd.alerts import rules_modem
from modemd.alerts.state import Policy, RaisedEvent, State
from modemd.records import ModemSnapshot
from modemd.store import Standing, Store

Judge = Callable[[State], tuple[State, list[RaisedEvent]]]
Judged = Callable[[str, ModemSnapshot, Judge], None]  # the key whose state is judged; raises StoreError


class Presence:
    """Belongs to the main loop's thread. `judged` makes alerts of what a judge says of a state."""

    def __init__(
        self,
        store: Store,
        judged: Judged,
        *,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._judged = judged
        self._clock = clock
        self._monotonic = monotonic
        self._away: dict[str, tuple[rules_modem.Away, float]] = {}
        self._seats: dict[str, str] = {}  # the SIM last met in each modem

    def look(self, snapshot: ModemSnapshot, standing: Standing, policy: Policy) -> datetime | None:
        """Raises what is due; when to look again, None = when the modem's state changes. Raises StoreError."""
        name, now = snapshot.modem, self._clock()
        what, before = rules_modem.away_of(snapshot.state), self._away.get(name)
        if what == "here":
            self._away.pop(name, None)
            if standing.state.get("absent") or standing.state.get("sim"):
                self._judged(standing.sim_key, snapshot, lambda state: rules_modem.back(state, policy, now=now))
            self._look_at_seat(snapshot, now)
            return None
        if what is None:  # it starts, or fails: as it was
            if before is None:
                return None
            what = before[0]
        if before is None or before[0] != what:
            before = self._away[name] = what, self._monotonic()
        away, lasted_s = what, self._monotonic() - before[1]
        left_s = rules_modem.patience_s(away, policy) - lasted_s
        if left_s > 0:
            return now + timedelta(seconds=left_s)
        since = now - timedelta(seconds=lasted_s)
        if not standing.state.get(away):
            self._judged(
                standing.sim_key,
                snapshot,
                lambda state: rules_modem.gone(state, away, since=since, now=now, reason=snapshot.error),
            )
        return None

    # --- helpers

    def _look_at_seat(self, snapshot: ModemSnapshot, now: datetime) -> None:
        name, key, nameless = snapshot.modem, snapshot.sim_key, f"modem:{snapshot.modem}"
        if key is None or not key.startswith("iccid:") or self._seats.get(name) == key:
            return
        noted = self._store.alert_state(nameless).get("seat")
        before = noted if isinstance(noted, str) else self._store.current_sim_key(name)
        if noted != key:

            def judge(state: State) -> tuple[State, list[RaisedEvent]]:
                return {**state, "seat": key}, rules_modem.changed(before, key, now=now)

            self._judged(nameless, snapshot, judge)
            if before not in (key, nameless):  # it is not away, it is out
                self._judged(before, snapshot, lambda state: (rules_modem.without_away(state), []))
        self._seats[name] = key
