"""The SIM of the fake modem: its numbers, its PIN and PUK with their tries (27.007 8.3; 11.11 9.3, 31.101 9.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator.command import Command, RefusedByModemError
from modemd.simulator.scenario import Scenario, SimChange, SimState

if TYPE_CHECKING:
    from modemd.simulator.port import AtPort

PIN_TRIES, PUK_TRIES = 3, 10
# What a locked or missing SIM makes of a command that needs it (27.007 9.2, 27.005 3.2.5).
SIM_ERRORS = {"none": "CME 10", "pin": "CME 11", "puk": "CME 12", "failure": "CME 13", "busy": "CME 14"}
SMS_SIM_ERRORS = {"none": "CMS 310", "pin": "CMS 311", "puk": "CMS 316", "failure": "CMS 313", "busy": "CMS 314"}
_SHOWN = {"pin": "SIM PIN", "puk": "SIM PUK", "ready": "READY"}


class Card:
    """One SIM in its holder. `state` is what the modem makes of it; tries are the card's own and outlive power cuts."""

    def __init__(self, scenario: Scenario) -> None:
        self.state: SimState = scenario.sim
        self.iccid = scenario.iccid
        self.imsi = scenario.imsi
        self.spn = scenario.spn
        self.number = scenario.number
        self.pin = scenario.pin
        self.puk = scenario.puk
        self.pin_tries = 0 if scenario.sim == "puk" else scenario.pin_tries
        self.puk_tries = scenario.puk_tries
        self.selected = "3F00"  # the file that AT+CSIM reads from
        self.locks = scenario.pin is not None  # asks for its PIN at each power-on

    @property
    def dead(self) -> bool:
        """No try is left for PIN nor PUK."""
        return self.pin_tries == 0 and self.puk_tries == 0

    def power_on(self) -> None:
        """A fresh power-on: what was unlocked is locked again."""
        if self.state in ("ready", "pin", "puk") and (self.locks or self.pin_tries == 0):
            self.state = "puk" if self.pin_tries == 0 else "pin"

    def woken(self) -> None:
        """A busy SIM has become ready."""
        if self.state == "busy":
            self.state = "pin" if self.locks else "ready"

    def enter(self, first: str, second: str) -> str | None:
        """AT+CPIN=: the PIN, or PUK and a new PIN. The error, or None."""
        if self.state == "puk":
            return self._enter_puk(first, second)
        if first != (self.pin or "0000"):
            self.pin_tries = max(0, self.pin_tries - 1)
            if self.pin_tries == 0:
                self.state = "puk"
                return "CME 12"
            return "CME 16"
        self.state, self.pin_tries = "ready", PIN_TRIES
        return None

    def change(self, change: SimChange) -> None:
        """Another card, or none, while the modem runs."""
        self.state = change.state
        if change.swapped:
            self.iccid = change.iccid or self.iccid
            self.imsi = change.imsi or self.imsi
            self.spn, self.number, self.pin, self.locks = change.spn, None, None, False
            self.pin_tries, self.puk_tries = PIN_TRIES, PUK_TRIES

    def _enter_puk(self, puk: str, new_pin: str) -> str | None:
        if self.dead:
            return "CME 13"
        if not 4 <= len(new_pin) <= 8 or not new_pin.isdecimal():
            return "CME 50"
        if puk != self.puk:
            self.puk_tries -= 1
            return "CME 13" if self.puk_tries == 0 else "CME 16"
        self.pin, self.locks = new_pin, True
        self.state, self.pin_tries, self.puk_tries = "ready", PIN_TRIES, PUK_TRIES
        return None


# --- commands -------------------------------------------------------------------------------------------------------


def cpin(port: AtPort, command: Command) -> list[bytes]:
    card = port.modem.card
    if card.state not in _SHOWN:
        raise RefusedByModemError(SIM_ERRORS[card.state])
    if command.form == "read":
        return [b"+CPIN: " + _SHOWN[card.state].encode()]
    if command.form != "set":
        return []
    if card.state == "ready":
        raise RefusedByModemError("CME 3")
    error = card.enter(command.argument(0), command.argument(1))
    if error is not None:
        raise RefusedByModemError(error)
    port.modem.card_ready()
    return []


def tries(port: AtPort, command: Command) -> list[bytes]:
    """What is left, each maker in his own way; PIN2 and PUK2 were never tried."""
    card = port.modem.card
    pin, puk = card.pin_tries, card.puk_tries
    if card.state not in _SHOWN:
        raise RefusedByModemError(SIM_ERRORS[card.state])
    wanted = {"^CPIN": "read", "+QPINC": "read", "+CPINC": "read", "+ZPINPUK": "test"}.get(command.name)
    if command.name == "^SPIC" and command.form == "set":
        return [f"^SPIC: {_asked_by_facility(command, pin, puk)}".encode()]
    if command.form not in (wanted, "run") or (command.form == "run" and wanted == "test"):
        if command.form == "test":
            return []
        raise RefusedByModemError
    match command.name:
        case "^CPIN":  # code, tries of that code, then PUK, PIN, PUK2, PIN2
            now = {"pin": str(pin), "puk": str(puk)}.get(card.state, "")
            lines = [f"^CPIN: {_SHOWN[card.state]},{now},{puk},{pin},10,3"]
        case "+QPINC":
            lines = [f'+QPINC: "SC",{pin},{puk}', '+QPINC: "P2",3,10']
        case "+SPIC":
            lines = [f"+SPIC: {pin},{puk},3,10"]
        case "^SPIC":
            lines = [f"^SPIC: {puk if card.state == 'puk' else pin}"]
        case "#PCT":
            lines = [f"#PCT: {puk if card.state == 'puk' else pin}"]
        case "+UPINCNT":
            lines = [f"+UPINCNT: {pin},3,{puk},10"]
        case "+ZPINPUK":
            lines = [f"+ZPINPUK: {pin},{puk},3,10"]
        case _:
            lines = [f"+CPINC: {pin},3,{puk},10"]
    return [line.encode() for line in lines]


def _asked_by_facility(command: Command, pin: int, puk: int) -> int:
    """^SPIC=facility, and 1 behind it for the PUK of that facility; the locks of the device have no SIM's counter."""
    counters = {("SC", ""): pin, ("SC", "1"): puk, ("P2", ""): 3, ("P2", "1"): 10}
    found = counters.get((command.argument(0).upper(), command.argument(1)))
    if found is None:
        raise RefusedByModemError("CME 4")
    return found


TRIES_COMMANDS = ("^CPIN", "+QPINC", "+SPIC", "^SPIC", "#PCT", "+ZPINPUK", "+CPINC", "+UPINCNT")
