"""One modem from opening to closing, as its owner thread uses it: SIM, registration, operator, requests, quarantine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from modemd.at.ussd import check_answer, check_code
from modemd.errors import (
    ModemdError,
    ModemSilent,
    NetworkError,
    PortAbsent,
    RefusedError,
    SimError,
    StoreError,
)
from modemd.modem import inquiry, pin, radio, subscription
from modemd.modem.desk import Desk
from modemd.modem.discovery import candidates
from modemd.modem.modem import Modem
from modemd.modem.overheard import Overheard
from modemd.modem.requests import BalanceQuery, Job, Result, UssdQuery
from modemd.modem.timeouts import Paces, Timeouts
from modemd.money.operators import Packs
from modemd.money.pack import Pack
from modemd.records import ModemSettings, ModemSnapshot, Network, State, UssdMessage, UssdResult
from modemd.store import Store


class Session:
    """Owner thread only. `publish` changes the snapshot and gives it back; `declare` feeds the watchdog."""

    def __init__(
        self,
        settings: ModemSettings,
        open_modem: Callable[..., Modem],
        *,
        wake_fd: int,
        stopped: Callable[[], bool],
        attempt: int,
        store: Store,
        packs: Packs,
        desk: Desk,
        overheard: Overheard,
        publish: Callable[..., ModemSnapshot],
        declare: Callable[[float | None], None],
        wake: Callable[[], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        timeouts: Timeouts,
        paces: Paces,
        log: Any,
    ) -> None:
        self._settings = settings
        self._store, self._packs, self._desk = store, packs, desk
        self._publish, self._declare, self._wake = publish, declare, wake
        self._stopped, self._clock, self._monotonic = stopped, clock, monotonic
        self._paces, self._log = paces, log
        self._pack: Pack | None = None
        self._no_pack: str | None = None  # why there is none
        self._network = Network()
        self._sim_error: SimError | None = None
        self._registered_read: float | None = None
        self._details_due: float | None = None
        self._look_due: float | None = None
        self._overheard = overheard
        paths = candidates(settings.port)
        self._path = paths[attempt % len(paths)]
        self.modem = open_modem(
            self._path, wake_fd=wake_fd, on_unsolicited=self._unsolicited, score=self._score, timeouts=timeouts
        )

    def open(self) -> None:
        """Port, modem, SIM, registration. A SIM that needs a person leaves the modem open, in state "sim".
        Raises ModemError."""
        self._declare(120.0)
        self.modem.connect()
        self.modem.interrupt_by(self._stopped)
        self._identify()
        if self._sim_error is None:
            self._register()
            self._details_due = self._monotonic() + self._paces.details_s
            device = self.modem.device
            named = {"manufacturer": device.manufacturer, "model": device.model, "firmware": device.firmware}
            self._log.info("modem found", port=self._path, operator=self._publish().operator, **named)
        self.settle()

    # --- requests

    def do(self, job: Job, cancelled: Callable[[], bool], drain: Callable[[], None]) -> Result:
        """One request from checks to result. Raises ModemError."""
        try:
            if isinstance(job.request, UssdQuery):
                self._check_code(job.request)
            self._ready()
        except ModemdError as error:
            if isinstance(error, SimError | NetworkError | RefusedError):
                self.settle()
                return self._desk.refusal(job, self._publish(), error.code, error.message)
            raise
        self._publish(state="busy", error=None)
        if isinstance(job.request, BalanceQuery):
            return self._balance(job, job.request, cancelled)
        return self._ussd(job, job.request, cancelled, drain)

    def _balance(self, job: Job, request: BalanceQuery, cancelled: Callable[[], bool]) -> Result:
        snapshot = self._publish()
        sim_key = snapshot.sim_key or f"modem:{self._settings.name}"
        deadline = self._monotonic() + self._paces.query_s
        dialled = [""]

        def before(dial: inquiry.Dial) -> None:
            self._store.note_attempt(self._settings.name, sim_key, at=self._clock(), origin=request.origin)
            dialled.append(dial.code)
            if request.origin == "query":
                self._note_tried(sim_key, dial.code)

        try:
            answer = inquiry.ask_balance(
                self.modem,
                inquiry.dials(
                    self._pack,
                    configured=self._settings.code,
                    asked=request.code,
                    by_schedule=request.origin == "schedule",
                    tried=lambda code: self._store.code_tried(sim_key, code),
                ),
                pack=self._pack,
                country=snapshot.country,
                timeout_s=self._settings.reply_timeout_s,
                time_left=lambda: deadline - self._monotonic(),
                before=before,
                cancelled=cancelled,
                report=self._report,
            )
        except (RefusedError, StoreError) as error:
            self.settle()
            why = self._no_pack if error.code == "no code" else None
            return self._desk.refusal(job, snapshot, error.code, why or error.message)
        except ModemSilent:
            self._expect(dialled[-1], balance=True)
            raise
        self._after(answer.dial.code, answer.result, balance=answer.dial.repeatable)
        if answer.reading.balance is not None:
            self._learn(answer)
        measurement = self._desk.measured(self._publish(), answer, request.origin)
        self._close_up()
        return measurement

    def _ussd(
        self, job: Job, request: UssdQuery, cancelled: Callable[[], bool], drain: Callable[[], None]
    ) -> UssdResult:
        replies = list(request.replies)

        def ask(message: UssdMessage) -> str | None:
            if replies:
                return replies.pop(0)
            if not request.interactive or request.on_menu is None:
                return None
            request.on_menu(message.text or "")
            return self._menu_answer(job, cancelled, drain)

        try:
            result = self.modem.ussd(
                request.code, ask=ask, timeout_s=request.timeout_s, repeatable=False, cancelled=cancelled
            )
        except ModemSilent:
            self._expect(request.code, balance=False)
            raise
        self._after(request.code, result, balance=False)
        snapshot = self._publish()
        if snapshot.sim_key is not None and result.status != "refused":
            self._note_tried(snapshot.sim_key, request.code)
        self._close_up()
        return replace(result, candidates=self.modem.explain(result)) if request.explain else result

    def _menu_answer(self, job: Job, cancelled: Callable[[], bool], drain: Callable[[], None]) -> str | None:
        """Waits for Worker.answer, a cancel, the end of the session by the network, or `menu_s`."""
        deadline = self._monotonic() + self._paces.menu_s
        while not cancelled() and self.modem.menu_open:
            if job.answers:
                return job.answers.popleft()
            left = deadline - self._monotonic()
            if left <= 0:
                return None
            self.modem.wait(left, until=lambda: not self.modem.menu_open)
            drain()
        return None

    # --- between requests

    def next_due_s(self) -> float | None:
        """When this session wants to look at something by itself; None = never: a registered modem is left in peace."""
        now = self._monotonic()
        dues = [due for due in (self._look_due, self._details_due) if due is not None]
        if (left := self._overheard.quarantine_left) > 0:
            dues.append(now + left)
        return max(0.0, min(dues) - now) if dues else None

    def wait(self, timeout_s: float | None) -> None:
        self.modem.wait(timeout_s)

    def look_after(self) -> None:
        """What is due by now: another look at the SIM or the registration, the operator's name and the signal."""
        now = self._monotonic()
        if self._look_due is not None and self._look_due <= now:
            self._look_due = None
            if self._sim_error is not None:
                self._identify()
            if self._sim_error is None:
                self._register()
        if self._details_due is not None and self._details_due <= now:
            self._details_due = None
            if self._sim_error is None:
                self._note_network(self.modem.details(self._network))
        self.settle()

    def settle(self) -> None:
        """Publishes the state that the modem is in when nothing runs."""
        now = self._monotonic()
        state: State = "ready"
        error: str | None = None
        if self._sim_error is not None:
            state, error = "sim", self._sim_error.message
            busy = self._sim_error.code == "busy"
            self._look_due = self._look_due or now + (self._paces.poll_s if busy else self._paces.mend_s)
        elif self._network.registered is False:
            state, error = "offline", radio.not_registered(self._network).message
            self._look_due = self._look_due or now + self._paces.poll_s
        elif self._overheard.quarantine_left > 0:
            state = "quarantine"
        elif self._settings.every_s is not None and self._publish().code is None:
            error = self._no_pack or inquiry.NOT_BY_SCHEDULE  # the modem is well, but nobody would be warned
        self._publish(state=state, error=error)

    # --- helpers

    def _check_code(self, request: UssdQuery) -> None:
        check_code(request.code, allow_mmi=request.allow_mmi)
        for reply in request.replies:
            check_answer(reply)

    def _ready(self) -> None:
        """Raises SimError or NetworkError when nothing may or can be dialled now."""
        if self._sim_error is not None:
            self._identify()
            if self._sim_error is not None:
                raise self._sim_error
        read = self._registered_read
        if read is None or not self._network.registered or self._monotonic() - read > self._paces.fresh_s:
            self._register()
        radio.check_may_dial(self._network, roaming=self._settings.roaming)

    def _after(self, code: str, result: UssdResult, *, balance: bool) -> None:
        if self.modem.answer_may_come:
            self._expect(code, balance=balance)
        elif result.text is not None:
            self._overheard.settled()
        if result.error is not None:
            self._log.info("ussd ended", code=code, status=result.status, error=result.error, sent_as=result.sent_as)

    def _expect(self, code: str, *, balance: bool) -> None:
        self._overheard.expect(
            code,
            is_balance=balance,
            sim_key=self._publish().sim_key,
            quarantine_s=self._settings.quarantine_s,
            answers=max(1, self.modem.answers_due),
        )

    def _close_up(self) -> None:
        """After a request: operator, technology and signal are fresh in `status`."""
        if self._stopped():
            return
        self._details_due = self._monotonic()
        self.settle()

    def _identify(self) -> None:
        """Device, SIM and operator; a SIM that asks for its PIN gets it, once."""
        try:
            try:
                self.modem.identify()
            except SimError as error:
                if error.code != "sim pin":
                    raise
                subject = self.modem.sim.iccid or self.modem.device.imei or f"modem:{self._settings.name}"
                pin.unlock(self.modem, self._store, pin_file=self._settings.pin_file, subject=subject)
                self.modem.identify()
        except SimError as error:
            self._sim_error = error
            self._publish(device=self.modem.device, sim=self.modem.sim, registered_at=None)
            return
        finally:
            self._check_imei()
        self._sim_error = None
        self._find_operator()

    def _check_imei(self) -> None:
        wanted = self._settings.port.removeprefix("imei:")
        found = self.modem.device.imei
        if wanted != self._settings.port and found is not None and wanted[:14] != found[:14]:
            raise PortAbsent(f"the modem on {self._path} has another IMEI: plug in the one that is configured")

    def _find_operator(self) -> None:
        device = self.modem.device
        if device.model is not None:
            self.modem.learned = self._store.learned(device.model, device.firmware or "")
        self._pack, sim, self._no_pack = subscription.find_pack(
            self.modem, self._packs, self.modem.sim, operator=self._settings.operator, log=self._log
        )
        pack = self._pack
        sim_key = subscription.sim_key(sim, self._settings.name)
        self._publish(
            device=device,
            sim=sim,
            sim_key=sim_key,
            operator=pack.id if pack is not None else self._settings.operator,
            country=pack.country if pack is not None else None,
            currency=pack.currency if pack is not None else None,
            code=self._scheduled_code(sim_key),
        )

    def _scheduled_code(self, sim_key: str) -> str | None:
        return inquiry.scheduled_code(
            self._pack,
            configured=self._settings.code,
            tried=lambda code: self._store.code_tried(sim_key, code),
        )

    def _note_tried(self, sim_key: str, code: str) -> None:
        known = self._pack is not None and any(query.code == code for query in self._pack.queries)
        if known and not self._store.code_tried(sim_key, code):
            self._store.note_code_tried(sim_key, code)
            self._publish(code=self._scheduled_code(sim_key))

    def _learn(self, answer: inquiry.Answer) -> None:
        device = self.modem.device
        if device.model is not None and answer.reading.confidence == "operator":
            self._store.learn(
                device.model,
                device.firmware or "",
                request=answer.result.sent_as,
                decoder=answer.result.decoder,
            )

    def _register(self) -> None:
        found = self.modem.registration()
        self._registered_read = self._monotonic()
        known = self._network
        if found.registered is not False:
            kept = replace(found, operator=known.operator, rat=found.rat or known.rat, signal_dbm=known.signal_dbm)
            self._note_network(kept)
        else:
            self._note_network(found)

    def _note_network(self, network: Network) -> None:
        was = self._network.registered
        self._network = network
        changes: dict[str, Any] = {"network": network}
        if network.registered is False:
            changes["registered_at"] = None
        elif was in (None, False) or self._publish().registered_at is None:
            changes["registered_at"] = self._publish().registered_at or self._clock()
        self._publish(**changes)

    def _unsolicited(self, line: str) -> None:
        """Called by the modem for each line that belongs to nothing; must not talk to it."""
        message = self.modem.decode(line) if line.startswith("+CUSD") else None
        if message is not None:
            self._overheard.heard(message, self._publish(), self._pack)
            return
        report = radio.registration_report(line)
        if report is not None and report.registered is not None and report.registered != self._network.registered:
            # Only a look at the whole answer decides; the URC may be one of many while the modem changes cells.
            self._look_soon()
        elif line.startswith("+CPIN:") and self._sim_error is not None:
            self._look_soon()

    def _look_soon(self) -> None:
        now = self._monotonic()
        due = max(now, (self._registered_read or 0.0) + self._paces.look_min_s)
        if self._look_due is None or due < self._look_due:
            self._look_due = due
            self._wake()

    def _score(self, text: str) -> float:
        """How well a text fits the operator: decides between decoders."""
        reading = inquiry.read_safely(text, pack=self._pack, country=None, report=self._report)
        if reading.confidence == "operator":
            return 1.0
        return 0.4 if reading.balance is not None or reading.data_left_mb is not None else 0.0

    def _report(self, what: str) -> None:
        self._log.exception(what)
