"""ZTE."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, UMTS, RatRow, allow
from modemd.at.standard import RESET

MAKE = Make(
    match=r"\bzte\b",
    usb=(
        UsbVendor(
            id="19d2",
            layout=Layout(at=(1, 2, 3)),
            # The port of the commands first, then the one that ZTE's software dials with
            products={
                "0003 0004 0005 0006 0007 0008 0009 000a": Layout(at=(1, 0)),
                "0001 1515": Layout(at=(2, 0)),
                "0015 0030 0054": Layout(at=(3, 1)),
                "0064": Layout(at=(0, 2)),
                "0016 0017 0018 0019 0117 0156": Layout(at=(1, 2)),
                "0002 0012 0024 0025 0055": Layout(at=(4, 2)),
                "0021 0031 0037 0039 0042 0052 0057 0058 0061 0063 0066 0078 0082": Layout(at=(1, 3)),
                "0104 0106 0108 0122 0123 1007 1008 1010 1254 1268 2002 2003": Layout(at=(1, 3)),
                "0043": Layout(at=(2, 3)),
                "0033 0091 0113 0118 0121 0124 0126 0128": Layout(at=(1, 4)),
                "0048 0049": Layout(at=(2, 4)),
                "0125": Layout(at=(1, 5)),
            },
        ),
    ),
    ussd=(
        # > AT+CUSD=1,"*101#",15   < OK   < +CUSD: 0,"0020004400750020...",7   [smstool-13-zte-ucs2-dcs7]
        # > AT+CUSD=1,"*100#",15   < OK   < +CUSD: 0,"003600310035002E0030   [mf667-reply-on-other-port]
        UssdQuirk(
            why="plain in the TE character set; answers UCS2 hex even where the dcs says 7-bit", requests=("plain",)
        ),
    ),
    lines=Lines(
        urc_prefixes=("+ZUSIMR", "+ZDONR", "+ZPASR", "+ZPSTM", "+ZEND", "+ZUSIM", "+ZPMSTR", "HANGUP"),
        urc_lines=("CONNECT",),
    ),
    sim=SimCommands(
        iccid=("AT+ZICCID?",),
        pin=PinCounter("AT+ZPINPUK=?", r"\+ZPINPUK:\s*(\d+)"),
        news=("+ZUSIMR:",),
    ),
    reset=RESET,
    rats=(
        # < +ZSNT: 0,0,0     mode, manual or automatic choice of the network, preferred RAT
        RatRow(
            why="+ZSNT: 6 is LTE alone",
            read="AT+ZSNT?",
            shown=r"\+ZSNT:\s*(\d,\d,\d)$",
            modes={"0": ANY, "1": allow(GSM), "2": allow(UMTS), "6": allow(LTE)},
            only={UMTS: "2", GSM: "1"},
            enter=("AT+ZSNT={mode},{1},0", "AT+ZSNT={mode},0,0"),
            restore=("AT+ZSNT={value}",),
            test="AT+ZSNT=?",
            free="AT+ZSNT=0,0,0",
        ),
    ),
)
