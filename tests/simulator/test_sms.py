"""Short messages of the fake modem: storages, arrival, reading without marking, sending. Asserted on the wire."""

from __future__ import annotations

import re
import warnings
from datetime import UTC, datetime

import pytest

from modemd.errors import ScenarioError
from modemd.simulator import loading
from modemd.simulator.modem import SimulatedModem
from modemd.simulator.scenario import Sms

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from gsmmodem.pdu import decodeSmsPdu, encodeSmsSubmitPdu

ONE = '[[sms]]\ntext = "Balance 5"\nfrom = "0500"\n'
LONG = "Баланс 57,30 руб. " * 9  # 162 letters: 3 parts


def machine(text: str) -> SimulatedModem:
    return SimulatedModem(loading.parse("[modem]\necho = false\n" + text), now=0.0)


def heard(modem: SimulatedModem, line: str, *, now: float = 0.0) -> bytes:
    modem.receive(line.encode("latin-1") + b"\r", now)
    return b"".join(modem.due(now))


def pdus(said: bytes) -> list[str]:
    return [line.decode() for line in said.split(b"\r\n") if re.fullmatch(rb"[0-9A-F]{20,}", line)]


def test_reading_and_deleting_act_on_the_first_storage_and_arriving_goes_to_the_third() -> None:
    """+CPMS selects: a message lies in mem3, +CMTI names it, and only mem1 = that storage lists it."""
    modem = machine("me_places = 5\n" + ONE)
    said = heard(modem, 'AT+CPMS="SM","SM","ME"')
    assert said == b"\r\n+CPMS: 1,20,1,20,0,5\r\n\r\nOK\r\n"
    modem.inbox.deliver(Sms(text="new"))
    assert b"".join(modem.due(0.0)) == b'\r\n+CMTI: "ME",1\r\n'
    assert len(pdus(heard(modem, "AT+CMGL=4"))) == 1
    heard(modem, "AT+CMGD=1")
    assert heard(modem, "AT+CPMS?") == b'\r\n+CPMS: "SM",0,20,"SM",0,20,"ME",1,5\r\n\r\nOK\r\n'
    assert heard(modem, 'AT+CPMS="ME"') == b"\r\n+CPMS: 1,5,0,20,1,5\r\n\r\nOK\r\n"
    assert decodeSmsPdu(pdus(heard(modem, "AT+CMGR=1"))[0])["text"] == "new"
    assert [tuple(touch) for touch in modem.inbox.touched] == [
        ("read", "SM", 1),
        ("deleted", "SM", 1),
        ("read", "ME", 1),
    ]


@pytest.mark.parametrize(
    ("head", "command", "expected"),
    [
        ('storages = ["SM"]\n', "AT+CPMS=?", b'+CPMS: ("SM"),("SM"),("SM")'),
        ('storages = ["SM"]\n', 'AT+CPMS="ME"', b"+CMS ERROR: 302"),
        ('storages = ["ME"]\n', "AT+CPMS?", b'+CPMS: "ME",0,23,"ME",0,23,"ME",0,23'),
        ("cpms_parameters = 3\n", 'AT+CPMS="ME"', b"\r\nERROR"),
        ("cpms_parameters = 3\n", 'AT+CPMS="ME","SM","SM"', b"+CPMS: 0,23,0,20,0,20"),
        ("cpms_shown = 1\n", "AT+CPMS?", b'+CPMS: "SM",0,20\r\n'),
        ('sms_mode = "text"\n', "AT+CMGF=0", b"+CMS ERROR: 303"),
        ('sms_mode = "text"\n', "AT+CMGF?", b"+CMGF: 1"),
        ('sms_mode = "pdu"\n', "AT+CMGF=?", b"+CMGF: (0)"),
        ('cnmi = "2,0,0,0,0"\n', "AT+CNMI?", b"+CNMI: 2,0,0,0,0"),
        ('sim = "pin"\n', "AT+CPMS?", b"+CMS ERROR: 311"),
        ("", "AT+CMGR=3", b"+CMS ERROR: 321"),
        ("crsm = false\n", "AT+CRSM=178,28476,1,4,176", b"\r\nERROR"),
        ("sms_places = 10\n", "AT+CRSM=178,28476,11,4,176", b"+CRSM: 106,131"),
        ("", "AT+CRSM=178,28476,1,4,20", b"+CRSM: 103,0"),
        ("", "AT+CRSM=192,28476,0,0,15", b"6F3C"),
        ("", "AT^SMGL=4", b"\r\nERROR"),
    ],
)
def test_what_a_modem_is_made_of(head: str, command: str, expected: bytes) -> None:
    """Storages, modes and parameters that the file takes away are refused as modems refuse them."""
    assert expected in heard(machine(head), command)


