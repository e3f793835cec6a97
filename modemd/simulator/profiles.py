"""What differs between the families of modems that the simulator plays: names, defaults, RAT commands. Facts as they
show on the wire of field modems; a family speaks the standard's commands besides its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from modemd.simulator import ratcommands
from modemd.simulator.ratcommands import RatCommand
from modemd.simulator.scenario import Charset, Profile, Rat


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """`settings`: commands that only keep a value, with the value of a fresh modem and what `=?` shows."""

    manufacturer: str
    model: str
    firmware: str
    charset: Charset
    iccid_command: str
    iccid_shown: str  # in front of the digits
    own_number: str = '+CNUM: "",{number},{type}'  # where the SIM holds one
    can: tuple[Rat, ...] = ("LTE", "UMTS", "GSM")  # the RATs that it has radios for
    settings: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    nvram: tuple[str, ...] = ()  # those of `settings` that outlive a power cut; the RAT command's do by themselves
    commands: tuple[str, ...] = ()  # of the maker's own, those that the simulator has a handler for
    resets: tuple[str, ...] = ()  # commands that restart the device, besides AT+CFUN=1,1
    reads_unmarked: bool = False  # AT+CMGR and AT+CMGL take a second parameter: 1 leaves the status alone
    sms_full: str | None = None  # said when a message finds no place
    wrong_encoding: str = "ERROR"
    unknown_command: str = "ERROR"
    menu_prompts: bool = False  # a menu is answered at a prompt
    rat: RatCommand | None = None
    sim_out: tuple[str, ...] = ()  # said when the SIM is taken out, or put in
    sim_in: tuple[str, ...] = ()
    boot_lines: tuple[str, ...] = ()  # said when the device has come back
    rat_lines: Mapping[Rat, str] = field(default_factory=dict)  # said when it is on another RAT ...
    rat_lines_if: tuple[str, str] | None = None  # ... where this setting has this value


# Kept by every family: 27.007, 27.005, V.250.
COMMON: Mapping[str, tuple[str, str]] = {
    "+CMEE": ("0", "(0-2)"),
    "+CNMI": ("2,1,0,0,0", "(0-2),(0-3),(0,2,3),(0-2),(0,1)"),
    "+CMGF": ("0", "(0,1)"),
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
    "+IPR": ("0", "(),(0,9600,19200,38400,57600,115200)"),
    "+IFC": ("0,0", "(0-2),(0-2)"),
    "+ICF": ("3,3", "(0-6),(0-3)"),
    "+CGDCONT": ('1,"IP","internet","",0,0', '(1-16),"IP",,,(0-2),(0-4)'),
    "+CMER": ("0,0,0,0,0", "(0-3),(0),(0),(0-2),(0,1)"),
    "+CGEREP": ("0,0", "(0-2),(0,1)"),
    "+CPLS": ("0", "(0-2)"),
}

_HUAWEI: Mapping[str, tuple[str, str]] = {
    "^USSDMODE": ("0", "(0,1)"),
    "^CURC": ("1", "(0-2)"),
    "^CVOICE": ("0", "(0,1)"),
    "^PORTSEL": ("0", "(0,1)"),
    "^STSF": ("0", ""),
}
_MODE: Mapping[Rat, str] = {"GSM": "^MODE: 3,3", "UMTS": "^MODE: 5,4", "LTE": "^MODE: 7,101"}
_QUECTEL: Mapping[str, tuple[str, str]] = {"+QURCCFG": ('"urcport","usbat"', "")}

FAMILIES: Mapping[Profile, Family] = {
    "plain": Family(
        manufacturer="Generic",
        model="GSM-1",
        firmware="1.0",
        charset="IRA",
        iccid_command="+CCID",
        iccid_shown="+CCID: ",
        can=("NR", "LTE", "UMTS", "GSM"),
    ),
    "huawei": Family(
        manufacturer="huawei",
        model="E3372",
        firmware="21.180.01.00.00",
        charset="IRA",
        iccid_command="^ICCID",
        iccid_shown="^ICCID: ",
        settings=_HUAWEI,
        commands=("^SMGL", "^SMGR", "^CPIN", "^HCSQ"),
        resets=("^RESET",),
        sms_full='^SMMEMFULL: "{storage}"',
        wrong_encoding="CME 304",
        rat=ratcommands.SYSCFGEX,
        sim_out=("^SIMST: 255",),
        sim_in=("^SIMST: 1",),
        boot_lines=("^BOOT:31415926,0,0,0,20", "^SRVST:0"),
        rat_lines=_MODE,
        rat_lines_if=("CURC", "1"),
    ),
    "huawei-old": Family(
        manufacturer="huawei",
        model="E1550",
        firmware="11.608.12.00.143",
        charset="IRA",
        iccid_command="^ICCID",
        iccid_shown="^ICCID: ",
        can=("UMTS", "GSM"),
        settings=_HUAWEI,
        commands=("^SMGL", "^SMGR", "^CPIN"),
        resets=("^RESET",),
        sms_full='^SMMEMFULL: "{storage}"',
        wrong_encoding="CME 304",
        unknown_command="COMMAND NOT SUPPORT",
        rat=ratcommands.SYSCFG,
        sim_out=("^SIMST:255",),
        sim_in=("^SIMST:1",),
        boot_lines=("^BOOT:10926476,0,0,0,22", "^SRVST:0"),
        rat_lines=_MODE,
        rat_lines_if=("CURC", "1"),
    ),
    "quectel": Family(
        manufacturer="Quectel",
        model="EC25",
        firmware="EC25EFAR06A06M4G",
        charset="GSM",
        iccid_command="+QCCID",
        iccid_shown="+QCCID: ",
        own_number="+CNUM: ,{number},{type}",
        settings=_QUECTEL,
        nvram=("+QURCCFG",),
        commands=("+QPINC", "+QENG", "+QNWINFO", "+QURCCFG"),
        rat=ratcommands.QCFG,
        sim_out=("+CPIN: NOT READY", "+QSIMSTAT: 1,0"),
        sim_in=("+QSIMSTAT: 1,1", "+CPIN: READY", "+QUSIM: 1"),
        boot_lines=("RDY", "+CFUN: 1", "+QIND: SMS DONE", "+QIND: PB DONE"),
    ),
    "quectel-5g": Family(
        manufacturer="Quectel",
        model="RM500Q-GL",
        firmware="RM500QGLABR11A06M4G",
        charset="GSM",
        iccid_command="+QCCID",
        iccid_shown="+QCCID: ",
        own_number="+CNUM: ,{number},{type}",
        can=("NR", "LTE", "UMTS"),
        settings=_QUECTEL,
        nvram=("+QURCCFG",),
        commands=("+QPINC", "+QENG", "+QNWINFO", "+QURCCFG"),
        rat=ratcommands.QNWPREFCFG,
        sim_out=("+CPIN: NOT READY", "+QSIMSTAT: 1,0"),
        sim_in=("+QSIMSTAT: 1,1", "+CPIN: READY", "+QUSIM: 1"),
        boot_lines=("RDY", "+CFUN: 1", "+QIND: SMS DONE"),
    ),
    "simcom": Family(
        manufacturer="SIMCOM INCORPORATED",
        model="SIM7600E-H",
        firmware="LE20B03SIM7600M22",
        charset="IRA",
        iccid_command="+CICCID",
        iccid_shown="+ICCID: ",
        own_number='+CNUM: "",{number},{type},7,4',
        settings={
            "+CEMODE": ("2", "(0-3)"),
            "+CNSMOD": ("0", ""),
            "+DDET": ("0", "(0,1)"),
            "+AUTOCSQ": ("0,0", "(0,1),(0,1)"),
        },
        nvram=("+CEMODE",),
        commands=("+SPIC", "+CPSI", "+CNSMOD"),
        resets=("+CRESET",),
        reads_unmarked=True,
        sms_full="SMS FULL",
        rat=ratcommands.CNMP,
        sim_out=("+SIMCARD: NOT AVAILABLE",),
        sim_in=("+CPIN: READY",),
        boot_lines=("RDY", "+CPIN: READY", "SMS DONE", "PB DONE"),
        rat_lines={"GSM": "+CNSMOD: 1", "UMTS": "+CNSMOD: 4", "LTE": "+CNSMOD: 8"},
        rat_lines_if=("CNSMOD", "1"),
    ),
    "zte": Family(
        manufacturer="ZTE CORPORATION",
        model="MF823",
        firmware="BD_MF823V1.0.0B06",
        charset="IRA",
        iccid_command="+ZICCID",
        iccid_shown="+ZICCID: ",
        settings={"+ZOPRT": ("5", "(5,6)"), "+ZCDRUN": ("8", "(8,9)"), "+ZPCB": ("0", "")},
        commands=("+ZPINPUK", "+ZPAS"),
        rat=ratcommands.ZSNT,
        sim_out=("+ZUSIMR:0",),
        sim_in=("+ZUSIMR:2",),
        boot_lines=("+ZDONR: ,,,",),
    ),
    "sierra": Family(
        manufacturer="Sierra Wireless, Incorporated",
        model="MC7455",
        firmware="SWI9X30C_02.33.03.00",
        charset="IRA",
        iccid_command="+ICCID",
        iccid_shown="ICCID: ",
        commands=("+CPINC", "!GSTATUS"),
        resets=("!RESET",),
        rat=ratcommands.SELRAT,
        boot_lines=("+WIND: 4",),
    ),
    "telit": Family(
        manufacturer="Telit",
        model="LE910-EU V2",
        firmware="20.00.402",
        charset="GSM",
        iccid_command="#CCID",
        iccid_shown="#CCID: ",
        own_number='+CNUM: "PHONENUM1",{number},{type}',
        settings={"#SELINT": ("2", "(0-2)"), "#QSS": ("0", ""), "#PSNT": ("0", ""), "+CEMODE": ("2", "(0-3)")},
        nvram=("+CEMODE",),
        commands=("#PCT", "#PSNT", "#QSS"),
        resets=("#REBOOT",),
        rat=ratcommands.WS46,
        sim_out=("#QSS: 0",),
        sim_in=("#QSS: 1",),
    ),
    "ublox": Family(
        manufacturer="u-blox",
        model="TOBY-L210",
        firmware="17.00",
        charset="IRA",
        iccid_command="+CCID",
        iccid_shown="+CCID: ",
        commands=("+UPINCNT",),
        resets=("+CFUN=16",),
        rat=ratcommands.URAT,
        sim_out=("+UUSIMSTAT: 0",),
        sim_in=("+UUSIMSTAT: 1",),
        boot_lines=("+AT: READY", "+PBREADY"),
    ),
    "fibocom": Family(
        manufacturer="Fibocom Wireless Inc.",
        model="NL668-EAU",
        firmware="19006.1000.00.01.50.73",
        charset="IRA",
        iccid_command="+ICCID",
        iccid_shown="+ICCID: ",
        resets=("+CFUN=15",),
        rat=ratcommands.GTACT,
        sim_out=("+SIM: Removed", "+SIM DROP"),
        sim_in=("+SIM: Inserted", "+SIM READY"),
        boot_lines=("+SIM READY",),
    ),
    "cinterion": Family(
        manufacturer="Cinterion",
        model="PLS8-E",
        firmware="REVISION 03.017",
        charset="GSM",
        iccid_command="^SCID",
        iccid_shown="^SCID: ",
        own_number='+CNUM: "Own number",{number},{type}',
        settings={"^SCKS": ("0,1", "(0,1)"), "^SIND": ("0", "")},
        commands=("^SPIC", "^SMONI", "^SIND"),
        menu_prompts=True,
        rat=ratcommands.SXRAT,
        sim_out=("^SCKS: 0",),
        sim_in=("^SCKS: 1",),
        boot_lines=("^SYSSTART",),
    ),
    "mediatek": Family(
        manufacturer="MediaTek Inc.",
        model="MT6280",
        firmware="MOLY.WR8.W1315",
        charset="IRA",
        iccid_command="+ICCID",
        iccid_shown="+ICCID: ",
        rat=ratcommands.ERAT,
        boot_lines=("+EIND: 128",),
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
