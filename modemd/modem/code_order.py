"""Which codes a balance query dials, and in which order; when it asks by short message. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from modemd.frozen import dataclass
from modemd.money.pack import Pack, Query


@dataclass(frozen=True, slots=True)
class Dial:
    """One code to try. `repeatable`: a pack says that it only asks; `by_sms`: that the answer comes as a short message;
    `floor_s`: how far apart two questions of the schedule must be."""

    code: str
    menu: tuple[str, ...] = ()
    repeatable: bool = False
    by_sms: bool = False
    floor_s: float = 0.0


def dials(
    pack: Pack | None, *, configured: str | None, asked: str | None, by_schedule: bool, tried: Callable[[str], bool]
) -> list[Dial]:
    """The codes of a query in order. `asked` (for this query) or `configured` stands alone. Else the pack's, of which
    the schedule dials only those that are known well and free, or that a person has asked for; and a person's query
    goes on only to such codes after the first."""
    own = {query.code: query for query in _queries(pack)}
    alone = asked or configured
    if alone is not None:
        return [_dial(alone, own.get(alone))]
    order = [(code, query) for code, query in own.items() if code is not None]
    safe = [_dial(code, query) for code, query in order if is_safe(query) or tried(code)]
    if by_schedule or not order:
        return safe
    first = _dial(*order[0])
    return [first, *(dial for dial in safe if dial.code != first.code)]


def data_dial(pack: Pack | None) -> Dial | None:
    """The pack's first code for the data left that may be dialled without being asked for."""
    found = next((query for query in ([] if pack is None else pack.data) if query.code and is_safe(query)), None)
    return None if found is None else _dial(found.code or "", found)


def is_safe(query: Query) -> bool:
    return query.confidence in ("high", "medium") and not query.cost


def sms_query(pack: Pack | None, setting: Literal["off", "auto"]) -> Query | None:
    """The pack's question by short message, where the configuration allows one and the pack proves that it is free."""
    if pack is None or setting != "auto":
        return None
    return next((query for query in pack.queries if is_free_sms(query)), None)


def is_free_sms(query: Query) -> bool:
    proved = query.cost is not None and query.cost == 0 and query.confidence in ("high", "medium")
    return query.kind == "sms" and bool(query.number) and proved


def sms_code(query: Query) -> str:
    """What stands as the `code` of a row that was asked for by short message: "sms:NUMBER:TEXT"."""
    return f"sms:{query.number}:{query.text or ''}"


# --- helpers


def _queries(pack: Pack | None) -> list[Query]:
    return [] if pack is None else [query for query in pack.queries if query.kind == "ussd" and query.code]


def _dial(code: str, query: Query | None) -> Dial:
    if query is None:
        return Dial(code)
    by_sms = query.reply == "sms"
    return Dial(code, menu=query.menu, repeatable=not query.cost, by_sms=by_sms, floor_s=query.floor_s)
