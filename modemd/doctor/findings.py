"""What a check says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["ok", "note", "warning", "fault"]

WORST_FIRST: tuple[Severity, ...] = ("fault", "warning", "note", "ok")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `check` is a stable word for scripts, `subject` the modem, device, file or channel
    that is meant, `text` says what is so, `cure` what to do ("" where there is nothing to do).

    fault: a balance cannot be asked, read or warned about. warning: it works, and may not for long. note: worth
    knowing, or something could not be looked at. ok: looked at, and well."""

    check: str
    severity: Severity
    subject: str
    text: str
    cure: str = ""


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Worst first, each finding once, else in the order of the checks."""
    return sorted(dict.fromkeys(findings), key=lambda finding: WORST_FIRST.index(finding.severity))


def healthy(findings: Iterable[Finding]) -> bool:
    """True if nothing is a fault; warnings are for the next quiet hour."""
    return not any(finding.severity == "fault" for finding in findings)


def summary(findings: Iterable[Finding]) -> str:
    """The last line for people: "healthy", or how many faults and warnings."""
    found = [finding.severity for finding in findings]
    faults, warnings = found.count("fault"), found.count("warning")
    return f"{_count(faults, 'fault')}, {_count(warnings, 'warning')}" if faults or warnings else "healthy"


def to_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The object of `modemd doctor --json`."""
    found = list(findings)
    return {
        "healthy": healthy(found),
        "findings": [
            {
                "check": finding.check,
                "severity": finding.severity,
                "subject": finding.subject,
                "text": finding.text,
                "cure": finding.cure,
            }
            for finding in found
        ],
    }


def split(line: str, *, cure: str = "") -> tuple[str, str]:
    """A line for people, "what happened: what to do", as its two halves; `cure` where it has only the first."""
    depth = 0
    for found in re.finditer(r"[()]|[:;] ", line):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0][0] in ":;" and depth <= 0:
            return line[: found.start()], line[found.end() :]
    return line, cure


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
