"""Registration, operator and RAT of the fake modem (27.007 7.2, 7.3, 8.2; the vendors' RAT commands)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from modemd.simulator.command import Command, RefusedByModemError
from modemd.simulator.scenario import REGISTRATIONS, Rat

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem

_ACCESS_TECHNOLOGY: dict[Rat, int] = {"GSM": 0, "UMTS": 2, "LTE": 7, "NR": 11}  # 27.007 7.3
_LOCATION = '"1A2B","00C3D4E5"'
# What a locked or missing SIM makes of a command that needs it (27.007 9.2).
SIM_ERRORS = {"none": "CME 10", "pin": "CME 11", "puk": "CME 12", "failure": "CME 13", "busy": "CME 14"}


def registration_shown(modem: SimulatedModem, name: str, *, unsolicited: bool = False) -> str:
    """The parameters of +CREG and its sisters, in the read form or in the unsolicited one (27.007 7.2)."""
    on = modem.rat if modem.settings["CFUN"] == "1" and modem.sim == "ready" else None
    state = modem.registration if on is not None else "searching" if modem.settings["CFUN"] == "1" else "idle"
    if name == "+CEREG" and on in ("GSM", "UMTS"):
        state = "idle"
    number = str(REGISTRATIONS.index(state))
    kept = modem.settings[name[1:]]
    place = f",{_LOCATION},{_ACCESS_TECHNOLOGY[on]}" if kept == "2" and on and state in ("home", "roaming") else ""
    return f"{number}{place}" if unsolicited else f"{kept},{number}{place}"


def _registration(modem: SimulatedModem, command: Command) -> list[bytes]:
    match command.form:
        case "read":
            return _lines(f"{command.name}: {registration_shown(modem, command.name)}")
        case "test":
            return _lines(f"{command.name}: (0-2)")
        case "set" if command.argument(0) in ("0", "1", "2"):
            modem.settings[command.name[1:]] = command.argument(0)
            return []
        case _:
            raise RefusedByModemError("CME 50")


def _cops(modem: SimulatedModem, command: Command) -> list[bytes]:
    scenario = modem.scenario
    if modem.sim != "ready" and command.form != "read":
        raise RefusedByModemError(SIM_ERRORS[modem.sim])
    registered = modem.registration in ("home", "roaming") and modem.rat is not None and modem.settings["CFUN"] == "1"
    match command.form:
        case "read":
            mode, style = modem.settings["COPS"], modem.settings["COPS_FORMAT"]
            if not registered or modem.sim != "ready" or modem.rat is None:
                return _lines(f"+COPS: {mode}")
            name = f'"{scenario.plmn}"' if style == "2" else modem.quoted(scenario.operator)
            return _lines(f"+COPS: {mode},{style},{name},{_ACCESS_TECHNOLOGY[modem.rat]}")
        case "test":
            name = modem.quoted(scenario.operator)
            return _lines(f'+COPS: (2,{name},{name},"{scenario.plmn}",7),,(0,1,2,3,4),(0,1,2)')
        case "set":
            mode, style, act = command.argument(0, "0"), command.argument(1), command.argument(3)
            if mode not in ("0", "1", "2", "3", "4") or style not in ("", "0", "1", "2"):
                raise RefusedByModemError("CME 50")
            if style and mode in ("1", "3", "4"):
                modem.settings["COPS_FORMAT"] = style
            if mode != "3":
                modem.settings["COPS"] = mode
                modem.register("idle" if mode == "2" else scenario.registration)
            if act:
                _allow(modem, tuple(rat for rat, number in _ACCESS_TECHNOLOGY.items() if str(number) == act))
            return []
        case _:
            raise RefusedByModemError


def _csq(modem: SimulatedModem, command: Command) -> list[bytes]:
    if command.form == "test":
        return _lines("+CSQ: (0-31,99),(0-7,99)")
    return _lines(f"+CSQ: {modem.scenario.csq if modem.rat and modem.settings['CFUN'] == '1' else 99},99")


def _cfun(modem: SimulatedModem, command: Command) -> list[bytes]:
    match command.form:
        case "read":
            return _lines(f"+CFUN: {modem.settings['CFUN']}")
        case "test":
            return _lines("+CFUN: (0,1,4),(0,1)")
        case "set" if command.argument(0) in ("0", "1", "4"):
            if command.argument(1) == "1":
                modem.later(modem.scenario.latency_s + 0.05, modem.restart)
                return []
            modem.settings["CFUN"] = command.argument(0)
            return []
        case _:
            raise RefusedByModemError("CME 50")


def rat_mode(modem: SimulatedModem, command: Command) -> list[bytes]:
    """The vendor's choice of RATs: first (Quectel: second) parameter says which."""
    key, family, scenario = command.name[1:], modem.family, modem.scenario
    if command.form == "read":
        return _lines(f"{command.name}:{'' if command.name[0] == '^' else ' '}{modem.settings[key]}")
    if command.form == "test":
        return _lines(f"{command.name}: ({','.join(family.rat_modes)})")
    arguments = [item.decode("latin-1") for item in command.arguments]
    if command.name == "+QCFG":
        if arguments[:1] != ["nwscanmode"]:
            raise RefusedByModemError
        if len(arguments) == 1:
            return _lines(f"+QCFG: {modem.settings[key]}")
        arguments = arguments[1:]
    modes = [arguments[0][place : place + 2] for place in range(0, len(arguments[0]), 2)] if arguments else []
    wanted = modes if command.name == "^SYSCFGEX" else arguments[:1]
    if not wanted or not all(mode in family.rat_modes for mode in wanted) or scenario.rat_switch == "refused":
        raise RefusedByModemError("CME 50")
    if scenario.rat_switch == "ignored":
        return []
    modem.settings[key] = f'"nwscanmode",{wanted[0]}' if command.name == "+QCFG" else command.tail.decode("latin-1")
    _allow(modem, tuple(rat for mode in wanted for rat in family.rat_modes[mode]))
    return []


def _allow(modem: SimulatedModem, rats: tuple[Rat, ...]) -> None:
    """Only these RATs from now on; the modem looks for a cell first."""
    modem.allowed_rats = rats
    if modem.registration in ("home", "roaming") and modem.scenario.rat_switch_s:
        before = modem.registration
        modem.register("searching")
        modem.later(modem.scenario.rat_switch_s, lambda: modem.register(before))
    else:
        modem.register(modem.registration)


HANDLERS: dict[str, Callable[[SimulatedModem, Command], list[bytes]]] = {
    "+CREG": _registration,
    "+CGREG": _registration,
    "+CEREG": _registration,
    "+COPS": _cops,
    "+CSQ": _csq,
    "+CFUN": _cfun,
}


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1", "replace") for line in lines]
