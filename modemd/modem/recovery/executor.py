"""Heals one modem: the ladder with its clock, its store and the port. Owner thread only, but for `acting`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from modemd.at import resets
from modemd.backends.at import identity, power
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.errors import ModemError, ModemSilent, StoreError
from modemd.modem.recovery.ladder import DOING, HIGHER, ILL, NOT_TAKEN, Fault, Ladder, allowed
from modemd.modem.results import in_one_line
from modemd.modem.timeouts import Paces
from modemd.records import Cause, Device, ModemSettings, ModemSnapshot, RecoveryStep
from modemd.store import Store

RADIO_IS_OFF = (
    "the modem's radio is switched off (AT+CFUN={fun}), by another program or by hand: switch it on there, or send "
    "AT+CFUN=1 from a terminal; modemd leaves it as it is"
)
ASK_AGAIN = "the modem is being healed ({doing}): ask again in a minute"
SPARED = "not reset, because it carries this machine's way out ({interface}): recovery_on_uplink = true permits it"
AN_UPLINK_S = 86400.0  # once seen, it is taken to be one for so long
AN_ACT_S = 240.0  # no rung takes longer; for the watchdog


class ModemUnresponsive(ModemError):
    """It answers AT, and is of no use."""

    code = "unresponsive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the owner thread lends: `open_modem` makes an unopened Modem, `pause` passes time (False: the thread is to
    end), `stopped` empties the wake-up pipe, `refuse` ends every request that waits, with a code and a line."""

    open_modem: Callable[[str], Modem]
    pause: power.Pause
    stopped: Callable[[], bool]
    refuse: Callable[[str, str], None]
    publish: Callable[..., ModemSnapshot]
    declare: Callable[[float | None], None]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


