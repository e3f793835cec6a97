"""The daemon: everything that lives is made here, in order, and ended here within 5 s.

Threads: this main loop (control socket, schedule, alerts, watchdog), one owner thread a modem, the outbox, and one that
waits for signals and holds the deadline of a shutdown.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from modemd import __version__
from modemd.alerts.advice import adviser
from modemd.alerts.channels import bind
from modemd.alerts.outbox import GATHER_S, Outbox
from modemd.backends.registry import make_backend
from modemd.clock import Jumps
from modemd.daemon import diagnosis, named_files, render, service
from modemd.daemon.alarm import Alarm
from modemd.daemon.commands import Handlers
from modemd.daemon.config import Config, load, without_effect
from modemd.daemon.connection import Request, encode_row
from modemd.daemon.fleet import Fleet, Seen
from modemd.daemon.heartbeat import Heartbeats
from modemd.daemon.housekeeping import Housekeeping
from modemd.daemon.news import News
from modemd.daemon.server import Server
from modemd.daemon.signals import EXIT_FAILED, Signals
from modemd.daemon.sms_desk import FleetDesk
from modemd.daemon.status_line import StatusLine
from modemd.daemon.upkeep import Upkeep
from modemd.daemon.views import Views
from modemd.daemon.watch import Watch
from modemd.daemon.wellbeing import Wellbeing
from modemd.errors import ConfigError, StoreError
from modemd.log import get_logger
from modemd.modem.worker import Reports, Worker
from modemd.money.operators import Packs
from modemd.records import Measurement, ModemSettings, ModemSnapshot
from modemd.store import Delivery, Store

EXIT_OK, EXIT_CONFIGURATION = 0, 2
LEAST_PAUSE_S = 1.0  # between two looks at the schedule that nothing else asked for
LONGEST_LINE = 1000  # characters; a value in a file can be a megabyte
CLOCK_LOOK_S = 900.0  # without a watchdog: how soon a clock that was set is noticed at the latest
TROUBLE_PAUSE_S = 60.0  # after a full disk or a bug in the loop's own work: look again this much later


def main(config_path: str | os.PathLike[str], signals: Signals | None = None) -> int:
    """Runs the daemon until SIGTERM or SIGINT. 0 stopped; 1 state folder or socket unusable; 2 configuration.
    `signals`: those that are heard already, before this module was imported."""
    signals = signals or Signals()
    try:
        return _main(Path(config_path), signals)
    finally:
        signals.close()


def _main(path: Path, signals: Signals) -> int:
    try:
        config = load(path)
    except ConfigError as error:
        for problem in error.problems:
            _tell(str(problem))
        return EXIT_CONFIGURATION
    service.setup_logging()
    threading.excepthook = service.log_crash
    try:
        daemon = Daemon(path, config, signals)
    except StoreError as error:
        _tell(f"modemd: {error.message}")
        return EXIT_FAILED
    try:
        return daemon.run()
    except StoreError as error:
        _tell(f"modemd: {error.message}")
        return EXIT_FAILED
    finally:
        daemon.close()


def _tell(line: str) -> None:
    """Why it does not start, on stderr, where the service manager shows it."""
    sys.stderr.write(f"{service.escaped(line[:LONGEST_LINE])}\n")


class Daemon:
    """One daemon from its locked state folder to its closed ports. Raises StoreError where it cannot begin."""

    def __init__(self, path: Path, config: Config, signals: Signals) -> None:
        self._path = path
        self._config = config
        self._signals = signals
        self._log = get_logger()
        self._stopping = False
        self._changed = True  # anything may have: every modem is judged anew
        self._touched: set[str] = set()  # modems that are to be judged anew
        self._due: dict[str, float] = {}  # monotonic: when something of a modem's schedule or silence is due
        self._tend_at = 0.0  # monotonic: when the first of these is
        self._test_ends_at: float | None = None  # monotonic: when a test message is given up
        self._complaint = ""
        self._store = Store(Path(config.daemon.state))
        self._packs = Packs()
        self._desk = FleetDesk(self._store, owner_of=lambda name: self._fleet.owner(name), clock=_now)
        channels = bind(config.channels, self._desk)
        self._outbox = Outbox(self._store, channels, on_result=self._tried)
        advise = adviser(self._packs, self._store.own_number)
        self._alarm = Alarm(self._store, wake_outbox=self._raised, clock=_now, advise=advise)
        self._server = Server(config.daemon.socket, lambda request: self._handlers(request))
        call_soon = self._server.call_soon
        self._fleet = Fleet(self._store, make_owner=self._owner, call_soon=call_soon, clock=_now)
        views = Views(self._fleet, self._store, self._alarm, clock=_now)
        self._watch = Watch(self._fleet, self._store, views, clock=_now)
        self._handlers = Handlers(
            self._fleet,
            self._store,
            self._alarm,
            clock=_now,
            call_soon=call_soon,
            more={"doctor": self._diagnosis, "watch": self._watch},
            on_change=self._mark,
        )
        self._watchdog_s = service.watchdog_interval_s()
        self._watchdog_at = 0.0
        self._upkeep = Upkeep(self._store, self._alarm, self._fleet)
        self._housekeeping = Housekeeping(self._store, clock=_now)
        self._status_line, self._news = StatusLine(self._alarm.level, _now), News()
        self._wellbeing = Wellbeing(self._fleet, self._alarm, self._outbox)
        self._heartbeats = Heartbeats(self._wellbeing.trouble, call_soon=call_soon)
        self._jumps = Jumps(_now, time.monotonic)

    def run(self) -> int:
        """The main loop. Returns the exit code."""
        self._server.open()
        self._signals.attach(self._signalled)
        if self._store.notice:
            self._log.error(self._store.notice)
        for problem in self._packs.problems:
            self._log.error("operator pack skipped", problem=str(problem))
        self._upkeep.look_at_clock(_now())
        self._apply_rest(self._config)
        self._fleet.busy = self._config.busy
        self._fleet.apply(self._config.modems)
        self._outbox.start()
        service.notify("READY=1")
        self._log.info("started", version=__version__, modems=len(self._config.modems), config=str(self._path))
        while not self._stopping:
            self._server.run_once(max(0.0, self._deadline() - time.monotonic()))
            self._tend()
        return EXIT_OK

    def close(self) -> None:
        """Ends everything, longest first: sessions are cancelled and ports closed. Bounded, idempotent."""
        service.notify("STOPPING=1\nSTATUS=stopping")
        self._server.close()
        # The modems first: an open USSD session costs the next program its first query.
        self._fleet.stop()
        self._heartbeats.stop()
        self._outbox.stop(0.5)
        self._alarm.end()
        for last in (False, True):
            with suppress(StoreError):  # it said so when it began to wait
                self._store.write_kept(unjudged=last)  # rather than lost: the next start judges each modem's last rows
        self._store.close()
        self._log.info("stopped")

    # --- the loop's own work -----------------------------------------------------------------------------------------

    def _tend(self) -> None:
        """Whatever is due, and only that: idle, this costs nothing."""
        now = time.monotonic()
        if self._jumps.since_last() is not None:  # NTP after boot, or a person: what is due is worked out anew
            self._changed = True
            self._alarm.clock_jumped()
            self._outbox.wake()
            self._upkeep.look_at_clock(_now())
        if self._watchdog_s is not None and now >= self._watchdog_at:
            self._feed_watchdog()
            self._watchdog_at = now + self._watchdog_s
        try:
            if not os.path.lexists(self._server.path):
                self._server.open()
                self._log.warning("the control socket was removed: made again", path=self._server.path)
            self._test_ends_at = self._handlers.look()
            self._changed |= self._upkeep.look(now)
            self._housekeeping.look()
            self._heartbeats.look()
            self._alarm.live()
            if self._changed or self._touched or now >= self._tend_at:
                names = self._take_names(now)
                self._tend_modems(self._fleet.seen(names), now)
                self._tend_at = min(self._due.values(), default=now + CLOCK_LOOK_S)
                if self._watch.watched:
                    self._server.call_soon(lambda: self._watch.refresh(names))
        except StoreError as error:
            self._due.clear()
            self._tend_at = now + TROUBLE_PAUSE_S
            self._complain(error.message)
        except Exception:  # noqa: BLE001 (see below)
            # A daemon that has to warn goes on, and says what it could not do; dialling again is what must not loop.
            self._due.clear()
            self._tend_at = now + TROUBLE_PAUSE_S
            self._log.exception("schedule failed")

    def _take_names(self, now: float) -> list[str] | None:
        """The modems to be judged now: those that changed, and those of which something is due. None: all of them, also
        behind a fault, since it is not known where it struck."""
        every = self._changed or not self._due
        touched, self._touched, self._changed = self._touched, set(), False
        if every:
            self._due.clear()
            self._status_line.forget()
            return None
        due = {name for name, at in self._due.items() if at <= now}
        return [name for name in self._fleet.settings if name in touched or name in due]

    def _tend_modems(self, seen: Sequence[Seen], now: float) -> None:
        """Dials and raises alerts where it is time, notes when the next of these is due, and tells the status."""
        self._fleet.dial_what_is_due(seen)
        for one in seen:
            name = one.snapshot.modem
            times = [self._fleet.next_query_at[name], self._alarm.look(one.snapshot, one.standing)]
            first = min((when for when in times if when is not None), default=None)
            self._due[name] = now + max(LEAST_PAUSE_S, self._until(first))
        self._status_line.tell(seen)
        if self._wellbeing.may_be_over(seen):
            self._heartbeats.changed()

    def _deadline(self) -> float:
        limits = [self._tend_at if not (self._changed or self._touched) else 0.0, self._housekeeping.due]
        if self._watchdog_s is not None:
            limits.append(self._watchdog_at)
        limits += [at for at in (self._test_ends_at, self._upkeep.due, self._heartbeats.due) if at is not None]
        return min(limits)

    def _until(self, when: datetime | None) -> float:
        """Seconds; none for ever, so that a clock that is set while we sleep is noticed."""
        return CLOCK_LOOK_S if when is None else min(CLOCK_LOOK_S, (when - _now()).total_seconds())

    def _feed_watchdog(self) -> None:
        """Only while everybody gets on: whoever is stuck is mended by a restart alone."""
        if stuck := self._wellbeing.stuck():
            self._complain(f"{stuck}; the service manager will restart modemd")
        else:
            service.notify("WATCHDOG=1")
        self._status_line.tell()  # ages grow

    def _complain(self, message: str) -> None:
        """Once, not at each turn of the loop."""
        if message != self._complaint:
            self._log.error(message)
        self._complaint = message

    # --- what comes from other threads -------------------------------------------------------------------------------

    def _owner(self, settings: ModemSettings) -> Worker:
        return Worker(
            settings,
            make_backend,
            store=self._store,
            packs=self._packs,
            reports=Reports(change=self._snapshot_changed, measurement=self._row_added),
        )

    # Calls of their own for those who watch, so that a fault there stops neither schedule nor alerts.

    def _snapshot_changed(self, snapshot: ModemSnapshot) -> None:
        self._server.call_soon(lambda: self._touched.add(snapshot.modem))
        self._server.call_soon(lambda: self._watch.snapshot(snapshot))

    def _row_added(self, m: Measurement) -> None:
        self._server.call_soon(lambda: self._watch.measured(m))
        self._server.call_soon(lambda: self._measured(m))

    def _raised(self) -> None:
        self._server.call_soon(self._watch.alerts)
        self._outbox.wake()

    def _tried(self, delivery: Delivery, error: str | None) -> None:
        self._server.call_soon(lambda: self._watch.tried(delivery, error))
        self._server.call_soon(lambda: self._touched.add(delivery.alert.modem))  # said again so long after this

    def _mark(self) -> None:
        self._changed = True
        self._outbox.wake()

    def _measured(self, m: Measurement) -> None:
        self._touched.add(m.modem)
        self._news.measured(m)
        self._alarm.ended(m)

    def _diagnosis(self, request: Request) -> None:
        """For `modemd doctor`: what this process knows about itself, its channels and, a row each, its modems."""
        names = list(self._fleet.settings)
        # Made as they are sent: hundreds of modems are megabytes.
        rows = (encode_row(self._diagnosed(name)) for name in names if name in self._fleet.settings)

        def own(_number: int) -> None:
            alerts = self._store.alerts(limit=diagnosis.ROWS)
            daemon = self._config.daemon
            process = diagnosis.process(
                config=str(self._path.absolute()),
                state=daemon.state,
                socket=daemon.socket,
                heartbeats=len(self._config.heartbeats),
            )
            channels = diagnosis.channels(self._alarm.channels, alerts, now=_now())
            request.finish({"daemon": {**process, "store": self._store.fault}, "channels": channels})

        request.stream(rows, own)

    def _diagnosed(self, name: str) -> render.Json:
        snapshot = self._fleet.snapshot(name)
        return diagnosis.modem(
            self._fleet.settings[name],
            snapshot,
            level=self._alarm.level(self._alarm.standing(snapshot)),
            rows=self._store.history(modem=name, sim_key=snapshot.sim_key, limit=diagnosis.ROWS),
            steps=self._store.recovery_steps(self._store.recovery_subject(name) or f"modem:{name}"),
            next_query_at=self._fleet.next_query_at.get(name),
            now=_now(),
        )

    # --- configuration -----------------------------------------------------------------------------------------------

    def _reload(self) -> None:
        """SIGHUP: the new configuration, or, with any fault in it, the old one."""
        service.notify(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            config = load(self._path)
        except ConfigError as error:
            for problem in error.problems:
                self._log.error("configuration not reloaded", problem=str(problem))
        else:
            for key in ("state", "socket"):
                if getattr(config.daemon, key) != getattr(self._config.daemon, key):
                    self._log.warning("this change needs a restart: sudo systemctl restart modemd", key=f"daemon.{key}")
            self._config = config
            self._apply_rest(config)
            self._fleet.busy = config.busy
            self._fleet.apply(config.modems)
            self._changed = True
            self._log.info("configuration reloaded", modems=len(config.modems))
        service.notify("READY=1")

    def _apply_rest(self, config: Config) -> None:
        for line in [
            *without_effect(config),
            *map(str, [*named_files.missing(config, self._path), *named_files.exposed(config, self._path)]),
        ]:
            self._log.warning(line)
        self._store.keep = config.daemon.keep
        channels = bind(config.channels, self._desk)
        gather_s = GATHER_S if len(config.modems) > 1 else 0.0
        self._outbox.replace(channels, gather_s=gather_s, language=config.daemon.language)
        self._heartbeats.apply(config.heartbeats)
        for user in self._handlers.apply(config.daemon.dial):
            self._log.warning("no such user on this system: correct daemon.dial", user=user)
        try:
            self._alarm.apply(config, channels)
        except StoreError as error:
            self._complain(error.message)

    # --- signals -----------------------------------------------------------------------------------------------------

    def _signalled(self, number: int) -> None:
        """From the thread of the signals."""
        calls = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._reload}
        if number in calls:
            self._server.call_soon(calls[signal.Signals(number)])

    def _stop(self) -> None:
        self._stopping = True


def _now() -> datetime:
    return datetime.now(UTC)
