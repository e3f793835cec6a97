"""One error tree, split by who must act.

The message of every error is one line for a person: what happened and what to do about it. `code` is the stable word
that scripts see in the JSON field `error` (or part of it) and that tests assert on.
"""

from __future__ import annotations

from collections.abc import Sequence

from modemd.frozen import dataclass


class ModemdError(Exception):
    """Base of everything modemd raises on purpose."""

    code = "failed"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    @property
    def message(self) -> str:
        return str(self.args[0])


# --- the person who asked must act


class RefusedError(ModemdError):
    """Nothing was sent: the code is not allowed, the modem is busy, the caller may not. `code` says which:
    "bad code" | "busy" | "forbidden" | "no such modem" | "cancelled"."""

    code = "refused"


# --- the person who configures must act


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file: where it is, what was found there, and the cure."""

    file: str
    key: str
    value: str
    cure: str

    def __str__(self) -> str:
        shown = f" = {self.value}" if self.value else ""
        place = f"{self.key}{shown}: " if self.key else ""
        return f"{self.file}: {place}{self.cure}"


class ConfigError(ModemdError):
    """All faults of a configuration file or an operator pack at once. Ends with exit 2."""

    code = "configuration"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


# --- the port or the modem must be mended: the owner thread closes the port and starts the recovery ladder


class ModemError(ModemdError):
    """The device cannot be used as it is."""

    code = "modem"


class PortAbsent(ModemError):
    """No such device (or it is not a terminal): plug it in, or correct `port`."""

    code = "absent"


class PortBlocked(ModemError):
    """Held by another program, or this user may not open it. The message names the holder or the group."""

    code = "blocked"


class PortLost(ModemError):
    """The device went away while it was open (unplugged, hung up)."""

    code = "unplugged"


class NoReplyOnPort(ModemError):
    """The modem takes requests here, and its answers come elsewhere. `first`: no other place was tried yet."""

    code = "no reply on port"

    def __init__(self, message: str, *, first: bool) -> None:
        super().__init__(message)
        self.first = first


class NoGsm(ModemError):
    """What answers AT is no mobile modem: it knows neither SIM nor network nor USSD."""

    code = "no gsm"


class ModemSilent(ModemError):
    """No final result code within its time: nothing that is sent now can be matched to an answer (27.007 5.)."""

    code = "silent"


class NotAtPort(ModemError):
    """Something else than a modem that takes AT commands speaks there: a receiver, a console, a data connection."""

    code = "not an AT port"


# --- the modem answered, but with an error (27.007 9.2, 27.005 3.2.5)


class CommandError(ModemdError):
    """The final result code was ERROR, +CME ERROR, +CMS ERROR, NO CARRIER, BUSY, ... `code` is the short form that the
    JSON carries: "ERROR", "CME 258", "CMS 500", "CME SIM busy", "NO CARRIER"."""

    code = "ERROR"


class SmsMaybeSent(CommandError):
    """Nobody knows whether a short message went out: it is never sent again, and an answer may come."""

    code = "no final result"


class SimError(ModemdError):
    """The SIM needs a person: missing, PIN, PUK, failure. `code`: "no sim" | "sim pin" | "sim puk" | "sim failure"."""

    code = "sim"


class NetworkError(ModemdError):
    """Not registered, denied, or roaming where the configuration forbids it. `code`: "not registered" | "denied" |
    "roaming"."""

    code = "not registered"


# --- the machine must be mended


class StoreError(ModemdError):
    """The state folder cannot be used (permission, full disk, damaged file, another daemon)."""

    code = "store"


class StateInUse(StoreError):
    """Another daemon owns this state folder."""

    code = "state in use"


# --- the person who set up a channel must act


class DeliveryError(ModemdError):
    """A channel could not hand an alert over. It is tried again later; `modemd alerts list` shows the message.

    `permanent`: another try would be refused as well. `retry_after_s`: there is no sense in one before."""

    code = "delivery"

    def __init__(self, message: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s


# --- between the command line and the daemon


class DaemonUnreachable(ModemdError):
    """The control socket is missing, refuses, or this user may not open it. Ends with exit 3."""

    code = "unreachable"


class ProtocolError(ModemdError):
    """The other end of the control socket broke the protocol."""

    code = "protocol"


class ScenarioError(ModemdError):
    """A scenario or capture file of the simulator is wrong; the message names file, line or key, and the cure."""

    code = "scenario"
