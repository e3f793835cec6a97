"""What differs between the families of modems that the simulator plays: names, defaults, RAT commands. Facts as they
show on the wire of field modems; a family speaks the standard's commands besides its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modemd.simulator.scenario import Charset, Profile, Rat


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`settings`: commands that only keep a value, with the value of a fresh modem and what `=?` shows.
    `rat_modes`: first parameter of the RAT command -> the RATs it allows, best first; () = all."""

    manufacturer: str
    model: str
    firmware: str
    charset: Charset
    iccid_command: str
    iccid_shown: str  # in front of the digits
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    wrong_encoding: str = "ERROR"
    rat_command: str | None = None
    rat_default: str = ""
    rat_modes: Mapping[str, tuple[Rat, ...]] = field(default_factory=dict)


# Kept by every family: 27.007, 27.005, V.250.
COMMON: Mapping[str, tuple[str, str]] = {
    "+CMEE": ("0", "(0-2)"),
    "+CMGF": ("0", "(0,1)"),
    "+CNMI": ("2,1,0,0,0", "(0-2),(0-3),(0,2,3),(0-2),(0,1)"),
    "+CSMP": ("17,167,0,0", ""),
    "+CSDH": ("0", "(0,1)"),
    "+CMMS": ("0", "(0-2)"),
    "+CSMS": ("0", "(0,1)"),
    "+CLIP": ("0", "(0,1)"),
    "+CLIR": ("0", "(0-2)"),
    "+COLP": ("0", "(0,1)"),
    "+CRC": ("0", "(0,1)"),
    "+CVHU": ("0", "(0,1)"),
    "+CCWA": ("0", "(0,1)"),
    "+CSSN": ("0,0", "(0,1),(0,1)"),
    "+CR": ("0", "(0,1)"),
    "+CGATT": ("1", "(0,1)"),
    "+CTZU": ("0", "(0,1)"),
    "+CTZR": ("0", "(0,1)"),
    "+CPBS": ('"SM"', '("SM","ME")'),
    "+CBST": ("7,0,1", ""),
    "+CMOD": ("0", "(0)"),
    "+CSTA": ("129", "(129,145)"),
}

FAMILIES: Mapping[Profile, Family] = {
    "plain": Family(
        manufacturer="Generic",
        model="GSM-1",
        firmware="1.0",
        charset="IRA",
        iccid_command="+CCID",
        iccid_shown="+CCID: ",
    ),
    "huawei": Family(
        manufacturer="huawei",
        model="E3372",
        firmware="21.180.01.00.00",
        charset="IRA",
        iccid_command="^ICCID",
        iccid_shown="^ICCID: ",
        settings={
            "^USSDMODE": ("0", "(0,1)"),
            "^CURC": ("1", "(0-2)"),
            "^CVOICE": ("0", "(0,1)"),
            "^PORTSEL": ("0", "(0,1)"),
            "^STSF": ("0", ""),
        },
        wrong_encoding="CME 304",
        rat_command="^SYSCFGEX",
        rat_default='"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF',
        rat_modes={"00": (), "01": ("GSM",), "02": ("UMTS",), "03": ("LTE",)},
    ),
    "quectel": Family(
        manufacturer="Quectel",
        model="EC25",
        firmware="EC25EFAR06A06M4G",
        charset="GSM",
        iccid_command="+QCCID",
        iccid_shown="+QCCID: ",
        settings={"+QURCCFG": ('"urcport","usbat"', '"urcport",("usbat","usbmodem","uart1","all")')},
        rat_command="+QCFG",
        rat_default='"nwscanmode",0',
        rat_modes={"0": (), "1": ("GSM",), "2": ("UMTS",), "3": ("LTE",)},
    ),
    "simcom": Family(
        manufacturer="SIMCOM INCORPORATED",
        model="SIM7600E-H",
        firmware="LE20B03SIM7600M22",
        charset="IRA",
        iccid_command="+CICCID",
        iccid_shown="+ICCID: ",
        settings={"+CEMODE": ("2", "(0-3)"), "+CNSMOD": ("0", "(0,1)"), "+DDET": ("0", "(0,1)")},
        rat_command="+CNMP",
        rat_default="2",
        rat_modes={"2": (), "13": ("GSM",), "14": ("UMTS",), "38": ("LTE",)},
    ),
}

# 27.007 9.2, as CMEE=2 shows them.
CME_TEXT: Mapping[int, str] = {
    0: "phone failure",
    3: "operation not allowed",
    4: "operation not supported",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    16: "incorrect password",
    20: "memory full",
    21: "invalid index",
    24: "text string too long",
    25: "invalid characters in text string",
    30: "no network service",
    31: "network timeout",
    32: "network not allowed - emergency calls only",
    50: "incorrect parameters",
    100: "unknown",
}
