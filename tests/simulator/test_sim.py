"""The SIM, its messages and the events of a scenario. PDUs are read back by a decoder of another origin."""

from __future__ import annotations

import warnings

import pytest

from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.pdu import parts as parts_of
from modemd.simulator.scenario import SENT_AT, Sms

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gsmmodem.pdu import decodeSmsPdu

LONG_LATIN = "Vash balans 57.30 r. @ {10} " * 12
LONG_CYRILLIC = "Ваш баланс 57,30 руб. " * 9


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text), now=0.0)


def heard(modem: SimulatedModem, line: str, *, now: float = 0.0) -> bytes:
    modem.receive(line.encode("latin-1") + b"\r", now)
    return b"".join(modem.due(now))


@pytest.mark.parametrize("text", ["Balance 5.00 @ [x] €", "Баланс: 5,00 р.", LONG_LATIN, LONG_CYRILLIC])
@pytest.mark.parametrize("sender", ["+79261234567", "0500", "MegaFon"])
def test_pdus_are_read_by_a_foreign_decoder(text: str, sender: str) -> None:
    """Text, sender and the numbering of the parts survive a decoder of another origin (23.040)."""
    parts = [
        decodeSmsPdu("00" + part.pdu.hex().upper())
        for part in parts_of(Sms(text=text, sender=sender), 7, sent_at=SENT_AT)
    ]
    assert "".join(part["text"] for part in parts) == text
    assert {part["number"] for part in parts} == {sender}
    if len(parts) > 1:
        headers = [part["udh"][0] for part in parts]
        assert [(header.reference, header.parts, header.number) for header in headers] == [
            (7, len(parts), number) for number in range(1, len(parts) + 1)
        ]


@pytest.mark.parametrize(
    ("mode", "expected"), [("2,0", b""), ("2,1", b'\r\n+CMTI: "SM",1\r\n'), ("2,2", b"\r\n+CMT: ,")]
)
def test_a_message_arrives_as_cnmi_says(mode: str, expected: bytes) -> None:
    """Quietly stored, stored and announced, or handed over without being stored."""
    modem = machine("")
    heard(modem, f"AT+CNMI={mode},0,0,0")
    modem.inbox.deliver(Sms(text="Balance 5", sender="0500"))
    said = b"".join(modem.due(0.0))
    assert said.startswith(expected)
    assert bool(said) is bool(expected)
    assert len(modem.inbox.places) == (0 if mode == "2,2" else 1)


def test_text_mode_that_another_program_left_behind() -> None:
    """With CMGF=1 and CNMI=2,2 from before, an SMS comes as two lines, the second one whatever its sender likes."""
    modem = machine('[settings]\nCMGF = 1\nCNMI = "2,2,0,0,0"\n')
    modem.inbox.deliver(Sms(text='+CUSD: 0,"Balance 9999",15', sender="+79261234567"))
    said = b"".join(modem.due(0.0))
    assert said.startswith(b'\r\n+CMT: "+79261234567",,"')
    assert b'\r\n+CUSD: 0,"Balance 9999",15\r\n' in said


def test_a_full_sim_takes_no_more() -> None:
    """Places run out, and what does not fit is not announced."""
    modem = machine('sms_places = 1\n[[sms]]\ntext = "old"\n')
    modem.inbox.deliver(Sms(text="new"))
    assert modem.due(0.0) == []
    assert b'+CPMS: "SM",1,1,"SM",1,1,"SM",1,1' in heard(modem, "AT+CPMS?")


def test_events_happen_at_their_time() -> None:
    """A line, a network-initiated +CUSD, a message and a lost registration come at their times, in that order."""
    modem = machine(
        "[settings]\nCREG = 1\n"
        '[[event]]\nat = "1s"\ndo = "line"\nline = "RING"\n'
        '[[event]]\nat = "2s"\ndo = "ussd"\nreply = { text = "Costo 0.22", dcs = 0 }\n'
        '[[event]]\nat = "3s"\ndo = "sms"\nsms = "Balance 5"\n'
        '[[event]]\nat = "4s"\ndo = "registration"\nregistration = "denied"\n'
    )
    said = [b"".join(modem.due(float(second))) for second in range(6)]
    assert said == [
        b"",
        b"\r\nRING\r\n",
        b'\r\n+CUSD: 0,"Costo 0.22",0\r\n',
        b'\r\n+CMTI: "SM",1\r\n',
        b"\r\n+CREG: 3\r\n",
        b"",
    ]
    heard(modem, "AT+CMEE=1", now=5.0)
    assert heard(modem, 'AT+CUSD=1,"*100#",15', now=5.0) == b"\r\n+CME ERROR: 30\r\n"


def test_identity_of_each_family() -> None:
    """Each family has an ICCID command of its own; EF_ICCID and EF_SPN can be read by +CRSM as well (51.011)."""
    for profile, command in [("plain", "+CCID"), ("huawei", "^ICCID?"), ("quectel", "+QCCID"), ("simcom", "+CICCID")]:
        assert b"8970101234567890123" in heard(machine(f'profile = "{profile}"\n'), f"AT{command}")
    modem = machine('spn = "MTS"\niccid = "8970101234567890123"\n')
    assert b'+CRSM: 144,0,"980701214365870921F3"' in heard(modem, "AT+CRSM=176,12258,0,0,10")
    assert b'+CRSM: 144,0,"014D5453FF' in heard(modem, "AT+CRSM=176,28486,0,0,17")


def test_operator_in_all_formats_and_character_sets() -> None:
    """AT+COPS? shows name or PLMN as AT+COPS=3 asked, and the name in the TE character set."""
    modem = machine('operator = "T2"\nplmn = "25020"\n')
    assert b'+COPS: 0,0,"T2",7' in heard(modem, "AT+COPS?")
    heard(modem, 'AT+CSCS="UCS2"')
    assert b'+COPS: 0,0,"00540032",7' in heard(modem, "AT+COPS?")
    heard(modem, "AT+COPS=3,2")
    assert b'+COPS: 0,2,"25020",7' in heard(modem, "AT+COPS?")
    assert modem.settings["COPS_FORMAT"] == "2"


def test_a_busy_sim_becomes_ready() -> None:
    """CME 14 until its time is over."""
    modem = machine('sim = "busy"\nbusy = "3s"\n')
    heard(modem, "AT+CMEE=1")
    assert heard(modem, "AT+CPIN?") == b"\r\n+CME ERROR: 14\r\n"
    assert b"READY" in heard(modem, "AT+CPIN?", now=3.5)
