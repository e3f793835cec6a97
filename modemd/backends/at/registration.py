"""Registration as the modem reports it: +CREG, +CEREG (27.007 7.2, 10.1.22), +COPS (7.3), +CSQ (8.5).

Functions of the information text; the two that talk take the function that sends one command."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from modemd.at import registration as registration_grammar
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
    """The answer to a read command. A URC may stand between the lines, as a rule in front of it; one alone is better
    than nothing."""
    answers = [found for line in lines if (found := registration_grammar.answer(_value(line, name))) is not None]
    if answers:
        return Registration(answers[-1].stat, _technology(answers[-1].act))
    reports = [report for line in lines if (report := registration_report(line, name)) is not None]
    return reports[-1] if reports else None


def registration_report(line: str, name: str = "CREG") -> Registration | None:
    """A URC; None for any other line."""
    found = registration_grammar.unsolicited(_value(line, name))
    return None if found is None else Registration(found.stat, _technology(found.act))


def operator_read(lines: Sequence[str], *, te_charset: str | None = None) -> tuple[str | None, str | None]:
    """Name or PLMN, and technology: +COPS: <mode>[,<format>,<oper>[,<AcT>]]. (None, None) when on no network."""
    for line in lines:
        # The quote behind the name may be lost: +COPS: 0,0,"TELE2,0
        found = re.match(r'\+COPS:\s*\d\s*,\s*\d\s*,\s*(?:"(.*?)"?|([^",]*))\s*(?:,\s*(\d{1,2}))?\s*$', line)
        if found:
            name = found[1] if found[1] is not None else found[2]
            return _readable(name.strip(), te_charset) or None, _technology(int(found[3]) if found[3] else None)
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


def _value(line: str, name: str) -> str:
    head, colon, rest = line.partition(":")
    return rest if colon and head.strip() == f"+{name}" else ""


def _technology(act: int | None) -> str | None:
    return None if act is None else TECHNOLOGIES.get(act)


def _readable(name: str, te_charset: str | None) -> str:
    """With CSCS "UCS2" strings come as hexadecimal UCS2 (27.007 5.4.3)."""
    if te_charset == "UCS2" and len(name) % 4 == 0 and re.fullmatch(r"[0-9A-Fa-f]+", name):
        return bytes.fromhex(name).decode("utf-16-be", "replace")
    return name
