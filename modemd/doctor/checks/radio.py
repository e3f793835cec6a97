"""USSD and the radio access technology: LTE without voice offers none, and the modem may be locked to LTE."""

from __future__ import annotations

import re

from modemd.doctor.facts import Facts, ModemFacts
from modemd.doctor.findings import Finding, split
from modemd.explanations import SITUATIONS, line_of

PACKET_ONLY_RATS = frozenset({"LTE", "NR"})
# How a question ends where the network has no circuit-switched domain to carry it (27.007 7.15: 4 not supported, 5
# network time out; 9.2: 30 no network service, 31 network timeout, 132 service option not supported).
REFUSED = frozenset({"not supported", "network timeout", "no answer", "CME 30", "CME 31", "CME 132", "CME 258"})
SILENT = frozenset({"no answer", "network timeout", "CME 31"})
CERTAIN = frozenset({"not supported", "CME 132"})
AFTER_ANSWERS = tuple(SITUATIONS[name].do for name in ("refused after answers", "silent after answers"))


def ussd(facts: Facts) -> list[Finding]:
    """A lock of the modem that stands against USSD, and USSD refused or silent on LTE."""
    return [finding for modem in facts.modems if (finding := _finding(modem)) is not None]


def refused_on_lte(modem: ModemFacts) -> bool:
    """True if the last question ended as on a network without circuit switching, and the modem stands on one, or does
    not tell what it stands on and the refusal speaks for itself. Not where the network had answered USSD before."""
    if not modem.failures or modem.last_error not in REFUSED:
        return False
    if modem.last_hint is not None and modem.last_hint.endswith(AFTER_ANSWERS):
        return False
    return modem.rat in PACKET_ONLY_RATS or (modem.rat is None and modem.last_error in CERTAIN)


# --- helpers


def _finding(modem: ModemFacts) -> Finding | None:
    refused = refused_on_lte(modem)
    if modem.radio is not None:
        text, cure = split(modem.radio)
        return Finding("radio", "fault" if refused else "warning", modem.name, text, _with_uplink(modem, cure))
    if not refused:
        return None
    place = f"on {modem.rat}" if modem.rat else "here, as it often is on LTE"
    silent = modem.last_error in SILENT
    text = f'USSD {"gets no answer" if silent else "is refused"} {place} ("{modem.last_error}")'
    return Finding("radio", "fault", modem.name, *_text_and_cure(modem, text))


def _text_and_cure(modem: ModemFacts, text: str) -> tuple[str, str]:
    """The daemon's own word where it has looked at the modem's setting and the operator's networks, else what is true
    of most."""
    hint = modem.last_hint or ""
    if _GENERATION.search(hint) and hint != line_of(modem.last_error or ""):
        what, cure = split(hint, cure="see whether 3G or 2G has reception here, or ask the operator for another way")
        what = f"{text}, {what}" if what.startswith("no ") else f'{what} ("{modem.last_error}")'
        return what, _with_uplink(modem, cure)
    if modem.radio_fallback != "auto":
        cure = 'set radio_fallback = "auto": modemd then goes to 3G or 2G for one question and back'
        return text, _with_uplink(modem, cure)
    if modem.uplink is not None and not modem.radio_fallback_on_uplink:
        text = f"{text}, and this machine's way out ({modem.uplink}) goes through this modem, so it stays there"
        return text, "radio_fallback_on_uplink = true lets modemd interrupt it for one question"
    cure = "see whether 3G or 2G has reception here, or use another way to the balance (an SMS query)"
    return f"{text}, although radio_fallback is on", modem.last_hint or cure


def _with_uplink(modem: ModemFacts, cure: str) -> str:
    if modem.uplink is None or modem.radio_fallback_on_uplink or 'radio_fallback = "auto"' not in cure:
        return cure
    return f"{cure}; since {modem.uplink} is this machine's way out, also radio_fallback_on_uplink = true"


_GENERATION = re.compile(r"\b[23]G\b")
