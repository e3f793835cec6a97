"""The SIM's own number in an answer to AT+CNUM (27.007 7.1): where money goes to, so a doubtful one is none."""

from __future__ import annotations

import pytest

from modemd.at.own_number import own_number

NUMBER = "+79161234567"
UCS2 = NUMBER.encode("utf-16-be").hex().upper()


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (['+CNUM: "","+79161234567",145'], NUMBER),
        (['+CNUM: ,"+79161234567",145'], NUMBER),
        (['+CNUM: "Own, of mine","79161234567",145,7,4'], NUMBER),  # the type says what the digits leave out
        (['+CNUM: "PHONENUM1","2173848500",129'], "2173848500"),
        (["+CNUM: ,79161234567,129"], "79161234567"),
        ([f'+CNUM: "","{UCS2}",145'], NUMBER),
        ([f'+CNUM: "00410042","{UCS2.lower()}",145'], NUMBER),
        (['+CNUM: "Voice","+79161234567",145,7,4', '+CNUM: "Data","+79161230000",145,7,0'], NUMBER),
        (['+CNUM: "a","+79161234567",145', '+CNUM: "b","79161234567",145'], NUMBER),
        ([], None),
        (['+CNUM: "","",129'], None),
        (["+CNUM: ,,"], None),
        (['+CNUM: "","",129', '+CNUM: "","+79161234567",145'], NUMBER),
        (['+CNUM: "Line 1","+79161234567",145', '+CNUM: "Line 2","+79167654321",145'], None),
        (['+CNUM: "Line 1","+79161234567",145', '+CNUM: "Line 2","garbage",145'], None),
        (['+CNUM: "Voicemail","0611",129'], None),
        (['+CNUM: "","0000000000",129'], None),
        (['+CNUM: "","+0791612345",145'], None),
        (['+CNUM: "","+7916123456789012",145'], None),
        (['+CNUM: "","\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668",129'], None),
        (['+CNUM: "","+7916\x1b[2J4567",145'], None),
        (['+CNUM: "","+7916123*567#",145'], None),
        (['+CNUM: "","+79161234567",145; rm -rf'], None),
        (['+CUSD: 0,"+79161234567",15'], None),
        (['+CNUM: "+79161234567"'], None),
        (['+CNUM: "' + "9" * 5000 + '","' + "9" * 5000 + '",145'], None),
    ],
)
def test_an_answer(lines: list[str], number: str | None) -> None:
    assert own_number(lines) == number
