"""What a row says is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from modemd.cli.history import note
from modemd.cli.watch import EventLines
from modemd.daemon import render
from modemd.explanations import line_of
from modemd.records import Measurement, Reading, Sim

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def shown(origin: Any, kind: Any = "other") -> dict[str, Any]:
    """The row of a text without a number, as `history --json` has it."""
    m = Measurement(
        modem="home",
        sim_key="iccid:1",
        sim=Sim(),
        reading=Reading(kind=kind),
        taken_at=NOW,
        origin=origin,
        text="Hello",
        operator=None,
        country=None,
        channel="ussd",
    )
    return render.measurement(m, level="unknown", days_left=None, now=NOW)


@pytest.mark.parametrize(
    ("origin", "error"),
    [
        ("query", "unreadable"),
        ("schedule", "unreadable"),
        ("late", "late answer"),
        ("network", "sent by the network"),
        ("sms", "sent by the operator"),
    ],
)
def test_a_text_that_answers_no_question_is_not_called_unreadable(origin: str, error: str) -> None:
    """It says what it is, once, to scripts and to people."""
    row = shown(origin)
    assert row["error"] == error
    assert note(row).count(error) == 1
    line = EventLines().of({"type": "failure", "at": "2026-06-01T12:00:00Z", "modem": "home", "measurement": row})
    assert line is not None
    assert line_of(error) in line
    assert line.endswith(f'{line_of(error)}  "Hello"')


def test_a_late_text_of_a_known_kind_says_which() -> None:
    """An operator's refusal is one, whenever it comes."""
    assert shown("late", "error")["error"] == "operator error"
