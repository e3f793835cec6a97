"""The +CUSD line and the text of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.at.dcs import Alphabet, alphabet
from modemd.at.gsm import is_gsm, to_septets
from modemd.at.lines import DataLine
from modemd.at.ussd import DECODERS, CusdLine, candidates, decode, encode_packed, is_cut, parse_cusd

Read = Callable[[Iterable[bytes]], list[str]]


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("+CUSD: 4", CusdLine(4)),
        ("+CUSD:5", CusdLine(5)),
        ("+CUSD: 99", CusdLine(99)),
        ("+CUSD: -1", CusdLine(-1)),
        ("+CUSD: 2,", CusdLine(2, b"")),
        ('+CUSD: 0,"a",15', CusdLine(0, b"a", 15)),
        ('+CUSD:1,"a",15', CusdLine(1, b"a", 15)),
        ('+CUSD: 0, "a" ,1', CusdLine(0, b"a", 1)),
        ('+CUSD: 0,"a", 17', CusdLine(0, b"a", 17)),
        ('+CUSD: 0,"a", 17r', CusdLine(0, b"a", 17)),
        ('+CUSD: 0,"a",15;', CusdLine(0, b"a", 15)),
        ('+CUSD: 0,"a",', CusdLine(0, b"a")),
        ('+CUSD: 0,"a"', CusdLine(0, b"a")),
        ('+CUSD: 2,""', CusdLine(2, b"")),
        ('+CUSD: 0,"t "Mega". More, 5",15', CusdLine(0, b't "Mega". More, 5', 15)),
        ('+CUSD: 0,"a\r\nb",15', CusdLine(0, b"a\r\nb", 15)),
        ('+CUSD: 0,"\xe9",15', CusdLine(0, b"\xe9", 15)),
        ("+CUSD: 2,Na rahunku: 5 grn", CusdLine(2, b"Na rahunku: 5 grn")),
        ("+CUSD: 0, 49B4,15", CusdLine(0, b"49B4", 15)),
        ('+CUSD: 2,"Dodatko5', CusdLine(2, b"Dodatko5", closed=False)),
        ('+CUSD: 2,"', CusdLine(2, b"", closed=False)),
        ('+CUSD: 2,",15', CusdLine(2, b",15", closed=False)),
    ],
)
def test_parse_cusd(line: str, parts: CusdLine) -> None:
    """Every shape of the captures."""
    assert parse_cusd(line) == parts


@pytest.mark.parametrize(
    "line", ["OK", "+CUSD", "+CUSD: (0-2)", "+CUSDX: 1", "^RSSI:19", "", "x+CUSD: 0", DataLine("+CUSD: 0")]
)
def test_parse_cusd_refuses(line: str) -> None:
    """Test answers, other lines and text of messages are no +CUSD result code."""
    assert parse_cusd(line) is None


@pytest.mark.parametrize(
    ("dcs", "wanted"),
    [
        (0, Alphabet.GSM7),
        (15, Alphabet.GSM7),
        (16, Alphabet.GSM7),
        (17, Alphabet.UCS2),
        (64, Alphabet.GSM7),
        (68, Alphabet.EIGHT_BIT),
        (72, Alphabet.UCS2),
        (0x98, Alphabet.UCS2),
        (0xF0, Alphabet.GSM7),
        (0xF4, Alphabet.EIGHT_BIT),
        (0x80, None),
        (None, None),
        (999, None),
    ],
)
def test_dcs(dcs: int | None, wanted: Alphabet | None) -> None:
    """The groups of 23.038 5."""
    assert alphabet(dcs) is wanted


@pytest.mark.parametrize(
    ("payload", "dcs", "decoder", "text"),
    [
        (b"1234", 15, "plain", "1234"),
        (b"BEEF", 15, "plain", "BEEF"),
        (b"100.50", 72, "plain", "100.50"),
        (b"79161234567", 15, "plain", "79161234567"),
        (b"380501234567", 0, "plain", "380501234567"),
        (b"48999999999", 15, "plain", "48999999999"),
        (b"89701010012345678901", 15, "plain", "89701010012345678901"),
        (b"003600310035002E0030", 15, "ucs2", "615.0"),
        (b"003600310035002E00", None, "ucs2", "615."),
        (b"00310030002E0035", 72, "ucs2", "10.5"),
        (b"4F59989D003A00310030002E00300030", 72, "ucs2", "余额:10.00"),
        (b"D83DDE0000200042006F006E007500730020003500200045005500520021", 72, "ucs2", "\U0001f600 Bonus 5 EUR!"),
        (b"11043004", None, "ucs2-le", "Ба"),
        (b"041104300043B", 72, "ucs2", None),
        (b"6139063106350020003100300037002E00390033", 17, "ucs2", "رص 107.93"),
        (b"04110430043B0430043D0441003A00310030FFFFFFFFFFFF", 72, "ucs2", "Баланс:10"),
        (b"04110430043B0430043D0441003A003100300000ABCD12340000", 17, "ucs2", "Баланс:10"),
        (b"42616C616E63653A20352E30302045555220C3A9", 15, "8bit-utf8", "Balance: 5.00 EUR é"),
        (b"42616C616E63653A20352E3030204555522E", 68, "8bit", "Balance: 5.00 EUR."),
        (b"3037373030393030313233", 0, "8bit", "07700900123"),
        (b"3037373030393030313233", 15, "8bit", "07700900123"),
        (b"2B343437373030393030313233", 0, "8bit", "+447700900123"),
        (b"00300037003700300030", 72, "ucs2", "07700"),
        (b"393331323334", 15, "plain", "393331323334"),
        (b"89701010000000000017", 15, "plain", "89701010000000000017"),
        ("Saldo: 5,00 €".encode(), 15, "utf8", "Saldo: 5,00 €"),
        (b"R\xe9ponse: 5,00 EUR", 15, "plain", "Réponse: 5,00 EUR"),
        (b"Men~: 1 Aufladen", 15, "plain-gsm", "Menü: 1 Aufladen"),
        (b"Guthaben f~r p{{r: \x022.50", 15, "plain-gsm", "Guthaben für päär: $2.50"),
        (b"info\x00mail.ru 5.00 \x1be", 15, "plain-gsm", "info@mail.ru 5.00 €"),
        (b"[1] Saldo 5.00 | [2] Info", 15, "plain", "[1] Saldo 5.00 | [2] Info"),
        (b"Balance|Info|Help", 15, "plain", "Balance|Info|Help"),
        (b"~5.00 {EUR}", 15, "plain", "~5.00 {EUR}"),
        (b"a_b@c.de $5", 0, "plain", "a_b@c.de $5"),
        (b"", 15, None, None),
    ],
)
def test_decode(payload: bytes, dcs: int | None, decoder: str | None, text: str | None) -> None:
    """Numbers and words stay what they are; hex that can only be text becomes text, whatever the dcs says."""
    found = decode(payload, dcs, te_charset=None)
    if decoder is None:
        assert found is None
        return
    assert found is not None
    assert found.decoder == decoder
    assert text is None or found.text == text


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    number=st.one_of(
        st.integers(0, 10**16).map(str),
        st.decimals(-99999, 99999, places=2).map(str),
        st.integers(10**9, 10**12).map(lambda n: f"+{n}"),
    ),
    dcs=st.sampled_from([None, 0, 1, 15, 64]),
    charset=st.sampled_from([None, "GSM", "IRA"]),
)
def test_a_number_is_a_number(number: str, dcs: int | None, charset: str | None) -> None:
    """A payload that is just a number is never taken for the hex of something."""
    found = decode(number.encode(), dcs, te_charset=charset)
    assert found is not None
    assert found.text == number


_COMMON = ["12.50", "-3,20", "100", "*111#", "28.09.2026", "1:Menu", "\n", "[1]", "$5", "a@b.c", "EUR"]
_LANGUAGES = [
    ["Balance", "Your", "balance", "is", "valid", "until", "account", "bKash", "tk"],
    ["Ваш", "баланс", "руб.", "ль", "трафик", "Остаток", "и", "RUB", "pуб."],
    ["Guthaben", "für", "größer", "Ü", "Menü:", "Sie", "Bitte"],
    ["réponse", "crédit", "Votre", "solde", "à", "€"],
    ["رصيدك", "دينار", "الصلاحية", "صالح"],
    ["余额", "人民币", "您的余额", "元"],
    ["ยอดเงิน", "บาท", "คงเหลือ"],
    ["egyenleg:", "Feltöltött", "önkiszolgàlò", "Ft"],
]
WORDS = st.sampled_from(_LANGUAGES).flatmap(
    lambda words: st.tuples(
        st.lists(st.sampled_from(words), min_size=2, max_size=12), st.lists(st.sampled_from(_COMMON), max_size=6)
    ).flatmap(lambda both: st.permutations([*both[0], *both[1]]))
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    words=WORDS,
    encoding=st.sampled_from(["ucs2", "ucs2-lower", "packed", "plain", "septets", "utf8", "8bit"]),
    dcs=st.sampled_from([None, 0, 15, 72]),
    charset=st.sampled_from([None, "GSM", "IRA", "UCS2"]),
    noise=st.sampled_from([b"", b"\r\n^RSSI:19\r\n", b'\r\n+CMTI: "SM",1\r\n', b"\r\n+CREG: 1\r\n"]),
    sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5),
)
def test_any_text_in_any_encoding_comes_back(
    read: Read,
    words: list[str],
    encoding: str,
    dcs: int | None,
    charset: str | None,
    noise: bytes,
    sizes: list[int],
) -> None:
    """A text in any encoding, noise around its +CUSD line, cut anyhow, a dcs that lies: the text comes back."""
    text = " ".join(words)
    payload = _encode(text, encoding)
    if payload is None:
        return
    data = noise + b'\r\n+CUSD: 0,"' + payload + b'"' + (b"" if dcs is None else b",%d" % dcs) + b"\r\n" + noise
    pieces, at, turn = [], 0, 0
    while at < len(data):
        pieces.append(data[at : at + sizes[turn % len(sizes)]])
        at, turn = at + sizes[turn % len(sizes)], turn + 1
    answers = [answer for line in read(pieces) if (answer := parse_cusd(line))]
    assert len(answers) == 1
    assert answers[0].dcs == dcs
    found = decode(answers[0].payload, dcs, te_charset=charset)
    assert found is not None
    assert found.text.split() == text.split()


def _encode(text: str, encoding: str) -> bytes | None:
    match encoding:
        case "ucs2" | "ucs2-lower":
            digits = text.encode("utf-16-be").hex()
            return (digits if encoding == "ucs2-lower" else digits.upper()).encode()
        case "packed":
            return encode_packed(text).encode() if is_gsm(text) else None
        case "septets":
            return to_septets(text) if is_gsm(text) else None
        case "utf8":
            return text.encode()
        case "8bit":
            return text.encode("latin-1").hex().upper().encode() if max(map(ord, text)) < 256 else None
        case _:
            return text.encode("latin-1") if max(map(ord, text)) < 256 else None


def test_line_breaks_and_rubbish_in_hex() -> None:
    """UCS2 hex broken between octets and packed hex that ran into rubbish are read as far as they go."""
    broken = b"0062004B006100730068000A0031002000\n4D0032004D"
    found = decode(broken, 72, te_charset=None)
    assert found is not None
    assert found.text == "bKash\n1 M2M"
    found = decode(b"D8B41B344687DF20580C879BC56A\x9d\x9dMN\x9d&", None, te_charset="HEX")
    assert found is not None
    assert found.text.startswith("Xin chao")


def test_hints_break_ties_only() -> None:
    """Hints and the caller's pattern decide only where the text leaves it open, and are named in `why`."""
    first, *_ = candidates(b"0031", 72, te_charset="UCS2")
    assert first.text == "1"
    first, *_ = candidates(b"0031", 15, te_charset="GSM")
    assert first.text == "0031"
    first, *_ = candidates(b"0031", 15, te_charset="GSM", score=lambda text: float(text == "1"))
    assert (first.decoder, first.text) == ("ucs2", "1")
    assert "known pattern" in first.why
    plain, *_ = candidates(b"Balance 5.00", 15, te_charset="GSM", learned="packed")
    assert plain.decoder == "plain"