def test_mt_is_both_memories_with_their_places_joined() -> None:
    """MT counts the places of ME first, those of SM behind them."""
    modem = machine(
        'storages = ["SM","ME","MT"]\nme_places = 3\nsms_places = 2\n'
        '[[sms]]\ntext = "a"\nstorage = "ME"\n[[sms]]\ntext = "b"\nstorage = "SM"\n'
    )
    heard(modem, 'AT+CPMS="MT"')
    assert re.findall(rb"\+CMGL: (\d+),", heard(modem, "AT+CMGL=4")) == [b"1", b"4"]
    heard(modem, "AT+CMGD=4")
    assert modem.inbox.memories["SM"] == {}


@pytest.mark.parametrize(
    ("profile", "announced"), [("huawei", b'\r\n^SMMEMFULL: "SM"\r\n'), ("simcom", b"\r\nSMS FULL\r\n"), ("plain", b"")]
)
def test_a_full_storage_leaves_the_message_with_the_network(profile: str, announced: bytes) -> None:
    """Where nothing is free the vendor's word comes, and the message itself once a place is given back."""
    modem = machine(f'profile = "{profile}"\nsms_places = 1\n' + ONE)
    modem.inbox.deliver(Sms(text="waits"))
    assert b"".join(modem.due(0.0)) == announced
    heard(modem, "AT+CMGD=1")
    assert b"".join(modem.due(5.0)) == b'\r\n+CMTI: "SM",1\r\n'
    assert decodeSmsPdu(pdus(heard(modem, "AT+CMGR=1", now=5.0))[0])["text"] == "waits"


def test_a_message_for_a_modem_that_is_away_comes_when_it_is_back() -> None:
    """The network keeps what it cannot hand over: unplugged, or without registration."""
    modem = machine("")
    modem.unplug()
    modem.inbox.deliver(Sms(text="Balance 5"))
    modem.replug()
    assert b"+CMTI" in b"".join(modem.due(20.0))
    modem.register("searching")
    modem.inbox.deliver(Sms(text="Balance 4"))
    assert modem.due(30.0) == []
    modem.register("home")
    assert b"+CMTI" in b"".join(modem.due(40.0))


def test_parts_come_out_of_order_with_pauses_and_one_never() -> None:
    """parts_order, part_gap and lose_part: places are filled in the order of arrival."""
    modem = machine(
        f'[[event]]\nat = "1s"\ndo = "sms"\nsms = {{ text = "{LONG}", parts_order = [3, 1, 2], part_gap = "2s" }}\n'
        f'[[event]]\nat = "10s"\ndo = "sms"\nsms = {{ text = "{LONG}", lose_part = 2, reference = 300 }}\n'
    )
    times = []
    while (at := modem.next_at) is not None and at < 100:
        times += [round(at) for piece in modem.due(at) if b"+CMTI" in piece]
    assert times == [1, 3, 5, 10, 10]
    listed = [decodeSmsPdu(pdu) for pdu in pdus(heard(modem, "AT+CMGL=4", now=100.0))]
    headers = [sms["udh"][0] for sms in listed]
    assert [(header.reference, header.number) for header in headers] == [(1, 3), (1, 1), (1, 2), (300, 1), (300, 3)]
    assert listed[1]["text"] + listed[2]["text"] + listed[0]["text"] == LONG


def test_status_storage_time_and_whole_pdus_of_stored_messages() -> None:
    """Read, unread, sent and unsent ones lie where the file puts them, with its time stamps and its own PDUs."""
    modem = machine(
        '[[sms]]\ntext = "a"\nstatus = "read"\nsent_at = 2024-02-29T23:59:58-03:30\n'
        '[[sms]]\ntext = "b"\nfrom = "+79261234567"\nstatus = "sent"\n'
        '[[sms]]\ntext = "c"\nfrom = "111"\nstatus = "unsent"\n'
        '[[sms]]\npdu = "0791198994000000040A91971234567800000000000000000003C3B03C"\n'
    )
    assert re.findall(rb"\+CMGL: (\d,\d),", heard(modem, "AT+CMGL=4")) == [b"1,1", b"2,3", b"3,2", b"4,0"]
    sent = decodeSmsPdu(pdus(heard(modem, "AT+CMGR=2"))[0])
    assert (sent["type"], sent["number"], sent["text"]) == ("SMS-SUBMIT", "+79261234567", "b")
    assert pdus(heard(modem, "AT+CMGR=4")) == ["00040A91971234567800000000000000000003C3B03C"]
    first = decodeSmsPdu(pdus(heard(modem, "AT+CMGR=1"))[0])
    assert first["time"].astimezone(UTC) == datetime(2024, 3, 1, 3, 29, 58, tzinfo=UTC)
    heard(modem, "AT+CMGF=1")
    assert b'+CMGL: 1,"REC READ","Operator",,"24/02/29,23:59:58-14"\r\na\r\n' in heard(modem, 'AT+CMGL="ALL"')
    assert b'+CMGL: 2,"STO SENT","+79261234567",,\r\nb\r\n' in heard(modem, 'AT+CMGL="ALL"')
    heard(modem, "AT+CSDH=1")
    assert b'-14",145,4,0,0,,,1\r\na\r\n' in heard(modem, "AT+CMGR=1")


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        ("huawei", "AT^SMGR=1"),
        ("huawei", "AT^SMGL=4"),
        ("simcom", "AT+CMGR=1,1"),
        ("simcom", "AT+CMGL=4,1"),
        ("plain", "AT+CRSM=178,28476,1,4,176"),
        ("quectel", "AT+CRSM=178,28476,1,4,176"),
    ],
)
def test_ways_to_read_that_leave_a_message_unread(profile: str, command: str) -> None:
    """The makers' commands and EF_SMS show the whole PDU, and nothing was touched."""
    modem = machine(f'profile = "{profile}"\n' + ONE)
    said = heard(modem, command)
    found = re.search(rb'"03([0-9A-F]+?)(FF)*"', said)
    text = decodeSmsPdu(found[1].decode() if found else pdus(said)[0])
    assert (text["text"], text["number"]) == ("Balance 5", "0500")
    assert (modem.inbox.touched, modem.inbox.places[1].status) == ([], "REC UNREAD")


