"""What the fake modem answers to commands; those of messages.py and radio.py are there.

A handler gives the lines of information text, raises RefusedByModemError, or gives Held where the final result comes
later. Commands that only keep a value need no handler: they are rows of profiles.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.simulator import apdu, card, codec, messages, radio, service, simfiles, status
from modemd.simulator.card import SIM_ERRORS, SMS_SIM_ERRORS
from modemd.simulator.command import Command, Held, RefusedByModemError
from modemd.simulator.profiles import COMMON

if TYPE_CHECKING:
    from modemd.simulator.port import AtPort

Answer = list[bytes] | Held
Handler = Callable[["AtPort", Command], Answer]

# Answered whatever the SIM does; a locked or missing SIM refuses the rest (27.007 9.2: 10, 11, 12, 13, 14).
_WITHOUT_SIM = {"+CPIN", "+CMEE", "+CFUN", "+CSCS", "+CSQ", "+CREG", "+CGREG", "+CEREG", "+COPS", "+CLAC"}
_WITHOUT_SIM |= {"+CGMI", "+CGMM", "+CGMR", "+CGSN", "+GMI", "+GMM", "+GMR", "+GSN", "+GCAP", "+CPAS"}
_WITHOUT_SIM |= {"+FCLASS", "+CCLK", "+CBC", "+CIND", "+CESQ", "+CHUP", "+CLCC", "+IPR", "+IFC", "+ICF"}
_WITHOUT_SIM |= {*card.TRIES_COMMANDS, *status.HANDLERS, "+CMGF", "+CSIM"}
_SMS = ("+CMG", "+CPMS", "^SMG")


def run(port: AtPort, command: Command) -> Answer:
    """Carries one command out. Raises RefusedByModemError."""
    name, family = command.name, port.modem.family
    if name[:1].isalnum() or name[:1] in "&\\":
        return _basic(port, command)
    if _is_reset(port, command):
        return radio.restart(port, command)
    handler, options = _handler(port, name)
    if handler is None and options is None:
        raise RefusedByModemError(port.modem.unknown_command)
    state = port.modem.card.state
    own = name in family.settings or (family.rat is not None and name in family.rat.names)
    if state in SIM_ERRORS and name not in _WITHOUT_SIM and not own:
        raise RefusedByModemError((SMS_SIM_ERRORS if name.startswith(_SMS) else SIM_ERRORS)[state])
    return handler(port, command) if handler else _kept(port, command, options or "")


def known_commands(port: AtPort) -> list[str]:
    """Every extended command that this modem answers, as AT+CLAC lists them (27.007 8.37)."""
    family = port.modem.family
    names = {*_HANDLERS, *COMMON, *family.settings, *family.commands, *family.resets, family.iccid_command}
    return sorted(names | set(family.rat.names if family.rat else ()))


def _handler(port: AtPort, name: str) -> tuple[Handler | None, str | None]:
    """Who answers a command: a handler, or the options of one that only keeps its value."""
    family = port.modem.family
    if family.rat is not None and name in family.rat.names:
        return family.rat.run, None
    if name == family.iccid_command:
        return _iccid, None
    if name in _HANDLERS:
        return _HANDLERS[name], None
    if name in family.commands:
        return _VENDOR_HANDLERS[name], None
    row = family.settings.get(name) or COMMON.get(name)
    return None, None if row is None else row[1]


def _is_reset(port: AtPort, command: Command) -> bool:
    wanted = command.name if command.form == "run" else command.text.upper()
    return wanted in port.modem.family.resets


# --- V.250 ----------------------------------------------------------------------------------------------------------


def _basic(port: AtPort, command: Command) -> Answer:
    name, value = command.name, command.tail.decode("latin-1") or "0"
    match name:
        case "E" | "Q" | "V":
            if value not in ("0", "1"):
                raise RefusedByModemError
            port.settings[name] = value
        case "Z" | "&F":
            port.reset_settings()
        case "I":
            scenario = port.modem.scenario
            return _lines(
                f"Manufacturer: {scenario.manufacturer or port.modem.family.manufacturer}",
                f"Model: {scenario.model or port.modem.family.model}",
                f"Revision: {scenario.firmware or port.modem.family.firmware}",
                f"IMEI: {scenario.imei}",
            )
        case "D":
            if (port.role == "ppp" or len(port.modem.ports) == 1) and value.lstrip("TtPp").startswith("*99"):
                port.later(port.modem.scenario.latency_s, port.connect)
                return Held()
            raise RefusedByModemError("NO CARRIER")
        case "S" | "X" | "L" | "M" | "H" | "T" | "P" | "O" | "&C" | "&D" | "&W" | "&S" | "&K" | "\\Q" | "\\N" | "\\V":
            pass
        case _:
            raise RefusedByModemError(port.modem.unknown_command)
    return []


def _kept(port: AtPort, command: Command, options: str) -> Answer:
    """A command that keeps its value and does nothing else."""
    key = command.name[1:]
    match command.form:
        case "set":
            _check_option(command, options)
            port.settings[key] = command.tail.decode("latin-1")
        case "read":
            shown = port.settings[key]
            return _lines(f"{command.name}: {shown}{',1' if key == 'CLIP' else ''}")
        case "test":
            return _lines(f"{command.name}: {options}") if options else []
        case "run":
            raise RefusedByModemError
    return []


def _check_option(command: Command, options: str) -> None:
    """A single digit outside `(0-2)` or `(0,1)` is refused, as modems do."""
    value = command.tail.decode("latin-1")
    if not (options.startswith("(") and options.endswith(")") and options.count("(") == 1 and value.isdecimal()):
        return
    allowed: set[str] = set()
    for part in options[1:-1].split(","):
        low, _, high = part.partition("-")
        if low.isdecimal():
            allowed |= {str(number) for number in range(int(low), int(high or low) + 1)}
    if allowed and value not in allowed:
        raise RefusedByModemError("CME 50")


# --- who it is ------------------------------------------------------------------------------------------------------


def _identity(field: str) -> Handler:
    def handler(port: AtPort, command: Command) -> Answer:
        if command.form == "test":
            return []
        if command.form != "run":
            raise RefusedByModemError
        return _lines(str(getattr(port.modem.scenario, field) or getattr(port.modem.family, field)))

    return handler


def _imei(port: AtPort, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(port.modem.scenario.imei)


def _imsi(port: AtPort, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(port.modem.card.imsi)


def _iccid(port: AtPort, command: Command) -> Answer:
    return [] if command.form == "test" else _lines(port.modem.family.iccid_shown + port.modem.card.iccid)


def _cnum(port: AtPort, command: Command) -> Answer:
    """As the make writes it. Most SIMs hold no number: OK alone, or, of an empty record, a line without one."""
    number = port.modem.card.number
    if number is None or command.form != "run":
        return []
    kind = 145 if number.startswith("+") else 129
    return _lines(port.modem.family.own_number.format(number=port.quoted(number), type=kind))


def _clac(port: AtPort, _command: Command) -> Answer:
    return _lines(*(f"AT{name}" for name in known_commands(port)))


# --- character sets and USSD ----------------------------------------------------------------------------------------


def _cscs(port: AtPort, command: Command) -> Answer:
    offered = port.modem.scenario.charsets
    match command.form:
        case "read":
            return _lines(f'+CSCS: "{port.settings["CSCS"]}"')
        case "test":
            return _lines("+CSCS: (" + ",".join(f'"{name}"' for name in offered) + ")")
        case "set":
            names = (command.argument(0), codec.from_charset(command.argument(0).encode("latin-1"), "UCS2"))
            chosen = next((name for name in names if name in offered), None)
            if chosen is None:
                raise RefusedByModemError("CME 4")
            port.settings["CSCS"] = chosen
            return []
        case _:
            raise RefusedByModemError


def _cusd(port: AtPort, command: Command) -> Answer:
    """27.007 7.15."""
    match command.form:
        case "read":
            return _lines(f"+CUSD: {port.settings['CUSD']}")
        case "test":
            return _lines("+CUSD: (0-2)")
        case "run":
            raise RefusedByModemError
    mode, dcs = command.argument(0), command.argument(2)
    if mode not in ("0", "1", "2") or (dcs and not dcs.isdecimal()):
        raise RefusedByModemError("CME 50")
    if mode == "2":
        port.modem.network.cancel(port)
        return Held()
    port.settings["CUSD"] = mode
    if len(command.arguments) < 2:
        return []
    port.modem.network.request(port, command.arguments[1], dcs=int(dcs) if dcs else None)
    return Held()


def _cpbr(_port: AtPort, command: Command) -> Answer:
    return _lines("+CPBR: (1-250),40,16") if command.form == "test" else []


def _cpas(_port: AtPort, _command: Command) -> Answer:
    return _lines("+CPAS: 0")


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1", "replace") for line in lines]


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
    "+CRSM": simfiles.crsm,
    "+CSIM": apdu.csim,
    "+CNUM": _cnum,
    "+CLAC": _clac,
    "+CPIN": card.cpin,
    "+CSCS": _cscs,
    "+CUSD": _cusd,
    "+CPBR": _cpbr,
    "+CPAS": _cpas,
    **service.HANDLERS,
    **radio.HANDLERS,
    **messages.HANDLERS,
}
_VENDOR_HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(card.TRIES_COMMANDS, card.tries),
    **messages.VENDOR_HANDLERS,
    **status.HANDLERS,
}
