"""What a request's end means to policy: one Cause for each, whether the modem names its error by number or by word."""

from __future__ import annotations

import pytest

from modemd.at.classify import final_result
from modemd.at.ussd import decode, parse_cusd
from modemd.backends.at.outcome import Outcome, conclude
from modemd.records import Cause, UssdMessage, UssdResult


def ended(*lines: str) -> UssdResult:
    """The result of a request that got these lines."""
    messages, final = [], None
    for line in lines:
        if (cusd := parse_cusd(line)) is not None:
            found = decode(cusd.payload, cusd.dcs, te_charset="GSM", learned=None, score=None)
            text = found.text if found is not None and found.text.strip() else None
            messages.append(UssdMessage(m=cusd.m, text=text, dcs=cusd.dcs, raw=cusd.payload or b""))
        else:
            final = final_result(line)
    return conclude(messages, final, None).result("*100#", 1.0)


@pytest.mark.parametrize(
    ("lines", "error", "cause"),
    [
        (("OK", '+CUSD: 0,"Balance 5",15'), None, None),
        (("OK",), "no answer", Cause.NO_ANSWER),
        (("OK", "+CUSD: 0"), "empty answer", Cause.EMPTY_ANSWER),
        (("OK", "+CUSD: 2"), "network terminated", Cause.REFUSED),
        (("OK", "+CUSD: 3"), "other client answered", Cause.REFUSED),
        (("OK", "+CUSD: 4"), "not supported", Cause.NOT_SUPPORTED),
        (("OK", "+CUSD: 5"), "network timeout", Cause.NETWORK_TIMEOUT),
        (("OK", "+CUSD: 6"), "unknown status 6", Cause.REFUSED),
        (("ERROR",), "ERROR", Cause.REFUSED),
        (("NO CARRIER",), "NO CARRIER", Cause.REFUSED),
        (("+CME ERROR: 10",), "CME 10", Cause.NO_SIM),
        (("+CME ERROR: 11",), "CME 11", Cause.SIM_LOCKED),
        (("+CME ERROR: 12",), "CME 12", Cause.SIM_LOCKED),
        (("+CME ERROR: 13",), "CME 13", Cause.SIM_FAILURE),
        (("+CME ERROR: 14",), "CME 14", Cause.SIM_BUSY),
        (("+CME ERROR: 15",), "CME 15", Cause.SIM_FAILURE),
        (("+CME ERROR: 30",), "CME 30", Cause.NO_SERVICE),
        (("+CUSD: 2", "+CME ERROR: 30"), "CME 30", Cause.NO_SERVICE),
        (("+CUSD: 4", "+CME ERROR: 30"), "CME 30", Cause.NO_SERVICE),
        (("+CME ERROR: 31",), "CME 31", Cause.NETWORK_TIMEOUT),
        (("+CME ERROR: 32",), "CME 32", Cause.EMERGENCY_ONLY),
        (("+CME ERROR: 258",), "CME 258", Cause.NOT_NOW),
        (("+CME ERROR: 100",), "CME 100", Cause.REFUSED),
        (("+CME ERROR: 999999999",), "CME 999999999", Cause.REFUSED),
        (("+CMS ERROR: 30",), "CMS 30", Cause.REFUSED),
        (("+CME ERROR: SIM busy",), "CME SIM busy", Cause.SIM_BUSY),
        (("+CME ERROR: no network service",), "CME no network service", Cause.NO_SERVICE),
        (("+CME ERROR: Network Timeout",), "CME Network Timeout", Cause.NETWORK_TIMEOUT),
        (("+CME ERROR: SIM not inserted",), "CME SIM not inserted", Cause.NO_SIM),
        (("+CME ERROR: SIM PIN required",), "CME SIM PIN required", Cause.SIM_LOCKED),
        (("+CME ERROR: SIM PUK required",), "CME SIM PUK required", Cause.SIM_LOCKED),
        (("+CME ERROR: SIM failure",), "CME SIM failure", Cause.SIM_FAILURE),
        (("+CME ERROR: SIM wrong",), "CME SIM wrong", Cause.SIM_FAILURE),
        (
            ("+CME ERROR: Network not allowed - emergency calls only",),
            "CME Network not allowed - emergency calls only",
            Cause.EMERGENCY_ONLY,
        ),
        (("+CME ERROR: retry operation",), "CME retry operation", Cause.NOT_NOW),
        (("+CME ERROR: something new",), "CME something new", Cause.REFUSED),
    ],
)
def test_an_end_has_one_cause(lines: tuple[str, ...], error: str | None, cause: Cause | None) -> None:
    """The phrase of the JSON stays as the modem said it; the cause is what policy reads."""
    result = ended(*lines)
    assert (result.error, result.cause) == (error, cause)


def test_octets_without_a_text() -> None:
    """An answer that no decoder reads is not one without octets, nor a text without a balance."""
    message = UssdMessage(m=0, text=None, dcs=72, raw=b"D800")
    result = conclude([message], final_result("OK"), None).result("*100#", 1.0)
    assert (result.error, result.cause, result.text, result.raw) == ("undecodable", Cause.REFUSED, None, b"D800")


def test_what_was_cancelled_has_its_own_cause() -> None:
    """Who asked gave it up: no reason to try anything else."""
    assert Outcome(status="error", error="cancelled").result("*100#", 1.0).cause is Cause.CANCELLED
