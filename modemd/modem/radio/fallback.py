"""USSD needs a circuit-switched domain, which LTE without voice service does not have: for one query the modem is taken
to UMTS or GSM, and then its own setting is put back, whatever happens meanwhile.

The setting is on the disk before the first command that changes it, and leaves it when the modem shows that it has it
again. What ends in between (an unplugged stick, kill -9, a power cut) is made good by recover() at the next opening."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Generic, TypeVar

from modemd.backends.base import RadioControl, RadioState, SavedRadio
from modemd.errors import ModemError, StoreError
from modemd.frozen import dataclass
from modemd.modem.context import Context
from modemd.modem.radio.fallback_policy import GENERATIONS, Circumstances, advice, helps, order, refusal
from modemd.modem.radio.rat_restore import device_key
from modemd.records import Network, UssdResult

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Generic[T]):
    """A balance query that ended with `result` in `network`. `repeatable`: its code is a pack's and spends nothing.
    `answered_here`: USSD is known to work on this RAT, so no other is advised. `ask` asks once more, gets the seconds
    that it may take, and may raise; `good` = no other RAT need be tried. `cancelled` empties the wake-up pipe."""

    result: UssdResult
    network: Network
    repeatable: bool
    sim_key: str
    ask: Callable[[float], T]
    good: Callable[[T], bool]
    cancelled: Callable[[], bool]
    time_left_s: float
    answered_here: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip(Generic[T]):
    """What came of it. `answer`: of the last query on another RAT, None = there was none. `rat`: the one that helped.
    `outage_s`: how long the modem was off its network. `hint`: a line for people, where the query failed for good."""

    answer: T | None = None
    rat: str | None = None
    outage_s: float | None = None
    hint: str | None = None


class RadioFallback(Generic[T]):
    """Owner thread only."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def after(self, question: Question[T]) -> Trip[T]:
        """Asks once more on another RAT where that may help and is allowed, else says what would. Raises ModemError,
        when rat_restore.recover() has to put the setting back."""
        context, backend, settings = self._context, self._context.backend, self._context.settings
        result = question.result
        if not helps(result, question.network):
            return Trip()
        # Where the modem stands now: it may have moved for the request itself.
        network = backend.details(question.network)
        if not helps(result, network):
            return Trip()
        radio = backend.radio
        if radio is None:
            return Trip(hint=NO_RADIO if settings.radio_fallback == "auto" else None)
        found = radio.state()
        steps: tuple[str, ...] = ()
        try:
            now = context.clocks.now()
            note = context.store.last_fallback(question.sim_key)
            if note is not None:
                note = replace(note, at=context.store.counted(note.at, now))
            if found is not None:
                steps = order(found, imsi=backend.sim.imsi, first=note.rat if note is not None else None)
            if found is None or not steps or settings.radio_fallback != "auto":
                if question.answered_here:
                    return Trip()
                return Trip(hint=advice(result, network, settings, found, imsi=backend.sim.imsi))
            pending = context.store.saved_rat(device_key(backend, settings.name)) is not None
            standing = Circumstances(
                repeatable=question.repeatable,
                uplink=backend.uplink(),
                note=note,
                now=now,
                pending=pending,
            )
            why = refusal(result, settings, standing)
            if why is not None:
                return Trip(hint=why)
        except StoreError as error:
            context.log.warning("no radio fall-back without the store", reason=error.message)
            return Trip(hint=error.message)
        context.log.info("radio fall-back begins", because=result.error, setting=found.saved, steps=steps)
        return Excursion(context, radio, found, question).query(steps)


NO_RADIO = "no fall-back to 3G or 2G: this way to the modem cannot change its radio technology"


