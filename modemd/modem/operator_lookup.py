"""Whose SIM it is: the key its history is kept under, and the operator pack that belongs to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

from modemd.errors import ConfigError
from modemd.explanations import situation
from modemd.money.operators import Packs
from modemd.money.pack import Pack
from modemd.records import Sim


class SpnReader(Protocol):
    def spn(self) -> str | None: ...


def sim_key(sim: Sim, modem: str) -> str:
    """ICCID, else IMSI, else the modem's name; the prefix says which."""
    if sim.iccid is not None:
        return f"iccid:{sim.iccid}"
    return f"imsi:{sim.imsi}" if sim.imsi is not None else f"modem:{modem}"


def no_code(pack: Pack) -> str | None:
    """The line for people where an operator has no balance code, or none that is known; else None."""
    if pack.balance_at is not None:
        return situation("no balance code", operator=pack.name, place=pack.balance_at)
    return None if pack.queries else situation("balance code not known", operator=pack.name)


def find_pack(
    modem: SpnReader, packs: Packs, sim: Sim, *, operator: str | None, log: Any
) -> tuple[Pack | None, Sim, str | None]:
    """The configured operator's pack, else the SIM's; the SIM comes back with its provider name where that had to be
    read, because several brands share the network. Without a pack the third value says why, and what settles it."""
    try:
        if operator is not None:
            return packs.get(operator), sim, None
        match = packs.find(imsi=sim.imsi, iccid=sim.iccid)
        if match.pack is None and len(match.candidates) > 1:
            sim = replace(sim, spn=modem.spn())
            match = packs.find(imsi=sim.imsi, spn=sim.spn, iccid=sim.iccid)
    except ConfigError as error:
        log.warning("operator pack unusable", reason=error.message)
        return None, sim, f"the operator's pack cannot be used: {error.message}"
    if match.pack is not None:
        return match.pack, sim, None
    log.info("operator not known", why=match.why)
    return None, sim, match.why
