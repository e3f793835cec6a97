"""When another RAT may help a USSD query, when it may be used, and what to tell people about it. Pure."""

from __future__ import annotations

from datetime import datetime

from modemd.at.coverage import GSM, UMTS, lacking
from modemd.backends.base import RadioState
from modemd.frozen import dataclass
from modemd.records import Cause, ModemSettings, Network, UssdResult
from modemd.store import FallbackNote

# How USSD ends where a RAT has none.
SILENT = frozenset({Cause.NO_ANSWER, Cause.NETWORK_TIMEOUT})
NO_USSD = SILENT | {Cause.NO_SERVICE, Cause.NOT_SUPPORTED}
ONLY_ON_LTE = frozenset({Cause.NOT_NOW})  # says the same of a call or of data in the way
NOTHING_SENT = frozenset({Cause.NO_SERVICE})

EVERY_S = 6 * 3600.0  # between two fall-backs of a modem without a schedule
EARLY = 0.9  # the schedule's own query comes a moment before a whole `every` has passed since the last fall-back
GENERATIONS = {UMTS: "3G", GSM: "2G"}
WITH_CS = frozenset({UMTS, GSM})  # RATs with a circuit-switched domain
PACKET_ONLY = frozenset({"LTE", "NR"})


def helps(result: UssdResult, network: Network) -> bool:
    """Whether USSD ended as it does on a RAT that has none, on a modem that is registered on such a RAT, or on one that
    it does not name."""
    if result.error is None or network.registered is not True or network.rat in (GSM, UMTS):
        return False
    known = network.rat in PACKET_ONLY
    return result.cause in NO_USSD or (known and result.cause in ONLY_ON_LTE)


def order(found: RadioState, *, imsi: str | None, first: str | None = None) -> tuple[str, ...]:
    """The RATs to try one after the other: those that the modem offers and the operator's network still has. `first`:
    the one that helped the last time."""
    gone = lacking(imsi)
    return tuple(sorted((rat for rat in found.offers if rat not in gone), key=lambda rat: rat != first))


def is_left_behind(found: RadioState) -> bool:
    """Whether the setting is one that a fall-back leaves when it is cut short: GSM or UMTS alone."""
    return found.allows in (frozenset({GSM}), frozenset({UMTS}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What else counts: `uplink`, the network interface by which the modem carries the machine's connection; `note`,
    the last fall-back; `pending`, whether a setting is still to be put back from it."""

    repeatable: bool
    uplink: str | None
    note: FallbackNote | None
    now: datetime
    pending: bool = False


def refusal(result: UssdResult, settings: ModemSettings, standing: Circumstances) -> str | None:
    """Why there is no fall-back now although the configuration wants one; None = there may be one."""
    uplink, note = standing.uplink, standing.note
    if standing.pending:
        return "no fall-back to 3G or 2G: the modem's own setting is still to be put back from the last one; see status"
    if not standing.repeatable and result.cause not in NOTHING_SENT:
        return (
            "no fall-back to 3G or 2G: the code is not known to be free, so it is not sent twice; "
            "an operator pack that names it as its balance code would allow it"
        )
    if uplink is not None and not settings.radio_fallback_on_uplink:
        return (
            f"no fall-back to 3G or 2G: this modem carries the machine's connection ({uplink}), which would be cut for "
            "some 20 s; radio_fallback_on_uplink = true allows that"
        )
    every_s = EVERY_S if settings.every_s is None else settings.every_s
    if note is not None and 0 <= (past_s := (standing.now - note.at).total_seconds()) < every_s * EARLY:
        return (
            f"no fall-back to 3G or 2G: the last one was {past_s / 60:.0f} min ago, and there is one per `every` at "
            "most; ask again later"
        )
    return None


def advice(
    result: UssdResult | None,
    network: Network,
    settings: ModemSettings,
    found: RadioState | None,
    *,
    imsi: str | None = None,
) -> str | None:
    """The line for people that says what would help a modem on LTE to USSD; None = nothing known. `result` None: before
    anything was asked (`doctor`), where only a setting that rules USSD out is worth a line."""
    if found is None or (result is not None and not helps(result, network)):
        return None
    fault = found.fault
    if result is None and fault is None:
        return None
    steps = order(found, imsi=imsi)
    where = " on LTE" if network.rat in PACKET_ONLY else ""
    silent = result is not None and result.cause in SILENT
    begin = fault or (f"no answer came{where}" if silent else f"the network takes no USSD{where or ' here'}")
    if steps and settings.radio_fallback == "off":
        names = " or ".join(GENERATIONS[rat] for rat in steps)
        join = "; or" if fault else "; look at the reception, or" if silent else ":"
        how = f"takes the modem to {names} for a query, some 20 s without data, and back"
        return f'{begin}{join} radio_fallback = "auto" {how}'
    if fault is not None:
        return fault
    if found.by_hand is not None:
        return f"{begin}, and {found.by_hand}"
    if not steps and lacking(imsi) >= WITH_CS:
        return f"{begin}, and this operator has neither 3G nor 2G: ask it for another way to the balance"
    if not steps:
        return f"{begin}, and this modem offers no 3G or 2G that this operator still has"
    return None
