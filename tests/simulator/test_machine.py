"""The machine without I/O: what is said, when, and in which pieces. The clock is a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modemd.simulator import codec, loading
from modemd.simulator.command import parse_line
from modemd.simulator.modem import SimulatedModem


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text), now=0.0)


def heard(modem: SimulatedModem, line: str, *, now: float = 0.0, until: float | None = None) -> bytes:
    """What a command line brings from `now` until `until`."""
    modem.receive(line.encode("latin-1") + b"\r", now)
    return b"".join(modem.due(now if until is None else until))


def times(modem: SimulatedModem, line: str) -> list[tuple[float, bytes]]:
    """Every piece that a command line brings, with its time."""
    modem.receive(line.encode("latin-1") + b"\r", 0.0)
    out: list[tuple[float, bytes]] = [(0.0, piece) for piece in modem.due(0.0)]
    while (at := modem.next_at) is not None and at < 1000:
        out += [(round(at, 6), piece) for piece in modem.due(at)]
    return out


REPLY = '[[ussd]]\ncode = "*100#"\nreplies = [%s]\n'


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        ('"Balance 5"', b'+CUSD: 0,"Balance 5",15'),
        ('{text="Vr\\u00E9", encoding="plain", m=2, dcs=15}', b'+CUSD: 2,"Vr\xe9",15'),
        ('{text="Баланс", encoding="ucs2"}', b'+CUSD: 0,"04110430043B0430043D0441",72'),
        ('{text="Б", encoding="ucs2-le", dcs=17, space=" "}', b'+CUSD: 0,"1104", 17'),
        ('{text="r.", encoding="ucs2-lower", dcs="none"}', b'+CUSD: 0,"0072002e"'),
        ('{text="OCTATOK 0.51 p.", encoding="packed", dcs=0}', b'+CUSD: 0,"CF2135487D2E4130572D0682BBE000",0'),
        ('{text=" Akt", encoding="8bit", dcs=0}', b'+CUSD: 0,"20416B74",0'),
        ('{text="w\\u00E4hlen @", encoding="gsm"}', b'+CUSD: 0,"w{hlen \x00",15'),
        ('{text="€5", encoding="gsm"}', b'+CUSD: 0,"\x1be5",15'),
        ('{raw="49B4\\u0001\\u00FF", quotes=false, dcs="none"}', b"+CUSD: 0,49B4\x01\xff"),
        ("{m=4}", b"+CUSD: 4"),
        ('{line="+CME ERROR: 258"}', b"+CME ERROR: 258"),
    ],
)
def test_every_way_of_writing_a_reply(reply: str, line: bytes) -> None:
    """A reply of a scenario becomes exactly these octets behind OK."""
    expected = line
    if b"CF2135487D" in line:  # 15 septets in 14 octets: seven spare bits hold CR (23.038 6.1.2.3.1)
        expected = b'+CUSD: 0,"CF2135487D2E4130572D0682BB1A",0'
    assert heard(machine(REPLY % reply), 'AT+CUSD=1,"*100#",15') == b"\r\nOK\r\n\r\n" + expected + b"\r\n"


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ('{text="5", ok_after="1s", after="3s"}', [(1.0, b"OK"), (3.0, b"+CUSD")]),
        ('{text="5", first=true, after="2s", ok_after="200ms"}', [(2.0, b"+CUSD"), (2.2, b"OK")]),
        ('{text="5", after="50s"}', [(0.0, b"OK"), (50.0, b"+CUSD")]),
        ("{silent=true}", [(0.0, b"OK")]),
        ('{text="5", ok=false, after="9s"}', [(9.0, b"+CUSD")]),
        ('{error="CME 304"}', [(0.0, b"+CME ERROR: 304")]),
        ('{error="NO CARRIER", ok_after="4s"}', [(4.0, b"NO CARRIER")]),
        (
            '{m=2, text="", after="1s", then=[{text="5", after="300ms"}]}',
            [(0, b"OK"), (1, b"+CUSD: 2"), (1.3, b"+CUSD: 0")],
        ),
    ],
)
def test_delays_and_order(reply: str, expected: list[tuple[float, bytes]]) -> None:
    """Final result code and +CUSD leave in the order and at the times that the scenario says."""
    modem = machine(REPLY % reply)
    heard(modem, "AT+CMEE=1")
    seen = times(modem, 'AT+CUSD=1,"*100#",15')
    assert [
        (at, piece.strip()[: len(start)]) for (at, piece), (_, start) in zip(seen, expected, strict=True)
    ] == expected


def test_replies_come_in_turn_and_the_last_repeats() -> None:
    """Each query takes the next reply; behind the last one it stays with it."""
    modem = machine(REPLY % '"A", "B"')
    said = [heard(modem, 'AT+CUSD=1,"*100#",15') for _ in range(3)]
    assert [b'"A"' in said[0], b'"B"' in said[1], b'"B"' in said[2]] == [True] * 3


def test_falling_balance_stops_at_its_floor() -> None:
    """start, step and floor give an amount a query, with the decimals and the point of the file."""
    modem = machine(
        '[balance]\ncode="*100#"\ntemplate="={balance}r"\nstart="10.00"\nstep="4.50"\nfloor="-1"\npoint=","\n'
    )
    said = [heard(modem, 'AT+CUSD=1,"*100#"').split(b'"')[1] for _ in range(5)]
    assert said == [b"=10,00r", b"=5,50r", b"=1,00r", b"=-1r", b"=-1r"]


def test_a_session_repeats_its_menu_until_it_is_closed() -> None:
    """While a menu is open another code shows it again; AT+CUSD=2 closes it; an answer leads on."""
    modem = machine(
        '[[ussd]]\ncode="*1#"\nreplies=[{text="menu", menu={1="one"}}]\n[[ussd]]\ncode="*2#"\nreplies=["two"]\n'
    )
    assert b'+CUSD: 1,"menu"' in heard(modem, 'AT+CUSD=1,"*1#",15')
    assert b'+CUSD: 1,"menu"' in heard(modem, 'AT+CUSD=1,"*2#",15')
    assert heard(modem, "AT+CUSD=2") == b"\r\nOK\r\n"
    assert b'+CUSD: 0,"two"' in heard(modem, 'AT+CUSD=1,"*2#",15')
    heard(modem, 'AT+CUSD=1,"*1#",15')
    assert b'+CUSD: 0,"one"' in heard(modem, 'AT+CUSD=1,"1",15')
    assert not modem.network.session_open
    assert modem.network.queries == ["*1#", "*2#", "*2#", "*1#", "1"]


@pytest.mark.parametrize(
    ("head", "charset", "argument", "understood"),
    [
        ("", "IRA", "*100#", True),
        ("", "IRA", "002A0031003000300023", False),
        ("", "UCS2", "002A0031003000300023", True),
        ("", "UCS2", "*100#", False),
        ('accepts="packed"\n', "IRA", "AA180C3602", True),
        ('accepts="packed"\n', "IRA", "*100#", False),
        ('accepts="packed"\n', "UCS2", "AA180C3602", True),
        ('accepts=["charset","packed"]\n', "IRA", "AA180C3602", True),
        ('profile="huawei"\n[settings]\nUSSDMODE=1\n', "IRA", "*100#", False),
        ('profile="huawei"\n[settings]\nUSSDMODE=1\n', "IRA", "AA180C3602", True),
    ],
)
def test_which_request_encoding_is_understood(head: str, charset: str, argument: str, understood: bool) -> None:
    """The network sees *100# only when the request has the form that this modem takes under this TE character set."""
    modem = machine(head + REPLY % '"5"')
    heard(modem, f'AT+CSCS="{charset}"')
    heard(modem, f'AT+CUSD=1,"{argument}",15')
    assert ("*100#" in modem.network.queries) is understood


