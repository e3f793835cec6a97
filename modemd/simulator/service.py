"""What programs other than modemd ask a modem for before they believe in it.

27.007 6.8, 7.4, 7.18, 7.19, 8.4, 8.9, 8.15, 8.69; V.250 6.1.3, 6.2.11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator.command import Command, Held, RefusedByModemError

if TYPE_CHECKING:
    from modemd.simulator.port import AtPort

Answer = list[bytes] | Held


_INDICATORS = (
    *((b"battchg", 5), (b"signal", 5), (b"service", 1), (b"message", 1), (b"call", 1)),
    *((b"roam", 1), (b"smsfull", 1)),
)
_QUALITY = {"GSM": "40,0,255,255,255,255", "UMTS": "99,99,50,30,255,255", "LTE": "99,99,255,255,20,55"}
_NO_QUALITY = "99,99,255,255,255,255"


def gcap(_port: AtPort, command: Command) -> Answer:
    return [] if command.form == "test" else [b"+GCAP: +CGSM,+DS,+ES"]


def fclass(_port: AtPort, command: Command) -> Answer:
    """T.31 8.2: class 0 is data, and all that this modem has."""
    if command.form == "set" and command.argument(0) != "0":
        raise RefusedByModemError
    return [b"0"] if command.form in ("read", "test") else []


def cclk(port: AtPort, command: Command) -> Answer:
    return [f'+CCLK: "{port.modem.wall():%y/%m/%d,%H:%M:%S}+00"'.encode()] if command.form == "read" else []


def cbc(_port: AtPort, command: Command) -> Answer:
    return [b"+CBC: (0-3),(0-100)"] if command.form == "test" else [b"+CBC: 0,90,3900"]


def cind(port: AtPort, command: Command) -> Answer:
    registered = port.modem.registration in ("home", "roaming")
    match command.form:
        case "test":
            return [
                b"+CIND: " + b",".join(b'("%b",(0-%d))' % one for one in _INDICATORS),
            ]
        case "read":
            roams = port.modem.registration == "roaming"
            return [f"+CIND: 5,{4 if registered else 0},{int(registered)},0,0,{int(roams)},0".encode()]
    return []


def clck(_port: AtPort, command: Command) -> Answer:
    """Facility locks: nothing is locked, and nothing can be."""
    if command.form == "test":
        return [b'+CLCK: ("SC","FD","AO","OI","OX","AI","IR","AB","AG","AC","PN","PU","PP","PC","PS")']
    if command.form == "set" and command.argument(1) == "2":
        return [b"+CLCK: 0"]
    raise RefusedByModemError("CME 3")


def cpol(_port: AtPort, command: Command) -> Answer:
    """Preferred operators: the SIM names none."""
    return [b"+CPOL: (1-20),(0-2)"] if command.form == "test" else []


def nothing(_port: AtPort, _command: Command) -> Answer:
    """No calls to list or to end."""
    return []


def cesq(port: AtPort, command: Command) -> Answer:
    if command.form == "test":
        return [b"+CESQ: (0-63,99),(0-7,99),(0-96,255),(0-49,255),(0-34,255),(0-97,255)"]
    known = port.modem.registration in ("home", "roaming")
    return [f"+CESQ: {_QUALITY.get(port.modem.rat or '', _NO_QUALITY) if known else _NO_QUALITY}".encode()]


HANDLERS = {
    "+GCAP": gcap,
    "+FCLASS": fclass,
    "+CCLK": cclk,
    "+CBC": cbc,
    "+CIND": cind,
    "+CLCK": clck,
    "+CPOL": cpol,
    "+CLCC": nothing,
    "+CHUP": nothing,
    "+CESQ": cesq,
}