@settings(max_examples=100, deadline=None)
@given(payload=st.binary(max_size=200), dcs=st.one_of(st.none(), st.integers(0, 255)))
def test_rubbish_never_raises(payload: bytes, dcs: int | None) -> None:
    """Any octets give candidates with a text, a finite score and a one-line reason."""
    found = candidates(payload, dcs, te_charset="GSM")
    assert bool(found) == bool(payload)
    assert all("\n" not in candidate.why and candidate.score > -1000 for candidate in found)


@pytest.mark.parametrize(
    ("line", "decoder", "cut"),
    [
        pytest.param('+CUSD: 0,"D8B4",15', "packed", False, id="packed, whole octets"),
        pytest.param('+CUSD: 0,"D8B41",15', "packed", True, id="packed, half an octet"),
        pytest.param('+CUSD: 0,"D8B4', "packed", True, id="packed, never closed"),
        pytest.param('+CUSD: 0,"D8 B4\r\n1B",15', "packed", False, id="packed, blanks between"),
        pytest.param('+CUSD: 0,"D8 B4\r\n1",15', "packed", True, id="packed, blanks between, half an octet"),
        pytest.param('+CUSD: 0,"d8b41",15', "raw-packed", False, id="septets as octets are no hex"),
        pytest.param('+CUSD: 0,"00310032",72', "ucs2", False, id="ucs2, whole characters"),
        pytest.param('+CUSD: 0,"0031003",72', "ucs2", True, id="ucs2, three digits"),
        pytest.param('+CUSD: 0,"003100",72', "ucs2", True, id="ucs2, half a character"),
        pytest.param('+CUSD: 0,"00310",72', "ucs2", True, id="ucs2, one digit"),
        pytest.param('+CUSD: 0,"003100",72', "ucs2-le", True, id="ucs2-le, half a character"),
        pytest.param('+CUSD: 0,"003100",72', "ucs2+packed", True, id="hex in hex, half a character"),
        pytest.param('+CUSD: 0,"3132",68', "8bit", False, id="8 bit, whole octets"),
        pytest.param('+CUSD: 0,"313",68', "8bit", True, id="8 bit, half an octet"),
        pytest.param('+CUSD: 0,"123",15', "plain", False, id="plain digits"),
        pytest.param('+CUSD: 0,"123",15', "plain-gsm", False, id="plain digits, GSM alphabet"),
        pytest.param('+CUSD: 0,"123",15', "utf8", False, id="utf-8 digits"),
        pytest.param('+CUSD: 0,"123', "plain", True, id="plain, never closed"),
        pytest.param('+CUSD: 0,"D8B4Z",15', "packed", True, id="no hex at its end"),
        pytest.param('+CUSD: 0,"D8\0B4",15', "packed", False, id="packed, a NUL between"),
        pytest.param('+CUSD: 0,"say "yes" now",15', "packed", False, id="a pair of quotes in a text"),
        pytest.param('+CUSD: 0,"say "yes now",15', "packed", True, id="a quote in no hex"),
        pytest.param("+CUSD: 0", "plain", False, id="no string"),
        pytest.param('+CUSD: 0,"",15', "packed", False, id="empty string"),
    ],
)
def test_is_cut(line: str, decoder: str, cut: bool) -> None:
    """A string that never closed, and hex that stops inside a character: the last number may lack digits."""
    cusd = parse_cusd(line)
    assert cusd is not None
    assert is_cut(cusd, decoder) is cut


