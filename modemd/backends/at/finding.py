"""Finds a modem at an open port: at which rate, in which manner it says its result codes, and if there is none, who
speaks there instead."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from modemd.at.talk import Speaker, what_speaks
from modemd.backends.at.engine import ESC, VERBOSE, Engine
from modemd.errors import ModemSilent, NotAtPort
from modemd.explanations import line_of
from modemd.frozen import dataclass

# What a UART modem may be set to, the likely ones first. Nothing is ever written to the modem for it (+IPR, &W).
RATES = (115_200, 9600, 57_600, 38_400, 19_200, 230_400, 460_800, 921_600)
RATE_PROBES = 2  # the first "AT" may be spoilt by what came before it at another rate


@dataclass(frozen=True, slots=True)
class Manners:
    """How another program had left the port: echo on, result codes as numbers (ATV0), none at all (ATQ1)."""

    echo: bool = False
    numeric: bool = False
    quiet: bool = False


def find(engine: Engine, path: str, *, rates: Sequence[int] = (), at: Callable[[int], None] | None = None) -> Manners:
    """Makes the modem answer in words: a stuck prompt is left, ATV1 and ATQ0 are said where they are needed.

    `rates`: those to be tried in turn, beginning with the one that is set; `at` sets one; without them the port has no
    rate. Each gets a moment, the first several seconds. Raises NotAtPort where something else than a modem speaks,
    ModemSilent with what was heard, PortLost, StoppedError."""
    try:
        return _find(engine, path, rates, at)
    finally:
        engine.record(on=False)


# --- helpers


def _find(engine: Engine, path: str, rates: Sequence[int], at: Callable[[int], None] | None) -> Manners:
    speaker: Speaker = "nothing"
    timeouts = engine.timeouts
    for place, rate in enumerate(rates or (0,)):
        if place and at is not None:
            at(rate)
        engine.record(on=True)
        engine.echo_seen = engine.numeric = False
        probes, probe_s = (timeouts.probes, timeouts.probe_s) if not place else (RATE_PROBES, timeouts.rate_s)
        if _answers(engine, probes, probe_s):
            return Manners(echo=engine.echo_seen, numeric=engine.numeric)
        now = what_speaks(bytes(engine.heard or b""), bytes(engine.written))
        if now in _OTHERS:
            raise NotAtPort(_OTHERS[now].format(path=path))
        if (now in ("echo", "text") or not place) and (quiet := _unquieted(engine, 2 * timeouts.rate_s)) is not None:
            return quiet
        speaker = now if now != "nothing" else speaker
        if now in ("echo", "text"):  # it reads us at this rate
            break
    if at is not None and place:
        at(rates[0])
    engine.unsure = True
    raise ModemSilent(_silence(speaker, path, rates))


def _answers(engine: Engine, probes: int, probe_s: float) -> bool:
    engine.write(ESC)
    try:
        engine.synchronise(probes=probes, probe_s=probe_s)
    except ModemSilent:
        return False
    return True


def _unquieted(engine: Engine, probe_s: float) -> Manners | None:
    """A modem that was told to give no result codes (ATQ1) still echoes and gives information (V.250 6.2.5): it is told
    to give them. None = that was not it."""
    engine.unsure = False
    asked = engine.execute("AT+CGMI", timeout_s=probe_s, numeric=True)
    proof = engine.echo_seen or bool(asked.lines)
    engine.unsure = False
    if asked.final is None and engine.execute("ATQ0", timeout_s=probe_s, numeric=True).final is None:
        return None
    numeric = engine.numeric
    if numeric:
        engine.execute(VERBOSE, timeout_s=probe_s, numeric=True)
    engine.synchronise(probe_s=probe_s)
    # One that had only been slow to wake up must not be left mute.
    return Manners(echo=engine.echo_seen, numeric=numeric, quiet=proof and asked.final is None)


def _silence(speaker: Speaker, path: str, rates: Sequence[int]) -> str:
    if speaker == "echo":
        return (
            f"{path} gives back what is written to it and answers nothing: check the wires (RX and TX joined, or "
            "crossed the wrong way), then whether the modem's firmware hangs: take its power away for a moment"
        )
    if not rates:
        return line_of("silent", about=path)
    if speaker in ("octets", "text"):
        return (
            f"{path} gives octets that are no answer: {_tried(rates)}; set `baud` to the modem's rate, and check its "
            "ground wire and that its level is 3.3 V"
        )
    return (
        f"{path} answers nothing: {_tried(rates)}; check that the modem has power and was switched on (most want "
        "PWRKEY held low for a second or two), and that its TX goes to RX and its RX to TX"
    )


def _tried(rates: Sequence[int]) -> str:
    shown = ", ".join(str(rate) for rate in rates)
    return f"tried at {shown} baud"


_OTHERS: dict[Speaker, str] = {
    "login": "a login prompt of a computer is on {path}, no modem: switch the serial console off (on a Pi: sudo "
    "raspi-config, Interface Options, Serial Port), or correct `port`",
    "nmea": "{path} sends positions of a satellite receiver (NMEA) and answers no AT command: set `port` to the "
    "modem's AT port; modemd ports shows it",
    "ppp": "{path} speaks PPP, so a data connection is on it: end that one, or set `port` to another AT port of the "
    "modem",
    "diag": "{path} is a diagnostic port (binary frames) and answers no AT command: set `port` to the modem's AT port; "
    "modemd ports shows it",
}
