"""One modem from opening to closing, as its owner thread uses it: SIM, registration, operator, requests, quarantine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from modemd.at.ussd import check_answer, check_code
from modemd.backends.at import registration, simcard
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.discovery import candidates
from modemd.backends.at.sms_store import Messages
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import ModemdError, ModemSilent, NetworkError, RefusedError, SimError
from modemd.modem import codes_to_try
from modemd.modem.balance_query import QueryRunner
from modemd.modem.late_answers import LateAnswers
from modemd.modem.radio import fallback
from modemd.modem.requests import BalanceQuery, Job, Result, SmsList, SmsListing, UssdQuery
from modemd.modem.results import ResultWriter, in_one_line
from modemd.modem.sms.inbox import Inbox
from modemd.modem.sms.reply_by_sms import ReplyBySms
from modemd.modem.sms.unsolicited import Unsolicited
from modemd.modem.subscriber import Subscriber
from modemd.modem.timeouts import Paces
from modemd.money.operators import Packs
from modemd.records import Cause, ModemSettings, ModemSnapshot, Network, State, UssdMessage, UssdResult
from modemd.store import Store

# After these the SIM or the network may be gone.
SIM_IN_DOUBT = frozenset({Cause.NO_SIM, Cause.SIM_LOCKED, Cause.SIM_FAILURE, Cause.NO_SERVICE, Cause.EMERGENCY_ONLY})

NO_MESSAGES = "the modem gives no access to its messages (AT+CPMS): is port its AT port? See modemd record"


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
        results: ResultWriter,
        late_answers: LateAnswers,
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
        self._store, self._results = store, results
        self._publish, self._declare, self._wake = publish, declare, wake
        self._stopped, self._clock, self._monotonic = stopped, clock, monotonic
        self._paces, self._log = paces, log
        self._network = Network()
        self._rat_fault: str | None = None  # a setting that the modem does not take back
        self._rats_read = False
        self._registered_read: float | None = None
        self._details_due: float | None = None
        self._look_due: float | None = None
        self._post_due: float | None = None
        self._late_answers = late_answers
        paths = candidates(settings.port)
        self.ports = len(paths)
        self._path = paths[attempt % len(paths)]
        publish(port=self._path)
        self.modem = open_modem(
            self._path, wake_fd=wake_fd, on_unsolicited=self._unsolicited, score=self._score, timeouts=timeouts
        )
        self._subscriber = Subscriber(
            self.modem, settings, self._path, store=store, packs=packs, publish=publish, log=log
        )
        self._messages = Messages(self.modem)
        self._inbox = Inbox(
            self.modem, self._messages, monotonic=monotonic, clock=clock, body_s=paces.sms_body_s, log=log
        )
        self._reply_by_sms = ReplyBySms(
            self.modem,
            self._messages,
            self._inbox,
            paces=paces,
            monotonic=monotonic,
            clock=clock,
            report=self._report,
            log=log,
        )
        self._query_runner = QueryRunner(
            modem=self.modem,
            settings=settings,
            store=store,
            results=results,
            subscriber=self._subscriber,
            reply_by_sms=self._reply_by_sms,
            paces=paces,
            publish=publish,
            ended=self._after,
            stopped=stopped,
            log=log,
            report=self._report,
            clock=clock,
            monotonic=monotonic,
        )
        self._unsolicited_sms = Unsolicited(
            self._inbox,
            results,
            late_answers,
            publish=publish,
            clock=clock,
            last_attempt=lambda: store.last_attempt(settings.name, publish().sim_key),
            parts_s=paces.sms_parts_s,
            report=self._report,
        )

    def open(self) -> None:
        """Port, modem, SIM, registration. A SIM that needs a person leaves the modem open, in state "sim".
        Raises ModemError."""
        self._declare(120.0)
        self.modem.connect()
        self.modem.interrupt_by(self._stopped)
        self._recover_rat()
        self._subscriber.identify()
        if self._subscriber.sim_error is None:
            if self._rat_fault is not None:
                self._recover_rat()  # a locked SIM may have kept the modem from it
            self._register()
            self._details_due = self._monotonic() + self._paces.details_s
            device = self.modem.device
            named = {"manufacturer": device.manufacturer, "model": device.model, "firmware": device.firmware}
            self._log.info("modem found", port=self._path, operator=self._publish().operator, **named)
            if self._settings.sms_query == "auto" and codes_to_try.sms_query(self._subscriber.pack, "auto") is None:
                self._log.info("sms_query does nothing here: the operator's pack proves of no query that it is free")
        self.settle()

    # --- requests

    def do(self, job: Job, cancelled: Callable[[], bool], drain: Callable[[], None]) -> Result:
        """One request from checks to result. Raises ModemError."""
        try:
            if isinstance(job.request, UssdQuery):
                self._check_code(job.request)
            self._ready(network=not isinstance(job.request, SmsList))
        except ModemdError as error:
            if isinstance(error, SimError | NetworkError | RefusedError):
                self.settle()
                return self._results.refusal(job, self._publish(), error.code, error.message)
            raise
        self._publish(state="busy", error=None)
        if isinstance(job.request, BalanceQuery):
            return self._balance(job, job.request, cancelled)
        if isinstance(job.request, SmsList):
            return self._list(job, job.request)
        return self._ussd(job, job.request, cancelled, drain)

    def _balance(self, job: Job, request: BalanceQuery, cancelled: Callable[[], bool]) -> Result:
        result = self._query_runner.balance(job, request, cancelled)
        self._close_up()
        return result

    def _list(self, job: Job, request: SmsList) -> Result:
        """The messages that lie there. Raises ModemError."""
        listing = self._messages.list(may_mark=request.may_mark)
        self.settle()
        if not listing.storages and not listing.messages:
            return self._results.refusal(job, self._publish(), "not supported", NO_MESSAGES)
        return SmsListing(messages=listing.messages, hidden=listing.hidden, storages=listing.storages)

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
            self._after(request.code, None, balance=False)
            raise
        self._after(request.code, result, balance=False)
        snapshot = self._publish()
        if snapshot.sim_key is not None and result.status != "refused":
            self._subscriber.note_tried(snapshot.sim_key, request.code)
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
        dues = [due for due in (self._look_due, self._details_due, self._post_due) if due is not None]
        if (left := self._late_answers.quarantine_left) > 0:
            dues.append(now + left)
        return max(0.0, min(dues) - now) if dues else None

    def wait(self, timeout_s: float | None) -> None:
        self.modem.wait(timeout_s)

    def look_after(self) -> None:
        """What is due by now: another look at the SIM or the registration, the operator's name and the signal."""
        now = self._monotonic()
        if self._look_due is not None and self._look_due <= now:
            self._look_due = None
            self._subscriber.look_again()
            if self._subscriber.sim_error is None:
                self._register()
        if self._details_due is not None and self._details_due <= now:
            self._details_due = None
            if self._subscriber.sim_error is None:
                self._recover_rat()
                self._note_network(self.modem.details(self._network))
                self._look_at_rats()
                self._look_at_storages()
                self._open_post()
        if self._post_due is not None and self._post_due <= now:
            self._post_due = None
            if self._subscriber.sim_error is None:
                self._open_post()
        self.settle()

    def settle(self) -> None:
        """Publishes the state that the modem is in when nothing runs."""
        now = self._monotonic()
        state: State = "ready"
        error: str | None = None
        cause = self._subscriber.sim_fault
        if self._subscriber.sim_error is not None:
            state, error = "sim", self._subscriber.sim_error.message
            busy = cause is Cause.SIM_BUSY
            self._look_due = self._look_due or now + (self._paces.poll_s if busy else self._paces.mend_s)
        elif self._network.registered is False:
            state, error = "offline", registration.not_registered(self._network).message
            self._look_due = self._look_due or now + self._paces.poll_s
        elif self._late_answers.quarantine_left > 0:
            state = "quarantine"
        elif self._settings.every_s is not None and self._publish().code is None:
            error = self._subscriber.no_pack or codes_to_try.NOT_BY_SCHEDULE  # well, but nobody would be warned
        full = self._inbox.full if state in ("ready", "quarantine") else None
        self._publish(state=state, error=in_one_line(self._rat_fault, error, full), cause=cause)

    # --- helpers

    def _recover_rat(self) -> None:
        """What a fall-back that was cut short left behind is put back; without such a thing nothing is sent."""
        self._declare(120.0)
        self._rat_fault = fallback.recover(self.modem, self._store, name=self._settings.name, log=self._log)

    def _look_at_rats(self) -> None:
        """Once, on LTE: whether the modem's own setting leaves USSD no way."""
        if self._rats_read or self._network.rat not in (None, "LTE", "NR") or not self._network.registered:
            return
        self._rats_read = True
        found = fallback.state(self.modem)
        self._publish(radio=fallback.advice(None, self._network, self._settings, found, imsi=self.modem.sim.imsi))

    def _check_code(self, request: UssdQuery) -> None:
        check_code(request.code, allow_mmi=request.allow_mmi)
        for reply in request.replies:
            check_answer(reply)

    def _ready(self, *, network: bool) -> None:
        """Raises SimError or NetworkError when nothing may or can be asked now; without `network` the SIM is enough."""
        read = self._registered_read
        fresh = read is not None and self._network.registered and self._monotonic() - read <= self._paces.fresh_s
        self._subscriber.look_again(sure=bool(fresh))
        if self._subscriber.sim_error is not None:
            raise self._subscriber.sim_error
        if not network:
            return
        if not fresh:
            self._register()
        registration.check_may_dial(self._network, roaming=self._settings.roaming)

    def _after(self, code: str, result: UssdResult | None, *, balance: bool) -> None:
        """A request ended; without a result the modem fell silent."""
        if result is None or self.modem.answer_may_come:
            self._expect(code, balance=balance)
        elif result.text is not None:
            self._late_answers.settled()
        if result is not None and result.error is not None:
            self._log.info("ussd ended", code=code, status=result.status, error=result.error, sent_as=result.sent_as)
            if result.cause in SIM_IN_DOUBT:
                self._subscriber.doubtful, self._registered_read = True, None
                self._look_soon()

    def _expect(self, code: str, *, balance: bool) -> None:
        self._late_answers.expect(
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
            self._late_answers.heard(message, self._publish(), self._subscriber.pack)
            return
        if self._inbox.line(line):
            self._post_due = self._monotonic()
            self._wake()
            return
        report = registration.registration_report(line)
        if report is not None and report.registered is not None and report.registered != self._network.registered:
            # Only a look at the whole answer decides; the URC may be one of many while the modem changes cells.
            self._look_soon()
        elif simcard.SIM_NEWS.match(line):
            self._subscriber.doubtful = True
            self._look_soon()

    def _look_at_storages(self) -> None:
        self._inbox.look()
        self._publish(sms_storages=self._inbox.storages)

    def _open_post(self) -> None:
        """What has come in; and when to look again."""
        if self._inbox.said_full:
            self._look_at_storages()
        due_s = self._unsolicited_sms.tend(self._subscriber.pack)
        self._post_due = None if due_s is None else self._monotonic() + max(due_s, self._paces.sms_step_s)

    def _look_soon(self) -> None:
        now = self._monotonic()
        due = max(now, (self._registered_read or 0.0) + self._paces.look_min_s)
        if self._look_due is None or due < self._look_due:
            self._look_due = due
            self._wake()

    def _score(self, text: str) -> float:
        """How well a text fits the operator: decides between decoders."""
        reading = codes_to_try.read_safely(text, pack=self._subscriber.pack, country=None, report=self._report)
        if reading.confidence == "operator":
            return 1.0
        return 0.4 if reading.balance is not None or reading.data_left_mb is not None else 0.0

    def _report(self, what: str) -> None:
        self._log.exception(what)
