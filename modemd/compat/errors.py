"""modemd's errors as the ones that scripts for python-gsmmodem-new catch: the package's own, and pyserial's for the
port. The typed error is the `__cause__` of each."""

from __future__ import annotations

import re

import serial

from modemd.at.lines import FinalResult
from modemd.backends.at.engine import StoppedError
from modemd.compat.upstream import CmeError, CmsError, CommandError, PinRequiredError, TimeoutException
from modemd.errors import ModemdError, ModemSilent

PortError = serial.SerialException

# 27.007 9.2
_SIM_STATES = {"no sim": 10, "sim puk": 12, "sim failure": 13, "busy": 14}


def not_open(port: str) -> serial.SerialException:
    return serial.SerialException(f"{port} is not open: call connect() first")


def translated(error: ModemdError) -> Exception:
    """SerialException for a port that is missing, taken or gone; TimeoutException for a modem that says nothing."""
    if isinstance(error, ModemSilent):
        return TimeoutException()  # type: ignore[no-any-return]
    return serial.SerialException("closed meanwhile" if isinstance(error, StoppedError) else error.message)


def of_final(command: str, final: FinalResult) -> Exception:
    """The package's error for a final result code: CmeError and CmsError by number, else CommandError. It names the
    command without its parameters, which may hold a PIN or a number."""
    if final.code is not None and final.kind in ("CME", "CMS"):
        kind = CmeError if final.kind == "CME" else CmsError
        return kind(verb(command), final.code)  # type: ignore[no-any-return]
    return CommandError(f"{verb(command)}: {final.error}")  # type: ignore[no-any-return]


def of_sim(state: str) -> Exception:
    """A SIM that needs a person, as connect() tells it; `state` as Modem.sim_state gives it."""
    if state == "sim pin":
        return PinRequiredError("AT+CPIN")  # type: ignore[no-any-return]
    if state in _SIM_STATES:
        return CmeError("AT+CPIN?", _SIM_STATES[state])  # type: ignore[no-any-return]
    return CommandError(f"AT+CPIN?: the SIM says {state}")  # type: ignore[no-any-return]


def of_ussd(error: str) -> Exception:
    """A USSD request that ended without a text; `error` is the stable phrase of UssdResult."""
    if error in ("no answer", "network timeout"):
        return TimeoutException()  # type: ignore[no-any-return]
    if found := re.fullmatch(r"CME (\d+)", error):
        return CmeError("AT+CUSD", int(found[1]))  # type: ignore[no-any-return]
    return CommandError(f"AT+CUSD: {error}")  # type: ignore[no-any-return]


def verb(command: str) -> str:
    """A command without its parameters; a PDU or a text has none."""
    return re.split(r"[=?]", command, maxsplit=1)[0] if command[:2].upper() == "AT" else "the text of a message"
