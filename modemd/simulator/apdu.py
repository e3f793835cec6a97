"""AT+CSIM: a command straight to the SIM (27.007 8.17; ETSI TS 102 221 10.1, 10.2 and 11.1).

It selects and reads the files that AT+CRSM knows, and tells how many tries a PIN has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator import simfiles
from modemd.simulator.card import SIM_ERRORS
from modemd.simulator.command import Command, RefusedByModemError

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

_VERIFY, _UNBLOCK, _SELECT, _READ, _STATUS = 0x20, 0x2C, 0xA4, 0xB0, 0xF2
_DIRECTORIES = ("3F00", "7F10", "7F20", "7FFF", "2F00")
_DONE, _NO_FILE, _NONE_SELECTED, _NOT_ALLOWED, _UNKNOWN, _BEYOND = "9000", "6A82", "6986", "6985", "6D00", "6B00"


def csim(port: AtPort, command: Command) -> list[bytes]:
    modem = port.modem
    if command.form == "test":
        return []
    if command.form != "set":
        raise RefusedByModemError
    if modem.card.state in ("none", "failure", "busy"):
        raise RefusedByModemError(SIM_ERRORS[modem.card.state])
    if len(command.arguments) == 1 and command.argument(0) in ("0", "1"):
        return []  # Telit: the SIM for oneself
    digits = command.argument(1)
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        raise RefusedByModemError("CME 50") from None
    if len(data) < 5 or str(len(digits)) != command.argument(0):
        raise RefusedByModemError("CME 50")
    answer = _answer(modem, data)
    return [f'+CSIM: {len(answer)},"{answer}"'.encode()]


def _answer(modem: SimulatedModem, data: bytes) -> str:
    """Data and status words, as hex."""
    card = modem.card
    match data[1]:
        case instruction if instruction in (_VERIFY, _UNBLOCK):
            if data[4]:  # a PIN: AT+CPIN is the way here
                return _NOT_ALLOWED
            first = card.pin_tries if instruction == _VERIFY else card.puk_tries
            second = 3 if instruction == _VERIFY else 10
            left = first if data[3] in (0, 1) else second
            return f"63C{left:X}" if left else "6983"
        case instruction if instruction == _SELECT:
            name = data[-2:].hex().upper() if len(data) >= 7 else ""
            if name not in _DIRECTORIES and simfiles.contents(modem, str(int(name or "0", 16))) is None:
                return _NO_FILE
            card.selected = name
            return _DONE
        case instruction if instruction == _READ:
            found = simfiles.contents(modem, str(int(card.selected, 16)))
            if found is None:
                return _NONE_SELECTED
            offset = data[2] << 8 | data[3]
            if offset >= len(found):
                return _BEYOND
            return found[offset:][: data[4] or 256].hex().upper() + _DONE
        case instruction if instruction == _STATUS:
            return _DONE
        case _:
            return _UNKNOWN
