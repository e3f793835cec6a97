"""Huawei, and Brovi, which inherited its sticks and their firmware."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, PortKind, SimCommands, SmsCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, NR, UMTS, Domain, RatRow, allow

# The interface's protocol tells (77-mm-huawei-net-port-types.rules, option.c): of ff/01/xx, ff/02/xx and ff/03/xx the
# low digit counts: 1 and 0 the modem for dialling, 2 the control port (PCUI), 3 diagnosis, 4 and 5 GPS.
_PROTOCOLS: dict[int, PortKind] = {
    **dict.fromkeys((0x02, 0x12, 0x32, 0x62), "at"),
    **dict.fromkeys((0x01, 0x10, 0x31, 0x61), "ppp"),
    **dict.fromkeys((0x03, 0x13, 0x33, 0x63), "diag"),
    **dict.fromkeys((0x05, 0x14), "nmea"),
}
_BY_PROTOCOL = {(subclass, protocol): kind for subclass in (1, 2, 3, 6) for protocol, kind in _PROTOCOLS.items()}
_BY_NUMBER = Layout(at=(2, 1), ppp=(0,))  # where the protocols say nothing (E1550, E173)

MAKE = Make(
    match=r"huawei|brovi",
    usb=(
        UsbVendor(id="12d1", layout=_BY_NUMBER, protocols=_BY_PROTOCOL),
        UsbVendor(id="3566", layout=_BY_NUMBER, protocols=_BY_PROTOCOL),
    ),
    ussd=(
        # < OK   < +CUSD: 0,"CF2135487D2E4131DCCD25A381E02E",15   [chan-dongle-38-tele2-packed]
        # A request in the other mode: < OK, then a packed "there is no such number" [chan-dongle-38-wrong-number] or
        # < +CUSD: 5 [chan-dongle-bg19-e171-timeout], or < +CME ERROR: 304 (mhogomchungu/ussd-gui#6).
        # ^USSDMODE is read and never written: the next program would find it changed (ussd-gui#1).
        UssdQuirk(
            why="AT^USSDMODE? says 1 = packed 7-bit hex, 0 = plain; old firmware lacks it and takes packed only",
            requests=("packed", "plain"),
            mode_read="AT^USSDMODE?",
            modes={"0": "plain", "1": "packed"},
        ),
    ),
    lines=Lines(
        urc_prefixes=(
            *("^RSSI", "^RSSILVL", "^HRSSILVL", "^MODE", "^DSFLOWRPT", "^NDISSTAT", "^NDISEND", "^BOOT", "^CONNECT"),
            *("^CSNR", "^DSDORMANT", "^SIMST", "^SRVST", "^STIN", "^HCSQ", "^PDPDEACT", "^RFSWITCH", "^POSITION"),
            *("^POSEND", "^ECCLIST", "^LTERSRP", "^CSCHANNELINFO", "^CCALLSTATE", "^EONS", "^LWURC", "^CCIN", "^CEND"),
            *("^ORIG", "^CONF", "^CONN", "^SMMEMFULL", "^ANLEVEL", "^CERSSI", "^NWTIME", "^CPIN", "^CRSSI"),
            *("^THERM", "^XLEMA", "^ACTIVEBAND", "^IMEISV", "^DSVALID", "+CUSATP", "+CUSATEND"),
        ),
        prefixed=("^SYSCFG", "^SYSCFGEX", "^USSDMODE", "^SMGL", "^SMGR"),
    ),
    sim=SimCommands(
        iccid=("AT^ICCID?",),
        # ^CPIN: <code>,[<times>],<puk>,<pin>,<puk2>,<pin2>
        pin=PinCounter("AT^CPIN?", r"\^CPIN:\s*[^,]*,\s*\d*\s*,\s*\d+\s*,\s*(\d+)"),
        news=("^SIMST:",),
    ),
    # > AT^SMGR=0   < ^SMGR: 0,,28   < 0791...   the status stays "unread"
    sms=SmsCommands(read="AT^SMGR={}", list="AT^SMGL={}", full=(r"\^SMMEMFULL\b",)),
    reset="AT^RESET",
    rats=(
        # < ^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF     order, band, roaming, domain, LTE band
        # > AT^SYSCFGEX="02",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,, 2 and 4: roaming and domain as they are
        RatRow(
            why="^SYSCFGEX: an order such as 030201 or 00 = automatic; 40000000 leaves a band as it is",
            read="AT^SYSCFGEX?",
            shown=r'\^SYSCFGEX:\s*("?[0-9A-F]{2,16}"?,[0-9A-Fa-f]+,\d,\d,[0-9A-Fa-f]+(?:,[0-9A-Fa-f]*){0,2})$',
            modes={"00": ANY, "01": allow(GSM), "02": allow(UMTS), "03": allow(LTE), "08": allow(NR)},
            parts="..",
            only={UMTS: "02", GSM: "01"},
            enter=('AT^SYSCFGEX="{mode}",{1},2,4,{4},,', 'AT^SYSCFGEX="{mode}",40000000,2,4,40000000,,'),
            restore=(
                "AT^SYSCFGEX={value}",
                'AT^SYSCFGEX="{mode}",{1},{2},{3},{4},,',
                'AT^SYSCFGEX="{mode}",40000000,2,4,40000000,,',
            ),
            test="AT^SYSCFGEX=?",
            domain=Domain(
                shown=r"\^SYSCFGEX:\s*[^,]*,[^,]*,[^,]*,(\d)",
                packet_only=frozenset({"1"}),
                cure='AT^SYSCFGEX="00",3FFFFFFF,2,2,7FFFFFFFFFFFFFFF,, takes calls and USSD in again',
            ),
            free='AT^SYSCFGEX="00",3FFFFFFF,2,4,7FFFFFFFFFFFFFFF,,',
        ),
        # < ^SYSCFG:2,0,3FFFFFFF,1,2     mode, order, band, roaming, domain   > AT^SYSCFG=14,0,40000000,2,4
        RatRow(
            why="^SYSCFG of sticks without LTE, and of some with it",
            read="AT^SYSCFG?",
            shown=r"\^SYSCFG:\s*(\d{1,2},\d,[0-9A-Fa-f]+,\d,\d)$",
            modes={"2": ANY, "13": allow(GSM), "14": allow(UMTS)},
            only={UMTS: "14", GSM: "13"},
            enter=("AT^SYSCFG={mode},{1},40000000,2,4", "AT^SYSCFG={mode},0,3FFFFFFF,2,4"),
            restore=("AT^SYSCFG={value}", "AT^SYSCFG={mode},{1},40000000,2,4"),
            test="AT^SYSCFG=?",
            domain=Domain(
                shown=r"\^SYSCFG:\s*\d+,\d,[0-9A-Fa-f]+,\d,(\d)",
                packet_only=frozenset({"1"}),
                cure="AT^SYSCFG=16,3,40000000,2,2 takes calls and USSD in again",
            ),
        ),
    ),
)
