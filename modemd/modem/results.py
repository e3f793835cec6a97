"""Where an owner thread's results become records: rows of the history, and answers to those who asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

from modemd.errors import ModemdError, ModemError, StoreError
from modemd.explanations import line_of
from modemd.frozen import dataclass
from modemd.modem.context import Context
from modemd.modem.requests import BalanceQuery, Job, Result, SmsList, SmsListing, SmsSend, SmsSent
from modemd.records import Measurement, Origin, Reading, ReadingChannel, Subject, UssdResult, UssdStatus

# Not sent, and no news about the SIM: kept out of the history.
NO_NEWS = frozenset({"busy", "cancelled", "overdue", "shutting down"})


def in_one_line(*lines: str | None) -> str | None:
    """What is to be told, put together; None = nothing is."""
    return "; ".join(line for line in lines if line) or None


NOTHING_READ = Reading(kind="error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a row of the history says: a reading with the text that it was read in, or why there is none. `taken_at`
    None = now."""

    reading: Reading = NOTHING_READ
    code: str | None = None
    channel: ReadingChannel = "ussd"
    text: str | None = None
    raw: bytes = b""
    decoder: str | None = None
    taken_at: datetime | None = None
    error: str | None = None
    hint: str | None = None
    about: Subject = "balance"


class ResultWriter:
    """Turns results into Measurements, keeps them, and tells `on_measurement`. `refusal` and `broken` may be called by
    any thread."""

    def __init__(self, context: Context, on_measurement: Callable[[Measurement], None]) -> None:
        self._context, self._log = context, context.log
        self._on_measurement = on_measurement
        self._full_on: date | None = None  # the day for which it was said that no more texts are kept

    def write(self, origin: Origin, found: Found) -> Measurement:
        """The row, for the SIM that is in the modem now; one that says nothing about the SIM is not kept."""
        snapshot = self._context.owner.snapshot()
        row = Measurement(
            modem=self._context.settings.name,
            sim=snapshot.sim,
            sim_key=snapshot.sim_key or self._last_sim_key(),
            operator=snapshot.operator,
            country=snapshot.country,
            reading=found.reading,
            taken_at=found.taken_at or self._context.clocks.now(),
            channel=found.channel,
            origin=origin,
            code=found.code,
            text=found.text,
            raw=found.raw,
            decoder=found.decoder,
            error=found.error,
            hint=found.hint,
            about=found.about,
        )
        return row if found.error in NO_NEWS else self._keep(row)

    def refusal(self, job: Job, code: str, message: str | None = None) -> Result:
        """Nothing was sent: the result that says why. A balance query's reason goes into the history, but for those
        that say nothing about the SIM."""
        hint = message or line_of(code)
        if isinstance(job.request, BalanceQuery):
            asked = job.request.code or self._context.owner.snapshot().code
            return self.write(job.request.origin, Found(code=asked, error=code, hint=hint))
        if isinstance(job.request, SmsList):
            return SmsListing(error=code, hint=hint)
        if isinstance(job.request, SmsSend):
            return SmsSent(error=code, hint=hint)
        status: UssdStatus = "error" if code in ("cancelled", "failed") else "refused"
        return UssdResult(code=job.request.code, status=status, error=code, hint=hint)

    def broken(self, job: Job, error: Exception) -> Result:
        """The modem failed while the request was under way."""
        code = error.code if isinstance(error, ModemdError) else "failed"
        hint = error.message if isinstance(error, ModemdError) else line_of(code)
        if code == "silent":  # what a person sees is that no answer came
            code = "no answer"
        if isinstance(job.request, BalanceQuery | SmsList | SmsSend):
            return self.refusal(job, code, hint)
        status: UssdStatus = "timeout" if code == "no answer" else "error"
        if isinstance(error, ModemError) and code in ("absent", "blocked", "shutting down"):
            status = "refused"
        return UssdResult(code=job.request.code, status=status, error=code, hint=hint)

    # --- helpers

    def _keep(self, row: Measurement) -> Measurement:
        """Stores a row, then tells of it, with its number in the store. What the store cannot take now it keeps: who
        asked still gets the answer."""
        try:
            row = replace(row, seq=self._context.store.add(row))
            today = self._context.clocks.now().date()
            if row.seq is None and self._full_on != today:
                self._full_on = today
                self._log.warning("more texts that nobody asked for than a day keeps (daemon.keep): not stored")
        except StoreError as error:
            self._log.error("a row of the history waits in memory", reason=error.message)
        self._on_measurement(row)
        return row

    def _last_sim_key(self) -> str:
        """Before the SIM could be read: the one that was seen last in this modem."""
        name = self._context.settings.name
        try:
            row = self._context.store.last_row(name)
        except StoreError as error:
            self._log.error("the last row of the history cannot be read", reason=error.message)
            row = None
        return row.sim_key if row is not None else f"modem:{name}"
