"""What may be sent and how it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from modemd.at.ussd import Encoded, check_answer, check_code, encodings
from modemd.errors import RefusedError

# Every code that 236 operators use for balance, data or own number, and neighbours of service codes.
_NEIGHBOURS = "#31100# *131# *330# *135*1# *143# *1*21# *100*33# *155#1# 8574 *225 *112# *911# *77*100# *300*1#"
ORDINARY = [*(Path(__file__).parent / "balance_codes.txt").read_text().split(), *_NEIGHBOURS.split()]

_CALL_SERVICES = """
*21*1234# **21*+79161234567# *21*+79161234567*11# *#21# ##21# #21# *61*1# **62# *67# ##002# *004# #004#
*33*0000# #33*0000# *#33# *35*0000# #35# *330*0000# *#331# *43# #43# *#43# *31# #31# #31#+79161234567 *31#+79161234567
*#30# *#06# *100#*21*5# *37#
"""

_PINS = "**04*1111*2222*2222# **042*1*2*2# **05*12345678*1*1# **052*1*2*2# **03*330*0000*1*1# **03**0000*1*1#"
CALL_SERVICES, PINS = _CALL_SERVICES.split(), _PINS.split()


@pytest.mark.parametrize("code", ORDINARY)
def test_balance_codes_pass(code: str) -> None:
    """No code that an operator uses for a balance is refused."""
    check_code(code)


@pytest.mark.parametrize("code", CALL_SERVICES + PINS)
def test_services_are_refused(code: str) -> None:
    """Codes that change or ask for services of the SIM are refused with one line unless allowed."""
    with pytest.raises(RefusedError) as refusal:
        check_code(code)
    assert refusal.value.code == "bad code"
    assert "\n" not in refusal.value.message
    assert "0000" not in refusal.value.message
    check_code(code, allow_mmi=True)


@pytest.mark.parametrize("code", ["112", "911", "999", "+79161234567", "89161234567"])
def test_calls_are_refused(code: str) -> None:
    """Emergency and telephone numbers are no USSD."""
    with pytest.raises(RefusedError, match="number"):
        check_code(code)


@pytest.mark.parametrize(
    "code",
    [
        *(
            "",
            "*100#\r",
            '*100#",15\rAT+CFUN=0\r',
            "*100#\n",
            "*10 0#",
            "*100#;",
            "*100#\x1a",
            "\u0661\u0662",
            "*100\uff03",
            "*",
        ),
        *("#", "+", "*100# ", "at", "*" * 182, "1" * 183 + "#"),
    ],
)
@pytest.mark.parametrize("allow_mmi", [False, True])
def test_nothing_but_a_code_passes(code: str, allow_mmi: bool) -> None:
    """Whatever could end the string or the command line, or is too long, is refused even with allow_mmi."""
    with pytest.raises(RefusedError) as refusal:
        check_code(code, allow_mmi=allow_mmi)
    assert refusal.value.code == "bad code"


@pytest.mark.parametrize("answer", ["1", "0", "00", "HIV", "*", "#", "Да", "my answer, please", "1*2"])
def test_answers_pass(answer: str) -> None:
    """A menu takes digits and free text."""
    check_answer(answer)


@pytest.mark.parametrize(
    "answer", ["", '1",15\rAT', "1\r", "1\n2", "\x1b", "\x1a", 'a"b', "\x00", "\x85", "\u2028", "я" * 80, "1" * 183]
)
def test_answers_are_refused(answer: str) -> None:
    """An answer cannot end the string, begin a command or be longer than USSD."""
    with pytest.raises(RefusedError) as refusal:
        check_answer(answer)
    assert refusal.value.code == "bad code"


PLAIN, UCS2, HEX, PACKED = (
    Encoded("plain", "*100#"),
    Encoded("ucs2", "002A0031003000300023"),
    Encoded("hex", "2A31303023"),
    Encoded("packed", "AA180C3602"),
)


@pytest.mark.parametrize(
    ("charset", "learned", "vendor", "ladder"),
    [
        (None, None, None, [PLAIN, PACKED]),
        ("GSM", None, None, [PLAIN, PACKED]),
        ("IRA", "packed", None, [PACKED, PLAIN]),
        ("UCS2", None, None, [UCS2, PLAIN, PACKED]),
        ('"UCS2"', "plain", None, [PLAIN, UCS2, PACKED]),
        ("HEX", None, None, [HEX, PLAIN, PACKED]),
        ("IRA", None, "huawei", [PACKED, PLAIN]),
        ("IRA", "plain", "huawei", [PLAIN, PACKED]),
        ("UCS2", None, "ZTE CORPORATION", [UCS2, PLAIN, PACKED]),
        ("IRA", "unknown method", None, [PLAIN, PACKED]),
    ],
)
def test_ladder(charset: str | None, learned: str | None, vendor: str | None, ladder: list[Encoded]) -> None:
    """Learned first, then the vendor's row, the TE character set, plain, packed; nothing twice."""
    assert encodings("*100#", te_charset=charset, learned=learned, vendor=vendor) == ladder


def test_answers_beyond_the_gsm_alphabet() -> None:
    """Cyrillic goes as UCS2 only, and there is always one way."""
    assert [way.method for way in encodings("Да", te_charset="UCS2")] == ["ucs2"]
    assert [way.argument for way in encodings("Да", te_charset="GSM")] == ["04140430"]
