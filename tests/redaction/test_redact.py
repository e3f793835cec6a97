"""Nobody's numbers leave: every kind of number in every way to write it, and what has to stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.at.gsm import encode_packed
from modemd.at.lines import LineReader
from modemd.at.ussd import decode, parse_cusd
from modemd.backends.base import Piece
from modemd.daemon.recording import Transcript
from modemd.money.reading import read
from modemd.redaction.dialogue import Redactor
from modemd.redaction.pseudonyms import Pseudonyms, redact
from modemd.simulator.capture import Received, parse_capture

Written = Callable[[str], str]

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.capture"))
IMSI, ICCID, IMEI, PIN, PHONE = "250011234567890", "89701012345678901234", "861234567890127", "4821", "79131234567"


def digits(least: int, most: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=least, max_size=most)


def swapped(number: str) -> str:
    number += "F" * (len(number) % 2)
    return "".join(number[at + 1] + number[at] for at in range(0, len(number), 2))


ENCODINGS: dict[str, Written] = {
    "plain": lambda text: text,
    "ucs2": lambda text: text.encode("utf-16-be").hex().upper(),
    "ucs2 lower": lambda text: text.encode("utf-16-be").hex(),
    "ucs2-le": lambda text: text.encode("utf-16-le").hex().upper(),
    "packed": encode_packed,
    "8bit": lambda text: text.encode("latin-1").hex().upper(),
    "ucs2 of packed": lambda text: encode_packed(text).encode("utf-16-be").hex().upper(),
}
SECRETS = st.one_of(
    digits(10, 10).map(lambda tail: f"25001{tail}"),  # IMSI
    digits(12, 14).map(lambda tail: f"897010{tail}"),  # ICCID
    digits(7, 7).map(lambda tail: f"86123456{tail}"),  # IMEI
    digits(9, 9).map(lambda tail: f"79{tail}"),
    digits(9, 9).map(lambda tail: f"+44{tail}"),
    digits(9, 9).map(lambda tail: f"09{tail}"),
    digits(10, 10).map(lambda t: f"+{t[:2]} {t[2:5]} {t[5:8]}-{t[8:]}"),
    digits(10, 10).map(lambda t: f"8 ({t[:3]}) {t[3:6]}-{t[6:8]}-{t[8:]}"),
).filter(lambda secret: len(set(secret)) > 3 and not re.search("0000", secret))
TEXTS = st.tuples(
    st.sampled_from(["Balance 55.20 RUB. ", "Your number: ", "", "IMEI ", "Call ", "Tariff Smart, "]),
    SECRETS,
    st.sampled_from(["", ".", " until 30.11.2026", " 12:30", " (free)", "; dial *100#"]),
)


def forms(secret: str) -> list[str]:
    """How the digits of a secret could still be found in a file."""
    number = re.sub(r"\D", "", secret)
    tail = number[-8:]  # what is left of it is what counts
    return [
        *{secret, number, tail},
        *(form(tail) for form in (ENCODINGS["ucs2"], ENCODINGS["ucs2-le"], ENCODINGS["8bit"])),
        swapped(number)[2:-2],
    ]


@given(parts=TEXTS, encoding=st.sampled_from(sorted(ENCODINGS)))
def test_no_number_of_anybody_passes(parts: tuple[str, str, str], encoding: str) -> None:
    """A +CUSD in any encoding is as long as before, reads the same around the number, and the number is gone."""
    text, written = "".join(parts), ENCODINGS[encoding]
    line = f'\r\n+CUSD: 0,"{written(text)}",15\r\n'.encode("latin-1")
    redactor = Redactor()
    done = redactor.received(line)
    assert len(done) == len(line)
    assert done[:12] == line[:12]
    assert not [form for form in forms(parts[1]) if form.upper().encode() in done.upper()]
    expected = redactor.text(text)
    if written(text).isdigit() and encoding not in ("plain", "ucs2", "ucs2 lower"):
        return  # it reads as a longer number as well: it is gone, and that is all that can be said
    assert done == f'\r\n+CUSD: 0,"{written(expected)}",15\r\n'.encode("latin-1")
    assert (expected[: len(parts[0])], expected[len(parts[0] + parts[1]) :]) == (parts[0], parts[2])
    assert re.sub(r"\d", "0", expected) == re.sub(r"\d", "0", text)


@given(secret=SECRETS)
def test_a_pseudonym_is_stable_and_its_own(secret: str) -> None:
    """The same number gets the same digits wherever it stands in a file, others in the next file, and they stay."""
    names = Pseudonyms()
    once = redact(f"{secret}, {secret}", names).split(", ")
    assert once[0] == once[1] != secret
    assert redact(once[0], names) == once[0]
    assert redact(secret, Pseudonyms(b"another")) != redact(secret, Pseudonyms(b"key"))


@given(st.lists(digits(11, 11), min_size=2, max_size=6, unique=True))
def test_different_numbers_stay_different(numbers: list[str]) -> None:
    """Whoever reads a file can tell one number from another."""
    names = Pseudonyms()
    assert len({names.of(number) for number in numbers}) == len(numbers)


@pytest.mark.parametrize(
    "text",
    [
        "Баланс:123,40р. до 30.11.2026 12:30:15",
        "Balance -5.20 EUR, valid until 2026-11-30",
        "Saldo Rp 1500000 s/d 30/11/2026",
        "Rp 1.500.000,00 berlaku 20261130",
        "Tai khoan goc: 1500000d. HSD 30-11-2026",
        "Balance: 1500000",
        "Ostatok 1 024 MB, 12 345 678.90 RUB",
        "Dial *100#, *111*1*2# or #102# or call 0611",
        "20261130123045 ok",
        "Podaci (kb):11175740, left 52428800 bytes, expiring 15022008 (DDMMYYYY)",
        "1 Balance\n2 Tariff\n3 Offers 50% *500*1#",
    ],
)
def test_amounts_dates_and_codes_stay(text: str) -> None:
    """Nothing that a reading or a developer needs is touched."""
    assert redact(text, Pseudonyms()) == text


@given(amount=st.decimals(-99999, 9999999, places=2), day=st.dates())
def test_the_reading_stays(amount: object, day: object) -> None:
    """A redacted answer gives the same balance as the answer."""
    text = f"Balance: {amount} RUB, valid until {day:%d.%m.%Y}, call +79131234567"
    assert read(redact(text, Pseudonyms())).balance == read(text).balance


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ('AT+CPIN="4821"\r', 'AT+CPIN="'),
        ("AT+CPIN=4821\r", "AT+CPIN="),
        ('AT+CPIN="12345678","4821"\r', 'AT+CPIN="'),
        ('AT+CPWD="SC","4821","1357"\r', 'AT+CPWD="SC","'),
        ('AT+CLCK="SC",1,"4821"\r', 'AT+CLCK="SC",1,"'),
        ('AT+CUSD=1,"**04*4821*1357*1357#",15\r', 'AT+CUSD=1,"**04*'),
        (f'AT+CUSD=1,"{encode_packed("**04*4821*1357*1357#")}",15\r', 'AT+CUSD=1,"'),
    ],
)
@pytest.mark.parametrize("echo", [False, True])
def test_pins_go_from_commands_and_their_echoes(line: str, kept: str, echo: bool) -> None:
    """PINs are gone, however they are quoted; the command stays a command."""
    redactor = Redactor()
    done = (redactor.received if echo else redactor.sent)(line.encode()).decode()
    assert done.startswith(kept)
    assert len(done) == len(line)
    for secret in ("4821", "1357", "12345678", encode_packed("**04*4821*1357*1357#")):
        assert secret not in done


@pytest.mark.parametrize("code", ["*100#", "#102#", "*111*1*23#", "1", "123"])
@pytest.mark.parametrize("encoding", ["plain", "ucs2", "packed", "8bit"])
def test_codes_stay_in_requests(code: str, encoding: str) -> None:
    """What was dialled can be dialled again, however it was written."""
    line = f'AT+CUSD=1,"{ENCODINGS[encoding](code)}",15\r'.encode()
    assert Redactor().sent(line) == line


def test_somebody_elses_number_in_a_code_goes() -> None:
    """A field of a code that is a telephone number or a voucher."""
    done = Redactor().sent(b'AT+CUSD=1,"*144*79131234567#",15\r').decode()
    assert re.fullmatch(r'AT\+CUSD=1,"\*144\*7\d{10}#",15\r', done)
    assert PHONE not in done


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("AT+CIMI", IMSI),
        ("AT+CGSN", IMEI),
        ("AT+CGSN", f"+CGSN: {IMEI}"),
        ("AT+CCID", ICCID),
        ("AT^ICCID?", f"^ICCID: {ICCID[:19]}F"),
        ("AT^ICCID?", f"^ICCID: {swapped(ICCID)}"),
        ("AT+QCCID", f"+QCCID: {ICCID[:19]}"),
        ("AT+CCID", "+CCID: 8986011A22334455667B"),
        ("AT+CRSM=176,12258,0,0,10", f'+CRSM: 144,0,"{swapped(ICCID)}"'),
        ("AT+CRSM=176,28423,0,0,9", f'+CRSM: 144,0,"08{swapped("9" + IMSI)}"'),
        ("AT+CNUM", f'+CNUM: ,"+{PHONE}",145'),
        ("AT+CNUM", f'+CNUM: ,"{ENCODINGS["ucs2"]("+" + PHONE)}",145'),
        ("AT+CSCA?", f'+CSCA: "+{PHONE}",145'),
        ("AT", f'+CLIP: "{PHONE}",129,"",0,"",0'),
        ("AT+CREG?", '+CREG: 2,1,"5C9","0139E523",7'),
    ],
)
def test_identities_in_answers(command: str, line: str) -> None:
    """SIM, modem, own number, callers and the place of the cell, as the standards and the makers write them."""
    redactor = Redactor()
    redactor.sent(f"{command}\r".encode())
    done = redactor.received(f"\r\n{line}\r\n".encode()).decode()
    assert len(done) == len(line) + 4
    for secret in (IMSI, IMEI, ICCID[:19], PHONE, swapped(ICCID), swapped("9" + IMSI), "0139E523", "22334455"):
        assert secret not in done
        assert ENCODINGS["ucs2"](secret) not in done
    assert re.sub("[0-9A-Fa-f]", "0", done) == re.sub("[0-9A-Fa-f]", "0", f"\r\n{line}\r\n")


def test_an_identity_is_the_same_in_all_its_forms() -> None:
    """The ICCID of +CCID, of the file, and the one that an operator tells are one."""
    redactor = Redactor()
    redactor.sent(b"AT+CCID\r")
    direct = redactor.received(f"+CCID: {ICCID}\r\n".encode()).decode().split()[1]
    by_file = redactor.received(f'+CRSM: 144,0,"{swapped(ICCID)}"\r\n'.encode()).decode()
    assert swapped(direct) in by_file
    assert direct in redactor.text(f"Your SIM {ICCID}")
    assert direct.startswith("897010")  # country and issuer lead to the operator


def test_the_operator_and_the_device_can_still_be_told() -> None:
    """MCC and MNC of the IMSI and the type of the IMEI stay, and its check digit is right."""
    names = Pseudonyms()
    names.know(imsi=IMSI, imei=IMEI)
    assert names.of(IMSI).startswith("25001")
    imei = names.of(IMEI)
    assert imei.startswith("86123456")
    doubled = [int(d) * (2 if place % 2 else 1) for place, d in enumerate(imei)]
    assert sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


DELIVER = "07919730071111F1040B919731214365F70000521121"  # SMSC +79037011111, from +79131234567


def test_numbers_in_pdus() -> None:
    """SMSC and sender of a message in PDU mode, and of its text only the shape: septets, UCS2, octets."""
    text = "Call +79139998877 now"
    septets = encode_packed(text).removesuffix("")
    for dcs, length, data in (
        ("00", len(text), septets),
        ("08", len(text) * 2, ENCODINGS["ucs2"](text)),
        ("04", len(text), ENCODINGS["8bit"](text)),
    ):
        wire = f"07919730071111F1040B919731214365F700{dcs}52112111000023{length:02X}{data}"
        redactor = Redactor()
        redactor.received(b"\r\n+CMT: ,40\r\n")
        done = redactor.received(f"{wire}\r\n".encode()).decode().strip()
        assert len(done) == len(wire)
        assert "9731214365F7" not in done
        assert "9730071111F1" not in done
        assert data not in done
        start = wire.index(data)
        found = decode(done[start:].encode(), {"00": 15, "08": 72, "04": 68}[dcs], te_charset=None)
        assert found is not None
        assert found.text == "xxxx +00000000000 xxx"


def test_a_pdu_that_makes_no_sense_goes_altogether() -> None:
    """Behind +CMT nothing passes that could not be understood."""
    redactor = Redactor()
    redactor.received(b"\r\n+CMT: ,40\r\n")
    assert redactor.received(b"07919731214365F7FFFFFFFFAB\r\n") == b"0" * 26 + b"\r\n"


def test_letters_of_a_sender_in_a_pdu() -> None:
    """Who writes in letters is told by their number only."""
    sender = encode_packed("MyBank")
    wire = f"0004{len(sender):02X}D0{sender}0000521121110000230631D98C56B301"
    redactor = Redactor()
    redactor.received(b"\r\n+CMGL: 1,0,,24\r\n")
    done = redactor.received(f"{wire}\r\n".encode()).decode().strip()
    assert len(done) == len(wire)
    assert sender not in done
    assert encode_packed("xxxxxx") in done


def test_messages_in_text_mode() -> None:
    """Sender, name of the phone book and every line of the text; status, time, and what the modem says behind it
    stay."""
    redactor = Redactor()
    shown = [
        redactor.received(unit)
        for unit in (
            b'\r\n+CMGL: 1,"REC UNREAD","+79131234567","Mum","26/11/20,10:30:00+12"\r\n',
            b"Love, see you at 8\r\n",
            b"\r\nand bring 2 apples\r\n",
            b'+CMGL: 2,"REC READ","004D0079",,"26/11/20,10:30:00+12"\r\n',
            b"00480065006C006C006F\r\n",
            b"\r\nOK\r\n",
            b"Quectel\r\n",
        )
    ]
    text = b"".join(shown).decode()
    for secret in ("9131234567", "Mum", "Love", "apples", "004D0079", "00480065006C006C006F"):
        assert secret not in text
    assert '"REC UNREAD","+7' in text
    assert text.count("26/11/20,10:30:00+12") == 2
    assert text.endswith("\r\nOK\r\nQuectel\r\n")


def test_messages_in_the_file_of_the_sim() -> None:
    """A record of EF_SMS: status, lengths and filler stay, number and text go."""
    body = f"{DELIVER.replace('0000521121', '0000521121110000230631D98C56B301')}"
    record = f"03{body}".ljust(352, "F")
    redactor = Redactor()
    redactor.sent(b"AT+CRSM=178,28476,1,4,176\r")
    done = redactor.received(f'\r\n+CRSM: 144,0,"{record}"\r\n'.encode()).decode()
    assert "9731214365F7" not in done
    assert "31D98C56B301" not in done
    assert done.count("F" * 200) == 1
    assert '"0307' in done
    assert len(done) == len(record) + 19
    redactor.sent(b"AT+CRSM=178,28476,2,4,176\r")
    assert redactor.received(b'+CRSM: 144,0,"03AB54FFFFFF"\r\n') == b'+CRSM: 144,0,"030000FFFFFF"\r\n'


def test_messages_on_their_way_out() -> None:
    """What is typed at the prompt of AT+CMGS."""
    redactor = Redactor()
    redactor.sent(b"AT+CMGS=20\r")
    done = redactor.sent(b"0001000B919731214365F700000631D98C56B301\x1a")
    assert b"9731214365F7" not in done
    assert b"31D98C56B301" not in done


@given(st.binary(max_size=120))
def test_any_octets_give_as_many(data: bytes) -> None:
    """Redaction never raises and never changes the length, whatever a modem sends."""
    redactor = Redactor()
    for edit in (redactor.sent, redactor.received, redactor.rest):
        assert len(edit(data)) == len(data)
    line = b'+CUSD: 0,"' + data + b'",15'
    assert len(redactor.received(line)) == len(line)


@given(st.text("0123456789ABCDEF", min_size=8, max_size=80), st.sampled_from([0, 15, 68, 72]))
def test_hex_stays_readable(data: str, dcs: int) -> None:
    """Hex digits give as many hex digits."""
    line = f'+CUSD: 0,"{data}",{dcs}\r\n'.encode()
    assert re.fullmatch(rb'\+CUSD: 0,"[0-9A-F]+",\d+\r\n', Redactor().received(line))


def test_hex_over_several_lines() -> None:
    """Line ends inside of the hex digits of an answer stay where they were (capture so-24181109)."""
    data = ENCODINGS["ucs2"](f"Number {PHONE}")
    broken = f"{data[:33]}\r\n{data[33:50]}\r\n{data[50:]}"
    done = Redactor().received(f'+CUSD: 0,"{broken}",72\r\n'.encode()).decode()
    assert [at for at, letter in enumerate(done) if letter in "\r\n"] == [
        at for at, letter in enumerate(f'+CUSD: 0,"{broken}",72\r\n') if letter in "\r\n"
    ]
    cusd = parse_cusd(done.strip())
    assert cusd is not None
    found = decode(cusd.payload, cusd.dcs, te_charset=None)
    assert found is not None
    assert re.fullmatch(r"Number 7\d{10}", found.text)
    assert PHONE not in found.text


def texts(wire: bytes) -> list[str]:
    """What is read of the +CUSD lines of a stream."""
    reader = LineReader()
    reader.receive_data(wire)
    found = []
    while (line := reader.next_line() or (reader.idle() if reader.holding else None)) is not None:
        cusd = parse_cusd(line)
        text = decode(cusd.payload, cusd.dcs, te_charset=None) if cusd is not None else None
        found += [text.text] if text is not None else []
    return found


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_redacted_capture_reads_as_before(path: Path) -> None:
    """Every dialogue of the field: the same readings, the same words, and no more than digits differs."""
    steps = parse_capture(path.read_text(encoding="utf-8"), file=path.name).steps
    wire = b"".join(step.data for step in steps if isinstance(step, Received))
    transcript = Transcript(Redactor())
    rows = [
        row
        for number, step in enumerate(steps)
        if isinstance(step, Received)
        for row in transcript.take(Piece(number, 0.0, False, b"\r\n" + step.data))
    ]
    done = "".join(row["data"] for row in [*rows, *transcript.end()]).encode("latin-1")
    before, after = texts(wire), texts(done)
    assert [read(text) for text in after] == [read(text) for text in before]
    assert [re.sub(r"\d", "0", text) for text in after] == [re.sub(r"\d", "0", text) for text in before]
