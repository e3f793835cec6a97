"""The choice of radio access technologies (RATs) of a modem, by the rows of its make: what its setting means, what
it offers, the commands that allow one RAT alone and that put the setting back as it was.

Functions of values; nothing here talks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from modemd.at.makes import all_makes, find_makes
from modemd.at.rat_rows import ANY, NR, PACKET_ONLY, WITH_CS, Domain, RatRow, Rats
from modemd.at.standard import STANDARD
from modemd.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RatState:
    """The setting as the modem told it. `value` verbatim; `allows` None = not known what it means; `offers` None = the
    modem does not say; `packet_only`: it takes no part in the circuit-switched domain."""

    row: RatRow
    value: str
    allows: Rats | None = None
    offers: Rats | None = None
    packet_only: bool = False

    @property
    def saved(self) -> str:
        """What is written down to put the setting back later: the question, and its answer."""
        return f"{self.row.read} {self.value}"

    @property
    def locked(self) -> bool:
        """No RAT with a circuit-switched domain is allowed."""
        return self.allows is not None and self.allows <= PACKET_ONLY


def rows_for(manufacturer: str | None, model: str | None) -> list[RatRow]:
    """The rows to try, in order: the make's own, those of a second make that is named, then the standard's."""
    name = f"{manufacturer or ''} {model or ''}".strip()
    rows = [row for make in (*find_makes(manufacturer, model), STANDARD) for row in make.rats]
    return [row for row in rows if re.search(row.match, name, re.IGNORECASE)]


def all_rows() -> list[RatRow]:
    """The rows of every make."""
    return [row for make in all_makes() for row in make.rats]


def row_of(saved: str) -> tuple[RatRow, str] | None:
    """The row and the value of what RatState.saved wrote down; None when it is no such text."""
    read, _, value = saved.partition(" ")
    row = next((row for row in all_rows() if row.read == read), None)
    return (row, value) if row is not None and row.restore and _may_go_out(value) else None


def setting_read(row: RatRow, lines: Sequence[str]) -> RatState | None:
    """The answer to `row.read`; None when it holds no setting that could be sent back."""
    for line in lines:
        found = re.match(row.shown, line.strip())
        if found is None or not _may_go_out(found[1].strip()):
            continue
        value = found[1].strip()
        domain = row.domain
        packet_only = domain is not None and not domain.read and is_packet_only(domain, [line])
        fields = _fields(value)
        mode = fields[row.place] if row.place < len(fields) else ""
        return RatState(row=row, value=value, allows=mode_rats(row, mode), packet_only=packet_only)
    return None


def offers_read(row: RatRow, lines: Sequence[str]) -> Rats | None:
    """Which RATs of `WITH_CS` the modem can be limited to, by the answer to `row.test`; None = it does not say."""
    modes = [mode for line in lines if (found := re.search(row.listed, line.strip())) for mode in _listed(found[1])]
    known = [rats for mode in modes if (rats := mode_rats(row, mode)) is not None]
    if not known:
        return None
    if row.parts is not None:
        return frozenset(rat for rat in WITH_CS if any(rat in rats and rats != ANY for rats in known))
    return frozenset(rat for rat in WITH_CS if frozenset({rat}) in known)


def is_packet_only(domain: Domain, lines: Sequence[str]) -> bool:
    return any((found := re.match(domain.shown, line.strip())) and found[1] in domain.packet_only for line in lines)


def mode_rats(row: RatRow, mode: str) -> Rats | None:
    """What a mode allows; None = not known."""
    mode = mode.strip().strip('"').upper()
    if not mode:
        return None
    modes = {_bare(name): rats for name, rats in row.modes.items()}
    if (known := modes.get(_bare(mode))) is not None or row.parts is None:
        return known
    if re.fullmatch(f"(?:{row.parts}:?)+", mode) is None:
        return None
    parts = [modes.get(_bare(part)) for part in re.findall(row.parts, mode)]
    rats = [part for part in parts if part is not None]
    return frozenset(rat for part in rats for rat in part) if len(rats) == len(parts) else None


def steps(state: RatState) -> tuple[str, ...]:
    """The RATs to try one after the other: those with a circuit-switched domain that the modem offers. Which of them
    the operator's network has is fallback_policy.order's to know."""
    row = state.row
    barred = state.packet_only and row.domain is not None and not row.domain.on_lte_alone
    if row.unsupported is not None or barred:
        return ()
    offered = state.offers if state.offers is not None else ANY - row.lacks
    found = [rat for rat in WITH_CS if rat in row.only and rat in offered]
    return tuple(rat for rat in found if state.allows != frozenset({rat}))


def enter_commands(state: RatState, rat: str) -> tuple[str, ...]:
    """The forms of the command that allows `rat` alone and leaves roaming, domain and bands as they are."""
    mode = state.row.only[rat]
    return tuple(dict.fromkeys(_filled(form, state.value, mode) for form in state.row.enter))


def restore_commands(row: RatRow, value: str) -> tuple[str, ...]:
    """The forms of the command that puts `value` back."""
    return tuple(dict.fromkeys(_filled(form, value, _fields(value)[row.place]) for form in row.restore))


def same_setting(first: str, second: str) -> bool:
    """Whether two settings are the same but for quotes, spaces, leading zeros and empty fields at the end."""
    return _normal(first) == _normal(second)


def same_meaning(row: RatRow, first: str, second: str) -> bool:
    """Whether two settings allow the same RATs and differ in nothing but the mode: "00" may be shown as "030201"."""
    one, other = _normal(first), _normal(second)
    if len(one) != len(other) or row.place >= len(one):
        return False
    allowed = [mode_rats(row, fields[row.place]) for fields in (_fields(first), _fields(second))]
    if allowed[0] is None or allowed[1] is None:
        return False
    rest = [[*fields[: row.place], *fields[row.place + 1 :]] for fields in (one, other)]
    return rest[0] == rest[1] and allowed[0] - {NR} == allowed[1] - {NR}


def explain(state: RatState) -> str | None:
    """A line for people about a setting that keeps USSD from working, and what to change by hand; None = there is
    none. modemd itself changes neither for good."""
    if state.packet_only and state.row.domain is not None:
        return f"the modem is set to data only, which rules USSD out: {state.row.domain.cure}"
    if state.locked:
        cure = f"{state.row.free} lets it choose" if state.row.free else "let it choose the technology itself"
        return f"the modem is locked to LTE, where this network takes no USSD: {cure}"
    return None


# --- helpers

# What is put back goes on the wire as it was read, so nothing in it may end the command or begin another (V.250 5.2).
_MAY_GO_OUT = r'[0-9A-Za-z",: -]{1,300}'


def _may_go_out(value: str) -> bool:
    return value.isascii() and re.fullmatch(_MAY_GO_OUT, value) is not None


def _fields(value: str) -> list[str]:
    return [part.strip().strip('"') for part in value.split(",")]


def _bare(mode: str) -> str:
    return mode.strip().strip('"').upper().lstrip("0") or "0"


def _normal(value: str) -> list[str]:
    fields = [_bare(part) if part else "" for part in _fields(value)]
    while fields and not fields[-1]:
        fields.pop()
    return fields


def _listed(text: str) -> list[str]:
    """The modes in a list of a test command: numbers, ranges, words, each perhaps with its name behind it."""
    modes: list[str] = []
    for part in re.split(r"[,()\s]+", text):
        first, _, last = part.strip('"').partition("-")
        if first.isdigit() and last.isdigit() and int(first) <= int(last) <= 99:
            modes += [str(number) for number in range(int(first), int(last) + 1)]
        elif first:
            modes.append(first)
    return modes


def _filled(form: str, value: str, mode: str) -> str:
    fields = [*_fields(value), "", "", "", "", ""]
    return form.format(*fields, value=value, mode=mode, bare=_bare(mode))
