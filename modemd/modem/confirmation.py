"""Which readings count only if a second answer to the same question, where it costs nothing, brings the same number."""

from __future__ import annotations

from modemd.alerts import rules
from modemd.errors import StoreError
from modemd.modem.context import Context
from modemd.records import Measurement, Reading


def is_wanted(context: Context, sim_key: str, reading: Reading) -> bool:
    """Whether this reading is in doubt and would raise an alert: nobody is woken by one flipped bit."""
    return context.backend.damaged and _would_alert(context, sim_key, reading)


# --- helpers


def _would_alert(context: Context, sim_key: str, reading: Reading) -> bool:
    """Whether the rules would raise anything for it now."""
    snapshot, now = context.owner.snapshot(), context.clocks.now()
    row = Measurement(
        modem=context.settings.name,
        sim=snapshot.sim,
        sim_key=sim_key,
        operator=snapshot.operator,
        country=snapshot.country,
        reading=reading,
        taken_at=now,
        channel="ussd",
        origin="query",
    )
    try:
        state = context.store.alert_state(sim_key)
    except StoreError:  # as if nothing had been raised yet
        state = {}
    return bool(rules.evaluate(state, row, rules.policy_of(context.settings), now=now)[1])
