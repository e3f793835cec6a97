"""Tapped rows -> a capture: the same file is a bug report, a scenario for the fake modem and a regression test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from modemd.at.classify import LineKind, classify, final_result
from modemd.at.lines import LineReader
from modemd.at.ussd import CusdLine, candidates, is_cut, parse_cusd
from modemd.simulator.capture import Capture, Pause, Received, Sent, Step

LEAST_PAUSE_S = 0.05  # shorter ones are the pace of the port, not of the modem
LONGEST_PAUSE_S = 180.0  # longer than any answer takes: nobody waited for what came then
_STATUS = re.compile(rb"\+CUSD\s*:\s*(\d)")
STATUS_ERRORS = {2: "network terminated", 4: "not supported", 5: "network timeout"}


def to_steps(rows: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
    """The steps of a capture: one Sent a command line, one Received a read of the port, the pauses between."""
    steps: list[Step] = []
    at_s = 0.0
    for row in rows:
        data = str(row["data"]).encode("latin-1")
        gap_s, at_s = float(row["at_s"]) - at_s, float(row["at_s"])
        if row["sent"]:
            steps += [Sent(line) for line in _commands(data)]
            continue
        if gap_s >= LEAST_PAUSE_S and steps:
            steps.append(Pause(round(min(gap_s, LONGEST_PAUSE_S), 2)))
        framed = len(data) >= 4 and data[:2] == data[-2:] == b"\r\n" and not set(b"\r\n") & set(data[2:-2])
        steps.append(Received(data, framed=framed))
    return tuple(steps)


def only_the_dialogue(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Without the commands that followed the last USSD request: nobody asked for these."""
    last = max((place for place, step in enumerate(steps) if _is_request(step)), default=None)
    if last is None:
        return tuple(steps)
    end = next(
        (
            place
            for place in range(last + 1, len(steps))
            if isinstance(steps[place], Sent) and not _is_request(steps[place])
        ),
        len(steps),
    )
    while end and isinstance(steps[end - 1], Pause):
        end -= 1
    return tuple(steps[:end])


def dialogues(steps: Sequence[Step]) -> int:
    """How many USSD dialogues there are: an answer to a menu begins none, nor does another try behind a failure."""
    count, goes_on = 0, False
    for step in steps:
        if _is_request(step):
            count += not goes_on
            goes_on = True
        elif isinstance(step, Received) and (found := _STATUS.search(step.data)) is not None:
            goes_on = found[1] not in (b"0", b"2")
    return count


def expected(capture: Capture, *, decoder: str | None = None, error: str | None = None) -> Capture:
    """The capture with what a TE makes of its last answer. `decoder`: the one that modemd read it with, `error`: how
    modemd calls what went wrong, where the octets do not say."""
    answers, heard = _heard(capture.steps)
    error = heard or error
    if not any(_is_request(step) for step in capture.steps):
        return replace(capture, expect_result="none") if not answers else capture
    if not answers:
        if heard is not None:
            return replace(capture, expect_result="error", expect_error=heard)
        return replace(capture, expect_result="timeout", expect_error="no answer")
    answer = answers[-1]
    found = candidates(answer.payload, answer.dcs, te_charset=None)
    best = next((item for item in found if item.decoder == decoder), found[0] if found else None)
    if answer.m not in (0, 1, 2) or best is None or not best.text.strip():
        why = STATUS_ERRORS.get(answer.m) or error
        return replace(capture, expect_result="error", expect_error=why)
    return replace(
        capture,
        expect_result="menu" if answer.m == 1 else "reply",
        expect_text=best.text,
        expect_prefix=is_cut(answer, best.decoder),
    )


def _commands(data: bytes) -> Iterator[str]:
    """Command lines without their ends. ESC and line ends alone say nothing."""
    for line in data.replace(b"\x1b", b"").split(b"\r"):
        if text := line.decode("latin-1").strip("\r\n"):
            yield text


def _is_request(step: Step) -> bool:
    return isinstance(step, Sent) and step.command.upper().startswith(("AT+CUSD=1,", "AT+CUSD=0,"))


def _heard(steps: Sequence[Step]) -> tuple[list[CusdLine], str | None]:
    """The +CUSD lines behind the first request, and the last error that a request got."""
    reader = LineReader()
    answers: list[CusdLine] = []
    errors: list[str] = []
    command: str | None = None
    asked = False

    def take(line: str) -> None:
        final = final_result(line)
        if (answer := parse_cusd(line)) is not None:
            answers.append(answer)
        elif asked and final is not None and not final.ok and classify(line, command) is LineKind.FINAL:
            errors.append(final.error)

    for step in steps:
        match step:
            case Sent(sent):
                _drain(reader, take)
                command, asked = sent, _is_request(step)
            case Received(data):
                reader.receive_data(data)
                while (line := reader.next_line()) is not None:
                    take(line)
            case Pause():
                _drain(reader, take)
    _drain(reader, take)
    return answers, errors[-1] if errors else None


def _drain(reader: LineReader, take: Callable[[str], None]) -> None:
    while (line := reader.next_line() or (reader.idle() if reader.holding else None)) is not None:
        take(line)
