"""What modems make of an IMEI, of a sender's name and of a full storage."""

from __future__ import annotations

import pytest

from modemd.at.classify import LineKind, classify, imei_of
from modemd.at.sms_text import name_text, spelt_out
from modemd.at.vocabulary import is_storage_full

IMEI = "352099001761481"


@pytest.mark.parametrize(
    "line",
    [
        IMEI,
        f'"{IMEI}"',
        f"+CGSN: {IMEI}",
        f'+CGSN: "{IMEI}"',
        f"+GSN:{IMEI}",
        f"IMEI: {IMEI}",
        f"IMEI:{IMEI}",
        f"IMEI = {IMEI}",
        f"+CGSN: IMEI: {IMEI}",
        "35 209900 176148 1",
        "35-209900-176148-1",
        "352099-00-176148-1",
        "3520 9900 1761 481",
        " 352099001761481 ",
        f"{IMEI},0a1b2c3d",
        f"{IMEI}/01",
    ],
)
def test_an_imei_is_its_digits(line: str) -> None:
    """Also as the answer of a command, between other lines."""
    assert imei_of(line) == IMEI
    assert classify(line, "AT+CGSN") is LineKind.INFORMATION


@pytest.mark.parametrize("line", ["^RSSI:19", "OK", "1234567890123", "12345678901234567", "Quectel", "+CSQ: 20,99", ""])
def test_what_is_no_imei(line: str) -> None:
    assert imei_of(line) is None


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("7711198105108105115", "Mobilis"),
        ("66971089711099101", "Balance"),
        ("771011039770111110", "MegaFon"),
        ("778483", None),  # may be a number as well
        ("213661234567890", None),
        ("7711198105108105199", None),  # no letter has that number
        ("+7711198105108105115", None),
    ],
)
def test_a_name_in_decimal(value: str, name: str | None) -> None:
    """Only what no number can be."""
    assert spelt_out(value) == name
    assert name_text(value) == (name or value)


@pytest.mark.parametrize(
    "line", ['^SMMEMFULL: "SM"', "SMS FULL", '+QIND: "SMSFULL","ME"', "^SMGO: 2", "+SMSFULL", "*SMSFULL", "+SMS FULL"]
)
def test_a_full_storage(line: str) -> None:
    assert is_storage_full(line)


@pytest.mark.parametrize("line", ["^SMGO: 0", "SMS DONE", "SMS Ready", '+CMTI: "SM",3', "SMSFULLNAME"])
def test_a_storage_with_room(line: str) -> None:
    assert not is_storage_full(line)
