"""A channel that came later is told what is open: with the configuration that brings it, once, whatever it asks for
besides. Else who configures his first channel when the money is low already is told nothing until it is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from modemd.alerts import raising, rules
from modemd.alerts.channels import Bound
from modemd.records import Alert
from modemd.store import AlertRow, Said, Store

# Of a SIM's alerts about its money the newest alone counts: it stands for the others.
LIMITS = frozenset({"low", "critical", "stale"})


def tell(
    store: Store,
    policies: Mapping[str, rules.Policy],
    *,
    channels: Mapping[str, Bound],
    now: datetime,
    language: str = "en",
    advise: raising.Advise = raising.no_advice,
) -> list[Alert]:
    """For each alert of these modems that is open and not acknowledged, and that some channels want but have never had:
    one reminder for these channels, with the balance as it is now. What `after` holds back for others is theirs to say
    first. The alerts made; in one transaction. Raises StoreError."""
    if not channels:
        return []
    told = []
    with store.together():
        found = [row for row in store.alerts(open_only=True) if row.alert.modem in policies]  # newest first
        for row in found:
            said, number = store.said(row.alert.id)
            names = _to_be_told(row, found, said, channels)
            if not names:
                continue
            policy, state = policies[row.alert.modem], store.alert_state(row.alert.sim_key)
            alert = raising.again(
                state, row.alert, policy, now=now, number=number + 1, language=language, advise=advise
            )
            if store.put_reminder(alert, names):
                told.append(alert)
    return told


# --- helpers


def _to_be_told(
    row: AlertRow, found: Collection[AlertRow], said: Mapping[str, Said], channels: Mapping[str, Bound]
) -> list[str]:
    wanting = {name: bound for name, bound in channels.items() if _newest_wanted(row, found, bound)}
    new = [name for name in wanting if name not in said]
    plainly = [name for name, bound in wanting.items() if not bound.after_s]
    others_say_it = any(name in new or said[name].last is not None for name in plainly)
    return [name for name in new if name in plainly or not others_say_it]


def _newest_wanted(row: AlertRow, found: Collection[AlertRow], bound: Bound) -> bool:
    """Whether the channel wants this alert, and no newer one that stands for it."""
    alert = row.alert
    if alert.event not in bound.events:
        return False
    return alert.event not in LIMITS or not any(
        other.number > row.number
        and other.alert.sim_key == alert.sim_key
        and other.alert.event in LIMITS & bound.events
        for other in found
    )
