"""What is set on a modem when its port is opened, and what another program had left there, for close()."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import field

from modemd.backends.at.engine import Answer, Engine
from modemd.backends.at.finding import Manners
from modemd.frozen import dataclass


@dataclass(slots=True)
class AsFound:
    """`charset`: what AT+CSCS? said; None = it would not say. `restore`: command lines that put settings back, the last
    change first, and the manner of speaking last of all, since nothing can be read any more behind some of them."""

    charset: str | None = None
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
    errors = _value(execute("AT+CMEE?"), r"\+CMEE:\s*(\d)")
    if errors != "1" and _works(execute("AT+CMEE=1")) and errors is not None:
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


def has_started_anew(execute: Callable[[str], Answer], engine: Engine, charset: str | None) -> bool:
    """Whether a modem that gave cause to think so echoes again, says its result codes as numbers or has another
    character set. The error format alone proves nothing, as some do not show what was set. Raises ModemError."""
    engine.echoes_again = engine.numeric = False
    engine.synchronise()
    return read_charset(execute) != charset or engine.echoes_again or engine.numeric


def read_charset(execute: Callable[[str], Answer]) -> str | None:
    return _value(execute("AT+CSCS?"), r'\+CSCS:\s*"?([A-Za-z0-9-]+)"?')


# --- helpers


def _works(answer: Answer) -> bool:
    return answer.final is not None and answer.final.ok


def _value(answer: Answer, pattern: str) -> str | None:
    for line in answer.lines:
        if found := re.match(pattern, line):
            return found[1]
    return None
