"""MediaTek, as a maker of its own and inside sticks without a name."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, SimCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, UMTS, RatRow, allow

MAKE = Make(
    match=r"mediatek|\bmtk\b|\bmt6\d{3}\b",
    usb=(
        UsbVendor(
            id="0e8d",
            products={
                "00a1 00a2": Layout(at=(0, 1)),
                "00a4": Layout(at=(0, 2)),
                "00a5 00a7": Layout(at=(2, 3)),
                # T700 in Fibocom's FM350-GL. Of Linux's option.c, as of 6.1: the serial interfaces are ff/00/00; 2 of
                # 7126, and 2 to 4 of 7127 and 7129, know no control lines. No source says which of them takes commands
                # (ModemManager 1.20 has no rule): an order to ask them in.
                "7126 7127 7129": Layout(at=(4, 6, 2, 3)),
            },
            only_modems=False,
        ),
    ),
    ussd=(
        # > AT+CUSD=1,"*100#",15   < OK   < +CUSD: 0,"..."
        # (ModemManager, plugin mtk-legacy: the generic plain request)
        UssdQuirk(why="plain in the TE character set", requests=("plain",)),
    ),
    lines=Lines(urc_prefixes=("+ECREG", "+EIND", "+EUSIM", "+ESIMS", "+ECSQ", "+EREG", "+EGREG")),
    sim=SimCommands(iccid=("AT+ICCID",)),
    rats=(
        # < +ERAT: 7,0,6,0     RAT now, GPRS state, mode, preferred   > AT+ERAT=1,0   (ModemManager, plugin mtk-legacy)
        RatRow(
            why="+ERAT; the last two fields of what is read are the ones that are set",
            read="AT+ERAT?",
            shown=r"\+ERAT:\s*(?:\d+,\s*\d+,\s*)?(\d+,\s*\d+)$",
            modes={
                "0": allow(GSM),
                "1": allow(UMTS),
                "2": allow(GSM, UMTS),
                "3": allow(LTE),
                "4": allow(GSM, LTE),
                "5": allow(UMTS, LTE),
                "6": ANY,
            },
            only={UMTS: "1", GSM: "0"},
            enter=("AT+ERAT={mode},0",),
            restore=("AT+ERAT={value}",),
            test="AT+ERAT=?",
            free="AT+ERAT=6,0",
            final_s=30.0,
        ),
    ),
)
