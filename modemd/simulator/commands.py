"""What the fake modem answers to commands; those of messages.py and radio.py are there.

A handler gives the lines of information text, raises RefusedByModemError, or gives Held where the final result comes
later. Commands that only keep a value need no handler: they are rows of profiles.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.simulator import codec, messages, radio
from modemd.simulator.command import Command, Held, RefusedByModemError
from modemd.simulator.profiles import COMMON
from modemd.simulator.radio import SIM_ERRORS

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

Answer = list[bytes] | Held
Handler = Callable[["SimulatedModem", Command], Answer]

# Answered whatever the SIM does; a locked or missing SIM refuses the rest (27.007 9.2: 10, 11, 12, 13, 14).
_WITHOUT_SIM = {"+CPIN", "^CPIN", "+CMEE", "+CFUN", "+CSCS", "+CSQ", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CLAC"}
_WITHOUT_SIM |= {"+CGMI", "+CGMM", "+CGMR", "+CGSN", "+GMI", "+GMM", "+GMR", "+GSN", "+GCAP", "+CPAS", "+CPINC"}


def run(modem: SimulatedModem, command: Command) -> Answer:
    """Carries one command out. Raises RefusedByModemError."""
    name = command.name
    handler = _HANDLERS.get(name)
    rows = {**COMMON, **modem.family.settings}
    if name == modem.family.iccid_command:
        handler = _iccid
    elif name == modem.family.rat_command:
        handler = radio.rat_mode
    elif name[:1] not in "+^":
        return _basic(modem, command)
    if handler is None and name not in rows:
        raise RefusedByModemError(modem.scenario.unknown_command)
    if modem.sim in SIM_ERRORS and name not in _WITHOUT_SIM and name not in modem.family.settings:
        raise RefusedByModemError(SIM_ERRORS[modem.sim])
    return handler(modem, command) if handler else _kept(modem, command, rows[name][1])


# --- V.250 ----------------------------------------------------------------------------------------------------------


def _basic(modem: SimulatedModem, command: Command) -> Answer:
    name, value = command.name, command.tail.decode("latin-1") or "0"
    match name:
        case "E" | "Q" | "V":
            if value not in ("0", "1"):
                raise RefusedByModemError
            modem.settings[name] = value
        case "Z" | "&F":
            modem.settings |= modem.fresh_settings()
        case "I":
            scenario = modem.scenario
            return _lines(
                f"Manufacturer: {scenario.manufacturer or modem.family.manufacturer}",
                f"Model: {scenario.model or modem.family.model}",
                f"Revision: {scenario.firmware or modem.family.firmware}",
                f"IMEI: {scenario.imei}",
            )
        case "D":
            raise RefusedByModemError("NO CARRIER")
        case "S" | "X" | "L" | "M" | "H" | "T" | "P" | "O" | "&C" | "&D" | "&W" | "&S" | "&K":
            pass
        case _:
            raise RefusedByModemError(modem.scenario.unknown_command)
    return []


def _kept(modem: SimulatedModem, command: Command, options: str) -> Answer:
    """A command that keeps its value and does nothing else."""
    key = command.name[1:]
    match command.form:
        case "set":
            _check_option(command, options)
            modem.settings[key] = command.tail.decode("latin-1")
        case "read":
            shown = modem.settings[key]
            return _lines(f"{command.name}: {shown}{',1' if key == 'CLIP' else ''}")
        case "test":
            return _lines(f"{command.name}: {options}") if options else []
        case "run":
            raise RefusedByModemError
    return []


def _check_option(command: Command, options: str) -> None:
    """A single digit outside `(0-2)` or `(0,1)` is refused, as modems do."""
    value = command.tail.decode("latin-1")
    if not (options.startswith("(") and options.endswith(")") and options.count("(") == 1 and value.isdigit()):
        return
    allowed: set[str] = set()
    for part in options[1:-1].split(","):
        low, _, high = part.partition("-")
        if low.isdigit():
            allowed |= {str(number) for number in range(int(low), int(high or low) + 1)}
    if allowed and value not in allowed:
        raise RefusedByModemError("CME 50")


# --- who it is ------------------------------------------------------------------------------------------------------


def _identity(field: str) -> Handler:
    def handler(modem: SimulatedModem, command: Command) -> Answer:
        if command.form == "test":
            return []
        if command.form != "run":
            raise RefusedByModemError
        return _lines(str(getattr(modem.scenario, field) or getattr(modem.family, field)))

    return handler


def _imei(modem: SimulatedModem, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(modem.scenario.imei)


def _imsi(modem: SimulatedModem, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(modem.scenario.imsi)


def _iccid(modem: SimulatedModem, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(modem.family.iccid_shown + modem.scenario.iccid)


def _crsm(modem: SimulatedModem, command: Command) -> Answer:
    """READ BINARY of EF_ICCID and EF_SPN (51.011 10.1.1, 10.3.11); other files do not exist here."""
    if command.argument(0) != "176":
        raise RefusedByModemError("CME 4")
    match command.argument(1):
        case "12258":
            digits = modem.scenario.iccid.ljust(20, "F")[:20]
            data = "".join(digits[place + 1] + digits[place] for place in range(0, 20, 2))
        case "28486" if modem.scenario.spn is not None:
            name = modem.scenario.spn
            octets = bytes(codec.septets(name)) if _gsm(name) else b"\x80" + name.encode("utf-16-be")
            data = "01" + octets.ljust(16, b"\xff").hex().upper()
        case _:
            return _lines("+CRSM: 106,130")
    return _lines(f'+CRSM: 144,0,"{data}"')


def _cnum(modem: SimulatedModem, command: Command) -> Answer:
    number = modem.scenario.number
    return _lines(f'+CNUM: "",{modem.quoted(number)},145') if number and command.form == "run" else []


def _clac(modem: SimulatedModem, _command: Command) -> Answer:
    names = {*_HANDLERS, *COMMON, *modem.family.settings, modem.family.iccid_command}
    return _lines(*(sorted(f"AT{name}" for name in names)))


# --- SIM ------------------------------------------------------------------------------------------------------------


def _cpin(modem: SimulatedModem, command: Command) -> Answer:
    """27.007 8.3. A third wrong PIN in a row blocks the SIM."""
    if modem.sim in ("none", "busy", "failure"):
        raise RefusedByModemError(SIM_ERRORS[modem.sim])
    if command.form == "read":
        return _lines("+CPIN: " + {"pin": "SIM PIN", "puk": "SIM PUK"}.get(modem.sim, "READY"))
    if command.form != "set":
        return []
    if modem.sim == "ready":
        raise RefusedByModemError("CME 3")
    if modem.sim == "puk":
        if command.argument(0) != modem.scenario.puk or not command.argument(1):
            raise RefusedByModemError("CME 16")
    elif command.argument(0) != (modem.scenario.pin or "0000"):
        modem.pin_tries = max(0, modem.pin_tries - 1)
        if modem.pin_tries == 0:
            modem.sim = "puk"
            raise RefusedByModemError("CME 12")
        raise RefusedByModemError("CME 16")
    modem.sim, modem.pin_tries = "ready", modem.scenario.pin_tries
    return []


def _pin_tries(modem: SimulatedModem, command: Command) -> Answer:
    """Tries left: Huawei's ^CPIN?, SIMCom's +CPINC (PIN1, PIN2, PUK1, PUK2), Quectel's +QPINC."""
    state = {"pin": "SIM PIN", "puk": "SIM PUK"}.get(modem.sim, "READY")
    match command.name:
        case "^CPIN":
            return _lines(f"^CPIN: {state},{modem.pin_tries},10,{modem.pin_tries},10,3")
        case "+QPINC":
            return _lines(f'+QPINC: "SC",{modem.pin_tries},10')
        case _:
            return _lines(f"+CPINC: {modem.pin_tries},3,10,10")


