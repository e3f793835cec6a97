"""Option, and Icera, whose chips it uses; Alcatel's sticks are kin."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, UMTS, RatRow, allow

_MODES = {"0": allow(GSM), "1": allow(UMTS), "2": allow(GSM, UMTS), "3": allow(GSM, UMTS), "5": ANY}

# < _OPSYS: 5,2   (Option)   < %IPSYS: 5,2   (Icera)   the second field: domain unchanged
_OPSYS = RatRow(
    match=r"option|alcatel",
    why="_OPSYS",
    read="AT_OPSYS?",
    shown=r"_OPSYS:\s*(\d(?:,\d)?)$",
    modes=_MODES,
    only={UMTS: "1", GSM: "0"},
    enter=("AT_OPSYS={mode},2",),
    restore=("AT_OPSYS={value}", "AT_OPSYS={0},2"),
)
_IPSYS = RatRow(
    match=r"icera|option",
    why="%IPSYS",
    read="AT%IPSYS?",
    shown=r"%IPSYS:\s*(\d(?:,\d)?)$",
    modes=_MODES,
    only={UMTS: "1", GSM: "0"},
    enter=("AT%IPSYS={mode},2", "AT%IPSYS={mode}"),
    restore=("AT%IPSYS={value}", "AT%IPSYS={0},2"),
)

MAKE = Make(
    match=r"option|icera|alcatel",
    usb=(
        UsbVendor(id="0af0", layout=Layout(at=(0, 2))),
        UsbVendor(
            id="1bbb",  # Alcatel
            layout=Layout(at=(2, 1)),
            products={
                "022c": Layout(at=(1, 2)),
                "00b7": Layout(at=(4, 0, 3)),
                "0017": Layout(at=(5, 0, 1, 2)),
            },
        ),
    ),
    ussd=(
        # < +CUSD: 2,"Balance:259,17r,Limit:0,01r ", 15   [gmodem-alcatel-space-dcs]
        UssdQuirk(why="plain in the TE character set"),
    ),
    lines=Lines(urc_prefixes=("_OSIGQ", "_OSSYSI", "_OUWCTI", "%IPDPACT", "%NWSTATE", "%STKI")),
    rats=(_OPSYS, _IPSYS),
)
