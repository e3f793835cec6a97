"""SIMCom, and SIMTech, which makes its modules."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, SmsCommands, UsbVendor, UssdQuirk
from modemd.at.rat_rows import ANY, GSM, LTE, NR, UMTS, RatRow, allow
from modemd.at.standard import CEMODE

MAKE = Make(
    match=r"sim(com|tech)|\bsim(7|8|9|a76)\d|\ba76\d\d",
    usb=(
        UsbVendor(
            id="1e0e",
            layout=Layout(at=(2, 3), nmea=(1,), diag=(0,)),  # interface 4 is audio
            products={
                # A network card on interfaces 0 and 1, so everything else stands two further up
                "9011": Layout(at=(4, 5), nmea=(3,), diag=(2,)),
                "9205": Layout(at=(2,), ppp=(3,), nmea=(1,), diag=(0,)),
                "9206": Layout(at=(2,), ppp=(5,), nmea=(1,), diag=(0,)),
                "9100 9200": Layout(at=(3, 1)),
                "cefe": Layout(at=(2, 0, 1)),
            },
        ),
    ),
    ussd=(
        # < +CUSD: 2,"003600310031002e0032003000200440002e", 17   [tsmodem-dcs17-space]
        # < +CUSD: 0, "041D0435043F0440043", 72   [sim800-odd-length-hex]
        # With +CSCS: "HEX": < OK   < +CUSD: 2   (TinyGSM#192, #140)
        UssdQuirk(
            why="accepts only the plain string, never packed hex; answers in UCS2 hex or Latin-1 octets",
            requests=("plain", "ucs2"),
        ),
    ),
    lines=Lines(
        urc_prefixes=(
            *("+CNSMOD", "+CSQ", "+NITZ", "+RXDTMF", "^DSCI", "VOICE CALL", "MISSED_CALL", "*PSUTTZ", "*PSNWID", "DST"),
            *("+CTZE", "+CTZV", "+CLTS", "OVER-VOLTAGE", "UNDER-VOLTAGE", "+SIMCARD", "+CMTE", "*ATREADY"),
        ),
        urc_lines=(
            *("PB DONE", "SMS DONE", "Call Ready", "SMS Ready", "RDY", "START", "NORMAL POWER DOWN", "SMS FULL"),
            *("OVER-VOLTAGE WARNNING", "OVER-VOLTAGE WARNING", "OVER-VOLTAGE POWER DOWN"),
            *("UNDER-VOLTAGE WARNNING", "UNDER-VOLTAGE WARNING", "UNDER-VOLTAGE POWER DOWN"),
        ),
        read_urcs=("+CNSMOD",),
        prefixed=("+CNMP", "+CNSMOD"),
        started=(r"\*ATREADY:\s*1",),
    ),
    sim=SimCommands(
        iccid=("AT+CICCID",),
        # The first number is the PIN's, whatever order the others have from model to model.
        pin=PinCounter("AT+SPIC", r"\+SPIC:\s*(\d+)"),
        news=("+SIMCARD:",),
    ),
    # <mode> 1: the status is not changed (SIM800 AT command manual, AT+CMGR and AT+CMGL)
    sms=SmsCommands(read="AT+CMGR={},1", list="AT+CMGL={},1", full=(r"\+?SMS[ _]FULL\b",)),
    reset="AT+CRESET",
    rats=(
        # < +CNMP: 2   < +CNMP: ((2-Automatic),(13-GSM Only),(14-WCDMA Only),(38-LTE Only))
        RatRow(
            why="+CNMP",
            read="AT+CNMP?",
            shown=r"\+CNMP:\s*(\d{1,3})\b",
            modes={
                "2": ANY,
                "13": allow(GSM),
                "14": allow(UMTS),
                "19": allow(GSM, UMTS),
                "38": allow(LTE),
                "39": allow(GSM, UMTS, LTE),
                "48": allow(GSM, UMTS),
                "51": allow(GSM, LTE),
                "54": allow(UMTS, LTE),
                "71": allow(NR),
                "109": allow(LTE, NR),
            },
            only={UMTS: "14", GSM: "13"},
            enter=("AT+CNMP={mode}",),
            restore=("AT+CNMP={value}",),
            test="AT+CNMP=?",
            listed=r"^\+CNMP:\s*(.*)",
            domain=CEMODE,
            free="AT+CNMP=2",
        ),
    ),
)
