"""TE character sets of eight bits that another program left: what their letters are."""

from __future__ import annotations

import pytest

from modemd.at.code_pages import codec_of, letters
from modemd.at.ussd import decode
from modemd.money.reading import read


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("PCCP437", "cp437"),
        ("PCCP850", "cp850"),
        ("pccp1251", "cp1251"),
        ("PCDN", "cp865"),
        ("8859-1", "iso8859-1"),
        ("8859-15", "iso8859-15"),
        ("8859-C", "iso8859-5"),
        *((name, None) for name in ("GSM", "IRA", "UCS2", "HEX", "UTF-8", "PCCP999", "8859-99", "", None)),
    ],
)
def test_names(charset: str | None, codec: str | None) -> None:
    assert codec_of(charset) == codec


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("PCCP437", "Crédit: 5.20 €".replace("€", "F")),
        ("PCCP437", "Ihr Guthaben beträgt 5,20 für Gespräche"),
        ("PCCP850", "Saldo: $5.20. Válido até amanhã"),
        ("PCCP852", "Stan konta: 5,20 zł. Ważne do środy"),
        ("PCCP866", "Баланс: 312,40 руб. Спасибо"),
        ("PCCP1251", "Баланс: 312,40 руб. Спасибо"),
        ("8859-2", "Stan konta: 5,20 zł. Ważne do środy"),
        ("8859-C", "Баланс: 312,40 руб. Спасибо"),
        ("8859-1", "Crédit 5.20"),
        ("PCDN", "Din saldo er på 5,20 kr. Tak for at du bruger vores køreplan"),
    ],
)
def test_letters_above_127(charset: str, text: str) -> None:
    """As the set says; without its name the same octets are read as they were before."""
    octets = text.encode(codec_of(charset) or "")
    found = decode(octets, 15, te_charset=charset)
    assert found is not None
    assert found.text == text
    assert found.decoder == ("plain" if charset == "8859-1" else "plain-page")


def test_seven_bits_are_what_they_were() -> None:
    found = decode(b"Balance: 5.20", 15, te_charset="PCCP437")
    assert found is not None
    assert (found.text, found.decoder) == ("Balance: 5.20", "plain")


@pytest.mark.parametrize("charset", ["PCCP437", "PCCP850", "PCCP866", "PCCP1251", "8859-1", "8859-2", "8859-C"])
def test_a_flipped_bit_makes_no_number_of_letters(charset: str) -> None:
    """A figure, a point or a comma whose upper bit was flipped is a letter in some of these sets: unknown, not a
    number."""
    for text in ("Balance: 312.40 RUB", "Your balance is $312,40"):
        octets = text.encode("ascii")
        for place in (index for index, octet in enumerate(octets) if octet in b"0123456789.,"):
            damaged = bytearray(octets)
            damaged[place] |= 0x80
            found = decode(bytes(damaged), 15, te_charset=charset)
            assert found is not None
            assert read(found.text).balance is None, (charset, bytes(damaged), found)


def test_what_is_drawn_is_no_letter() -> None:
    assert letters(b"Balance \xb3 5.20", "PCCP437") is None
    assert letters(b"Balance \xff", "8859-7") is None
