"""Vendor facts as data: what cannot be asked of a modem and is not in the standards.

Rows are hints. What a modem was seen to do (a learned encoding) always goes first, because lists of models never end
and a fix for one model breaks another. First match wins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One row. `match` is tried on "manufacturer model" without regard to case.

    `requests`: methods of a USSD request (see at/ussd.py encodings) in the order in which they shall be tried; empty
    = no hint. `ussd_mode`: a read command whose answer says how requests are read (value 1 = packed, 0 = plain).
    `menu_prompts`: +CUSD: 1 is followed by the prompt of 27.005 3.5.1, behind which the answer is written, ended with
    Ctrl-Z; ESC gives it up. `final_waits`: OK comes only together with the network's answer. `sms_read`, `sms_list`:
    commands that show one message ({} is its index), or all of them ({} is which), and leave their status alone."""

    match: str
    why: str
    requests: tuple[str, ...] = ()
    ussd_mode: str | None = None
    menu_prompts: bool = False
    final_waits: bool = False
    sms_read: str | None = None
    sms_list: str | None = None
    urc_prefixes: tuple[str, ...] = ()
    urc_lines: tuple[str, ...] = ()


# Above each row its wire, < from the modem, > to it, and where that was seen: [a capture of tests/captures], an issue
# of a project, or a page of a manual.
QUIRKS: tuple[Quirk, ...] = (
    # < OK   < +CUSD: 0,"CF2135487D2E4131DCCD25A381E02E",15   [chan-dongle-38-tele2-packed]
    # A request in the other mode: < OK, then a packed "there is no such number" [chan-dongle-38-wrong-number] or
    # < +CUSD: 5 [chan-dongle-bg19-e171-timeout], or < +CME ERROR: 304 (mhogomchungu/ussd-gui#6).
    # ^USSDMODE is read and never written: the next program would find it changed (ussd-gui#1).
    Quirk(
        match=r"huawei",
        why="AT^USSDMODE? says 1 = packed 7-bit hex, 0 = plain; old firmware does not know it and takes packed only",
        requests=("packed", "plain"),
        ussd_mode="AT^USSDMODE?",
        # > AT^SMGR=0   < ^SMGR: 0,,28   < 0791...   the status stays "unread"
        sms_read="AT^SMGR={}",
        sms_list="AT^SMGL={}",
        urc_prefixes=(
            *("^RSSI", "^RSSILVL", "^HRSSILVL", "^MODE", "^DSFLOWRPT", "^NDISSTAT", "^NDISEND", "^BOOT", "^CONNECT"),
            *("^CSNR", "^DSDORMANT", "^SIMST", "^SRVST", "^STIN", "^HCSQ", "^PDPDEACT", "^RFSWITCH", "^POSITION"),
            *("^POSEND", "^ECCLIST", "^LTERSRP", "^CSCHANNELINFO", "^CCALLSTATE", "^EONS", "^LWURC", "^CCIN", "^CEND"),
            *("^ORIG", "^CONF", "^CONN", "^SMMEMFULL", "^ANLEVEL", "^CERSSI", "^NWTIME", "^CPIN", "^CRSSI"),
            *("^THERM", "^XLEMA", "^ACTIVEBAND", "^IMEISV", "^DSVALID", "+CUSATP", "+CUSATEND"),
        ),
    ),
    # > AT+CUSD=1,"*101#",15   < OK   < +CUSD: 0,"0020004400750020...",7   [smstool-13-zte-ucs2-dcs7]
    # > AT+CUSD=1,"*100#",15   < OK   < +CUSD: 0,"003600310035002E0030   [mf667-reply-on-other-port]
    Quirk(
        match=r"\bzte\b",
        why="plain in the TE character set; answers UCS2 hex even where the dcs says 7-bit",
        requests=("plain",),
        urc_prefixes=("+ZUSIMR", "+ZDONR", "+ZPASR", "+ZPSTM", "+ZEND", "+ZUSIM", "+ZPMSTR", "HANGUP"),
        urc_lines=("CONNECT",),
    ),
    # +CSCS: "UCS2"   > AT+CUSD=1,"002A0031003000320023",15   < +CUSD: 2,"00480061...",15   < OK
    # [gammu-358-m35-ucs2-dcs15-before-ok]
    # > AT+CUSD=1,"002A0031003400330023",15   < OK   < +CME ERROR: 100   [gammu-492-ec25-cme100]
    Quirk(
        match=r"quectel",
        why="request and answer in the TE character set, while the dcs of the answer says 15",
        requests=("plain",),
        urc_prefixes=("+QIND", "+QUSIM", "+QGPSURC", "+QLWURC", "+QTONEDET", "+QIURC", "+QNTP", "+QSIMSTAT", "^DSCI"),
        urc_lines=("RDY", "POWERED DOWN", "NORMAL POWER DOWN", "Call Ready", "SMS Ready"),
    ),
    # < +CUSD: 2,"003600310031002e0032003000200440002e", 17   [tsmodem-dcs17-space]
    # < +CUSD: 0, "041D0435043F0440043", 72   [sim800-odd-length-hex]
    # With +CSCS: "HEX": < OK   < +CUSD: 2   (TinyGSM#192, #140)
    Quirk(
        match=r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d",
        why="accepts only the plain string, never packed hex; answers in UCS2 hex or Latin-1 octets",
        requests=("plain", "ucs2"),
        # <mode> 1: the status is not changed (SIM800 AT command manual, AT+CMGR and AT+CMGL)
        sms_read="AT+CMGR={},1",
        sms_list="AT+CMGL={},1",
        urc_prefixes=(
            *("+CNSMOD", "+CSQ", "+NITZ", "+RXDTMF", "^DSCI", "VOICE CALL", "MISSED_CALL", "*PSUTTZ", "*PSNWID", "DST"),
            *("+CTZE", "+CTZV", "+CLTS", "OVER-VOLTAGE", "UNDER-VOLTAGE", "+SIMCARD", "+CMTE"),
        ),
        urc_lines=(
            *("PB DONE", "SMS DONE", "Call Ready", "SMS Ready", "RDY", "START", "NORMAL POWER DOWN", "SMS FULL"),
            *("OVER-VOLTAGE WARNNING", "OVER-VOLTAGE WARNING", "OVER-VOLTAGE POWER DOWN"),
            *("UNDER-VOLTAGE WARNNING", "UNDER-VOLTAGE WARNING", "UNDER-VOLTAGE POWER DOWN"),
        ),
    ),
    # > AT+CUSD=1,"*888#",15   < OK   < +CUSD: 2,"Masa tenggang kartu Anda akan...",0   [wavecom-telkomsel-expired]
    # Secondary ports answer AT and not the rest (ModemManager, plugin sierra): ERROR to AT+CUSD is the port's.
    Quirk(
        match=r"sierra|wavecom",
        why="plain in the TE character set; the text comes in m=2",
        requests=("plain",),
        urc_prefixes=("+PACSP", "+WIND", "+PACSP0", "+PACSP1"),
    ),
    # > AT+CUSD=1,"*100#",15   < OK   < +CREG: 3   < +CREG: 2   (30 s)   < +CUSD: 4   [5gmodem-lm960-lte-cusd4]
    Quirk(
        match=r"telit.*lm960",
        why="accepts only the plain string; answers in UCS2 with the octets of each character swapped",
        requests=("plain",),
        final_waits=True,
    ),
    # < +CUSD: 2,"613906310635064A...0039 0000FFFF60B1...",17   [gammu-377-he910-ucs2-garbage-tail]
    # After AT#SELINT=0 or 1: > AT+CUSD=1,"*100#",15, then nothing until the network answers (GM862 manual, p. 103)
    Quirk(
        match=r"telit",
        why="takes the GSM character set; answers UCS2 hex with dcs 17, language octets and rubbish behind a NUL",
        requests=("plain", "ucs2"),
        final_waits=True,
        urc_prefixes=("#QSS", "#PSNT", "#CREG", "#ECAM", "#SIMPR", "#NITZ"),
    ),
    # < +CME ERROR: SIM busy   to any command while it starts   [ublox-sim-busy-text]; < +AT: READY up to 20 s later
    # (ModemManager, rules for TOBY-L4)
    Quirk(
        match=r"u-?blox",
        why="plain in the TE character set",
        requests=("plain",),
        urc_prefixes=(
            *("+AT", "+UUDTMFD", "+UCALLSTAT", "+CIEV", "+UUSIMSTAT", "+UMWI", "+UUPSDD", "+UUPSDA", "+UFOTASTAT"),
        ),
        urc_lines=("+PBREADY", "+AT: READY"),
    ),
    # > AT+CUSD=1,"*100#",15   < OK   (nothing for ever, on LTE without voice service)   [5gmodem-fm350-silence]
    Quirk(
        match=r"fibocom",
        why="plain; keeps silent where others say +CUSD: 4",
        requests=("plain",),
        urc_prefixes=("+SIM", "+SIM DROP", "+GTSIM", "+XCOPSVER", "+PSFS"),
        urc_lines=("+SIM READY", "+SIM DROP", "+SIM: Inserted", "+SIM: Removed"),
    ),
    # < +CUSD: 1,"1 Balance",15   < "> "   > 1 Ctrl-Z, or > ESC, which gives the session up (EHS6 manual, p. 223; OK is
    # taken wherever it stands)
    # > AT+CUSD=1,"002A003900390023",15   < OK   < +CME ERROR: 132   [gammu-689-mc55i-cme132]
    # Another dcs in the request than 15, or none: the answer comes unconverted and without its dcs (the same manual).
    Quirk(
        match=r"cinterion|gemalto|thales|siemens",
        why="plain with dcs 15 only; a menu ends with a prompt: answer and Ctrl-Z, or ESC",
        requests=("plain",),
        menu_prompts=True,
        # "without setting status to REC READ" (TC35i and EHS6 manuals, AT^SMGR and AT^SMGL)
        sms_read="AT^SMGR={}",
        sms_list="AT^SMGL={}",
        urc_prefixes=("^SCKS", "+CIEV", "^SCPOL", "^SBC", "^SIND"),
        urc_lines=("^SYSSTART", "^SHUTDOWN", "^SYSSTART AIRPLANE MODE"),
    ),
    # > AT+CUSD=1,"*111#",15   < +CUSD: 0,"reply here"   < OK   [mm-mbm-cusd-before-ok-nodcs]
    Quirk(
        match=r"ericsson|\bmbm\b|\bf5521|\bf3507|\bf3607",
        why="+CUSD comes before OK and without a dcs",
        urc_prefixes=("*EMRDY", "*EPEV", "*ESTKDISP", "*EPIN", "*ERINFO", "*EMWI", "*E2NAP", "*EMSI", "*ENAP"),
        urc_lines=("*EPEV", "*EMRDY"),
    ),
    # > AT+CUSD=1,"*100#",15   < OK   < +CUSD: 0,"..."   (ModemManager, plugin mtk-legacy: the generic plain request)
    Quirk(
        match=r"mediatek|\bmtk\b|\bmt6\d{3}\b",
        why="plain in the TE character set",
        requests=("plain",),
        urc_prefixes=("+ECREG", "+EIND", "+EUSIM", "+ESIMS", "+ECSQ", "+EREG", "+EGREG"),
    ),
    # < +CUSD: 2,"Balance:259,17r,Limit:0,01r ", 15   [gmodem-alcatel-space-dcs]
    Quirk(
        match=r"option|icera|alcatel",
        why="plain in the TE character set",
        urc_prefixes=("_OSIGQ", "_OSSYSI", "_OUWCTI", "%IPDPACT", "%NWSTATE", "%STKI"),
    ),
)

