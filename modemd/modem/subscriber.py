"""Whose SIM is in the modem: device, SIM, its PIN at most once, the operator's pack, what was learned of the modem."""

from __future__ import annotations

from typing import Any

from modemd.errors import PortAbsent, SimError, StoreError
from modemd.modem import code_order, interpretation, operator_lookup, pin
from modemd.modem.context import Context
from modemd.money.pack import Pack
from modemd.records import Cause

# What the codes of SimError say of the SIM; any other is a secret that it asks for.
SIM_FAULTS = {"no sim": Cause.NO_SIM, "sim failure": Cause.SIM_FAILURE, "busy": Cause.SIM_BUSY}


class Subscriber:
    """Owner thread only. What it finds goes into the snapshot.

    `sim_error`: what a person must do first. `no_code`: why the operator's pack names no code to dial, if it does not.
    `doubtful`: something spoke of another SIM, or of none."""

    def __init__(self, context: Context) -> None:
        self.pack: Pack | None = None
        self.no_code: str | None = None
        self.sim_error: SimError | None = None
        self.doubtful = False
        self._number_of: str | None = None  # the SIM whose own number was asked for
        self._context = context
        self._backend, self._store, self._settings = context.backend, context.store, context.settings

    @property
    def sim_fault(self) -> Cause | None:
        """`sim_error` for policy."""
        return None if self.sim_error is None else SIM_FAULTS.get(self.sim_error.code, Cause.SIM_LOCKED)

    def read_again(self, *, sure: bool = False) -> None:
        """A SIM may be pulled or changed while the port stays open: it is read anew where it needed a person, was in
        doubt, or, unless the caller is `sure`, has another IMSI, or one that nobody knows. Raises ModemError."""
        known = self.sim_error is None and not self.doubtful
        imsi = self._backend.sim.imsi
        if known and (sure or (imsi is not None and self._backend.imsi() == imsi)):
            return
        self.identify()

    def identify(self) -> None:
        """Device, SIM and operator; a SIM that asks for its PIN gets it, once. Raises ModemError."""
        backend, self.doubtful = self._backend, False
        try:
            try:
                backend.identify()
            except SimError as error:
                if error.code != "sim pin":
                    raise
                known = [name for name in (backend.sim.iccid, backend.device.imei) if name is not None]
                subject, *also = [*known, f"modem:{self._settings.name}"]
                if backend.pin is None:
                    raise
                pin.unlock(
                    backend.pin, self._store, pin_file=self._settings.pin_file, subject=subject, also=tuple(also)
                )
                backend.identify()
        except SimError as error:
            self.sim_error = error
            self._context.owner.publish(device=backend.device, sim=backend.sim, registered_at=None)
            return
        finally:
            self._check_imei()
        self.sim_error = None
        self._find_operator()

    def note_tried(self, sim_key: str, code: str) -> None:
        """A person has asked by this code: from now on the schedule may, too."""
        known = self.pack is not None and any(query.code == code for query in self.pack.queries)
        if known and not self._store.code_tried(sim_key, code):
            try:
                self._store.note_code_tried(sim_key, code)
            except StoreError as error:  # it can be said again, and an answer must not be lost for it
                self._context.log.warning("a code that was asked for by hand could not be noted", reason=error.message)
                return
            self._context.owner.publish(**self._scheduled(sim_key))

    def learn(self, answer: interpretation.CodeResult) -> None:
        """Which encoding and decoder work with this model, proved by the operator's own pattern."""
        device = self._backend.device
        if device.model is not None and answer.reading.confidence == "operator":
            try:
                self._store.learn(
                    device.model,
                    device.firmware or "",
                    request=answer.result.sent_as,
                    decoder=answer.result.decoder,
                )
            except StoreError as error:  # the next answer proves it again
                self._context.log.warning("what this model takes could not be noted", reason=error.message)

    def learn_number(self) -> None:
        """Once for each SIM, when nothing waits: its own number, to which its owner pays. One that came over a damaged
        wire, or perhaps from another SIM, is not kept. Raises ModemError."""
        backend, sim_key = self._backend, self._context.owner.snapshot().sim_key
        if self.doubtful or sim_key in (None, self._number_of, f"modem:{self._settings.name}"):
            return
        self._number_of = sim_key
        number = backend.own_number()
        if number is None or backend.damaged or self._store.own_number(sim_key) == number:
            return
        if backend.sim.imsi is None or backend.imsi() != backend.sim.imsi or self.doubtful:
            return
        try:
            self._store.note_own_number(sim_key, number)
        except StoreError as error:  # the next opening reads it again
            self._context.log.warning("the SIM's own number could not be noted", reason=error.message)

    def dials(self, sim_key: str, *, asked: str | None, by_schedule: bool) -> list[code_order.Dial]:
        """The codes of one query, in order."""
        return code_order.dials(
            self.pack,
            configured=self._settings.code,
            asked=asked,
            by_schedule=by_schedule,
            tried=lambda code: self._store.code_tried(sim_key, code),
        )

    # --- helpers

    def _check_imei(self) -> None:
        wanted = self._settings.port.removeprefix("imei:")
        found = self._backend.device.imei
        if wanted != self._settings.port and found is not None and wanted[:14] != found[:14]:
            raise PortAbsent(
                f"the modem on {self._backend.address} has another IMEI: plug in the one that is configured"
            )

    def _find_operator(self) -> None:
        backend, context = self._backend, self._context
        device = backend.device
        if device.model is not None:
            backend.learned = self._store.learned(device.model, device.firmware or "")
        self.pack, sim, no_pack = operator_lookup.find_pack(
            backend, context.packs, backend.sim, operator=self._settings.operator, log=context.log
        )
        pack = self.pack
        self.no_code = no_pack if pack is None else operator_lookup.no_code(pack)
        sim_key = operator_lookup.sim_key(sim, self._settings.name)
        self._notice_swap(sim_key)
        context.owner.publish(
            device=device,
            sim=sim,
            sim_key=sim_key,
            operator=pack.id if pack is not None else self._settings.operator,
            country=pack.country if pack is not None else None,
            currency=pack.currency if pack is not None else None,
            **self._scheduled(sim_key),
        )

    def _notice_swap(self, sim_key: str) -> None:
        """Said once: another SIM has a history, a balance and alerts of its own."""
        name = self._settings.name
        was = self._context.owner.snapshot().sim_key or self._store.current_sim_key(name)
        if sim_key != was and not {sim_key, was} & {f"modem:{name}"}:
            self._context.log.warning(
                "another SIM is in the modem: it has a history of its own", sim=sim_key, before=was
            )

    def _scheduled(self, sim_key: str) -> dict[str, Any]:
        """What the schedule would ask by, and how far apart at least."""
        dials = self.dials(sim_key, asked=None, by_schedule=True)
        if dials:
            return {"code": dials[0].code, "floor_s": dials[0].floor_s, "free": dials[0].repeatable}
        query = code_order.sms_query(self.pack, self._settings.sms_query)
        if query is not None:
            return {"code": code_order.sms_code(query), "floor_s": query.floor_s, "free": True}
        return {"code": None, "floor_s": 0.0, "free": False}