def test_a_packed_huawei_refuses_a_plain_request() -> None:
    """USSDMODE=1 and a plain code: CME 304, nothing reaches the network; after USSDMODE=0 it does."""
    modem = machine('profile="huawei"\n[settings]\nUSSDMODE="1"\n' + REPLY % '"5"')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, 'AT+CUSD=1,"*100#",15') == b"\r\n+CME ERROR: 304\r\n"
    assert modem.network.queries == []
    heard(modem, "AT^USSDMODE=0")
    assert b'"5"' in heard(modem, 'AT+CUSD=1,"*100#",15')


def test_split_points_and_gaps() -> None:
    """`chunk` cuts the answer at these octets, `gap` lies between the pieces."""
    seen = times(machine('chunk=[3,1,64]\ngap="10ms"\n'), "AT+CGMI")
    assert [(at, len(piece)) for at, piece in seen] == [(0.0, 3), (0.01, 1), (0.02, 7), (0.03, 6)]
    assert b"".join(piece for _, piece in seen) == b"\r\nGeneric\r\n\r\nOK\r\n"


def test_noise_between_and_every() -> None:
    """A noise line stands in front of every line of an answer, another comes at its interval."""
    modem = machine('[[noise]]\nline="^RSSI:19"\nbetween=true\n[[noise]]\nline=["^A","^B"]\nevery="2s"\n')
    assert heard(modem, "AT+CSQ") == b"\r\n^RSSI:19\r\n\r\n+CSQ: 19,99\r\n\r\n^RSSI:19\r\n\r\nOK\r\n"
    assert b"".join(modem.due(6.5)) == b"\r\n^A\r\n\r\n^B\r\n\r\n^A\r\n"


