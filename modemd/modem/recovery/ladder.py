"""The recovery ladder: what to do next with a modem that is silent or no use. Values in, values out; the caller has the
clock, the store and the port.

Steps, mildest first: "escape" (ESC and AT, which every opening does), "reopen" (the port closed and opened), "cfun"
(radio off and on), "reset" (the modem started anew), "usb" (its device taken off the bus and put back). A modem without
network is not ill: only one that does not answer, or that answers AT and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from modemd.explanations import STEPS
from modemd.frozen import dataclass
from modemd.records import RecoveryStep, RecoveryStepRecord

# "silent": no answer to AT, at opening or in use. "unresponsive": AT is answered, balance queries are not, although the
# modem is registered. "busy": the SIM stays busy.
Fault = Literal["silent", "unresponsive", "busy"]
HIGHER: tuple[RecoveryStep, ...] = ("cfun", "reset", "usb")
_DAY_S = 86400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How patient the ladder is."""

    reopens: int = 3  # openings of a silent port before anything harder
    mad_reopens: int = 1  # of one that answers AT: three queries without an answer went before
    patience_s: float = 20.0  # a modem that was just plugged in may say nothing for so long
    unanswered: int = 3  # balance queries in a row
    busy_s: float = 600.0  # a SIM that is busy for so long
    judge_s: float = 120.0  # a modem may take so long to come back after a reset; then it did not help
    steady_s: float = 600.0  # silent again within so long: the opening did not heal it
    hold_s: float = 3600.0  # between two tries of a step; doubled after each that did not help ...
    longest_hold_s: float = _DAY_S  # ... up to this
    health_s: float = _DAY_S  # without a fault: the rests begin again at hold_s
    hopeless: int = 5  # tries that never helped: last in order, and once a day at most


def allowed(recovery: str, *, uplink: str | None = None, on_uplink: bool = False) -> tuple[RecoveryStep, ...]:
    """The steps that the configuration permits. `uplink`: the network interface by which this modem carries the
    machine's way out; then nothing above "reopen", unless `on_uplink`."""
    if uplink is not None and not on_uplink:
        return ("escape", "reopen")
    return ("escape", "reopen", *{"reset": HIGHER[:2], "usb": HIGHER}.get(recovery, ()))


