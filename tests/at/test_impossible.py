"""Which octets show that a wire damages what goes over it."""

from __future__ import annotations

import pytest

from modemd.at import impossible
from modemd.at.lines import DataLine
from modemd.at.ussd import decode


@pytest.mark.parametrize("line", ["O\xcb", "+CS\x11: 20,99", "+CREG: 0,\xb1", "\x8fRSSI: 14", "ERR\x7fR"], ids=ascii)
def test_damaged_lines(line: str) -> None:
    assert impossible.in_line(line)


@pytest.mark.parametrize(
    "line",
    [
        "OK",
        "\x1bOK",
        '+COPS: 0,0,"T\xe9l\xe9com",7',
        '+COPS: 0,0,"T\xe9l',
        DataLine("\x01\xe9", "+CMT"),
        '+CUSD: 0,"\xb3",15',
    ],
    ids=ascii,
)
def test_sound_lines(line: str) -> None:
    assert not impossible.in_line(line)


@pytest.mark.parametrize(
    ("payload", "damaged"),
    [
        (b"Balance 5.00", False),
        (b"Balanc\xe5 5.00", True),
        (b"Bal\x0fance 5.00", False),  # a letter of the GSM alphabet, handed on as it was
        ("Solde 5,00 \u20ac".encode(), False),
        ("Баланс 5".encode("utf-16-be").hex().encode(), False),
        ("Ба\x13анс 5".encode("utf-16-be").hex().encode(), True),
    ],
    ids=ascii,
)
def test_texts(payload: bytes, damaged: bool) -> None:
    found = decode(payload, 72 if payload.isalnum() else 15, te_charset="IRA")
    assert found is not None
    assert impossible.in_text(payload, found.text, found.decoder) is damaged
