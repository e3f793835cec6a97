"""The capture format: text to records and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.errors import ScenarioError
from modemd.simulator.capture import RESULTS, Capture, Pause, Received, Sent, Step, format_capture, parse_capture

LINE = st.text(st.characters(max_codepoint=255), max_size=20)
STEPS: st.SearchStrategy[Step] = st.one_of(
    LINE.map(Sent),
    LINE.map(lambda line: Received(b"\r\n" + line.encode("latin-1") + b"\r\n")),
    st.binary(max_size=20).map(lambda data: Received(data, framed=False)),
    st.integers(0, 10**5).map(lambda ms: Pause(ms / 1000)),
)
WORDS = (
    st.text(st.sampled_from("abc -#:é"), min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)
)


@settings(max_examples=100, deadline=None)
@given(
    steps=st.lists(STEPS, min_size=1, max_size=8),
    text=st.none() | st.text(max_size=20),
    result=st.none() | st.sampled_from(RESULTS),
    note=st.none() | WORDS,
    prefix=st.booleans(),
)
def test_round_trip(steps: list[Step], text: str | None, result: str | None, note: str | None, prefix: bool) -> None:
    """What is written is read back the same, any octet and any text."""
    capture = Capture(
        id="x", expect_text=text, expect_result=result, note=note, expect_prefix=prefix, steps=tuple(steps)
    )
    assert parse_capture(format_capture(capture)) == capture


def test_a_file() -> None:
    """Header, remarks, empty lines, escapes and both kinds of received octets."""
    text = '# id: a\n# a remark: of a person\n\n> AT\n< OK\\x41\n<< \\r\\n+CUSD: 0,"\xe9\\\\\n~ 250ms\n~ 1.5s\n'
    assert parse_capture(text) == Capture(
        id="a",
        steps=(
            Sent("AT"),
            Received(b"\r\nOKA\r\n"),
            Received(b'\r\n+CUSD: 0,"\xe9\\', framed=False),
            Pause(0.25),
            Pause(1.5),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# id: a\n", "no line of a dialogue"),
        ("< OK\nOK\n", "line 2"),
        ("< \\q\n", "line 1.*escape"),
        ("< \u0411\n", "octets"),
        ("~ soon\n< OK\n", "duration"),
        ("# expect-result: maybe\n< OK\n", "expect-result"),
        ("# expect-text: bare\n< OK\n", "double quotes"),
        ("# expect-prefix: yes\n< OK\n", "true or false"),
        ("# expect-txet: 1\n< OK\n", "unknown header"),
        ("# id: a\n# id: b\n< OK\n", "second time"),
    ],
)
def test_faults_name_place_and_cure(text: str, message: str) -> None:
    """A fault names file, line and cure."""
    with pytest.raises(ScenarioError, match=message) as fault:
        parse_capture(text, file="bad.capture")
    assert "bad.capture" in fault.value.message