@pytest.mark.parametrize("lost", range(1, 30))
@pytest.mark.parametrize("text", ["Your balance is 312.40 EUR, valid until 12.12.2026", "Saldo: 5,00 EUR. Gracias."])
def test_a_cut_packed_reply_is_read_as_far_as_it_goes(text: str, lost: int) -> None:
    """However many digits of the hex are lost: what is left is the beginning of the text, and nothing is made up."""
    payload = encode_packed(text).encode()[:-lost]
    for line, surely in ((f'+CUSD: 0,"{payload.decode()}",15', lost % 2 == 1), (f'+CUSD: 0,"{payload.decode()}', True)):
        cusd = parse_cusd(line)
        assert cusd is not None
        found = decode(cusd.payload, cusd.dcs, te_charset="GSM")
        assert found is not None
        assert found.decoder == "packed"
        assert text.startswith(found.text)
        assert len(found.text) >= len(payload) * 4 // 7 - 1
        assert is_cut(cusd, found.decoder) is surely


UNLIKE = {
    "ucs2": ("plain", "packed", "8bit"),
    "8bit": ("plain", "packed", "ucs2"),
    "plain": ("ucs2", "8bit"),
    "plain-page": ("ucs2", "8bit"),
}


@pytest.mark.parametrize(
    ("payload", "dcs", "charset", "decoder", "why"),
    [
        (b"0031", 72, "GSM", "ucs2", "dcs 72 fits"),
        (b"0031", 15, "UCS2", "ucs2", "TE character set UCS2 fits"),
        (b"0031", 15, "ucs2", "ucs2", "TE character set UCS2 fits"),
        (b"31", 68, "HEX", "8bit", "TE character set HEX fits"),
        (b"31", 68, "GSM", "8bit", "dcs 68 fits"),
        (b"Balance 5", 15, "GSM", "plain", "dcs 15 fits"),
        ("Баланс 5".encode("cp866"), 15, "PCCP866", "plain-page", "dcs 15 fits"),
        ("Баланс 5".encode("cp866"), 15, "PCCP866", "plain-page", "TE character set PCCP866 fits"),
        (b"Balance 5", None, None, "plain", "seen from this modem before"),
    ],
)
def test_why_a_hint_counted(payload: bytes, dcs: int | None, charset: str | None, decoder: str, why: str) -> None:
    """A hint that fits is named; a hint for another family is not."""
    learned = decoder if dcs is None else None
    found = {c.decoder: c.why.split(", ") for c in candidates(payload, dcs, te_charset=charset, learned=learned)}
    assert why in found[decoder]
    assert all(why not in found[name] for name in UNLIKE[decoder] if name in found)


