"""Files of the SIM that AT+CRSM reads (27.007 8.18; 51.011, 31.102): EF_ICCID, EF_IMSI, EF_AD, EF_SPN and
EF_SMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modemd.simulator import codec, pdu
from modemd.simulator.command import Command, RefusedByModemError

if TYPE_CHECKING:
    from modemd.simulator.modem import SimulatedModem
    from modemd.simulator.port import AtPort

READ_BINARY, READ_RECORD, GET_RESPONSE = "176", "178", "192"
EF_ICCID, EF_IMSI, EF_AD, EF_SPN, EF_SMS = "12258", "28423", "28589", "28486", "28476"
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
    found = contents(modem, file)
    return [_refusal(NO_FILE) if found is None or action != READ_BINARY else _answer(found)]


def contents(modem: SimulatedModem, file: str) -> bytes | None:
    """What a file that is read as one piece holds; None = there is none of that number."""
    card = modem.card
    match file:
        case _ if file == EF_ICCID:
            return _swapped(card.iccid.ljust(20, "F")[:20])
        case _ if file == EF_IMSI:  # 31.102 4.2.2: length; parity, digits
            return _swapped(f"80{'9' if len(card.imsi) % 2 else '1'}{card.imsi}".ljust(18, "F"))
        case _ if file == EF_AD:  # 31.102 4.2.18: normal operation; digits of the MNC
            return bytes([0, 0, 0, len(modem.scenario.plmn) - 3])
        case _ if file == EF_SPN and card.spn is not None:
            octets = (
                bytes(codec.septets(card.spn)) if pdu.writable(card.spn) else b"\x80" + card.spn.encode("utf-16-be")
            )
            return b"\x01" + octets.ljust(16, b"\xff")
        case _:
            return None


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
    return _answer(pdu.EMPTY_RECORD if part is None else pdu.record(part.status, part.pdu, part.centre))


def _swapped(digits: str) -> bytes:
    return bytes.fromhex("".join(digits[place + 1] + digits[place] for place in range(0, len(digits), 2)))


def _answer(data: bytes) -> bytes:
    return f'+CRSM: 144,0,"{data.hex().upper()}"'.encode()


def _refusal(words: tuple[int, int]) -> bytes:
    return b"+CRSM: %d,%d" % words
