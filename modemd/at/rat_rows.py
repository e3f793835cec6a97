"""How a modem is told which radio access technologies (RATs) it may use: the shape of the rows that stand in the
files of at/makes, and in at/standard.py.

Whether a command was heeded is shown by the read command alone: firmware exists that says OK and writes nothing
(ModemManager, plugin huawei)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

GSM, UMTS, LTE, NR = "GSM", "UMTS", "LTE", "NR"
WITH_CS = (UMTS, GSM)  # RATs with a circuit-switched domain, in the order in which they are tried
ANY = frozenset({GSM, UMTS, LTE, NR})
PACKET_ONLY = frozenset({LTE, NR})

Rats = frozenset[str]


def allow(*rats: str) -> Rats:
    """What a mode allows."""
    return frozenset(rats)


class Domain(NamedTuple):
    """Where the modem says whether it takes part in the circuit-switched domain. `read`: the first of these that is
    answered; () = in the RAT setting's own answer. `shown` finds the value in a line, `packet_only` are the values that
    mean "data alone". `on_lte_alone`: on UMTS and GSM the modem takes part all the same."""

    shown: str
    packet_only: frozenset[str]
    cure: str
    read: tuple[str, ...] = ()
    on_lte_alone: bool = False


class RatRow(NamedTuple):
    """One command of a make. `match` narrows it to some models: it is tried on "manufacturer model" without regard to
    case, "" = all that the make has.

    `shown`: the line that answers `read`; group 1 is the setting. `place`: which of its fields is the mode. `modes`:
    mode -> RATs; with `parts` a mode may be put together of several ("030201"). `only`: RAT -> the mode that allows it
    alone. `enter`, `restore`: forms of the command, the next one where one is not heeded; {mode}, {value} (the setting
    as read), {bare} (without leading zeros), {0}, {1}, ... (its fields). `test`, `listed`: what the modem offers; group
    1 holds the modes. `shows` False: the setting as read does not tell which RAT was chosen. `unsupported`: why it is
    never changed by itself. `free`: what a person types to let the modem choose."""

    why: str
    read: str
    shown: str
    modes: Mapping[str, Rats]
    match: str = ""
    only: Mapping[str, str] = MappingProxyType({})
    enter: tuple[str, ...] = ()
    restore: tuple[str, ...] = ()
    test: str | None = None
    listed: str = r"^\S+?:\s*\(([^()]*)\)"
    must_list: bool = False
    place: int = 0
    parts: str | None = None
    lacks: Rats = frozenset()
    shows: bool = True
    unsupported: str | None = None
    domain: Domain | None = None
    free: str | None = None
    final_s: float = 15.0  # until the final result code: the modem may leave its cell first