def _score(name: str, dcs: int | None, **hints: str | None) -> float:
    """The points of one decoder for b"0031", which nearly every decoder reads."""
    te_charset = hints.pop("te_charset", None)
    found = {c.decoder: c.score for c in candidates(b"0031", dcs, te_charset=te_charset, learned=hints.get("learned"))}
    return found[name]


@pytest.mark.parametrize(
    ("decoder", "dcs", "hints", "more"),
    [
        ("ucs2", 72, {}, 8.0),
        ("ucs2", 15, {}, 0.0),
        ("plain", 15, {}, 4.0),
        ("plain", 72, {}, 0.0),
        ("plain", 68, {}, 0.0),
        ("ucs2", None, {"te_charset": "UCS2"}, 6.0),
        ("plain", None, {"te_charset": "UCS2"}, 0.0),
        ("plain", None, {"te_charset": "HEX"}, 0.0),
        ("ucs2", None, {"te_charset": "HEX"}, 0.0),
        ("plain", None, {"learned": "plain"}, 4.0),
        ("plain", None, {"learned": "ucs2"}, 0.0),
        ("ucs2", 72, {"te_charset": "UCS2", "learned": "ucs2"}, 18.0),
    ],
)
def test_what_a_hint_is_worth(decoder: str, dcs: int | None, hints: dict[str, str], more: float) -> None:
    """Points of one text, with the hint and without; a text's own quality gives up to about 120."""
    assert _score(decoder, dcs, **hints) - _score(decoder, None) == pytest.approx(more)