class Ladder:
    """One modem's illness and what is remembered of its steps. All times are aware UTC."""

    def __init__(self, records: Iterable[RecoveryStepRecord] = (), limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self.fault: Fault | None = None
        self._records = {record.step: record for record in records}
        self._unsaved: set[RecoveryStep] = set()
        self._since: datetime | None = None  # this fault
        self._reopens = 0  # tried against this fault
        self._last_reopens = 0  # the same, after it
        self._opened_at: datetime | None = None
        self._well_since: datetime | None = None
        self._relapsed = False  # silent again, soon after it had been opened well
        self._judged: tuple[RecoveryStep, Fault, datetime] | None = (
            None  # a step whose effect is to be seen: against what, until
        )
        self._unanswered = 0
        self._mad_told = False
        self._news: RecoveryStep | None = None
        self._out_of_reach: dict[RecoveryStep, tuple[datetime, str]] = {}

    # --- what happens to the modem

    def failed(self, fault: Fault | None, now: datetime) -> None:
        """It could not be used. None: for a reason that no step mends (unplugged, held by another program)."""
        if self._well_since is not None and now - self._well_since >= _seconds(self.limits.health_s):
            self._forgive()
        self._well_since = None
        opened, self._opened_at = self._opened_at, None
        # An answer ends the other two, not time: they show themselves only hours after an opening that healed nothing.
        steady = fault == "silent" and opened is not None and now - opened >= _seconds(self.limits.steady_s)
        self._relapsed = fault == "silent" and opened is not None and not steady
        self._mad_told = True
        if fault is None or fault != self.fault or steady:
            self._begin(now)
        self.fault = fault

    def opened(self, now: datetime) -> None:
        """It answers AT again. That heals silence; whether it is more than that, the next query shows."""
        self._opened_at = now
        self._well_since = self._well_since or now
        if self.fault == "silent" or (self._judged is not None and self._judged[1] == "silent"):
            self._helped(now)

    def answered(self, now: datetime) -> None:
        """The network's answer came through it, or its SIM is no longer busy: it is well."""
        self._unanswered = 0
        self._well_since = self._well_since or now
        if self.fault in ("unresponsive", "busy") or (self._judged is not None and self._judged[1] != "silent"):
            self._helped(now)
        self.fault = None
        self._begin(None)

    def unanswered(self) -> None:
        """A balance query of a registered modem ended without an answer."""
        self._unanswered += 1
        self._mad_told = False

    @property
    def unresponsive(self) -> bool:
        """True when the last query is one too many without an answer, until `failed` is told of it."""
        return self._unanswered >= self.limits.unanswered and not self._mad_told

    def clock_jumped(self, by: timedelta) -> None:
        """The clock was set: what has lasted for so long still has. What the store remembers stays as it was noted."""
        self._since = self._since and self._since + by
        self._opened_at = self._opened_at and self._opened_at + by
        self._well_since = self._well_since and self._well_since + by
        if self._judged is not None:
            step, fault, until = self._judged
            self._judged = step, fault, until + by
        self._out_of_reach = {step: (until + by, why) for step, (until, why) in self._out_of_reach.items()}

    # --- what to do

    def next(self, steps: Iterable[RecoveryStep], now: datetime, *, fault: Fault | None = None) -> RecoveryStep | None:
        """The next step among the allowed ones; None: nothing but to wait. A silent or absent modem is always opened
        again. `fault`: as if this had been told to `failed` just now."""
        fault = fault or self.fault
        if fault is None:
            return "reopen"
        reopens = self._reopens if fault == self.fault else 0
        since = self._since if fault == self.fault else now
        silent = fault == "silent"
        if silent and self._judged is not None and now < self._judged[2]:
            return "reopen"
        patient = silent and (since is None or now - since < _seconds(self.limits.patience_s))
        if patient or reopens < (self.limits.reopens if silent else self.limits.mad_reopens):
            return "reopen"
        due = (step for step in self._order(steps) if self._is_due(step, now))
        return next(due, "reopen" if silent else None)

    def taken(self, step: RecoveryStep, now: datetime) -> None:
        """It is being tried. To be on the disk before the act, where it is above "reopen"."""
        record = self._records.get(step, RecoveryStepRecord(step=step))
        if step not in HIGHER:
            if self.fault is not None:
                self._reopens += 1
                self._note(replace(record, tried=record.tried + 1, last_helped=False, last_at=now))
            return
        hold_s = self.limits.hold_s
        if record.hold_s and not record.last_helped:
            hold_s = min(record.hold_s * 2, self.limits.longest_hold_s)
        elif record.hold_s:
            hold_s = record.hold_s
        if record.helped == 0 and record.tried + 1 >= self.limits.hopeless:
            hold_s = self.limits.longest_hold_s
        self._note(
            replace(
                record,
                tried=record.tried + 1,
                last_helped=False,
                last_at=now,
                next_at=now + _seconds(hold_s),
                hold_s=hold_s,
            )
        )
        self._judged = step, self.fault or "silent", now + _seconds(self.limits.judge_s)

    def in_vain(self) -> None:
        """The step that was tried had no effect at all: there is nothing to wait for."""
        self._judged = None

    def out_of_reach(self, step: RecoveryStep, why: str, now: datetime) -> bool:
        """It cannot be tried here (permission, no such device): passed over for `hold_s`. True where that is news."""
        known = self._out_of_reach.get(step)
        self._out_of_reach[step] = (now + _seconds(self.limits.hold_s), why)
        return known is None or known[1] != why

    # --- what is remembered

    def news(self) -> RecoveryStep | None:
        """The step that has helped since the last call."""
        step, self._news = self._news, None
        return step

    def unsaved(self) -> list[RecoveryStepRecord]:
        """What changed since the last call: for the store."""
        changed = [self._records[step] for step in ("escape", "reopen", *HIGHER) if step in self._unsaved]
        self._unsaved.clear()
        return changed

    def remember(self, records: Iterable[RecoveryStepRecord]) -> None:
        """What the store knows of this device, once it has said who it is: added to what is known under its name."""
        for record in records:
            mine = self._records.get(record.step)
            self._records[record.step] = record if mine is None else _joined(mine, record)

    def summary(self, now: datetime) -> str | None:
        """One line for people: what was done within the last day, and whether it helped. None: nothing."""
        said = []
        for step in ("reopen", *HIGHER):
            record = self._records.get(step)
            if record is None or record.last_at is None or not timedelta() <= now - record.last_at < _seconds(_DAY_S):
                continue
            if step == "reopen":
                said += self._opened_again(record)
                continue
            judged = self._judged is not None and self._judged[0] == step
            effect = "helped" if record.last_helped else "not yet known" if judged else "did not help"
            often = f", {record.tried} times in all" if record.tried > 1 else ""
            said.append(f"{STEPS[step].done} {_at(record)} ({effect}{often})")
        said += [why for _, why in self._out_of_reach.values()] if self.fault is not None else []
        return "; ".join(said) or None

    # --- helpers

    def _begin(self, since: datetime | None) -> None:
        self._since = since
        self._last_reopens, self._reopens = self._reopens or self._last_reopens, 0

    def _opened_again(self, record: RecoveryStepRecord) -> list[str]:
        times = self._reopens or self._last_reopens
        if not times:  # by an earlier daemon
            return []
        often = "once" if times == 1 else f"{times} times"
        return [f"opened again {often}, last {_at(record)}{' (helped)' if record.last_helped else ''}"]

    def _order(self, steps: Iterable[RecoveryStep]) -> list[RecoveryStep]:
        """Mildest first; before that the one that helped the last time, behind that those that never did."""
        own = set(steps)
        # No answer to AT means no answer to AT+CFUN, unless it fell silent after it had been opened well.
        answers = self.fault != "silent" or self._relapsed
        usable = [step for step in HIGHER if step in own and (step != "cfun" or answers)]

        def key(step: RecoveryStep) -> int:
            record = self._records.get(step)
            if record is None:
                return 1
            if record.last_helped:
                return 0
            return 2 if record.helped == 0 and record.tried >= self.limits.hopeless else 1

        return sorted(usable, key=key)

    def _is_due(self, step: RecoveryStep, now: datetime) -> bool:
        barred = self._out_of_reach.get(step)
        if barred is not None and now < barred[0]:
            return False
        record = self._records.get(step)
        if record is None or record.next_at is None:
            return True
        if record.next_at - now > _seconds(record.hold_s):  # the clock was set back
            self._note(replace(record, last_at=now, next_at=now + _seconds(record.hold_s)))
            return False
        return record.next_at <= now

    def _helped(self, now: datetime) -> None:
        judged, self._judged = self._judged, None
        step: RecoveryStep | None = "reopen" if self._reopens else None
        if judged is not None and (judged[1] != "silent" or now <= judged[2]):
            step = judged[0]
        record = self._records.get(step) if step is not None else None
        if record is not None and not record.last_helped:
            self._note(replace(record, helped=record.helped + 1, last_helped=True))
            self._news = step

    def _forgive(self) -> None:
        for step in HIGHER:
            record = self._records.get(step)
            if record is not None and record.hold_s:
                self._note(replace(record, hold_s=0.0, next_at=None))

    def _note(self, record: RecoveryStepRecord) -> None:
        self._records[record.step] = record
        self._unsaved.add(record.step)


def _at(record: RecoveryStepRecord) -> str:
    return f"{record.last_at:%Y-%m-%d at %H:%M} UTC"


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _joined(one: RecoveryStepRecord, other: RecoveryStepRecord) -> RecoveryStepRecord:
    """Two records of one step: the later try counts, and the longer rest."""
    later, earlier = (one, other) if (one.last_at or _NEVER) >= (other.last_at or _NEVER) else (other, one)
    rests = [record.next_at for record in (one, other) if record.next_at is not None]
    return replace(
        later,
        tried=later.tried + earlier.tried,
        helped=later.helped + earlier.helped,
        next_at=max(rests, default=None),
        hold_s=max(one.hold_s, other.hold_s),
    )


_NEVER = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
