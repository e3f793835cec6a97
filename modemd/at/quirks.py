"""Vendor facts as data: what cannot be asked of a modem and is not in the standards.

Rows are hints. What a modem was seen to do (a learned encoding) always goes first, because lists of models never end
and a fix for one model breaks another. First match wins."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirk:
    """One row. `match` is tried on "manufacturer model" without regard to case.

    `requests`: methods of a USSD request (see at/ussd.py encodings) in the order in which they shall be tried; empty
    = no hint. `ussd_mode`: a read command whose answer says how requests are read (value 1 = packed, 0 = plain)."""

    match: str
    why: str
    requests: tuple[str, ...] = ()
    ussd_mode: str | None = None
    urc_prefixes: tuple[str, ...] = ()
    urc_lines: tuple[str, ...] = ()


QUIRKS: tuple[Quirk, ...] = (
    Quirk(
        match=r"huawei",
        why="AT^USSDMODE? says 1 = packed 7-bit hex, 0 = plain; old firmware does not know it and takes packed only",
        requests=("packed", "plain"),
        ussd_mode="AT^USSDMODE?",
        urc_prefixes=(
            *("^RSSI", "^RSSILVL", "^HRSSILVL", "^MODE", "^DSFLOWRPT", "^NDISSTAT", "^NDISEND", "^BOOT", "^CONNECT"),
            *("^CSNR", "^DSDORMANT", "^SIMST", "^SRVST", "^STIN", "^HCSQ", "^PDPDEACT", "^RFSWITCH", "^POSITION"),
            *("^POSEND", "^ECCLIST", "^LTERSRP", "^CSCHANNELINFO", "^CCALLSTATE", "^EONS", "^LWURC", "^CCIN", "^CEND"),
            *("^ORIG", "^CONF", "^CONN", "^SMMEMFULL", "^ANLEVEL", "^CERSSI", "^NWTIME", "^CPIN", "^CRSSI"),
            *("^THERM", "^XLEMA", "^ACTIVEBAND", "^IMEISV", "^DSVALID", "+CUSATP", "+CUSATEND"),
        ),
    ),
    Quirk(
        match=r"\bzte\b",
        why="plain in the TE character set; answers UCS2 hex even where the dcs says 7-bit",
        requests=("plain",),
        urc_prefixes=("+ZUSIMR", "+ZDONR", "+ZPASR", "+ZPSTM", "+ZEND", "+ZUSIM", "+ZPMSTR", "HANGUP"),
        urc_lines=("CONNECT",),
    ),
    Quirk(
        match=r"quectel",
        why="request and answer in the TE character set, while the dcs of the answer says 15",
        urc_prefixes=("+QIND", "+QUSIM", "+QGPSURC", "+QLWURC", "+QTONEDET", "+QIURC", "+QNTP", "+QSIMSTAT", "^DSCI"),
        urc_lines=("RDY", "POWERED DOWN", "NORMAL POWER DOWN", "Call Ready", "SMS Ready"),
    ),
    Quirk(
        match=r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d",
        why="accepts only the plain string, never packed hex; answers in UCS2 hex or Latin-1 octets",
        requests=("plain", "ucs2"),
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
    Quirk(
        match=r"sierra|wavecom",
        why="plain in the TE character set",
        urc_prefixes=("+PACSP", "+WIND", "+PACSP0", "+PACSP1"),
    ),
    Quirk(
        match=r"telit.*lm960",
        why="accepts only the plain string; answers in UCS2 with the octets of each character swapped",
        requests=("plain",),
    ),
    Quirk(
        match=r"telit",
        why="takes the GSM character set; answers UCS2 hex with dcs 17, language octets and rubbish behind a NUL",
        requests=("plain", "ucs2"),
        urc_prefixes=("#QSS", "#PSNT", "#CREG", "#ECAM", "#SIMPR", "#NITZ"),
    ),
    Quirk(
        match=r"u-?blox",
        why="plain in the TE character set",
        urc_prefixes=(
            "+AT",
            "+UUDTMFD",
            "+UCALLSTAT",
            "+CIEV",
            "+UUSIMSTAT",
            "+UMWI",
            "+UUPSDD",
            "+UUPSDA",
            "+UFOTASTAT",
        ),
        urc_lines=("+PBREADY", "+AT: READY"),
    ),
    Quirk(
        match=r"fibocom",
        why="nothing is known but its chatter",
        urc_prefixes=("+SIM", "+SIM DROP", "+GTSIM", "+XCOPSVER", "+PSFS"),
        urc_lines=("+SIM READY", "+SIM DROP", "+SIM: Inserted", "+SIM: Removed"),
    ),
    Quirk(
        match=r"cinterion|gemalto|thales|siemens",
        why="dcs 15 only; status 1 ends with a prompt that ESC leaves",
        urc_prefixes=("^SCKS", "+CIEV", "^SCPOL", "^SBC", "^SIND"),
        urc_lines=("^SYSSTART", "^SHUTDOWN", "^SYSSTART AIRPLANE MODE"),
    ),
    Quirk(
        match=r"ericsson|\bmbm\b|\bf5521|\bf3507|\bf3607",
        why="+CUSD comes before OK and without a dcs",
        urc_prefixes=("*EMRDY", "*EPEV", "*ESTKDISP", "*EPIN", "*ERINFO", "*EMWI", "*E2NAP", "*EMSI", "*ENAP"),
        urc_lines=("*EPEV", "*EMRDY"),
    ),
    Quirk(
        match=r"option|icera|alcatel|mediatek|\bmtk\b",
        why="plain in the TE character set",
        urc_prefixes=("_OSIGQ", "_OSSYSI", "_OUWCTI", "%IPDPACT", "%NWSTATE", "%STKI", "+ECREG", "+EIND", "+EUSIM"),
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
