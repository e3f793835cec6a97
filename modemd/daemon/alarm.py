"""When alerts are judged, and with which limits: after each row of the history, and when silence becomes `stale`.

Everything here runs in the main loop's thread, so that a SIM's alert state has one writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from modemd.alerts import raising, rules
from modemd.alerts.channels import Bound
from modemd.daemon.config import Config
from modemd.records import Alert, Level, Measurement, ModemSnapshot
from modemd.store import Standing, Store


class Alarm:
    """Holds nothing but what the configuration says; what it knows about a SIM is in the store."""

    def __init__(self, store: Store, *, wake_outbox: Callable[[], None], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._wake_outbox = wake_outbox
        self._clock = clock
        self._policies: dict[str, rules.Policy] = {}
        self._language = "en"
        self.channels: Mapping[str, Bound] = {}

    def apply(self, config: Config, channels: Mapping[str, Bound]) -> None:
        """A new configuration. Each modem's last row is judged again: its limits may be others now, and a daemon that
        was killed between a reading and its alert raises that alert here. Raises StoreError."""
        self._policies = {modem.name: rules.policy_of(modem) for modem in config.modems}
        self._language = config.daemon.language
        self.channels = channels
        for name in self._policies:
            last = self._store.last_row(name)
            if last is not None:
                self.measured(last)

    def measured(self, m: Measurement) -> None:
        """One more row of the history. Raises StoreError."""
        policy = self._policies.get(m.modem)
        if policy is None:
            return  # of a modem that the configuration no longer has
        if raising.measured(self._store, m, policy=policy, channels=self.channels, language=self._language):
            self._wake_outbox()

    def standing(self, snapshot: ModemSnapshot) -> Standing:
        """What there is to judge about this modem's SIM, as of now. Raises StoreError."""
        return self._store.standing(snapshot.modem, snapshot.sim_key, now=self._clock())

    def silence(self, snapshot: ModemSnapshot, standing: Standing | None = None) -> datetime | None:
        """Raises `stale` for this modem where it is due; when to look again, None = never. Raises StoreError."""
        standing = standing or self.standing(snapshot)
        name, sim_key, now = snapshot.modem, snapshot.sim_key, self._clock()
        policy = self._policies[name]
        if sim_key is not None and not standing.has_rows:
            # A SIM that was put in today is not stale because the modem is old: it has a beginning of its own.
            due = rules.stale_at(self._store.first_seen(f"{name} {sim_key}", now), policy)
            if due is not None and now < due:
                return due
        alerts, again_at = raising.silent(
            self._store,
            standing,
            operator=snapshot.operator,
            now=now,
            policy=policy,
            channels=self.channels,
            language=self._language,
            reason=snapshot.error,
        )
        if alerts:
            self._wake_outbox()
        return again_at

    def level(self, standing: Standing) -> Level:
        """What this modem's last reading means now."""
        last = standing.shown
        return rules.level(
            last.reading.balance if last else None,
            taken_at=last.taken_at if last else None,
            now=self._clock(),
            policy=self._policies[standing.modem],
            first_seen=standing.first_seen,
        )

    def level_of(self, m: Measurement, *, at: datetime) -> Level:
        """What this row's number meant at that time; "unknown" without a number or limits to compare it with."""
        policy = self._policies.get(m.modem)
        if policy is None:
            return "unknown"
        return rules.level(m.reading.balance, taken_at=m.taken_at, now=at, policy=policy)

    def test(self, modem: str, channels: Sequence[str]) -> Alert:
        """Puts a test message into the outbox for these channels. Raises StoreError."""
        alert = raising.make_test_alert(
            modem=modem, sim_key=f"modem:{modem}", operator=None, now=self._clock(), language=self._language
        )
        self._store.put_alert(alert, channels)
        self._wake_outbox()
        return alert
