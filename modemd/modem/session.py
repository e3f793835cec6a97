"""One modem from opening to closing, as its owner thread uses it: SIM, registration, operator, requests, quarantine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from modemd.at.ussd import check_answer, check_code
from modemd.backends.base import (
    Event,
    RegistrationChanged,
    SimChanged,
    SmsAnnounced,
    SmsReceived,
    SmsStorageFull,
    UssdReceived,
    UssdRequest,
)
from modemd.errors import CommandError, ModemdError, ModemSilent, NetworkError, RefusedError, SimError, SmsMaybeSent
from modemd.explanations import line_of, situation
from modemd.modem import code_order
from modemd.modem.asker import Means
from modemd.modem.balance_query import BalanceAsker
from modemd.modem.context import Context
from modemd.modem.data_query import DataAsker
from modemd.modem.interpretation import read_safely
from modemd.modem.late_answers import LateAnswers
from modemd.modem.network import check_may_dial, not_registered
from modemd.modem.radio import rat_restore
from modemd.modem.radio.fallback_policy import advice
from modemd.modem.requests import BalanceQuery, Job, Request, Result, SmsList, SmsSend, SmsSent, UssdQuery
from modemd.modem.results import ResultWriter, in_one_line
from modemd.modem.sms.messages import Messages
from modemd.modem.subscriber import Subscriber
from modemd.records import Asking, Cause, Measurement, Network, State, UssdMessage, UssdResult

# After these the SIM or the network may be gone.
SIM_IN_DOUBT = frozenset({Cause.NO_SIM, Cause.SIM_LOCKED, Cause.SIM_FAILURE, Cause.NO_SERVICE, Cause.EMERGENCY_ONLY})
_ASKING: dict[type[Request], Asking] = {BalanceQuery: "balance", UssdQuery: "ussd", SmsList: "sms", SmsSend: "sms"}


class Session:
    """Owner thread only."""

    def __init__(self, context: Context, results: ResultWriter, late_answers: LateAnswers) -> None:
        self._context = context
        self._settings, self._backend, self._owner = context.settings, context.backend, context.owner
        self._monotonic, self._paces = context.clocks.monotonic, context.paces
        self._results, self._late_answers = results, late_answers
        self._network = Network()
        self._rat_fault: str | None = None  # a setting that the modem does not take back
        self._rats_read = False
        self._registered_read: float | None = None
        self._details_due: float | None = None
        self._look_due: float | None = None
        self._booted = self._monotonic()  # or what may look like it
        self._sms_due: float | None = None
        self._imsi_looks = list(context.paces.imsi_looks_s)
        self._subscriber = Subscriber(context)
        self._messages = Messages(context, results, late_answers)
        means = Means(context, results, self._subscriber, self._messages.reply_by_sms, self._request_ended)
        self._balance_asker, self._data_asker = BalanceAsker(means), DataAsker(means)
        self._answered_on = self._balance_asker.answered_on

    def open(self) -> None:
        """Port, modem, SIM, registration. A SIM that needs a person leaves the modem open, in state "sim".
        Raises ModemError."""
        backend = self._backend
        self._owner.declare(120.0)
        try:
            backend.open()
        finally:
            self._owner.publish(port=backend.address)
        backend.interrupt_by(self._owner.stopped)
        self._restore_rat()
        self._subscriber.identify()
        if self._subscriber.sim_error is None:
            if self._rat_fault is not None:
                self._restore_rat()  # a locked SIM may have kept the modem from it
            self._register()
            self._details_due = self._monotonic() + self._paces.details_s
            device = backend.device
            named = {"manufacturer": device.manufacturer, "model": device.model, "firmware": device.firmware}
            operator = self._owner.snapshot().operator
            self._context.log.info("modem found", port=backend.address, operator=operator, **named)
            if self._settings.sms_query == "auto" and code_order.sms_query(self._subscriber.pack, "auto") is None:
                self._context.log.info(
                    "sms_query does nothing here: the operator's pack proves of no query that it is free"
                )
        self.publish_state()

    # --- requests

    def do(self, job: Job, cancelled: Callable[[], bool], drain: Callable[[], None]) -> Result:
        """One request from checks to result. Raises ModemError."""
        try:
            if isinstance(job.request, UssdQuery):
                self._check_code(job.request)
            self._ready(network=not isinstance(job.request, SmsList))
        except ModemdError as error:
            if isinstance(error, SimError | NetworkError | RefusedError):
                self.publish_state()
                return self._results.refusal(job, error.code, error.message)
            raise
        begun = {"asking": _ASKING[type(job.request)], "asking_code": None, "asking_by_sms": False, "asking_rat": None}
        self._owner.publish(state="busy", error=None, cause=None, **begun)
        if isinstance(job.request, BalanceQuery):
            request = job.request
            row = self._balance_asker.balance(job, request, cancelled)
            if request.origin == "schedule" and request.code is None and isinstance(row, Measurement):
                job.finish(row)  # whoever joined the query waits no longer
                self._data_asker.after(row, cancelled)
            self._poll_details_next()
            return row
        if isinstance(job.request, SmsList):
            return self._list(job, job.request)
        if isinstance(job.request, SmsSend):
            return self._send(job, job.request)
        return self._ussd(job, job.request, cancelled, drain)

    def _list(self, job: Job, request: SmsList) -> Result:
        """The messages that lie there. Raises ModemError."""
        try:
            result: Result = self._messages.listing(may_mark=request.may_mark)
        except RefusedError as error:
            result = self._results.refusal(job, error.code, error.message)
        self.publish_state()
        return result

    def _send(self, job: Job, request: SmsSend) -> Result:
        """One message goes out. Raises ModemError."""
        sms = self._backend.sms
        if sms is None:
            return self._results.refusal(job, "not supported", situation("no access to messages"))
        if self._owner.snapshot().network.roaming:
            return self._results.refusal(job, "roaming")
        try:
            sms.send(request.number, request.text)
        except SmsMaybeSent as error:
            return SmsSent(error=error.code, hint=error.message, unknown=True)
        except CommandError as error:
            return SmsSent(error=error.code, hint=error.message)
        finally:
            self.publish_state()
        return SmsSent()

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

        if request.on_begun is not None:
            request.on_begun()
        wanted = UssdRequest(code=request.code, ask=ask, timeout_s=request.timeout_s, cancelled=cancelled)
        try:
            result = self._backend.ussd(wanted)
        except ModemSilent:
            self._request_ended(request.code, None, balance=False)
            raise
        self._request_ended(request.code, result, balance=False)
        self._answered_on.note(result)
        result = replace(result, hint=self._answered_on.line(result) or result.hint)
        sim_key = self._owner.snapshot().sim_key
        if sim_key is not None and result.status != "refused":
            self._subscriber.note_tried(sim_key, request.code)
        self._poll_details_next()
        if request.explain:
            result = replace(result, candidates=self._backend.explain(result))
        if result.torn and result.error is None:  # a piece of a text is none: it stands in `turns` alone
            return replace(result, text=None, error="cut", hint=line_of("cut"))
        return result

    def _menu_answer(self, job: Job, cancelled: Callable[[], bool], drain: Callable[[], None]) -> str | None:
        """Waits for Worker.answer, a cancel, the end of the session by the network, or `menu_s`."""
        backend = self._backend
        deadline = self._monotonic() + self._paces.menu_s
        while not cancelled() and backend.menu_open:
            if job.answers:
                return job.answers.popleft()
            left = deadline - self._monotonic()
            if left <= 0:
                return None
            backend.wait(left, until=lambda: not backend.menu_open)
            drain()
        return None

    # --- between requests

    def next_due_s(self) -> float | None:
        """When this session wants to look at something by itself; None = never: a registered modem is left in peace."""
        now = self._monotonic()
        dues = [due for due in (self._look_due, self._details_due, self._sms_due) if due is not None]
        if (left := self._late_answers.quarantine_left) > 0:
            dues.append(now + left)
        return max(0.0, min(dues) - now) if dues else None

    def poll_what_is_due(self) -> None:
        """Another look at the SIM or the registration, the operator's name and the signal, messages that came."""
        now = self._monotonic()
        if self._look_due is not None and self._look_due <= now:
            self._look_due = None
            self._subscriber.read_again()
            if self._subscriber.sim_error is None:
                self._register()
        if self._details_due is not None and self._details_due <= now:
            self._details_due = None
            if self._subscriber.sim_error is None:
                self._restore_rat()
                self._note_network(self._backend.details(self._network))
                self._poll_rats()
                self._subscriber.learn_number()
                self._messages.poll_storages()
                self._poll_sms()
        if self._sms_due is not None and self._sms_due <= now:
            self._sms_due = None
            if self._subscriber.sim_error is None:
                self._poll_sms()
        self.publish_state()

    def publish_state(self) -> None:
        """The state that the modem is in when nothing runs."""
        now = self._monotonic()
        if self._look_due is None and self._subscriber.sim_error is None and self._backend.sim.imsi is None:
            # Without it the operator may be unknown, and nothing would be dialled that could find it out.
            self._look_due = now + self._imsi_looks.pop(0) if self._imsi_looks else None
        state: State = "ready"
        error: str | None = None
        cause = self._subscriber.sim_fault
        if self._subscriber.sim_error is not None:
            state, error = "sim", self._subscriber.sim_error.message
            self._look_due = self._look_due or now + self._sim_pause_s(cause)
        elif self._network.registered is False:
            state, error = "offline", not_registered(self._network).message
            self._look_due = self._look_due or now + self._paces.poll_s
        elif self._late_answers.quarantine_left > 0:
            state = "quarantine"
        elif self._settings.every_s is not None and self._owner.snapshot().code is None:
            error = self._subscriber.no_code or situation("not by schedule")  # well, but nobody would be warned
        full = self._messages.full if state in ("ready", "quarantine") else None
        until = self._late_answers.quarantine_until if state == "quarantine" else None
        told = in_one_line(self._rat_fault, error, full)
        self._owner.publish(state=state, error=told, cause=cause, asking=None, quarantine_until=until)

    def on_event(self, event: Event) -> None:
        """Called by the back end, in the middle of whatever it does; must not talk to it."""
        match event:
            case UssdReceived(message):
                self._late_answers.received(message, self._subscriber.pack)
            case SmsAnnounced() | SmsReceived() | SmsStorageFull():
                self._messages.on_event(event)
                self._sms_due = self._monotonic()
                self._owner.wake()
            case RegistrationChanged(registered):
                # Only a look at the whole answer decides; this may be one of many while the modem changes cells.
                if registered is not None and registered != self._network.registered:
                    self._look_soon()
            case SimChanged():
                self._booted = self._monotonic()
                self._subscriber.doubtful = True
                self._look_soon()

    def score(self, text: str) -> float:
        """How well a text fits the operator: decides between decoders."""
        reading = read_safely(text, pack=self._subscriber.pack, country=None, report=self._context.report)
        if reading.confidence == "operator":
            return 1.0
        return 0.4 if reading.balance is not None or reading.data_left_mb is not None else 0.0

    # --- helpers

    def _sim_pause_s(self, cause: Cause | None) -> float:
        """Until the next look at a SIM that is no use now. One that just got power is missing (+CME ERROR: 10) or
        failing for some seconds with many modems, without a word when that is over."""
        paces = self._paces
        if cause in (Cause.NO_SIM, Cause.SIM_FAILURE, Cause.SIM_BUSY):
            if self._monotonic() - self._booted < paces.boot_s:
                return paces.boot_look_s
            return paces.poll_s if cause is Cause.SIM_BUSY else paces.mend_s
        return paces.mend_s

    def _restore_rat(self) -> None:
        """What a fall-back that was cut short left behind is put back; without such a thing nothing is sent."""
        self._owner.declare(120.0)
        self._rat_fault = rat_restore.recover(self._context)

    def _poll_rats(self) -> None:
        """Once, on LTE: whether the modem's own setting leaves USSD no way."""
        radio = self._backend.radio
        unknown = self._network.rat in (None, "LTE", "NR") and self._network.registered
        if self._rats_read or not unknown or radio is None:
            return
        self._rats_read = True
        line = advice(None, self._network, self._settings, radio.state(), imsi=self._backend.sim.imsi)
        self._owner.publish(radio=line)

    def _poll_sms(self) -> None:
        """What has come in; and when to look again."""
        due_s = self._messages.poll(self._subscriber.pack)
        self._sms_due = None if due_s is None else self._monotonic() + max(due_s, self._paces.sms_step_s)

    def _check_code(self, request: UssdQuery) -> None:
        check_code(request.code, allow_mmi=request.allow_mmi)
        for reply in request.replies:
            check_answer(reply)

    def _ready(self, *, network: bool) -> None:
        """Raises SimError or NetworkError when nothing may or can be asked now; without `network` the SIM is enough."""
        read = self._registered_read
        fresh = read is not None and self._network.registered and self._monotonic() - read <= self._paces.fresh_s
        self._subscriber.read_again(sure=bool(fresh))
        if self._subscriber.sim_error is not None:
            raise self._subscriber.sim_error
        if not network:
            return
        if not fresh:
            self._register()
        check_may_dial(self._network, roaming=self._settings.roaming)

    def _request_ended(self, code: str, result: UssdResult | None, *, balance: bool) -> None:
        """Without a result the modem fell silent."""
        if result is None or self._backend.answers_due:
            self._late_answers.expect(code, is_balance=balance, answers=max(1, self._backend.answers_due))
        elif result.text is not None:
            self._late_answers.answered()
        if result is not None and result.error is not None:
            self._context.log.info(
                "ussd ended", code=code, status=result.status, error=result.error, sent_as=result.sent_as
            )
            if result.cause in SIM_IN_DOUBT:
                self._subscriber.doubtful, self._registered_read = True, None
                self._look_soon()

    def _poll_details_next(self) -> None:
        """After a request: operator, technology and signal are to be fresh in `status`."""
        if self._owner.stopped():
            return
        self._details_due = self._monotonic()
        self.publish_state()

    def _register(self) -> None:
        found = self._backend.registration()
        self._registered_read = self._monotonic()
        known = self._network
        if found.registered is not False:
            kept = replace(
                found,
                operator=found.operator or known.operator,
                rat=found.rat or known.rat,
                signal_dbm=known.signal_dbm if found.signal_dbm is None else found.signal_dbm,
            )
            self._note_network(kept)
        else:
            self._note_network(found)

    def _note_network(self, network: Network) -> None:
        was = self._network.registered
        self._network = network
        changes: dict[str, Any] = {"network": network}
        since = self._owner.snapshot().registered_at
        if network.registered is False:
            changes["registered_at"] = None
        elif was in (None, False) or since is None:
            changes["registered_at"] = since or self._context.clocks.now()
        self._owner.publish(**changes)

    def _look_soon(self) -> None:
        now = self._monotonic()
        due = max(now, (self._registered_read or 0.0) + self._paces.look_min_s)
        if self._look_due is None or due < self._look_due:
            self._look_due = due
            self._owner.wake()
