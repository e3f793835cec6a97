"""When alerts are judged, and with which limits: after each row of the history, and when silence becomes `stale`.

Rows are judged where they are stored, in the owner threads; all else here runs in the main loop's thread. Whoever
changes a SIM's alert state reads and writes it within one transaction, so that no two undo each other's work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from modemd.alerts import newcomers, raising, rules
from modemd.alerts.channels import Bound
from modemd.clock import is_set
from modemd.daemon.config import Config
from modemd.daemon.presence import Judge, Presence
from modemd.daemon.uptime import Uptime
from modemd.errors import StoreError
from modemd.frozen import dataclass
from modemd.log import get_logger
from modemd.records import Alert, Level, Measurement, ModemSnapshot
from modemd.store import Standing, Store, may_pass

# After a start or a jump of the clock one query has its chance before silence is judged: a modem that opens, registers
# within some minutes, is asked 60 s later and answers within 180 s. Then it is judged whatever was asked.
CHANCE_S = 600.0
PAGE = 16  # rows judged at one go
WAITING_S = 60.0  # nothing is said of silence while rows wait in memory; so much later it is looked at again


@dataclass(slots=True)
class _Chance:
    """Until when (monotonic, and by the clock), what had been asked before (once it is known), and whether a question
    has ended since."""

    until: float
    until_at: datetime
    known: bool = False
    attempt: datetime | None = None
    ended: bool = False


class Alarm:
    """Holds what the configuration says, and which modems are to be asked before their silence is judged; what it knows
    about a SIM is in the store."""

    def __init__(
        self,
        store: Store,
        *,
        wake_outbox: Callable[[], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
        advise: raising.Advise = raising.no_advice,
    ) -> None:
        self._store = store
        self._advise = advise
        self._wake_outbox = wake_outbox
        self._clock = clock
        self._monotonic = monotonic
        self._log = get_logger()
        self._again: set[str] = set()  # modems whose last row is to be judged again
        self._newcomers = False  # there may be channels that have not heard what is open
        self._chances: dict[str, _Chance] = {}
        self._policies: dict[str, rules.Policy] = {}
        self._language = "en"
        self._said = False  # the last look at a silence raised an alert
        self._presence = Presence(store, self._judge_state, clock=clock, monotonic=monotonic)
        self._uptime = Uptime(store, self._missed, clock=clock, monotonic=monotonic)
        self.channels: Mapping[str, Bound] = {}
        self._foreseen: dict[str, tuple[Measurement, rules.Spending]] = {}  # of each SIM, for its next row
        store.judge, store.foresee = self.judge, self.foresee

    def apply(self, config: Config, channels: Mapping[str, Bound]) -> None:
        """A new configuration. Each modem's last reading and last row are judged again: its limits may be others now,
        and a row of an earlier version, or of a damaged file, may not have been judged. A channel that is new is told
        what is open. Raises StoreError."""
        before, self._policies = self._policies, {modem.name: rules.policy_of(modem) for modem in config.modems}
        for name, policy in self._policies.items():
            if before.get(name) != policy:
                self._give_chance(name)
        self._language = config.daemon.language
        self.channels = channels
        self._again.update(self._policies)
        self._newcomers = True
        self.catch_up()

    @property
    def behind(self) -> bool:
        """Something could not be judged."""
        return self._store.has_unjudged or bool(self._again) or self._newcomers

    def catch_up(self) -> None:
        """Judges what could not be judged, and what is to be judged again. Raises StoreError: then the rest waits for
        the next call."""
        if self._store.has_unjudged:
            while self._judge_noted():
                pass
            self._store.look_for_unjudged()
        while self._again:
            name = min(self._again.copy())
            self._again.discard(name)
            try:
                self._judge_last(name)
            except StoreError:
                self._again.add(name)
                raise
        if self._newcomers:
            self._tell_newcomers()
            self._newcomers = False

    def foresee(self, m: Measurement) -> None:
        """Before a row is stored: what its SIM's history says, which takes long. From any thread; never raises."""
        if m.reading.balance is None or m.about != "balance" or m.modem not in self._policies:
            return
        try:
            self._foreseen[m.sim_key] = m, raising.spending_at(self._store, m)
        except StoreError:
            return  # the row itself will say so
        except Exception:  # noqa: BLE001 (a fault of ours must not cost the row)
            self._log.exception("no forecast", modem=m.modem)

    def foreseen(self, m: Measurement) -> rules.Spending | None:
        """What was found out for this row, while it is the last of its SIM; None = nothing (any more)."""
        known = self._foreseen.get(m.sim_key)
        return known[1] if known is not None and known[0] == m else None

    def judge(self, m: Measurement) -> None:
        """A new row of the history, or one that the store does not keep, within its own transaction: it is on the disk
        with what it means, and judged once. From any thread. Raises StoreError where there is no room for what it
        means: then it is not stored either, and comes again as a whole. Where damage elsewhere in the file is in the
        way the row is stored, and noted as not judged."""
        try:
            with self._store.apart():
                while self._store.has_unjudged and self._judge_noted():  # in the order in which they came
                    pass
                self._judge_safely(m)
        except StoreError as error:
            if may_pass(error):
                raise
            self._store.note_unjudged(m)

    def _judge_noted(self) -> bool:
        """Some of the rows that could not be judged; False where there is none."""
        with self._store.together():
            rows = self._store.unjudged(limit=PAGE)
            for row in rows:
                self._judge_safely(row)
                self._store.judged(row)
        return bool(rows)

    def _judge_safely(self, m: Measurement) -> None:
        """Within a transaction. A fault of ours must not cost the row, or all rows behind it. Raises StoreError."""
        try:
            with self._store.apart():
                self._judge(m)
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 (see above)
            self._log.exception("a row of the history could not be judged", modem=m.modem)

    def ended(self, m: Measurement) -> None:
        """A question has ended, with this row."""
        chance = self._chances.get(m.modem)
        if chance is not None and m.origin in ("query", "schedule"):
            chance.ended = True

    def clock_jumped(self) -> None:
        """What was taken a minute ago may look a year old: each modem is asked before its silence is judged."""
        self._uptime.clock_jumped()
        for name in self._policies:
            self._give_chance(name)

    def _judge_last(self, name: str) -> None:
        with self._store.together():  # or a newer row might be judged in between
            last = self._store.last_row(name)
            if last is None:
                return
            reading = self._store.last_reading(name)
            if reading is not None and (reading.seq or 0) < (last.seq or 0):
                self._judge(reading)
            self._judge(last)

    def _judge(self, m: Measurement) -> None:
        policy = self._policies.get(m.modem)
        if policy is None:
            return  # of a modem that the configuration no longer has
        if raising.measured(
            self._store,
            m,
            policy=policy,
            channels=self.channels,
            language=self._language,
            now=self._clock(),
            advise=self._advise,
            spending=self.foreseen(m) or rules.NO_SPENDING,
        ):
            self._wake_outbox()

    def standing(self, snapshot: ModemSnapshot) -> Standing:
        """What there is to judge about this modem's SIM, as of now. Raises StoreError."""
        return self._store.standing(snapshot.modem, snapshot.sim_key, now=self._clock())

    def live(self) -> None:
        """Notes now and then that the daemon lives. Raises StoreError."""
        self._uptime.look(self._policies.values())

    def end(self) -> None:
        """It ends now, as it was told to."""
        with suppress(StoreError):  # the next start takes an earlier note
            self._uptime.note()

    def look(self, snapshot: ModemSnapshot, standing: Standing) -> datetime | None:
        """Raises what time makes due for this modem: `stale`, that it is gone, that nobody has done anything; when to
        look again, None = when something happens. Raises StoreError."""
        policy = self._policies[snapshot.modem]
        silent_at = self.silence(snapshot, standing)
        times = [silent_at, self._presence.look(snapshot, standing, policy)]
        if not self._said:  # just now: nothing to be said again
            times.append(self._remind(standing, policy))
        return min((when for when in times if when is not None), default=None)

    def silence(self, snapshot: ModemSnapshot, standing: Standing | None = None) -> datetime | None:
        """Raises `stale` for this modem where it is due; when to look again, None = never. A clock that is not set says
        nothing about silence. Raises StoreError."""
        standing = standing or self.standing(snapshot)
        name, sim_key, now = snapshot.modem, snapshot.sim_key, self._clock()
        self._said = False
        if not is_set(now):
            return None
        if self._store.has_waiting_rows:  # they may be the readings that are missed here
            return now + timedelta(seconds=WAITING_S)
        policy = self._policies[name]
        if sim_key is not None and not standing.has_rows:
            # A SIM that was put in today is not stale because the modem is old: it has a beginning of its own.
            due = rules.stale_at(self._store.first_seen(f"{name} {sim_key}", now), policy)
            if due is not None and now < due:
                return due
        left_s = self._chance_left(name, standing)
        if left_s > 0:
            due = raising.stale_due(self._store, standing, now=now, policy=policy)
            if due is not None and due <= now:
                return now + timedelta(seconds=left_s)
        alerts, again_at = raising.silent(
            self._store,
            standing,
            operator=snapshot.operator,
            now=now,
            policy=policy,
            channels=self.channels,
            language=self._language,
            advise=self._advise,
            reason=snapshot.error,
        )
        self._said = bool(alerts)
        if alerts:
            self._wake_outbox()
        return again_at

    def level(self, standing: Standing) -> Level:
        """What this modem's last reading means now; its number alone while the clock is not set."""
        last, policy, now = standing.shown, self._policies[standing.modem], self._clock()
        if not is_set(now):
            policy = replace(policy, every_s=None)
        return rules.level(
            last.reading.balance if last else None,
            taken_at=last.taken_at if last else None,
            now=now,
            policy=policy,
            first_seen=standing.first_seen,
        )

    def level_of(self, m: Measurement, *, at: datetime) -> Level:
        """What this row's number meant at that time; "unknown" without a number or limits to compare it with."""
        policy = self._policies.get(m.modem)
        if policy is None:
            return "unknown"
        return rules.level(m.reading.balance, taken_at=m.taken_at, now=at, policy=policy)

    def rehearse(self, snapshot: ModemSnapshot, channels: Sequence[str]) -> Iterator[tuple[Alert, int]]:
        """Puts the next message of a rehearsal into the outbox at each step, for those of these channels that want its
        event: the alert, and how many they are. Raises StoreError."""
        policy = self._policies[snapshot.modem]
        for alert in raising.rehearsed(
            policy, snapshot, now=self._clock(), language=self._language, advise=self._advise
        ):
            wanted = [name for name in channels if alert.event in self.channels[name].events]
            self._store.put_alert(alert, wanted)
            self._wake_outbox()
            yield alert, len(wanted)

    def test(self, modem: str, channels: Sequence[str]) -> Alert:
        """Puts a test message into the outbox for these channels. Raises StoreError."""
        alert = raising.make_test_alert(
            modem=modem, sim_key=f"modem:{modem}", operator=None, now=self._clock(), language=self._language
        )
        self._store.put_alert(alert, channels)
        self._wake_outbox()
        return alert

    # --- helpers

    def _judge_state(self, sim_key: str, snapshot: ModemSnapshot, judge: Judge) -> None:
        alerts = raising.changed(
            self._store,
            sim_key,
            snapshot.modem,
            judge,
            operator=snapshot.operator,
            channels=self.channels,
            language=self._language,
            advise=self._advise,
        )
        if alerts:
            self._wake_outbox()

    def _missed(self, alive_at: datetime, began: datetime) -> bool:
        alerts = raising.started(
            self._store,
            self._policies,
            alive_at=alive_at,
            began=began,
            channels=self.channels,
            language=self._language,
            advise=self._advise,
        )
        if alerts:
            self._wake_outbox()
        return bool(alerts)

    def _tell_newcomers(self) -> None:
        told = newcomers.tell(
            self._store,
            self._policies,
            channels=self.channels,
            now=self._clock(),
            language=self._language,
            advise=self._advise,
        )
        if told:
            self._wake_outbox()

    def _remind(self, standing: Standing, policy: rules.Policy) -> datetime | None:
        """Says again what is still open; when to look again. One query has its chance to bring a newer number first."""
        now = self._clock()
        if not is_set(now):
            return None
        left_s = self._chance_left(standing.modem, standing)
        if left_s > 0 and standing.state.get("open"):
            return now + timedelta(seconds=left_s)
        alert, again_at = raising.remind(
            self._store,
            standing,
            now=now,
            policy=policy,
            channels=self.channels,
            language=self._language,
            advise=self._advise,
        )
        if alert is not None:
            self._wake_outbox()
        return again_at

    def _give_chance(self, name: str) -> None:
        until_at = self._clock() + timedelta(seconds=CHANCE_S)
        self._chances[name] = _Chance(self._monotonic() + CHANCE_S, until_at)

    def _chance_left(self, name: str, standing: Standing) -> float:
        """Seconds for which one query is waited for; 0 = it was made, or its time is over."""
        chance = self._chances.get(name)
        if chance is None:
            return 0.0
        if not chance.known:
            chance.known, chance.attempt = True, standing.last_attempt
        left_s = min(chance.until - self._monotonic(), (chance.until_at - self._clock()).total_seconds())
        asked = chance.ended and standing.last_attempt != chance.attempt
        if left_s <= 0 or asked:
            del self._chances[name]
            return 0.0
        return left_s