# --- character sets and USSD ----------------------------------------------------------------------------------------


def _cscs(modem: SimulatedModem, command: Command) -> Answer:
    offered = modem.scenario.charsets
    match command.form:
        case "read":
            return _lines(f'+CSCS: "{modem.settings["CSCS"]}"')
        case "test":
            return _lines("+CSCS: (" + ",".join(f'"{name}"' for name in offered) + ")")
        case "set":
            names = (command.argument(0), codec.from_charset(command.argument(0).encode("latin-1"), "UCS2"))
            chosen = next((name for name in names if name in offered), None)
            if chosen is None:
                raise RefusedByModemError("CME 4")
            modem.settings["CSCS"] = chosen
            return []
        case _:
            raise RefusedByModemError


def _cusd(modem: SimulatedModem, command: Command) -> Answer:
    """27.007 7.15."""
    match command.form:
        case "read":
            return _lines(f"+CUSD: {modem.settings['CUSD']}")
        case "test":
            return _lines("+CUSD: (0-2)")
        case "run":
            raise RefusedByModemError
    mode, dcs = command.argument(0), command.argument(2)
    if mode not in ("0", "1", "2") or (dcs and not dcs.isdigit()):
        raise RefusedByModemError("CME 50")
    if mode == "2":
        modem.network.cancel()
        return Held()
    modem.settings["CUSD"] = mode
    if len(command.arguments) < 2:
        return []
    modem.network.request(command.arguments[1], dcs=int(dcs) if dcs else None)
    return Held()


def _cpbr(_modem: SimulatedModem, command: Command) -> Answer:
    return _lines("+CPBR: (1-250),40,16") if command.form == "test" else []


def _cpas(_modem: SimulatedModem, _command: Command) -> Answer:
    return _lines("+CPAS: 0")


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1", "replace") for line in lines]


def _gsm(text: str) -> bool:
    try:
        codec.septets(text)
    except ValueError:
        return False
    return True


_HANDLERS: dict[str, Handler] = {
    "+CGMI": _identity("manufacturer"),
    "+GMI": _identity("manufacturer"),
    "+CGMM": _identity("model"),
    "+GMM": _identity("model"),
    "+CGMR": _identity("firmware"),
    "+GMR": _identity("firmware"),
    "+CGSN": _imei,
    "+GSN": _imei,
    "+CIMI": _imsi,
    "+CRSM": _crsm,
    "+CNUM": _cnum,
    "+CLAC": _clac,
    "+CPIN": _cpin,
    "^CPIN": _pin_tries,
    "+CPINC": _pin_tries,
    "+QPINC": _pin_tries,
    "+CSCS": _cscs,
    "+CUSD": _cusd,
    "+CPBR": _cpbr,
    "+CPAS": _cpas,
    **radio.HANDLERS,
    **messages.HANDLERS,
}
