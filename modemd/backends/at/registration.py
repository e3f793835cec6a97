"""Registration as the modem reports it: +CREG, +CEREG (27.007 7.2, 10.1.22), +COPS (7.3), +CSQ (8.5).

Functions of the information text; the two that talk take the function that sends one command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from modemd.errors import CommandError
from modemd.frozen import dataclass
from modemd.records import Network

Command = Callable[[str], Sequence[str]]

# 27.007 7.2 <stat>: 1 home, 5 roaming, 6 and 7 the same for SMS only, 9 and 10 the same without preferred CS fall-back.
REGISTERED = frozenset({1, 5, 6, 7, 9, 10})
ROAMING = frozenset({5, 7, 10})
DENIED = 3
UNKNOWN = 4  # out of the coverage that the modem can judge: not a "no"

# 27.007 7.3 <AcT>
TECHNOLOGIES = {0: "GSM", 1: "GSM", 2: "UMTS", 3: "GSM", 4: "UMTS", 5: "UMTS", 6: "UMTS", 7: "LTE", 8: "GSM", 9: "LTE"}
TECHNOLOGIES |= {10: "LTE", 11: "NR", 12: "NR", 13: "LTE"}


@dataclass(frozen=True, slots=True)
class Registration:
    """<stat> of one registration report, and <AcT> where it carried one."""

    stat: int
    technology: str | None = None

    @property
    def registered(self) -> bool | None:
        return None if self.stat == UNKNOWN else self.stat in REGISTERED


def read_registration(command: Command) -> Network:
    """One +CREG?, and +CEREG? where that says no: a modem that is on LTE alone is registered there only.

    `registered` None when the modem answers neither. Raises ModemError only."""
    reports = []
    for name in ("CREG", "CEREG"):
        try:
            report = registration_read(command(f"AT+{name}?"), name)
        except CommandError:
            continue
        if report is not None:
            reports.append(report)
            if report.registered:
                break
    best = next((report for report in reports if report.registered), reports[0] if reports else None)
    if best is None:
        return Network()
    return Network(
        registered=best.registered,
        roaming=best.stat in ROAMING,
        denied=best.stat == DENIED,
        rat=best.technology,
    )


def read_details(command: Command, known: Network, *, te_charset: str | None = None) -> Network:
    """`known` with operator, technology (+COPS?, whose format is left as it is) and signal (+CSQ) filled in."""
    try:
        operator, technology = operator_read(command("AT+COPS?"), te_charset=te_charset)
        known = replace(known, operator=operator or known.operator, rat=technology or known.rat)
    except CommandError:
        pass
    try:
        return replace(known, signal_dbm=signal_read(command("AT+CSQ")))
    except CommandError:
        return known


def registration_read(lines: Sequence[str], name: str) -> Registration | None:
    """The answer to a read command: <n>,<stat>[,<lac>,<ci>[,<AcT>]]. A URC between the lines (<stat>[,<lac>,<ci>...])
    is told apart by its fields; where only such a report is there, it is better than nothing."""
    fallback = None
    for line in lines:
        fields = _fields(line, name)
        if len(fields) >= 2 and len(fields) != 3 and re.fullmatch(r"\d{1,2}", fields[1]):
            return Registration(int(fields[1]), _technology(fields[4:5]))
        fallback = registration_report(line, name) or fallback
    return fallback


def registration_report(line: str, name: str = "CREG") -> Registration | None:
    """A URC: <stat>[,<lac>,<ci>[,<AcT>]]; None for any other line."""
    fields = _fields(line, name)
    if not fields or not re.fullmatch(r"\d{1,2}", fields[0]) or int(fields[0]) > max(REGISTERED):
        return None
    return Registration(int(fields[0]), _technology(fields[3:4]))


def operator_read(lines: Sequence[str], *, te_charset: str | None = None) -> tuple[str | None, str | None]:
    """Name or PLMN, and technology: +COPS: <mode>[,<format>,<oper>[,<AcT>]]. (None, None) when on no network."""
    for line in lines:
        found = re.match(r'\+COPS:\s*\d\s*,\s*(\d)\s*,\s*(?:"(.*)"|([^",]*))\s*(?:,\s*(\d+))?\s*$', line)
        if found:
            name = found[2] if found[2] is not None else found[3]
            return _readable(name.strip(), te_charset) or None, _technology([found[4]] if found[4] else [])
    return None, None


def signal_read(lines: Sequence[str]) -> int | None:
    """dBm of +CSQ: <rssi>,<ber>; None for 99 (not known) and for what is no 27.007 value."""
    for line in lines:
        found = re.match(r"\+CSQ:\s*(\d+)", line)
        if found:
            rssi = int(found[1])
            return 2 * rssi - 113 if rssi <= 31 else None
    return None


# --- helpers


def _fields(line: str, name: str) -> list[str]:
    head, colon, rest = line.partition(":")
    if not colon or head.strip() != f"+{name}":
        return []
    return [field.strip().strip('"') for field in rest.split(",")]


def _technology(field: Sequence[str]) -> str | None:
    return TECHNOLOGIES.get(int(field[0])) if field and field[0].isdigit() else None


def _readable(name: str, te_charset: str | None) -> str:
    """With CSCS "UCS2" strings come as hexadecimal UCS2 (27.007 5.4.3)."""
    if te_charset == "UCS2" and len(name) % 4 == 0 and re.fullmatch(r"[0-9A-Fa-f]+", name):
        return bytes.fromhex(name).decode("utf-16-be", "replace")
    return name
