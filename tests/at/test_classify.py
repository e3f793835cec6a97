"""What one line is: echo, final result code, information text, URC, prompt."""

from __future__ import annotations

import pytest

from modemd.at.lines import DataLine, LineKind, classify, final_result
from modemd.at.makes import by_name, find_quirk
from modemd.at.vocabulary import is_urc

MAKES = by_name().values()
ECHO, FINAL, INFO, URC, PROMPT = (
    LineKind.ECHO,
    LineKind.FINAL,
    LineKind.INFORMATION,
    LineKind.URC,
    LineKind.PROMPT,
)


@pytest.mark.parametrize(
    ("line", "command", "kind"),
    [
        ("OK", "AT", FINAL),
        ("OK", None, FINAL),
        ("ERROR", "AT+CUSD=2", FINAL),
        ("+CME ERROR: 258", None, FINAL),
        ("COMMAND NOT SUPPORT", "AT^USSDMODE?", FINAL),
        ("NO CARRIER", "ATD*144#", FINAL),
        ("NO CARRIER", 'AT+CUSD=1,"*100#",15', FINAL),
        ("NO CARRIER", "AT+CIMI", URC),
        ("CONNECT", "ATD*99#", FINAL),
        ("CONNECT", "AT+CIMI", URC),
        ("CONNECT", None, URC),
        (">", 'AT+CMGS="+7"', PROMPT),
        ("> ", None, PROMPT),
        ("AT+CIMI", "AT+CIMI", ECHO),
        ("at+cimi", "at+cimi", ECHO),
        ("T+CIMI", "AT+CIMI", ECHO),
        ("AT+CUSD=2", "AT+CSQ", ECHO),
        ('AT+CSCS="HEX"', None, ECHO),
        # Between AT+CIMI and its digits.
        ("^RSSI:19", "AT+CIMI", URC),
        ("250011234567890", "AT+CIMI", INFO),
        ('"250011234567890"', "AT+CIMI", INFO),
        ("+CIMI: 250011234567890", "AT+CIMI", INFO),
        ("RING", "AT+CIMI", URC),
        ("Call Ready", "AT+CIMI", URC),
        ("OVER-VOLTAGE WARNNING", "AT+CGMM", URC),
        ("12345", "AT+CIMI", URC),
        ("861234567890123", "AT+CGSN", INFO),
        ("8970101234567890123F", "AT+CCID", INFO),
        ("+ICCID: 89701012345678901234", "AT+CCID", INFO),
        ("^ICCID: 89701012345678901234", "AT^ICCID?", INFO),
        ("ICCID: 89701012345678901234", "AT+ICCID", INFO),
        ("#CCID: 89701012345678901234", "AT#CCID", INFO),
        ("+ZICCID: 89701012345678901234", "AT+ZICCID?", INFO),
        ("+ICCID: 89701012345678901234", "AT+CICCID", INFO),
        ("E3372", "AT+CGMM", INFO),
        ("huawei", "AT+CGMI", INFO),
        ('+CGMM: "EC25"', "AT+CGMM", INFO),
        ("^BOOT:31610740,0,0,0,75", "AT+CGMM", URC),
        ('*PSUTTZ: 2026,11,22,9,0,0,"+12",0', "AT+CGMM", URC),
        ("Manufacturer: huawei", "ATI", INFO),
        ("+GCAP: +CGSM,+DS,+ES", "ATI", INFO),
        # The same name as answer and as URC.
        ("+CSQ: 20,99", "AT+CSQ", INFO),
        ("+CSQ: 20,99", "AT+CIMI", URC),
        ("+CREG: 0,1", "AT+CREG?", INFO),
        ('+CREG: 2,1,"00D6","0000ABCD",7', "AT+CREG?", INFO),
        ('+CREG: 1,5,"00A1"', "AT+CREG?", INFO),
        ("+CREG: 1,0,1", "AT+CREG?", INFO),
        ("+CREG: 002,001", "AT+CREG?", INFO),
        ("+CEREG: 5,11", "AT+CEREG?", INFO),
        ("+C5GREG: 2,1,00A1,00BC", "AT+C5GREG?", INFO),
        ("+CREG: 1,0001,0002", "AT+CREG?", URC),
        ("+CREG: 1,14", "AT+CREG?", URC),
        ("+CREG: (0-2)", "AT+CREG=?", INFO),
        ("+CREG: 1", "AT+CREG?", URC),
        ("+CREG: 1, 5C9, 39E5", "AT+CREG?", URC),
        ('+CREG: 1,"00D6","ABCD"', "AT+CREG?", URC),
        ("+CREG: 1", "AT+CREG=1", URC),
        ("+CGREG: 0,1", "AT+CREG?", URC),
        ("+CEREG: 0,5", "AT+CEREG?", INFO),
        ("+CPIN: READY", "AT+CPIN?", INFO),
        ("+CPIN: READY", 'AT+CPIN="0000"', URC),
        ("+CPIN: READY", None, URC),
        ('+COPS: 0,0,"MTS",7', "AT+COPS?", INFO),
        ("+CPMS: 1,20,1,20,1,20", 'AT+CPMS="SM","SM"', INFO),
        ('+CMTI: "SM",1', 'AT+CPMS="SM","SM"', URC),
        ("+CMGS: 5", 'AT+CMGS="+7"', INFO),
        ('+CUSD: 0,"x",15', 'AT+CUSD=1,"*100#",15', URC),
        ('+CUSD: 0,"x",15', "AT+CUSD?", URC),
        ("+CUSD: 0", "AT+CUSD?", INFO),
        ("+CUSD: (0-2)", "AT+CUSD=?", INFO),
        ("+CUSD: 2", "AT+CUSD=2", URC),
        ("250011234567890", 'AT+CUSD=1,"*100#",15', URC),
        ("^USSDMODE:1", "AT^USSDMODE?", INFO),
        ('^SYSCFGEX:"00",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF', "AT^SYSCFGEX?", INFO),
        ("+CSQ: 20,99", "AT+CREG?;+CSQ", INFO),
        ('+COPS: 0,0,"a;+CSQ"', 'AT+COPS=1,2,"a;+CSQ"', INFO),
        ("anything", None, URC),
    ],
)
def test_kind(line: str, command: str | None, kind: LineKind) -> None:
    """A line is information only where it fits the command that waits."""
    assert classify(line, command) is kind