class RecoveryExecutor:
    """`acting` is the line for who asks while a rung runs, else None; any thread may read it."""

    def __init__(self, settings: ModemSettings, tools: Tools, *, store: Store, paces: Paces, log: Any) -> None:
        self.acting: str | None = None
        self._settings, self._tools, self._store = settings, tools, store
        self._paces, self._log = paces, log
        self._nobody = f"modem:{settings.name}"
        self._subject = self._nobody
        self._ladder = Ladder(limits=paces.ladder)
        self._loaded = False
        self._device = Device()  # as it last said who it is
        self._path: str | None = None  # the port that was last opened, or tried
        self._uplink: str | None = None  # as last seen while the modem was well ...
        self._uplink_at = 0.0  # ... and when
        self._spared: str | None = None  # why nothing above opening again is done
        self._busy_since: float | None = None
        self._radio_off: str | None = None
        self._radio_read = False
        self._debts: dict[str, str | None] = {}  # what the store says is owed

    # --- what the owner thread tells

    def prepare(self, modem: Modem) -> None:
        """Before a session begins: pays what is owed to the modem. Raises ModemError."""
        self._path = modem.path
        owner = self._owed("radio")
        if owner is None:
            return
        modem.connect()
        modem.interrupt_by(self._tools.stopped)
        imei = identity.read_imei(modem.command)
        if owner and imei is not None and imei != owner:
            return  # another modem stands in its place: what is owed waits
        fun = power.functionality(modem)
        if fun not in resets.OFF or power.radio_on(modem, self._paces.power.radio_s):
            self._pay("radio")
            self._log.info("the radio is on again", found=fun)

    def opened(self, modem: Modem, snapshot: ModemSnapshot) -> None:
        """The session has begun."""
        self._know(snapshot.device)
        self._ladder.opened(self._tools.clock())
        self._radio_off, self._radio_read, self._busy_since = None, False, None
        self._look_at_uplink()
        self.look(modem, snapshot)
        self._told()

    def look(self, modem: Modem, snapshot: ModemSnapshot) -> None:
        """Between two requests: raises ModemUnresponsive where the modem needs more than patience; says whose the
        silence of the radio is. Raises ModemError."""
        self._watch_radio(modem, snapshot)
        fault, why = self._complaint(snapshot)
        if fault is None:
            return
        rungs, now = self._rungs(), self._tools.clock()
        if self._ladder.next(rungs, now, fault=fault) is None:
            return
        raise ModemUnresponsive(why)

    def unanswered(self, snapshot: ModemSnapshot) -> None:
        """A balance query got no answer. Without network, or with a radio setting that rules USSD out, that is no
        fault of the modem."""
        if snapshot.network.registered and snapshot.radio is None:
            self._ladder.unanswered()

    def answered(self) -> None:
        """The network's answer came."""
        self._look_at_uplink()
        self._ladder.answered(self._tools.clock())
        self._told()

    def failed(self, error: ModemError) -> None:
        """The session ended so, or none could begin."""
        self._ladder.failed(self._fault_of(error), self._tools.clock())

    def heal(self) -> bool:
        """The next rung; True when it was one above opening again, which has ended: open now."""
        now = self._tools.clock()
        self._load()
        rung = self._ladder.next(self._rungs(), now)
        while rung in HIGHER:
            why = self._unreachable(rung)
            if why is None:
                self._ladder.taken(rung, now)
                if not self._save():
                    return False
                why = self._act(rung)
                if why is None:
                    return True
            if self._ladder.out_of_reach(rung, why, now):
                self._log.warning("recovery not possible", rung=rung, reason=why)
            rung = self._ladder.next(self._rungs(), now)
        if rung is not None:
            self._ladder.taken(rung, now)
        self._told(save=False)
        return False

    def named(self, changes: dict[str, Any]) -> dict[str, Any]:
        """What a session publishes, with a radio that somebody else switched off called by its name."""
        if self._radio_off is None or changes.get("state") not in ("offline", "sim"):
            return changes
        return changes | {"state": "offline", "error": self._radio_off}

    def authorise(self) -> None:
        """A device that was taken off the bus when the daemon was killed is put back."""
        folder = self._owed("authorized")
        if folder and power.authorise(Path(folder)):
            self._pay("authorized")

    # --- the rungs

    def _act(self, rung: RecoveryStep) -> str | None:
        """One rung; why it was none, where the modem did not take it."""
        doing = DOING[rung]
        reason = ILL[self._ladder.fault or "silent"]
        self.acting = ASK_AGAIN.format(doing=doing)
        self._log.warning("recovery", rung=rung, reason=reason)
        self._tools.declare(AN_ACT_S)
        try:
            self._tools.publish(state="failed", error=f"{reason}: {doing}")
            self._tools.refuse("busy", self.acting)
            self._told(save=False)
            was = power.nodes(self._settings.port)
            if not self._do(rung):
                return NOT_TAKEN[rung]
            if rung != "cfun":
                self._wait_for_it(was)
        except ModemError as error:
            self._log.info("recovery ended early", rung=rung, reason=error.message)
        except StoreError as error:  # what cannot be written down is not switched off
            self._log.error("recovery needs the store", reason=error.message)
        finally:
            self.acting = None
        return None

    def _wait_for_it(self, was: power.Nodes) -> None:
        """A modem on a UART starts anew without leaving; one on USB that stays has not heard."""
        usb = power.usb_folder(self._path or "") is not None
        how = power.comes_back(self._settings.port, was, pause=self._tools.pause, times=self._paces.power)
        if how == "stayed" and usb:
            self._ladder.in_vain()

    def _do(self, rung: RecoveryStep) -> bool:
        """False where the modem did not take it. Raises ModemError, StoreError."""
        path = self._path or ""
        if rung == "usb":
            return self._reauthorise(path)
        modem = self._tools.open_modem(path)
        try:
            modem.connect()
            modem.interrupt_by(self._tools.stopped)
            modem.device = self._device
            if rung == "reset":
                return power.reset(modem, self._paces.power)
            return power.cycle_radio(
                modem,
                before=lambda: self._owe("radio", self._device.imei or ""),
                after=lambda: self._pay("radio"),
                pause=self._tools.pause,
                times=self._paces.power,
            )
        except ModemSilent:
            if rung != "reset":
                raise
        finally:
            modem.close()
        return self._reset_blindly(path)

    def _reauthorise(self, path: str) -> bool:
        folder = power.usb_folder(path)
        if folder is None:
            return False
        power.reauthorise(
            folder,
            before=lambda: self._owe("authorized", str(folder)),
            after=lambda: self._pay("authorized"),
            pause=self._tools.pause,
            times=self._paces.power,
        )
        return True

    def _reset_blindly(self, path: str) -> bool:
        """Into every AT port of the device: the one that hangs may be the only one that does."""
        command = power.blind_command(path, self._device.manufacturer, self._device.model)
        written = False
        for port in power.ports_of(path) if command is not None else []:
            try:
                power.reset_blindly(port, command or "", pause=self._tools.pause, times=self._paces.power)
            except ModemError as error:
                self._log.info("a port takes no reset", port=port, reason=error.message)
                continue
            written = True
        return written

    def _unreachable(self, rung: RecoveryStep) -> str | None:
        if rung == "usb":
            return power.no_reauthorising(power.usb_folder(self._path or ""))
        known = self._device.manufacturer, self._device.model
        if rung == "reset" and self._ladder.fault == "silent" and not power.blind_command(self._path or "", *known):
            return "modemd does not know the make of the silent device, so it writes no reset to it"
        return None

    def _rungs(self) -> tuple[RecoveryStep, ...]:
        """What is permitted now. A modem that carried the way out within a day is somebody's only link, also while it
        is too ill to show it, or has not dialled again."""
        recovery, leave = self._settings.recovery, self._settings.recovery_on_uplink
        if recovery == "reopen" or leave:
            return allowed(recovery)
        self._look_at_uplink()
        uplink = self._uplink
        why = None if uplink is None else SPARED.format(interface=uplink)
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
        now = self._tools.monotonic()
        if not busy:
            if self._busy_since is not None or self._ladder.fault == "busy":
                self._busy_since = None
                if snapshot.state in ("ready", "offline"):
                    self.answered()
        elif self._busy_since is None:
            self._busy_since = now
        elif now - self._busy_since >= self._paces.ladder.busy_s:
            self._busy_since = now
            return "busy", "the SIM has been busy for too long: the port is opened again"
        if self._ladder.unresponsive:
            return "unresponsive", "the modem answers, but balance queries get no answer: the port is opened again"
        return None, ""

    def _watch_radio(self, modem: Modem, snapshot: ModemSnapshot) -> None:
        """A modem without network may have its radio off: asked once, and each time while it is so."""
        if snapshot.state not in ("offline", "sim") or (snapshot.state == "sim" and _needs_a_person(snapshot)):
            self._radio_off, self._radio_read = None, False
            return
        if self._radio_read and self._radio_off is None:
            return
        self._radio_read = True
        fun = power.functionality(modem)
        self._radio_off = RADIO_IS_OFF.format(fun=fun) if fun in resets.OFF else None
        if self._radio_off is not None:
            self._tools.publish(state="offline", error=self._radio_off)

    def _look_at_uplink(self) -> None:
        if self._settings.recovery == "reopen" or not self._path:
            return
        found, now = carries_uplink(self._path), self._tools.monotonic()
        if found is not None or now - self._uplink_at >= AN_UPLINK_S:
            self._uplink, self._uplink_at = found, now

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
        self._device = device
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
        if (rung := self._ladder.news()) in HIGHER:
            self._log.info("recovery helped", rung=rung)
        if save:
            self._save()
        spared = self._spared if self._ladder.fault is not None else None
        self._tools.publish(recovery=in_one_line(self._ladder.summary(self._tools.clock()), spared))

    def _owed(self, act: str) -> str | None:
        if act not in self._debts:
            try:
                self._debts[act] = self._store.pending_undo(self._settings.name, act)
            except StoreError as error:
                self._log.error("recovery forgets", reason=error.message)
        return self._debts.get(act)

    def _owe(self, act: str, value: str) -> None:
        """Raises StoreError."""
        self._store.note_pending_undo(self._settings.name, act, value)
        self._debts[act] = value

    def _pay(self, act: str) -> None:
        try:
            self._store.done(self._settings.name, act)
            self._debts[act] = None
        except StoreError as error:
            self._log.error("recovery needs the store", reason=error.message)


def _needs_a_person(snapshot: ModemSnapshot) -> bool:
    """A SIM that asks for something, which is not the radio's fault."""
    return snapshot.cause is Cause.SIM_LOCKED
