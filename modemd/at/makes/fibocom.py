"""Fibocom."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, SimCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, NR, UMTS, RatRow, allow

MAKE = Make(
    match=r"fibocom",
    usb=(
        UsbVendor(
            id="2cb7",
            layout=Layout(at=(2, 3, 6, 1), diag=(4,)),
            products={
                "0104 0106": Layout(at=(1, 2), diag=(0, 3)),
                "010a": Layout(at=(0, 1)),
                "01a4": Layout(at=(3,), diag=(2, 4, 5, 6)),
            },
        ),
    ),
    ussd=(
        # > AT+CUSD=1,"*100#",15   < OK   (nothing for ever, on LTE without voice service)   [5gmodem-fm350-silence]
        UssdQuirk(why="plain; keeps silent where others say +CUSD: 4", requests=("plain",)),
    ),
    lines=Lines(
        urc_prefixes=("+SIM", "+SIM DROP", "+GTSIM", "+XCOPSVER", "+PSFS"),
        urc_lines=("+SIM READY", "+SIM DROP", "+SIM: Inserted", "+SIM: Removed"),
    ),
    sim=SimCommands(iccid=("AT+ICCID",), news=("+SIM:", "+SIM DROP")),
    reset="AT+CFUN=15",
    rats=(
        # < +GTACT: 10,3,2,1,5,8,101,103   mode, preferred ones, bands   < +GTACT: (1,2,4,10),(2,3,6),(...)
        RatRow(
            why="+GTACT; what the numbers mean is only taken for granted where +GTACT=? lists them",
            read="AT+GTACT?",
            shown=r"\+GTACT:\s*(\d{1,2}(?:,\s?\d{0,5}){0,40})$",
            modes={
                "0": allow(GSM),
                "1": allow(UMTS),
                "2": allow(LTE),
                "4": allow(UMTS, LTE),
                "10": ANY,
                "14": allow(NR),
                "16": allow(UMTS, NR),
                "17": allow(LTE, NR),
                "20": allow(UMTS, LTE, NR),
            },
            only={UMTS: "1", GSM: "0"},
            enter=("AT+GTACT={mode}",),
            restore=("AT+GTACT={value}", "AT+GTACT={mode}"),
            test="AT+GTACT=?",
            must_list=True,
            free="AT+GTACT=10",
        ),
    ),
)
