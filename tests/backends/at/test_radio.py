"""Registration, operator, signal and ICCID as modems write them: read where they fit, never a crash."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.backends.at import identity, registration
from modemd.backends.at.registration import Registration


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["+CREG: 0,1"], Registration(1)),
        (['+CREG: 2,5,"5C9","39E5",7'], Registration(5, "LTE")),
        (["+CREG: 1, 5C9, 39E5", "+CREG: 0,3"], Registration(3)),
        (['+CREG: 1,5,"00A1"'], Registration(5)),
        (["+CREG: 1,0,1"], Registration(0)),
        (['+CREG: 2,1,"5E25"'], Registration(1)),
        (["+CREG: 002,001"], Registration(1)),
        (["+CREG: 002,001,00A1,00B2,007"], Registration(1, "LTE")),
        (["+CREG: 0,11"], Registration(11)),
        (['+CREG: 5,"00A1","5E25",7', '+CREG: 2,1,"00A1"'], Registration(1)),
        (["+CREG: 1"], Registration(1)),
        (["^RSSI:19", "+CREG:0,2"], Registration(2)),
        (["+CREG: 4, x"], Registration(4)),
        ([], None),
        (["+CREG: 99"], None),
    ],
)
def test_registration(lines: list[str], expected: Registration | None) -> None:
    """The read answer wins over a URC between its lines (capture gsmmodem-97)."""
    assert registration.registration_read(lines, "CREG") == expected


@pytest.mark.parametrize(
    ("line", "charset", "expected"),
    [
        ('+COPS: 0,0,"MTS RUS",7', "GSM", ("MTS RUS", "LTE")),
        ('+COPS: 0,2,"25001",2', "GSM", ("25001", "UMTS")),
        ("+COPS: 0,2,25001", "GSM", ("25001", None)),
        ('+COPS: 0,0,"TELE2,0', "GSM", ("TELE2", "GSM")),
        ("+COPS: 0", "GSM", (None, None)),
        ('+COPS: 1,0,"004D00540053",0', "UCS2", ("MTS", "GSM")),
        ('+COPS: 0,0,"A, B",7', "IRA", ("A, B", "LTE")),
    ],
)
def test_operator(line: str, charset: str, expected: tuple[str | None, str | None]) -> None:
    """Long and numeric names, with and without technology, and hexadecimal ones of a TE in UCS2."""
    assert registration.operator_read([line], te_charset=charset) == expected


@pytest.mark.parametrize(
    ("line", "dbm"), [("+CSQ: 0,99", -113), ("+CSQ: 31,0", -51), ("+CSQ: 99,99", None), ("x", None)]
)
def test_signal(line: str, dbm: int | None) -> None:
    """27.007 8.5 in dBm; 99 is not known."""
    assert registration.signal_read([line]) == dbm


@pytest.mark.parametrize(
    ("line", "iccid"),
    [
        ("8970101234567890123F", "8970101234567890123"),
        ('+CCID: "89701012345678901234"', "89701012345678901234"),
        ("^ICCID: 98071021436587092143", "89700112345678901234"),
        ("+QCCID: 89701012345678901234", "89701012345678901234"),
        ("+ZICCID: 8970101234567890123", "8970101234567890123"),
        ("#CCID: 8970101234567890123", "8970101234567890123"),
        ("^SCID: 89701012345678901234", "89701012345678901234"),
        ("ICCID: 8970101234567890123", "8970101234567890123"),
        ('+CRSM: 144,0,"98071021436587092143"', "89700112345678901234"),
        *((f'+CRSM: {sw1},16,"98071021436587092143"', "89700112345678901234") for sw1 in (145, 146, 159)),
        ('+CRSM: 148,4,"98071021436587092143"', None),
        ('+CRSM: 106,130,""', None),
        ("+CSQ: 20,99", None),
        ("+CUSD: 8970101234567890123", None),
    ],
)
def test_iccid(line: str, iccid: str | None) -> None:
    """The digits under whatever name the make has for them, also as the file's swapped nibbles."""
    assert identity.iccid_of(line) == iccid


def test_lte_alone_is_registered() -> None:
    """+CREG says no and +CEREG says yes: registered, and one more command was spent only then."""
    asked: list[str] = []

    def command(line: str) -> list[str]:
        asked.append(line)
        return ["+CREG: 0,0"] if "CREG" in line and "CEREG" not in line else ["+CEREG: 0,1"]

    assert registration.read_registration(command).registered is True
    assert asked == ["AT+CREG?", "AT+CEREG?"]


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.characters(max_codepoint=255), max_size=60),
    st.sampled_from(["", "+CREG: ", "+COPS: ", "+CSQ: ", "+CRSM: "]),
)
def test_no_line_breaks_a_parser(text: str, prefix: str) -> None:
    """Whatever a modem says, the parsers answer with a value or None."""
    line = prefix + text
    report = registration.registration_read([line], "CREG")
    assert report is None or 0 <= report.stat <= 99
    registration.operator_read([line], te_charset="UCS2")
    dbm = registration.signal_read([line])
    assert dbm is None or -113 <= dbm <= -51
    iccid = identity.iccid_of(line)
    assert iccid is None or iccid.isdigit()
