"""What a server's no means: never again, later, or for a person to mend. No network."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.alerts.channels.servers import LONGEST_S, PERSON_S, refusal, retry_after_s

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "headers", "permanent", "retry_s", "words"),
    [
        (400, {}, True, None, "answered 400"),
        (422, {}, True, None, "answered 422"),
        (401, {}, False, PERSON_S, "is the token right?"),
        (404, {}, False, PERSON_S, "is the address right?"),
        (429, {"retry-after": "120"}, False, 120.0, "answered 429"),
        (429, {}, False, None, "answered 429"),
        (503, {"retry-after": format_datetime(NOW + timedelta(minutes=5), usegmt=True)}, False, 300.0, "503"),
        (503, {"retry-after": "99999999999999999999"}, False, LONGEST_S, "503"),
        (500, {"retry-after": "soon"}, False, None, "500"),
        (302, {"location": "https://login.example/"}, False, None, "(https://login.example)"),
        (301, {"location": "/elsewhere"}, False, None, "write that in url"),
        (301, {"location": "http://[broken/"}, False, None, "write that in url"),
        (301, {}, False, None, "write that in url"),
    ],
)
def test_what_a_status_means(
    status: int, headers: dict[str, str], permanent: bool, retry_s: float | None, words: str
) -> None:
    error = refusal("hook", status, headers, "no\nsecond line", now=NOW)
    assert (error.permanent, error.retry_after_s, words in error.message) == (permanent, retry_s, True), error


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_clock_that_is_off_is_no_lasting_no(status: int) -> None:
    """A Pi that started in 1970, or a day behind: a signed message is refused until the time is right."""
    date = format_datetime(NOW, usegmt=True)
    for clock in (datetime(1970, 1, 1, tzinfo=UTC), NOW - timedelta(days=1), NOW + timedelta(minutes=6)):
        error = refusal("hook", status, {"date": date}, "", now=clock)
        assert (error.permanent, error.retry_after_s) == (False, 600.0)
    assert refusal("hook", 400, {"date": date}, "", now=NOW + timedelta(minutes=4)).permanent


def test_where_a_server_sends_us_is_told_without_the_path() -> None:
    """It is the same as ours with another scheme, most often, and as good as a password."""
    where = {"location": "https://me:pass@hc.example:8443/0f1e2d3c?key=secret"}
    message = refusal("hc.example", 301, where, "Moved to https://hc.example/0f1e2d3c", now=NOW).message
    assert "(https://hc.example:8443)" in message
    assert not any(word in message for word in ("0f1e2d3c", "secret", "pass"))


def test_a_page_is_not_quoted() -> None:
    error = refusal("hook", 503, {"content-type": "text/html; charset=utf-8"}, "<html>sorry", now=NOW)
    assert error.message == "hook answered 503"


@given(st.text() | st.integers().map(str) | st.datetimes().map(format_datetime))
def test_retry_after_is_bounded_whatever_it_says(text: str) -> None:
    found = retry_after_s(text, now=NOW)
    assert found is None or 0.0 <= found <= LONGEST_S