_UCS2_OCTETS = "Баланс 5".encode("utf-16-be")
_SEPTETS = bytes.fromhex(encode_packed("Balance 5.00 EUR"))
_PACKED_AS_UCS2 = encode_packed("Balance 5.00 EUR").encode("utf-16-be").hex().encode()
_UTF8_IN_HEX = b"42616C616E63653A20352E30302045555220C3A9"


@pytest.mark.parametrize(
    ("payload", "decoder", "fits"),
    [
        (b"Men~: 1 Aufladen", "plain", {15: 4.0}),
        (b"Men~: 1 Aufladen", "plain-gsm", {15: 4.0, "GSM": 1.0}),
        ("Saldo: 5,00 €".encode(), "utf8", {15: 4.0}),
        (b"11043004", "ucs2-le", {72: 4.0, "UCS2": 6.0}),
        (_UTF8_IN_HEX, "ucs2", {72: 8.0, "UCS2": 6.0}),
        (_UCS2_OCTETS, "ucs2-raw", {72: 8.0, "UCS2": 6.0}),
        (b"11043004", "packed", {15: 4.0}),
        (_SEPTETS, "raw-packed", {15: 4.0}),
        (b"4D656E7E3A2031", "8bit", {68: 20.0, "HEX": 6.0}),
        (_UTF8_IN_HEX, "8bit-utf8", {68: 20.0, "HEX": 6.0}),
        (b"4D656E7E3A2031", "hex-gsm", {68: 20.0, "HEX": 6.0}),
        (_PACKED_AS_UCS2, "ucs2+packed", {"UCS2": 6.0}),
    ],
)
def test_which_hint_fits_which_decoder(payload: bytes, decoder: str, fits: dict[int | str, float]) -> None:
    """The alphabet of the dcs and the TE character set speak for their own decoders, and for no other."""

    def score(dcs: int | None, te_charset: str | None) -> float:
        return next(c.score for c in candidates(payload, dcs, te_charset=te_charset) if c.decoder == decoder)

    bare = score(None, None)
    found: dict[int | str, float] = {dcs: score(dcs, None) - bare for dcs in (15, 68, 72)}
    found |= {te_charset: score(None, te_charset) - bare for te_charset in ("GSM", "IRA", "UCS2", "HEX")}
    assert {hint: round(points, 2) for hint, points in found.items() if abs(points) > 0.05} == fits