@pytest.mark.parametrize(
    ("cmee", "expected"),
    [("0", b"\r\nERROR\r\n"), ("1", b"\r\n+CME ERROR: 10\r\n"), ("2", b"\r\n+CME ERROR: SIM not inserted\r\n")],
)
def test_errors_follow_cmee(cmee: str, expected: bytes) -> None:
    """A SIM error is shown bare, by number or by text, as AT+CMEE says."""
    modem = machine('sim="none"\n')
    heard(modem, f"AT+CMEE={cmee}")
    assert heard(modem, "AT+CPIN?") == expected


def test_wrong_pins_lock_the_sim() -> None:
    """Each wrong PIN costs a try, the third one leaves a SIM that wants its PUK; the right one opens it."""
    modem = machine('sim="pin"\npin="4321"\n')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, 'AT+CPIN="1111"') == b"\r\n+CME ERROR: 16\r\n"
    assert modem.card.pin_tries == 2
    assert heard(modem, "AT+CIMI") == b"\r\n+CME ERROR: 11\r\n"
    assert heard(modem, 'AT+CPIN="4321"') == b"\r\nOK\r\n"
    assert b"READY" in heard(modem, "AT+CPIN?")
    modem = machine('sim="pin"\npin="4321"\n')
    heard(modem, "AT+CMEE=1")
    assert [heard(modem, "AT+CPIN=1111") for _ in range(3)][-1] == b"\r\n+CME ERROR: 12\r\n"
    assert b"SIM PUK" in heard(modem, "AT+CPIN?")


def test_glued_commands_stop_at_the_first_error() -> None:
    """Commands behind semicolons run in turn and share one final result code."""
    modem = machine("")
    assert heard(modem, "AT+CMEE=1;+CSQ;+CREG=2") == b"\r\n+CSQ: 19,99\r\n\r\nOK\r\n"
    assert (modem.settings["CMEE"], modem.settings["CREG"]) == ("1", "2")
    assert heard(modem, "ATE1V1+NOSUCH;+CMEE=0") == b"\r\nERROR\r\n"
    assert (modem.settings["E"], modem.settings["CMEE"]) == ("1", "1")


def test_a_line_that_comes_while_one_runs_waits_for_its_final_result() -> None:
    """AT sent before the OK of AT+CUSD is answered behind it."""
    modem = machine(REPLY % '{text="5", ok_after="1s", after="2s"}')
    modem.receive(b'AT+CUSD=1,"*100#",15\rAT+CSQ\r', 0.0)
    assert modem.due(0.9) == []
    assert b"".join(modem.due(1.1)) == b"\r\nOK\r\n\r\n+CSQ: 19,99\r\n\r\nOK\r\n"


