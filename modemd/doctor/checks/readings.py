"""The balance itself: asked, read, and not too old."""

from __future__ import annotations

from modemd.doctor.checks.radio import refused_on_lte
from modemd.doctor.facts import Facts, ModemFacts
from modemd.doctor.findings import Finding, Severity

SEVERAL = 3  # failures running: the operator has changed something


def asked(facts: Facts) -> list[Finding]:
    """One finding a modem that the daemon told about: stale, unreadable, never asked, or well."""
    return [_reading(modem) for modem in facts.modems if modem.state is not None and not facts.daemon.old]


# --- helpers


def _reading(modem: ModemFacts) -> Finding:
    if modem.level == "stale":
        why = f"; the last question ended: {modem.last_hint or modem.last_error}" if modem.failures else ""
        text = f"its balance has not been read for too long{why}"
        return Finding("stale", "fault", modem.name, text, _cure(modem))
    if modem.failures and modem.last_error is not None and not refused_on_lte(modem):
        severity: Severity = "fault" if modem.failures >= SEVERAL else "warning"
        count = "the last question" if modem.failures == 1 else f"the last {modem.failures} questions"
        text = f'{count} brought no balance ("{modem.last_error}")'
        return Finding("reading", severity, modem.name, text, modem.last_hint or _cure(modem))
    if not modem.asked:
        cure = "ask now: modemd balance" if modem.every_s is None else ""
        return Finding("reading", "note", modem.name, "no balance has been asked for yet", cure)
    if modem.failures:
        return Finding("reading", "note", modem.name, "the last question brought no balance", "see the radio finding")
    return Finding("reading", "ok", modem.name, f"read {_ago(modem.last_age_s)}")


def _cure(modem: ModemFacts) -> str:
    if modem.every_s is None:
        return 'ask now: modemd balance; or set every = "6h"'
    if modem.state not in (None, "ready", "busy", "quarantine"):
        return "mend what keeps the modem from asking"
    return "ask now and see what comes: modemd balance; modemd history shows what came before"


def _ago(age_s: int | None) -> str:
    if age_s is None:
        return "at a time that is not known"
    return f"{age_s // 3600} h ago" if age_s >= 3600 else f"{age_s // 60} min ago"
