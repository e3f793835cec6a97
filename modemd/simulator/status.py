"""The makers' own words on network, cell and signal, as their manuals of AT commands show them.

One cell for each RAT, the same for every maker; how strong it is follows the scenario's `csq`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from modemd.simulator.command import Command, RefusedByModemError
from modemd.simulator.scenario import Rat

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

AREA, CELL = "1A2B", "00C3D4E5"  # as +CREG shows them (27.007 7.2)


@dataclass(frozen=True, slots=True)
class View:
    """What the modem sees now. `rat` None = it has no service; dBm and dB."""

    rat: Rat | None
    mcc: str
    mnc: str
    rssi: int

    @property
    def rsrp(self) -> int:
        return self.rssi - 22


def view(modem: SimulatedModem) -> View:
    served = modem.registration in ("home", "roaming")
    plmn, csq = modem.scenario.plmn, modem.scenario.csq
    rssi = -113 if csq == 99 else -113 + 2 * csq  # 27.007 8.5
    return View(modem.rat if served else None, plmn[:3], plmn[3:], rssi)


# --- Huawei


def hcsq(port: AtPort, command: Command) -> list[bytes]:
    """^HCSQ: each value counts steps from the bottom of its scale: 1 dB, SINR 0.2 dB, RSRQ and Ec/Io 0.5 dB."""
    if command.form == "test":
        return _lines('^HCSQ:("NOSERVICE","GSM","WCDMA","LTE")')
    if command.form != "read":
        raise RefusedByModemError
    now = view(port.modem)
    rssi = now.rssi + 121
    match now.rat:
        case "LTE":
            return _lines(f'^HCSQ:"LTE",{rssi},{now.rsrp + 141},176,20')
        case "UMTS":
            return _lines(f'^HCSQ:"WCDMA",{rssi},{rssi - 6},52')
        case "GSM":
            return _lines(f'^HCSQ:"GSM",{rssi}')
        case _:
            return _lines('^HCSQ:"NOSERVICE"')


# --- Quectel


def qeng(port: AtPort, command: Command) -> list[bytes]:
    """+QENG="servingcell"; neighbours there are none."""
    if command.form == "test":
        return _lines('+QENG: ("servingcell","neighbourcell")')
    if command.form != "set" or command.argument(0).lower() not in ("servingcell", "neighbourcell"):
        raise RefusedByModemError
    if command.argument(0).lower() == "neighbourcell":
        return []
    now = view(port.modem)
    head, cell = '+QENG: "servingcell","NOCONN"', CELL.lstrip("0")
    place = f"{now.mcc},{now.mnc}"
    match now.rat:
        case "NR":
            return _lines(f'{head},"NR5G-SA","TDD",{place},{cell},123,{AREA},636000,78,12,{now.rsrp},-10,15,1,-')
        case "LTE":
            tail = f"{AREA},{now.rsrp},-10,{now.rssi},15,-"
            return _lines(f'{head},"LTE","FDD",{place},{cell},123,1300,3,5,5,{tail}')
        case "UMTS":
            return _lines(f'{head},"WCDMA",{place},{AREA},{cell},10663,279,1,{now.rssi - 6},-6,-,-,-,-,-')
        case "GSM":
            tail = ",".join(["-"] * 10)
            return _lines(f'{head},"GSM",{place},{AREA},{cell},27,64,0,{now.rssi},0,5,2,40,40,1,{tail}')
        case _:
            return _lines('+QENG: "servingcell","SEARCH"')


def qnwinfo(port: AtPort, command: Command) -> list[bytes]:
    if command.form == "test":
        return []
    if command.form != "run":
        raise RefusedByModemError
    now = view(port.modem)
    shown: dict[Rat | None, tuple[str, str, int]] = {
        "NR": ("TDD NR5G", "NR5G BAND 78", 636000),
        "LTE": ("FDD LTE", "LTE BAND 3", 1300),
        "UMTS": ("HSPA+", "WCDMA 2100", 10663),
        "GSM": ("EDGE", "GSM 900", 64),
    }
    if now.rat not in shown:
        return _lines("+QNWINFO: No Service")
    act, band, channel = shown[now.rat]
    return _lines(f'+QNWINFO: "{act}","{now.mcc}{now.mnc}","{band}",{channel}')


def qurccfg(port: AtPort, command: Command) -> list[bytes]:
    """+QURCCFG="urcport" asks, with a second parameter it sets."""
    places = ("usbat", "usbmodem", "uart1", "all")
    if command.form == "test":
        return _lines('+QURCCFG: "urcport",(' + ",".join(f'"{place}"' for place in places) + ")")
    if command.form != "set" or command.argument(0).lower() != "urcport":
        raise RefusedByModemError
    if len(command.arguments) == 1:
        return _lines(f"+QURCCFG: {port.settings['QURCCFG']}")
    if command.argument(1).lower() not in places:
        raise RefusedByModemError
    port.settings["QURCCFG"] = f'"urcport","{command.argument(1).lower()}"'
    return []


# --- SIMCom


def cpsi(port: AtPort, command: Command) -> list[bytes]:
    if command.form == "test":
        return _lines("+CPSI: (0-255)")
    if command.form == "set":  # how often it is said unasked
        return []
    now = view(port.modem)
    head, cell = f"Online,{now.mcc}-{now.mnc},0x{AREA}", int(CELL, 16)
    match now.rat:
        case "LTE":
            tenths = f"-100,{now.rsrp}0,{now.rssi}0,15"
            return _lines(f"+CPSI: LTE,{head},{cell},123,EUTRAN-BAND3,1300,5,5,{tenths}")
        case "UMTS":
            return _lines(f"+CPSI: WCDMA,{head},{cell},WCDMA IMT 2000,279,10663,0,6,{6 - now.rssi},62,33,52,500")
        case "GSM":
            return _lines(f"+CPSI: GSM,{head},{cell},64 EGSM 900,{now.rssi},2110,40-40")
        case _:
            return _lines("+CPSI: NO SERVICE,Online")


def cnsmod(port: AtPort, command: Command) -> list[bytes]:
    """The read form shows the setting and the RAT: 0 none, 2 GPRS, 4 WCDMA, 8 LTE."""
    return _with_setting(port, command, "+CNSMOD", {"GSM": 2, "UMTS": 4, "LTE": 8}.get(view(port.modem).rat or "", 0))


# --- the others


def zpas(port: AtPort, command: Command) -> list[bytes]:
    """ZTE."""
    if command.form != "read":
        raise RefusedByModemError
    shown = {"GSM": "EDGE", "UMTS": "HSPA", "LTE": "LTE"}.get(view(port.modem).rat or "")
    if shown is None:
        return _lines('+ZPAS: "No Service"')
    return _lines(f'+ZPAS: "{shown}","{"PS_ONLY" if port.modem.packet_only else "CS_PS"}"')


def psnt(port: AtPort, command: Command) -> list[bytes]:
    """Telit: 1 EGPRS, 3 HSDPA, 4 LTE, 5 none."""
    return _with_setting(port, command, "#PSNT", {"GSM": 1, "UMTS": 3, "LTE": 4}.get(view(port.modem).rat or "", 5))


def qss(port: AtPort, command: Command) -> list[bytes]:
    """Telit, the SIM: 0 not there, 1 there, 3 ready for everything."""
    return _with_setting(port, command, "#QSS", {"none": 0, "ready": 3}.get(port.modem.card.state, 1), most=3)


def gstatus(port: AtPort, command: Command) -> list[bytes]:
    """Sierra: a table for people."""
    if command.form not in ("read", "run"):
        raise RefusedByModemError
    now, cell = view(port.modem), int(CELL, 16)
    mode = "ONLINE" if port.modem.shared["CFUN"] == "1" else "LOW POWER MODE"
    lines = ["!GSTATUS: ", "Current Time:  1234\t\tTemperature: 32", f"Reset Counter: 1\t\tMode:        {mode}"]
    match now.rat:
        case "LTE":
            lines += [
                "System mode:   LTE        \tPS state:    Attached     ",
                "LTE band:      B3     \t\tLTE bw:      20 MHz  ",
                "LTE Rx chan:   1300\t\tLTE Tx chan: 19300",
                "EMM state:     Registered     \tNormal Service ",
                "RRC state:     RRC Idle       ",
                f"PCC RxM RSSI:  {now.rssi}\t\tRSRP (dBm):  {now.rsrp}",
                f"Tx Power:      0\t\tTAC:         {AREA} ({int(AREA, 16)})",
                f"RSRQ (dB):     -10\t\tCell ID:     {CELL} ({cell})",
                "SINR (dB):     15.0",
            ]
        case "UMTS":
            lines += [
                "System mode:   WCDMA      \tPS state:    Attached     ",
                "WCDMA band:    WCDMA2100  ",
                "WCDMA channel: 10663",
                "GMM (PS) state:REGISTERED \tNORMAL SERVICE ",
                "MM (CS) state: IDLE       \tNORMAL SERVICE ",
                f"RxM RSSI C0:   {now.rssi}\t\tLAC:         {AREA} ({int(AREA, 16)})",
                f"RRC state:     DISCONNECTED\tCell ID:     {CELL} ({cell})",
            ]
        case "GSM":
            lines += [
                "System mode:   GSM        \tPS state:    Attached     ",
                "GSM band:      900 ",
                "GSM channel:   64",
            ]
        case _:
            lines += ["System mode:   No service \tPS state:    Not attached "]
    return _lines(*lines)


def smoni(port: AtPort, command: Command) -> list[bytes]:
    """Cinterion."""
    if command.form == "test":
        return []
    now = view(port.modem)
    place = f"{now.mcc},{now.mnc},{AREA},{CELL[1:]}"
    match now.rat:
        case "LTE":
            return _lines(f"^SMONI: 4G,1300,3,20,20,FDD,{place},123,33,{now.rsrp},-10,NOCONN")
        case "UMTS":
            return _lines(f"^SMONI: 3G,10663,279,-6.0,{now.rssi - 6},{place},-92,-78,NOCONN")
        case "GSM":
            return _lines(f"^SMONI: 2G,64,{now.rssi},{place},33,33,3,6,G,NOCONN")
        case _:
            return _lines("^SMONI: Searching")


def sind(port: AtPort, command: Command) -> list[bytes]:
    """Cinterion's indicators; of its own only psinfo, the RAT: 1 GPRS, 5 UMTS, 16 LTE. ^SIND="psinfo",2 asks."""
    if command.form == "test":
        return _lines("^SIND: (signal,(0-5)),(service,(0,1)),(roam,(0,1)),(psinfo,(0-10,16,17))")
    number = {"GSM": 1, "UMTS": 5, "LTE": 16}.get(view(port.modem).rat or "", 0)
    if command.form == "set":
        if command.argument(0).lower() != "psinfo" or command.argument(1) not in ("0", "1", "2"):
            raise RefusedByModemError("CME 50")
        if command.argument(1) != "2":
            port.settings["SIND"] = command.argument(1)
    return _lines(f"^SIND: psinfo,{port.settings['SIND']},{number}")


def _with_setting(port: AtPort, command: Command, name: str, number: int, *, most: int = 1) -> list[bytes]:
    """A status command that can be set to report by itself, 0 to `most`: its read form shows setting and status."""
    match command.form:
        case "read":
            return _lines(f"{name}: {port.settings[name[1:]]},{number}")
        case "test":
            return _lines(f"{name}: (0,1)" if most == 1 else f"{name}: (0-{most})")
        case "set" if command.argument(0) in map(str, range(most + 1)):
            port.settings[name[1:]] = command.argument(0)
            return []
        case _:
            raise RefusedByModemError


def _lines(*lines: str) -> list[bytes]:
    return [line.encode("latin-1") for line in lines]


# Where the family lists them in `commands`; they need no SIM.
HANDLERS: dict[str, Callable[[AtPort, Command], list[bytes]]] = {
    "^HCSQ": hcsq,
    "+QENG": qeng,
    "+QNWINFO": qnwinfo,
    "+QURCCFG": qurccfg,
    "+CPSI": cpsi,
    "+CNSMOD": cnsmod,
    "+ZPAS": zpas,
    "#PSNT": psnt,
    "#QSS": qss,
    "!GSTATUS": gstatus,
    "^SMONI": smoni,
    "^SIND": sind,
}