# Any modem: 27.007, 27.005, V.250.
STANDARD_URC_PREFIXES = (
    *("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CMTI", "+CMT", "+CDS", "+CDSI", "+CBM", "+CUSD", "+CRING", "+CLIP"),
    *("+CCWA", "+CSSI", "+CSSU", "+COLP", "+CGEV", "+CIEV", "+CTZV", "+CTZE", "+CTZEU", "+CPIN", "+CFUN", "+CALA"),
    *("+CMCCSI", "+CIREGU", "+CIREPH", "+CNEMIU", "+CSCON", "+CKEV", "+CTEV", "+CDEV", "+CDIP", "+CNAP", "+CAOC"),
    *("+CCCM", "+CCWV", "+CMWI", "+CUUS1U", "+CPINRE", "+CRC", "+CDTMF"),
)
STANDARD_URC_LINES = ("RING", "RINGING")

URC_PREFIXES = frozenset(STANDARD_URC_PREFIXES).union(*(row.urc_prefixes for row in QUIRKS))
URC_LINES = frozenset(STANDARD_URC_LINES).union(*(row.urc_lines for row in QUIRKS))


@lru_cache(maxsize=32)
def find_quirk(manufacturer: str | None, model: str | None = None) -> Quirk | None:
    """The first row that matches what AT+CGMI and AT+CGMM gave; None = nothing known."""
    name = f"{manufacturer or ''} {model or ''}".strip()
    return next((row for row in QUIRKS if name and re.search(row.match, name, re.IGNORECASE)), None)


def is_urc(line: str) -> bool:
    """Whether a line is known chatter of some vendor, whatever was asked.

    Prefix rows count with their colon or alone; lines such as `RING` count when they are the whole line."""
    text = line.strip()
    prefix = text.partition(":")[0].rstrip()
    return prefix in URC_PREFIXES or text in URC_LINES
