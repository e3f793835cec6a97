"""What is known of every built-in pack without parsing it: enough to find the one of a SIM and to list them all."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from modemd.frozen import dataclass
from modemd.money.pack import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`codes` are the USSD codes, best first; `confidence` is that of the best query, "" where there is none."""

    id: str
    file: str  # name of the file, without its folder
    name: str
    country: str
    currency: str
    plmn: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    spn: tuple[str, ...] = ()
    iccid_prefix: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sms: tuple[str, ...] = ()  # "TEXT to NUMBER"
    confidence: str = ""
    patterns: int = 0
    examples: int = 0


def entry(pack: Pack, *, file: str) -> Entry:
    return Entry(
        id=pack.id,
        file=file,
        name=pack.name,
        country=pack.country,
        currency=pack.currency,
        plmn=pack.plmn,
        names=pack.names,
        spn=pack.spn,
        iccid_prefix=pack.iccid_prefix,
        codes=tuple(query.code for query in pack.queries if query.kind == "ussd" and query.code),
        sms=tuple(f"{query.text} to {query.number}".strip() for query in pack.queries if query.kind == "sms"),
        confidence=pack.queries[0].confidence if pack.queries else "",
        patterns=len(pack.patterns),
        examples=len(pack.examples),
    )


def dump(entries: Iterable[Entry]) -> str:
    """The text of the index: one JSON object a line in the order of ids, without what is empty."""
    lines = [
        json.dumps({key: value for key, value in asdict(item).items() if value}, ensure_ascii=False)
        for item in sorted(entries, key=lambda e: e.id)
    ]
    return "\n".join(lines) + "\n"


def parse(text: str) -> list[Entry]:
    """Raises ValueError where the text is no index of this version."""
    entries = []
    for line in text.splitlines():
        fields: Any = json.loads(line)
        try:
            values: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()
            }
            entries.append(Entry(**values))
        except (AttributeError, TypeError) as error:
            raise ValueError(str(error)) from error
    return entries
