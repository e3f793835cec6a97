"""Sierra Wireless."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, UMTS, RatRow, allow

MAKE = Make(
    match=r"sierra",
    usb=(UsbVendor(id="1199", layout=Layout(at=(3,), nmea=(2,), diag=(0,)), composition="Sierra: AT!USBCOMP"),),
    ussd=(
        # Secondary ports answer AT and not the rest (ModemManager, plugin sierra): ERROR to AT+CUSD is the port's.
        UssdQuirk(why="plain in the TE character set; the text comes in m=2", requests=("plain",)),
    ),
    lines=Lines(urc_prefixes=("+PACSP", "+WIND", "+PACSP0", "+PACSP1")),
    sim=SimCommands(
        iccid=("AT+ICCID",),  # < ICCID: 8970101234567890123
        pin=PinCounter("AT+CPINC?", r"\+CPINC:\s*(\d+)"),
    ),
    reset="AT!RESET",
    rats=(
        # < !SELRAT: 00, Automatic     the number is hexadecimal; on models with LTE 3 and 4 mean automatic
        RatRow(
            why="!SELRAT",
            read="AT!SELRAT?",
            shown=r"!SELRAT:\s*([0-9A-Fa-f]{1,2})\b",
            modes={
                **dict.fromkeys(("00", "03", "04"), ANY),
                "01": allow(UMTS),
                "02": allow(GSM),
                "05": allow(GSM, UMTS),
                "06": allow(LTE),
                "07": allow(GSM, UMTS, LTE),
            },
            only={UMTS: "01", GSM: "02"},
            enter=("AT!SELRAT={mode}", "AT!SELRAT={bare}"),
            restore=("AT!SELRAT={value}", "AT!SELRAT={bare}"),
            test="AT!SELRAT=?",
            listed=r"^(?:!SELRAT:)?\s*\(?\s*([0-9A-Fa-f]{1,2}\b[^()]*)",
            free="AT!SELRAT=00",
        ),
    ),
)
