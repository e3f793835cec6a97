"""The makers' status commands: the same network, each in its maker's words; no service where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from modemd.simulator.modem import SimulatedModem
from modemd.simulator.scenario import Scenario


def ask(modem: SimulatedModem, line: str, at: float = 0.0) -> bytes:
    modem.receive(line.encode() + b"\r", at)
    return b"".join(modem.due(at + 0.5))


@pytest.mark.parametrize(
    ("profile", "line", "lte", "umts", "gsm", "none"),
    [
        ("huawei", "AT^HCSQ?", '"LTE",46,44,', '"WCDMA",46,40,', '"GSM",46', '"NOSERVICE"'),
        ("quectel", 'AT+QENG="servingcell"', '"LTE","FDD",250,01,C3D4E5', '"WCDMA",250,01,1A2B', '"GSM",250', "SEARCH"),
        ("quectel", "AT+QNWINFO", '"FDD LTE","25001"', '"HSPA+","25001"', '"EDGE","25001"', "No Service"),
        (
            "simcom",
            "AT+CPSI?",
            "LTE,Online,250-01,0x1A2B,12834021",
            "WCDMA,Online,250-01",
            "GSM,Online",
            "NO SERVICE,Online",
        ),
        ("simcom", "AT+CNSMOD?", "+CNSMOD: 0,8", "+CNSMOD: 0,4", "+CNSMOD: 0,2", "+CNSMOD: 0,0"),
        ("zte", "AT+ZPAS?", '"LTE","CS_PS"', '"HSPA","CS_PS"', '"EDGE","CS_PS"', '"No Service"'),
        ("telit", "AT#PSNT?", "#PSNT: 0,4", "#PSNT: 0,3", "#PSNT: 0,1", "#PSNT: 0,5"),
        ("sierra", "AT!GSTATUS?", "System mode:   LTE ", "System mode:   WCDMA ", "System mode:   GSM ", "No service"),
        ("cinterion", "AT^SMONI", "4G,1300,3,20,20,FDD,250,01,1A2B", "3G,10663", "2G,64,-75", "Searching"),
        ("cinterion", 'AT^SIND="psinfo",2', "psinfo,0,16", "psinfo,0,5", "psinfo,0,1", "psinfo,0,0"),
    ],
)
def test_the_network_in_each_makers_words(profile: Any, line: str, lte: str, umts: str, gsm: str, none: str) -> None:
    for rat, expected in (("LTE", lte), ("UMTS", umts), ("GSM", gsm)):
        said = ask(SimulatedModem(Scenario(profile=profile, rats=(rat,), rat=rat)), line)  # type: ignore[arg-type]
        assert expected.encode() in said
        assert said.endswith(b"OK\r\n")
    said = ask(SimulatedModem(Scenario(profile=profile, registration="searching")), line)
    assert none.encode() in said
    assert said.endswith(b"OK\r\n")
    assert none.encode() in ask(SimulatedModem(Scenario(profile=profile, sim="none")), line)


def test_asking_where_urcs_go_changes_nothing() -> None:
    """Of Quectel's commands with a name in front, one parameter asks and two set."""
    modem = SimulatedModem(Scenario(profile="quectel"))
    assert b'+QURCCFG: "urcport","usbat"' in ask(modem, 'AT+QURCCFG="urcport"')
    assert b"OK" in ask(modem, 'AT+QURCCFG="urcport","uart1"', 1.0)
    assert b'+QURCCFG: "urcport","uart1"' in ask(modem, 'AT+QURCCFG="urcport"', 2.0)
    assert b"ERROR" in ask(modem, 'AT+QURCCFG="urcport","moon"', 3.0)
    assert b'"urcport","uart1"' in ask(modem, 'AT+QURCCFG="urcport"', 4.0)


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("AT+CRSM=176,28589,0,0,4", b'+CRSM: 144,0,"00000002"'),  # EF_AD: two digits of MNC
        ("AT+CRSM=176,28423,0,0,9", b'+CRSM: 144,0,"082905102143658709"'),  # EF_IMSI: 250011234567890
        ("AT+CRSM=176,28478,0,0,0", b"+CRSM: 106,130"),
        ('AT+CSIM=10,"0020000100"', b'+CSIM: 4,"63C3"'),  # tries of the PIN, of its PUK, of the second PIN
        ('AT+CSIM=10,"002C000100"', b'+CSIM: 4,"63CA"'),
        ('AT+CSIM=10,"0020008100"', b'+CSIM: 4,"63C3"'),
        ('AT+CSIM=26,"0020000108FFFFFFFFFFFFFFFF"', b'+CSIM: 4,"6985"'),  # tries nothing
        ('AT+CSIM=10,"00B0000004"', b'+CSIM: 4,"6986"'),  # no file is selected
        ('AT+CSIM=14,"00A4000C022FE9"', b'+CSIM: 4,"6A82"'),
        ('AT+CSIM=12,"0020000100"', b"ERROR"),  # another length
        ('AT+CSIM=10,"00200001ZZ"', b"ERROR"),
    ],
)
def test_files_and_commands_of_the_sim(line: str, answer: bytes) -> None:
    modem = SimulatedModem(Scenario())
    assert answer in ask(modem, line)
    assert modem.card.pin_tries == 3


def test_a_file_by_csim() -> None:
    """Selected, then read from an offset."""
    modem = SimulatedModem(Scenario())
    assert b'"9000"' in ask(modem, 'AT+CSIM=14,"00A4000C026FAD"')
    assert b'+CSIM: 12,"000000029000"' in ask(modem, 'AT+CSIM=10,"00B0000004"', 1.0)
    assert b'+CSIM: 6,"029000"' in ask(modem, 'AT+CSIM=10,"00B0000301"', 2.0)
    assert b'"6B00"' in ask(modem, 'AT+CSIM=10,"00B0000901"', 3.0)
    assert b"ERROR" in ask(SimulatedModem(Scenario(sim="none")), 'AT+CSIM=10,"0020000100"')


def test_counters_by_facility() -> None:
    """Cinterion's ^SPIC with the lock in front, and 1 behind it for its PUK; u-blox's four in a row."""
    modem = SimulatedModem(Scenario(profile="cinterion", sim="pin", pin="1234", pin_tries=2))
    assert b"^SPIC: 2" in ask(modem, 'AT^SPIC="SC"')
    assert b"^SPIC: 10" in ask(modem, 'AT^SPIC="SC",1', 1.0)
    assert b"ERROR" in ask(modem, 'AT^SPIC="PN"', 2.0)
    assert b"+UPINCNT: 3,3,10,10" in ask(SimulatedModem(Scenario(profile="ublox")), "AT+UPINCNT")
