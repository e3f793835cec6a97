"""Registration, operator, signal and power of the fake modem (27.007 7.2, 7.3, 8.2, 8.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.simulator.card import SIM_ERRORS
from modemd.simulator.command import Command, RefusedByModemError
from modemd.simulator.scenario import REGISTRATIONS, Rat, Registration
from modemd.simulator.status import AREA, CELL

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

REGISTRATION_COMMANDS = ("+CREG", "+CGREG", "+CEREG")
RESTART_DELAY_S = 0.05  # from the OK of a restart to the device leaving the bus
_ACCESS_TECHNOLOGY: dict[Rat, int] = {"GSM": 0, "UMTS": 2, "LTE": 7, "NR": 11}  # 27.007 7.3
_LOCATION = f'"{AREA}","{CELL}"'


def state_of(modem: SimulatedModem, name: str) -> Registration:
    """What +CREG (circuit-switched), +CGREG or +CEREG says."""
    state = modem.registration
    if name == "+CEREG" and modem.rat in ("GSM", "UMTS"):
        return "idle"
    if name == "+CREG" and modem.packet_only and state in ("home", "roaming"):
        return "idle"
    return state


def registration_shown(modem: SimulatedModem, name: str, *, unsolicited: bool = False) -> str:
    """The parameters of +CREG and its sisters, in the read form or in the unsolicited one (27.007 7.2)."""
    state, rat = state_of(modem, name), modem.rat
    number = str(REGISTRATIONS.index(state))
    kept = modem.shared[name[1:]]
    place = f",{_LOCATION},{_ACCESS_TECHNOLOGY[rat]}" if kept == "2" and rat and state in ("home", "roaming") else ""
    return f"{number}{place}" if unsolicited else f"{kept},{number}{place}"


def _registration(port: AtPort, command: Command) -> list[bytes]:
    match command.form:
        case "read":
            return _lines(f"{command.name}: {registration_shown(port.modem, command.name)}")
        case "test":
            return _lines(f"{command.name}: (0-2)")
        case "set" if command.argument(0) in ("0", "1", "2"):
            port.modem.shared[command.name[1:]] = command.argument(0)
            return []
        case _:
            raise RefusedByModemError("CME 50")


def _cops(port: AtPort, command: Command) -> list[bytes]:
    modem, scenario = port.modem, port.modem.scenario
    if modem.card.state != "ready" and command.form != "read":
        raise RefusedByModemError(SIM_ERRORS[modem.card.state])
    match command.form:
        case "read":
            mode, style = modem.shared["COPS"], modem.shared["COPS_FORMAT"]
            if modem.registration not in ("home", "roaming") or modem.rat is None:
                return _lines(f"+COPS: {mode}")
            name = f'"{scenario.plmn}"' if style == "2" else port.quoted(scenario.operator)
            return _lines(f"+COPS: {mode},{style},{name},{_ACCESS_TECHNOLOGY[modem.rat]}")
        case "test":
            name = port.quoted(scenario.operator)
            return _lines(f'+COPS: (2,{name},{name},"{scenario.plmn}",7),,(0,1,2,3,4),(0,1,2)')
        case "set":
            mode, style, act = command.argument(0, "0"), command.argument(1), command.argument(3)
            if mode not in ("0", "1", "2", "3", "4") or style not in ("", "0", "1", "2"):
                raise RefusedByModemError("CME 50")
            if style and mode in ("1", "3", "4"):
                modem.shared["COPS_FORMAT"] = style
            if mode != "3":
                before, modem.shared["COPS"] = modem.shared["COPS"], mode
                modem.search(scenario.register_s if before == "2" and mode != "2" else 0.0)
            if act:
                modem.allow_only(tuple(rat for rat, number in _ACCESS_TECHNOLOGY.items() if str(number) == act))
            return []
        case _:
            raise RefusedByModemError


def _csq(port: AtPort, command: Command) -> list[bytes]:
    if command.form == "test":
        return _lines("+CSQ: (0-31,99),(0-7,99)")
    modem = port.modem
    return _lines(f"+CSQ: {modem.scenario.csq if modem.rat and modem.shared['CFUN'] == '1' else 99},99")


def _cfun(port: AtPort, command: Command) -> list[bytes]:
    modem = port.modem
    match command.form:
        case "read":
            return _lines(f"+CFUN: {modem.shared['CFUN']}")
        case "test":
            return _lines("+CFUN: (0,1,4),(0,1)")
        case "set" if command.argument(0) in ("0", "1", "4"):
            if command.argument(1) == "1":
                return restart(port, command)
            modem.switch_radio(command.argument(0))
            return []
        case _:
            raise RefusedByModemError("CME 50")


def restart(port: AtPort, _command: Command) -> list[bytes]:
    """OK first; then the device leaves the bus."""
    modem = port.modem
    modem.while_on(modem.scenario.latency_s + RESTART_DELAY_S, modem.restart)
    return []


HANDLERS: dict[str, Callable[[AtPort, Command], list[bytes]]] = {
    "+CREG": _registration,
    "+CGREG": _registration,
    "+CEREG": _registration,
    "+COPS": _cops,
    "+CSQ": _csq,
    "+CFUN": _cfun,
}


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1", "replace") for line in lines]