@pytest.mark.parametrize(
    "prefix", sorted({prefix for make in by_name().values() for prefix in make.lines.urc_prefixes})
)
def test_vendor_chatter_is_never_an_answer(prefix: str) -> None:
    """The URCs of every vendor row are URCs between a command and its answer, and with none waiting."""
    for command in ("AT+CIMI", "AT+CGMM", 'AT+CUSD=1,"*100#",15', "AT+CREG?", "AT", None):
        assert classify(f"{prefix}: 1,2", command) is URC
    assert is_urc(f"{prefix}: 1,2")


@pytest.mark.parametrize("line", sorted({line for make in MAKES for line in make.lines.urc_lines}))
def test_vendor_lines_are_never_an_answer(line: str) -> None:
    """Chatter without a prefix is told from the text that AT+CGMM gives."""
    assert classify(line, "AT+CGMM") is URC
    assert classify(line, "AT+CIMI") is URC


def test_text_of_messages_is_no_result_code() -> None:
    """Data lines are no final result, whatever they say; they belong to the command only if it reads messages."""
    ok = DataLine("OK", "+CMGR")
    assert final_result(ok) is None
    assert classify(ok, "AT+CMGR=1") is INFO
    assert classify(ok, "AT+CIMI") is URC
    assert classify(DataLine("OK", "+CMT"), "AT+CMGR=1") is URC


@pytest.mark.parametrize(
    ("line", "ok", "error"),
    [
        ("OK", True, "OK"),
        ("ERROR", False, "ERROR"),
        ("+CME ERROR: 258", False, "CME 258"),
        ("+CME ERROR:14", False, "CME 14"),
        ("+CME ERROR: 15790320", False, "CME 15790320"),
        ("+CME ERROR: SIM busy", False, "CME SIM busy"),
        ("+CMS ERROR: 500", False, "CMS 500"),
        ("+CME ERROR", False, "CME"),
        ("NO CARRIER", False, "NO CARRIER"),
        ("COMMAND NOT SUPPORT", False, "COMMAND NOT SUPPORT"),
        ("TOO MANY PARAMETERS", False, "TOO MANY PARAMETERS"),
        ("CONNECT 115200", True, "CONNECT"),
    ],
)
def test_final_result_codes(line: str, ok: bool, error: str) -> None:
    """Every final result code with the short form that scripts see."""
    final = final_result(line)
    assert final is not None
    assert (final.ok, final.error) == (ok, error)


@pytest.mark.parametrize(
    "line", ["OK you have 5", "ERRORS", "OK+", "ok", "+CME", "CONNECTED", "^CONNECT:1", "BUSYBOX", ""]
)
def test_no_final_result_codes(line: str) -> None:
    """Only a whole line is a result code."""
    assert final_result(line) is None


@pytest.mark.parametrize(
    ("manufacturer", "model", "first"),
    [
        ("huawei", "E3372", "packed"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600E-H", "plain"),
        ("ZTE CORPORATION", "MF286D", "plain"),
        ("Telit", "LM960A18", "plain"),
    ],
)
def test_vendor_rows(manufacturer: str, model: str, first: str) -> None:
    """The names that AT+CGMI and AT+CGMM give lead to the row of the vendor."""
    row = find_quirk(manufacturer, model)
    assert row is not None
    assert row.requests[0] == first


def test_unknown_vendor() -> None:
    """No hint is better than a wrong one."""
    assert find_quirk(None) is None
    assert find_quirk("Nobody", "X1") is None
