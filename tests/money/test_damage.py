"""A damaged octet never makes a number: unknown is a good answer, 12.40 of 312.40 is not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at.gsm import encode_packed, is_gsm
from modemd.at.ussd import decode, is_cut, parse_cusd
from modemd.modem.interpretation import certain_text
from modemd.money.damage import is_damaged, is_shifted
from modemd.money.operators import Packs
from modemd.money.reading import read
from modemd.records import UssdMessage

MTS = Packs().get("ru-mts")

DAMAGED = [
    "Balance:\x1312,40r",
    "Balancg:31\xb2,\xb40r",
    "Balance:\xb312,40r",
    "Balance:3\x112,40r",
    "Balance:31\xb2,40r",
    "Balance:312,4\xb0r",
    "Balance:312,\x140r",
    "Balance:312\xac40r",
    "Balance:312,40\x1f",
    "Balance:1\xb32,40r",
    "Balance:4\xb912,40r",
]


HARMED = [  # country, text: one flipped bit each
    ("RU", "Баланс 33,\x17 руб."),  # 33,7
    ("RU", "Баланс 33,w руб."),
    ("RU", "Balance:63sr"),  # 633r
    ("RU", "Баланс: 2.2r руб."),  # 2.22
    ("ZA", "You have Rs.20 airtime left"),  # R3.20
    ("ZA", "Your airtime balance is R11.8$. Your airtime"),  # R11.84
    ("KE", "Your airtime balance is KES $5.67, valid"),  # 45.67
    ("GB", "Your credit is £3.0'."),  # 3.07
    ("IN", "Main Bal: Rs.58.r4"),  # 58.24
    ("UG", "Your balance is UGX 2(300."),  # 2,300
    ("CH", "Ihr Guthaben CHF :4.50."),  # 24.50
    ("CN", "您的余额!03.20元"),  # 103.20
    ("IN", "Main Bal:0Rs. 63.75, valid till 12-12-2026"),  # a blank that became a figure
    ("KE", "Airtime: KSH 14>75 expires 2027-01-03. Bonga points 350"),
    ("PK", "Aap ka balance Rs 10\0bonus hai"),
    ("RU", "Баланс \u2210 204,33 р."),  # the minus
    ("BR", "Saldo \rR$ 1,20"),
    ("BR", "Saldo \xadR$ 1,20"),
    ("DE", "Ihr Guthaben betraegt *3,87 EUR."),
    ("UZ", "Balans: 1= 743.50 sum"),  # 15 743.50
    ("UZ", "Balans: 1u 743.50 sum"),
    ("UZ", "Balans: 1\u0435 743.50 sum"),
    ("PL", "Stan konta:  :3.26  zl"),  # 83.26
    ("RU", "Баланс 503,wр. Лимит 0,0р."),
    ("MX", "Tu saldo es $ $5.20. Vence 12/03/2026"),  # $ 45.20
    ("BR", "Saldo: R$12,3$. Bonus: R$5,00"),
    ("KZ", "Баланс: \u2031 250,50 тг"),
    ("ID", "Pulsa: Rp 12.34=, berlaku s.d 12/12/2026"),
    ("RU", "Balans: 121.5° rub. Dostupno: 420.50"),  # the balance is there, and no number any more
    ("RU", "Balans -20*50 rub. Dostupno:79.50"),
    ("RU", "Баланс:¥0,50р,Лимит:0,01р"),
    ("ES", "Saldo: \r5,20 EUR"),  # the minus became a line end
    ("RU", "\r12.32р.0бал.Наберите *106#"),
    ("KE", "Salio lako ni KES 5.\u0233\u0830"),  # two bits and more
    ("DE", "Guthaben: 5,²\u0830 Euro"),
    ("CN", "余额: 12.\u1035\u8030元"),
    ("IN", "Main Balance:INR 45.>w"),
    ("ID", "Sisa pulsa utama Anda Rp. 1:&#45"),
    ("ML", "Credit: \x11 250 F CFA"),
    ("MY", "RM0.00. Your credit balance is RM8.76l active till 12/12/2023."),
]


@pytest.mark.parametrize(("country", "text"), HARMED, ids=ascii)
def test_a_strange_mark_at_a_sum_makes_it_unknown(country: str, text: str) -> None:
    """Also where the mark stands behind the point, or is a sign of another country's money."""
    assert read(text, country=country).balance is None


LOST = [
    "Your main balance is N438.75. Dial *556#",
    "Bakiyeniz 87,35 TL",
    "Ihr Guthaben: 23,87 EUR. Danke schoen.",
    "845.37 р.",
]


