"""USSD needs a circuit-switched domain, which LTE without voice service does not have: for one query the modem is taken
to UMTS or GSM, and then its own setting is put back, whatever happens meanwhile.

The setting is on the disk before the first command that changes it, and leaves it when the modem shows that it has it
again. What ends in between (an unplugged stick, kill -9, a power cut) is made good by recover() at the next opening."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from modemd.at import rats
from modemd.at.coverage import lacking
from modemd.at.rats import RatState
from modemd.backends.at import rat_switch, registration
from modemd.backends.at.modem import Modem
from modemd.backends.at.ports.uplink import carries_uplink
from modemd.errors import CommandError, ModemError, StoreError
from modemd.modem.radio.fallback_policy import GENERATIONS, advice, helps, refusal
from modemd.modem.radio.rat_restore import device_key, recover
from modemd.modem.timeouts import FallbackLimits
from modemd.records import ModemSettings, Network, UssdResult
from modemd.store import Store

__all__ = ["Fallback", "Trip", "advice", "after", "device_key", "helps", "recover", "refusal", "state"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip(Generic[T]):
    """What came of it. `answer`: of the last query on another RAT, None = there was none. `rat`: the one that helped.
    `outage_s`: how long the modem was off its network. `hint`: a line for people, where the query failed for good."""

    answer: T | None = None
    rat: str | None = None
    outage_s: float | None = None
    hint: str | None = None


def after(
    modem: Modem,
    result: UssdResult,
    *,
    repeatable: bool,
    ask: Callable[[float], T],
    good: Callable[[T], bool],
    network: Network,
    settings: ModemSettings,
    store: Store,
    sim_key: str,
    cancelled: Callable[[], bool],
    stopped: Callable[[], bool],
    time_left: Callable[[], float],
    clock: Callable[[], datetime],
    log: Any,
    limits: FallbackLimits | None = None,
    uplink: Callable[[str], str | None] = carries_uplink,
) -> Trip[T]:
    """After a balance query that ended with `result`: asks once more on another RAT where that may help and is allowed,
    else says what would. `repeatable`: the code is a pack's and spends nothing. `ask` gets the seconds that it may
    take, and may raise; `good` = no other RAT need be tried. `cancelled` and `stopped` empty the wake-up pipe. Raises
    ModemError, when recover() has to put the setting back."""
    if not helps(result, network):
        return Trip()
    network = modem.details(network)  # where the modem stands now: it may have moved for the request itself
    if not helps(result, network):
        return Trip()
    found = state(modem)
    order: tuple[str, ...] = ()
    try:
        note = store.last_fallback(sim_key)
        if found is not None:
            gone = lacking(modem.sim.imsi)
            order = rats.steps(found, lacking=gone, first=note.rat if note is not None else None)
        if found is None or not order or settings.radio_fallback != "auto":
            return Trip(hint=advice(result, network, settings, found, imsi=modem.sim.imsi))
        device = device_key(modem, settings.name)
        why = refusal(
            result,
            settings,
            repeatable=repeatable,
            uplink=uplink(modem.path),
            note=note,
            now=clock(),
            pending=store.saved_rat(device) is not None,
        )
        if why is not None:
            return Trip(hint=why)
    except StoreError as error:
        log.warning("no radio fall-back without the store", reason=error.message)
        return Trip(hint=error.message)
    log.info("radio fall-back begins", because=result.error, setting=found.saved, steps=order)
    return Fallback(
        modem,
        found,
        store=store,
        device=device,
        sim_key=sim_key,
        cancelled=cancelled,
        stopped=stopped,
        clock=clock,
        log=log,
        limits=limits or FallbackLimits(),
    ).query(order, ask=ask, good=good, time_left=time_left())


def state(modem: Modem) -> RatState | None:
    """The modem's own choice of RATs, and what else it offers; None where no known command tells. Read commands only.
    Raises ModemError."""
    for row in rats.rows_for(modem.device.manufacturer, modem.device.model):
        found = rat_switch.read(modem, row)
        if found is None:
            continue
        offers = rat_switch.offers(modem, row)
        if row.must_list and offers is None:
            continue
        return rat_switch.with_domain(modem, found, offers)
    return None


class Fallback:
    """One excursion of one open modem. Owner thread only."""

    def __init__(
        self,
        modem: Modem,
        found: RatState,
        *,
        store: Store,
        device: str,
        sim_key: str,
        cancelled: Callable[[], bool],
        stopped: Callable[[], bool],
        clock: Callable[[], datetime],
        log: Any,
        limits: FallbackLimits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._modem, self._state, self._store = modem, found, store
        self._device, self._sim_key = device, sim_key
        self._cancelled, self._stopped = cancelled, stopped
        self._clock, self._monotonic, self._log, self._limits = clock, monotonic, log, limits
        self._since: float | None = None  # when the first command that changes something went out
        self._heeded = False  # a command may have been taken
        self._moved = False  # the modem showed it

    def query(
        self, order: tuple[str, ...], *, ask: Callable[[float], T], good: Callable[[T], bool], time_left: float
    ) -> Trip[T]:
        """One RAT after the other until `good`, the time is over or somebody cancels; then the way back. Raises
        ModemError, StoreError is told in the hint."""
        limits = self._limits
        end = self._monotonic() + min(limits.total_s, time_left)
        turn = end - limits.reserve_s
        answer: T | None = None
        helped: str | None = None
        tried: list[str] = []
        try:
            for rat in order:
                if self._cancelled() or turn - self._monotonic() < limits.least_s:
                    break
                if not self.enter(rat, until=min(turn, self._monotonic() + limits.search_s)):
                    continue
                left = turn - self._monotonic()
                if self._cancelled() or left < limits.least_s:
                    break
                tried.append(GENERATIONS[rat])
                answer = ask(left)
                if good(answer):
                    helped = rat
                    break
        except StoreError as error:
            self._log.error("no radio fall-back without the store", reason=error.message)
            self.restore()
            return Trip(answer=answer, hint=error.message)
        except ModemError:
            self._abandon()
            raise
        except BaseException:
            self.restore()
            raise
        return self._come_back(end, answer, helped, tried)

    def enter(self, rat: str, *, until: float) -> bool:
        """Allows `rat` alone and waits for a cell of it. False: the modem did not heed it, or found none in time.
        `until`: time.monotonic(). Raises ModemError, StoreError (nothing was changed)."""
        if self._since is None:
            self._store.note_fallback(self._sim_key, self._clock())
            self._store.save_rat(self._device, self._state.saved)
            self._since = self._monotonic()
        for command in rats.enter_commands(self._state, rat):
            before, self._heeded = self._heeded, True  # until the modem says no: an OK may get lost
            left = max(self._limits.least_s, until - self._monotonic())
            final = self._modem.execute(command, min(self._state.row.final_s, left)).final
            if final is not None and not final.ok:
                self._heeded = before
                continue
            if self._allows_only(rat):
                self._moved = True
                return self._found(rat, until)
        self._log.info("the modem does not heed its RAT command", rat=rat)
        return False

    def restore(self) -> bool:
        """Puts the saved setting back and sees that it is there; then it is forgotten on the disk. While the daemon
        ends, within its few seconds. False: the modem has another one; it stays on the disk. Raises ModemError."""
        if self._since is None:
            return True
        row, value = self._state.row, self._state.value
        quick = self._limits.stop_s if self._stopped() else None
        self._modem.interrupt_by(None)
        try:
            again_s = None if quick else self._limits.look_s
            done = not self._heeded and rat_switch.shows(self._modem, row, value)
            done = done or rat_switch.put_back(self._modem, row, value, timeout_s=quick, again_s=again_s)
            if quick and not done:  # the answer to a command that was given up may have come in between
                self._let_pass(quick / 2)
                done = rat_switch.shows(self._modem, row, value)
        finally:
            self._modem.interrupt_by(self._stopped)
        if not done:
            self._log.error("the modem's own RAT setting could not be put back", setting=self._state.saved)
            return False
        if quick and not row.shows:
            return True  # nothing shows it: sent again at the next start, which does no harm
        try:
            self._store.forget_rat(self._device)
        except StoreError as error:  # put back once more at the next start, which does no harm
            self._log.error("a RAT setting that was put back could not be forgotten", reason=error.message)
        return True

    # --- helpers

    def _come_back(self, end: float, answer: T | None, helped: str | None, tried: list[str]) -> Trip[T]:
        if self._since is None:
            return Trip()
        restored = registered = False
        try:
            restored = self.restore()
            registered = not self._heeded or self._registered_again(end)
        except ModemError as error:  # the answer is not lost for it; recover() puts back what is still to be
            self._log.warning("the modem failed on its way back", code=error.code, reason=error.message)
        outage_s = round(self._monotonic() - self._since, 1)
        self._log.info("radio fall-back ended", rat=helped, outage_s=outage_s, restored=restored, registered=registered)
        try:
            self._store.note_fallback_end(self._sim_key, rat=helped, outage_s=outage_s)
        except StoreError as error:
            self._log.error("a radio fall-back could not be noted", reason=error.message)
        hint = None
        if not restored:
            hint = rat_switch.not_put_back(self._state.row, self._state.value)
        elif helped is None and tried:
            hint = (
                f"neither on LTE nor on {' or '.join(tried)} did the network answer: check the code, or try again later"
            )
        elif helped is None and not self._moved:
            hint = "the network takes no USSD on LTE here, and the modem does not heed its command for 3G or 2G"
        elif helped is None:
            hint = "the network takes no USSD on LTE here, and the modem found no 3G or 2G: check bands and reception"
        if hint is not None:
            hint += f" (off the network for {outage_s:.0f} s)"
        return Trip(answer=answer, rat=helped, outage_s=outage_s, hint=hint)

    def _abandon(self) -> None:
        """The modem failed, or the daemon ends. What can still be sent is sent; else recover() does it."""
        if not self._stopped():
            return  # the port is closed and opened again, and recover() comes first there
        try:
            self._modem.interrupt_by(None)
            # The command that was given up may still be answered, and that is no answer to the next one.
            self._let_pass(self._limits.stop_s / 2)
            self.restore()
        except ModemError:
            try:
                for command in rats.restore_commands(self._state.row, self._state.value)[:1]:
                    self._modem.send(command)
            except ModemError:
                pass  # it is gone

    def _let_pass(self, seconds: float) -> None:
        """Passes time while the daemon ends: what comes meanwhile belongs to no command of ours."""
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) > 0 and self._stopped():
            self._modem.wait(left)

    def _allows_only(self, rat: str) -> bool:
        """Whether the setting shows it. One that is slow to change gets a second look."""
        row = self._state.row
        if not row.shows:
            return True
        for look in range(2):
            now = rat_switch.read(self._modem, row)
            if now is None or now.allows == frozenset({rat}):
                return True
            if look == 0:
                self._pause(self._limits.look_s)
        return False

    def _found(self, rat: str, until: float) -> bool:
        """Waits for the registration in the circuit-switched domain of `rat`."""
        self._pause(self._limits.settle_s)
        while not self._cancelled():
            if self._is_on(rat):
                self._pause(self._limits.rest_s)
                return True
            if self._monotonic() >= until:
                break
            self._pause(min(self._limits.look_s, max(0.0, until - self._monotonic())))
        return False

    def _is_on(self, rat: str) -> bool:
        modem = self._modem
        try:
            report = registration.registration_read(modem.command("AT+CREG?"), "CREG")
            if report is None or not report.registered:
                return False
        except CommandError:
            return False
        seen = report.technology
        if seen is None:
            try:
                seen = registration.operator_read(modem.command("AT+COPS?", modem.timeouts.network_s))[1]
            except CommandError:
                return True
        return seen in (None, rat)

    def _registered_again(self, end: float) -> bool:
        until = max(end, self._monotonic() + self._limits.least_s)
        self._pause(self._limits.settle_s)
        while not self._cancelled():
            if self._modem.registration().registered is not False:
                return True
            if self._monotonic() >= until:
                break
            self._pause(self._limits.look_s)
        return False

    def _pause(self, seconds: float) -> None:
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) > 0 and not self._cancelled():
            self._modem.wait(left)
