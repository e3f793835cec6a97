"""Files of the SIM that AT+CRSM reads (27.007 8.18; 51.011, 31.102): EF_ICCID, EF_SPN and EF_SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator import codec, pdu
from modemd.simulator.command import Command, RefusedByModemError

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

READ_BINARY, READ_RECORD, GET_RESPONSE = "176", "178", "192"
EF_ICCID, EF_SPN, EF_SMS = "12258", "28486", "28476"
NO_FILE, NO_RECORD, WRONG_LENGTH, WRONG_MODE = (106, 130), (106, 131), (103, 0), (106, 134)


def crsm(port: AtPort, command: Command) -> list[bytes]:
    """Reading alone; other files do not exist here."""
    modem = port.modem
    if not modem.scenario.crsm:
        raise RefusedByModemError(modem.unknown_command)
    if command.form == "test":
        return []
    action, file = command.argument(0), command.argument(1)
    if action not in (READ_BINARY, READ_RECORD, GET_RESPONSE):
        raise RefusedByModemError("CME 4")
    if file == EF_SMS:
        return [_messages(modem, command, action)]
    if action == READ_BINARY and file == EF_ICCID:
        digits = modem.card.iccid.ljust(20, "F")[:20]
        return [_answer(bytes.fromhex("".join(digits[place + 1] + digits[place] for place in range(0, 20, 2))))]
    if action == READ_BINARY and file == EF_SPN and modem.card.spn is not None:
        name = modem.card.spn
        octets = bytes(codec.septets(name)) if pdu.writable(name) else b"\x80" + name.encode("utf-16-be")
        return [_answer(b"\x01" + octets.ljust(16, b"\xff"))]
    return [_refusal(NO_FILE)]


def _messages(modem: SimulatedModem, command: Command, action: str) -> bytes:
    """EF_SMS: a record of 176 octets a place; reading one leaves its status alone."""
    places = modem.scenario.sms_places
    if action == GET_RESPONSE:  # 51.011 9.2.1: size, file, type, access, status, structure, length of a record
        head = (places * pdu.RECORD_SIZE).to_bytes(4, "big") + bytes.fromhex("6F3C040011F0440102 01".replace(" ", ""))
        return _answer(head + bytes([pdu.RECORD_SIZE]))
    if action != READ_RECORD or command.argument(3, "4") != "4":
        return _refusal(WRONG_MODE)
    if command.argument(4) not in ("0", str(pdu.RECORD_SIZE)):
        return _refusal(WRONG_LENGTH)
    number = command.argument(2)
    if not number.isdecimal() or not 1 <= int(number) <= places:
        return _refusal(NO_RECORD)
    part = modem.inbox.places.get(int(number))
    return _answer(pdu.EMPTY_RECORD if part is None else pdu.record(part.status, part.pdu))


def _answer(data: bytes) -> bytes:
    return f'+CRSM: 144,0,"{data.hex().upper()}"'.encode()


def _refusal(words: tuple[int, int]) -> bytes:
    return b"+CRSM: %d,%d" % words