def test_records_of_the_sim_are_as_long_as_the_standard_says() -> None:
    """EF_SMS: 176 octets a record, 00 and FF where nothing lies, the status in front (31.102 4.2.25)."""
    modem = machine(ONE + '[[sms]]\ntext = "b"\nstatus = "read"\n')
    records = [heard(modem, f"AT+CRSM=178,28476,{number},4,176").split(b'"')[1] for number in (1, 2, 3)]
    assert [len(record) for record in records] == [352] * 3
    assert [record[:2] for record in records] == [b"03", b"01", b"00"]
    assert records[2] == b"00" + b"FF" * 175


SERVICE = """
[[sms_service]]
number = "111"
pattern = "^11$"
replies = [{ text = "Баланс 57,30", from = "MTS", after = "2s" }, { text = "later", after = "1s" }]
[[sms_service]]
number = "000"
refuse = 500
"""


@pytest.mark.parametrize("mode", ["pdu", "text"])
def test_a_service_answers_what_is_sent_to_it(mode: str) -> None:
    """AT+CMGS in either mode reaches the service with its text, and the reply comes in its time; the next one next."""
    modem = machine(SERVICE)
    for turn, expected in enumerate(("Баланс 57,30", "later")):
        now = 100.0 * turn
        if mode == "text":
            heard(modem, "AT+CMGF=1", now=now)
            heard(modem, 'AT+CMGS="111"', now=now)
            modem.receive(b"11\x1a", now)
        else:
            pdu = encodeSmsSubmitPdu("111", "11", requestStatusReport=False, rejectDuplicates=False)[0]
            heard(modem, f"AT+CMGS={pdu.tpduLength}", now=now)
            modem.receive(str(pdu).encode() + b"\x1a", now)
        said = b"".join(modem.due(now)) + b"".join(modem.due(now + 2.5))
        assert said.index(b"+CMGS: ") < said.index(b"+CMTI: ")
        assert modem.inbox.places[turn + 1].text == expected
    assert modem.inbox.outgoing == [("111", "11"), ("111", "11")]


def test_a_service_may_refuse() -> None:
    """`refuse` is +CMS ERROR, and nothing was sent; so it is where there is no network."""
    modem = machine(SERVICE + '[[event]]\nat = "5s"\ndo = "registration"\nregistration = "denied"\n')
    heard(modem, "AT+CMGF=1")
    for now, error in ((0.0, b"+CMS ERROR: 500"), (6.0, b"+CMS ERROR: 331")):
        heard(modem, 'AT+CMGS="000"', now=now)
        modem.receive(b"B\x1a", now)
        assert error in b"".join(modem.due(now))
    assert modem.inbox.outgoing == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[modem]\nstorages = ["XX"]\n', "modem.storages"),
        ('[modem]\ncnmi = "on"\n', "modem.cnmi"),
        ('[modem]\nsms_mode = "hex"\n', "modem.sms_mode"),
        ("[modem]\ncpms_parameters = 4\n", "modem.cpms_parameters"),
        ('[settings]\nCPMS = "SM"\n', "settings"),
        ('[[sms]]\ntext = "a"\npdu = "00"\n', "sms[1].pdu"),
        ('[[sms]]\nsent_at = "yesterday"\ntext = "a"\n', "sms[1].sent_at"),
        ('[[sms]]\nstatus = "new"\ntext = "a"\n', "sms[1].status"),
        ('[[sms]]\nparts_order = [0]\ntext = "a"\n', "sms[1].parts_order"),
        ('[[sms_service]]\npattern = "("\n', "sms_service[1].pattern"),
        ('[[sms_service]]\nrefuse = 500\nreplies = ["a"]\n', "sms_service[1].refuse"),
    ],
)
def test_wrong_keys_are_named_with_a_cure(text: str, place: str) -> None:
    """Each wrong value of the SMS keys is an error that names it."""
    with pytest.raises(ScenarioError, match=re.escape(f"scenario: {place}")):
        loading.parse(text)
