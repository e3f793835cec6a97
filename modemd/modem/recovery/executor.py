"""Heals one modem: the ladder with its clock, its store and the port. Owner thread only, but for `acting`."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from modemd.backends.base import Undo
from modemd.clock import Jumps
from modemd.errors import ModemError, ModemSilent, StoreError
from modemd.explanations import ILL, STEPS, line_of, situation
from modemd.modem.context import Context
from modemd.modem.recovery.ladder import HIGHER, Fault, Ladder, allowed
from modemd.modem.results import in_one_line
from modemd.records import Cause, Device, ModemSnapshot, RecoveryStep

AN_UPLINK_S = 86400.0  # once seen, it is taken to be one for so long
A_STEP_S = 240.0  # none takes longer; for the watchdog
MOST_SAID = 16  # reasons in the log between two sessions: names of programs may differ without end
ACTS = ("authorized", "radio")  # what may be left switched off when the daemon is killed; the bus comes first


class ModemUnresponsive(ModemError):
    """It answers AT, and is of no use."""

    code = "unresponsive"


class RecoveryExecutor:
    """`acting` is the line for who asks while a step runs, else None; any thread may read it."""

    def __init__(self, context: Context) -> None:
        self.acting: str | None = None
        self._context, self._settings, self._store = context, context.settings, context.store
        self._backend, self._power, self._owner = context.backend, context.backend.power, context.owner
        self._monotonic = context.clocks.monotonic
        self._jumps = Jumps(context.clocks.now, context.clocks.monotonic)
        self._paces, self._log = context.paces, context.log
        self._nobody = f"modem:{self._settings.name}"
        self._subject = self._nobody
        self._ladder = Ladder(limits=self._paces.ladder)
        self._loaded = False
        self._said: set[str] = set()  # since the last session, so that a modem that stays away fills no log
        self._uplink: str | None = None  # as last seen while the modem was well ...
        self._uplink_at = 0.0  # ... and when
        self._spared: str | None = None  # why nothing above opening again is done
        self._busy_since: float | None = None
        self._radio_off: str | None = None
        self._radio_read = False
        self._pending: dict[str, str | None] = {}  # what the store says is still to be undone
        self._undo = Undo(
            before=self._note_pending, after=self._done, pause=context.owner.pause, stopped=context.owner.stopped
        )

    # --- what the owner thread tells

    def prepare(self) -> None:
        """Before a session begins: what is left switched off is switched on. Raises ModemError."""
        for act in ACTS:
            owner = self._pending_undo(act)
            if owner is None or self._power is None:
                continue
            if self._power.undo(act, owner, self._undo):
                self._done(act)
                self._log.info("switched on again", what=act)

    def opened(self, snapshot: ModemSnapshot) -> None:
        """The session has begun."""
        self._know(snapshot.device)
        self._said.clear()
        self._ladder.opened(self._now())
        self._radio_off, self._radio_read, self._busy_since = None, False, None
        self._look_at_uplink()
        self.check(snapshot)
        self._told()

    def check(self, snapshot: ModemSnapshot) -> None:
        """Between two requests: raises ModemUnresponsive where the modem needs more than patience; says whose the
        silence of the radio is. Raises ModemError."""
        self._watch_radio(snapshot)
        fault, why = self._complaint(snapshot)
        if fault is None:
            return
        if self._ladder.next(self._permitted(), self._now(), fault=fault) is not None:
            raise ModemUnresponsive(why)

    def unanswered(self, snapshot: ModemSnapshot) -> None:
        """A balance query got no answer. Without network, or with a radio setting that rules USSD out, that is no
        fault of the modem."""
        if snapshot.network.registered and snapshot.radio is None:
            self._ladder.unanswered()

    def answered(self) -> None:
        """The network's answer came."""
        self._look_at_uplink()
        self._ladder.answered(self._now())
        self._told()

    def failed(self, error: ModemError) -> None:
        """The session ended so, or none could begin: said once, whatever other port or process it is at each try."""
        reason = f"{error.code} {re.sub(r'[0-9]+', '', error.message)}"
        if reason not in self._said and len(self._said) < MOST_SAID:
            self._said.add(reason)
            self._log.warning("modem unusable", code=error.code, reason=error.message)
        self._ladder.failed(self._fault_of(error), self._now())

    def heal(self) -> bool:
        """The next step; True when it was one above opening again, which has ended: open now."""
        now = self._now()
        self._load()
        step = self._ladder.next(self._permitted(), now)
        while step in HIGHER:
            why = self._unreachable(step)
            if why is None:
                self._ladder.taken(step, now)
                if not self._save():
                    return False
                why = self._act(step)
                if why is None:
                    return True
            if self._ladder.out_of_reach(step, why, now):
                self._log.warning("recovery not possible", step=step, reason=why)
            step = self._ladder.next(self._permitted(), now)
        if step is not None:
            self._ladder.taken(step, now)
        self._told(save=False)
        return False

    def named(self, changes: dict[str, Any]) -> dict[str, Any]:
        """What a session publishes, with a radio that somebody else switched off called by its name."""
        if self._radio_off is None or changes.get("state") not in ("offline", "sim"):
            return changes
        return changes | {"state": "offline", "error": self._radio_off}

    # --- the steps

    def _act(self, step: RecoveryStep) -> str | None:
        """One step; why it was none, where the modem did not take it."""
        doing = STEPS[step].doing
        reason = ILL[self._ladder.fault or "silent"]
        self.acting = situation("being healed", doing=doing)
        self._log.warning("recovery", step=step, reason=reason)
        self._owner.declare(A_STEP_S)
        try:
            self._owner.publish(state="failed", error=f"{reason}: {doing}")
            self._owner.refuse("busy", self.acting)
            self._told(save=False)
            taken = self._power.take(step, self._undo) if self._power is not None else "refused"
            if taken == "refused":
                return STEPS[step].not_taken
            if taken == "stayed":
                self._ladder.in_vain()
        except ModemError as error:
            self._log.info("recovery ended early", step=step, reason=error.message)
        except StoreError as error:  # what cannot be written down is not switched off
            self._log.error("recovery needs the store", reason=error.message)
        finally:
            self.acting = None
        return None

    def _unreachable(self, step: RecoveryStep) -> str | None:
        if self._power is None:
            return situation("no power control")
        return self._power.why_not(step, silent=self._ladder.fault == "silent")

    def _permitted(self) -> tuple[RecoveryStep, ...]:
        """What is permitted now. A modem that carried the way out within a day is somebody's only link, also while it
        is too ill to show it, or has not dialled again."""
        recovery, leave = self._settings.recovery, self._settings.recovery_on_uplink
        if recovery == "reopen" or leave:
            return allowed(recovery)
        self._look_at_uplink()
        uplink = self._uplink
        why = None if uplink is None else situation("uplink spared", interface=uplink)
        if why is not None and why != self._spared:
            self._log.warning("recovery not possible", reason=why)
        self._spared = why
        return allowed(recovery, uplink=uplink)

    # --- what is wrong

    def _fault_of(self, error: ModemError) -> Fault | None:
        if isinstance(error, ModemUnresponsive):
            return "unresponsive" if self._ladder.unresponsive else "busy"
        return "silent" if isinstance(error, ModemSilent) else None

    def _complaint(self, snapshot: ModemSnapshot) -> tuple[Fault | None, str]:
        busy = snapshot.state == "sim" and snapshot.cause is Cause.SIM_BUSY
        now = self._monotonic()
        if not busy:
            if self._busy_since is not None or self._ladder.fault == "busy":
                self._busy_since = None
                if snapshot.state in ("ready", "offline"):
                    self.answered()
        elif self._busy_since is None:
            self._busy_since = now
        elif now - self._busy_since >= self._paces.ladder.busy_s:
            self._busy_since = now
            return "busy", situation("SIM busy for long")
        if self._ladder.unresponsive:
            return "unresponsive", line_of("unresponsive")
        return None, ""

    def _watch_radio(self, snapshot: ModemSnapshot) -> None:
        """A modem without network may have its radio off: asked once, and each time while it is so."""
        if snapshot.state not in ("offline", "sim") or (snapshot.state == "sim" and _needs_a_person(snapshot)):
            self._radio_off, self._radio_read = None, False
            return
        if self._radio_read and self._radio_off is None:
            return
        self._radio_read = True
        self._radio_off = self._power.radio_off() if self._power is not None else None
        if self._radio_off is not None:
            self._owner.publish(state="offline", error=self._radio_off)

    def _look_at_uplink(self) -> None:
        if self._settings.recovery == "reopen":
            return
        found, now = self._backend.uplink(), self._monotonic()
        if found is not None or now - self._uplink_at >= AN_UPLINK_S:
            self._uplink, self._uplink_at = found, now

    def _now(self) -> datetime:
        by = self._jumps.since_last()
        if by is not None:
            self._ladder.clock_jumped(by)
        return self._context.clocks.now()

    # --- what is remembered

    def _load(self) -> None:
        """What the store knows, the first time that it matters."""
        if self._loaded:
            return
        self._loaded = True
        try:
            self._subject = self._store.recovery_subject(self._settings.name) or self._nobody
            self._ladder.remember(self._store.recovery_steps(self._subject))
        except StoreError as error:
            self._log.error("recovery forgets", reason=error.message)

    def _know(self, device: Device) -> None:
        """The modem has said who it is."""
        self._load()
        subject = f"imei:{device.imei}" if device.imei is not None else self._subject
        if subject == self._subject:
            return
        try:
            known = self._store.recovery_steps(subject)
        except StoreError as error:
            self._log.error("recovery forgets", reason=error.message)
            return
        if self._subject != self._nobody:  # another modem in the same place
            self._ladder = Ladder(limits=self._paces.ladder)
        self._ladder.remember(known)
        self._subject = subject

    def _save(self) -> bool:
        """False where it could not be written: what is not remembered is not done, or a loop of restarts would do it
        all night."""
        try:
            for record in self._ladder.unsaved():
                self._store.save_recovery_step(self._subject, self._settings.name, record)
        except StoreError as error:
            self._log.error("recovery needs the store", reason=error.message)
            return False
        return True

    def _told(self, *, save: bool = True) -> None:
        if (step := self._ladder.news()) in HIGHER:
            self._log.info("recovery helped", step=step)
        if save:
            self._save()
        spared = self._spared if self._ladder.fault is not None else None
        self._owner.publish(recovery=in_one_line(self._ladder.summary(self._now()), spared))

    def _pending_undo(self, act: str) -> str | None:
        if act not in self._pending:
            try:
                self._pending[act] = self._store.pending_undo(self._settings.name, act)
            except StoreError as error:
                self._log.error("recovery forgets", reason=error.message)
        return self._pending.get(act)

    def _note_pending(self, act: str, owner: str) -> None:
        """Raises StoreError."""
        self._store.note_pending_undo(self._settings.name, act, owner)
        self._pending[act] = owner

    def _done(self, act: str) -> None:
        try:
            self._store.done(self._settings.name, act)
            self._pending[act] = None
        except StoreError as error:
            self._log.error("recovery needs the store", reason=error.message)


def _needs_a_person(snapshot: ModemSnapshot) -> bool:
    """A SIM that asks for something, which is not the radio's fault."""
    return snapshot.cause is Cause.SIM_LOCKED