def test_a_callers_evidence() -> None:
    """Forty points for what the caller knows, no more than certain; it is asked only of what it could lift to the first
    place, and of nothing where there is nothing to decide."""
    asked: list[str] = []

    def score(text: str) -> float:
        asked.append(text)
        return 7.0 if text == "1" else -7.0

    found = {c.text: c for c in candidates(b"0031", None, te_charset=None, score=score)}
    known = {c.text: c for c in candidates(b"0031", None, te_charset=None)}
    assert found["1"].score - known["1"].score == pytest.approx(40.0)
    assert found["0031"].score - known["0031"].score == pytest.approx(-40.0)
    assert found["1"].why == f"{known['1'].why}, known pattern"
    assert found["0031"].why == f"{known['0031'].why}, against the known patterns"
    assert set(asked) < set(known)
    third = candidates(b"0031", None, te_charset=None, score=lambda text: 1 / 3 if text == "1" else 0.0)
    assert next(c.score for c in third if c.text == "1") == round(known["1"].score + 40 / 3, 2)
    none = {c.text: c for c in candidates(b"0031", None, te_charset=None, score=lambda text: 0.0)}
    assert none == known
    two = candidates(b"Men~: 1 Aufladen", 15, te_charset=None, score=lambda text: float("~" in text))
    assert [c.text for c in two] == ["Men~: 1 Aufladen", "Menü: 1 Aufladen"]
    asked.clear()
    assert candidates(b"5", 15, te_charset=None, score=score)[0].text == "5"
    clear = encode_packed("Your balance is 312.40 EUR, valid until 12.12.2026").encode()
    assert candidates(clear, 15, te_charset=None, score=score) == candidates(clear, 15, te_charset=None)
    assert asked == []
    assert candidates(b"", 15, te_charset=None) == candidates(None, 15, te_charset=None) == []
    assert decode(None, 15, te_charset=None) is None


_SENTENCES = st.lists(st.sampled_from(_COMMON), min_size=1, max_size=8).map(" ".join)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    payload=st.one_of(
        st.binary(max_size=40),
        st.text("0123456789ABCDEF", max_size=40).map(str.encode),
        st.lists(st.sampled_from(_COMMON), min_size=1, max_size=8).map(
            lambda w: " ".join(w).encode("utf-16-be").hex().encode()
        ),
        st.lists(st.sampled_from(_COMMON), min_size=1, max_size=8).map(lambda w: encode_packed(" ".join(w)).encode()),
    ),
    dcs=st.sampled_from([None, 0, 15, 17, 68, 72]),
    charset=st.sampled_from([None, "GSM", "IRA", "UCS2", "HEX"]),
    learned=st.sampled_from([None, "plain", "ucs2", "packed"]),
    wanted=st.sampled_from([None, "1", "5", "."]),
)
def test_decode_is_the_first_of_the_candidates(
    payload: bytes, dcs: int | None, charset: str | None, learned: str | None, wanted: str | None
) -> None:
    """What decode() leaves out, because it cannot win any more, does not win: hints, weights and evidence agree."""
    score = None if wanted is None else (lambda text: float(wanted in text))
    every = candidates(payload, dcs, te_charset=charset, learned=learned, score=score)
    first = decode(payload, dcs, te_charset=charset, learned=learned, score=score)
    assert first == (every[0] if every else None)
    assert [c.score for c in every] == sorted((c.score for c in every), reverse=True)
    assert len({c.text for c in every}) == len(every)
    assert {c.decoder for c in every} <= set(DECODERS)


def test_the_stable_names_of_the_decoders() -> None:
    """Records and learned decoders keep them: none changes its name."""
    names = "plain plain-gsm plain-page utf8 ucs2 ucs2-le ucs2-raw packed raw-packed 8bit 8bit-utf8 hex-gsm"
    twice = "ucs2+ucs2 ucs2+ucs2-le ucs2+packed ucs2+8bit ucs2+8bit-utf8 ucs2+hex-gsm"
    assert (*names.split(), *twice.split()) == DECODERS


def test_a_candidate_says_why() -> None:
    """Evidence for people, the text's first; points to the hundredth."""
    first, second, *_ = candidates(
        encode_packed("Your balance is 312.40 EUR, valid until 12.12.2026").encode(), 15, te_charset="GSM"
    )
    assert (first.decoder, first.why) == ("packed", "6 known words, an amount, packed septets, dcs 15 fits")
    assert (second.decoder, second.why) == ("plain", "readable, nothing but hex digits, dcs 15 fits")
    assert (first.score, second.score) == (111.52, 34.0)
