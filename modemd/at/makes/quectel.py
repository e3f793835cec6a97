"""Quectel."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, SmsCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, NR, UMTS, Domain, RatRow, allow
from modemd.at.standard import RESET

# < +QCFG: "nwscanmode",0   > AT+QCFG="nwscanmode",2,1   the third parameter: at once, not at the next start
_NWSCANMODE = RatRow(
    why='+QCFG="nwscanmode"',
    read='AT+QCFG="nwscanmode"',
    shown=r'\+QCFG:\s*"nwscanmode"\s*,\s*(\d{1,2})\b',
    modes={"0": ANY, "1": allow(GSM), "2": allow(UMTS), "3": allow(LTE)},
    only={UMTS: "2", GSM: "1"},
    enter=('AT+QCFG="nwscanmode",{mode},1', 'AT+QCFG="nwscanmode",{mode}'),
    restore=('AT+QCFG="nwscanmode",{value},1', 'AT+QCFG="nwscanmode",{value}'),
    test="AT+QCFG=?",
    listed=r'"nwscanmode"\s*,\s*\(([^()]*)\)',
    domain=Domain(
        read=('AT+QCFG="servicedomain"',),
        shown=r'\+QCFG:\s*"servicedomain"\s*,\s*(\d)',
        packet_only=frozenset({"1"}),
        cure='AT+QCFG="servicedomain",2,1 takes calls and USSD in again',
    ),
    free='AT+QCFG="nwscanmode",0,1',
)

MAKE = Make(
    match=r"quectel|\bec2\d|\beg9\d|\bep06|\br[gm]5\d\d",
    usb=(
        UsbVendor(
            id="2c7c",
            layout=Layout(at=(2, 3), nmea=(1,), diag=(0,)),
            products={"6000 6001 6002 6005 6007 6026": Layout(at=(3, 4, 2))},
            composition="Quectel: AT+QCFG",
        ),
    ),
    ussd=(
        # +CSCS: "UCS2"   > AT+CUSD=1,"002A0031003000320023",15   < +CUSD: 2,"00480061...",15   < OK
        # [gammu-358-m35-ucs2-dcs15-before-ok]
        # > AT+CUSD=1,"002A0031003400330023",15   < OK   < +CME ERROR: 100   [gammu-492-ec25-cme100]
        UssdQuirk(
            why="request and answer in the TE character set, while the dcs of the answer says 15", requests=("plain",)
        ),
    ),
    lines=Lines(
        urc_prefixes=("+QIND", "+QUSIM", "+QGPSURC", "+QLWURC", "+QTONEDET", "+QIURC", "+QNTP", "+QSIMSTAT", "^DSCI"),
        urc_lines=("RDY", "POWERED DOWN", "NORMAL POWER DOWN", "Call Ready", "SMS Ready"),
    ),
    sim=SimCommands(
        iccid=("AT+QCCID",),
        pin=PinCounter("AT+QPINC?", r'\+QPINC:\s*"?SC"?\s*,\s*(\d+)'),
        news=("+QSIMSTAT:",),
    ),
    sms=SmsCommands(full=(r"\+QIND:\s*\"SMSFULL\"",)),
    reset=RESET,
    rats=(
        # The one without UMTS, in case it does not list what it has
        _NWSCANMODE._replace(match=r"\bec200a", lacks=allow(UMTS)),
        _NWSCANMODE,
        # < +QNWPREFCFG: "mode_pref",AUTO     5G modules; they have no GSM
        RatRow(
            why='+QNWPREFCFG="mode_pref"',
            read='AT+QNWPREFCFG="mode_pref"',
            shown=r'\+QNWPREFCFG:\s*"mode_pref"\s*,\s*([A-Z0-9]+(?::[A-Z0-9]+)*)$',
            modes={
                "AUTO": ANY,
                "GSM": allow(GSM),
                "WCDMA": allow(UMTS),
                "LTE": allow(LTE),
                **dict.fromkeys(("NR5G", "NR5G-SA", "NR5G-NSA"), allow(NR)),
            },
            parts="[^:]+",
            only={UMTS: "WCDMA"},
            enter=('AT+QNWPREFCFG="mode_pref",{mode}',),
            restore=('AT+QNWPREFCFG="mode_pref",{value}',),
            test="AT+QNWPREFCFG=?",
            listed=r'"mode_pref"\s*,\s*\(?([A-Z0-9,:-]+)\)?',
            domain=Domain(
                read=('AT+QNWPREFCFG="srv_domain"', 'AT+QCFG="servicedomain"'),
                shown=r'\+Q\w+:\s*"(?:srv_domain|servicedomain)"\s*,\s*(\d)',
                packet_only=frozenset({"1"}),
                cure='AT+QNWPREFCFG="srv_domain",2 takes calls and USSD in again',
            ),
            free='AT+QNWPREFCFG="mode_pref",AUTO',
        ),
    ),
)
