"""GSM 7 bit alphabet and packing (23.038)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.at.gsm import BASIC, EXTENSION, decode_packed, encode_packed, from_septets, is_gsm, to_septets

GSM_TEXT = st.text(st.sampled_from([*BASIC.replace("\x1b", ""), *EXTENSION.values()]), max_size=60)


@pytest.mark.parametrize(
    ("text", "packed"),
    [
        ("*100#", "AA180C3602"),
        ("#100#", "A3180C3602"),
        ("*102#", "AA184C3602"),
        ("#102#", "A3184C3602"),
        ("*105#", "AA18AC3602"),
        ("*111*1#", "AA582CA68A8D1A"),
        ("OCTATOK 187.24 p.", "CF2135487D2E4131DCCD25A381E02E"),
        ("Nepravilnyi nomer uslugi", "CE325C1EB6A7D9EE7C1AE47EB7CB72507DCEAE9FD3"),
        ("", ""),
    ],
)
def test_known_vectors(text: str, packed: str) -> None:
    """Requests and answers that real modems took and gave; seven characters end in a CR, not in "@" or 0x1D."""
    assert encode_packed(text) == packed
    assert decode_packed(bytes.fromhex(packed)) == text


@pytest.mark.parametrize("length", [7, 15, 23, 31])
def test_padding_of_8n_minus_1_characters(length: int) -> None:
    """8n-1 characters are filled with CR (23.038 6.1.2.3.1) and come back without it."""
    octets = bytes.fromhex(encode_packed("1" * length))
    assert octets[-1] >> 1 == 0x0D
    assert decode_packed(octets) == "1" * length


@settings(max_examples=200, deadline=None)
@given(text=GSM_TEXT)
def test_packing_round_trip(text: str) -> None:
    """Every text of the alphabet, "@", CR and extension characters included, survives packing."""
    assert decode_packed(bytes.fromhex(encode_packed(text))) == text
    assert from_septets(to_septets(text)) == text


def test_other_alphabets_are_refused() -> None:
    """A character without a septet is an error, not a question mark on the wire."""
    assert not is_gsm("Баланс")
    with pytest.raises(ValueError, match="not in the GSM"):
        encode_packed("Баланс")
