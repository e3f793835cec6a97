"""Where an owner thread's results become records: rows of the history, and answers to those who asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from modemd.backends.at.outcome import hint_of
from modemd.errors import ModemdError, ModemError, StoreError
from modemd.modem.codes_to_try import Answer
from modemd.modem.requests import BalanceQuery, Job, Result, SmsList, SmsListing
from modemd.records import (
    Measurement,
    ModemSettings,
    ModemSnapshot,
    Origin,
    Reading,
    SmsMessage,
    UssdResult,
    UssdStatus,
)
from modemd.store import Store

# Not sent, and no news about the SIM: kept out of the history.
NO_NEWS = frozenset({"busy", "cancelled", "shutting down"})

HINTS = {
    "busy": "the modem is busy with another request; ask again in a minute",
    "cancelled": "the request was cancelled",
    "shutting down": "the daemon is shutting down: ask again when it runs",
    "failed": "a fault in modemd: see its journal; it tries again by itself",
}


def in_one_line(*lines: str | None) -> str | None:
    """What is to be told, put together; None = nothing is."""
    return "; ".join(line for line in lines if line) or None


class ResultWriter:
    """PortRotation results into Measurements, keeps them, and tells `on_measurement`."""

    def __init__(
        self,
        settings: ModemSettings,
        *,
        store: Store,
        on_measurement: Callable[[Measurement], None],
        clock: Callable[[], datetime],
        log: Any,
    ) -> None:
        self._settings = settings
        self._store = store
        self._on_measurement = on_measurement
        self._clock = clock
        self._log = log

    def measured(self, snapshot: ModemSnapshot, answer: Answer, origin: Origin) -> Measurement:
        """A balance query that reached the modem."""
        result = answer.result
        row = self._measurement(
            snapshot,
            origin,
            reading=answer.reading,
            code=answer.dial.code,
            text=result.text,
            raw=result.raw,
            decoder=result.decoder,
            error=answer.error,
            hint=answer.hint,
        )
        return row if answer.error in NO_NEWS else self.keep(row)

    def by_sms(
        self,
        snapshot: ModemSnapshot,
        origin: Origin,
        *,
        reading: Reading,
        code: str | None,
        message: SmsMessage | None,
        decoder: str | None = None,
        taken_at: datetime | None = None,
        error: str | None = None,
        hint: str | None = None,
    ) -> Measurement:
        """What a short message says, or why none came. `origin` "sms": the operator wrote by itself."""
        row = self._measurement(
            snapshot,
            origin,
            channel="sms",
            reading=reading,
            code=code,
            text=message.text if message is not None else None,
            raw=message.raw if message is not None else b"",
            decoder=decoder,
            error=error,
            hint=hint,
            **({} if taken_at is None else {"taken_at": taken_at}),
        )
        return row if error in NO_NEWS else self.keep(row)

    def unasked(
        self,
        snapshot: ModemSnapshot,
        origin: Origin,
        *,
        reading: Reading,
        code: str | None,
        text: str,
        raw: bytes,
        decoder: str | None,
    ) -> Measurement:
        """A USSD text that came outside of any open request."""
        return self.keep(
            self._measurement(snapshot, origin, reading=reading, code=code, text=text, raw=raw, decoder=decoder)
        )

    def refusal(self, job: Job, snapshot: ModemSnapshot, code: str, message: str | None = None) -> Result:
        """Nothing was sent: the result that says why. A balance query's reason goes into the history, but for those
        that say nothing about the SIM."""
        hint = message or HINTS.get(code) or hint_of(code)
        if isinstance(job.request, BalanceQuery):
            row = self._measurement(
                snapshot,
                job.request.origin,
                reading=Reading(kind="error"),
                code=job.request.code or snapshot.code,
                error=code,
                hint=hint,
            )
            return row if code in NO_NEWS else self.keep(row)
        if isinstance(job.request, SmsList):
            return SmsListing(error=code, hint=hint)
        status: UssdStatus = "error" if code in ("cancelled", "failed") else "refused"
        return UssdResult(code=job.request.code, status=status, error=code, hint=hint)

    def broken(self, job: Job, snapshot: ModemSnapshot, error: Exception) -> Result:
        """The modem failed while the request was under way."""
        code = error.code if isinstance(error, ModemdError) else "failed"
        hint = error.message if isinstance(error, ModemdError) else HINTS["failed"]
        if code == "silent":  # what a person sees is that no answer came
            code = "no answer"
        if isinstance(job.request, BalanceQuery | SmsList):
            return self.refusal(job, snapshot, code, hint)
        status: UssdStatus = "timeout" if code == "no answer" else "error"
        if isinstance(error, ModemError) and code in ("absent", "blocked", "shutting down"):
            status = "refused"
        return UssdResult(code=job.request.code, status=status, error=code, hint=hint)

    def keep(self, row: Measurement) -> Measurement:
        """Stores a row, then tells of it. A store that fails is logged: who asked still gets the answer."""
        try:
            self._store.add(row)
        except StoreError as error:
            self._log.error("a reading could not be stored", reason=error.message)
        self._on_measurement(row)
        return row

    # --- helpers

    def _measurement(self, snapshot: ModemSnapshot, origin: Origin, **fields: Any) -> Measurement:
        return Measurement(
            modem=self._settings.name,
            sim=snapshot.sim,
            sim_key=snapshot.sim_key or self._last_sim_key(),
            operator=snapshot.operator,
            country=snapshot.country,
            origin=origin,
            **{"taken_at": self._clock(), "channel": "ussd", **fields},
        )

    def _last_sim_key(self) -> str:
        """Before the SIM could be read: the one that was seen last in this modem."""
        row = self._store.last_row(self._settings.name)
        return row.sim_key if row is not None else f"modem:{self._settings.name}"
