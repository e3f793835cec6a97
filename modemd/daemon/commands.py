"""The commands of the control protocol: who may ask what, and where the answer comes from."""

from __future__ import annotations

import os
import pwd
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

from modemd.alerts.channels import matching
from modemd.at.ussd import check_code
from modemd.daemon import listener, render, request_fields
from modemd.daemon.alarm import Alarm
from modemd.daemon.connection import Peer, Request
from modemd.daemon.fields import suggestion
from modemd.daemon.fleet import Asked, Fleet
from modemd.daemon.outlook import Outlook
from modemd.daemon.rehearsal import RECEIPTS_S, Rehearsals
from modemd.daemon.views import Views
from modemd.errors import ModemdError, RefusedError
from modemd.explanations import line_of
from modemd.modem.requests import BalanceQuery, SmsList, SmsListing, UssdQuery
from modemd.records import Measurement, ModemSnapshot, UssdResult
from modemd.store import Store

if TYPE_CHECKING:
    from modemd.daemon.recording import Recording
    from modemd.money.forecast import Forecast

LONGEST_TEXT = 182  # characters of a USSD string (23.038 5.)
PAGE = 16  # stored rows that are read at once: a few ms on a Pi Zero


class Handlers:
    """Answers requests from the store or through the fleet. Belongs to the main loop's thread."""

    def __init__(
        self,
        fleet: Fleet,
        store: Store,
        alarm: Alarm,
        *,
        clock: Callable[[], datetime],
        call_soon: Callable[[Callable[[], None]], None],
        monotonic: Callable[[], float] = time.monotonic,
        more: Mapping[str, Callable[[Request], None]] | None = None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """`more`: commands that others answer, by name, for everybody who may read. `on_change` is called after a
        change of what `status` says."""
        self._fleet = fleet
        self._store = store
        self._alarm = alarm
        self._clock = clock
        self._call_soon = call_soon
        self._monotonic = monotonic
        self._on_change = on_change
        self._outlook = Outlook(store, clock=clock, call_soon=call_soon, foreseen=alarm.foreseen)
        self._views = Views(fleet, store, alarm, clock=clock)
        self._group = listener.group_id()
        self._dialers: frozenset[int] = frozenset()
        self._rehearsals = Rehearsals(fleet, store, alarm, monotonic=monotonic)
        self._tests: list[tuple[Request, str, tuple[str, ...], float]] = []
        self._recordings: list[Recording] = []
        self._commands: dict[str, Callable[[Request], None]] = {
            "balance": self._balance,
            "ussd": self._ussd,
            "status": self._status,
            "ports": self._ports,
            "history": self._history,
            "check": self._check,
            "forecast": self._forecast,
            "alerts": self._alerts,
            "alert_test": self._alert_test,
            "alert_rehearse": self._alert_rehearse,
            "alert_ack": self._alert_ack,
            "record": self._record,
            "sms": self._sms,
            **(more or {}),
        }

    def apply(self, dial: Iterable[str]) -> list[str]:
        """Takes the users that may dial; gives back the names that this system does not know."""
        known, unknown = set(), []
        for user in dial:
            try:
                known.add(pwd.getpwnam(user).pw_uid)
            except KeyError:
                unknown.append(user)
        self._dialers = frozenset(known)
        return unknown

    def __call__(self, request: Request) -> None:
        """The server's handler."""
        cmd = request.message.get("cmd")
        try:
            self._command(request, cmd)(request)
        except RefusedError as error:
            request.fail(error.code, error.message)
        except ModemdError as error:
            request.fail("failed", error.message)

    def look(self) -> float | None:
        """Ends test messages whose receipts are in, or are too late, and recordings whose time is over; when to look
        again at the latest (monotonic)."""
        waiting = self._tests
        self._tests = [test for test in waiting if test[0].open and not self._receipts(*test)]
        for recording in self._recordings:
            if recording.over or (recording.deadline is not None and recording.deadline <= self._monotonic()):
                recording.end()
        self._recordings = [recording for recording in self._recordings if not recording.over]
        deadlines = [deadline for *_, deadline in self._tests]
        if (at := self._rehearsals.look()) is not None:
            deadlines.append(at)
        deadlines += [recording.deadline for recording in self._recordings if recording.deadline is not None]
        return min(deadlines, default=None)

    # --- rights ------------------------------------------------------------------------------------------------------

    def _command(self, request: Request, cmd: object) -> Callable[[Request], None]:
        if not self._may_read(request.peer):
            raise RefusedError(line_of("permission"), code="forbidden")
        if not isinstance(cmd, str) or cmd not in self._commands:
            close = suggestion(cmd, self._commands)
            raise RefusedError(f"no such command{close}; there is {', '.join(self._commands)}", code="bad request")
        return self._commands[cmd]

    def _may_read(self, peer: Peer) -> bool:
        """The group modemd, or where there is none the daemon's own (then the socket belongs to it, 0660)."""
        group = self._group if self._group is not None else os.getegid()
        return self._may_dial(peer) or group in peer.gids

    def _may_dial(self, peer: Peer) -> bool:
        return peer.uid in {0, os.geteuid()} or peer.uid in self._dialers

    def _dialer(self, request: Request) -> None:
        if not self._may_dial(request.peer):
            raise RefusedError(line_of("forbidden"), code="forbidden")

    # --- questions to a modem ----------------------------------------------------------------------------------------

    def _balance(self, request: Request) -> None:
        name = self._modem(request)
        if request_fields.field(request, "cached", bool, False):
            self._cached(request, name)
            return

        def done(future: Asked) -> None:
            outcome = request_fields.outcome(future)
            if isinstance(outcome, Measurement):
                self._finish_measured(request, outcome)
            else:
                error = outcome.code if isinstance(outcome, ModemdError) else outcome.error
                request.finish(self._nothing(name, error or "failed", getattr(outcome, "message", None)))

        self._follow(request, name, self._fleet.submit(name, BalanceQuery(origin="query"), done))

    def _cached(self, request: Request, name: str) -> None:
        reading = self._reading(name)
        if reading is None:
            request.finish(self._nothing(name, "no reading yet", line_of("no reading yet")))
        else:
            self._finish_measured(request, reading)

    def _ussd(self, request: Request) -> None:
        self._dialer(request)
        name = self._modem(request)
        query = request_fields.ussd_query(
            request, lambda text: self._call_soon(lambda: request.event("menu", text=text))
        )
        if request_fields.field(request, "progress", bool, False):
            query = replace(query, on_begun=lambda: self._call_soon(lambda: request.event("begun")))
        try:
            check_code(query.code, allow_mmi=query.allow_mmi)
        except RefusedError as error:
            refused = UssdResult(code=query.code, status="refused", error=error.code, hint=error.message)
            request.finish({**render.ussd(name, refused), "hint": refused.hint})
            return

        def done(future: Asked) -> None:
            outcome = request_fields.outcome(future)
            if not isinstance(outcome, UssdResult):
                refused = isinstance(outcome, RefusedError)
                outcome = UssdResult(
                    code=query.code,
                    status="refused" if refused else "error",
                    error=getattr(outcome, "code", "failed"),
                    hint=getattr(outcome, "message", None),
                )
            request.finish(
                {**render.ussd(name, outcome), "hint": outcome.hint, **request_fields.candidates(query, outcome)}
            )

        future = self._fleet.submit(name, query, done)
        request.on_answer = lambda text: self._fleet.answer(name, future, text[:LONGEST_TEXT])
        self._follow(request, name, future)

    def _sms(self, request: Request) -> None:
        """The messages that lie on SIM and modem: a row each, then how full the storages are. They are somebody's
        private matter, so reading them is for those who may dial."""
        self._dialer(request)
        name = self._modem(request)
        query = SmsList(may_mark=request_fields.field(request, "mark_read", bool, False))

        def done(future: Asked) -> None:
            outcome = request_fields.outcome(future)
            if not isinstance(outcome, SmsListing):
                code = outcome.code if isinstance(outcome, ModemdError) else "failed"
                outcome = SmsListing(error=code, hint=getattr(outcome, "message", None))
            for message in outcome.messages:
                request.row(render.sms(name, message))
            request.finish(render.storages(name, outcome))

        self._follow(request, name, self._fleet.submit(name, query, done))

    def _record(self, request: Request) -> None:
        """The dialogue with a modem, redacted, while it runs; `balance` or `code` asks once, and ends it then."""
        from modemd.daemon.recording import Recording  # late: it brings the redaction and the reader of numbers

        self._dialer(request)
        name = self._modem(request)
        query: BalanceQuery | UssdQuery | None = None
        if request.message.get("code") is not None:
            query = request_fields.ussd_query(request, lambda _text: None)
            check_code(query.code)
        elif request_fields.field(request, "balance", bool, False):
            query = BalanceQuery(origin="query")
        recording = Recording(
            request,
            self._fleet.tap(name),
            snapshot=lambda: self._fleet.snapshot(name),
            call_soon=self._call_soon,
            monotonic=self._monotonic,
            for_s=request_fields.number(request, "for_s", None),
        )
        self._recordings.append(recording)

        def done(future: Asked) -> None:
            outcome = request_fields.outcome(future)
            if isinstance(outcome, ModemdError):
                recording.end(error=outcome.code, hint=outcome.message)
            elif not isinstance(outcome, SmsListing):
                recording.end(decoder=outcome.decoder, error=outcome.error, hint=outcome.hint)

        future = None if query is None else self._fleet.submit(name, query, done)

        def cancel() -> None:
            request.on_cancel = None
            if future is not None and not future.done():
                self._fleet.release(name, future)
            recording.end(error=None if query is None else "cancelled")

        request.on_cancel = cancel

    def _follow(self, request: Request, name: str, future: Asked) -> None:
        """Lets go of the query when its client does."""

        def cancel() -> None:
            request.on_cancel = None
            if not self._fleet.release(name, future):
                request.finish(self._nothing(name, "cancelled", line_of("cancelled")))

        request.on_cancel = cancel

    # --- questions to the store --------------------------------------------------------------------------------------

    def _status(self, request: Request) -> None:
        self._of_each_modem(request, lambda name: self._views.status(self._fleet.snapshot(name)))

    def _ports(self, request: Request) -> None:
        """What `modemd ports` cannot see from outside: which modem has which port."""
        self._of_each_modem(request, lambda name: render.port(self._fleet.snapshot(name)))

    def _of_each_modem(self, request: Request, show: Callable[[str], render.Json]) -> None:
        """A row each where the client asks for rows, else one object, for which many modems are too many."""
        if request_fields.field(request, "rows", bool, False):
            # Made as they are sent; a modem that a reload takes away meanwhile is none of the answer.
            request.rows(show(name) for name in list(self._fleet.settings) if name in self._fleet.settings)
        else:
            request.finish({"modems": [show(name) for name in self._fleet.settings]})

    def _history(self, request: Request) -> None:
        name = request_fields.field(request, "modem", str, None)
        since_s = request_fields.number(request, "since_s", None)
        now = self._clock()
        since = None if since_s is None else now - timedelta(seconds=min(since_s, 100 * 366 * 86400))
        if name is not None and not self._store.rows_after(0, modem=name, since=since, limit=1):
            self._fleet.resolve(name)  # a modem of the past is fine while it has rows
        pages = self._store.pages(modem=name, since=since)  # each is read when the one before it has been sent
        request.rows(map(self._views.history_row, chain.from_iterable(pages)))

    def _check(self, request: Request) -> None:
        name = self._modem(request)
        snapshot = self._fleet.snapshot(name)
        standing = self._alarm.standing(snapshot)
        request.finish(
            render.check(
                self._fleet.settings[name],
                reading=standing.shown,
                level=self._alarm.level(standing),
                why=snapshot.error,
                now=self._clock(),
            )
        )

    def _forecast(self, request: Request) -> None:
        name = self._modem(request)
        reading = self._reading(name)
        if reading is None or reading.reading.balance is None:
            request.finish(render.forecast(name, reading, None))
        else:
            self._outlook.ask(reading, lambda found: request.finish(render.forecast(name, reading, found)))

    def _alerts(self, request: Request) -> None:
        request.rows(self._listed(open_only=request_fields.field(request, "open_only", bool, False)))

    def _listed(self, *, open_only: bool) -> Iterator[render.Json]:
        number = 0
        while rows := self._store.alerts_after(number, open_only=open_only, limit=PAGE):
            for row in rows:
                number = row.number
                yield render.alert(row)

    def _alert_test(self, request: Request) -> None:
        self._dialer(request)
        wanted = request_fields.field(request, "channel", str, None)
        channels = tuple(matching(self._alarm.channels, wanted))
        if not self._alarm.channels:
            raise RefusedError("no channel is configured: add [[channel]] to the configuration", code="bad request")
        if not channels:
            raise RefusedError(f"no such channel: there is {', '.join(self._alarm.channels)}", code="bad request")
        alert = self._alarm.test(next(iter(self._fleet.settings)), channels)
        self._tests.append((request, alert.id, channels, self._monotonic() + RECEIPTS_S))

    def _receipts(self, request: Request, alert_id: str, channels: tuple[str, ...], deadline: float) -> bool:
        delivered, failed = request_fields.delivered(self._store.alert(alert_id))
        if len(delivered) + len(failed) < len(channels) and self._monotonic() < deadline:
            return False
        request.finish({"alert": alert_id, "channels": list(channels), "delivered": delivered, "failed": failed})
        return True

    def _alert_rehearse(self, request: Request) -> None:
        self._dialer(request)
        self._rehearsals.begin(request)

    def _alert_ack(self, request: Request) -> None:
        self._dialer(request)
        wanted = request_fields.field(request, "alert", str, None)
        ids = [row.alert.id for row in self._store.alerts(open_only=True)]
        meant = ids if wanted is None else self._store.meant_by(wanted)
        chosen = [ident for ident in ids if ident in meant]
        request.finish({"acknowledged": sum(self._store.acknowledge(ident) for ident in chosen)})
        self._on_change()

    # --- what several of them need -----------------------------------------------------------------------------------

    def _modem(self, request: Request) -> str:
        return self._fleet.resolve(request_fields.field(request, "modem", str, None))

    def _reading(self, name: str) -> Measurement | None:
        return self._alarm.standing(self._fleet.snapshot(name)).shown

    def _finish_measured(self, request: Request, m: Measurement) -> None:
        def done(found: Forecast | None) -> None:
            try:
                request.finish(self._measured(m, found))
            except ModemdError as error:
                request.fail("failed", error.message)

        if m.reading.balance is None:
            done(None)
        else:
            self._outlook.ask(m, done)

    def _measured(self, m: Measurement, found: Forecast | None) -> render.Json:
        now = self._clock()
        if m.reading.balance is None and m.modem in self._fleet.settings:
            level = self._alarm.level(self._alarm.standing(self._fleet.snapshot(m.modem)))
            level = level if level == "stale" else "unknown"  # of this answer; an earlier number is `--cached`
        else:
            level = self._alarm.level_of(m, at=now)
        error, hint = render.trouble(m)
        days = render.days(None if found is None else found.days)
        return {**render.measurement(m, level=level, days_left=days, now=now), "error": error, "hint": hint}

    def _nothing(self, name: str, error: str, hint: str | None) -> render.Json:
        snapshot: ModemSnapshot = self._fleet.snapshot(name)
        level = self._alarm.level(self._alarm.standing(snapshot))
        level = level if level == "stale" else "unknown"
        return {**render.no_measurement(snapshot, level=level, error=error), "hint": hint}
