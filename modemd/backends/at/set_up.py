"""What is set on a modem when its port is opened, and what another program had left there, for close()."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field

from modemd.backends.at.engine import Answer, Engine
from modemd.backends.at.finding import Manners
from modemd.frozen import dataclass

NUMBERED = "AT+CMEE=1"  # errors as numbers (27.007 9.1)


@dataclass(slots=True)
class AsFound:
    """`charset`: what AT+CSCS? said; None = it would not say. `numbered`: errors come as numbers. `restore`: command
    lines that put settings back, the last change first, and the manner of speaking last of all, since nothing can be
    read any more behind some of them."""

    charset: str | None = None
    numbered: bool = False
    restore: list[str] = field(default_factory=list)


def set_up(execute: Callable[[str], Answer], engine: Engine, manners: Manners) -> AsFound:
    """Echo off, numeric errors on, PDU mode where text mode would put strangers' texts between our lines. Raises
    ModemError."""
    engine.echo_seen = engine.echo_seen or manners.echo
    engine.echo_off = False
    off = _works(execute("ATE0"))
    manner = ("E1" if engine.echo_seen else "") + ("V0" if manners.numeric else "") + ("Q1" if manners.quiet else "")
    found = AsFound(restore=[f"AT{manner}"] if manner else [])
    engine.echo_seen = False
    errors = _error_format(execute)
    found.numbered = errors == "1" or _works(execute(NUMBERED))
    if errors != "1" and found.numbered and errors is not None:
        found.restore.insert(0, f"AT+CMEE={errors}")
    found.charset = read_charset(execute)
    # Text mode together with direct delivery would put the text of strangers' messages between our lines (27.005
    # 3.4.1); in PDU mode it is one line of hex digits.
    routed = _value(execute("AT+CNMI?"), r"\+CNMI:\s*\d\s*,\s*(\d)")
    text_mode = routed in ("2", "3") and _value(execute("AT+CMGF?"), r"\+CMGF:\s*(\d)") == "1"
    if text_mode and _works(execute("AT+CMGF=0")):
        found.restore.insert(0, "AT+CMGF=1")
    engine.echo_off = off and not engine.echo_seen
    return found


def has_started_anew(execute: Callable[[str], Answer], engine: Engine, charset: str | None, *, numbered: bool) -> bool:
    """Whether a modem that gave cause to think so echoes again, says its result codes as numbers, has another character
    set, or has forgotten that errors are `numbered`. Raises ModemError."""
    engine.echoes_again = engine.numeric = False
    engine.synchronise()
    if read_charset(execute) != charset or engine.echoes_again or engine.numeric:
        return True
    return numbered and _has_forgotten_numbers(execute)


def read_charset(execute: Callable[[str], Answer]) -> str | None:
    return _value(execute("AT+CSCS?"), r'\+CSCS:\s*"?([A-Za-z0-9-]+)"?')


# --- helpers


def _has_forgotten_numbers(execute: Callable[[str], Answer]) -> bool:
    """Some never show what was set, which proves nothing: one that does is left as it was found."""
    shown = _error_format(execute)
    if shown in (None, "1") or not _works(execute(NUMBERED)) or _error_format(execute) != "1":
        return False
    execute(f"AT+CMEE={shown}")
    return True


def _error_format(execute: Callable[[str], Answer]) -> str | None:
    return _value(execute("AT+CMEE?"), r"\+CMEE:\s*(\d)")


def _works(answer: Answer) -> bool:
    return answer.final is not None and answer.final.ok


def _value(answer: Answer, pattern: str) -> str | None:
    for line in answer.lines:
        if found := re.match(pattern, line):
            return found[1]
    return None
