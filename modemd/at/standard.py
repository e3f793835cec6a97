"""What belongs to no make of modem: 27.007, 27.005, V.250, and USB vendor ids that are not one maker's."""

from __future__ import annotations

from modemd.at.make import Layout, Lines, Make, PinCounter, SimCommands, SmsCommands, UsbVendor
from modemd.at.rat_rows import ANY, GSM, LTE, UMTS, Domain, RatRow, allow

# SW1 of +CRSM that say that the command was done (51.011 9.4.1, 102 221 10.2.1.1): also where the SIM has a command of
# its own or more to give, or had to try again.
SIM_DONE = (0x90, 0x91, 0x92, 0x9F)

RESET = "AT+CFUN=1,1"  # 27.007 8.2: full functionality, reset before

# 27.007 10.1.28: modes 0 and 3 are "PS mode 2" and "PS mode 1"
CEMODE = Domain(
    read=("AT+CEMODE?",),
    shown=r"\+CEMODE:\s*(\d)",
    packet_only=frozenset({"0", "3"}),
    cure="AT+CEMODE=2 takes calls and USSD in again",
    on_lte_alone=True,
)

# < +WS46: 25   < +WS46: (12,22,25,28,29,30,31)   27.007 5.9
WS46 = RatRow(
    why="+WS46, where the modem lists what it takes",
    read="AT+WS46?",
    shown=r"\+WS46:\s*(\d{1,2})\b",
    modes={
        "12": allow(GSM),
        "22": allow(UMTS),
        "25": ANY,
        "28": allow(LTE),
        "29": allow(GSM, UMTS),
        "30": allow(GSM, LTE),
        "31": allow(UMTS, LTE),
    },
    only={UMTS: "22", GSM: "12"},
    enter=("AT+WS46={mode}",),
    restore=("AT+WS46={value}",),
    test="AT+WS46=?",
    listed=r"^\+WS46:\s*\(?([^()]*)\)?",
    must_list=True,
    domain=CEMODE,
    free="AT+WS46=25",
)

# Names under which modems of unknown make answer for the ICCID, besides those of the commands.
ICCID_NAMES = frozenset({"+CCID", "+ICCID", "%CCID", "%ICCID", "+ZGETICCID", "^CCID", "!ICCID"})

STANDARD = Make(
    reset=RESET,
    lines=Lines(
        urc_prefixes=(
            *("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CMTI", "+CMT", "+CDS", "+CDSI", "+CBM", "+CUSD", "+CRING"),
            *("+CCWA", "+CSSI", "+CSSU", "+COLP", "+CGEV", "+CIEV", "+CTZV", "+CTZE", "+CTZEU", "+CPIN", "+CFUN"),
            *("+CMCCSI", "+CIREGU", "+CIREPH", "+CNEMIU", "+CSCON", "+CKEV", "+CTEV", "+CDEV", "+CDIP", "+CNAP"),
            *("+CCCM", "+CCWV", "+CMWI", "+CUUS1U", "+CPINRE", "+CRC", "+CDTMF", "+CLIP", "+CALA", "+CAOC"),
        ),
        urc_lines=("RING", "RINGING", "RDY", "APP RDY", "MODEM:STARTUP", "START"),
        read_urcs=(
            *("+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CPIN", "+CFUN", "+CUSD", "+CIREG", "+CSCON"),
            *("+CTZV", "+CTZE", "+CMTI", "+CIEV", "+CRING", "+CLIP", "+CCWA", "+CGEV"),
        ),
        prefixed=(
            *("+CUSD", "+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CSQ", "+CESQ", "+COPS", "+CPIN", "+CSCS", "+CMGF"),
            *("+CNMI", "+CPMS", "+CMEE", "+CFUN", "+CSMS", "+CSCA", "+CPBR", "+CPBS", "+CLCC", "+CCLK", "+CMGS"),
            *("+CMGW", "+CRSM", "+CNUM", "+CGATT", "+CGACT", "+CGDCONT", "+WS46", "+CMGL", "+CMGR", "+CMGD"),
            *("E", "E0", "E1", "Z", "H"),
        ),
        started=(r"RDY", r"APP RDY", r"\+CFUN:\s*1", r"MODEM:STARTUP", r"START"),
    ),
    sim=SimCommands(
        # 12258 = 2FE2 is the ICCID's file (102 221 13.2). The last two are what most modems have that know none of
        # the first.
        iccid=("AT+CCID", "AT+ICCID", "AT+CRSM=176,12258,0,0,10", "AT^ICCID?", "AT+QCCID"),
        # 27.007 8.65: +CPINR: <code>,<retries>[,<default_retries>]
        pin=PinCounter('AT+CPINR="SIM PIN"', r'\+CPINR:\s*"?SIM PIN"?\s*,\s*(\d+)'),
        news=("+CPIN:",),
    ),
    sms=SmsCommands(
        full=(r"\+CMS ERROR:\s*322\b", r"[+^*#%]?SMS?[ _]?(?:STORAGE )?FULL\b", r"\+CIEV:\s*\"?SMSFULL\"?,\s*1")
    ),
    rats=(WS46,),
    usb=(
        # Qualcomm's own id, used by many makers
        UsbVendor(
            id="05c6",
            layout=Layout(at=(2, 3), nmea=(1,), diag=(0,)),
            # UZ801 and its kin (MSM8916 with Android): RNDIS 0 and 1, diagnosis 2, commands 3, adb 4. No source could
            # be found for that: no driver of Linux 6.1 (option.c, qcserial.c) and no rule of ModemManager 1.20 knows
            # the id, so that there is no ttyUSB before somebody writes it into option's new_id.
            products={"90b6": Layout(at=(3,), diag=(2,))},
        ),
        # Makers of sticks whose serial ports nobody has described: recognised where the stick has no serial port
        *(UsbVendor(id=vendor) for vendor in ("1410", "2dee", "1ee8", "257a", "16d8", "106c")),
    ),
)
