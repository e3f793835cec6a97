"""When a fall-back begins, when it does not, and what people are told then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modemd.backends.at.outcome import cause_of
from modemd.modem.radio.fallback import Trip
from modemd.modem.radio.fallback_policy import Circumstances, advice, helps, refusal
from modemd.records import Cause, ModemSettings, Network, UssdResult
from modemd.store import FallbackNote

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
ON_LTE = Network(registered=True, rat="LTE")


@pytest.mark.parametrize(
    ("error", "rat", "registered", "expected"),
    [
        ("CME 30", "LTE", True, True),
        ("CME 31", "LTE", True, True),
        ("CME no network service", "LTE", True, True),
        ("not supported", "NR", True, True),
        ("no answer", "LTE", True, True),
        ("network timeout", "LTE", True, True),
        ("no answer", None, True, True),
        ("CME 258", "LTE", True, True),
        ("CME 258", None, True, False),
        ("no answer", "UMTS", True, False),
        ("not supported", "GSM", True, False),
        ("no answer", "LTE", False, False),
        ("no answer", "LTE", None, False),
        ("ERROR", "LTE", True, False),
        ("cancelled", "LTE", True, False),
        ("unreadable", "LTE", True, False),
        (None, "LTE", True, False),
    ],
)
def test_when_it_may_help(error: str | None, rat: str | None, registered: bool | None, expected: bool) -> None:
    """Only the ends that a RAT without circuit-switched domain has, and only on such a RAT or an unknown one."""
    result = UssdResult(code="*100#", status="error", error=error, cause=cause_of(error))
    assert helps(result, Network(registered=registered, rat=rat)) is expected


def test_csfb_has_moved_the_modem(bench: Callable[..., Any]) -> None:
    """A modem that stands on UMTS after the request had its circuit-switched domain: nothing is changed."""
    b = bench()
    b.device.networks = ["UMTS"]
    assert b.query(UssdResult(code="*100#", status="timeout", error="no answer", cause=Cause.NO_ANSWER)) == Trip()
    assert b.device.switches == []


FAILED = UssdResult(code="*100#", status="not_supported", error="not supported", cause=Cause.NOT_SUPPORTED)


def test_lock_to_lte_is_named(bench: Callable[..., Any], named: Any) -> None:
    """A modem locked to LTE: the lock is named with its cure, and the key as the other way."""
    b = bench(named("SIMCOM"))
    b.settings = replace(b.settings, radio_fallback="off")
    hint = b.query().hint or ""
    assert "locked to LTE" in hint
    assert "AT+CNMP=2" in hint
    assert 'radio_fallback = "auto"' in hint


def test_data_only_is_named(bench: Callable[..., Any], named: Any) -> None:
    """A modem without circuit-switched domain gains nothing by another RAT: said, and nothing changed."""
    b = bench(named("Quectel"))
    b.device.peer.answers['AT+QCFG="servicedomain"'] = ('+QCFG: "servicedomain",1', "OK")
    hint = b.query().hint or ""
    assert "data only" in hint
    assert b.device.switches == []


def test_modem_that_cannot_be_switched_is_named(bench: Callable[..., Any]) -> None:
    """u-blox needs to leave the network and a restart: never done, and said."""
    b = bench(prepare=lambda d: d.peer.answers.update({"AT+CGMI": ("u-blox", "OK"), "AT+URAT?": ("+URAT: 4", "OK")}))
    assert "u-blox" in (b.query(FAILED).hint or "")
    assert not any(command.startswith("AT+URAT=") for command in b.device.peer.commands)


def test_operator_without_any(bench: Callable[..., Any]) -> None:
    """Neither 3G nor 2G at this operator: said, and nothing changed."""
    b = bench(prepare=lambda device: device.peer.answers.update({"AT+CIMI": ("405857123456789", "OK")}))
    assert "neither 3G nor 2G" in (b.query().hint or "")
    assert b.device.switches == []


def test_unknown_modem(bench: Callable[..., Any], telit: Any) -> None:
    """A modem with no RAT command that is known: no change, no advice."""
    b = bench(prepare=lambda device: device.peer.answers.update({telit.read: ("ERROR",)}))
    assert b.query() == Trip()
    assert b.device.switches == []


def test_advice_before_anything_was_asked(bench: Callable[..., Any], named: Any) -> None:
    """`doctor` is told of a lock, and of nothing where there is none."""
    settings = ModemSettings(name="home", port="x")
    found = bench(named("SIMCOM")).backend.radio.state()
    assert "locked to LTE" in (advice(None, ON_LTE, settings, found) or "")
    assert advice(None, ON_LTE, settings, bench().backend.radio.state()) is None


def test_refusal_after_a_clock_that_jumped() -> None:
    """A last fall-back in the future (the Pi had no clock yet) forbids nothing."""
    note = FallbackNote(at=NOW + timedelta(days=400))
    settings = ModemSettings(name="home", port="x", radio_fallback="auto")
    assert refusal(FAILED, settings, Circumstances(repeatable=True, uplink=None, note=note, now=NOW)) is None