class Excursion(Generic[T]):
    """One excursion of one open modem. Owner thread only."""

    def __init__(self, context: Context, radio: RadioControl, found: RadioState, question: Question[T]) -> None:
        self._context, self._backend, self._store = context, context.backend, context.store
        self._radio, self._state, self._question = radio, found, question
        self._device = device_key(context.backend, context.settings.name)
        self._sim_key, self._cancelled = question.sim_key, question.cancelled
        self._stopped, self._monotonic = context.owner.stopped, context.clocks.monotonic
        self._log, self._limits = context.log, context.paces.fallback
        self._since: float | None = None  # when the first command that changes something went out
        self._heeded = False  # a command may have been taken
        self._moved = False  # the modem showed it

    def query(self, steps: tuple[str, ...]) -> Trip[T]:
        """One RAT after the other until `good`, the time is over or somebody cancels; then the way back. Raises
        ModemError, StoreError is told in the hint."""
        limits = self._limits
        end = self._monotonic() + min(limits.total_s, self._question.time_left_s)
        turn = end - limits.reserve_s
        answer: T | None = None
        helped: str | None = None
        tried: list[str] = []
        try:
            for rat in steps:
                if self._cancelled() or turn - self._monotonic() < limits.least_s:
                    break
                if not self.enter(rat, until=min(turn, self._monotonic() + limits.search_s)):
                    continue
                left = turn - self._monotonic()
                if self._cancelled() or left < limits.least_s:
                    break
                tried.append(GENERATIONS[rat])
                answer = self._question.ask(left)
                if self._question.good(answer):
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
            self._store.note_fallback(self._sim_key, self._context.clocks.now())
            self._store.save_rat(self._device, self._state.saved)
            self._since = self._monotonic()
        for way in self._radio.ways_to(self._state, rat):
            before, self._heeded = self._heeded, True  # until the modem says no: an OK may get lost
            if not way(max(self._limits.least_s, until - self._monotonic())):
                self._heeded = before
                continue
            if self._allows_only(rat):
                self._moved = True
                self._context.owner.publish(asking_rat=rat)
                return self._found(rat, until)
        self._log.info("the modem does not heed its RAT command", rat=rat)
        return False

    def restore(self) -> bool:
        """Puts the saved setting back and sees that it is there; then it is forgotten on the disk. While the daemon
        ends, within its few seconds. False: the modem has another one; it stays on the disk. Raises ModemError."""
        if self._since is None:
            return True
        setting = self._setting()
        quick = self._limits.stop_s if self._stopped() else None
        self._backend.interrupt_by(None)
        try:
            again_s = None if quick else self._limits.look_s
            done = not self._heeded and setting.is_set()
            done = done or setting.put_back(timeout_s=quick, again_s=again_s)
            if quick and not done:  # the answer to a command that was given up may have come in between
                self._let_pass(quick / 2)
                done = setting.is_set()
        finally:
            self._backend.interrupt_by(self._stopped)
        if not done:
            self._log.error("the modem's own RAT setting could not be put back", setting=self._state.saved)
            return False
        if quick and not setting.can_be_seen:
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
            self._context.owner.publish(asking_rat=None)
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
            hint = self._setting().by_hand
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
            self._backend.interrupt_by(None)
            # The command that was given up may still be answered, and that is no answer to the next one.
            self._let_pass(self._limits.stop_s / 2)
            self.restore()
        except ModemError:
            with suppress(ModemError):  # it is gone
                self._setting().send()

    def _let_pass(self, seconds: float) -> None:
        """Passes time while the daemon ends: what comes meanwhile belongs to no command of ours."""
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) > 0 and self._stopped():
            self._backend.wait(left)

    def _setting(self) -> SavedRadio:
        """The modem's own setting. Its back end has just told it."""
        setting = self._radio.saved(self._state.saved)
        if setting is None:
            raise ModemError(f"the modem's own setting is not readable: {self._state.saved[:80]!r}")
        return setting

    def _allows_only(self, rat: str) -> bool:
        """Whether the setting shows it. One that is slow to change gets a second look."""
        for look in range(2):
            if self._radio.allows_only(self._state, rat):
                return True
            if look == 0:
                self._pause(self._limits.look_s)
        return False

    def _found(self, rat: str, until: float) -> bool:
        """Waits for the registration in the circuit-switched domain of `rat`."""
        self._pause(self._limits.settle_s)
        while not self._cancelled():
            if self._radio.is_on(rat):
                self._pause(self._limits.rest_s)
                return True
            if self._monotonic() >= until:
                break
            self._pause(min(self._limits.look_s, max(0.0, until - self._monotonic())))
        return False

    def _registered_again(self, end: float) -> bool:
        until = max(end, self._monotonic() + self._limits.least_s)
        self._pause(self._limits.settle_s)
        while not self._cancelled():
            if self._backend.registration().registered is not False:
                return True
            if self._monotonic() >= until:
                break
            self._pause(self._limits.look_s)
        return False

    def _pause(self, seconds: float) -> None:
        until = self._monotonic() + seconds
        while (left := until - self._monotonic()) > 0 and not self._cancelled():
            self._backend.wait(left)