def test_ussd_needs_a_rat_that_has_it_and_the_change_takes_its_time() -> None:
    """On LTE +CUSD: 4; behind the vendor's RAT command the modem searches, registers on 3G and answers."""
    modem = machine('profile="huawei"\nussd_on=["UMTS"]\nrat_switch_time="2s"\n' + REPLY % '"5"')
    heard(modem, "AT+CREG=1")
    assert b"+CUSD: 4" in heard(modem, 'AT+CUSD=1,"*100#",15')
    assert b"+CREG: 2" in heard(modem, 'AT^SYSCFGEX="02",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF,,')
    assert b"+CREG: 1,2" in heard(modem, "AT+CREG?")
    assert b"+CREG: 1" in b"".join(modem.due(2.0))
    assert b'"MTS RUS",2' in heard(modem, "AT+COPS?", now=2.0)
    assert b'"5"' in heard(modem, 'AT+CUSD=1,"*100#",15', now=2.0)
    assert b'^SYSCFGEX:"02",3FFFFFFF,1,2,7FFFFFFFFFFFFFFF' in heard(modem, "AT^SYSCFGEX?", now=2.0)


def test_listing_marks_messages_as_read_but_never_deletes() -> None:
    """AT+CMGL=4 shows each PDU with its length and turns unread into read; SIMCom's second parameter leaves it."""
    text = '[[sms]]\ntext="Привет"\nfrom="+79261234567"\n'
    modem = machine(text)
    said = heard(modem, "AT+CMGL=4")
    pdu = said.split(b"\r\n")[2]
    assert pdu.startswith(b"07919761989901F0")  # the service centre, which the length does not count
    assert b"+CMGL: 1,0,,%d" % (len(pdu) // 2 - 8) in said
    assert modem.inbox.places[1].status == "REC READ"
    modem = machine('profile="simcom"\n' + text)
    heard(modem, "AT+CMGL=4,1")
    assert modem.inbox.places[1].status == "REC UNREAD"
    assert heard(modem, "AT+CMGD=1,0") == b"\r\nOK\r\n"
    assert modem.inbox.places == {}


def test_sending_an_sms_waits_at_the_prompt() -> None:
    """AT+CMGS gives "> " and takes everything up to Ctrl-Z; ESC gives it up; what is no SMS-SUBMIT is refused."""
    modem = machine("")
    pdu = b"0011000A9197214365870000A702B118"
    assert heard(modem, "AT+CMGS=15") == b"\r\n> "
    modem.receive(pdu + b"\x1a", 0.0)
    assert b"".join(modem.due(0.0)) == b"\r\n+CMGS: 1\r\n\r\nOK\r\n"
    assert modem.inbox.sent == [("15", pdu.decode())]
    heard(modem, "AT+CMGS=15")
    modem.receive(b"junk\x1bAT\r", 0.0)
    assert b"".join(modem.due(0.0)) == b"\r\nOK\r\n\r\nOK\r\n"
    heard(modem, "AT+CMGS=15")
    modem.receive(b"0011000B\x1a", 0.0)
    assert b"".join(modem.due(0.0)) == b"\r\n+CMS ERROR: 304\r\n"
    assert modem.inbox.outgoing == [("+7912345678", "11")]


@given(st.text(alphabet=codec.GSM7.replace("\x1b", ""), max_size=60).filter(lambda text: not text.endswith("\r")))
def test_packing_is_undone_by_unpacking(text: str) -> None:
    """What was packed comes back, padding gone, except where a text of 8n characters ends in CR."""
    assert codec.unpack_ussd(codec.pack_ussd(text)) == text


@given(st.binary(max_size=80))
def test_no_octets_upset_the_machine(data: bytes) -> None:
    """Whatever a TE writes, the modem still answers AT behind it."""
    modem = machine('[[ussd]]\ncode="*100#"\nreplies=["5"]\n')
    modem.receive(data + b"\x1b\r", 0.0)
    modem.due(10.0)
    modem.settings.update({"V": "1", "Q": "0"})
    assert b"\r\nOK\r\n" in heard(modem, "AT", now=10.0)


@given(st.binary(max_size=60))
def test_command_lines_are_taken_apart_without_loss(line: bytes) -> None:
    """parse_line ends for every input and gives no command where there is no AT."""
    parsed = parse_line(line)
    assert (parsed is None) == (b"AT" not in line.upper())
