"""A capture played by the fake modem, loosely: docs/ARCHITECTURE.md, "Captures".

A request AT+CUSD=1, in whatever encoding, starts the next dialogue of the capture. Other commands that the capture
holds are answered as it says and still do what they do; the rest is the `plain` family's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from modemd.simulator.capture import Capture, Pause, Received, Sent, Step
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.scenario import CHARSETS, Charset, Scenario

_REQUEST = re.compile(r"AT\+CUSD=[01],", re.IGNORECASE)
_CANCEL = re.compile(r"AT\+CUSD=2", re.IGNORECASE)
# On a line of its own, wherever the octets were cut: `modemd record` writes what one read of the port brought.
_FINAL = re.compile(
    rb"(?:\A|[\r\n])[ \0]*(?:OK|ERROR|NO CARRIER|BUSY|NO ANSWER|NO DIALTONE|COMMAND NOT SUPPORT|"
    rb"\+CM[ES] ERROR:[^\r\n]*)[ \0]*(?:[\r\n]|\Z)"
)


@dataclass(slots=True)
class _Block:
    """A command line of the capture and what came behind it. `command` is "" for what came before any."""

    command: str
    steps: list[Step] = field(default_factory=list)


class PlayedModem(SimulatedModem):
    """A SimulatedModem that takes its answers from a capture first."""

    def __init__(self, capture: Capture, *, now: float = 0.0) -> None:
        blocks = _blocks(capture.steps)
        super().__init__(_scenario(capture, blocks), now=now)
        self._dialogues = _dialogues(blocks)
        self._next_dialogue = 0
        self._answers = {
            block.command.strip().upper(): block.steps
            for block in blocks
            if block.command and not _REQUEST.match(block.command.strip()) and _finished(block.steps)
        }

    def run_line(self, text: str) -> bool:
        """Answers from the capture, if it has anything for this line."""
        if _REQUEST.match(text):
            dialogue = self._dialogues[self._next_dialogue % len(self._dialogues)]
            self._next_dialogue += 1
            self.settings["CUSD"] = "1"
            self.network.queries.append(text)
            self._play(dialogue)
            return True
        steps = self._answers.get(text.upper())
        if steps is None:
            return False
        charset = re.fullmatch(r'AT\+CSCS="?([A-Z0-9]+)"?', text.upper())
        if charset is not None and charset[1] in CHARSETS:
            self.settings["CSCS"] = charset[1]
        self._play(steps)
        return True

    def _play(self, steps: Sequence[Step]) -> None:
        """The steps at their times; the command line is over with its final result code, or with the last step."""
        delay_s, final_at, said = 0.0, None, b""
        for step in steps:
            match step:
                case Pause(seconds):
                    delay_s += seconds
                case Received(data):
                    self.while_on(delay_s, lambda data=data: self.at.put(data))  # type: ignore[misc]
                    said += data
                    if final_at is None and _FINAL.search(said):
                        final_at = delay_s
        self.while_on(delay_s if final_at is None else final_at, self.at.abandon)


def _blocks(steps: Sequence[Step]) -> list[_Block]:
    blocks = [_Block("")]
    for step in steps:
        if isinstance(step, Sent):
            blocks.append(_Block(step.command))
        else:
            blocks[-1].steps.append(step)
    return blocks


def _dialogues(blocks: Sequence[_Block]) -> list[list[Step]]:
    """What a request starts, one list a request of the capture; at least one list.

    Commands that the capture's TE sent between request and reply (AT+CSCS="HEX" while the answer was on its way) may
    never come from another TE: of their blocks only the +CUSD lines belong to the dialogue."""
    dialogues: list[list[Step]] = []
    running = False
    for block in blocks:
        command = block.command.strip()
        if _REQUEST.match(command):
            dialogues.append(list(block.steps))
            running = True
        elif _CANCEL.match(command):
            running = False
        elif running and command:
            dialogues[-1] += [step for step in block.steps if _belongs(step)]
    if not dialogues:
        steps = [step for block in blocks for step in block.steps]
        # A fragment of a log: nobody noted the OK, yet no TE goes on without one.
        return [steps if _finished(steps) else [Received(b"\r\nOK\r\n"), *steps]]
    if blocks[0].steps and any(_belongs(step) for step in blocks[0].steps):
        dialogues[0][:0] = blocks[0].steps
    return dialogues


def _belongs(step: Step) -> bool:
    return isinstance(step, Pause) or (isinstance(step, Received) and b"+CUSD" in step.data)


def _finished(steps: Sequence[Step]) -> bool:
    return _FINAL.search(b"".join(step.data for step in steps if isinstance(step, Received))) is not None


def _scenario(capture: Capture, blocks: Sequence[_Block]) -> Scenario:
    """The plain modem, with the character set that the capture shows."""
    charset: Charset | None = None
    for block in blocks:
        for step in block.steps:
            if isinstance(step, Received) and (found := re.search(rb'\+CSCS:\s*"(\w+)"', step.data)):
                charset = next((name for name in CHARSETS if name == found[1].decode()), charset)
    return Scenario(name=capture.id, charset=charset, charsets=CHARSETS)
