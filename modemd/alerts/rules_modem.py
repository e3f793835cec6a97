"""What becomes of a modem: gone, its SIM locked or another one, the daemon back after a pause. Pure; state.py says what
a SIM's state holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from modemd.alerts.state import Policy, RaisedEvent, State, by_number, is_poor, known_of, opened
from modemd.records import Level
from modemd.records import State as ModemState

Away = Literal["absent", "sim"]

# A SIM that is being changed, or a modem that starts, says for a moment that there is none.
SIM_S = 300.0
# In place of `every` where a modem is asked on demand only.
EVERY_S = 6 * 3600.0
# The daemon was away for so many `every`.
MISSED = 2
HERE: frozenset[ModemState] = frozenset({"ready", "busy", "quarantine", "offline"})


def away_of(state: ModemState) -> Away | Literal["here"] | None:
    """What a modem's state says of it; None = nothing new (it starts, it failed)."""
    if state == "absent" or state == "sim":
        return state
    return "here" if state in HERE else None


def patience_s(what: Away, policy: Policy) -> float:
    """How long it may last before it is said."""
    return SIM_S if what == "sim" else (policy.every_s or EVERY_S)


def gone(
    state: State, what: Away, *, since: datetime, now: datetime, reason: str | None
) -> tuple[State, list[RaisedEvent]]:
    """The modem is away, or its SIM cannot be used, since then and for long enough: said once."""
    if state.get(what):
        return state, []
    new = {**state, what: True}
    level: Level = "critical" if is_poor(state, now) else "unknown"
    known = known_of(state)
    return opened(new), [RaisedEvent(event=what, level=level, at=now, reason=reason, known=known, since=since)]


def back(state: State, policy: Policy, *, now: datetime) -> tuple[State, list[RaisedEvent]]:
    """The modem is there with its SIM. `recovered`, unless `stale` is in force, which the next reading ends."""
    if not (state.get("absent") or state.get("sim")):
        return state, []
    new = without_away(state)
    if state.get("stale") or state.get("raised"):
        return new, []  # not all is well
    known = known_of(state)
    level: Level = "unknown" if known is None else by_number(known.balance, policy)
    return new, [RaisedEvent(event="recovered", level=level, at=now, known=known, reason="back")]


def without_away(state: State) -> State:
    """As if neither had been said."""
    if not (state.get("absent") or state.get("sim")):
        return state
    return opened({key: value for key, value in state.items() if key not in ("absent", "sim")})


def started(alive_at: datetime, began: datetime, policy: Policy) -> list[RaisedEvent]:
    """The daemon is back, without a sign of life between these two."""
    if began - alive_at <= MISSED * timedelta(seconds=policy.every_s or EVERY_S):
        return []
    return [RaisedEvent(event="started", level="unknown", at=began, since=alive_at)]


def changed(before: str | None, key: str, *, now: datetime) -> list[RaisedEvent]:
    """Another SIM is in the modem: two card numbers that differ. One known by its IMSI alone may be the same."""
    other = before is not None and before != key and before.startswith("iccid:") and key.startswith("iccid:")
    return [RaisedEvent(event="sim_changed", level="unknown", at=now, reason=key)] if other else []
