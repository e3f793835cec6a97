"""The SIM's PIN: +CPIN (27.007 8.3). Nothing here sends a PIN that it was not given for this one time."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.at import pins
from modemd.at.lines import FinalResult
from modemd.backends.at.engine import Answer
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import SimError
from modemd.explanations import CME_NUMBERS, line_of, situation
from modemd.records import Device

if TYPE_CHECKING:
    from modemd.backends.at.modem import Modem

Execute = Callable[[str, float | None], Answer]

# 27.007 9.2.1
NO_SIM = frozenset({10})
PIN_REQUIRED = 11
PUK_REQUIRED = 12
SIM_FAILURE = frozenset({13, 15})
SIM_BUSY = frozenset({14, 515, 256})  # 515: "init or command processing in progress", seen on several makes
# 27.007 9.2.1: 5 to 7 and 40 to 47; the words of +CPIN? (8.3)
LOCKS = {
    5: "ph-sim pin",
    6: "ph-fsim pin",
    7: "ph-fsim puk",
    40: "ph-net pin",
    41: "ph-net puk",
    42: "ph-netsub pin",
    43: "ph-netsub puk",
    44: "ph-sp pin",
    45: "ph-sp puk",
    46: "ph-corp pin",
    47: "ph-corp puk",
}
MAY_BE_BUSY = "busy"
STATES = frozenset({"no sim", "sim pin", "sim puk", "sim failure"})


def read_state(execute: Execute, *, wait: Callable[[float], None], timeouts: Timeouts) -> str:
    """See Modem.sim_state. `wait` passes the time between two looks at a busy SIM."""
    deadline = time.monotonic() + timeouts.sim_s
    while True:
        answer = execute("AT+CPIN?", None)
        state = state_of(answer)
        if state != MAY_BE_BUSY or time.monotonic() + timeouts.sim_step_s > deadline:
            return state
        wait(timeouts.sim_step_s)


def state_of(answer: Answer) -> str:
    """What one answer to AT+CPIN? says. Wavecom modems leave the OK out: the line alone counts."""
    for line in answer.lines:
        if found := re.match(r'\+CPIN:\s*"?([A-Za-z0-9 -]+?)"?\s*$', line):
            return "ready" if found[1].upper() == "READY" else _known(found[1].lower())
    return _of_error(answer.final)


def sim_line(state: str) -> str:
    """The line for people that belongs to a state of the SIM."""
    if state == MAY_BE_BUSY:
        return line_of("sim busy")
    if is_lock(state):
        return line_of("operator lock", about=state.upper())
    return line_of(state) if state in STATES else situation("sim secret", secret=state.upper())


def is_lock(state: str) -> bool:
    """Whether the modem itself is locked to other SIMs than this one (22.022): no PIN of the SIM opens it."""
    return state.startswith("ph-")


def error_code(state: str) -> str:
    """The code of the SimError of a state."""
    return "operator lock" if is_lock(state) else state


def enter_pin(execute: Execute, pin: str, *, timeouts: Timeouts) -> str:
    """See Modem.enter_pin. Raises SimError for a PIN that no SIM can have: it is not sent."""
    if not re.fullmatch(r"[0-9]{4,8}", pin):
        raise SimError(situation("no PIN in file", file="of this modem"), code="sim pin")
    final = execute(f'AT+CPIN="{pin}"', timeouts.pin_s).final
    if final is None:
        return "unknown"
    if final.ok:
        return "accepted"
    return "unknown" if _of_error(final) == MAY_BE_BUSY else "refused"


def pin_tries(execute: Execute, device: Device) -> int | None:
    """See Modem.pin_tries."""
    for counter in pins.counters(device.manufacturer, device.model):
        answer = execute(counter.command, None)
        if answer.final is not None and answer.final.ok:
            left = pins.tries_left(counter, answer.lines)
            if left is not None:
                return left
    return None


class SimPin:
    """See backends.base.PinEntry."""

    def __init__(self, modem: Modem) -> None:
        self._modem = modem

    def state(self) -> str:
        return self._modem.sim_state()

    def enter(self, pin: str) -> str:
        return self._modem.enter_pin(pin)

    def tries_left(self) -> int | None:
        return self._modem.pin_tries()


# --- helpers


def _known(word: str) -> str:
    if word in ("sim pin2", "sim puk2"):  # guards a list of numbers, nothing that USSD needs
        return "ready"
    return word


def _of_error(final: FinalResult | None) -> str:
    if final is None or final.ok:
        return "unknown"
    code = final.code if final.text is None else CME_NUMBERS.get(final.text.strip().lower())
    if code in NO_SIM:
        return "no sim"
    if code == PIN_REQUIRED:
        return "sim pin"
    if code == PUK_REQUIRED:
        return "sim puk"
    if code in SIM_FAILURE:
        return "sim failure"
    if code in LOCKS:
        return LOCKS[code]
    return MAY_BE_BUSY if code in SIM_BUSY else "unknown"
