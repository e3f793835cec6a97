"""Every capture in tests/captures is a test: the dialogue, split in three ways, gives what its header names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modemd.at.lines import LineKind, LineReader, classify, final_result
from modemd.at.ussd import CusdLine, decode, parse_cusd
from modemd.simulator.capture import Capture, Pause, Received, Sent, parse_capture

Cut = Callable[[bytes], list[bytes]]
Cuts = dict[str, Cut]

FILES = sorted((Path(__file__).parent.parent / "captures").glob("*.capture"))
STATUS_ERRORS = {2: "network terminated", 4: "not supported", 5: "network timeout"}


def fold(text: str) -> str:
    return " ".join(text.split())


def play(capture: Capture, cut: Cut) -> tuple[list[CusdLine], list[str]]:
    """The +CUSD lines and the error result codes of a dialogue."""
    reader = LineReader()
    answers: list[CusdLine] = []
    errors: list[str] = []
    command: str | None = None

    def take(line: str) -> None:
        kind = classify(line, command)
        if (answer := parse_cusd(line)) is not None:
            assert kind is LineKind.URC
            answers.append(answer)
        elif (final := final_result(line)) is not None and not final.ok:
            assert kind is LineKind.FINAL
            errors.append(final.error)
        elif command is not None and line == command:
            assert kind is LineKind.ECHO

    def drain(*, silence: bool) -> None:
        while True:
            while (line := reader.next_line()) is not None:
                take(line)
            if not silence or not reader.holding:
                return
            if (line := reader.idle()) is not None:
                take(line)

    for step in capture.steps:
        match step:
            case Sent(sent):
                command = sent
            case Pause():
                drain(silence=True)
            case Received(data):
                for piece in cut(data):
                    reader.receive_data(piece)
                    drain(silence=False)
    drain(silence=True)
    return answers, errors


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_capture(file: Path, cuts: Cuts) -> None:
    """The dialogue gives what its header expects, however it arrives."""
    capture = parse_capture(file.read_text(), file=file.name)
    for name, cut in cuts.items():
        answers, errors = play(capture, cut)
        try:
            judge(capture, answers, errors)
        except AssertionError as fault:
            fault.add_note(f"the stream arrived: {name}")
            raise


def judge(capture: Capture, answers: list[CusdLine], errors: list[str]) -> None:
    """What the header expects, whatever the TE character set was read as."""
    if capture.expect_text is not None:
        wanted = fold(capture.expect_text)
        for charset in (None, "GSM", "IRA", "UCS2", "HEX"):
            found = [decode(answer.payload, answer.dcs, te_charset=charset) for answer in answers]
            texts = [fold(one.text) for one in found if one]
            assert texts, charset
            assert (texts[-1][: len(wanted)] if capture.expect_prefix else texts[-1]) == wanted, charset
    match capture.expect_result:
        case "menu":
            assert answers[-1].m == 1
        case "reply":
            assert answers[-1].m in (0, 1, 2)
        case "error":
            statuses = [STATUS_ERRORS[answer.m] for answer in answers if answer.m in STATUS_ERRORS]
            assert capture.expect_error in [*errors, *statuses]
        case _:
            assert not answers


def test_there_are_captures() -> None:
    """A folder that moved does not silently test nothing."""
    assert len(FILES) >= 100
