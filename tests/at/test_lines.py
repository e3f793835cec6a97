"""LineReader: octets to lines."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modemd.at.classify import TornLine
from modemd.at.lines import MAX_LINE, DataLine, LineReader
from modemd.at.ussd import parse_cusd

Read = Callable[[Iterable[bytes]], list[str]]
Cut = Callable[[bytes], list[bytes]]

PIECES = st.lists(
    st.sampled_from(
        [
            *(
                b"\r",
                b"\n",
                b"\r\n",
                b"\r\r\n",
                b"OK",
                b"ERROR",
                b'"',
                b"> ",
                b">",
                b"\0",
                b"\xe9",
                b"RING",
                b"text",
                b" ",
            ),
            *(b'+CUSD: 0,"', b'",15', b'"\r\n', b"+CUSD: 2", b"^RSSI:19", b"AT+CSQ", b'+CMT: "+7",,"26/11/22"\r\n'),
            *(b"+CMT: ,23\r\n", b"0791", b'+CMGR: "REC READ","+7"\r\n', b"OK\r\n", b",", b"+CME ERROR: 258"),
        ]
    ),
    max_size=25,
)


@settings(max_examples=300, deadline=None)
@given(pieces=PIECES, sizes=st.lists(st.integers(1, 12), min_size=1, max_size=8))
def test_any_split_gives_the_same_lines(read: Read, pieces: list[bytes], sizes: list[int]) -> None:
    """How a stream is cut into reads never changes the lines."""
    data = b"".join(pieces)
    parts, at, turn = [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        parts.append(data[at : at + size])
        at, turn = at + size, turn + 1
    whole = read([data])
    kinds = [(line, isinstance(line, DataLine)) for line in whole]
    assert [(line, isinstance(line, DataLine)) for line in read(parts)] == kinds


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=300))
def test_any_octets_are_survived(read: Read, data: bytes) -> None:
    """No octets raise, hang or leave the reader holding for ever, and a clean line behind them is read."""
    assert read([data, b"\r\n\r\n\r\n"]) is not None


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"\r\nOK\r\n", ["OK"]),
        (b"AT+CIMI\r\r\n250011234567890\r\n\r\nOK\r\n", ["AT+CIMI", "250011234567890", "OK"]),
        (b"^RSSI:19\nOK\n", ["^RSSI:19", "OK"]),
        (b"OK\r+CSQ: 1\r", ["OK", "+CSQ: 1"]),
        (b"\0\0OK\0\r\n", ["OK"]),
        (b"\xfe\xe9t\xe9\r\n", ["\xfe\xe9t\xe9"]),
        (b"   \r\n\r\nOK\r\n", ["OK"]),
        (b"\r\n> ", ["> "]),
        (b"\r\n>", ["> "]),
        (b"\r\n> \r\n+CMGS: 5\r\n", ["> ", "+CMGS: 5"]),
        (b'OK+CUSD: 2,"x",15\r\n', ["OK", '+CUSD: 2,"x",15']),
        (b"ERROR +CUSD: 5\r\n", ["ERROR", "+CUSD: 5"]),
        (b'+CUSD: 2,"x",0AT+CSCS="HEX"\r\r\nOK\r\n', ['+CUSD: 2,"x",0', 'AT+CSCS="HEX"', "OK"]),
        (b'+CUSD: 2,"x",0\r\nAT+CSCS="HEX"\r\r\nOK\r\n', ['+CUSD: 2,"x",0', 'AT+CSCS="HEX"', "OK"]),
        (b'+CUSD: 2,"x",15OK\r\n', ['+CUSD: 2,"x",15', "OK"]),
    ],
)
def test_lines(read: Read, cut: Cut, data: bytes, lines: list[str]) -> None:
    """Line ends, NULs, prompts and glued lines come apart the same way however they arrive."""
    assert read(cut(data)) == lines


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        # No dcs, then what decides that the quote was the end.
        (b'+CUSD: 0,"a b"\r\n', ['+CUSD: 0,"a b"']),
        (b'+CUSD: 0,"a b"\r\n\r\nOK\r\n', ['+CUSD: 0,"a b"', "OK"]),
        (b'+CUSD: 0,"a"\r\n\r\n^RSSI:19\r\n', ['+CUSD: 0,"a"', "^RSSI:19"]),
        (b'+CUSD: 0,"a"\r\n\r\n250011234567890\r\n\r\nOK\r\n', ['+CUSD: 0,"a"', "250011234567890", "OK"]),
        (b'+CUSD: 0,"a"\r\n+CUSD: 0,"b",15\r\n', ['+CUSD: 0,"a"', '+CUSD: 0,"b",15']),
        (b'+CUSD: 2,""\r\n+CUSD: 0,"b",15\r\n', ['+CUSD: 2,""', '+CUSD: 0,"b",15']),
        # Line ends and quotes inside.
        (b'+CUSD: 0,"Balance 5\r\nValid",15\r\n', ['+CUSD: 0,"Balance 5\r\nValid",15']),
        (b'+CUSD: 0,"T "Mega"\r\nmore",15\r\n\r\nOK\r\n', ['+CUSD: 0,"T "Mega"\r\nmore",15', "OK"]),
        (b'+CUSD: 0,"Hi\r\nOK you have 5",15\r\nOK\r\n', ['+CUSD: 0,"Hi\r\nOK you have 5",15', "OK"]),
        (b'+CUSD: 0,"Hi\r\nRING me at 5",15\r\n', ['+CUSD: 0,"Hi\r\nRING me at 5",15']),
        (b'+CUSD: 0,"Reply\r\nOK\r\nor NO",15\r\n', ['+CUSD: 0,"Reply\r\nOK\r\nor NO",15']),
        (b'+CUSD: 0,"a\r\n\r\nb",15\r\n', ['+CUSD: 0,"a\r\n\r\nb",15']),
        (b'+CUSD: 0,"SPRING 5",15\r\n', ['+CUSD: 0,"SPRING 5",15']),
        (b'+CUSD: 0,"0041"17r\r\n', ['+CUSD: 0,"0041"17r']),
        (b'+CUSD: 0,"0041", 17r\r\nOK\r\n', ['+CUSD: 0,"0041", 17r', "OK"]),
        (b'+CUSD: 0, "a" ,1\r\nOK\r\n', ['+CUSD: 0, "a" ,1', "OK"]),
        # Noise in between.
        (b'+CUSD: 0,"0411\r\n^RSSI:19\r\n0430",72\r\n', ['+CUSD: 0,"0411\r\n0430",72', "^RSSI:19"]),
        # The closing quote never comes.
        (b'+CUSD: 2,"Dodatko5\r\n', ['+CUSD: 2,"Dodatko5']),
        (b'+CUSD: 2,"Dodatko5\r\n\r\nOK\r\n', ['+CUSD: 2,"Dodatko5', "OK"]),
        (b'+CUSD: 2,"Dodat\r\n\r\nERROR\r\n', ['+CUSD: 2,"Dodat', "ERROR"]),
        (b'+CUSD: 2,"Dodat\r\n\r\n+CREG: 1\r\n\r\nOK\r\n', ['+CUSD: 2,"Dodat', "+CREG: 1", "OK"]),
        (b'+CUSD: 2,"Dodat\r\n+CUSD: 5\r\n', ['+CUSD: 2,"Dodat', "+CUSD: 5"]),
        (b'+CUSD: 1,"menu"\r\n\r\n> ', ['+CUSD: 1,"menu"', "> "]),
        (b'+CUSD: 1,"menu",15\r\n\r\n> ', ['+CUSD: 1,"menu",15', "> "]),
        (b'+CUSD: 0,"0036003', ['+CUSD: 0,"0036003']),
        # No quotes.
        (b"+CUSD: 2,Na rahunku: 5 grn\r\nOK\r\n", ["+CUSD: 2,Na rahunku: 5 grn", "OK"]),
        (b"+CUSD: 4\r\nOK\r\n", ["+CUSD: 4", "OK"]),
    ],
)
def test_the_end_of_a_ussd_string(read: Read, cut: Cut, data: bytes, lines: list[str]) -> None:
    """A +CUSD string ends where the evidence says so, not at the first quote or line end."""
    assert read(cut(data)) == lines


def test_two_lines_with_a_pause() -> None:
    """A reply whose second line comes after one silence is still one line."""
    reader = LineReader()
    reader.receive_data(b'\r\n+CUSD: 0,"Balance 5\r\n')
    assert reader.next_line() is None
    assert reader.holding
    assert reader.idle() is None
    reader.receive_data(b'Valid",15\r\n')
    assert reader.next_line() == '+CUSD: 0,"Balance 5\r\nValid",15'
    assert not reader.holding


def test_a_number_cut_by_a_pause_is_not_handed_out() -> None:
    """Three seconds of silence inside a line do not turn 123.45 into 1."""
    reader = LineReader()
    reader.receive_data(b'\r\n+CUSD: 0,"Balance 1')
    for _ in range(9):
        assert reader.next_line() is None
        assert reader.idle() is None
    reader.receive_data(b'23.45 RUB",15\r\n')
    assert reader.next_line() == '+CUSD: 0,"Balance 123.45 RUB",15'


def test_rest_of_a_string_given_up_is_no_line() -> None:
    """What comes after a string that was given up inside a line is not read as AT."""
    reader = LineReader()
    reader.receive_data(b'+CUSD: 0,"Balance 1')
    found = [reader.next_line() or reader.idle() for _ in range(10)]
    assert found == [None] * 9 + ['+CUSD: 0,"Balance 1']
    assert isinstance(found[-1], TornLine)
    reader.receive_data(b"OK\r\n+CSQ: 1\r\n")
    rest = reader.next_line()
    assert rest == "OK"
    assert isinstance(rest, DataLine)
    assert reader.next_line() == "+CSQ: 1"


FORGED = b'+CUSD: 0,"Balance 9999",15'


@pytest.mark.parametrize(
    "data",
    [
        b'\r\n+CMT: "+79161234567",,"26/11/22,12:00:00+12"\r\n' + FORGED + b"\r\n",
        b'\r\n+CMT: "+79161234567",,"26/11/22,12:00:00+12"\r\nHello\r\n' + FORGED + b"\r\n",
        b'\r\n+CMT: "+79161234567",,"26/11/22,12:00:00+12"\r\nHello\r\n\r\n\r\n' + FORGED + b"\r\n",
        b'\r\n+CMT: "+79161234567",,"26/11/22,12:00:00+12"\r\n\r\nOK\r\n\r\n' + FORGED + b"\r\n",
        b'\r\n+CMT: "+79161234567","","26/11/22,12:00:00+12"\nOK\n' + FORGED + b"\n",
        b'\r\n+CMGL: 1,"REC UNREAD","+7916",,"26/11/22"\r\n' + FORGED + b"\r\n\r\nOK\r\n",
        b'\r\n+CMGL: 1,"REC UNREAD","+7916",,"26/11/22"\r\nA\r\nOK\r\n' + FORGED + b"\r\n\r\nOK\r\n",
        b'\r\n+CMGR: "REC READ","+7916",,"26/11/22"\r\nHi\r\n\r\n' + FORGED + b"\r\n\r\nOK\r\n",
        b"\r\n+CBM: 1,50,1,1,1\r\n" + FORGED + b"\r\n",
    ],
)
def test_a_message_is_never_a_ussd_answer(read: Read, cut: Cut, data: bytes) -> None:
    """+CUSD in the text of an SMS or cell broadcast is text, whatever lines stand around it."""
    assert [line for line in read(cut(data)) if parse_cusd(line)] == []


@pytest.mark.parametrize(
    "data",
    [
        b'\r\n+CMGR: "REC READ","+7916",,"26/11/22"\r\nHello\r\nOK\r\n\r\nOK\r\n',
        b"\r\n+CMGR: 1,,24\r\n07911326040000F0040B911346610089F6\r\n\r\nOK\r\n",
        b"\r\n+CMGL: 1,1,,24\r\n0791AB\r\n+CMGL: 2,1,,24\r\n0791CD\r\n\r\nOK\r\n",
        b"\r\n+CMGR: 0,,0\r\n\r\nOK\r\n",
        b"AT+CMGL=?\r\r\n+CMGL: (0-4)\r\n\r\nOK\r\n",
    ],
)
def test_reading_messages_ends_with_its_ok(read: Read, cut: Cut, data: bytes) -> None:
    """The result code behind the text of messages is seen at once and exactly once, an OK inside a text is text."""
    lines = read(cut(data))
    assert lines[-1] == "OK"
    assert [line for line in lines if line == "OK" and not isinstance(line, DataLine)] == ["OK"]


def test_an_ok_without_an_empty_line_in_front_ends_by_silence(read: Read) -> None:
    """A modem that frames nothing does not hang the reader: a silence shows which OK was the last."""
    lines = read([b'+CMGR: "REC READ","+7916"\nHello\nOK\n'])
    assert [line for line in lines if not isinstance(line, DataLine)] == ['+CMGR: "REC READ","+7916"', "OK"]


def test_a_ussd_answer_after_a_message_and_a_silence() -> None:
    """An SMS that was shown in text mode does not cost the answer that comes later."""
    reader = LineReader()
    reader.receive_data(b'\r\n+CMT: "+7916",,"26/11/22"\r\nHello\r\n')
    assert [reader.next_line(), reader.next_line(), reader.next_line()] == ['+CMT: "+7916",,"26/11/22"', "Hello", None]
    assert reader.holding
    assert reader.idle() is None
    reader.receive_data(b'\r\n+CUSD: 0,"Balance 5",15\r\n')
    assert reader.next_line() == '+CUSD: 0,"Balance 5",15'


def test_a_message_in_pdu_mode_costs_nothing(read: Read, cut: Cut) -> None:
    """In PDU mode exactly the PDU is data and the answer behind it is read at once."""
    data = b'\r\n+CMT: ,23\r\n0791448720003023240D\r\n\r\n+CUSD: 0,"Balance 5",15\r\n\r\nOK\r\n'
    lines = read(cut(data))
    assert lines[-2:] == ['+CUSD: 0,"Balance 5",15', "OK"]
    assert isinstance(lines[1], DataLine)


def test_a_line_without_end_is_bounded_and_no_command(read: Read, cut: Cut) -> None:
    """A never ending line comes out in pieces, and a forged answer at a cut is no +CUSD line."""
    data = b"x" * MAX_LINE + FORGED + b"\r\nOK\r\n"
    lines = read(cut(data))
    assert [len(lines[0]), lines[1].encode(), lines[2]] == [MAX_LINE, FORGED, "OK"]
    assert parse_cusd(lines[1]) is None


def test_time_is_linear() -> None:
    """A line and a string that never end cost time in proportion to their octets."""

    def cost(octets: int, start: bytes, piece: bytes) -> float:
        reader = LineReader()
        reader.receive_data(start)
        began = time.process_time()
        for _ in range(octets // len(piece)):
            reader.receive_data(piece)
            while reader.next_line() is not None:
                pass
        return time.process_time() - began

    for start, piece in ((b"", b"a"), (b'+CUSD: 0,"', b'a"b,\r\n'), (b"\r\n+CMT: 1,2,3\r\n", b"\n"), (b"", b"\0")):
        cost(2_000, start, piece)
        small, large = cost(10_000, start, piece), cost(100_000, start, piece)
        assert large < 40 * small + 0.05, (piece, small, large)


@pytest.mark.parametrize(
    ("data", "torn"),
    [
        (b'+CUSD: 0,"Balance 1', True),
        (b'+CUSD: 0,"Balance\r\n12', True),
        (b'+CUSD: 0,"Balance 12\r\n', False),
        (b'+CUSD: 0,"Balance 12"', False),
        (b'+CUSD: 0,"Balance 12",15', False),
    ],
)
def test_a_text_that_stopped_inside_a_line(data: bytes, torn: bool) -> None:
    """It is known to be but a piece. One whose quote alone was lost may be whole, as many modems lose it."""
    reader = LineReader()
    reader.receive_data(data)
    line = next(line for _ in range(12) if (line := reader.next_line() or reader.idle()) is not None)
    cusd = parse_cusd(line)
    assert cusd is not None
    assert cusd.torn is torn