@pytest.mark.parametrize("text", LOST, ids=ascii)
@pytest.mark.parametrize("how", ["ucs2", "packed"])
def test_a_lost_octet_of_hex_digits(text: str, how: str) -> None:
    """All behind it is shifted: the figures in front are but a piece of the number."""
    if how == "packed" and not is_gsm(text):
        return
    whole = text.encode("utf-16-be").hex().upper() if how == "ucs2" else encode_packed(text)
    start = (4 if how == "ucs2" else 1) * text.index(next(char for char in text if char.isdigit()))
    for place in range(start, len(whole)):
        line = parse_cusd(f'+CUSD: 0,"{whole[:place]}{whole[place + 1 :]}",{72 if how == "ucs2" else 15}')
        assert line is not None
        found = decode(line.payload, line.dcs, te_charset="GSM")
        assert found is not None
        message = UssdMessage(m=0, text=found.text, cut=is_cut(line, found.decoder))
        assert read(certain_text(message)).balance in (None, read(text).balance), found.text


@pytest.mark.parametrize("text", ["Balans: 15\x00743.50 sum", "Balance: 50\0bonus points"])
def test_a_blank_that_became_a_nul(text: str) -> None:
    """In UCS2 a NUL ends the text where rubbish lies behind it, and not where the text goes on."""
    found = decode(text.encode("utf-16-be").hex().encode(), 72, te_charset="GSM")
    assert found is not None
    assert read(found.text).balance is None


@pytest.mark.parametrize("text", DAMAGED, ids=ascii)
@pytest.mark.parametrize("charset", ["GSM", "IRA", "UCS2"])
def test_as_octets(text: str, charset: str) -> None:
    """However the octets are meant: no number, with the pack and without."""
    payload = text.encode("latin-1") if charset != "UCS2" else text.encode("utf-16-be").hex().upper().encode()
    found = decode(payload, 72 if charset == "UCS2" else 15, te_charset=charset)
    said = found.text if found is not None else ""
    assert read(said, pack=MTS).balance is None, said
    assert read(said).balance is None, said


@pytest.mark.parametrize(
    "text",
    [
        "Balance:312,40r",
        "Your balance is\n\x023.35 credit",  # the GSM alphabet's "$", handed on as it was (nz-skinny-128)
        "Plan: Net_3\nSaldo: 0.00",
        "*100#200.00 р.",
        "Saldo: ¢1.234,50",
        "25°, 12.50€, 50%, §5, 1½ GB".replace("1½", "1"),
        "υπόλοιπο: 5,20 ΕΥΡΩ",
        "Баланс 12р40к\0\uffff\x135",
    ],
    ids=ascii,
)
def test_what_is_no_damage(text: str) -> None:
    assert not is_damaged(text)


# One flipped bit in an octet of the text, of packed septets, or of their hex digits, which makes characters that stand
# in texts, but not there.
TORN = [
    *("Balance:312,<0r", "Balance:312,t0r", "Balance:31r,40r", "Balance:31:,40r", "Balance:31.,40r", "Balance:$12,40r"),
    *(
        "Balance:;12,40r",
        "Balance:=12,40r",
        "Balance:)312,40r",
        "Balance:/312,40r",
        "Balance:3;2,40r",
        "Balance:1 0,40r",
    ),
    *(
        "Balance:312,4\u2030r",
        "Balance:\u203312,40r",
        "Balance:312\u202c40r",
        "Balance:\u202d312,40r",
        "Balance:45,6sr",
    ),
    *(
        "Balance:\u083312,40r",
        "Balance:312,\u10340r",
        "Balance:312,\u40340r",
        "Balance:312,\u04340r",
        "Balance:22²0,76r",
    ),
    *("Kredit: x,20 EUR", "Kredit: \u0438,20 EUR", "Kredit: 8,:0 EUR", "Баланс::220,76р", "Баланс 225.2$ pуб."),
    *("Saldo: Rp 24*025", "Saldo: Rp 24. 25", "Saldo: Rp :4.025", "Saldo: Rp 24.0:5", "Your balance is $1(5.70"),
]


@pytest.mark.parametrize("text", TORN, ids=ascii)
def test_what_is_left_of_a_number(text: str) -> None:
    assert read(text).balance is None
    assert read(text, pack=MTS).balance is None


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ("Balance:\u202d12.50\u202c USD", "12.50"),
        ("Balance 0190000984:RM 15.00, valid until: 21/02/2013", "15.00"),
        ("Your balance is 5.20 EUR (10 SMS)", "5.20"),
        ("Balance: 5.20.Dial *100#", "5.20"),
    ],
    ids=ascii,
)
def test_what_is_whole(text: str, balance: str) -> None:
    assert read(text).balance == Decimal(balance)


