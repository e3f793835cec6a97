"""Telit."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, UsbVendor, UssdQuirk
from modemd.at.standard import WS46

MAKE = Make(
    match=r"telit",
    usb=(
        UsbVendor(
            id="1bc7",
            layout=Layout(at=(1, 2, 4, 5), diag=(0,)),
            products={
                "1003 1006": Layout(at=(0, 2)),
                "1004 1005": Layout(at=(0, 3), nmea=(2,)),
                "1010": Layout(at=(3, 2), nmea=(1,)),
                "0021 0022": Layout(at=(0, 6)),
                "1040 1050 1060 1201": Layout(at=(4, 5), nmea=(3,), diag=(0,)),
                "1041 1051 1061 1204": Layout(at=(5, 6), nmea=(4,), diag=(0,)),
                "7010 7011": Layout(at=(4, 3), diag=(2,)),
            },
        ),
    ),
    ussd=(
        # > AT+CUSD=1,"*100#",15   < OK   < +CREG: 3   < +CREG: 2   (30 s)   < +CUSD: 4   [5gmodem-lm960-lte-cusd4]
        UssdQuirk(
            match=r"lm960",
            why="accepts only the plain string; answers in UCS2 with the octets of each character swapped",
            requests=("plain",),
        ),
        # < +CUSD: 2,"613906310635064A...0039 0000FFFF60B1...",17   [gammu-377-he910-ucs2-garbage-tail]
        # After AT#SELINT=0 or 1: > AT+CUSD=1,"*100#",15, then nothing until the network answers (GM862 manual, p. 103)
        UssdQuirk(
            why="takes the GSM character set; answers UCS2 hex with dcs 17, language octets and rubbish behind a NUL",
            requests=("plain", "ucs2"),
        ),
    ),
    lines=Lines(urc_prefixes=("#QSS", "#PSNT", "#CREG", "#ECAM", "#SIMPR", "#NITZ")),
    sim=SimCommands(
        iccid=("AT#CCID",),
        # Of the password that +CPIN? asks for, which is the PIN where this is read
        pin=PinCounter("AT#PCT", r"#PCT:\s*(\d+)"),
        news=("#QSS:",),
    ),
    reset="AT#REBOOT",
    rats=(WS46._replace(why="+WS46", must_list=False),),  # [5gmodem-lm960-lte-cusd4]
)
