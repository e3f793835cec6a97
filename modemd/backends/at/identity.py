"""Who the modem and its SIM are: +CGMI, +CGMM, +CGMR, +CGSN (27.007 5.1 to 5.4), +CIMI (5.6), the ICCID by whichever
command the modem has. Functions of what `command` answers; noise lines between are told apart by their shape."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from modemd.at.classify import imei_of
from modemd.at.makes import find_make
from modemd.at.own_number import own_number
from modemd.at.standard import SIM_DONE, STANDARD
from modemd.backends.at.timeouts import Timeouts
from modemd.errors import CommandError
from modemd.explanations import line_of
from modemd.records import Device

Command = Callable[[str], Sequence[str]]


class Questions:
    """The commands that ask a modem who it is, and whose SIM it has: what gets no answer shares one budget, and what
    never got one is asked again more and more rarely."""

    def __init__(
        self,
        command: Callable[[str, float], Sequence[str]],
        timeouts: Timeouts,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command, self._timeouts, self._monotonic = command, timeouts, monotonic
        self._answered: set[str] = set()
        self._mute: dict[str, tuple[float, float]] = {}  # until when it is not asked, and how long that is
        self._left_s = timeouts.identities_s

    def begin(self) -> None:
        """A new budget."""
        self._left_s = self._timeouts.identities_s

    def begin_anew(self) -> None:
        """Another SIM: what the last one kept silent over is asked again."""
        self._mute.clear()
        self.begin()

    def __call__(self, line: str) -> Sequence[str]:
        """Raises CommandError, "no final result" also for what is not asked now; ModemError."""
        # Without the IMSI nobody knows whose SIM it is: it gets all the time that there is.
        limit_s = self._left_s if line == IMSI else min(self._timeouts.identity_s, self._left_s)
        until, pause_s = self._mute.get(line, (0.0, self._timeouts.mute_s / 4))
        if limit_s <= 0 or self._monotonic() < until:
            raise CommandError(line_of("no final result", about=line), code="no final result")
        try:
            answer = self._command(line, limit_s)
        except CommandError as error:
            if error.code != "no final result":
                self._heard(line)
                raise
            self._left_s -= limit_s
            if line not in self._answered:  # else it was slow, or lost, this once
                pause_s = min(4 * pause_s, self._timeouts.mute_max_s)
                self._mute[line] = self._monotonic() + pause_s, pause_s
            raise
        self._heard(line)
        return answer

    def _heard(self, line: str) -> None:
        self._answered.add(line)
        self._mute.pop(line, None)


IMSI = "AT+CIMI"
SPN_BY_FILE = "AT+CRSM=176,28486,0,0,17"  # 28486 = 6F46 is the service provider name's file (31.102 4.2.12)

_DONE = "(?:" + "|".join(map(str, SIM_DONE)) + ")"


def read_device(command: Command) -> Device:
    """What the modem says about itself; a field it will not tell is None. Raises ModemError only."""
    return Device(
        imei=read_imei(command),
        manufacturer=_first(command, "AT+CGMI"),
        model=_first(command, "AT+CGMM"),
        firmware=_first(command, "AT+CGMR"),
    )


def read_imei(command: Command) -> str | None:
    """Its digits, whatever label, blanks or dashes stand with them ("IMEI: 35-209900-176148-1")."""
    try:
        answer = command("AT+CGSN")
    except CommandError:
        return None
    return next((imei for text in answer if (imei := imei_of(text)) is not None), None)


def read_imsi(command: Command) -> str | None:
    return _find(command, IMSI, r"\d{6,15}")


def read_iccid(command: Command, manufacturer: str | None, model: str | None = None) -> str | None:
    """Digits without the filler F; None when no command brings it. The make's own goes first, so that most modems are
    asked once."""
    make = find_make(manufacturer, model)
    for line in dict.fromkeys([*(make.sim.iccid if make is not None else ()), *STANDARD.sim.iccid]):
        try:
            answer = command(line)
        except CommandError:
            continue
        found = next((iccid for text in answer if (iccid := iccid_of(text)) is not None), None)
        if found is not None:
            return found
    return None


def read_spn(command: Command) -> str | None:
    """The service provider's name on the SIM: what tells an MVNO from the network it uses."""
    try:
        answer = command(SPN_BY_FILE)
    except CommandError:
        return None
    for line in answer:
        found = re.match(rf'\+CRSM:\s*{_DONE}\s*,\s*\d+\s*,\s*"?([0-9A-Fa-f]{{4,}})"?', line)
        if found:
            octets = bytes.fromhex(found[1][: len(found[1]) // 2 * 2])[1:].rstrip(b"\xff")
            if octets[:1] == b"\x80":  # UCS2 (102 221 Annex A)
                return octets[1:].decode("utf-16-be", "replace").strip() or None
            return octets.decode("latin-1").strip() or None
    return None


def read_own_number(command: Command) -> str | None:
    """See at/own_number.py; None also where the modem has no such command."""
    try:
        return own_number(command("AT+CNUM"))
    except CommandError:
        return None


def iccid_of(line: str) -> str | None:
    """The ICCID in one line of an answer: with or without prefix, quotes, filler, or as the file's swapped nibbles."""
    by_file = re.match(rf'\+CRSM:\s*{_DONE}\s*,\s*\d+\s*,\s*"?([0-9A-Fa-f]{{20}})"?', line)
    if by_file:
        return _swapped(by_file[1])
    if line.startswith("+CRSM:"):
        return None
    found = re.match(r'(?:[+^%#*!$_]?[A-Z]{0,12}CID)?\s*:?\s*"?([0-9]{18,20}[Ff]{0,2}|[0-9A-Fa-f]{20})"?\s*$', line)
    if not found:
        return None
    text = found[1].upper()
    if text.startswith("98") and not text.startswith("89"):  # the file's nibbles as they lie there
        return _swapped(text)
    digits = text.rstrip("F")
    return digits if digits.isdigit() else None


# --- helpers


def _swapped(text: str) -> str | None:
    digits = "".join(text[i + 1] + text[i] for i in range(0, len(text) - 1, 2)).upper().rstrip("F")
    return digits if digits.isdigit() and len(digits) >= 18 else None


def _first(command: Command, line: str) -> str | None:
    try:
        answer = command(line)
    except CommandError:
        return None
    name = line.removeprefix("AT")
    for text in answer:
        value = text.removeprefix(f"{name}:").strip().strip('"').strip()
        if value and not re.match(r"[+^%*#]\w+:", value):
            return value
    return None


def _find(command: Command, line: str, pattern: str) -> str | None:
    try:
        answer = command(line)
    except CommandError:
        return None
    name = re.escape(line.removeprefix("AT"))
    for text in answer:
        found = re.match(rf'(?:{name}:\s*)?"?({pattern})"?(?:\s*,.*)?$', text.strip())
        if found:
            return found[1]
    return None