def test_hex_digits_that_stop_at_a_damaged_one() -> None:
    """An octet of the wire that is no hex digit any more ends what can be read: the number in front of it is cut."""
    whole = "Balance:312,40r".encode("utf-16-be").hex().upper()
    for place in range(len(whole)):
        for bit in range(8):
            damaged = whole[:place] + chr(ord(whole[place]) ^ 1 << bit) + whole[place + 1 :]
            if damaged[place] in "0123456789ABCDEFabcdef\r\n\0":
                continue
            line = parse_cusd(f'+CUSD: 0,"{damaged}",72')
            assert line is not None
            found = decode(line.payload, 72, te_charset="GSM")
            assert found is not None
            message = UssdMessage(m=0, text=found.text, cut=is_cut(line, found.decoder))
            assert read(certain_text(message)).balance in (None, Decimal("312.40")), damaged


AMOUNT = "312,40"


@given(
    place=st.integers(0, len(AMOUNT) - 1),
    bit=st.integers(0, 7),
    lead=st.sampled_from(["Balance:", "Balance: ", "Баланс:", "Saldo "]),
    unit=st.sampled_from(["r", "р", " руб.", "р.", " RUB"]),
    pack=st.sampled_from([MTS, None]),
)
def test_one_flipped_bit(place: int, bit: int, lead: str, unit: str, pack: object) -> None:
    """In any digit or the comma: where the character that comes of it is none of an amount, there is no number."""
    flipped = chr(ord(AMOUNT[place]) ^ (1 << bit))
    text = lead + AMOUNT[:place] + flipped + AMOUNT[place + 1 :] + unit
    found = read(text, pack=MTS if pack is not None else None).balance
    if flipped.isascii() and flipped.isdigit():
        return  # another digit shows no damage
    shows = not flipped.isascii() or ord(flipped) < 0x20 or flipped in '_|~^`\\{}[]@&%!?"#'
    if shows and flipped not in "\t\n\r\f\v":
        inside = place > 0
        assert found in (None, Decimal("312.40")) or not inside, (text, found)
        if not flipped.isascii() or ord(flipped) < 0x20:
            assert found is None, (text, found)


@pytest.mark.parametrize(
    "text", ["bal=N438.75;exp=nil;bonus=nil;sms=none", "F|r 5.20 EUR k|nnen Sie g}nstig telefonieren; w{hlen Sie *100#"]
)
def test_signs_in_words_are_no_lost_octets(text: str) -> None:
    """Where the modem did not translate its alphabet, or the operator saves blanks."""
    assert not is_damaged(text)
    assert certain_text(UssdMessage(m=0, text=text, decoder="plain", cut=True)) != ""


SHIFTED = [
    # text, whether digits lack, shifted
    ("Saldo: e\u0301 5", False, False),
    ("Saldo: \u0301 5", False, True),
    ("Saldo5\u0301", False, True),
    ("αا 5", False, False),
    ("αاก 5", False, True),
    ("αا abc 5", False, False),
    ("a<b c£d", False, False),
    ("a<b c£d e¥f", False, True),
    ("a<B c£D e¥F", False, False),
    *((f"αا {letter} 5", False, False) for letter in "б余あア가Ａ々"),
    ("abc 5", True, False),
    ("α 5", True, False),
    ("αا 5", True, True),
    ("баланс 5", True, False),
    ("Δ ABC 5", True, False),
    ("Δ abc 5", True, True),
    ("a=b 5", True, True),
    ("a =b 5", True, False),
    ("a=b/c 5", True, False),
    ("a=b@c 5", True, False),
    ("e\u0301 5", True, False),
    ("q\u0301 5", True, True),
]


@pytest.mark.parametrize(("text", "lack", "shifted"), SHIFTED, ids=[ascii(row[:2]) for row in SHIFTED])
def test_what_lost_digits_make(text: str, lack: bool, shifted: bool) -> None:
    assert is_shifted(text, digits_lack=lack) is shifted


@pytest.mark.parametrize(
    ("text", "damaged"),
    [
        ("Hi\r\nSaldo: \r5,20", True),
        ("Hi\r\nSaldo: 5,20\r\n", False),
        ("Hi\rSaldo: \r5,20", False),
        ("Saldo 5 \u0378", True),
        ("Saldo 1\x005,40\uffff\x135", True),
        ("Saldo 5 \U0001fffe", False),
        ("Saldo 5\U0001fffe", True),
        ("Saldo 5 a<b c£d e¥f", True),
        ("Saldo: 5.Xa", False),
        ("Saldo: 5.\u2030a", True),
        ("Saldo: 5.\u203ba", True),
        ("Balance: 5.ба", True),
        ("Баланс: 5.ба", False),
        ("Solde: 5.Étép", False),
        ("Solde: 5.ÉtÉ", False),
        ("Solde: 5.ÉTE", True),
        ("Solde: 5.étép", True),
    ],
    ids=ascii,
)
def test_what_stands_elsewhere(text: str, damaged: bool) -> None:
    assert is_damaged(text) is damaged
