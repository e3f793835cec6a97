"""Cinterion, which was Siemens and is Gemalto, then Thales."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, SmsCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, UMTS, RatRow, allow
from modemd.at.standard import CEMODE, RESET

MAKE = Make(
    match=r"cinterion|gemalto|thales|siemens",
    usb=(UsbVendor(id="1e2d", layout=Layout(at=(0, 2), nmea=(4,)), products={"0053": Layout(at=(2, 3), nmea=(1,))}),),
    ussd=(
        # < +CUSD: 1,"1 Balance",15   < "> "   > 1 Ctrl-Z, or > ESC, which gives the session up (EHS6 manual, p. 223; OK
        # is taken wherever it stands)
        # > AT+CUSD=1,"002A003900390023",15   < OK   < +CME ERROR: 132   [gammu-689-mc55i-cme132]
        # Another dcs in the request than 15, or none: the answer comes unconverted and without its dcs (the same
        # manual).
        UssdQuirk(
            why="plain with dcs 15 only; a menu ends with a prompt: answer and Ctrl-Z, or ESC",
            requests=("plain",),
            menu_prompts=True,
        ),
    ),
    lines=Lines(
        urc_prefixes=("^SCKS", "+CIEV", "^SCPOL", "^SBC", "^SIND", "^SMGO"),
        urc_lines=("^SYSSTART", "^SHUTDOWN", "^SYSSTART AIRPLANE MODE"),
        prefixed=("^SMGL", "^SMGR"),
        started=(r"\^SYSSTART( .*)?",),
    ),
    sim=SimCommands(iccid=("AT^SCID",), pin=PinCounter("AT^SPIC", r"\^SPIC:\s*(\d+)"), news=("^SCKS:",)),
    # "without setting status to REC READ" (TC35i and EHS6 manuals, AT^SMGR and AT^SMGL)
    sms=SmsCommands(read="AT^SMGR={}", list="AT^SMGL={}", full=(r"\^SMGO:\s*[12]\b",)),
    reset=RESET,
    rats=(
        # < ^SXRAT: 6,3,2     mode, preferred, second preferred
        RatRow(
            match=r"cinterion|gemalto|thales",
            why="^SXRAT",
            read="AT^SXRAT?",
            shown=r"\^SXRAT:\s*(\d(?:,\d){0,2})$",
            modes={
                "0": allow(GSM),
                "1": allow(GSM, UMTS),
                "2": allow(UMTS),
                "3": allow(LTE),
                "4": allow(UMTS, LTE),
                "5": allow(GSM, LTE),
                "6": allow(GSM, UMTS, LTE),
            },
            only={UMTS: "2", GSM: "0"},
            enter=("AT^SXRAT={mode}",),
            restore=("AT^SXRAT={value}",),
            test="AT^SXRAT=?",
            domain=CEMODE,
            free="AT^SXRAT=6",
        ),
        # < +COPS: 0,0,"Operator",7   > AT+COPS=0,,,2 (27.007 7.3)   only where the network is chosen automatically
        RatRow(
            why="+COPS with <AcT>: a choice that no read command shows, and that +COPS=0 takes back",
            read="AT+COPS?",
            shown=r"\+COPS:\s*(0)\b",
            modes={"0": ANY},
            only={UMTS: "2", GSM: "0"},
            enter=("AT+COPS=0,,,{mode}",),
            restore=("AT+COPS=0",),
            shows=False,
            final_s=60.0,
        ),
    ),
)
