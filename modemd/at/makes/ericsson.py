"""Ericsson mobile broadband modules (MBM)."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, UsbVendor, UssdQuirk

MAKE = Make(
    match=r"ericsson|\bmbm\b|\bf5521|\bf3507|\bf3607",
    usb=(UsbVendor(id="0bdb", layout=Layout(at=(1, 3), nmea=(9,))),),
    ussd=(
        # > AT+CUSD=1,"*111#",15   < +CUSD: 0,"reply here"   < OK   [mm-mbm-cusd-before-ok-nodcs]
        UssdQuirk(why="+CUSD comes before OK and without a dcs"),
    ),
    lines=Lines(
        urc_prefixes=("*EMRDY", "*EPEV", "*ESTKDISP", "*EPIN", "*ERINFO", "*EMWI", "*E2NAP", "*EMSI", "*ENAP"),
        urc_lines=("*EPEV", "*EMRDY"),
    ),
    sim=SimCommands(pin=PinCounter("AT*EPIN?", r"\*EPIN:\s*(\d+)")),
)
