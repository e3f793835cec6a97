"""u-blox."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import GSM, LTE, UMTS, RatRow, allow

MAKE = Make(
    match=r"u-?blox",
    usb=(
        UsbVendor(
            id="1546",
            layout=Layout(at=(0, 2, 4)),
            products={"1010": Layout(at=(6,), diag=(4,)), "1104": Layout(at=(0,), nmea=(2,), diag=(4,))},
            # Its satellite receivers have the vendor id of its modems, and are on many a Pi.
            receivers="01a4 01a5 01a6 01a7 01a8 01a9 0502",
        ),
    ),
    ussd=(
        # < +CME ERROR: SIM busy   to any command while it starts   [ublox-sim-busy-text]; < +AT: READY up to 20 s later
        # (ModemManager, rules for TOBY-L4)
        UssdQuirk(why="plain in the TE character set", requests=("plain",)),
    ),
    lines=Lines(
        urc_prefixes=(
            *("+AT", "+UUDTMFD", "+UCALLSTAT", "+CIEV", "+UUSIMSTAT", "+UMWI", "+UUPSDD", "+UUPSDA", "+UFOTASTAT"),
        ),
        urc_lines=("+PBREADY", "+AT: READY"),
        started=(r"\+AT:\s*READY",),
    ),
    sim=SimCommands(pin=PinCounter("AT+UPINCNT", r"\+UPINCNT:\s*(\d+)"), news=("+UUSIMSTAT:",)),
    reset="AT+CFUN=16",
    rats=(
        # < +URAT: 3
        RatRow(
            why="+URAT",
            read="AT+URAT?",
            shown=r"\+URAT:\s*(\d(?:,\d)*)$",
            modes={
                "0": allow(GSM),
                "1": allow(GSM, UMTS),
                "2": allow(UMTS),
                "3": allow(LTE),
                "4": allow(GSM, UMTS, LTE),
                "5": allow(GSM, LTE),
                "6": allow(UMTS, LTE),
            },
            unsupported="a u-blox modem changes it only when taken off the network (+COPS=2) and restarted",
            free="AT+COPS=2, AT+URAT=4, AT+CFUN=16 (one after the other)",
        ),
    ),
)
