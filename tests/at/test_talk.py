"""What speaks on a port that answers no AT command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at.lines import DataLine
from modemd.at.talk import numeric_result, what_speaks

SENT = b"\x1bAT\rAT\rAT\r"


@pytest.mark.parametrize(
    ("heard", "speaker"),
    [
        (b"", "nothing"),
        (b"\r\n\0", "nothing"),
        (b"AT\rAT\rAT\r", "echo"),
        (b"\x1bAT\rAT\r", "echo"),
        (b"T\rAT\rA", "echo"),
        (b"AT\r\r\nraspberrypi login: AT\r\nPassword: ", "login"),
        (b"\r\nOpenWrt login: ", "login"),
        (b"Debian GNU/Linux 12 pi ttyAMA0\r\n", "login"),
        (b"$GPGGA,,,,,,0,,,,,,,,*66\r\n$GPRMC,,V,,,,,,,,,,N*53\r\n", "nmea"),
        (b"$GNRMC,120000.00,A\r\n", "nmea"),
        (b"$PQXFI,,,\r\n", "nmea"),
        (bytes.fromhex("7eff7d23c0217d217d217d207d2c7d227d267d207d207d207d20c6977e"), "ppp"),
        (bytes.fromhex("ff03c021010100040a0b7e"), "ppp"),
        (bytes.fromhex("7e1300017e"), "diag"),
        (bytes.fromhex("7e7e9200000000007e"), "diag"),
        (bytes.fromhex("80fe80f0e0"), "octets"),
        (b"\xff\x00\xfc\x1c", "octets"),
        (b"Ready to print\r\n", "text"),
        (b"~ a tilde ~ in a text\r\n", "text"),
    ],
)
def test_who_it_is(heard: bytes, speaker: str) -> None:
    """Told by what came, whatever was written to it."""
    assert what_speaks(heard, SENT) == speaker


def test_a_frame_with_the_right_check_is_diagnosis() -> None:
    """A diagnostic port answers "AT" with a frame that holds it, and ends with its check sequence and one flag."""
    body = b"\x13AT\r"
    crc = 0xFFFF
    for octet in body:
        crc ^= octet
        for _ in range(8):
            crc = (crc >> 1) ^ 0x8408 if crc & 1 else crc >> 1
    frame = body + (crc ^ 0xFFFF).to_bytes(2, "little") + b"\x7e"
    assert what_speaks(frame, SENT) == "diag"


@given(st.binary(max_size=200))
def test_any_octets_are_somebody(heard: bytes) -> None:
    """Never raises."""
    assert what_speaks(heard, SENT)


def test_numbers_are_result_codes_only_as_a_whole_line() -> None:
    """V.250 table 1; a text is none, and neither is the body of a message."""
    found = {line: numeric_result(line) for line in ("0", "4", "3", " 0 ", "2", "5", "00", "0,1", "", "OK")}
    assert {line: result.kind for line, result in found.items() if result} == {
        "0": "OK",
        "4": "ERROR",
        "3": "NO CARRIER",
        " 0 ": "OK",
    }
    assert numeric_result(DataLine("0", "+CMT")) is None
